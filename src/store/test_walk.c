/* A walk at random through everything that can happen to a ledger, with Meta played by the test: it knows which messages it
 * truly took. After every step the invariants must hold, and the ledger must not contradict the truth: nobody is written to
 * twice under `hold`, nobody who was written to counts as not written to, and in the end nobody is left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/optouts.h"
#include "store/store_internal.h"
#include "store/test_world.h"

#define N_STEPS 2000
#define N_CAMPAIGNS 4
#define N_CONTACTS 100
#define MAX_FLIGHTS 256
#define MAX_MESSAGES 2048
#define WINDOW (15 * MINUTE_MS)

/* A claim whose answer the lane has not recorded yet. */
struct flight {
	int64_t campaign, seq, epoch;
	int attempt;
	bool taken; /* Meta has it already, and its webhooks may come before the answer */
};

/* What Meta took. */
struct message {
	int64_t campaign, seq;
	int attempt;
};

struct walk {
	struct world *w;
	uint64_t random;
	int64_t campaign[N_CAMPAIGNS];
	bool resend[N_CAMPAIGNS], canceled[N_CAMPAIGNS];
	struct flight flight[MAX_FLIGHTS];
	int n_flights;
	struct message message[MAX_MESSAGES];
	int n_messages;
	unsigned char taken[WORLD_MAX_CAMPAIGNS][WORLD_MAX_ROWS]; /* how often Meta took a message for the row */
	/* A walk that never came here proves nothing. */
	bool was_in[N_STATES];
	int64_t n_doubtful, n_resent, n_late;
};

static unsigned pick(struct walk *k, unsigned n)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return (unsigned)((k->random >> 11) % n);
}

static bool chance(struct walk *k, unsigned one_in)
{
	return pick(k, one_in) == 0;
}

static void take(struct walk *k, struct flight *f)
{
	if (f->taken)
		return;
	f->taken = true;
	k->taken[f->campaign][f->seq]++;
	if (k->n_messages < MAX_MESSAGES)
		k->message[k->n_messages++] = (struct message){f->campaign, f->seq, f->attempt};
}

/* ---- steps ---- */

static void step_freeze(struct walk *k)
{
	int result = IN_JOB(k->w, ledger_freeze(tx, k->campaign[pick(k, N_CAMPAIGNS)], 1 + (int)pick(k, 4), k->w->now));
	assert_in_range(result, 0, 2);
}

static void add_flight(struct walk *k, const struct claimed_row *row)
{
	for (int i = 0; i < k->n_flights; i++)
		if (k->flight[i].campaign == row->campaign_no && k->flight[i].seq == row->seq &&
		    k->flight[i].epoch == k->w->epoch)
			fail_msg("row %lld/%lld was claimed while on its way", (long long)row->campaign_no, (long long)row->seq);
	assert_true(k->n_flights < MAX_FLIGHTS);
	k->flight[k->n_flights++] = (struct flight){row->campaign_no, row->seq, k->w->epoch, row->attempt, false};
}

static void step_claim(struct walk *k)
{
	struct world *w = k->w;
	struct claimed_row row[8];
	int n = 0;
	bool more;
	msec_t budget_at;
	arena_auto struct arena *arena = arena_create(4096);
	int64_t campaign = k->campaign[pick(k, N_CAMPAIGNS)];
	if (k->n_flights + 8 > MAX_FLIGHTS)
		return;
	if (chance(k, 8)) {
		assert_int_equal(IN_JOB(w, ledger_claim(tx, campaign, w->sender, w->epoch - 1, 8, w->now, 0, arena, row, &n,
		                                        &more, &budget_at)),
		                 1);
		assert_int_equal(n, 0);
		return;
	}
	int max = 1 + (int)pick(k, 4);
	assert_int_equal(
		IN_JOB(w, ledger_claim(tx, campaign, w->sender, w->epoch, max, w->now, 0, arena, row, &n, &more, &budget_at)), 0);
	assert_in_range(n, 0, max);
	for (int i = 0; i < n; i++)
		add_flight(k, &row[i]);
}

static enum outcome_kind any_outcome(struct walk *k, struct flight *f)
{
	static const enum outcome_kind when_taken[] = {OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, OUTCOME_HELD, OUTCOME_UNCONFIRMED};
	static const enum outcome_kind when_not[] = {OUTCOME_RETRY,       OUTCOME_RETRY,  OUTCOME_FAILED,
	                                             OUTCOME_UNCONFIRMED, OUTCOME_UNSENT, OUTCOME_CAPPED};
	if (chance(k, 2))
		take(k, f);
	return f->taken ? when_taken[pick(k, 4)] : when_not[pick(k, 6)];
}

static void record_as(struct walk *k, int at, enum outcome_kind kind, int times)
{
	struct world *w = k->w;
	struct flight f = k->flight[at];
	bool accepted = kind == OUTCOME_ACCEPTED || kind == OUTCOME_HELD;
	const struct outcome outcome = {
		.kind = kind,
		.campaign_no = f.campaign,
		.seq = f.seq,
		.attempt = f.attempt,
		.code = accepted || kind == OUTCOME_UNSENT ? 0 : 131000 + (int)pick(k, 3),
		.wamid = accepted ? "wamid.x" : NULL,
		.not_before = w->now + pick(k, 120000),
		.at = w->now,
	};
	k->flight[at] = k->flight[--k->n_flights];
	k->n_late += accepted && f.epoch != w->epoch;
	for (int i = 0; i < times; i++)
		assert_int_equal(IN_JOB(w, ledger_record(tx, f.epoch, &outcome, 1, w->now)), 0);
}

static void step_record(struct walk *k)
{
	if (k->n_flights == 0)
		return;
	int at = (int)pick(k, (unsigned)k->n_flights);
	enum outcome_kind kind = any_outcome(k, &k->flight[at]);
	record_as(k, at, kind, chance(k, 8) ? 2 : 1);
}

/* The answer is never heard by anyone: only where the lane was lost since, as a living lane records all it claimed. */
static void step_lose(struct walk *k)
{
	for (int i = k->n_flights - 1; i >= 0; i--) {
		if (k->flight[i].epoch == k->w->epoch || !chance(k, 3))
			continue;
		if (chance(k, 2))
			take(k, &k->flight[i]);
		k->flight[i] = k->flight[--k->n_flights];
	}
}

static void step_apply(struct walk *k)
{
	static const enum state says[] = {STATE_SENT, STATE_SENT, STATE_DELIVERED, STATE_DELIVERED, STATE_READ, STATE_FAILED};
	struct world *w = k->w;
	struct status_update batch[6];
	struct apply_result result;
	unsigned n = 1 + pick(k, 6);
	if (k->n_flights > 0 && chance(k, 4))
		take(k, &k->flight[pick(k, (unsigned)k->n_flights)]);
	if (k->n_messages == 0)
		return;
	for (unsigned i = 0; i < n; i++) {
		const struct message *m = &k->message[pick(k, (unsigned)k->n_messages)];
		enum state to = says[pick(k, 6)];
		batch[i] = (struct status_update){.campaign_no = m->campaign,
		                                  .seq = m->seq,
		                                  .attempt = m->attempt,
		                                  .state = to,
		                                  .wamid = "wamid.x",
		                                  .detail = NULL,
		                                  .code = to == STATE_FAILED ? 131026 : 0,
		                                  .at = w->now - pick(k, 90000)};
		if (chance(k, 16))
			batch[i].seq = WORLD_MAX_ROWS + 1;
	}
	unsigned char hash[SECRET_HASH_BYTES];
	memcpy(hash, w->hash, sizeof(hash));
	bool foreign = chance(k, 10);
	hash[3] ^= foreign;
	assert_int_equal(IN_JOB(w, ledger_apply(tx, hash, batch, (int)n, w->now, &result)), 0);
	assert_int_equal(result.moved + result.known + result.foreign, n);
	if (foreign)
		assert_int_equal(result.foreign, n);
}

static void step_lane(struct walk *k)
{
	int64_t doubtful = -1, old = k->w->epoch;
	assert_int_equal(IN_JOB(k->w, lane_take(tx, k->w->sender, k->w->node, k->w->now, &k->w->epoch, &doubtful)), 0);
	assert_int_equal(k->w->epoch, old + 1);
	k->n_doubtful += doubtful;
}

static void step_hold(struct walk *k)
{
	struct world *w = k->w;
	int64_t campaign = k->campaign[pick(k, N_CAMPAIGNS)];
	bool hold = chance(k, 4);
	int result = IN_JOB(w, hold ? campaign_hold(tx, w->account, campaign, &world_refusal, w->now)
	                            : campaign_release(tx, w->account, campaign, w->now));
	assert_true(result == 0 || result == 2);
}

static void step_resend(struct walk *k)
{
	int64_t queued;
	msec_t next;
	assert_int_equal(IN_JOB(k->w, ledger_resend(tx, k->w->sender, WINDOW, 0, k->w->now, &queued, &next)), 0);
	assert_true(next == -1 || next > k->w->now);
	k->n_resent += queued;
}

static void step_sweep(struct walk *k)
{
	bool more;
	assert_int_equal(IN_JOB(k->w, campaign_sweep(tx, k->w->now, 1 + (int)pick(k, 9), &more)), 0);
}

/* Of the last two campaigns, late in the walk. */
static void step_cancel(struct walk *k)
{
	unsigned i = 2 + pick(k, 2);
	if (k->canceled[i])
		return;
	k->canceled[i] = IN_JOB(k->w, campaign_cancel(tx, k->w->account, k->campaign[i], k->w->now)) == 0;
}

static void step_audience(struct walk *k)
{
	struct world *w = k->w;
	struct audience_edit edit;
	char number[16];
	snprintf(number, sizeof(number), "447%09u", 1 + pick(k, 2 * N_CONTACTS));
	struct contact_request req = world_contact_request(number, chance(k, 2) ? "A" : "B");
	enum contact_added what;
	int64_t no;
	if (chance(k, 3)) {
		assert_int_equal(IN_JOB(w, optout_set(tx, w->account, number, chance(k, 2), "person", "", w->now)), 0);
		return;
	}
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_add(tx, &edit, &req, true, &what, &no), 0);
	if (chance(k, 2))
		assert_int_equal(contact_delete(tx, &edit, no), 0);
	world_end(w, audience_edit_end(tx, &edit));
}

/* ---- the truth ---- */

static void check_row(struct walk *k, int64_t campaign, int64_t seq, enum state state)
{
	k->was_in[state] = true;
	unsigned taken = k->taken[campaign][seq];
	bool resend = false;
	for (int i = 0; i < N_CAMPAIGNS; i++)
		resend |= k->campaign[i] == campaign && k->resend[i];
	bool says_not = state == STATE_QUEUED || state == STATE_SKIPPED || state == STATE_CANCELED;
	bool says_taken = state == STATE_ACCEPTED || state == STATE_SENT || state == STATE_DELIVERED || state == STATE_READ;
	if ((!resend && (taken > 1 || (says_not && taken > 0))) || (says_taken && taken == 0))
		fail_msg("row %lld/%lld is %s and was taken %u times", (long long)campaign, (long long)seq, state_text(state),
		         taken);
}

static void check_truth(struct walk *k)
{
	check_invariants(k->w); /* it leaves each row's state in `seen` */
	for (int64_t campaign = 0; campaign < WORLD_MAX_CAMPAIGNS; campaign++)
		for (int64_t seq = 0; seq < WORLD_MAX_ROWS; seq++)
			if (k->w->seen[campaign][seq])
				check_row(k, campaign, seq, (enum state)(k->w->seen[campaign][seq] - 1));
}

static void step(struct walk *k, int n)
{
	static void (*const steps[])(struct walk *) = {
		step_freeze, step_claim, step_claim, step_claim,  step_record, step_record, step_record,   step_record,
		step_apply,  step_apply, step_apply, step_resend, step_sweep,  step_hold,   step_audience, step_lose,
	};
	k->w->now += pick(k, 20000);
	if (chance(k, 60))
		step_lane(k);
	else if (n > N_STEPS / 8 && chance(k, 100))
		step_cancel(k);
	else
		steps[pick(k, sizeof(steps) / sizeof(steps[0]))](k);
}

/* Everything goes well from here: all campaigns come to their end. */
static void drain(struct walk *k)
{
	struct world *w = k->w;
	for (int i = 0; i < N_CAMPAIGNS; i++)
		(void)!IN_JOB(w, campaign_release(tx, w->account, k->campaign[i], w->now));
	step_lane(k);
	for (int turn = 0; turn < 1000; turn++) {
		while (k->n_flights > 0) {
			bool ours = k->flight[0].epoch == w->epoch;
			if (ours)
				take(k, &k->flight[0]);
			record_as(k, 0, ours ? OUTCOME_ACCEPTED : OUTCOME_UNCONFIRMED, 1);
		}
		step_freeze(k);
		step_claim(k);
		step_sweep(k);
		step_apply(k);
		step_resend(k);
		w->now += 3 * MINUTE_MS; /* two days: what was held back has its day too */
		if (turn % 8 == 0)
			check_truth(k);
	}
	check_truth(k);
	for (int i = 0; i < N_CAMPAIGNS; i++) {
		struct campaign c = world_read(w, k->campaign[i]);
		assert_int_equal(c.status, k->canceled[i] ? CAMPAIGN_CANCELED : CAMPAIGN_COMPLETED);
		assert_int_equal(c.count[STATE_QUEUED] + c.count[STATE_CLAIMED], 0);
		if (!k->canceled[i])
			assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld", (long long)c.no),
			                 N_CONTACTS);
		if (k->resend[i] && !k->canceled[i])
			assert_int_equal(c.count[STATE_UNCONFIRMED], 0);
	}
}

static void walk(void **state, uint64_t seed)
{
	struct world *w = world_open(state, N_CONTACTS);
	struct walk *k = test_calloc(1, sizeof(*k));
	k->w = w;
	k->random = seed;
	world_limit(w, w->sender, "7001", 250);
	for (int i = 0; i < N_CAMPAIGNS; i++) {
		struct campaign_request req = world_request(w, NULL);
		k->resend[i] = i & 1;
		req.on_unconfirmed = k->resend[i] ? "resend" : "hold";
		k->campaign[i] = world_create(w, &req);
	}
	for (int i = 0; i < N_STEPS; i++) {
		step(k, i);
		check_truth(k);
	}
	drain(k);
	for (int i = 0; i < N_STATES; i++)
		assert_true(k->was_in[i]);
	assert_true(k->n_doubtful > 0 && k->n_resent > 0 && k->n_late > 0);
	test_free(k);
}

static void a_walk(void **state)
{
	walk(state, 0x9E3779B97F4A7C15u);
}

static void another_walk(void **state)
{
	const char *seed = getenv("CRIER_TEST_SEED"); /* for walking further by hand */
	walk(state, seed ? strtoull(seed, NULL, 0) | 1 : 20240601);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_walk),
		WORLD_ON_SQLITE(another_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
