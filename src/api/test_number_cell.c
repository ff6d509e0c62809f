/* Numbers as spreadsheets write and ruin them: understood with certainty, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/number_cell.h"

struct example {
	const char *text, *region, *digits; /* digits NULL: refused, */
	const char *word;                   /* with a reason in which this stands */
};

static void check(const struct example *e)
{
	char digits[NUMBER_BYTES] = "";
	const char *reason = number_cell(e->text, e->region, digits);
	if (e->digits ? reason || strcmp(digits, e->digits) != 0 : !reason || !strstr(reason, e->word))
		fail_msg("'%s' of %s: '%s', %s", e->text, e->region ? e->region : "none", digits, reason ? reason : "taken");
}
#define CHECK(list)                                                 \
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) \
	check(&list[i])

static void written_in_many_ways(void **state)
{
	(void)state;
	static const struct example list[] = {
		{"+447400123456", NULL, "447400123456", NULL},
		{"447400123456", NULL, "447400123456", NULL}, /* the plus sign lost */
		{"+44 (0)7400-123.456", NULL, "447400123456", NULL},
		{"\xc2\xa0+44\xc2\xa0"
	         "7400\xe2\x80\x93"
	         "123456\xe2\x80\x8b ",
	         NULL, "447400123456", NULL},
		{"\xe2\x80\xaa+44 7400 123456\xe2\x80\xac", NULL, "447400123456", NULL}, /* marks of direction */
		{"=\"+447400123456\"", NULL, "447400123456", NULL},
		{"'+447400123456", NULL, "447400123456", NULL},
		{"\xe2\x80\x99"
	         "447400123456",
	         NULL, "447400123456", NULL},
		{"=\"'447400123456\"", NULL, "447400123456", NULL},
		{"00447400123456", NULL, "447400123456", NULL},
		{"(0044) 7400 123456", NULL, "447400123456", NULL},
		{"0044 7400 123456", "DE", "447400123456", NULL}, /* 00 is what Germany dials */
		{"07400 123456", "GB", "447400123456", NULL},
		{"447400123456", "GB", "447400123456", NULL},
		{"7400123456", "GB", "447400123456", NULL}, /* the zero lost */
	};
	CHECK(list);
}

static void made_into_figures(void **state)
{
	(void)state;
	static const struct example list[] = {
		{"447400123456.0", NULL, "447400123456", NULL},
		{"+447400123456.0", NULL, "447400123456", NULL},
		{"447400123456,00", NULL, "447400123456", NULL},
		{"7400123456.0", "GB", "447400123456", NULL},
		{"4.47400123456E+11", NULL, "447400123456", NULL},
		{"4,47400123456E+11", NULL, "447400123456", NULL},
		{"4.47400123456e11", NULL, "447400123456", NULL},
		{"447400123456E+0", NULL, "447400123456", NULL},
		{"4.41E+11", NULL, NULL, "format the column"},
		{"4.474E+11", NULL, NULL, "digits are lost"},
		{"4.474001234E+11", NULL, NULL, "digits are lost"}, /* two zeros, or two digits cut: nobody knows */
		{"4.47400123456E+10", NULL, NULL, "digits are lost"},
		{"4E+11", NULL, NULL, "digits are lost"},
		{"4.47400123456E-11", NULL, NULL, "other than digits"},
		{"4.47400123456E+111", NULL, NULL, "other than digits"},
		{"E+11", NULL, NULL, "other than digits"},
		{"447400123456.5", NULL, NULL, "not a valid"},
		/* valid with the zeros and without */
		{"43123456.00", NULL, NULL, "write it without the point"},
	};
	CHECK(list);
}

static void never_guessed(void **state)
{
	(void)state;
	static const struct example list[] = {
		{"07400123456", NULL, NULL, "country code"},
		{"33612345678", "GB", NULL, "not a valid phone number of that region"},      /* French, without its plus sign */
		{"0044 7400 123456", "US", NULL, "not a valid phone number of that region"}, /* nobody dials 00 there */
		{"+0044 7400 123456", NULL, NULL, "not a valid"},
		{"0 0447400123456", NULL, NULL, "not a valid"},
		{"447400123456 / 447400123457", NULL, NULL, "not a valid"},
		{"447400123456 ext 5", NULL, NULL, "other than digits"},
		{"++447400123456", NULL, NULL, "other than digits"},
		{"447400123456\n447400123457", NULL, NULL, "other than digits"},
		{"\xd9\xa4\xd9\xa4", NULL, NULL, "other than digits"},
		{"=447400123456", NULL, NULL, "other than digits"},
		{"=\"\"", NULL, NULL, "other than digits"},
		{"'", NULL, NULL, "other than digits"},
		{"", NULL, NULL, "other than digits"},
		{"#N/A", NULL, NULL, "other than digits"},
		{"4474001234561234567890123456789012345678901234567890123456789012345678901234567890", NULL, NULL,
	         "other than digits"},
	};
	CHECK(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_in_many_ways),
		cmocka_unit_test(made_into_figures),
		cmocka_unit_test(never_guessed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
