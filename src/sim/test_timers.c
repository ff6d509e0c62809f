#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>

#include "sim/timers.h"

static struct sim_timers timers;
static int n_dropped;

static int setup(void **state)
{
	(void)state;
	n_dropped = 0;
	return sim_timers_init(&timers, 1000, NULL);
}

static int teardown(void **state)
{
	(void)state;
	sim_timers_fini(&timers);
	return 0;
}

static void run(void *context, void *arg, msec_t due)
{
	(void)context;
	(void)arg;
	(void)due;
}

static void drop(void *arg)
{
	(void)arg;
	n_dropped++;
}

static bool is_readable(void)
{
	struct pollfd fd = {.fd = timers.wake_fd, .events = POLLIN};
	return poll(&fd, 1, 0) == 1;
}

static void comes_in_order_of_time_then_of_adding(void **state)
{
	(void)state;
	static int args[500];
	for (int i = 0; i < 500; i++)
		assert_true(sim_timers_add(&timers, (i * 7919) % 50, run, drop, &args[i]));
	struct sim_timer out[500];
	msec_t next;
	assert_int_equal(sim_timers_take(&timers, 49, out, 500, &next), 500);
	for (int i = 1; i < 500; i++) {
		assert_true(out[i - 1].at <= out[i].at);
		if (out[i - 1].at == out[i].at)
			assert_true(out[i - 1].arg < out[i].arg);
	}
	assert_int_equal(sim_timers_count(&timers), 0);
}

static void wakes_only_for_something_earlier(void **state)
{
	(void)state;
	struct sim_timer out[4];
	msec_t next;
	sim_timers_awake(&timers);
	assert_true(sim_timers_add(&timers, 100, run, drop, NULL));
	assert_false(is_readable());
	assert_int_equal(sim_timers_take(&timers, 50, out, 4, &next), 0);
	assert_int_equal(next, 100);
	assert_true(sim_timers_add(&timers, 150, run, drop, NULL));
	assert_false(is_readable());
	assert_true(sim_timers_add(&timers, 70, run, drop, NULL));
	assert_true(is_readable());
	sim_timers_awake(&timers);
	assert_false(is_readable());
	assert_int_equal(sim_timers_take(&timers, 100, out, 1, &next), 1);
	assert_int_equal(out[0].at, 70);
}

static void is_full_and_drops_the_rest(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(sim_timers_add(&timers, i, run, drop, NULL));
	assert_false(sim_timers_add(&timers, 1, run, drop, NULL));
	sim_timers_drop_all(&timers);
	assert_int_equal(n_dropped, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_in_order_of_time_then_of_adding, setup, teardown),
		cmocka_unit_test_setup_teardown(wakes_only_for_something_earlier, setup, teardown),
		cmocka_unit_test_setup_teardown(is_full_and_drops_the_rest, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
