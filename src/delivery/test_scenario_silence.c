/* Under on_unconfirmed=resend silence is evidence, but only while somebody listens. Whatever kept the server from hearing, a
 * message that Meta has taken is not sent again; and when silence has lasted for a window of listening, one that Meta never took
 * is, without a person. */
#include "delivery/test_stage.h"

#include "base/log.h"
#include "store/inbox.h"

#define WINDOW_MS (15 * MINUTE_MS) /* the engine's own, when nobody gives another */

static bool is_taken; /* of those without an answer: does Meta have them? */

/* The messages 10 and 11 have no answer, the first time. */
static struct stage_reply two_in_doubt(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->attempt > 1 || (call->seq != 10 && call->seq != 11))
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return (struct stage_reply){.kind = STAGE_TIMEOUT, .taken = is_taken, .latency_us = 3000000};
}

/* Two in doubt for a minute, while a later message was heard of. */
static struct stage *open_in_doubt(void **state, bool taken, int64_t *ret_campaign)
{
	struct stage *s = stage_open(state, 50);
	log_set_fd(-1); /* warnings are what is wanted here */
	s->script = two_in_doubt;
	is_taken = taken;
	struct campaign_request req = world_request(s->w, "Silence");
	req.on_unconfirmed = "resend";
	*ret_campaign = stage_create(s, &req);
	stage_run(s, MINUTE_MS);
	stage_check_count(s, *ret_campaign, STATE_UNCONFIRMED, 2);
	stage_webhook(s, *ret_campaign, 40, STATE_SENT);
	return s;
}

static int teardown(void **state)
{
	log_set_fd(2);
	return stage_teardown(state);
}

/* Both are in doubt for some time more; then Meta's webhooks for them come after all. */
static void heard_in_time(struct stage *s, int64_t campaign, msec_t more_ms)
{
	stage_run(s, more_ms);
	assert_int_equal(s->n_posts, 50);
	stage_webhook(s, campaign, 10, STATE_SENT);
	stage_webhook(s, campaign, 11, STATE_DELIVERED);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, 50);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

/* They are never heard of: sent again when the window is over, not before. */
static void never_heard(struct stage *s, int64_t campaign, msec_t at_least_ms, msec_t at_most_ms)
{
	stage_run(s, at_least_ms);
	assert_int_equal(s->n_posts, 50);
	stage_run(s, at_most_ms - at_least_ms);
	assert_int_equal(s->n_posts, 52);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 50);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

static void test_the_clock_is_set_forward(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, true, &campaign);
	stage_set_clock(s, 2 * HOUR_MS);
	heard_in_time(s, campaign, WINDOW_MS - SECOND_MS);
}

static void test_the_clock_was_set_forward_and_silence_lasts(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, false, &campaign);
	stage_set_clock(s, 2 * HOUR_MS);
	never_heard(s, campaign, WINDOW_MS - SECOND_MS, WINDOW_MS + MINUTE_MS);
}

static void test_the_clock_is_set_back(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, true, &campaign);
	stage_set_clock(s, -2 * HOUR_MS);
	heard_in_time(s, campaign, WINDOW_MS - SECOND_MS);
}

/* Claims of before lie in the future now, so which were later cannot be told: one message goes again, alone, and speaks for the
 * other. Nothing waits until the clock is where it was. */
static void test_the_clock_was_set_back_and_silence_lasts(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, false, &campaign);
	stage_set_clock(s, -2 * HOUR_MS);
	stage_run(s, WINDOW_MS + MINUTE_MS);
	assert_int_equal(s->n_posts, 51);
	stage_webhook(s, campaign, 10, STATE_SENT);
	stage_run(s, WINDOW_MS + MINUTE_MS);
	assert_int_equal(s->n_posts, 52);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 50);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

/* Whatever a step of the clock does to a campaign on its way, it goes on at its pace. */
static void test_a_campaign_goes_on_when_the_clock_is_set(void **state)
{
	for (int forward = 0; forward < 2; forward++) {
		struct stage *s = stage_open(state, 400);
		log_set_fd(-1);
		int64_t campaign = stage_campaign(s, "Clock");
		stage_run(s, 2 * SECOND_MS);
		assert_in_range(s->n_posts, 140, 180);
		stage_set_clock(s, forward ? HOUR_MS : -HOUR_MS);
		stage_run(s, 2 * SECOND_MS);
		assert_in_range(s->n_posts, 300, 340);
		stage_rest(s);
		stage_check_completed(s, campaign);
		stage_check_count(s, campaign, STATE_ACCEPTED, 400);
		assert_int_equal(stage_most_posts(s, campaign), 1);
		teardown(state);
		*state = &engines_list[SQL_SQLITE];
	}
}

static void test_the_server_stands_still(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, true, &campaign);
	stage_freeze(s, 2 * HOUR_MS);
	heard_in_time(s, campaign, WINDOW_MS - SECOND_MS);
}

static void test_the_server_stood_still_and_silence_lasts(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, false, &campaign);
	stage_run(s, WINDOW_MS / 2);
	stage_freeze(s, 5 * MINUTE_MS);
	never_heard(s, campaign, WINDOW_MS - SECOND_MS, WINDOW_MS + MINUTE_MS);
}

static void test_a_webhook_could_not_be_stored(void **state)
{
	int64_t campaign;
	struct stage *s = open_in_doubt(state, true, &campaign);
	stage_run(s, WINDOW_MS - 2 * MINUTE_MS);
	engine_missed(stage_engine(s));
	heard_in_time(s, campaign, WINDOW_MS - SECOND_MS);
}

/* What lies in the inbox may speak of any message: silence reaches to its arrival only. */
static void test_a_webhook_is_stored_and_not_applied(void **state)
{
	int64_t campaign, node_no;
	struct stage *s = open_in_doubt(state, true, &campaign);
	stage_run(s, WINDOW_MS - 2 * MINUTE_MS);
	assert_int_equal(IN_JOB(s->w, inbox_append(tx, s->w->hash, "{}", 2, NULL, false, s->now.wall, &node_no)), 0);
	stage_run(s, 5 * MINUTE_MS);
	assert_int_equal(s->n_posts, 50);
	world_script(s->w, "DELETE FROM inbox");
	stage_webhook(s, campaign, 10, STATE_SENT);
	stage_webhook(s, campaign, 11, STATE_SENT);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, 50);
	stage_check_completed(s, campaign);
}

static void test_what_is_stored_is_applied_soon(void **state)
{
	int64_t campaign, node_no;
	struct stage *s = open_in_doubt(state, false, &campaign);
	stage_run(s, WINDOW_MS - 2 * MINUTE_MS);
	assert_int_equal(IN_JOB(s->w, inbox_append(tx, s->w->hash, "{}", 2, NULL, false, s->now.wall, &node_no)), 0);
	stage_run(s, 2 * MINUTE_MS);
	assert_int_equal(s->n_posts, 50);
	world_script(s->w, "DELETE FROM inbox");
	never_heard(s, campaign, 0, 2 * SECOND_MS);
}

#define SILENCE_TEST(f)                                          \
	{                                                        \
#f, f, NULL, teardown, &engines_list[SQL_SQLITE] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SILENCE_TEST(test_the_clock_is_set_forward),
		SILENCE_TEST(test_the_clock_was_set_forward_and_silence_lasts),
		SILENCE_TEST(test_the_clock_is_set_back),
		SILENCE_TEST(test_the_clock_was_set_back_and_silence_lasts),
		SILENCE_TEST(test_a_campaign_goes_on_when_the_clock_is_set),
		SILENCE_TEST(test_the_server_stands_still),
		SILENCE_TEST(test_the_server_stood_still_and_silence_lasts),
		SILENCE_TEST(test_a_webhook_could_not_be_stored),
		SILENCE_TEST(test_a_webhook_is_stored_and_not_applied),
		SILENCE_TEST(test_what_is_stored_is_applied_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
