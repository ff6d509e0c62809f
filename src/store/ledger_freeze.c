/* Freezing turns an audience, as it was at the campaign's start, into ledger rows. It goes batch by batch, each with how far
 * it came in the same transaction, so a crash goes on at the next contact. What a rule removes gets a row too: skipped,
 * with the rule, so that nobody is left out in silence. */
#include "sql/sql.h"
#include "statements.h"
#include "store/ledger_row.h"
#include "store/tally_batch.h"

struct freeze {
	int64_t campaign_no, account_no, audience_no, snapshot_v, freeze_no, next_seq;
	struct template_text text;
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
	ret->campaign_no = campaign_no;
	ret->account_no = sql_col_int(rows, 2);
	ret->audience_no = sql_col_int(rows, 3);
	ret->snapshot_v = sql_col_int(rows, 4);
	ret->freeze_no = sql_col_int(rows, 5);
	ret->next_seq = sql_col_int(rows, 6);
	struct err err;
	return template_text_parse(arena, arena_strdup(arena, sql_col_text(rows, 7, NULL)), &ret->text, &err);
}

static enum skip_rule freeze_judge(const struct freeze *f, const struct sql_rows *rows, struct arena *scratch)
{
	if (sql_col_int(rows, 7) != 0)
		return RULE_OPTED_OUT;
	struct contact contact = {
		.number = sql_col_text(rows, 1, NULL),
		.first_name = sql_col_text(rows, 2, NULL),
		.last_name = sql_col_text(rows, 3, NULL),
		.custom1 = sql_col_text(rows, 4, NULL),
		.custom2 = sql_col_text(rows, 5, NULL),
		.fields = sql_col_text(rows, 6, NULL),
		.tags = "",
	};
	return template_check_contact(&f->text, &contact, scratch);
}

static int freeze_row(struct store_tx *tx, struct tally_batch *batch, const struct freeze *f, int64_t contact_no,
                      enum skip_rule rule)
{
	enum state state = rule == RULE_NONE ? STATE_QUEUED : STATE_SKIPPED;
	if (sql_run(tx->db, STMT_LEDGER_INSERT,
	            SQL_ARGS(sql_int(f->campaign_no), sql_int(f->next_seq), sql_int(contact_no), sql_int(state),
	                     rule == RULE_NONE ? sql_null() : sql_int(rule)),
	            NULL) < 0)
		return -1;
	tally_add(batch, f->campaign_no, TALLY_STATE, state, 1);
	if (rule == RULE_NONE)
		return 0;
	tally_add(batch, f->campaign_no, TALLY_SKIPPED, rule, 1);
	tally_batch_note(batch, &(struct message_note){.campaign_no = f->campaign_no,
	                                               .seq = f->next_seq,
	                                               .state = STATE_SKIPPED,
	                                               .status = message_status_of(STATE_SKIPPED, false, (int)rule),
	                                               .at = -1});
	return 0;
}

/* The number of contacts taken, or -1. */
static int freeze_batch(struct store_tx *tx, struct tally_batch *batch, struct freeze *f, int max_rows)
{
	arena_auto struct arena *scratch = arena_create(4096);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_FREEZE_CONTACTS,
	              SQL_ARGS(sql_int(f->audience_no), sql_int(f->freeze_no), sql_int(f->snapshot_v), sql_int(f->account_no),
	                       sql_int(max_rows)),
	              &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		f->freeze_no = sql_col_int(rows, 0);
		if (freeze_row(tx, batch, f, f->freeze_no, freeze_judge(f, rows, scratch)) < 0)
			return -1;
		arena_reset(scratch);
		f->next_seq++;
		n++;
	}
	return more < 0 ? -1 : n;
}

int ledger_freeze(struct store_tx *tx, int64_t campaign_no, int max_rows, msec_t now)
{
	arena_auto struct arena *arena = arena_create(8192);
	struct freeze *f = arena_alloc(arena, sizeof(*f));
	int opened = freeze_open(tx, campaign_no, arena, f);
	if (opened != 0)
		return opened;
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	int n = freeze_batch(tx, batch, f, max_rows);
	if (n < 0)
		return -1;
	bool frozen = n < max_rows;
	if (sql_run(tx->db, STMT_FREEZE_PROGRESS,
	            SQL_ARGS(sql_int(campaign_no), sql_int(f->freeze_no), sql_int(f->next_seq), sql_int(frozen)), NULL) < 0)
		return -1;
	if (rows_finish(tx, batch, now) < 0)
		return -1;
	/* An empty audience touches no tally; it is complete all the same. */
	if (frozen && ledger_settle(tx, campaign_no, now) < 0)
		return -1;
	return frozen ? 1 : 0;
}
