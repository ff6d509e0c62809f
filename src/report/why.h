#pragma once
/* Why a message stands where it stands: one text for a person, the same in every answer. Says which rule removed it, what holds
 * it and until when, what WhatsApp answered, and what comes next. Pure. */

#include "store/ledger.h"
#include "model/campaign.h"

/* What holds rows that wait; NULL where nothing does. */
struct why_context {
	const char *campaign_hold, *sender_hold; /* sentences */
	enum on_unconfirmed on_unconfirmed;
	msec_t now;
};

/* Memory from `arena`, or static. */
const char *why_text(const struct ledger_row *row, const struct why_context *context, struct arena *arena);
