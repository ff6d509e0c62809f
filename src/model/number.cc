// Numbers as they are written, brought down to digits and judged: by number_fast, and where that is unsure by libphonenumber, the
// field's own judge of numbers. number*.cc is the one place that speaks C++.

#include <cstring>
#include <string>

#include "model/number_fast.hh"
#include "model/number_library.hh"

namespace {

const int LETTERS = 26;

bool is_digits(const char *text, std::size_t n)
{
	for (std::size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return n > 0;
}

// Digits behind a country code. The library's own form is what is kept: it drops a national prefix that stands there.
bool judge(const char *digits, std::size_t n, char ret[NUMBER_BYTES])
{
	Fast fast = number_fast_parse(digits, n, ret);
	return fast == Fast::UNSURE ? number_library_judge("+" + std::string(digits, n), "ZZ", ret) : fast == Fast::VALID;
}

// A form that would be brought down once more (behind 52 for Mexico a 1, twice) is nobody's: the same person would be two.
enum number_verdict settle(const char *form, char ret[NUMBER_BYTES])
{
	char again[NUMBER_BYTES];
	if (!judge(form, std::strlen(form), again) || std::strcmp(form, again) != 0)
		return NUMBER_INVALID;
	std::strcpy(ret, form);
	return NUMBER_OK;
}

} // namespace

extern "C" enum number_verdict number_parse(const char *text, std::size_t n_bytes, char ret[NUMBER_BYTES])
{
	std::size_t plus = n_bytes > 0 && text[0] == '+' ? 1 : 0;
	if (!is_digits(text + plus, n_bytes - plus))
		return NUMBER_NOT_DIGITS;
	// An international number has a country code, which never begins with 0, and at most 15 digits (E.164).
	if (text[plus] == '0' || n_bytes - plus > NUMBER_BYTES - 1)
		return NUMBER_INVALID;
	char form[NUMBER_BYTES];
	if (!judge(text + plus, n_bytes - plus, form))
		return NUMBER_INVALID;
	if (std::string(text + plus, n_bytes - plus) != form)
		return settle(form, ret);
	std::strcpy(ret, form);
	return NUMBER_OK;
}

extern "C" enum number_verdict number_parse_region(const char *text, std::size_t n_bytes, const char *region,
                                                   char ret[NUMBER_BYTES])
{
	if (n_bytes == 0 || n_bytes > NUMBER_MAX_TEXT)
		return NUMBER_NOT_DIGITS;
	bool plus = false;
	std::string kept;
	for (std::size_t i = 0; i < n_bytes; i++) {
		char c = text[i];
		if (c >= '0' && c <= '9')
			kept += c;
		else if (c == '+' && kept.empty() && !plus)
			plus = true;
		else if (!std::strchr(" -()./", c) || c == '\0')
			return NUMBER_NOT_DIGITS;
	}
	if (kept.empty())
		return NUMBER_NOT_DIGITS;
	if (plus || !region)
		return number_parse(kept.c_str(), kept.size(), ret);
	char form[NUMBER_BYTES];
	Fast fast = number_fast_parse_region(kept.c_str(), kept.size(), region, form);
	bool valid = fast == Fast::UNSURE ? number_library_judge(kept, region, form) : fast == Fast::VALID;
	return valid ? settle(form, ret) : NUMBER_INVALID;
}

extern "C" void number_country(const char *digits, char ret[3])
{
	std::size_t n = std::strlen(digits);
	if (!is_digits(digits, n) || n >= NUMBER_BYTES || !number_fast_country(digits, n, ret))
		number_library_country(digits, ret);
}

extern "C" int number_country_code(const char *digits)
{
	char country[3];
	number_country(digits, country);
	return number_region_code(country);
}

extern "C" int number_region_code(const char *region)
{
	int code = 0;
	for (int i = 0; i < 2; i++) {
		char c = region[i] >= 'a' && region[i] <= 'z' ? (char)(region[i] - 'a' + 'A') : region[i];
		if (c < 'A' || c > 'Z')
			return 0;
		code = code * LETTERS + (c - 'A');
	}
	return region[2] == '\0' ? code + 1 : 0;
}

extern "C" void number_country_text(int country_code, char ret[3])
{
	bool known = country_code >= 1 && country_code <= LETTERS * LETTERS;
	ret[0] = known ? (char)('A' + (country_code - 1) / LETTERS) : '\0';
	ret[1] = known ? (char)('A' + (country_code - 1) % LETTERS) : '\0';
	ret[2] = '\0';
}

extern "C" void number_mask(const char *digits, char *out, std::size_t out_bytes)
{
	std::size_t n = std::strlen(digits), shown = n > 7 ? 3 : 0;
	std::string mask = "+" + std::string(digits, n > 7 ? 2 : 0);
	for (std::size_t i = mask.size() - 1; i + shown < n; i++)
		mask += '*';
	mask.append(digits + (n - shown), shown);
	if (out_bytes == 0)
		return;
	std::size_t keep = mask.size() < out_bytes ? mask.size() : out_bytes - 1;
	std::memcpy(out, mask.c_str(), keep);
	out[keep] = '\0';
}
