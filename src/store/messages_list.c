/* One list out of three: messages of campaigns, single ones, and what people wrote. Each gives its rows beyond the page's key,
 * nearest first, one more than the page holds; the nearest of all are the page. So a page costs the same wherever it is. */
#include <stdlib.h>
#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/list.h"
#include "store/messages_list.h"
#include "store/messages_row.h"
#include "store/one.h"

static bool nearer(const struct message_place *a, const struct message_place *b, bool backwards)
{
	bool above = a->key != b->key ? a->key > b->key : a->sub > b->sub;
	return above != backwards;
}

static struct message_place place_of(const struct page *page)
{
	if (page->after > 0)
		return (struct message_place){page->after, page->after_sub};
	return page->before > 0 ? (struct message_place){page->before, page->before_sub}
	                        : (struct message_place){INT64_MAX, INT64_MAX};
}

struct message_span message_span(const struct message_filter *f)
{
	return (struct message_span){{f->from_ms, INT64_MIN}, {f->until_ms, INT64_MAX}};
}

struct message_span message_page_span(const struct message_lister *l)
{
	struct message_span span = message_span(l->filter);
	struct message_place *bound = l->backwards ? &span.above : &span.below;
	if (nearer(bound, &l->from, l->backwards))
		*bound = l->from;
	return span;
}

static int find_edge(const struct message_lister *l, size_t edge, const struct message_span *span, int64_t n,
                     struct message_place *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, edge, SQL_ARGS(sql_int(l->account_no), SPAN_ARGS(*span), sql_int(n)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got > 0)
		*ret = (struct message_place){sql_col_int(rows, 0), sql_col_int(rows, 1)};
	return got;
}

int message_cut(const struct message_lister *l, size_t edge, struct message_span *span, struct message_source *ret)
{
	int got = find_edge(l, edge, span, MESSAGE_WINDOW - 1, &ret->end);
	ret->cut = got > 0;
	if (got > 0 && l->backwards)
		span->below = (struct message_place){ret->end.key, ret->end.sub + 1};
	else if (got > 0)
		span->above = (struct message_place){ret->end.key, ret->end.sub - 1};
	return got < 0 ? -1 : 0;
}

int message_beyond(const struct message_lister *l, size_t edge, const struct message_span *span)
{
	struct message_place end;
	return find_edge(l, edge, span, MESSAGE_WINDOW, &end);
}

int message_source_read(const struct message_lister *l, size_t stmt, const struct sql_value *args, size_t n_args, bool inbound,
                        struct message_source *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct message_item *item = &ret->item[ret->n++];
		item->at = (struct message_place){sql_col_int(rows, 0), sql_col_int(rows, 1)};
		item->message.is_inbound = inbound;
		if (inbound)
			inbound_row_read(rows, l->arena, &item->message.inbound);
		else
			message_row_read(rows, l->arena, &item->message.row);
	}
	return more;
}

void message_source_room(const struct message_lister *l, struct message_source *source, int n_statements)
{
	source->item = arena_array(l->arena, (size_t)n_statements * ((size_t)l->page->size + 1), sizeof(*source->item));
}

static int compare_upwards(const void *a, const void *b)
{
	const struct message_place *x = &((const struct message_item *)a)->at, *y = &((const struct message_item *)b)->at;
	return nearer(y, x, false) ? -1 : nearer(x, y, false) ? 1 : 0;
}

static int compare_downwards(const void *a, const void *b)
{
	return compare_upwards(b, a);
}

void message_source_settle(const struct message_lister *l, struct message_source *source)
{
	qsort(source->item, (size_t)source->n, sizeof(*source->item), l->backwards ? compare_upwards : compare_downwards);
	if (source->n > l->page->size + 1)
		source->n = l->page->size + 1;
}

static bool wants_received(const struct message_filter *f)
{
	return f->received && f->n_campaigns == 0 && (f->statuses == 0 || (f->statuses >> MESSAGE_RECEIVED & 1));
}

static bool wants_singles(const struct message_filter *f)
{
	return f->sent && f->n_campaigns == 0;
}

static int read_sources(const struct message_lister *l, struct message_source source[3])
{
	const struct message_filter *f = l->filter;
	for (int i = 0; i < 3; i++)
		source[i] = (struct message_source){0};
	if ((f->sent && message_rows_read(l, &source[0]) < 0) || (wants_singles(f) && message_singles_read(l, &source[1]) < 0) ||
	    (wants_received(f) && message_inbound_read(l, &source[2]) < 0))
		return -1;
	return 0;
}

/* Of those that were cut, the one whose end comes first; NULL when none was. */
static const struct message_source *cut_first(const struct message_source source[3], bool backwards)
{
	const struct message_source *first = NULL;
	for (int i = 0; i < 3; i++)
		if (source[i].cut && (!first || nearer(&source[i].end, &first->end, backwards)))
			first = &source[i];
	return first;
}

/* The next item of all, NULL when there is none before the place where the list is cut. */
static const struct message_item *take_nearest(struct message_source source[3], const struct message_source *cut, bool backwards)
{
	struct message_source *best = NULL;
	for (int i = 0; i < 3; i++)
		if (source[i].next < source[i].n &&
		    (!best || nearer(&source[i].item[source[i].next].at, &best->item[best->next].at, backwards)))
			best = &source[i];
	if (!best || (cut && nearer(&cut->end, &best->item[best->next].at, backwards)))
		return NULL;
	return &best->item[best->next++];
}

typedef int total_fn(const struct message_lister *l, int64_t *ret);

static int count_all(const struct message_lister *l, int64_t *ret_total)
{
	const struct message_filter *f = l->filter;
	total_fn *const kinds[] = {f->sent ? message_rows_total : NULL, wants_singles(f) ? message_singles_total : NULL,
	                           wants_received(f) ? message_inbound_total : NULL};
	*ret_total = 0;
	for (int i = 0; i < 3 && *ret_total >= 0; i++) {
		int64_t n = 0;
		if (kinds[i] && kinds[i](l, &n) < 0)
			return -1;
		*ret_total = n < 0 ? -1 : *ret_total + n;
	}
	return 0;
}

/* Where the pages beside this one begin: at its items, or where the list was cut. */
static void mark(const struct message_lister *l, struct page *page, const struct message_item *const *taken, int n,
                 const struct message_source *cut, bool beyond)
{
	struct message_place near = n ? taken[0]->at : (struct message_place){0}, far = n ? taken[n - 1]->at : near;
	bool more = beyond || cut;
	if (cut && !beyond) {
		far = cut->end;
		near = n ? near : far;
	}
	page->has_next = l->backwards || more;
	page->has_previous = l->backwards ? more : page->before > 0;
	page->first_key = l->backwards ? far.key : near.key;
	page->first_sub = l->backwards ? far.sub : near.sub;
	page->last_key = l->backwards ? near.key : far.key;
	page->last_sub = l->backwards ? near.sub : far.sub;
}

int message_list(struct store_tx *tx, int64_t account_no, const struct message_filter *filter, struct page *page,
                 struct arena *arena, struct message *ret, int *ret_n)
{
	const struct message_lister l = {tx, arena, page, filter, account_no, page->after > 0, place_of(page)};
	const struct message_item **taken = arena_array(arena, (size_t)page->size, sizeof(*taken)), *item;
	struct message_source source[3];
	if (count_all(&l, &page->total) < 0 || read_sources(&l, source) < 0)
		return -1;
	const struct message_source *cut = cut_first(source, l.backwards);
	int n = 0;
	while (n < page->size && (item = take_nearest(source, cut, l.backwards)))
		taken[n++] = item;
	bool beyond = n == page->size && take_nearest(source, cut, l.backwards) != NULL;
	for (int i = 0; i < n; i++)
		ret[i] = taken[l.backwards ? n - 1 - i : i]->message;
	mark(&l, page, taken, n, cut, beyond);
	*ret_n = n;
	return 0;
}
