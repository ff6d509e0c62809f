#pragma once
/* Inside api: what other files need of a campaign's requests and answers. */

#include "api/call.h"
#include "store/campaigns.h"

/* The body of a create, decoded and judged; faults are in call->faults, in the fields' order. */
struct campaign_request *campaigns_read_create(struct api_call *call);
/* The counts, and what holds it: members `messages` and `hold`. */
void campaigns_put_messages(struct json_writer *w, const struct campaign *c);
/* `hold`, and `sender_hold` while it is not over. */
void campaigns_put_holds(struct json_writer *w, const struct campaign *c);
/* `expected_end`, `left_out`, `delayed` and `rate_now`. */
must_check int campaigns_put_pace(struct store_tx *tx, struct json_writer *w, const struct campaign *c, msec_t now);
/* What the streams tell of it, for the caller to free; NULL: the database failed. */
char *campaigns_live_text(struct store_tx *tx, const struct campaign *c, msec_t now);
