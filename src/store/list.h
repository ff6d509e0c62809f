#pragma once
/* Inside store: one page of a list. A list has two statements, whose last two placeholders are the key to go on from and how
 * many rows: `before` gives rows below the key, newest first; `after` rows above it, nearest first. The first column of both
 * is the key. Shared here: the order, the one row too many that tells whether there is more, the marks in struct page. */

#include "sql/sql.h"
#include "store/one.h"
#include "store/page.h"
#include "store/store.h"

#define LIST_MAX_ARGS 10

struct list {
	struct store_tx *tx;
	size_t before, after, count; /* statement numbers; `count` takes the first n_count_args values */
	struct sql_value arg[LIST_MAX_ARGS];
	size_t n_args, n_count_args; /* without the last two of before and after */
	struct page *page;
	one_row_fn *read;
	struct arena *arena;
	void *items; /* room for page->size */
	size_t item_bytes;
};

/* The page's items, newest first, in places 0…; its marks and its total. */
must_check int list_run(const struct list *list, int *ret_n);
/* `%search%` for LIKE … ESCAPE '\', its own signs escaped; NULL for NULL. list_prefix: `search%`. */
const char *list_pattern(struct arena *arena, const char *search);
const char *list_prefix(struct arena *arena, const char *search);
/* A count: the first column of the one row of `stmt`. */
must_check int list_count(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret);
