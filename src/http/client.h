#pragma once
/* The client side of HTTP on a libevent loop, behind which libcurl stands. Everything here belongs to the
 * loop's thread. Its answer says what a sender of messages must know: did the request certainly not leave,
 * may it have been taken, or was it answered?
 *
 * Never sends a request twice by itself: no redirects, no retry on a connection that died (libcurl's own
 * retry of a reused connection is stopped once a byte of the body was read, or, without a body, once the
 * request was issued). HTTP/1.1; certificates are checked; no proxy. The process must ignore SIGPIPE where
 * TLS is used.
 *
 * The number of calls begun is the caller's to bound: those beyond max_connections wait inside, their total
 * time-out running. */

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct http_client;

enum http_outcome {
	HTTP_ANSWERED,   /* a whole answer came (or its head, where that suffices); look at status and body */
	HTTP_NOT_SENT,   /* certainly not taken: not a byte of the body was handed to a connection; of a request
	                  * without body: no connection was made for it */
	HTTP_MAYBE_SENT, /* it left, or may have; no whole answer */
	HTTP_CANCELED,   /* by http_client_destroy; counts as maybe sent unless body_started is 0 */
};

struct http_answer {
	enum http_outcome outcome;
	int status;               /* HTTP_ANSWERED */
	const char *body;         /* NUL-terminated, borrowed for the callback; cut never: over max_answer_bytes is
	                           * MAYBE_SENT; "" when not ANSWERED, written to a file, or thrown away */
	size_t n_body_bytes;      /* of `body` */
	int too_large;            /* 1: not ANSWERED because the answer was larger than its limit */
	int body_started;         /* 1 when a byte of the request's body was handed to the connection */
	int64_t retry_after_s;    /* of the header, -1 when absent */
	const char *content_type; /* of the answer, "" when absent; borrowed for the callback */
	const char *reason;       /* a sentence, for logs and ledgers, when not ANSWERED; never holds a header's value */
};

typedef void http_done_fn(const struct http_answer *answer, void *arg);

struct http_client_options {
	unsigned max_connections; /* to one host; 0 means 64 */
	int connect_timeout_ms;   /* 0 means 10,000 */
	int total_timeout_ms;     /* 0 means 30,000 */
	size_t max_answer_bytes;  /* 0 means 1 MiB */
	const char *ca_file;      /* NULL: the system's */
	const char *user_agent;
	/* Status and header fields are the whole answer: once they have come the call is ANSWERED, whatever becomes of the body,
	 * which is thrown away. It is read for a second, up to max_answer_bytes, so that its connection can be used again. */
	bool head_suffices;
	bool public_only; /* connect to public addresses alone (http/target.h), judged at each connection; to others NOT_SENT */
};

/* A piece of a file, sent behind the body in memory; `tail` comes behind it. Read as it is sent, never as a whole. */
struct http_file {
	int fd; /* the caller's, kept open until `done` */
	uint64_t offset, n_bytes;
	const char *tail; /* copied; "" none */
};

/* Where the body of an answer with status 200 is written instead of into memory, on the loop's thread. One that is longer
 * than max_bytes, or that cannot be written, ends the call: what was written stays and is worth nothing. */
struct http_sink {
	int fd; /* the caller's, kept open until `done` */
	uint64_t max_bytes;
};

struct http_call_options {
	const char *method;         /* "GET", "POST", "DELETE", "PUT", "PATCH" */
	const char *url;            /* http or https only; copied */
	const char *bearer;         /* token for Authorization, or NULL; copied */
	const char *content_type;   /* NULL without a body */
	const char *const *headers; /* further "Name: value" lines, NULL-terminated, or NULL */
	const void *body;           /* copied */
	size_t n_body_bytes;
	const struct http_file *file; /* copied; NULL none */
	const struct http_sink *sink; /* copied; NULL none */
	int total_timeout_ms;         /* 0: the client's */
	/* From then on, by the monotonic clock when the body is asked for, it is not sent any more: NOT_SENT. 0: at any time. */
	usec_t not_after_us;
};

must_check int http_client_create(struct event_base *base, const struct http_client_options *options, struct http_client **ret,
                                  struct err *err);
/* Every call still open is told HTTP_CANCELED before this returns. Not from a done callback. NULL is fine. */
void http_client_destroy(struct http_client *client);

/* Begin a call; `done` comes exactly once, later, from the loop (never before this returns), and may begin
 * further calls. -1: not begun, `done` does not come: another method, a URL that is not http or https, a control
 * character or over 16 KiB in a header line, or the client is being destroyed. */
must_check int http_client_start(struct http_client *client, const struct http_call_options *options, http_done_fn *done,
                                 void *arg);
unsigned http_client_active(const struct http_client *client); /* calls begun and not yet told */
