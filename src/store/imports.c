#include "store/imports.h"

#include "statements.h"
#include "store/activity.h"
#include "store/list.h"
#include "store/one.h"

static const char *const status_texts[] = {
	[IMPORT_WAITING] = "waiting", [IMPORT_RUNNING] = "running",   [IMPORT_COMPLETED] = "completed",
	[IMPORT_FAILED] = "failed",   [IMPORT_CANCELED] = "canceled",
};

const char *import_status_text(enum import_status status)
{
	return status_texts[status];
}

int import_create(struct store_tx *tx, int64_t account_no, int64_t audience_no, const char *file, int64_t begin_bytes,
                  int64_t bytes, const char *region, msec_t now, int64_t *ret_no)
{
	if (one_insert(tx, STMT_IMPORT_INSERT,
	               SQL_ARGS(sql_int(account_no), sql_int(audience_no), sql_text(file), sql_text(region), sql_int(begin_bytes),
	                        sql_int(bytes), sql_int(now)),
	               ret_no) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_IMPORT_STARTED, *ret_no, ACTIVITY_NO_FACTS, now);
}

static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct import *i = item;
	*i = (struct import){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.audience_no = sql_col_int(rows, 2),
		.status = (enum import_status)sql_col_int(rows, 3),
		.file = one_text(rows, 4, arena),
		.region = one_text(rows, 5, arena),
		.bytes = sql_col_int(rows, 6),
		.done_bytes = sql_col_int(rows, 7),
		.line = sql_col_int(rows, 8),
		.rows = sql_col_int(rows, 9),
		.added = sql_col_int(rows, 10),
		.updated = sql_col_int(rows, 11),
		.duplicates = sql_col_int(rows, 12),
		.invalid = sql_col_int(rows, 13),
		.header = arena_strdup(arena, sql_col_text(rows, 14, NULL)),
		.error = arena_strdup(arena, sql_col_text(rows, 15, NULL)),
		.create_ms = sql_col_int(rows, 16),
		.update_ms = sql_col_int(rows, 17),
		.begin_bytes = sql_col_int(rows, 18),
		.batch_end_bytes = sql_col_int(rows, 19),
		.batch_size = sql_col_int(rows, 20),
		.batch_rows = sql_col_int(rows, 21),
	};
}

int import_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct import *ret)
{
	return one_row(tx, STMT_IMPORT_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int import_list(struct store_tx *tx, int64_t audience_no, struct page *page, struct arena *arena, struct import *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_IMPORT_LIST_BEFORE,
	                    .after = STMT_IMPORT_LIST_AFTER,
	                    .count = STMT_IMPORT_COUNT,
	                    .arg = {sql_int(audience_no)},
	                    .n_args = 1,
	                    .n_count_args = 1,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int imports_open(struct store_tx *tx, int64_t account_no, struct arena *arena, struct import *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_IMPORTS_OPEN, SQL_ARGS(sql_int(account_no), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		from_row(rows, arena, &ret[n++]);
	*ret_n = n;
	return more;
}

int import_next(struct store_tx *tx, struct arena *arena, struct import *ret)
{
	return one_row(tx, STMT_IMPORT_NEXT, NULL, 0, from_row, arena, ret);
}

int import_lock(struct store_tx *tx, int64_t no)
{
	return one_find(tx, STMT_IMPORT_LOCK, SQL_ARGS(sql_int(no)), NULL) < 0 ? -1 : 0;
}

int import_needs_file(struct store_tx *tx, const char *file, bool *ret)
{
	int got = one_find(tx, STMT_IMPORT_NEEDS_FILE, SQL_ARGS(sql_text(file)), NULL);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

static int log_end(struct store_tx *tx, const struct import *i, msec_t now)
{
	if (i->status == IMPORT_COMPLETED)
		return activity_add(
			tx, ACTIVITY_IMPORT_COMPLETED, i->no,
			ACTIVITY_FACTS({"added", NULL, i->added}, {"updated", NULL, i->updated}, {"invalid", NULL, i->invalid}),
			now);
	if (i->status == IMPORT_FAILED)
		return activity_add(tx, ACTIVITY_IMPORT_FAILED, i->no, ACTIVITY_FACTS({"reason", i->error, 0}), now);
	return 0;
}

int import_save(struct store_tx *tx, const struct import *import, msec_t now)
{
	int64_t changes = 0;
	if (sql_run(tx->db, STMT_IMPORT_SAVE,
	            SQL_ARGS(sql_int(import->no), sql_int(import->status), sql_int(import->done_bytes), sql_int(import->line),
	                     sql_int(import->rows), sql_int(import->added), sql_int(import->updated), sql_int(import->duplicates),
	                     sql_int(import->invalid), sql_text(import->header), sql_text(import->error), sql_int(now),
	                     sql_int(import->batch_end_bytes), sql_int(import->batch_size), sql_int(import->batch_rows)),
	            &changes) < 0)
		return -1;
	return changes ? log_end(tx, import, now) : 1;
}

int import_reject_add(struct store_tx *tx, int64_t import_no, const struct import_reject *reject)
{
	return sql_run(tx->db, STMT_IMPORT_REJECT_ADD,
	               SQL_ARGS(sql_int(import_no), sql_int(reject->line), sql_text(reject->text), sql_text(reject->reason)),
	               NULL);
}

int import_rejects(struct store_tx *tx, int64_t import_no, int64_t after_line, struct arena *arena, struct import_reject *ret,
                   int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_IMPORT_REJECTS, SQL_ARGS(sql_int(import_no), sql_int(after_line), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		ret[n].line = sql_col_int(rows, 0);
		ret[n].text = one_text(rows, 1, arena);
		ret[n].reason = one_text(rows, 2, arena);
		n++;
	}
	*ret_n = n;
	return more;
}

int import_cancel(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	int64_t changes = 0;
	if (sql_run(tx->db, STMT_IMPORT_CANCEL, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(now)), &changes) < 0)
		return -1;
	if (changes)
		return activity_add(tx, ACTIVITY_IMPORT_STOPPED, no, ACTIVITY_NO_FACTS, now);
	int known = one_find(tx, STMT_IMPORT_EXISTS, SQL_ARGS(sql_int(no), sql_int(account_no)), NULL);
	return known < 0 ? -1 : known ? 2 : 1;
}
