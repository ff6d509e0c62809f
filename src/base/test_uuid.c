#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/uuid.h"

#define SOME "00112233-4455-6677-8899-aabbccddeeff"

static void bytes_stand_in_order(void **state)
{
	(void)state;
	struct uuid uuid;
	char text[UUID_TEXT_BYTES];
	assert_true(uuid_parse(SOME, strlen(SOME), &uuid));
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(uuid.byte[i], i * 0x11);
	uuid_format(&uuid, text);
	assert_string_equal(text, SOME);
}

static void any_version_and_case(void **state)
{
	(void)state;
	static const char *const good[] = {
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
		"F81d4fAe-7deC-11d0-A765-00a0c91E6bf6",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct uuid uuid;
		assert_true(uuid_parse(good[i], strlen(good[i]), &uuid));
	}
	struct uuid lower, upper;
	char text[UUID_TEXT_BYTES];
	assert_true(uuid_parse(SOME, 36, &lower));
	assert_true(uuid_parse("00112233-4455-6677-8899-AABBCCDDEEFF", 36, &upper));
	assert_true(uuid_equal(&lower, &upper));
	uuid_format(&upper, text);
	assert_string_equal(text, SOME);
	upper.byte[15] ^= 1;
	assert_false(uuid_equal(&lower, &upper));
}

static void other_shapes_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"0011223344556677889900aabbccddeeff00",
		"00112233-4455-6677-8899-aabbccddeef",
		SOME "0",
		SOME " ",
		"{00112233-4455-6677-8899-aabbccddeeff}",
		"urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
		"0011223-34455-6677-8899-aabbccddeeff",
		"00112233 4455 6677 8899 aabbccddeeff",
		"00112233-4455-6677-8899-aabbccddeefg",
		"00112233-4455-6677-8899-aabbccddee-f",
		"-0112233-4455-6677-8899-aabbccddeeff",
		" 0112233-4455-6677-8899-aabbccddeeff",
		"0x112233-4455-6677-8899-aabbccddeeff",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct uuid uuid;
		if (uuid_parse(bad[i], strlen(bad[i]), &uuid))
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void a_wrong_byte_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t at = 0; at < 36; at++) {
		for (int c = 0; c < 256; c++) {
			char text[37] = SOME;
			struct uuid uuid;
			bool dash = SOME[at] == '-';
			bool hex = c && strchr("0123456789abcdefABCDEF", c);
			text[at] = (char)c;
			assert_int_equal(uuid_parse(text, 36, &uuid), dash ? c == '-' : hex);
		}
	}
}

static void untouched_on_failure(void **state)
{
	(void)state;
	struct uuid uuid, before;
	memset(&before, 7, sizeof(before));
	uuid = before;
	assert_false(uuid_parse("00112233-4455-6677-8899-aabbccddeefg", 36, &uuid));
	assert_true(uuid_equal(&uuid, &before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_stand_in_order),     cmocka_unit_test(any_version_and_case),
		cmocka_unit_test(other_shapes_are_refused), cmocka_unit_test(a_wrong_byte_anywhere_is_refused),
		cmocka_unit_test(untouched_on_failure),
	};
	return cmocka_run_group_tests_name("base/uuid", tests, NULL, NULL);
}
