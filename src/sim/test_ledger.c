#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/ledger.h"

/* The ledger only keeps the numbers' addresses. */
static int one, two;
#define NUMBER_ONE ((struct sim_number *)(void *)&one)
#define NUMBER_TWO ((struct sim_number *)(void *)&two)

static struct sim_ledger *ledger;

static int setup(void **state)
{
	(void)state;
	ledger = sim_ledger_create(100000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_ledger_destroy(ledger);
	return 0;
}

static struct sim_entry *entry_of(uint64_t who)
{
	return sim_ledger_entry(ledger, NUMBER_ONE, who, NULL);
}

static void counts_doubles_and_repeats(void **state)
{
	(void)state;
	sim_ledger_take(ledger, entry_of(1), 7, 100);
	sim_ledger_take(ledger, entry_of(2), 7, 110);
	sim_ledger_take(ledger, entry_of(1), 8, 120);
	sim_ledger_take(ledger, entry_of(1), 7, 130);
	sim_ledger_take(ledger, sim_ledger_entry(ledger, NUMBER_TWO, 1, NULL), 7, 140);
	const struct sim_ledger_sums *sums = sim_ledger_sums(ledger);
	assert_int_equal(sums->recipients, 3);
	assert_int_equal(sums->users, 2);
	assert_int_equal(sums->taken, 5);
	assert_int_equal(sums->doubles, 2);
	assert_int_equal(sums->repeats, 1);
	assert_int_equal(sums->pending, 5);
	assert_int_equal(sums->first_taken_ms, 100);
	assert_int_equal(sums->last_taken_ms, 140);
	assert_int_equal(entry_of(1)->taken, 3);
	assert_int_equal(entry_of(1)->last_taken_ms, 130);
	uint32_t cursor = 0;
	unsigned n = 0;
	while (sim_ledger_next_of(ledger, 1, &cursor))
		n++;
	assert_int_equal(n, 2);
}

static void sums_follow_the_best_status(void **state)
{
	(void)state;
	const struct sim_ledger_sums *sums = sim_ledger_sums(ledger);
	struct sim_entry *entry = entry_of(1);
	sim_ledger_take(ledger, entry, 7, 1);
	sim_ledger_emit(ledger, entry, SIM_STATUS_SENT, 0, false);
	assert_int_equal(sums->sent, 1);
	sim_ledger_emit(ledger, entry, SIM_STATUS_FAILED, 131026, true);
	assert_int_equal(sums->sent, 0);
	assert_int_equal(sums->failed, 1);
	assert_int_equal(entry->last_code, 131026);
	sim_ledger_take(ledger, entry, 7, 2);
	sim_ledger_emit(ledger, entry, SIM_STATUS_SENT, 0, false);
	assert_int_equal(sums->failed, 1);
	sim_ledger_emit(ledger, entry, SIM_STATUS_DELIVERED, 0, false);
	assert_int_equal(sums->failed, 0);
	assert_int_equal(sums->sent, 1);
	assert_int_equal(sums->delivered, 1);
	sim_ledger_emit(ledger, entry, SIM_STATUS_READ, 0, true);
	sim_ledger_emit(ledger, entry, SIM_STATUS_DELIVERED, 0, false);
	assert_int_equal(sums->read, 1);
	assert_int_equal(sums->delivered, 1);
	assert_int_equal(sums->pending, 0);
	assert_int_equal(entry->delivered, 2);
}

static void grows_and_keeps_order(void **state)
{
	(void)state;
	for (uint64_t who = 1; who <= 50000; who++)
		sim_ledger_take(ledger, entry_of(who * 31), who, (msec_t)who);
	assert_int_equal(sim_ledger_count(ledger), 50000);
	for (uint64_t who = 1; who <= 50000; who++) {
		assert_int_equal(sim_ledger_at(ledger, (uint32_t)who - 1)->who, who * 31);
		assert_int_equal(entry_of(who * 31)->first_taken_ms, who);
	}
	assert_int_equal(sim_ledger_sums(ledger)->doubles, 0);
	assert_true(sizeof(struct sim_entry) <= 128);
}

static void is_full_and_forgets(void **state)
{
	(void)state;
	struct sim_ledger *small = sim_ledger_create(1);
	struct sim_entry *entry = sim_ledger_entry(small, NUMBER_ONE, 1, "US.123");
	assert_string_equal(entry->user_id, "US.123");
	sim_ledger_refuse(small, entry, 131056);
	assert_int_equal(sim_ledger_sums(small)->refused, 1);
	assert_null(sim_ledger_entry(small, NUMBER_ONE, 2, NULL));
	sim_ledger_reset(small);
	assert_int_equal(sim_ledger_sums(small)->refused, 0);
	assert_non_null(sim_ledger_entry(small, NUMBER_ONE, 2, NULL));
	sim_ledger_destroy(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_doubles_and_repeats, setup, teardown),
		cmocka_unit_test_setup_teardown(sums_follow_the_best_status, setup, teardown),
		cmocka_unit_test_setup_teardown(grows_and_keeps_order, setup, teardown),
		cmocka_unit_test_setup_teardown(is_full_and_forgets, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
