#pragma once
/* The server side of HTTP, behind which libmicrohttpd stands (poll mode, a few threads; its epoll mode
 * stalls with suspended connections in Debian 12's version). The rest of the program sees requests
 * with a whole body, and answers each exactly once, from any thread, now or later.
 *
 * Limits, answered here through `refuse`: target over max_target_bytes 414, header fields over
 * max_header_bytes 431, body over the policy's limit 413 (announced: at once; chunked: when it has ended, or
 * the connection is closed 1 MiB past the limit), a method that is none, a target that cannot be read (a bad escape, not UTF-8,
 * over 64 parameters in the query) or a body whose end is not said once and clearly 400, a body file that cannot be written 500,
 * or 507 when the disk is full, more bodies in memory at once than max_body_memory_bytes 503. A header section several times over
 * its limits, or malformed altogether, is answered by libmicrohttpd with a page of its own. A request that is not whole within
 * request_timeout_ms (a body may take longer as long as it brings 16 KiB a second) is answered 408, through `late`, and its
 * connection closed; so is a connection without a request for that long, and one whose client takes less of its answer than 1 KiB
 * a second and not all of it either. Shortly before max_connections are open the one that has waited longest for its client is
 * closed, or the slowest; never one that waits for us. See connections.c.
 *
 * Connections stay open between requests; one whose announced body was left unread is closed after the answer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct http_server;
struct http_request;

enum http_body_kind {
	HTTP_BODY_MEMORY, /* collected in memory, up to max_body_bytes */
	HTTP_BODY_FILE,   /* written to body_fd as it arrives, up to max_body_bytes */
};

/* What the policy decides when the header section has come, before anything of the body is looked at. */
struct http_policy {
	enum http_body_kind body;
	uint64_t max_body_bytes;
	/* Sees each piece of the body as it comes, before it is kept, on an http thread; NULL. */
	void (*tap)(struct http_request *req, const void *data, size_t n_bytes);
	int body_fd; /* HTTP_BODY_FILE: opened by the policy callback, closed by the server when the request ends */
};

struct http_server_options {
	const char *host;             /* numeric address or name to bind, e.g. "127.0.0.1", "::", "localhost" */
	uint16_t port;                /* 0: any free one, see http_server_port */
	unsigned n_threads;           /* 0 means 2 */
	unsigned max_connections;     /* 0 means 1,000 */
	size_t max_target_bytes;      /* path and query; 0 means 8,192 */
	size_t max_header_bytes;      /* 0 means 16,384 */
	unsigned request_timeout_ms;  /* 0 means 30,000 */
	size_t max_body_memory_bytes; /* all bodies in memory together; 0 means 256 MiB */
	void *arg;
	/* On an http thread, when the header section is complete. May answer before it returns with http_respond
	 * (401, 404, 405, 415…): the body is then not read and `handle` is not called. `policy` comes filled
	 * with a body of 0 bytes in memory. */
	void (*policy)(struct http_request *req, struct http_policy *policy, void *arg);
	/* On an http thread, when the body is complete. Answers now, or keeps `req` and answers later. */
	void (*handle)(struct http_request *req, void *arg);
	/* Answer for a limit that was passed: 400, 413, 414, 431, 500, 503, 507 as above; must call http_respond before it
	 * returns. Of a target that was too long or could not be read nothing is told: the path is "/". */
	void (*refuse)(struct http_request *req, int status, void *arg);
	/* The whole answer, head and all, to a request that came too slowly; what of it the socket does not take at once is lost.
	 * On the thread that looks after connections: of `req`, NULL before the header section is complete, only http_method and
	 * http_path may be asked. May be NULL: a 408 without a body. */
	void (*late)(const struct http_request *req, struct buf *answer, void *arg);
};

must_check int http_server_start(const struct http_server_options *options, struct http_server **ret, struct err *err);
uint16_t http_server_port(const struct http_server *server);
/* Stop taking connections; those open finish their request and are closed with its answer. Streams that sleep end. */
void http_server_quiesce(struct http_server *server);
/* Waits for requests in progress to be answered, at most `timeout_ms`, then closes all and frees. Streams have a
 * second: those asleep end in it, the others are cut, which their clients can tell from an end. Whoever keeps requests must have
 * answered them; of one still kept the connection is closed, and only http_respond, http_respond_owned or http_drop (one of them,
 * once, with no effect) may be called for it. NULL is fine. */
void http_server_stop(struct http_server *server, int timeout_ms);
unsigned http_server_active(const struct http_server *server); /* requests whose answer has not left yet */

/* ---- a request; borrowed pointers live until http_respond ---- */

const char *http_method(const struct http_request *req);       /* HEAD is told as GET; its answer goes without the body */
const char *http_path(const struct http_request *req);         /* decoded once; no query; "" never */
const char *http_query_string(const struct http_request *req); /* raw, without '?'; "" when none */
const char *http_header(const struct http_request *req, const char *name); /* any case; NULL when absent */
/* Parameter of the query, percent-decoded (+ is a blank); NULL when absent. `n` counts from 0 over equal names. */
const char *http_query(const struct http_request *req, const char *name, int n);
const char *http_body(const struct http_request *req, size_t *ret_bytes); /* HTTP_BODY_MEMORY; NUL-terminated */
uint64_t http_body_bytes(const struct http_request *req);
const char *http_peer(const struct http_request *req);    /* numeric address */
struct arena *http_arena(struct http_request *req);       /* lives as long as the request */
void http_set_user(struct http_request *req, void *user); /* the handler's own pointer, e.g. who asks */
void *http_user(const struct http_request *req);

/* ---- the answer ---- */

/* Add a header field to the answer; name and value are copied. Before http_respond. A value with a line break
 * is left out of the answer. */
void http_add_header(struct http_request *req, const char *name, const char *value);
/* Answer, exactly once, from any thread; `req` is gone afterwards. `body` is copied (NULL with 0 bytes: none).
 * `content_type` may be NULL when there is no body. */
void http_respond(struct http_request *req, int status, const char *content_type, const void *body, size_t n_bytes);
/* The same, with a body that the server frees with free(). */
void http_respond_owned(struct http_request *req, int status, const char *content_type, char *body, size_t n_bytes);
/* The same, with a body that is not copied and lasts as long as the program. */
void http_respond_static(struct http_request *req, int status, const char *content_type, const void *body, size_t n_bytes);
/* Close the connection without an answer (the simulator's resets): RST where `reset`, else FIN. */
void http_drop(struct http_request *req, bool reset);

/* ---- an answer that comes piece by piece ----
 * For what is too long to be held, or not known yet. The server asks for a piece when the socket has taken the one
 * before, so a slow reader holds that piece and nothing else; one that takes nothing for request_timeout_ms is cut. */

#define HTTP_STREAM_PIECE_BYTES ((size_t)1 << 20) /* at most, in one call */

enum http_next {              /* after the piece that was written, which may be empty */
	         HTTP_GO_ON,  /* ask again at once (with an empty piece: a turn of the http thread without waiting) */
	         HTTP_SLEEP,  /* ask again after http_stream_wake */
	         HTTP_END,    /* that was all */
	         HTTP_BROKEN, /* something failed: the connection is cut, so that the client sees that it has not all */
};
/* On an http thread, one call at a time. `piece` comes empty, with HTTP_STREAM_PIECE_BYTES as its maximum. */
typedef enum http_next http_produce_fn(struct buf *piece, void *arg);
struct http_stream {
	http_produce_fn *produce;
	/* Exactly once, when nothing is asked for any more: it ended, the client left or the server stops. On any thread,
	 * with no lock of the server's held. The request's arena is alive until it returns. */
	void (*closed)(void *arg);
	void *arg;
};
/* Answer with a stream; counts as http_respond does. The struct is copied. `produce` may be called before it returns. */
void http_respond_stream(struct http_request *req, int status, const char *content_type, const struct http_stream *stream);
/* Have a sleeping stream asked again. Any thread, as long as `closed` has not returned: a waker and `closed` share a lock of
 * the caller's. A wake that comes before the sleep is not lost; one before http_respond_stream does nothing, since the stream
 * begins by being asked. */
void http_stream_wake(struct http_request *req);

/* Decode %XX (and + when `plus`) in place; false for bad escapes, %00 or a result that is not UTF-8. */
bool http_percent_decode(char *text, bool plus);
