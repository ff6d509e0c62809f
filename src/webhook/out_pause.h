#pragma once
/* Inside webhook: how long to wait before an event, and before a hook, is tried again. Pure; the time is passed in.
 *
 * An event waits a second, then twice as long each time, up to half an hour. A hook that has refused a few times in a row and
 * taken nothing is tried with one event at a time, after a pause of a second that doubles up to a minute. Pauses are
 * jittered by a quarter to both sides, so that what failed together does not come back together. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* All zero to begin with. */
struct out_pause {
	int n_refused; /* in a row */
	int n_pauses;
	msec_t until_ms;
};

void out_pause_taken(struct out_pause *pause);
/* The `attempt`th try of an event, from 1, was not taken: when to try it again. `retry_after_s`: what the target asked for, -1
 * nothing; heeded up to an hour, for the whole hook. `random` is a state that moves on, never 0. */
msec_t out_pause_refused(struct out_pause *pause, int attempt, int64_t retry_after_s, msec_t now, uint64_t *random);
bool out_pause_is_probing(const struct out_pause *pause);
bool out_pause_is_over(const struct out_pause *pause, msec_t now);
