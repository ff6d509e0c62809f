/* Single messages, in the list of messages: those to few numbers are found by the index of numbers, all others by time, no more
 * than a window of them a page. */
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/list.h"
#include "store/messages_list.h"

#define FEW_NUMBERS 1000
#define NUMBER_MOST "999999999999999" /* as long as a number can be */

struct numbers {
	const char *least, *greatest; /* NULL any */
	bool few;
};

/* `few` when the index of numbers is the way. */
static int find_numbers(const struct message_lister *l, struct numbers *ret)
{
	const struct message_filter *f = l->filter;
	int64_t n = 0;
	*ret = (struct numbers){f->to, f->to, false};
	if (f->to && f->to_prefix && strncmp(f->to, f->to_prefix, strlen(f->to_prefix)) != 0)
		ret->least = ret->greatest = "";
	else if (!f->to && f->to_prefix)
		*ret = (struct numbers){f->to_prefix, arena_printf(l->arena, "%s" NUMBER_MOST, f->to_prefix), false};
	if (!ret->least)
		return 0;
	if (list_count(l->tx, STMT_MESSAGE_SINGLES_NUMBERS,
	               SQL_ARGS(sql_int(l->account_no), sql_text(ret->least), sql_text(ret->greatest)), &n) < 0)
		return -1;
	ret->few = n <= FEW_NUMBERS;
	return 0;
}

#define SINGLE_ARGS(l, numbers, span)                                                                                          \
	sql_int((l)->account_no), sql_int((l)->filter->statuses), sql_text((l)->filter->senders), sql_text((l)->filter->from), \
		sql_text((l)->filter->countries), sql_text((numbers).least), sql_text((numbers).greatest), SPAN_ARGS(span)

/* How many the filter's senders sent. */
static int count_of_senders(const struct message_lister *l, int64_t *ret)
{
	return list_count(l->tx, STMT_MESSAGE_SINGLES_TALLY,
	                  SQL_ARGS(sql_int(l->account_no), sql_text(l->filter->senders), sql_text(l->filter->from)), ret);
}

int message_singles_read(const struct message_lister *l, struct message_source *ret)
{
	struct message_span span = message_page_span(l);
	struct numbers numbers;
	int64_t n;
	bool up = l->backwards;
	if (count_of_senders(l, &n) < 0 || find_numbers(l, &numbers) < 0)
		return -1;
	if (n == 0)
		return 0;
	if (!numbers.few &&
	    message_cut(l, up ? STMT_MESSAGE_SINGLES_EDGE_AFTER : STMT_MESSAGE_SINGLES_EDGE_BEFORE, &span, ret) < 0)
		return -1;
	size_t by_time = up ? STMT_MESSAGE_SINGLES_AFTER : STMT_MESSAGE_SINGLES_BEFORE;
	size_t by_number = up ? STMT_MESSAGE_SINGLES_NUMBERED_AFTER : STMT_MESSAGE_SINGLES_NUMBERED_BEFORE;
	return message_source_read(l, numbers.few ? by_number : by_time,
	                           SQL_ARGS(SINGLE_ARGS(l, numbers, span), sql_int(l->page->size + 1)), false, ret);
}

/* Do the counters of the senders' single messages know how many there are? */
static bool counters_know(const struct message_filter *f)
{
	return !f->statuses && !f->countries && !f->to && !f->to_prefix && f->from_ms <= 0 && f->until_ms == INT64_MAX;
}

int message_singles_total(const struct message_lister *l, int64_t *ret)
{
	const struct message_filter *f = l->filter;
	const struct message_span span = message_span(f);
	struct numbers numbers;
	if (count_of_senders(l, ret) < 0)
		return -1;
	if (*ret == 0 || counters_know(f))
		return 0;
	if (find_numbers(l, &numbers) < 0)
		return -1;
	int beyond = numbers.few ? 0 : message_beyond(l, STMT_MESSAGE_SINGLES_EDGE_AFTER, &span);
	*ret = -1;
	if (beyond != 0)
		return beyond < 0 ? -1 : 0;
	return list_count(l->tx, numbers.few ? STMT_MESSAGE_SINGLES_NUMBERED_COUNT : STMT_MESSAGE_SINGLES_COUNT,
	                  SQL_ARGS(SINGLE_ARGS(l, numbers, span)), ret);
}
