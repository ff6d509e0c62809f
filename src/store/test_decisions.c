/* What a person says of messages that are unconfirmed. */
#include "store/decisions.h"

#include <string.h>

#include "store/activity.h"
#include "store/test_world.h"

/* To none of them, in one transaction. */
static void no_answer(struct world *w, const struct claimed_row *row, int n)
{
	struct outcome *outcome = arena_array(w->arena, (size_t)n, sizeof(*outcome));
	for (int i = 0; i < n; i++)
		outcome[i] = (struct outcome){
			OUTCOME_UNCONFIRMED, row[i].campaign_no, row[i].seq, row[i].attempt, 0, NULL, "no answer", -1, w->now};
	assert_int_equal(IN_JOB(w, ledger_record(tx, w->epoch, outcome, n, w->now)), 0);
}

static int64_t in_doubt(struct world *w, const struct campaign_request *req, int n)
{
	struct claimed_row *row = arena_array(w->arena, (size_t)n, sizeof(*row));
	int64_t c = world_create(w, req);
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, n), n);
	no_answer(w, row, n);
	return c;
}

static const char *why;

static int decide(struct world *w, int64_t c, enum decision decision, const int64_t *seq, int n, int64_t *ret_n)
{
	why = NULL;
	*ret_n = -1;
	return IN_JOB(w, campaign_decide(tx, w->account, c, decision, seq, n, w->now, ret_n, &why));
}

static void those_that_are_named_are_sent_again(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request req = world_request(w, "C");
	struct claimed_row row[4];
	int64_t c = in_doubt(w, &req, 3), n;
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	w->now += HOUR_MS;
	assert_int_equal(decide(w, c, DECISION_RESEND, (const int64_t[]){2, 77}, 2, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(decide(w, c, DECISION_RESEND, (const int64_t[]){2}, 1, &n), 0); /* said twice */
	assert_int_equal(n, 0);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(world_read(w, c).count[STATE_UNCONFIRMED], 2);
	check_invariants(w);
	assert_int_equal(world_claim(w, c, row, 4), 1);
	assert_int_equal(row[0].seq, 2);
	assert_int_equal(row[0].attempt, 2);
	world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, 2, 2, 0, "wamid.2", NULL, -1, w->now});
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	check_invariants(w);
}

/* Whatever comes of the first try after all settles the row, and then nothing is sent. */
static void word_of_the_first_try_settles_it(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "C");
	struct claimed_row row[4];
	int64_t c = in_doubt(w, &req, 2), n;
	w->now += HOUR_MS;
	assert_int_equal(decide(w, c, DECISION_RESEND, NULL, 0, &n), 0);
	assert_int_equal(n, 2);
	const struct status_update delivered = {
		.campaign_no = c, .seq = 1, .attempt = 1, .state = STATE_DELIVERED, .wamid = "wamid.1", .at = w->now};
	assert_int_equal(world_apply(w, &delivered).moved, 1);
	world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, 2, 1, 0, "wamid.2", NULL, -1, w->now});
	assert_int_equal(world_claim(w, c, row, 4), 0);
	assert_int_equal(world_row(w, c, 1).state, STATE_DELIVERED);
	assert_int_equal(world_row(w, c, 2).state, STATE_ACCEPTED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	check_invariants(w);
}

/* A row given up keeps its place in the budget, and rises when it turns out to have arrived. */
static void those_given_up_may_have_arrived(void **state)
{
	struct world *w = world_open(state, 4);
	world_limit(w, w->sender, "500", 100);
	struct campaign_request req = world_request(w, "C");
	int64_t c = in_doubt(w, &req, 4), n;
	assert_int_equal(decide(w, c, DECISION_GIVE_UP, NULL, 0, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(world_tally(w, c, 2, RULE_GIVEN_UP), 4);
	assert_int_equal(world_int(w, "SELECT used FROM portfolio WHERE limit_24h = 100"), 4);
	const struct status_update read = {
		.campaign_no = c, .seq = 1, .attempt = 1, .state = STATE_READ, .wamid = "wamid.1", .at = w->now};
	const struct status_update failed = {.campaign_no = c,
	                                     .seq = 2,
	                                     .attempt = 1,
	                                     .state = STATE_FAILED,
	                                     .wamid = "wamid.2",
	                                     .code = 131026,
	                                     .at = w->now};
	struct status_update capped = failed;
	capped.seq = 3;
	capped.code = 131049;
	assert_int_equal(world_apply(w, &read).moved, 1);
	assert_int_equal(world_apply(w, &failed).moved, 1);
	assert_int_equal(world_apply(w, &capped).moved, 1);
	world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, 4, 1, 0, "wamid.4", NULL, -1, w->now});
	assert_int_equal(world_row(w, c, 1).state, STATE_READ);
	assert_int_equal(world_row(w, c, 2).state, STATE_FAILED);
	assert_int_equal(world_row(w, c, 3).state, STATE_FAILED); /* not tried again: it was given up */
	assert_int_equal(world_row(w, c, 4).state, STATE_ACCEPTED);
	assert_int_equal(world_tally(w, c, 2, RULE_GIVEN_UP), 0);
	check_invariants(w);
}

static void nothing_is_said_of_what_was_never_sent(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "C");
	int64_t c = world_create(w, &req), n;
	world_freeze(w, c);
	assert_int_equal(decide(w, c, DECISION_GIVE_UP, NULL, 0, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(world_read(w, c).count[STATE_QUEUED], 2);
	/* skipped by a rule before anything was sent: no status can be of it */
	world_script(w, "UPDATE ledger SET state = 8, code = 1, attempts = 1 WHERE seq = 1");
	world_script(
		w,
		"UPDATE tally SET n = 1 WHERE kind = 0 AND bucket = 0; INSERT INTO tally VALUES (%lld, 0, 8, 1), (%lld, 2, 1, 1)",
		(long long)c, (long long)c);
	const struct status_update read = {
		.campaign_no = c, .seq = 1, .attempt = 1, .state = STATE_READ, .wamid = "wamid.1", .at = w->now};
	assert_int_equal(world_apply(w, &read).moved, 0);
	check_invariants(w);
}

static void what_forbids_to_send_again(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "Late");
	req.deadline_ms = w->now + HOUR_MS;
	int64_t late = in_doubt(w, &req, 2), n;
	req = world_request(w, "Canceled");
	int64_t canceled = world_create(w, &req);
	world_freeze(w, canceled);
	struct claimed_row row[1];
	assert_int_equal(world_claim(w, canceled, row, 1), 1);
	world_record(w, &(struct outcome){OUTCOME_UNCONFIRMED, canceled, 1, 1, 0, NULL, "no answer", -1, w->now});
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, canceled, w->now)), 0);
	w->now += HOUR_MS + 1;
	assert_int_equal(decide(w, late, DECISION_RESEND, NULL, 0, &n), 2);
	assert_non_null(strstr(why, "deadline"));
	assert_int_equal(decide(w, canceled, DECISION_RESEND, NULL, 0, &n), 2);
	assert_non_null(strstr(why, "canceled"));
	assert_int_equal(decide(w, canceled, DECISION_GIVE_UP, NULL, 0, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(decide(w, 77, DECISION_GIVE_UP, NULL, 0, &n), 1);
	assert_int_equal(IN_JOB(w, campaign_decide(tx, w->account + 1, late, DECISION_GIVE_UP, NULL, 0, w->now, &n, &why)), 1);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, late, w->now)), 0);
	assert_int_equal(decide(w, late, DECISION_GIVE_UP, NULL, 0, &n), 1);
}

/* The first some hundred at once, the rest step by step, each once: what is in doubt anew meanwhile is another matter. */
static void many_go_in_steps(void **state)
{
	struct world *w = world_open(state, 700);
	struct campaign_request req = world_request(w, "C");
	struct claimed_row *row = arena_array(w->arena, 700, sizeof(*row));
	int64_t c = in_doubt(w, &req, 700), n;
	bool more = true;
	int n_steps = 0;
	assert_int_equal(decide(w, c, DECISION_RESEND, NULL, 0, &n), 0);
	assert_int_equal(n, 700);
	assert_int_equal(world_read(w, c).count[STATE_QUEUED], 500);
	w->now += 1;
	int n_claimed = world_claim(w, c, row, 700);
	assert_int_equal(n_claimed, 500);
	no_answer(w, row, n_claimed);
	for (; more; n_steps++)
		assert_int_equal(IN_JOB(w, decisions_step(tx, 60, w->now, &more)), 0);
	assert_int_equal(n_steps, 5); /* four with rows, and one that finds nothing under way */
	assert_int_equal(world_read(w, c).count[STATE_QUEUED], 200);
	assert_int_equal(world_read(w, c).count[STATE_UNCONFIRMED], 500);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger WHERE attempts > 2"), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM activity WHERE action = %d", ACTIVITY_CAMPAIGN_RESENT), 1);
	check_invariants(w);
}

static void a_cancel_ends_it(void **state)
{
	struct world *w = world_open(state, 600);
	struct campaign_request req = world_request(w, "C");
	int64_t c = in_doubt(w, &req, 600), n;
	bool more = true;
	assert_int_equal(decide(w, c, DECISION_RESEND, NULL, 0, &n), 0);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	while (more)
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 1000, &more)), 0);
	for (more = true; more;)
		assert_int_equal(IN_JOB(w, decisions_step(tx, 60, w->now, &more)), 0);
	assert_int_equal(world_read(w, c).count[STATE_UNCONFIRMED], 100);
	assert_int_equal(world_read(w, c).count[STATE_CANCELED], 500);
	check_invariants(w);
	/* word of the first try comes all the same; of one that was never made there is none */
	const struct status_update delivered = {
		.campaign_no = c, .seq = 1, .attempt = 1, .state = STATE_DELIVERED, .wamid = "wamid.1", .at = w->now};
	struct status_update capped = delivered;
	capped.seq = 2;
	capped.state = STATE_FAILED;
	capped.code = 131049;
	assert_int_equal(world_apply(w, &delivered).moved, 1);
	assert_int_equal(world_apply(w, &capped).moved, 1);
	world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, 3, 1, 0, "wamid.3", NULL, -1, w->now});
	assert_int_equal(world_row(w, c, 1).state, STATE_DELIVERED);
	assert_int_equal(world_row(w, c, 2).state, STATE_FAILED); /* not tried again */
	assert_int_equal(world_row(w, c, 3).state, STATE_ACCEPTED);
	assert_int_equal(world_read(w, c).count[STATE_CANCELED], 497);
	world_script(w, "UPDATE ledger SET doubt_ms = NULL WHERE seq = 4");
	struct status_update foreign = delivered;
	foreign.seq = 4;
	assert_int_equal(world_apply(w, &foreign).moved, 0);
	check_invariants(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(those_that_are_named_are_sent_again),
		WORLD_ON_BOTH(word_of_the_first_try_settles_it),
		WORLD_ON_BOTH(those_given_up_may_have_arrived),
		WORLD_ON_BOTH(nothing_is_said_of_what_was_never_sent),
		WORLD_ON_BOTH(what_forbids_to_send_again),
		WORLD_ON_BOTH(many_go_in_steps),
		WORLD_ON_BOTH(a_cancel_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
