/* Senders: sealed secrets, one lane a number, and what taking a lane does. */
#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/brake.h"
#include "store/holds.h"
#include "store/store_internal.h"
#include "store/test_world.h"

static struct sender read_sender(struct world *w, int64_t no)
{
	struct sender sender;
	assert_int_equal(IN_JOB(w, sender_read(tx, w->account, no, w->arena, &sender)), 0);
	return sender;
}

static void secrets_come_back_as_they_went(void **state)
{
	struct world *w = world_open(state, 0);
	const char *token = NULL;
	assert_int_equal(IN_JOB(w, sender_token(tx, w->sender, w->arena, &token)), 0);
	assert_string_equal(token, WORLD_TOKEN);
	assert_int_equal(IN_JOB(w, sender_token(tx, 99, w->arena, &token)), 1);
	struct app_secret secret;
	int n;
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, &secret, 1, &n)), 0);
	assert_string_equal(secret.text, WORLD_SECRET);
	struct sender sender = read_sender(w, w->sender);
	assert_string_equal(sender.name, "Shop");
	assert_string_equal(sender.code, "441001");
	assert_string_equal(sender.status, "available");
	assert_string_equal(sender.quality, "UNKNOWN");
	assert_int_equal(sender.limit_mps, SENDER_DEFAULT_LIMIT);
	assert_null(sender.hold.reason);
}

/* All bytes of a file, or of none when there is no such file. */
static size_t find_in_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return 0;
	static char bytes[4 << 20];
	size_t n = fread(bytes, 1, sizeof(bytes), file), found = 0;
	assert_true(n < sizeof(bytes));
	fclose(file);
	for (size_t i = 0; i + strlen(text) <= n; i++)
		found += memcmp(bytes + i, text, strlen(text)) == 0;
	return found;
}

static size_t find_in_files(const struct world *w, const char *text)
{
	char path[340];
	size_t found = 0;
	static const char *const ends[] = {"", "-wal", "-journal"};
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/test.db%s", w->folder, ends[i]);
		found += find_in_file(path, text);
	}
	return found;
}

static void no_secret_is_in_the_file_in_clear(void **state)
{
	struct world *w = world_open(state, 0);
	struct sender_request change = {.access_token = "EAAG-a-second-token", .app_secret = "a-second-app-secret"};
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &change, w->now)), 0);
	const char *token = NULL;
	assert_int_equal(IN_JOB(w, sender_token(tx, w->sender, w->arena, &token)), 0);
	assert_string_equal(token, "EAAG-a-second-token");
	static const char *const secrets[] = {WORLD_TOKEN, WORLD_SECRET, "EAAG-a-second-token", "a-second-app-secret"};
	for (int closed = 0; closed < 2; closed++) {
		assert_true(find_in_files(w, "Shop") > 0); /* the search finds what is there */
		for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
			assert_int_equal(find_in_files(w, secrets[i]), 0);
		store_close(w->store);
		w->store = NULL;
	}
}

static void equal_secrets_are_sealed_differently(void **state)
{
	struct world *w = world_open(state, 0);
	(void)world_sender(w, "Second", "1002");
	assert_int_equal(world_int(w, "SELECT COUNT(DISTINCT token) FROM sender"), 2);
	assert_int_equal(world_int(w, "SELECT COUNT(DISTINCT app_secret) FROM sender"), 2);
	assert_int_equal(world_int(w, "SELECT COUNT(DISTINCT app_secret_hash) FROM sender"), 1);
}

static void names_and_numbers_are_taken_once(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = -5, other_account, first = w->account;
	struct sender_request same_name = world_sender_request(w, "Shop", "1002"),
			      same_number = world_sender_request(w, "Two", "1001");
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &same_name, w->now, &no)), 1);
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &same_number, w->now, &no)), 2);
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other_account)), 0);
	assert_int_equal(IN_JOB(w, sender_create(tx, other_account, &same_number, w->now, &no)), 2);
	assert_int_equal(no, -5);
	assert_int_equal(IN_JOB(w, sender_create(tx, other_account, &same_name, w->now, &no)), 0);
	struct sender sender;
	assert_int_equal(IN_JOB(w, sender_read(tx, first, no, w->arena, &sender)), 1);
	assert_int_equal(IN_JOB(w, sender_read(tx, 0, no, w->arena, &sender)), 0);
	assert_int_equal(IN_JOB(w, sender_by_name(tx, first, "Shop", w->arena, &sender)), 0);
	assert_int_equal(sender.no, w->sender);
	assert_int_equal(IN_JOB(w, sender_by_code(tx, first, "441001", w->arena, &sender)), 0);
	assert_int_equal(IN_JOB(w, sender_by_code(tx, first, "441002", w->arena, &sender)), 1);
}

static void an_update_changes_what_is_given(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t second = world_sender(w, "Second", "1002");
	struct sender_request rename = {.name = "Second"}, rate = {.rate = 20}, own = {.name = "Shop"};
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &rename, w->now)), 2);
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &own, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, 99, &rate, w->now)), 1);
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, second, &rate, w->now + 3)), 0);
	struct sender sender = read_sender(w, second);
	assert_int_equal(sender.rate_cap, 20);
	assert_string_equal(sender.name, "Second");
	assert_int_equal(sender.update_ms, w->now + 3);
	assert_int_equal(IN_JOB(w, sender_set_record(tx, second, &(struct sender_record){1000, "GREEN", "TIER_1K", "", "", false},
	                                             w->now, w->now)),
	                 0);
	assert_int_equal(IN_JOB(w, sender_set_record(tx, second, &(struct sender_record){0, "YELLOW", "TIER_10K", "", "", false},
	                                             w->now, w->now)),
	                 0);
	sender = read_sender(w, second);
	assert_int_equal(sender.limit_mps, 1000); /* what was not said stays */
	assert_string_equal(sender.quality, "YELLOW");
	assert_string_equal(sender.tier, "TIER_10K");
}

static void a_new_token_lifts_the_hold(void **state)
{
	struct world *w = world_open(state, 0);
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 0);
	struct sender sender = read_sender(w, w->sender);
	assert_string_equal(sender.hold.reason, "the token ran out");
	assert_string_equal(sender.status, "blocked");
	assert_int_equal(sender.hold.since, w->now);
	struct sender_request rate = {.rate = 5}, token = {.access_token = "EAAG-new"};
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &rate, w->now)), 0);
	assert_non_null(read_sender(w, w->sender).hold.reason);
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &token, w->now)), 0);
	sender = read_sender(w, w->sender);
	assert_null(sender.hold.reason);
	assert_int_equal(sender.hold.since, -1);
	assert_string_equal(sender.status, "available");
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_release(tx, 0, w->sender, w->now)), 0);
	assert_null(read_sender(w, w->sender).hold.reason);
}

static void a_sender_in_use_is_not_deleted(void **state)
{
	struct world *w = world_open(state, 0);
	struct campaign_request later = world_request(w, "Later");
	struct sender sender;
	const char *token;
	later.schedule_ms = w->now + HOUR_MS;
	int64_t scheduled = world_create(w, &later), running = world_campaign(w, "Now"), no;
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, w->sender, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, running, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, w->sender, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, scheduled, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, w->sender, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, w->sender, w->now)), 1);
	assert_int_equal(IN_JOB(w, sender_read(tx, w->account, w->sender, w->arena, &sender)), 1);
	assert_int_equal(IN_JOB(w, sender_token(tx, w->sender, w->arena, &token)), 1);
	/* Its name and its number are free again. */
	struct sender_request again = world_sender_request(w, "Shop", "1001");
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &again, w->now, &no)), 0);
	assert_int_not_equal(no, w->sender);
}

static void app_secrets_are_told_once_each(void **state)
{
	struct world *w = world_open(state, 0);
	struct app_secret secret[8];
	int n;
	(void)world_sender(w, "Two", "1002");
	struct sender_request third = world_sender_request(w, "Three", "1003");
	third.app_secret = "another";
	int64_t no;
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &third, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, secret, 8, &n)), 0);
	assert_int_equal(n, 2);
	assert_memory_not_equal(secret[0].hash, secret[1].hash, SECRET_HASH_BYTES);
	int at = strcmp(secret[0].text, WORLD_SECRET) == 0 ? 1 : 0;
	assert_string_equal(secret[at].text, "another");
	assert_string_equal(secret[1 - at].text, WORLD_SECRET);
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, secret, 1, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, app_secrets(tx, w->arena, secret, 8, &n)), 0);
	assert_int_equal(n, 1);
	assert_string_equal(secret[0].text, WORLD_SECRET);
}

static void taking_a_lane_fences_older_epochs(void **state)
{
	struct world *w = world_open(state, 4);
	int64_t second = world_sender(w, "Two", "1002"), epoch, doubtful, c = world_campaign(w, "C");
	struct claimed_row row[4];
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 3), 3);
	/* Another sender's lane is another matter. */
	assert_int_equal(IN_JOB(w, lane_take(tx, second, w->node, w->now, &epoch, &doubtful)), 0);
	assert_int_equal(epoch, 1);
	assert_int_equal(doubtful, 0);
	assert_int_equal(world_read(w, c).count[STATE_CLAIMED], 3);
	int64_t before = w->epoch;
	assert_int_equal(IN_JOB(w, lane_take(tx, w->sender, w->node, w->now, &w->epoch, &doubtful)), 0);
	check_invariants(w);
	assert_int_equal(w->epoch, before + 1);
	assert_int_equal(doubtful, 3);
	assert_int_equal(world_read(w, c).count[STATE_UNCONFIRMED], 3);
	assert_int_equal(world_read(w, c).count[STATE_QUEUED], 1);
}

static void all_senders_are_listed_for_the_lanes(void **state)
{
	struct world *w = world_open(state, 0);
	struct sender *all;
	int n;
	char name[16], number[16];
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		snprintf(number, sizeof(number), "20%d", i);
		(void)world_sender(w, name, number);
	}
	assert_int_equal(IN_JOB(w, sender_list_all(tx, w->arena, &all, &n)), 0);
	assert_int_equal(n, 41);
	assert_string_equal(all[0].name, "Shop");
	assert_string_equal(all[40].name, "S39");
}

/* True: it is held by that. */
static bool records(struct world *w, const char *quality)
{
	const struct sender_record record = {80, quality, "TIER_10K", "", "", false};
	int got = IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now));
	assert_in_range(got, 0, 1);
	return got == 1;
}

static void a_red_number_is_held_until_it_is_better(void **state)
{
	struct world *w = world_open(state, 0);
	records(w, "YELLOW");
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
	assert_true(records(w, "RED"));
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_QUALITY);
	assert_string_equal(read_sender(w, w->sender).status, "flagged");
	records(w, "GREEN");
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
	assert_string_equal(read_sender(w, w->sender).status, "available");
	assert_true(records(w, "RED"));
	assert_int_equal(IN_JOB(w, sender_release(tx, w->account, w->sender, w->now)), 0);
	assert_false(records(w, "RED")); /* said again: what a person resumed goes on */
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
	records(w, "GREEN");
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_pause, w->now)), 0);
	assert_false(records(w, "RED")); /* a person holds it already */
	records(w, "GREEN");
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_PERSON); /* not the rule's to lift */
}

/* It fell to red while something else held it: held when that is over. */
static void a_red_number_is_held_after_another_hold(void **state)
{
	struct world *w = world_open(state, 0);
	records(w, "GREEN");
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 0);
	assert_false(records(w, "RED"));
	assert_false(records(w, "RED"));
	assert_int_equal(IN_JOB(w, sender_release(tx, w->account, w->sender, w->now)), 0);
	assert_true(records(w, "RED"));
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_QUALITY);
	assert_int_equal(IN_JOB(w, sender_release(tx, w->account, w->sender, w->now)), 0);
	assert_false(records(w, "RED"));
}

static void a_record_without_a_rating_lifts_nothing(void **state)
{
	struct world *w = world_open(state, 0);
	assert_true(records(w, "RED"));
	assert_false(records(w, "UNKNOWN"));
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_QUALITY);
	assert_int_equal(IN_JOB(w, sender_release(tx, w->account, w->sender, w->now)), 0);
	assert_false(records(w, "RED")); /* nor has it fallen anew */
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
}

static enum hold_rule after_new_token(struct world *w, int code)
{
	struct hold refusal = world_refusal;
	struct sender_request req = {.access_token = "EAAG-another"};
	refusal.code = code;
	(void)!IN_JOB(w, sender_release(tx, 0, w->sender, w->now));
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &refusal, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_update(tx, w->account, w->sender, &req, w->now)), 0);
	return read_sender(w, w->sender).hold.rule;
}

static void a_new_token_lifts_what_a_token_mends(void **state)
{
	struct world *w = world_open(state, 0);
	static const int mended[] = {0, 3, 10, 104, 190, 200, 299, 131005}, others[] = {33, 368, 131031, 131042, 131045, 133010};
	for (size_t i = 0; i < sizeof(mended) / sizeof(*mended); i++)
		assert_int_equal(after_new_token(w, mended[i]), HOLD_NONE);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(after_new_token(w, others[i]), HOLD_REFUSED);
}

/* ---- WhatsApp's word for a number, or for all of an account ---- */

static int64_t stop(struct world *w, const char *code, enum hold_rule rule, msec_t until)
{
	struct hold hold = hold_for(rule, "a reason");
	int64_t n;
	hold.until = until;
	const struct waba_numbers numbers = {w->hash, read_sender(w, w->sender).waba_id, code};
	assert_int_equal(IN_JOB(w, senders_stop(tx, &numbers, &hold, w->now, &n)), 0);
	return n;
}

static int64_t go_on(struct world *w, const char *code, enum hold_rule rule)
{
	int64_t n;
	const struct waba_numbers numbers = {w->hash, read_sender(w, w->sender).waba_id, code};
	assert_int_equal(IN_JOB(w, senders_go_on(tx, &numbers, rule, w->now, &n)), 0);
	return n;
}

static void a_restriction_holds_every_number_of_the_account(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t second = world_sender(w, "Second", "1002");
	msec_t end = w->now + 3 * DAY_MS, next;
	int ended;
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, end), 2);
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, end), 0); /* told twice */
	assert_string_equal(read_sender(w, second).status, "restricted");
	assert_int_equal(read_sender(w, second).hold.until, end);
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, end + DAY_MS), 2); /* prolonged */
	assert_int_equal(IN_JOB(w, holds_next_end(tx, &next)), 0);
	assert_int_equal(next, end + DAY_MS);
	assert_int_equal(IN_JOB(w, holds_end(tx, end, &ended)), 0);
	assert_int_equal(ended, 0);
	assert_int_equal(IN_JOB(w, holds_end(tx, end + DAY_MS, &ended)), 0);
	assert_int_equal(ended, 2);
	assert_string_equal(read_sender(w, w->sender).status, "available");
	/* another account's word is nothing to these */
	struct hold hold = hold_for(HOLD_RESTRICTED, "a reason");
	int64_t n;
	const struct waba_numbers foreign = {w->hash, "another", NULL};
	assert_int_equal(IN_JOB(w, senders_stop(tx, &foreign, &hold, w->now, &n)), 0);
	assert_int_equal(n, 0);
}

static void a_disabled_account_goes_on_by_whatsapps_word(void **state)
{
	struct world *w = world_open(state, 0);
	struct hold refusal = world_refusal;
	refusal.code = 131031; /* of a message that came to it before the webhook */
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &refusal, w->now)), 0);
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, -1), 1);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_RESTRICTED);
	assert_int_equal(go_on(w, NULL, HOLD_RESTRICTED), 1);
	assert_string_equal(read_sender(w, w->sender).status, "available");
	/* the webhook of its end lost: the record says it too, once it does */
	struct sender_record record = {80, "GREEN", "TIER_10K", "", "CONNECTED", false};
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, -1), 1);
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_RESTRICTED);
	record.can_send = true;
	/* what was asked before it was held says nothing of that, however late it comes */
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now - 1, w->now + 1)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_RESTRICTED);
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
	/* what has an end has it from whoever set it */
	assert_int_equal(stop(w, NULL, HOLD_RESTRICTED, w->now + DAY_MS), 1);
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_RESTRICTED);
}

static void a_flagged_number_is_held_alone(void **state)
{
	struct world *w = world_open(state, 0);
	const char *code = read_sender(w, w->sender).code;
	assert_int_equal(stop(w, code, HOLD_FLAGGED, -1), 1);
	assert_string_equal(read_sender(w, w->sender).status, "flagged");
	assert_int_equal(stop(w, "15550000000", HOLD_FLAGGED, -1), 0);
	struct sender_record record = {80, "GREEN", "TIER_10K", "", "FLAGGED", true};
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_FLAGGED);
	assert_int_equal(go_on(w, code, HOLD_FLAGGED), 1);
	assert_int_equal(stop(w, code, HOLD_FLAGGED, -1), 1);
	record.status = "CONNECTED";
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_NONE);
	/* a person's is not WhatsApp's to lift, nor to replace */
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_pause, w->now)), 0);
	assert_int_equal(stop(w, code, HOLD_FLAGGED, -1), 0);
	assert_int_equal(go_on(w, code, HOLD_FLAGGED), 0);
	assert_int_equal(read_sender(w, w->sender).hold.rule, HOLD_PERSON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_red_number_is_held_until_it_is_better),
		WORLD_ON_BOTH(a_red_number_is_held_after_another_hold),
		WORLD_ON_BOTH(a_record_without_a_rating_lifts_nothing),
		WORLD_ON_BOTH(a_new_token_lifts_what_a_token_mends),
		WORLD_ON_BOTH(a_restriction_holds_every_number_of_the_account),
		WORLD_ON_BOTH(a_disabled_account_goes_on_by_whatsapps_word),
		WORLD_ON_BOTH(a_flagged_number_is_held_alone),
		WORLD_ON_BOTH(secrets_come_back_as_they_went),
		WORLD_ON_SQLITE(no_secret_is_in_the_file_in_clear),
		WORLD_ON_BOTH(equal_secrets_are_sealed_differently),
		WORLD_ON_BOTH(names_and_numbers_are_taken_once),
		WORLD_ON_BOTH(an_update_changes_what_is_given),
		WORLD_ON_BOTH(a_new_token_lifts_the_hold),
		WORLD_ON_BOTH(a_sender_in_use_is_not_deleted),
		WORLD_ON_BOTH(app_secrets_are_told_once_each),
		WORLD_ON_BOTH(taking_a_lane_fences_older_epochs),
		WORLD_ON_BOTH(all_senders_are_listed_for_the_lanes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
