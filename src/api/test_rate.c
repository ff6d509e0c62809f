#include "api/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND_US ((usec_t)1000000)

static int takes(struct rate *rate, int64_t key, usec_t now, int most)
{
	int n = 0;
	while (n < most && rate_take(rate, key, now))
		n++;
	return n;
}

static void two_seconds_worth_at_once_then_by_the_second(void **state)
{
	(void)state;
	struct rate *rate = rate_create(10);
	assert_int_equal(takes(rate, 7, 5, 1000), 20);
	assert_int_equal(takes(rate, 7, 5 + SECOND_US / 10 - 1, 1000), 0);
	assert_int_equal(takes(rate, 7, 5 + SECOND_US / 10, 1000), 1);
	assert_int_equal(takes(rate, 7, 5 + SECOND_US, 1000), 9);
	assert_int_equal(takes(rate, 7, 5 + 100 * SECOND_US, 1000), 20);
	/* A clock that went back gives nothing. */
	assert_int_equal(takes(rate, 7, 5, 1000), 0);
	rate_destroy(rate);
}

static void over_a_long_time_no_more_than_the_rate(void **state)
{
	(void)state;
	struct rate *rate = rate_create(7);
	int n = 0;
	for (usec_t now = 1; now <= 100 * SECOND_US; now += 3337)
		n += rate_take(rate, 1, now);
	assert_in_range(n, 7 * 99 + 14, 7 * 100 + 14);
	rate_destroy(rate);
}

static void keys_do_not_share(void **state)
{
	(void)state;
	struct rate *rate = rate_create(5);
	for (int64_t key = 1; key <= 500; key++)
		assert_int_equal(takes(rate, key, SECOND_US, 1000), 10);
	for (int64_t key = 1; key <= 500; key++)
		assert_false(rate_take(rate, key, SECOND_US));
	rate_destroy(rate);
}

/* More keys than buckets: nobody is refused for another's sake. */
static void a_new_key_is_never_refused(void **state)
{
	(void)state;
	struct rate *rate = rate_create(1);
	for (int64_t key = 1; key <= 20000; key++)
		assert_true(rate_take(rate, key, SECOND_US));
	rate_destroy(rate);
}

static void no_limit(void **state)
{
	(void)state;
	struct rate *rate = rate_create(0);
	assert_int_equal(takes(rate, 1, 1, 100000), 100000);
	rate_destroy(rate);
	rate_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_seconds_worth_at_once_then_by_the_second),
		cmocka_unit_test(over_a_long_time_no_more_than_the_rate),
		cmocka_unit_test(keys_do_not_share),
		cmocka_unit_test(a_new_key_is_never_refused),
		cmocka_unit_test(no_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
