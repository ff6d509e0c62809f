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
	msec_t start_ms;                             /* -1: of single messages, which have none */
	msec_t begun_ms;                             /* when the campaign began; of single messages, when theirs was made */
	msec_t deadline;                             /* -1 none */
	msec_t campaign_resume_ms, sender_resume_ms; /* when a hold was lifted last; 0 never */
};
/* Reads nothing when `gate` is that campaign's already. */
must_check int ledger_gate_open(struct store_tx *tx, int64_t campaign_no, struct ledger_gate *gate);
/* Before a row goes back into the queue, and before any of its campaign's rows are loaded (one order of locks for everyone): a
 * cancel is done before, and the gate that is opened then says so, or comes after the commit, and its sweep finds the row. */
must_check int ledger_gate_lock(struct store_tx *tx, int64_t campaign_no);

/* Meta's limit of marketing messages to one person ("per-user marketing template message limits"): the message of `is` was not
 * delivered. It waits for a day, and longer each time; or has failed, where that would be beyond the deadline, the campaign does
 * not want it, or the person is in the United States, whereto Meta delivers no marketing at all. */
void ledger_cap(const struct ledger_gate *gate, struct row *is, msec_t now);
/* Until when such a message is tried again: the campaign's deadline; without one, for three days from its first try or the
 * campaign's start, whichever is later. */
msec_t ledger_capped_end(msec_t deadline, msec_t begun, const struct row *row);
/* The person is remembered for forecasts. */
must_check int ledger_cap_note(struct store_tx *tx, const struct ledger_gate *gate, int64_t seq, msec_t now);
