#pragma once
/* Meta's two limits on the rate of messages, as token buckets kept in one number each: the theoretical
 * time at which the bucket is full again. Meta does not document its algorithm; a call that is refused
 * does not count here. Pure: the time comes as an argument. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct sim_limit {
	int64_t step;  /* time for one message */
	int64_t depth; /* messages at once, at least 1 */
};

/* Per phone number: `rate` messages a second (> 0), `burst_ms` worth of them at once; microseconds * 1,000. */
struct sim_limit sim_limits_ceiling(int32_t rate, int32_t burst_ms);
/* Per sender and user: 45 at once, one every 6 s; milliseconds. */
struct sim_limit sim_limits_pair(void);

/* Whether one more fits at `now` (same unit as the limit), and the bucket after it. `full_at` begins as 0. */
bool sim_limits_fits(const struct sim_limit *limit, int64_t full_at, int64_t now);
int64_t sim_limits_spend(const struct sim_limit *limit, int64_t full_at, int64_t now);
