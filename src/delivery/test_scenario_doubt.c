/* When nobody knows whether a message left: doubt costs few messages, nobody is written to twice, and a campaign that wants
 * it sends again what silence has proved lost. */
#include "delivery/test_stage.h"

#include "store/decisions.h"

#define WINDOW_MS (15 * MINUTE_MS) /* the engine's own, when nobody gives another */

/* The first time, `doubtful` recipients get no answer; what came of them at Meta is `doubtful_taken`. */
static int doubtful_from, doubtful_to;
static bool doubtful_taken;

static void doubt(int from, int to, bool taken)
{
	doubtful_from = from;
	doubtful_to = to;
	doubtful_taken = taken;
}

static struct stage_reply some_in_doubt(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->attempt > 1 || call->seq < doubtful_from || call->seq > doubtful_to)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_TIMEOUT, .taken = doubtful_taken, .latency_us = 3000000};
}

/* ---- hold ---- */

static void test_unconfirmed_stays_so(void **state)
{
	struct stage *s = stage_open(state, 50);
	s->script = some_in_doubt;
	doubt(10, 11, true);
	int64_t campaign = stage_campaign(s, "In doubt");
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 48);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 2);
	assert_string_equal(world_row(s->w, campaign, 10).detail, "no answer came in time");
	stage_run(s, DAY_MS);
	stage_notify(s);
	stage_rest(s);
	assert_int_equal(s->n_posts, 50);
	stage_webhook(s, campaign, 10, STATE_DELIVERED);
	stage_webhook(s, campaign, 11, STATE_FAILED);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 0);
	assert_int_equal(world_row(s->w, campaign, 10).state, STATE_DELIVERED);
}

/* A person says that they are to be sent again: once more each, whatever comes of that; and what they say is asked for each time.
 */
static int64_t send_again(struct stage *s, int64_t campaign)
{
	const char *why = NULL;
	int64_t n = 0;
	s->n_decisions++;
	assert_int_equal(
		IN_JOB(s->w, campaign_decide(tx, s->w->account, campaign, DECISION_RESEND, NULL, 0, s->now.wall, &n, &why)), 0);
	stage_notify(s);
	return n;
}

static struct stage_reply never_clear(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->seq > 3 || (call->seq == 1 && call->attempt > 1))
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_TIMEOUT, .taken = call->seq < 3, .latency_us = 3000000};
}

static void test_a_person_has_them_sent_again(void **state)
{
	struct stage *s = stage_open(state, 50);
	s->script = never_clear;
	int64_t campaign = stage_campaign(s, "In doubt");
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 3);
	assert_int_equal(send_again(s, campaign), 3);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 2);
	assert_int_equal(s->n_posts, 53);
	stage_crash(s);
	stage_rest(s);
	assert_int_equal(s->n_posts, 53); /* nothing more by itself */
	assert_int_equal(stage_most_taken(s, campaign), 2);
	stage_webhook(s, campaign, 2, STATE_DELIVERED);
	assert_int_equal(send_again(s, campaign), 1);
	stage_rest(s);
	assert_int_equal(s->n_posts, 54);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 1);
	assert_int_equal(stage_most_taken(s, campaign), 2);
}

/* More than one transaction takes: the engine goes on with it, also after a crash. */
static struct stage_reply all_in_doubt_at_first(struct stage *s, const struct stage_call *call)
{
	if (call->attempt > 1)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	s->script_step++;
	return (struct stage_reply){.kind = STAGE_TIMEOUT, .latency_us = 1000};
}

static void test_many_are_sent_again(void **state)
{
	struct stage *s = stage_open(state, 900);
	s->script = all_in_doubt_at_first;
	s->window_ms = MINUTE_MS;
	int64_t campaign = stage_campaign(s, "All in doubt");
	stage_rest(s);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 900);
	assert_int_equal(send_again(s, campaign), 900);
	stage_check_count(s, campaign, STATE_QUEUED, 500);
	stage_crash(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 900);
	assert_int_equal(stage_most_posts(s, campaign), 2);
}

static struct stage_reply answered_late(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 2000000};
}

/* Meta's webhook is faster than Meta's answer. */
static void test_webhook_before_the_answer(void **state)
{
	struct stage *s = stage_open(state, 5);
	s->script = answered_late;
	int64_t campaign = stage_campaign(s, "Overtaken");
	stage_run(s, 1000);
	stage_webhook(s, campaign, 1, STATE_READ);
	stage_webhook(s, campaign, 2, STATE_SENT);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(world_row(s->w, campaign, 1).state, STATE_READ);
	assert_int_equal(world_row(s->w, campaign, 2).state, STATE_SENT);
	assert_int_equal(world_row(s->w, campaign, 3).state, STATE_ACCEPTED);
}

/* Meta's answers between `trouble_from` and `trouble_to` (from the start) are 503s, some of them of messages it has taken. */
static msec_t trouble_from, trouble_to;

static struct stage_reply trouble(struct stage *s, const struct stage_call *call)
{
	msec_t at = s->now.wall - WORLD_START;
	if (at < trouble_from || at >= trouble_to)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){
		.kind = call->seq % 3 ? STAGE_STATUS : STAGE_TIMEOUT, .status = 503, .taken = call->seq % 2 == 0};
}

static void test_probes_one_by_one_and_recovers(void **state)
{
	struct stage *s = stage_open(state, 1000);
	s->script = trouble;
	trouble_from = 1000;
	trouble_to = 31000;
	int64_t campaign = stage_campaign(s, "Probing");
	stage_run(s, 2000);
	int64_t first = stage_count(s, campaign, STATE_UNCONFIRMED);
	assert_in_range(first, 3, 24); /* what was on the wire when the third came */
	for (int i = 0; i < 250; i++) {
		stage_run(s, 100);
		assert_true(s->n_wire <= 1);
	}
	int64_t probes = stage_count(s, campaign, STATE_UNCONFIRMED) - first;
	assert_in_range(probes, 3, 5); /* after 2, 4, 8, 16 seconds */
	stage_run(s, 13000);           /* the next probe is answered */
	int before = s->n_posts;
	stage_run(s, 2000);
	assert_in_range(s->n_posts - before, 158, 162); /* the full pace again */
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_in_range(stage_count(s, campaign, STATE_UNCONFIRMED), first + probes, first + probes + 1);
	assert_int_equal(stage_count(s, campaign, STATE_UNCONFIRMED) + stage_count(s, campaign, STATE_ACCEPTED), 1000);
	assert_int_equal(stage_most_posts(s, campaign), 1);
}

static void test_an_hour_of_trouble(void **state)
{
	struct stage *s = stage_open(state, 5000);
	s->script = trouble;
	trouble_from = 10000;
	trouble_to = trouble_from + HOUR_MS;
	int64_t campaign = stage_campaign(s, "An hour");
	stage_rest(s);
	stage_check_completed(s, campaign);
	int64_t lost = stage_count(s, campaign, STATE_UNCONFIRMED);
	assert_in_range(lost, 60, 90); /* the window, and one a minute */
	stage_check_count(s, campaign, STATE_ACCEPTED, 5000 - lost);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	assert_true(world_read(s->w, campaign).end_ms < WORLD_START + HOUR_MS + 3 * MINUTE_MS);
}

/* One answer in ten is unclear: no reason to stop. */
static struct stage_reply now_and_then(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = call->seq % 10 ? STAGE_ACCEPTED : STAGE_TIMEOUT};
}

static void test_single_doubts_do_not_stop_the_lane(void **state)
{
	struct stage *s = stage_open(state, 400);
	s->script = now_and_then;
	int64_t campaign = stage_campaign(s, "Now and then");
	stage_rest(s);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 40);
	assert_in_range(world_read(s->w, campaign).end_ms - WORLD_START, 4900, 5200);
}

/* ---- crashes ---- */

static struct stage_reply half_a_second(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 500000};
}

static void test_crash_with_messages_on_the_wire(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = half_a_second;
	int64_t campaign = stage_campaign(s, "Crash");
	stage_run(s, 1000);
	int64_t claimed = stage_count(s, campaign, STATE_CLAIMED);
	assert_in_range(claimed, 15, 60);
	int64_t epoch = world_int(s->w, "SELECT epoch FROM sender");
	stage_crash(s);
	stage_run(s, 10);
	assert_int_equal(world_int(s->w, "SELECT epoch FROM sender"), epoch + 1);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, claimed);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, claimed);
	stage_check_count(s, campaign, STATE_ACCEPTED, 200 - claimed);
	assert_int_equal(stage_n_taken(s, campaign), 200);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	for (int64_t seq = 1; seq <= 200; seq++)
		stage_webhook(s, campaign, seq, STATE_SENT);
	stage_check_count(s, campaign, STATE_SENT, 200);
}

/* Whatever the server was doing when it died. That a row left without a claim, or somebody was taken twice, fails at once. */
static void test_crash_after_any_step(void **state)
{
	struct stage *s = stage_open(state, 400);
	s->script = half_a_second;
	int64_t campaign = stage_campaign(s, "Many crashes");
	usec_t until = s->now.mono + HOUR_MS * 1000;
	for (int i = 0; i < STAGE_MAX_NODES - 1; i++) {
		for (int step = 0; step <= i % 17; step++)
			stage_step(s, until);
		stage_crash(s);
	}
	stage_rest(s);
	stage_check_completed(s, campaign);
	int64_t unconfirmed = stage_count(s, campaign, STATE_UNCONFIRMED);
	assert_in_range(unconfirmed, 60, 390);
	stage_check_count(s, campaign, STATE_ACCEPTED, 400 - unconfirmed);
	assert_int_equal(stage_most_posts(s, campaign), 1);
}

/* The audience is frozen in batches; a crash between two goes on at the next. */
static void test_crash_while_freezing(void **state)
{
	struct stage *s = stage_open(state, 5000);
	stage_limit(s, s->w->sender, 1000);
	int64_t campaign = stage_campaign(s, "Freezing");
	while (world_int(s->w, "SELECT COUNT(*) FROM ledger") == 0)
		stage_step(s, s->now.mono + 1000000);
	int64_t rows = world_int(s->w, "SELECT COUNT(*) FROM ledger");
	assert_in_range(rows, 1, 4999);
	stage_crash(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 5000);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	stage_check_count(s, campaign, STATE_ACCEPTED, 5000);
}

/* A node that lost its lane without noticing: it sends nothing more, and what it still hears is used. */
static void test_node_that_lost_its_lane(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = half_a_second;
	int64_t campaign = stage_campaign(s, "Fenced");
	stage_run(s, 1000);
	int64_t claimed = stage_count(s, campaign, STATE_CLAIMED);
	stage_second_node(s);
	stage_run(s, 10);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, claimed);
	stage_run(s, 1000);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 0);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 200);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	struct delivery_stats first, second;
	engine_stats(s->node[0].engine, &first);
	engine_stats(s->node[1].engine, &second);
	assert_int_equal(first.posted + second.posted, 200);
	assert_true(first.posted < 100);
}

/* ---- on_unconfirmed = resend ---- */

static int64_t resend_campaign(struct stage *s, const char *name)
{
	struct campaign_request req = world_request(s->w, name);
	req.on_unconfirmed = "resend";
	return stage_create(s, &req);
}

static void test_resend_when_later_ones_are_heard_of(void **state)
{
	struct stage *s = stage_open(state, 50);
	s->script = some_in_doubt;
	doubt(10, 11, false);
	int64_t campaign = resend_campaign(s, "Resend");
	stage_run(s, MINUTE_MS);
	msec_t doubted = world_row(s->w, campaign, 11).doubt_ms;
	assert_int_equal(world_read(s->w, campaign).status, CAMPAIGN_IN_PROGRESS);
	for (int64_t seq = 20; seq <= 50; seq++)
		stage_webhook(s, campaign, seq, STATE_DELIVERED);
	stage_run_until(s, world_row(s->w, campaign, 10).doubt_ms + WINDOW_MS - 1);
	assert_int_equal(s->n_posts, 50); /* not before the window is over */
	stage_run_until(s, doubted + WINDOW_MS + 2000);
	assert_int_equal(s->n_posts, 52);
	assert_int_equal(s->posts[campaign][10], 2);
	assert_int_equal(s->posts[campaign][11], 2);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, 52); /* once, and nothing else */
	assert_int_equal(stage_n_taken(s, campaign), 50);
	assert_int_equal(stage_most_taken(s, campaign), 1);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 0);
}

/* While the lane is busy with the rest of the campaign: it does not wait for the end. */
static void test_resend_in_mid_campaign(void **state)
{
	struct stage *s = stage_open(state, 900);
	s->script = some_in_doubt;
	s->window_ms = MINUTE_MS;
	stage_crash(s); /* a node with that window */
	stage_limit(s, s->w->sender, 5);
	doubt(10, 10, false);
	int64_t campaign = resend_campaign(s, "In the middle");
	stage_run(s, 20 * SECOND_MS);
	msec_t doubted = world_row(s->w, campaign, 10).doubt_ms;
	assert_int_equal(world_row(s->w, campaign, 10).state, STATE_UNCONFIRMED);
	stage_webhook(s, campaign, 50, STATE_SENT);
	stage_run_until(s, doubted + MINUTE_MS - 1);
	assert_int_equal(s->posts[campaign][10], 1);
	stage_run_until(s, doubted + MINUTE_MS + SECOND_MS);
	assert_int_equal(s->posts[campaign][10], 2);
	assert_true(stage_count(s, campaign, STATE_QUEUED) > 400);
}

/* They were taken after all, and Meta says so within the window. */
static void test_no_resend_of_what_is_heard_of(void **state)
{
	struct stage *s = stage_open(state, 50);
	s->script = some_in_doubt;
	doubt(10, 11, true);
	int64_t campaign = resend_campaign(s, "Heard of");
	stage_run(s, MINUTE_MS);
	for (int64_t seq = 1; seq <= 50; seq++)
		stage_webhook(s, campaign, seq, STATE_SENT);
	stage_check_completed(s, campaign);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, 50);
}

/* The last ones of a campaign have no later ones: after a window of rest one is sent again, and its status proves the rest. */
static void test_resend_by_a_probe(void **state)
{
	struct stage *s = stage_open(state, 20);
	s->script = some_in_doubt;
	doubt(18, 20, false);
	int64_t campaign = resend_campaign(s, "Probe");
	stage_run(s, WINDOW_MS - 1000);
	assert_int_equal(s->n_posts, 20);
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, 21);
	assert_int_equal(s->posts[campaign][18], 2);
	stage_webhook(s, campaign, 18, STATE_DELIVERED);
	stage_run(s, WINDOW_MS + MINUTE_MS);
	assert_int_equal(s->n_posts, 23);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_most_taken(s, campaign), 1);
	assert_int_equal(stage_n_taken(s, campaign), 20);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 0);
}

/* No webhook comes at all: silence is no evidence, and doubt costs one message a window. */
static void test_resend_without_webhooks(void **state)
{
	struct stage *s = stage_open(state, 30);
	s->script = some_in_doubt;
	doubt(1, 30, true); /* the worst: Meta has them all */
	int64_t campaign = resend_campaign(s, "Silence");
	stage_run(s, 10 * MINUTE_MS);
	int before = s->n_posts;
	assert_true(stage_count(s, campaign, STATE_UNCONFIRMED) > 3);
	stage_run(s, 2 * HOUR_MS);
	int n_again = 0;
	for (int seq = 1; seq <= 30; seq++)
		n_again += s->posts[campaign][seq] > 1;
	assert_in_range(n_again, 1, 9);
	assert_in_range(s->n_posts, before, before + 30);
}

static void test_resend_after_a_crash(void **state)
{
	struct stage *s = stage_open(state, 100);
	s->script = half_a_second;
	int64_t campaign = resend_campaign(s, "Resend after a crash"), other = stage_campaign(s, "Hold after a crash");
	stage_run(s, 700);
	stage_crash(s);
	stage_run(s, MINUTE_MS);
	int64_t held = stage_count(s, other, STATE_UNCONFIRMED), again = stage_count(s, campaign, STATE_UNCONFIRMED);
	assert_true(held > 0 && again > 0);
	for (int64_t seq = 60; seq <= 100; seq++)
		stage_webhook(s, campaign, seq, STATE_SENT);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_completed(s, other);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, 0);
	stage_check_count(s, other, STATE_UNCONFIRMED, held);
	assert_int_equal(stage_n_posts(s, campaign), 100 + again);
	assert_int_equal(stage_most_posts(s, campaign), 2);
	assert_int_equal(stage_most_posts(s, other), 1);
}

/* Meta's webhooks found nobody while the server was down: that silence proves nothing, however long it was. */
static void test_no_resend_of_what_nobody_could_hear(void **state)
{
	struct stage *s = stage_open(state, 50);
	s->script = some_in_doubt;
	doubt(10, 11, true);
	int64_t campaign = resend_campaign(s, "Down");
	stage_run(s, MINUTE_MS);
	stage_webhook(s, campaign, 40, STATE_SENT);
	s->now.wall += 2 * WINDOW_MS;
	s->now.mono += 2 * WINDOW_MS * 1000;
	stage_crash(s);
	stage_run(s, WINDOW_MS - SECOND_MS);
	assert_int_equal(s->n_posts, 50);
	stage_webhook(s, campaign, 10, STATE_SENT);
	stage_webhook(s, campaign, 11, STATE_SENT);
	stage_check_completed(s, campaign);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, 50);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_unconfirmed_stays_so),
		STAGE_TEST(test_a_person_has_them_sent_again),
		STAGE_TEST(test_many_are_sent_again),
		STAGE_TEST(test_webhook_before_the_answer),
		STAGE_TEST(test_probes_one_by_one_and_recovers),
		STAGE_TEST(test_an_hour_of_trouble),
		STAGE_TEST(test_single_doubts_do_not_stop_the_lane),
		STAGE_TEST(test_crash_with_messages_on_the_wire),
		STAGE_TEST(test_crash_after_any_step),
		STAGE_TEST(test_crash_while_freezing),
		STAGE_TEST(test_node_that_lost_its_lane),
		STAGE_TEST(test_resend_when_later_ones_are_heard_of),
		STAGE_TEST(test_resend_in_mid_campaign),
		STAGE_TEST(test_no_resend_of_what_is_heard_of),
		STAGE_TEST(test_resend_by_a_probe),
		STAGE_TEST(test_resend_without_webhooks),
		STAGE_TEST(test_resend_after_a_crash),
		STAGE_TEST(test_no_resend_of_what_nobody_could_hear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
