#include "delivery/pacer.h"

#define MICRO 1000000
#define STEP_US (1 * MICRO)       /* the rate is raised once a second */
#define CREEP 200                 /* by a two-hundredth near the limit that is known, */
#define CLIMB 10                  /* else by a tenth */
#define NEAR_PCT 3                /* near it */
#define BELOW_PCT 3               /* how far below the limit the rate falls */
#define HOLD_US (5 * MICRO)       /* doubles while the limit is found where it was, */
#define HOLD_MOST_US (60 * MICRO) /* up to this */
#define SAME_PCT 5                /* where it was */
#define SAMPLE_US (1 * MICRO)     /* answers are counted for a second, as Meta may count by the second, */
#define GRACE_US (1 * MICRO)      /* in the same second the old rate may still tell */
#define SAMPLE_MOST 128           /* or so many of them */

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
	*p = (struct pacer){.ceiling_mps = ceiling_mps,
	                    .rate_milli = full_rate(ceiling_mps),
	                    .then_us = now_us,
	                    .raised_us = now_us,
	                    .hold_us = HOLD_US};
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
	p->knee_milli = 0;
	p->hold_us = HOLD_US;
	p->raised_us = now_us;
}

static int64_t percent(int64_t of, int pct)
{
	return of * pct / 100;
}

static bool is_near(int64_t rate, int64_t limit, int pct)
{
	return rate >= percent(limit, 100 - pct) && rate <= percent(limit, 100 + pct);
}

static void climb_step(struct pacer *p)
{
	int64_t by = p->rate_milli / CLIMB, creep_from = percent(p->knee_milli, 100 - NEAR_PCT);
	if (p->knee_milli && p->rate_milli > percent(p->knee_milli, 100 + NEAR_PCT))
		p->knee_milli = 0; /* passed unharmed: it is not there any more */
	if (p->knee_milli && is_near(p->rate_milli, p->knee_milli, NEAR_PCT))
		by = p->rate_milli / CREEP;
	else if (p->rate_milli < creep_from && p->rate_milli + by > creep_from)
		by = creep_from - p->rate_milli;
	p->rate_milli += by + 1;
}

static void climb(struct pacer *p, usec_t now_us)
{
	while (now_us - p->raised_us >= STEP_US && p->rate_milli < full_rate(p->ceiling_mps)) {
		climb_step(p);
		p->raised_us += STEP_US;
	}
	if (p->rate_milli >= full_rate(p->ceiling_mps)) {
		p->rate_milli = full_rate(p->ceiling_mps);
		if (p->raised_us < now_us)
			p->raised_us = now_us;
	}
}

static void refill(struct pacer *p, usec_t now_us)
{
	usec_t span = now_us - p->then_us;
	if (span < 0) { /* a clock that stepped back starts counting anew */
		if (p->slowed_us)
			p->slowed_us += span;
		if (p->sample_us)
			p->sample_us += span;
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

/* The first refusal began the count and is no part of the share, so that a single one is none. */
static void fall(struct pacer *p, usec_t now_us)
{
	int64_t limit = p->rate_milli - p->rate_milli * (p->n_limited - 1) / p->n_answers;
	bool same = p->knee_milli && is_near(limit, p->knee_milli, SAME_PCT);
	p->hold_us = !same ? HOLD_US : p->hold_us * 2 < HOLD_MOST_US ? p->hold_us * 2 : HOLD_MOST_US;
	p->knee_milli = limit;
	p->rate_milli = percent(limit, 100 - BELOW_PCT);
	if (p->rate_milli < 1000)
		p->rate_milli = 1000;
	p->slowed_us = now_us;
	p->raised_us = now_us + p->hold_us;
	p->sample_us = 0;
	p->n_answers = p->n_limited = 0;
}

static void judge(struct pacer *p, usec_t now_us)
{
	if (p->n_answers >= SAMPLE_MOST || now_us - p->sample_us >= SAMPLE_US)
		fall(p, now_us);
}

void pacer_limited(struct pacer *p, usec_t posted_us, usec_t now_us)
{
	refill(p, now_us);
	if (p->slowed_us && posted_us < p->slowed_us + GRACE_US)
		return;
	if (!p->sample_us) {
		p->sample_us = now_us;
		p->tokens_micro = 0;
	}
	p->n_answers++;
	p->n_limited++;
	judge(p, now_us);
}

void pacer_taken(struct pacer *p, usec_t posted_us, usec_t now_us)
{
	if (!p->sample_us || (p->slowed_us && posted_us < p->slowed_us + GRACE_US))
		return;
	p->n_answers++;
	judge(p, now_us);
}

usec_t pacer_wait_us(struct pacer *p, int want, usec_t now_us)
{
	refill(p, now_us);
	int64_t missing = (int64_t)want * MICRO - p->tokens_micro;
	if (missing <= 0)
		return 0;
	return missing * 1000 / p->rate_milli + 1;
}
