#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/letters.h"

static void ascii(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x80; c++) {
		bool expected = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		assert_int_equal(letter_or_digit(c), expected);
	}
}

/* Names as people write them: every character of each is a letter, a mark or a digit. */
static void words_of_many_scripts(void **state)
{
	(void)state;
	static const char *const words[] = {
		"\xC3\x89t\xC3\xA9",                                                        /* French */
		"e\xCC\x81te\xCC\x81",                                                      /* the same with combining marks */
		"Stra\xC3\x9F\x65",                                                         /* German */
		"\xD0\x9A\xD0\xBB\xD0\xB8\xD0\xB5\xD0\xBD\xD1\x82\xD1\x8B",                 /* Russian */
		"\xCE\xA0\xCE\xB5\xCE\xBB\xCE\xAC\xCF\x84\xCE\xB5\xCF\x82",                 /* Greek */
		"\xD7\x9C\xD7\xA7\xD7\x95\xD7\x97\xD7\x95\xD7\xAA",                         /* Hebrew */
		"\xD9\x85\xD9\x8F\xD8\xB4\xD8\xAA\xD8\xB1\xD9\x83",                         /* Arabic with a vowel sign */
		"\xE0\xA4\x97\xE0\xA5\x8D\xE0\xA4\xB0\xE0\xA4\xBE\xE0\xA4\xB9\xE0\xA4\x95", /* Hindi with a virama */
		"\xE0\xAE\xB5\xE0\xAE\xBE\xE0\xAE\x9F\xE0\xAE\xBF",                         /* Tamil */
		"\xE0\xB8\xA5\xE0\xB8\xB9\xE0\xB8\x81\xE0\xB8\x84\xE0\xB9\x89\xE0\xB8\xB2", /* Thai with tone marks */
		"\xE5\xAE\xA2\xE6\x88\xB7",                                                 /* Chinese */
		"\xE3\x81\x8A\xE3\x82\xAD",                                                 /* Japanese */
		"\xEA\xB3\xA0\xEA\xB0\x9D",                                                 /* Korean */
		"\xE1\x8A\xA0\xE1\x88\x9B",                                                 /* Amharic */
		"\xD9\xA1\xD9\xA2\xE0\xA5\xA7",                                             /* digits of other scripts */
		"\xF0\xA0\x80\x80", /* a character beyond the first plane */
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = 0;
		while (words[i][n])
			n++;
		for (size_t pos = 0; pos < n;) {
			uint32_t c = utf8_next(words[i], n, &pos);
			if (!letter_or_digit(c))
				fail_msg("U+%04X of word %zu", (unsigned)c, i);
		}
	}
}

static void what_is_neither(void **state)
{
	(void)state;
	static const uint32_t others[] = {0x80,   0x85,   0xA0,    0xA9,    0xAB,     0xBF,     0xD7,   0xF7,
	                                  0x2013, 0x2014, 0x2018,  0x201C,  0x2022,   0x2026,   0x2028, 0x202E,
	                                  0x20AC, 0x2192, 0x2200,  0x2603,  0x3000,   0x3001,   0xE000, 0xFEFF,
	                                  0xFF01, 0xFFFD, 0x1F600, 0x1F44D, 0x10FFFF, 0x110000, 0xD800};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (letter_or_digit(others[i]))
			fail_msg("U+%04X", (unsigned)others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii),
		cmocka_unit_test(words_of_many_scripts),
		cmocka_unit_test(what_is_neither),
	};
	return cmocka_run_group_tests_name("model/letters", tests, NULL, NULL);
}
