/* One turn does four things: judge the answers that came, record them (one job at a time, all that are there), look where
 * something may go, and begin it. What is in flight is all that is remembered beside the pauses of hooks; the rest is asked of
 * the database each time, so that a crash forgets nothing. */
#include "webhook/out_engine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/hook_events.h"
#include "webhook/out_pause.h"
#include "webhook/sign.h"

#define MAX_REASON 160
#define LOOK_EVERY_MS 10
#define TEND_EVERY_MS (10 * MINUTE_MS)
#define TEND_EVERY_N 5000
#define RETRY_STORE_MS 1000

enum flight_state { FLIGHT_ON_WIRE, FLIGHT_ANSWERED, FLIGHT_JUDGED, FLIGHT_SETTLING };

struct flight {
	struct out_engine *engine;
	struct target *target;
	struct flight *next;
	enum flight_state state;
	struct hook_due event; /* without its body */
	bool taken;
	int http_status;
	int64_t retry_after_s;
	char reason[MAX_REASON];
	struct hook_result result; /* once it is judged */
};

/* A hook that has something to tell. */
struct target {
	int64_t no;
	char *url, *secret;
	struct out_pause pause;
	struct flight *flight;
	unsigned n_flights;
	msec_t look_ms; /* when there may be something to begin; -1 nothing before news */
	bool listed;
	struct target *next; /* by number */
};

struct settle_job {
	struct out_engine *engine;
	struct hook_result *result;
	int n;
	bool tend;
	msec_t now;
};

struct out_engine {
	struct out_engine_options options;
	struct target *first;
	unsigned n_flights;
	unsigned share;    /* of the wire, for each hook that takes something */
	int64_t served_no; /* the hook that was served last, for turns to go round */
	struct settle_job job;
	bool job_out, draining;
	atomic_bool news;
	pthread_mutex_t lock; /* of what follows */
	bool job_back;
	int job_result;
	msec_t look_ms, settle_ms, tend_ms; /* when next, at the earliest */
	int n_since_tend;
	uint64_t random;
	struct webhook_out_stats stats;
};

/* ---- flights ---- */

static void flight_done(const struct http_answer *answer, void *arg)
{
	struct flight *f = arg;
	struct out_engine *e = f->engine;
	f->state = FLIGHT_ANSWERED;
	f->taken = answer->outcome == HTTP_ANSWERED && answer->status >= 200 && answer->status < 300;
	f->http_status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;
	f->retry_after_s = answer->retry_after_s;
	if (answer->outcome != HTTP_ANSWERED)
		snprintf(f->reason, sizeof(f->reason), "%s", answer->reason);
	else if (answer->status >= 300 && answer->status < 400)
		snprintf(f->reason, sizeof(f->reason), "it answered %d, and redirects are not followed", answer->status);
	else if (!f->taken)
		snprintf(f->reason, sizeof(f->reason), "it answered %d", answer->status);
	e->options.wake(e->options.wake_arg);
}

static void flight_begin(struct out_engine *e, struct target *t, const struct hook_due *event)
{
	struct flight *f = calloc(1, sizeof(*f));
	char id[UUID_TEXT_BYTES], signature[SIGN_BYTES], line[2][128];
	if (!f)
		abort();
	*f = (struct flight){.engine = e, .target = t, .event = *event, .retry_after_s = -1, .next = t->flight};
	f->event.body = NULL;
	t->flight = f;
	t->n_flights++;
	e->n_flights++;
	e->stats.posted++;
	struct uuid uuid = hook_event_id(store_ids(e->options.store), event->no);
	uuid_format(&uuid, id);
	sign_body(t->secret, event->body, strlen(event->body), e->options.hex_signature, signature);
	snprintf(line[0], sizeof(line[0]), "X-Event-Id: %s", id);
	snprintf(line[1], sizeof(line[1]), "X-Dexatel-Signature: %s", signature);
	const char *const headers[] = {line[0], line[1], NULL};
	if (e->options.door->post(e->options.door->self, t->url, headers, event->body, strlen(event->body), flight_done, f) == 0)
		return;
	f->state = FLIGHT_ANSWERED;
	snprintf(f->reason, sizeof(f->reason), "the URL cannot be posted to");
}

/* The event itself, or one of its subject: which may not stand in the database any more, given up or dropped while it was on the
 * wire. */
static bool is_in_flight(const struct target *t, int64_t subject)
{
	for (const struct flight *f = t->flight; f; f = f->next)
		if (f->event.subject == subject)
			return true;
	return false;
}

/* ---- judging ---- */

static void judge(struct out_engine *e, struct flight *f, msec_t now)
{
	struct target *t = f->target;
	f->state = FLIGHT_JUDGED;
	f->result = (struct hook_result){.hook_no = t->no,
	                                 .event_no = f->event.no,
	                                 .subject = f->event.subject,
	                                 .state = HOOK_DELIVERED,
	                                 .http_status = f->http_status};
	e->stats.taken += f->taken;
	e->stats.refused += !f->taken;
	bool was_probing = out_pause_is_probing(&t->pause);
	if (f->taken) {
		out_pause_taken(&t->pause);
		if (was_probing)
			log_info("webhook", "a webhook's target takes events again", log_i("webhook", t->no));
		return;
	}
	f->result.reason = f->reason;
	f->result.next_ms = out_pause_refused(&t->pause, f->event.attempts + 1, f->retry_after_s, now, &e->random);
	if (!was_probing && out_pause_is_probing(&t->pause))
		log_warn("webhook", "a webhook's target takes nothing; it is tried with one event at a time",
		         log_i("webhook", t->no), log_t("reason", f->reason));
	msec_t last_ms = f->event.since_ms + HOOK_GIVE_UP_MS;
	f->result.state = now >= last_ms ? HOOK_FAILED : HOOK_WAITING;
	if (f->result.next_ms > last_ms)
		f->result.next_ms = last_ms;
}

/* Answers to be recorded. */
static int judge_all(struct out_engine *e, msec_t now)
{
	int n = 0;
	for (struct target *t = e->first; t; t = t->next)
		for (struct flight *f = t->flight; f; f = f->next) {
			if (f->state == FLIGHT_ANSWERED)
				judge(e, f, now);
			n += f->state == FLIGHT_JUDGED;
		}
	return n;
}

/* ---- recording ---- */

static int settle_run(struct store_tx *tx, void *arg)
{
	const struct settle_job *job = arg;
	if (hook_events_settle(tx, job->result, job->n, job->now) < 0)
		return -1;
	return job->tend ? hook_events_tend(tx, job->now) : 0;
}

static void settle_done(int result, void *arg)
{
	struct settle_job *job = arg;
	struct out_engine *e = job->engine;
	pthread_mutex_lock(&e->lock);
	e->job_result = result;
	e->job_back = true;
	e->options.wake(e->options.wake_arg); /* within the lock: whoever sees the job back may free all this at once */
	pthread_mutex_unlock(&e->lock);
}

/* Those that are being recorded: off the books, or back to be recorded once more. */
static void flights_settled(struct out_engine *e, struct target *t, bool recorded, msec_t now)
{
	for (struct flight **at = &t->flight; *at;) {
		struct flight *f = *at;
		if (f->state != FLIGHT_SETTLING) {
			at = &f->next;
			continue;
		}
		if (!recorded) {
			f->state = FLIGHT_JUDGED;
			at = &f->next;
			continue;
		}
		*at = f->next;
		free(f);
		t->n_flights--;
		e->n_flights--;
		t->look_ms = now; /* what stood behind it may go */
	}
}

static void take_job_back(struct out_engine *e, msec_t now)
{
	pthread_mutex_lock(&e->lock);
	bool back = e->job_back, recorded = e->job_result == 0;
	e->job_back = false;
	pthread_mutex_unlock(&e->lock);
	if (!back)
		return;
	e->job_out = false;
	if (recorded && e->job.tend) {
		e->n_since_tend = 0;
		e->tend_ms = now + TEND_EVERY_MS;
	}
	if (!recorded) {
		log_error("webhook", "answers of webhooks' targets could not be recorded; trying again");
		e->settle_ms = now + RETRY_STORE_MS;
	}
	for (struct target *t = e->first; t; t = t->next)
		flights_settled(e, t, recorded, now);
	free(e->job.result);
	e->job.result = NULL;
}

static void settle(struct out_engine *e, int n, msec_t now)
{
	bool tend = now >= e->tend_ms || e->n_since_tend >= TEND_EVERY_N;
	if (e->job_out || now < e->settle_ms || (n == 0 && !tend))
		return;
	e->job = (struct settle_job){
		.engine = e, .result = calloc((size_t)n + 1, sizeof(*e->job.result)), .tend = tend, .now = now};
	if (!e->job.result)
		abort();
	for (struct target *t = e->first; t; t = t->next)
		for (struct flight *f = t->flight; f; f = f->next)
			if (f->state == FLIGHT_JUDGED) {
				f->state = FLIGHT_SETTLING;
				e->job.result[e->job.n++] = f->result;
			}
	e->job_out = true;
	e->n_since_tend += n;
	if (store_submit(e->options.store, settle_run, settle_done, &e->job) != 0) {
		e->job_result = -1; /* there is no job that could come back besides */
		e->job_back = true;
		take_job_back(e, now);
	}
}

/* ---- looking ---- */

static void target_free(struct target *t)
{
	free(t->url);
	explicit_bzero(t->secret, strlen(t->secret));
	free(t->secret);
	free(t);
}

static struct target *target_create(const struct hook_target *from)
{
	struct target *t = calloc(1, sizeof(*t));
	if (!t || !(t->url = strdup(from->url)) || !(t->secret = strdup(from->secret)))
		abort();
	t->no = from->no;
	return t;
}

/* Both lists are in the order of the numbers. */
static void merge_targets(struct out_engine *e, const struct hook_target *list, int n)
{
	struct target **at = &e->first;
	for (int i = 0; i < n || *at;) {
		struct target *t = *at;
		if (t && (i == n || t->no < list[i].no)) {
			t->listed = false;
			if (t->flight) {
				at = &t->next;
			} else {
				*at = t->next;
				target_free(t);
			}
			continue;
		}
		if (!t || t->no > list[i].no) {
			t = target_create(&list[i]);
			t->next = *at;
			*at = t;
		}
		t->listed = true;
		t->look_ms = 0;
		at = &t->next;
		i++;
	}
}

static int list_targets(struct out_engine *e, struct store_tx *tx)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct hook_target *list;
	int n;
	if (hooks_to_serve(tx, arena, &list, &n) < 0)
		return -1;
	merge_targets(e, list, n);
	for (int i = 0; i < n; i++)
		explicit_bzero((char *)(uintptr_t)list[i].secret, strlen(list[i].secret));
	return 0;
}

static void share_wire(struct out_engine *e)
{
	unsigned n_active = 1;
	for (const struct target *t = e->first; t; t = t->next)
		n_active += t->listed && !out_pause_is_probing(&t->pause);
	unsigned share = e->options.max_inflight / n_active;
	e->share = share < 1 ? 1 : share > e->options.max_per_hook ? e->options.max_per_hook : share;
}

/* How many more a hook may have on the wire. */
static unsigned room_of(const struct out_engine *e, const struct target *t)
{
	unsigned most = out_pause_is_probing(&t->pause) ? 1 : e->share;
	unsigned room = t->n_flights < most ? most - t->n_flights : 0, left = 0;
	if (e->n_flights < e->options.max_inflight)
		left = e->options.max_inflight - e->n_flights;
	return room < left ? room : left;
}

static int serve(struct out_engine *e, struct store_tx *tx, struct target *t, msec_t now)
{
	arena_auto struct arena *arena = arena_create(65536);
	unsigned room = room_of(e, t);
	int max = (int)(t->n_flights + room), n;
	struct hook_due *event = arena_array(arena, (size_t)max, sizeof(*event));
	if (hook_events_due(tx, t->no, now, max, arena, event, &n, &t->look_ms) < 0)
		return -1;
	if (n == max)
		t->look_ms = now; /* once there is room again */
	for (int i = 0; i < n && room > 0; i++)
		if (!is_in_flight(t, event[i].subject)) {
			flight_begin(e, t, &event[i]);
			e->served_no = t->no;
			room--;
		}
	return 0;
}

/* When a target may have something to begin; -1 not by itself: it waits for news, or for an answer that makes room. */
static msec_t look_at(const struct out_engine *e, const struct target *t)
{
	if (!t->listed || t->look_ms < 0 || room_of(e, t) == 0)
		return -1;
	return t->look_ms > t->pause.until_ms ? t->look_ms : t->pause.until_ms;
}

static bool wants_look(const struct out_engine *e, const struct target *t, msec_t now)
{
	msec_t at = look_at(e, t);
	return at >= 0 && at <= now;
}

static int serve_all(struct out_engine *e, struct store_tx *tx, msec_t now)
{
	int64_t served_no = e->served_no;
	for (int round = 0; round < 2; round++)
		for (struct target *t = e->first; t; t = t->next)
			if ((t->no > served_no) == (round == 0) && wants_look(e, t, now) && serve(e, tx, t, now) < 0)
				return -1;
	return 0;
}

static int look_into(struct out_engine *e, struct store_tx *tx, msec_t now)
{
	if (atomic_exchange(&e->news, false) && list_targets(e, tx) < 0)
		return -1;
	share_wire(e);
	return serve_all(e, tx, now);
}

static void look(struct out_engine *e, msec_t now)
{
	bool any = atomic_load(&e->news);
	for (const struct target *t = e->first; t && !any; t = t->next)
		any = wants_look(e, t, now);
	if (!any || e->draining || now < e->look_ms)
		return;
	if (!lease_is_first(e->options.lease, clock_mono_us())) { /* not yet, or another node's work: its end is looked for */
		e->look_ms = now + RETRY_STORE_MS;
		return;
	}
	struct store_tx *tx = store_reader_take(e->options.store);
	bool ok = look_into(e, tx, now) == 0;
	store_reader_put(e->options.store, tx);
	e->look_ms = now + (ok ? LOOK_EVERY_MS : RETRY_STORE_MS);
	if (!ok)
		atomic_store(&e->news, true);
}

/* ---- turns ---- */

static void sooner(msec_t *soonest, msec_t at)
{
	if (*soonest < 0 || at < *soonest)
		*soonest = at;
}

static msec_t next_turn(const struct out_engine *e, int n_judged, msec_t now)
{
	msec_t next = -1;
	if (!e->job_out)
		next = e->tend_ms > e->settle_ms && n_judged == 0 ? e->tend_ms : e->settle_ms;
	if (!e->draining && atomic_load(&e->news))
		sooner(&next, e->look_ms);
	for (const struct target *t = e->draining ? NULL : e->first; t; t = t->next) {
		msec_t at = look_at(e, t);
		if (at >= 0)
			sooner(&next, at > e->look_ms ? at : e->look_ms);
	}
	return next < 0 ? -1 : next > now ? next - now : 0;
}

msec_t out_engine_turn(struct out_engine *e, msec_t now)
{
	take_job_back(e, now);
	settle(e, judge_all(e, now), now);
	share_wire(e);
	look(e, now);
	int n_judged = judge_all(e, now); /* of those that could not even begin */
	e->stats.inflight = e->stats.paused = 0;
	for (const struct target *t = e->first; t; t = t->next) {
		for (const struct flight *f = t->flight; f; f = f->next)
			e->stats.inflight += f->state == FLIGHT_ON_WIRE;
		e->stats.paused += t->listed && out_pause_is_probing(&t->pause);
	}
	return next_turn(e, n_judged, now);
}

void out_engine_notify(struct out_engine *e)
{
	atomic_store(&e->news, true);
	e->options.wake(e->options.wake_arg);
}

void out_engine_drain(struct out_engine *e)
{
	e->draining = true;
}

bool out_engine_is_quiet(const struct out_engine *e)
{
	return e->n_flights == 0 && !e->job_out;
}

void out_engine_stats(const struct out_engine *e, struct webhook_out_stats *ret)
{
	*ret = e->stats;
}

struct out_engine *out_engine_create(const struct out_engine_options *options)
{
	struct out_engine *e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	pthread_mutex_init(&e->lock, NULL);
	e->options = *options;
	e->options.max_inflight = options->max_inflight ? options->max_inflight : 256;
	e->options.max_per_hook = options->max_per_hook ? options->max_per_hook : 64;
	e->random = options->seed ? options->seed : 1;
	atomic_init(&e->news, true);
	return e;
}

void out_engine_destroy(struct out_engine *e)
{
	if (!e)
		return;
	while (e->first) {
		struct target *t = e->first;
		e->first = t->next;
		while (t->flight) {
			struct flight *f = t->flight;
			t->flight = f->next;
			free(f);
		}
		target_free(t);
	}
	pthread_mutex_destroy(&e->lock);
	free(e);
}
