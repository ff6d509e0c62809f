/* The server's connections: how long each may take to bring its request, and who goes when there are too many.
 *
 * libmicrohttpd closes a connection that is silent. One that sends a byte now and then is never silent, and a thousand such
 * would keep everyone out. So a request must be here within request_timeout_ms, and its body besides no slower than
 * CONNECTIONS_BODY_RATE; a thread looks after that. And before the last places are taken, one goes: the one that has waited
 * longest without a request; where all those have only just come, the slowest body, so that slow bodies cannot keep newcomers
 * out; else the oldest of the newcomers. Never one whose request is being answered.
 *
 * A connection is ended by shutting its socket down, upon which its own thread finds it closed; the socket cannot be another's
 * meanwhile, because libmicrohttpd tells us before it closes one, and that takes the same lock. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "http/server_internal.h"

#define LOOKS_A_TIMEOUT 8 /* a request is at most an eighth longer on its way than it may */
#define NEWCOMER_SHARE 8  /* of the time a request may take, a connection counts as one that has only just come */

static const char too_slow[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

static struct http_connections *of(struct http_server *server)
{
	return &server->connections;
}

/* ---- the list, the longest waiting first; its lock is held ---- */

static void unlink_one(struct http_connections *all, struct http_connection *c)
{
	*(c->prev ? &c->prev->next : &all->first) = c->next;
	*(c->next ? &c->next->prev : &all->last) = c->prev;
}

static void link_last(struct http_connections *all, struct http_connection *c)
{
	c->prev = all->last;
	c->next = NULL;
	*(all->last ? &all->last->next : &all->first) = c;
	all->last = c;
}

/* ---- ending one ---- */

/* `told`: the client is in the midst of a request, so it gets an answer. */
static void end(struct http_connections *all, struct http_connection *c, bool told)
{
	if (c->ended)
		return;
	c->ended = true;
	all->n_open--;
	if (told)
		(void)send(c->fd, too_slow, sizeof(too_slow) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(c->fd, SHUT_RDWR);
}

static bool is_late(const struct http_connection *c, usec_t now, usec_t limit)
{
	if (c->stage == HTTP_STAGE_ANSWER)
		return false;
	uint64_t n_bytes = atomic_load(&c->n_body_bytes);
	return now - c->since > limit + (usec_t)(n_bytes / CONNECTIONS_BODY_RATE) * 1000000;
}

static void end_the_late(struct http_connections *all)
{
	usec_t now = clock_mono_us();
	for (struct http_connection *c = all->first; c; c = c->next)
		if (is_late(c, now, all->limit_us))
			end(all, c, c->stage != HTTP_STAGE_IDLE);
}

/* Bytes a second, of what came of the body. */
static double body_rate(const struct http_connection *c, usec_t now)
{
	return (double)atomic_load(&c->n_body_bytes) * 1e6 / (double)(now - c->since + 1);
}

/* The last in the list has only just come and is not looked at. NULL: all are being answered. */
static struct http_connection *least_deserving(struct http_connections *all)
{
	usec_t now = clock_mono_us();
	struct http_connection *waiting = NULL, *slowest = NULL;
	for (struct http_connection *c = all->first; c && c != all->last; c = c->next) {
		if (c->ended || c->stage == HTTP_STAGE_ANSWER)
			continue;
		if (c->stage != HTTP_STAGE_BODY)
			waiting = waiting ? waiting : c;
		else if (!slowest || body_rate(c, now) < body_rate(slowest, now))
			slowest = c;
		if (waiting && now - waiting->since > all->limit_us / NEWCOMER_SHARE)
			return waiting;
	}
	return slowest ? slowest : waiting;
}

static void make_room(struct http_connections *all)
{
	if (all->n_open <= all->max_open)
		return;
	struct http_connection *found = least_deserving(all);
	if (found)
		end(all, found, found->stage != HTTP_STAGE_IDLE);
}

/* ---- the thread ---- */

static void *look_after(void *arg)
{
	struct http_connections *all = of(arg);
	pthread_mutex_lock(&all->lock);
	while (!all->closing) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		usec_t pause = all->limit_us / LOOKS_A_TIMEOUT;
		until.tv_sec += pause / 1000000 + (until.tv_nsec + pause % 1000000 * 1000) / 1000000000;
		until.tv_nsec = (until.tv_nsec + pause % 1000000 * 1000) % 1000000000;
		if (!all->first)
			pthread_cond_wait(&all->news, &all->lock);
		else if (pthread_cond_timedwait(&all->news, &all->lock, &until) != 0)
			end_the_late(all);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

int connections_start(struct http_server *server, struct err *err)
{
	struct http_connections *all = of(server);
	const struct http_server_options *o = &server->options;
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&all->news, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&all->lock, NULL);
	all->limit_us = (usec_t)o->request_timeout_ms * 1000;
	all->max_open = o->max_connections - o->max_connections / 10 - (o->max_connections > 1);
	if (pthread_create(&all->thread, NULL, look_after, server) != 0) {
		pthread_mutex_destroy(&all->lock);
		pthread_cond_destroy(&all->news);
		return err_set(err, "a thread of the HTTP server could not be started");
	}
	return 0;
}

void connections_stop(struct http_server *server)
{
	struct http_connections *all = of(server);
	pthread_mutex_lock(&all->lock);
	all->closing = true;
	pthread_cond_signal(&all->news);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->thread, NULL);
	pthread_mutex_destroy(&all->lock);
	pthread_cond_destroy(&all->news);
}

/* ---- libmicrohttpd's side ---- */

void connections_notify(void *cls, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
	struct http_connections *all = of(cls);
	pthread_mutex_lock(&all->lock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		struct http_connection *c = calloc(1, sizeof(*c));
		if (!c)
			abort();
		c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		c->since = clock_mono_us();
		*context = c;
		if (!all->first)
			pthread_cond_signal(&all->news);
		link_last(all, c);
		all->n_open++;
		make_room(all);
	} else {
		struct http_connection *c = *context;
		unlink_one(all, c);
		all->n_open -= !c->ended;
		free(c);
	}
	pthread_mutex_unlock(&all->lock);
}

static struct http_connection *connection_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void connections_stage(struct http_server *server, struct MHD_Connection *connection, enum http_stage stage)
{
	struct http_connections *all = of(server);
	struct http_connection *c = connection_of(connection);
	pthread_mutex_lock(&all->lock);
	c->stage = stage;
	if (stage == HTTP_STAGE_IDLE || stage == HTTP_STAGE_BODY) {
		c->since = clock_mono_us();
		atomic_store(&c->n_body_bytes, 0);
	}
	if (stage == HTTP_STAGE_IDLE) {
		unlink_one(all, c);
		link_last(all, c);
	}
	pthread_mutex_unlock(&all->lock);
}

void connections_body(struct MHD_Connection *connection, size_t n_bytes)
{
	atomic_fetch_add(&connection_of(connection)->n_body_bytes, n_bytes);
}
