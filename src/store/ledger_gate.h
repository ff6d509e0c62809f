#pragma once
/* Inside store: what the campaign of a ledger row says about it, read once for all of its rows in a batch, and what becomes of
 * a message that WhatsApp held back. */

#include "store/ledger_row.h"
#include "store/senders.h"

struct ledger_gate {
	int64_t campaign_no; /* 0: nothing read yet */
	bool known, canceled;
	int64_t account_no, sender_no, portfolio_no; /* portfolio_no: 0 where no limit is kept */
	unsigned char secret_hash[SECRET_HASH_BYTES];
	bool retries_capped;
	msec_t start_ms; /* -1: of single messages, which have none */
	msec_t deadline;
	msec_t campaign_resume_ms, sender_resume_ms; /* when a hold was lifted last; 0 never */
};
/* Reads nothing when `gate` is that campaign's already. */
must_check int ledger_gate_open(struct store_tx *tx, int64_t campaign_no, struct ledger_gate *gate);

/* Meta's limit of marketing messages to one person ("per-user marketing template message limits"): the message of `is` was not
 * delivered. It waits for a day, and longer each time; or has failed, where that would be beyond the deadline, the campaign does
 * not want it, or the person is in the United States, whereto Meta delivers no marketing at all. */
void ledger_cap(const struct ledger_gate *gate, struct row *is, msec_t now);
/* The person is remembered for forecasts. */
must_check int ledger_cap_note(struct store_tx *tx, const struct ledger_gate *gate, int64_t seq, msec_t now);
