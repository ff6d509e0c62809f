#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void fresh_is_empty_text(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 10);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(b.len, 0);
	assert_false(b.overflow);
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_string_equal(buf_text(&b), "");
}

static void appends(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, BUF_NO_LIMIT);
	assert_int_equal(buf_adds(&b, "ab"), 0);
	assert_int_equal(buf_addc(&b, 'c'), 0);
	assert_int_equal(buf_add(&b, "d\0e", 3), 0);
	assert_int_equal(buf_addf(&b, "%d%s", 12, ""), 0);
	assert_int_equal(b.len, 8);
	assert_memory_equal(buf_text(&b), "abcd\0e12", 9);
}

static void grows_and_keeps_its_nul(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(buf_addc(&b, (char)('a' + i % 26)), 0);
		assert_int_equal(b.data[b.len], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.data[i], 'a' + (char)(i % 26));
}

static void the_maximum_is_exact(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 8);
	assert_int_equal(buf_adds(&b, "12345678"), 0);
	assert_false(b.overflow);
	assert_int_equal(buf_add(&b, "", 0), 0);
	assert_int_equal(buf_addc(&b, '9'), -1);
	assert_true(b.overflow);
	assert_string_equal(buf_text(&b), "12345678");
}

static void what_does_not_fit_adds_nothing(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 8);
	assert_int_equal(buf_adds(&b, "123"), 0);
	assert_int_equal(buf_adds(&b, "456789"), -1);
	assert_string_equal(buf_text(&b), "123");
	/* the overflow stays, even for what would fit */
	assert_int_equal(buf_addc(&b, '4'), -1);
	assert_int_equal(buf_addf(&b, "%d", 4), -1);
	assert_string_equal(buf_text(&b), "123");
	assert_true(b.overflow);
	buf_reset(&b);
	assert_false(b.overflow);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_addf(&b, "%08d", 7), 0);
	assert_int_equal(buf_addf(&b, "%d", 7), -1);
	assert_string_equal(buf_text(&b), "00000007");
}

static void a_size_near_the_end_of_the_world_is_refused(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 100);
	assert_int_equal(buf_adds(&b, "x"), 0);
	assert_int_equal(buf_add(&b, "y", SIZE_MAX), -1);
	assert_string_equal(buf_text(&b), "x");
}

static void stolen_bytes_are_the_callers(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 8);
	char *nothing = buf_steal(&b);
	assert_string_equal(nothing, "");
	free(nothing);
	assert_int_equal(buf_adds(&b, "12345678"), 0);
	char *text = buf_steal(&b);
	assert_string_equal(text, "12345678");
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_adds(&b, "123456789"), -1); /* the maximum is still the same */
	buf_reset(&b);
	assert_int_equal(buf_adds(&b, "other"), 0);
	assert_string_equal(text, "12345678");
	free(text);
}

static void usable_after_fini(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, 4);
	assert_int_equal(buf_adds(&b, "12345"), -1);
	buf_fini(&b);
	assert_false(b.overflow);
	assert_int_equal(buf_adds(&b, "1234"), 0);
	assert_int_equal(buf_adds(&b, "5"), -1);
	assert_string_equal(buf_text(&b), "1234");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_is_empty_text),
		cmocka_unit_test(appends),
		cmocka_unit_test(grows_and_keeps_its_nul),
		cmocka_unit_test(the_maximum_is_exact),
		cmocka_unit_test(what_does_not_fit_adds_nothing),
		cmocka_unit_test(a_size_near_the_end_of_the_world_is_refused),
		cmocka_unit_test(stolen_bytes_are_the_callers),
		cmocka_unit_test(usable_after_fini),
	};
	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
