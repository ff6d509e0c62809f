/* What each answer of Meta's does: to the recipient, to the campaign, to the sender and to the lane's pace. */
#include "delivery/test_stage.h"

#include <stdio.h>
#include <string.h>

#include "wa/errors.h"

#define MAX_TIMES 64

static usec_t times[MAX_TIMES]; /* when a script was asked for what a test looks at */
static int n_times;

static void note_time(const struct stage *s)
{
	assert_true(n_times < MAX_TIMES);
	times[n_times++] = s->now.mono;
}

static void resume_campaign(struct stage *s, int64_t campaign)
{
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
}

static void resume_sender(struct stage *s)
{
	assert_int_equal(IN_JOB(s->w, sender_release(tx, 0, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
}

static struct sender read_sender(struct stage *s)
{
	struct sender sender;
	assert_int_equal(IN_JOB(s->w, sender_read(tx, s->w->account, s->w->sender, s->w->arena, &sender)), 0);
	return sender;
}

/* ---- every code there is ---- */

/* The recipient's place is the code's; a second try is accepted. */
static struct stage_reply code_of_seq(struct stage *s, const struct stage_call *call)
{
	size_t n;
	const struct wa_error_rule *rule = &wa_error_table(&n)[call->seq - 1];
	s->script_step = (int)call->seq;
	if (call->attempt > 1)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_CODE, .code = rule->code};
}

/* Nothing happens any more: when that is because of a hold, it is the one that the last code asks for. Lift it. */
static void check_and_lift_hold(struct stage *s, int64_t campaign)
{
	size_t n;
	const struct wa_error_rule *rule = &wa_error_table(&n)[s->script_step - 1];
	struct campaign c = world_read(s->w, campaign);
	struct sender sender = read_sender(s);
	stage_check_count(s, campaign, STATE_CLAIMED, 0);
	if (c.hold.reason) {
		assert_int_equal(rule->action, WA_HOLD_CAMPAIGN);
		assert_string_equal(c.hold.reason, rule->meaning);
		assert_int_not_equal(c.hold.rule, HOLD_PERSON);
		assert_null(sender.hold.reason);
		resume_campaign(s, campaign);
	} else {
		assert_int_equal(rule->action, WA_HOLD_SENDER);
		assert_string_equal(sender.hold.reason, rule->meaning);
		assert_string_equal(sender.status, "blocked");
		resume_sender(s);
	}
}

static void check_row(struct stage *s, int64_t campaign, int64_t seq, const struct wa_error_rule *rule)
{
	struct ledger_row row = world_row(s->w, campaign, seq);
	char detail[40];
	snprintf(detail, sizeof(detail), "details of %d", rule->code);
	if (rule->action == WA_FAIL || rule->action == WA_FAIL_WARN || rule->action == WA_AMBIGUOUS) {
		assert_int_equal(row.state, rule->action == WA_AMBIGUOUS ? STATE_UNCONFIRMED : STATE_FAILED);
		assert_int_equal(row.code, rule->code);
		assert_string_equal(row.detail, detail);
		assert_int_equal(row.attempts, 1);
	} else {
		assert_int_equal(row.state, STATE_ACCEPTED);
		assert_int_equal(row.attempts, 2);
	}
	assert_int_equal(s->posts[campaign][seq], row.attempts);
}

static void test_every_code(void **state)
{
	size_t n;
	const struct wa_error_rule *rule = wa_error_table(&n);
	struct stage *s = stage_open(state, (int)n);
	s->script = code_of_seq;
	stage_limit(s, s->w->sender, 1); /* one on the wire at a time: what holds is the last one */
	int64_t campaign = stage_campaign(s, "Codes");
	size_t n_holds = 0, n_held = 0;
	for (size_t i = 0; i < n; i++)
		n_holds += rule[i].action == WA_HOLD_CAMPAIGN || rule[i].action == WA_HOLD_SENDER;
	assert_true(n_holds > 20);
	for (stage_rest(s); world_read(s->w, campaign).status == CAMPAIGN_IN_PROGRESS && n_held <= n; stage_rest(s)) {
		check_and_lift_hold(s, campaign);
		n_held++;
	}
	assert_int_equal(n_held, n_holds);
	stage_check_completed(s, campaign);
	for (size_t i = 0; i < n; i++)
		check_row(s, campaign, (int64_t)i + 1, &rule[i]);
}

/* ---- one recipient ---- */

static struct stage_reply first_is_too_often(struct stage *s, const struct stage_call *call)
{
	if (call->seq > 1)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	note_time(s);
	return (struct stage_reply){.kind = STAGE_CODE, .code = 131056};
}

static void test_pauses_of_one_recipient_grow(void **state)
{
	struct stage *s = stage_open(state, 20);
	s->script = first_is_too_often;
	n_times = 0;
	struct campaign_request req = world_request(s->w, "Pair");
	req.deadline_ms = s->now.wall + 8 * HOUR_MS;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 1000);
	stage_check_count(s, campaign, STATE_ACCEPTED, 19); /* the others do not wait for it */
	struct ledger_row row = world_row(s->w, campaign, 1);
	assert_int_equal(row.state, STATE_QUEUED);
	assert_in_range(row.not_before, WORLD_START + 4000, WORLD_START + 5200);
	stage_rest(s);
	usec_t pause = 4000000;
	for (int i = 1; i < n_times; i++) {
		assert_in_range(times[i] - times[i - 1], pause, pause + pause / 4 + 100000);
		pause = pause * 4 < 3600000000 ? pause * 4 : 3600000000;
	}
	assert_in_range(n_times, 11, 13); /* five short ones, then one an hour until the deadline */
	stage_check_completed(s, campaign);
	assert_int_equal(world_row(s->w, campaign, 1).code, RULE_DEADLINE);
}

static struct stage_reply first_again_others_late(struct stage *s, const struct stage_call *call)
{
	if (call->seq > 1)
		return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 29000000};
	note_time(s);
	return (struct stage_reply){
		.kind = call->attempt == 1 ? STAGE_CODE : STAGE_ACCEPTED, .code = 131056, .latency_us = 2000000};
}

/* When it is known that there must be one, nothing was left to claim, and the lane waits for the others' answers. */
static void test_second_try_waits_for_nobody(void **state)
{
	struct stage *s = stage_open(state, 5);
	s->script = first_again_others_late;
	n_times = 0;
	int64_t campaign = stage_campaign(s, "Second try");
	stage_rest(s);
	assert_int_equal(n_times, 2);
	assert_in_range(times[1] - times[0], 6000000, 7300000);
	stage_check_completed(s, campaign);
}

static struct stage_reply held_by_meta(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = call->seq <= 3 ? STAGE_HELD : STAGE_ACCEPTED};
}

static void test_held_for_quality(void **state)
{
	struct stage *s = stage_open(state, 5);
	s->script = held_by_meta;
	int64_t campaign = stage_campaign(s, "Quality");
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(world_row(s->w, campaign, 1).state, STATE_ACCEPTED);
	assert_true(world_row(s->w, campaign, 1).held_by_meta);
	assert_false(world_row(s->w, campaign, 5).held_by_meta);
	stage_webhook(s, campaign, 1, STATE_DELIVERED); /* released */
	stage_webhook(s, campaign, 2, STATE_FAILED);    /* dropped */
	stage_notify(s);
	stage_rest(s);
	assert_int_equal(world_row(s->w, campaign, 1).state, STATE_DELIVERED);
	assert_false(world_row(s->w, campaign, 1).held_by_meta);
	assert_int_equal(world_row(s->w, campaign, 2).state, STATE_FAILED);
	assert_true(world_row(s->w, campaign, 3).held_by_meta);
	assert_int_equal(s->n_posts, 5);
}

/* ---- the campaign ---- */

static bool template_works;

static struct stage_reply template_refused(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (template_works || call->n < 20)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_CODE, .code = 132001, .status = 404};
}

static void test_refused_template_holds_the_campaign(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = template_refused;
	template_works = false;
	int64_t campaign = stage_campaign(s, "Refused");
	stage_rest(s);
	struct campaign c = world_read(s->w, campaign);
	assert_int_equal(c.status, CAMPAIGN_IN_PROGRESS);
	assert_string_equal(c.hold.reason, wa_error_words(132001)->meaning);
	assert_null(read_sender(s).hold.reason);
	stage_check_count(s, campaign, STATE_ACCEPTED, 20);
	stage_check_count(s, campaign, STATE_QUEUED, 180);
	assert_in_range(s->n_posts, 21, 30); /* only what was on the wire already */
	stage_run(s, DAY_MS);
	stage_notify(s);
	stage_rest(s);
	assert_in_range(s->n_posts, 21, 30);
	template_works = true;
	resume_campaign(s, campaign);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 200);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

static void test_refused_template_of_two_campaigns(void **state)
{
	struct stage *s = stage_open(state, 100);
	s->script = template_refused;
	template_works = false;
	int64_t first = stage_campaign(s, "First"), second = stage_campaign(s, "Second");
	stage_rest(s);
	assert_non_null(world_read(s->w, first).hold.reason);
	assert_non_null(world_read(s->w, second).hold.reason);
	assert_in_range(s->n_posts, 22, 40);
	template_works = true;
	resume_campaign(s, first);
	stage_rest(s);
	stage_check_completed(s, first);
	assert_non_null(world_read(s->w, second).hold.reason);
	resume_campaign(s, second);
	stage_rest(s);
	stage_check_completed(s, second);
	stage_check_count(s, second, STATE_ACCEPTED, 100);
}

/* ---- the sender ---- */

static struct stage_reply token_expired(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->n < 20 || strcmp(call->token, "EAAG-the-new-one") == 0)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_CODE, .code = 190, .status = 401};
}

static void test_expired_token_holds_the_sender(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = token_expired;
	int64_t first = stage_campaign(s, "First"), second = stage_campaign(s, "Second");
	stage_rest(s);
	assert_string_equal(read_sender(s).hold.reason, wa_error_words(190)->meaning);
	assert_null(world_read(s->w, first).hold.reason);
	assert_int_equal(stage_count(s, first, STATE_QUEUED) + stage_count(s, second, STATE_QUEUED), 380);
	assert_in_range(s->n_posts, 21, 30);
	struct sender_request req = {.access_token = "EAAG-the-new-one"};
	assert_int_equal(IN_JOB(s->w, sender_update(tx, s->w->account, s->w->sender, &req, s->now.wall)), 0);
	stage_notify(s);
	stage_rest(s);
	stage_check_completed(s, first);
	stage_check_completed(s, second);
	stage_check_count(s, first, STATE_ACCEPTED, 200);
	stage_check_count(s, second, STATE_ACCEPTED, 200);
}

/* A restriction of one country's people stops nobody else: they are given up, and a person is told of it once. */
static struct stage_reply every_third_is_restricted(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return call->seq % 3 == 0 ? (struct stage_reply){.kind = STAGE_CODE, .code = 130497, .status = 403}
	                          : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_a_restricted_country_stops_nobody_else(void **state)
{
	struct stage *s = stage_open(state, 90);
	s->script = every_third_is_restricted;
	int64_t campaign = stage_campaign(s, "Countries");
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 60);
	stage_check_count(s, campaign, STATE_FAILED, 30);
	assert_int_equal(world_row(s->w, campaign, 3).code, 130497);
	assert_null(read_sender(s).hold.reason);
	assert_int_equal(s->n_posts, 90);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM activity WHERE action = %d", ACTIVITY_SENDER_WARNED), 1);
}

/* Graph's code 100 is about a parameter, but with subcode 33 about the number itself. */
static struct stage_reply number_is_unknown(struct stage *s, const struct stage_call *call)
{
	(void)call;
	if (s->script_step)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){
		.kind = STAGE_STATUS,
		.status = 400,
		.body = "{\"error\":{\"message\":\"Unsupported post request.\",\"type\":\"GraphMethodException\","
			"\"code\":100,\"error_subcode\":33}}"};
}

static void test_an_unknown_number_holds_the_sender(void **state)
{
	struct stage *s = stage_open(state, 100);
	s->script = number_is_unknown;
	int64_t campaign = stage_campaign(s, "Unknown");
	stage_rest(s);
	assert_int_equal(read_sender(s).hold.rule, HOLD_REFUSED);
	assert_int_equal(read_sender(s).hold.code, 100);
	stage_check_count(s, campaign, STATE_QUEUED, 100);
	s->script_step = 1;
	resume_sender(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 100);
}

/* ---- the lane ---- */

/* Meta takes forty a second for the first ten seconds. */
static struct stage_reply too_fast_for_ten_seconds(struct stage *s, const struct stage_call *call)
{
	static usec_t second;
	static int in_second;
	if (call->n == 0 || s->now.mono - second >= 1000000) {
		second = s->now.mono;
		in_second = 0;
	}
	if (s->now.wall - WORLD_START > 10000 || in_second++ < 40)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_CODE, .code = 130429};
}

static void test_too_fast_slows_the_lane(void **state)
{
	struct stage *s = stage_open(state, 5000);
	s->script = too_fast_for_ten_seconds;
	int64_t campaign = stage_campaign(s, "Too fast");
	stage_run(s, 10000);
	int before = s->n_posts;
	stage_run(s, 3000);
	int slow = s->n_posts - before;
	assert_in_range(slow, 3 * 40 * 85 / 100, 3 * 40 * 105 / 100); /* what was taken */
	stage_run(s, 20000);
	before = s->n_posts;
	stage_run(s, 3000);
	assert_true(s->n_posts - before > slow + 3 * 4);
	assert_true(s->n_posts - before < 3 * 80);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 5000);
	assert_int_equal(stage_most_taken(s, campaign), 1);
	struct delivery_stats stats;
	engine_stats(stage_engine(s), &stats);
	assert_int_equal(stats.posted, 5000 + stats.retried);
	assert_int_equal(stats.unconfirmed, 0);
	/* The log has both turning points, and no step between. */
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM activity WHERE action = %d", ACTIVITY_CAMPAIGN_SLOWED), 1);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM activity WHERE action = %d", ACTIVITY_CAMPAIGN_FULL_SPEED), 1);
}

static struct stage_reply not_ready_for_nine_minutes(struct stage *s, const struct stage_call *call)
{
	(void)call;
	if (s->now.wall - WORLD_START < 9 * MINUTE_MS)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 134101};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

/* Not one recipient after the other is refused, nor is the number any slower for it. */
static void test_a_template_that_is_not_ready_rests(void **state)
{
	struct stage *s = stage_open(state, 2000);
	s->script = not_ready_for_nine_minutes;
	int64_t campaign = stage_campaign(s, "Not ready");
	stage_run(s, 9 * MINUTE_MS);
	int refused = s->n_posts;
	assert_in_range(refused, 1, 40); /* what was on the wire */
	stage_check_count(s, campaign, STATE_QUEUED, 2000);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 2000);
	assert_int_equal(s->n_posts, 2000 + refused);
	assert_in_range(world_read(s->w, campaign).end_ms - WORLD_START, 10 * MINUTE_MS, 10 * MINUTE_MS + 30 * SECOND_MS);
}

static struct stage_reply no_network_for_a_minute(struct stage *s, const struct stage_call *call)
{
	(void)call;
	return (struct stage_reply){.kind = s->now.wall - WORLD_START < MINUTE_MS ? STAGE_NOT_SENT : STAGE_ACCEPTED};
}

static void test_no_connection(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = no_network_for_a_minute;
	int64_t campaign = stage_campaign(s, "No network");
	stage_run(s, MINUTE_MS);
	assert_in_range(s->n_posts, 6, 200); /* less and less often */
	stage_check_count(s, campaign, STATE_QUEUED, 200);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 200);
	assert_true(world_read(s->w, campaign).end_ms < WORLD_START + 3 * MINUTE_MS);
}

static struct stage_reply closed_for_a_minute(struct stage *s, const struct stage_call *call)
{
	(void)call;
	if (s->now.wall - WORLD_START >= MINUTE_MS)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	s->script_step++;
	return (struct stage_reply){.kind = STAGE_CLOSED};
}

static void test_transport_that_does_not_begin(void **state)
{
	struct stage *s = stage_open(state, 100);
	s->script = closed_for_a_minute;
	int64_t campaign = stage_campaign(s, "Closed");
	stage_run(s, MINUTE_MS);
	assert_in_range(s->script_step, 5, 100);
	stage_check_count(s, campaign, STATE_QUEUED, 100);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(world_row(s->w, campaign, 1).attempts, 1); /* what never began is no attempt */
	assert_int_equal(s->n_posts, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_every_code),
		STAGE_TEST(test_pauses_of_one_recipient_grow),
		STAGE_TEST(test_second_try_waits_for_nobody),
		STAGE_TEST(test_held_for_quality),
		STAGE_TEST(test_refused_template_holds_the_campaign),
		STAGE_TEST(test_refused_template_of_two_campaigns),
		STAGE_TEST(test_expired_token_holds_the_sender),
		STAGE_TEST(test_a_restricted_country_stops_nobody_else),
		STAGE_TEST(test_an_unknown_number_holds_the_sender),
		STAGE_TEST(test_too_fast_slows_the_lane),
		STAGE_TEST(test_a_template_that_is_not_ready_rests),
		STAGE_TEST(test_no_connection),
		STAGE_TEST(test_transport_that_does_not_begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
