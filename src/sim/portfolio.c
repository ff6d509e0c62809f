#include "sim/portfolio.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_US INT64_C(86400000000)

void sim_portfolio_fini(struct sim_portfolio *p)
{
	free(p->queue);
	*p = (struct sim_portfolio){0};
}

void sim_portfolio_reset(struct sim_portfolio *p)
{
	p->first = p->n = 0;
	p->users = 0;
}

uint32_t sim_portfolio_limit(const char *tier)
{
	static const struct {
		const char *word;
		uint32_t limit;
	} tiers[] = {{"TIER_250", 250}, {"TIER_2K", 2000}, {"TIER_10K", 10000}, {"TIER_100K", 100000}};
	for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
		if (strcmp(tier, tiers[i].word) == 0)
			return tiers[i].limit;
	return 0;
}

/* When this person, under whatever number, counted last; 0: does not count. */
static int64_t counted_at(const struct sim_ledger *ledger, const struct sim_entry *entry)
{
	uint32_t cursor = 0;
	int64_t newest = 0;
	const struct sim_entry *e;
	while ((e = sim_ledger_next_of(ledger, entry->who, &cursor)) != NULL)
		newest = e->counted_us > newest ? e->counted_us : newest;
	return newest;
}

static void uncount(struct sim_portfolio *p, const struct sim_ledger *ledger, const struct sim_entry *entry)
{
	uint32_t cursor = 0;
	struct sim_entry *e;
	while ((e = sim_ledger_next_of(ledger, entry->who, &cursor)) != NULL)
		e->counted_us = 0;
	p->users--;
}

static void expire(struct sim_portfolio *p, const struct sim_ledger *ledger, int64_t now_us)
{
	while (p->n > 0 && p->queue[p->first].at_us <= now_us - WINDOW_US) {
		const struct sim_counted *c = &p->queue[p->first];
		p->first = (p->first + 1) & (p->size - 1);
		p->n--;
		if (counted_at(ledger, c->entry) == c->at_us)
			uncount(p, ledger, c->entry);
	}
}

bool sim_portfolio_fits(struct sim_portfolio *p, const struct sim_ledger *ledger, const struct sim_entry *entry, uint32_t limit,
                        int64_t now_us)
{
	expire(p, ledger, now_us);
	return p->users < limit || counted_at(ledger, entry) > 0;
}

static void push(struct sim_portfolio *p, struct sim_counted c)
{
	if (p->n == p->size) {
		size_t size = p->size ? p->size * 2 : 1024;
		struct sim_counted *queue = calloc(size, sizeof(*queue));
		if (!queue)
			abort();
		for (size_t i = 0; i < p->n; i++)
			queue[i] = p->queue[(p->first + i) & (p->size - 1)];
		free(p->queue);
		p->queue = queue;
		p->size = size;
		p->first = 0;
	}
	p->queue[(p->first + p->n++) & (p->size - 1)] = c;
}

bool sim_portfolio_count(struct sim_portfolio *p, const struct sim_ledger *ledger, struct sim_entry *entry, int64_t now_us)
{
	bool is_new = counted_at(ledger, entry) == 0;
	p->last_us = now_us > p->last_us ? now_us : p->last_us + 1;
	entry->counted_us = p->last_us;
	p->users += is_new;
	push(p, (struct sim_counted){entry, p->last_us});
	return is_new;
}

void sim_portfolio_forget(struct sim_portfolio *p, const struct sim_ledger *ledger, struct sim_entry *entry)
{
	if (counted_at(ledger, entry) > 0)
		uncount(p, ledger, entry);
}
