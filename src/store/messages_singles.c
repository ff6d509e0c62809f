/* Single messages, in the list of messages: those to few numbers are found by the index of numbers, all others by time, no more
 * than a window of them a page. */
#include "statements.h"
#include "store/list.h"
#include "store/messages_list.h"

#define FEW_NUMBERS 1000

/* Is the index of numbers the way? -1. */
static int few_numbers(const struct message_lister *l)
{
	const struct message_filter *f = l->filter;
	int64_t total = 0, n;
	for (int i = 0; i < f->n_to && total <= FEW_NUMBERS; i++, total += n)
		if (list_count(l->tx, STMT_MESSAGE_SINGLES_NUMBERS,
		               SQL_ARGS(sql_int(l->account_no), sql_text(f->to[i].least), sql_text(f->to[i].greatest)), &n) < 0)
			return -1;
	return f->n_to && total <= FEW_NUMBERS;
}

#define SINGLE_ARGS(l, span)                                                                      \
	sql_int((l)->account_no), sql_int((l)->filter->statuses), sql_text((l)->filter->senders), \
		sql_text((l)->filter->countries), SPAN_ARGS(span)
#define NUMBERED_ARGS(l, span, i) SINGLE_ARGS(l, span), RANGE_ARG((l)->filter, i), FROM_ARGS((l)->filter)
#define TIMED_ARGS(l, span) SINGLE_ARGS(l, span), TO_ARGS((l)->filter), FROM_ARGS((l)->filter)

/* How many the filter's senders sent. */
static int count_of_senders(const struct message_lister *l, int64_t *ret)
{
	return list_count(l->tx, STMT_MESSAGE_SINGLES_TALLY,
	                  SQL_ARGS(sql_int(l->account_no), sql_text(l->filter->senders), FROM_ARGS(l->filter)), ret);
}

static int read_numbered(const struct message_lister *l, const struct message_span *span, struct message_source *ret)
{
	message_source_room(l, ret, l->filter->n_to);
	for (int i = 0; i < l->filter->n_to; i++)
		if (message_source_read(l,
		                        l->backwards ? STMT_MESSAGE_SINGLES_NUMBERED_AFTER : STMT_MESSAGE_SINGLES_NUMBERED_BEFORE,
		                        SQL_ARGS(NUMBERED_ARGS(l, *span, i), sql_int(l->page->size + 1)), false, ret) < 0)
			return -1;
	message_source_settle(l, ret);
	return 0;
}

static int read_timed(const struct message_lister *l, struct message_span *span, struct message_source *ret)
{
	bool up = l->backwards;
	message_source_room(l, ret, 1);
	if (message_cut(l, up ? STMT_MESSAGE_SINGLES_EDGE_AFTER : STMT_MESSAGE_SINGLES_EDGE_BEFORE, span, ret) < 0)
		return -1;
	return message_source_read(l, up ? STMT_MESSAGE_SINGLES_AFTER : STMT_MESSAGE_SINGLES_BEFORE,
	                           SQL_ARGS(TIMED_ARGS(l, *span), sql_int(l->page->size + 1)), false, ret);
}

int message_singles_read(const struct message_lister *l, struct message_source *ret)
{
	struct message_span span = message_page_span(l);
	int64_t n;
	int few = few_numbers(l);
	if (count_of_senders(l, &n) < 0 || few < 0)
		return -1;
	if (n == 0)
		return 0;
	return few ? read_numbered(l, &span, ret) : read_timed(l, &span, ret);
}

/* Do the counters of the senders' single messages know how many there are? */
static bool counters_know(const struct message_filter *f)
{
	return !f->statuses && !f->countries && !f->n_to && f->from_ms <= 0 && f->until_ms == INT64_MAX;
}

static int count_numbered(const struct message_lister *l, const struct message_span *span, int64_t *ret)
{
	*ret = 0;
	for (int i = 0; i < l->filter->n_to; i++) {
		int64_t n;
		if (list_count(l->tx, STMT_MESSAGE_SINGLES_NUMBERED_COUNT, SQL_ARGS(NUMBERED_ARGS(l, *span, i)), &n) < 0)
			return -1;
		*ret += n;
	}
	return 0;
}

int message_singles_total(const struct message_lister *l, int64_t *ret)
{
	const struct message_filter *f = l->filter;
	const struct message_span span = message_span(f);
	if (count_of_senders(l, ret) < 0)
		return -1;
	if (*ret == 0 || counters_know(f))
		return 0;
	int few = few_numbers(l);
	if (few != 0)
		return few < 0 ? -1 : count_numbered(l, &span, ret);
	int beyond = message_beyond(l, STMT_MESSAGE_SINGLES_EDGE_AFTER, &span);
	*ret = -1;
	if (beyond != 0)
		return beyond < 0 ? -1 : 0;
	return list_count(l->tx, STMT_MESSAGE_SINGLES_COUNT, SQL_ARGS(TIMED_ARGS(l, span)), ret);
}
