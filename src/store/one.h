#pragma once
/* Inside store: statements that give one number. */

#include "sql/sql.h"
#include "store/store.h"

/* The first column of the first row: 1 found, 0 there is none, -1. `ret` may be NULL. */
must_check int one_find(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret);
/* Reads the present row into `item`, texts into `arena`. */
typedef void one_row_fn(const struct sql_rows *rows, struct arena *arena, void *item);
/* The first row: 0 found, 1 there is none, -1. */
must_check int one_row(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, one_row_fn *read,
                       struct arena *arena, void *item);
/* An INSERT … RETURNING no. */
must_check int one_insert(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_no);
/* The first column of all rows, in `arena`. For those that are changed one by one. */
must_check int one_numbers(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, struct arena *arena,
                           int64_t **ret, int *ret_n);
/* Text of a column in `arena`; "" for NULL. */
const char *one_text(const struct sql_rows *rows, int col, struct arena *arena);
