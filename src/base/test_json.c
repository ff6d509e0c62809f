#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* Parsed from memory that ends with the text, so that a byte read too far is seen. */
static int parse(const char *text, size_t n, cJSON **ret, struct err *err)
{
	char *copy = malloc(n ? n : 1);
	memcpy(copy, text, n);
	int result = json_parse(copy, n, ret, err);
	free(copy);
	return result;
}

static void taken(const char *text)
{
	json_auto cJSON *tree = NULL;
	struct err err = {""};
	if (parse(text, strlen(text), &tree, &err) != 0 || !tree)
		fail_msg("%s is refused: %s", text, err.text);
}

static void refused_n(const char *text, size_t n)
{
	json_auto cJSON *tree = NULL;
	struct err err = {""};
	if (parse(text, n, &tree, &err) != -1 || tree)
		fail_msg("%s was taken", text);
	if (!err.text[0])
		fail_msg("%s is refused without a sentence", text);
	assert_int_equal(parse(text, n, &tree, NULL), -1);
}

static void refused(const char *text)
{
	refused_n(text, strlen(text));
}

static void documents(void **state)
{
	(void)state;
	static const char *const good[] = {
		"{}",
		"[]",
		"null",
		"true",
		"false",
		"0",
		"-0",
		"\"\"",
		" \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		"[[],{}]",
		"{\"\":1}",
		"{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
		"[{\"a\":1},{\"a\":2}]",
		"{\"a\":1,\"A\":2}",
		"[1,1]",
	};
	static const char *const bad[] = {
		"",           " ",     "{",       "}",        "[",         "]",         "[1,]",    "[,1]",           "[1 2]",
		"{\"a\":1,}", "{,}",   "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{a:1}",     "{1:1}",   "{'a':1}",        "[1}",
		"{\"a\":1]",  "tru",   "TRUE",    "True",     "nul",       "truefalse", "[tru e]", "undefined",      "// x\n1",
		"[1]/**/",    "{}{}",  "1 2",     "{} x",     "[]]",       "{}\f",      "\v{}",    "\xEF\xBB\xBF{}", "[1;2]",
		"\"a",        "\"a\\", "a\"",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		taken(good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i]);
	refused_n("{}\0", 3);
	refused_n("\0{}", 3);
	refused_n("{\0}", 3);
	refused_n("[1\0]", 4);
}

static void numbers(void **state)
{
	(void)state;
	static const char *const good[] = {"0",     "-1",    "1.5",  "-0.25",
	                                   "1e5",   "1E+5",  "1e-5", "123456789012345678901234567890",
	                                   "1e308", "[0,1]", "0.0",  "1e-999"};
	static const char *const bad[] = {"01",       "-",    "-01",   "+1",       ".5",  "1.",        "1.e5",  "1e",
	                                  "1e+",      "0x10", "1_000", "Infinity", "NaN", "-Infinity", "1e309", "-1e309",
	                                  "1e999999", "1-2",  "1.5.2", "[1e5e5]",  "--1", "1,000"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		taken(good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i]);
}

static void a_very_long_number_is_not_two(void **state)
{
	(void)state;
	char text[400];
	for (size_t n = 1; n < sizeof(text) - 4; n++) {
		json_auto cJSON *tree = NULL;
		text[0] = '[';
		memset(text + 1, '1', n);
		strcpy(text + 1 + n, "]");
		if (parse(text, strlen(text), &tree, NULL) == 0)
			assert_int_equal(cJSON_GetArraySize(tree), 1);
	}
}

static void only_utf8(void **state)
{
	(void)state;
	taken("\"\xC3\xA9\xF0\x9F\x98\x80\"");
	refused("\"\xE9\"");
	refused("\"\xC0\x80\"");
	refused("\"\xED\xA0\x80\"");
	refused("\"\xC3\"");
	refused("{\"\xFF\":1}");
	refused("[1]\xFF");
}

static void text_inside(void **state)
{
	(void)state;
	static const char *const good[] = {
		"\"\\u00e9\"",   "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\\\u0000\"", "\"\\uFFFF\"",        "\"\x7F\"",
	};
	static const char *const bad[] = {
		"\"\\u0000\"",     "{\"a\\u0000b\":1}",  "\"\\ud83d\"",
		"\"\\ude00\"",     "\"\\ude00\\ud83d\"", "\"\\ud83d\\ud83d\"",
		"\"\\ud83dx\"",    "\"\\ud83d\\n\"",     "\"\\ud83d\\u0041\"",
		"{\"\\ud83d\":1}", "\"\\u00g0\"",        "\"\\u00\"",
		"\"\\u\"",         "\"\\x41\"",          "\"\\'\"",
		"\"\\0\"",         "\"\\U0041\"",        "\"\\",
		"\"\\u12",         "\"\\ud83d\\u",       "\"\\ud83d\\ude0",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		taken(good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i]);
	for (char c = 0; c < 0x20; c++) {
		char text[] = {'"', 'a', c, '"'};
		refused_n(text, sizeof(text));
	}
	json_auto cJSON *tree = NULL;
	const char *text = "[\"\\ud83d\\ude00\\u00e9\\/\"]";
	assert_int_equal(json_parse(text, strlen(text), &tree, NULL), 0);
	assert_string_equal(cJSON_GetArrayItem(tree, 0)->valuestring, "\xF0\x9F\x98\x80\xC3\xA9/");
}

static void depth(void **state)
{
	(void)state;
	static char text[400000];
	for (int depth = 1; depth <= 200; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		text[2 * depth] = '\0';
		if (depth <= JSON_MAX_DEPTH)
			taken(text);
		else
			refused(text);
	}
	char *end = text;
	for (int depth = 0; depth < JSON_MAX_DEPTH + 1; depth++)
		end = stpcpy(end, "{\"a\":");
	end = stpcpy(end, "1");
	for (int depth = 0; depth < JSON_MAX_DEPTH + 1; depth++)
		end = stpcpy(end, "}");
	refused(text);
	memset(text, '[', sizeof(text) - 1);
	refused_n(text, sizeof(text) - 1);
	/* brackets in text are no depth; closing ones give no credit */
	taken("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]");
	memset(text, ']', 1000);
	memset(text + 1000, '[', 100000);
	refused_n(text, 101000);
	/* many beside each other are not deep */
	end = stpcpy(text, "[");
	for (int i = 0; i < 1000; i++)
		end = stpcpy(end, "[],");
	strcpy(end, "[]]");
	taken(text);
}

static void the_same_key_twice(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"{\"a\":1,\"a\":2}",
		"{\"a\":1,\"b\":2,\"a\":1}",
		"{\"a\":1,\"\\u0061\":2}",
		"{\"\\u00e9\":1,\"\xC3\xA9\":2}",
		"{\"\":1,\"\":2}",
		"[{\"x\":{\"a\":1,\"a\":2}}]",
		"{\"x\":[[{\"a\":1,\"a\":2}]]}",
		"{\"a/\":1,\"a\\/\":1}",
		"{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":1}",
		"[0,{\"b\":[]},{\"a\":[],\"a\":[]}]",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i]);
	/* few keys and many */
	buf_auto struct buf b;
	buf_init(&b, BUF_NO_LIMIT);
	for (int n = 1; n <= 40; n++) {
		buf_reset(&b);
		for (int i = 0; i < n; i++)
			buf_addf(&b, "%s\"%d\":0", i ? "," : "{", i * 7 % 41);
		size_t end = b.len;
		buf_addc(&b, '}');
		taken(buf_text(&b));
		b.len = end;
		buf_addf(&b, ",\"%d\":0}", n / 2 * 7 % 41);
		refused(buf_text(&b));
	}
	buf_reset(&b);
	buf_addc(&b, '{');
	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "\"k%d\":%d,", i * 7919 % 3000, i);
	size_t n = b.len;
	buf_adds(&b, "\"last\":0}");
	taken(buf_text(&b));
	b.len = n;
	buf_adds(&b, "\"k1500\":0}");
	refused(buf_text(&b));
}

static void cut_or_changed_anywhere(void **state)
{
	(void)state;
	const char *text = "{\"a\":[1,-2.5e3,\"x\\u00e9\\ud83d\\ude00\\n\",true,null],\"b\":{\"c\":\"\xC3\xA9\"}} ";
	size_t n = strlen(text);
	for (size_t cut = 0; cut < n; cut++) {
		json_auto cJSON *tree = NULL;
		assert_int_equal(parse(text, cut, &tree, NULL), cut == n - 1 ? 0 : -1);
	}
	for (size_t at = 0; at < n; at++) { /* no answer is expected of a changed one, only that it is no harm */
		for (int c = 0; c < 256; c++) {
			char copy[100];
			json_auto cJSON *tree = NULL;
			memcpy(copy, text, n);
			copy[at] = (char)c;
			(void)!parse(copy, n, &tree, NULL);
		}
	}
}

static void members(void **state)
{
	(void)state;
	json_auto cJSON *tree = NULL;
	const char *text =
		"{\"t\":\"text\",\"n\":7,\"big\":9007199254740991,\"neg\":-9007199254740991,\"beyond\":9007199254740993,"
		"\"half\":1.5,\"e\":1e3,\"s\":\"-12\",\"long\":\"9223372036854775807\",\"over\":\"9223372036854775808\",\"bad\":"
		"\"1x\","
		"\"empty\":\"\",\"null\":null,\"huge\":1e300,\"bool\":true}";
	int64_t v = 99;
	assert_int_equal(json_parse(text, strlen(text), &tree, NULL), 0);
	assert_string_equal(json_text(tree, "t"), "text");
	assert_null(json_text(tree, "n"));
	assert_null(json_text(tree, "T"));
	assert_null(json_text(tree, "none"));
	assert_null(json_text(NULL, "t"));
	assert_null(json_get(json_get(tree, "t"), "t"));
	assert_non_null(json_get(tree, "null"));
	assert_true(json_int(tree, "n", &v) && v == 7);
	assert_true(json_int(tree, "big", &v) && v == 9007199254740991);
	assert_true(json_int(tree, "neg", &v) && v == -9007199254740991);
	assert_true(json_int(tree, "e", &v) && v == 1000);
	assert_true(json_int(tree, "s", &v) && v == -12);
	assert_true(json_int(tree, "long", &v) && v == INT64_MAX);
	static const char *const none[] = {"beyond", "half", "over", "bad", "empty", "null", "huge", "bool", "none"};
	v = 99;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (json_int(tree, none[i], &v) || v != 99)
			fail_msg("%s", none[i]);
	assert_false(json_int(NULL, "n", &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(numbers),
		cmocka_unit_test(a_very_long_number_is_not_two),
		cmocka_unit_test(only_utf8),
		cmocka_unit_test(text_inside),
		cmocka_unit_test(depth),
		cmocka_unit_test(the_same_key_twice),
		cmocka_unit_test(cut_or_changed_anywhere),
		cmocka_unit_test(members),
	};
	return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
