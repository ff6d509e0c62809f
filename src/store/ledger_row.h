#pragma once
/* Inside store: one ledger row in memory, and the one function that moves it. */

#include "store/ledger.h"
#include "model/campaign.h"
#include "store/tally.h"

struct sql_rows;

struct row {
	int64_t campaign_no, seq;
	enum state state;
	int attempts;
	int64_t epoch;
	msec_t not_before; /* times: -1 not yet */
	int code;
	int country;     /* never changes; 0 unknown */
	int caps;        /* how often WhatsApp held it back */
	msec_t tried_ms; /* when it was first tried, of one that WhatsApp held back; else -1 */
	bool held;
	msec_t claimed_ms, doubt_ms, accepted_ms, sent_ms, delivered_ms, read_ms, failed_ms;
	const char *wamid, *detail; /* NULL none */
};

/* 0, 1 no such row. Text is put in `arena`. */
must_check int row_load(struct store_tx *tx, int64_t campaign_no, int64_t seq, struct arena *arena, struct row *ret);
/* row_load will be asked for these, in this order: at most SQL_MAX_AHEAD of them, none twice. */
must_check int row_ahead(struct store_tx *tx, int64_t campaign_no, int64_t seq);
/* The same columns, from `col` on, in another statement's row, which has locked it. */
void row_from(const struct sql_rows *rows, int col, int64_t campaign_no, int64_t seq, struct arena *arena, struct row *ret);
/* Write `now_is` over `was`, and what it means for the tallies and the user's webhooks into `batch`. 1 when states.def has no
 * such move: nothing was done. Staying in the same state is a change of the other columns only. */
must_check int row_move(struct store_tx *tx, struct tally_batch *batch, const struct row *was, const struct row *now_is);

/* Move it to skipped, by this rule. As row_move. */
must_check int row_skip(struct store_tx *tx, struct tally_batch *batch, const struct row *row, enum skip_rule rule);

/* A row that was just inserted, in its first state and with `code` where a rule removed it: into the tallies. */
void row_made(struct tally_batch *batch, const struct row *r);

/* The tallies and the events are written, then every campaign whose tallies `batch` touched is looked at for completion. */
must_check int rows_finish(struct store_tx *tx, struct tally_batch *batch, msec_t now);

#define CAPPED_CODE 131049 /* Meta's, for a person who gets no more marketing for now */
/* It waits because WhatsApp held it back: of the attempt that it had, only a delivery would be news. */
bool row_is_capped(const struct row *r);

/* By a rule, a person or a cancel: it is not sent any more. */
bool row_is_removed(const struct row *r);

/* An earlier try of it left and no answer is known, whatever it waits for or was removed for since. */
bool row_may_have_arrived(const struct row *r);

/* NULL for a negative time, else the time; and back. */
struct sql_value row_time(msec_t t);
msec_t row_col_time(const struct sql_rows *rows, int col);
