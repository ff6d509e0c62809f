/* A claim is the durable promise "this row may be on the wire from now on". It is made under the lane's epoch, before
 * anything leaves the machine, and for no more rows than will leave at once. Everything that forbids sending is asked in the
 * same transaction: the campaign's status and hold, the sender's hold, the deadline, the opt-outs of this moment. */
#include "sql/sql.h"
#include "statements.h"
#include "store/brake.h"
#include "store/budget.h"
#include "store/ledger_gate.h"
#include "store/ledger_row.h"
#include "store/media.h"
#include "store/singles.h"
#include "store/one.h"
#include "store/tally_batch.h"

#define EXPIRE_ROWS 2000
#define MEDIUM_AGAIN_MS SECOND_MS /* after which a message asks for its medium again */
#define MEDIUM_REFUSED 131053     /* Meta's code for what could not be uploaded */
#define ALONE_LEAST_MS (10 * SECOND_MS)
#define ALONE_MOST_MS HOUR_MS
#define BUDGET_STEP_MS SECOND_MS /* places come free one by one; those of a second are taken together */

#define PAIR_CODE 131056 /* Meta's, for too many messages to one person */

#define LEDGER_COL 10 /* where its columns begin in what is claimed from */

struct claim {
	struct store_tx *tx;
	int64_t campaign_no, sender_no, epoch, claim_seq, next_seq, audience_no, account_no;
	int64_t portfolio_no;      /* 0 where no limit is kept */
	msec_t start_ms, deadline; /* deadline: -1 none */
	bool expired, singles;
	msec_t now, ahead_ms;
	struct budget budget;
	int64_t reserved;    /* places that campaigns before this one will need */
	int n_waiting;       /* messages that wait for a place each for itself */
	msec_t budget_at;    /* the rest wait for one until then; -1 they do not */
	msec_t alone_ms;     /* a row that waits for itself does so for this long at most; 0 not looked at yet */
	struct arena *arena; /* of the caller: what the rows refer to */
	struct tally_batch *batch;
	struct claimed_row *row;
	int n, max;
};

/* 0 open, 1 fenced, 2 closed for now. */
static int claim_open(struct claim *c)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(c->tx->db, STMT_CLAIM_GATE, SQL_ARGS(sql_int(c->campaign_no), sql_int(c->sender_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 2;
	if (sql_col_int(rows, 3) != c->epoch)
		return 1;
	if (sql_col_int(rows, 0) != CAMPAIGN_IN_PROGRESS || !sql_is_null(rows, 1) || !sql_is_null(rows, 2))
		return 2;
	c->claim_seq = sql_col_int(rows, 4);
	c->next_seq = sql_col_int(rows, 5);
	c->start_ms = sql_col_int(rows, 6);
	c->deadline = row_col_time(rows, 7);
	c->singles = sql_col_int(rows, 10) != 0;
	c->expired = c->deadline >= 0 && c->now > c->deadline && !c->singles;
	c->audience_no = sql_col_int(rows, 8);
	c->account_no = sql_col_int(rows, 9);
	c->portfolio_no = sql_col_int(rows, 11);
	return 0;
}

/* A medium that is not at WhatsApp yet, or never will be there: 0, 1 the row waits or has failed, -1. */
static int claim_medium(struct claim *c, int64_t media_no, const struct row *was, const char **ret_meta_id)
{
	struct media_at_meta at;
	int got = media_ready(c->tx, media_no, c->sender_no, MEDIA_TO_SEND, c->now, c->arena, &at);
	if (got <= 0) {
		*ret_meta_id = at.meta_id;
		return got;
	}
	struct row is = *was;
	if (got == 1) {
		is.not_before = c->now + MEDIUM_AGAIN_MS;
		if (media_want(c->tx, media_no, c->sender_no, MEDIA_TO_SEND, c->now) < 0)
			return -1;
	} else {
		is.state = STATE_FAILED;
		is.code = MEDIUM_REFUSED;
		is.detail = at.reason;
		is.not_before = -1;
		is.failed_ms = c->now;
	}
	return row_move(c->tx, c->batch, was, &is) < 0 ? -1 : 1;
}

/* The same for all that its template shows. */
static int claim_template_media(struct claim *c, struct single *single, const struct row *was)
{
	int64_t no[MEDIA_PER_TEMPLATE_MAX];
	if (template_media_of(c->tx, single->template_no, no, &single->n_media) < 0)
		return -1;
	for (int i = 0; i < single->n_media; i++) {
		struct media_ref *ref = &single->media[i];
		ref->media_no = no[i];
		int got = no[i] ? claim_medium(c, no[i], was, &ref->meta_id) : 0;
		if (got != 0)
			return got;
	}
	return 0;
}

/* What a single message is made of. 0; 1 it is not to be claimed now, and its row says why. */
static int claim_single(struct claim *c, const struct row *was, const struct single **ret)
{
	struct single *single = arena_alloc(c->arena, sizeof(*single));
	if (single_read(c->tx, c->campaign_no, was->seq, c->arena, single) != 0)
		return -1;
	*ret = single;
	if (single->expire_ms <= c->now)
		return row_skip(c->tx, c->batch, was, RULE_DEADLINE) < 0 ? -1 : 1;
	if (single->template_no)
		return claim_template_media(c, single, was);
	return single->media_no ? claim_medium(c, single->media_no, was, &single->content.media_id) : 0;
}

/* How long a row that waits for itself does so at most: the more of them, the longer, so that of all together no more than one a
 * second is looked at. */
static int alone_most(struct claim *c, msec_t *ret)
{
	if (c->alone_ms == 0) {
		int64_t n = 0;
		if (one_find(c->tx, STMT_LATE_COUNT,
		             SQL_ARGS(sql_int(c->campaign_no), sql_int(0), sql_int(ALONE_MOST_MS / BUDGET_STEP_MS)), &n) < 0)
			return -1;
		msec_t wait = ALONE_LEAST_MS + n * BUDGET_STEP_MS;
		c->alone_ms = wait < ALONE_MOST_MS ? wait : ALONE_MOST_MS;
	}
	*ret = c->alone_ms;
	return 0;
}

/* The portfolio's 24-hour budget has no place for this person. A campaign's fresh rows wait where they are, all of them, since
 * they go in their order; others wait each for itself. Places may come free before the time that is foreseen, when messages fail,
 * campaigns are held or the limit rises, so it is not waited for too long. 0, 1 the claim ends here. */
static int claim_wait(struct claim *c, const struct row *was)
{
	bool in_order = !c->singles && was->not_before < 0;
	msec_t at, soon = c->now + BUDGET_STEP_MS, most = MINUTE_MS;
	if (!in_order && alone_most(c, &most) < 0)
		return -1;
	msec_t late = c->now + most;
	struct budget budget = c->budget;
	budget.now -= c->ahead_ms; /* places end by that clock */
	if (budget_when(c->tx, &budget, 1 + c->reserved + c->n_waiting++, &at) < 0)
		return -1;
	at += c->ahead_ms;
	at = at < soon ? soon : at > late ? late : at;
	if (in_order) {
		c->budget_at = at;
		return 1;
	}
	struct row is = *was;
	is.not_before = at;
	return row_move(c->tx, c->batch, was, &is) < 0 ? -1 : 0;
}

/* What WhatsApp held back has been tried: it has failed. */
static int expire_row(struct claim *c, const struct row *was)
{
	if (!row_is_capped(was))
		return row_skip(c->tx, c->batch, was, RULE_DEADLINE);
	struct row is = *was;
	is.state = STATE_FAILED;
	is.failed_ms = c->now;
	is.not_before = -1;
	return row_move(c->tx, c->batch, was, &is);
}

/* 0, 1 it was the last that can be claimed now. */
static int claim_row(struct claim *c, const struct sql_rows *rows)
{
	int64_t seq = sql_col_int(rows, 0);
	bool opted_out = sql_col_int(rows, 1) != 0;
	struct row was;
	row_from(rows, LEDGER_COL, c->campaign_no, seq, c->arena, &was);
	if (opted_out)
		return row_skip(c->tx, c->batch, &was, RULE_OPTED_OUT);
	if (row_is_capped(&was) && c->now > ledger_capped_end(c->deadline, c->start_ms, &was))
		return expire_row(c, &was) < 0 ? -1 : 0;
	const struct single *single = NULL;
	int got = c->singles ? claim_single(c, &was, &single) : 0;
	if (got != 0)
		return got < 0 ? -1 : 0;
	got = budget_take(c->tx, &c->budget, c->sender_no, sql_col_text(rows, 4, NULL), c->reserved);
	if (got != 0)
		return got < 0 ? -1 : claim_wait(c, &was);
	struct row is = was;
	is.state = STATE_CLAIMED;
	is.epoch = c->epoch;
	is.attempts++;
	is.not_before = -1;
	is.claimed_ms = c->now;
	is.code = 0;
	is.detail = NULL;
	int moved = row_move(c->tx, c->batch, &was, &is);
	if (moved != 0)
		return moved < 0 ? -1 : 0;
	c->row[c->n++] = (struct claimed_row){
		.campaign_no = c->campaign_no,
		.seq = seq,
		.attempt = is.attempts,
		.pair_ms = was.code == PAIR_CODE ? was.not_before - was.claimed_ms : 0,
		.single = single,
		.contact = {.audience_no = c->audience_no,
	                    .no = sql_col_int(rows, 2),
	                    .first_no = sql_col_int(rows, 3),
	                    .number = arena_strdup(c->arena, sql_col_text(rows, 4, NULL)),
	                    .first_name = arena_strdup(c->arena, sql_col_text(rows, 5, NULL)),
	                    .last_name = arena_strdup(c->arena, sql_col_text(rows, 6, NULL)),
	                    .custom1 = arena_strdup(c->arena, sql_col_text(rows, 7, NULL)),
	                    .custom2 = arena_strdup(c->arena, sql_col_text(rows, 8, NULL)),
	                    .fields = arena_strdup(c->arena, sql_col_text(rows, 9, NULL)),
	                    .tags = "",
	                    .fields_only = c->singles},
	};
	return 0;
}

/* Claim what `stmt` finds; *ret_seq is the last row that is done with, *ret_found how many there were. 1: there are more, which
 * have to wait. */
static int claim_from(struct claim *c, size_t stmt, int64_t from, int64_t *ret_seq, int *ret_found)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(c->tx->db, stmt,
	              SQL_ARGS(sql_int(c->campaign_no), sql_int(c->audience_no), sql_int(c->account_no), sql_int(from),
	                       sql_int(c->max - c->n)),
	              &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		int claimed = claim_row(c, rows);
		if (claimed != 0)
			return claimed;
		*ret_seq = sql_col_int(rows, 0);
		(*ret_found)++;
	}
	return more;
}

/* Skip the rows that `stmt` gives from `from` on; *ret_cursor: the last one. */
static int expire_from(struct claim *c, size_t stmt, int64_t from, int64_t *ret_cursor, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(c->tx->db, stmt, SQL_ARGS(sql_int(c->campaign_no), sql_int(from), sql_int(EXPIRE_ROWS)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct row was;
		*ret_cursor = sql_col_int(rows, 0);
		int got = row_load(c->tx, c->campaign_no, *ret_cursor, c->arena, &was);
		if (got < 0 || (got == 0 && expire_row(c, &was) < 0))
			return -1;
		++*ret_n;
	}
	return more;
}

static int claim_progress(struct claim *c, int64_t cursor)
{
	if (cursor == c->claim_seq)
		return 0;
	return sql_send(c->tx->db, STMT_CLAIM_PROGRESS, SQL_ARGS(sql_int(c->campaign_no), sql_int(cursor)));
}

/* Rows that could not leave before the deadline: skipped, with that reason. */
static int claim_expire(struct claim *c, bool *ret_more)
{
	int64_t cursor = c->claim_seq, retry = 0;
	int n_retries = 0, n_fresh = 0;
	if (expire_from(c, STMT_EXPIRED_RETRIES, 0, &retry, &n_retries) < 0 ||
	    expire_from(c, STMT_EXPIRED_ROWS, c->claim_seq, &cursor, &n_fresh) < 0)
		return -1;
	*ret_more = n_retries == EXPIRE_ROWS || n_fresh == EXPIRE_ROWS;
	return claim_progress(c, cursor);
}

static int claim_rows(struct claim *c, bool *ret_more)
{
	int64_t seq = 0;
	int found = 0;
	if (claim_from(c, STMT_CLAIM_RETRIES, c->now, &seq, &found) < 0)
		return -1;
	int64_t cursor = c->claim_seq;
	bool dry = true;
	int waits = 0;
	if (c->n < c->max) {
		int wanted = c->max - c->n, fresh = 0;
		waits = claim_from(c, STMT_CLAIM_FRESH, c->claim_seq, &cursor, &fresh);
		if (waits < 0)
			return -1;
		found += fresh;
		dry = fresh < wanted;
		if (dry && !waits)
			cursor = c->next_seq - 1; /* nothing fresh is left among the rows that stand now */
	}
	*ret_more = !waits && (!dry || found >= c->max);
	if (claim_progress(c, cursor) < 0)
		return -1;
	return c->n == 0 ? 0 : sql_send(c->tx->db, STMT_CLAIM_NOTED, SQL_ARGS(sql_int(c->sender_no), sql_int(c->now)));
}

/* Single messages go before campaigns, and leave them nothing. */
static int budget_begin(struct claim *c)
{
	if (budget_open(c->tx, c->portfolio_no, c->now, c->ahead_ms, &c->budget) < 0)
		return -1;
	if (c->singles || c->portfolio_no == 0)
		return 0;
	return budget_ahead(c->tx, c->portfolio_no, c->start_ms, c->campaign_no, c->now, &c->reserved);
}

static int claim_within_budget(struct claim *c, bool *ret_more)
{
	if (budget_begin(c) < 0 || claim_rows(c, ret_more) < 0)
		return -1;
	return budget_close(c->tx, &c->budget);
}

int ledger_claim(struct store_tx *tx, int64_t campaign_no, int64_t sender_no, int64_t epoch, int max, msec_t now, msec_t ahead_ms,
                 struct arena *arena, struct claimed_row *ret, int *ret_n, bool *ret_more, msec_t *ret_budget_at)
{
	struct claim c = {.tx = tx,
	                  .campaign_no = campaign_no,
	                  .sender_no = sender_no,
	                  .epoch = epoch,
	                  .now = now,
	                  .ahead_ms = ahead_ms,
	                  .arena = arena,
	                  .row = ret,
	                  .max = max,
	                  .budget_at = -1};
	*ret_n = 0;
	*ret_more = false;
	*ret_budget_at = -1;
	int opened = claim_open(&c);
	if (opened != 0)
		return opened == 2 ? 0 : opened;
	int64_t room;
	if (canary_room(tx, campaign_no, &room) < 0)
		return -1;
	if (room >= 0 && room < c.max)
		c.max = (int)room;
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	c.batch = batch;
	if ((c.expired ? claim_expire(&c, ret_more) : claim_within_budget(&c, ret_more)) < 0)
		return -1;
	*ret_n = c.n;
	*ret_budget_at = c.budget_at;
	if (room >= 0 && c.n >= room && canary_claimed(tx, campaign_no, CANARY_WHOLE, now) < 0)
		return -1;
	return rows_finish(tx, batch, now);
}

int ledger_next_retry(struct store_tx *tx, int64_t campaign_no, msec_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_NEXT_RETRY, SQL_ARGS(sql_int(campaign_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got < 0)
		return -1;
	*ret = got ? sql_col_int(rows, 0) : -1;
	return 0;
}

int ledger_late(struct store_tx *tx, int64_t campaign_no, msec_t after, int64_t max, int64_t *ret_n, msec_t *ret_last)
{
	int64_t last = -1;
	*ret_n = 0;
	if (one_find(tx, STMT_LATE_LAST, SQL_ARGS(sql_int(campaign_no), sql_int(after)), &last) < 0 ||
	    (last >= 0 && max > 0 &&
	     one_find(tx, STMT_LATE_COUNT, SQL_ARGS(sql_int(campaign_no), sql_int(after), sql_int(max)), ret_n) < 0))
		return -1;
	*ret_last = last;
	return 0;
}
