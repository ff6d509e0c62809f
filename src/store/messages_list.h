#pragma once
/* Inside store: the list of messages on its way together. */

#include "sql/sql.h"
#include "store/messages.h"

#define MESSAGE_WINDOW 1500 /* rows of each kind that a page looks at, where they have to be looked at one by one */

/* The order: by time, then by this. Of a campaign's row: campaign * 2^32 + row. */
struct message_place {
	int64_t key, sub;
};

struct message_item {
	struct message_place at;
	struct message message;
};

/* What one of the three kinds gives: its nearest items beyond the page's key, one more than the page holds, if there are so many.
 * What several statements gave is put in order at the end (message_source_settle). */
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

/* What lies between two places, neither of them counted in. */
struct message_span {
	struct message_place above, below;
};
/* The values of a filter as a statement's arguments: as many as it has places for, null behind the last. */
#define ALL_10(one, f) \
	one(f, 0), one(f, 1), one(f, 2), one(f, 3), one(f, 4), one(f, 5), one(f, 6), one(f, 7), one(f, 8), one(f, 9)
#define NAMES_ARG(f, i) sql_text((f)->from.name[i]), sql_text((f)->from.name[FILTER_MAX_VALUES + (i)])
#define RANGE_ARG(f, i) sql_text((f)->to[i].least), sql_text((f)->to[i].greatest)
#define CAMPAIGN_ARG(f, i) ((i) < (f)->n_campaigns ? sql_int((f)->campaign[i]) : sql_null())
#define FROM_ARGS(f) ALL_10(NAMES_ARG, f)
#define TO_ARGS(f) ALL_10(RANGE_ARG, f)
#define CAMPAIGN_ARGS(f) ALL_10(CAMPAIGN_ARG, f)

#define SPAN_ARGS(s) sql_int((s).above.key), sql_int((s).above.sub), sql_int((s).below.key), sql_int((s).below.sub)

/* Of the filter's times; and of those what a page goes through. */
struct message_span message_span(const struct message_filter *filter);
struct message_span message_page_span(const struct message_lister *l);
/* The end of a window: `edge` gives the place so many places further on. Cuts the span and the source there, when there is one.
 */
must_check int message_cut(const struct message_lister *l, size_t edge, struct message_span *span, struct message_source *ret);
/* Does the span hold more than a window? `edge` goes upwards. 1 yes, 0 no. */
must_check int message_beyond(const struct message_lister *l, size_t edge, const struct message_span *span);
/* Room for the items of so many statements. */
void message_source_room(const struct message_lister *l, struct message_source *source, int n_statements);
/* The nearest of all, no more than one statement would have given. */
void message_source_settle(const struct message_lister *l, struct message_source *source);
must_check int message_source_read(const struct message_lister *l, size_t stmt, const struct sql_value *args, size_t n_args,
                                   bool inbound, struct message_source *ret);

/* The three kinds: the nearest ones beyond the page's key, and how many there are, -1: too many to look at for that. */
must_check int message_rows_read(const struct message_lister *l, struct message_source *ret);
must_check int message_rows_total(const struct message_lister *l, int64_t *ret);
must_check int message_singles_read(const struct message_lister *l, struct message_source *ret);
must_check int message_singles_total(const struct message_lister *l, int64_t *ret);
must_check int message_inbound_read(const struct message_lister *l, struct message_source *ret);
must_check int message_inbound_total(const struct message_lister *l, int64_t *ret);
