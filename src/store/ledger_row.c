/* The one place where a ledger row changes. A caller loads the row, says what it should be, and row_move checks the step
 * against states.def, writes the row, and puts what the step means into the tallies of the same transaction. So counters
 * cannot drift from rows, whoever moves them. */
#include "store/ledger_row.h"

#include <assert.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/brake.h"
#include "store/tally_batch.h"

struct sql_value row_time(msec_t t)
{
	return t < 0 ? sql_null() : sql_int(t);
}

msec_t row_col_time(const struct sql_rows *rows, int col)
{
	return sql_is_null(rows, col) ? -1 : sql_col_int(rows, col);
}

void row_from(const struct sql_rows *rows, int col, int64_t campaign_no, int64_t seq, struct arena *arena, struct row *ret)
{
	*ret = (struct row){
		.campaign_no = campaign_no,
		.seq = seq,
		.state = (enum state)sql_col_int(rows, col),
		.attempts = (int)sql_col_int(rows, col + 1),
		.epoch = sql_col_int(rows, col + 2),
		.not_before = row_col_time(rows, col + 3),
		.code = (int)sql_col_int(rows, col + 4),
		.held = sql_col_int(rows, col + 5) != 0,
		.claimed_ms = row_col_time(rows, col + 6),
		.doubt_ms = row_col_time(rows, col + 7),
		.accepted_ms = row_col_time(rows, col + 8),
		.sent_ms = row_col_time(rows, col + 9),
		.delivered_ms = row_col_time(rows, col + 10),
		.read_ms = row_col_time(rows, col + 11),
		.failed_ms = row_col_time(rows, col + 12),
		.wamid = arena_strdup(arena, sql_col_text(rows, col + 13, NULL)),
		.detail = arena_strdup(arena, sql_col_text(rows, col + 14, NULL)),
		.country = (int)sql_col_int(rows, col + 15),
		.caps = (int)sql_col_int(rows, col + 16),
		.tried_ms = row_col_time(rows, col + 17),
	};
}

int row_ahead(struct store_tx *tx, int64_t campaign_no, int64_t seq)
{
	return sql_ahead(tx->db, STMT_LEDGER_LOAD, SQL_ARGS(sql_int(campaign_no), sql_int(seq)));
}

int row_load(struct store_tx *tx, int64_t campaign_no, int64_t seq, struct arena *arena, struct row *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_LEDGER_LOAD, SQL_ARGS(sql_int(campaign_no), sql_int(seq)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	row_from(rows, 0, campaign_no, seq, arena, ret);
	return 0;
}

static int row_store(struct store_tx *tx, const struct row *r)
{
	return sql_send(tx->db, STMT_LEDGER_STORE,
	                SQL_ARGS(sql_int(r->campaign_no), sql_int(r->seq), sql_int(r->state), sql_int(r->attempts),
	                         r->epoch ? sql_int(r->epoch) : sql_null(), row_time(r->not_before),
	                         r->code ? sql_int(r->code) : sql_null(), r->held ? sql_int(1) : sql_null(),
	                         row_time(r->claimed_ms), row_time(r->doubt_ms), row_time(r->accepted_ms), row_time(r->sent_ms),
	                         row_time(r->delivered_ms), row_time(r->read_ms), row_time(r->failed_ms), sql_text(r->wamid),
	                         sql_text(r->detail), r->caps ? sql_int(r->caps) : sql_null(), row_time(r->tried_ms)));
}

bool row_is_capped(const struct row *r)
{
	return r->state == STATE_QUEUED && r->caps > 0 && r->code == CAPPED_CODE;
}

bool row_is_removed(const struct row *r)
{
	return r->state == STATE_SKIPPED || r->state == STATE_CANCELED;
}

bool row_may_have_arrived(const struct row *r)
{
	return r->doubt_ms >= 0 && (r->state == STATE_UNCONFIRMED || r->state == STATE_QUEUED || row_is_removed(r));
}

/* A time that was not there and is now: one more on the timeline, and for the country. One that is no more (a message that
 * WhatsApp took and then held back) never was. */
static void tally_step(struct tally_batch *batch, const struct row *r, enum tally_kind kind, enum tally_kind by_country,
                       msec_t was, msec_t is)
{
	if ((was >= 0) == (is >= 0))
		return;
	int n = is >= 0 ? 1 : -1;
	tally_add_step(batch, r->campaign_no, kind, is >= 0 ? is : was, n);
	tally_add(batch, r->campaign_no, by_country, r->country, n);
}

/* Among those that were handed over in the same minute. */
static void tally_lost(struct tally_batch *batch, const struct row *is)
{
	bool refused = is->accepted_ms < 0;
	int64_t minute = (refused ? is->failed_ms : is->accepted_ms) / MINUTE_MS;
	tally_add(batch, is->campaign_no, TALLY_T_LOST, minute, 1);
	if (refused)
		tally_add(batch, is->campaign_no, TALLY_T_REFUSED, minute, 1);
}

static void tally_row(struct tally_batch *batch, const struct row *was, const struct row *is)
{
	if (was->state != is->state) {
		tally_add(batch, is->campaign_no, TALLY_STATE, was->state, -1);
		tally_add(batch, is->campaign_no, TALLY_STATE, is->state, 1);
		if (is->state == STATE_FAILED) {
			tally_add(batch, is->campaign_no, TALLY_FAILED, is->code, 1);
			tally_lost(batch, is);
		}
		if (was->state == STATE_SKIPPED)
			tally_add(batch, is->campaign_no, TALLY_SKIPPED, was->code, -1);
		if (is->state == STATE_SKIPPED)
			tally_add(batch, is->campaign_no, TALLY_SKIPPED, is->code, 1);
	}
	int handed = (is->accepted_ms >= 0) - (was->accepted_ms >= 0);
	if (handed)
		tally_add(batch, is->campaign_no, TALLY_HANDED, 0, handed);
	tally_step(batch, is, TALLY_T_SENT, TALLY_C_SENT, was->accepted_ms, is->accepted_ms);
	tally_step(batch, is, TALLY_T_DELIVERED, TALLY_C_DELIVERED, was->delivered_ms, is->delivered_ms);
	tally_step(batch, is, TALLY_T_READ, TALLY_C_READ, was->read_ms, is->read_ms);
	tally_step(batch, is, TALLY_T_FAILED, TALLY_C_FAILED, was->failed_ms, is->failed_ms);
}

int row_skip(struct store_tx *tx, struct tally_batch *batch, const struct row *row, enum skip_rule rule)
{
	struct row is = *row;
	is.state = STATE_SKIPPED;
	is.code = (int)rule;
	is.not_before = -1;
	return row_move(tx, batch, row, &is);
}

void row_made(struct tally_batch *batch, const struct row *r)
{
	tally_add(batch, r->campaign_no, TALLY_STATE, r->state, 1);
	tally_add(batch, r->campaign_no, TALLY_C_RECIPIENTS, r->country, 1);
	if (r->state == STATE_SKIPPED)
		tally_add(batch, r->campaign_no, TALLY_SKIPPED, r->code, 1);
}

static msec_t time_of(const struct row *r)
{
	switch (r->state) {
	case STATE_CLAIMED:
		return r->claimed_ms;
	case STATE_SENT:
		return r->sent_ms;
	case STATE_DELIVERED:
		return r->delivered_ms;
	case STATE_READ:
		return r->read_ms;
	case STATE_FAILED:
		return r->failed_ms;
	case STATE_ACCEPTED:
		return r->accepted_ms;
	case STATE_QUEUED:
	case STATE_UNCONFIRMED:
	case STATE_SKIPPED:
	case STATE_CANCELED:
	case N_STATES:
		break;
	}
	return -1;
}

static enum message_status status_of(const struct row *r)
{
	return message_status_of(r->state, r->accepted_ms >= 0, r->code);
}

/* What clients are told of: another word for the message. That it waits for another try is none of them, and its second way
 * out was told with the first. */
static void note_status(struct tally_batch *batch, const struct row *was, const struct row *is)
{
	enum message_status status = status_of(is);
	if (status == status_of(was) || status == MESSAGE_SCHEDULED || (status == MESSAGE_ENROUTE && is->attempts > 1))
		return;
	tally_batch_note(
		batch,
		&(struct message_note){
			.campaign_no = is->campaign_no, .seq = is->seq, .state = is->state, .status = status, .at = time_of(is)});
}

int row_move(struct store_tx *tx, struct tally_batch *batch, const struct row *was, const struct row *now_is)
{
	assert(was->campaign_no == now_is->campaign_no && was->seq == now_is->seq);
	if (was->state != now_is->state && !state_may_move(was->state, now_is->state))
		return 1;
	if (row_store(tx, now_is) < 0)
		return -1;
	tally_row(batch, was, now_is);
	note_status(batch, was, now_is);
	return 0;
}

static int campaign_reopen(struct store_tx *tx, int64_t campaign_no, msec_t now)
{
	if (sql_run(tx->db, STMT_SETTLE_REOPEN, SQL_ARGS(sql_int(campaign_no), sql_int(now)), NULL) < 0 ||
	    activity_add(tx, ACTIVITY_CAMPAIGN_REOPENED, campaign_no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	return hook_note_campaign(tx, campaign_no, now);
}

int ledger_settle(struct store_tx *tx, int64_t campaign_no, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SETTLE_GATE, SQL_ARGS(sql_int(campaign_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	enum campaign_status status = (enum campaign_status)sql_col_int(rows, 0);
	bool running = status == CAMPAIGN_IN_PROGRESS && sql_col_int(rows, 1) != 0;
	int64_t open = sql_col_int(rows, 3) + sql_col_int(rows, 4);
	if (sql_col_int(rows, 2) == UNCONFIRMED_RESEND)
		open += sql_col_int(rows, 5);
	if (status == CAMPAIGN_COMPLETED && open > 0) /* one of its messages was held back, and is sent again */
		return campaign_reopen(tx, campaign_no, now);
	if (!running || open > 0)
		return 0;
	if (sql_run(tx->db, STMT_SETTLE_COMPLETE, SQL_ARGS(sql_int(campaign_no), sql_int(now)), NULL) < 0 ||
	    activity_add(tx, ACTIVITY_CAMPAIGN_COMPLETED, campaign_no, ACTIVITY_NO_FACTS, now) < 0 ||
	    hook_note_campaign(tx, campaign_no, now) < 0)
		return -1;
	return 1;
}

int rows_finish(struct store_tx *tx, struct tally_batch *batch, msec_t now)
{
	size_t n_notes;
	const struct message_note *notes = tally_batch_notes(batch, &n_notes);
	if (tally_flush(tx, batch) < 0 || hook_note_messages(tx, notes, n_notes, now) < 0)
		return -1;
	for (int64_t no = tally_batch_campaign_after(batch, 0); no; no = tally_batch_campaign_after(batch, no))
		if (ledger_settle(tx, no, now) < 0 || brake_look(tx, batch, no, now) < 0)
			return -1;
	return 0;
}
