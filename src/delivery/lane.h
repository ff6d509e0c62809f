#pragma once
/* Inside delivery: one sender's lane. It claims rows at its pacer's pace, posts them, turns answers into outcomes and has
 * them recorded. A lane never waits for another.
 *
 * The law of the lane: a row is posted only after its claim is durable, under the lane's own epoch; every claimed row ends
 * in exactly one outcome; what is claimed and not yet recorded never exceeds the lane's window. */

#include "delivery/load.h"
#include "delivery/pacer.h"

struct lane;
struct outcome;

struct lane_context {
	struct mailbox *mailbox;
	const struct transport *transport;
	const char *instance;
	msec_t unconfirmed_window_ms;
	int max_inflight;    /* of one lane */
	int max_connections; /* of all lanes together */
	int n_out;           /* claimed, or on the wire, of all lanes together */
	uint64_t *random;    /* state of the engine's generator, for jitter */
	struct delivery_stats *stats;
	void (*reload)(void *arg); /* the database knows something the lanes do not: load anew, next turn */
	void *reload_arg;
	void (*errands)(void *arg); /* the engine's; may be NULL */
	void *errands_arg;
	/* The time when an answer comes; the engine's clock. */
	struct now (*clock)(void *arg);
	void *clock_arg;
	bool draining;
	msec_t ahead_ms;           /* by which the wall clock was set forward within the last day, and may be wrong */
	const struct lease *lease; /* once it is over nothing is claimed or posted */
};

struct lane *lane_create(struct lane_context *context, const struct loaded_sender *from, struct now now);
void lane_destroy(struct lane *lane);
int64_t lane_sender_no(const struct lane *lane);
/* Take over what was loaded: limits, hold, campaigns (their pointers are taken or left). NULL: the lane is gone. */
void lane_update(struct lane *lane, struct loaded_sender *from, struct now now);
/* Webhooks may have come that nobody took: silence is evidence from now on only. */
void lane_missed(struct lane *lane, struct now now);
/* Do what can be done now. Microseconds until it wants another turn, -1 when only news will do. */
usec_t lane_turn(struct lane *lane, struct now now);
/* Nothing on the wire, unrecorded or at the store. */
bool lane_is_quiet(const struct lane *lane);
bool lane_is_gone(const struct lane *lane); /* its sender was deleted, or it is another node's now */
int64_t lane_epoch(const struct lane *lane);
/* It is another node's now: nothing more leaves, what is still heard is recorded. */
void lane_lose(struct lane *lane);
/* Begin nothing more, so that it can be given to another node once it is quiet; or go on. */
void lane_leave(struct lane *lane, bool leaving);
bool lane_is_leaving(const struct lane *lane);

/* A campaign of this lane that is not wholly frozen yet: its number, 0 none. */
int64_t lane_unfrozen(const struct lane *lane);
/* Rows were added to one of its campaigns; `frozen` when that was all. */
void lane_fed(struct lane *lane, int64_t campaign_no, bool frozen);
/* Single messages of its sender were added. */
void lane_fed_singles(struct lane *lane);
