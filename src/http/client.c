#include "http/client.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "http/client_internal.h"

#define CLIENT_MAX_LINE_BYTES ((size_t)16 * 1024)

/* A socket that libcurl wants to be told about. Two events, so that turning one direction on or off costs the
 * kernel one change. */
struct watch {
	struct event in;
	struct event out;
	struct watch *next_spare;
};

static void finish(struct http_call *call, CURLcode code, bool canceled);
static void finish_done(struct http_client *client);

/* ---- events to libcurl ---- */

static void on_socket(evutil_socket_t fd, short events, void *arg)
{
	struct http_client *client = arg;
	int mask = 0;
	int n_running = 0;
	if (events & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (events & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(client->multi, fd, mask, &n_running);
	FAILPOINT(wire_after);
	finish_done(client);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	struct http_client *client = arg;
	int n_running = 0;
	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
	FAILPOINT(wire_after);
	finish_done(client);
}

/* Our own, since libcurl watches no time-out of a call that waits for a free connection. */
static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	finish(arg, CURLE_OPERATION_TIMEDOUT, false);
}

/* ---- libcurl to events ---- */

static struct timeval span(long ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
	(void)multi;
	struct http_client *client = arg;
	if (timeout_ms < 0) {
		evtimer_del(client->timer);
	} else if (timeout_ms == 0) {
		/* Not by a timer of no time: that would cost a turn of the loop and its wait. */
		event_active(client->timer, EV_TIMEOUT, 1);
	} else {
		const struct timeval delay = span(timeout_ms);
		evtimer_add(client->timer, &delay);
	}
	return 0;
}

static struct watch *watch_take(struct http_client *client, curl_socket_t fd)
{
	struct watch *watch = client->spare;
	if (watch)
		client->spare = watch->next_spare;
	else
		watch = calloc(1, sizeof(*watch));
	if (!watch)
		abort();
	event_assign(&watch->in, client->base, fd, EV_READ | EV_PERSIST, on_socket, client);
	event_assign(&watch->out, client->base, fd, EV_WRITE | EV_PERSIST, on_socket, client);
	curl_multi_assign(client->multi, fd, watch);
	return watch;
}

static void watch_put(struct http_client *client, struct watch *watch)
{
	event_del(&watch->in);
	event_del(&watch->out);
	watch->next_spare = client->spare;
	client->spare = watch;
}

static void watch_turn(struct event *event, bool on)
{
	if (on)
		event_add(event, NULL);
	else
		event_del(event);
}

static int set_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	(void)easy;
	struct http_client *client = arg;
	struct watch *watch = socket_arg;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_put(client, watch);
		return 0;
	}
	if (!watch)
		watch = watch_take(client, fd);
	watch_turn(&watch->in, (what & CURL_POLL_IN) != 0);
	watch_turn(&watch->out, (what & CURL_POLL_OUT) != 0);
	return 0;
}

/* ---- calls ---- */

static struct http_call *idle_take(struct http_client *client)
{
	struct http_call *call = client->idle;
	if (!call) {
		call = transfer_create(client);
		evtimer_assign(&call->deadline, client->base, on_deadline, call);
		return call;
	}
	client->idle = call->next;
	client->n_idle--;
	return call;
}

static void idle_put(struct http_client *client, struct http_call *call)
{
	if (client->n_idle >= client->options.max_connections) {
		transfer_destroy(call);
		return;
	}
	transfer_clear(call);
	call->next = client->idle;
	client->idle = call;
	client->n_idle++;
}

static void active_link(struct http_client *client, struct http_call *call)
{
	call->prev = NULL;
	call->next = client->active;
	if (client->active)
		client->active->prev = call;
	client->active = call;
	client->n_active++;
}

static void active_unlink(struct http_client *client, struct http_call *call)
{
	if (call->prev)
		call->prev->next = call->next;
	else
		client->active = call->next;
	if (call->next)
		call->next->prev = call->prev;
	client->n_active--;
}

int http_client_start(struct http_client *client, const struct http_call_options *options, http_done_fn *done, void *arg)
{
	if (client->closing)
		return -1;
	struct http_call *call = idle_take(client);
	if (transfer_prepare(call, options) < 0 || curl_multi_add_handle(client->multi, call->easy) != CURLM_OK) {
		idle_put(client, call);
		return -1;
	}
	call->done = done;
	call->arg = arg;
	const struct timeval deadline = span(options->total_timeout_ms ? options->total_timeout_ms
	                                                               : client->options.total_timeout_ms);
	evtimer_add(&call->deadline, &deadline);
	active_link(client, call);
	return 0;
}

/* Tell the caller, who may start new calls from within. */
static void finish(struct http_call *call, CURLcode code, bool canceled)
{
	struct http_client *client = call->client;
	evtimer_del(&call->deadline);
	curl_multi_remove_handle(client->multi, call->easy);
	active_unlink(client, call);
	struct http_answer answer;
	transfer_judge(call, code, &answer);
	if (canceled && answer.outcome != HTTP_ANSWERED) {
		answer.outcome = HTTP_CANCELED;
		answer.reason = "the client was closed before an answer came";
	}
	call->done(&answer, call->arg);
	idle_put(client, call);
}

static void finish_done(struct http_client *client)
{
	int n_left = 0;
	for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &n_left));) {
		if (message->msg != CURLMSG_DONE)
			continue;
		/* The message is gone with the handle. */
		CURLcode code = message->data.result;
		struct http_call *call = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		finish(call, code, false);
	}
}

unsigned http_client_active(const struct http_client *client)
{
	return client->n_active;
}

/* ---- life cycle ---- */

static CURLcode library_state;

static void init_library(void)
{
	library_state = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *copy(const char *text)
{
	char *ours = text ? strdup(text) : NULL;
	if (text && !ours)
		abort();
	return ours;
}

static void fill_options(struct http_client *client, const struct http_client_options *options)
{
	struct http_client_options *o = &client->options;
	*o = *options;
	o->max_connections = o->max_connections ? o->max_connections : 64;
	o->connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : 10000;
	o->total_timeout_ms = o->total_timeout_ms ? o->total_timeout_ms : 30000;
	o->max_answer_bytes = o->max_answer_bytes ? o->max_answer_bytes : (size_t)1024 * 1024;
	o->ca_file = copy(o->ca_file);
	o->user_agent = copy(o->user_agent);
}

int http_client_create(struct event_base *base, const struct http_client_options *options, struct http_client **ret,
                       struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init_library);
	if (library_state != CURLE_OK)
		return err_set(err, "cannot start libcurl: %s", curl_easy_strerror(library_state));
	struct http_client *client = calloc(1, sizeof(*client));
	if (!client)
		abort();
	client->base = base;
	client->timer = evtimer_new(base, on_timer, client);
	client->multi = curl_multi_init();
	if (!client->timer || !client->multi)
		abort();
	fill_options(client, options);
	buf_init(&client->line, CLIENT_MAX_LINE_BYTES);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, set_watch);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)client->options.max_connections);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->options.max_connections);
	*ret = client;
	return 0;
}

static void free_texts(struct http_client_options *options)
{
	/* Ours since fill_options, only lent as constant. */
	free((char *)(uintptr_t)options->ca_file);
	free((char *)(uintptr_t)options->user_agent);
}

void http_client_destroy(struct http_client *client)
{
	if (!client)
		return;
	client->closing = true;
	while (client->active)
		finish(client->active, CURLE_ABORTED_BY_CALLBACK, true);
	while (client->idle) {
		struct http_call *call = client->idle;
		client->idle = call->next;
		transfer_destroy(call);
	}
	curl_multi_cleanup(client->multi); /* closes the connections, which gives their watches back */
	while (client->spare) {
		struct watch *watch = client->spare;
		client->spare = watch->next_spare;
		free(watch);
	}
	event_free(client->timer);
	buf_fini(&client->line);
	free_texts(&client->options);
	free(client);
}
