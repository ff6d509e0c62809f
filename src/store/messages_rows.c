/* The rows of campaigns, in the list of messages. The campaigns that can have any are gone through in their order, each from the
 * row where the page begins; what the filter asks of rows decides how they are found:
 *   - a number: by the audience's index, where few contacts begin so (ledger_number.h),
 *   - only statuses of rows that failed or were left out: by the index of those, while they are few,
 *   - anything else: row by row, no more than a window of them a page. The list is cut there, and goes on from there. */
#include <stdlib.h>
#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/ledger_number.h"
#include "store/list.h"
#include "store/messages_list.h"
#include "store/messages_row.h"

#define MAX_CAMPAIGNS 200
#define CAMPAIGN_COST 10 /* rows that could be looked at in the time of asking one campaign */
#define HALVING_COST 50  /* … and of finding one of its rows by a number */
#define END_OF_ROWS ((int64_t)1 << 32)
#define EXCEPTIONS (1u << MESSAGE_FAILED | 1u << MESSAGE_REJECTED | 1u << MESSAGE_EXPIRED)

struct stop {
	int64_t start_ms, no, audience_no, next_seq;
};

struct walk {
	const struct message_lister *l;
	struct message_source *into;
	int64_t left; /* rows that may still be looked at */
};

/* Does the filter ask something of each row, which no counter knows? */
static bool rows_filtered(const struct message_filter *f)
{
	return f->statuses || f->n_to || f->countries;
}

static bool is_full(const struct walk *w)
{
	return w->into->n > w->l->page->size;
}

static void cut_at(struct walk *w, const struct stop *c, int64_t seq)
{
	w->into->cut = true;
	w->into->end = (struct message_place){c->start_ms, c->no * END_OF_ROWS + seq};
}

/* Rows above `above` and below `below`. */
static int read_rows(struct walk *w, const struct stop *c, size_t stmt, int64_t above, int64_t below)
{
	const struct message_filter *f = w->l->filter;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(w->l->tx->db, stmt,
	              SQL_ARGS(sql_int(c->no), sql_int(above), sql_int(below), sql_int(f->statuses), sql_text(f->countries),
	                       TO_ARGS(f), sql_int(w->l->page->size + 1 - w->into->n)),
	              &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct message_item *item = &w->into->item[w->into->n++];
		item->at = (struct message_place){sql_col_int(rows, 0), sql_col_int(rows, 1)};
		message_row_read(rows, w->l->arena, &item->message.row);
	}
	return more;
}

static int read_numbered(struct walk *w, const struct stop *c, const int64_t *seq, int n, int64_t above, int64_t below)
{
	bool up = w->l->backwards;
	for (int i = up ? 0 : n - 1; i >= 0 && i < n && !is_full(w); i += up ? 1 : -1)
		if (seq[i] > above && seq[i] < below &&
		    read_rows(w, c, up ? STMT_MESSAGE_ROWS_AFTER : STMT_MESSAGE_ROWS_BEFORE, seq[i] - 1, seq[i] + 1) < 0)
			return -1;
	w->left -= CAMPAIGN_COST * (int64_t)w->l->filter->n_to + HALVING_COST * (int64_t)n;
	return 0;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The rows of the filter's numbers, perhaps with others; each once, in their order. 1 when there may be too many. */
static int find_numbers(struct walk *w, const struct stop *c, int64_t ret[LEDGER_FEW_NUMBERS], int *ret_n)
{
	const struct message_filter *f = w->l->filter;
	int64_t all[2 * LEDGER_FEW_NUMBERS];
	int n = 0, more;
	for (int i = 0; i < f->n_to; i++, n += more) {
		int many = ledger_by_number(w->l->tx, c->no, c->audience_no, f->to[i].least, all + n, &more);
		if (many != 0 || n + more > LEDGER_FEW_NUMBERS)
			return many < 0 ? -1 : 1;
	}
	qsort(all, (size_t)n, sizeof(*all), compare);
	*ret_n = 0;
	for (int i = 0; i < n; i++)
		if (i == 0 || all[i] != all[i - 1])
			ret[(*ret_n)++] = all[i];
	return 0;
}

static int read_window(struct walk *w, const struct stop *c, int64_t above, int64_t below)
{
	bool up = w->l->backwards, cut = false;
	if (rows_filtered(w->l->filter) && below - above - 1 > w->left) {
		cut = true;
		if (up)
			below = above + 1 + w->left;
		else
			above = below - 1 - w->left;
	}
	if (read_rows(w, c, up ? STMT_MESSAGE_ROWS_AFTER : STMT_MESSAGE_ROWS_BEFORE, above, below) < 0)
		return -1;
	w->left -= CAMPAIGN_COST + (rows_filtered(w->l->filter) ? below - above - 1 : 0);
	if (cut && !is_full(w))
		cut_at(w, c, up ? below - 1 : above + 1);
	return 0;
}

/* By their index as long as they are few; a canceled campaign may be nothing else. */
static int read_exceptions(struct walk *w, const struct stop *c, int64_t above, int64_t below)
{
	int64_t n;
	if (list_count(w->l->tx, STMT_MESSAGE_EXCEPTIONS_TALLY, SQL_ARGS(sql_int(c->no)), &n) < 0)
		return -1;
	if (n > w->left)
		return read_window(w, c, above, below);
	w->left -= CAMPAIGN_COST + n;
	return read_rows(w, c, w->l->backwards ? STMT_MESSAGE_EXCEPTIONS_AFTER : STMT_MESSAGE_EXCEPTIONS_BEFORE, above, below);
}

static int read_campaign(struct walk *w, const struct stop *c)
{
	const struct message_filter *f = w->l->filter;
	const struct message_place *from = &w->l->from;
	bool first = c->start_ms == from->key && c->no == from->sub / END_OF_ROWS;
	int64_t above = first && w->l->backwards ? from->sub % END_OF_ROWS : 0;
	int64_t below = first && !w->l->backwards ? from->sub % END_OF_ROWS : c->next_seq;
	int64_t seq[LEDGER_FEW_NUMBERS];
	int n, many = 1;
	if (f->n_to)
		many = find_numbers(w, c, seq, &n);
	if (many <= 0)
		return many < 0 ? -1 : read_numbered(w, c, seq, n, above, below);
	if (f->statuses && (f->statuses & ~EXCEPTIONS) == 0)
		return read_exceptions(w, c, above, below);
	return read_window(w, c, above, below);
}

static int read_stops(const struct message_lister *l, struct stop stop[MAX_CAMPAIGNS + 1])
{
	const struct message_filter *f = l->filter;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(l->tx->db, l->backwards ? STMT_MESSAGE_CAMPAIGNS_AFTER : STMT_MESSAGE_CAMPAIGNS_BEFORE,
	              SQL_ARGS(sql_int(l->account_no), sql_text(f->senders), sql_int(f->from_ms), sql_int(f->until_ms),
	                       sql_int(l->from.key), sql_int(l->from.sub < 0 ? -1 : l->from.sub / END_OF_ROWS), FROM_ARGS(f),
	                       CAMPAIGN_ARGS(f), sql_int(MAX_CAMPAIGNS + 1)),
	              &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		stop[n++] = (struct stop){sql_col_int(rows, 0), sql_col_int(rows, 1), sql_col_int(rows, 2), sql_col_int(rows, 3)};
	return more < 0 ? -1 : n;
}

int message_rows_read(const struct message_lister *l, struct message_source *ret)
{
	message_source_room(l, ret, 1);
	struct stop *stop = arena_array(l->arena, MAX_CAMPAIGNS + 1, sizeof(*stop));
	struct walk w = {.l = l, .into = ret, .left = MESSAGE_WINDOW};
	int n = read_stops(l, stop);
	for (int i = 0; i < n && !ret->cut && !is_full(&w); i++) {
		if (i == MAX_CAMPAIGNS || w.left <= 0)
			cut_at(&w, &stop[i], l->backwards ? 0 : stop[i].next_seq);
		else if (read_campaign(&w, &stop[i]) < 0)
			return -1;
	}
	return n < 0 ? -1 : 0;
}

/* The campaigns' counters know how many rows there are. What is asked of rows has to be counted row by row. */
int message_rows_total(const struct message_lister *l, int64_t *ret)
{
	const struct message_filter *f = l->filter;
	int64_t n;
	if (list_count(l->tx, STMT_MESSAGE_ROWS_TALLY,
	               SQL_ARGS(sql_int(l->account_no), sql_text(f->senders), sql_int(f->from_ms), sql_int(f->until_ms),
	                        FROM_ARGS(f), CAMPAIGN_ARGS(f)),
	               &n) < 0)
		return -1;
	*ret = n;
	if (!rows_filtered(f))
		return 0;
	*ret = -1;
	if (n > MESSAGE_WINDOW)
		return 0;
	return list_count(l->tx, STMT_MESSAGE_ROWS_COUNT,
	                  SQL_ARGS(sql_int(l->account_no), sql_int(f->statuses), sql_text(f->senders), sql_int(f->from_ms),
	                           sql_int(f->until_ms), sql_text(f->countries), TO_ARGS(f), FROM_ARGS(f), CAMPAIGN_ARGS(f)),
	                  ret);
}
