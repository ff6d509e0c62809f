#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "wa/send.h"

static void round_trip(void **state)
{
	(void)state;
	static const int64_t numbers[] = {1, 2, 9, 10, 4294967295, INT64_MAX};
	static const int attempts[] = {1, 2, 99, INT32_MAX};
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			for (size_t l = 0; l < 4; l++) {
				struct wa_key key = {.instance = "0a1b2c3f",
				                     .campaign_no = numbers[i],
				                     .seq = numbers[k],
				                     .attempt = attempts[l]},
					      back;
				char text[WA_KEY_BYTES];
				wa_key_format(&key, text);
				assert_true(wa_key_parse(text, &back));
				assert_string_equal(back.instance, key.instance);
				assert_true(back.campaign_no == key.campaign_no && back.seq == key.seq &&
				            back.attempt == key.attempt);
			}
		}
	}
}

static void form(void **state)
{
	(void)state;
	char text[WA_KEY_BYTES];
	struct wa_key key = {.instance = "0a1b2c3f", .campaign_no = 42, .seq = 981, .attempt = 1};
	wa_key_format(&key, text);
	assert_string_equal(text, "cr1.0a1b2c3f.42.981.1");
}

static void what_is_not_ours_is_refused(void **state)
{
	(void)state;
	static const char *const foreign[] = {
		"",
		"cr1",
		"cr1.",
		"c42:r981:a1",
		"cr2.0a1b2c3f.1.1.1",
		"CR1.0a1b2c3f.1.1.1",
		"cr1.0A1B2C3F.1.1.1",
		"cr1.0a1b2c3.1.1.1",
		"cr1.0a1b2c3f0.1.1.1",
		"cr1.0a1b2c3g.1.1.1",
		"cr1.0a1b2c3f.1.1",
		"cr1.0a1b2c3f.1.1.",
		"cr1.0a1b2c3f.1.1.1.",
		"cr1.0a1b2c3f.1.1.1.1",
		"cr1.0a1b2c3f.1.1.1 ",
		" cr1.0a1b2c3f.1.1.1",
		"cr1.0a1b2c3f.0.1.1",
		"cr1.0a1b2c3f.1.0.1",
		"cr1.0a1b2c3f.1.1.0",
		"cr1.0a1b2c3f.01.1.1",
		"cr1.0a1b2c3f.1.+1.1",
		"cr1.0a1b2c3f.-1.1.1",
		"cr1.0a1b2c3f.1.1.1x",
		"cr1.0a1b2c3f.1..1",
		"cr1.0a1b2c3f..1.1",
		"cr1.0a1b2c3f1.1.1",
		"cr1.0a1b2c3f.9223372036854775808.1.1",
		"cr1.0a1b2c3f.1.9223372036854775808.1",
		"cr1.0a1b2c3f.1.1.2147483648",
		"cr1.0a1b2c3f.1.1.99999999999999999999",
		"cr1.0a1b2c3f.1,1.1",
		"cr1.0a1b2c3f.1.1.1\n",
		"xcr1.0a1b2c3f.1.1.1",
	};
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		struct wa_key key = {.instance = "ffffffff", .campaign_no = 7, .seq = 8, .attempt = 9};
		if (wa_key_parse(foreign[i], &key))
			fail_msg("'%s' was taken", foreign[i]);
		assert_string_equal(key.instance, "ffffffff");
		assert_true(key.campaign_no == 7 && key.seq == 8 && key.attempt == 9);
	}
	char text[2000];
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "cr1.0a1b2c3f.", 13);
	struct wa_key key;
	assert_false(wa_key_parse(text, &key));
}

static void cut_or_changed_anywhere(void **state)
{
	(void)state;
	const char *whole = "cr1.0a1b2c3f.42.981.1";
	struct wa_key key;
	char text[64], again[WA_KEY_BYTES];
	for (size_t n = 0; n < strlen(whole); n++) {
		memcpy(text, whole, n);
		text[n] = '\0';
		assert_false(wa_key_parse(text, &key));
	}
	for (size_t at = 0; at < strlen(whole); at++) {
		for (int c = 1; c < 256; c++) {
			strcpy(text, whole);
			text[at] = (char)c;
			if (wa_key_parse(text, &key)) { /* another key then, and exactly that */
				wa_key_format(&key, again);
				assert_string_equal(again, text);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(form),
		cmocka_unit_test(what_is_not_ours_is_refused),
		cmocka_unit_test(cut_or_changed_anywhere),
	};
	return cmocka_run_group_tests_name("wa/key", tests, NULL, NULL);
}
