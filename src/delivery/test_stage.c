#include "delivery/test_stage.h"

#include <stdlib.h>

#include "base/log.h"
#include "wa/errors.h"

#define MONO_START ((usec_t)5000000000)
#define SMALL 60      /* recipients: all invariants after every step */
#define MAX_SAME 5000 /* turns at one moment: more is an engine that spins */

static struct stage *present; /* one at a time; the teardown frees it */

/* ---- nodes ---- */

static struct now node_clock(void *arg)
{
	const struct stage_node *node = arg;
	return node->stage->now;
}

static void node_wake(void *arg)
{
	struct stage_node *node = arg;
	node->woken = true;
}

static void node_errands(void *arg)
{
	const struct stage_node *node = arg;
	if (node->stage->errands && !node->dead)
		node->stage->errands(node->stage);
}

static void node_start(struct stage *s)
{
	assert_true(s->n_nodes < STAGE_MAX_NODES);
	struct stage_node *node = &s->node[s->n_nodes++];
	*node = (struct stage_node){.stage = s, .woken = true, .next_us = -1};
	node->door = (struct transport){.self = node, .post = stage_wire_post};
	node->engine = engine_create(&(struct engine_options){.store = s->w->store,
	                                                      .transport = &node->door,
	                                                      .name = "a node",
	                                                      .lease = &node->lease,
	                                                      .lease_ms = STAGE_LEASE_MS,
	                                                      .alone = !s->shared,
	                                                      .unconfirmed_window_ms = s->window_ms,
	                                                      .max_inflight = s->max_inflight,
	                                                      .seed = 42,
	                                                      .clock = node_clock,
	                                                      .clock_arg = node,
	                                                      .errands = node_errands,
	                                                      .errands_arg = node,
	                                                      .wake = node_wake,
	                                                      .wake_arg = node});
}

void stage_crash(struct stage *s)
{
	s->node[s->n_nodes - 1].dead = true;
	node_start(s);
}

void stage_second_node(struct stage *s)
{
	node_start(s);
}

struct engine *stage_engine(struct stage *s)
{
	return s->node[s->n_nodes - 1].engine;
}

void stage_notify(struct stage *s)
{
	engine_notify(stage_engine(s));
}

/* ---- open and close ---- */

struct stage_reply stage_accept(struct stage *s, const struct stage_call *call)
{
	(void)s;
	(void)call;
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

struct stage *stage_open(void **state, int n)
{
	log_set_level(LOG_ERROR);
	struct world *w = world_open(state, n);
	struct stage *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	present = s;
	s->w = w;
	s->audience = n;
	s->now = (struct now){.wall = w->now, .mono = MONO_START};
	s->script = stage_accept;
	s->max_inflight = 256;
	stage_limit(s, w->sender, 80);
	node_start(s);
	return s;
}

/* Memory of a crashed process is gone by itself; here each node is let finish for that, unheard. */
static void node_finish(struct stage *s, struct stage_node *node)
{
	engine_drain(node->engine);
	for (int i = s->n_wire - 1; i >= 0; i--) {
		if (s->wire[i]->node != node)
			continue;
		struct stage_flight *f = stage_wire_take(s, i);
		f->done(&(struct http_answer){.outcome = HTTP_CANCELED, .body = "", .body_started = 1, .reason = "the end"},
		        f->arg);
		free(f);
	}
	for (int i = 0; i < 1000 && !engine_is_quiet(node->engine); i++) {
		s->now.mono += 1000000;
		engine_turn(node->engine, s->now);
	}
	if (engine_is_quiet(node->engine))
		engine_destroy(node->engine);
}

int stage_teardown(void **state)
{
	if (present) {
		for (int i = 0; i < present->n_nodes; i++)
			node_finish(present, &present->node[i]);
		free(present);
		present = NULL;
	}
	return world_teardown(state);
}

/* ---- steps ---- */

/* In the present state of things nothing is about to be recorded or posted. */
static bool is_still(const struct stage *s)
{
	for (int i = 0; i < s->n_nodes; i++)
		if (!s->node[i].dead && s->node[i].woken)
			return false;
	return s->n_nodes == 1;
}

static void check_tallies(struct stage *s)
{
	int64_t wrong = world_int(
		s->w, "SELECT COUNT(*) FROM (SELECT campaign_no, state FROM (SELECT campaign_no, state, COUNT(*) AS n FROM ledger"
		      " GROUP BY campaign_no, state UNION ALL SELECT campaign_no, bucket, -n FROM tally WHERE kind = 0)"
		      " GROUP BY campaign_no, state HAVING SUM(n) <> 0)");
	if (wrong)
		fail_msg("%lld tallies are not what the rows say", (long long)wrong);
}

/* The world of the store remembers the state of so many rows only. */
static void check_all(struct stage *s)
{
	if (s->audience < WORLD_MAX_ROWS)
		check_invariants(s->w);
	else
		check_tallies(s);
}

static void check_window(struct stage *s)
{
	int64_t claimed = world_int(s->w, "SELECT COALESCE(SUM(n), 0) FROM tally WHERE kind = 0 AND bucket = 1");
	int64_t senders = world_int(s->w, "SELECT COUNT(*) FROM sender");
	struct delivery_stats stats;
	engine_stats(stage_engine(s), &stats);
	assert_true(stats.inflight <= senders * s->max_inflight);
	assert_true(claimed <= senders * s->max_inflight);
	if (is_still(s) && !s->trouble && claimed > s->n_wire)
		fail_msg("%lld rows are claimed and %d are on the wire", (long long)claimed, s->n_wire);
}

static void check_step(struct stage *s)
{
	s->n_steps++;
	if (s->n_steps % (1 + s->audience / SMALL) == 0)
		check_all(s);
	check_window(s);
}

static void sooner(usec_t *soonest, usec_t at)
{
	if (*soonest < 0 || at < *soonest)
		*soonest = at;
}

static usec_t next_moment(const struct stage *s)
{
	usec_t next = -1;
	int first = stage_wire_first(s);
	if (first >= 0)
		sooner(&next, s->wire[first]->at_us);
	for (int i = 0; i < s->n_nodes; i++) {
		if (s->node[i].dead || s->node[i].frozen)
			continue;
		if (s->node[i].woken)
			sooner(&next, s->now.mono);
		else if (s->node[i].next_us >= 0)
			sooner(&next, s->node[i].next_us);
	}
	return next;
}

static void set_time(struct stage *s, usec_t mono)
{
	if (mono <= s->now.mono)
		return;
	s->now = (struct now){.wall = WORLD_START + (mono - MONO_START) / 1000 + s->clock_set_ms, .mono = mono};
	s->w->now = s->now.wall;
	s->n_same = 0;
}

void stage_set_clock(struct stage *s, msec_t by_ms)
{
	s->clock_set_ms += by_ms;
	set_time(s, s->now.mono + 1);
}

void stage_freeze(struct stage *s, msec_t span_ms)
{
	set_time(s, s->now.mono + span_ms * 1000);
}

bool stage_step(struct stage *s, usec_t until_us)
{
	usec_t next = next_moment(s);
	if (next < 0 || next > until_us) {
		set_time(s, until_us);
		return false;
	}
	set_time(s, next);
	if (++s->n_same > MAX_SAME)
		fail_msg("%d turns and time does not go on", MAX_SAME);
	for (int i; (i = stage_wire_first(s)) >= 0 && s->wire[i]->at_us <= s->now.mono;)
		stage_wire_answer(stage_wire_take(s, i));
	for (int i = 0; i < s->n_nodes; i++) {
		struct stage_node *node = &s->node[i];
		if (node->dead || node->frozen || (!node->woken && (node->next_us < 0 || node->next_us > s->now.mono)))
			continue;
		node->woken = false;
		usec_t wait = engine_turn(node->engine, s->now);
		node->next_us = wait < 0 ? -1 : s->now.mono + wait;
	}
	check_step(s);
	return true;
}

void stage_run(struct stage *s, msec_t span_ms)
{
	usec_t until = s->now.mono + span_ms * 1000;
	while (stage_step(s, until))
		;
}

void stage_run_until(struct stage *s, msec_t wall)
{
	stage_run(s, wall - s->now.wall);
}

void stage_rest(struct stage *s)
{
	usec_t until = s->now.mono + 30 * DAY_MS * 1000;
	while (next_moment(s) >= 0)
		if (!stage_step(s, until))
			fail_msg("it never rests");
	check_all(s);
}

static bool is_over(struct stage *s, int64_t campaign)
{
	return world_int(s->w, "SELECT status FROM campaign WHERE no = %lld", (long long)campaign) >= CAMPAIGN_COMPLETED;
}

void stage_run_until_over(struct stage *s, int64_t campaign, msec_t most_ms)
{
	usec_t until = s->now.mono + most_ms * 1000;
	while (!is_over(s, campaign) && stage_step(s, until))
		;
}

/* ---- what stands in it ---- */

void stage_limit(struct stage *s, int64_t sender, int64_t mps)
{
	const struct sender_record record = {.limit_mps = mps,
	                                     .quality = "GREEN",
	                                     .tier = s->tier ? s->tier : "TIER_UNLIMITED",
	                                     .portfolio_id = "7001",
	                                     .status = ""};
	assert_int_equal(IN_JOB(s->w, sender_set_record(tx, sender, &record, s->now.wall, s->now.wall)), 0);
	if (s->n_nodes > 0)
		stage_notify(s);
}

int64_t stage_create(struct stage *s, const struct campaign_request *req)
{
	int64_t no = world_create(s->w, req);
	stage_notify(s);
	return no;
}

int64_t stage_campaign(struct stage *s, const char *name)
{
	struct campaign_request req = world_request(s->w, name);
	return stage_create(s, &req);
}

int64_t stage_count(struct stage *s, int64_t campaign, enum state state)
{
	return world_int(s->w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld AND state = %d", (long long)campaign,
	                 (int)state);
}

void stage_check_count(struct stage *s, int64_t campaign, enum state state, int64_t n)
{
	int64_t is = stage_count(s, campaign, state);
	if (is != n)
		fail_msg("%lld rows are %s, not %lld", (long long)is, state_text(state), (long long)n);
}

void stage_check_completed(struct stage *s, int64_t campaign)
{
	struct campaign c = world_read(s->w, campaign);
	assert_int_equal(c.status, CAMPAIGN_COMPLETED);
}

static void apply(struct stage *s, struct status_update *update)
{
	struct ledger_row row = world_row(s->w, update->campaign_no, update->seq);
	struct apply_result result;
	update->attempt = row.attempts;
	update->wamid = "wamid.of.the.webhook";
	update->at = s->now.wall;
	assert_int_equal(IN_JOB(s->w, ledger_apply(tx, s->w->hash, update, 1, s->now.wall, &result)), 0);
	assert_int_equal(result.foreign, 0);
	if (result.held || result.queued)
		stage_notify(s);
}

void stage_webhook(struct stage *s, int64_t campaign, int64_t seq, enum state state)
{
	int code = state == STATE_FAILED ? 131026 : 0;
	apply(s, &(struct status_update){.campaign_no = campaign, .seq = seq, .state = state, .code = code});
}

void stage_failure(struct stage *s, int64_t campaign, int64_t seq, int code)
{
	struct status_update update = {.campaign_no = campaign, .seq = seq, .state = STATE_FAILED, .code = code};
	const struct wa_error_rule *rule = wa_error_words(code);
	update.holds_sender = rule->action == WA_HOLD_SENDER;
	if (update.holds_sender || rule->action == WA_HOLD_CAMPAIGN)
		update.hold = wa_error_hold(rule, code);
	apply(s, &update);
}

int stage_n_taken(const struct stage *s, int64_t campaign)
{
	int n = 0;
	for (int seq = 1; seq < STAGE_MAX_SEQ; seq++)
		n += s->taken[campaign][seq] > 0;
	return n;
}

static int most(const unsigned char *of)
{
	int n = 0;
	for (int seq = 1; seq < STAGE_MAX_SEQ; seq++)
		if (of[seq] > n)
			n = of[seq];
	return n;
}

int stage_most_taken(const struct stage *s, int64_t campaign)
{
	return most(s->taken[campaign]);
}

int stage_most_posts(const struct stage *s, int64_t campaign)
{
	return most(s->posts[campaign]);
}

int stage_n_posts(const struct stage *s, int64_t campaign)
{
	int n = 0;
	for (int seq = 1; seq < STAGE_MAX_SEQ; seq++)
		n += s->posts[campaign][seq];
	return n;
}
