#pragma once
/* How fast a lane may go: a token bucket in integers, whose rate falls when Meta says "too fast" and climbs back. Pure: the time
 * comes in. Meta's limiter is undocumented (throughput page), so the bucket is shallow: messages leave evenly, with at most
 * BURST_MS worth at once.
 *
 * The share of refusals among the answers says how far the rate is above what Meta takes, so it falls to there at once, and a
 * little below. It is held for a while, then creeps towards the rate that was too much, and only when it passes that unharmed
 * does it climb fast: where the limit stays the same it is touched seldom, and where it moves the rate follows in seconds. Only
 * answers to messages that left a second or more after the rate fell count: Meta may still have been counting those before. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define PACER_BURST_MS 40
#define PACER_LATE_MS 20 /* a lane that comes for its messages this late loses nothing of its rate */

struct pacer {
	int64_t ceiling_mps;  /* messages a second that are allowed at most */
	int64_t rate_milli;   /* the present rate, in thousandths of a message a second */
	int64_t tokens_micro; /* millionths of a message */
	usec_t then_us;       /* when the tokens were counted */
	usec_t slowed_us;     /* when the rate was last lowered; 0 never */
	usec_t raised_us;     /* until when it has been raised; later than now: it is held until then */
	int64_t knee_milli;   /* the rate that was too much last; 0 none is known */
	usec_t hold_us;       /* how long the rate is held after it fell */
	usec_t sample_us;     /* since when answers are counted, from a refusal on; 0 they are not */
	int n_answers, n_limited;
};

void pacer_init(struct pacer *pacer, int64_t ceiling_mps, usec_t now_us);
/* A new ceiling; the present rate follows when it was at the old one or is above the new one. */
void pacer_set_ceiling(struct pacer *pacer, int64_t ceiling_mps, usec_t now_us);
/* Take up to `want` messages' worth; how many may go now. */
int pacer_take(struct pacer *pacer, int want, usec_t now_us);
/* Give back what was taken and not used. */
void pacer_put(struct pacer *pacer, int n);
/* What Meta said of a message that left at `posted_us`: too fast, or anything else. */
void pacer_limited(struct pacer *pacer, usec_t posted_us, usec_t now_us);
void pacer_taken(struct pacer *pacer, usec_t posted_us, usec_t now_us);
/* Microseconds until `want` messages may go; 0 now. */
usec_t pacer_wait_us(struct pacer *pacer, int want, usec_t now_us);
/* Messages at once that the bucket can hold; at least 1. */
int pacer_depth(const struct pacer *pacer);
