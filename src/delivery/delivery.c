/* The delivery thread: a libevent loop that turns the engine and the management calls whenever there is news (an answer, a job
 * that came back, a notice from another thread) or when they asked to be turned. Idle, it sleeps until the next due time. */
#include "delivery/delivery.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "delivery/engine.h"
#include "delivery/manage.h"
#include "wa/errors.h"
#include "delivery/transport_http.h"

#define CONNECTIONS 4096 /* for messages */
#define MANAGE_CONNECTIONS 64
#define MAX_FED 64 /* senders with new single messages; beyond that everything is looked at */

/* A question to Meta that somebody waits for. */
struct check {
	char *id, *token; /* of a phone number, or with `listed` of a business account */
	delivery_checked_fn *checked;
	delivery_listed_fn *listed;
	void *arg;
	struct check *next;
};

struct delivery {
	struct event_base *base;
	struct event *news;  /* made active by whoever has some */
	struct event *timer; /* the turn that was asked for; this thread's alone */
	struct http_client *messages, *management;
	struct transport_http *transport;
	struct engine *engine;
	struct manage *manage;
	pthread_t thread;
	atomic_bool woken, notified, stopping;
	usec_t stop_by_us;
	pthread_mutex_t lock; /* of what follows */
	struct check *checks;
	int64_t fed[MAX_FED];
	int n_fed;
	struct delivery_stats stats;
};

static void wake(void *arg)
{
	struct delivery *d = arg;
	if (!atomic_exchange(&d->woken, true))
		event_active(d->news, EV_TIMEOUT, 0);
}

static void check_free(struct check *c)
{
	explicit_bzero(c->token, strlen(c->token));
	free(c->token);
	free(c->id);
	free(c);
}

static void start_checks(struct delivery *d)
{
	pthread_mutex_lock(&d->lock);
	struct check *c = d->checks;
	d->checks = NULL;
	pthread_mutex_unlock(&d->lock);
	while (c) {
		struct check *next = c->next;
		if (c->listed)
			manage_list_templates(d->manage, c->id, c->token, c->listed, c->arg);
		else
			manage_check_number(d->manage, c->id, c->token, c->checked, c->arg);
		check_free(c);
		c = next;
	}
}

static void pass_on_singles(struct delivery *d)
{
	int64_t fed[MAX_FED];
	pthread_mutex_lock(&d->lock);
	int n = d->n_fed;
	memcpy(fed, d->fed, (size_t)n * sizeof(*fed));
	d->n_fed = 0;
	pthread_mutex_unlock(&d->lock);
	for (int i = 0; i < n; i++)
		engine_singles(d->engine, fed[i]);
}

static bool is_over(struct delivery *d, usec_t now_us)
{
	if (!atomic_load(&d->stopping))
		return false;
	engine_drain(d->engine);
	manage_drain(d->manage);
	return (engine_is_quiet(d->engine) && manage_is_quiet(d->manage)) || now_us >= d->stop_by_us;
}

static void schedule(struct delivery *d, usec_t wait_us)
{
	if (wait_us < 0) {
		event_del(d->timer);
		return;
	}
	const struct timeval tv = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
	event_add(d->timer, &tv);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *d = arg;
	(void)fd;
	(void)what;
	atomic_store(&d->woken, false);
	struct now now = {.wall = clock_now_ms(), .mono = clock_mono_us()};
	start_checks(d);
	pass_on_singles(d);
	if (atomic_exchange(&d->notified, false))
		manage_notify(d->manage);
	if (is_over(d, now.mono)) {
		event_base_loopbreak(d->base);
		return;
	}
	usec_t wait = engine_turn(d->engine, now), managed = manage_turn(d->manage, now);
	if (is_over(d, now.mono)) { /* this turn may have ended the last of it: nothing would wake us again */
		event_base_loopbreak(d->base);
		return;
	}
	if (wait < 0 || (managed >= 0 && managed < wait))
		wait = managed;
	if (atomic_load(&d->stopping) && (wait < 0 || now.mono + wait > d->stop_by_us))
		wait = d->stop_by_us > now.mono ? d->stop_by_us - now.mono : 0;
	schedule(d, wait);
	pthread_mutex_lock(&d->lock);
	engine_stats(d->engine, &d->stats);
	pthread_mutex_unlock(&d->lock);
}

static void *delivery_main(void *arg)
{
	struct delivery *d = arg;
	event_base_loop(d->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static struct now real_clock(void *arg)
{
	(void)arg;
	return (struct now){.wall = clock_now_ms(), .mono = clock_mono_us()};
}

static void engine_changed(void *arg)
{
	struct delivery *d = arg;
	engine_notify(d->engine);
}

static void manage_news(void *arg)
{
	struct delivery *d = arg;
	manage_notify(d->manage);
	wake(d);
}

static int start_parts(struct delivery *d, const struct delivery_options *o, struct err *err)
{
	/* The lanes bound what is on the wire: nothing may wait for a connection behind another sender's messages. */
	const unsigned connections = o->max_connections ? o->max_connections : CONNECTIONS;
	struct http_client_options http = {
		.max_connections = connections, .ca_file = o->ca_file, .user_agent = "crier/" CRIER_VERSION};
	if (!(d->base = event_base_new()) || !(d->news = event_new(d->base, -1, EV_PERSIST, on_turn, d)) ||
	    !(d->timer = evtimer_new(d->base, on_turn, d)))
		return err_set(err, "no event loop could be made");
	if (http_client_create(d->base, &http, &d->messages, err) < 0)
		return -1;
	http.max_connections = MANAGE_CONNECTIONS;
	if (http_client_create(d->base, &http, &d->management, err) < 0)
		return -1;
	uint64_t seed;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return err_set(err, "the system gives no random bytes");
	d->transport = transport_http_create(d->messages, o->graph_url);
	d->engine = engine_create(&(struct engine_options){.store = o->store,
	                                                   .transport = transport_http_door(d->transport),
	                                                   .name = o->name,
	                                                   .lease = o->lease,
	                                                   .lease_ms = o->lease_ms,
	                                                   .alone = o->alone,
	                                                   .unconfirmed_window_ms = o->unconfirmed_window_ms,
	                                                   .max_inflight = o->max_inflight,
	                                                   .max_connections = connections,
	                                                   .seed = seed,
	                                                   .clock = real_clock,
	                                                   .look = o->look,
	                                                   .look_arg = o->look_arg,
	                                                   .errands = manage_news,
	                                                   .errands_arg = d,
	                                                   .wake = wake,
	                                                   .wake_arg = d});
	d->manage = manage_create(&(struct manage_options){.store = o->store,
	                                                   .client = d->management,
	                                                   .graph_url = o->graph_url,
	                                                   .media_folder = o->media_folder,
	                                                   .lease = o->lease,
	                                                   .poll_ms = o->template_poll_ms,
	                                                   .wake = wake,
	                                                   .wake_arg = d,
	                                                   .changed = engine_changed,
	                                                   .changed_arg = d});
	wake(d);
	return 0;
}

static void free_parts(struct delivery *d)
{
	engine_destroy(d->engine);
	manage_destroy(d->manage);
	transport_http_destroy(d->transport);
	if (d->news)
		event_free(d->news);
	if (d->timer)
		event_free(d->timer);
	if (d->base)
		event_base_free(d->base);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

int delivery_start(const struct delivery_options *options, struct delivery **ret, struct err *err)
{
	if (evthread_use_pthreads() < 0)
		return err_set(err, "the event loop cannot be used with threads");
	struct delivery *d = calloc(1, sizeof(*d));
	if (!d)
		abort();
	pthread_mutex_init(&d->lock, NULL);
	int result = start_parts(d, options, err);
	if (result == 0 && pthread_create(&d->thread, NULL, delivery_main, d) != 0)
		result = err_set(err, "the delivery thread could not be started");
	if (result < 0) {
		http_client_destroy(d->messages);
		http_client_destroy(d->management);
		free_parts(d);
		return -1;
	}
	pthread_setname_np(d->thread, "delivery");
	*ret = d;
	return 0;
}

/* The thread has ended. Calls still open are told so now; what they mean is recorded before everything goes. */
static void stop_rest(struct delivery *d)
{
	if (http_client_active(d->messages) > 0)
		log_warn("delivery", "stopping with messages on the wire; they are unconfirmed",
		         log_i("messages", http_client_active(d->messages)));
	http_client_destroy(d->messages);
	http_client_destroy(d->management);
	usec_t give_up = clock_mono_us() + 5000000;
	while ((!engine_is_quiet(d->engine) || !manage_is_quiet(d->manage)) && clock_mono_us() < give_up) {
		struct now now = real_clock(NULL);
		usec_t wait = engine_turn(d->engine, now);
		manage_turn(d->manage, now);
		schedule(d, wait >= 0 && wait < 100000 ? wait : 100000);
		event_base_loop(d->base, EVLOOP_ONCE);
	}
}

void delivery_stop(struct delivery *d, int timeout_ms)
{
	if (!d)
		return;
	d->stop_by_us = clock_mono_us() + (usec_t)timeout_ms * 1000;
	atomic_store(&d->stopping, true);
	wake(d);
	pthread_join(d->thread, NULL);
	start_checks(d); /* whoever waits for one is told */
	stop_rest(d);
	free_parts(d);
}

void delivery_notify(struct delivery *d)
{
	atomic_store(&d->notified, true);
	engine_tell(d->engine);
	engine_notify(d->engine);
}

void delivery_missed(struct delivery *d)
{
	engine_missed(d->engine);
}

void delivery_notify_singles(struct delivery *d, int64_t sender_no)
{
	bool known = false;
	pthread_mutex_lock(&d->lock);
	for (int i = 0; i < d->n_fed && !known; i++)
		known = d->fed[i] == sender_no;
	bool full = !known && d->n_fed == MAX_FED;
	if (!known && !full)
		d->fed[d->n_fed++] = sender_no;
	pthread_mutex_unlock(&d->lock);
	if (full)
		delivery_notify(d);
	else
		wake(d);
}

static int ask(struct delivery *d, const char *id, const char *token, delivery_checked_fn *checked, delivery_listed_fn *listed,
               void *arg)
{
	if (atomic_load(&d->stopping))
		return -1;
	struct check *c = calloc(1, sizeof(*c));
	if (!c || !(c->id = strdup(id)) || !(c->token = strdup(token)))
		abort();
	c->checked = checked;
	c->listed = listed;
	c->arg = arg;
	pthread_mutex_lock(&d->lock);
	c->next = d->checks;
	d->checks = c;
	pthread_mutex_unlock(&d->lock);
	wake(d);
	return 0;
}

int delivery_check_number(struct delivery *d, const char *phone_number_id, const char *access_token, delivery_checked_fn *done,
                          void *arg)
{
	return ask(d, phone_number_id, access_token, done, NULL, arg);
}

int delivery_list_templates(struct delivery *d, const char *waba_id, const char *access_token, delivery_listed_fn *done,
                            void *arg)
{
	return ask(d, waba_id, access_token, NULL, done, arg);
}

void delivery_stats(struct delivery *d, struct delivery_stats *ret)
{
	pthread_mutex_lock(&d->lock);
	*ret = d->stats;
	pthread_mutex_unlock(&d->lock);
}

void delivery_error_words(int code, const char **ret_meaning, const char **ret_remedy)
{
	if (code == 0) { /* a failure by webhook that came without a reason; as an answer 0 is a matter of the token */
		*ret_meaning = "WhatsApp reported a failure without saying why.";
		*ret_remedy = "Nothing can be done about this one message.";
		return;
	}
	const struct wa_error_rule *rule = wa_error_words(code);
	*ret_meaning = rule->meaning;
	*ret_remedy = rule->remedy;
}
