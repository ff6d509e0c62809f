#pragma once
/* The business portfolio's limit: how many people its numbers may begin with in a moving 24 hours, as Meta's page on messaging
 * limits has it. A person counts from when a template is taken for them outside their customer service window, so that what is
 * on its way is not forgotten, until 24 hours after the last delivery; not at all when their only message fails. All accounts
 * here are of one portfolio. Not locked; the owner is. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/ledger.h"

#define SIM_PORTFOLIO_ID UINT64_C(506914307656634)

struct sim_counted {
	struct sim_entry *entry;
	int64_t at_us; /* never the same twice */
};

struct sim_portfolio {
	struct sim_counted *queue; /* oldest first, a ring of `size`, a power of two */
	size_t first, n, size;
	int64_t last_us;
	uint32_t users; /* who count now */
};

void sim_portfolio_fini(struct sim_portfolio *portfolio);
/* The ledger was reset: its entries are gone. */
void sim_portfolio_reset(struct sim_portfolio *portfolio);
/* Whether a template to this recipient is within `limit`. */
bool sim_portfolio_fits(struct sim_portfolio *portfolio, const struct sim_ledger *ledger, const struct sim_entry *entry,
                        uint32_t limit, int64_t now_us);
/* It was taken, or delivered. True when the person did not count before. */
bool sim_portfolio_count(struct sim_portfolio *portfolio, const struct sim_ledger *ledger, struct sim_entry *entry,
                         int64_t now_us);
/* The message for which the person began to count has failed. */
void sim_portfolio_forget(struct sim_portfolio *portfolio, const struct sim_ledger *ledger, struct sim_entry *entry);
/* Of Meta's tier words, by their place in the option's choices; 0: no limit. */
uint32_t sim_portfolio_limit(const char *tier);
