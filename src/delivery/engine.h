#pragma once
/* The engine of delivery without a thread or a clock of its own: it is told the time, looks at what came back from store
 * and transport, starts what is to be started, and says when it wants to be called again. The delivery thread turns it from
 * a libevent loop; the scenario tests turn it on virtual time. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "delivery/delivery.h"
#include "delivery/transport.h"
#include "store/nodes.h"
#include "store/store.h"

struct engine;

struct now {
	msec_t wall; /* what is stored and compared with schedules */
	usec_t mono; /* what paces */
};

struct engine_options {
	struct store *store;
	const struct transport *transport; /* borrowed */
	const char *name;                  /* of this server, for people */
	struct lease *lease;               /* what the process knows of its place among the nodes; written here */
	msec_t lease_ms;
	bool alone; /* no other server may run on the database */
	msec_t unconfirmed_window_ms;
	unsigned max_inflight;    /* of one lane; 0 means 256 */
	unsigned max_connections; /* of all lanes; 0 means 4,096 */
	uint64_t seed;            /* of the jitter */
	/* The time when an answer comes between turns. */
	struct now (*clock)(void *arg);
	void *clock_arg;
	/* There may be new errands for the calls to Meta that are not messages. On the engine's thread; NULL: nobody cares. */
	void (*errands)(void *arg);
	void *errands_arg;
	/* Other rooms may have work that another node left, or that is this node's now. On the engine's thread; may be NULL. */
	void (*look)(void *arg);
	void *look_arg;
	/* Called from any thread when a turn is wanted soon; must not turn the engine itself. */
	void (*wake)(void *arg);
	void *wake_arg;
};

struct engine *engine_create(const struct engine_options *options);
/* Only when engine_is_quiet, or when nobody will call back any more. */
void engine_destroy(struct engine *engine);

/* One turn. The microseconds until the next one is wanted, -1 when only a wake will bring news. */
usec_t engine_turn(struct engine *engine, struct now now);
/* Look at campaigns and senders anew. Any thread. */
void engine_notify(struct engine *engine);
/* Something was changed here that the lanes of other nodes are to look at. Any thread. */
void engine_tell(struct engine *engine);
/* There are new single messages of this sender; nothing else is loaded anew. The engine's own thread. */
void engine_singles(struct engine *engine, int64_t sender_no);
/* Webhooks of Meta's could not be taken and will come again: until then their silence proves nothing. Any thread. */
void engine_missed(struct engine *engine);
/* Claim nothing from now on, and give back what this node has. */
void engine_drain(struct engine *engine);
/* Nothing on the wire, nothing unrecorded, no job at the store; once it drains, also no lane of this node's any more. */
bool engine_is_quiet(const struct engine *engine);
void engine_stats(const struct engine *engine, struct delivery_stats *ret);
