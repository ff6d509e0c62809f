#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/server_internal.h"

/* ---- the listening socket ---- */

static int listen_on(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
	if (fd < 0)
		return -1;
	int on = 1;
	int off = 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
		int reason = errno;
		close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

static int open_listener(const struct http_server_options *options, int *ret_fd, struct err *err)
{
	char service[8];
	snprintf(service, sizeof(service), "%u", options->port);
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *addresses = NULL;
	int rc = getaddrinfo(options->host, service, &hints, &addresses);
	if (rc != 0)
		return err_set(err, "cannot find the address \"%s\" to listen on: %s", options->host, gai_strerror(rc));
	int fd = -1;
	for (const struct addrinfo *address = addresses; address && fd < 0; address = address->ai_next)
		fd = listen_on(address);
	int reason = errno;
	freeaddrinfo(addresses);
	if (fd < 0)
		return err_set(err, "cannot listen on %s port %s: %s", options->host, service, strerror(reason));
	*ret_fd = fd;
	return 0;
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t n_bytes = sizeof(address);
	if (getsockname(fd, (struct sockaddr *)&address, &n_bytes) < 0)
		return 0;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (address.ss_family == AF_INET) {
		memcpy(&v4, &address, sizeof(v4));
		return ntohs(v4.sin_port);
	}
	memcpy(&v6, &address, sizeof(v6));
	return ntohs(v6.sin6_port);
}

/* ---- life cycle ---- */

static struct http_server *server_create(const struct http_server_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));
	if (!server)
		abort();
	server->options = *options;
	struct http_server_options *o = &server->options;
	o->n_threads = o->n_threads ? o->n_threads : 2;
	o->max_connections = o->max_connections ? o->max_connections : 1000;
	o->max_target_bytes = o->max_target_bytes ? o->max_target_bytes : 8192;
	o->max_header_bytes = o->max_header_bytes ? o->max_header_bytes : 16384;
	o->request_timeout_ms = o->request_timeout_ms ? o->request_timeout_ms : 30000;
	o->max_body_memory_bytes = o->max_body_memory_bytes ? o->max_body_memory_bytes : (size_t)256 << 20;
	if (o->n_threads > o->max_connections)
		o->n_threads = o->max_connections;
	server->listen_fd = -1;

	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return server;
}

void server_free(struct http_server *server)
{
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* Memory of a connection: the header section is in it, and again as much for its records and the answer's
 * header section. It is wiped between two requests, so more would cost each of them. */
static size_t connection_bytes(const struct http_server_options *options)
{
	return 2 * (options->max_target_bytes + options->max_header_bytes) + 16 * (size_t)1024;
}

static struct MHD_Daemon *start_daemon(struct http_server *server)
{
	const struct http_server_options *options = &server->options;
	return MHD_start_daemon(MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	                        exchange_access, server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
	                        options->max_connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_bytes(options),
	                        MHD_OPTION_URI_LOG_CALLBACK, exchange_target, server, MHD_OPTION_UNESCAPE_CALLBACK,
	                        exchange_unescape, server, MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, server,
	                        MHD_OPTION_NOTIFY_CONNECTION, connections_notify, server, MHD_OPTION_THREAD_POOL_SIZE,
	                        options->n_threads, MHD_OPTION_END);
}

int http_server_start(const struct http_server_options *options, struct http_server **ret, struct err *err)
{
	struct http_server *server = server_create(options);
	if (open_listener(&server->options, &server->listen_fd, err) < 0) {
		server_free(server);
		return -1;
	}
	server->port = bound_port(server->listen_fd);
	if (connections_start(server, err) < 0) {
		close(server->listen_fd);
		server_free(server);
		return -1;
	}
	errno = 0;
	server->daemon = start_daemon(server);
	if (!server->daemon) {
		connections_stop(server);
		/* The library closed the socket. */
		err_set(err, "cannot start the HTTP threads: %s", errno ? strerror(errno) : "the library refused");
		server_free(server);
		return -1;
	}
	*ret = server;
	return 0;
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

void http_server_quiesce(struct http_server *server)
{
	if (atomic_exchange(&server->quiesced, true))
		return;
	server->listen_fd = MHD_quiesce_daemon(server->daemon);
	/* A thread may still poll it: refuse connections now, close it when the threads are gone. */
	shutdown(server->listen_fd, SHUT_RDWR);
	pthread_mutex_lock(&server->lock);
	stream_wake_all(server);
	pthread_mutex_unlock(&server->lock);
}

/* Streams that were asleep come to their end at once; others are not waited for longer than this. */
#define STREAMS_END_MS 1000

static struct timespec after_ms(int ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

static void wait_until_idle(struct http_server *server, int timeout_ms)
{
	struct timespec until = after_ms(timeout_ms),
			streams_until = after_ms(timeout_ms < STREAMS_END_MS ? timeout_ms : STREAMS_END_MS);
	int rc = 0;
	while (server->n_active > 0 && rc == 0)
		rc = pthread_cond_timedwait(&server->changed, &server->lock, &streams_until);
	rc = 0;
	while (server->n_active > server->n_streams && rc == 0)
		rc = pthread_cond_timedwait(&server->changed, &server->lock, &until);
}

void http_server_stop(struct http_server *server, int timeout_ms)
{
	if (!server)
		return;
	http_server_quiesce(server);
	pthread_mutex_lock(&server->lock);
	wait_until_idle(server, timeout_ms);
	server->stopping = true;
	turn_drop_kept(server);
	stream_wake_all(server);
	pthread_mutex_unlock(&server->lock);

	MHD_stop_daemon(server->daemon);
	connections_stop(server);
	close(server->listen_fd);

	pthread_mutex_lock(&server->lock);
	server->owner_gone = true;
	bool orphaned = server->n_active > 0;
	pthread_mutex_unlock(&server->lock);
	if (!orphaned)
		server_free(server);
}

unsigned http_server_active(const struct http_server *server)
{
	/* The lock is no part of what the caller sees as constant. */
	struct http_server *mine = (struct http_server *)(uintptr_t)server;
	pthread_mutex_lock(&mine->lock);
	unsigned n = mine->n_active;
	pthread_mutex_unlock(&mine->lock);
	return n;
}
