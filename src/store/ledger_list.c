/* The ledger as it is read: one row, or a campaign's rows page by page. */
#include "statements.h"
#include "store/ledger_row.h"
#include "store/list.h"
#include "store/one.h"

#define MAX_CAMPAIGN_NO INT32_MAX

/* The page key, then the columns of the view ledger_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct ledger_row *r = item;
	*r = (struct ledger_row){
		.campaign_no = sql_col_int(rows, 1),
		.seq = sql_col_int(rows, 2),
		.state = (enum state)sql_col_int(rows, 3),
		.attempts = (int)sql_col_int(rows, 4),
		.not_before = row_col_time(rows, 5),
		.code = (int)sql_col_int(rows, 6),
		.held_by_meta = sql_col_int(rows, 7) != 0,
		.claimed_ms = row_col_time(rows, 8),
		.doubt_ms = row_col_time(rows, 9),
		.accepted_ms = row_col_time(rows, 10),
		.sent_ms = row_col_time(rows, 11),
		.delivered_ms = row_col_time(rows, 12),
		.read_ms = row_col_time(rows, 13),
		.failed_ms = row_col_time(rows, 14),
		.wamid = arena_strdup(arena, sql_col_text(rows, 15, NULL)),
		.detail = arena_strdup(arena, sql_col_text(rows, 16, NULL)),
		.account_no = sql_col_int(rows, 17),
		.campaign_name = one_text(rows, 18, arena),
		.sender_name = one_text(rows, 34, arena),
		.template_text = one_text(rows, 35, arena),
		.sender_no = sql_col_int(rows, 19),
		.audience_no = sql_col_int(rows, 20),
		.template_no = sql_col_int(rows, 21),
		.start_ms = row_col_time(rows, 22),
		.contact = {.audience_no = sql_col_int(rows, 20),
	                    .no = sql_col_int(rows, 23),
	                    .first_no = sql_col_int(rows, 24),
	                    .number = one_text(rows, 25, arena),
	                    .first_name = one_text(rows, 26, arena),
	                    .last_name = one_text(rows, 27, arena),
	                    .custom1 = one_text(rows, 28, arena),
	                    .custom2 = one_text(rows, 29, arena),
	                    .tags = one_text(rows, 30, arena),
	                    .fields = one_text(rows, 31, arena),
	                    .create_ms = sql_col_int(rows, 32),
	                    .update_ms = sql_col_int(rows, 33)},
	};
}

int ledger_read(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, struct arena *arena,
                struct ledger_row *ret)
{
	return one_row(tx, STMT_LEDGER_READ, SQL_ARGS(sql_int(campaign_no), sql_int(seq), sql_int(account_no)), from_row, arena,
	               ret);
}

int ledger_list(struct store_tx *tx, int64_t account_no, int64_t campaign_no, unsigned states, struct page *page,
                struct arena *arena, struct ledger_row *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_LEDGER_LIST_BEFORE,
	                    .after = STMT_LEDGER_LIST_AFTER,
	                    .count = STMT_LEDGER_COUNT,
	                    .arg = {sql_int(account_no), sql_int(campaign_no),
	                            sql_int(campaign_no ? campaign_no : MAX_CAMPAIGN_NO), sql_int(states)},
	                    .n_args = 4,
	                    .n_count_args = 4,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}
