#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/template.h"

static const struct {
	int number;
	const char *text, *sentence;
} table[] = {
#define X(name, number, text, sentence) {number, text, sentence},
#include "model/rules.def"
};
#define N_TABLE (sizeof(table) / sizeof(table[0]))

static void numbers_are_for_ever(void **state)
{
	(void)state;
	assert_int_equal(RULE_NONE, 0);
	assert_int_equal(RULE_OPTED_OUT, 1);
	assert_int_equal(RULE_EMPTY_PLACEHOLDER, 2);
	assert_int_equal(RULE_TOO_LONG, 3);
	assert_int_equal(RULE_DEADLINE, 4);
	assert_int_equal(RULE_RESTORED, 6);
}

static void each_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TABLE; i++) {
		assert_string_equal(rule_text(table[i].number), table[i].text);
		assert_string_equal(rule_sentence(table[i].number), table[i].sentence);
		size_t n = strlen(table[i].sentence);
		if (table[i].number == RULE_NONE)
			assert_int_equal(n, 0);
		else if (n < 10 || table[i].sentence[n - 1] != '.')
			fail_msg("%s has no sentence", table[i].text);
		for (size_t k = 0; k < i; k++) {
			assert_int_not_equal(table[i].number, table[k].number);
			assert_string_not_equal(table[i].text, table[k].text);
		}
	}
}

static void numbers_that_are_no_rules(void **state)
{
	(void)state;
	static const int bad[] = {-1, (int)N_TABLE, 1000, INT32_MIN, INT32_MAX};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_string_equal(rule_text(bad[i]), "unknown");
		assert_string_equal(rule_sentence(bad[i]), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_for_ever),
		cmocka_unit_test(each_says_why),
		cmocka_unit_test(numbers_that_are_no_rules),
	};
	return cmocka_run_group_tests_name("model/rules", tests, NULL, NULL);
}
