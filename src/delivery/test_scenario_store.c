/* When the database fails for a while: nothing leaves that is not claimed, no answer is lost, and all goes on by itself. The
 * failures are triggers that refuse one kind of change. */
#include "delivery/test_stage.h"

#include "base/log.h"

static struct stage *open_quietly(void **state, int n)
{
	struct stage *s = stage_open(state, n);
	log_set_fd(-1); /* errors are what is wanted here */
	return s;
}

static int teardown(void **state)
{
	log_set_fd(2);
	return stage_teardown(state);
}

#define STORE_TEST(f)                                            \
	{                                                        \
#f, f, NULL, teardown, &engines_list[SQL_SQLITE] \
	}

static void break_store(struct stage *s, const char *change, const char *when)
{
	s->trouble = true;
	world_script(s->w, "CREATE TRIGGER trouble BEFORE %s WHEN %s BEGIN SELECT RAISE(ABORT, 'trouble'); END", change, when);
}

static void mend_store(struct stage *s)
{
	world_script(s->w, "DROP TRIGGER trouble");
}

static void check_all_sent_once(struct stage *s, int64_t campaign, int n)
{
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, n);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	assert_int_equal(s->n_posts, n);
}

static void test_records_fail(void **state)
{
	struct stage *s = open_quietly(state, 200);
	int64_t campaign = stage_campaign(s, "Records");
	stage_run(s, 500);
	break_store(s, "UPDATE ON ledger", "NEW.state = 3");
	stage_run(s, 1000);
	int before = s->n_posts;
	assert_in_range(stage_count(s, campaign, STATE_CLAIMED), 5, 24); /* the window is full, */
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, before); /* hence nothing leaves */
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_in_range(s->n_steps - steps, 100, 700); /* tried again now and then */
	mend_store(s);
	check_all_sent_once(s, campaign, 200);
}

static void test_claims_fail(void **state)
{
	struct stage *s = open_quietly(state, 200);
	int64_t campaign = stage_campaign(s, "Claims");
	stage_run(s, 500);
	break_store(s, "UPDATE ON ledger", "NEW.state = 1");
	int before = s->n_posts;
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_in_range(s->n_posts, before, before + 1);
	assert_in_range(s->n_steps - steps, 50, 300);
	mend_store(s);
	check_all_sent_once(s, campaign, 200);
}

static void test_freezing_fails(void **state)
{
	struct stage *s = open_quietly(state, 20);
	break_store(s, "INSERT ON ledger", "NEW.seq = 10");
	int64_t campaign = stage_campaign(s, "Freezing");
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, 0);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM ledger"), 0);
	assert_in_range(s->n_steps - steps, 50, 300);
	mend_store(s);
	check_all_sent_once(s, campaign, 20);
}

static void test_start_fails(void **state)
{
	struct stage *s = open_quietly(state, 20);
	struct campaign_request req = world_request(s->w, "Start");
	req.schedule_ms = s->now.wall + 10 * SECOND_MS;
	int64_t campaign = stage_create(s, &req);
	break_store(s, "UPDATE ON campaign", "NEW.status = 1");
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, 0);
	assert_in_range(s->n_steps - steps, 50, 400);
	mend_store(s);
	check_all_sent_once(s, campaign, 20);
	assert_in_range(world_read(s->w, campaign).start_ms, WORLD_START + MINUTE_MS, WORLD_START + MINUTE_MS + 2000);
}

static void test_sweeping_fails(void **state)
{
	struct stage *s = open_quietly(state, 200);
	int64_t campaign = stage_campaign(s, "Sweeping");
	stage_run(s, 500);
	break_store(s, "UPDATE ON ledger", "NEW.state = 9");
	assert_int_equal(IN_JOB(s->w, campaign_cancel(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_in_range(s->n_steps - steps, 50, 300);
	mend_store(s);
	stage_rest(s);
	stage_check_count(s, campaign, STATE_QUEUED, 0);
	stage_check_count(s, campaign, STATE_CANCELED, 200 - s->n_posts);
}

static void test_lane_cannot_be_taken(void **state)
{
	struct stage *s = open_quietly(state, 20);
	break_store(s, "UPDATE ON sender", "NEW.epoch <> OLD.epoch");
	int64_t campaign = stage_campaign(s, "Lane");
	int64_t steps = s->n_steps;
	stage_run(s, MINUTE_MS);
	assert_int_equal(s->n_posts, 0);
	assert_in_range(s->n_steps - steps, 50, 300);
	mend_store(s);
	check_all_sent_once(s, campaign, 20);
}

static struct stage_reply doubtful_first(struct stage *s, const struct stage_call *call)
{
	(void)s;
	return (struct stage_reply){.kind = call->seq == 1 && call->attempt == 1 ? STAGE_TIMEOUT : STAGE_ACCEPTED};
}

static void test_resending_fails(void **state)
{
	struct stage *s = open_quietly(state, 20);
	s->script = doubtful_first;
	struct campaign_request req = world_request(s->w, "Resend");
	req.on_unconfirmed = "resend";
	int64_t campaign = stage_create(s, &req);
	stage_run(s, MINUTE_MS);
	break_store(s, "UPDATE ON ledger", "OLD.state = 2 AND NEW.state = 0");
	int64_t steps = s->n_steps;
	stage_run(s, 17 * MINUTE_MS); /* the window is over after fourteen */
	assert_int_equal(s->n_posts, 20);
	assert_in_range(s->n_steps - steps, 5, 60); /* a window that it may have missed webhooks in is waited for again */
	mend_store(s);
	stage_rest(s);
	stage_check_completed(s, campaign);
	assert_int_equal(s->n_posts, 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_records_fail),    STORE_TEST(test_claims_fail),    STORE_TEST(test_freezing_fails),
		STORE_TEST(test_start_fails),     STORE_TEST(test_sweeping_fails), STORE_TEST(test_lane_cannot_be_taken),
		STORE_TEST(test_resending_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
