/* A campaign's ordinary life: from the first message to the last, its schedule, pauses, cancellation and deadline. */
#include "delivery/test_stage.h"
#include "store/optouts.h"

static void test_all_accepted(void **state)
{
	struct stage *s = stage_open(state, 1000);
	int64_t campaign = stage_campaign(s, "All");
	usec_t from = s->now.mono;
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 1000);
	assert_int_equal(stage_n_taken(s, campaign), 1000);
	assert_int_equal(s->n_posts, 1000);
	/* At the sender's ceiling, and no faster. */
	assert_in_range(s->now.mono - from, 1000 * 1000000 / 80 - 50000, 1000 * 1000000 / 80 + 1000000);
	struct ledger_row row = world_row(s->w, campaign, 1000);
	assert_string_equal(row.wamid, "wamid.1.1000.1");
	assert_in_range(row.accepted_ms, s->now.wall - 1000, s->now.wall);
}

static void test_nobody_to_write_to(void **state)
{
	struct stage *s = stage_open(state, 0);
	int64_t campaign = stage_campaign(s, "None");
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(s->n_posts, 0);
}

static void test_a_fast_sender(void **state)
{
	struct stage *s = stage_open(state, 1000);
	stage_limit(s, s->w->sender, 1000);
	stage_run(s, 10);
	int64_t campaign = stage_campaign(s, "Fast");
	usec_t from = s->now.mono;
	stage_rest(s);
	stage_check_count(s, campaign, STATE_ACCEPTED, 1000);
	/* A hundredth below what Meta says, the window wide enough for the latency. */
	assert_in_range(s->now.mono - from, 1000 * 1000000 / 990 - 50000, 1000 * 1000000 / 990 + 150000);
}

/* What the window allows at a latency of two seconds: never more than it, and still the full pace. */
static struct stage_reply slow_answers(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 2000000};
}

static void test_the_pace_does_not_hang_on_latency(void **state)
{
	struct stage *s = stage_open(state, 1000);
	s->script = slow_answers;
	int64_t campaign = stage_campaign(s, "Slow answers");
	stage_run(s, 5000); /* the window opens as the latency is learnt */
	int before = stage_n_posts(s, campaign);
	stage_run(s, 3000);
	assert_in_range(stage_n_posts(s, campaign) - before, 235, 241);
}

static void test_window_is_never_passed(void **state)
{
	struct stage *s = stage_open(state, 300);
	s->script = slow_answers;
	s->max_inflight = 20;
	stage_crash(s); /* a node with the narrow window */
	stage_limit(s, s->w->sender, 1000);
	int64_t campaign = stage_campaign(s, "Narrow");
	for (int i = 0; i < 100; i++) {
		stage_run(s, 200);
		assert_true(s->n_wire <= 20);
	}
	assert_in_range(stage_n_posts(s, campaign), 190, 220); /* twenty at a time, every two seconds */
}

/* ---- the schedule ---- */

static void test_schedule_to_the_second(void **state)
{
	struct stage *s = stage_open(state, 10);
	struct campaign_request later = world_request(s->w, "Later"), first = world_request(s->w, "First");
	later.schedule_ms = s->now.wall + HOUR_MS + 17 * SECOND_MS;
	first.schedule_ms = s->now.wall + 90 * SECOND_MS;
	int64_t later_no = stage_create(s, &later), first_no = stage_create(s, &first);
	stage_run_until(s, first.schedule_ms - 1);
	assert_int_equal(world_read(s->w, first_no).status, CAMPAIGN_SCHEDULED);
	assert_int_equal(s->n_posts, 0);
	stage_run_until(s, first.schedule_ms + 100);
	assert_int_equal(world_read(s->w, first_no).start_ms, first.schedule_ms);
	assert_true(s->n_posts > 0);
	stage_run_until(s, later.schedule_ms - 1);
	stage_check_completed(s, first_no);
	assert_int_equal(world_read(s->w, later_no).status, CAMPAIGN_SCHEDULED);
	stage_run_until(s, later.schedule_ms + 1);
	assert_int_equal(world_read(s->w, later_no).start_ms, later.schedule_ms);
	stage_rest(s);
	stage_check_completed(s, later_no);
	assert_int_equal(stage_n_taken(s, later_no), 10);
}

static void test_schedule_is_moved(void **state)
{
	struct stage *s = stage_open(state, 3);
	struct campaign_request req = world_request(s->w, "Moved");
	req.schedule_ms = s->now.wall + HOUR_MS;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 1000);
	msec_t earlier = s->now.wall + MINUTE_MS;
	assert_int_equal(IN_JOB(s->w, campaign_reschedule(tx, s->w->account, campaign, earlier, s->now.wall)), 0);
	stage_notify(s);
	stage_run_until(s, earlier - 1);
	assert_int_equal(s->n_posts, 0);
	stage_rest(s);
	assert_int_equal(world_read(s->w, campaign).start_ms, earlier);
	stage_check_completed(s, campaign);
}

/* The server was down when the campaigns were due. */
static void test_late_start(void **state)
{
	struct stage *s = stage_open(state, 3);
	struct campaign_request req = world_request(s->w, "Much too late");
	req.schedule_ms = s->now.wall + HOUR_MS;
	int64_t late = stage_create(s, &req);
	req.name = "Late";
	req.late_start_limit = 62;
	int64_t allowed = stage_create(s, &req);
	stage_run(s, 1000);
	s->node[0].dead = true;
	stage_run_until(s, req.schedule_ms + 61 * MINUTE_MS);
	assert_int_equal(world_read(s->w, allowed).status, CAMPAIGN_SCHEDULED);
	stage_crash(s);
	stage_rest(s);
	stage_check_completed(s, allowed);
	struct campaign c = world_read(s->w, late);
	assert_int_equal(c.status, CAMPAIGN_IN_PROGRESS);
	assert_non_null(c.hold.reason);
	assert_int_not_equal(c.hold.rule, HOLD_PERSON);
	assert_int_equal(stage_n_posts(s, late), 0);
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, late, s->now.wall)), 0);
	stage_notify(s);
	stage_rest(s);
	stage_check_completed(s, late);
	assert_int_equal(stage_n_taken(s, late), 3);
}

/* ---- people interfere ---- */

static void test_pause_and_resume(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = stage_campaign(s, "Paused");
	stage_run(s, 1000);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, campaign, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	int before = s->n_posts;
	stage_rest(s);
	assert_int_equal(s->n_posts, before); /* from that moment nothing leaves */
	assert_in_range(before, 70, 90);
	stage_check_count(s, campaign, STATE_ACCEPTED, before);
	stage_check_count(s, campaign, STATE_QUEUED, 200 - before);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, before);
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_most_posts(s, campaign), 1);
}

static struct stage_reply too_fast_after_a_while(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->seq % 2)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131056, .latency_us = 700000};
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 700000};
}

static void test_cancel_in_mid_flight(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = too_fast_after_a_while;
	int64_t campaign = stage_campaign(s, "Canceled");
	stage_run(s, 1000);
	int on_wire = s->n_wire;
	assert_true(on_wire >= 10);
	assert_int_equal(IN_JOB(s->w, campaign_cancel(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
	int before = s->n_posts;
	stage_rest(s);
	assert_int_equal(s->n_posts, before);
	/* What was taken is told so, what was refused for now is never tried again. */
	stage_check_count(s, campaign, STATE_ACCEPTED, before / 2);
	stage_check_count(s, campaign, STATE_CANCELED, 200 - before / 2);
	assert_int_equal(world_read(s->w, campaign).status, CAMPAIGN_CANCELED);
	assert_int_equal(world_int(s->w, "SELECT sweep FROM campaign"), 0);
}

/* Canceled on another server, so that nobody tells this one. */
static void test_cancel_while_freezing(void **state)
{
	struct stage *s = stage_open(state, 5000);
	int64_t campaign = stage_campaign(s, "Canceled early");
	while (world_int(s->w, "SELECT COUNT(*) FROM ledger") == 0)
		stage_step(s, s->now.mono + 1000000);
	assert_int_equal(IN_JOB(s->w, campaign_cancel(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_rest(s);
	int64_t rows = world_int(s->w, "SELECT COUNT(*) FROM ledger");
	assert_in_range(rows, 1, 4999);
	stage_check_count(s, campaign, STATE_CANCELED, rows - s->n_posts);
	assert_in_range(s->n_posts, 0, 10);
}

static void test_opt_out_while_it_runs(void **state)
{
	struct stage *s = stage_open(state, 100);
	int64_t campaign = stage_campaign(s, "Opt-out");
	stage_run(s, 500);
	const char *last = world_row(s->w, campaign, 100).contact.number;
	assert_int_equal(IN_JOB(s->w, optout_set(tx, s->w->account, last, true, "api", "", s->now.wall)), 0);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 99);
	struct ledger_row row = world_row(s->w, campaign, 100);
	assert_int_equal(row.state, STATE_SKIPPED);
	assert_int_equal(row.code, RULE_OPTED_OUT);
	assert_int_equal(s->posts[campaign][100], 0);
}

static struct stage_reply first_ten_later(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->seq <= 10)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131056};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_deadline(void **state)
{
	struct stage *s = stage_open(state, 600);
	s->script = first_ten_later;
	struct campaign_request req = world_request(s->w, "Deadline");
	req.deadline_ms = s->now.wall + 3 * SECOND_MS;
	int64_t campaign = stage_create(s, &req);
	stage_run_until(s, req.deadline_ms);
	int before = s->n_posts;
	assert_in_range(before, 235, 243);
	stage_run(s, MINUTE_MS);
	assert_in_range(s->n_posts, before, before + 1);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, s->n_posts - 10);
	stage_check_count(s, campaign, STATE_SKIPPED, 600 - (s->n_posts - 10)); /* those that waited for another try too */
	assert_int_equal(world_row(s->w, campaign, 600).code, RULE_DEADLINE);
	assert_int_equal(world_row(s->w, campaign, 1).code, RULE_DEADLINE);
}

static void test_new_throughput_while_it_runs(void **state)
{
	struct stage *s = stage_open(state, 900);
	int64_t campaign = stage_campaign(s, "Faster");
	stage_run(s, 2000);
	assert_in_range(stage_n_posts(s, campaign), 158, 162);
	stage_limit(s, s->w->sender, 20);
	int before = stage_n_posts(s, campaign);
	stage_run(s, 2000);
	assert_in_range(stage_n_posts(s, campaign) - before, 38, 44);
	stage_limit(s, s->w->sender, 1000);
	stage_run(s, 2000);
	stage_check_completed(s, campaign);
}

/* ---- the server goes and comes ---- */

static void test_stop_in_order(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = stage_campaign(s, "Stopped");
	stage_run(s, 1000);
	engine_drain(stage_engine(s));
	int before = s->n_posts;
	assert_false(engine_is_quiet(stage_engine(s)));
	stage_run(s, 1000);
	assert_true(engine_is_quiet(stage_engine(s)));
	assert_int_equal(s->n_posts, before);
	stage_check_count(s, campaign, STATE_CLAIMED, 0);
	stage_check_count(s, campaign, STATE_ACCEPTED, before);
	stage_crash(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	stage_check_count(s, campaign, STATE_ACCEPTED, 200);
}

static void test_sender_is_deleted(void **state)
{
	struct stage *s = stage_open(state, 5);
	struct delivery_stats stats;
	stage_campaign(s, "Last");
	stage_rest(s);
	engine_stats(stage_engine(s), &stats);
	assert_int_equal(stats.lanes, 1);
	assert_int_equal(stats.posted, 5);
	assert_int_equal(stats.accepted, 5);
	assert_int_equal(stats.inflight, 0);
	assert_int_equal(IN_JOB(s->w, sender_delete(tx, s->w->account, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, 1000);
	stage_notify(s);
	stage_rest(s);
	engine_stats(stage_engine(s), &stats);
	assert_int_equal(stats.lanes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_all_accepted),
		STAGE_TEST(test_nobody_to_write_to),
		STAGE_TEST(test_a_fast_sender),
		STAGE_TEST(test_the_pace_does_not_hang_on_latency),
		STAGE_TEST(test_window_is_never_passed),
		STAGE_TEST(test_schedule_to_the_second),
		STAGE_TEST(test_schedule_is_moved),
		STAGE_TEST(test_late_start),
		STAGE_TEST(test_pause_and_resume),
		STAGE_TEST(test_cancel_in_mid_flight),
		STAGE_TEST(test_cancel_while_freezing),
		STAGE_TEST(test_opt_out_while_it_runs),
		STAGE_TEST(test_deadline),
		STAGE_TEST(test_new_throughput_while_it_runs),
		STAGE_TEST(test_stop_in_order),
		STAGE_TEST(test_sender_is_deleted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
