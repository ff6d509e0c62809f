/* The server's connections: how long each may take to bring its request and to take its answer, and who goes when there are too
 * many.
 *
 * libmicrohttpd would close a connection that is silent, without a word, and only such: one that sends or takes a byte now and
 * then is never silent, and a thousand of them would keep everyone out. So a request must be here within request_timeout_ms, and
 * its body besides no slower than CONNECTIONS_BODY_RATE and never silent for so long; and of what of an answer waits for the
 * client, that much time must take CONNECTIONS_ANSWER_RATE or all there was. A thread looks after that. And before the last
 * places are taken, one goes: the one that has waited longest without a request; where all those have only just come, the slowest
 * that sends a body or takes an answer, so that slow clients cannot keep newcomers out; else the oldest of the newcomers. Never
 * one that waits for us, be it for an answer or for the next piece of a stream.
 *
 * How far a client is with its answer the kernel knows: what was sent and is not acknowledged waits for the client. A client's
 * own kernel acknowledges what its buffers have room for, so a client that reads slowly comes to be seen once they are full.
 *
 * A connection is ended by shutting its socket down, upon which its own thread finds it closed; the socket cannot be another's
 * meanwhile, because libmicrohttpd tells us before it closes one, and that takes the same lock. */

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "http/server_internal.h"

#define LOOKS_A_TIMEOUT 8 /* a request is at most an eighth longer on its way than it may */
#define NEWCOMER_SHARE 8  /* of the time a request may take, a connection counts as one that has only just come */
#define HEAD_START 1024   /* bytes that are taken as moved, so that who has only just begun is not the slowest */

#define MAX_LATE_BYTES 8192 /* of the answer to one that is late */

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

/* ---- how a client takes its answer ---- */

/* The bytes that wait for the client, 0 none; *ret_taken: those that it took of all that was ever sent to it. */
static uint64_t unread(const struct http_connection *c, uint64_t *ret_taken)
{
	struct tcp_info info = {0};
	socklen_t n_info = sizeof(info);
	int n_bytes = 0;
	if (ioctl(c->fd, SIOCOUTQ, &n_bytes) < 0 || n_bytes <= 0 || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n_info) < 0)
		return 0;
	*ret_taken = info.tcpi_bytes_acked;
	return (uint64_t)n_bytes;
}

/* Is the client waited for? If so, since when, and how much of what it is to take by the end of a time limit it took. */
static bool is_reading(struct http_connections *all, struct http_connection *c, usec_t now)
{
	uint64_t taken = 0, n_bytes = unread(c, &taken), most = (uint64_t)all->limit_us * CONNECTIONS_ANSWER_RATE / 1000000;
	bool begins = c->to_take == 0 || taken - c->taken_before >= c->to_take;
	if (n_bytes == 0 || begins) {
		c->to_take = n_bytes < most ? n_bytes : most;
		c->taken_before = taken;
		c->since = now;
	}
	c->n_taken = taken - c->taken_before;
	return n_bytes > 0;
}

/* ---- ending one ---- */

static void answer_late(struct http_connections *all, const struct http_connection *c)
{
	const struct http_server_options *o = &all->server->options;
	buf_auto struct buf answer;
	buf_init(&answer, MAX_LATE_BYTES);
	if (o->late)
		o->late(c->req, &answer, o->arg);
	if (!o->late || answer.overflow) {
		buf_reset(&answer);
		buf_adds(&answer, too_slow);
	}
	(void)send(c->fd, answer.data, answer.len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A client in the midst of its request gets an answer. What waits for one that does not take it is thrown away. */
static void end(struct http_connections *all, struct http_connection *c)
{
	if (c->ended)
		return;
	c->ended = true;
	all->n_open--;
	if (c->stage == HTTP_STAGE_HEADER || c->stage == HTTP_STAGE_BODY)
		answer_late(all, c);
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	if (c->stage == HTTP_STAGE_ANSWER)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	shutdown(c->fd, SHUT_RDWR);
}

static bool is_late(struct http_connections *all, struct http_connection *c, usec_t now)
{
	if (c->stage == HTTP_STAGE_ANSWER)
		return is_reading(all, c, now) && now - c->since > all->limit_us;
	uint64_t n_bytes = atomic_load(&c->n_body_bytes);
	if (n_bytes != c->n_seen) {
		c->n_seen = n_bytes;
		c->moved = now;
	}
	return now - c->moved > all->limit_us ||
	       now - c->since > all->limit_us + (usec_t)(n_bytes / CONNECTIONS_BODY_RATE) * 1000000;
}

static void end_the_late(struct http_connections *all)
{
	usec_t now = clock_mono_us();
	for (struct http_connection *c = all->first; c; c = c->next)
		if (!c->ended && is_late(all, c, now))
			end(all, c);
}

/* Bytes a second, of a body that comes or an answer that goes. */
static double rate(const struct http_connection *c, usec_t now)
{
	uint64_t n_bytes = c->stage == HTTP_STAGE_BODY ? atomic_load(&c->n_body_bytes) : c->n_taken;
	return (double)(n_bytes + HEAD_START) * 1e6 / (double)(now - c->since + 1);
}

/* The last in the list has only just come and is not looked at. NULL: all wait for us. */
static struct http_connection *least_deserving(struct http_connections *all)
{
	usec_t now = clock_mono_us();
	struct http_connection *waiting = NULL, *slowest = NULL;
	for (struct http_connection *c = all->first; c && c != all->last; c = c->next) {
		if (c->ended || (c->stage == HTTP_STAGE_ANSWER && !is_reading(all, c, now)))
			continue;
		if (c->stage == HTTP_STAGE_IDLE || c->stage == HTTP_STAGE_HEADER)
			waiting = waiting ? waiting : c;
		else if (!slowest || rate(c, now) < rate(slowest, now))
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
		end(all, found);
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
	all->server = server;
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
		c->since = c->moved = clock_mono_us();
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

void connections_stage(struct http_server *server, struct MHD_Connection *connection, enum http_stage stage,
                       const struct http_request *req)
{
	struct http_connections *all = of(server);
	struct http_connection *c = connection_of(connection);
	pthread_mutex_lock(&all->lock);
	c->stage = stage;
	c->req = req;
	if (stage != HTTP_STAGE_HEADER) {
		c->since = c->moved = clock_mono_us();
		c->to_take = 0;
		c->n_seen = 0;
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
