#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "delivery/pacer.h"

#define SECOND_US ((usec_t)1000000)
#define START_US (7 * SECOND_US)
#define ALL 1000000 /* more than any bucket holds */

/* As a lane does: wait as long as the pacer says, take all there is. How many messages went from *now_us to `end_us`. */
static int64_t run(struct pacer *p, usec_t *now_us, usec_t end_us)
{
	int64_t n = 0;
	while (*now_us < end_us) {
		int taken = pacer_take(p, ALL, *now_us);
		assert_true(taken <= pacer_depth(p));
		n += taken;
		usec_t wait = pacer_wait_us(p, 1, *now_us);
		assert_true(wait > 0);
		*now_us += wait;
	}
	*now_us = end_us;
	return n;
}

static int64_t count_for(struct pacer *p, usec_t *now_us, int64_t seconds)
{
	return run(p, now_us, *now_us + seconds * SECOND_US);
}

static void check_about(int64_t n, int64_t wanted)
{
	if (n < wanted - 1 || n > wanted + 1)
		fail_msg("%lld messages where %lld were due", (long long)n, (long long)wanted);
}

static void check_rate(int64_t mps)
{
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, mps, now);
	assert_int_equal(pacer_take(&p, ALL, now), 1); /* no burst at the start */
	check_about(count_for(&p, &now, 60), 60 * mps);
}

static void test_rate_is_held(void **state)
{
	(void)state;
	for (int64_t mps = 1; mps <= 1000; mps++)
		check_rate(mps);
	check_rate(20000);
}

/* However unevenly the lane comes by, as long as it comes before the bucket is full. */
static void test_rate_is_held_when_asked_at_any_time(void **state)
{
	(void)state;
	static const int64_t rates[] = {1, 7, 80, 333, 1000, 20000};
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct pacer p;
		uint64_t x = 88172645463325252u;
		int64_t n = 0;
		usec_t now = START_US;
		pacer_init(&p, rates[i], now);
		n -= pacer_take(&p, 1, now);
		assert_int_equal(n, -1);
		n = 0;
		while (now < START_US + 100 * SECOND_US) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			now += 1 + (usec_t)((x >> 33) % 19000);
			n += pacer_take(&p, 1 + (int)((x >> 20) % 3) * ALL, now);
			n += pacer_take(&p, ALL, now);
		}
		check_about(n, (now - START_US) * rates[i] / SECOND_US);
	}
}

static void test_burst_is_bounded(void **state)
{
	(void)state;
	static const struct {
		int64_t mps;
		int depth;
	} cases[] = {{1, 1}, {24, 1}, {25, 1}, {80, 3}, {1000, 40}, {20000, 800}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pacer p;
		usec_t now = START_US;
		pacer_init(&p, cases[i].mps, now);
		now += 3600 * SECOND_US; /* a long rest earns one bucket and no more */
		assert_int_equal(pacer_depth(&p), cases[i].depth);
		assert_int_equal(pacer_take(&p, ALL, now), cases[i].depth);
		assert_int_equal(pacer_take(&p, ALL, now), 0);
	}
}

static void test_take_no_more_than_wanted_and_put_back(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	now += SECOND_US;
	assert_int_equal(pacer_take(&p, 15, now), 15);
	assert_int_equal(pacer_take(&p, ALL, now), 25);
	assert_int_equal(pacer_take(&p, ALL, now), 0);
	pacer_put(&p, 7);
	assert_int_equal(pacer_take(&p, ALL, now), 7);
	pacer_put(&p, ALL); /* never more than the bucket holds */
	assert_int_equal(pacer_take(&p, ALL, now), 40);
}

static void test_wait_is_what_it_takes(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 80, now);
	assert_int_equal(pacer_wait_us(&p, 1, now), 0);
	assert_int_equal(pacer_take(&p, 1, now), 1);
	usec_t wait = pacer_wait_us(&p, 3, now);
	assert_in_range(wait, 37500, 37501);
	assert_int_equal(pacer_take(&p, ALL, now + wait - 2), 2);
	assert_int_equal(pacer_take(&p, ALL, now + wait), 1);
}

static void test_slows_by_a_twentieth_once_a_second(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	now += SECOND_US;
	pacer_slow(&p, now);
	assert_int_equal(p.rate_milli, 950000);
	assert_int_equal(pacer_take(&p, ALL, now), 0); /* what was saved up is gone */
	for (int i = 0; i < 99; i++)
		pacer_slow(&p, now + i * 10000); /* the rest of the same burst of answers */
	assert_int_equal(p.rate_milli, 950000);
	pacer_slow(&p, now + SECOND_US);
	assert_int_equal(p.rate_milli, 902500);
	now += SECOND_US;
	check_about(count_for(&p, &now, 4), 4 * 902 + 2); /* that is the pace, not a figure kept aside */
	for (int i = 0; i < 1000; i++)
		pacer_slow(&p, now += SECOND_US);
	assert_int_equal(p.rate_milli, 1000); /* one a second goes on whatever happens */
}

static void test_climbs_back_step_by_step(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	for (int i = 0; i < 10; i++)
		pacer_slow(&p, now += SECOND_US);
	int64_t low = p.rate_milli;
	assert_in_range(low, 590000, 600000);
	check_about(run(&p, &now, now + 6990000), low * 699 / 100000);
	assert_int_equal(p.rate_milli, low); /* five seconds of quiet first */
	assert_int_equal(run(&p, &now, now + 20000) > 0, 1);
	assert_in_range(p.rate_milli, low + 10000, low + 10001);
	int64_t last = p.rate_milli;
	for (int i = 0; i < 60 && last < 1000000; i++) {
		check_about(count_for(&p, &now, 2), 2 * last / 1000);
		assert_true(p.rate_milli > last && p.rate_milli <= last + 10001);
		last = p.rate_milli;
	}
	assert_int_equal(p.rate_milli, 1000000);
	check_about(count_for(&p, &now, 60), 60000);
	assert_int_equal(p.rate_milli, 1000000);
}

/* Meta's limit is 70, whatever its record says: the pace settles just below it and is refused seldom. */
static void test_finds_a_limit_that_nobody_told(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US, second = now;
	int64_t taken = 0, refused = 0;
	int in_second = 0;
	pacer_init(&p, 80, now);
	while (now < START_US + 600 * SECOND_US) {
		if (now - second >= SECOND_US) {
			second = now;
			in_second = 0;
		}
		for (int n = pacer_take(&p, ALL, now); n > 0; n--) {
			if (in_second++ < 70) {
				taken++;
			} else {
				refused++;
				pacer_slow(&p, now);
			}
		}
		now += pacer_wait_us(&p, 1, now);
	}
	assert_true(taken > 600 * 70 * 95 / 100);
	assert_true(refused < taken / 100);
}

static void test_clock_that_jumps_forward(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	pacer_slow(&p, now);
	now += 86400 * SECOND_US;
	assert_int_equal(pacer_take(&p, ALL, now), 40);
	assert_int_equal(p.rate_milli, 1000000);
	check_about(count_for(&p, &now, 10), 10000);
}

static void test_clock_that_goes_back(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US + 86400 * SECOND_US;
	pacer_init(&p, 1000, now);
	assert_int_equal(pacer_take(&p, ALL, now), 1);
	check_about(count_for(&p, &now, 1), 1000);
	int64_t left = p.tokens_micro / 1000000;
	now -= 86000 * SECOND_US;
	check_about(count_for(&p, &now, 10), 10000 + left);
	now -= 100;
	assert_true(pacer_take(&p, ALL, now) <= 1); /* going back earns nothing */
}

/* A rate that was lowered before the clock went back climbs again all the same. */
static void test_clock_that_goes_back_while_slow(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US + 86400 * SECOND_US;
	pacer_init(&p, 1000, now);
	pacer_slow(&p, now);
	now += SECOND_US;
	assert_int_equal(pacer_take(&p, 0, now), 0);
	now -= 80000 * SECOND_US;
	count_for(&p, &now, 30);
	assert_int_equal(p.rate_milli, 1000000);
	now -= 3600 * SECOND_US;
	pacer_slow(&p, now);
	assert_int_equal(p.rate_milli, 950000);
}

static void test_new_ceiling(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 80, now);
	assert_int_equal(pacer_take(&p, ALL, now), 1);
	pacer_set_ceiling(&p, 1000, now); /* Meta raised the throughput */
	check_about(count_for(&p, &now, 10), 10000);
	pacer_set_ceiling(&p, 80, now);
	count_for(&p, &now, 1); /* a bucket of the old depth may be left */
	check_about(count_for(&p, &now, 100), 8000);
	pacer_set_ceiling(&p, 0, now); /* nonsense is the least there is */
	count_for(&p, &now, 2);
	check_about(count_for(&p, &now, 100), 100);
}

static void test_new_ceiling_of_a_slowed_lane(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	for (int i = 0; i < 14; i++)
		pacer_slow(&p, now += SECOND_US);
	int64_t slowed = p.rate_milli;
	assert_true(slowed < 500000);
	pacer_set_ceiling(&p, 2000, now);
	assert_int_equal(p.rate_milli, slowed); /* the new room is climbed into, not jumped */
	pacer_set_ceiling(&p, 2000, now + SECOND_US);
	assert_int_equal(p.rate_milli, slowed);
	pacer_set_ceiling(&p, 100, now);
	assert_int_equal(p.rate_milli, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate_is_held),
		cmocka_unit_test(test_rate_is_held_when_asked_at_any_time),
		cmocka_unit_test(test_burst_is_bounded),
		cmocka_unit_test(test_take_no_more_than_wanted_and_put_back),
		cmocka_unit_test(test_wait_is_what_it_takes),
		cmocka_unit_test(test_slows_by_a_twentieth_once_a_second),
		cmocka_unit_test(test_climbs_back_step_by_step),
		cmocka_unit_test(test_finds_a_limit_that_nobody_told),
		cmocka_unit_test(test_clock_that_jumps_forward),
		cmocka_unit_test(test_clock_that_goes_back),
		cmocka_unit_test(test_clock_that_goes_back_while_slow),
		cmocka_unit_test(test_new_ceiling),
		cmocka_unit_test(test_new_ceiling_of_a_slowed_lane),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
