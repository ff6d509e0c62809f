/* The whole engine on virtual time against a scripted Meta. */
#include <string.h>

#include "delivery/test_play.h"

static int64_t campaign_of(struct play *s, const char *name)
{
	int64_t no = world_campaign(s->w, name);
	engine_notify(s->engine);
	return no;
}

/* ---- the good case ---- */

static void everybody_once_at_the_senders_pace(void **state)
{
	struct play *s = play_open(state, 400);
	int64_t c = campaign_of(s, "C");
	msec_t took = play_until_over(s, c, MINUTE_MS);
	assert_int_equal(play_taken(s, c), 400);
	assert_int_equal(s->n_posts, 400);
	assert_in_range(took, 4900, 5300); /* 400 at 80 a second, and the last answer */
	assert_int_equal(world_read(s->w, c).status, CAMPAIGN_COMPLETED);
	for (usec_t from = 0; from < 5000000; from += 250000) { /* never above, in any second */
		int n = 0;
		for (int seq = 1; seq <= 400; seq++)
			n += s->taken_us[c][seq] >= from && s->taken_us[c][seq] < from + 1000000;
		assert_true(n <= 80 + 80 * 40 / 1000 + 1);
	}
}

static void slow_answers_widen_the_window_and_no_more(void **state)
{
	struct play *s = play_open(state, 300);
	s->latency_us = 500000;
	int64_t c = campaign_of(s, "C");
	msec_t took = play_until_over(s, c, MINUTE_MS);
	assert_true(took < 12000);
	assert_true(s->most_pending <= 64);
	assert_int_equal(play_taken(s, c), 300);
}

static void two_campaigns_share_a_lane(void **state)
{
	struct play *s = play_open(state, 300);
	int64_t a = campaign_of(s, "A"), b = campaign_of(s, "B");
	play_pass(s, 3000);
	int first = play_taken(s, a), second = play_taken(s, b);
	assert_in_range(first + second, 200, 260);
	assert_true(first > 80 && second > 80);
	play_until_over(s, a, MINUTE_MS);
	play_until_over(s, b, MINUTE_MS);
	assert_int_equal(play_taken(s, a) + play_taken(s, b), 600);
}

static enum fate first_number_is_silent(struct play *s, const struct play_message *m)
{
	(void)s;
	return strcmp(m->phone_number_id, "1001") == 0 ? FATE_LOSE : FATE_TAKE;
}

static void a_stuck_sender_slows_no_other(void **state)
{
	struct play *s = play_open(state, 200);
	world_sender(s->w, "Other", "2002");
	struct campaign_request req = world_request(s->w, "B");
	req.from = "Other";
	world_script(s->w, "UPDATE sender SET phone_number_id = '1001' WHERE no = %d", (int)s->w->sender);
	int64_t a = campaign_of(s, "A"), b = world_create(s->w, &req);
	s->script = first_number_is_silent;
	engine_notify(s->engine);
	play_until_over(s, b, MINUTE_MS);
	assert_int_equal(play_taken(s, b), 200);
	for (int seq = 1; seq <= 200; seq++)
		assert_true(s->taken_us[b][seq] < 3000000);
	assert_int_equal(play_taken(s, a), 0);
}

/* ---- refusals ---- */

static enum fate every_tenth_is_not_on_whatsapp(struct play *s, const struct play_message *m)
{
	s->code = 131026;
	return m->seq % 10 == 0 ? FATE_REFUSE : FATE_TAKE;
}

static void a_refusal_gives_up_one_recipient(void **state)
{
	struct play *s = play_open(state, 100);
	s->script = every_tenth_is_not_on_whatsapp;
	int64_t c = campaign_of(s, "C");
	play_until_over(s, c, MINUTE_MS);
	assert_int_equal(play_taken(s, c), 90);
	assert_int_equal(s->n_posts, 100);
	assert_int_equal(play_count(s, c, STATE_FAILED), 10);
	assert_int_equal(world_row(s->w, c, 10).code, 131026);
	assert_int_equal(world_read(s->w, c).status, CAMPAIGN_COMPLETED);
}

static enum fate one_pair_is_too_fast(struct play *s, const struct play_message *m)
{
	s->code = 131056;
	return m->seq == 5 && m->attempt < 3 ? FATE_REFUSE : FATE_TAKE;
}

static void a_pair_limit_delays_that_recipient_alone(void **state)
{
	struct play *s = play_open(state, 100);
	s->script = one_pair_is_too_fast;
	int64_t c = campaign_of(s, "C");
	play_pass(s, 1500);
	assert_int_equal(play_taken(s, c), 99);
	msec_t before = s->now.wall;
	play_until_over(s, c, 10 * MINUTE_MS);
	assert_int_equal(play_taken(s, c), 100);
	assert_int_equal(world_row(s->w, c, 5).attempts, 3);
	assert_true(s->now.wall - before >= 4000); /* 4^n seconds */
}

static enum fate too_fast_for_a_while(struct play *s, const struct play_message *m)
{
	(void)m;
	s->code = 130429;
	return s->n_posts < 40 ? FATE_REFUSE : FATE_TAKE;
}

static void too_fast_slows_the_lane_and_loses_nobody(void **state)
{
	struct play *s = play_open(state, 200);
	s->script = too_fast_for_a_while;
	int64_t c = campaign_of(s, "C");
	msec_t took = play_until_over(s, c, 10 * MINUTE_MS);
	assert_int_equal(play_taken(s, c), 200);
	assert_true(took > 3000);
	assert_int_equal(play_count(s, c, STATE_FAILED), 0);
}

static enum fate template_is_paused(struct play *s, const struct play_message *m)
{
	(void)m;
	s->code = 132015;
	return FATE_REFUSE;
}

static void a_paused_template_holds_the_campaign(void **state)
{
	struct play *s = play_open(state, 200);
	s->script = template_is_paused;
	int64_t c = campaign_of(s, "C");
	play_pass(s, 5000);
	struct campaign held = world_read(s->w, c);
	assert_non_null(held.hold);
	assert_string_equal(held.hold_by, "rule");
	assert_true(s->n_posts <= 64);
	int posts = s->n_posts;
	play_pass(s, HOUR_MS);
	assert_int_equal(s->n_posts, posts);
	assert_int_equal(play_count(s, c, STATE_QUEUED), 200);
	s->script = NULL;
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, c, NULL, NULL, s->w->now)), 0);
	engine_notify(s->engine);
	play_until_over(s, c, MINUTE_MS);
	assert_int_equal(play_taken(s, c), 200);
}

static enum fate token_is_refused(struct play *s, const struct play_message *m)
{
	s->code = 190;
	return strcmp(m->token, WORLD_TOKEN) == 0 ? FATE_REFUSE : FATE_TAKE;
}

static void a_refused_token_holds_the_sender_until_a_new_one_comes(void **state)
{
	struct play *s = play_open(state, 200);
	s->script = token_is_refused;
	int64_t c = campaign_of(s, "C");
	play_pass(s, HOUR_MS);
	assert_true(s->n_posts <= 64);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM sender WHERE hold IS NOT NULL AND status = 'blocked'"), 1);
	struct sender_request token = {.access_token = "EAAanother"};
	assert_int_equal(IN_JOB(s->w, sender_update(tx, s->w->account, s->w->sender, &token, s->w->now)), 0);
	engine_notify(s->engine);
	play_until_over(s, c, MINUTE_MS);
	assert_int_equal(play_taken(s, c), 200);
}

/* ---- doubt ---- */

static enum fate an_hour_of_trouble(struct play *s, const struct play_message *m)
{
	(void)m;
	if (s->now.mono < 2000000 || s->now.mono > (usec_t)HOUR_MS * 1000)
		return FATE_TAKE;
	return s->n_posts % 2 ? FATE_TROUBLE : FATE_LOSE;
}

static void an_hour_of_trouble_costs_a_handful(void **state)
{
	struct play *s = play_open(state, 900);
	s->script = an_hour_of_trouble;
	int64_t c = campaign_of(s, "C");
	play_pass(s, HOUR_MS);
	int64_t doubtful = play_count(s, c, STATE_UNCONFIRMED);
	assert_in_range(doubtful, 3, 100); /* what was on the wire, and a probe a minute */
	play_until_over(s, c, 2 * HOUR_MS);
	assert_int_equal(play_count(s, c, STATE_ACCEPTED), 900 - play_count(s, c, STATE_UNCONFIRMED));
	(void)play_taken(s, c);
	assert_int_equal(world_read(s->w, c).status, CAMPAIGN_COMPLETED);
}

static enum fate no_connection_at_first(struct play *s, const struct play_message *m)
{
	(void)m;
	return s->now.mono < 60000000 ? FATE_NOT_SENT : FATE_TAKE;
}

static void no_connection_costs_nobody(void **state)
{
	struct play *s = play_open(state, 100);
	s->script = no_connection_at_first;
	int64_t c = campaign_of(s, "C");
	play_pass(s, MINUTE_MS);
	assert_true(s->n_posts < 1000); /* it pauses, and longer each time */
	play_until_over(s, c, 10 * MINUTE_MS);
	assert_int_equal(play_taken(s, c), 100);
	assert_int_equal(play_count(s, c, STATE_UNCONFIRMED), 0);
}

static enum fate every_fifth_is_not_heard_of(struct play *s, const struct play_message *m)
{
	(void)s;
	return m->seq % 5 ? FATE_TAKE : m->seq % 10 ? FATE_TAKE_SILENTLY : FATE_LOSE;
}

static void crash_in_the_middle(struct play *s, int64_t c)
{
	play_pass(s, 1000);
	s->latency_us = 10 * (usec_t)SECOND_MS * 1000;
	play_pass(s, 200); /* posts whose answers will never be heard */
	assert_true(s->n_pending > 0);
	play_crash(s);
	s->latency_us = 20000;
	play_pass(s, 10);
	assert_true(play_count(s, c, STATE_UNCONFIRMED) > 0);
	assert_int_equal(play_count(s, c, STATE_CLAIMED) <= 4, 1);
}

static void a_crash_under_hold_writes_to_nobody_twice(void **state)
{
	struct play *s = play_open(state, 200);
	s->script = every_fifth_is_not_heard_of;
	int64_t c = campaign_of(s, "C");
	crash_in_the_middle(s, c);
	play_until_over(s, c, 10 * MINUTE_MS);
	int64_t doubtful = play_count(s, c, STATE_UNCONFIRMED);
	assert_in_range(doubtful, 40, 110);
	assert_int_equal(play_count(s, c, STATE_ACCEPTED), 200 - doubtful);
	assert_true(play_taken(s, c) >= 200 - doubtful);
	assert_int_equal(world_read(s->w, c).status, CAMPAIGN_COMPLETED);
	play_tell_sent(s, c); /* late webhooks settle what was taken */
	assert_int_equal(play_count(s, c, STATE_SENT), play_taken(s, c));
	assert_int_equal(play_count(s, c, STATE_UNCONFIRMED), 200 - play_taken(s, c));
}

static enum fate silent_on_the_first_try(struct play *s, const struct play_message *m)
{
	return m->attempt == 1 ? every_fifth_is_not_heard_of(s, m) : FATE_TAKE;
}

static void a_crash_under_resend_leaves_nobody_out(void **state)
{
	struct play *s = play_open(state, 200);
	s->script = silent_on_the_first_try;
	struct campaign_request req = world_request(s->w, "C");
	req.on_unconfirmed = "resend";
	int64_t c = world_create(s->w, &req);
	engine_notify(s->engine);
	crash_in_the_middle(s, c);
	for (int i = 0; i < 200 && world_read(s->w, c).status != CAMPAIGN_COMPLETED; i++) {
		play_pass(s, 15 * SECOND_MS);
		play_tell_sent(s, c); /* within the window, as the promise demands */
	}
	assert_int_equal(world_read(s->w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(play_taken(s, c), 200);
	assert_int_equal(play_count(s, c, STATE_UNCONFIRMED), 0);
}

static void silence_without_evidence_is_not_sent_again_at_once(void **state)
{
	struct play *s = play_open(state, 100);
	s->script = every_fifth_is_not_heard_of;
	struct campaign_request req = world_request(s->w, "C");
	req.on_unconfirmed = "resend";
	int64_t c = world_create(s->w, &req);
	engine_notify(s->engine);
	play_pass(s, 50 * SECOND_MS); /* below the window: no second post, whatever comes */
	int posts = s->n_posts;
	assert_true(posts <= 100);
	play_tell_sent(s, c);
	play_pass(s, 5 * SECOND_MS);
	assert_int_equal(s->n_posts, posts);
	(void)play_taken(s, c);
}

/* ---- persons and clocks ---- */

static void canceling_stops_what_has_not_left(void **state)
{
	struct play *s = play_open(state, 300);
	int64_t c = campaign_of(s, "C");
	play_pass(s, 1500);
	assert_int_equal(IN_JOB(s->w, campaign_cancel(tx, s->w->account, c, s->w->now)), 0);
	engine_notify(s->engine);
	play_pass(s, MINUTE_MS);
	int taken = play_taken(s, c);
	assert_in_range(taken, 100, 140);
	assert_int_equal(play_count(s, c, STATE_ACCEPTED), taken);
	assert_int_equal(play_count(s, c, STATE_CANCELED), 300 - taken);
}

static void pausing_and_resuming_loses_nobody(void **state)
{
	struct play *s = play_open(state, 200);
	int64_t c = campaign_of(s, "C");
	play_pass(s, 1000);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, c, "A person wants it.", "person", s->w->now)), 0);
	engine_notify(s->engine);
	play_pass(s, 500);
	int posts = s->n_posts;
	play_pass(s, HOUR_MS);
	assert_int_equal(s->n_posts, posts);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, c, NULL, NULL, s->w->now)), 0);
	engine_notify(s->engine);
	play_until_over(s, c, MINUTE_MS);
	assert_int_equal(play_taken(s, c), 200);
	assert_int_equal(s->n_posts, 200);
}

static void a_schedule_is_kept_to_the_second(void **state)
{
	struct play *s = play_open(state, 10);
	struct campaign_request req = world_request(s->w, "C");
	req.schedule_ms = WORLD_START + HOUR_MS;
	int64_t c = world_create(s->w, &req);
	engine_notify(s->engine);
	play_pass(s, HOUR_MS - 1);
	assert_int_equal(s->n_posts, 0);
	play_pass(s, 1000);
	assert_int_equal(play_taken(s, c), 10);
	assert_int_equal(world_read(s->w, c).start_ms, WORLD_START + HOUR_MS);
}

static void what_is_due_too_long_waits_for_a_person(void **state)
{
	struct play *s = play_open(state, 10);
	struct campaign_request early = world_request(s->w, "A"), late = world_request(s->w, "B");
	early.schedule_ms = WORLD_START + 2 * HOUR_MS;
	late.schedule_ms = WORLD_START + HOUR_MS;
	int64_t a = world_create(s->w, &early), b = world_create(s->w, &late);
	engine_destroy(s->engine); /* the server is down meanwhile */
	s->engine = NULL;
	s->now.mono = (usec_t)(2 * HOUR_MS + MINUTE_MS) * 1000;
	s->now.wall = WORLD_START + s->now.mono / 1000;
	s->w->now = s->now.wall;
	play_crash(s);
	play_pass(s, 5000);
	assert_int_equal(play_taken(s, a), 10);
	assert_int_equal(play_taken(s, b), 0);
	assert_non_null(world_read(s->w, b).hold);
	assert_int_equal(world_read(s->w, b).status, CAMPAIGN_IN_PROGRESS);
}

static void past_the_deadline_nothing_leaves(void **state)
{
	struct play *s = play_open(state, 300);
	struct campaign_request req = world_request(s->w, "C");
	req.deadline_ms = WORLD_START + 2000;
	int64_t c = world_create(s->w, &req);
	engine_notify(s->engine);
	play_until_over(s, c, MINUTE_MS);
	int taken = play_taken(s, c);
	assert_in_range(taken, 140, 175);
	assert_int_equal(play_count(s, c, STATE_SKIPPED), 300 - taken);
	assert_int_equal(world_row(s->w, c, 300).code, RULE_DEADLINE);
}

/* With nothing to do the engine asks for no turn: idle costs nothing. */
static void idle_wants_no_turn(void **state)
{
	struct play *s = play_open(state, 5);
	int64_t c = campaign_of(s, "C");
	play_until_over(s, c, MINUTE_MS);
	play_pass(s, SECOND_MS);
	assert_int_equal(engine_turn(s->engine, s->now), -1);
	assert_true(engine_is_quiet(s->engine));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY_TEST(everybody_once_at_the_senders_pace),
		PLAY_TEST(slow_answers_widen_the_window_and_no_more),
		PLAY_TEST(two_campaigns_share_a_lane),
		PLAY_TEST(a_stuck_sender_slows_no_other),
		PLAY_TEST(a_refusal_gives_up_one_recipient),
		PLAY_TEST(a_pair_limit_delays_that_recipient_alone),
		PLAY_TEST(too_fast_slows_the_lane_and_loses_nobody),
		PLAY_TEST(a_paused_template_holds_the_campaign),
		PLAY_TEST(a_refused_token_holds_the_sender_until_a_new_one_comes),
		PLAY_TEST(an_hour_of_trouble_costs_a_handful),
		PLAY_TEST(no_connection_costs_nobody),
		PLAY_TEST(a_crash_under_hold_writes_to_nobody_twice),
		PLAY_TEST(a_crash_under_resend_leaves_nobody_out),
		PLAY_TEST(silence_without_evidence_is_not_sent_again_at_once),
		PLAY_TEST(canceling_stops_what_has_not_left),
		PLAY_TEST(pausing_and_resuming_loses_nobody),
		PLAY_TEST(a_schedule_is_kept_to_the_second),
		PLAY_TEST(what_is_due_too_long_waits_for_a_person),
		PLAY_TEST(past_the_deadline_nothing_leaves),
		PLAY_TEST(idle_wants_no_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
