/* Who listens to what is under one lock, which `closed` takes too, so that a listener that is woken is there. Reads are made
 * without it. */
#include "api/events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api_internal.h"
#include "api/campaigns.h"

#define EVERY_MS 1000      /* an event at most */
#define WAIT_MS 500        /* for a commit, in one go: the end is not waited for longer */
#define LOOK_MS 5000       /* without a commit of ours: another server of the same database may have made one */
#define HEARTBEAT_MS 15000 /* so that proxies keep the connection, and we learn that a client has left */
#define MAX_EVENT_BYTES 4096

struct topic {
	int64_t campaign_no;
	char *text;       /* the campaign's JSON as it was read last */
	uint64_t version; /* grows with each change of it */
	bool over;        /* nothing will change any more, or the campaign is gone */
	struct listener *listeners;
	struct topic *next;
};

struct listener {
	struct events *events;
	struct topic *topic;
	struct http_request *req;
	uint64_t seen;
	bool beat;
	struct listener *next;
};

struct events {
	struct store *store;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t news; /* the first listener, or the end */
	struct topic *topics;
	int n_listeners;
	bool stopping;
};

/* ---- what is told ---- */

static bool is_over(const struct campaign *c)
{
	bool open = c->count[STATE_QUEUED] + c->count[STATE_CLAIMED] > 0;
	return c->status == CAMPAIGN_COMPLETED || (c->status == CAMPAIGN_CANCELED && !open);
}

static char *text_of(const struct events *e, const struct campaign *c)
{
	struct buf out;
	struct json_writer w;
	char id[UUID_TEXT_BYTES];
	struct uuid uuid = pubid_make(store_ids(e->store), PUBID_CAMPAIGN, c->no, 0);
	uuid_format(&uuid, id);
	buf_init(&out, MAX_EVENT_BYTES);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_text(&w, "id", id);
	json_put_text(&w, "status", campaign_status_text(c->status));
	campaigns_put_messages(&w, c);
	campaigns_put_holds(&w, c);
	json_close_object(&w);
	return buf_steal(&out);
}

/* ---- topics; the lock is held ---- */

static struct topic *topic_find(struct events *e, int64_t campaign_no)
{
	struct topic *t = e->topics;
	while (t && t->campaign_no != campaign_no)
		t = t->next;
	return t;
}

/* The text is the topic's from now on. */
static void topic_tell(struct topic *t, char *text, bool over)
{
	bool same = t->text && text && strcmp(t->text, text) == 0 && t->over == over;
	if (same) {
		free(text);
		return;
	}
	if (text) {
		free(t->text);
		t->text = text;
	}
	t->over = over;
	t->version++;
	for (struct listener *l = t->listeners; l; l = l->next)
		http_stream_wake(l->req);
}

static struct topic *topic_open(struct events *e, int64_t campaign_no)
{
	struct topic *t = topic_find(e, campaign_no);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->campaign_no = campaign_no;
	t->next = e->topics;
	e->topics = t;
	return t;
}

static void topic_close(struct events *e, struct topic *t)
{
	struct topic **place = &e->topics;
	while (*place != t)
		place = &(*place)->next;
	*place = t->next;
	free(t->text);
	free(t);
}

/* ---- one listener ---- */

static enum http_next produce(struct buf *piece, void *arg)
{
	struct listener *l = arg;
	pthread_mutex_lock(&l->events->lock);
	const struct topic *t = l->topic;
	if (l->seen != t->version) {
		l->seen = t->version;
		buf_addf(piece, "id: %llu\nevent: campaign\ndata: %s\n\n", (unsigned long long)t->version, t->text);
	} else if (l->beat) {
		buf_adds(piece, ":\n\n");
	}
	l->beat = false;
	bool over = t->over;
	if (over)
		buf_adds(piece, "event: end\ndata: {}\n\n");
	pthread_mutex_unlock(&l->events->lock);
	return over ? HTTP_END : HTTP_SLEEP;
}

static void closed(void *arg)
{
	struct listener *l = arg;
	struct events *e = l->events;
	pthread_mutex_lock(&e->lock);
	struct listener **place = &l->topic->listeners;
	while (*place != l)
		place = &(*place)->next;
	*place = l->next;
	if (!l->topic->listeners)
		topic_close(e, l->topic);
	e->n_listeners--;
	pthread_mutex_unlock(&e->lock);
}

/* ---- the thread ---- */

static int read_one(struct events *e, int64_t campaign_no, char **ret_text, bool *ret_over)
{
	arena_auto struct arena *arena = arena_create(8192);
	struct campaign c;
	struct store_tx *tx = store_reader_take(e->store);
	int got = campaign_read(tx, 0, campaign_no, arena, &c);
	store_reader_put(e->store, tx);
	if (got < 0)
		return -1;
	*ret_text = got == 0 ? text_of(e, &c) : NULL;
	*ret_over = got == 1 || is_over(&c);
	return 0;
}

static void read_all(struct events *e)
{
	int64_t campaign_no[EVENTS_MAX_LISTENERS];
	int n = 0;
	pthread_mutex_lock(&e->lock);
	for (struct topic *t = e->topics; t && n < EVENTS_MAX_LISTENERS; t = t->next)
		campaign_no[n++] = t->campaign_no;
	pthread_mutex_unlock(&e->lock);
	for (int i = 0; i < n; i++) {
		char *text = NULL;
		bool over = false;
		if (read_one(e, campaign_no[i], &text, &over) < 0)
			continue; /* the next turn may do better */
		pthread_mutex_lock(&e->lock);
		struct topic *t = topic_find(e, campaign_no[i]);
		if (t)
			topic_tell(t, text, over);
		else
			free(text);
		pthread_mutex_unlock(&e->lock);
	}
}

static void beat_all(struct events *e)
{
	pthread_mutex_lock(&e->lock);
	for (struct topic *t = e->topics; t; t = t->next)
		for (struct listener *l = t->listeners; l; l = l->next) {
			l->beat = true;
			http_stream_wake(l->req);
		}
	pthread_mutex_unlock(&e->lock);
}

/* Until there are listeners, and `until` has come; false at the end. */
static bool wait_for_turn(struct events *e, usec_t until)
{
	pthread_mutex_lock(&e->lock);
	while (!e->stopping && !e->topics)
		pthread_cond_wait(&e->news, &e->lock);
	struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
	int rc = 0;
	while (!e->stopping && rc == 0)
		rc = pthread_cond_timedwait(&e->news, &e->lock, &at);
	bool go_on = !e->stopping;
	pthread_mutex_unlock(&e->lock);
	return go_on;
}

static bool has_passed(usec_t since, usec_t now, int ms)
{
	return now - since >= (usec_t)ms * 1000;
}

static void *events_main(void *arg)
{
	struct events *e = arg;
	usec_t look = clock_mono_us(), beat = look;
	uint64_t seen = 0;
	while (wait_for_turn(e, look + (usec_t)EVERY_MS * 1000)) {
		uint64_t generation = store_generation(e->store, seen, WAIT_MS);
		usec_t now = clock_mono_us();
		if (generation != seen || has_passed(look, now, LOOK_MS)) {
			seen = generation;
			look = now;
			read_all(e);
		}
		if (has_passed(beat, now, HEARTBEAT_MS)) {
			beat = now;
			beat_all(e);
		}
	}
	return NULL;
}

struct events *events_create(struct store *store)
{
	struct events *e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	e->store = store;
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&e->thread, NULL, events_main, e) == 0) {
		pthread_setname_np(e->thread, "events");
		e->has_thread = true;
	}
	return e;
}

void events_destroy(struct events *e)
{
	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->stopping = true;
	pthread_cond_signal(&e->news);
	pthread_mutex_unlock(&e->lock);
	if (e->has_thread)
		pthread_join(e->thread, NULL);
	pthread_cond_destroy(&e->news);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

/* ---- the call ---- */

static bool listen_to(struct events *e, struct listener *l, const struct campaign *c)
{
	pthread_mutex_lock(&e->lock);
	bool room = e->n_listeners < EVENTS_MAX_LISTENERS;
	if (room) {
		l->topic = topic_open(e, c->no);
		topic_tell(l->topic, text_of(e, c), is_over(c));
		l->next = l->topic->listeners;
		l->topic->listeners = l;
		e->n_listeners++;
		pthread_cond_signal(&e->news);
	}
	pthread_mutex_unlock(&e->lock);
	return room;
}

static int listen_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct listener *l = call->state;
	struct campaign c;
	int got = campaign_read(tx, call->key.account_no, call->id[0], call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	if (!listen_to(l->events, l, &c)) {
		fault_add(&call->faults, FAULT_OVERLOADED, NULL,
		          "As many listen to events as the server serves at a time: try again");
		return 1;
	}
	http_add_header(call->req, "Cache-Control", "no-cache");
	http_add_header(call->req, "X-Accel-Buffering", "no");
	return 0;
}

void campaigns_events(struct api_call *call)
{
	struct listener *l = arena_alloc(call->arena, sizeof(*l));
	*l = (struct listener){.events = call->api->events, .req = call->req};
	call->state = l;
	call_stream(call, listen_run, "text/event-stream", &(struct http_stream){produce, closed, l});
}
