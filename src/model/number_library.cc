#include "model/number_library.hh"

#include <phonenumbers/phonenumberutil.h>

#include <cstring>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static const PhoneNumberUtil &util()
{
	return *PhoneNumberUtil::GetInstance();
}

bool number_library_judge(const std::string &text, const char *region, char *ret)
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

void number_library_country(const char *digits, char ret[3])
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

extern "C" bool number_region_known(const char *region)
{
	return std::strlen(region) == 2 && util().GetCountryCodeForRegion(region) != 0;
}
