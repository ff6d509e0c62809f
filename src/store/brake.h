#pragma once
/* Inside store: the brake and the canary of a campaign, both of which judge by what became of messages that were handed over. */

#include "model/hold.h"
#include "store/store.h"
#include "store/tally_batch.h"

/* After rows of the batch have failed: their campaign is held when too many of those handed over within BRAKE_WINDOW_MS of them
 * failed. It is asked of the time at which the failed ones were handed over, so webhooks that come late are judged with their
 * like. */
#define BRAKE_WINDOW_MS (10 * MINUTE_MS)
#define BRAKE_SAMPLE 100 /* handed over, at least */
must_check int brake_look(struct store_tx *tx, const struct tally_batch *batch, int64_t campaign_no, msec_t now);

/* How many more recipients may be claimed before the canary is complete; -1 any number. Those that certainly did not leave, and
 * wait to be sent again, are none of it. */
must_check int canary_room(struct store_tx *tx, int64_t campaign_no, int64_t *ret);
/* So many were claimed: with the last of the canary the campaign is held until it is judged. */
#define CANARY_WHOLE INT32_MAX /* whatever its size */
must_check int canary_claimed(struct store_tx *tx, int64_t campaign_no, int64_t n, msec_t now);

/* Holds whose time has come: canaries are judged, senders' restrictions are over. *ret_n counts what changed. */
must_check int holds_end(struct store_tx *tx, msec_t now, int *ret_n);
must_check int holds_next_end(struct store_tx *tx, msec_t *ret); /* -1 none */
