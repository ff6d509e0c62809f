#pragma once
/* For this room's tests: the other end of a connection, in plain sockets on 127.0.0.1. Every wait ends after
 * ten seconds by failing the test. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_answer {
	int status;
	char head[4096]; /* status line and fields, NUL-terminated */
	char body[65536];
	size_t n_body_bytes;
};

int peer_connect(uint16_t port);
void peer_send(int fd, const char *text);
void peer_send_bytes(int fd, const void *data, size_t n_bytes);
/* Read one answer framed by Content-Length (without one: no body). */
void peer_read_answer(int fd, struct peer_answer *ret);
/* Wait for the end of the connection: 0 for FIN, else the errno. Bytes before it fail the test. */
int peer_read_end(int fd);
/* Read one request framed by Content-Length into `out`, NUL-terminated; false when the connection ended before
 * its first byte. */
bool peer_read_request(int fd, char *out, size_t max_bytes);
/* Close with RST. */
void peer_reset(int fd);

/* A server that does what its script says: `serve` is called for one connection after the other, on a thread,
 * and owns the connection's descriptor. */
struct peer_server {
	int listen_fd;
	uint16_t port;
	pthread_t thread;
	void (*serve)(int fd, int n_before, void *arg);
	void *arg;
};

void peer_server_start(struct peer_server *server, void (*serve)(int fd, int n_before, void *arg), void *arg);
void peer_server_stop(struct peer_server *server); /* waits for the connection being served */
