#include "store/list.h"

#include <string.h>

#include "store/one.h"

#define MAX_PAGE 100

/* Rows come nearest first going backwards, and are shown newest first: read into the far end, so the keys are gathered first. */
int list_page(const struct list *l, int *ret_n)
{
	struct page *page = l->page;
	bool backwards = page->after > 0;
	struct sql_value args[LIST_MAX_ARGS + 2];
	memcpy(args, l->arg, l->n_args * sizeof(*args));
	args[l->n_args] = sql_int(backwards ? page->after : page->before > 0 ? page->before : INT64_MAX);
	args[l->n_args + 1] = sql_int(page->size + 1);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, backwards ? l->after : l->before, args, l->n_args + 2, &rows) < 0)
		return -1;
	int64_t key[MAX_PAGE];
	int n = 0, more;
	bool beyond = false;
	while ((more = sql_next(rows)) > 0) {
		if (n == page->size) {
			beyond = true;
			continue;
		}
		key[n] = sql_col_int(rows, 0);
		if (l->read(rows, backwards ? page->size - 1 - n : n, l->read_arg) < 0)
			return -1;
		n++;
	}
	if (more < 0)
		return -1;
	page->has_next = backwards || beyond;
	page->has_previous = backwards ? beyond : page->before > 0;
	page->first_key = n ? key[backwards ? n - 1 : 0] : 0;
	page->last_key = n ? key[backwards ? 0 : n - 1] : 0;
	*ret_n = n;
	return 0;
}

void list_close_gap(const struct page *page, void *items, size_t item_bytes, int n)
{
	if (page->after > 0 && n < page->size)
		memmove(items, (char *)items + (size_t)(page->size - n) * item_bytes, (size_t)n * item_bytes);
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
