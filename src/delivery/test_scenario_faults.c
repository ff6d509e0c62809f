/* Every way in which Meta or the way to it can fail, one after the other, and a table of what each proves. In all of them nobody
 * is written to twice, what is in doubt is shown, and the campaign ends by itself. */
#include "delivery/test_stage.h"

#include "base/log.h"
#include "store/holds.h"

#include <string.h>

#define N 40
#define BAD 10 /* the recipient whose first message meets the fault */

struct mishap {
	const char *name;
	struct stage_reply reply;
	enum state becomes;
};

static const struct mishap *fault;

static struct stage_reply one_fault(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->seq != BAD || call->attempt > 1)
		return (struct stage_reply){.kind = STAGE_ACCEPTED};
	return fault->reply;
}

#define ANSWER(http, text, has_it)                                                        \
	{                                                                                 \
		.kind = STAGE_STATUS, .status = (http), .body = (text), .taken = (has_it) \
	}
#define META(code) \
	"{\"error\":{\"message\":\"(#" #code ") no\",\"type\":\"OAuthException\",\"code\":" #code ",\"fbtrace_id\":\"x\"}}"
#define HALF "{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wam"

/* What may have been taken is in doubt; what certainly was not is tried again. */
static const struct mishap faults[] = {
	{"500 with Meta's form, not taken", ANSWER(500, META(131000), false), STATE_UNCONFIRMED},
	{"500 with Meta's form, taken", ANSWER(500, META(131000), true), STATE_UNCONFIRMED},
	{"500 without a body, not taken", ANSWER(500, "", false), STATE_UNCONFIRMED},
	{"500 without a body, taken", ANSWER(500, "", true), STATE_UNCONFIRMED},
	{"502 of a proxy", ANSWER(502, "<html>bad gateway</html>", false), STATE_UNCONFIRMED},
	{"503 of a proxy, taken", ANSWER(503, "<html>unavailable</html>", true), STATE_UNCONFIRMED},
	{"504 of a proxy, taken", ANSWER(504, "", true), STATE_UNCONFIRMED},
	{"a service that is down", ANSWER(503, META(131016), false), STATE_UNCONFIRMED},
	{"200 that stops half-way", ANSWER(200, HALF, true), STATE_UNCONFIRMED},
	{"200 without a body", ANSWER(200, "", true), STATE_UNCONFIRMED},
	{"200 of a proxy that is not Meta", ANSWER(200, "<html>log in</html>", false), STATE_UNCONFIRMED},
	{"200 without a message", ANSWER(200, "{\"messages\":[]}", true), STATE_UNCONFIRMED},
	{"no answer, not taken", {.kind = STAGE_TIMEOUT}, STATE_UNCONFIRMED},
	{"no answer, taken", {.kind = STAGE_TIMEOUT, .taken = true}, STATE_UNCONFIRMED},
	{"a slow answer", {.kind = STAGE_ACCEPTED, .latency_us = 29000000}, STATE_ACCEPTED},
	{"no connection", {.kind = STAGE_NOT_SENT}, STATE_ACCEPTED},
	{"429, 130429", ANSWER(429, META(130429), false), STATE_ACCEPTED},
	{"400, 131056", ANSWER(400, META(131056), false), STATE_ACCEPTED},
	{"400, 80007", ANSWER(400, META(80007), false), STATE_ACCEPTED},
};

static void test_each_fault(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct stage *s = stage_open(state, N);
		fault = &faults[i];
		s->script = one_fault;
		int64_t campaign = stage_campaign(s, "Fault");
		stage_rest(s);
		stage_check_completed(s, campaign);
		struct ledger_row row = world_row(s->w, campaign, BAD);
		if (row.state != fault->becomes)
			fail_msg("%s: %s", fault->name, state_text(row.state));
		stage_check_count(s, campaign, STATE_ACCEPTED, N - (fault->becomes != STATE_ACCEPTED));
		assert_int_equal(stage_most_taken(s, campaign), 1);
		assert_true(row.state != STATE_UNCONFIRMED || row.doubt_ms >= 0);
		stage_teardown(state);
		*state = &engines_list[SQL_SQLITE];
	}
}

/* ---- for a while, everything ---- */

static struct stage_reply during; /* until `until` */
static msec_t until;

static struct stage_reply for_a_while(struct stage *s, const struct stage_call *call)
{
	(void)call;
	return s->now.wall - WORLD_START < until ? during : (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static struct stage *open_for(void **state, struct stage_reply reply, msec_t span_ms, int n, int64_t *ret_campaign)
{
	struct stage *s = stage_open(state, n);
	s->script = for_a_while;
	during = reply;
	until = span_ms;
	*ret_campaign = stage_campaign(s, "A while");
	stage_rest(s);
	stage_check_completed(s, *ret_campaign);
	assert_in_range(stage_most_taken(s, *ret_campaign), 1, 1);
	return s;
}

/* Nothing left, so nothing is in doubt, and nothing is lost: for an hour, a try a minute. */
static void test_an_hour_without_a_connection(void **state)
{
	int64_t campaign;
	log_set_fd(-1);
	struct stage *s = open_for(state, (struct stage_reply){.kind = STAGE_NOT_SENT}, HOUR_MS, 300, &campaign);
	log_set_fd(2);
	stage_check_count(s, campaign, STATE_ACCEPTED, 300);
	assert_true(s->n_posts < 300 + 70 * 24);
	assert_true(world_read(s->w, campaign).end_ms < WORLD_START + HOUR_MS + 3 * MINUTE_MS);
}

static void test_an_hour_of_5xx_costs_a_handful(void **state)
{
	int64_t campaign;
	log_set_fd(-1);
	struct stage_reply reply = {.kind = STAGE_STATUS, .status = 503, .body = ""};
	struct stage *s = open_for(state, reply, HOUR_MS, 800, &campaign);
	log_set_fd(2);
	int64_t doubtful = stage_count(s, campaign, STATE_UNCONFIRMED);
	assert_in_range(doubtful, 60, 90); /* what was in flight, and one a minute */
	stage_check_count(s, campaign, STATE_ACCEPTED, 800 - doubtful);
}

/* ---- a person is told ---- */

static struct hold sender_hold_of(struct stage *s)
{
	struct sender sender;
	assert_int_equal(IN_JOB(s->w, sender_read(tx, 0, s->w->sender, s->w->arena, &sender)), 0);
	return sender.hold;
}

/* A campaign that meets trouble for an hour, half of it over. */
static struct stage *half_an_hour(void **state, struct stage_reply reply, int64_t *ret_campaign)
{
	struct stage *s = stage_open(state, 300);
	s->script = for_a_while;
	during = reply;
	until = HOUR_MS;
	*ret_campaign = stage_campaign(s, "Told");
	log_set_fd(-1);
	stage_run(s, 30 * MINUTE_MS);
	return s;
}

static void it_goes_on_by_itself(struct stage *s, int64_t campaign)
{
	stage_rest(s);
	log_set_fd(2);
	stage_check_completed(s, campaign);
	assert_int_equal(sender_hold_of(s).rule, HOLD_NONE);
	assert_in_range(stage_most_taken(s, campaign), 1, 1);
	assert_in_range(world_read(s->w, campaign).end_ms - WORLD_START, HOUR_MS, HOUR_MS + 3 * MINUTE_MS);
}

static void test_a_hold_says_that_whatsapp_cannot_be_reached(void **state)
{
	int64_t campaign;
	struct stage *s = half_an_hour(state, (struct stage_reply){.kind = STAGE_NOT_SENT}, &campaign);
	struct hold hold = sender_hold_of(s);
	assert_int_equal(hold.rule, HOLD_UNREACHABLE);
	assert_int_equal(world_read(s->w, campaign).sender_hold.rule, HOLD_UNREACHABLE);
	assert_non_null(strstr(hold.reason, "WhatsApp cannot be reached: "));
	assert_in_range(hold.since - WORLD_START, 10 * SECOND_MS, 30 * SECOND_MS);
	stage_crash(s); /* the next one knows of it, and lifts it when it may */
	stage_run(s, 5 * MINUTE_MS);
	assert_int_equal(sender_hold_of(s).rule, HOLD_UNREACHABLE);
	assert_int_equal(sender_hold_of(s).since, hold.since);
	it_goes_on_by_itself(s, campaign);
}

static void test_a_hold_says_that_there_are_no_clear_answers(void **state)
{
	int64_t campaign;
	struct stage_reply reply = {
		.kind = STAGE_STATUS, .status = 503, .body = "{\"error\":{\"message\":\"m\",\"code\":131016}}"};
	struct stage *s = half_an_hour(state, reply, &campaign);
	assert_int_equal(sender_hold_of(s).rule, HOLD_UNREACHABLE);
	assert_string_equal(sender_hold_of(s).reason, "WhatsApp gives no clear answers: m.");
	it_goes_on_by_itself(s, campaign);
}

/* What a person wants goes before; what Meta refuses takes its place. */
static void test_unreachable_gives_way(void **state)
{
	int64_t campaign;
	struct stage *s = half_an_hour(state, (struct stage_reply){.kind = STAGE_NOT_SENT}, &campaign);
	assert_int_equal(IN_JOB(s->w, sender_hold(tx, 0, s->w->sender, &world_pause, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, MINUTE_MS);
	int before = s->n_posts;
	stage_run(s, 40 * MINUTE_MS);
	assert_int_equal(s->n_posts, before);
	assert_int_equal(sender_hold_of(s).rule, HOLD_PERSON);
	until = 2 * HOUR_MS;
	assert_int_equal(IN_JOB(s->w, sender_release(tx, 0, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, 5 * MINUTE_MS);
	assert_int_equal(sender_hold_of(s).rule, HOLD_UNREACHABLE);
	during = (struct stage_reply){.kind = STAGE_CODE, .code = 190};
	stage_run(s, 5 * MINUTE_MS);
	log_set_fd(2);
	assert_int_equal(sender_hold_of(s).rule, HOLD_REFUSED);
}

static void test_a_blip_is_no_news(void **state)
{
	struct stage *s = stage_open(state, 300);
	s->script = for_a_while;
	during = (struct stage_reply){.kind = STAGE_NOT_SENT};
	until = 8 * SECOND_MS;
	int64_t campaign = stage_campaign(s, "Blip");
	while (world_read(s->w, campaign).status == CAMPAIGN_IN_PROGRESS) {
		assert_int_equal(sender_hold_of(s).rule, HOLD_NONE);
		stage_run(s, SECOND_MS);
	}
}

/* ---- other answers ---- */

static void test_a_storm_of_130429(void **state)
{
	int64_t campaign;
	struct stage_reply reply = {.kind = STAGE_CODE, .status = 429, .code = 130429};
	struct stage *s = open_for(state, reply, MINUTE_MS, 400, &campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 400);
	assert_true(s->n_posts < 400 + 60 * 20); /* the pace went down at once */
}

static void test_all_answers_are_slow(void **state)
{
	int64_t campaign;
	struct stage *s = open_for(state, (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 20000000}, HOUR_MS, 400,
	                           &campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 400);
	assert_int_equal(s->n_posts, 400);
}

/* ---- webhooks that come as they like ---- */

static void test_webhooks_doubled_reordered_and_late(void **state)
{
	struct stage *s = stage_open(state, N);
	int64_t campaign = stage_campaign(s, "Webhooks");
	stage_run(s, 100); /* the first are on the wire: a status comes before our own record */
	stage_webhook(s, campaign, 1, STATE_DELIVERED);
	stage_rest(s);
	stage_run(s, DAY_MS);
	for (int64_t seq = 1; seq <= N; seq++) {
		static const enum state order[] = {STATE_READ, STATE_SENT, STATE_READ, STATE_DELIVERED, STATE_SENT};
		for (size_t i = seq % 2 ? 1 : 0; i < sizeof(order) / sizeof(order[0]); i++)
			stage_webhook(s, campaign, seq, order[i]);
	}
	stage_check_count(s, campaign, STATE_READ, N);
	stage_run(s, DAY_MS);
	assert_int_equal(s->n_posts, N);
	check_invariants(s->w);
}

static void test_webhooks_are_lost(void **state)
{
	struct stage *s = stage_open(state, N);
	int64_t campaign = stage_campaign(s, "Lost");
	stage_rest(s);
	for (int64_t seq = 1; seq <= N; seq += 2)
		stage_webhook(s, campaign, seq, STATE_DELIVERED);
	stage_run(s, 10 * DAY_MS);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_DELIVERED, N / 2);
	stage_check_count(s, campaign, STATE_ACCEPTED, N / 2); /* as far as we know, and it says so */
	assert_int_equal(s->n_posts, N);
}

static struct stage_reply no_connection_for_ninety_minutes(struct stage *s, const struct stage_call *call)
{
	(void)call;
	return (struct stage_reply){.kind = s->now.wall < WORLD_START + 90 * MINUTE_MS ? STAGE_NOT_SENT : STAGE_ACCEPTED};
}

/* The first recipients are not judged by a silence of WhatsApp's when nothing left: they are written to when it can be reached.
 */
static void test_a_canary_that_cannot_leave(void **state)
{
	struct stage *s = stage_open(state, 60);
	s->script = no_connection_for_ninety_minutes;
	struct campaign_request req = world_request(s->w, "Canary");
	req.canary = 20;
	req.canary_wait = 60;
	req.brake = 30;
	int64_t campaign = stage_create(s, &req);
	stage_run(s, 2 * HOUR_MS + MINUTE_MS); /* its wait is over once, while nothing could leave */
	assert_int_equal(stage_n_taken(s, campaign), 20);
	assert_int_equal(world_read(s->w, campaign).hold.rule, HOLD_CANARY);
	for (int seq = 1; seq <= 20; seq++)
		stage_webhook(s, campaign, seq, STATE_DELIVERED);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 60);
	assert_int_equal(stage_most_taken(s, campaign), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_each_fault),
		STAGE_TEST(test_an_hour_without_a_connection),
		STAGE_TEST(test_an_hour_of_5xx_costs_a_handful),
		STAGE_TEST(test_a_hold_says_that_whatsapp_cannot_be_reached),
		STAGE_TEST(test_a_hold_says_that_there_are_no_clear_answers),
		STAGE_TEST(test_unreachable_gives_way),
		STAGE_TEST(test_a_blip_is_no_news),
		STAGE_TEST(test_a_storm_of_130429),
		STAGE_TEST(test_all_answers_are_slow),
		STAGE_TEST(test_webhooks_doubled_reordered_and_late),
		STAGE_TEST(test_webhooks_are_lost),
		STAGE_TEST(test_a_canary_that_cannot_leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
