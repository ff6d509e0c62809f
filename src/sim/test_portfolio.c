#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/portfolio.h"

#define DAY_US INT64_C(86400000000)

struct desk {
	struct sim_portfolio portfolio;
	struct sim_ledger *ledger;
	struct sim_number *number[2];
};

static int number[2]; /* only told apart */
static struct desk desk;

static int open_desk(void **state)
{
	(void)state;
	desk = (struct desk){.ledger = sim_ledger_create(4000)};
	for (int i = 0; i < 2; i++)
		desk.number[i] = (struct sim_number *)&number[i];
	return 0;
}

static int close_desk(void **state)
{
	(void)state;
	sim_portfolio_fini(&desk.portfolio);
	sim_ledger_destroy(desk.ledger);
	return 0;
}

static struct sim_entry *person(uint64_t who, int from)
{
	return sim_ledger_entry(desk.ledger, desk.number[from], who, NULL);
}

static bool fits(struct sim_entry *entry, int64_t now_us)
{
	return sim_portfolio_fits(&desk.portfolio, desk.ledger, entry, 3, now_us);
}

static bool count(struct sim_entry *entry, int64_t now_us)
{
	return sim_portfolio_count(&desk.portfolio, desk.ledger, entry, now_us);
}

static void people_count_once_whatever_the_number(void **state)
{
	(void)state;
	for (uint64_t who = 1; who <= 3; who++) {
		assert_true(fits(person(who, 0), 1000));
		assert_true(count(person(who, 0), 1000));
	}
	assert_false(count(person(2, 1), 2000));
	assert_true(fits(person(3, 1), 3000));
	assert_false(fits(person(4, 1), 3000));
	assert_int_equal(desk.portfolio.users, 3);
}

static void the_window_moves(void **state)
{
	(void)state;
	for (uint64_t who = 1; who <= 3; who++)
		count(person(who, 0), (int64_t)who * 1000);
	count(person(1, 1), 5000); /* delivered */
	assert_false(fits(person(4, 0), DAY_US + 1999));
	assert_true(fits(person(4, 0), DAY_US + 2000));
	assert_int_equal(desk.portfolio.users, 2);
	assert_true(fits(person(4, 0), DAY_US + 5000));
	assert_int_equal(desk.portfolio.users, 0);
	assert_true(count(person(1, 0), DAY_US + 6000));
}

static void who_got_nothing_does_not_count(void **state)
{
	(void)state;
	for (uint64_t who = 1; who <= 3; who++)
		count(person(who, 0), 1000);
	sim_portfolio_forget(&desk.portfolio, desk.ledger, person(2, 0));
	assert_true(fits(person(4, 0), 2000));
	sim_portfolio_forget(&desk.portfolio, desk.ledger, person(2, 0));
	assert_int_equal(desk.portfolio.users, 2);
	count(person(4, 0), 2000);
	assert_false(fits(person(2, 0), 2000));
}

static void it_grows_as_needed(void **state)
{
	(void)state;
	for (int day = 0; day < 3; day++)
		for (uint64_t who = 1; who <= 900; who++) {
			assert_true(
				sim_portfolio_fits(&desk.portfolio, desk.ledger, person(who, day & 1), 900, (day + 1) * DAY_US));
			for (int i = 0; i < 3; i++)
				count(person(who, day & 1), (day + 1) * DAY_US);
			assert_in_range(desk.portfolio.users, 1, 900);
		}
}

static void tiers(void **state)
{
	(void)state;
	assert_int_equal(sim_portfolio_limit("TIER_250"), 250);
	assert_int_equal(sim_portfolio_limit("TIER_100K"), 100000);
	assert_int_equal(sim_portfolio_limit("TIER_UNLIMITED"), 0);
}

#define DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(people_count_once_whatever_the_number),
		DESK(the_window_moves),
		DESK(who_got_nothing_does_not_count),
		DESK(it_grows_as_needed),
		cmocka_unit_test(tiers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
