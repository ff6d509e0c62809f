#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/fate.h"

#define N 100000

static struct sim_options *options;

static int setup(void **state)
{
	(void)state;
	options = sim_options_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_options_destroy(options);
	return 0;
}

static void set(const char *name, const char *value)
{
	struct err err;
	assert_int_equal(sim_options_set(options, name, value, &err), 0);
}

/* Within half a percent of all. */
static void assert_share(int n, int percent)
{
	assert_in_range(n + N / 200, N * percent / 100, N * percent / 100 + N / 100);
}

static void shares_come_out(void **state)
{
	(void)state;
	set("fail-codes", "131049:3,131026:1");
	set("failed-share", "2");
	set("delivered-share", "80");
	set("read-share", "30");
	set("stop-share", "10");
	set("reset-after", "5");
	set("silent-before", "7");
	set("refuse-codes", "131026:4");
	int read = 0, delivered = 0, failed = 0, code_49 = 0, stop = 0, resets = 0, silent = 0, refused = 0;
	for (uint64_t who = 447700900000; who < 447700900000 + N; who++) {
		struct sim_fate fate;
		sim_fate_decide(options, who, 1, &fate);
		read += fate.last == SIM_STATUS_READ;
		delivered += fate.last == SIM_STATUS_READ || fate.last == SIM_STATUS_DELIVERED;
		failed += fate.last == SIM_STATUS_FAILED;
		code_49 += fate.fail_code == 131049;
		stop += fate.reply == SIM_REPLY_STOP;
		resets += fate.fault == SIM_FAULT_RESET_AFTER;
		silent += fate.fault == SIM_FAULT_SILENT_BEFORE;
		refused += fate.refuse_code == 131026;
		assert_in_range(fate.sent_ms, 20, 200);
		assert_in_range(fate.read_ms, 500, 10000);
	}
	assert_share(read, 30);
	assert_share(delivered, 80);
	assert_share(failed, 6);
	assert_share(code_49, 3);
	assert_share(stop, 8); /* of those delivered */
	assert_share(resets, 5);
	assert_share(silent, 7);
	assert_share(refused, 4);
}

static void same_question_same_fate(void **state)
{
	(void)state;
	set("failed-share", "50");
	set("webhook-lost", "50");
	int differ_by_attempt = 0, differ_by_seed = 0;
	for (uint64_t who = 1; who <= 100; who++) {
		struct sim_fate a, b, c;
		sim_fate_decide(options, who, 1, &a);
		sim_fate_decide(options, who, 1, &b);
		assert_int_equal(a.last, b.last);
		assert_int_equal(a.read_ms, b.read_ms);
		assert_int_equal(a.fail_code, b.fail_code);
		sim_fate_decide(options, who, 2, &c);
		differ_by_attempt += c.last != a.last;
		options->seed = 2;
		sim_fate_decide(options, who, 1, &c);
		options->seed = 1;
		differ_by_seed += c.last != a.last;
	}
	assert_in_range(differ_by_attempt, 20, 90);
	assert_in_range(differ_by_seed, 20, 90);
}

static void held_ones_fail_when_dropped(void **state)
{
	(void)state;
	struct sim_fate fate;
	set("held-share", "100");
	sim_fate_decide(options, 1, 1, &fate);
	assert_true(fate.held);
	assert_int_not_equal(fate.last, SIM_STATUS_FAILED);
	assert_in_range(fate.held_ms, 1000, 3000);
	set("held-verdict", "drop");
	sim_fate_decide(options, 1, 1, &fate);
	assert_int_equal(fate.fail_code, 132015);
	assert_false(fate.sent_first);
}

static void webhooks_are_lost_doubled_and_late(void **state)
{
	(void)state;
	set("webhook-lost", "10");
	set("webhook-doubled", "20");
	set("webhook-reordered", "30");
	int lost = 0, doubled = 0, late = 0;
	for (uint64_t who = 0; who < N; who++) {
		struct sim_webhook_fate fate;
		sim_fate_decide_webhook(options, who, 1, SIM_STATUS_SENT, &fate);
		lost += fate.lost;
		doubled += fate.doubled;
		late += fate.late_ms > 0;
	}
	assert_share(lost, 10);
	assert_share(doubled, 20);
	assert_share(late, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shares_come_out, setup, teardown),
		cmocka_unit_test_setup_teardown(same_question_same_fate, setup, teardown),
		cmocka_unit_test_setup_teardown(held_ones_fail_when_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(webhooks_are_lost_doubled_and_late, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
