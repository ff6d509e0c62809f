/* The table of holds, and a hold as clients see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "model/hold.h"

static const struct {
	int number;
	const char *text, *sender_status, *remedy;
} table[] = {
#define X(name, number, text, sender_status, remedy) {number, text, sender_status, remedy},
#include "model/holds.def"
};
#define N_TABLE (sizeof(table) / sizeof(table[0]))

static void numbers_are_for_ever(void **state)
{
	(void)state;
	assert_int_equal(HOLD_NONE, 0);
	assert_int_equal(HOLD_PERSON, 1); /* in SQL too */
	assert_int_equal(HOLD_REFUSED, 2);
	assert_int_equal(HOLD_RESTRICTED, 13);
	assert_int_equal(HOLD_UNREACHABLE, 14); /* in SQL too */
}

static void each_says_what_lifts_it(void **state)
{
	(void)state;
	static const char statuses[] = "blocked flagged restricted";
	for (size_t i = 0; i < N_TABLE; i++) {
		struct hold hold = hold_for((enum hold_rule)table[i].number, "A reason.");
		assert_true(hold_is_on(&hold));
		assert_string_equal(hold_rule_text(hold.rule), table[i].text);
		assert_string_equal(hold.remedy, table[i].remedy);
		assert_non_null(strstr(hold.remedy, hold_stops(&hold) ? "esume it" : "goes on by itself"));
		assert_int_equal(hold.remedy[strlen(hold.remedy) - 1], '.');
		assert_non_null(strstr(statuses, hold_sender_status(hold.rule)));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(table[i].text, table[k].text);
	}
	assert_string_equal(hold_sender_status(HOLD_NONE), "available");
	assert_string_equal(hold_rule_text((enum hold_rule)99), "");
}

static void check_json(const struct hold *hold, const char *wanted)
{
	struct json_writer w;
	buf_auto struct buf out;
	buf_init(&out, 1024);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	hold_put(&w, "hold", hold);
	json_close_object(&w);
	assert_string_equal(buf_text(&out), wanted);
}

static void as_clients_see_it(void **state)
{
	(void)state;
	struct hold hold = hold_for(HOLD_PERSON, "Paused by a person.");
	check_json(&(struct hold){0}, "{\"hold\":null}");
	hold.since = 1700000000000;
	check_json(&hold, "{\"hold\":{\"by\":\"person\",\"rule\":\"person\",\"code\":null,\"reason\":\"Paused by a person.\","
	                  "\"remedy\":\"Resume it to go on.\",\"since\":\"2023-11-14 22:13:20\",\"until\":null}}");
	hold = (struct hold){HOLD_REFUSED, 190, "The token expired.", "Give it another.", 1700000000000, 1700000060000};
	check_json(&hold,
	           "{\"hold\":{\"by\":\"rule\",\"rule\":\"refused\",\"code\":190,\"reason\":\"The token expired.\","
	           "\"remedy\":\"Give it another.\",\"since\":\"2023-11-14 22:13:20\",\"until\":\"2023-11-14 22:14:20\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_for_ever),
		cmocka_unit_test(each_says_what_lifts_it),
		cmocka_unit_test(as_clients_see_it),
	};
	return cmocka_run_group_tests_name("model/hold", tests, NULL, NULL);
}
