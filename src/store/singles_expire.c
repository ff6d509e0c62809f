/* Single messages that expire while their sender is held. A claim would find them, but none is made before the hold is lifted. */
#include "sql/sql.h"
#include "statements.h"
#include "store/ledger_row.h"
#include "store/singles.h"
#include "store/tally_batch.h"

#define MAX_ROWS 2000
#define BEFORE_HOLD_MS HOUR_MS /* a lane that was in trouble before made no claims either, for minutes */
#define APART_MS SECOND_MS

struct home {
	int64_t campaign_no;
	msec_t looked; /* what expired up to then was looked at */
};

static struct home home_from_row(const struct sql_rows *rows)
{
	msec_t looked = sql_col_int(rows, 1), from = sql_col_int(rows, 2) - BEFORE_HOLD_MS;
	return (struct home){sql_col_int(rows, 0), looked > from ? looked : from};
}

static int next_of(struct store_tx *tx, const struct home *home, msec_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SINGLE_NEXT_EXPIRY, SQL_ARGS(sql_int(home->campaign_no), sql_int(home->looked)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	msec_t at = sql_col_int(rows, 0), least = home->looked + APART_MS;
	at = at > least ? at : least;
	*ret = *ret < 0 || at < *ret ? at : *ret;
	return 0;
}

int singles_next_expiry(struct store_tx *tx, msec_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	*ret = -1;
	if (sql_query(tx->db, STMT_SINGLES_HELD, NULL, 0, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct home home = home_from_row(rows);
		if (next_of(tx, &home, ret) < 0)
			return -1;
	}
	return more;
}

static int skip(struct store_tx *tx, struct tally_batch *batch, const struct home *home, int64_t seq)
{
	arena_auto struct arena *arena = arena_create(512);
	struct row row;
	int got = row_load(tx, home->campaign_no, seq, arena, &row);
	return got != 0 ? (got < 0 ? -1 : 0) : row_skip(tx, batch, &row, RULE_DEADLINE) < 0 ? -1 : 0;
}

/* What is left beyond MAX_ROWS is looked at the next time. */
static int expire_of(struct store_tx *tx, const struct home *home, msec_t now)
{
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SINGLES_EXPIRED,
	              SQL_ARGS(sql_int(home->campaign_no), sql_int(home->looked), sql_int(now), sql_int(MAX_ROWS)), &rows) < 0)
		return -1;
	int n = 0, more;
	msec_t last = now;
	for (; (more = sql_next(rows)) > 0; n++) {
		last = sql_col_int(rows, 1);
		if (skip(tx, batch, home, sql_col_int(rows, 0)) < 0)
			return -1;
	}
	msec_t looked = n < MAX_ROWS ? now : last - 1;
	if (more < 0 || sql_run(tx->db, STMT_SINGLES_LOOKED_AT, SQL_ARGS(sql_int(home->campaign_no), sql_int(looked)), NULL) < 0)
		return -1;
	return rows_finish(tx, batch, now);
}

int singles_expire(struct store_tx *tx, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_SINGLES_HELD, NULL, 0, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct home home = home_from_row(rows);
		if (home.looked < now && expire_of(tx, &home, now) < 0)
			return -1;
	}
	return more;
}
