/* What people wrote, in the list of messages: one person's by an index, everybody's by time, no more than a window of them a
 * page. */
#include "statements.h"
#include "store/list.h"
#include "store/messages_list.h"

#define INBOUND_ARGS(l, span)                                                                                        \
	sql_int((l)->account_no), sql_text((l)->filter->senders), sql_text((l)->filter->countries), SPAN_ARGS(span), \
		TO_ARGS((l)->filter)

static int read_people(const struct message_lister *l, const struct message_span *span, struct message_source *ret)
{
	const struct filter_names *from = &l->filter->from;
	message_source_room(l, ret, from->n);
	for (int i = 0; i < from->n; i++)
		if (message_source_read(l, l->backwards ? STMT_MESSAGE_INBOUND_OF_AFTER : STMT_MESSAGE_INBOUND_OF_BEFORE,
		                        SQL_ARGS(INBOUND_ARGS(l, *span), sql_text(from->name[i]), sql_int(l->page->size + 1)),
		                        true, ret) < 0)
			return -1;
	message_source_settle(l, ret);
	return 0;
}

static int count_people(const struct message_lister *l, const struct message_span *span, int64_t *ret)
{
	const struct filter_names *from = &l->filter->from;
	*ret = 0;
	for (int i = 0; i < from->n; i++) {
		int64_t n;
		if (list_count(l->tx, STMT_MESSAGE_INBOUND_OF_COUNT, SQL_ARGS(INBOUND_ARGS(l, *span), sql_text(from->name[i])),
		               &n) < 0)
			return -1;
		*ret += n;
	}
	return 0;
}

int message_inbound_read(const struct message_lister *l, struct message_source *ret)
{
	struct message_span span = message_page_span(l);
	bool up = l->backwards;
	if (l->filter->from.n)
		return read_people(l, &span, ret);
	message_source_room(l, ret, 1);
	if (message_cut(l, up ? STMT_MESSAGE_INBOUND_EDGE_AFTER : STMT_MESSAGE_INBOUND_EDGE_BEFORE, &span, ret) < 0)
		return -1;
	return message_source_read(l, up ? STMT_MESSAGE_INBOUND_AFTER : STMT_MESSAGE_INBOUND_BEFORE,
	                           SQL_ARGS(INBOUND_ARGS(l, span), sql_int(l->page->size + 1)), true, ret);
}

int message_inbound_total(const struct message_lister *l, int64_t *ret)
{
	const struct message_span span = message_span(l->filter);
	if (l->filter->from.n)
		return count_people(l, &span, ret);
	int beyond = message_beyond(l, STMT_MESSAGE_INBOUND_EDGE_AFTER, &span);
	*ret = -1;
	if (beyond != 0)
		return beyond < 0 ? -1 : 0;
	return list_count(l->tx, STMT_MESSAGE_INBOUND_COUNT, SQL_ARGS(INBOUND_ARGS(l, span)), ret);
}
