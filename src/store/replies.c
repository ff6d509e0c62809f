#include "store/replies.h"

#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/one.h"

/* 1 the row is of a campaign whose sender has this secret, 0 it is not. */
static int is_ours(struct store_tx *tx, const unsigned char *hash, int64_t campaign_no, int64_t seq)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_REPLY_OWNER, SQL_ARGS(sql_int(campaign_no), sql_int(seq)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	size_t n = 0;
	const void *owner = sql_col_blob(rows, 0, &n);
	return n == SECRET_HASH_BYTES && memcmp(owner, hash, n) == 0;
}

static struct sql_value cut(const char *text)
{
	size_t n = strlen(text);
	if (n > REPLY_MAX_BUTTON_BYTES) {
		n = REPLY_MAX_BUTTON_BYTES;
		while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
	}
	return sql_textn(text, n);
}

int reply_add(struct store_tx *tx, const unsigned char hash[SECRET_HASH_BYTES], int64_t campaign_no, int64_t seq,
              const char *button, const char *text, msec_t at)
{
	int64_t changes = 0;
	int ours = is_ours(tx, hash, campaign_no, seq);
	if (ours <= 0)
		return ours < 0 ? -1 : 1;
	if (sql_run(tx->db, STMT_REPLY_INSERT, SQL_ARGS(sql_int(campaign_no), sql_int(seq), cut(button), sql_int(at)), &changes) <
	    0)
		return -1;
	if (changes == 0)
		return 1;
	return sql_run(tx->db, STMT_REPLY_TALLY, SQL_ARGS(sql_int(campaign_no), cut(button), cut(text)), NULL);
}

int reply_counts(struct store_tx *tx, int64_t campaign_no, struct arena *arena, struct reply_count *ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_REPLY_COUNTS, SQL_ARGS(sql_int(campaign_no), sql_int(REPLY_MAX_BUTTONS)), &rows) < 0)
		return -1;
	int n = 0, more = 0;
	while (n < REPLY_MAX_BUTTONS && (more = sql_next(rows)) > 0)
		ret[n++] = (struct reply_count){one_text(rows, 0, arena), one_text(rows, 1, arena), sql_col_int(rows, 2)};
	*ret_n = n;
	return more < 0 ? -1 : 0;
}
