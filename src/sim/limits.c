#include "sim/limits.h"

#define PAIR_STEP_MS 6000
#define PAIR_BURST 45

struct sim_limit sim_limits_ceiling(int32_t rate, int32_t burst_ms)
{
	int64_t depth = (int64_t)rate * burst_ms / 1000;
	return (struct sim_limit){.step = INT64_C(1000000000) / rate, .depth = depth > 0 ? depth : 1};
}

struct sim_limit sim_limits_pair(void)
{
	return (struct sim_limit){.step = PAIR_STEP_MS, .depth = PAIR_BURST};
}

bool sim_limits_fits(const struct sim_limit *limit, int64_t full_at, int64_t now)
{
	return full_at - now <= (limit->depth - 1) * limit->step;
}

int64_t sim_limits_spend(const struct sim_limit *limit, int64_t full_at, int64_t now)
{
	return (full_at > now ? full_at : now) + limit->step;
}
