/* Freezing turns an audience, as it was at the campaign's start, into ledger rows. It goes batch by batch, each with how far
 * it came in the same transaction, so a crash goes on at the next contact. What a rule removes gets a row too: skipped,
 * with the rule, so that nobody is left out in silence. */
#include "sql/sql.h"
#include "statements.h"
#include "store/candidates.h"
#include "store/ledger_row.h"
#include "store/tally_batch.h"
#include "store/templates.h"

struct freeze {
	struct store_tx *tx;
	struct tally_batch *batch;
	int64_t campaign_no, next_seq;
	struct candidates from;
};

/* 0 go on, 1 everything is frozen, 2 not in progress. */
static int freeze_open(struct store_tx *tx, int64_t campaign_no, struct arena *arena, struct freeze *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_FREEZE_GATE, SQL_ARGS(sql_int(campaign_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got < 0)
		return -1;
	if (got == 0 || sql_col_int(rows, 0) != CAMPAIGN_IN_PROGRESS)
		return 2;
	if (sql_col_int(rows, 1) != 0)
		return 1;
	ret->tx = tx;
	ret->campaign_no = campaign_no;
	ret->from.account_no = sql_col_int(rows, 2);
	ret->from.audience_no = sql_col_int(rows, 3);
	ret->from.version = sql_col_int(rows, 4);
	ret->from.from_no = sql_col_int(rows, 5);
	ret->next_seq = sql_col_int(rows, 6);
	struct template tpl;
	struct err err;
	if (template_read(tx, 0, sql_col_int(rows, 7), arena, &tpl) != 0)
		return -1;
	return template_form_open(tx, &tpl, arena, &ret->from.form, &err);
}

static int freeze_one(const struct candidate *c, struct arena *scratch, void *arg)
{
	(void)scratch;
	struct freeze *f = arg;
	const struct row row = {.campaign_no = f->campaign_no,
	                        .seq = f->next_seq++,
	                        .state = c->rule == RULE_NONE ? STATE_QUEUED : STATE_SKIPPED,
	                        .code = (int)c->rule,
	                        .country = c->country};
	if (sql_run(f->tx->db, STMT_LEDGER_INSERT,
	            SQL_ARGS(sql_int(row.campaign_no), sql_int(row.seq), sql_int(c->contact.no), sql_int(row.state),
	                     row.code ? sql_int(row.code) : sql_null(), sql_int(row.country)),
	            NULL) < 0)
		return -1;
	row_made(f->batch, &row);
	if (row.state == STATE_SKIPPED)
		tally_batch_note(f->batch, &(struct message_note){.campaign_no = row.campaign_no,
		                                                  .seq = row.seq,
		                                                  .state = row.state,
		                                                  .status = message_status_of(row.state, false, row.code),
		                                                  .at = -1});
	return 0;
}

int ledger_freeze(struct store_tx *tx, int64_t campaign_no, int max_rows, msec_t now)
{
	arena_auto struct arena *arena = arena_create(8192);
	struct freeze *f = arena_alloc(arena, sizeof(*f));
	int opened = freeze_open(tx, campaign_no, arena, f);
	if (opened != 0)
		return opened;
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	f->batch = batch;
	int n = 0;
	if (candidates_next(tx, &f->from, max_rows, freeze_one, f, &n) < 0)
		return -1;
	bool frozen = n < max_rows;
	if (sql_run(tx->db, STMT_FREEZE_PROGRESS,
	            SQL_ARGS(sql_int(campaign_no), sql_int(f->from.from_no), sql_int(f->next_seq), sql_int(frozen)), NULL) < 0)
		return -1;
	if (frozen) /* it may be complete: nobody may be there, and the last rows may be done with at this moment */
		tally_add(batch, campaign_no, TALLY_STATE, STATE_QUEUED, 0);
	return rows_finish(tx, batch, now) < 0 ? -1 : frozen;
}
