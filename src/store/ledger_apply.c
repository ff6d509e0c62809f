/* Meta's statuses come late, twice, in any order, and before our own record of the answer. A row only rises: whatever is
 * not a rise by states.def changes nothing. A batch is sorted by key first, because neighbouring rows share pages. */
#include <stdlib.h>
#include <string.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/budget_row.h"
#include "store/holds.h"
#include "store/ledger_gate.h"
#include "store/media.h"
#include "store/tally_batch.h"

struct applier {
	struct store_tx *tx;
	struct tally_batch *batch;
	struct arena *arena;
	const unsigned char *hash;
	struct ledger_gate gate; /* of the present campaign */
	int64_t sender_no;       /* its; 0: not ours, or another's secret signed */
	struct row row;          /* the present one */
	bool row_there;
	bool campaign_held, sender_held; /* by a failure, or otherwise: the next one is looked at no more */
	msec_t evidence_ms;              /* newest claim among the sender's rows that a status spoke of */
	struct apply_result *result;
	msec_t now;
};

/* Stable by key: updates of one row keep their order. */
static int update_compare(const void *a, const void *b)
{
	const struct status_update *x = *(const struct status_update *const *)a, *y = *(const struct status_update *const *)b;
	if (x->campaign_no != y->campaign_no)
		return x->campaign_no < y->campaign_no ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int evidence_flush(struct applier *a)
{
	msec_t evidence = a->evidence_ms;
	a->evidence_ms = -1;
	if (a->sender_no == 0 || evidence < 0)
		return 0;
	return sql_send(a->tx->db, STMT_EVIDENCE_NOTED, SQL_ARGS(sql_int(a->sender_no), sql_int(evidence)));
}

static int campaign_open(struct applier *a, int64_t campaign_no)
{
	if (a->gate.campaign_no == campaign_no)
		return 0;
	if (evidence_flush(a) < 0 || ledger_gate_open(a->tx, campaign_no, &a->gate) < 0)
		return -1;
	a->campaign_held = a->sender_held = false;
	tally_begun(a->batch, campaign_no, a->gate.start_ms);
	bool ours = a->gate.known && memcmp(a->gate.secret_hash, a->hash, SECRET_HASH_BYTES) == 0;
	a->sender_no = ours ? a->gate.sender_no : 0;
	return 0;
}

static msec_t first_time(msec_t known, msec_t told)
{
	return known >= 0 ? known : told;
}

static void update_to_row(const struct status_update *u, struct row *is)
{
	is->state = u->state;
	is->held = false;
	is->not_before = -1;
	if (!is->wamid && u->wamid && *u->wamid)
		is->wamid = u->wamid;
	is->accepted_ms = first_time(is->accepted_ms, u->at);
	if (u->state == STATE_FAILED) {
		is->failed_ms = u->at;
		is->code = u->code;
		is->detail = u->detail;
		return;
	}
	is->code = 0;
	is->detail = NULL;
	is->sent_ms = first_time(is->sent_ms, u->at);
	if (u->state == STATE_DELIVERED || u->state == STATE_READ)
		is->delivered_ms = first_time(is->delivered_ms, u->at); /* read implies delivered */
	if (u->state == STATE_READ)
		is->read_ms = first_time(is->read_ms, u->at);
}

/* 0 held, 1 or 2 not. */
static int hold_for_failure(struct applier *a, const struct status_update *u)
{
	if (u->holds_sender)
		return sender_hold(a->tx, 0, a->gate.sender_no, &u->hold, a->now);
	if (a->gate.start_ms < 0) /* no campaign to hold: what is wrong is wrong with this message alone */
		return 1;
	int result = u->code == MEDIA_FAILED_CODE ? media_failed(a->tx, a->gate.campaign_no, a->now) : 1;
	return result == 1 ? campaign_hold(a->tx, 0, a->gate.campaign_no, &u->hold, a->now) : result;
}

/* A failure by webhook comes after the message was accepted: too late for this one, in time for those that follow. What was
 * handed over before the last hold was lifted tells of what was mended since. */
static int look_behind(struct applier *a, const struct status_update *u, const struct row *row)
{
	bool *held = u->holds_sender ? &a->sender_held : &a->campaign_held;
	msec_t resumed = u->holds_sender ? a->gate.sender_resume_ms : a->gate.campaign_resume_ms;
	if (row->state != STATE_FAILED || !hold_is_on(&u->hold) || *held || row->claimed_ms < resumed)
		return 0;
	int result = hold_for_failure(a, u);
	a->result->held = a->result->held || result == 0;
	*held = true;
	return result < 0 ? -1 : 0;
}

/* A failure of an older attempt says nothing of the one that may be on its way now, and an attempt that was held back can bring
 * no other news than that it was delivered after all. */
static bool is_stale(const struct status_update *u, const struct row *was)
{
	if (row_is_removed(was))
		return !row_may_have_arrived(was); /* nothing was sent */
	if (u->state == STATE_FAILED)
		return u->attempt != was->attempts || row_is_capped(was);
	return u->state == STATE_SENT && was->caps > 0 && (u->attempt != was->attempts || row_is_capped(was));
}

static int move(struct applier *a, const struct status_update *u)
{
	struct row was = a->row, is = was;
	bool capped = u->state == STATE_FAILED && u->code == CAPPED_CODE;
	update_to_row(u, &is);
	if (capped && !row_is_removed(&was))
		ledger_cap(&a->gate, &is, a->now);
	int moved = row_move(a->tx, a->batch, &was, &is);
	if (moved != 0)
		return moved;
	a->row = is;
	if ((capped && ledger_cap_note(a->tx, &a->gate, u->seq, a->now) < 0) || look_behind(a, u, &is) < 0)
		return -1;
	a->result->queued = a->result->queued || is.state == STATE_QUEUED;
	return budget_follow(a->tx, &a->gate, &was, &is);
}

static bool is_row(const struct row *r, const struct status_update *u)
{
	return r->campaign_no == u->campaign_no && r->seq == u->seq;
}

/* Several updates of one row come one after the other. */
static int row_open(struct applier *a, const struct status_update *u)
{
	if (is_row(&a->row, u))
		return 0;
	arena_reset(a->arena);
	int got = a->sender_no ? row_load(a->tx, u->campaign_no, u->seq, a->arena, &a->row) : 1;
	a->row_there = got == 0;
	a->row.campaign_no = u->campaign_no;
	a->row.seq = u->seq;
	return got < 0 ? -1 : 0;
}

static int apply_one(struct applier *a, const struct status_update *u)
{
	if (campaign_open(a, u->campaign_no) < 0)
		return -1;
	if (row_open(a, u) < 0)
		return -1;
	const struct row *was = &a->row;
	if (!a->row_there || was->attempts < u->attempt || u->attempt < 1) {
		a->result->foreign++;
		return 0;
	}
	/* The row remembers when its present attempt was claimed; of an older one's claim nothing is known any more. */
	if (u->attempt == was->attempts && was->claimed_ms > a->evidence_ms)
		a->evidence_ms = was->claimed_ms;
	int moved = is_stale(u, was) || was->state == u->state ? 1 : move(a, u);
	if (moved < 0)
		return -1;
	if (moved == 0)
		a->result->moved++;
	else
		a->result->known++;
	return 0;
}

/* For the rows of the next updates; *ahead: up to where they are asked for. */
static int ask_ahead(struct store_tx *tx, const struct status_update **order, int n, int *ahead)
{
	int i = *ahead, n_rows = 0;
	for (; i < n && n_rows < SQL_MAX_AHEAD; i++) {
		const struct status_update *u = order[i], *before = i > 0 ? order[i - 1] : NULL;
		if (before && before->campaign_no == u->campaign_no && before->seq == u->seq)
			continue;
		if (row_ahead(tx, u->campaign_no, u->seq) < 0)
			return -1;
		n_rows++;
	}
	*ahead = i;
	return 0;
}

static bool is_capped(const struct status_update *u)
{
	return u->state == STATE_FAILED && u->code == CAPPED_CODE;
}

/* Those of whom a row may be queued again. */
static int lock_campaigns(struct store_tx *tx, const struct status_update **order, int n)
{
	int64_t locked = 0;
	for (int i = 0; i < n; i++) {
		if (!is_capped(order[i]) || order[i]->campaign_no == locked)
			continue;
		locked = order[i]->campaign_no;
		if (ledger_gate_lock(tx, locked) < 0)
			return -1;
	}
	return 0;
}

int ledger_apply(struct store_tx *tx, const unsigned char *hash, const struct status_update *updates, int n, msec_t now,
                 struct apply_result *ret)
{
	arena_auto struct arena *order_arena = arena_create((size_t)n * sizeof(void *) + 64);
	arena_auto struct arena *arena = arena_create(16384);
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	const struct status_update **order = arena_array(order_arena, (size_t)n + 1, sizeof(const struct status_update *));
	for (int i = 0; i < n; i++)
		order[i] = &updates[i];
	qsort(order, (size_t)n, sizeof(const struct status_update *), update_compare);
	*ret = (struct apply_result){0};
	if (lock_campaigns(tx, order, n) < 0)
		return -1;
	struct applier a = {.tx = tx, .batch = batch, .arena = arena, .hash = hash, .evidence_ms = -1, .result = ret, .now = now};
	for (int i = 0, ahead = 0; i < n; i++) {
		if (i == ahead && ask_ahead(tx, order, n, &ahead) < 0)
			return -1;
		if (apply_one(&a, order[i]) < 0)
			return -1;
	}
	if (evidence_flush(&a) < 0)
		return -1;
	return rows_finish(tx, batch, now);
}
