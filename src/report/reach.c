#include "report/reach.h"

#include "store/budget.h"

static int64_t by_pace(const struct reach *r, msec_t now)
{
	msec_t begin = r->start_ms > now ? r->start_ms : now, span = r->deadline_ms - begin;
	if (span < 0)
		return 0;
	return span / SECOND_MS >= r->n / r->pace + 1 ? r->n : span * r->pace / SECOND_MS;
}

int reach_by_deadline(struct store_tx *tx, const struct reach *r, msec_t now, int64_t *ret_n)
{
	*ret_n = r->n;
	if (r->deadline_ms < 0)
		return 0;
	/* Who comes later has a place no sooner: the last one in time is looked for by halves. */
	int64_t in_time = 0, most = by_pace(r, now);
	for (int64_t nth = most; in_time < most; nth = in_time + (most - in_time + 1) / 2) {
		msec_t at;
		int64_t limit;
		if (budget_plan(tx, r->portfolio_no, r->start_ms, r->campaign_no, nth, now, &at, &limit) < 0)
			return -1;
		if (at <= r->deadline_ms)
			in_time = nth;
		else
			most = nth - 1;
	}
	*ret_n = in_time;
	return 0;
}
