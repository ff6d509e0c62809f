#include "store/decisions.h"

#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/ledger_row.h"
#include "store/one.h"
#include "store/tally_batch.h"

#define FIRST_ROWS 500

struct decided {
	int64_t campaign_no, account_no;
	enum campaign_status status;
	bool deleted, parts_deleted; /* parts: its template or sender */
	msec_t deadline_ms, at;
	int64_t n_unconfirmed, seq;
	enum decision decision;
};

/* Columns of decide_gate and decide_next. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	(void)arena;
	*(struct decided *)item = (struct decided){
		.campaign_no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.status = (enum campaign_status)sql_col_int(rows, 2),
		.deleted = !sql_is_null(rows, 3),
		.parts_deleted = sql_col_int(rows, 4) != 0,
		.deadline_ms = row_col_time(rows, 5),
		.n_unconfirmed = sql_col_int(rows, 6),
		.decision = (enum decision)sql_col_int(rows, 7),
		.seq = sql_col_int(rows, 8),
		.at = row_col_time(rows, 9),
	};
}

/* NULL: nothing. */
static const char *what_forbids(const struct decided *d, msec_t now)
{
	if (d->status == CAMPAIGN_CANCELED)
		return "The campaign is canceled, so nothing of it is sent again; what is unconfirmed can be given up";
	if (d->parts_deleted)
		return "The campaign's template or sender was deleted, so nothing of it is sent again";
	if (d->deadline_ms >= 0 && now > d->deadline_ms)
		return "The campaign's deadline is over, so nothing of it is sent again; what is unconfirmed can be given up";
	return NULL;
}

/* It stays in doubt, whatever is done next: an earlier try may have arrived. */
static int decide_row(struct store_tx *tx, struct tally_batch *batch, const struct row *was, enum decision decision, msec_t now)
{
	if (decision == DECISION_GIVE_UP)
		return row_skip(tx, batch, was, RULE_GIVEN_UP);
	struct row is = *was;
	is.state = STATE_QUEUED;
	is.not_before = now;
	is.code = 0;
	is.detail = "a person said that it is to be sent again";
	return row_move(tx, batch, was, &is);
}

/* *ret_n: of how many. */
static int decide_rows(struct store_tx *tx, const struct decided *d, const int64_t *seq, int n, msec_t now, int64_t *ret_n)
{
	arena_auto struct arena *arena = arena_create(4096);
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	for (int i = 0; i < n; i++) {
		struct row row;
		int got = row_load(tx, d->campaign_no, seq[i], arena, &row);
		if (got < 0 || (got == 0 && row.state == STATE_UNCONFIRMED && decide_row(tx, batch, &row, d->decision, now) < 0))
			return -1;
		*ret_n += got == 0 && row.state == STATE_UNCONFIRMED;
		arena_reset(arena);
	}
	return rows_finish(tx, batch, now);
}

/* What was unconfirmed when it was said, up to `max_rows`; in the order of the rows, so that none comes twice. */
static int go_on(struct store_tx *tx, const struct decided *d, int max_rows, msec_t now)
{
	arena_auto struct arena *arena = arena_create(8192);
	int64_t *seq, n_done = 0;
	int n;
	bool over = d->deleted || (d->decision == DECISION_RESEND && what_forbids(d, now));
	if (over)
		return sql_run(tx->db, STMT_DECIDE_OVER, SQL_ARGS(sql_int(d->campaign_no)), NULL);
	if (one_numbers(tx, STMT_DECIDE_ROWS,
	                SQL_ARGS(sql_int(d->campaign_no), sql_int(d->seq), sql_int(d->at), sql_int(max_rows)), arena, &seq,
	                &n) < 0 ||
	    decide_rows(tx, d, seq, n, now, &n_done) < 0)
		return -1;
	if (n < max_rows)
		return sql_run(tx->db, STMT_DECIDE_OVER, SQL_ARGS(sql_int(d->campaign_no)), NULL);
	return sql_run(tx->db, STMT_DECIDE_PROGRESS, SQL_ARGS(sql_int(d->campaign_no), sql_int(seq[n - 1])), NULL);
}

static int begin(struct store_tx *tx, struct decided *d, msec_t now)
{
	d->seq = 0;
	d->at = now;
	if (sql_run(tx->db, STMT_DECIDE_BEGIN, SQL_ARGS(sql_int(d->campaign_no), sql_int(d->decision), sql_int(now)), NULL) < 0)
		return -1;
	return go_on(tx, d, FIRST_ROWS, now);
}

int campaign_decide(struct store_tx *tx, int64_t account_no, int64_t campaign_no, enum decision decision, const int64_t *seq,
                    int n, msec_t now, int64_t *ret_n, const char **ret_why)
{
	arena_auto struct arena *arena = arena_create(512);
	struct decided d;
	int64_t n_decided = 0;
	int known = one_row(tx, STMT_DECIDE_GATE, SQL_ARGS(sql_int(campaign_no)), from_row, arena, &d);
	if (known < 0)
		return -1;
	if (known > 0 || d.account_no != account_no || d.deleted)
		return 1;
	if (decision == DECISION_RESEND && (*ret_why = what_forbids(&d, now)))
		return 2;
	d.decision = decision;
	if (n == 0)
		n_decided = d.n_unconfirmed;
	if ((n > 0 ? decide_rows(tx, &d, seq, n, now, &n_decided) : n_decided > 0 ? begin(tx, &d, now) : 0) < 0)
		return -1;
	*ret_n = n_decided;
	enum activity_action action = decision == DECISION_RESEND ? ACTIVITY_CAMPAIGN_RESENT : ACTIVITY_CAMPAIGN_GIVEN_UP;
	return n_decided == 0 ? 0 : activity_add(tx, action, campaign_no, ACTIVITY_FACTS({"count", NULL, n_decided}), now);
}

int decisions_step(struct store_tx *tx, int max_rows, msec_t now, bool *ret_more)
{
	arena_auto struct arena *arena = arena_create(512);
	struct decided d;
	int got = one_row(tx, STMT_DECIDE_NEXT, NULL, 0, from_row, arena, &d);
	*ret_more = got == 0;
	return got == 0 ? go_on(tx, &d, max_rows, now) : got < 0 ? -1 : 0;
}
