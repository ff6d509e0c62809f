/* Messages read one by one, and stopped. */
#include "store/messages.h"

#include "sql/sql.h"
#include "statements.h"
#include "store/ledger_row.h"
#include "store/messages_row.h"
#include "store/one.h"
#include "store/tally_batch.h"

/* The key's two columns, then those of the view ledger_seen. */
void message_row_read(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct ledger_row *r = item;
	bool single = sql_col_int(rows, 38) != 0;
	*r = (struct ledger_row){
		.campaign_no = sql_col_int(rows, 2),
		.seq = sql_col_int(rows, 3),
		.state = (enum state)sql_col_int(rows, 4),
		.attempts = (int)sql_col_int(rows, 5),
		.not_before = row_col_time(rows, 6),
		.code = (int)sql_col_int(rows, 7),
		.held_by_meta = sql_col_int(rows, 8) != 0,
		.claimed_ms = row_col_time(rows, 9),
		.doubt_ms = row_col_time(rows, 10),
		.accepted_ms = row_col_time(rows, 11),
		.sent_ms = row_col_time(rows, 12),
		.delivered_ms = row_col_time(rows, 13),
		.read_ms = row_col_time(rows, 14),
		.failed_ms = row_col_time(rows, 15),
		.wamid = arena_strdup(arena, sql_col_text(rows, 16, NULL)),
		.detail = arena_strdup(arena, sql_col_text(rows, 17, NULL)),
		.account_no = sql_col_int(rows, 18),
		.campaign_name = one_text(rows, 19, arena),
		.sender_name = one_text(rows, 35, arena),
		.template_text = one_text(rows, 36, arena),
		.sender_no = sql_col_int(rows, 20),
		.audience_no = sql_col_int(rows, 21),
		.template_no = single && sql_is_null(rows, 39) ? 0 : sql_col_int(rows, 22),
		.start_ms = row_col_time(rows, 23),
		.contact = {.audience_no = sql_col_int(rows, 21),
	                    .no = sql_col_int(rows, 24),
	                    .first_no = sql_col_int(rows, 25),
	                    .number = one_text(rows, 26, arena),
	                    .first_name = one_text(rows, 27, arena),
	                    .last_name = one_text(rows, 28, arena),
	                    .custom1 = one_text(rows, 29, arena),
	                    .custom2 = one_text(rows, 30, arena),
	                    .tags = one_text(rows, 31, arena),
	                    .fields = one_text(rows, 32, arena),
	                    .fields_only = single,
	                    .create_ms = sql_col_int(rows, 33),
	                    .update_ms = sql_col_int(rows, 34)},
		.is_single = single,
		.type = one_text(rows, single ? 40 : 47, arena),
		.text = one_text(rows, 41, arena),
		.payload = arena_strdup(arena, sql_col_text(rows, 42, NULL)),
		.test_of = sql_col_int(rows, 43),
		.expire_ms = row_col_time(rows, 44),
	};
}

/* The key's two columns, then those of the view inbound_seen. */
void inbound_row_read(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct inbound_seen *i = item;
	*i = (struct inbound_seen){
		.no = sql_col_int(rows, 2),
		.account_no = sql_col_int(rows, 3),
		.sender_no = sql_col_int(rows, 4),
		.number = one_text(rows, 5, arena),
		.wamid = one_text(rows, 6, arena),
		.type = one_text(rows, 7, arena),
		.text = one_text(rows, 8, arena),
		.payload = one_text(rows, 9, arena),
		.context_id = one_text(rows, 10, arena),
		.at_ms = sql_col_int(rows, 11),
		.create_ms = sql_col_int(rows, 12),
		.sender_name = one_text(rows, 14, arena),
		.sender_code = one_text(rows, 15, arena),
	};
}

int ledger_read(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, struct arena *arena,
                struct ledger_row *ret)
{
	return one_row(tx, STMT_LEDGER_READ, SQL_ARGS(sql_int(campaign_no), sql_int(seq), sql_int(account_no)), message_row_read,
	               arena, ret);
}

int inbound_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct inbound_seen *ret)
{
	return one_row(tx, STMT_MESSAGE_INBOUND_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), inbound_row_read, arena, ret);
}

int ledger_stop(struct store_tx *tx, int64_t account_no, int64_t campaign_no, int64_t seq, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct ledger_row seen;
	struct row was;
	int got = ledger_read(tx, account_no, campaign_no, seq, arena, &seen);
	if (got == 0)
		got = row_load(tx, campaign_no, seq, arena, &was);
	if (got != 0)
		return got;
	if (was.state != STATE_QUEUED)
		return 2;
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	struct row is = was;
	is.state = STATE_CANCELED;
	is.not_before = -1;
	if (row_move(tx, batch, &was, &is) != 0)
		return -1;
	return rows_finish(tx, batch, now);
}
