#pragma once
/* Inside store: one page of a list. A list has two statements, whose last two placeholders are the key to go on from and how
 * many rows: `before` gives rows below the key, newest first; `after` rows above it, nearest first. The first column of both
 * is the key. Shared here: the order, the one row too many that tells whether there is more, the marks in struct page. */

#include "sql/sql.h"
#include "store/page.h"
#include "store/store.h"

#define LIST_MAX_ARGS 10

struct list {
	struct store_tx *tx;
	size_t before, after; /* statement numbers */
	struct sql_value arg[LIST_MAX_ARGS];
	size_t n_args; /* without the last two */
	struct page *page;
	/* Read the present row into place `at`; -1 stops. */
	int (*read)(const struct sql_rows *rows, int at, void *arg);
	void *read_arg;
};

/* `ret_n` rows in places 0…; page->has_* and first_key, last_key are set. page->total is the caller's. */
must_check int list_page(const struct list *list, int *ret_n);
/* Going backwards, a page that is not full leaves its first places empty: close them. Call with what list_page gave. */
void list_close_gap(const struct page *page, void *items, size_t item_bytes, int n);
/* `%search%` for LIKE … ESCAPE '\', its own signs escaped; NULL for NULL. list_prefix: `search%`. */
const char *list_pattern(struct arena *arena, const char *search);
const char *list_prefix(struct arena *arena, const char *search);
/* A count: the first column of the one row of `stmt`. */
must_check int list_count(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret);
