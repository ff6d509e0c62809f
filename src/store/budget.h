#pragma once
/* The 24-hour budget: how many people the numbers of one business portfolio may begin with in a moving 24 hours. Source: Meta's
 * page on messaging limits: unique people to whom a message was *delivered* outside their customer service window, counted for
 * the portfolio; tiers of 250, 2,000, 10,000, 100,000 and no limit.
 *
 * A person takes a place in it when a message to them is claimed, in the claim's own transaction, and has it until
 * BUDGET_WINDOW_MS after the last claim or delivery of one. So the places that are taken are never fewer than the people whom
 * Meta counts. A place that only one message stands behind is given back when that message certainly does not arrive. Where
 * there is no limit nothing is counted. */

#include "store/store.h"

#define BUDGET_WINDOW_MS (DAY_MS + MINUTE_MS) /* a minute more: Meta's clock is not ours, and its times are whole seconds */

struct budget {
	int64_t portfolio_no; /* 0: no limit, or none is known */
	int64_t limit, used;  /* of now */
	msec_t now;
};
/* Both take the portfolio's number where it has a limit, else 0: *ret then says that there is none. */
must_check int budget_read(struct store_tx *tx, int64_t portfolio_no, msec_t now, struct budget *ret);
/* For taking places: locks the portfolio until the commit, and gives back the places whose time is over, also when the clock is
 * `ahead_ms` ahead. */
must_check int budget_open(struct store_tx *tx, int64_t portfolio_no, msec_t now, msec_t ahead_ms, struct budget *ret);
/* How many more people may be begun with now; INT64_MAX without a limit. */
int64_t budget_left(const struct budget *budget);

/* A place for a person whom `sender_no` is about to write to, leaving `reserved` places to others; none is needed for those who
 * have one, or who wrote to this sender within 24 hours. 0; 1 there is none. */
must_check int budget_take(struct store_tx *tx, struct budget *budget, int64_t sender_no, const char *number, int64_t reserved);
/* Writes down how many are used after takes. */
must_check int budget_close(struct store_tx *tx, const struct budget *budget);

/* When the `nth` further person (from 1) can be begun with, if all places are taken as soon as they come free: now, or later. */
must_check int budget_when(struct store_tx *tx, const struct budget *budget, int64_t nth, msec_t *ret);
/* Messages of the portfolio's campaigns that come before those of a campaign that begins at `start_ms`, as campaigns have their
 * places in the order in which they begin: what is frozen of those that run, and the audiences of those that are scheduled. For
 * one that cannot send now (it or its sender is held, WhatsApp cannot be reached, a medium is not there yet) none are kept:
 * others use them, and it takes what is left when it can. */
must_check int budget_ahead(struct store_tx *tx, int64_t portfolio_no, msec_t start_ms, int64_t campaign_no, msec_t now,
                            int64_t *ret);
/* When the `nth` message (from 1) of a campaign that begins at `start_ms` can have a place, after those before it; never before
 * it begins. A campaign that is not made yet has the number INT64_MAX. *ret_limit is -1 where there is none. */
must_check int budget_plan(struct store_tx *tx, int64_t portfolio_no, msec_t start_ms, int64_t campaign_no, int64_t nth,
                           msec_t now, msec_t *ret_at, int64_t *ret_limit);
/* The same of a campaign that is scheduled or in progress; where its next `nth` message need not wait the time is `now`, or that
 * of its start. */
must_check int budget_of_campaign(struct store_tx *tx, int64_t campaign_no, int64_t nth, msec_t now, msec_t *ret_at,
                                  int64_t *ret_limit);

/* A portfolio with a limit, and how it stands. */
struct budget_standing {
	const char *meta_id; /* `waba:<id>` while only an account of it is known */
	struct budget budget;
};
/* Of all portfolios that have a limit and a sender here, the first `max`. */
must_check int budget_standings(struct store_tx *tx, msec_t now, struct arena *arena, struct budget_standing *ret, int max,
                                int *ret_n);

/* The senders of an account whose portfolio is known, portfolio by portfolio, the first `max`. */
struct portfolio_sender {
	int64_t portfolio_no;
	const char *meta_id, *name, *tier; /* tier: "" unknown */
};
must_check int portfolio_senders(struct store_tx *tx, int64_t account_no, struct arena *arena, struct portfolio_sender *ret,
                                 int max, int *ret_n);
/* A portfolio's meta_id; NULL for 0. */
must_check int portfolio_id(struct store_tx *tx, int64_t portfolio_no, struct arena *arena, const char **ret);

/* Which portfolio a number belongs to, with its limit: -1 none, 0 not known. An unknown portfolio (`meta_id` empty) is that of
 * the account alone, until it is known. */
must_check int budget_assign(struct store_tx *tx, int64_t sender_no, const char *meta_id, int64_t limit);
