// The way of PhoneNumberUtil::Parse, IsValidNumber and GetRegionCodeForNumber over plain digits, step by step; the names of their
// steps stand in the comments. Every expression of a country code's regions goes into one automaton, whose label tells which
// region the number is of and whether it is valid. A national prefix is taken off only where there is one way to do it; where
// it would rewrite the number (Argentina's 15, Guernsey's local numbers) the library does it.

#include "model/number_fast.hh"

#include <phonenumbers/phonemetadata.pb.h>

#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/digit_automaton.hh"

namespace i18n::phonenumbers {
// The library's data, which its shared object exports (its metadata.h, which Debian does not install).
int metadata_size();
const void *metadata_get();
} // namespace i18n::phonenumbers

using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneMetadataCollection;
using i18n::phonenumbers::PhoneNumberDesc;

namespace {

const std::size_t MIN_NATIONAL = 2, MAX_NATIONAL = 17; // kMinLengthForNsn, kMaxLengthForNsn
const int MAX_CODE = 999, LETTERS = 26;
const std::size_t MAX_REGIONS = 25; // of one country code: what a label has room for

// A label: one bit a region whose general pattern matches, the region's place and one, valid or not.
const unsigned REGION_SHIFT = 25, REGION_MASK = 31;
const std::uint32_t VALID = 1u << 30;

// What is tried at the beginning of a text.
struct Prefix {
	DigitAutomaton automaton;
	bool known = false, matches_nothing = false, exact = false;

	void read(const std::string &pattern)
	{
		known = pattern.empty() || automaton.add(pattern, 0);
		exact = pattern.find('$') == std::string::npos;
		if (!known || pattern.empty())
			return;
		automaton.build([](std::size_t, const std::vector<int> &tags) { return tags.empty() ? 0u : 1u; });
		matches_nothing = automaton.label(automaton.start()) != 0;
	}

	// The number of ways, and the longest.
	int matches(const char *digits, std::size_t n, std::size_t &longest) const
	{
		int ways = 0;
		std::int32_t state = automaton.size() ? automaton.start() : DigitAutomaton::DEAD;
		for (std::size_t i = 0; i < n && state != DigitAutomaton::DEAD; i++) {
			state = automaton.next(state, digits[i]);
			if (state == DigitAutomaton::DEAD || !automaton.label(state))
				continue;
			ways++;
			longest = i + 1;
		}
		return ways;
	}
};

struct Region {
	const PhoneMetadata *metadata;
	std::size_t at; // among the regions of its country code
	Prefix national, idd;
	bool has_idd, rewrites;
	std::once_flag once;

	void build()
	{
		national.read(metadata->national_prefix_for_parsing());
		idd.read(metadata->international_prefix());
		has_idd = !metadata->international_prefix().empty();
		rewrites = !metadata->national_prefix_transform_rule().empty();
	}
};

bool has_length(const PhoneNumberDesc &desc, std::size_t n)
{
	for (int length : desc.possible_length())
		if (length == static_cast<int>(n))
			return true;
	return desc.possible_length_size() == 0;
}

std::vector<const PhoneNumberDesc *> kinds_of(const PhoneMetadata &m)
{
	std::vector<const PhoneNumberDesc *> kinds{&m.general_desc(), &m.premium_rate(),    &m.toll_free(), &m.shared_cost(),
	                                           &m.voip(),         &m.personal_number(), &m.pager(),     &m.uan(),
	                                           &m.voicemail(),    &m.fixed_line()};
	if (!m.same_mobile_and_fixed_line_pattern())
		kinds.push_back(&m.mobile());
	return kinds;
}

struct Code {
	std::string text;
	std::list<Region *> regions; // in the library's order
	DigitAutomaton numbers;
	bool known = false;
	std::once_flag once;

	static const int LEADING = 15, TAGS = 16; // tags of a region: places in kinds_of, and its leading digits

	bool add(const Region &region)
	{
		const PhoneMetadata &m = *region.metadata;
		int tag = static_cast<int>(region.at) * TAGS;
		for (const PhoneNumberDesc *desc : kinds_of(m)) {
			if (!desc->national_number_pattern().empty() && !numbers.add(desc->national_number_pattern(), tag))
				return false;
			tag++;
		}
		return !m.has_leading_digits() ||
		       numbers.add(m.leading_digits(), static_cast<int>(region.at) * TAGS + LEADING, true);
	}

	// GetNumberTypeHelper: is it any type but UNKNOWN?
	static bool has_type(const Region &region, std::size_t n, unsigned matched)
	{
		std::vector<const PhoneNumberDesc *> kinds = kinds_of(*region.metadata);
		bool any = false;
		for (std::size_t i = 1; i < kinds.size(); i++)
			any |= matched >> i & 1 && has_length(*kinds[i], n);
		return any && matched & 1 && has_length(*kinds[0], n);
	}

	std::uint32_t label(std::size_t n, const std::vector<int> &tags) const
	{
		unsigned matched[MAX_REGIONS] = {};
		std::uint32_t label = 0;
		for (int tag : tags)
			matched[tag / TAGS] |= 1u << tag % TAGS;
		for (const Region *region : regions) {
			unsigned bits = matched[region->at];
			label |= (bits & 1) << region->at;
			if (label >> REGION_SHIFT)
				continue;
			bool typed = has_type(*region, n, bits), leading = region->metadata->has_leading_digits();
			// GetRegionCodeForNumberFromRegionList
			if (regions.size() == 1 || (leading ? (bits >> LEADING & 1) != 0 : typed))
				label |= static_cast<std::uint32_t>(region->at + 1) << REGION_SHIFT | (typed ? VALID : 0);
		}
		return label;
	}

	void build()
	{
		known = regions.size() <= MAX_REGIONS;
		std::size_t at = 0;
		for (Region *region : regions) {
			region->at = at++;
			known = known && add(*region);
		}
		if (known)
			numbers.build([this](std::size_t n, const std::vector<int> &tags) { return label(n, tags); });
	}

	std::uint32_t look_up(const char *digits, std::size_t n) const
	{
		std::int32_t state = numbers.start();
		for (std::size_t i = 0; i < n && state != DigitAutomaton::DEAD; i++)
			state = numbers.next(state, digits[i]);
		return numbers.label(state);
	}

	bool matches_general(const Region &region, const char *digits, std::size_t n) const
	{
		return look_up(digits, n) >> region.at & 1;
	}
};

struct World {
	PhoneMetadataCollection metadata;
	std::list<Region> region;
	Code code[MAX_CODE + 1];
	Region *by_letters[LETTERS][LETTERS] = {};

	World()
	{
		if (!metadata.ParseFromArray(i18n::phonenumbers::metadata_get(), i18n::phonenumbers::metadata_size()))
			metadata.Clear(); // nothing is known, so everything is unsure
		for (const PhoneMetadata &m : metadata.metadata())
			if (m.country_code() > 0 && m.country_code() <= MAX_CODE)
				add(m);
	}

	void add(const PhoneMetadata &m)
	{
		region.emplace_back();
		Region *r = &region.back();
		r->metadata = &m;
		Code &c = code[m.country_code()];
		c.text = std::to_string(m.country_code());
		if (m.main_country_for_code())
			c.regions.push_front(r);
		else
			c.regions.push_back(r);
		const std::string &id = m.id();
		if (id.size() == 2 && id[0] >= 'A' && id[0] <= 'Z' && id[1] >= 'A' && id[1] <= 'Z')
			by_letters[id[0] - 'A'][id[1] - 'A'] = r;
	}

	Code *open(int number)
	{
		Code &c = code[number];
		std::call_once(c.once, [&c] { c.build(); });
		return &c;
	}

	Region *open(Region *r)
	{
		std::call_once(r->once, [r] { r->build(); });
		return r;
	}
};

World &world()
{
	static World *the = new World; // as the library's own, for the life of the process
	return *the;
}

// A number on its way.
struct Number {
	const Code *code;
	const char *digits; // behind the country code
	std::size_t n;
};

// MaybeStripNationalPrefixAndCarrierCode: how many digits go; -1 unsure.
int prefix_of(const Region &region, const Number &number)
{
	std::size_t longest = 0;
	if (!region.national.known)
		return -1;
	int ways = region.national.matches(number.digits, number.n, longest);
	if (ways == 0)
		return 0; // or it matches nothing, which leaves the number as it is
	if (ways > 1 || region.rewrites || region.national.matches_nothing || !region.national.exact)
		return -1;
	if (number.code->matches_general(region, number.digits, number.n) &&
	    !number.code->matches_general(region, number.digits + longest, number.n - longest))
		return 0;
	return static_cast<int>(longest);
}

enum class Length { POSSIBLE, TOO_LONG, OTHER };

// TestNumberLength of any type
Length length_of(const Region &region, std::size_t n)
{
	const PhoneNumberDesc &general = region.metadata->general_desc();
	int most = 0;
	for (int length : general.possible_length_local_only())
		if (length == static_cast<int>(n))
			return Length::OTHER;
	for (int length : general.possible_length()) {
		most = length;
		if (length == static_cast<int>(n))
			return Length::POSSIBLE;
	}
	return most < static_cast<int>(n) ? Length::TOO_LONG : Length::OTHER;
}

// The end of ParseHelper. INVALID: it does not parse.
Fast finish(const Region &region, Number &number)
{
	if (number.n < MIN_NATIONAL)
		return Fast::INVALID;
	int prefix = prefix_of(region, number);
	if (prefix < 0)
		return Fast::UNSURE;
	std::size_t n_prefix = static_cast<std::size_t>(prefix);
	if (prefix > 0 && length_of(region, number.n - n_prefix) != Length::OTHER) {
		number.digits += n_prefix;
		number.n -= n_prefix;
	}
	return number.n < MIN_NATIONAL || number.n > MAX_NATIONAL ? Fast::INVALID : Fast::VALID;
}

// ParseHelper of "+" and digits.
Fast parse(const char *digits, std::size_t n, Number &number)
{
	int code = 0;
	if (n <= MIN_NATIONAL || *digits == '0')
		return Fast::INVALID;
	for (std::size_t i = 0; i < 3 && i < n; i++) {
		code = code * 10 + (digits[i] - '0');
		if (world().code[code].regions.empty())
			continue;
		number = {world().open(code), digits + i + 1, n - i - 1};
		return number.code->known ? finish(*world().open(number.code->regions.front()), number) : Fast::UNSURE;
	}
	return world().region.empty() ? Fast::UNSURE : Fast::INVALID;
}

// ParseHelper of digits without "+". A prefix for international calls is left to the library.
Fast parse_region(const char *digits, std::size_t n, const char *letters, Number &number)
{
	bool is_code = letters[0] >= 'A' && letters[0] <= 'Z' && letters[1] >= 'A' && letters[1] <= 'Z' && letters[2] == '\0';
	Region *region = is_code ? world().by_letters[letters[0] - 'A'][letters[1] - 'A'] : nullptr;
	if (!region)
		return Fast::UNSURE;
	const Code *code = world().open(region->metadata->country_code());
	std::size_t longest = 0;
	world().open(region);
	if (!code->known || !region->has_idd || !region->idd.known || region->idd.matches_nothing ||
	    region->idd.matches(digits, n, longest) > 0)
		return Fast::UNSURE;
	number = {code, digits, n};
	// MaybeExtractCountryCode
	if (n <= code->text.size() || std::memcmp(digits, code->text.c_str(), code->text.size()) != 0)
		return finish(*region, number);
	Number rest{code, digits + code->text.size(), n - code->text.size()};
	int prefix = prefix_of(*region, rest);
	if (prefix < 0)
		return Fast::UNSURE;
	rest.digits += prefix;
	rest.n -= static_cast<std::size_t>(prefix);
	bool better = !code->matches_general(*region, digits, n) && code->matches_general(*region, rest.digits, rest.n);
	if (!better && length_of(*region, n) != Length::TOO_LONG)
		return finish(*region, number);
	number = rest;
	return finish(*world().open(code->regions.front()), number);
}

// IsValidNumber, and the E.164 form.
Fast judge(Fast parsed, const Number &number, char *ret)
{
	if (parsed != Fast::VALID)
		return parsed;
	std::size_t n_code = number.code->text.size();
	if (!(number.code->look_up(number.digits, number.n) & VALID) || n_code + number.n >= NUMBER_BYTES)
		return Fast::INVALID;
	std::memcpy(ret, number.code->text.c_str(), n_code);
	std::memcpy(ret + n_code, number.digits, number.n);
	ret[n_code + number.n] = '\0';
	return Fast::VALID;
}

} // namespace

Fast number_fast_parse(const char *digits, std::size_t n, char ret[NUMBER_BYTES])
{
	Number number;
	Fast parsed = parse(digits, n, number);
	return judge(parsed, number, ret);
}

Fast number_fast_parse_region(const char *digits, std::size_t n, const char *region, char ret[NUMBER_BYTES])
{
	Number number;
	Fast parsed = parse_region(digits, n, region, number);
	return judge(parsed, number, ret);
}

bool number_fast_country(const char *digits, std::size_t n, char ret[3])
{
	Number number;
	Fast parsed = parse(digits, n, number);
	if (parsed == Fast::UNSURE)
		return false;
	ret[0] = '\0';
	if (parsed == Fast::INVALID)
		return true;
	std::size_t place = number.code->look_up(number.digits, number.n) >> REGION_SHIFT & REGION_MASK;
	for (const Region *region : number.code->regions)
		if (place > 0 && region->at == place - 1 && region->metadata->id().size() == 2)
			std::memcpy(ret, region->metadata->id().c_str(), 3);
	return true;
}
