#include "delivery/test_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "delivery/transport.h"
#include "wa/send.h"

#define MAX_TURNS 400000

static struct play play;
static struct transport transport;

/* ---- Meta, by script ---- */

static void read_message(const void *body, size_t n_bytes, struct play_message *m)
{
	json_auto cJSON *tree = NULL;
	struct wa_key key;
	struct err err;
	assert_int_equal(json_parse(body, n_bytes, &tree, &err), 0);
	assert_true(wa_key_parse(json_text(tree, "biz_opaque_callback_data"), &key));
	m->campaign = key.campaign_no;
	m->seq = key.seq;
	m->attempt = key.attempt;
	assert_in_range(m->campaign, 1, WORLD_MAX_CAMPAIGNS - 1);
	assert_in_range(m->seq, 1, WORLD_MAX_ROWS - 1);
}

static int post(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes, http_done_fn *done,
                void *arg)
{
	struct play *s = self;
	struct play_message m = {.phone_number_id = phone_number_id, .token = token};
	read_message(body, n_bytes, &m);
	s->code = 0;
	enum fate fate = s->script ? s->script(s, &m) : FATE_TAKE;
	if (fate == FATE_TAKE || fate == FATE_TAKE_SILENTLY || fate == FATE_TROUBLE) {
		s->taken[m.campaign][m.seq]++;
		s->taken_us[m.campaign][m.seq] = s->now.mono;
	}
	assert_true(s->n_pending < PLAY_MAX_PENDING);
	s->pending[s->n_pending].due_us = s->now.mono + s->latency_us;
	s->pending[s->n_pending].done = done;
	s->pending[s->n_pending].arg = arg;
	s->pending[s->n_pending].fate = fate;
	s->pending[s->n_pending].campaign = m.campaign;
	s->pending[s->n_pending].seq = m.seq;
	s->pending[s->n_pending].code = s->code;
	s->n_posts++;
	if (++s->n_pending > s->most_pending)
		s->most_pending = s->n_pending;
	return 0;
}

static void answer(struct play *s, int at)
{
	char body[300];
	struct http_answer a = {.outcome = HTTP_ANSWERED, .status = 200, .body = body, .body_started = 1, .retry_after_s = -1, .reason = ""};
	snprintf(body, sizeof(body), "{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wamid.%d.%d\"}]}",
	         (int)s->pending[at].campaign, (int)s->pending[at].seq);
	switch (s->pending[at].fate) {
	case FATE_TAKE:
		break;
	case FATE_TAKE_SILENTLY:
	case FATE_LOSE:
		a.outcome = HTTP_MAYBE_SENT;
		a.reason = "the connection broke";
		break;
	case FATE_NOT_SENT:
		a.outcome = HTTP_NOT_SENT;
		a.body_started = 0;
		a.reason = "no connection";
		break;
	case FATE_TROUBLE:
		a.status = 500;
		body[0] = '\0';
		break;
	case FATE_REFUSE:
		a.status = s->pending[at].code == 190 ? 401 : 400;
		snprintf(body, sizeof(body), "{\"error\":{\"message\":\"(#%d) refused\",\"type\":\"OAuthException\",\"code\":%d}}",
		         s->pending[at].code, s->pending[at].code);
		break;
	}
	a.n_body_bytes = strlen(body);
	http_done_fn *done = s->pending[at].done;
	void *arg = s->pending[at].arg;
	s->pending[at] = s->pending[--s->n_pending];
	s->heard_us = s->now.mono;
	done(&a, arg);
}

/* ---- time ---- */

static struct now clock_of_play(void *arg)
{
	return ((struct play *)arg)->now;
}

static void wake(void *arg)
{
	((struct play *)arg)->woken = true;
}

static usec_t next_answer(const struct play *s)
{
	usec_t next = -1;
	for (int i = 0; i < s->n_pending; i++)
		if (next < 0 || s->pending[i].due_us < next)
			next = s->pending[i].due_us;
	return next;
}

static void move_clock(struct play *s, usec_t to)
{
	s->now.mono = to;
	s->now.wall = WORLD_START + to / 1000;
	s->w->now = s->now.wall;
	for (int i = 0; i < s->n_pending;) {
		if (s->pending[i].due_us <= to)
			answer(s, i);
		else
			i++;
	}
}

/* One turn, and on to whatever comes next, `until` at most. False: that is reached. */
static bool step(struct play *s, usec_t until)
{
	s->woken = false;
	usec_t wait = engine_turn(s->engine, s->now);
	if (s->woken)
		return true;
	usec_t next = wait >= 0 ? s->now.mono + wait : -1, heard = next_answer(s);
	if (heard >= 0 && (next < 0 || heard < next))
		next = heard;
	if (next < 0 || next > until) {
		move_clock(s, until);
		return false;
	}
	move_clock(s, next);
	return true;
}

void play_pass(struct play *s, msec_t ms)
{
	usec_t until = s->now.mono + ms * 1000;
	for (int i = 0; step(s, until); i++)
		assert_true(i < MAX_TURNS);
	check_invariants(s->w);
}

int64_t play_count(struct play *s, int64_t campaign, enum state state)
{
	return world_int(s->w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %d AND state = %d", (int)campaign, (int)state);
}

msec_t play_until_over(struct play *s, int64_t campaign, msec_t ms)
{
	usec_t begun = s->now.mono, until = begun + ms * 1000;
	for (int i = 0;; i++) {
		bool more = step(s, until);
		if (i % 20 == 0 || !more) {
			struct campaign c = world_read(s->w, campaign);
			if (c.frozen && play_count(s, campaign, STATE_QUEUED) + play_count(s, campaign, STATE_CLAIMED) == 0)
				break;
		}
		if (!more)
			fail_msg("the campaign is not over after %d ms", (int)ms);
		assert_true(i < MAX_TURNS);
	}
	check_invariants(s->w);
	return (s->heard_us - begun) / 1000;
}

/* ---- the engine ---- */

static void start_engine(struct play *s)
{
	s->engine = engine_create(&(struct engine_options){.store = s->w->store,
	                                                   .transport = &transport,
	                                                   .owner = "play",
	                                                   .unconfirmed_window_ms = 60 * SECOND_MS,
	                                                   .max_inflight = s->max_inflight,
	                                                   .seed = 7,
	                                                   .clock = clock_of_play,
	                                                   .clock_arg = s,
	                                                   .wake = wake,
	                                                   .wake_arg = s});
}

struct play *play_open(void **state, int n)
{
	memset(&play, 0, sizeof(play));
	play.w = world_open(state, n);
	play.latency_us = 20000;
	play.max_inflight = 64;
	play.now = (struct now){.wall = WORLD_START, .mono = 0};
	play.w->now = WORLD_START;
	transport = (struct transport){.self = &play, .post = post};
	start_engine(&play);
	return &play;
}

/* Flights are the lane's own allocations, handed over as the callback's argument. */
static void forget_wire(struct play *s)
{
	for (int i = 0; i < s->n_pending; i++)
		free(s->pending[i].arg);
	s->n_pending = 0;
}

void play_crash(struct play *s)
{
	forget_wire(s);
	engine_destroy(s->engine);
	start_engine(s);
}

int play_teardown(void **state)
{
	forget_wire(&play);
	engine_destroy(play.engine);
	play.engine = NULL;
	return world_teardown(state);
}

/* ---- what Meta knows ---- */

int play_taken(struct play *s, int64_t campaign)
{
	int n = 0;
	for (int seq = 1; seq < WORLD_MAX_ROWS; seq++) {
		assert_true(s->taken[campaign][seq] <= 1);
		n += s->taken[campaign][seq];
	}
	return n;
}

void play_tell_sent(struct play *s, int64_t campaign)
{
	for (int seq = 1; seq < WORLD_MAX_ROWS; seq++) {
		if (!s->taken[campaign][seq] || world_row(s->w, campaign, seq).state >= STATE_SENT)
			continue;
		struct status_update update = {.campaign_no = campaign,
		                               .seq = seq,
		                               .attempt = world_row(s->w, campaign, seq).attempts,
		                               .state = STATE_SENT,
		                               .wamid = "wamid.told",
		                               .at = s->now.wall};
		world_apply(s->w, &update);
	}
	engine_notify(s->engine);
}
