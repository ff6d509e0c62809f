#include "store/budget.h"

#include <stdlib.h>
#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/budget_row.h"
#include "store/media.h"
#include "store/one.h"

#define WINDOW_MARGIN_MS (5 * MINUTE_MS) /* a customer service window this near its end is over when the message arrives */

/* ---- how much there is ---- */

static int read_limit(struct store_tx *tx, size_t stmt, int64_t portfolio_no, msec_t now, struct budget *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	*ret = (struct budget){.now = now};
	if (portfolio_no == 0)
		return 0;
	if (sql_query(tx->db, stmt, SQL_ARGS(sql_int(portfolio_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0 || sql_is_null(rows, 0))
		return got < 0 ? -1 : 0;
	*ret = (struct budget){
		.portfolio_no = portfolio_no, .limit = sql_col_int(rows, 0), .used = sql_col_int(rows, 1), .now = now};
	return 0;
}

int budget_read(struct store_tx *tx, int64_t portfolio_no, msec_t now, struct budget *ret)
{
	int64_t expired = 0;
	if (read_limit(tx, STMT_PORTFOLIO_READ, portfolio_no, now, ret) < 0)
		return -1;
	if (ret->portfolio_no == 0)
		return 0;
	if (one_find(tx, STMT_BUDGET_EXPIRED, SQL_ARGS(sql_int(portfolio_no), sql_int(now - BUDGET_WINDOW_MS)), &expired) < 0)
		return -1;
	ret->used -= expired;
	return 0;
}

int budget_open(struct store_tx *tx, int64_t portfolio_no, msec_t now, msec_t ahead_ms, struct budget *ret)
{
	int64_t expired = 0;
	if (read_limit(tx, STMT_PORTFOLIO_LOCK, portfolio_no, now, ret) < 0)
		return -1;
	if (ret->portfolio_no == 0)
		return 0;
	if (sql_run(tx->db, STMT_BUDGET_EXPIRE, SQL_ARGS(sql_int(portfolio_no), sql_int(now - ahead_ms - BUDGET_WINDOW_MS)),
	            &expired) < 0)
		return -1;
	ret->used -= expired;
	return 0;
}

int64_t budget_left(const struct budget *b)
{
	if (b->portfolio_no == 0)
		return INT64_MAX;
	return b->used < b->limit ? b->limit - b->used : 0;
}

/* ---- taking places ---- */

/* Whoever wrote within 24 hours may be written to without a place. */
static int has_window(struct store_tx *tx, int64_t sender_no, const char *number, msec_t now)
{
	int64_t at = 0;
	int got = one_find(tx, STMT_WINDOW_OPENED, SQL_ARGS(sql_int(sender_no), sql_text(number)), &at);
	return got <= 0 ? got : at + DAY_MS - WINDOW_MARGIN_MS > now;
}

int budget_take(struct store_tx *tx, struct budget *b, int64_t sender_no, const char *number, int64_t reserved)
{
	int64_t known = 0;
	if (b->portfolio_no == 0)
		return 0;
	if (sql_run(tx->db, STMT_BUDGET_AGAIN, SQL_ARGS(sql_int(b->portfolio_no), sql_text(number), sql_int(b->now)), &known) < 0)
		return -1;
	int free_of_it = known ? 1 : has_window(tx, sender_no, number, b->now);
	if (free_of_it != 0)
		return free_of_it < 0 ? -1 : 0;
	if (budget_left(b) <= reserved)
		return 1;
	b->used++;
	return sql_run(tx->db, STMT_BUDGET_INSERT, SQL_ARGS(sql_int(b->portfolio_no), sql_text(number), sql_int(b->now)), NULL);
}

int budget_close(struct store_tx *tx, const struct budget *b)
{
	if (b->portfolio_no == 0)
		return 0;
	return sql_run(tx->db, STMT_PORTFOLIO_USED, SQL_ARGS(sql_int(b->portfolio_no), sql_int(b->used)), NULL);
}

/* ---- when ---- */

/* The places that are taken come free one after the other, and each is taken again for a whole window. */
int budget_when(struct store_tx *tx, const struct budget *b, int64_t nth, msec_t *ret)
{
	int64_t left = budget_left(b);
	*ret = b->now;
	if (b->limit <= 0 || nth <= left)
		return 0;
	int64_t rounds = (nth - 1) / b->limit, place = nth - rounds * b->limit;
	*ret += rounds * BUDGET_WINDOW_MS;
	/* More may be used than the limit when it was lowered: those come free first, and to nobody's good. */
	int64_t over = b->used > b->limit ? b->used - b->limit : 0;
	if (place <= left)
		return 0;
	int64_t at = b->now;
	if (one_find(tx, STMT_BUDGET_NTH,
	             SQL_ARGS(sql_int(b->portfolio_no), sql_int(b->now - BUDGET_WINDOW_MS), sql_int(place - left - 1 + over)),
	             &at) < 0)
		return -1;
	*ret = at + BUDGET_WINDOW_MS + rounds * BUDGET_WINDOW_MS;
	return 0;
}

int budget_ahead(struct store_tx *tx, int64_t portfolio_no, msec_t start_ms, int64_t campaign_no, msec_t now, int64_t *ret)
{
	*ret = 0;
	int found = one_find(
		tx, STMT_BUDGET_AHEAD,
		SQL_ARGS(sql_int(portfolio_no), sql_int(start_ms), sql_int(campaign_no), sql_int(now + MEDIA_MARGIN_MS)), ret);
	return found < 0 ? -1 : 0;
}

int budget_plan(struct store_tx *tx, int64_t portfolio_no, msec_t start_ms, int64_t campaign_no, int64_t nth, msec_t now,
                msec_t *ret_at, int64_t *ret_limit)
{
	struct budget b;
	int64_t ahead;
	msec_t begin = start_ms > now ? start_ms : now;
	*ret_at = begin;
	*ret_limit = -1;
	/* As of its beginning: what comes free before that is of use to those before it alone. */
	if (budget_read(tx, portfolio_no, begin, &b) < 0)
		return -1;
	if (b.portfolio_no == 0)
		return 0;
	*ret_limit = b.limit;
	if (budget_ahead(tx, portfolio_no, start_ms, campaign_no, now, &ahead) < 0)
		return -1;
	return budget_when(tx, &b, ahead + nth, ret_at);
}

int budget_of_campaign(struct store_tx *tx, int64_t campaign_no, int64_t nth, msec_t now, msec_t *ret_at, int64_t *ret_limit)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	*ret_at = now;
	*ret_limit = -1;
	if (sql_query(tx->db, STMT_BUDGET_OF_CAMPAIGN, SQL_ARGS(sql_int(campaign_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	return budget_plan(tx, sql_col_int(rows, 0), sql_col_int(rows, 1), campaign_no, nth, now, ret_at, ret_limit);
}

/* ---- how all of them stand ---- */

int budget_standings(struct store_tx *tx, msec_t now, struct arena *arena, struct budget_standing *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_PORTFOLIOS_LIMITED, NULL, 0, &rows) < 0)
		return -1;
	int n = 0, more = 0;
	for (; n < max && (more = sql_next(rows)) > 0; n++) {
		ret[n].meta_id = one_text(rows, 1, arena);
		if (budget_read(tx, sql_col_int(rows, 0), now, &ret[n].budget) < 0)
			return -1;
	}
	*ret_n = n;
	return more < 0 ? -1 : 0;
}

/* ---- what becomes of a message ---- */

static int recipient(struct store_tx *tx, const struct row *r, struct arena *arena, const char **ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	*ret = NULL;
	if (sql_query(tx->db, STMT_BUDGET_RECIPIENT, SQL_ARGS(sql_int(r->campaign_no), sql_int(r->seq)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got > 0)
		*ret = one_text(rows, 0, arena);
	return got < 0 ? -1 : 0;
}

static int change_used(struct store_tx *tx, int64_t portfolio_no, int64_t by)
{
	return sql_run(tx->db, STMT_PORTFOLIO_GIVE_BACK, SQL_ARGS(sql_int(portfolio_no), sql_int(by)), NULL);
}

static int give_back(struct store_tx *tx, int64_t portfolio_no, const struct row *was, const char *number)
{
	int64_t n = 0;
	if (sql_run(tx->db, STMT_BUDGET_REMOVE, SQL_ARGS(sql_int(portfolio_no), sql_text(number), sql_int(was->claimed_ms)), &n) <
	    0)
		return -1;
	return n > 0 ? change_used(tx, portfolio_no, -n) : 0;
}

/* It counts from its delivery on; also when its place was given up, because the phone was off for longer than a day, or the
 * message was thought not to have left. */
static int delivered(struct store_tx *tx, int64_t portfolio_no, int64_t sender_no, const struct row *is, const char *number)
{
	msec_t at = is->delivered_ms + SECOND_MS; /* Meta's times are whole seconds */
	int64_t n = 0;
	if (sql_run(tx->db, STMT_BUDGET_TOUCH, SQL_ARGS(sql_int(portfolio_no), sql_text(number), sql_int(at)), &n) < 0)
		return -1;
	if (n > 0)
		return 0;
	int known = one_find(tx, STMT_BUDGET_FIND, SQL_ARGS(sql_int(portfolio_no), sql_text(number)), NULL);
	int free_of_it = known != 0 ? known : has_window(tx, sender_no, number, at);
	if (free_of_it != 0)
		return free_of_it < 0 ? -1 : 0;
	if (sql_run(tx->db, STMT_BUDGET_INSERT, SQL_ARGS(sql_int(portfolio_no), sql_text(number), sql_int(at)), NULL) < 0)
		return -1;
	return change_used(tx, portfolio_no, 1);
}

static bool has_arrived(enum state state)
{
	return state == STATE_DELIVERED || state == STATE_READ;
}

/* Certainly not there, now or ever. */
static bool is_given_up(const struct row *was, const struct row *is)
{
	if (is->state == STATE_QUEUED)
		return was->state == STATE_CLAIMED || row_is_capped(is);
	return is->state == STATE_FAILED || is->state == STATE_CANCELED || is->state == STATE_SKIPPED;
}

int budget_follow(struct store_tx *tx, const struct ledger_gate *gate, const struct row *was, const struct row *is)
{
	bool arrives = has_arrived(is->state) && !has_arrived(was->state), given_up = is_given_up(was, is);
	struct budget b;
	const char *number;
	if (gate->portfolio_no == 0 || was->state == is->state || was->claimed_ms < 0 || (!arrives && !given_up))
		return 0;
	arena_auto struct arena *arena = arena_create(256);
	if (read_limit(tx, STMT_PORTFOLIO_LOCK, gate->portfolio_no, is->claimed_ms, &b) < 0 ||
	    recipient(tx, is, arena, &number) < 0)
		return -1;
	if (!number)
		return 0;
	return arrives ? delivered(tx, gate->portfolio_no, gate->sender_no, is, number)
	               : give_back(tx, gate->portfolio_no, was, number);
}

/* ---- whose numbers are whose ---- */

struct holder {
	int64_t portfolio_no; /* 0 none yet */
	const char *waba_id, *meta_id;
};

static void holder_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct holder *h = item;
	*h = (struct holder){
		.portfolio_no = sql_col_int(rows, 0), .waba_id = one_text(rows, 1, arena), .meta_id = one_text(rows, 2, arena)};
}

static int portfolio_make(struct store_tx *tx, const char *meta_id, int64_t *ret_no)
{
	int found = one_find(tx, STMT_PORTFOLIO_FIND, SQL_ARGS(sql_text(meta_id)), ret_no);
	if (found != 0)
		return found < 0 ? -1 : 0;
	return one_insert(tx, STMT_PORTFOLIO_INSERT, SQL_ARGS(sql_text(meta_id)), ret_no);
}

/* The portfolio of the account alone turned out to be one that others belong to. */
static int merge(struct store_tx *tx, int64_t from, int64_t into)
{
	const struct sql_value two[] = {sql_int(from), sql_int(into)};
	if (sql_run(tx->db, STMT_BUDGET_MERGE, two, 2, NULL) < 0 || sql_run(tx->db, STMT_BUDGET_REMOVE_ALL, two, 1, NULL) < 0)
		return -1;
	if (sql_run(tx->db, STMT_PORTFOLIO_COUNT, two, 2, NULL) < 0)
		return -1;
	return sql_run(tx->db, STMT_PORTFOLIO_MOVE, two, 2, NULL);
}

#define ALONE "waba:"

int budget_assign(struct store_tx *tx, int64_t sender_no, const char *meta_id, int64_t limit)
{
	arena_auto struct arena *arena = arena_create(512);
	struct holder h;
	int found = one_row(tx, STMT_PORTFOLIO_OF_SENDER, SQL_ARGS(sql_int(sender_no)), holder_from_row, arena, &h);
	if (found != 0)
		return found < 0 ? -1 : 0;
	int64_t no = h.portfolio_no;
	if (!*meta_id)
		meta_id = no ? h.meta_id : arena_printf(arena, ALONE "%s", h.waba_id);
	if (portfolio_make(tx, meta_id, &no) < 0)
		return -1;
	bool was_alone = h.portfolio_no && strncmp(h.meta_id, ALONE, strlen(ALONE)) == 0;
	if (no != h.portfolio_no && was_alone && merge(tx, h.portfolio_no, no) < 0)
		return -1;
	if (no != h.portfolio_no && sql_run(tx->db, STMT_PORTFOLIO_ASSIGN, SQL_ARGS(sql_int(sender_no), sql_int(no)), NULL) < 0)
		return -1;
	if (limit == 0)
		return 0;
	return sql_run(tx->db, STMT_PORTFOLIO_LIMIT, SQL_ARGS(sql_int(no), limit > 0 ? sql_int(limit) : sql_null()), NULL);
}

static void portfolio_sender_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(struct portfolio_sender *)item = (struct portfolio_sender){.portfolio_no = sql_col_int(rows, 0),
	                                                             .meta_id = one_text(rows, 1, arena),
	                                                             .name = one_text(rows, 2, arena),
	                                                             .tier = one_text(rows, 3, arena)};
}

int portfolio_senders(struct store_tx *tx, int64_t account_no, struct arena *arena, struct portfolio_sender *ret, int max,
                      int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_PORTFOLIO_SENDERS, SQL_ARGS(sql_int(account_no), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		portfolio_sender_from_row(rows, arena, &ret[n++]);
	*ret_n = n;
	return more;
}

static void id_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(const char **)item = one_text(rows, 0, arena);
}

int portfolio_id(struct store_tx *tx, int64_t portfolio_no, struct arena *arena, const char **ret)
{
	*ret = NULL;
	return one_row(tx, STMT_PORTFOLIO_ID, SQL_ARGS(sql_int(portfolio_no)), id_from_row, arena, ret) < 0 ? -1 : 0;
}
