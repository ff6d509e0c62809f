/* Sending again what is in doubt, where the campaign asks for it. Silence alone proves nothing; silence about a message while
 * statuses of the same number come for messages that were claimed *later* is evidence that it was never taken. The last
 * messages of a campaign have no later ones: when the lane has rested for the whole window, one of them is sent again as a
 * probe, and its own status then speaks for the rest. So even with webhooks dead, doubt costs one message a window. */
#include "sql/sql.h"
#include "statements.h"
#include "store/campaigns.h"
#include "store/inbox.h"
#include "store/ledger_gate.h"
#include "store/ledger_row.h"
#include "store/tally_batch.h"

#define RESEND_ROWS 500
#define APPLIED_SOON_MS SECOND_MS /* by then the webhooks that are stored should be applied */

struct resend {
	struct store_tx *tx;
	struct tally_batch *batch;
	msec_t window_ms, since, now, last_claim_ms, evidence_ms;
	msec_t heard_ms; /* every webhook that was stored before is applied */
	int64_t n_queued;
	msec_t next; /* -1 never */
};

static void look_again(struct resend *r, msec_t at)
{
	if (at <= r->heard_ms)
		at = r->now + r->window_ms;
	else if (at <= r->now)
		at = r->now + APPLIED_SOON_MS;
	if (r->next < 0 || at < r->next)
		r->next = at;
}

/* When silence that began with `at` has lasted for the window. The clock may have been set back since: what is yet to come
 * began when we last began to listen, at the latest. */
static msec_t silent_until(const struct resend *r, msec_t at)
{
	return (at < r->since || at > r->now ? r->since : at) + r->window_ms;
}

static int requeue(struct resend *r, int64_t campaign_no, int64_t seq)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct row was;
	if (row_load(r->tx, campaign_no, seq, arena, &was) != 0)
		return -1;
	struct row is = was;
	is.state = STATE_QUEUED;
	is.not_before = r->now; /* it stays in doubt: the first try may have arrived */
	if (row_move(r->tx, r->batch, &was, &is) < 0)
		return -1;
	r->n_queued++;
	return 0;
}

/* 1 it goes on, 0 it was canceled meanwhile. */
static int open_campaign(struct resend *r, int64_t campaign_no)
{
	struct ledger_gate gate = {0};
	if (ledger_gate_lock(r->tx, campaign_no) < 0 || ledger_gate_open(r->tx, campaign_no, &gate) < 0)
		return -1;
	return !gate.canceled;
}

static int resend_campaign(struct resend *r, const struct campaign *c)
{
	int goes = open_campaign(r, c->no);
	if (goes <= 0)
		return goes;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(r->tx->db, STMT_RESEND_ROWS, SQL_ARGS(sql_int(c->no), sql_int(RESEND_ROWS)), &rows) < 0)
		return -1;
	int64_t ripe_seq = 0, n = 0;
	int more;
	while ((more = sql_next(rows)) > 0) {
		msec_t claimed = row_col_time(rows, 1), ripe_at = silent_until(r, row_col_time(rows, 2));
		if (ripe_at > r->heard_ms) {
			look_again(r, ripe_at);
		} else if (r->evidence_ms > claimed) {
			if (requeue(r, c->no, sql_col_int(rows, 0)) < 0)
				return -1;
			n++;
		} else if (!ripe_seq) {
			ripe_seq = sql_col_int(rows, 0);
		}
	}
	if (more < 0)
		return -1;
	if (!ripe_seq)
		return 0;
	bool resting = c->frozen && c->count[STATE_QUEUED] == 0 && c->count[STATE_CLAIMED] == 0 && n == 0 && r->n_queued == 0;
	msec_t rested_at = silent_until(r, r->last_claim_ms);
	if (resting && rested_at <= r->heard_ms) {
		look_again(r, r->now + r->window_ms);
		return requeue(r, c->no, ripe_seq);
	}
	look_again(r, rested_at);
	return 0;
}

static int resend_gate(struct store_tx *tx, int64_t sender_no, struct resend *r)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_RESEND_GATE, SQL_ARGS(sql_int(sender_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return -1;
	r->last_claim_ms = sql_col_int(rows, 0);
	r->evidence_ms = sql_col_int(rows, 1);
	if (r->evidence_ms > r->now) /* of a clock that was set back: which claims were later cannot be told by it */
		r->evidence_ms = -1;
	return inbox_oldest(tx, r->now, &r->heard_ms);
}

int ledger_resend(struct store_tx *tx, int64_t sender_no, msec_t window_ms, msec_t since, msec_t now, int64_t *ret_queued,
                  msec_t *ret_next)
{
	arena_auto struct arena *arena = arena_create(16384);
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	struct resend r = {.tx = tx, .batch = batch, .window_ms = window_ms, .since = since, .now = now, .next = -1};
	struct campaign *campaign;
	int n;
	if (resend_gate(tx, sender_no, &r) < 0 || campaigns_running(tx, sender_no, arena, &campaign, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (campaign[i].on_unconfirmed == UNCONFIRMED_RESEND && campaign[i].count[STATE_UNCONFIRMED] > 0 &&
		    resend_campaign(&r, &campaign[i]) < 0)
			return -1;
	if (rows_finish(tx, batch, now) < 0)
		return -1;
	*ret_queued = r.n_queued;
	*ret_next = r.next;
	return 0;
}
