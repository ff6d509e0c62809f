#pragma once
/* Inside delivery: one piece of work at the store, and its way back. `run` works on the store thread; `done` comes on the
 * engine's own thread in a later turn. A job is embedded in what it carries and belongs to whoever submitted it. */

#include <pthread.h>
#include <stdbool.h>

#include "delivery/engine.h"

/* Of two times to wait; negative: none. */
static inline usec_t sooner(usec_t a, usec_t b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

struct job {
	store_run_fn *run; /* its argument is the job */
	void (*done)(struct job *job, int result, struct now now);
	struct mailbox *mailbox;
	int result;
	struct job *next;
};

/* Jobs that came back, for the next turn. */
struct mailbox {
	struct store *store;
	void (*wake)(void *arg);
	void *wake_arg;
	pthread_mutex_t lock;
	struct job *first, **last;
	int n_out; /* submitted and not yet handed back; engine's thread only */
};

void mailbox_init(struct mailbox *mailbox, struct store *store, void (*wake)(void *), void *wake_arg);
void mailbox_fini(struct mailbox *mailbox);
/* 0, or 1 when the store takes no more just now: try again in a later turn. */
must_check int mailbox_submit(struct mailbox *mailbox, struct job *job);
/* Hand back everything that has come. True when there was anything. */
bool mailbox_turn(struct mailbox *mailbox, struct now now);
