#pragma once
/* Inside store: one page of a list. A list has two statements, whose last two placeholders are the key to go on from and how
 * many rows: `before` gives rows below the key, newest first; `after` rows above it, nearest first. The first column of both
 * is the key. Shared here: the order, the one row too many that tells whether there is more, the marks in struct page.
 *
 * A list that filters rows one by one may have to look at any number of them for a page. Such a list has a window: it looks at
 * no more keys than that, so a page may hold fewer items than it has room for, none even, and still be followed by another.
 * Its statements take one placeholder more, the last key not to look at, before the number of rows. Its total is known where
 * the window covers everything. */

#include "sql/sql.h"
#include "store/one.h"
#include "store/page.h"
#include "store/store.h"

#define LIST_MAX_ARGS 28

struct list {
	struct store_tx *tx;
	size_t before, after, count; /* statement numbers; `count` takes the first n_count_args values */
	struct sql_value arg[LIST_MAX_ARGS];
	size_t n_args, n_count_args; /* without the last placeholders of before and after */
	int64_t window, max_key;     /* window: keys a page looks at, 0 any number; max_key: the greatest there may be, for it */
	const int64_t *total;        /* where it is known already; NULL: `count` finds it */
	struct page *page;
	one_row_fn *read;
	struct arena *arena;
	void *items; /* room for page->size */
	size_t item_bytes;
};

#define LIST_WINDOW 5000 /* some ten milliseconds of rows that have to be looked at one by one */

/* The page's items, newest first, in places 0…; its marks and its total. */
/* The values of a filter as the next arguments, FILTER_MAX_NAMES of them, of the count too. */
void list_add_names(struct list *list, const struct filter_names *names);
must_check int list_run(const struct list *list, int *ret_n);
/* `%search%` for LIKE … ESCAPE '\', its own signs escaped; NULL for NULL. list_prefix: `search%`. */
const char *list_pattern(struct arena *arena, const char *search);
const char *list_prefix(struct arena *arena, const char *search);
/* A count: the first column of the one row of `stmt`. */
must_check int list_count(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret);
