/* Freezing, claiming, recording: from an audience to what became of each recipient. */
#include <string.h>

#include "store/optouts.h"
#include "store/tally.h"
#include "store/test_world.h"

static int64_t count(struct world *w, int64_t campaign, enum state state)
{
	return world_read(w, campaign).count[state];
}

/* ---- freeze ---- */

static void freezing_goes_in_batches(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t c = world_campaign(w, "C");
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 4, w->now)), 0);
	check_invariants(w);
	assert_int_equal(count(w, c, STATE_QUEUED), 4);
	assert_false(world_read(w, c).frozen);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 4, w->now)), 0);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 4, w->now)), 1);
	check_invariants(w);
	assert_int_equal(count(w, c, STATE_QUEUED), 10);
	assert_true(world_read(w, c).frozen);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 4, w->now)), 1);
	assert_int_equal(count(w, c, STATE_QUEUED), 10);
	assert_string_equal(world_row(w, c, 1).contact.number, "447000000001");
	assert_string_equal(world_row(w, c, 10).contact.first_name, "N10");
}

static void freezing_is_for_campaigns_in_progress(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request later = world_request(w, "Later");
	later.schedule_ms = w->now + HOUR_MS;
	int64_t scheduled = world_create(w, &later), canceled = world_campaign(w, "Off");
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, canceled, w->now)), 0);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, scheduled, 10, w->now)), 2);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, canceled, 10, w->now)), 2);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, 999, 10, w->now)), 2);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger"), 0);
}

static void an_empty_audience_completes_at_once(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t c = world_campaign(w, "C");
	w->now += 5;
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 10, w->now)), 1);
	check_invariants(w);
	struct campaign seen = world_read(w, c);
	assert_int_equal(seen.status, CAMPAIGN_COMPLETED);
	assert_int_equal(seen.end_ms, w->now);
}

static void rules_skip_with_their_reason(void **state)
{
	struct world *w = world_open(state, 2);
	w->template = world_template(w, "Strict", "Dear {last_name}, you are {custom1|welcome} here.");
	world_contact(w, w->audience, "447999999999", "Ann");
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, "447000000001", true, "person", "", w->now)), 0);
	struct audience_edit edit;
	struct contact_request give = {.last_name = "Nor"}, endless = {.last_name = "Nor"};
	char *text = arena_alloc(w->arena, 1100);
	memset(text, 'x', 1099);
	endless.custom1 = text;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_update(tx, &edit, 1, &give), 0);
	assert_int_equal(contact_update(tx, &edit, 3, &endless), 0);
	world_end(w, audience_edit_end(tx, &edit));
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	static const struct {
		const char *number;
		int rule;
	} expected[] = {
		{"447000000001", RULE_OPTED_OUT}, {"447000000002", RULE_EMPTY_PLACEHOLDER}, {"447999999999", RULE_TOO_LONG}};
	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_tally(w, c, TALLY_SKIPPED, expected[i].rule), 1);
		for (int seq = 1; seq <= 3; seq++) {
			struct ledger_row row = world_row(w, c, seq);
			assert_int_equal(row.state, STATE_SKIPPED);
			if (strcmp(row.contact.number, expected[i].number) == 0)
				assert_int_equal(row.code, expected[i].rule);
		}
	}
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

/* ---- claim ---- */

static void claims_come_in_order_and_once(void **state)
{
	struct world *w = world_open(state, 5);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[8];
	int n;
	bool more;
	msec_t budget_at;
	assert_int_equal(IN_JOB(w, ledger_claim(tx, c, w->sender, w->epoch, 3, w->now, 0, w->arena, row, &n, &more, &budget_at)),
	                 0);
	check_invariants(w);
	assert_int_equal(n, 3);
	assert_true(more);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(row[i].seq, i + 1);
		assert_int_equal(row[i].attempt, 1);
		assert_int_equal(row[i].campaign_no, c);
	}
	assert_string_equal(row[1].contact.number, "447000000002");
	assert_string_equal(row[1].contact.first_name, "N2");
	assert_int_equal(IN_JOB(w, ledger_claim(tx, c, w->sender, w->epoch, 8, w->now, 0, w->arena, row, &n, &more, &budget_at)),
	                 0);
	check_invariants(w);
	assert_int_equal(n, 2);
	assert_int_equal(row[0].seq, 4);
	assert_false(more);
	assert_int_equal(world_claim(w, c, row, 8), 0);
	assert_int_equal(count(w, c, STATE_CLAIMED), 5);
}

static void claims_follow_a_freeze_still_under_way(void **state)
{
	struct world *w = world_open(state, 6);
	int64_t c = world_campaign(w, "C");
	struct claimed_row row[8];
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 2, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 8), 2);
	assert_int_equal(world_claim(w, c, row, 8), 0);
	for (int i = 0; i < 2; i++) {
		struct outcome done = {OUTCOME_ACCEPTED, c, i + 1, 1, 0, "wamid.x", NULL, -1, w->now};
		world_record(w, &done);
	}
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 8), 4);
	assert_int_equal(row[0].seq, 3);
}

static void an_older_epoch_is_fenced(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	int64_t old = w->epoch;
	world_take_lane(w);
	assert_true(w->epoch > old);
	struct claimed_row row[4];
	int n = 7;
	bool more = true;
	msec_t budget_at;
	assert_int_equal(IN_JOB(w, ledger_claim(tx, c, w->sender, old, 4, w->now, 0, w->arena, row, &n, &more, &budget_at)), 1);
	check_invariants(w);
	assert_int_equal(n, 0);
	assert_int_equal(count(w, c, STATE_QUEUED), 3);
	assert_int_equal(world_claim(w, c, row, 4), 3);
}

static void nothing_is_claimed_while_held(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[4];
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, c, &world_pause, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 1), 0);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, c, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 1), 0);
	assert_int_equal(IN_JOB(w, sender_release(tx, 0, w->sender, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	assert_int_equal(world_claim(w, c, row, 1), 0);
}

static void an_opt_out_after_the_freeze_is_heeded(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, "447000000002", true, "whatsapp", "STOP", w->now)), 0);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 4), 2);
	assert_int_equal(row[0].seq, 1);
	assert_int_equal(row[1].seq, 3);
	assert_int_equal(world_row(w, c, 2).code, RULE_OPTED_OUT);
}

static void rows_past_the_deadline_are_skipped(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request req = world_request(w, "C");
	req.deadline_ms = w->now + HOUR_MS;
	int64_t c = world_create(w, &req), unlimited = world_campaign(w, "D");
	world_freeze(w, c);
	world_freeze(w, unlimited);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 1), 1);
	struct outcome later = {OUTCOME_RETRY, c, 1, 1, 131056, NULL, "too many to this person", w->now + 2 * HOUR_MS, w->now};
	world_record(w, &later);
	w->now += HOUR_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	w->now += 1;
	assert_int_equal(world_claim(w, c, row, 4), 0);
	assert_int_equal(count(w, c, STATE_SKIPPED), 2);
	assert_int_equal(world_tally(w, c, TALLY_SKIPPED, RULE_DEADLINE), 2);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	w->now = WORLD_START + 30 * DAY_MS; /* first tries end with a deadline alone */
	assert_int_equal(world_claim(w, unlimited, row, 4), 3);
}

/* ---- record ---- */

static void each_outcome_moves_its_row(void **state)
{
	struct world *w = world_open(state, 6);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[8];
	assert_int_equal(world_claim(w, c, row, 6), 6);
	w->now += MINUTE_MS;
	const struct outcome outcome[] = {
		{OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now},
		{OUTCOME_HELD, c, 2, 1, 0, "wamid.2", NULL, -1, w->now},
		{OUTCOME_RETRY, c, 3, 1, 130429, NULL, "too fast", w->now + 50, w->now},
		{OUTCOME_FAILED, c, 4, 1, 131026, NULL, "not on WhatsApp", -1, w->now},
		{OUTCOME_UNCONFIRMED, c, 5, 1, 131000, NULL, "no answer", -1, w->now},
		{OUTCOME_UNSENT, c, 6, 1, 0, NULL, NULL, -1, w->now},
	};
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch, outcome, 6, w->now)), 0);
	check_invariants(w);
	static const enum state expected[] = {STATE_ACCEPTED, STATE_ACCEPTED,    STATE_QUEUED,
	                                      STATE_FAILED,   STATE_UNCONFIRMED, STATE_QUEUED};
	for (int i = 0; i < 6; i++) {
		struct ledger_row r = world_row(w, c, i + 1);
		assert_int_equal(r.state, expected[i]);
		assert_int_equal(r.code, outcome[i].code);
		assert_int_equal(r.attempts, i == 5 ? 0 : 1);
		assert_int_equal(r.held_by_meta, i == 1);
		assert_int_equal(r.accepted_ms, i < 2 ? w->now : -1);
	}
	assert_string_equal(world_row(w, c, 1).wamid, "wamid.1");
	assert_string_equal(world_row(w, c, 4).detail, "not on WhatsApp");
	assert_int_equal(world_row(w, c, 4).failed_ms, w->now);
	assert_int_equal(world_row(w, c, 5).doubt_ms, w->now);
	assert_int_equal(world_tally(w, c, TALLY_HANDED, 0), 2);
	assert_int_equal(world_tally(w, c, TALLY_FAILED, 131026), 1);
	assert_int_equal(world_tally(w, c, TALLY_T_SENT, w->now / MINUTE_MS), 2);
	assert_int_equal(world_tally(w, c, TALLY_T_FAILED, w->now / MINUTE_MS), 1);
}

static void a_retry_waits_for_its_time(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[4];
	msec_t next;
	assert_int_equal(IN_JOB(w, ledger_next_retry(tx, c, &next)), 0);
	assert_int_equal(next, -1);
	assert_int_equal(world_claim(w, c, row, 2), 2);
	struct outcome first = {OUTCOME_RETRY, c, 1, 1, 130429, NULL, NULL, w->now + 200, w->now};
	struct outcome second = {OUTCOME_RETRY, c, 2, 1, 130429, NULL, NULL, w->now + 100, w->now};
	world_record(w, &first);
	world_record(w, &second);
	assert_int_equal(IN_JOB(w, ledger_next_retry(tx, c, &next)), 0);
	assert_int_equal(next, w->now + 100);
	w->now += 99;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(row[0].seq, 3);
	assert_int_equal(world_claim(w, c, row, 4), 0);
	w->now += 101;
	assert_int_equal(world_claim(w, c, row, 4), 2);
	assert_int_equal(row[0].seq, 2);
	assert_int_equal(row[0].attempt, 2);
	assert_int_equal(row[1].seq, 1);
	assert_int_equal(IN_JOB(w, ledger_next_retry(tx, c, &next)), 0);
	assert_int_equal(next, -1);
}

static void an_unsent_row_is_claimed_again_as_the_same_attempt(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[2];
	assert_int_equal(world_claim(w, c, row, 2), 1);
	struct outcome unsent = {OUTCOME_UNSENT, c, 1, 1, 0, NULL, NULL, -1, w->now};
	world_record(w, &unsent);
	assert_int_equal(world_claim(w, c, row, 2), 1);
	assert_int_equal(row[0].attempt, 1);
}

static void outcomes_of_others_are_left_alone(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[2];
	assert_int_equal(world_claim(w, c, row, 1), 1);
	const struct outcome wrong[] = {
		{OUTCOME_FAILED, c, 1, 2, 131026, NULL, NULL, -1, w->now}, /* an attempt that was not made */
		{OUTCOME_FAILED, c, 2, 1, 131026, NULL, NULL, -1, w->now}, /* never claimed */
		{OUTCOME_FAILED, c, 9, 1, 131026, NULL, NULL, -1, w->now}, /* no such row */
		{OUTCOME_FAILED, 99, 1, 1, 131026, NULL, NULL, -1, w->now},
	};
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch, wrong, 4, w->now)), 0);
	const struct outcome right = {OUTCOME_FAILED, c, 1, 1, 131026, NULL, NULL, -1, w->now};
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch + 1, &right, 1, w->now)), 0);
	check_invariants(w);
	assert_int_equal(count(w, c, STATE_CLAIMED), 1);
	assert_int_equal(count(w, c, STATE_QUEUED), 1);
	world_record(w, &right);
	world_record(w, &right);
	assert_int_equal(count(w, c, STATE_FAILED), 1);
	assert_int_equal(world_tally(w, c, TALLY_FAILED, 131026), 1);
}

static void a_lost_lane_leaves_doubt(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C"), old = w->epoch, doubtful = 0;
	world_freeze(w, c);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 2), 2);
	w->now += 5;
	assert_int_equal(IN_JOB(w, lane_take(tx, w->sender, w->node, w->now, &w->epoch, &doubtful)), 0);
	check_invariants(w);
	assert_int_equal(doubtful, 2);
	assert_int_equal(w->epoch, old + 1);
	assert_int_equal(count(w, c, STATE_UNCONFIRMED), 2);
	assert_int_equal(world_row(w, c, 1).doubt_ms, w->now);
	assert_non_null(world_row(w, c, 1).detail);
	/* The lost node's answer came back to it after all: an acceptance is knowledge, a failure is as good. */
	struct outcome accepted = {OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now};
	assert_int_equal(IN_JOB(w, ledger_record(tx, old, &accepted, 1, w->now)), 0);
	check_invariants(w);
	assert_int_equal(world_row(w, c, 1).state, STATE_ACCEPTED);
	assert_int_equal(world_row(w, c, 2).state, STATE_UNCONFIRMED);
	assert_int_equal(IN_JOB(w, lane_take(tx, w->sender, w->node, w->now, &w->epoch, &doubtful)), 0);
	assert_int_equal(doubtful, 0);
}

static void unsent_rows_of_a_canceled_campaign_are_canceled(void **state)
{
	struct world *w = world_open(state, 4);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 3), 3);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	check_invariants(w);
	const struct outcome outcome[] = {
		{OUTCOME_RETRY, c, 1, 1, 130429, NULL, NULL, w->now + 5, w->now},
		{OUTCOME_UNSENT, c, 2, 1, 0, NULL, NULL, -1, w->now},
		{OUTCOME_ACCEPTED, c, 3, 1, 0, "wamid.3", NULL, -1, w->now},
	};
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch, outcome, 3, w->now)), 0);
	check_invariants(w);
	assert_int_equal(count(w, c, STATE_CANCELED), 2);
	assert_int_equal(count(w, c, STATE_ACCEPTED), 1);
	bool more = true;
	while (more)
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 2, &more)), 0);
	check_invariants(w);
	assert_int_equal(count(w, c, STATE_CANCELED), 3);
	assert_int_equal(count(w, c, STATE_QUEUED), 0);
}

static void a_campaign_is_over_with_its_last_row(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 4), 2);
	struct outcome first = {OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now};
	struct outcome second = {OUTCOME_UNCONFIRMED, c, 2, 1, 0, NULL, "no answer", -1, w->now};
	world_record(w, &first);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(IN_JOB(w, ledger_settle(tx, c, w->now)), 0);
	w->now += 9;
	world_record(w, &second);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(world_read(w, c).end_ms, w->now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(freezing_goes_in_batches),
		WORLD_ON_BOTH(freezing_is_for_campaigns_in_progress),
		WORLD_ON_BOTH(an_empty_audience_completes_at_once),
		WORLD_ON_BOTH(rules_skip_with_their_reason),
		WORLD_ON_BOTH(claims_come_in_order_and_once),
		WORLD_ON_BOTH(claims_follow_a_freeze_still_under_way),
		WORLD_ON_BOTH(an_older_epoch_is_fenced),
		WORLD_ON_BOTH(nothing_is_claimed_while_held),
		WORLD_ON_BOTH(an_opt_out_after_the_freeze_is_heeded),
		WORLD_ON_BOTH(rows_past_the_deadline_are_skipped),
		WORLD_ON_BOTH(each_outcome_moves_its_row),
		WORLD_ON_BOTH(a_retry_waits_for_its_time),
		WORLD_ON_BOTH(an_unsent_row_is_claimed_again_as_the_same_attempt),
		WORLD_ON_BOTH(outcomes_of_others_are_left_alone),
		WORLD_ON_BOTH(a_lost_lane_leaves_doubt),
		WORLD_ON_BOTH(unsent_rows_of_a_canceled_campaign_are_canceled),
		WORLD_ON_BOTH(a_campaign_is_over_with_its_last_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
