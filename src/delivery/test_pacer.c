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

/* A run of Meta's answers to messages that left just now: `n`, of which every `nth` is a refusal. */
static void answers(struct pacer *p, usec_t now_us, int n, int nth)
{
	for (int i = 0; i < n; i++)
		if (i % nth == 0)
			pacer_limited(p, now_us, now_us);
		else
			pacer_taken(p, now_us, now_us);
}

static void test_falls_to_what_is_taken(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 80, now);
	answers(&p, now, 128, 128); /* one refusal alone */
	assert_int_equal(p.rate_milli, 77600);
	pacer_init(&p, 1000, now);
	answers(&p, now, 128, 2);
	assert_in_range(p.rate_milli, 490000, 510000);
	assert_int_equal(pacer_take(&p, ALL, now), 0);
	/* what was on the wire when it fell changes nothing more */
	for (int i = 0; i < 100; i++)
		pacer_limited(&p, now - 1, now + 1000);
	assert_in_range(p.rate_milli, 490000, 510000);
	now += SECOND_US;
	answers(&p, now, 128, 1); /* nothing at all is taken: but one a second is always tried */
	now += SECOND_US;
	answers(&p, now, 128, 1);
	assert_int_equal(p.rate_milli, 1000);
}

static void test_holds_then_creeps_then_climbs(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	answers(&p, now, 128, 2);
	int64_t fallen = p.rate_milli, knee = p.knee_milli;
	count_for(&p, &now, 5);
	assert_int_equal(p.rate_milli, fallen);
	count_for(&p, &now, 6);
	assert_in_range(p.rate_milli, knee * 98 / 100, knee);
	count_for(&p, &now, 8);
	assert_in_range(p.rate_milli, knee, knee * 104 / 100);
	count_for(&p, &now, 12);
	assert_int_equal(p.rate_milli, 1000000);
}

/* Found again where it was, the limit is left alone for longer each time. */
static void test_a_known_limit_is_touched_seldom(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 80, now);
	int64_t hold = 5;
	for (int i = 0; i < 6; i++) {
		answers(&p, now, 128, 128);
		assert_int_equal(p.hold_us, hold * SECOND_US);
		hold = hold * 2 < 60 ? hold * 2 : 60;
		while (p.rate_milli < p.knee_milli && p.rate_milli < 80000)
			count_for(&p, &now, 1);
	}
}

/* Meta, as a token bucket of a tenth of a second, behind a wire. */
struct meta {
	int64_t limit_mps, tokens_micro;
	usec_t then_us, latency_us;
	struct {
		usec_t posted_us;
		bool limited;
	} wire[4096];
	int head, tail;
	int64_t accepted, refused;
};

static void meta_post(struct meta *m, usec_t now_us)
{
	int64_t depth = m->limit_mps * 100000 < 1000000 ? 1000000 : m->limit_mps * 100000;
	m->tokens_micro += m->limit_mps * (now_us - m->then_us);
	m->tokens_micro = m->tokens_micro > depth ? depth : m->tokens_micro;
	m->then_us = now_us;
	bool limited = m->tokens_micro < 1000000;
	m->tokens_micro -= limited ? 0 : 1000000;
	m->accepted += !limited;
	m->refused += limited;
	m->wire[m->head].posted_us = now_us;
	m->wire[m->head].limited = limited;
	m->head = (m->head + 1) % 4096;
}

static void meta_answer(struct meta *m, struct pacer *p, usec_t now_us)
{
	while (m->tail != m->head && m->wire[m->tail].posted_us + m->latency_us <= now_us) {
		usec_t posted = m->wire[m->tail].posted_us;
		if (m->wire[m->tail].limited)
			pacer_limited(p, posted, now_us);
		else
			pacer_taken(p, posted, now_us);
		m->tail = (m->tail + 1) % 4096;
	}
}

static void meta_run(struct meta *m, struct pacer *p, usec_t *now_us, int64_t seconds)
{
	usec_t end = *now_us + seconds * SECOND_US;
	m->accepted = m->refused = 0;
	while (*now_us < end) {
		meta_answer(m, p, *now_us);
		for (int n = pacer_take(p, ALL, *now_us); n > 0; n--)
			meta_post(m, *now_us);
		usec_t wait = pacer_wait_us(p, 1, *now_us);
		*now_us += wait > 5000 ? 5000 : wait;
	}
}

/* At most five percent below what Meta takes, never above, and hardly a refusal. */
static void check_settled(struct meta *m, struct pacer *p, usec_t *now_us, int64_t seconds)
{
	meta_run(m, p, now_us, seconds);
	int64_t most = m->limit_mps * seconds;
	if (m->accepted < most * 95 / 100 || m->accepted > most + m->limit_mps / 10 + 1 || m->refused * 100 > m->accepted)
		fail_msg("%lld of %lld accepted, %lld refused", (long long)m->accepted, (long long)most, (long long)m->refused);
}

static void test_settles_under_a_limit_that_nobody_told(void **state)
{
	(void)state;
	static const int64_t limits[] = {20, 75, 80, 300, 990, 1000};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct pacer p;
		struct meta m = {.limit_mps = limits[i], .then_us = START_US, .latency_us = 80000};
		usec_t now = START_US;
		pacer_init(&p, 1000, now);
		meta_run(&m, &p, &now, 20);
		for (int minute = 0; minute < 10; minute++)
			check_settled(&m, &p, &now, 60);
	}
}

static void test_follows_a_limit_that_moves(void **state)
{
	(void)state;
	struct pacer p;
	struct meta m = {.limit_mps = 80, .then_us = START_US, .latency_us = 80000};
	usec_t now = START_US;
	pacer_init(&p, 80, now);
	meta_run(&m, &p, &now, 10);
	check_settled(&m, &p, &now, 60);
	m.limit_mps = 1000; /* Meta raises it, and its record says so */
	pacer_set_ceiling(&p, 990, now);
	meta_run(&m, &p, &now, 40);
	check_settled(&m, &p, &now, 60);
	m.limit_mps = 80; /* and takes it back without a word */
	meta_run(&m, &p, &now, 5);
	assert_in_range(m.accepted, 5 * 80 * 80 / 100, 5 * 80 + 100);
	assert_in_range(m.refused, 0, 500);
	check_settled(&m, &p, &now, 60);
	pacer_set_ceiling(&p, 80, now);
	check_settled(&m, &p, &now, 60);
	m.limit_mps = 1000; /* without a word, too: the record says more again only later */
	pacer_set_ceiling(&p, 990, now);
	meta_run(&m, &p, &now, 40);
	check_settled(&m, &p, &now, 60);
}

static void test_clock_that_jumps_forward(void **state)
{
	(void)state;
	struct pacer p;
	usec_t now = START_US;
	pacer_init(&p, 1000, now);
	answers(&p, now, 128, 2);
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
	answers(&p, now, 128, 2);
	now += SECOND_US;
	int64_t fallen = p.rate_milli;
	(void)pacer_take(&p, 0, now);
	now -= 80000 * SECOND_US;
	count_for(&p, &now, 3);
	assert_int_equal(p.rate_milli, fallen);
	count_for(&p, &now, 60);
	assert_int_equal(p.rate_milli, 1000000);
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
	answers(&p, now, 128, 2);
	int64_t slowed = p.rate_milli;
	pacer_set_ceiling(&p, 2000, now);
	assert_int_equal(p.rate_milli, slowed); /* the new room is climbed into, not jumped, but at once */
	count_for(&p, &now, 3);
	assert_true(p.rate_milli > slowed * 115 / 100);
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
		cmocka_unit_test(test_falls_to_what_is_taken),
		cmocka_unit_test(test_holds_then_creeps_then_climbs),
		cmocka_unit_test(test_a_known_limit_is_touched_seldom),
		cmocka_unit_test(test_settles_under_a_limit_that_nobody_told),
		cmocka_unit_test(test_follows_a_limit_that_moves),
		cmocka_unit_test(test_clock_that_jumps_forward),
		cmocka_unit_test(test_clock_that_goes_back),
		cmocka_unit_test(test_clock_that_goes_back_while_slow),
		cmocka_unit_test(test_new_ceiling),
		cmocka_unit_test(test_new_ceiling_of_a_slowed_lane),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
