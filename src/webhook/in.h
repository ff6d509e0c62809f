#pragma once
/* Meta's webhooks coming in: handshake, signature, durable before the 200, applied in order.
 *
 *   http thread: signature over the raw body → append (one job) → 200 after the commit
 *   a thread of its own has jobs take appended events in order, apply each, remove it; an event that cannot be applied is set
 *   aside and counted, so that it stops nobody, and while the database is in trouble all are tried again. */

#include "http/server.h"
#include "store/nodes.h"
#include "store/store.h"

struct webhook_in;

struct webhook_in_options {
	struct store *store;
	const struct lease *lease; /* this node applies what speaks of its senders, the first node all else too */
	bool alone;                /* no other server may run on the database: nothing is for another's node */
	const char *verify_token;  /* for the handshake; NULL refuses every one */
	/* Something delivery should look at (a template's verdict, an opt-out). Any thread; may be NULL. */
	void (*notify)(void *arg);
	/* A webhook could not be stored and was refused: it comes again, some time. Any thread; may be NULL. */
	void (*missed)(void *arg);
	void *arg;
};

#define WEBHOOK_MAX_BYTES (4u << 20) /* Meta's own maximum is 3 MB */

/* Events left from before a crash are applied at once. */
struct webhook_in *webhook_in_create(const struct webhook_in_options *options);
/* After the http server has stopped; waits for the jobs it has at the store. */
void webhook_in_destroy(struct webhook_in *in);

/* Answer GET and POST of /webhooks/whatsapp. */
void webhook_in_handshake(struct webhook_in *in, struct http_request *req);
void webhook_in_receive(struct webhook_in *in, struct http_request *req);
/* Apply what other nodes left for this one. Any thread. */
void webhook_in_look(struct webhook_in *in);
/* The secrets of the senders changed. */
void webhook_in_reload(struct webhook_in *in);

struct webhook_in_stats {
	int64_t received, refused, applied, set_aside, waiting;
	msec_t last_ms; /* when the last one was kept by this server since its start; -1 none */
};
void webhook_in_stats(struct webhook_in *in, struct webhook_in_stats *ret);
