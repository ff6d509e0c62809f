#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/number.h"

static void international(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum number_verdict verdict;
		const char *digits;
	} cases[] = {
		{"447700900123", NUMBER_INVALID, NULL}, /* a range kept for films: no subscriber has it */
		{"447911123456", NUMBER_OK, "447911123456"},
		{"+447911123456", NUMBER_OK, "447911123456"},
		{"12025550123", NUMBER_OK, "12025550123"},
		{"4915112345678", NUMBER_OK, "4915112345678"},
		{"919876543210", NUMBER_OK, "919876543210"},
		{"5511987654321", NUMBER_OK, "5511987654321"},
		/* a national prefix behind the country code is no part of the number */
		{"+4407911123456", NUMBER_OK, "447911123456"},
		{"+5212262752560", NUMBER_OK, "522262752560"},
		/* nor does it stand there twice: what is left would be another form of the same number */
		{"+52112262752560", NUMBER_INVALID, NULL},
		{"", NUMBER_NOT_DIGITS, NULL},
		{"+", NUMBER_NOT_DIGITS, NULL},
		{"++447911123456", NUMBER_NOT_DIGITS, NULL},
		{"447911123456+", NUMBER_NOT_DIGITS, NULL},
		{"44 7911 123456", NUMBER_NOT_DIGITS, NULL},
		{"44-7911-123456", NUMBER_NOT_DIGITS, NULL},
		{" 447911123456", NUMBER_NOT_DIGITS, NULL},
		{"447911123456\n", NUMBER_NOT_DIGITS, NULL},
		{"44791112345x", NUMBER_NOT_DIGITS, NULL},
		{"tel:+447911123456", NUMBER_NOT_DIGITS, NULL},
		{"447911123456;ext=1", NUMBER_NOT_DIGITS, NULL},
		{"\xD9\xA4\xD9\xA4", NUMBER_NOT_DIGITS, NULL}, /* digits of another script */
		{"\xEF\xBC\x8B"
	         "447911123456",
	         NUMBER_NOT_DIGITS, NULL},
		{"07911123456", NUMBER_INVALID, NULL},
		{"00447911123456", NUMBER_INVALID, NULL},
		{"0", NUMBER_INVALID, NULL},
		{"1", NUMBER_INVALID, NULL},
		{"44791112345", NUMBER_INVALID, NULL},
		{"4479111234567", NUMBER_INVALID, NULL},
		{"123456789012345", NUMBER_INVALID, NULL},
		{"1234567890123456", NUMBER_INVALID, NULL},
		{"999999999999", NUMBER_INVALID, NULL},
		{"11111111111111111111111111111111111111111111111111111111111111", NUMBER_INVALID, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char digits[NUMBER_BYTES] = "before";
		enum number_verdict verdict = number_parse(cases[i].text, strlen(cases[i].text), digits);
		if (verdict != cases[i].verdict || strcmp(digits, cases[i].digits ? cases[i].digits : "before") != 0)
			fail_msg("'%s': %d, %s", cases[i].text, (int)verdict, digits);
	}
	char digits[NUMBER_BYTES];
	assert_int_equal(number_parse("447911123456\0", 13, digits), NUMBER_NOT_DIGITS);
	assert_int_equal(number_parse("447911123456xyz", 12, digits), NUMBER_OK);
}

static void what_was_parsed_parses_to_itself(void **state)
{
	(void)state;
	static const char *const texts[] = {"+447911123456",  "+4407911123456", "+390612345678",
	                                    "+5491123456789", "+525512345678",  "+5215512345678"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char once[NUMBER_BYTES], twice[NUMBER_BYTES];
		assert_int_equal(number_parse(texts[i], strlen(texts[i]), once), NUMBER_OK);
		assert_int_equal(number_parse(once, strlen(once), twice), NUMBER_OK);
		assert_string_equal(once, twice);
	}
}

static void of_a_region(void **state)
{
	(void)state;
	static const struct {
		const char *text, *region;
		enum number_verdict verdict;
		const char *digits;
	} cases[] = {
		{"07911 123456", "GB", NUMBER_OK, "447911123456"},
		{"7911123456", "GB", NUMBER_OK, "447911123456"},
		{"(07911) 123-456", "GB", NUMBER_OK, "447911123456"},
		{"07911.123.456", "GB", NUMBER_OK, "447911123456"},
		{"+44 7911 123456", "GB", NUMBER_OK, "447911123456"},
		{"+44 (0) 7911 123456", "GB", NUMBER_OK, "447911123456"},
		{"+49 151 12345678", "GB", NUMBER_OK, "4915112345678"},
		{"(202) 555-0123", "US", NUMBER_OK, "12025550123"},
		{"0151/12345678", "DE", NUMBER_OK, "4915112345678"},
		{"00 44 7911 123456", "DE", NUMBER_OK, "447911123456"},
		{"447911123456", "GB", NUMBER_OK, "447911123456"},
		{"07911 123456", NULL, NUMBER_INVALID, NULL},
		{"44 7911 123456", NULL, NUMBER_OK, "447911123456"},
		{"+44-7911-123456", NULL, NUMBER_OK, "447911123456"},
		{"(+44) 7911 123456", NULL, NUMBER_OK, "447911123456"},
		{"0151", "DE", NUMBER_INVALID, NULL},
		{"", "GB", NUMBER_NOT_DIGITS, NULL},
		{"+", "GB", NUMBER_NOT_DIGITS, NULL},
		{" - ", "GB", NUMBER_NOT_DIGITS, NULL},
		{"44+7911123456", "GB", NUMBER_NOT_DIGITS, NULL},
		{"++447911123456", "GB", NUMBER_NOT_DIGITS, NULL},
		{"07911 12345a", "GB", NUMBER_NOT_DIGITS, NULL},
		{"07911\t123456", "GB", NUMBER_NOT_DIGITS, NULL},
		{"07911 123456 ext 5", "GB", NUMBER_NOT_DIGITS, NULL},
		{"0 7 9 1 1 1 2 3 4 5 6                        ", "GB", NUMBER_OK, "447911123456"}, /* 45 characters */
		{"0 7 9 1 1 1 2 3 4 5 6                         ", "GB", NUMBER_NOT_DIGITS, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char digits[NUMBER_BYTES] = "before";
		enum number_verdict verdict = number_parse_region(cases[i].text, strlen(cases[i].text), cases[i].region, digits);
		if (verdict != cases[i].verdict || strcmp(digits, cases[i].digits ? cases[i].digits : "before") != 0)
			fail_msg("'%s' of %s: %d, %s", cases[i].text, cases[i].region ? cases[i].region : "none", (int)verdict,
			         digits);
	}
	char digits[NUMBER_BYTES];
	assert_int_equal(number_parse_region("07911123456\0", 12, "GB", digits), NUMBER_NOT_DIGITS);
}

static void countries(void **state)
{
	(void)state;
	static const struct {
		const char *digits, *country;
	} cases[] = {
		{"447400123456", "GB"},
		{"447911123456", "GG"},
		{"12025550123", "US"},
		{"14165550123", "CA"},
		{"77012345678", "KZ"},
		{"79161234567", "RU"},
		{"5511987654321", "BR"},
		{"80012345678", ""},
		{"999", ""},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char country[3] = "xx";
		number_country(cases[i].digits, country);
		assert_string_equal(country, cases[i].country);
		number_country_text(number_country_code(cases[i].digits), country);
		assert_string_equal(country, cases[i].country);
	}
	static const char *const known[] = {"GB", "US", "DE", "IN", "BR"};
	static const char *const unknown[] = {"", "G", "gb", "ZZ", "XX", "001", "GBR", "  "};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		assert_true(number_region_known(known[i]));
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		assert_false(number_region_known(unknown[i]));
}

static void countries_as_numbers(void **state)
{
	(void)state;
	assert_int_equal(number_country_code("447400123456"), 6 * 26 + 1 + 1);
	assert_int_equal(number_country_code("80012345678"), 0);
	static const struct {
		int code;
		const char *text;
	} cases[] = {{1, "AA"}, {26, "AZ"}, {27, "BA"}, {676, "ZZ"}, {0, ""}, {677, ""}, {-1, ""}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[3] = "xx";
		number_country_text(cases[i].code, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void masks(void **state)
{
	(void)state;
	char out[40];
	number_mask("447911123456", out, sizeof(out));
	assert_string_equal(out, "+44*******456");
	number_mask("12345678", out, sizeof(out));
	assert_string_equal(out, "+12***678");
	number_mask("1234567", out, sizeof(out));
	assert_string_equal(out, "+*******");
	number_mask("", out, sizeof(out));
	assert_string_equal(out, "+");
	for (size_t room = 1; room < sizeof(out); room++) {
		number_mask("447911123456", out, room);
		assert_true(strlen(out) == (room < 14 ? room - 1 : 13));
	}
	out[0] = 'x';
	number_mask("447911123456", out, 0);
	assert_int_equal(out[0], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(international),        cmocka_unit_test(what_was_parsed_parses_to_itself),
		cmocka_unit_test(of_a_region),          cmocka_unit_test(countries),
		cmocka_unit_test(countries_as_numbers), cmocka_unit_test(masks),
	};
	return cmocka_run_group_tests_name("model/number", tests, NULL, NULL);
}
