#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/json.h"

static struct buf out;
static struct json_writer w;

static int setup(void **state)
{
	(void)state;
	buf_init(&out, 65536);
	json_begin(&w, &out);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_fini(&out);
	return 0;
}

static void every_kind_of_member(void **state)
{
	(void)state;
	json_open_object(&w, NULL);
	json_put_text(&w, "text", "a\"b");
	json_put_text(&w, "none", NULL);
	json_put_textn(&w, "n", "abcdef", 3);
	json_put_int(&w, "least", INT64_MIN);
	json_put_real(&w, "real", 0.125, 2);
	json_put_real(&w, "nan", NAN, 2);
	json_put_real(&w, "inf", INFINITY, 2);
	json_put_bool(&w, "yes", true);
	json_put_bool(&w, "no", false);
	json_put_null(&w, "null");
	json_put_raw(&w, "raw", "[1,2]", 5);
	json_put_time(&w, "time", 1769853600999);
	json_put_time(&w, "never", -1);
	json_put_time(&w, "zero", 0);
	json_close_object(&w);
	assert_string_equal(buf_text(&out),
	                    "{\"text\":\"a\\\"b\",\"none\":null,\"n\":\"abc\",\"least\":-9223372036854775808,\"real\":0.12,"
	                    "\"nan\":null,\"inf\":null,\"yes\":true,\"no\":false,\"null\":null,\"raw\":[1,2],"
	                    "\"time\":\"2026-01-31 10:00:00\",\"never\":null,\"zero\":\"1970-01-01 00:00:00\"}");
}

static void commas_between_and_nowhere_else(void **state)
{
	(void)state;
	json_open_array(&w, NULL);
	json_open_object(&w, NULL);
	json_close_object(&w);
	json_open_array(&w, NULL);
	json_open_array(&w, NULL);
	json_put_int(&w, NULL, 1);
	json_put_int(&w, NULL, 2);
	json_close_array(&w);
	json_put_null(&w, NULL);
	json_close_array(&w);
	json_open_object(&w, NULL);
	json_open_object(&w, "a");
	json_close_object(&w);
	json_open_array(&w, "b");
	json_close_array(&w);
	json_close_object(&w);
	json_close_array(&w);
	assert_string_equal(buf_text(&out), "[{},[[1,2],null],{\"a\":{},\"b\":[]}]");
}

static void as_deep_as_it_says(void **state)
{
	(void)state;
	for (int i = 0; i < 31; i++)
		json_open_array(&w, NULL);
	json_put_int(&w, NULL, 1);
	json_put_int(&w, NULL, 2);
	for (int i = 0; i < 31; i++) {
		json_close_array(&w);
		if (i < 30)
			json_put_int(&w, NULL, 3);
	}
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(buf_text(&out), out.len, &tree, NULL), 0);
	assert_null(strstr(buf_text(&out), ",,"));
	assert_int_equal(cJSON_GetArraySize(tree), 2);
}

/* What is written is read again as it was, whatever bytes it has. */
static void escapes(void **state)
{
	(void)state;
	char text[400];
	size_t n = 0;
	for (int c = 1; c < 0x80; c++)
		text[n++] = (char)c;
	memcpy(text + n, "\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80", 10);
	json_open_object(&w, NULL);
	json_put_text(&w, text, text);
	json_close_object(&w);
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(buf_text(&out), out.len, &tree, NULL), 0);
	assert_string_equal(json_text(tree, text), text);
	buf_reset(&out);
	assert_int_equal(json_escape(&out, "\0\x01\x1f\"\\/\b\f\n\r\t\x7f", 12), 0);
	assert_string_equal(buf_text(&out), "\\u0000\\u0001\\u001f\\\"\\\\/\\b\\f\\n\\r\\t\x7f");
	buf_reset(&out);
	assert_int_equal(json_escape(&out, "", 0), 0);
	assert_string_equal(buf_text(&out), "");
}

static void too_much_is_told(void **state)
{
	(void)state;
	for (size_t max = 0; max < 20; max++) {
		buf_auto struct buf small;
		buf_init(&small, max);
		json_begin(&w, &small);
		json_open_object(&w, NULL);
		json_put_text(&w, "key", "value\n");
		json_close_object(&w);
		assert_int_equal(small.overflow, max < strlen("{\"key\":\"value\\n\"}"));
	}
	buf_auto struct buf small;
	buf_init(&small, 3);
	assert_int_equal(json_escape(&small, "\n\n", 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_kind_of_member, setup, teardown),
		cmocka_unit_test_setup_teardown(commas_between_and_nowhere_else, setup, teardown),
		cmocka_unit_test_setup_teardown(as_deep_as_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(escapes, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_told, setup, teardown),
	};
	return cmocka_run_group_tests_name("base/json_write", tests, NULL, NULL);
}
