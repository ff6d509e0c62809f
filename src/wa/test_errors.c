#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "wa/errors.h"

static void no_code_twice(void **state)
{
	(void)state;
	size_t n;
	const struct wa_error_rule *table = wa_error_table(&n);
	assert_true(n > 60);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (table[i].code == table[k].code)
				fail_msg("%d", table[i].code);
}

static bool is_sentence(const char *text)
{
	size_t n = strlen(text);
	return n > 15 && text[n - 1] == '.' && text[0] >= 'A' && text[0] <= 'Z';
}

static void every_rule_speaks_to_people(void **state)
{
	(void)state;
	size_t n;
	const struct wa_error_rule *table = wa_error_table(&n);
	for (size_t i = 0; i < n; i++) {
		if (!is_sentence(table[i].meaning) || !is_sentence(table[i].remedy))
			fail_msg("%d", table[i].code);
		assert_ptr_equal(wa_error_words(table[i].code), &table[i]);
	}
	static const int unknown[] = {5, 199, 300, 999999, -1, INT32_MAX, INT32_MIN};
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		assert_non_null(wa_error_words(unknown[i]));
		assert_true(is_sentence(wa_error_words(unknown[i])->meaning) && is_sentence(wa_error_words(unknown[i])->remedy));
	}
}

/* The table of Meta's errors, code by code, with the HTTP status that Meta gives; 0 where its page names none. */
static const struct {
	int code, http;
	enum wa_action action;
} page[] = {
	/* stop the sender or its account */
	{0, 401, WA_HOLD_SENDER},
	{3, 500, WA_HOLD_SENDER},
	{10, 403, WA_HOLD_SENDER},
	{104, 401, WA_HOLD_SENDER},
	{190, 401, WA_HOLD_SENDER},
	{200, 403, WA_HOLD_SENDER},
	{201, 403, WA_HOLD_SENDER},
	{250, 403, WA_HOLD_SENDER},
	{299, 403, WA_HOLD_SENDER},
	{131005, 403, WA_HOLD_SENDER},
	{368, 403, WA_HOLD_SENDER},
	{131031, 403, WA_HOLD_SENDER},
	{130497, 403, WA_FAIL_WARN},
	{131042, 400, WA_HOLD_SENDER},
	{131064, 0, WA_HOLD_SENDER},
	{134011, 400, WA_HOLD_SENDER},
	{139200, 0, WA_HOLD_SENDER},
	{131048, 400, WA_HOLD_SENDER},
	{33, 400, WA_HOLD_SENDER},
	/* the number is not set up */
	{131037, 400, WA_HOLD_SENDER},
	{131045, 500, WA_HOLD_SENDER},
	{133000, 500, WA_HOLD_SENDER},
	{133005, 400, WA_HOLD_SENDER},
	{133006, 400, WA_HOLD_SENDER},
	{133008, 400, WA_HOLD_SENDER},
	{133009, 400, WA_HOLD_SENDER},
	{133010, 400, WA_HOLD_SENDER},
	{133015, 400, WA_HOLD_SENDER},
	{133016, 400, WA_HOLD_SENDER},
	/* too fast: certainly not sent */
	{4, 400, WA_SLOW_LANE},
	{80007, 400, WA_SLOW_LANE},
	{80008, 400, WA_SLOW_LANE},
	{130429, 400, WA_SLOW_LANE},
	{130429, 429, WA_SLOW_LANE},
	{134101, 400, WA_REST_CAMPAIGN},
	{131056, 400, WA_RETRY_PAIR},
	/* proves nothing */
	{1, 400, WA_AMBIGUOUS},
	{2, 503, WA_AMBIGUOUS},
	{131000, 500, WA_AMBIGUOUS},
	{131016, 500, WA_AMBIGUOUS},
	{131057, 500, WA_AMBIGUOUS},
	{133004, 503, WA_AMBIGUOUS},
	{2494100, 0, WA_AMBIGUOUS},
	/* this recipient only */
	{131021, 400, WA_FAIL},
	{131026, 400, WA_FAIL},
	{131030, 400, WA_FAIL},
	{131047, 400, WA_FAIL},
	{131049, 400, WA_RETRY_CAPPED},
	{130472, 400, WA_FAIL},
	{131050, 400, WA_FAIL},
	{130403, 0, WA_FAIL},
	{131062, 0, WA_FAIL},
	{132005, 400, WA_FAIL},
	/* our request is wrong, or this recipient's data */
	{131051, 400, WA_FAIL},
	{131052, 400, WA_FAIL},
	{100, 400, WA_FAIL},
	{131008, 400, WA_FAIL},
	{131009, 400, WA_FAIL},
	{135000, 400, WA_FAIL},
	{132018, 400, WA_FAIL},
	/* this template: every other recipient would fare the same */
	{131053, 400, WA_HOLD_CAMPAIGN},
	{132000, 400, WA_HOLD_CAMPAIGN},
	{132001, 404, WA_HOLD_CAMPAIGN},
	{132007, 400, WA_HOLD_CAMPAIGN},
	{132012, 400, WA_HOLD_CAMPAIGN},
	{132015, 400, WA_HOLD_CAMPAIGN},
	{132016, 400, WA_HOLD_CAMPAIGN},
	{132068, 400, WA_HOLD_CAMPAIGN},
	{132069, 400, WA_HOLD_CAMPAIGN},
	{131063, 0, WA_HOLD_CAMPAIGN},
	{131055, 400, WA_HOLD_CAMPAIGN},
	{134100, 400, WA_HOLD_CAMPAIGN},
	{134102, 500, WA_HOLD_CAMPAIGN},
	/* of management calls */
	{131059, 0, WA_FAIL},
	{2388019, 0, WA_FAIL},
	{2388024, 0, WA_FAIL},
	{2388039, 0, WA_FAIL},
	{2388040, 0, WA_FAIL},
	{2388047, 0, WA_FAIL},
	{2388072, 0, WA_FAIL},
	{2388073, 0, WA_FAIL},
	{2388293, 0, WA_FAIL},
	{2388299, 0, WA_FAIL},
	{2388318, 0, WA_FAIL},
	{2388330, 0, WA_FAIL},
	{200005, 0, WA_FAIL},
	{200006, 0, WA_FAIL},
	{200007, 0, WA_FAIL},
};
#define N_PAGE (sizeof(page) / sizeof(page[0]))

static void every_code_does_what_its_class_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PAGE; i++) {
		const struct wa_error_rule *rule = wa_error_rule(page[i].code, page[i].http ? page[i].http : 400);
		if (rule->action != page[i].action)
			fail_msg("%d does %d instead of %d", page[i].code, (int)rule->action, (int)page[i].action);
		assert_int_equal(wa_error_words(page[i].code)->action, page[i].action);
	}
}

/* And the other way round: the table knows no code that the page does not. */
static void every_rule_is_on_the_page(void **state)
{
	(void)state;
	size_t n;
	const struct wa_error_rule *table = wa_error_table(&n);
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		for (size_t k = 0; k < N_PAGE; k++)
			found = found || page[k].code == table[i].code;
		if (!found)
			fail_msg("%d", table[i].code);
	}
}

/* Only these are both worth another try and proof that nothing was sent. */
static void few_codes_may_be_tried_again(void **state)
{
	(void)state;
	size_t n;
	static const int again[] = {4, 80007, 80008, 130429, 131056, 134101};
	const struct wa_error_rule *table = wa_error_table(&n);
	for (size_t i = 0; i < n; i++) {
		bool listed = false;
		for (size_t k = 0; k < sizeof again / sizeof *again; k++)
			listed = listed || again[k] == table[i].code;
		enum wa_action action = table[i].action;
		assert_int_equal(action == WA_SLOW_LANE || action == WA_RETRY_PAIR || action == WA_REST_CAMPAIGN, listed);
	}
}

static void a_servers_failure_proves_nothing(void **state)
{
	(void)state;
	static const int statuses[] = {500, 502, 503, 504, 599};
	for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++) {
		for (size_t i = 0; i < N_PAGE; i++) {
			bool stops = page[i].action == WA_HOLD_SENDER || page[i].action == WA_HOLD_CAMPAIGN;
			assert_int_equal(wa_error_rule(page[i].code, statuses[s])->action, stops ? page[i].action : WA_AMBIGUOUS);
		}
	}
}

static void unknown_codes_are_safe(void **state)
{
	(void)state;
	static const int unknown[] = {5, 199, 300, 131999, 2388099, 141002, 200008, 999999, INT32_MAX, -7};
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		assert_int_equal(wa_error_rule(unknown[i], 400)->action, WA_FAIL);
		assert_int_equal(wa_error_rule(unknown[i], 404)->action, WA_FAIL);
		assert_int_equal(wa_error_rule(unknown[i], 499)->action, WA_FAIL);
		assert_int_equal(wa_error_rule(unknown[i], 500)->action, WA_AMBIGUOUS);
		assert_int_equal(wa_error_rule(unknown[i], 503)->action, WA_AMBIGUOUS);
		assert_true(is_sentence(wa_error_rule(unknown[i], 503)->meaning));
	}
}

/* Whoever sees the hold sees the code, what it means and what to do. */
static void a_hold_says_what_to_do(void **state)
{
	(void)state;
	struct hold hold = wa_error_hold(wa_error_words(190), 190);
	assert_int_equal(hold.rule, HOLD_REFUSED);
	assert_int_equal(hold.code, 190);
	assert_string_equal(hold.reason, wa_error_words(190)->meaning);
	assert_string_equal(hold.remedy, wa_error_words(190)->remedy);
	hold = wa_error_hold(wa_error_rule_with(100, 33, 400), 100);
	assert_true(is_sentence(hold.reason) && is_sentence(hold.remedy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_code_twice),
		cmocka_unit_test(every_rule_speaks_to_people),
		cmocka_unit_test(every_code_does_what_its_class_says),
		cmocka_unit_test(every_rule_is_on_the_page),
		cmocka_unit_test(few_codes_may_be_tried_again),
		cmocka_unit_test(a_servers_failure_proves_nothing),
		cmocka_unit_test(unknown_codes_are_safe),
		cmocka_unit_test(a_hold_says_what_to_do),
	};
	return cmocka_run_group_tests_name("wa/errors", tests, NULL, NULL);
}
