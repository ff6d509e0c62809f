/* The schedule, the campaigns a lane runs, and the work that cancel and delete leave behind. */
#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/brake.h"
#include "store/campaign_row.h"
#include "store/hook_note.h"
#include "store/ledger_row.h"
#include "store/one.h"
#include "store/tally_batch.h"

int campaign_next_due(struct store_tx *tx, msec_t *ret)
{
	int64_t due = -1;
	msec_t end;
	if (one_find(tx, STMT_CAMPAIGN_NEXT_DUE, NULL, 0, &due) < 0 || holds_next_end(tx, &end) < 0)
		return -1;
	*ret = due < 0 || (end >= 0 && end < due) ? end : due;
	return 0;
}

int campaign_started(struct store_tx *tx, int64_t no, msec_t now)
{
	int held = campaign_hold_back(tx, no, true, now); /* and told */
	if (held != 0)
		return held < 0 ? -1 : 0;
	return activity_add(tx, ACTIVITY_CAMPAIGN_STARTED, no, ACTIVITY_NO_FACTS, now) < 0 ? -1 : hook_note_campaign(tx, no, now);
}

static int start_one(struct store_tx *tx, int64_t no, int64_t audience_no, msec_t now)
{
	if (sql_run(tx->db, STMT_CAMPAIGN_START, SQL_ARGS(sql_int(no), sql_int(now), sql_int(audience_no)), NULL) < 0)
		return -1;
	return campaign_started(tx, no, now);
}

/* The first of those due, as many as the statement gives: their number, or -1. */
static int start_some(struct store_tx *tx, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CAMPAIGNS_DUE, SQL_ARGS(sql_int(now)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		if (start_one(tx, sql_col_int(rows, 0), sql_col_int(rows, 1), now) < 0)
			return -1;
		n++;
	}
	return more < 0 ? -1 : n;
}

int campaigns_start_due(struct store_tx *tx, msec_t now, int *ret_started)
{
	int total = 0, n;
	while ((n = start_some(tx, now)) > 0)
		total += n;
	int ended;
	if (n < 0 || holds_end(tx, now, &ended) < 0)
		return -1;
	*ret_started = total;
	return 0;
}

#define MAX_RUNNING 1024 /* campaigns of one sender at the same time that a lane looks at; the rest wait their turn */

int campaigns_running(struct store_tx *tx, int64_t sender_no, struct arena *arena, struct campaign **ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CAMPAIGNS_RUNNING, SQL_ARGS(sql_int(sender_no)), &rows) < 0)
		return -1;
	struct campaign **each = arena_array(arena, MAX_RUNNING, sizeof(struct campaign *));
	int n = 0, more = 0;
	while (n < MAX_RUNNING && (more = sql_next(rows)) > 0) {
		each[n] = arena_alloc(arena, sizeof(struct campaign));
		campaign_from_row(rows, arena, each[n++]);
	}
	if (more < 0)
		return -1;
	struct campaign *list = arena_array(arena, (size_t)n, sizeof(*list));
	for (int i = 0; i < n; i++) {
		list[i] = *each[i];
		if (campaign_read_counts(tx, &list[i]) < 0)
			return -1;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

struct sweep {
	int64_t campaign_no, kind, from, to, last;
};

static int sweep_cancel(struct store_tx *tx, const struct sweep *s, msec_t now)
{
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SWEEP_CANCEL, SQL_ARGS(sql_int(s->campaign_no), sql_int(s->from), sql_int(s->to)), &rows) < 0)
		return -1;
	int64_t n = 0;
	int more;
	for (; (more = sql_next(rows)) > 0; n++)
		tally_batch_note(batch, &(struct message_note){.campaign_no = s->campaign_no,
		                                               .seq = sql_col_int(rows, 0),
		                                               .state = STATE_CANCELED,
		                                               .status = message_status_of(STATE_CANCELED, false, 0),
		                                               .at = -1});
	if (more < 0)
		return -1;
	tally_add(batch, s->campaign_no, TALLY_STATE, STATE_QUEUED, -n);
	tally_add(batch, s->campaign_no, TALLY_STATE, STATE_CANCELED, n);
	return rows_finish(tx, batch, now);
}

static int sweep_remove(struct store_tx *tx, const struct sweep *s)
{
	if (sql_run(tx->db, STMT_SWEEP_REMOVE, SQL_ARGS(sql_int(s->campaign_no), sql_int(s->from), sql_int(s->to)), NULL) < 0 ||
	    sql_run(tx->db, STMT_SWEEP_REPLIES, SQL_ARGS(sql_int(s->campaign_no), sql_int(s->from), sql_int(s->to)), NULL) < 0)
		return -1;
	if (s->to < s->last)
		return 0;
	if (sql_run(tx->db, STMT_SWEEP_BUTTONS, SQL_ARGS(sql_int(s->campaign_no)), NULL) < 0)
		return -1;
	/* Where its audience was deleted before, the contacts that only this ledger needed go now. */
	if (sql_run(tx->db, STMT_AUDIENCE_SWEEP_AGAIN, SQL_ARGS(sql_int(s->campaign_no)), NULL) < 0)
		return -1;
	return sql_run(tx->db, STMT_SWEEP_TALLY, SQL_ARGS(sql_int(s->campaign_no)), NULL);
}

int campaign_sweep(struct store_tx *tx, msec_t now, int max_rows, bool *ret_more)
{
	*ret_more = false;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SWEEP_NEXT, NULL, 0, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	struct sweep s = {.campaign_no = sql_col_int(rows, 0), .kind = sql_col_int(rows, 1), .from = sql_col_int(rows, 2)};
	s.last = sql_col_int(rows, 3) - 1;
	s.to = s.from + max_rows;
	if ((s.kind == 1 ? sweep_cancel(tx, &s, now) : sweep_remove(tx, &s)) < 0)
		return -1;
	*ret_more = true;
	bool done = s.to >= s.last;
	return sql_run(tx->db, STMT_SWEEP_PROGRESS,
	               SQL_ARGS(sql_int(s.campaign_no), sql_int(done ? 0 : s.kind), sql_int(done ? 0 : s.to)), NULL);
}
