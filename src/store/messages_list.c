/* One list out of three: messages of campaigns, single ones, and what people wrote. Each gives its rows beyond the page's key,
 * nearest first, one more than the page holds; the nearest of all are the page. So a page costs the same wherever it is. */
#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/list.h"
#include "store/messages_row.h"
#include "store/one.h"

struct item {
	int64_t key, sub;
	struct message message;
};

struct lister {
	struct store_tx *tx;
	struct arena *arena;
	const struct page *page;
	const struct message_filter *filter;
	int64_t account_no;
	bool backwards;
};

struct source {
	struct item *item;
	int n, next;
};

static bool nearer(const struct item *a, const struct item *b, bool backwards)
{
	bool above = a->key != b->key ? a->key > b->key : a->sub > b->sub;
	return above != backwards;
}

static const char *prefix_pattern(const struct lister *l)
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

#define KEY_ARGS(l) sql_int(key_of(l)), sql_int(sub_of(l)), sql_int((l)->page->size + 1)

static int64_t key_of(const struct lister *l)
{
	return l->backwards ? l->page->after : l->page->before > 0 ? l->page->before : INT64_MAX;
}

static int64_t sub_of(const struct lister *l)
{
	return l->backwards ? l->page->after_sub : l->page->before > 0 ? l->page->before_sub : INT64_MAX;
}

static int read_source(const struct lister *l, size_t stmt, const struct sql_value *args, size_t n_args, bool inbound,
                       struct source *ret)
{
	*ret = (struct source){.item = arena_array(l->arena, (size_t)l->page->size + 1, sizeof(*ret->item))};
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct item *item = &ret->item[ret->n++];
		item->key = sql_col_int(rows, 0);
		item->sub = sql_col_int(rows, 1);
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

static int read_sources(const struct lister *l, struct source source[3])
{
	memset(source, 0, 3 * sizeof(*source));
	if (l->filter->sent && (read_source(l, l->backwards ? STMT_MESSAGE_ROWS_AFTER : STMT_MESSAGE_ROWS_BEFORE,
	                                    SQL_ARGS(ROW_ARGS(l), KEY_ARGS(l)), false, &source[0]) < 0 ||
	                        (l->filter->campaign_no == 0 &&
	                         read_source(l, l->backwards ? STMT_MESSAGE_SINGLES_AFTER : STMT_MESSAGE_SINGLES_BEFORE,
	                                     SQL_ARGS(ROW_ARGS(l), KEY_ARGS(l)), false, &source[1]) < 0)))
		return -1;
	if (!wants_received(l->filter))
		return 0;
	return read_source(l, l->backwards ? STMT_MESSAGE_INBOUND_AFTER : STMT_MESSAGE_INBOUND_BEFORE,
	                   SQL_ARGS(INBOUND_ARGS(l), KEY_ARGS(l)), true, &source[2]);
}

/* The next item of all, NULL when there is none. */
static const struct item *take_nearest(struct source source[3], bool backwards)
{
	struct source *best = NULL;
	for (int i = 0; i < 3; i++)
		if (source[i].next < source[i].n &&
		    (!best || nearer(&source[i].item[source[i].next], &best->item[best->next], backwards)))
			best = &source[i];
	return best ? &best->item[best->next++] : NULL;
}

static int count_more(const struct lister *l, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *total)
{
	int64_t n;
	if (list_count(l->tx, stmt, args, n_args, &n) < 0)
		return -1;
	*total += n;
	return 0;
}

/* What asks of rows alone has to count them; otherwise the campaigns' counters know. */
static int count_rows(const struct lister *l, int64_t *total)
{
	const struct message_filter *f = l->filter;
	if (f->statuses || f->to || f->to_prefix || f->countries)
		return count_more(l, STMT_MESSAGE_ROWS_COUNT, SQL_ARGS(ROW_ARGS(l)), total);
	return count_more(l, STMT_MESSAGE_ROWS_TALLY,
	                  SQL_ARGS(sql_int(l->account_no), sql_int(f->campaign_no), sql_text(f->senders), sql_int(f->from_ms),
	                           sql_int(f->until_ms), sql_text(f->from)),
	                  total);
}

static int count_all(const struct lister *l, int64_t *total)
{
	const struct message_filter *f = l->filter;
	*total = 0;
	if (f->sent && (count_rows(l, total) < 0 ||
	                (f->campaign_no == 0 && count_more(l, STMT_MESSAGE_SINGLES_COUNT, SQL_ARGS(ROW_ARGS(l)), total) < 0)))
		return -1;
	return wants_received(f) ? count_more(l, STMT_MESSAGE_INBOUND_COUNT, SQL_ARGS(INBOUND_ARGS(l)), total) : 0;
}

int message_list(struct store_tx *tx, int64_t account_no, const struct message_filter *filter, struct page *page,
                 struct arena *arena, struct message *ret, int *ret_n)
{
	const struct lister l = {tx, arena, page, filter, account_no, page->after > 0};
	const struct item **taken = arena_array(arena, (size_t)page->size, sizeof(*taken)), *item;
	struct source source[3];
	if (count_all(&l, &page->total) < 0 || read_sources(&l, source) < 0)
		return -1;
	int n = 0;
	while (n < page->size && (item = take_nearest(source, l.backwards)))
		taken[n++] = item;
	bool beyond = take_nearest(source, l.backwards) != NULL;
	for (int i = 0; i < n; i++)
		ret[i] = taken[l.backwards ? n - 1 - i : i]->message;
	page->has_next = l.backwards || beyond;
	page->has_previous = l.backwards ? beyond : page->before > 0;
	const struct item *first = n ? taken[l.backwards ? n - 1 : 0] : NULL, *last = n ? taken[l.backwards ? 0 : n - 1] : NULL;
	page->first_key = first ? first->key : 0;
	page->first_sub = first ? first->sub : 0;
	page->last_key = last ? last->key : 0;
	page->last_sub = last ? last->sub : 0;
	*ret_n = n;
	return 0;
}
