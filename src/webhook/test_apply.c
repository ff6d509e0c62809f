/* What Meta's events do to the store, in any order and however often. */
#include <stdio.h>
#include <string.h>

#include "store/test_world.h"
#include "store/inbox.h"
#include "store/templates.h"
#include "wa/send.h"
#include "webhook/apply.h"

static bool changed;

/* Append a body and apply it, as the server does, in one transaction. */
static int run(struct store_tx *tx, struct world *w, const char *body)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct inbox_event event;
	int64_t no;
	int n;
	if (inbox_append(tx, w->hash, body, strlen(body), w->now, &no) < 0 || inbox_take(tx, 1, 1 << 20, arena, &event, &n) < 0)
		return -1;
	assert_int_equal(n, 1);
	changed = false;
	return apply_events(tx, &event, n, w->now, &changed);
}

static void apply(struct world *w, const char *body)
{
	assert_int_equal(IN_JOB(w, run(tx, w, body)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox"), 0);
	check_invariants(w);
}

static const char *change(struct world *w, const char *field, const char *value)
{
	return arena_printf(w->arena,
	                    "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"500\",\"changes\":[{\"field\":\"%s\","
	                    "\"value\":%s}]}]}",
	                    field, value);
}

static const char *messages(struct world *w, const char *list, const char *items)
{
	struct sender sender;
	assert_int_equal(IN_JOB(w, sender_read(tx, 0, w->sender, w->arena, &sender)), 0);
	return change(w, "messages",
	              arena_printf(w->arena,
	                           "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":\"1\",\"phone_"
	                           "number_id\":\"%s\"},"
	                           "\"%s\":[%s]}",
	                           sender.phone_number_id, list, items));
}

static const char *status(struct world *w, int64_t campaign, int64_t seq, const char *word)
{
	struct wa_key key = {.campaign_no = campaign, .seq = seq, .attempt = 1};
	char text[WA_KEY_BYTES];
	strcpy(key.instance, store_instance(w->store));
	wa_key_format(&key, text);
	return arena_printf(
		w->arena,
		"{\"id\":\"wamid.%d\",\"status\":\"%s\",\"timestamp\":\"1700000001\",\"recipient_id\":\"447000000001\","
		"\"biz_opaque_callback_data\":\"%s\"%s}",
		(int)seq, word, text,
		strcmp(word, "failed") == 0
			? ",\"errors\":[{\"code\":131049,\"title\":\"no\",\"error_data\":{\"details\":\"why\"}}]"
			: "");
}

static int64_t counted(struct world *w, const char *kind)
{
	return world_int(w, "SELECT COALESCE(MAX(n), 0) FROM inbox_count WHERE kind = '%s'", kind);
}

/* A campaign with its `n` rows claimed. */
static int64_t claimed(struct world *w, int n)
{
	struct claimed_row row[8];
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, n), n);
	return c;
}

static void statuses_in_any_order_and_twice(void **state)
{
	static const char *const orders[][4] = {{"sent", "delivered", "read", "read"},
	                                        {"read", "sent", "delivered", "sent"},
	                                        {"delivered", "read", "sent", "read"}};
	struct world *w = world_open(state, 3);
	int64_t c = claimed(w, 3);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 4; k++)
			apply(w, messages(w, "statuses", status(w, c, i + 1, orders[i][k])));
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(world_row(w, c, i).state, STATE_READ);
		assert_string_equal(world_row(w, c, i).wamid, arena_printf(w->arena, "wamid.%d", i));
	}
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(counted(w, "status_moved") + counted(w, "status_known"), 12);
}

static void many_statuses_in_one_body(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = claimed(w, 3);
	apply(w, messages(w, "statuses",
	                  arena_printf(w->arena, "%s,%s,%s", status(w, c, 3, "sent"), status(w, c, 1, "delivered"),
	                               status(w, c, 3, "failed"))));
	assert_int_equal(world_row(w, c, 1).state, STATE_DELIVERED);
	assert_int_equal(world_row(w, c, 2).state, STATE_CLAIMED);
	assert_int_equal(world_row(w, c, 3).state, STATE_FAILED);
	assert_int_equal(world_row(w, c, 3).code, 131049);
}

static void what_is_not_ours_changes_nothing(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = claimed(w, 1);
	const char *ours = status(w, c, 1, "read"), *key = strstr(ours, "cr1.");
	char *foreign = arena_strdup(w->arena, ours);
	foreign[key - ours + 4] = foreign[key - ours + 4] == 'a' ? 'b' : 'a'; /* another installation */
	apply(w, messages(w, "statuses", foreign));
	apply(w, messages(w, "statuses", "{\"id\":\"wamid.x\",\"status\":\"read\",\"timestamp\":\"1\"}"));
	apply(w, messages(w, "statuses", status(w, 77, 1, "read")));
	unsigned char hash[SECRET_HASH_BYTES];
	memcpy(hash, w->hash, sizeof(hash));
	w->hash[0] ^= 1; /* signed by another sender's app */
	apply(w, messages(w, "statuses", ours));
	memcpy(w->hash, hash, sizeof(hash));
	assert_int_equal(world_row(w, c, 1).state, STATE_CLAIMED);
	assert_int_equal(counted(w, "status_foreign"), 4);
}

static const char *inbound(struct world *w, const char *id, const char *body)
{
	return messages(
		w, "messages",
		arena_printf(w->arena, "{\"from\":\"447000000001\",\"id\":\"%s\",\"timestamp\":\"1700000002\",%s}", id, body));
}

static bool is_out(struct world *w)
{
	bool out = false;
	assert_int_equal(IN_JOB(w, optout_has(tx, w->account, "447000000001", &out)), 0);
	return out;
}

static void who_says_stop_is_left_alone(void **state)
{
	struct world *w = world_open(state, 1);
	apply(w, inbound(w, "w1", "\"type\":\"text\",\"text\":{\"body\":\"hello\"}"));
	assert_false(is_out(w));
	apply(w, inbound(w, "w2", "\"type\":\"text\",\"text\":{\"body\":\" Stop! \"}"));
	assert_true(is_out(w));
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(world_row(w, c, 1).state, STATE_SKIPPED);
	assert_int_equal(world_row(w, c, 1).code, RULE_OPTED_OUT);
	assert_int_equal(counted(w, "inbound"), 2);
}

static void a_quick_reply_is_kept_once(void **state)
{
	struct world *w = world_open(state, 1);
	const char *reply = inbound(w, "w1",
	                            "\"type\":\"button\",\"button\":{\"text\":\"Count me "
	                            "in\",\"payload\":\"join\"},\"context\":{\"id\":\"wamid.1\"}");
	apply(w, reply);
	apply(w, reply);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound WHERE payload = 'join' AND text = 'Count me in' AND "
	                              "context_id = 'wamid.1'"),
	                 1);
	assert_int_equal(counted(w, "inbound_known_or_foreign"), 1);
}

static void templates_hear_their_verdict(void **state)
{
	struct world *w = world_open(state, 0);
	struct sender sender;
	struct template_request req = {.name = "T", .wa_category = "MARKETING", .text = "Hello."};
	struct template tpl;
	int64_t no;
	assert_int_equal(IN_JOB(w, sender_read(tx, 0, w->sender, w->arena, &sender)), 0);
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &req, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "4711", NULL, w->now + 1000, w->now)), 0);
	const char *body = arena_printf(w->arena,
	                                "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\",\"changes\":[{"
	                                "\"field\":\"message_template_status_update\","
	                                "\"value\":{\"event\":\"REJECTED\",\"message_template_id\":4711,\"message_template_"
	                                "name\":\"t\",\"reason\":\"INVALID_FORMAT\"}}]}]}",
	                                sender.waba_id);
	w->hash[0] ^= 1;
	apply(w, body);
	assert_false(changed); /* another app may not speak of our templates */
	w->hash[0] ^= 1;
	apply(w, body);
	assert_true(changed);
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &tpl)), 0);
	assert_int_equal(tpl.status, TEMPLATE_CANCELED);
	assert_string_equal(tpl.reason, "INVALID_FORMAT");
}

static void unknown_events_are_counted_and_garbage_is_set_aside(void **state)
{
	struct world *w = world_open(state, 0);
	apply(w, change(w, "account_review_update", "{\"decision\":\"APPROVED\"}"));
	assert_int_equal(counted(w, "unknown_account_review_update"), 1);
	apply(w, "this is not JSON");
	apply(w, "[]");
	assert_int_equal(counted(w, "set_aside"), 2);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside WHERE reason <> ''"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(statuses_in_any_order_and_twice),
		WORLD_ON_BOTH(many_statuses_in_one_body),
		WORLD_ON_BOTH(what_is_not_ours_changes_nothing),
		WORLD_ON_BOTH(who_says_stop_is_left_alone),
		WORLD_ON_BOTH(a_quick_reply_is_kept_once),
		WORLD_ON_BOTH(templates_hear_their_verdict),
		WORLD_ON_BOTH(unknown_events_are_counted_and_garbage_is_set_aside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
