#include "store/recipients.h"

#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/hold_row.h"
#include "store/budget.h"
#include "store/ledger_number.h"
#include "store/ledger_row.h"
#include "store/list.h"
#include "store/media.h"
#include "store/one.h"

#define N_STATE_ARGS (3 + RECIPIENT_MAX_CODES)
#define N_FILTER_ARGS (N_STATE_ARGS + 4)
#define EXCEPTIONS (1u << STATE_FAILED | 1u << STATE_SKIPPED | 1u << STATE_CANCELED)

/* The columns of the view recipient_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct ledger_row *r = item;
	*r = (struct ledger_row){
		.seq = sql_col_int(rows, 0),
		.campaign_no = sql_col_int(rows, 1),
		.audience_no = sql_col_int(rows, 2),
		.start_ms = -1,
		.state = (enum state)sql_col_int(rows, 3),
		.attempts = (int)sql_col_int(rows, 4),
		.not_before = row_col_time(rows, 5),
		.code = (int)sql_col_int(rows, 6),
		.held_by_meta = sql_col_int(rows, 7) != 0,
		.claimed_ms = row_col_time(rows, 8),
		.doubt_ms = row_col_time(rows, 9),
		.accepted_ms = row_col_time(rows, 10),
		.sent_ms = row_col_time(rows, 11),
		.delivered_ms = row_col_time(rows, 12),
		.read_ms = row_col_time(rows, 13),
		.failed_ms = row_col_time(rows, 14),
		.wamid = arena_strdup(arena, sql_col_text(rows, 15, NULL)),
		.detail = arena_strdup(arena, sql_col_text(rows, 16, NULL)),
		.country = (int)sql_col_int(rows, 17),
		.contact = {.audience_no = sql_col_int(rows, 2),
	                    .no = sql_col_int(rows, 18),
	                    .first_no = sql_col_int(rows, 19),
	                    .number = one_text(rows, 20, arena),
	                    .first_name = one_text(rows, 21, arena),
	                    .last_name = one_text(rows, 22, arena),
	                    .custom1 = "",
	                    .custom2 = "",
	                    .tags = "",
	                    .fields = ""},
	};
}

static void filter_args(int64_t campaign_no, int64_t audience_no, const struct recipient_filter *f, struct arena *arena,
                        struct sql_value ret[N_FILTER_ARGS])
{
	ret[0] = sql_int(campaign_no);
	ret[1] = sql_int(f->states);
	ret[2] = sql_int(f->n_codes);
	for (int i = 0; i < RECIPIENT_MAX_CODES; i++)
		ret[3 + i] = i < f->n_codes ? sql_int(f->code[i]) : sql_null();
	ret[N_STATE_ARGS] = sql_int(audience_no);
	ret[N_STATE_ARGS + 1] = sql_text(list_prefix(arena, f->search));
	ret[N_STATE_ARGS + 2] = sql_text(f->countries);
	ret[N_STATE_ARGS + 3] = sql_text(f->button);
}

/* The row `seq`, if the filter wants it: 1, else 0. */
static int read_one(struct store_tx *tx, const struct sql_value filter[N_FILTER_ARGS], int64_t seq, struct arena *arena,
                    struct ledger_row *ret)
{
	struct sql_value args[N_FILTER_ARGS + 3];
	memcpy(args, filter, N_FILTER_ARGS * sizeof(*args));
	args[N_FILTER_ARGS] = sql_int(seq + 1);
	args[N_FILTER_ARGS + 1] = sql_int(seq - 1);
	args[N_FILTER_ARGS + 2] = sql_int(1);
	int got = one_row(tx, STMT_RECIPIENT_LIST_BEFORE, args, N_FILTER_ARGS + 3, from_row, arena, ret);
	return got < 0 ? -1 : !got;
}

/* A page of few rows that are known already. */
static int list_numbered(struct store_tx *tx, const struct sql_value filter[N_FILTER_ARGS], const int64_t *seq, int n,
                         struct page *page, struct arena *arena, struct ledger_row *ret, int *ret_n)
{
	struct ledger_row *row = arena_array(arena, (size_t)n + 1, sizeof(*row));
	int n_rows = 0, from = 0, to;
	for (int i = n - 1; i >= 0; i--) {
		int wanted = read_one(tx, filter, seq[i], arena, &row[n_rows]);
		if (wanted < 0)
			return -1;
		n_rows += wanted;
	}
	for (int i = 0; i < n_rows; i++) /* newest first: those before the page are the ones above its key */
		from += page->after > 0 ? row[i].seq > page->after : page->before > 0 && row[i].seq >= page->before;
	if (page->after > 0) {
		to = from;
		from = to > page->size ? to - page->size : 0;
	} else {
		to = n_rows - from > page->size ? from + page->size : n_rows;
	}
	memcpy(ret, row + from, (size_t)(to - from) * sizeof(*ret));
	page->total = n_rows;
	page->has_previous = from > 0;
	page->has_next = to < n_rows;
	page->first_key = to > from ? row[from].seq : 0;
	page->last_key = to > from ? row[to - 1].seq : 0;
	*ret_n = to - from;
	return 0;
}

/* ---- a page of many ---- */

/* Of people by country, what the counters know: all, those who got it, those who read it, the failed. 1 they do not. */
static int count_countries(struct store_tx *tx, int64_t campaign_no, const struct recipient_filter *f, int64_t *ret)
{
	bool delivered = f->states & 1u << STATE_DELIVERED, read = f->states & 1u << STATE_READ,
	     failed = f->states & 1u << STATE_FAILED;
	if (f->states & ~(1u << STATE_DELIVERED | 1u << STATE_READ | 1u << STATE_FAILED))
		return 1;
	return list_count(tx, STMT_RECIPIENT_COUNTRY_TOTAL,
	                  SQL_ARGS(sql_int(campaign_no), sql_text(f->countries), sql_int(f->states == 0), sql_int(delivered),
	                           sql_int(read - delivered), sql_int(failed)),
	                  ret); /* who read it is among the delivered */
}

/* How many there are, where counters tell. 1 they do not. */
static int count_by_counters(struct store_tx *tx, const struct recipient_filter *f, const struct sql_value filter[N_FILTER_ARGS],
                             int64_t *ret)
{
	if (f->search || (f->countries && (f->n_codes || f->button)) || (f->button && (f->states || f->n_codes)))
		return 1;
	*ret = 0;
	if (f->countries)
		return count_countries(tx, filter[0].i, f, ret);
	if (f->button)
		return one_find(tx, STMT_RECIPIENT_BUTTON_TOTAL, SQL_ARGS(filter[0], sql_text(f->button)), ret) < 0 ? -1 : 0;
	return list_count(tx, STMT_RECIPIENT_TOTAL, filter, N_STATE_ARGS, ret);
}

/* Those that failed, were left out or canceled have an index, and so have those who tapped a button: as long as they are few all
 * of them may be looked at. */
static int widen(struct list *list, const struct recipient_filter *f)
{
	bool exceptions = f->n_codes || (f->states && (f->states & ~EXCEPTIONS) == 0);
	const struct recipient_filter all = {.states = f->button ? 0 : EXCEPTIONS, .button = f->button};
	struct sql_value args[N_FILTER_ARGS];
	int64_t n;
	if (!f->button && !exceptions)
		return 0;
	filter_args(list->arg[0].i, 0, &all, list->arena, args);
	if (count_by_counters(list->tx, &all, args, &n) < 0)
		return -1;
	list->before = f->button ? STMT_RECIPIENT_REPLIERS_BEFORE : STMT_RECIPIENT_EXCEPTIONS_BEFORE;
	list->after = f->button ? STMT_RECIPIENT_REPLIERS_AFTER : STMT_RECIPIENT_EXCEPTIONS_AFTER;
	list->count = f->button ? STMT_RECIPIENT_REPLIERS_COUNT : STMT_RECIPIENT_EXCEPTIONS_COUNT;
	if (n <= LIST_WINDOW || (f->button && list->total)) /* or every one of them is wanted */
		list->window = list->max_key + 1;
	return 0;
}

static int list_rows(struct store_tx *tx, int64_t campaign_no, const struct recipient_filter *f,
                     const struct sql_value filter[N_FILTER_ARGS], struct page *page, struct arena *arena, struct ledger_row *ret,
                     int *ret_n)
{
	int64_t total;
	struct list list = {.tx = tx,
	                    .before = STMT_RECIPIENT_LIST_BEFORE,
	                    .after = STMT_RECIPIENT_LIST_AFTER,
	                    .count = STMT_RECIPIENT_COUNT,
	                    .n_args = N_FILTER_ARGS,
	                    .n_count_args = N_FILTER_ARGS,
	                    .window = LIST_WINDOW,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	memcpy(list.arg, filter, N_FILTER_ARGS * sizeof(*filter));
	if (one_find(tx, STMT_LEDGER_END, SQL_ARGS(sql_int(campaign_no)), &list.max_key) < 0)
		return -1;
	int unknown = count_by_counters(tx, f, filter, &total);
	list.total = unknown == 0 ? &total : NULL;
	if (unknown < 0 || widen(&list, f) < 0)
		return -1;
	return list_run(&list, ret_n);
}

int recipient_list(struct store_tx *tx, int64_t campaign_no, int64_t audience_no, const struct recipient_filter *filter,
                   struct page *page, struct arena *arena, struct ledger_row *ret, int *ret_n)
{
	struct sql_value args[N_FILTER_ARGS];
	int64_t seq[LEDGER_FEW_NUMBERS];
	int n, many = 1;
	filter_args(campaign_no, audience_no, filter, arena, args);
	if (filter->search && filter->search[strspn(filter->search, "0123456789")] == '\0')
		many = ledger_by_number(tx, campaign_no, audience_no, filter->search, seq, &n);
	if (many < 0)
		return -1;
	if (many == 0)
		return list_numbered(tx, args, seq, n, page, arena, ret, ret_n);
	return list_rows(tx, campaign_no, filter, args, page, arena, ret, ret_n);
}

struct held {
	struct recipient_holds holds;
	int64_t template_no, sender_no;
};

static void holds_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct held *held = item;
	held->template_no = sql_col_int(rows, 13);
	held->sender_no = sql_col_int(rows, 14);
	held->holds = (struct recipient_holds){
		.campaign = hold_from_row(rows, &(struct hold_columns){.reason = 0, .rule = 1, .since = 2, .code = 3}, arena),
		.sender = hold_from_row(rows, &(struct hold_columns){.reason = 6, .rule = 7, .since = 8, .code = 9}, arena),
		.on_unconfirmed = (enum on_unconfirmed)sql_col_int(rows, 12)};
}

int recipient_holds(struct store_tx *tx, int64_t campaign_no, msec_t now, struct arena *arena, struct recipient_holds *ret)
{
	struct held held;
	int got = one_row(tx, STMT_RECIPIENT_HOLDS, SQL_ARGS(sql_int(campaign_no)), holds_from_row, arena, &held);
	if (got != 0)
		return got;
	*ret = held.holds;
	if (template_media_waits(tx, held.template_no, held.sender_no, now, arena, &ret->medium) < 0)
		return -1;
	return budget_of_campaign(tx, campaign_no, 1, now, &ret->place_at, &ret->limit_24h);
}

int recipient_stretch(struct store_tx *tx, int64_t campaign_no, int64_t audience_no, int64_t from_seq,
                      const struct recipient_filter *filter, struct arena *arena, struct ledger_row *ret, int *ret_n)
{
	struct sql_value args[N_FILTER_ARGS + 2];
	filter_args(campaign_no, audience_no, filter, arena, args);
	args[N_FILTER_ARGS] = sql_int(from_seq);
	args[N_FILTER_ARGS + 1] = sql_int(from_seq + RECIPIENT_STRETCH);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_RECIPIENT_STRETCH, args, N_FILTER_ARGS + 2, &rows) < 0)
		return -1;
	int n = 0, more = 0;
	while (n < RECIPIENT_STRETCH && (more = sql_next(rows)) > 0)
		from_row(rows, arena, &ret[n++]);
	if (more < 0)
		return -1;
	int beyond = one_find(tx, STMT_RECIPIENT_BEYOND, SQL_ARGS(sql_int(campaign_no), sql_int(from_seq + RECIPIENT_STRETCH)),
	                      NULL);
	*ret_n = n;
	return beyond < 0 ? -1 : !beyond;
}
