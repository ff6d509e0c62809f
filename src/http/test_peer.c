#include "http/test_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void limit_waits(int fd)
{
	struct timeval limit = {.tv_sec = 10};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int peer_connect(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	limit_waits(fd);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	int reason = errno;
	close(fd);
	return -reason;
}

void peer_send_bytes(int fd, const void *data, size_t n_bytes)
{
	const char *at = data;
	while (n_bytes > 0) {
		ssize_t n = send(fd, at, n_bytes, MSG_NOSIGNAL);
		assert_true(n > 0);
		at += n;
		n_bytes -= (size_t)n;
	}
}

void peer_send(int fd, const char *text)
{
	peer_send_bytes(fd, text, strlen(text));
}

/* Byte by byte: nothing that follows the head may be taken. */
static bool read_head(int fd, char *out, size_t max_bytes)
{
	size_t n = 0;
	while (n < 4 || memcmp(out + n - 4, "\r\n\r\n", 4) != 0) {
		assert_true(n + 1 < max_bytes);
		ssize_t got = recv(fd, out + n, 1, 0);
		if (got == 0 && n == 0)
			return false;
		assert_int_equal(got, 1);
		n++;
	}
	out[n] = '\0';
	return true;
}

static size_t content_length(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");
	return field ? strtoul(strchr(field + 2, ':') + 1, NULL, 10) : 0;
}

static void read_exactly(int fd, char *out, size_t n_bytes)
{
	if (n_bytes > 0)
		assert_int_equal(recv(fd, out, n_bytes, MSG_WAITALL), n_bytes);
	out[n_bytes] = '\0';
}

void peer_read_answer(int fd, struct peer_answer *ret)
{
	assert_true(read_head(fd, ret->head, sizeof(ret->head)));
	assert_memory_equal(ret->head, "HTTP/1.1 ", 9);
	ret->status = atoi(ret->head + 9);
	ret->n_body_bytes = content_length(ret->head);
	assert_true(ret->n_body_bytes < sizeof(ret->body));
	read_exactly(fd, ret->body, ret->n_body_bytes);
}

int peer_read_end(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);
	assert_true(n <= 0);
	int reason = n < 0 ? errno : 0;
	assert_int_not_equal(reason, EAGAIN);
	return reason;
}

bool peer_read_request(int fd, char *out, size_t max_bytes)
{
	if (!read_head(fd, out, max_bytes))
		return false;
	size_t n_head = strlen(out);
	size_t n_body = content_length(out);
	assert_true(n_head + n_body < max_bytes);
	read_exactly(fd, out + n_head, n_body);
	return true;
}

void peer_reset(int fd)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void *serve_all(void *arg)
{
	struct peer_server *server = arg;
	for (int n = 0;; n++) {
		int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return NULL;
		limit_waits(fd);
		server->serve(fd, n, server->arg);
	}
}

void peer_server_start(struct peer_server *server, void (*serve)(int fd, int n_before, void *arg), void *arg)
{
	*server = (struct peer_server){.serve = serve, .arg = arg};
	server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	socklen_t n_bytes = sizeof(at);
	assert_int_equal(bind(server->listen_fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(server->listen_fd, 64), 0);
	assert_int_equal(getsockname(server->listen_fd, (struct sockaddr *)&at, &n_bytes), 0);
	server->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, serve_all, server), 0);
}

void peer_server_stop(struct peer_server *server)
{
	shutdown(server->listen_fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listen_fd);
}
