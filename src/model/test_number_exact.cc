// Is number_fast what libphonenumber says? test_number_exact [NUMBERS [SEED]]: that many numbers of all regions: valid ones of
// every kind, nearly valid ones, national ones as they are dialled, and nonsense. The same every time for a seed.

#include <phonenumbers/phonenumberutil.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "model/number_fast.hh"
#include "model/number_library.hh"

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

std::uint64_t state;
std::size_t below(std::size_t n) // xorshift64*
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return static_cast<std::size_t>((state * 0x2545f4914f6cdd1du) >> 33) % n;
}

struct Example {
	std::string region, code, national;
};

std::vector<Example> examples;

const PhoneNumberUtil &util()
{
	return *PhoneNumberUtil::GetInstance();
}

void add_example(const std::string &region, const PhoneNumber &number)
{
	std::string national;
	util().GetNationalSignificantNumber(number, &national);
	examples.push_back({region, std::to_string(number.country_code()), national});
}

void find_examples()
{
	std::set<std::string> regions;
	std::set<int> codes;
	PhoneNumber number;
	util().GetSupportedRegions(&regions);
	util().GetSupportedGlobalNetworkCallingCodes(&codes);
	for (const std::string &region : regions)
		for (int type = 0; type <= PhoneNumberUtil::VOICEMAIL; type++)
			if (util().GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(type), &number))
				add_example(region, number);
	for (int code : codes)
		if (util().GetExampleNumberForNonGeoEntity(code, &number))
			add_example("001", number);
}

char any_digit()
{
	return static_cast<char>('0' + below(10));
}

// Changes somewhere, mostly at the end, sometimes one digit more or less.
std::string near(std::string digits)
{
	std::size_t n_last = below(digits.size() + 1);
	for (std::size_t i = digits.size() - n_last; i < digits.size(); i++)
		digits[i] = any_digit();
	if (below(4) == 0)
		digits[below(digits.size())] = any_digit();
	switch (below(10)) {
	case 0:
		digits += any_digit();
		break;
	case 1:
		digits.pop_back();
		break;
	case 2:
		digits.insert(below(digits.size() + 1), 1, any_digit());
		break;
	default:
		break;
	}
	return digits;
}

std::string nonsense()
{
	std::string digits(1 + below(18), '0');
	for (char &digit : digits)
		digit = any_digit();
	return digits;
}

std::string text_of(const Example &e, bool national)
{
	static const char *const before[] = {"", "", "0", "1", "8", "00", "011", "0011", "06", "15", "9", "44", "7"};
	if (below(20) == 0)
		return nonsense();
	std::string digits = near(e.national);
	std::string prefix = before[below(below(2) ? 3 : sizeof(before) / sizeof(*before))];
	if (!national)
		return e.code + (below(5) == 0 ? prefix : "") + digits;
	return below(4) == 0 ? (below(2) ? e.code : "00" + e.code) + digits : prefix + digits;
}

long unsure, valid;

bool fail(const char *what, const std::string &text, const std::string &region, const char *library, const char *fast)
{
	std::printf("not ok 1 - %s of '%s' (%s): the library says '%s', we say '%s'\n", what, text.c_str(), region.c_str(),
	            library, fast);
	return false;
}

bool same(const std::string &text, const std::string &region, Fast fast, const char *fast_ret, const char *library_ret)
{
	unsure += fast == Fast::UNSURE;
	valid += *library_ret != '\0';
	if (fast == Fast::UNSURE || std::strcmp(fast == Fast::VALID ? fast_ret : "", library_ret) == 0)
		return true;
	return fail("the judgement", text, region, library_ret, fast == Fast::VALID ? fast_ret : "");
}

bool same_country(const std::string &digits)
{
	char library[3] = "", fast[3] = "";
	number_library_country(digits.c_str(), library);
	if (!number_fast_country(digits.c_str(), digits.size(), fast) || std::strcmp(library, fast) == 0)
		return true;
	return fail("the country", digits, "", library, fast);
}

bool compare_international(const std::string &text)
{
	char library[NUMBER_BYTES] = "", fast[NUMBER_BYTES] = "";
	if (text.size() >= NUMBER_BYTES || text[0] == '0')
		return true;
	if (!number_library_judge("+" + text, "ZZ", library))
		library[0] = '\0';
	return same(text, "", number_fast_parse(text.c_str(), text.size(), fast), fast, library) &&
	       same_country(*library ? library : text);
}

bool compare_national(const std::string &text, const std::string &region)
{
	char library[NUMBER_BYTES] = "", fast[NUMBER_BYTES] = "";
	if (!number_library_judge(text, region.c_str(), library))
		library[0] = '\0';
	return same(text, region, number_fast_parse_region(text.c_str(), text.size(), region.c_str(), fast), fast, library);
}

} // namespace

int main(int argc, char **argv)
{
	long n = argc > 1 ? std::atol(argv[1]) : 10000;
	state = 0x9e3779b97f4a7c15u ^ (argc > 2 ? std::strtoull(argv[2], nullptr, 10) << 20 : 0);
	std::printf("1..1\n");
	find_examples();
	for (long i = 0; i < n; i++) {
		const Example &e = examples[below(examples.size())];
		bool national = i % 2 == 1 && e.region != "001";
		if (!(national ? compare_national(text_of(e, true), e.region) : compare_international(text_of(e, false))))
			return 1;
	}
	// A comparison of nothing with nothing would prove nothing.
	bool told = unsure < n / 4 && valid > n / 10 && examples.size() > 1000;
	std::printf("%s 1 - %ld numbers, %ld of them valid, %ld left to the library\n", told ? "ok" : "not ok", n, valid, unsure);
	return told ? 0 : 1;
}
