#include "delivery/test_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wa/send.h"

#define MONO_START ((usec_t)5000000000)
#define LATENCY_US 50000
#define SMALL 60      /* recipients: all invariants after every step */
#define MAX_SAME 5000 /* turns at one moment: more is an engine that spins */

static struct stage *present; /* one at a time; the teardown frees it */

/* ---- the wire ---- */

static void read_text(const char *body, const char *key, char *out, size_t out_bytes)
{
	const char *from = strstr(body, key);
	if (!from)
		fail_msg("a message without %s: %s", key, body);
	from += strlen(key);
	size_t n = strcspn(from, "\"");
	assert_true(n < out_bytes);
	memcpy(out, from, n);
	out[n] = '\0';
}

/* What left must be promised on disk: claimed, by this attempt. */
static void check_claimed(struct stage *s, const struct stage_call *call)
{
	int64_t n = world_int(
		s->w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld AND seq = %lld AND state = 1 AND attempts = %d",
		(long long)call->campaign, (long long)call->seq, call->attempt);
	if (n != 1)
		fail_msg("%lld/%lld left without a claim", (long long)call->campaign, (long long)call->seq);
}

static void check_not_twice(struct stage *s, const struct stage_call *call)
{
	if (++s->taken[call->campaign][call->seq] < 2)
		return;
	if (world_int(s->w, "SELECT on_unconfirmed FROM campaign WHERE no = %lld", (long long)call->campaign) == UNCONFIRMED_HOLD)
		fail_msg("%lld/%lld was written to twice under hold", (long long)call->campaign, (long long)call->seq);
}

static void call_read(struct stage *s, const char *phone_number_id, const char *token, const char *body, struct stage_call *call)
{
	char key_text[WA_KEY_BYTES];
	struct wa_key key;
	read_text(body, "\"biz_opaque_callback_data\":\"", key_text, sizeof(key_text));
	assert_true(wa_key_parse(key_text, &key));
	assert_string_equal(key.instance, store_instance(s->w->store));
	*call = (struct stage_call){
		.campaign = key.campaign_no, .seq = key.seq, .attempt = key.attempt, .n = s->n_posts, .at = s->now};
	assert_in_range(call->campaign, 1, WORLD_MAX_CAMPAIGNS - 1);
	assert_in_range(call->seq, 1, STAGE_MAX_SEQ - 1);
	snprintf(call->phone_number_id, sizeof(call->phone_number_id), "%s", phone_number_id);
	snprintf(call->token, sizeof(call->token), "%s", token);
}

static int wire_post(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes,
                     http_done_fn *done, void *arg)
{
	struct stage_node *node = self;
	struct stage *s = node->stage;
	char *text = strndup(body, n_bytes);
	struct stage_flight *f = calloc(1, sizeof(*f));
	if (!text || !f)
		abort();
	call_read(s, phone_number_id, token, text, &f->call);
	free(text);
	check_claimed(s, &f->call);
	f->reply = s->script(s, &f->call);
	if (f->reply.kind == STAGE_CLOSED) {
		free(f);
		return -1;
	}
	s->n_posts++;
	s->posts[f->call.campaign][f->call.seq]++;
	if (f->reply.taken || f->reply.kind == STAGE_ACCEPTED || f->reply.kind == STAGE_HELD)
		check_not_twice(s, &f->call);
	f->node = node;
	f->at_us = s->now.mono + (f->reply.latency_us ? f->reply.latency_us : LATENCY_US);
	f->done = done;
	f->arg = arg;
	assert_true(s->n_wire < STAGE_MAX_WIRE);
	s->wire[s->n_wire++] = f;
	return 0;
}

static void answer_body(const struct stage_flight *f, char *out, size_t out_bytes)
{
	switch (f->reply.kind) {
	case STAGE_ACCEPTED:
	case STAGE_HELD:
		snprintf(out, out_bytes,
		         "{\"messaging_product\":\"whatsapp\",\"contacts\":[],\"messages\":[{\"id\":\"wamid.%lld.%lld.%d\","
		         "\"message_status\":\"%s\"}]}",
		         (long long)f->call.campaign, (long long)f->call.seq, f->call.attempt,
		         f->reply.kind == STAGE_HELD ? "held_for_quality_assessment" : "accepted");
		break;
	case STAGE_CODE:
		snprintf(out, out_bytes,
		         "{\"error\":{\"message\":\"(#%d) no\",\"code\":%d,\"error_data\":{\"details\":\"details of %d\"}}}",
		         f->reply.code, f->reply.code, f->reply.code);
		break;
	case STAGE_STATUS:
		snprintf(out, out_bytes, "<html>trouble</html>");
		break;
	case STAGE_TIMEOUT:
	case STAGE_NOT_SENT:
	case STAGE_CLOSED:
		out[0] = '\0';
		break;
	}
}

static void flight_answer(struct stage_flight *f)
{
	char body[512];
	answer_body(f, body, sizeof(body));
	struct http_answer answer = {.outcome = HTTP_ANSWERED,
	                             .status = f->reply.status,
	                             .body = body,
	                             .n_body_bytes = strlen(body),
	                             .body_started = 1,
	                             .retry_after_s = -1};
	if (answer.status == 0)
		answer.status = f->reply.kind == STAGE_CODE ? 400 : 200;
	if (f->reply.kind == STAGE_TIMEOUT) {
		answer.outcome = HTTP_MAYBE_SENT;
		answer.reason = "no answer came in time";
	} else if (f->reply.kind == STAGE_NOT_SENT) {
		answer.outcome = HTTP_NOT_SENT;
		answer.body_started = 0;
		answer.reason = "connection refused";
	}
	f->done(&answer, f->arg);
	free(f);
}

/* The flight at `i`, taken off the wire. */
static struct stage_flight *wire_take(struct stage *s, int i)
{
	struct stage_flight *f = s->wire[i];
	memmove(&s->wire[i], &s->wire[i + 1], (size_t)(--s->n_wire - i) * sizeof(s->wire[0]));
	return f;
}

/* The flight that is answered first; -1 none. What a dead node sent is answered to nobody. */
static int wire_first(const struct stage *s)
{
	int first = -1;
	for (int i = 0; i < s->n_wire; i++)
		if (!s->wire[i]->node->dead && (first < 0 || s->wire[i]->at_us < s->wire[first]->at_us))
			first = i;
	return first;
}

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

static void node_start(struct stage *s)
{
	assert_true(s->n_nodes < STAGE_MAX_NODES);
	struct stage_node *node = &s->node[s->n_nodes++];
	*node = (struct stage_node){.stage = s, .woken = true, .next_us = -1};
	node->door = (struct transport){.self = node, .post = wire_post};
	node->engine = engine_create(&(struct engine_options){.store = s->w->store,
	                                                      .transport = &node->door,
	                                                      .owner = "a node",
	                                                      .unconfirmed_window_ms = s->window_ms,
	                                                      .max_inflight = s->max_inflight,
	                                                      .seed = 42,
	                                                      .clock = node_clock,
	                                                      .clock_arg = node,
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
		struct stage_flight *f = wire_take(s, i);
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
	int first = wire_first(s);
	if (first >= 0)
		sooner(&next, s->wire[first]->at_us);
	for (int i = 0; i < s->n_nodes; i++) {
		if (s->node[i].dead)
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
	s->now = (struct now){.wall = WORLD_START + (mono - MONO_START) / 1000, .mono = mono};
	s->w->now = s->now.wall;
	s->n_same = 0;
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
	for (int i; (i = wire_first(s)) >= 0 && s->wire[i]->at_us <= s->now.mono;)
		flight_answer(wire_take(s, i));
	for (int i = 0; i < s->n_nodes; i++) {
		struct stage_node *node = &s->node[i];
		if (node->dead || (!node->woken && (node->next_us < 0 || node->next_us > s->now.mono)))
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
	assert_int_equal(IN_JOB(s->w, sender_set_record(tx, sender, mps, "GREEN", "TIER_UNLIMITED", s->now.wall)), 0);
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

void stage_webhook(struct stage *s, int64_t campaign, int64_t seq, enum state state)
{
	struct ledger_row row = world_row(s->w, campaign, seq);
	struct status_update update = {.campaign_no = campaign,
	                               .seq = seq,
	                               .attempt = row.attempts,
	                               .state = state,
	                               .wamid = "wamid.of.the.webhook",
	                               .at = s->now.wall};
	struct apply_result result;
	if (state == STATE_FAILED)
		update.code = 131026;
	assert_int_equal(IN_JOB(s->w, ledger_apply(tx, s->w->hash, &update, 1, s->now.wall, &result)), 0);
	assert_int_equal(result.foreign, 0);
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
