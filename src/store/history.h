#pragma once
/* What a sender has sent so far, from counters: for forecasts. */

#include "store/store.h"

/* Messages handed over to WhatsApp since the minute of `since`. A person who got several counts several times. */
must_check int history_sent_since(struct store_tx *tx, int64_t account_no, int64_t sender_no, msec_t since, int64_t *ret);
/* Messages handed over, ever, by country: `ret` has room for NUMBER_COUNTRIES and comes zeroed. */
must_check int history_countries(struct store_tx *tx, int64_t account_no, int64_t sender_no, int64_t *ret);
/* Messages a second that the sender's campaigns in progress handed over in the last minute. */
must_check int history_rate(struct store_tx *tx, int64_t sender_no, msec_t now, int64_t *ret_mps);
/* Messages that one campaign handed over in the last minute. */
must_check int history_campaign_rate(struct store_tx *tx, int64_t campaign_no, msec_t now, int64_t *ret_per_minute);
/* People of an audience whom WhatsApp held marketing back from (131049) since then. */
#define CAPPED_LATELY_MS (7 * DAY_MS)
must_check int history_capped(struct store_tx *tx, int64_t account_no, int64_t audience_no, msec_t since, int64_t *ret);
