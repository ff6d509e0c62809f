#include "store/brake.h"

#include "sql/sql.h"
#include "statements.h"
#include "store/campaigns.h"
#include "store/holds.h"
#include "store/ledger_row.h"
#include "store/one.h"

/* ---- the brake ---- */

struct gate {
	int64_t pct;
	msec_t from_ms;
};

static void gate_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	(void)arena;
	*(struct gate *)item = (struct gate){.pct = sql_col_int(rows, 0), .from_ms = sql_col_int(rows, 1)};
}

static int count(struct store_tx *tx, int64_t campaign_no, int64_t from_minute, int64_t to_minute, int64_t *ret_handed,
                 int64_t *ret_lost)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_BRAKE_COUNT, SQL_ARGS(sql_int(campaign_no), sql_int(from_minute), sql_int(to_minute)), &rows) <
	            0 ||
	    sql_next(rows) != 1)
		return -1;
	*ret_handed = sql_col_int(rows, 0);
	*ret_lost = sql_col_int(rows, 1);
	return 0;
}

int brake_look(struct store_tx *tx, const struct tally_batch *batch, int64_t campaign_no, msec_t now)
{
	int64_t to = tally_batch_last(batch, campaign_no, TALLY_T_LOST), handed, lost;
	struct gate gate;
	arena_auto struct arena *arena = arena_create(512);
	if (to < 0)
		return 0;
	int got = one_row(tx, STMT_BRAKE_GATE, SQL_ARGS(sql_int(campaign_no)), gate_from_row, arena, &gate);
	if (got != 0 || gate.pct == 0)
		return got < 0 ? -1 : 0;
	int64_t from = to - BRAKE_WINDOW_MS / MINUTE_MS, resumed = gate.from_ms / MINUTE_MS;
	if (count(tx, campaign_no, from > resumed ? from : resumed, to, &handed, &lost) < 0)
		return -1;
	if (handed < BRAKE_SAMPLE || lost * 100 <= handed * gate.pct)
		return 0;
	const struct hold hold = hold_for(
		HOLD_BRAKE,
		arena_printf(
			arena,
			"%lld of %lld messages that were handed over within ten minutes failed, more than %lld in a hundred.",
			(long long)lost, (long long)handed, (long long)gate.pct));
	return campaign_hold(tx, 0, campaign_no, &hold, now) < 0 ? -1 : 0;
}

/* ---- the canary ---- */

int canary_room(struct store_tx *tx, int64_t campaign_no, int64_t *ret)
{
	int got = one_find(tx, STMT_CANARY_ROOM, SQL_ARGS(sql_int(campaign_no)), ret);
	if (got == 0)
		*ret = -1;
	return got < 0 ? -1 : 0;
}

int canary_claimed(struct store_tx *tx, int64_t campaign_no, int64_t n, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CANARY_CLAIMED, SQL_ARGS(sql_int(campaign_no), sql_int(n), sql_int(now)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0 || sql_is_null(rows, 0))
		return got < 0 ? -1 : 0;
	struct hold hold = hold_for(HOLD_CANARY, CANARY_REASON);
	hold.until = sql_col_int(rows, 0);
	return campaign_hold(tx, 0, campaign_no, &hold, now) < 0 ? -1 : 0;
}

/* Of the first recipients those whose message left, or was refused. */
static int64_t canary_tried(const struct campaign *c)
{
	int64_t n = 0;
	for (int state = STATE_UNCONFIRMED; state <= STATE_FAILED; state++)
		n += c->count[state];
	return n;
}

/* Most of them wait to be tried again, as when WhatsApp could not be reached: there is nothing to judge yet. */
static bool canary_waits(const struct campaign *c)
{
	return canary_tried(c) * 2 < c->canary && c->count[STATE_QUEUED] > 0;
}

/* NULL: it may go on. */
static const char *canary_verdict(const struct campaign *c, struct arena *arena)
{
	int64_t failed = c->count[STATE_FAILED], tried = canary_tried(c);
	int64_t heard = failed + c->count[STATE_SENT] + c->count[STATE_DELIVERED] + c->count[STATE_READ];
	if (c->brake == 0)
		return arena_printf(arena,
		                    "Of the first %lld recipients %lld failed: without a brake, a person is to judge that.",
		                    (long long)tried, (long long)failed);
	if (failed * 100 > tried * c->brake)
		return arena_printf(arena, "Of the first %lld recipients %lld failed, more than %lld in a hundred.",
		                    (long long)tried, (long long)failed, (long long)c->brake);
	if (heard == 0)
		return arena_printf(arena, "WhatsApp has said nothing of the first %lld recipients: its webhooks may not arrive.",
		                    (long long)tried);
	return NULL;
}

static int canary_end(struct store_tx *tx, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct campaign c;
	if (campaign_read(tx, 0, no, arena, &c) != 0)
		return -1;
	bool waits = canary_waits(&c);
	const char *verdict = waits ? NULL : canary_verdict(&c, arena);
	int released = campaign_release_rule(tx, no, HOLD_CANARY, now);
	if (released != 0)
		return released < 0 ? -1 : 0; /* a person's took its place */
	if (waits && sql_run(tx->db, STMT_CANARY_AGAIN, SQL_ARGS(sql_int(no)), NULL) < 0)
		return -1;
	if (!verdict)
		return campaign_hold_back(tx, no, false, now) < 0 ? -1 : 0;
	const struct hold hold = hold_for(HOLD_CANARY_FAILED, verdict);
	return campaign_hold(tx, 0, no, &hold, now) < 0 ? -1 : 0;
}

/* ---- when they end ---- */

int holds_next_end(struct store_tx *tx, msec_t *ret)
{
	int64_t campaign = -1, sender = -1;
	if (one_find(tx, STMT_CAMPAIGN_HOLD_NEXT, NULL, 0, &campaign) < 0 ||
	    one_find(tx, STMT_SENDER_HOLD_NEXT, NULL, 0, &sender) < 0)
		return -1;
	*ret = campaign < 0 || (sender >= 0 && sender < campaign) ? sender : campaign;
	return 0;
}

int holds_end(struct store_tx *tx, msec_t now, int *ret_n)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t *campaign, *sender;
	int n_campaigns, n_senders;
	if (one_numbers(tx, STMT_CAMPAIGN_HOLDS_END, SQL_ARGS(sql_int(now)), arena, &campaign, &n_campaigns) < 0 ||
	    one_numbers(tx, STMT_SENDER_HOLDS_END, SQL_ARGS(sql_int(now)), arena, &sender, &n_senders) < 0)
		return -1;
	for (int i = 0; i < n_campaigns; i++)
		if (canary_end(tx, campaign[i], now) < 0)
			return -1;
	for (int i = 0; i < n_senders; i++)
		if (sender_release_rule(tx, sender[i], HOLD_RESTRICTED, now) < 0)
			return -1;
	*ret_n = n_campaigns + n_senders;
	return 0;
}
