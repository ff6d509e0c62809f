#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/err.h"

static void set_and_prefix(void **state)
{
	(void)state;
	struct err err = {""};
	assert_int_equal(err_set(&err, "no file %d", 7), -1);
	assert_string_equal(err.text, "no file 7");
	assert_int_equal(err_prefix(&err, "open %s", "/x"), -1);
	assert_string_equal(err.text, "open /x: no file 7");
	assert_int_equal(err_prefix(&err, "start"), -1);
	assert_string_equal(err.text, "start: open /x: no file 7");
	assert_int_equal(err_set(&err, "other"), -1);
	assert_string_equal(err.text, "other");
}

static void nobody_wants_the_sentence(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, "%s", "lost"), -1);
	assert_int_equal(err_prefix(NULL, "%s", "lost"), -1);
}

static void long_sentences_are_cut(void **state)
{
	(void)state;
	char text[600];
	struct err err;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(err_set(&err, "%s", text), -1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, text, sizeof(err.text) - 1);
	assert_int_equal(err_prefix(&err, "abc"), -1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "abc: xxx", 8);
}

static void every_length_of_prefix_ends_in_its_place(void **state)
{
	(void)state;
	char head[400];
	for (size_t n = 0; n < sizeof(head); n++) {
		struct err err;
		memset(head, 'h', n);
		head[n < sizeof(head) ? n : n - 1] = '\0';
		(void)err_set(&err, "what went wrong");
		(void)err_prefix(&err, "%s", head);
		size_t length = strlen(err.text);
		assert_true(length < sizeof(err.text));
		if (n + 2 + strlen("what went wrong") < sizeof(err.text)) {
			assert_int_equal(length, n + 2 + strlen("what went wrong"));
			assert_string_equal(err.text + n, ": what went wrong");
		} else if (n + 2 < sizeof(err.text)) {
			assert_int_equal(length, sizeof(err.text) - 1);
			assert_memory_equal(err.text + n, ": ", 2);
		} else {
			assert_string_equal(err.text, "what went wrong"); /* no room for the prefix: the cause matters more */
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_prefix),
		cmocka_unit_test(nobody_wants_the_sentence),
		cmocka_unit_test(long_sentences_are_cut),
		cmocka_unit_test(every_length_of_prefix_ends_in_its_place),
	};
	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
