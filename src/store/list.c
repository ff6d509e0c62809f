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

/* The keys that a page looks at: those above `above` and below `below`. */
struct span {
	int64_t above, below;
	bool cut; /* the window ends before the list does */
};

static struct span span_of(const struct list *l)
{
	const struct page *page = l->page;
	struct span s = {page->after, page->before > 0 ? page->before : INT64_MAX, false};
	if (l->window == 0)
		return s;
	if (s.below > l->max_key)
		s.below = l->max_key + 1;
	if (page->after > 0 && s.below - s.above > l->window + 1) {
		s.below = s.above + l->window + 1;
		s.cut = true;
	} else if (page->after == 0 && s.below > l->window + 1) {
		s.above = s.below - l->window - 1;
		s.cut = true;
	}
	return s;
}

static int read_span(const struct list *l, const struct span *s, int64_t key[MAX_PAGE], bool *ret_beyond)
{
	bool backwards = l->page->after > 0;
	struct sql_value args[LIST_MAX_ARGS + 3];
	size_t n = l->n_args;
	memcpy(args, l->arg, n * sizeof(*args));
	args[n++] = sql_int(backwards ? s->above : s->below);
	if (l->window > 0)
		args[n++] = sql_int(backwards ? s->below : s->above);
	args[n++] = sql_int(l->page->size + 1);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, backwards ? l->after : l->before, args, n, &rows) < 0)
		return -1;
	return read_page(l, rows, key, ret_beyond);
}

/* Where the pages beside this one begin: at its rows, or at the end of the window that gave too few of them. */
static void mark(struct page *page, const struct span *s, const int64_t key[MAX_PAGE], int n, bool beyond)
{
	bool backwards = page->after > 0, more = beyond || s->cut;
	page->has_next = backwards || more;
	page->has_previous = backwards ? more : page->before > 0;
	page->first_key = n ? key[backwards ? n - 1 : 0] : 0;
	page->last_key = n ? key[backwards ? 0 : n - 1] : 0;
	if (!s->cut || beyond)
		return;
	if (backwards)
		page->first_key = s->below - 1;
	else
		page->last_key = s->above + 1;
	if (n == 0 && backwards)
		page->last_key = s->above + 1;
	if (n == 0 && !backwards)
		page->first_key = s->below - 1;
}

int list_run(const struct list *l, int *ret_n)
{
	struct page *page = l->page;
	struct span span = span_of(l);
	int64_t key[MAX_PAGE];
	bool beyond = false;
	page->total = l->total ? *l->total : -1;
	if (!l->total && (l->window == 0 || l->max_key <= l->window) &&
	    list_count(l->tx, l->count, l->arg, l->n_count_args, &page->total) < 0)
		return -1;
	int n = read_span(l, &span, key, &beyond);
	if (n < 0)
		return -1;
	mark(page, &span, key, n, beyond);
	*ret_n = n;
	return 0;
}

void list_add_names(struct list *l, const struct filter_names *names)
{
	for (int i = 0; i < FILTER_MAX_NAMES; i++)
		l->arg[l->n_args++] = sql_text(i < names->n ? names->name[i] : NULL);
	l->n_count_args = l->n_args;
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
