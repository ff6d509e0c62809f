#pragma once
/* What a person decides about messages that are unconfirmed: sent again, or given up. Both are the person's word against the rule
 * that nobody is written to twice, so it is asked for each time and written into the log. A row that is sent again is tried once
 * more, as under on_unconfirmed `resend`; a row that is given up is skipped by the rule `given_up`. Word of the first try, an
 * answer or a webhook, settles either. */

#include "model/campaign.h"
#include "store/store.h"

/* The rows of a campaign that are unconfirmed now: `seq`, or with n 0 all of them, the first some hundred in this transaction and
 * the rest by decisions_step. *ret_n: how many. What is not unconfirmed is left alone, so saying it twice does it once. 1
 * unknown, 2 nothing is sent again, as *ret_why says. */
must_check int campaign_decide(struct store_tx *tx, int64_t account_no, int64_t campaign_no, enum decision decision,
                               const int64_t *seq, int n, msec_t now, int64_t *ret_n, const char **ret_why);
/* Go on with one that is under way, `max_rows` rows of it. *ret_more: there was one. */
must_check int decisions_step(struct store_tx *tx, int max_rows, msec_t now, bool *ret_more);
