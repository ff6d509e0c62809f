/* Taps on quick replies: once a button and message, and for the right sender only. */
#include <string.h>

#include "store/replies.h"
#include "store/test_world.h"

static int tap(struct world *w, int64_t campaign, int64_t seq, const char *button, const char *text)
{
	return IN_JOB(w, reply_add(tx, w->hash, campaign, seq, button, text, w->now));
}

static int counts(struct world *w, int64_t campaign, struct reply_count ret[REPLY_MAX_BUTTONS])
{
	int n = -1;
	assert_int_equal(IN_JOB(w, reply_counts(tx, campaign, w->arena, ret, &n)), 0);
	return n;
}

static void a_button_of_a_message_counts_once(void **state)
{
	struct world *w = world_open(state, 3);
	struct reply_count count[REPLY_MAX_BUTTONS];
	int64_t campaign = world_campaign(w, "taps");
	world_freeze(w, campaign);
	assert_int_equal(counts(w, campaign, count), 0);
	assert_int_equal(tap(w, campaign, 1, "NO", "No"), 0);
	assert_int_equal(tap(w, campaign, 1, "NO", "No"), 1);
	assert_int_equal(tap(w, campaign, 1, "YES", "Yes"), 0); /* a change of mind is another button */
	assert_int_equal(tap(w, campaign, 2, "YES", "Yes, please"), 0);
	assert_int_equal(counts(w, campaign, count), 2);
	assert_string_equal(count[0].button, "YES");
	assert_string_equal(count[0].text, "Yes, please");
	assert_int_equal(count[0].n, 2);
	assert_string_equal(count[1].button, "NO");
	assert_int_equal(count[1].n, 1);
}

static void what_is_not_ours_is_left_alone(void **state)
{
	struct world *w = world_open(state, 3);
	struct reply_count count[REPLY_MAX_BUTTONS];
	int64_t campaign = world_campaign(w, "taps");
	world_freeze(w, campaign);
	assert_int_equal(tap(w, campaign, 4, "YES", "Yes"), 1);
	assert_int_equal(tap(w, campaign + 1, 1, "YES", "Yes"), 1);
	w->hash[0] ^= 1;
	assert_int_equal(tap(w, campaign, 1, "YES", "Yes"), 1);
	w->hash[0] ^= 1;
	assert_int_equal(counts(w, campaign, count), 0);
}

static void long_payloads_are_cut_between_characters(void **state)
{
	struct world *w = world_open(state, 1);
	struct reply_count count[REPLY_MAX_BUTTONS];
	char payload[REPLY_MAX_BUTTON_BYTES + 10];
	int64_t campaign = world_campaign(w, "taps");
	world_freeze(w, campaign);
	memset(payload, 'x', sizeof(payload));
	memcpy(payload + REPLY_MAX_BUTTON_BYTES - 1, "é", sizeof("é"));
	assert_int_equal(tap(w, campaign, 1, payload, "Yes"), 0);
	assert_int_equal(counts(w, campaign, count), 1);
	assert_int_equal(strlen(count[0].button), REPLY_MAX_BUTTON_BYTES - 1);
}

static void they_go_with_their_campaign(void **state)
{
	struct world *w = world_open(state, 3);
	bool more = true;
	int64_t campaign = world_campaign(w, "taps");
	world_freeze(w, campaign);
	assert_int_equal(tap(w, campaign, 1, "YES", "Yes"), 0);
	assert_int_equal(tap(w, campaign, 3, "YES", "Yes"), 0);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, campaign, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, campaign, w->now)), 0);
	while (more)
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 2, &more)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM button_reply"), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM button_tally"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_button_of_a_message_counts_once),
		WORLD_ON_BOTH(what_is_not_ours_is_left_alone),
		WORLD_ON_BOTH(long_payloads_are_cut_between_characters),
		WORLD_ON_BOTH(they_go_with_their_campaign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
