/* One list out of three: messages of campaigns, single ones, and what people wrote. Each gives its rows beyond the page's key,
 * nearest first, one more than the page holds; the nearest of all are the page. So a page costs the same wherever it is. */
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

static const char *prefix_pattern(const struct message_lister *l)
{
	return list_prefix(l->arena, l->filter->to_prefix);
}

/* Of the statements over ledger_seen. */
#define ROW_ARGS(l)                                                                                            \
	sql_int((l)->account_no), sql_int((l)->filter->campaign_no), sql_int((l)->filter->statuses),           \
		sql_text((l)->filter->senders), sql_int((l)->filter->from_ms), sql_int((l)->filter->until_ms), \
		sql_text((l)->filter->to), sql_text(prefix_pattern(l)), sql_text((l)->filter->countries),      \
		sql_text((l)->filter->from)

#define INBOUND_ARGS(l)                                                                                                          \
	sql_int((l)->account_no), sql_text((l)->filter->senders), sql_int((l)->filter->from_ms), sql_int((l)->filter->until_ms), \
		sql_text((l)->filter->to), sql_text(prefix_pattern(l)), sql_text((l)->filter->countries),                        \
		sql_text((l)->filter->from)

#define KEY_ARGS(l) sql_int((l)->from.key), sql_int((l)->from.sub), sql_int((l)->page->size + 1)

static struct message_place place_of(const struct page *page)
{
	if (page->after > 0)
		return (struct message_place){page->after, page->after_sub};
	return page->before > 0 ? (struct message_place){page->before, page->before_sub}
	                        : (struct message_place){INT64_MAX, INT64_MAX};
}

static int read_source(const struct message_lister *l, size_t stmt, const struct sql_value *args, size_t n_args, bool inbound,
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

static bool wants_received(const struct message_filter *f)
{
	return f->received && f->campaign_no == 0 && (f->statuses == 0 || (f->statuses >> MESSAGE_RECEIVED & 1));
}

static int read_sources(const struct message_lister *l, struct message_source source[3])
{
	for (int i = 0; i < 3; i++)
		source[i] = (struct message_source){
			.item = arena_array(l->arena, (size_t)l->page->size + 1, sizeof(*source->item))};
	if (l->filter->sent && message_rows_read(l, &source[0]) < 0)
		return -1;
	if (l->filter->sent && l->filter->campaign_no == 0 &&
	    read_source(l, l->backwards ? STMT_MESSAGE_SINGLES_AFTER : STMT_MESSAGE_SINGLES_BEFORE,
	                SQL_ARGS(ROW_ARGS(l), KEY_ARGS(l)), false, &source[1]) < 0)
		return -1;
	if (!wants_received(l->filter))
		return 0;
	return read_source(l, l->backwards ? STMT_MESSAGE_INBOUND_AFTER : STMT_MESSAGE_INBOUND_BEFORE,
	                   SQL_ARGS(INBOUND_ARGS(l), KEY_ARGS(l)), true, &source[2]);
}

/* The next item of all, NULL when there is none before the place where the list is cut. */
static const struct message_item *take_nearest(struct message_source source[3], bool backwards)
{
	struct message_source *best = NULL;
	for (int i = 0; i < 3; i++)
		if (source[i].next < source[i].n &&
		    (!best || nearer(&source[i].item[source[i].next].at, &best->item[best->next].at, backwards)))
			best = &source[i];
	if (!best || (source[0].cut && nearer(&source[0].end, &best->item[best->next].at, backwards)))
		return NULL;
	return &best->item[best->next++];
}

static int count_more(const struct message_lister *l, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *total)
{
	int64_t n;
	if (list_count(l->tx, stmt, args, n_args, &n) < 0)
		return -1;
	*total += n;
	return 0;
}

/* The campaigns' counters know how many rows there are. What is asked of rows has to be counted row by row, as long as they are
 * not too many: -1 then. */
static int count_rows(const struct message_lister *l, int64_t *total)
{
	const struct message_filter *f = l->filter;
	int64_t rows;
	if (list_count(l->tx, STMT_MESSAGE_ROWS_TALLY,
	               SQL_ARGS(sql_int(l->account_no), sql_int(f->campaign_no), sql_text(f->senders), sql_int(f->from_ms),
	                        sql_int(f->until_ms), sql_text(f->from)),
	               &rows) < 0)
		return -1;
	*total = rows;
	if (!message_rows_filtered(f))
		return 0;
	*total = -1;
	return rows > LIST_WINDOW ? 0 : list_count(l->tx, STMT_MESSAGE_ROWS_COUNT, SQL_ARGS(ROW_ARGS(l)), total);
}

static int count_all(const struct message_lister *l, int64_t *total)
{
	const struct message_filter *f = l->filter;
	*total = 0;
	if (f->sent && count_rows(l, total) < 0)
		return -1;
	if (*total < 0)
		return 0;
	if (f->sent && f->campaign_no == 0 && count_more(l, STMT_MESSAGE_SINGLES_COUNT, SQL_ARGS(ROW_ARGS(l)), total) < 0)
		return -1;
	return wants_received(f) ? count_more(l, STMT_MESSAGE_INBOUND_COUNT, SQL_ARGS(INBOUND_ARGS(l)), total) : 0;
}

/* Where the pages beside this one begin: at its items, or where the list was cut. */
static void mark(const struct message_lister *l, struct page *page, const struct message_item *const *taken, int n,
                 const struct message_source *rows, bool beyond)
{
	struct message_place near = n ? taken[0]->at : (struct message_place){0}, far = n ? taken[n - 1]->at : near;
	bool more = beyond || rows->cut;
	if (rows->cut && !beyond) {
		far = rows->end;
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
	int n = 0;
	while (n < page->size && (item = take_nearest(source, l.backwards)))
		taken[n++] = item;
	bool beyond = n == page->size && take_nearest(source, l.backwards) != NULL;
	for (int i = 0; i < n; i++)
		ret[i] = taken[l.backwards ? n - 1 - i : i]->message;
	mark(&l, page, taken, n, &source[0], beyond);
	*ret_n = n;
	return 0;
}
