#pragma once
/* Inside webhook: telling the user's webhooks what happened, without a thread, a clock or a network of its own: it is told the
 * time, and posts through a door. The outgoing thread (out.c) turns it from a libevent loop, the tests on virtual time.
 *
 * At least once: an event is a row until its answer is recorded, so a crash tells it again, under the same X-Event-Id. In
 * order per subject, side by side otherwise. An event that is not taken (no 2xx) waits longer each time, up to half an hour,
 * is tried a last time after 24 hours, and given up. A hook that takes nothing is tried with one event at a time, with pauses
 * that grow to a minute; it holds no other hook up, and not the sending either, which only ever writes rows. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "http/client.h"
#include "store/nodes.h"
#include "store/store.h"
#include "webhook/out.h"

struct out_engine;

/* How an event leaves. Everything on the engine's thread. */
struct out_door {
	void *self;
	/* Begin to post JSON. `done` comes exactly once, later, never from within. 0, or -1: it was not begun. All is copied;
	 * `headers` ends with NULL. */
	int (*post)(void *self, const char *url, const char *const *headers, const char *body, size_t n_bytes, http_done_fn *done,
	            void *arg);
};

struct out_engine_options {
	struct store *store;
	const struct out_door *door; /* borrowed */
	const struct lease *lease;   /* the first node alone tells them */
	bool hex_signature;
	uint64_t seed;         /* of the jitter */
	unsigned max_inflight; /* of all hooks; 0 means 256 */
	unsigned max_per_hook; /* 0 means 64 */
	/* Called from any thread when a turn is wanted soon; must not turn the engine itself. */
	void (*wake)(void *arg);
	void *wake_arg;
};

struct out_engine *out_engine_create(const struct out_engine_options *options);
/* Only when it is quiet, or when nobody will call back any more. */
void out_engine_destroy(struct out_engine *engine);
/* One turn. Milliseconds until the next one is wanted, -1 when only a wake will bring news. */
msec_t out_engine_turn(struct out_engine *engine, msec_t now);
/* There are new events. Any thread. */
void out_engine_notify(struct out_engine *engine);
/* Begin nothing from now on. */
void out_engine_drain(struct out_engine *engine);
/* Nothing on the wire, nothing unrecorded, no job at the store. */
bool out_engine_is_quiet(const struct out_engine *engine);
void out_engine_stats(const struct out_engine *engine, struct webhook_out_stats *ret);
