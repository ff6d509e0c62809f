#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/number_range.h"

#define MOST "999999999999999"

/* Comma lists, NULL: not given; the ranges as "least-greatest", or one number. */
static void check(const char *numbers, const char *prefixes, const char *expected)
{
	arena_auto struct arena *arena = arena_create(1024);
	const char *list[2][10];
	int n[2] = {-1, -1};
	const char *const given[2] = {numbers, prefixes};
	for (int k = 0; k < 2; k++) {
		if (!given[k])
			continue;
		n[k] = 0;
		char *rest = arena_strdup(arena, given[k]), *value;
		while ((value = strsep(&rest, ",")))
			list[k][n[k]++] = value;
	}
	struct number_range range[10];
	char text[400] = "";
	int n_ranges = number_ranges(list[0], n[0], list[1], n[1], arena, range);
	for (int i = 0; i < n_ranges; i++) {
		bool one = strcmp(range[i].least, range[i].greatest) == 0;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s", i ? " " : "", range[i].least,
		         one ? "" : "-", one ? "" : range[i].greatest);
	}
	assert_string_equal(text, expected);
}

static void numbers_and_how_they_begin(void **state)
{
	(void)state;
	check(NULL, NULL, "");
	check("447400000001", NULL, "447400000001");
	check("447400000001,49,447400000001", NULL, "447400000001 49");
	check("x,,44 7,1234567890123456,123456789012345", NULL, "123456789012345");
	check(NULL, "44", "44-44" MOST);
	check(NULL, "447,44,49,44,4930,33", "44-44" MOST " 49-49" MOST " 33-33" MOST);
	check(NULL, "x,,4x", "");
	check("441,331,491", "44,49", "441 491");
	check("441", "x", "");
	check("441", "", "");
	check("x", "44", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_how_they_begin),
	};
	return cmocka_run_group_tests_name("model/number_range", tests, NULL, NULL);
}
