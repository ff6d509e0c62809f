#include "delivery/pacer.h"

#define MICRO 1000000
#define SLOW_EVERY_US (1 * MICRO)  /* one answer of a burst lowers the rate, not each */
#define RAISE_EVERY_US (2 * MICRO) /* then it climbs by a hundredth of the ceiling */
#define QUIET_US (5 * MICRO)       /* after this much quiet */

static int64_t full_rate(int64_t ceiling_mps)
{
	return ceiling_mps * 1000;
}

/* A slow lane's bucket holds a message and a little: what is earned while the lane is late in coming for a message counts
 * towards the next, so that a late turn does not lower the rate. */
static int64_t depth_micro(const struct pacer *p)
{
	int64_t depth = p->rate_milli * PACER_BURST_MS; /* milli-messages a second × ms = millionths of a message */
	int64_t least = MICRO + p->rate_milli * PACER_LATE_MS;
	return depth < least ? least : depth;
}

int pacer_depth(const struct pacer *p)
{
	return (int)(depth_micro(p) / MICRO);
}

void pacer_init(struct pacer *p, int64_t ceiling_mps, usec_t now_us)
{
	if (ceiling_mps < 1)
		ceiling_mps = 1;
	*p = (struct pacer){
		.ceiling_mps = ceiling_mps, .rate_milli = full_rate(ceiling_mps), .then_us = now_us, .raised_us = now_us};
	p->tokens_micro = MICRO;
}

void pacer_set_ceiling(struct pacer *p, int64_t ceiling_mps, usec_t now_us)
{
	if (ceiling_mps < 1)
		ceiling_mps = 1;
	if (ceiling_mps == p->ceiling_mps)
		return;
	bool at_ceiling = p->rate_milli >= full_rate(p->ceiling_mps);
	p->ceiling_mps = ceiling_mps;
	if (at_ceiling || p->rate_milli > full_rate(ceiling_mps))
		p->rate_milli = full_rate(ceiling_mps);
	p->raised_us = now_us;
}

static void climb(struct pacer *p, usec_t now_us)
{
	if (p->rate_milli >= full_rate(p->ceiling_mps) || now_us - p->slowed_us < QUIET_US)
		return;
	while (now_us - p->raised_us >= RAISE_EVERY_US && p->rate_milli < full_rate(p->ceiling_mps)) {
		p->rate_milli += full_rate(p->ceiling_mps) / 100 + 1;
		p->raised_us += RAISE_EVERY_US;
	}
	if (p->rate_milli > full_rate(p->ceiling_mps))
		p->rate_milli = full_rate(p->ceiling_mps);
}

static void refill(struct pacer *p, usec_t now_us)
{
	usec_t span = now_us - p->then_us;
	if (span < 0) { /* a clock that stepped back starts counting anew */
		if (p->slowed_us)
			p->slowed_us += span;
		p->raised_us += span;
		p->then_us = now_us;
		return;
	}
	climb(p, now_us);
	if (span > MICRO)
		span = MICRO;
	int64_t gained = p->rate_milli * span / 1000;
	p->tokens_micro += gained;
	if (p->tokens_micro > depth_micro(p))
		p->tokens_micro = depth_micro(p);
	p->then_us = now_us;
}

int pacer_take(struct pacer *p, int want, usec_t now_us)
{
	refill(p, now_us);
	int64_t have = p->tokens_micro > 0 ? p->tokens_micro / MICRO : 0;
	int n = have < want ? (int)have : want;
	p->tokens_micro -= (int64_t)n * MICRO;
	return n;
}

void pacer_put(struct pacer *p, int n)
{
	p->tokens_micro += (int64_t)n * MICRO;
	if (p->tokens_micro > depth_micro(p))
		p->tokens_micro = depth_micro(p);
}

void pacer_slow(struct pacer *p, usec_t now_us)
{
	refill(p, now_us);
	p->tokens_micro = 0;
	if (p->slowed_us && now_us - p->slowed_us < SLOW_EVERY_US)
		return;
	p->slowed_us = now_us;
	p->raised_us = now_us + QUIET_US;
	p->rate_milli -= p->rate_milli / 20;
	if (p->rate_milli < 1000)
		p->rate_milli = 1000;
}

usec_t pacer_wait_us(struct pacer *p, int want, usec_t now_us)
{
	refill(p, now_us);
	int64_t missing = (int64_t)want * MICRO - p->tokens_micro;
	if (missing <= 0)
		return 0;
	return missing * 1000 / p->rate_milli + 1;
}
