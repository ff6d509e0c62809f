/* Nobody holds another up: campaigns that share a lane, and senders side by side. */
#include "delivery/test_stage.h"

#include <string.h>

static void test_campaigns_share_a_lane(void **state)
{
	struct stage *s = stage_open(state, 300);
	int64_t first = stage_campaign(s, "First");
	stage_run(s, 1000);
	int64_t second = stage_campaign(s, "Second"), third = stage_campaign(s, "Third");
	stage_run(s, 500);
	int before[3] = {stage_n_posts(s, first), stage_n_posts(s, second), stage_n_posts(s, third)};
	stage_run(s, 6000);
	/* A third each, and all of them together what the lane can do. */
	assert_in_range(stage_n_posts(s, first) - before[0], 155, 165);
	assert_in_range(stage_n_posts(s, second) - before[1], 155, 165);
	assert_in_range(stage_n_posts(s, third) - before[2], 155, 165);
	assert_in_range(s->n_posts - before[0] - before[1] - before[2], 478, 482);
	stage_rest(s);
	stage_check_completed(s, first);
	stage_check_completed(s, second);
	stage_check_completed(s, third);
	assert_int_equal(s->n_posts, 900);
}

static void test_campaign_of_its_own_rate(void **state)
{
	struct stage *s = stage_open(state, 100);
	struct campaign_request req = world_request(s->w, "Slow by wish");
	req.rate = 10;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 5000);
	assert_in_range(stage_n_posts(s, campaign), 50, 52);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_in_range(world_read(s->w, campaign).end_ms - WORLD_START, 9800, 10200);
}

/* A campaign that goes slowly by its owner's wish leaves the rest of the lane to the others. */
static void test_slow_campaign_holds_nobody_up(void **state)
{
	struct stage *s = stage_open(state, 400);
	struct campaign_request req = world_request(s->w, "Slow by wish");
	req.rate = 1;
	int64_t slow = stage_create(s, &req), fast = stage_campaign(s, "Fast");
	stage_run(s, 4000);
	assert_in_range(stage_n_posts(s, slow), 4, 6);
	assert_in_range(stage_n_posts(s, fast), 310, 318);
	stage_run(s, 2000);
	stage_check_completed(s, fast);
	stage_run(s, 10000);
	assert_in_range(stage_n_posts(s, slow), 16, 18);
}

/* Rates of campaigns that add up to the lane's are all held. */
static void test_rates_side_by_side(void **state)
{
	struct stage *s = stage_open(state, 400);
	struct campaign_request req = world_request(s->w, "Twenty");
	req.rate = 20;
	int64_t twenty = stage_create(s, &req);
	req.name = "Fifty";
	req.rate = 50;
	int64_t fifty = stage_create(s, &req);
	stage_run(s, 7000);
	assert_in_range(stage_n_posts(s, twenty), 138, 143);
	assert_in_range(stage_n_posts(s, fifty), 345, 353);
}

/* A held campaign in the middle of the others' turn. */
static void test_held_campaign_holds_nobody_up(void **state)
{
	struct stage *s = stage_open(state, 200);
	int64_t held = stage_campaign(s, "Held"), other = stage_campaign(s, "Other");
	stage_run(s, 300);
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, held, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	int before = stage_n_posts(s, other);
	stage_run(s, 2000);
	assert_in_range(stage_n_posts(s, other) - before, 156, 164);
	stage_rest(s);
	stage_check_completed(s, other);
	assert_int_equal(world_read(s->w, held).status, CAMPAIGN_IN_PROGRESS);
}

/* Meta takes fewer than its record says. */
static struct stage_reply takes_fifty(struct stage *s, const struct stage_call *call)
{
	static usec_t full_at_us;
	if (call->n == 0)
		full_at_us = 0;
	if (full_at_us - s->now.mono > 80000) /* 50 a second, 5 at once */
		return (struct stage_reply){.kind = STAGE_CODE, .code = 130429};
	full_at_us = (full_at_us > s->now.mono ? full_at_us : s->now.mono) + 20000;
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_settles_at_what_is_taken(void **state)
{
	struct stage *s = stage_open(state, 4000);
	s->script = takes_fifty;
	int64_t campaign = stage_campaign(s, "Fewer");
	stage_run(s, 10000);
	int before = stage_n_taken(s, campaign), posts = s->n_posts;
	stage_run(s, 60000);
	int taken = stage_n_taken(s, campaign) - before;
	assert_in_range(taken, 60 * 50 * 95 / 100, 60 * 50 + 5);
	assert_in_range(s->n_posts - posts - taken, 0, taken / 100);
}

/* ---- two senders ---- */

static int64_t second_sender(struct stage *s)
{
	int64_t no = world_sender(s->w, "Second", "1002");
	stage_limit(s, no, 80);
	return no;
}

static int64_t campaign_from_second(struct stage *s, const char *name)
{
	struct campaign_request req = world_request(s->w, name);
	req.from = "Second";
	return stage_create(s, &req);
}

static bool is_first(const struct stage_call *call)
{
	return strcmp(call->phone_number_id, "1001") == 0;
}

static void check_second_is_undisturbed(struct stage *s, stage_script *script)
{
	s->script = script;
	second_sender(s);
	int64_t first = stage_campaign(s, "First");
	stage_run(s, 5000);
	int64_t second = campaign_from_second(s, "Second");
	msec_t from = s->now.wall;
	stage_run_until_over(s, second, HOUR_MS);
	stage_check_completed(s, second);
	assert_in_range(world_read(s->w, second).end_ms - from, 200 * 1000 / 80 - 50, 200 * 1000 / 80 + 200);
	assert_true(stage_count(s, first, STATE_ACCEPTED) < 200);
}

static struct stage_reply first_answers_late(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = is_first(call) ? 29000000 : 0};
}

static struct stage_reply first_is_too_fast(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return is_first(call) ? (struct stage_reply){.kind = STAGE_CODE, .code = 130429}
	                      : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static struct stage_reply first_is_dead(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return is_first(call) ? (struct stage_reply){.kind = STAGE_NOT_SENT} : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static struct stage_reply first_is_locked(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return is_first(call) ? (struct stage_reply){.kind = STAGE_CODE, .code = 131031}
	                      : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static struct stage_reply first_is_in_doubt(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return is_first(call) ? (struct stage_reply){.kind = STAGE_STATUS, .status = 503}
	                      : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_senders_are_apart_when_slow(void **state)
{
	check_second_is_undisturbed(stage_open(state, 200), first_answers_late);
}

static void test_senders_are_apart_when_too_fast(void **state)
{
	check_second_is_undisturbed(stage_open(state, 200), first_is_too_fast);
}

static void test_senders_are_apart_when_dead(void **state)
{
	check_second_is_undisturbed(stage_open(state, 200), first_is_dead);
}

static void test_senders_are_apart_when_held(void **state)
{
	check_second_is_undisturbed(stage_open(state, 200), first_is_locked);
}

static void test_senders_are_apart_when_in_doubt(void **state)
{
	check_second_is_undisturbed(stage_open(state, 200), first_is_in_doubt);
}

static void test_senders_at_the_same_time(void **state)
{
	struct stage *s = stage_open(state, 300);
	second_sender(s);
	int64_t first = stage_campaign(s, "First"), second = campaign_from_second(s, "Second");
	stage_run(s, 3000);
	assert_in_range(stage_n_posts(s, first), 238, 242);
	assert_in_range(stage_n_posts(s, second), 238, 242);
	stage_rest(s);
	stage_check_completed(s, first);
	stage_check_completed(s, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_campaigns_share_a_lane),          STAGE_TEST(test_campaign_of_its_own_rate),
		STAGE_TEST(test_slow_campaign_holds_nobody_up),   STAGE_TEST(test_rates_side_by_side),
		STAGE_TEST(test_held_campaign_holds_nobody_up),   STAGE_TEST(test_senders_are_apart_when_slow),
		STAGE_TEST(test_senders_are_apart_when_too_fast), STAGE_TEST(test_senders_are_apart_when_dead),
		STAGE_TEST(test_senders_are_apart_when_held),     STAGE_TEST(test_senders_are_apart_when_in_doubt),
		STAGE_TEST(test_senders_at_the_same_time),        STAGE_TEST(test_settles_at_what_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
