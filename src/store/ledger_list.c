/* The ledger as it is read: one row, or a campaign's rows page by page. */
#include <limits.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/ledger_row.h"

static const char *text_or_empty(struct arena *arena, const struct sql_rows *rows, int col)
{
	const char *text = sql_col_text(rows, col, NULL);
	return text ? arena_strdup(arena, text) : "";
}

/* Columns of the view ledger_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, struct ledger_row *r)
{
	*r = (struct ledger_row){
		.campaign_no = sql_col_int(rows, 0),
		.seq = sql_col_int(rows, 1),
		.state = (enum state)sql_col_int(rows, 2),
		.attempts = (int)sql_col_int(rows, 3),
		.not_before = row_col_time(rows, 4),
		.code = (int)sql_col_int(rows, 5),
		.held_by_meta = sql_col_int(rows, 6) != 0,
		.claimed_ms = row_col_time(rows, 7),
		.doubt_ms = row_col_time(rows, 8),
		.accepted_ms = row_col_time(rows, 9),
		.sent_ms = row_col_time(rows, 10),
		.delivered_ms = row_col_time(rows, 11),
		.read_ms = row_col_time(rows, 12),
		.failed_ms = row_col_time(rows, 13),
		.wamid = arena_strdup(arena, sql_col_text(rows, 14, NULL)),
		.detail = arena_strdup(arena, sql_col_text(rows, 15, NULL)),
		.account_no = sql_col_int(rows, 16),
		.campaign_name = text_or_empty(arena, rows, 17),
		.sender_no = sql_col_int(rows, 18),
		.audience_no = sql_col_int(rows, 19),
		.template_no = sql_col_int(rows, 20),
		.start_ms = row_col_time(rows, 21),
		.contact = {.audience_no = sql_col_int(rows, 19),
	                    .no = sql_col_int(rows, 22),
	                    .first_no = sql_col_int(rows, 23),
	                    .number = text_or_empty(arena, rows, 24),
	                    .first_name = text_or_empty(arena, rows, 25),
	                    .last_name = text_or_empty(arena, rows, 26),
	                    .custom1 = text_or_empty(arena, rows, 27),
	                    .custom2 = text_or_empty(arena, rows, 28),
	                    .tags = text_or_empty(arena, rows, 29),
	                    .fields = text_or_empty(arena, rows, 30),
	                    .create_ms = sql_col_int(rows, 31),
	                    .update_ms = sql_col_int(rows, 32)},
	};
}

int ledger_read(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, struct arena *arena, struct ledger_row *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_LEDGER_READ, SQL_ARGS(sql_int(campaign_no), sql_int(seq), sql_int(account_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	from_row(rows, arena, ret);
	return 0;
}

/* How many rows of a campaign are in the states asked for: from its tallies, so that it costs the same at any size. */
static int count_rows(struct store_tx *tx, int64_t campaign_no, unsigned states, struct arena *arena, int64_t *ret)
{
	struct tally *tally;
	int n;
	if (tally_read(tx, campaign_no, arena, &tally, &n) < 0)
		return -1;
	int64_t total = 0;
	for (int i = 0; i < n; i++)
		if (tally[i].kind == TALLY_STATE && (states == 0 || (states >> tally[i].bucket) & 1u))
			total += tally[i].n;
	*ret = total;
	return 0;
}

int ledger_list(struct store_tx *tx, int64_t campaign_no, unsigned states, struct page *page, struct arena *arena,
                struct ledger_row *ret, int *ret_n)
{
	bool backwards = page->after > 0;
	int64_t from = backwards ? page->after : page->before > 0 ? page->before : INT64_MAX;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, backwards ? STMT_LEDGER_LIST_AFTER : STMT_LEDGER_LIST_BEFORE,
	              SQL_ARGS(sql_int(campaign_no), sql_int(from), sql_int(states), sql_int(page->size + 1)), &rows) < 0)
		return -1;
	int n = 0, more;
	bool beyond = false;
	while ((more = sql_next(rows)) > 0) {
		if (n == page->size) {
			beyond = true;
			continue;
		}
		/* Rows above come nearest first and are shown newest first. */
		from_row(rows, arena, &ret[backwards ? page->size - 1 - n : n]);
		n++;
	}
	if (more < 0)
		return -1;
	for (int i = 0; backwards && i < n && n < page->size; i++)
		ret[i] = ret[page->size - n + i];
	page->has_next = backwards || beyond;
	page->has_previous = backwards ? beyond : page->before > 0;
	page->first_key = n ? ret[0].seq : 0;
	page->last_key = n ? ret[n - 1].seq : 0;
	*ret_n = n;
	return count_rows(tx, campaign_no, states, arena, &page->total);
}
