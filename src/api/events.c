/* Who listens to what is under one lock, which `closed` takes too, so that a listener that is woken is there. Reads are made
 * without it. The lists of an account are read by the thread and by whoever comes, one at a time, so that each goes on from the
 * one before: a lock of its own, which is taken with a reader in hand, never before. */
#include "api/events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api_internal.h"
#include "api/authenticate.h"
#include "api/campaigns.h"
#include "api/feed.h"

#define EVERY_MS 1000      /* an event at most */
#define WAIT_MS 500        /* for a commit, in one go: the end is not waited for longer */
#define LOOK_MS 5000       /* without a commit of ours: another server of the same database may have made one */
#define HEARTBEAT_MS 15000 /* so that proxies keep the connection, and we learn that a client has left */

/* A campaign, or the lists of an account. */
struct topic {
	int64_t campaign_no; /* 0: of an account */
	int64_t account_no;  /* 0: of a campaign */
	struct feed *feed;   /* of an account */
	char *text;          /* the campaign's JSON as it was read last */
	uint64_t version;    /* grows with each change of it */
	bool over;           /* nothing will change any more, or the campaign is gone */
	struct listener *listeners;
	struct topic *next;
};

struct listener {
	struct events *events;
	struct topic *topic;
	struct http_request *req;
	struct authority by;
	bool dismissed;          /* that stands no more */
	uint64_t seen;           /* of a campaign */
	struct feed_place place; /* of an account */
	bool beat;
	struct listener *next;
};

struct events {
	struct store *store;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock, reading;
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

/* ---- topics; the lock is held ---- */

static struct topic *topic_find(struct events *e, int64_t campaign_no, int64_t account_no)
{
	struct topic *t = e->topics;
	while (t && (t->campaign_no != campaign_no || t->account_no != account_no))
		t = t->next;
	return t;
}

static void topic_wake(struct topic *t)
{
	for (struct listener *l = t->listeners; l; l = l->next)
		http_stream_wake(l->req);
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
	topic_wake(t);
}

static struct topic *topic_open(struct events *e, int64_t campaign_no, int64_t account_no)
{
	struct topic *t = topic_find(e, campaign_no, account_no);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->campaign_no = campaign_no;
	t->account_no = account_no;
	t->feed = account_no ? feed_create(account_no) : NULL;
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
	feed_destroy(t->feed);
	free(t->text);
	free(t);
}

static void listener_join(struct topic *t, struct listener *l)
{
	l->topic = t;
	l->next = t->listeners;
	t->listeners = l;
	l->events->n_listeners++;
	pthread_cond_signal(&l->events->news);
}

/* ---- one listener ---- */

/* The lock is held. */
static enum http_next tell(struct listener *l, struct buf *piece)
{
	const struct topic *t = l->topic;
	if (l->dismissed)
		return HTTP_END;
	if (t->feed) {
		feed_tell(t->feed, &l->place, piece);
	} else if (l->seen != t->version) {
		l->seen = t->version;
		buf_addf(piece, "id: %llu\nevent: campaign\ndata: %s\n\n", (unsigned long long)t->version, t->text);
	}
	if (l->beat && piece->len == 0)
		buf_adds(piece, ":\n\n");
	l->beat = false;
	if (t->over)
		buf_adds(piece, "event: end\ndata: {}\n\n");
	return t->over ? HTTP_END : HTTP_SLEEP;
}

static enum http_next produce(struct buf *piece, void *arg)
{
	struct listener *l = arg;
	pthread_mutex_lock(&l->events->lock);
	enum http_next next = tell(l, piece);
	pthread_mutex_unlock(&l->events->lock);
	return next;
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

/* ---- who may listen still ---- */

static bool is_among(const struct authority *list, int n, const struct authority *a)
{
	for (int i = 0; i < n; i++)
		if (list[i].key_no == a->key_no && list[i].session_no == a->session_no && list[i].role == a->role)
			return true;
	return false;
}

/* By whose leave anyone listens, each once; how many. */
static int authorities(struct events *e, struct authority ret[EVENTS_MAX_LISTENERS])
{
	int n = 0;
	pthread_mutex_lock(&e->lock);
	for (struct topic *t = e->topics; t; t = t->next)
		for (struct listener *l = t->listeners; l; l = l->next)
			if (!is_among(ret, n, &l->by))
				ret[n++] = l->by;
	pthread_mutex_unlock(&e->lock);
	return n;
}

static void dismiss(struct events *e, const struct authority *over, int n_over)
{
	pthread_mutex_lock(&e->lock);
	for (struct topic *t = e->topics; t; t = t->next)
		for (struct listener *l = t->listeners; l; l = l->next)
			if (is_among(over, n_over, &l->by)) {
				l->dismissed = true;
				http_stream_wake(l->req);
			}
	pthread_mutex_unlock(&e->lock);
}

static int dismiss_unallowed(struct events *e)
{
	struct authority by[EVENTS_MAX_LISTENERS];
	int n = authorities(e, by), n_over = 0, got = 0;
	struct store_tx *tx = store_reader_take(e->store);
	for (int i = 0; i < n && got >= 0; i++) {
		got = authenticate_again(tx, &by[i], clock_now_ms());
		if (got == 1)
			by[n_over++] = by[i];
	}
	store_reader_put(e->store, tx);
	dismiss(e, by, n_over);
	return got < 0 ? -1 : 0;
}

/* ---- the thread ---- */

static int read_one(struct events *e, int64_t campaign_no, char **ret_text, bool *ret_over)
{
	arena_auto struct arena *arena = arena_create(8192);
	struct campaign c;
	struct store_tx *tx = store_reader_take(e->store);
	int got = campaign_read(tx, 0, campaign_no, arena, &c);
	*ret_text = got == 0 ? campaigns_live_text(tx, &c, clock_now_ms()) : NULL;
	store_reader_put(e->store, tx);
	if (got < 0 || (got == 0 && !*ret_text))
		return -1;
	*ret_over = got == 1 || is_over(&c);
	return 0;
}

static void read_campaign(struct events *e, int64_t campaign_no)
{
	char *text = NULL;
	bool over = false;
	if (read_one(e, campaign_no, &text, &over) < 0)
		return; /* the next turn may do better */
	pthread_mutex_lock(&e->lock);
	struct topic *t = topic_find(e, campaign_no, 0);
	if (t)
		topic_tell(t, text, over);
	else
		free(text);
	pthread_mutex_unlock(&e->lock);
}

/* The lock is held. */
static void take_news(struct topic *t, struct feed_news *news)
{
	if (!t || !news)
		feed_drop(news);
	else if (feed_take(t->feed, news))
		topic_wake(t);
}

/* False: nobody listens to it yet. */
static bool look_at(struct events *e, int64_t account_no, struct arena *arena, struct feed_look *ret)
{
	*ret = (struct feed_look){.account_no = account_no};
	pthread_mutex_lock(&e->lock);
	const struct topic *known = topic_find(e, 0, account_no);
	if (known)
		feed_look(known->feed, arena, ret);
	pthread_mutex_unlock(&e->lock);
	return known != NULL;
}

static void read_account(struct events *e, int64_t account_no)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct feed_look look;
	struct store_tx *tx = store_reader_take(e->store);
	pthread_mutex_lock(&e->reading);
	if (look_at(e, account_no, arena, &look) && store_snapshot(tx) == 0) {
		struct feed_news *news = feed_read(tx, &look, clock_now_ms());
		pthread_mutex_lock(&e->lock);
		take_news(topic_find(e, 0, account_no), news);
		pthread_mutex_unlock(&e->lock);
	}
	pthread_mutex_unlock(&e->reading);
	store_reader_put(e->store, tx);
}

static void read_all(struct events *e)
{
	struct {
		int64_t campaign_no, account_no;
	} topic[EVENTS_MAX_LISTENERS];
	int n = 0;
	if (dismiss_unallowed(e) < 0)
		return; /* the next turn may do better */
	pthread_mutex_lock(&e->lock);
	for (struct topic *t = e->topics; t && n < EVENTS_MAX_LISTENERS; t = t->next) {
		topic[n].campaign_no = t->campaign_no;
		topic[n++].account_no = t->account_no;
	}
	pthread_mutex_unlock(&e->lock);
	for (int i = 0; i < n; i++) {
		if (topic[i].account_no)
			read_account(e, topic[i].account_no);
		else
			read_campaign(e, topic[i].campaign_no);
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
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at); /* what conditions go by */
	usec_t wait = until - clock_mono_us(), at_us = (usec_t)at.tv_sec * 1000000 + at.tv_nsec / 1000 + (wait > 0 ? wait : 0);
	at = (struct timespec){.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
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
	pthread_mutex_init(&e->reading, NULL);
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
	pthread_mutex_destroy(&e->reading);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

/* ---- the call ---- */

static int refuse_more(struct api_call *call)
{
	fault_add(&call->faults, FAULT_OVERLOADED, NULL, "As many listen to events as the server serves at a time: try again");
	return 1;
}

static void put_headers(struct api_call *call)
{
	http_add_header(call->req, "Cache-Control", "no-cache");
	http_add_header(call->req, "X-Accel-Buffering", "no");
}

static bool listen_to(struct events *e, struct listener *l, const struct campaign *c, char *text)
{
	pthread_mutex_lock(&e->lock);
	bool room = e->n_listeners < EVENTS_MAX_LISTENERS;
	if (room) {
		struct topic *t = topic_open(e, c->no, 0);
		topic_tell(t, text, is_over(c));
		listener_join(t, l);
	}
	pthread_mutex_unlock(&e->lock);
	if (!room)
		free(text);
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
	char *text = campaigns_live_text(tx, &c, call->now);
	if (!text)
		return -1;
	if (!listen_to(l->events, l, &c, text))
		return refuse_more(call);
	put_headers(call);
	return 0;
}

static bool listen_to_account(struct events *e, struct listener *l, int64_t account_no, struct feed_news *news)
{
	pthread_mutex_lock(&e->lock);
	bool room = e->n_listeners < EVENTS_MAX_LISTENERS;
	if (room) {
		struct topic *t = topic_open(e, 0, account_no);
		take_news(t, news);
		listener_join(t, l);
	}
	pthread_mutex_unlock(&e->lock);
	if (!room)
		feed_drop(news);
	return room;
}

/* Whoever comes brings what there is. */
static int come(struct store_tx *tx, struct api_call *call, struct listener *l)
{
	struct feed_look look;
	look_at(l->events, call->key.account_no, call->arena, &look);
	struct feed_news *news = feed_read(tx, &look, call->now);
	if (!news)
		return -1;
	return listen_to_account(l->events, l, call->key.account_no, news) ? 0 : refuse_more(call);
}

static int account_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct listener *l = call->state;
	pthread_mutex_lock(&l->events->reading);
	int result = come(tx, call, l);
	pthread_mutex_unlock(&l->events->reading);
	if (result == 0)
		put_headers(call);
	return result;
}

static void listen_by(struct api_call *call, store_run_fn *run)
{
	struct listener *l = arena_alloc(call->arena, sizeof(*l));
	*l = (struct listener){.events = call->api->events, .req = call->req, .by = authenticate_authority(call)};
	call->state = l;
	call->content_type = "text/event-stream";
	call_stream(call, run, &(struct http_stream){produce, closed, l});
}

void campaigns_events(struct api_call *call)
{
	listen_by(call, listen_run);
}

void events_account(struct api_call *call)
{
	listen_by(call, account_run);
}
