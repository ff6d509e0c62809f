#pragma once
/* What is to be done later: a heap by time, filled by any thread, emptied by one. Items with the same time
 * come in the order in which they were added. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

typedef void sim_timer_fn(void *context, void *arg, msec_t due);

struct sim_timer {
	msec_t at; /* monotonic */
	uint64_t order;
	sim_timer_fn *run;
	void (*drop)(void *arg); /* instead of `run`, when it all ends */
	void *arg;
};

struct sim_timers {
	pthread_mutex_t lock;
	struct sim_timer *heap;
	atomic_size_t n; /* changed under the lock */
	size_t cap, max;
	uint64_t order;
	msec_t sleeps_until; /* of the thread that empties it; INT64_MAX: for ever */
	bool woken;
	int wake_fd; /* an eventfd, readable when something earlier has come */
};

must_check int sim_timers_init(struct sim_timers *timers, size_t max, struct err *err);
void sim_timers_fini(struct sim_timers *timers); /* drops all */
void sim_timers_drop_all(struct sim_timers *timers);

/* Any thread. False when there are too many: nothing was added, `arg` is still the caller's. */
must_check bool sim_timers_add(struct sim_timers *timers, msec_t at, sim_timer_fn *run, void (*drop)(void *), void *arg);
/* The emptying thread: take up to `max` items due at `now`, in order. When fewer, *ret_next is the time to
 * sleep until (INT64_MAX: nothing waits), and an earlier item will make wake_fd readable. */
size_t sim_timers_take(struct sim_timers *timers, msec_t now, struct sim_timer *out, size_t max, msec_t *ret_next);
/* Any thread: have the other one look about, whatever the time. */
void sim_timers_wake(struct sim_timers *timers);
/* The emptying thread: it is awake. */
void sim_timers_awake(struct sim_timers *timers);
msec_t sim_timers_now(void);                              /* monotonic milliseconds */
size_t sim_timers_count(const struct sim_timers *timers); /* any thread */
