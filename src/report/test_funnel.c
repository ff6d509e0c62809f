/* Whatever happens to a campaign, its report accounts for every recipient: over random histories the funnel, the lists, the
 * countries and the timeline add up to the audience, to the last one, and each figure is what a count over the rows gives. */
#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"
#include "store/optouts.h"
#include "store/test_world.h"

#define N_STEPS 700
#define N_CAMPAIGNS 3
#define N_CONTACTS 60
#define MAX_FLIGHTS 64

struct history {
	struct world *w;
	uint64_t random;
	int64_t campaign[N_CAMPAIGNS];
	struct claimed_row flight[MAX_FLIGHTS];
	int n_flights;
	struct status_update taken[4096]; /* what Meta took, as its next status would name it */
	int n_taken;
	int64_t seen[8]; /* figures of the funnel that were ever above nothing */
};

static unsigned pick(struct history *h, unsigned n)
{
	h->random ^= h->random << 13;
	h->random ^= h->random >> 7;
	h->random ^= h->random << 17;
	return (unsigned)((h->random >> 11) % n);
}

static int64_t any_campaign(struct history *h)
{
	return h->campaign[pick(h, N_CAMPAIGNS)];
}

/* ---- what happens ---- */

static void freeze(struct history *h)
{
	(void)!IN_JOB(h->w, ledger_freeze(tx, any_campaign(h), 1 + (int)pick(h, 6), h->w->now));
}

static void claim(struct history *h)
{
	if (h->n_flights + 4 <= MAX_FLIGHTS)
		h->n_flights += world_claim(h->w, any_campaign(h), h->flight + h->n_flights, 4);
}

static void answer(struct history *h)
{
	static const enum outcome_kind kinds[] = {OUTCOME_ACCEPTED,    OUTCOME_ACCEPTED, OUTCOME_ACCEPTED,
	                                          OUTCOME_HELD,        OUTCOME_RETRY,    OUTCOME_FAILED,
	                                          OUTCOME_UNCONFIRMED, OUTCOME_CAPPED,   OUTCOME_UNSENT};
	if (h->n_flights == 0)
		return;
	int at = (int)pick(h, (unsigned)h->n_flights);
	struct claimed_row row = h->flight[at];
	enum outcome_kind kind = kinds[pick(h, sizeof(kinds) / sizeof(kinds[0]))];
	bool taken = kind == OUTCOME_ACCEPTED || kind == OUTCOME_HELD || kind == OUTCOME_UNCONFIRMED;
	h->flight[at] = h->flight[--h->n_flights];
	world_record(h->w, &(struct outcome){.kind = kind,
	                                     .campaign_no = row.campaign_no,
	                                     .seq = row.seq,
	                                     .attempt = row.attempt,
	                                     .code = kind == OUTCOME_FAILED ? 131026 + (int)pick(h, 3) : 0,
	                                     .wamid = taken ? "wamid.x" : NULL,
	                                     .not_before = h->w->now,
	                                     .at = h->w->now});
	if (taken && h->n_taken < 4096)
		h->taken[h->n_taken++] = (struct status_update){
			.campaign_no = row.campaign_no, .seq = row.seq, .attempt = row.attempt, .wamid = "wamid.x"};
}

static void status(struct history *h)
{
	static const enum state says[] = {STATE_SENT, STATE_DELIVERED, STATE_READ, STATE_FAILED};
	if (h->n_taken == 0)
		return;
	struct status_update update = h->taken[pick(h, (unsigned)h->n_taken)];
	update.state = says[pick(h, 4)];
	update.code = update.state == STATE_FAILED ? (pick(h, 2) ? 131049 : 131026) : 0;
	update.at = h->w->now - pick(h, 90000);
	(void)world_apply(h->w, &update);
}

static void crash(struct history *h)
{
	if (pick(h, 20) != 0)
		return;
	world_take_lane(h->w);
	h->n_flights = 0;
}

static void person(struct history *h)
{
	struct world *w = h->w;
	char number[16];
	snprintf(number, sizeof(number), "447%09u", 1 + pick(h, N_CONTACTS));
	if (pick(h, 3) == 0)
		(void)!IN_JOB(w, optout_set(tx, w->account, number, pick(h, 2) != 0, "person", "", w->now));
	else if (pick(h, 2) == 0)
		(void)!IN_JOB(w, campaign_hold(tx, w->account, any_campaign(h), &world_pause, w->now));
	else
		(void)!IN_JOB(w, campaign_release(tx, w->account, any_campaign(h), w->now));
	if (pick(h, 20) == 0)
		(void)!IN_JOB(w, campaign_cancel(tx, w->account, h->campaign[0], w->now));
}

static void sweep(struct history *h)
{
	bool more;
	assert_int_equal(IN_JOB(h->w, campaign_sweep(tx, h->w->now, 1 + (int)pick(h, 9), &more)), 0);
}

/* ---- what is told of it ---- */

static int64_t rows(struct world *w, int64_t campaign, const char *condition)
{
	return world_int(w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld AND (%s)", (long long)campaign, condition);
}

static int64_t sum(const struct report_code *code, int n)
{
	int64_t total = 0;
	for (int i = 0; i < n; i++)
		total += code[i].n;
	return total;
}

static void check_rest(const struct report *r)
{
	struct report_country c = {0};
	struct report_point p = {0};
	for (int i = 0; i < r->n_countries; i++) {
		c.recipients += r->countries[i].recipients;
		c.sent += r->countries[i].sent;
		c.delivered += r->countries[i].delivered;
		c.read += r->countries[i].read;
		c.failed += r->countries[i].failed;
	}
	for (int i = 0; i < r->n_points; i++) {
		p.sent += r->points[i].sent;
		p.delivered += r->points[i].delivered;
		p.read += r->points[i].read;
		p.failed += r->points[i].failed;
	}
	assert_int_equal(c.recipients, r->audience);
	assert_int_equal(c.sent, r->sent);
	assert_int_equal(c.delivered, r->delivered);
	assert_int_equal(c.read, r->read);
	assert_int_equal(c.failed, r->failed);
	assert_int_equal(p.sent, r->sent);
	assert_int_equal(p.delivered, r->delivered);
	assert_int_equal(p.read, r->read);
	assert_int_equal(p.failed, r->failed);
	assert_int_equal(sum(r->failures, r->n_failures), r->failed);
	assert_int_equal(sum(r->skips, r->n_skips), r->skipped);
}

static void check(struct history *h, int64_t campaign)
{
	struct world *w = h->w;
	struct campaign c = world_read(w, campaign);
	struct report r;
	arena_auto struct arena *arena = arena_create(65536);
	assert_int_equal(IN_JOB(w, report_build(tx, &c, REPORT_MINUTE, arena, &r)), 0);
	assert_int_equal(r.audience, rows(w, campaign, "1 = 1"));
	assert_int_equal(r.audience, r.queued + r.canceled + r.skipped + r.unconfirmed + r.sent + r.refused);
	assert_int_equal(r.queued, rows(w, campaign, "state IN (0, 1)"));
	assert_int_equal(r.unconfirmed, rows(w, campaign, "state = 2"));
	assert_int_equal(r.sent, rows(w, campaign, "accepted_ms IS NOT NULL"));
	assert_int_equal(r.refused, rows(w, campaign, "state = 7 AND accepted_ms IS NULL"));
	assert_int_equal(r.delivered, rows(w, campaign, "state IN (5, 6)"));
	assert_int_equal(r.read, rows(w, campaign, "state = 6"));
	assert_int_equal(r.failed, rows(w, campaign, "state = 7"));
	assert_int_equal(r.skipped, rows(w, campaign, "state = 8"));
	assert_int_equal(r.canceled, rows(w, campaign, "state = 9"));
	check_rest(&r);
	const int64_t figures[] = {r.queued, r.canceled, r.skipped, r.unconfirmed, r.sent, r.refused, r.delivered, r.failed};
	for (int i = 0; i < 8; i++)
		h->seen[i] |= figures[i];
}

static void history(void **state, uint64_t seed)
{
	static void (*const steps[])(struct history *) = {freeze, claim,  claim, answer, answer, answer,
	                                                  status, status, crash, person, sweep};
	struct history *h = test_calloc(1, sizeof(*h));
	h->w = world_open(state, N_CONTACTS);
	h->random = seed;
	for (int i = 0; i < N_CAMPAIGNS; i++)
		h->campaign[i] = world_campaign(h->w, NULL);
	for (int i = 0; i < N_STEPS; i++) {
		h->w->now += pick(h, i % 100 ? 20000 : 2 * DAY_MS / N_CAMPAIGNS);
		steps[pick(h, sizeof(steps) / sizeof(steps[0]))](h);
		check(h, any_campaign(h));
	}
	for (int i = 0; i < 8; i++)
		assert_true(h->seen[i] > 0);
	test_free(h);
}

static void every_recipient_is_accounted_for(void **state)
{
	history(state, 20261128);
}

static void in_another_history_too(void **state)
{
	const char *seed = getenv("CRIER_TEST_SEED"); /* for more of them by hand */
	history(state, seed ? strtoull(seed, NULL, 0) | 1 : 123457);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(every_recipient_is_accounted_for),
		WORLD_ON_SQLITE(in_another_history_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
