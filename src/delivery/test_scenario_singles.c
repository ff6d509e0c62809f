/* Single messages beside campaigns: ahead of them, never twice, and never left lying, whenever the server goes. */
#include <stdio.h>

#include "delivery/test_stage.h"
#include "model/message.h"
#include "store/inbox.h"
#include "store/singles.h"

static struct single_made make(struct stage *s, const struct message_request *req)
{
	struct single_made made;
	struct faults faults;
	faults_init(&faults);
	int result = IN_JOB(s->w, single_create(tx, s->w->account, req, s->now.wall, s->w->arena, &faults, &made));
	if (result != 0)
		fail_msg("%s", faults.item[0].message);
	engine_singles(stage_engine(s), s->w->sender);
	for (int i = 0; i < s->n_nodes; i++)
		s->node[i].woken = true; /* as the delivery thread is */
	return made;
}

static struct message_request request(struct stage *s, int n)
{
	struct message_request req = {.from = "Shop", .numbers.n = 1};
	(void)s;
	snprintf(req.numbers.digits[0], sizeof(req.numbers.digits[0]), "4474%08d", n);
	return req;
}

static struct single_made with_template(struct stage *s, int n)
{
	struct message_request req = request(s, n);
	req.template_id = "given";
	req.template_uuid = pubid_make(store_ids(s->w->store), PUBID_TEMPLATE, s->w->template, 0);
	return make(s, &req);
}

static struct ledger_row row_of(struct stage *s, const struct single_made *made)
{
	return world_row(s->w, made->campaign_no, made->first_seq);
}

/* ---- ahead of campaigns ---- */

static int64_t watched; /* campaign of single messages */
static int watched_n;   /* messages that had left before the last of its own */
static msec_t watched_at;

static struct stage_reply watch(struct stage *s, const struct stage_call *call)
{
	if (call->campaign == watched) {
		watched_n = call->n;
		watched_at = s->now.wall;
	}
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_single_messages_go_first(void **state)
{
	struct stage *s = stage_open(state, 1200);
	s->script = watch;
	int64_t campaign = stage_campaign(s, "Large");
	stage_run(s, 2000);
	watched = with_template(s, 1).campaign_no; /* the first one: its lane does not know of it yet */
	stage_run(s, 1000);
	for (int i = 2; i < 10; i++) {
		stage_run(s, 333 + i);
		int left = s->n_posts;
		msec_t asked = s->now.wall;
		struct single_made made = with_template(s, i);
		stage_run(s, 500);
		assert_int_equal(row_of(s, &made).state, STATE_ACCEPTED);
		assert_true(watched_at - asked <= 100);
		assert_true(watched_n - left <= 8); /* what was claimed already */
	}
	assert_true(stage_count(s, campaign, STATE_QUEUED) > 100);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(stage_n_taken(s, campaign), 1200);
	assert_int_equal(stage_n_taken(s, watched), 9);
	assert_int_equal(stage_most_posts(s, watched), 1);
}

/* One more comes at each point of the other's way, also between a claim that found nothing and its being heard of. */
static void test_none_is_left_lying(void **state)
{
	struct stage *s = stage_open(state, 0);
	int64_t home = with_template(s, 0).campaign_no;
	stage_run(s, 1000);
	for (int steps = 1; steps < 16; steps++) {
		with_template(s, 2 * steps);
		for (int k = 0; k < steps; k++)
			stage_step(s, s->now.mono + 1000000);
		with_template(s, 2 * steps + 1);
		stage_run(s, 1000);
		stage_check_count(s, home, STATE_ACCEPTED, 1 + 2 * steps);
	}
	assert_int_equal(stage_most_posts(s, home), 1);
}

/* ---- whenever the server goes ---- */

static struct stage_reply unlucky(struct stage *s, const struct stage_call *call)
{
	(void)s;
	switch ((call->seq * 7 + call->campaign * 3 + call->attempt) % 11) {
	case 0:
		return (struct stage_reply){.kind = STAGE_NOT_SENT};
	case 1:
		return (struct stage_reply){.kind = STAGE_TIMEOUT, .taken = call->seq % 2, .latency_us = 2000000};
	case 2:
		return (struct stage_reply){.kind = STAGE_CODE, .code = 130429};
	default:
		return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 20000 * (1 + call->seq % 9)};
	}
}

static void test_nobody_twice_over_crashes(void **state)
{
	struct stage *s = stage_open(state, 200);
	s->script = unlucky;
	stage_limit(s, s->w->sender, 20);
	int64_t home = 0, campaign = stage_campaign(s, "Beside");
	for (int i = 0; i < 120; i++) {
		home = with_template(s, i).campaign_no;
		for (int k = 0; k < 1 + i % 5; k++)
			stage_step(s, s->now.mono + 200000);
		if (i % 6 == 5)
			stage_crash(s);
	}
	stage_rest(s);
	assert_int_equal(stage_most_taken(s, home), 1);
	assert_int_equal(stage_most_taken(s, campaign), 1);
	stage_check_count(s, home, STATE_QUEUED, 0);
	stage_check_count(s, home, STATE_CLAIMED, 0);
	int64_t accepted = stage_count(s, home, STATE_ACCEPTED), doubt = stage_count(s, home, STATE_UNCONFIRMED);
	assert_int_equal(accepted + doubt, 120);
	assert_true(doubt > 0 && accepted > 60);
	/* Meta's webhooks settle what is in doubt, and what they do not speak of is never sent again. */
	int posts = s->n_posts;
	for (int64_t seq = 1; seq <= 120; seq++)
		if (s->taken[home][seq] && world_row(s->w, home, seq).state == STATE_UNCONFIRMED)
			stage_webhook(s, home, seq, STATE_DELIVERED);
	stage_run(s, 3 * DAY_MS);
	stage_notify(s);
	stage_rest(s);
	assert_int_equal(s->n_posts, posts);
	assert_int_equal(stage_n_taken(s, home), accepted + stage_count(s, home, STATE_DELIVERED));
}

/* ---- what is wrong with one is wrong with that one alone ---- */

static struct stage_reply template_refused(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->campaign == watched && call->seq == 2)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 132001, .status = 404};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_a_refused_template_holds_nothing(void **state)
{
	struct stage *s = stage_open(state, 0);
	s->script = template_refused;
	struct single_made made[4];
	for (int i = 0; i < 4; i++) {
		made[i] = with_template(s, i);
		watched = made[i].campaign_no;
		stage_run(s, 1000);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(row_of(s, &made[i]).state, i == 1 ? STATE_FAILED : STATE_ACCEPTED);
	assert_int_equal(row_of(s, &made[1]).code, 132001);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM campaign WHERE hold IS NOT NULL"), 0);
}

static void test_a_template_deleted_meanwhile(void **state)
{
	struct stage *s = stage_open(state, 0);
	assert_int_equal(IN_JOB(s->w, sender_hold(tx, 0, s->w->sender, &world_refusal, s->now.wall)), 0);
	stage_notify(s);
	struct single_made made = with_template(s, 1);
	stage_run(s, 1000);
	assert_int_equal(row_of(s, &made).state, STATE_QUEUED);
	world_script(s->w, "UPDATE template SET deleted_ms = 1 WHERE no = %lld", (long long)s->w->template);
	assert_int_equal(IN_JOB(s->w, sender_release(tx, 0, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
	stage_run(s, 1000);
	assert_int_equal(row_of(s, &made).state, STATE_FAILED);
	assert_string_equal(row_of(s, &made).detail, "its template was deleted before it could be sent");
	assert_int_equal(s->n_posts, 0);
}

static struct stage_reply no_connection(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_NOT_SENT};
}

/* What could not be sent for a day is not sent the day after. */
static void test_it_expires(void **state)
{
	struct stage *s = stage_open(state, 0);
	s->script = no_connection;
	struct single_made made = with_template(s, 1);
	stage_run(s, SINGLE_LIFE_MS - 10 * MINUTE_MS);
	assert_int_equal(row_of(s, &made).state, STATE_QUEUED);
	stage_run(s, 20 * MINUTE_MS);
	struct ledger_row row = row_of(s, &made);
	assert_int_equal(row.state, STATE_SKIPPED);
	assert_int_equal(message_status_of(row.state, false, row.code), MESSAGE_EXPIRED);
}

static void hold(struct stage *s, bool on)
{
	int result = IN_JOB(s->w, on ? sender_hold(tx, 0, s->w->sender, &world_refusal, s->now.wall)
	                             : sender_release(tx, 0, s->w->sender, s->now.wall));
	assert_int_equal(result, 0);
	stage_notify(s);
	stage_run(s, 1000);
}

static void check_status(struct stage *s, const struct single_made *made, enum message_status status)
{
	struct ledger_row row = row_of(s, made);
	assert_int_equal(message_status_of(row.state, false, row.code), status);
}

/* Nor does a hold keep it past its time, nor a crash meanwhile. */
static void test_it_expires_on_a_held_sender(void **state)
{
	struct stage *s = stage_open(state, 0);
	struct single_made sent = with_template(s, 0);
	stage_run(s, 1000);
	hold(s, true);
	struct single_made first = with_template(s, 1);
	stage_run(s, HOUR_MS);
	struct single_made second = with_template(s, 2);
	stage_run(s, SINGLE_LIFE_MS - HOUR_MS - MINUTE_MS);
	check_status(s, &first, MESSAGE_SCHEDULED);
	stage_run(s, MINUTE_MS + 2000);
	check_status(s, &first, MESSAGE_EXPIRED);
	check_status(s, &second, MESSAGE_SCHEDULED);
	assert_int_equal(stage_count(s, first.campaign_no, STATE_SKIPPED), 1);
	stage_run(s, HOUR_MS);
	check_status(s, &second, MESSAGE_EXPIRED);
	struct single_made third = with_template(s, 3);
	stage_run(s, SINGLE_LIFE_MS - HOUR_MS);
	struct single_made last = with_template(s, 4);
	stage_crash(s);
	stage_run(s, HOUR_MS + 2000);
	check_status(s, &third, MESSAGE_EXPIRED);
	check_status(s, &last, MESSAGE_SCHEDULED);
	hold(s, false);
	check_status(s, &last, MESSAGE_ENROUTE);
	check_status(s, &sent, MESSAGE_ENROUTE);
	assert_int_equal(s->n_posts, 2);
}

static void test_free_text_leaves_as_it_was_written(void **state)
{
	struct stage *s = stage_open(state, 0);
	int64_t account;
	struct inbound m = {.phone_number_id = "1001",
	                    .wamid = "wamid.in",
	                    .from = "447400000001",
	                    .type = "text",
	                    .text = "hello",
	                    .payload = "",
	                    .context_id = "",
	                    .at = s->now.wall};
	assert_int_equal(IN_JOB(s->w, inbound_add(tx, s->w->hash, &m, s->now.wall, &account)), 0);
	struct message_request req = request(s, 1);
	req.text = "Yes, until six.";
	struct single_made made = make(s, &req);
	stage_run(s, 1000);
	assert_int_equal(row_of(s, &made).state, STATE_ACCEPTED);
	assert_int_equal(s->n_posts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_single_messages_go_first),           STAGE_TEST(test_none_is_left_lying),
		STAGE_TEST(test_nobody_twice_over_crashes),          STAGE_TEST(test_a_refused_template_holds_nothing),
		STAGE_TEST(test_a_template_deleted_meanwhile),       STAGE_TEST(test_it_expires),
		STAGE_TEST(test_free_text_leaves_as_it_was_written), STAGE_TEST(test_it_expires_on_a_held_sender),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
