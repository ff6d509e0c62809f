// The one place that speaks C++: libphonenumber, the field's own judge of numbers.

#include <phonenumbers/phonenumberutil.h>

#include <cstring>
#include <string>

extern "C" {
#include "model/number.h"
}

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

const int LETTERS = 26;

const PhoneNumberUtil &util()
{
	return *PhoneNumberUtil::GetInstance();
}

// Digits with country code of a valid number; false when it is none.
bool judge(const std::string &text, const char *region, char *ret)
{
	PhoneNumber number;
	if (util().Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR || !util().IsValidNumber(number))
		return false;
	std::string digits;
	util().Format(number, PhoneNumberUtil::E164, &digits);
	if (digits.size() < 2 || digits.size() > NUMBER_BYTES)
		return false;
	std::memcpy(ret, digits.c_str() + 1, digits.size());
	return true;
}

bool is_digits(const char *text, std::size_t n)
{
	for (std::size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return n > 0;
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
	// The library's own form is what is kept: it drops a national prefix that stands behind the country code.
	return judge("+" + std::string(text + plus, n_bytes - plus), "ZZ", ret) ? NUMBER_OK : NUMBER_INVALID;
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
	return judge(kept, region, ret) ? NUMBER_OK : NUMBER_INVALID;
}

extern "C" void number_country(const char *digits, char ret[3])
{
	PhoneNumber number;
	std::string region;
	ret[0] = '\0';
	if (util().Parse("+" + std::string(digits), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR)
		return;
	util().GetRegionCodeForNumber(number, &region);
	if (region.size() == 2 && region != "ZZ")
		std::memcpy(ret, region.c_str(), 3);
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

extern "C" bool number_region_known(const char *region)
{
	return std::strlen(region) == 2 && util().GetCountryCodeForRegion(region) != 0;
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
