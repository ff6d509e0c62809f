#include "store/audiences.h"

#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/list.h"
#include "store/one.h"

static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct audience *a = item;
	*a = (struct audience){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.name = one_text(rows, 2, arena),
		.n_contacts = sql_col_int(rows, 3),
		.create_ms = sql_col_int(rows, 4),
		.update_ms = sql_col_int(rows, 5),
	};
}

/* 0 free, 1 taken. */
static int name_taken(struct store_tx *tx, int64_t account_no, const char *name, int64_t *ret_no)
{
	return one_find(tx, STMT_AUDIENCE_NAME_TAKEN, SQL_ARGS(sql_int(account_no), sql_text(name)), ret_no);
}

int audience_name_taken(struct store_tx *tx, int64_t account_no, const char *name)
{
	return name_taken(tx, account_no, name, NULL);
}

int audience_create(struct store_tx *tx, int64_t account_no, const char *name, msec_t now, int64_t *ret_no)
{
	int taken = name_taken(tx, account_no, name, NULL);
	if (taken != 0)
		return taken;
	if (one_insert(tx, STMT_AUDIENCE_INSERT, SQL_ARGS(sql_int(account_no), sql_text(name), sql_int(now)), ret_no) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_AUDIENCE_CREATED, *ret_no, ACTIVITY_NO_FACTS, now);
}

int audience_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct audience *ret)
{
	return one_row(tx, STMT_AUDIENCE_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int audience_list(struct store_tx *tx, int64_t account_no, const char *search, struct page *page, struct arena *arena,
                  struct audience *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_AUDIENCE_LIST_BEFORE,
	                    .after = STMT_AUDIENCE_LIST_AFTER,
	                    .count = STMT_AUDIENCE_COUNT,
	                    .arg = {sql_int(account_no), sql_text(list_pattern(arena, search))},
	                    .n_args = 2,
	                    .n_count_args = 2,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int audience_rename(struct store_tx *tx, int64_t account_no, int64_t no, const char *name, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	struct audience before;
	int64_t holder = 0;
	int taken = name_taken(tx, account_no, name, &holder);
	if (taken < 0 || (taken > 0 && holder != no))
		return taken < 0 ? -1 : 2;
	int known = audience_read(tx, account_no, no, arena, &before);
	if (known != 0)
		return known;
	if (sql_run(tx->db, STMT_AUDIENCE_RENAME, SQL_ARGS(sql_int(no), sql_int(account_no), sql_text(name), sql_int(now)),
	            NULL) < 0)
		return -1;
	if (strcmp(before.name, name) == 0)
		return 0;
	return activity_add(tx, ACTIVITY_AUDIENCE_RENAMED, no, ACTIVITY_FACTS({"from", before.name, 0}), now);
}

int audience_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	struct audience audience;
	int known = audience_read(tx, account_no, no, arena, &audience);
	if (known != 0)
		return known;
	int used = one_find(tx, STMT_AUDIENCE_IN_USE, SQL_ARGS(sql_int(no)), NULL);
	if (used != 0)
		return used < 0 ? -1 : 2;
	if (sql_run(tx->db, STMT_AUDIENCE_DELETE, SQL_ARGS(sql_int(no), sql_int(now)), NULL) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_AUDIENCE_DELETED, no, ACTIVITY_NO_FACTS, now);
}

int audience_sweep(struct store_tx *tx, int max_rows, bool *ret_more)
{
	*ret_more = false;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_AUDIENCE_SWEEP_NEXT, NULL, 0, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	int64_t no = sql_col_int(rows, 0), from = sql_col_int(rows, 1), to = from + max_rows;
	bool done = to >= sql_col_int(rows, 2) - 1;
	if (sql_run(tx->db, STMT_AUDIENCE_SWEEP_REMOVE, SQL_ARGS(sql_int(no), sql_int(from), sql_int(to)), NULL) < 0)
		return -1;
	*ret_more = true;
	return sql_run(tx->db, STMT_AUDIENCE_SWEEP_PROGRESS, SQL_ARGS(sql_int(no), done ? sql_null() : sql_int(to)), NULL);
}
