#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/scan.h"

static struct sim_scan scan;

static int scan_of(const char *text)
{
	return sim_scan(&scan, text, strlen(text));
}

static void reads_members_and_items(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(1024);
	assert_int_equal(scan_of(" {\"a\":{\"b\":[1,{\"c\":\"x\"},true]},\"z\":\"last\"} "), 0);
	int b = sim_scan_get(&scan, sim_scan_get(&scan, 0, "a"), "b");
	assert_true(sim_scan_is(&scan, b, SIM_TOKEN_ARRAY));
	assert_int_equal(sim_scan_count(&scan, b), 3);
	int item = sim_scan_first(&scan, b);
	assert_true(sim_text_is(sim_scan_text(&scan, item, arena), "1"));
	item = sim_scan_after(&scan, b, item);
	assert_true(sim_text_is(sim_scan_text(&scan, sim_scan_get(&scan, item, "c"), arena), "x"));
	item = sim_scan_after(&scan, b, item);
	assert_true(sim_scan_is(&scan, item, SIM_TOKEN_TRUE));
	assert_int_equal(sim_scan_after(&scan, b, item), SIM_SCAN_NONE);
	assert_true(sim_text_is_nocase(sim_scan_text(&scan, sim_scan_get(&scan, 0, "z"), arena), "LAST"));
	assert_int_equal(sim_scan_get(&scan, 0, "missing"), SIM_SCAN_NONE);
	assert_null(sim_scan_text(&scan, SIM_SCAN_NONE, arena).at);
}

static void unescapes(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(1024);
	assert_int_equal(scan_of("[\"a\\n\\u00e4\\ud83d\\ude00\\/\\\"\"]"), 0);
	struct sim_text text = sim_scan_text(&scan, 1, arena);
	assert_true(sim_text_is(text, "a\nä😀/\""));
}

static void refuses_what_is_not_json(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",       " ",     "{",        "[1,]",  "{\"a\"}", "{\"a\":1,}", "{a:1}",       "01",           "1.",
		"-",      "1e",    "tru",      "\"a",   "\"\\x\"", "\"\\u12\"",  "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"",
		"\"\n\"", "[1] 2", "\"\xff\"", "[1 2]", "nul",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (scan_of(bad[i]) == 0)
			fail_msg("taken: %s", bad[i]);
	}
	assert_int_equal(scan_of("[-0.5e+10,0,null,false,{},[]]"), 0);
	assert_int_equal(sim_scan_count(&scan, 0), 6);
}

static void keeps_its_limits(void **state)
{
	(void)state;
	char text[8192];
	memset(text, '[', 100);
	memset(text + 100, ']', 100);
	assert_int_equal(sim_scan(&scan, text, 200), -1);
	size_t n = 0;
	text[n++] = '[';
	for (int i = 0; i < SIM_SCAN_MAX_TOKENS; i++) {
		text[n++] = '1';
		text[n++] = ',';
	}
	text[n - 1] = ']';
	assert_int_equal(sim_scan(&scan, text, n), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members_and_items),
		cmocka_unit_test(unescapes),
		cmocka_unit_test(refuses_what_is_not_json),
		cmocka_unit_test(keeps_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
