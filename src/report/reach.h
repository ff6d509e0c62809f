#pragma once
/* How far a campaign gets before its deadline, at the lane's pace and within the 24-hour budget. */

#include "base/clock.h"
#include "store/store.h"

struct reach {
	int64_t campaign_no, portfolio_no; /* as budget_plan takes them (store/budget.h) */
	msec_t start_ms, deadline_ms;      /* deadline_ms -1: none */
	int64_t pace;                      /* messages a second */
	int64_t n;                         /* how many are to be handed over yet */
};
/* How many of them are handed over by then. The rest would be left out. */
must_check int reach_by_deadline(struct store_tx *tx, const struct reach *reach, msec_t now, int64_t *ret_n);
