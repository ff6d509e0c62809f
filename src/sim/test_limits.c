#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sim/limits.h"

static int taken_between(const struct sim_limit *limit, int64_t *full_at, int64_t from, int64_t to, int64_t step)
{
	int n = 0;
	for (int64_t now = from; now < to; now += step) {
		if (sim_limits_fits(limit, *full_at, now)) {
			*full_at = sim_limits_spend(limit, *full_at, now);
			n++;
		}
	}
	return n;
}

static void ceiling_holds_the_rate(void **state)
{
	(void)state;
	const int64_t second = 1000000000;
	struct sim_limit limit = sim_limits_ceiling(80, 100);
	int64_t full_at = 0;
	int n = taken_between(&limit, &full_at, 1000 * second, 1010 * second, second / 1000);
	assert_in_range(n, 800, 800 + 8); /* the rate, and once the depth of the bucket */
}

static void ceiling_takes_an_even_pace_whole(void **state)
{
	(void)state;
	const int64_t second = 1000000000;
	struct sim_limit limit = sim_limits_ceiling(1000, 0);
	assert_int_equal(limit.depth, 1);
	int64_t full_at = 0;
	assert_int_equal(taken_between(&limit, &full_at, second, 2 * second, second / 1000), 1000);
}

static void pair_takes_a_burst_then_waits(void **state)
{
	(void)state;
	struct sim_limit limit = sim_limits_pair();
	int64_t full_at = 0;
	const int64_t now = 1700000000000;
	for (int i = 0; i < 45; i++) {
		assert_true(sim_limits_fits(&limit, full_at, now));
		full_at = sim_limits_spend(&limit, full_at, now);
	}
	assert_false(sim_limits_fits(&limit, full_at, now));
	assert_false(sim_limits_fits(&limit, full_at, now + 5999));
	assert_true(sim_limits_fits(&limit, full_at, now + 6000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ceiling_holds_the_rate),
		cmocka_unit_test(ceiling_takes_an_even_pace_whole),
		cmocka_unit_test(pair_takes_a_burst_then_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
