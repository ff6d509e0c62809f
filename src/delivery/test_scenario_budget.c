/* The 24-hour budget and people whom WhatsApp holds marketing back from, over days. Meta's side counts for itself, and fails the
 * test where it would have to refuse. */
#include "delivery/test_stage.h"
#include <string.h>

#include "store/budget.h"

#define LIMIT 250
#define MAX_PEOPLE 2048
#define OTHERS 1024 /* people of the second audience are numbered from here */

static struct {
	msec_t written_ms[MAX_PEOPLE]; /* last; 0 never */
	int64_t second_campaign;       /* over the other audience; 0 none */
} meta;

static struct stage_reply counting(struct stage *s, const struct stage_call *call)
{
	int64_t who = call->seq + (call->campaign == meta.second_campaign ? OTHERS : 0);
	msec_t yesterday = s->now.wall - DAY_MS;
	int n = 0;
	assert_in_range(who, 1, MAX_PEOPLE - 1);
	for (int i = 0; i < MAX_PEOPLE; i++)
		n += meta.written_ms[i] > yesterday;
	if (meta.written_ms[who] <= yesterday && n >= LIMIT)
		fail_msg("Meta would refuse %lld/%lld", (long long)call->campaign, (long long)call->seq);
	meta.written_ms[who] = s->now.wall;
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static struct stage *open_tier(void **state, int n)
{
	struct stage *s = stage_open(state, n);
	memset(&meta, 0, sizeof(meta));
	s->script = counting;
	s->tier = "TIER_250";
	stage_limit(s, s->w->sender, 80);
	return s;
}

static void test_a_campaign_spreads_over_days(void **state)
{
	struct stage *s = open_tier(state, 600);
	int64_t campaign = stage_campaign(s, "Large");
	msec_t start = s->now.wall, at;
	int64_t limit;
	stage_run(s, HOUR_MS);
	assert_int_equal(stage_n_posts(s, campaign), LIMIT);
	assert_int_equal(IN_JOB(s->w, budget_of_campaign(tx, campaign, 350, s->now.wall, &at, &limit)), 0);
	assert_int_equal(limit, LIMIT);
	stage_run(s, DAY_MS);
	assert_int_equal(stage_n_posts(s, campaign), 2 * LIMIT);
	stage_run_until_over(s, campaign, 3 * DAY_MS);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 600);
	/* as was told on the first day */
	assert_in_range(world_read(s->w, campaign).end_ms, at, at + 2 * MINUTE_MS);
	assert_true(world_read(s->w, campaign).end_ms > start + 2 * DAY_MS);
}

static void test_the_portfolios_campaigns_go_in_turn(void **state)
{
	struct stage *s = open_tier(state, 300);
	stage_limit(s, world_sender(s->w, "Second", "1002"), 80);
	int64_t everyone = s->w->audience;
	s->w->audience = world_audience(s->w, "Others");
	for (int i = 1; i <= 200; i++)
		world_contact(s->w, s->w->audience, arena_printf(s->w->arena, "4480%08d", i), "O");
	struct campaign_request req = world_request(s->w, "Second");
	s->w->audience = everyone;
	int64_t first = stage_campaign(s, "First");
	stage_run(s, 1000);
	req.from = "Second";
	meta.second_campaign = first + 1;
	int64_t second = stage_create(s, &req);
	assert_int_equal(second, meta.second_campaign);
	stage_run(s, 2 * HOUR_MS);
	assert_int_equal(stage_n_posts(s, first), LIMIT);
	assert_int_equal(stage_n_posts(s, second), 0);
	stage_run_until_over(s, second, 3 * DAY_MS);
	stage_check_completed(s, first);
	stage_check_completed(s, second);
	assert_true(world_read(s->w, first).end_ms <= world_read(s->w, second).end_ms);
	assert_true(world_read(s->w, second).end_ms < WORLD_START + DAY_MS + HOUR_MS);
}

static struct stage_reply first_has_no_connection(struct stage *s, const struct stage_call *call)
{
	if (strcmp(call->phone_number_id, "1001") == 0)
		return (struct stage_reply){.kind = STAGE_NOT_SENT};
	return counting(s, call);
}

/* Places that it cannot use are used by whoever comes next. */
static void test_who_cannot_send_keeps_no_places(void **state)
{
	struct stage *s = open_tier(state, 240);
	s->script = first_has_no_connection;
	stage_limit(s, world_sender(s->w, "Second", "1002"), 80);
	int64_t first = stage_campaign(s, "First");
	stage_run(s, MINUTE_MS);
	struct campaign_request req = world_request(s->w, "Second");
	req.from = "Second";
	int64_t second = stage_create(s, &req);
	stage_run_until_over(s, second, 5 * MINUTE_MS);
	stage_check_completed(s, second);
	stage_check_count(s, second, STATE_ACCEPTED, 240);
	s->script = counting;
	stage_run_until_over(s, first, DAY_MS);
	stage_check_completed(s, first);
}

static struct stage_reply refuses_a_third(struct stage *s, const struct stage_call *call)
{
	if (call->seq % 3 == 0)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131026};
	return counting(s, call);
}

/* Whoever got nothing does not count: others have their places on the same day. (Even the last one needs a place to be tried.) */
static void test_the_limit_is_used_fully(void **state)
{
	struct stage *s = open_tier(state, 374);
	s->script = refuses_a_third;
	int64_t campaign = stage_campaign(s, "Refused");
	stage_run_until_over(s, campaign, HOUR_MS);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, LIMIT);
	stage_check_count(s, campaign, STATE_FAILED, 124);
}

static void test_a_crash_forgets_no_place(void **state)
{
	struct stage *s = open_tier(state, 300);
	int64_t campaign = stage_campaign(s, "Crashed");
	stage_run(s, 2000);
	stage_crash(s);
	stage_run(s, 2 * HOUR_MS);
	assert_true(stage_n_posts(s, campaign) <= LIMIT);
	stage_run_until_over(s, campaign, 3 * DAY_MS);
	assert_int_equal(stage_n_posts(s, campaign), 300);
}

/* For a minute the clock is a day and more ahead: who was written to today has been all the same. */
static void test_a_clock_that_is_wrong_ends_no_places(void **state)
{
	struct stage *s = stage_open(state, 300);
	s->tier = "TIER_250";
	stage_limit(s, s->w->sender, 80);
	struct campaign_request req = world_request(s->w, "Clock");
	req.deadline_ms = s->now.wall + 10 * DAY_MS;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, HOUR_MS);
	assert_int_equal(s->n_posts, LIMIT);
	stage_set_clock(s, DAY_MS + HOUR_MS);
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, LIMIT);
	stage_set_clock(s, -(DAY_MS + HOUR_MS));
	stage_run(s, 20 * HOUR_MS);
	assert_int_equal(s->n_posts, LIMIT);
	stage_run(s, 4 * HOUR_MS);
	stage_check_completed(s, campaign);
	assert_int_equal(s->n_posts, 300);
}

/* And when it was wrong before, it is believed a day later. */
static void test_a_clock_that_is_put_right_is_believed_in_the_end(void **state)
{
	struct stage *s = stage_open(state, 600);
	s->tier = "TIER_250";
	stage_limit(s, s->w->sender, 80);
	struct campaign_request req = world_request(s->w, "Clock");
	req.deadline_ms = s->now.wall + 20 * DAY_MS;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, MINUTE_MS);
	stage_set_clock(s, 7 * DAY_MS);
	stage_run(s, 23 * HOUR_MS);
	assert_int_equal(s->n_posts, LIMIT);
	stage_run_until_over(s, campaign, 3 * DAY_MS);
	stage_check_completed(s, campaign);
}

/* ---- held back ---- */

static void held_back(struct stage *s, int64_t campaign, int64_t seq)
{
	const struct status_update update = {.campaign_no = campaign,
	                                     .seq = seq,
	                                     .attempt = world_row(s->w, campaign, seq).attempts,
	                                     .state = STATE_FAILED,
	                                     .wamid = "wamid.hook",
	                                     .code = 131049,
	                                     .at = s->now.wall};
	struct apply_result result;
	assert_int_equal(IN_JOB(s->w, ledger_apply(tx, s->w->hash, &update, 1, s->now.wall, &result)), 0);
	assert_int_equal(result.moved, 1);
	s->taken[campaign][seq]--; /* it was not delivered, for certain */
	stage_notify(s);
}

static void test_held_back_and_sent_again(void **state)
{
	struct stage *s = stage_open(state, 20);
	int64_t campaign = stage_campaign(s, "Capped");
	stage_rest(s);
	stage_check_completed(s, campaign);
	held_back(s, campaign, 3);
	held_back(s, campaign, 7);
	stage_run(s, DAY_MS - MINUTE_MS);
	assert_int_equal(s->n_posts, 20);
	stage_run(s, 3 * HOUR_MS);
	assert_int_equal(s->n_posts, 22);
	stage_webhook(s, campaign, 3, STATE_DELIVERED);
	held_back(s, campaign, 7);
	stage_rest(s);
	assert_int_equal(s->posts[campaign][3], 2);
	assert_int_equal(s->posts[campaign][7], 3);
	held_back(s, campaign, 7); /* the next try would be beyond the deadline */
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(s->posts[campaign][7], 3);
	stage_check_count(s, campaign, STATE_FAILED, 1);
}

static struct stage_reply third_is_held_back(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return call->seq == 3 && call->attempt == 1 ? (struct stage_reply){.kind = STAGE_CODE, .code = 131049}
	                                            : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_held_back_in_the_answer(void **state)
{
	struct stage *s = stage_open(state, 5);
	s->script = third_is_held_back;
	int64_t campaign = stage_campaign(s, "Capped");
	stage_run(s, HOUR_MS);
	stage_check_count(s, campaign, STATE_QUEUED, 1);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(s->posts[campaign][3], 2);
	assert_in_range(world_row(s->w, campaign, 3).accepted_ms - WORLD_START, DAY_MS, DAY_MS + 2 * HOUR_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_a_campaign_spreads_over_days),
		STAGE_TEST(test_the_portfolios_campaigns_go_in_turn),
		STAGE_TEST(test_who_cannot_send_keeps_no_places),
		STAGE_TEST(test_the_limit_is_used_fully),
		STAGE_TEST(test_a_crash_forgets_no_place),
		STAGE_TEST(test_a_clock_that_is_wrong_ends_no_places),
		STAGE_TEST(test_a_clock_that_is_put_right_is_believed_in_the_end),
		STAGE_TEST(test_held_back_and_sent_again),
		STAGE_TEST(test_held_back_in_the_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
