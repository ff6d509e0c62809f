/* Messages that WhatsApp holds back from a person (131049). Source: Meta's page on per-user marketing limits: not again within 24
 * hours, and it says so by webhook, after it has taken the message. */
#include "model/number.h"
#include "store/test_world.h"

#define CAPPED 131049

static int64_t accepted(struct world *w, struct campaign_request *req, int n)
{
	struct claimed_row row[16];
	int64_t c = world_create(w, req);
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, n), n);
	for (int i = 0; i < n; i++)
		world_record(w, &(struct outcome){.kind = OUTCOME_ACCEPTED,
		                                  .campaign_no = c,
		                                  .seq = row[i].seq,
		                                  .attempt = row[i].attempt,
		                                  .wamid = "wamid.first",
		                                  .at = w->now});
	return c;
}

static struct apply_result says(struct world *w, int64_t c, int64_t seq, int attempt, enum state state)
{
	const struct status_update update = {.campaign_no = c,
	                                     .seq = seq,
	                                     .attempt = attempt,
	                                     .state = state,
	                                     .wamid = "wamid.hook",
	                                     .code = state == STATE_FAILED ? CAPPED : 0,
	                                     .detail = state == STATE_FAILED ? "held back" : NULL,
	                                     .at = w->now};
	return world_apply(w, &update);
}

static void again(struct world *w, int64_t c, int64_t seq, int attempt)
{
	struct claimed_row row[4];
	w->now = world_row(w, c, seq).not_before;
	assert_int_equal(world_claim(w, c, row, 4), 1);
	assert_int_equal(row[0].seq, seq);
	assert_int_equal(row[0].attempt, attempt);
	world_record(w, &(struct outcome){.kind = OUTCOME_ACCEPTED,
	                                  .campaign_no = c,
	                                  .seq = seq,
	                                  .attempt = attempt,
	                                  .wamid = "wamid.again",
	                                  .at = w->now});
}

static void it_waits_for_a_day_and_longer_each_time(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request req = world_request(w, "Offer");
	req.deadline_ms = w->now + 30 * DAY_MS;
	int64_t c = accepted(w, &req, 3);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED); /* all were handed over */
	struct apply_result result = says(w, c, 2, 1, STATE_FAILED);
	assert_true(result.queued);
	struct ledger_row row = world_row(w, c, 2);
	assert_int_equal(row.state, STATE_QUEUED);
	assert_int_equal(row.code, CAPPED);
	assert_null(row.wamid);
	assert_int_equal(row.accepted_ms, -1);
	assert_in_range(row.not_before - w->now, DAY_MS, DAY_MS + DAY_MS / 20);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_IN_PROGRESS); /* and one of them was not, after all */
	assert_int_equal(world_read(w, c).end_ms, -1);
	again(w, c, 2, 2);
	(void)says(w, c, 2, 2, STATE_SENT);
	(void)says(w, c, 2, 2, STATE_FAILED);
	assert_in_range(world_row(w, c, 2).not_before - w->now, DAY_MS * 3 / 2, DAY_MS * 3 / 2 + DAY_MS * 3 / 40);
	again(w, c, 2, 3);
	(void)says(w, c, 2, 3, STATE_DELIVERED);
	assert_int_equal(world_row(w, c, 2).state, STATE_DELIVERED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(world_tally(w, c, 3, 0), 3);
}

static void who_waits_for_it_is_counted(void **state)
{
	struct world *w = world_open(state, 4);
	struct campaign_request req = world_request(w, "Offer");
	req.deadline_ms = w->now + 30 * DAY_MS;
	int64_t c = accepted(w, &req, 3), n = -1;
	msec_t last = 0;
	assert_int_equal(IN_JOB(w, ledger_late(tx, c, w->now, 10, &n, &last)), 0);
	assert_int_equal(n, 0);
	assert_int_equal(last, -1);
	for (int seq = 1; seq <= 3; seq++, w->now += MINUTE_MS)
		(void)says(w, c, seq, 1, STATE_FAILED);
	msec_t first = world_int(w, "SELECT MIN(not_before) FROM ledger WHERE campaign_no = %lld", (long long)c);
	assert_int_equal(IN_JOB(w, ledger_late(tx, c, w->now, 10, &n, &last)), 0);
	assert_int_equal(n, 3);
	assert_int_equal(last, world_int(w, "SELECT MAX(not_before) FROM ledger WHERE campaign_no = %lld", (long long)c));
	assert_int_equal(IN_JOB(w, ledger_late(tx, c, first, 10, &n, &last)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(IN_JOB(w, ledger_late(tx, c, w->now, 2, &n, &last)), 0);
	assert_int_equal(n, 2); /* no more are counted */
	assert_int_equal(IN_JOB(w, ledger_late(tx, c, last, 10, &n, &last)), 0);
	assert_int_equal(n, 0);
	assert_int_equal(last, -1);
}

static void it_has_failed_where_the_next_try_is_beyond_the_deadline(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "Offer"); /* none is given: three days from the first try */
	struct claimed_row first[2];
	int64_t c = world_create(w, &req);
	world_freeze(w, c);
	w->now += 20 * DAY_MS; /* it was held all the time */
	assert_int_equal(world_claim(w, c, first, 2), 2);
	for (int64_t seq = 1; seq <= 2; seq++)
		world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, seq, 1, 0, "wamid.first", NULL, -1, w->now});
	(void)says(w, c, 1, 1, STATE_FAILED);
	again(w, c, 1, 2);
	(void)says(w, c, 1, 2, STATE_FAILED);
	again(w, c, 1, 3);
	(void)says(w, c, 1, 3, STATE_FAILED);
	struct ledger_row row = world_row(w, c, 1);
	assert_int_equal(row.state, STATE_FAILED);
	assert_int_equal(row.code, CAPPED);
	assert_int_equal(row.attempts, 3);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(world_tally(w, c, 1, CAPPED), 1);
}

/* What is said late or twice of a try that was held back; a delivery alone is news. */
static void later_words_of_an_earlier_try(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request req = world_request(w, "Offer");
	int64_t c = accepted(w, &req, 3);
	for (int64_t seq = 1; seq <= 3; seq++)
		(void)says(w, c, seq, 1, STATE_FAILED);
	msec_t at = world_row(w, c, 1).not_before;
	w->now += HOUR_MS;
	assert_int_equal(says(w, c, 1, 1, STATE_FAILED).known, 1);
	assert_int_equal(says(w, c, 1, 1, STATE_SENT).known, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_QUEUED);
	assert_int_equal(world_row(w, c, 1).not_before, at);
	assert_int_equal(says(w, c, 2, 1, STATE_DELIVERED).moved, 1); /* nobody is written to twice */
	assert_int_equal(world_row(w, c, 2).state, STATE_DELIVERED);
	again(w, c, 1, 2);
	assert_int_equal(says(w, c, 1, 1, STATE_FAILED).known, 1);
	assert_int_equal(says(w, c, 1, 1, STATE_SENT).known, 1);
	assert_int_equal(world_row(w, c, 1).state, STATE_ACCEPTED);
}

/* The webhook is faster than our own record of the answer. */
static void a_word_before_the_answer(void **state)
{
	struct world *w = world_open(state, 1);
	struct claimed_row row[1];
	int64_t c = world_campaign(w, "Offer");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	(void)says(w, c, 1, 1, STATE_FAILED);
	world_record(
		w,
		&(struct outcome){
			.kind = OUTCOME_ACCEPTED, .campaign_no = c, .seq = 1, .attempt = 1, .wamid = "wamid.late", .at = w->now});
	assert_int_equal(world_row(w, c, 1).state, STATE_QUEUED);
	again(w, c, 1, 2);
}

static void it_comes_as_the_answer_too(void **state)
{
	struct world *w = world_open(state, 1);
	struct claimed_row row[1];
	int64_t c = world_campaign(w, "Offer");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	world_record(w, &(struct outcome){
				.kind = OUTCOME_CAPPED, .campaign_no = c, .seq = 1, .attempt = 1, .code = CAPPED, .at = w->now});
	assert_int_equal(world_row(w, c, 1).state, STATE_QUEUED);
	assert_in_range(world_row(w, c, 1).not_before - w->now, DAY_MS, DAY_MS + DAY_MS / 20);
	again(w, c, 1, 2);
}

static void a_campaign_may_not_want_it(void **state)
{
	struct world *w = world_open(state, 1);
	struct campaign_request req = world_request(w, "Offer");
	req.on_capped = "fail";
	int64_t c = accepted(w, &req, 1);
	assert_false(says(w, c, 1, 1, STATE_FAILED).queued);
	assert_int_equal(world_row(w, c, 1).state, STATE_FAILED);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
}

static void there_is_nothing_to_wait_for(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "Offer");
	int64_t c = accepted(w, &req, 2);
	/* Meta delivers no marketing in the United States */
	world_script(w, "UPDATE ledger SET country = %d WHERE seq = 1", number_region_code("US"));
	const struct status_update update = {
		.campaign_no = c, .seq = 1, .attempt = 1, .state = STATE_FAILED, .wamid = "w", .code = CAPPED, .at = w->now};
	struct apply_result result;
	assert_int_equal(IN_JOB(w, ledger_apply(tx, w->hash, &update, 1, w->now, &result)), 0);
	assert_int_equal(world_row(w, c, 1).state, STATE_FAILED);
	/* a deleted campaign is not sent on */
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, c, w->now)), 0);
	const struct status_update second = {
		.campaign_no = c, .seq = 2, .attempt = 1, .state = STATE_FAILED, .wamid = "w", .code = CAPPED, .at = w->now};
	assert_int_equal(IN_JOB(w, ledger_apply(tx, w->hash, &second, 1, w->now, &result)), 0);
	assert_false(result.queued);
}

static void past_the_deadline_it_has_failed(void **state)
{
	struct world *w = world_open(state, 1);
	struct campaign_request req = world_request(w, "Offer");
	struct claimed_row row[1];
	int64_t c = accepted(w, &req, 1);
	(void)says(w, c, 1, 1, STATE_FAILED);
	w->now += 4 * DAY_MS; /* it was held all the time */
	assert_int_equal(world_claim(w, c, row, 1), 0);
	assert_int_equal(world_row(w, c, 1).state, STATE_FAILED);
	assert_int_equal(world_row(w, c, 1).code, CAPPED);
}

static void a_canceled_campaign_is_not_sent_on(void **state)
{
	struct world *w = world_open(state, 2);
	struct campaign_request req = world_request(w, "Offer");
	int64_t c = accepted(w, &req, 2);
	(void)says(w, c, 1, 1, STATE_FAILED);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	(void)says(w, c, 2, 1, STATE_FAILED);
	assert_int_equal(world_row(w, c, 2).state, STATE_FAILED);
	bool more = true;
	while (more)
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 10, &more)), 0);
	assert_int_equal(world_row(w, c, 1).state, STATE_CANCELED);
}

static void people_are_remembered(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request req = world_request(w, "Offer");
	int64_t c = accepted(w, &req, 3);
	(void)says(w, c, 1, 1, STATE_FAILED);
	(void)says(w, c, 3, 1, STATE_FAILED);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM capped WHERE account_no = %lld AND at_ms = %lld",
	                           (long long)w->account, (long long)w->now),
	                 2);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM capped WHERE number = '447000000003'"), 1);
	again(w, c, 1, 2);
	(void)says(w, c, 1, 2, STATE_FAILED);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM capped"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(it_waits_for_a_day_and_longer_each_time),
		WORLD_ON_BOTH(who_waits_for_it_is_counted),
		WORLD_ON_BOTH(it_has_failed_where_the_next_try_is_beyond_the_deadline),
		WORLD_ON_BOTH(later_words_of_an_earlier_try),
		WORLD_ON_BOTH(a_word_before_the_answer),
		WORLD_ON_BOTH(it_comes_as_the_answer_too),
		WORLD_ON_BOTH(a_campaign_may_not_want_it),
		WORLD_ON_BOTH(there_is_nothing_to_wait_for),
		WORLD_ON_BOTH(past_the_deadline_it_has_failed),
		WORLD_ON_BOTH(a_canceled_campaign_is_not_sent_on),
		WORLD_ON_BOTH(people_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
