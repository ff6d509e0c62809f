#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

/* The UTF-8 form of any 21-bit number, legal or not. */
static size_t encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(lead[n] | c);
	return n;
}

static void every_code_point(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x1FFFFF; c++) {
		char text[4];
		size_t n = encode(c, text), pos = 0;
		bool legal = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
		if (utf8_valid(text, n) != legal)
			fail_msg("U+%04X", (unsigned)c);
		if (legal && (utf8_next(text, n, &pos) != c || pos != n || utf8_length(text, n) != 1))
			fail_msg("U+%04X is read as another", (unsigned)c);
		if (n > 1 && utf8_valid(text, n - 1))
			fail_msg("half of U+%04X", (unsigned)c);
	}
}

static void malformed_bytes(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xE0\x80\x80",
		"\xE0\x9F\xBF",
		"\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80",
		"\xF8\x88\x80\x80\x80",
		"\xFE",
		"\xFF",
		"a\xC3",
		"a\xC3(",
		"\xE2\x82",
		"\xE2(\xA1",
		"\xE2\x82(",
		"\xED\xA0\x80",
		"\xED\xBF\xBF",
		"ok\xC3\xA9\x80",
		"\xF0\x9F\x98",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (utf8_valid(bad[i], strlen(bad[i])))
			fail_msg("case %zu", i);
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
	assert_true(utf8_valid("\xEF\xBF\xBF", 3)); /* a non-character is no fault */
}

static void lengths_and_prefixes(void **state)
{
	(void)state;
	const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80!"; /* a é € 😀 ! */
	static const size_t bytes[] = {0, 1, 3, 6, 10, 11, 11};
	assert_int_equal(utf8_length(text, strlen(text)), 5);
	assert_int_equal(utf8_length("", 0), 0);
	for (size_t n = 0; n < 7; n++)
		assert_int_equal(utf8_prefix_bytes(text, strlen(text), n), bytes[n]);
}

static void controls(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x3000; c++) {
		char text[4];
		size_t n = encode(c, text);
		bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
		if (text_has_control(text, n) != control)
			fail_msg("U+%04X", (unsigned)c);
	}
	assert_false(text_has_control("plain \xE2\x80\x94 text", 14));
	assert_true(text_has_control("a\tb", 3));
	assert_false(text_has_control("", 0));
}

static void white_space(void **state)
{
	(void)state;
	static const uint32_t spaces[] = {9,      10,     11,     12,     13,     0x20,   0x85,   0xA0,   0x1680,
	                                  0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
	                                  0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
	size_t next = 0;
	for (uint32_t c = 0; c < 0x11000; c++) {
		bool space = next < sizeof spaces / sizeof *spaces && spaces[next] == c;
		next += space;
		if (text_is_space(c) != space)
			fail_msg("U+%04X", (unsigned)c);
	}
	assert_true(text_is_blank("", 0));
	assert_true(text_is_blank(" \t\xC2\xA0\xE3\x80\x80", 7));
	assert_false(text_is_blank(" . ", 3));
	assert_false(text_is_blank("\xE2\x80\x8B", 3)); /* zero width space is not White_Space */
}

static void case_of_ascii_only(void **state)
{
	(void)state;
	assert_true(text_equal_nocase("WhatsApp", "wHATSaPP"));
	assert_true(text_equal_nocase("", ""));
	assert_false(text_equal_nocase("whatsapp", "whatsap"));
	assert_false(text_equal_nocase("whatsap", "whatsapp"));
	assert_false(text_equal_nocase("\xC3\x89", "\xC3\xA9"));
	assert_false(text_equal_nocase("[", "{"));
	assert_false(text_equal_nocase("@", "`"));
}

static void whole_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {{"0", 0},
	            {"-0", 0},
	            {"7", 7},
	            {"007", 7},
	            {"-12", -12},
	            {"9223372036854775807", INT64_MAX},
	            {"-9223372036854775808", INT64_MIN}};
	static const char *const bad[] = {"",
	                                  "-",
	                                  "+1",
	                                  " 1",
	                                  "1 ",
	                                  "1.0",
	                                  "1e3",
	                                  "0x1",
	                                  "--1",
	                                  "9223372036854775808",
	                                  "-9223372036854775809",
	                                  "99999999999999999999999"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t value = 99;
		assert_true(text_to_int(good[i].text, strlen(good[i].text), &value));
		assert_true(value == good[i].value);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t value = 99;
		if (text_to_int(bad[i], strlen(bad[i]), &value) || value != 99)
			fail_msg("'%s'", bad[i]);
	}
	int64_t value;
	assert_true(text_to_int("123", 2, &value));
	assert_int_equal(value, 12);
}

static void nearest(void **state)
{
	(void)state;
	static const char *const words[] = {"listen", "database", "log_level"};
	assert_string_equal(text_nearest("databse", words, 3), "database");
	assert_string_equal(text_nearest("LOGLEVEL", words, 3), "log_level");
	assert_string_equal(text_nearest("", words, 3), "listen");
	assert_null(text_nearest("x", words, 0));
	char word[1000];
	memset(word, 'l', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_non_null(text_nearest(word, words, 3));
}

static void secrets(void **state)
{
	(void)state;
	assert_true(text_equal_secret("abc", "abc", 3));
	assert_true(text_equal_secret("abX", "abY", 2));
	assert_true(text_equal_secret("", "", 0));
	for (size_t i = 0; i < 3; i++) {
		for (int bit = 0; bit < 8; bit++) {
			char other[] = "abc";
			other[i] = (char)(other[i] ^ (1 << bit));
			assert_false(text_equal_secret("abc", other, 3));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point), cmocka_unit_test(malformed_bytes), cmocka_unit_test(lengths_and_prefixes),
		cmocka_unit_test(controls),         cmocka_unit_test(white_space),     cmocka_unit_test(case_of_ascii_only),
		cmocka_unit_test(whole_numbers),    cmocka_unit_test(nearest),         cmocka_unit_test(secrets),
	};
	return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
