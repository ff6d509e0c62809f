#include "store/history.h"

#include "model/number.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/one.h"

int history_sent_since(struct store_tx *tx, int64_t account_no, int64_t sender_no, msec_t since, int64_t *ret)
{
	return one_find(tx, STMT_HISTORY_SENT,
	                SQL_ARGS(sql_int(account_no), sql_int(sender_no), sql_int(since), sql_int(since / MINUTE_MS)), ret) == 1
	               ? 0
	               : -1;
}

int history_countries(struct store_tx *tx, int64_t account_no, int64_t sender_no, int64_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HISTORY_COUNTRIES, SQL_ARGS(sql_int(account_no), sql_int(sender_no)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		int64_t country = sql_col_int(rows, 0);
		if (country >= 0 && country < NUMBER_COUNTRIES)
			ret[country] += sql_col_int(rows, 1);
	}
	return more;
}

/* The counters are by the minute: of the one before, the part that is not older than a minute is guessed. */
static int last_minute(struct store_tx *tx, size_t stmt, int64_t no, msec_t now, int64_t *ret)
{
	int64_t minute = now / MINUTE_MS, before = 0, present = 0;
	if (one_find(tx, stmt, SQL_ARGS(sql_int(no), sql_int(minute - 1)), &before) < 0 ||
	    one_find(tx, stmt, SQL_ARGS(sql_int(no), sql_int(minute)), &present) < 0)
		return -1;
	*ret = present + before * (MINUTE_MS - now % MINUTE_MS) / MINUTE_MS;
	return 0;
}

int history_rate(struct store_tx *tx, int64_t sender_no, msec_t now, int64_t *ret_mps)
{
	int64_t n;
	if (last_minute(tx, STMT_HISTORY_MINUTE, sender_no, now, &n) < 0)
		return -1;
	*ret_mps = (n + 30) / 60;
	return 0;
}

int history_campaign_rate(struct store_tx *tx, int64_t campaign_no, msec_t now, int64_t *ret_per_minute)
{
	return last_minute(tx, STMT_HISTORY_CAMPAIGN_MINUTE, campaign_no, now, ret_per_minute);
}

int history_capped(struct store_tx *tx, int64_t account_no, int64_t audience_no, msec_t since, int64_t *ret)
{
	return one_find(tx, STMT_HISTORY_CAPPED, SQL_ARGS(sql_int(account_no), sql_int(audience_no), sql_int(since)), ret) == 1
	               ? 0
	               : -1;
}
