/* What holds a campaign by rule and lets it go again, on virtual time: nothing is lost, nobody is written to twice. */
#include "delivery/test_stage.h"

#include <string.h>

static void resume(struct stage *s, int64_t campaign)
{
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
}

static struct hold hold_of(struct stage *s, int64_t campaign)
{
	return world_read(s->w, campaign).hold;
}

static void all_taken_once(struct stage *s, int64_t campaign, int n)
{
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), n);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

/* ---- WhatsApp's word for the template ---- */

static void verdict(struct stage *s, const char *meta_status)
{
	int64_t no = s->w->template;
	int result = IN_JOB(s->w, template_meta_stops(meta_status) ? template_hold_campaigns(tx, no, meta_status, s->now.wall)
	                                                           : template_release_campaigns(tx, no, s->now.wall));
	assert_int_equal(result, 0);
	stage_notify(s);
}

static void test_a_paused_template_holds_until_it_is_back(void **state)
{
	struct stage *s = stage_open(state, 300);
	int64_t campaign = stage_campaign(s, "Paused"), person = stage_campaign(s, "By a person");
	stage_run(s, 1000);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, person, &world_pause, s->now.wall)), 0);
	verdict(s, "PAUSED");
	assert_int_equal(hold_of(s, campaign).rule, HOLD_TEMPLATE);
	assert_int_equal(hold_of(s, person).rule, HOLD_PERSON);
	int before = s->n_posts;
	stage_run(s, 3 * HOUR_MS);
	assert_int_equal(s->n_posts, before);
	verdict(s, "APPROVED");
	stage_rest(s);
	all_taken_once(s, campaign, 300);
	assert_int_equal(hold_of(s, person).rule, HOLD_PERSON); /* not the rule's to lift */
	resume(s, person);
	all_taken_once(s, person, 300);
}

/* Without a deadline nobody is left out, however long it takes. */
static void test_what_was_held_for_days_goes_on(void **state)
{
	struct stage *s = stage_open(state, 30);
	int64_t campaign = stage_campaign(s, "Put off");
	stage_run(s, 50);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, campaign, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, 5 * DAY_MS);
	assert_true(stage_n_taken(s, campaign) < 30);
	resume(s, campaign);
	all_taken_once(s, campaign, 30);
}

/* ---- the brake ---- */

static bool mended;

static struct stage_reply two_of_three_fail(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (!mended && call->seq > 300 && call->seq % 3)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131026};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

/* A campaign that they have stopped. */
static int64_t braked(struct stage *s)
{
	struct campaign_request req = world_request(s->w, "Brake");
	req.brake = 30;
	mended = false;
	s->script = two_of_three_fail;
	int64_t campaign = stage_create(s, &req);
	stage_rest(s);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_BRAKE);
	return campaign;
}

static void test_too_many_refusals_pull_the_brake(void **state)
{
	struct stage *s = stage_open(state, 3000);
	int64_t campaign = braked(s);
	struct hold hold = hold_of(s, campaign);
	assert_non_null(strstr(hold.reason, "failed, more than 30 in a hundred"));
	int64_t failed = stage_count(s, campaign, STATE_FAILED), taken = stage_count(s, campaign, STATE_ACCEPTED);
	assert_in_range(failed * 100 / (failed + taken), 30, 40); /* at once */
	stage_run(s, DAY_MS);
	assert_int_equal(stage_count(s, campaign, STATE_FAILED), failed);
	mended = true;
	resume(s, campaign);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_FAILED, failed);
	stage_check_count(s, campaign, STATE_ACCEPTED, 3000 - failed);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

/* Resumed while the cause is there still: not a minute's worth of messages goes out before it is pulled again. */
static void test_the_brake_is_pulled_again_at_once(void **state)
{
	struct stage *s = stage_open(state, 3000);
	int64_t campaign = braked(s);
	int before = s->n_posts;
	stage_run(s, MINUTE_MS);
	resume(s, campaign);
	stage_rest(s);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_BRAKE);
	assert_in_range(s->n_posts - before, 100, 250); /* the sample, and what is under way */
}

/* Webhooks of the first hundred come an hour late: they are judged with those that went out when they did. */
static void test_failures_that_come_late_are_judged_with_their_like(void **state)
{
	struct stage *s = stage_open(state, 2000);
	struct campaign_request req = world_request(s->w, "Late failures");
	req.brake = 30;
	req.rate = 1;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 20 * MINUTE_MS);
	for (int seq = 601; seq <= 750; seq++)
		stage_webhook(s, campaign, seq, STATE_FAILED);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_NONE); /* 150 of the 600 of ten minutes */
	for (int seq = 751; seq <= 1000; seq++)
		stage_webhook(s, campaign, seq, STATE_FAILED);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_BRAKE);
	int before = s->n_posts;
	stage_run(s, HOUR_MS);
	assert_in_range(s->n_posts, before, before + 1);
}

static void test_without_a_brake_it_goes_on(void **state)
{
	struct stage *s = stage_open(state, 1500);
	struct campaign_request req = world_request(s->w, "No brake");
	req.brake = 0;
	mended = false;
	s->script = two_of_three_fail;
	int64_t campaign = stage_create(s, &req);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_FAILED, 800);
}

/* ---- the canary ---- */

static int64_t canary(struct stage *s)
{
	struct campaign_request req = world_request(s->w, "Canary");
	req.canary = 20;
	req.canary_wait = 60;
	req.brake = 30;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 30 * MINUTE_MS);
	struct hold hold = hold_of(s, campaign);
	assert_int_equal(hold.rule, HOLD_CANARY);
	assert_in_range(hold.until, WORLD_START + HOUR_MS, WORLD_START + HOUR_MS + 5 * SECOND_MS);
	assert_int_equal(s->n_posts, 20);
	return campaign;
}

static void test_a_good_canary_lets_the_rest_go(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = canary(s);
	for (int seq = 1; seq <= 20; seq++)
		stage_webhook(s, campaign, seq, seq <= 6 ? STATE_FAILED : STATE_DELIVERED);
	stage_crash(s); /* it is remembered */
	stage_run_until(s, WORLD_START + HOUR_MS - SECOND_MS);
	assert_int_equal(s->n_posts, 20);
	all_taken_once(s, campaign, 200);
	assert_in_range(world_read(s->w, campaign).end_ms, WORLD_START + HOUR_MS, WORLD_START + HOUR_MS + 10 * SECOND_MS);
}

static void test_a_bad_canary_waits_for_a_person(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = canary(s);
	for (int seq = 1; seq <= 7; seq++)
		stage_webhook(s, campaign, seq, STATE_FAILED);
	stage_run(s, DAY_MS);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_CANARY_FAILED);
	assert_non_null(strstr(hold_of(s, campaign).reason, "Of the first 20 recipients 7 failed"));
	assert_int_equal(s->n_posts, 20);
	resume(s, campaign);
	all_taken_once(s, campaign, 200);
}

static void test_a_silent_canary_waits_for_a_person(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = canary(s);
	stage_run(s, DAY_MS);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_CANARY_FAILED);
	assert_non_null(strstr(hold_of(s, campaign).reason, "said nothing"));
	resume(s, campaign);
	all_taken_once(s, campaign, 200);
}

static void test_a_person_skips_the_wait(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = canary(s);
	resume(s, campaign);
	all_taken_once(s, campaign, 200);
}

/* What a person pauses meanwhile is judged all the same when they resume it. */
static void test_a_pause_does_not_end_the_canary(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t campaign = canary(s);
	msec_t until = hold_of(s, campaign).until;
	for (int seq = 1; seq <= 7; seq++)
		stage_webhook(s, campaign, seq, STATE_FAILED);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, campaign, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, 5 * MINUTE_MS);
	resume(s, campaign);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_CANARY);
	assert_int_equal(hold_of(s, campaign).until, until);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, campaign, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, DAY_MS);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_PERSON);
	resume(s, campaign); /* after its time: judged at once */
	stage_run(s, SECOND_MS);
	assert_int_equal(hold_of(s, campaign).rule, HOLD_CANARY_FAILED);
	assert_int_equal(s->n_posts, 20);
	resume(s, campaign);
	all_taken_once(s, campaign, 200);
}

static void test_an_audience_of_canaries_only(void **state)
{
	struct stage *s = stage_open(state, 20);
	struct campaign_request req = world_request(s->w, "Small");
	req.canary = 20;
	req.canary_wait = 60;
	int64_t campaign = stage_create(s, &req);
	all_taken_once(s, campaign, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_a_paused_template_holds_until_it_is_back),
		STAGE_TEST(test_what_was_held_for_days_goes_on),
		STAGE_TEST(test_too_many_refusals_pull_the_brake),
		STAGE_TEST(test_the_brake_is_pulled_again_at_once),
		STAGE_TEST(test_failures_that_come_late_are_judged_with_their_like),
		STAGE_TEST(test_without_a_brake_it_goes_on),
		STAGE_TEST(test_a_good_canary_lets_the_rest_go),
		STAGE_TEST(test_a_bad_canary_waits_for_a_person),
		STAGE_TEST(test_a_silent_canary_waits_for_a_person),
		STAGE_TEST(test_a_person_skips_the_wait),
		STAGE_TEST(test_a_pause_does_not_end_the_canary),
		STAGE_TEST(test_an_audience_of_canaries_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
