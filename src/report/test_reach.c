#include "report/reach.h"

#include "store/test_world.h"

static int64_t in_time(struct world *w, const struct reach *reach)
{
	int64_t n = -1;
	assert_int_equal(IN_JOB(w, reach_by_deadline(tx, reach, w->now, &n)), 0);
	return n;
}

static void the_pace_decides(void **state)
{
	struct world *w = world_open(state, 0);
	struct reach r = {.campaign_no = INT64_MAX,
	                  .start_ms = w->now + HOUR_MS,
	                  .deadline_ms = w->now + HOUR_MS + 10 * SECOND_MS,
	                  .pace = 80,
	                  .n = 800};
	assert_int_equal(in_time(w, &r), 800);
	r.n = 10000;
	assert_int_equal(in_time(w, &r), 800);
	r.deadline_ms = w->now; /* before it begins */
	assert_int_equal(in_time(w, &r), 0);
	r.deadline_ms = -1;
	assert_int_equal(in_time(w, &r), 10000);
}

static void the_budget_decides(void **state)
{
	struct world *w = world_open(state, 0);
	world_limit(w, w->sender, "500", 250);
	struct reach r = {
		.campaign_no = INT64_MAX, .start_ms = w->now, .deadline_ms = w->now + 3 * DAY_MS, .pace = 80, .n = 2000};
	r.portfolio_no = world_int(w, "SELECT portfolio_no FROM sender WHERE no = %lld", (long long)w->sender);
	assert_int_equal(in_time(w, &r), 750); /* today, tomorrow and the day after */
	r.deadline_ms += HOUR_MS;
	assert_int_equal(in_time(w, &r), 1000);
	r.n = 600;
	assert_int_equal(in_time(w, &r), 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(the_pace_decides),
		WORLD_ON_BOTH(the_budget_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
