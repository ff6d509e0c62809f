#include "webhook/test_out_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/accounts.h"
#include "store/hook_note.h"

static struct stage *present;

/* ---- the door ---- */

static int scripted_post(void *self, const char *url, const char *const *headers, const char *body, size_t n_bytes,
                         http_done_fn *done, void *arg)
{
	struct stage *s = self;
	assert_true(s->n_wire < MAX_CALLS);
	struct call *c = &s->wire[s->n_wire++];
	*c = (struct call){.at = s->now + LATENCY_MS, .retry_after_s = -1, .done = done, .arg = arg};
	assert_int_equal(n_bytes, strlen(body));
	assert_string_equal(url, "https://hooks.example.org/");
	assert_int_equal(sscanf(body, "%d %d %d", &c->hook, &c->subject, &c->index), 3);
	assert_int_equal(sscanf(headers[0], "X-Event-Id: %36s", c->id), 1);
	assert_int_equal(sscanf(headers[1], "X-Dexatel-Signature: %70s", c->signature), 1);
	assert_null(headers[2]);
	snprintf(c->body, sizeof(c->body), "%s", body);
	for (int i = 0; i < s->n_wire - 1; i++)
		if (s->wire[i].hook == c->hook && s->wire[i].subject == c->subject)
			fail_msg("two events of subject %d are on the wire", c->subject);
	s->n_posts++;
	if (!s->first_post[c->hook])
		s->first_post[c->hook] = s->now;
	if (s->n_wire > s->most_wire)
		s->most_wire = s->n_wire;
	c->status = s->script(s, c);
	if (c->status == 0)
		c->at = s->now + 10000;
	return 0;
}

void stage_note_taken(struct stage *s, const struct call *c)
{
	int *next = &s->taken[c->hook][c->subject];
	if (c->index > *next)
		fail_msg("event %d of subject %d was taken before event %d", c->index, c->subject, *next);
	if (c->index < *next)
		s->n_again++;
	else
		++*next;
	s->last_taken[c->hook] = s->now;
	s->last = *c;
}

static void answer(struct stage *s, int i)
{
	struct call c = s->wire[i];
	s->wire[i] = s->wire[--s->n_wire];
	if (c.status >= 200 && c.status < 300)
		stage_note_taken(s, &c);
	else
		s->n_refused++;
	c.done(&(struct http_answer){.outcome = c.status ? HTTP_ANSWERED : HTTP_MAYBE_SENT,
	                             .status = c.status,
	                             .body = "",
	                             .retry_after_s = c.retry_after_s,
	                             .reason = c.status ? NULL : "no answer came in time"},
	       c.arg);
}

/* ---- the stage ---- */

static int take_all(struct stage *s, struct call *c)
{
	(void)s;
	(void)c;
	return 200;
}

static void stage_wake(void *arg)
{
	struct stage *s = arg;
	s->woken = true;
}

static void stage_news(void *arg)
{
	struct stage *s = arg;
	out_engine_notify(s->engine);
}

void stage_start(struct stage *s)
{
	s->door = (struct out_door){.self = s, .post = scripted_post};
	static struct lease lease;
	atomic_store(&lease.first, true);
	atomic_store(&lease.until_us, INT64_MAX);
	s->engine = out_engine_create(&(struct out_engine_options){.store = s->w->store,
	                                                           .lease = &lease,
	                                                           .door = &s->door,
	                                                           .seed = 42,
	                                                           .max_inflight = 64,
	                                                           .max_per_hook = 16,
	                                                           .wake = stage_wake,
	                                                           .wake_arg = s});
	s->woken = true;
	store_watch(s->w->store, stage_news, s);
}

static int64_t stage_add_hook(struct stage *s)
{
	int64_t account, no = 0;
	char name[32];
	snprintf(name, sizeof(name), "shop %d", s->n_hooks);
	assert_int_equal(IN_JOB(s->w, account_create(tx, s->now, name, &account)), 0);
	assert_int_equal(
		IN_JOB(s->w, hook_create(tx, account, HOOK_DELIVERY, "https://hooks.example.org/", "a secret", s->now, &no)), 0);
	s->hook[s->n_hooks++] = no;
	return no;
}

struct stage *stage_open(void **state, int n_hooks)
{
	log_set_level(LOG_ERROR);
	struct world *w = world_empty(state);
	struct stage *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	present = s;
	s->w = w;
	s->now = WORLD_START;
	s->script = take_all;
	for (int i = 0; i < n_hooks; i++)
		stage_add_hook(s);
	stage_start(s);
	return s;
}

int stage_teardown(void **state)
{
	if (present) {
		store_watch(present->w->store, NULL, NULL);
		out_engine_destroy(present->engine);
		free(present);
		present = NULL;
	}
	return world_teardown(state);
}

struct added {
	struct stage *stage;
	int hook, subject, from, n;
};

static int add_run(struct store_tx *tx, void *arg)
{
	const struct added *a = arg;
	for (int i = a->from; i < a->from + a->n; i++) {
		char body[64];
		snprintf(body, sizeof(body), "%d %d %d", a->hook, a->subject, i);
		if (hook_event_add(tx, a->stage->hook[a->hook], a->subject, body, a->stage->now) < 0)
			return -1;
	}
	return hook_events_added(tx, a->stage->hook[a->hook], a->n);
}

void stage_add(struct stage *s, int hook, int subject, int from, int n)
{
	struct added a = {s, hook, subject, from, n};
	assert_int_equal(store_call(s->w->store, add_run, &a), 0);
}

static bool step(struct stage *s, msec_t until)
{
	msec_t next = s->woken ? s->now : s->next >= 0 ? s->next : INT64_MAX;
	for (int i = 0; i < s->n_wire; i++)
		next = s->wire[i].at < next ? s->wire[i].at : next;
	if (next > until) {
		s->now = until;
		return false;
	}
	if (next > s->now)
		s->now = next;
	for (int i = 0; i < s->n_wire;) {
		if (s->wire[i].at <= s->now)
			answer(s, i);
		else
			i++;
	}
	s->woken = false;
	msec_t wait = out_engine_turn(s->engine, s->now);
	s->next = wait < 0 ? -1 : s->now + wait;
	struct webhook_out_stats stats;
	out_engine_stats(s->engine, &stats);
	assert_int_equal(stats.inflight, s->n_wire);
	return true;
}

void stage_run(struct stage *s, msec_t span)
{
	msec_t until = s->now + span;
	int n_same = 0;
	for (msec_t was = s->now; step(s, until); was = s->now) {
		n_same = s->now == was ? n_same + 1 : 0;
		if (n_same > 1000)
			fail_msg("the engine spins");
	}
}

struct hook stage_hook(struct stage *s, int hook)
{
	int64_t account = world_int(s->w, "SELECT account_no FROM hook WHERE no = %lld", (long long)s->hook[hook]);
	struct hook h;
	assert_int_equal(IN_JOB(s->w, hook_read(tx, account, s->hook[hook], s->w->arena, &h)), 0);
	return h;
}
