#pragma once
/* Inside store: the list of messages on its way together. */

#include "store/messages.h"

/* The order: by time, then by this. Of a campaign's row: campaign * 2^32 + row. */
struct message_place {
	int64_t key, sub;
};

struct message_item {
	struct message_place at;
	struct message message;
};

/* What one of the three kinds gives: its nearest items beyond the page's key, one more than the page holds, if there are so many.
 */
struct message_source {
	struct message_item *item;
	int n, next;
	bool cut; /* it looked no further than `end`, and there may be more behind that */
	struct message_place end;
};

struct message_lister {
	struct store_tx *tx;
	struct arena *arena;
	const struct page *page;
	const struct message_filter *filter;
	int64_t account_no;
	bool backwards;
	struct message_place from;
};

/* The rows of campaigns. */
must_check int message_rows_read(const struct message_lister *l, struct message_source *ret);
/* Does the filter ask something of each row, which no counter knows? */
bool message_rows_filtered(const struct message_filter *f);
