#include "store/list.h"

#include <string.h>

#include "store/one.h"

#define MAX_PAGE 100

static void *place(const struct list *l, int at)
{
	return (char *)l->items + (size_t)at * l->item_bytes;
}

/* Rows come nearest first going backwards, and are shown newest first: they are read into the far end, and a page that is not
 * full is moved to the front. */
static int read_page(const struct list *l, struct sql_rows *rows, int64_t key[MAX_PAGE], bool *ret_beyond)
{
	struct page *page = l->page;
	bool backwards = page->after > 0;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		*ret_beyond = n == page->size;
		if (*ret_beyond)
			continue;
		key[n] = sql_col_int(rows, 0);
		l->read(rows, l->arena, place(l, backwards ? page->size - 1 - n : n));
		n++;
	}
	if (backwards && n < page->size)
		memmove(l->items, place(l, page->size - n), (size_t)n * l->item_bytes);
	return more < 0 ? -1 : n;
}

int list_run(const struct list *l, int *ret_n)
{
	struct page *page = l->page;
	bool backwards = page->after > 0, beyond = false;
	struct sql_value args[LIST_MAX_ARGS + 2];
	int64_t key[MAX_PAGE];
	if (list_count(l->tx, l->count, l->arg, l->n_count_args, &page->total) < 0)
		return -1;
	memcpy(args, l->arg, l->n_args * sizeof(*args));
	args[l->n_args] = sql_int(backwards ? page->after : page->before > 0 ? page->before : INT64_MAX);
	args[l->n_args + 1] = sql_int(page->size + 1);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, backwards ? l->after : l->before, args, l->n_args + 2, &rows) < 0)
		return -1;
	int n = read_page(l, rows, key, &beyond);
	if (n < 0)
		return -1;
	page->has_next = backwards || beyond;
	page->has_previous = backwards ? beyond : page->before > 0;
	page->first_key = n ? key[backwards ? n - 1 : 0] : 0;
	page->last_key = n ? key[backwards ? 0 : n - 1] : 0;
	*ret_n = n;
	return 0;
}

static const char *pattern(struct arena *arena, const char *before, const char *search)
{
	if (!search)
		return NULL;
	char *text = arena_alloc(arena, strlen(before) + 2 * strlen(search) + 2), *p = stpcpy(text, before);
	for (; *search; search++) {
		if (strchr("%_\\", *search))
			*p++ = '\\';
		*p++ = *search;
	}
	*p = '%';
	return text;
}

const char *list_pattern(struct arena *arena, const char *search)
{
	return pattern(arena, "%", search);
}

const char *list_prefix(struct arena *arena, const char *search)
{
	return pattern(arena, "", search);
}

int list_count(struct store_tx *tx, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret)
{
	return one_find(tx, stmt, args, n_args, ret) == 1 ? 0 : -1;
}
