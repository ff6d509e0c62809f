/* A commit that failed and stands all the same: the database did it, and its answer was lost with the connection. Each commit of
 * a campaign in turn, and many in one campaign: nobody is taken twice, nobody is left behind, and nothing waits for a person. */
#include "delivery/test_stage.h"

#include "base/log.h"
#include "sql/sql.h"

static bool (*is_lost)(void); /* NULL: no commit is */
static int n_commits, lose_at;
static uint64_t dice;

/* The linker gives us the store's calls; the names are its own. */
int __real_sql_commit(struct sql_db *db); /* NOLINT(bugprone-reserved-identifier) */
int __wrap_sql_commit(struct sql_db *db); /* NOLINT(bugprone-reserved-identifier) */

int __wrap_sql_commit(struct sql_db *db) /* NOLINT(bugprone-reserved-identifier) */
{
	int result = __real_sql_commit(db);
	return is_lost && is_lost() ? -1 : result;
}

static bool lost_once(void)
{
	return ++n_commits == lose_at;
}

static bool lost_often(void)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	n_commits++;
	return dice >> 62 == 0;
}

/* Of everything something: refusals, messages that wait, a transport that does not begin, and one that nobody answers. */
static struct stage_reply mixed(struct stage *s, const struct stage_call *call)
{
	(void)s;
	if (call->seq == 2)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131026};
	if (call->attempt == 1 && call->seq == 4)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 130429};
	if (call->attempt == 1 && call->seq == 5)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131056};
	if (call->attempt == 1 && call->seq == 7)
		return (struct stage_reply){.kind = STAGE_TIMEOUT, .latency_us = 1000000};
	if (call->seq == 9 && s->script_step++ == 0)
		return (struct stage_reply){.kind = STAGE_CLOSED};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

#define N 12

static int64_t start(struct stage *s, const char *on_unconfirmed)
{
	log_set_fd(-1); /* errors are what is wanted here */
	s->trouble = true;
	s->audience = 600; /* not every invariant after every step: there are many scenarios */
	s->script = mixed;
	struct campaign_request req = world_request(s->w, "Lost");
	req.on_unconfirmed = on_unconfirmed;
	req.schedule_ms = s->now.wall + SECOND_MS;
	int64_t campaign = stage_create(s, &req);
	n_commits = 0;
	return campaign;
}

static void finish(struct stage *s, int64_t campaign, bool resend)
{
	stage_run(s, 20 * MINUTE_MS);
	is_lost = NULL;
	for (int64_t seq = 1; resend && seq <= N; seq++)
		if (stage_count(s, campaign, STATE_UNCONFIRMED) && world_row(s->w, campaign, seq).state == STATE_ACCEPTED)
			stage_webhook(s, campaign, seq, STATE_SENT);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_QUEUED, 0);
	stage_check_count(s, campaign, STATE_CLAIMED, 0);
	stage_check_count(s, campaign, STATE_FAILED, 1);
	stage_check_count(s, campaign, STATE_UNCONFIRMED, resend ? 0 : 1);
	assert_int_equal(stage_most_taken(s, campaign), 1);
	assert_int_equal(stage_n_taken(s, campaign), resend ? N - 1 : N - 2);
}

static int teardown(void **state)
{
	is_lost = NULL;
	log_set_fd(2);
	return stage_teardown(state);
}

static void test_each_commit_in_turn(void **state)
{
	for (lose_at = 1; lose_at == 1 || n_commits >= lose_at - 1; lose_at++) {
		struct stage *s = stage_open(state, N);
		bool resend = lose_at % 2;
		int64_t campaign = start(s, resend ? "resend" : "hold");
		is_lost = lost_once;
		finish(s, campaign, resend);
		assert_in_range(n_commits, 10, 200);
		teardown(state);
		*state = &engines_list[SQL_SQLITE];
	}
}

static void test_one_commit_in_four(void **state)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct stage *s = stage_open(state, N);
		bool resend = seed % 2;
		int64_t campaign = start(s, resend ? "resend" : "hold");
		dice = seed;
		is_lost = lost_often;
		finish(s, campaign, resend);
		teardown(state);
		*state = &engines_list[SQL_SQLITE];
	}
}

#define LOST_TEST(f)                                         \
	{                                                    \
#f, f, NULL, NULL, &engines_list[SQL_SQLITE] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOST_TEST(test_each_commit_in_turn),
		LOST_TEST(test_one_commit_in_four),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
