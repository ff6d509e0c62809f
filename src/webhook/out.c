/* The outgoing thread: a libevent loop that turns the engine whenever there is news (events, answers, a job that came back) or
 * when it asked to be turned. Its own thread and its own connections, so that nothing of delivery's waits for a stranger's
 * server. */
#include "webhook/out.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

#include "webhook/out_engine.h"

#define CONNECTIONS 64 /* to one host */
#define CONNECT_MS 5000
#define ANSWER_MS 10000
#define MAX_ANSWER_BYTES ((size_t)256 * 1024) /* are read, for the connection's sake; the status is the answer */

struct webhook_out {
	struct event_base *base;
	struct event *news, *timer;
	struct http_client *client;
	struct out_door door;
	struct out_engine *engine;
	struct store *store;
	const struct lease *lease;
	pthread_t thread;
	atomic_bool woken, stopping;
	usec_t stop_by_us;
	pthread_mutex_t lock; /* of what follows */
	struct webhook_out_stats stats;
};

static void wake(void *arg)
{
	struct webhook_out *o = arg;
	if (!atomic_exchange(&o->woken, true))
		event_active(o->news, EV_TIMEOUT, 0);
}

static void on_store_news(void *arg)
{
	struct webhook_out *o = arg;
	out_engine_notify(o->engine);
}

static int post(void *self, const char *url, const char *const *headers, const char *body, size_t n_bytes, http_done_fn *done,
                void *arg)
{
	struct webhook_out *o = self;
	return http_client_start(o->client,
	                         &(struct http_call_options){.method = "POST",
	                                                     .url = url,
	                                                     .content_type = "application/json",
	                                                     .headers = headers,
	                                                     .not_after_us = atomic_load(&o->lease->until_us),
	                                                     .body = body,
	                                                     .n_body_bytes = n_bytes},
	                         done, arg);
}

static void schedule(struct webhook_out *o, msec_t wait)
{
	if (wait < 0) {
		event_del(o->timer);
		return;
	}
	const struct timeval tv = {.tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000};
	event_add(o->timer, &tv);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct webhook_out *o = arg;
	(void)fd;
	(void)what;
	atomic_store(&o->woken, false);
	bool stopping = atomic_load(&o->stopping);
	if (stopping)
		out_engine_drain(o->engine);
	msec_t wait = out_engine_turn(o->engine, clock_now_ms());
	pthread_mutex_lock(&o->lock);
	out_engine_stats(o->engine, &o->stats);
	pthread_mutex_unlock(&o->lock);
	if (stopping) {
		usec_t left = o->stop_by_us - clock_mono_us();
		if (out_engine_is_quiet(o->engine) || left <= 0) {
			event_base_loopbreak(o->base);
			return;
		}
		wait = wait >= 0 && wait < left / 1000 ? wait : left / 1000 + 1;
	}
	schedule(o, wait);
}

static void *out_main(void *arg)
{
	struct webhook_out *o = arg;
	event_base_loop(o->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static int start_parts(struct webhook_out *o, const struct webhook_out_options *options, struct err *err)
{
	uint64_t seed;
	if (!(o->base = event_base_new()) || !(o->news = event_new(o->base, -1, EV_PERSIST, on_turn, o)) ||
	    !(o->timer = evtimer_new(o->base, on_turn, o)))
		return err_set(err, "no event loop could be made");
	if (http_client_create(o->base,
	                       &(struct http_client_options){.max_connections = CONNECTIONS,
	                                                     .connect_timeout_ms = CONNECT_MS,
	                                                     .total_timeout_ms = ANSWER_MS,
	                                                     .max_answer_bytes = MAX_ANSWER_BYTES,
	                                                     .head_suffices = true,
	                                                     .ca_file = options->ca_file,
	                                                     .user_agent = "crier/" CRIER_VERSION,
	                                                     .public_only = !options->allow_private},
	                       &o->client, err) < 0)
		return -1;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return err_set(err, "the system gives no random bytes");
	o->door = (struct out_door){.self = o, .post = post};
	o->engine = out_engine_create(&(struct out_engine_options){.store = o->store,
	                                                           .door = &o->door,
	                                                           .lease = options->lease,
	                                                           .hex_signature = options->hex_signature,
	                                                           .seed = seed,
	                                                           .wake = wake,
	                                                           .wake_arg = o});
	return 0;
}

static void free_parts(struct webhook_out *o)
{
	out_engine_destroy(o->engine);
	if (o->news)
		event_free(o->news);
	if (o->timer)
		event_free(o->timer);
	if (o->base)
		event_base_free(o->base);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

int webhook_out_start(const struct webhook_out_options *options, struct webhook_out **ret, struct err *err)
{
	if (evthread_use_pthreads() < 0)
		return err_set(err, "the event loop cannot be used with threads");
	struct webhook_out *o = calloc(1, sizeof(*o));
	if (!o)
		abort();
	o->store = options->store;
	o->lease = options->lease;
	pthread_mutex_init(&o->lock, NULL);
	int result = start_parts(o, options, err);
	if (result == 0 && pthread_create(&o->thread, NULL, out_main, o) != 0)
		result = err_set(err, "the thread of outgoing webhooks could not be started");
	if (result < 0) {
		http_client_destroy(o->client);
		free_parts(o);
		return -1;
	}
	pthread_setname_np(o->thread, "webhooks");
	store_watch(o->store, on_store_news, o);
	wake(o);
	*ret = o;
	return 0;
}

/* The thread has ended. Calls still open are told so now, and recorded as not taken. */
static void stop_rest(struct webhook_out *o)
{
	http_client_destroy(o->client);
	usec_t give_up = clock_mono_us() + 5000000;
	while (!out_engine_is_quiet(o->engine) && clock_mono_us() < give_up) {
		msec_t wait = out_engine_turn(o->engine, clock_now_ms());
		schedule(o, wait >= 0 && wait < 100 ? wait : 100);
		event_base_loop(o->base, EVLOOP_ONCE);
	}
}

void webhook_out_stop(struct webhook_out *o, int timeout_ms)
{
	if (!o)
		return;
	store_watch(o->store, NULL, NULL);
	o->stop_by_us = clock_mono_us() + (usec_t)timeout_ms * 1000;
	atomic_store(&o->stopping, true);
	wake(o);
	pthread_join(o->thread, NULL);
	stop_rest(o);
	free_parts(o);
}

void webhook_out_look(struct webhook_out *o)
{
	out_engine_notify(o->engine);
}

void webhook_out_stats(struct webhook_out *o, struct webhook_out_stats *ret)
{
	pthread_mutex_lock(&o->lock);
	*ret = o->stats;
	pthread_mutex_unlock(&o->lock);
}
