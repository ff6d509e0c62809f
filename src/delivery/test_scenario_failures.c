/* WhatsApp takes a message, and says afterwards, by webhook, that it failed: what the code says of the others stops them as it
 * would in an answer, and nobody is written to again. */
#include "delivery/test_stage.h"

#include <string.h>

#include "wa/errors.h"

static struct hold hold_of_sender(struct stage *s)
{
	struct sender sender;
	assert_int_equal(IN_JOB(s->w, sender_read(tx, s->w->account, s->w->sender, s->w->arena, &sender)), 0);
	return sender.hold;
}

static void resume_sender(struct stage *s)
{
	assert_int_equal(IN_JOB(s->w, sender_release(tx, 0, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
}

static void resume_campaign(struct stage *s, int64_t campaign)
{
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
}

/* What holds now is for this code and nothing else; lift it. */
static void check_and_lift(struct stage *s, int64_t campaign, const struct wa_error_rule *rule)
{
	bool sender = rule->action == WA_HOLD_SENDER, stops = sender || rule->action == WA_HOLD_CAMPAIGN;
	struct hold of_sender = hold_of_sender(s), of_campaign = world_read(s->w, campaign).hold;
	assert_int_equal(hold_is_on(&of_sender), sender);
	assert_int_equal(hold_is_on(&of_campaign), stops && !sender);
	if (!stops)
		return;
	const struct hold *hold = sender ? &of_sender : &of_campaign;
	assert_int_equal(hold->rule, HOLD_REFUSED);
	assert_int_equal(hold->code, rule->code);
	assert_string_equal(hold->reason, rule->meaning);
	assert_string_equal(hold->remedy, rule->remedy);
	int before = s->n_posts;
	stage_run(s, HOUR_MS);
	assert_int_equal(s->n_posts, before);
	if (sender)
		resume_sender(s);
	else
		resume_campaign(s, campaign);
}

static void test_every_code(void **state)
{
	size_t n, n_stops = 0;
	const struct wa_error_rule *table = wa_error_table(&n);
	struct stage *s = stage_open(state, (int)n + 5);
	stage_limit(s, s->w->sender, 1);
	struct campaign_request req = world_request(s->w, "Codes");
	req.deadline_ms = s->now.wall + 30 * DAY_MS; /* each hold lasts for an hour */
	int64_t campaign = stage_create(s, &req);
	for (size_t i = 0; i < n; i++) {
		int64_t seq = (int64_t)i + 1;
		while (stage_count(s, campaign, STATE_ACCEPTED) == 0 || world_row(s->w, campaign, seq).state != STATE_ACCEPTED)
			stage_run(s, 100);
		if (table[i].action == WA_RETRY_CAPPED ||
		    table[i].code == 0) /* sent again; and no reason, of which nothing follows */
			continue;
		stage_failure(s, campaign, seq, table[i].code);
		assert_int_equal(world_row(s->w, campaign, seq).state, STATE_FAILED);
		assert_int_equal(world_row(s->w, campaign, seq).code, table[i].code);
		check_and_lift(s, campaign, &table[i]);
		n_stops += table[i].action == WA_HOLD_SENDER || table[i].action == WA_HOLD_CAMPAIGN;
	}
	assert_true(n_stops > 20);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 7);
	assert_int_equal(stage_n_posts(s, campaign), (int)n + 5);
}

/* WhatsApp takes everything, and cannot be paid: the campaign is not lost, but what was under way when the first word came. */
static void test_a_payment_that_fails_costs_a_handful(void **state)
{
	struct stage *s = stage_open(state, 90);
	int64_t campaign = stage_campaign(s, "Payment"), other = stage_campaign(s, "Another");
	stage_run(s, 300);
	int taken = stage_n_taken(s, campaign);
	assert_in_range(taken, 5, 30);
	for (int seq = 1; seq <= 5; seq++)
		stage_failure(s, campaign, seq, 131042);
	stage_rest(s);
	assert_int_equal(hold_of_sender(s).code, 131042);
	stage_check_count(s, campaign, STATE_FAILED, 5);
	assert_in_range(s->n_posts, 2 * taken - 5, 2 * taken + 25);
	resume_sender(s);
	stage_run(s, 200);
	/* Late words of what was handed over before it was mended hold nothing any more, one of what was handed over since does.
	 */
	stage_failure(s, campaign, 6, 131042);
	assert_int_equal(hold_of_sender(s).rule, HOLD_NONE);
	stage_rest(s);
	stage_check_completed(s, campaign);
	stage_check_completed(s, other);
	assert_int_equal(world_row(s->w, campaign, 90).attempts, 1);
	assert_int_equal(stage_most_posts(s, campaign), 1);
	stage_failure(s, other, 90, 131042);
	assert_int_equal(hold_of_sender(s).code, 131042);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(test_every_code),
		STAGE_TEST(test_a_payment_that_fails_costs_a_handful),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
