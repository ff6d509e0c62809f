/* Several servers on one database: lanes go from one to another, and whatever becomes of a server, nobody is written to twice. */
#include <stdio.h>

#include "delivery/test_stage.h"

#define N_SENDERS 4
#define RATE 10 /* messages a second of each */

static int64_t sender[N_SENDERS], campaign[N_SENDERS];

static struct stage_reply slowly(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_ACCEPTED, .latency_us = 300000};
}

/* `n_nodes` servers that share a database with four senders, and an audience of `n`. */
static struct stage *shared(void **state, int n, int n_nodes)
{
	struct stage *s = stage_open(state, n);
	char name[16], number[16];
	s->script = slowly;
	s->window_ms = MINUTE_MS;
	sender[0] = s->w->sender;
	stage_limit(s, sender[0], RATE);
	for (int i = 1; i < N_SENDERS; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		snprintf(number, sizeof(number), "200%d", i);
		sender[i] = world_sender(s->w, name, number);
		stage_limit(s, sender[i], RATE);
	}
	s->shared = true;
	s->node[0].dead = true;
	world_script(s->w, "DELETE FROM node; UPDATE sender SET node_no = 0");
	for (int i = 0; i < n_nodes; i++)
		stage_second_node(s);
	stage_run(s, 3 * SECOND_MS);
	return s;
}

static struct stage_node *node(struct stage *s, int i)
{
	return &s->node[i + 1];
}

static int n_lanes(struct stage *s, int i)
{
	return (int)world_int(s->w, "SELECT COUNT(*) FROM sender WHERE node_no = %lld",
	                      (long long)atomic_load(&node(s, i)->lease.node_no));
}

static void start_all(struct stage *s)
{
	char name[16];
	for (int i = 0; i < N_SENDERS; i++) {
		snprintf(name, sizeof(name), "C%d", i);
		struct campaign_request req = world_request(s->w, name);
		char code[16];
		snprintf(code, sizeof(code), "S%d", i);
		req.from = i == 0 ? req.from : arena_strdup(s->w->arena, code);
		campaign[i] = stage_create(s, &req);
		for (int k = 0; k < s->n_nodes; k++)
			if (!s->node[k].dead)
				engine_notify(s->node[k].engine);
	}
}

static void run_until_over(struct stage *s)
{
	for (int i = 0; i < N_SENDERS; i++)
		stage_run_until_over(s, campaign[i], 5 * MINUTE_MS);
}

static void all_accepted(struct stage *s, int n)
{
	run_until_over(s);
	for (int i = 0; i < N_SENDERS; i++) {
		stage_check_count(s, campaign[i], STATE_ACCEPTED, n);
		stage_check_completed(s, campaign[i]);
		assert_int_equal(stage_most_posts(s, campaign[i]), 1);
	}
}

static void test_lanes_are_shared(void **state)
{
	struct stage *s = shared(state, 40, 2);
	assert_int_equal(n_lanes(s, 0), 2);
	assert_int_equal(n_lanes(s, 1), 2);
	start_all(s);
	all_accepted(s, 40);
	struct delivery_stats stats[2];
	for (int i = 0; i < 2; i++)
		engine_stats(node(s, i)->engine, &stats[i]);
	assert_int_equal(stats[0].posted, 80);
	assert_int_equal(stats[1].posted, 80);
}

static void test_a_node_that_joins_gets_its_share(void **state)
{
	struct stage *s = shared(state, 120, 1);
	assert_int_equal(n_lanes(s, 0), 4);
	start_all(s);
	stage_run(s, 500);
	stage_second_node(s);
	stage_run(s, 2 * SECOND_MS);
	assert_int_equal(n_lanes(s, 0), 2);
	assert_int_equal(n_lanes(s, 1), 2);
	all_accepted(s, 120);
}

static void test_a_node_that_dies(void **state)
{
	struct stage *s = shared(state, 120, 2);
	start_all(s);
	stage_run(s, SECOND_MS);
	int on_wire = 0;
	for (int i = 0; i < s->n_wire; i++)
		on_wire += s->wire[i]->node == node(s, 0);
	assert_true(on_wire > 0);
	node(s, 0)->dead = true;
	stage_run(s, STAGE_LEASE_MS - 1500);
	assert_int_equal(n_lanes(s, 0), 2);
	stage_run(s, 2500 + SECOND_MS);
	assert_int_equal(n_lanes(s, 1), 4);
	run_until_over(s);
	int64_t unconfirmed = 0;
	for (int i = 0; i < N_SENDERS; i++) {
		unconfirmed += stage_count(s, campaign[i], STATE_UNCONFIRMED);
		stage_check_completed(s, campaign[i]);
		assert_int_equal(stage_most_posts(s, campaign[i]), 1);
	}
	assert_int_equal(unconfirmed, on_wire);
}

/* Its answers come when it wakes: what it knows is recorded, what it had claimed and not posted is put back, and nothing leaves.
 */
static void test_a_node_that_is_frozen(void **state)
{
	struct stage *s = shared(state, 120, 2);
	start_all(s);
	stage_run(s, SECOND_MS);
	node(s, 0)->frozen = true;
	stage_run(s, 20 * SECOND_MS);
	assert_int_equal(n_lanes(s, 1), 4);
	int64_t in_doubt = 0;
	for (int i = 0; i < N_SENDERS; i++)
		in_doubt += stage_count(s, campaign[i], STATE_UNCONFIRMED);
	assert_true(in_doubt > 0);
	node(s, 0)->frozen = false;
	all_accepted(s, 120);
	stage_run(s, 2 * SECOND_MS);
	assert_int_equal(n_lanes(s, 0), 2);
	assert_int_equal(n_lanes(s, 1), 2);
}

/* It was frozen when its claim had just become durable, and wakes before anyone has looked: its own clock tells it. */
static void test_a_frozen_claim_is_not_posted(void **state)
{
	struct stage *s = shared(state, 120, 1);
	start_all(s);
	stage_run(s, SECOND_MS);
	node(s, 0)->frozen = true;
	int posts = s->n_posts;
	stage_run(s, STAGE_LEASE_MS - SECOND_MS);
	node(s, 0)->frozen = false;
	assert_true(stage_step(s, s->now.mono + 1));
	assert_int_equal(s->n_posts, posts);
	all_accepted(s, 120);
}

static void test_rolling_restart(void **state)
{
	struct stage *s = shared(state, 120, 2);
	start_all(s);
	for (int i = 0; i < 2; i++) {
		stage_run(s, 2 * SECOND_MS);
		engine_drain(node(s, i)->engine);
		node(s, i)->woken = true;
		stage_run(s, SECOND_MS);
		assert_true(engine_is_quiet(node(s, i)->engine));
		node(s, i)->dead = true;
		int posts = s->n_posts;
		stage_run(s, 2 * SECOND_MS); /* the others have taken over by now, long before a lease is over */
		assert_int_equal(n_lanes(s, 1 + i), 4);
		assert_in_range(s->n_posts - posts, 4 * RATE, 4 * RATE * 3);
		stage_second_node(s);
	}
	all_accepted(s, 120);
}

static struct stage_reply one_in_doubt(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = call->seq == 10 ? STAGE_TIMEOUT : STAGE_ACCEPTED, .taken = true};
}

/* Webhooks came to the one that fell, so that the other has heard nothing, whatever was told. */
static void test_silence_begins_anew_when_a_node_falls(void **state)
{
	struct stage *s = shared(state, 20, 2);
	s->script = one_in_doubt;
	struct campaign_request req = world_request(s->w, "Silence");
	req.on_unconfirmed = "resend";
	int64_t c = stage_create(s, &req);
	engine_notify(node(s, 0)->engine);
	engine_notify(node(s, 1)->engine);
	stage_run(s, 10 * SECOND_MS);
	stage_check_count(s, c, STATE_UNCONFIRMED, 1);
	stage_webhook(s, c, 15, STATE_SENT);
	int64_t owner = world_int(s->w, "SELECT node_no FROM sender WHERE no = %lld", (long long)sender[0]);
	node(s, owner == atomic_load(&node(s, 0)->lease.node_no) ? 1 : 0)->dead = true;
	stage_run(s, MINUTE_MS + STAGE_LEASE_MS / 2);
	assert_int_equal(s->n_posts, 20);
	stage_webhook(s, c, 10, STATE_SENT);
	stage_run(s, 2 * MINUTE_MS);
	assert_int_equal(s->n_posts, 20);
	stage_check_completed(s, c);
}

/* ---- what judges a campaign counts on while its lane goes from node to node ---- */

/* The node that has the first sender's lane. */
static struct stage_node *owner(struct stage *s)
{
	int64_t no = world_int(s->w, "SELECT node_no FROM sender WHERE no = %lld", (long long)sender[0]);
	int i = 0;
	while (i < s->n_nodes && (s->node[i].dead || atomic_load(&s->node[i].lease.node_no) != no))
		i++;
	assert_in_range(i, 0, s->n_nodes - 1); /* somebody has the lane */
	return &s->node[i];
}

/* It drains, another takes over, and a new one joins. */
static void retire(struct stage *s)
{
	struct stage_node *from = owner(s);
	engine_drain(from->engine);
	from->woken = true;
	stage_run(s, SECOND_MS);
	assert_true(engine_is_quiet(from->engine));
	from->dead = true;
	stage_second_node(s);
	stage_run(s, 2 * SECOND_MS);
	assert_ptr_not_equal(owner(s), from);
}

/* It is gone without a word; how many of its messages are on the wire. */
static int fell(struct stage *s)
{
	struct stage_node *from = owner(s);
	int on_wire = 0;
	for (int i = 0; i < s->n_wire; i++)
		on_wire += s->wire[i]->node == from;
	from->dead = true;
	stage_second_node(s);
	stage_run(s, 2 * STAGE_LEASE_MS);
	assert_ptr_not_equal(owner(s), from);
	return on_wire;
}

static void notify_all(struct stage *s)
{
	for (int i = 0; i < s->n_nodes; i++)
		if (!s->node[i].dead)
			engine_notify(s->node[i].engine);
}

static int64_t start(struct stage *s, struct campaign_request req)
{
	int64_t no = stage_create(s, &req);
	notify_all(s);
	return no;
}

static int64_t start_canary(struct stage *s)
{
	struct campaign_request req = world_request(s->w, "Canary");
	req.canary = 20;
	req.canary_wait = 1;
	req.brake = 30;
	return start(s, req);
}

static void check_hold(struct stage *s, int64_t no, enum hold_rule rule)
{
	assert_int_equal(world_read(s->w, no).hold.rule, rule);
}

static void resume(struct stage *s, int64_t no)
{
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, no, s->now.wall)), 0);
	notify_all(s);
}

static void all_taken_once(struct stage *s, int64_t no, int n)
{
	stage_run_until_over(s, no, HOUR_MS);
	stage_check_completed(s, no);
	assert_int_equal(stage_n_taken(s, no), n);
	assert_int_equal(stage_most_posts(s, no), 1);
}

static void test_a_canary_goes_where_its_lane_goes(void **state)
{
	struct stage *s = shared(state, 100, 2);
	int64_t no = start_canary(s);
	stage_run(s, SECOND_MS);
	assert_in_range(s->n_posts, 5, 15);
	retire(s);
	stage_run(s, 10 * SECOND_MS);
	assert_int_equal(s->n_posts, 20);
	check_hold(s, no, HOLD_CANARY);
	for (int seq = 1; seq <= 20; seq++)
		stage_webhook(s, no, seq, seq <= 6 ? STATE_FAILED : STATE_DELIVERED);
	retire(s);
	fell(s);
	stage_run_until(s, world_read(s->w, no).hold.until - SECOND_MS);
	assert_int_equal(s->n_posts, 20);
	all_taken_once(s, no, 100);
}

/* What the fallen node had sent is part of the canary, and of those who failed. */
static void test_a_canary_whose_node_falls(void **state)
{
	struct stage *s = shared(state, 100, 2);
	int64_t no = start_canary(s);
	stage_run(s, SECOND_MS);
	int on_wire = fell(s);
	assert_in_range(on_wire, 1, 7);
	assert_int_equal(s->n_posts, 20);
	stage_check_count(s, no, STATE_UNCONFIRMED, on_wire);
	check_hold(s, no, HOLD_CANARY);
	for (int seq = 1; seq <= 20; seq++)
		if (world_row(s->w, no, seq).state == STATE_UNCONFIRMED || seq > 20 - 7 + on_wire)
			stage_webhook(s, no, seq, STATE_FAILED);
	stage_check_count(s, no, STATE_FAILED, 7);
	stage_run(s, 90 * SECOND_MS);
	check_hold(s, no, HOLD_CANARY_FAILED);
	assert_int_equal(s->n_posts, 20);
	resume(s, no);
	all_taken_once(s, no, 100);
}

static struct stage_reply every_other_fails(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = call->seq % 2 && call->seq < 200 ? STAGE_CODE : STAGE_ACCEPTED, .code = 131026};
}

/* Neither node has had enough failures by itself, or enough messages to judge by. */
static void test_the_brake_counts_what_every_node_sent(void **state)
{
	struct stage *s = shared(state, 300, 2);
	struct campaign_request req = world_request(s->w, "Brake");
	req.brake = 30;
	s->script = every_other_fails;
	int64_t no = start(s, req);
	stage_run(s, 6 * SECOND_MS);
	assert_in_range(s->n_posts, 50, 70);
	check_hold(s, no, HOLD_NONE);
	retire(s);
	stage_run(s, 10 * SECOND_MS);
	check_hold(s, no, HOLD_BRAKE);
	assert_in_range(s->n_posts, 100, 105);
	int posts = s->n_posts;
	fell(s);
	stage_run(s, MINUTE_MS);
	check_hold(s, no, HOLD_BRAKE);
	assert_int_equal(s->n_posts, posts);
	resume(s, no);
	stage_run_until_over(s, no, 5 * MINUTE_MS);
	stage_check_completed(s, no);
	stage_check_count(s, no, STATE_FAILED, 100);
	stage_check_count(s, no, STATE_ACCEPTED, 200);
	assert_int_equal(stage_most_posts(s, no), 1);
}

/* Nodes come, go, freeze and die at random; all messages arrive, each once. */
static void test_random_lives(void **state)
{
	struct stage *s = shared(state, 60, 2);
	uint64_t x = 7;
	start_all(s);
	for (int round = 0; round < 12; round++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		int i = (int)((x >> 33) % (unsigned)(s->n_nodes - 1));
		struct stage_node *n = node(s, i);
		stage_run(s, (msec_t)((x >> 40) % 3000));
		if (n->dead)
			continue;
		switch ((x >> 50) % 3) {
		case 0:
			n->frozen = true;
			stage_run(s, (msec_t)((x >> 20) % 20000));
			n->frozen = false;
			break;
		case 1:
			engine_drain(n->engine);
			n->woken = true;
			stage_run(s, SECOND_MS);
			n->dead = engine_is_quiet(n->engine);
			stage_second_node(s);
			break;
		default:
			stage_second_node(s);
			break;
		}
	}
	all_accepted(s, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_lanes_are_shared),
		STAGE_TEST(test_a_node_that_joins_gets_its_share),
		STAGE_TEST(test_a_node_that_dies),
		STAGE_TEST(test_a_node_that_is_frozen),
		STAGE_TEST(test_a_frozen_claim_is_not_posted),
		STAGE_TEST(test_rolling_restart),
		STAGE_TEST(test_silence_begins_anew_when_a_node_falls),
		STAGE_TEST(test_a_canary_goes_where_its_lane_goes),
		STAGE_TEST(test_a_canary_whose_node_falls),
		STAGE_TEST(test_the_brake_counts_what_every_node_sent),
		STAGE_TEST(test_random_lives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
