#pragma once
/* Inside of the http room's client: what client.c (the loop, the calls in flight) and transfer.c (one call as
 * libcurl sees it) share. Not a door; include http/client.h instead. */

#include <curl/curl.h>
#include <event2/event_struct.h>
#include <stdbool.h>

#include "base/buf.h"
#include "http/client.h"

struct http_client {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct http_client_options options; /* defaults filled in; the texts are ours */
	struct buf line;                    /* scratch: one header line */
	struct http_call *active;           /* doubly linked */
	struct http_call *idle;             /* finished ones, their handles kept for the next call; singly linked */
	unsigned n_active;
	unsigned n_idle;
	struct watch *spare; /* watches of no socket */
	bool closing;
};

/* One call, and the libcurl handle that it lends from call to call. */
struct http_call {
	struct http_client *client;
	struct http_call *prev, *next;
	CURL *easy;
	struct event deadline;
	http_done_fn *done;
	void *arg;

	struct curl_slist *headers;
	char *body; /* what stands in memory: the head, then the file's tail */
	size_t body_cap;
	size_t n_head_bytes;
	struct http_file file; /* n_bytes 0: none */
	uint64_t n_body_bytes; /* of all */
	uint64_t n_body_taken;
	bool target_refused; /* an address was not public */
	bool issued;         /* a connection stood and the request was given to it */
	bool body_started;
	usec_t not_after_us;
	bool too_late;
	struct buf answer;
	bool head_came;     /* of the final answer; looked for where it suffices */
	uint64_t n_dropped; /* of its body then */
	bool answer_too_large;
	bool has_sink, sink_failed;
	struct http_sink sink;
	uint64_t n_sunk;
	char error[CURL_ERROR_SIZE];
};

/* transfer.c */
struct http_call *transfer_create(struct http_client *client);
void transfer_destroy(struct http_call *call);
/* Make the handle ready for this call; -1 when the options ask for what no request can say. */
must_check int transfer_prepare(struct http_call *call, const struct http_call_options *options);
/* What came of it. The answer borrows from `call`, until transfer_clear. */
void transfer_judge(struct http_call *call, CURLcode code, struct http_answer *ret);
/* Forget the request and the answer, keep the handle. */
void transfer_clear(struct http_call *call);
