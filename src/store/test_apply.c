/* What webhooks do to rows, in whatever order they come, and what is sent again when they do not. */
#include <string.h>

#include "store/tally.h"
#include "store/test_world.h"

static int64_t running(struct world *w, int rows, const char *on_unconfirmed)
{
	struct campaign_request req = world_request(w, NULL);
	req.on_unconfirmed = on_unconfirmed;
	int64_t c = world_create(w, &req);
	world_freeze(w, c);
	struct claimed_row row[16];
	if (rows > 0)
		assert_int_equal(world_claim(w, c, row, rows), rows);
	return c;
}

static void record(struct world *w, int64_t c, int64_t seq, int attempt, enum outcome_kind kind)
{
	bool taken = kind == OUTCOME_ACCEPTED || kind == OUTCOME_HELD;
	struct outcome o = {kind, c, seq, attempt, 0, taken ? "wamid.x" : NULL, NULL, w->now, w->now};
	world_record(w, &o);
}

static struct apply_result apply(struct world *w, int64_t c, int64_t seq, int attempt, enum state to)
{
	bool failed = to == STATE_FAILED;
	struct status_update u = {.campaign_no = c,
	                          .seq = seq,
	                          .attempt = attempt,
	                          .state = to,
	                          .wamid = "wamid.x",
	                          .detail = failed ? "undeliverable" : NULL,
	                          .code = failed ? 131026 : 0,
	                          .at = w->now};
	return world_apply(w, &u);
}

static void rows_rise_step_by_step(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	record(w, c, 1, 1, OUTCOME_ACCEPTED);
	static const enum state steps[] = {STATE_SENT, STATE_DELIVERED, STATE_READ};
	for (int i = 0; i < 3; i++) {
		w->now += MINUTE_MS;
		struct apply_result result = apply(w, c, 1, 1, steps[i]);
		assert_int_equal(result.moved, 1);
		assert_int_equal(world_row(w, c, 1).state, steps[i]);
		result = apply(w, c, 1, 1, steps[i]);
		assert_int_equal(result.moved, 0);
		assert_int_equal(result.known, 1);
	}
	struct ledger_row row = world_row(w, c, 1);
	assert_int_equal(row.accepted_ms, WORLD_START);
	assert_int_equal(row.sent_ms, WORLD_START + MINUTE_MS);
	assert_int_equal(row.delivered_ms, WORLD_START + 2 * MINUTE_MS);
	assert_int_equal(row.read_ms, WORLD_START + 3 * MINUTE_MS);
	assert_int_equal(world_tally(w, c, TALLY_T_DELIVERED, row.delivered_ms / MINUTE_MS), 1);
	assert_int_equal(world_tally(w, c, TALLY_T_READ, row.read_ms / MINUTE_MS), 1);
	assert_int_equal(world_tally(w, c, TALLY_HANDED, 0), 1);
}

static void a_later_word_stands_in_any_order(void **state)
{
	struct world *w = world_open(state, 6);
	int64_t c = running(w, 6, NULL);
	static const enum state orders[6][3] = {
		{STATE_SENT, STATE_DELIVERED, STATE_READ}, {STATE_SENT, STATE_READ, STATE_DELIVERED},
		{STATE_DELIVERED, STATE_SENT, STATE_READ}, {STATE_DELIVERED, STATE_READ, STATE_SENT},
		{STATE_READ, STATE_SENT, STATE_DELIVERED}, {STATE_READ, STATE_DELIVERED, STATE_SENT},
	};
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 3; k++)
			(void)apply(w, c, i + 1, 1, orders[i][k]);
		/* Our own record comes last of all, and takes nothing away. */
		record(w, c, i + 1, 1, OUTCOME_ACCEPTED);
		struct ledger_row row = world_row(w, c, i + 1);
		assert_int_equal(row.state, STATE_READ);
		assert_string_equal(row.wamid, "wamid.x");
	}
	assert_int_equal(world_tally(w, c, TALLY_HANDED, 0), 6);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

static void a_batch_keeps_the_order_of_one_row(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t c = running(w, 2, NULL);
	const struct status_update batch[] = {
		{.campaign_no = c,
	         .seq = 2,
	         .attempt = 1,
	         .state = STATE_SENT,
	         .wamid = "wamid.2",
	         .detail = NULL,
	         .code = 0,
	         .at = w->now},
		{.campaign_no = c,
	         .seq = 1,
	         .attempt = 1,
	         .state = STATE_SENT,
	         .wamid = "wamid.1",
	         .detail = NULL,
	         .code = 0,
	         .at = w->now + 1},
		{.campaign_no = c,
	         .seq = 2,
	         .attempt = 1,
	         .state = STATE_FAILED,
	         .wamid = "wamid.2",
	         .detail = "undeliverable",
	         .code = 131026,
	         .at = w->now + 2},
		{.campaign_no = c,
	         .seq = 2,
	         .attempt = 1,
	         .state = STATE_DELIVERED,
	         .wamid = "wamid.2",
	         .detail = NULL,
	         .code = 0,
	         .at = w->now + 3},
		{.campaign_no = c,
	         .seq = 1,
	         .attempt = 1,
	         .state = STATE_READ,
	         .wamid = "wamid.1",
	         .detail = NULL,
	         .code = 0,
	         .at = w->now + 4},
	};
	struct apply_result result;
	assert_int_equal(IN_JOB(w, ledger_apply(tx, w->hash, batch, 5, w->now, &result)), 0);
	check_invariants(w);
	assert_int_equal(result.moved, 4);
	assert_int_equal(result.known, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_READ);
	struct ledger_row failed = world_row(w, c, 2);
	assert_int_equal(failed.state, STATE_FAILED);
	assert_int_equal(failed.code, 131026);
	assert_string_equal(failed.detail, "undeliverable");
	assert_int_equal(world_tally(w, c, TALLY_FAILED, 131026), 1);
}

static void what_was_delivered_does_not_fail(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	(void)apply(w, c, 1, 1, STATE_DELIVERED);
	assert_int_equal(apply(w, c, 1, 1, STATE_FAILED).known, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_DELIVERED);
}

static void a_failure_before_our_record_stands(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	assert_int_equal(apply(w, c, 1, 1, STATE_FAILED).moved, 1);
	record(w, c, 1, 1, OUTCOME_ACCEPTED);
	struct ledger_row row = world_row(w, c, 1);
	assert_int_equal(row.state, STATE_FAILED);
	assert_int_equal(row.code, 131026);
}

static void strangers_change_nothing(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	struct sender_request other = world_sender_request(w, "Other", "1002");
	other.app_secret = "another app's secret";
	int64_t no;
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &other, w->now, &no)), 0);
	struct app_secret secret[2];
	int n;
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, secret, 2, &n)), 0);
	assert_int_equal(n, 2);
	const struct app_secret *foreign = &secret[memcmp(secret[0].hash, w->hash, SECRET_HASH_BYTES) == 0];
	const struct status_update u = {.campaign_no = c,
	                                .seq = 1,
	                                .attempt = 1,
	                                .state = STATE_SENT,
	                                .wamid = "wamid.x",
	                                .detail = NULL,
	                                .code = 0,
	                                .at = w->now};
	struct apply_result result;
	assert_int_equal(IN_JOB(w, ledger_apply(tx, foreign->hash, &u, 1, w->now, &result)), 0);
	assert_int_equal(result.foreign, 1);
	assert_int_equal(apply(w, c, 99, 1, STATE_SENT).foreign, 1);
	assert_int_equal(apply(w, 15, 1, 1, STATE_SENT).foreign, 1);
	assert_int_equal(apply(w, c, 1, 2, STATE_SENT).foreign, 1); /* an attempt that was never made */
	assert_int_equal(apply(w, c, 1, 0, STATE_SENT).foreign, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_CLAIMED);
}

static void a_failure_of_an_older_attempt_says_nothing(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	record(w, c, 1, 1, OUTCOME_RETRY);
	struct claimed_row row[2];
	assert_int_equal(world_claim(w, c, row, 2), 1);
	assert_int_equal(apply(w, c, 1, 1, STATE_FAILED).known, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_CLAIMED);
	assert_int_equal(apply(w, c, 1, 1, STATE_DELIVERED).moved, 1); /* but that it arrived is true of the person */
	assert_int_equal(world_row(w, c, 1).state, STATE_DELIVERED);
}

static void a_webhook_settles_doubt(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = running(w, 3, "resend");
	for (int seq = 1; seq <= 3; seq++)
		record(w, c, seq, 1, OUTCOME_UNCONFIRMED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(apply(w, c, 1, 1, STATE_SENT).moved, 1);
	assert_int_equal(apply(w, c, 2, 1, STATE_READ).moved, 1);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(apply(w, c, 3, 1, STATE_FAILED).moved, 1);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(world_tally(w, c, TALLY_HANDED, 0), 3);
}

static void a_held_message_is_released_by_its_status(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = running(w, 1, NULL);
	record(w, c, 1, 1, OUTCOME_HELD);
	assert_true(world_row(w, c, 1).held_by_meta);
	assert_int_equal(apply(w, c, 1, 1, STATE_SENT).moved, 1);
	assert_false(world_row(w, c, 1).held_by_meta);
}

/* ---- sending again ---- */

#define WINDOW (15 * MINUTE_MS)

static int64_t resend(struct world *w, msec_t *ret_next)
{
	int64_t queued = -1;
	assert_int_equal(IN_JOB(w, ledger_resend(tx, w->sender, WINDOW, 0, w->now, &queued, ret_next)), 0);
	check_invariants(w);
	return queued;
}

static void silence_is_evidence_only_beside_later_words(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = running(w, 1, "resend");
	struct claimed_row row[2];
	msec_t next;
	record(w, c, 1, 1, OUTCOME_UNCONFIRMED);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	record(w, c, 2, 1, OUTCOME_ACCEPTED);
	w->now = WORLD_START + WINDOW - 1;
	(void)apply(w, c, 2, 1, STATE_SENT);
	assert_int_equal(resend(w, &next), 0); /* the window is not over */
	assert_int_equal(next, WORLD_START + WINDOW);
	w->now = next;
	assert_int_equal(resend(w, &next), 1);
	assert_int_equal(next, -1);
	assert_int_equal(world_row(w, c, 1).state, STATE_QUEUED);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(row[0].seq, 1);
	assert_int_equal(row[0].attempt, 2);
}

static void words_of_earlier_messages_are_no_evidence(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = running(w, 1, "resend");
	struct claimed_row row[2];
	msec_t next;
	record(w, c, 1, 1, OUTCOME_ACCEPTED);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	record(w, c, 2, 1, OUTCOME_UNCONFIRMED);
	w->now += WINDOW;
	(void)apply(w, c, 1, 1, STATE_READ);
	assert_int_equal(resend(w, &next), 0);
	assert_true(next > w->now);
	assert_int_equal(world_row(w, c, 2).state, STATE_UNCONFIRMED);
}

static void a_late_word_of_a_first_try_is_no_evidence_for_its_second(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = running(w, 1, "resend");
	struct claimed_row row[2];
	msec_t next;
	record(w, c, 1, 1, OUTCOME_RETRY); /* claimed at the start; certainly not sent, says Meta */
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(row[0].seq, 1); /* the retry goes first: claimed again a minute later */
	record(w, c, 1, 2, OUTCOME_RETRY);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 2), 2);
	assert_int_equal(row[1].seq, 2);
	record(w, c, 2, 1, OUTCOME_UNCONFIRMED);
	record(w, c, 1, 3, OUTCOME_RETRY);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1); /* row 1, fourth try: claimed after row 2 */
	(void)apply(w, c, 1, 1, STATE_SENT);            /* a word of the first, which was claimed long before row 2 */
	w->now += WINDOW;
	assert_int_equal(resend(w, &next), 0);
	assert_int_equal(world_row(w, c, 2).state, STATE_UNCONFIRMED);
}

static void a_resting_lane_sends_one_probe_a_window(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = running(w, 3, "resend");
	msec_t next;
	for (int seq = 1; seq <= 3; seq++)
		record(w, c, seq, 1, OUTCOME_UNCONFIRMED);
	w->now += WINDOW - 1;
	assert_int_equal(resend(w, &next), 0);
	assert_int_equal(next, w->now + 1);
	w->now += 1;
	assert_int_equal(resend(w, &next), 1);
	assert_int_equal(next, w->now + WINDOW);
	assert_int_equal(resend(w, &next), 0); /* the probe waits in the queue */
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, c, row, 4), 1);
	record(w, c, 1, 2, OUTCOME_ACCEPTED);
	w->now += MINUTE_MS;
	assert_int_equal(resend(w, &next), 0); /* it may yet speak for the others */
	(void)apply(w, c, 1, 2, STATE_SENT);
	assert_int_equal(resend(w, &next), 2);
	assert_int_equal(world_claim(w, c, row, 4), 2);
	record(w, c, 2, 2, OUTCOME_ACCEPTED);
	record(w, c, 3, 2, OUTCOME_ACCEPTED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

static void an_answer_heard_late_prevents_a_second_message(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t c = running(w, 1, "resend"), old = w->epoch;
	struct claimed_row row[2];
	msec_t next;
	world_take_lane(w);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	(void)apply(w, c, 2, 1, STATE_SENT);
	w->now += WINDOW;
	assert_int_equal(resend(w, &next), 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_QUEUED);
	/* The node that was thought lost had its answer, and stores it now. */
	const struct outcome accepted = {OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now};
	assert_int_equal(IN_JOB(w, ledger_record(tx, old, &accepted, 1, w->now)), 0);
	check_invariants(w);
	assert_int_equal(world_row(w, c, 1).state, STATE_ACCEPTED);
	assert_int_equal(world_claim(w, c, row, 2), 0);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

static void campaigns_that_hold_are_never_sent_again(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t c = running(w, 1, "hold");
	struct claimed_row row[2];
	msec_t next;
	record(w, c, 1, 1, OUTCOME_UNCONFIRMED);
	w->now += MINUTE_MS;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	(void)apply(w, c, 2, 1, STATE_SENT);
	w->now += 10 * WINDOW;
	assert_int_equal(resend(w, &next), 0);
	assert_int_equal(next, -1);
	assert_int_equal(world_row(w, c, 1).state, STATE_UNCONFIRMED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(rows_rise_step_by_step),
		WORLD_ON_BOTH(a_later_word_stands_in_any_order),
		WORLD_ON_BOTH(a_batch_keeps_the_order_of_one_row),
		WORLD_ON_BOTH(what_was_delivered_does_not_fail),
		WORLD_ON_BOTH(a_failure_before_our_record_stands),
		WORLD_ON_BOTH(strangers_change_nothing),
		WORLD_ON_BOTH(a_failure_of_an_older_attempt_says_nothing),
		WORLD_ON_BOTH(a_webhook_settles_doubt),
		WORLD_ON_BOTH(a_held_message_is_released_by_its_status),
		WORLD_ON_BOTH(silence_is_evidence_only_beside_later_words),
		WORLD_ON_BOTH(words_of_earlier_messages_are_no_evidence),
		WORLD_ON_BOTH(a_late_word_of_a_first_try_is_no_evidence_for_its_second),
		WORLD_ON_BOTH(a_resting_lane_sends_one_probe_a_window),
		WORLD_ON_BOTH(an_answer_heard_late_prevents_a_second_message),
		WORLD_ON_BOTH(campaigns_that_hold_are_never_sent_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
