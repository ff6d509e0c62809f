/* What people wrote, in the list of messages: one person's by an index, everybody's by time, no more than a window of them a
 * page. */
#include "statements.h"
#include "store/list.h"
#include "store/messages_list.h"

#define INBOUND_ARGS(l, span)                                                                \
	sql_int((l)->account_no), sql_text((l)->filter->senders), sql_text((l)->filter->to), \
		sql_text(list_prefix((l)->arena, (l)->filter->to_prefix)), sql_text((l)->filter->countries), SPAN_ARGS(span)

int message_inbound_read(const struct message_lister *l, struct message_source *ret)
{
	struct message_span span = message_page_span(l);
	bool up = l->backwards;
	if (l->filter->from)
		return message_source_read(l, up ? STMT_MESSAGE_INBOUND_OF_AFTER : STMT_MESSAGE_INBOUND_OF_BEFORE,
		                           SQL_ARGS(INBOUND_ARGS(l, span), sql_text(l->filter->from), sql_int(l->page->size + 1)),
		                           true, ret);
	if (message_cut(l, up ? STMT_MESSAGE_INBOUND_EDGE_AFTER : STMT_MESSAGE_INBOUND_EDGE_BEFORE, &span, ret) < 0)
		return -1;
	return message_source_read(l, up ? STMT_MESSAGE_INBOUND_AFTER : STMT_MESSAGE_INBOUND_BEFORE,
	                           SQL_ARGS(INBOUND_ARGS(l, span), sql_int(l->page->size + 1)), true, ret);
}

int message_inbound_total(const struct message_lister *l, int64_t *ret)
{
	const struct message_span span = message_span(l->filter);
	if (l->filter->from)
		return list_count(l->tx, STMT_MESSAGE_INBOUND_OF_COUNT,
		                  SQL_ARGS(INBOUND_ARGS(l, span), sql_text(l->filter->from)), ret);
	int beyond = message_beyond(l, STMT_MESSAGE_INBOUND_EDGE_AFTER, &span);
	*ret = -1;
	if (beyond != 0)
		return beyond < 0 ? -1 : 0;
	return list_count(l->tx, STMT_MESSAGE_INBOUND_COUNT, SQL_ARGS(INBOUND_ARGS(l, span)), ret);
}
