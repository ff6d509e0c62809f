#pragma once
/* Inside api: what the list of a campaign's recipients and its export share. */

#include "api/call.h"
#include "report/why.h"
#include "store/campaigns.h"
#include "store/recipients.h"

/* The steps of a row, in their order; put_step is called for each. */
struct recipient_step {
	const char *name;
	msec_t time; /* -1: not yet, or not now */
};
#define RECIPIENT_STEPS 8
void recipient_steps(const struct ledger_row *row, struct recipient_step ret[RECIPIENT_STEPS]);

/* Answer with all of them as CSV. `nothing`: only the header line. */
void recipients_export(struct api_call *call, const struct recipient_filter *filter, bool nothing);
