/* More of what Meta's events do to the store than test_apply.c has: times, orders, secrets, every kind of event. */
#include <stdio.h>
#include <string.h>

#include "store/inbox.h"
#include "store/optouts.h"
#include "store/templates.h"
#include "store/test_world.h"
#include "webhook/apply.h"

#define MAX_EVENTS 32

static const unsigned char *signer; /* whose secret signed the next events; NULL: the sender's */

/* Append one body and apply what lies in the inbox. True when delivery should look. */
static bool apply(struct world *w, const char *body)
{
	struct inbox_event event[MAX_EVENTS];
	int64_t no;
	int n;
	bool changed = false;
	assert_int_equal(IN_JOB(w, inbox_append(tx, signer ? signer : w->hash, body, strlen(body), NULL, false, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, inbox_take(tx, 0, MAX_EVENTS, 1 << 20, w->arena, event, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(IN_JOB(w, apply_events(tx, event, n, w->now, &changed)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox"), 0);
	check_invariants(w);
	return changed;
}

static const char *entry(struct world *w, const char *field, const char *value)
{
	return arena_printf(
		w->arena,
		"{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"2001\",\"time\":1700000100,\"changes\":"
		"[{\"field\":\"%s\",\"value\":%s}]}]}",
		field, value);
}

static const char *messages(struct world *w, const char *list, const char *items)
{
	return entry(w, "messages",
	             arena_printf(w->arena,
	                          "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"441001\","
	                          "\"phone_number_id\":\"1001\"},\"%s\":[%s]}",
	                          list, items));
}

static const char *status_of(struct world *w, const char *instance, int64_t campaign, int64_t seq, const char *word, int64_t at)
{
	const char *error = strcmp(word, "failed") == 0 ? ",\"errors\":[{\"code\":131026,\"title\":\"Message "
	                                                  "undeliverable\",\"error_data\":{\"details\":\"not on WhatsApp\"}}]"
	                                                : "";
	return arena_printf(w->arena,
	                    "{\"id\":\"wamid.%lld\",\"status\":\"%s\",\"timestamp\":\"%lld\",\"recipient_id\":\"447\","
	                    "\"biz_opaque_callback_data\":\"cr1.%s.%lld.%lld.1\"%s}",
	                    (long long)seq, word, (long long)at, instance, (long long)campaign, (long long)seq, error);
}

static const char *status(struct world *w, int64_t campaign, int64_t seq, const char *word, int64_t at)
{
	return messages(w, "statuses", status_of(w, store_instance(w->store), campaign, seq, word, at));
}

static int64_t count_of(struct world *w, const char *kind)
{
	return world_int(w, "SELECT COALESCE(SUM(n), 0) FROM inbox_count WHERE kind = '%s'", kind);
}

/* A campaign whose first `n` messages were accepted. */
static int64_t sent_campaign(struct world *w, int n)
{
	int64_t campaign = world_campaign(w, "Sent");
	struct claimed_row row[64];
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, row, n), n);
	for (int i = 0; i < n; i++)
		world_record(w, &(struct outcome){.kind = OUTCOME_ACCEPTED,
		                                  .campaign_no = campaign,
		                                  .seq = row[i].seq,
		                                  .attempt = 1,
		                                  .wamid = "wamid.of.ours",
		                                  .at = w->now});
	return campaign;
}

static struct world *open_with(void **state, int n)
{
	signer = NULL;
	return world_open(state, n);
}

/* ---- statuses ---- */

static void test_statuses_in_order(void **state)
{
	struct world *w = open_with(state, 2);
	int64_t campaign = sent_campaign(w, 2);
	assert_false(apply(w, status(w, campaign, 1, "sent", 1700000010)));
	assert_int_equal(world_row(w, campaign, 1).state, STATE_SENT);
	apply(w, status(w, campaign, 1, "delivered", 1700000020));
	apply(w, status(w, campaign, 1, "read", 1700000030));
	struct ledger_row row = world_row(w, campaign, 1);
	assert_int_equal(row.state, STATE_READ);
	assert_int_equal(row.sent_ms, 1700000010000);
	assert_int_equal(row.delivered_ms, 1700000020000);
	assert_int_equal(row.read_ms, 1700000030000);
	assert_string_equal(row.wamid, "wamid.of.ours");
	apply(w, status(w, campaign, 2, "failed", 1700000015));
	row = world_row(w, campaign, 2);
	assert_int_equal(row.state, STATE_FAILED);
	assert_int_equal(row.code, 131026);
	assert_string_equal(row.detail, "not on WhatsApp");
	assert_int_equal(count_of(w, "status_moved"), 4);
	assert_int_equal(count_of(w, "status_known"), 0);
}

static struct hold hold_of_sender(struct world *w)
{
	struct sender sender;
	assert_int_equal(IN_JOB(w, sender_read(tx, w->account, w->sender, w->arena, &sender)), 0);
	return sender.hold;
}

static const char *failure(struct world *w, int64_t campaign, int64_t seq, int code)
{
	return messages(
		w, "statuses",
		arena_printf(w->arena,
	                     "{\"id\":\"wamid.%lld\",\"status\":\"failed\",\"timestamp\":\"1700000015\",\"recipient_id\":\"447\","
	                     "\"biz_opaque_callback_data\":\"cr1.%s.%lld.%lld.1\",\"errors\":[{\"code\":%d,\"title\":\"No\"}]}",
	                     (long long)seq, store_instance(w->store), (long long)campaign, (long long)seq, code));
}

static void test_a_failure_holds_what_its_code_says(void **state)
{
	struct world *w = open_with(state, 5);
	int64_t campaign = sent_campaign(w, 3);
	assert_false(apply(w, failure(w, campaign, 1, 0)));
	assert_int_equal(hold_of_sender(w).rule, HOLD_NONE);
	assert_true(apply(w, failure(w, campaign, 2, 132015)));
	assert_int_equal(world_read(w, campaign).hold.code, 132015);
	assert_int_equal(hold_of_sender(w).rule, HOLD_NONE);
	assert_true(apply(w, failure(w, campaign, 3, 131042)));
	struct hold hold = hold_of_sender(w);
	assert_int_equal(hold.rule, HOLD_REFUSED);
	assert_int_equal(hold.code, 131042);
	assert_string_equal(hold.remedy, "Mend the payment method in WhatsApp Manager, then resume.");
	assert_int_equal(world_row(w, campaign, 3).state, STATE_FAILED);
}

static void test_statuses_in_any_order_and_twice(void **state)
{
	static const char *const words[] = {"sent", "delivered", "read"};
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct world *w = open_with(state, 6);
	int64_t campaign = sent_campaign(w, 6);
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 6; k++)
			apply(w, status(w, campaign, i + 1, words[orders[i][k % 3]], 1700000010 + k));
		assert_int_equal(world_row(w, campaign, i + 1).state, STATE_READ);
	}
	assert_int_equal(count_of(w, "status_moved") + count_of(w, "status_known"), 36);
	assert_in_range(count_of(w, "status_moved"), 6, 18);
	apply(w, status(w, campaign, 1, "failed", 1700000099)); /* what was read did not fail */
	assert_int_equal(world_row(w, campaign, 1).state, STATE_READ);
}

/* The status is faster than our own record of the answer. */
static void test_status_before_the_record(void **state)
{
	struct world *w = open_with(state, 1);
	int64_t campaign = world_campaign(w, "Overtaken");
	struct claimed_row row;
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, &row, 1), 1);
	apply(w, status(w, campaign, 1, "delivered", 1700000020));
	assert_int_equal(world_row(w, campaign, 1).state, STATE_DELIVERED);
	assert_string_equal(world_row(w, campaign, 1).wamid, "wamid.1");
}

/* One batch with events of two secrets: each speaks for its own rows alone. */
static void test_batch_of_two_secrets(void **state)
{
	struct world *w = open_with(state, 2);
	int64_t campaign = sent_campaign(w, 2), no;
	static const unsigned char other[SECRET_HASH_BYTES] = "another secret";
	const char *ours = status(w, campaign, 1, "sent", 1700000010), *theirs = status(w, campaign, 2, "sent", 1700000010);
	struct inbox_event event[MAX_EVENTS];
	int n;
	bool changed;
	assert_int_equal(IN_JOB(w, inbox_append(tx, other, theirs, strlen(theirs), NULL, false, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, ours, strlen(ours), NULL, false, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, inbox_append(tx, other, theirs, strlen(theirs), NULL, false, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, inbox_take(tx, 0, MAX_EVENTS, 1 << 20, w->arena, event, &n)), 0);
	assert_int_equal(n, 3);
	assert_int_equal(IN_JOB(w, apply_events(tx, event, n, w->now, &changed)), 0);
	assert_int_equal(world_row(w, campaign, 1).state, STATE_SENT);
	assert_int_equal(world_row(w, campaign, 2).state, STATE_ACCEPTED);
	assert_int_equal(count_of(w, "status_moved"), 1);
	assert_int_equal(count_of(w, "status_foreign"), 2);
}

/* ---- people write ---- */

static const char *text_message(struct world *w, const char *wamid, const char *text, int64_t at)
{
	return messages(w, "messages",
	                arena_printf(w->arena,
	                             "{\"from\":\"447000000001\",\"id\":\"%s\",\"timestamp\":\"%lld\",\"type\":\"text\",\"text\":"
	                             "{\"body\":\"%s\"}}",
	                             wamid, (long long)at, text));
}

static bool opted_out(struct world *w, const char *number)
{
	bool out = false;
	assert_int_equal(IN_JOB(w, optout_has(tx, w->account, number, &out)), 0);
	return out;
}

static void test_stop_and_start(void **state)
{
	struct world *w = open_with(state, 2);
	apply(w, text_message(w, "wamid.a", "When do you open?", 1700000010));
	assert_false(opted_out(w, "447000000001"));
	apply(w, text_message(w, "wamid.b", " Stop! ", 1700000020));
	assert_true(opted_out(w, "447000000001"));
	assert_false(opted_out(w, "447000000002"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM optout WHERE source = 'inbound' AND at_ms = 1700000020000"), 1);
	int64_t campaign = world_campaign(w, "After the stop");
	world_freeze(w, campaign);
	assert_int_equal(world_row(w, campaign, 1).state, STATE_SKIPPED);
	assert_int_equal(world_row(w, campaign, 1).code, RULE_OPTED_OUT);
	assert_int_equal(world_row(w, campaign, 2).state, STATE_QUEUED);
	apply(w, text_message(w, "wamid.c", "START", 1700000030));
	assert_false(opted_out(w, "447000000001"));
	apply(w, text_message(w, "wamid.d", "stop", 1700000025)); /* an older word that comes late */
	assert_false(opted_out(w, "447000000001"));
	assert_int_equal(count_of(w, "inbound"), 4);
}

static void test_inbound_once_per_message(void **state)
{
	struct world *w = open_with(state, 1);
	apply(w, text_message(w, "wamid.a", "stop", 1700000010));
	apply(w, text_message(w, "wamid.b", "start", 1700000020));
	apply(w, text_message(w, "wamid.a", "stop", 1700000010)); /* Meta tells it again */
	assert_false(opted_out(w, "447000000001"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound"), 2);
	assert_int_equal(count_of(w, "inbound"), 2);
	assert_int_equal(count_of(w, "inbound_known_or_foreign"), 1);
	static const unsigned char other[SECRET_HASH_BYTES] = "another secret";
	signer = other;
	apply(w, text_message(w, "wamid.c", "stop", 1700000040));
	assert_false(opted_out(w, "447000000001"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound"), 2);
}

static void test_quick_replies(void **state)
{
	struct world *w = open_with(state, 1);
	apply(w,
	      messages(w, "messages",
	               "{\"context\":{\"from\":\"441001\",\"id\":\"wamid.of.ours\"},\"from\":\"447000000001\",\"id\":\"wamid.a\","
	               "\"timestamp\":\"1700000010\",\"type\":\"button\",\"button\":{\"payload\":\"YES-7\",\"text\":\"Yes, "
	               "please\"}}"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound WHERE payload = 'YES-7' AND text = 'Yes, please'"
	                              " AND context_id = 'wamid.of.ours' AND type = 'button' AND number = '447000000001'"),
	                 1);
	assert_false(opted_out(w, "447000000001"));
	apply(w, messages(w, "messages",
	                  "{\"from\":\"447000000001\",\"id\":\"wamid.b\",\"timestamp\":\"1700000020\",\"type\":\"interactive\","
	                  "\"interactive\":{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"no-thanks\",\"title\":"
	                  "\"Unsubscribe\"}}}"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound WHERE payload = 'no-thanks' AND text = 'Unsubscribe'"), 1);
	assert_true(opted_out(w, "447000000001"));
}

static void test_preferences(void **state)
{
	struct world *w = open_with(state, 1);
	static const char text[] = "{\"metadata\":{\"phone_number_id\":\"%s\"},\"user_preferences\":[{\"wa_id\":\"447000000001\","
				   "\"detail\":\"User requested to %s marketing messages\",\"category\":\"marketing_messages\","
				   "\"value\":\"%s\",\"timestamp\":%d}]}";
	char value[512];
	snprintf(value, sizeof(value), text, "1001", "stop", "stop", 1700000010);
	apply(w, entry(w, "user_preferences", value));
	assert_true(opted_out(w, "447000000001"));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM optout WHERE source = 'whatsapp'"), 1);
	snprintf(value, sizeof(value), text, "1001", "resume", "resume", 1700000020);
	apply(w, entry(w, "user_preferences", value));
	assert_false(opted_out(w, "447000000001"));
	snprintf(value, sizeof(value), text, "9999", "stop", "stop", 1700000030); /* a number that is not ours */
	apply(w, entry(w, "user_preferences", value));
	assert_false(opted_out(w, "447000000001"));
	assert_int_equal(count_of(w, "preference"), 2);
	assert_int_equal(count_of(w, "preference_foreign"), 1);
}

/* ---- templates ---- */

static const char *verdict(struct world *w, const char *id, const char *name, const char *event, const char *reason)
{
	return entry(w, "message_template_status_update",
	             arena_printf(w->arena,
	                          "{\"event\":\"%s\",\"message_template_id\":%s,\"message_template_name\":\"%s\","
	                          "\"message_template_language\":\"en_US\",\"reason\":\"%s\"}",
	                          event, id, name, reason));
}

static struct template read_template(struct world *w, int64_t no)
{
	struct template t;
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &t)), 0);
	return t;
}

static int64_t waiting_template(struct world *w, const char *name, const char *meta_id)
{
	struct template_request req = {.name = name, .text = "Hello, we are open.", .type = "text", .wa_category = "MARKETING"};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &req, w->now, &no)), 0);
	if (meta_id)
		assert_int_equal(IN_JOB(w, template_submitted(tx, no, meta_id, NULL, w->now + 1, w->now)), 0);
	return no;
}

static void test_template_verdicts(void **state)
{
	struct world *w = open_with(state, 0);
	int64_t good = waiting_template(w, "Good", "7001"), bad = waiting_template(w, "Bad", "7002"),
		early = waiting_template(w, "Early", NULL);
	assert_true(apply(w, verdict(w, "7001", "x", "APPROVED", "NONE")));
	assert_int_equal(read_template(w, good).status, TEMPLATE_COMPLETED);
	assert_null(read_template(w, good).reason);
	assert_true(apply(w, verdict(w, "7002", "x", "REJECTED", "INCORRECT_CATEGORY")));
	assert_int_equal(read_template(w, bad).status, TEMPLATE_CANCELED);
	assert_string_equal(read_template(w, bad).reason, "INCORRECT_CATEGORY");
	/* Before the answer that tells the id: by the name that we gave it. */
	assert_true(apply(w, verdict(w, "7003", read_template(w, early).meta_name, "APPROVED", "NONE")));
	assert_int_equal(read_template(w, early).status, TEMPLATE_COMPLETED);
	assert_false(apply(w, verdict(w, "7999", "nobody_knows_it", "APPROVED", "NONE")));
	assert_true(apply(w, verdict(w, "7001", "x", "PAUSED", "LOW_QUALITY")));
	assert_int_equal(read_template(w, good).status, TEMPLATE_COMPLETED);
	assert_string_equal(read_template(w, good).meta_status, "PAUSED");
	assert_int_equal(count_of(w, "template"), 4);
	assert_int_equal(count_of(w, "template_foreign"), 1);
	static const unsigned char other[SECRET_HASH_BYTES] = "another secret";
	signer = other;
	assert_false(apply(w, verdict(w, "7001", "x", "DISABLED", "NONE")));
	assert_int_equal(read_template(w, good).status, TEMPLATE_COMPLETED);
}

static void test_template_quality(void **state)
{
	struct world *w = open_with(state, 0);
	int64_t no = waiting_template(w, "Good", "7001");
	assert_false(apply(
		w,
		entry(w, "message_template_quality_update",
	              "{\"previous_quality_score\":\"GREEN\",\"new_quality_score\":\"yellow\",\"message_template_id\":7001}")));
	assert_string_equal(read_template(w, no).quality, "YELLOW");
}

/* ---- what is not understood ---- */

static void test_a_number_that_changed_is_asked_for(void **state)
{
	struct world *w = open_with(state, 0);
	assert_true(apply(w, entry(w, "phone_number_quality_update", "{\"event\":\"THROUGHPUT_UPGRADE\"}")));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM sender WHERE refresh_ms > 0"), 1);
	assert_true(apply(w, entry(w, "business_capability_update", "{\"max_daily_conversations_per_business\":2000}")));
	assert_int_equal(count_of(w, "number"), 2);
}

static void test_an_account_that_whatsapp_stops_holds_its_numbers(void **state)
{
	struct world *w = open_with(state, 0);
	const char *held = "SELECT COUNT(*) FROM sender WHERE hold_rule = 13 AND hold_until_ms IS NULL";
	assert_false(apply(w, entry(w, "account_update", "{\"event\":\"PARTNER_ADDED\"}")));
	assert_true(apply(
		w, entry(w, "account_update", "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"DISABLE\"}}")));
	assert_int_equal(world_int(w, "%s", held), 1);
	assert_true(apply(w, entry(w, "account_update",
	                           "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"REINSTATE\"}}")));
	assert_int_equal(world_int(w, "%s", held), 0);
	/* it came so late that it is over */
	assert_false(apply(w, entry(w, "account_update",
	                            "{\"event\":\"ACCOUNT_RESTRICTION\",\"restriction_info\":[{\"restriction_type\":"
	                            "\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":1000000000}]}")));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM sender WHERE hold IS NOT NULL"), 0);
	assert_int_equal(count_of(w, "account"), 2);
	assert_int_equal(count_of(w, "account_over"), 1);
	assert_int_equal(count_of(w, "unknown_account_update"), 1);
}

#define TOLD "SELECT COUNT(*) FROM activity WHERE action = 51 AND actor = 2 AND detail = '%s'"

static void test_a_warning_holds_nothing_and_is_in_the_log(void **state)
{
	struct world *w = open_with(state, 0);
	assert_false(apply(w, entry(w, "account_update",
	                            "{\"event\":\"ACCOUNT_RESTRICTION\",\"restriction_info\":[{\"restriction_type\":"
	                            "\"RESTRICTED_UTILITY_TEMPLATES\",\"expiration\":1795892400}]}")));
	assert_false(
		apply(w, entry(w, "account_update",
	                       "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":\"SCHEDULE_FOR_DISABLE\"}}")));
	assert_int_equal(world_int(w, TOLD,
	                           "{\"reason\":\"WhatsApp has restricted the business account: it may not send utility "
	                           "templates.\",\"date\":\"2026-11-28 19:00:00\"}"),
	                 1);
	assert_int_equal(world_int(w, TOLD, "{\"reason\":\"WhatsApp is going to disable the business account.\"}"), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM sender WHERE hold IS NOT NULL"), 0);
	assert_int_equal(count_of(w, "warning"), 2);
	world_script(w, "UPDATE sender SET waba_id = '7'");
	assert_false(apply(w, entry(w, "account_update", "{\"event\":\"ACCOUNT_VIOLATION\"}")));
	assert_int_equal(count_of(w, "warning_foreign"), 1);
}

static void test_unknown_kinds_are_counted(void **state)
{
	struct world *w = open_with(state, 0);
	assert_false(apply(w, entry(w, "account_alerts", "{\"alert\":1}")));
	apply(w, entry(w, "account_alerts", "{}"));
	apply(w, entry(w, "it's <odd> 7", "{}"));
	apply(w, messages(w, "statuses", "{\"id\":\"wamid.a\",\"status\":\"sung\"}"));
	assert_int_equal(count_of(w, "unknown_account_alerts"), 2);
	assert_int_equal(count_of(w, "unknown_itsodd"), 1);
	assert_int_equal(count_of(w, "unknown_messages"), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside"), 0);
}

static void test_garbage_is_set_aside(void **state)
{
	static const char *const bodies[] = {
		"", "{", "null", "[]", "{\"entry\":7}", "not json at all", "{\"entry\":[]} trailing"};
	struct world *w = open_with(state, 1);
	int64_t n = (int64_t)(sizeof(bodies) / sizeof(bodies[0]));
	for (int64_t i = 0; i < n; i++)
		assert_false(apply(w, bodies[i]));
	assert_int_equal(count_of(w, "set_aside"), n);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside WHERE reason <> ''"), n);
	apply(w, text_message(w, "wamid.a", "stop", 1700000010)); /* and it goes on */
	assert_true(opted_out(w, "447000000001"));
}

static void test_long_texts_are_cut(void **state)
{
	struct world *w = open_with(state, 1);
	char text[9001];
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	memcpy(text, "x", 1);
	memmove(text + 1, text + 2, sizeof(text) - 2);
	text[8999] = '\0';
	apply(w, text_message(w, "wamid.a", text, 1700000010));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound"), 1);
	assert_int_equal(world_int(w, "SELECT LENGTH(text) FROM inbound"),
	                 2048); /* characters, of 4,095 bytes: none is cut in two */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(test_statuses_in_order),
		WORLD_ON_BOTH(test_a_failure_holds_what_its_code_says),
		WORLD_ON_BOTH(test_statuses_in_any_order_and_twice),
		WORLD_ON_BOTH(test_status_before_the_record),
		WORLD_ON_BOTH(test_batch_of_two_secrets),
		WORLD_ON_BOTH(test_stop_and_start),
		WORLD_ON_BOTH(test_inbound_once_per_message),
		WORLD_ON_BOTH(test_quick_replies),
		WORLD_ON_BOTH(test_preferences),
		WORLD_ON_BOTH(test_template_verdicts),
		WORLD_ON_BOTH(test_template_quality),
		WORLD_ON_BOTH(test_a_number_that_changed_is_asked_for),
		WORLD_ON_BOTH(test_an_account_that_whatsapp_stops_holds_its_numbers),
		WORLD_ON_BOTH(test_a_warning_holds_nothing_and_is_in_the_log),
		WORLD_ON_BOTH(test_unknown_kinds_are_counted),
		WORLD_ON_BOTH(test_garbage_is_set_aside),
		WORLD_ON_BOTH(test_long_texts_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
