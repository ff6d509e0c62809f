#include "store/one.h"

#include <string.h>

int one_find(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got > 0 && ret)
		*ret = sql_col_int(rows, 0);
	return got;
}

int one_row(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, one_row_fn *read, struct arena *arena,
            void *item)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got > 0)
		read(rows, arena, item);
	return got < 0 ? -1 : !got;
}

int one_insert(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_no)
{
	return one_find(tx, stmt, args, n_args, ret_no) == 1 ? 0 : -1;
}

int one_numbers(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, struct arena *arena, int64_t **ret,
                int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int64_t *list = NULL;
	int n = 0, room = 0, more;
	while ((more = sql_next(rows)) > 0) {
		if (n == room) {
			int64_t *wider = arena_array(arena, (size_t)(room = room * 2 + 16), sizeof(*list));
			if (n > 0)
				memcpy(wider, list, (size_t)n * sizeof(*list));
			list = wider;
		}
		list[n++] = sql_col_int(rows, 0);
	}
	*ret = list;
	*ret_n = n;
	return more;
}

const char *one_text(const struct sql_rows *rows, int col, struct arena *arena)
{
	const char *text = sql_col_text(rows, col, NULL);
	return text ? arena_strdup(arena, text) : "";
}
