#pragma once
/* The ledger: one row a recipient, and the only functions that move one. Every move changes the row, the campaign's
 * tallies and the timeline in the same transaction, and is checked against states.def; a move that is not legal is not
 * made and not an error (webhooks come late, twice and in any order). */

#include "model/contact.h"
#include "model/hold.h"
#include "model/states.h"
#include "model/template.h"
#include "store/page.h"
#include "store/store.h"

struct single;

/* ---- freeze: the audience becomes rows, in batches, resumable ---- */

/* Add the next `max_rows` recipients of a campaign in progress, each queued, or skipped by a rule (opted out, empty
 * placeholder, too long). 0 more to do, 1 everything is frozen now (or was), 2 the campaign is not in progress. */
must_check int ledger_freeze(struct store_tx *tx, int64_t campaign_no, int max_rows, msec_t now);

/* ---- claim: a durable mark before anything leaves the machine ---- */

struct claimed_row {
	int64_t campaign_no, seq;
	int attempt;    /* this one, from 1 */
	msec_t pair_ms; /* how long it has waited since its last try, when that met the limit of one person (131056); else 0 */
	struct contact contact;
	const struct single *single; /* what a single message is made of; NULL: of the campaign's template */
};
/* Claim up to `max` rows that may be sent now under lane epoch `epoch`: retries whose time has come, then fresh ones in
 * order. Nothing when the campaign or its sender is held, or the campaign is not in progress. Past the deadline, rows are
 * skipped by rule instead, single messages each past its own. Memory from `arena`. *ret_more: there may be more to claim right
 * now. *ret_budget_at: the rest waits for the 24-hour budget (store/budget.h), and this is when to look again; -1 it does not.
 * `ahead_ms`: the clock may be so far ahead, and no place of the budget ends by that.
 * 1 when the epoch is not the lane's present one (fenced): nothing was done. */
must_check int ledger_claim(struct store_tx *tx, int64_t campaign_no, int64_t sender_no, int64_t epoch, int max, msec_t now,
                            msec_t ahead_ms, struct arena *arena, struct claimed_row *ret, int *ret_n, bool *ret_more,
                            msec_t *ret_budget_at);
/* The earliest not-before among a campaign's queued rows; -1 none. */
must_check int ledger_next_retry(struct store_tx *tx, int64_t campaign_no, msec_t *ret);
/* Of the queued rows those whose next try is after `after`: how many, counted up to `max` (0: not counted), and the time of the
 * last; -1 none. */
must_check int ledger_late(struct store_tx *tx, int64_t campaign_no, msec_t after, int64_t max, int64_t *ret_n, msec_t *ret_last);

/* ---- record: what came back ---- */

enum outcome_kind {
	OUTCOME_ACCEPTED, /* wamid */
	OUTCOME_HELD,     /* accepted, held by Meta for quality assessment; wamid */
	OUTCOME_RETRY,    /* certainly not sent: queued again, not before `not_before` */
	OUTCOME_FAILED,   /* for good: code, detail */
	OUTCOME_CAPPED,   /* WhatsApp holds marketing to this person back (131049): queued again for a day or more, or failed */
	OUTCOME_UNCONFIRMED, /* code or 0, detail */
	OUTCOME_UNSENT,      /* claimed but never handed to the wire: queued again, the attempt does not count */
};
struct outcome {
	enum outcome_kind kind;
	int64_t campaign_no, seq;
	int attempt;
	int code;
	const char *wamid, *detail; /* NULL none; borrowed */
	msec_t not_before;
	msec_t at;
};
/* Rows that a webhook raised meanwhile keep their higher state and only learn their wamid; a row that another epoch or
 * attempt owns now is left alone. Certainly unsent rows of a canceled campaign become canceled. */
must_check int ledger_record(struct store_tx *tx, int64_t epoch, const struct outcome *outcomes, int n, msec_t now);

/* ---- apply: what webhooks say ---- */

struct status_update {
	int64_t campaign_no, seq;
	int attempt;      /* of the key: a failure of an older attempt says nothing of the present one */
	enum state state; /* SENT, DELIVERED, READ, FAILED */
	const char *wamid, *detail;
	int code;
	msec_t at; /* Meta's time */
	/* Of a failure that is not of this message alone: what is held for it, its sender or its campaign. */
	struct hold hold; /* its texts are static */
	bool holds_sender;
};
/* In the order given; sorted by key inside where that changes nothing. `hash`: the app secret that signed; rows of senders
 * with another secret are left alone. Counts what moved, what was known already, and what is nobody's. */
struct apply_result {
	int64_t moved, known, foreign;
	bool held;   /* a campaign or a sender was held */
	bool queued; /* a message that was held back is to be sent again */
};
must_check int ledger_apply(struct store_tx *tx, const unsigned char *hash, const struct status_update *updates, int n,
                            msec_t now, struct apply_result *ret);

/* ---- doubt: rows in flight when their owner was lost ---- */

/* Rows `claimed` under an epoch older than `epoch` may have left: unconfirmed. Called by lane_take. */
must_check int ledger_doubt(struct store_tx *tx, int64_t sender_no, int64_t epoch, msec_t now, int64_t *ret_n);

/* ---- unconfirmed rows of campaigns with on_unconfirmed=resend ---- */

/* Queue again those of whom nothing was heard for `window_ms` while status webhooks of the same number came for messages
 * claimed later (so that silence is evidence). Where no later message exists and the lane has rested for the window, one
 * row alone is queued as a probe. Silence begins with the doubt, and not before `since`, from when on webhooks were listened
 * to without a break; it reaches to the oldest webhook that is stored and not yet applied, which may speak of any row.
 * *ret_next: when to look again, -1 never. */
must_check int ledger_resend(struct store_tx *tx, int64_t sender_no, msec_t window_ms, msec_t since, msec_t now,
                             int64_t *ret_queued, msec_t *ret_next);

/* Complete the campaign when every row is handed over, failed, skipped or canceled (under resend, unconfirmed ones must be
 * settled too). 1 when it is complete now. Called by record, apply and freeze themselves; public for tests. */
must_check int ledger_settle(struct store_tx *tx, int64_t campaign_no, msec_t now);

/* ---- seen from outside ---- */

struct ledger_row {
	int64_t campaign_no, seq, account_no, sender_no, audience_no;
	int64_t template_no; /* 0: a single message without one */
	const char *campaign_name, *sender_name, *template_text;
	msec_t start_ms; /* when the row was made: the campaign's start, or when the single message was asked for */
	enum state state;
	int attempts;
	int code;
	int country;                /* its number; of recipient_list and recipient_stretch only */
	const char *wamid, *detail; /* NULL none */
	bool held_by_meta;
	msec_t claimed_ms, doubt_ms, accepted_ms, sent_ms, delivered_ms, read_ms, failed_ms; /* -1 not yet */
	msec_t not_before;                                                                   /* -1 none */
	struct contact contact;
	const char *type; /* of the content: text, image… */
	bool is_single;
	/* of a single message */
	const char *text;    /* without a template: what was written */
	const char *payload; /* NULL none */
	int64_t test_of;     /* campaign that it tries out; 0 none */
	msec_t expire_ms;
};
must_check int ledger_read(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, struct arena *arena,
                           struct ledger_row *ret); /* 1 unknown */
/* Stop a row that is still queued: it is canceled. 1 unknown, 2 handed over already. */
must_check int ledger_stop(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, msec_t now);
