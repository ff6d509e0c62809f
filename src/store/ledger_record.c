/* What the answers to posted rows mean for them, and what became of rows whose answer nobody can hear any more. */
#include "sql/sql.h"
#include "statements.h"
#include "store/budget_row.h"
#include "store/ledger_gate.h"
#include "store/tally_batch.h"

struct recorder {
	struct store_tx *tx;
	struct tally_batch *batch;
	struct arena *arena;
	int64_t epoch;
	struct ledger_gate gate;
};

/* Certainly not sent: back in the queue, or canceled with its campaign. An earlier try may be in doubt all the same. */
static void requeue(const struct recorder *r, struct row *is, msec_t not_before)
{
	if (is->state == STATE_UNCONFIRMED)
		is->doubt_ms = -1;
	is->state = r->gate.canceled ? STATE_CANCELED : STATE_QUEUED;
	is->not_before = r->gate.canceled ? -1 : not_before;
}

static void outcome_to_row(const struct recorder *r, const struct outcome *o, struct row *is)
{
	is->code = o->code;
	is->detail = o->detail;
	switch (o->kind) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_HELD:
		is->state = STATE_ACCEPTED;
		is->wamid = o->wamid;
		is->accepted_ms = o->at;
		is->held = o->kind == OUTCOME_HELD;
		is->not_before = -1;
		break;
	case OUTCOME_RETRY:
		requeue(r, is, o->not_before);
		break;
	case OUTCOME_FAILED:
		is->state = STATE_FAILED;
		is->failed_ms = o->at;
		break;
	case OUTCOME_CAPPED:
		ledger_cap(&r->gate, is, o->at);
		break;
	case OUTCOME_UNCONFIRMED:
		is->state = STATE_UNCONFIRMED;
		is->doubt_ms = o->at;
		break;
	case OUTCOME_UNSENT:
		requeue(r, is, o->at);
		is->attempts--;
		break;
	}
}

/* A webhook was faster than our own record: the row keeps what it knows and learns the rest. */
static void learn_wamid(const struct outcome *o, struct row *is)
{
	if (!is->wamid)
		is->wamid = o->wamid;
	if (is->accepted_ms < 0)
		is->accepted_ms = o->at;
}

static int record_one(struct recorder *r, const struct outcome *o)
{
	struct row was;
	int got = row_load(r->tx, o->campaign_no, o->seq, r->arena, &was);
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (was.attempts != o->attempt || was.epoch != r->epoch || row_is_capped(&was))
		return 0;
	if (ledger_gate_open(r->tx, o->campaign_no, &r->gate) < 0)
		return -1;
	tally_begun(r->batch, o->campaign_no, r->gate.start_ms);
	struct row is = was;
	bool knows = was.state == STATE_UNCONFIRMED && o->kind != OUTCOME_UNCONFIRMED; /* an owner that was thought lost */
	if (was.state == STATE_CLAIMED || knows) {
		outcome_to_row(r, o, &is);
	} else if (o->kind == OUTCOME_ACCEPTED || o->kind == OUTCOME_HELD) {
		/* So does this one: the second try that was planned meanwhile is not needed, or it was given up or canceled. */
		if (was.state == STATE_QUEUED || (row_is_removed(&was) && row_may_have_arrived(&was)))
			outcome_to_row(r, o, &is);
		else
			learn_wamid(o, &is);
	} else {
		return 0;
	}
	if (o->kind == OUTCOME_CAPPED && ledger_cap_note(r->tx, &r->gate, o->seq, o->at) < 0)
		return -1;
	int moved = row_move(r->tx, r->batch, &was, &is);
	if (moved != 0)
		return moved < 0 ? -1 : 0;
	return budget_follow(r->tx, &r->gate, &was, &is);
}

static bool is_among(const struct outcome *o, const struct outcome *others, int n)
{
	for (int i = 0; i < n; i++)
		if (others[i].campaign_no == o->campaign_no && others[i].seq == o->seq)
			return true;
	return false;
}

/* For the rows of the next outcomes, each at most once; *ahead: up to where they are asked for. */
static int ask_ahead(struct store_tx *tx, const struct outcome *outcomes, int n, int *ahead)
{
	int from = *ahead, i = from;
	for (; i < n && i < from + SQL_MAX_AHEAD && !is_among(&outcomes[i], &outcomes[from], i - from); i++)
		if (row_ahead(tx, outcomes[i].campaign_no, outcomes[i].seq) < 0)
			return -1;
	*ahead = i;
	return 0;
}

static bool may_requeue(const struct outcome *o)
{
	return o->kind == OUTCOME_RETRY || o->kind == OUTCOME_UNSENT || o->kind == OUTCOME_CAPPED;
}

/* Those of whom a row may be queued again. */
static int lock_campaigns(struct store_tx *tx, const struct outcome *outcomes, int n)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t *locked = arena_array(arena, (size_t)n, sizeof(*locked));
	int n_locked = 0;
	for (int i = 0; i < n; i++) {
		int k = 0;
		while (k < n_locked && locked[k] != outcomes[i].campaign_no)
			k++;
		if (k < n_locked || !may_requeue(&outcomes[i]))
			continue;
		if (ledger_gate_lock(tx, outcomes[i].campaign_no) < 0)
			return -1;
		locked[n_locked++] = outcomes[i].campaign_no;
	}
	return 0;
}

int ledger_record(struct store_tx *tx, int64_t epoch, const struct outcome *outcomes, int n, msec_t now)
{
	arena_auto struct arena *arena = arena_create(16384);
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	struct recorder r = {.tx = tx, .batch = batch, .arena = arena, .epoch = epoch};
	if (lock_campaigns(tx, outcomes, n) < 0)
		return -1;
	for (int i = 0, ahead = 0; i < n; i++) {
		if (i == ahead && ask_ahead(tx, outcomes, n, &ahead) < 0)
			return -1;
		if (record_one(&r, &outcomes[i]) < 0)
			return -1;
		arena_reset(arena);
	}
	return rows_finish(tx, batch, now);
}

static int doubt_campaign(struct store_tx *tx, struct tally_batch *batch, int64_t campaign_no, int64_t epoch, msec_t now,
                          int64_t *ret_n)
{
	arena_auto struct arena *arena = arena_create(4096);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_DOUBT_ROWS, SQL_ARGS(sql_int(campaign_no), sql_int(epoch)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		struct row was;
		if (row_load(tx, campaign_no, sql_col_int(rows, 0), arena, &was) != 0)
			return -1;
		if (was.state != STATE_CLAIMED) /* its lost owner has recorded it meanwhile */
			continue;
		struct row is = was;
		is.state = STATE_UNCONFIRMED;
		is.doubt_ms = now;
		is.detail = "the server stopped while this message was on its way";
		if (row_move(tx, batch, &was, &is) != 0)
			return -1;
		arena_reset(arena);
		(*ret_n)++;
	}
	return more;
}

int ledger_doubt(struct store_tx *tx, int64_t sender_no, int64_t epoch, msec_t now, int64_t *ret_n)
{
	int64_t n = 0;
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_DOUBT_CAMPAIGNS, SQL_ARGS(sql_int(sender_no)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0)
		if (doubt_campaign(tx, batch, sql_col_int(rows, 0), epoch, now, &n) < 0)
			return -1;
	if (more < 0 || rows_finish(tx, batch, now) < 0)
		return -1;
	*ret_n = n;
	return 0;
}
