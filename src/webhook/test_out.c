/* The engine of outgoing webhooks on virtual time, against targets that do what a script says. After every step: no hook has
 * more on the wire than its share, no two events of one subject are on the wire, and of each subject the events were taken
 * in their order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/accounts.h"
#include "store/hook_events.h"
#include "store/hook_note.h"
#include "store/test_world.h"
#include "webhook/out_engine.h"
#include "webhook/sign.h"

#define MAX_CALLS 1024
#define MAX_HOOKS 64
#define MAX_SUBJECTS 512
#define LATENCY_MS 20

struct call {
	int hook, subject, index; /* of the body: `hook subject index` */
	char id[40], signature[80], body[64];
	msec_t at; /* when it is answered */
	int status;
	int64_t retry_after_s;
	http_done_fn *done;
	void *arg;
};

struct stage;
/* What the target answers: an HTTP status, or 0 for none in ten seconds. May set call->at and call->retry_after_s. */
typedef int stage_script(struct stage *stage, struct call *call);

struct stage {
	struct world *w;
	msec_t now, next; /* next: when a turn was asked for; -1 none */
	bool woken;
	struct out_door door;
	struct out_engine *engine;
	stage_script *script;
	struct call wire[MAX_CALLS];
	int n_wire, n_posts, n_refused, most_wire;
	int64_t hook[MAX_HOOKS];
	int n_hooks;
	int taken[MAX_HOOKS][MAX_SUBJECTS]; /* how many of a subject were taken: the next one's index */
	int n_again;                        /* taken once more */
	msec_t first_post[MAX_HOOKS], last_taken[MAX_HOOKS];
	struct call last;
};

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

static void note_taken(struct stage *s, const struct call *c)
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
		note_taken(s, &c);
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

static void engine_start(struct stage *s)
{
	s->door = (struct out_door){.self = s, .post = scripted_post};
	s->engine = out_engine_create(&(struct out_engine_options){.store = s->w->store,
	                                                           .door = &s->door,
	                                                           .seed = 42,
	                                                           .max_inflight = 64,
	                                                           .max_per_hook = 16,
	                                                           .wake = stage_wake,
	                                                           .wake_arg = s});
	s->woken = true;
	store_watch(s->w->store, stage_news, s);
}

static int64_t add_hook(struct stage *s)
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

static struct stage *stage_open(void **state, int n_hooks)
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
		add_hook(s);
	engine_start(s);
	return s;
}

static int stage_teardown(void **state)
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

static void add(struct stage *s, int hook, int subject, int from, int n)
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

static void run(struct stage *s, msec_t span)
{
	msec_t until = s->now + span;
	int n_same = 0;
	for (msec_t was = s->now; step(s, until); was = s->now) {
		n_same = s->now == was ? n_same + 1 : 0;
		if (n_same > 1000)
			fail_msg("the engine spins");
	}
}

static struct hook hook_of(struct stage *s, int hook)
{
	int64_t account = world_int(s->w, "SELECT account_no FROM hook WHERE no = %lld", (long long)s->hook[hook]);
	struct hook h;
	assert_int_equal(IN_JOB(s->w, hook_read(tx, account, s->hook[hook], s->w->arena, &h)), 0);
	return h;
}

#define STAGE_TEST(f)                                                  \
	{                                                              \
#f, f, NULL, stage_teardown, &engines_list[SQL_SQLITE] \
	}

/* ---- scenarios ---- */

static void in_order_per_subject_side_by_side_otherwise(void **state)
{
	struct stage *s = stage_open(state, 1);
	for (int subject = 0; subject < 8; subject++)
		add(s, 0, subject, 0, 5);
	run(s, 1000);
	struct hook h = hook_of(s, 0);
	assert_int_equal(h.delivered, 40);
	assert_int_equal(h.waiting, 0);
	assert_null(h.last_reason);
	assert_in_range(s->last_taken[0] - WORLD_START, 5 * LATENCY_MS, 5 * (LATENCY_MS + 20));
	assert_int_equal(s->most_wire, 8);
	assert_int_equal(s->n_again, 0);
	char want[SIGN_BYTES];
	sign_body("a secret", s->last.body, strlen(s->last.body), false, want);
	assert_string_equal(s->last.signature, want);
	assert_true(s->next < 0 || s->next > s->now + 60000); /* at rest it sleeps */
}

static int refuse_first_of_subject_0(struct stage *s, struct call *c)
{
	return c->subject == 0 && c->index == 0 && s->now < WORLD_START + 60000 ? 400 : 200;
}

static void one_event_that_is_refused_holds_its_subject_alone(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = refuse_first_of_subject_0;
	for (int subject = 0; subject < 4; subject++)
		add(s, 0, subject, 0, 3);
	run(s, 1000);
	assert_int_equal(hook_of(s, 0).delivered, 9);
	assert_string_equal(hook_of(s, 0).last_reason, "it answered 400");
	run(s, 59000);
	assert_int_equal(hook_of(s, 0).delivered, 9);
	assert_in_range(s->n_refused, 5, 8); /* 1, 2, 4, 8, 16, 32 seconds, more or less */
	run(s, 80000);
	assert_int_equal(hook_of(s, 0).delivered, 12);
}

static int hook_0_is_dead(struct stage *s, struct call *c)
{
	return c->hook == 0 && s->now < WORLD_START + HOUR_MS ? 0 : 200;
}

static void a_dead_target_slows_nobody_and_is_not_hammered(void **state)
{
	struct stage *s = stage_open(state, 2);
	s->script = hook_0_is_dead;
	for (int subject = 0; subject < 200; subject++)
		add(s, 0, subject, 0, 2);
	run(s, 30000);
	struct webhook_out_stats stats;
	out_engine_stats(s->engine, &stats);
	assert_int_equal(stats.paused, 1);
	assert_true(s->n_wire <= 1);
	add(s, 1, 0, 0, 1);
	run(s, 100);
	assert_int_equal(hook_of(s, 1).delivered, 1);
	run(s, HOUR_MS - 31000);
	assert_int_equal(hook_of(s, 0).delivered, 0);
	assert_in_range(s->n_refused, 20, 16 + 90); /* one burst, then one a minute with its ten seconds */
	run(s, 40 * MINUTE_MS);
	struct hook h = hook_of(s, 0);
	assert_int_equal(h.delivered, 400);
	assert_int_equal(h.failed + h.dropped + h.waiting, 0);
	out_engine_stats(s->engine, &stats);
	assert_int_equal(stats.paused, 0);
}

static int never_subject_0(struct stage *s, struct call *c)
{
	(void)s;
	return c->subject == 0 && c->index == 0 ? 500 : 200;
}

static void after_24_hours_it_is_given_up(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = never_subject_0;
	add(s, 0, 0, 0, 1);
	run(s, 23 * HOUR_MS);
	s->taken[0][0] = 1; /* what stands behind it may come without it */
	add(s, 0, 0, 1, 1);
	assert_int_equal(hook_of(s, 0).waiting, 2);
	run(s, 2 * HOUR_MS);
	struct hook h = hook_of(s, 0);
	assert_int_equal(h.failed, 1);
	assert_int_equal(h.delivered, 1);
	assert_int_equal(h.waiting, 0);
	assert_in_range(s->n_refused, 45, 80); /* half an hour at most between tries */
}

static int redirect_then_created(struct stage *s, struct call *c)
{
	(void)c;
	return s->n_posts == 1 ? 302 : 201;
}

static void a_redirect_is_a_refusal(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = redirect_then_created;
	add(s, 0, 1, 0, 1);
	run(s, 100);
	assert_string_equal(hook_of(s, 0).last_reason, "it answered 302, and redirects are not followed");
	run(s, 2000);
	assert_int_equal(hook_of(s, 0).delivered, 1);
}

static int too_fast_once(struct stage *s, struct call *c)
{
	c->retry_after_s = s->n_posts <= 2 ? 120 : -1;
	return s->n_posts <= 2 ? 429 : 200;
}

static void retry_after_is_heeded(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = too_fast_once;
	add(s, 0, 1, 0, 1);
	add(s, 0, 2, 0, 1);
	run(s, 1000);
	add(s, 0, 3, 0, 1); /* the whole hook waits */
	run(s, 118000);
	assert_int_equal(s->n_posts, 2);
	run(s, 3000);
	assert_int_equal(hook_of(s, 0).delivered, 3);
}

/* ---- crashes, and hooks that go ---- */

static int slow(struct stage *s, struct call *c)
{
	c->at = s->now + 5000;
	return 200;
}

static void after_a_crash_what_was_on_the_wire_is_told_again(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	for (int subject = 0; subject < 5; subject++)
		add(s, 0, subject, 0, 2);
	run(s, 1000);
	assert_int_equal(s->n_wire, 5);
	char id[40];
	snprintf(id, sizeof(id), "%s", s->wire[0].id);
	int subject = s->wire[0].subject;
	/* The target took them; nobody is there to hear it. */
	for (int i = 0; i < s->n_wire; i++)
		note_taken(s, &s->wire[i]);
	s->n_wire = 0;
	out_engine_destroy(s->engine);
	engine_start(s);
	run(s, 100);
	assert_int_equal(s->n_wire, 5);
	bool same = false;
	for (int i = 0; i < s->n_wire; i++)
		same = same || (s->wire[i].subject == subject && strcmp(s->wire[i].id, id) == 0);
	assert_true(same);
	run(s, 60000);
	assert_int_equal(hook_of(s, 0).delivered, 10);
	assert_int_equal(s->n_again, 5);
}

static void a_hook_that_goes_takes_its_events_along(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	add(s, 0, 1, 0, 3);
	run(s, 1000);
	assert_int_equal(s->n_wire, 1);
	int64_t account = world_int(s->w, "SELECT account_no FROM hook");
	assert_int_equal(IN_JOB(s->w, hook_delete(tx, account, s->hook[0])), 0);
	run(s, 10 * MINUTE_MS);
	assert_int_equal(s->n_posts, 1);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM hook_event"), 0);
	assert_true(out_engine_is_quiet(s->engine));
}

static void drained_it_begins_nothing_and_finishes(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	add(s, 0, 1, 0, 3);
	run(s, 1000);
	out_engine_drain(s->engine);
	assert_false(out_engine_is_quiet(s->engine));
	run(s, 60000);
	assert_true(out_engine_is_quiet(s->engine));
	assert_int_equal(hook_of(s, 0).delivered, 1);
	assert_int_equal(s->n_posts, 1);
}

/* ---- sharing ---- */

static int slow_but_hook_0(struct stage *s, struct call *c)
{
	if (c->hook != 0)
		c->at = s->now + 8000;
	return 200;
}

static void slow_targets_leave_room_for_the_others(void **state)
{
	struct stage *s = stage_open(state, 20);
	s->script = slow_but_hook_0;
	for (int hook = 1; hook < 20; hook++)
		for (int subject = 0; subject < 20; subject++)
			add(s, hook, subject, 0, 1);
	run(s, 1000);
	assert_true(s->most_wire <= 64);
	for (int subject = 0; subject < 20; subject++)
		add(s, 0, subject, 0, 1);
	run(s, 2000);
	assert_int_equal(hook_of(s, 0).delivered, 20);
	run(s, 3 * MINUTE_MS);
	for (int hook = 1; hook < 20; hook++)
		assert_int_equal(hook_of(s, hook).delivered, 20);
	assert_true(s->most_wire <= 64);
}

static int any_fate(struct stage *s, struct call *c)
{
	static const int fates[] = {200, 200, 200, 503, 0, 404, 204, 302};
	unsigned x = (unsigned)s->n_posts * 2654435761u + (unsigned)c->subject * 40503u;
	c->at = s->now + 1 + x % 700;
	return s->now < WORLD_START + HOUR_MS ? fates[x >> 16 & 7] : 200;
}

static void whatever_happens_all_arrive_in_order(void **state)
{
	struct stage *s = stage_open(state, 3);
	s->script = any_fate;
	for (int round = 0; round < 4; round++) {
		for (int hook = 0; hook < 3; hook++)
			for (int subject = 0; subject < 40; subject++)
				add(s, hook, subject, round * 2, 2);
		run(s, 5 * MINUTE_MS);
		if (round == 1) { /* a crash */
			s->n_wire = 0;
			out_engine_destroy(s->engine);
			engine_start(s);
		}
	}
	run(s, 6 * HOUR_MS);
	for (int hook = 0; hook < 3; hook++) {
		struct hook h = hook_of(s, hook);
		assert_int_equal(h.delivered, 320);
		assert_int_equal(h.waiting + h.failed + h.dropped, 0);
		for (int subject = 0; subject < 40; subject++)
			assert_int_equal(s->taken[hook][subject], 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(in_order_per_subject_side_by_side_otherwise),
		STAGE_TEST(one_event_that_is_refused_holds_its_subject_alone),
		STAGE_TEST(a_dead_target_slows_nobody_and_is_not_hammered),
		STAGE_TEST(after_24_hours_it_is_given_up),
		STAGE_TEST(a_redirect_is_a_refusal),
		STAGE_TEST(retry_after_is_heeded),
		STAGE_TEST(after_a_crash_what_was_on_the_wire_is_told_again),
		STAGE_TEST(a_hook_that_goes_takes_its_events_along),
		STAGE_TEST(drained_it_begins_nothing_and_finishes),
		STAGE_TEST(slow_targets_leave_room_for_the_others),
		STAGE_TEST(whatever_happens_all_arrive_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
