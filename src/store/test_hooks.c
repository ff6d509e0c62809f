/* The user's webhooks: which changes make an event, in the same transaction; in what order events go; what is kept, and what
 * is given up. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/hook_events.h"
#include "store/hook_note.h"
#include "store/inbox.h"
#include "store/optouts.h"
#include "store/store_internal.h"
#include "store/test_world.h"

#define MAX_DUE 64

static int64_t hook(struct world *w, enum hook_kind kind)
{
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, hook_create(tx, w->account, kind, "https://hooks.example.org/x", "a secret", w->now, &no)), 0);
	return no;
}

static int due(struct world *w, int64_t hook_no, struct hook_due *ret, msec_t *ret_next)
{
	int n = -1;
	assert_int_equal(IN_JOB(w, hook_events_due(tx, hook_no, w->now, MAX_DUE, w->arena, ret, &n, ret_next)), 0);
	return n;
}

static struct hook read_hook(struct world *w, int64_t no)
{
	struct hook h;
	assert_int_equal(IN_JOB(w, hook_read(tx, w->account, no, w->arena, &h)), 0);
	assert_int_equal(h.waiting,
	                 world_int(w, "SELECT COUNT(*) FROM hook_event WHERE hook_no = %lld AND state = 0", (long long)no));
	return h;
}

static void settle(struct world *w, int64_t hook_no, const struct hook_due *e, enum hook_state state, msec_t next)
{
	struct hook_result result = {.hook_no = hook_no,
	                             .event_no = e->no,
	                             .subject = e->subject,
	                             .state = state,
	                             .http_status = state == HOOK_DELIVERED ? 204 : 503,
	                             .reason = state == HOOK_DELIVERED ? NULL : "it answered 503",
	                             .next_ms = next};
	assert_int_equal(IN_JOB(w, hook_events_settle(tx, &result, 1, w->now)), 0);
}

static void add(struct world *w, int64_t hook_no, int64_t subject, const char *body)
{
	struct store_tx *tx = world_begin(w);
	assert_int_equal(hook_event_add(tx, hook_no, subject, body, w->now), 0);
	assert_int_equal(world_end(w, hook_events_added(tx, hook_no, 1)), 0);
}

static void add_many(struct world *w, int64_t hook_no, int n)
{
	struct store_tx *tx = world_begin(w);
	for (int i = 0; i < n; i++)
		assert_int_equal(hook_event_add(tx, hook_no, i, "x", w->now), 0);
	assert_int_equal(world_end(w, hook_events_added(tx, hook_no, n)), 0);
}

/* The words told of one message, in order: "enroute sent …". */
static const char *words(struct world *w, int64_t hook_no, int64_t campaign, int64_t seq)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	const char *text = "";
	if (sql_query_text(w->store->writer, "SELECT body FROM hook_event WHERE hook_no = $1 AND subject = $2 ORDER BY no",
	                   SQL_ARGS(sql_int(hook_no), sql_int(campaign * 4294967296 + seq)), &rows) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	while (sql_next(rows) == 1) {
		json_auto cJSON *tree = NULL;
		struct err err;
		const char *body = sql_col_text(rows, 0, NULL);
		assert_int_equal(json_parse(body, strlen(body), &tree, &err), 0);
		text = arena_printf(w->arena, "%s%s%s", text, *text ? " " : "", json_text(json_get(tree, "data"), "status"));
	}
	return text;
}

static struct outcome outcome(enum outcome_kind kind, int64_t campaign, int64_t seq, int attempt, msec_t at)
{
	return (struct outcome){.kind = kind,
	                        .campaign_no = campaign,
	                        .seq = seq,
	                        .attempt = attempt,
	                        .code = kind == OUTCOME_ACCEPTED ? 0 : 131026,
	                        .wamid = kind == OUTCOME_ACCEPTED ? "wamid.x" : NULL,
	                        .detail = kind == OUTCOME_FAILED ? "no WhatsApp there" : NULL,
	                        .not_before = at,
	                        .at = at};
}

static void record(struct world *w, enum outcome_kind kind, int64_t campaign, int64_t seq, int attempt)
{
	struct outcome o = outcome(kind, campaign, seq, attempt, w->now);
	world_record(w, &o);
}

static void status(struct world *w, int64_t campaign, int64_t seq, enum state state)
{
	struct status_update u = {.campaign_no = campaign,
	                          .seq = seq,
	                          .attempt = 1,
	                          .state = state,
	                          .wamid = "wamid.x",
	                          .detail = state == STATE_FAILED ? "gone" : NULL,
	                          .code = state == STATE_FAILED ? 131047 : 0,
	                          .at = w->now};
	world_apply(w, &u);
}

/* ---- which changes make one ---- */

static void every_change_of_a_messages_word_is_told_once(void **state)
{
	struct world *w = world_open(state, 5);
	struct claimed_row row[8];
	int64_t h = hook(w, HOOK_DELIVERY), c = world_campaign(w, "A");
	world_freeze(w, c);
	assert_int_equal(read_hook(w, h).waiting, 0); /* waiting is no word that is told */
	assert_int_equal(world_claim(w, c, row, 4), 4);
	record(w, OUTCOME_ACCEPTED, c, 1, 1);
	status(w, c, 1, STATE_SENT);
	status(w, c, 1, STATE_SENT);
	status(w, c, 1, STATE_DELIVERED);
	status(w, c, 1, STATE_READ);
	status(w, c, 1, STATE_DELIVERED);
	assert_string_equal(words(w, h, c, 1), "enroute sent delivered read");
	record(w, OUTCOME_FAILED, c, 2, 1);
	assert_string_equal(words(w, h, c, 2), "enroute rejected");
	record(w, OUTCOME_ACCEPTED, c, 3, 1);
	status(w, c, 3, STATE_FAILED);
	assert_string_equal(words(w, h, c, 3), "enroute failed");
	record(w, OUTCOME_RETRY, c, 4, 1); /* on its way a second time: no news */
	w->now += 1000;
	assert_int_equal(world_claim(w, c, row, 1), 1);
	assert_int_equal(row[0].seq, 4);
	record(w, OUTCOME_UNCONFIRMED, c, 4, 2);
	assert_string_equal(words(w, h, c, 4), "enroute");
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	for (bool more = true; more;)
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 2, &more)), 0);
	assert_string_equal(words(w, h, c, 5), "rejected");
	assert_int_equal(read_hook(w, h).waiting, 10);
}

static void the_skipped_are_told_too(void **state)
{
	struct world *w = world_open(state, 0);
	struct claimed_row row[8];
	world_contact(w, w->audience, "447000000001", "A");
	world_contact(w, w->audience, "447000000002", "B");
	int64_t h = hook(w, HOOK_DELIVERY);
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, "447000000001", true, "api", "", w->now)), 0);
	struct campaign_request req = world_request(w, "A");
	req.deadline_ms = w->now + 1000;
	int64_t c = world_create(w, &req);
	world_freeze(w, c);
	assert_string_equal(words(w, h, c, 1), "rejected");
	w->now += 2000;
	assert_int_equal(world_claim(w, c, row, 8), 0);
	assert_string_equal(words(w, h, c, 2), "expired");
}

static void nothing_is_kept_for_an_account_without_a_hook(void **state)
{
	struct world *w = world_open(state, 1);
	struct claimed_row row[1];
	int64_t h = hook(w, HOOK_MESSAGE), c = world_campaign(w, "A");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	record(w, OUTCOME_ACCEPTED, c, 1, 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), 0);
	assert_int_equal(read_hook(w, h).waiting, 0);
}

static void what_is_undone_is_not_told(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t h = hook(w, HOOK_CAMPAIGN), c = world_campaign(w, "A");
	struct store_tx *tx = world_begin(w);
	assert_int_equal(campaign_cancel(tx, w->account, c, w->now), 0);
	sql_rollback(tx->db);
	assert_int_equal(read_hook(w, h).waiting, 1); /* that it began */
}

/* ---- what they say ---- */

static const char *only_body(struct world *w, int64_t hook_no)
{
	struct hook_due e[MAX_DUE];
	msec_t next;
	assert_int_equal(due(w, hook_no, e, &next), 1);
	return e[0].body;
}

static const char *uuid(struct world *w, enum pubid_kind kind, int64_t a, int64_t b)
{
	char *text = arena_alloc(w->arena, UUID_TEXT_BYTES);
	struct uuid id = pubid_make(store_ids(w->store), kind, a, b);
	uuid_format(&id, text);
	return text;
}

static void a_delivery_event_is_the_contracts(void **state)
{
	struct world *w = world_open(state, 1);
	struct claimed_row row[1];
	int64_t c = world_campaign(w, "A");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	int64_t h = hook(w, HOOK_DELIVERY);
	record(w, OUTCOME_FAILED, c, 1, 1);
	assert_string_equal(
		only_body(w, h),
		arena_printf(w->arena,
	                     "{\"data\":{\"account_id\":\"%s\",\"message_id\":\"%s\",\"event\":\"delivery\",\"status\":"
	                     "\"rejected\",\"channel\":\"WHATSAPP\",\"to\":\"447000000001\",\"mccmnc\":null,\"price\":"
	                     "null,\"timestamp\":\"2023-11-14 22:13:20\",\"payload\":null,\"campaign_id\":\"%s\","
	                     "\"error\":{\"code\":131026,\"message\":\"no WhatsApp there\"}}}",
	                     uuid(w, PUBID_ACCOUNT, w->account, 0), uuid(w, PUBID_MESSAGE, c, 1), uuid(w, PUBID_CAMPAIGN, c, 0)));
}

static void a_message_event_is_the_contracts(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t h = hook(w, HOOK_MESSAGE), account;
	struct inbound m = {.phone_number_id = "1001",
	                    .wamid = "wamid.in",
	                    .from = "447000000001",
	                    .type = "text",
	                    .text = "Hi \"there\"\n",
	                    .payload = "",
	                    .context_id = "",
	                    .at = w->now};
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 0);
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 1);
	int64_t no = world_int(w, "SELECT no FROM inbound");
	assert_string_equal(only_body(w, h),
	                    arena_printf(w->arena,
	                                 "{\"data\":{\"account_id\":\"%s\",\"message_id\":\"%s\",\"event\":\"message\",\"from\":"
	                                 "\"447000000001\",\"to\":\"441001\",\"text\":\"Hi \\\"there\\\"\\n\",\"channel\":"
	                                 "\"WHATSAPP\",\"timestamp\":\"2023-11-14 22:13:20\"}}",
	                                 uuid(w, PUBID_ACCOUNT, w->account, 0), uuid(w, PUBID_INBOUND, no, 0)));
}

static void a_campaigns_life_is_told(void **state)
{
	struct world *w = world_open(state, 1);
	struct claimed_row row[1];
	struct hook_due e[MAX_DUE];
	msec_t next;
	int64_t h = hook(w, HOOK_CAMPAIGN);
	struct campaign_request req = world_request(w, "Later");
	req.schedule_ms = w->now + 1000;
	int64_t c = world_create(w, &req);
	int started;
	w->now += 1000;
	assert_int_equal(IN_JOB(w, campaigns_start_due(tx, w->now, &started)), 0);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, c, &world_pause, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, c, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)),
	                 0); /* those who wait for it are told */
	assert_int_equal(IN_JOB(w, sender_release(tx, 0, w->sender, w->now)), 0);
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	record(w, OUTCOME_ACCEPTED, c, 1, 1);
	/* One of a subject at a time. */
	static const char *const want[] = {
		"\"status\":\"scheduled\",\"hold\":null",
		"\"status\":\"in_progress\",\"hold\":null",
		"\"status\":\"in_progress\",\"hold\":{\"by\":\"person\",\"rule\":\"person\",\"code\":null,\"reason\":\"wait\"",
		"\"status\":\"in_progress\",\"hold\":null,\"sender_hold\":null",
		"\"hold\":null,\"sender_hold\":{\"by\":\"rule\",\"rule\":\"refused\",\"code\":190",
		"\"status\":\"in_progress\",\"hold\":null,\"sender_hold\":null",
		"\"status\":\"completed\",\"hold\":null"};
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		assert_int_equal(due(w, h, e, &next), 1);
		if (!strstr(e[0].body, want[i]))
			fail_msg("%s is not in %s", want[i], e[0].body);
		settle(w, h, &e[0], HOOK_DELIVERED, 0);
	}
	assert_int_equal(due(w, h, e, &next), 0);
	assert_int_equal(read_hook(w, h).delivered, 7);
}

/* Also of a sender that no campaign in progress waits for. */
static void a_senders_hold_is_told(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	msec_t next;
	int64_t h = hook(w, HOOK_SENDER), of_campaigns = hook(w, HOOK_CAMPAIGN);
	struct campaign_request req = world_request(w, "Later");
	req.schedule_ms = w->now + HOUR_MS;
	int64_t c = world_create(w, &req);
	assert_int_equal(IN_JOB(w, sender_release(tx, 0, w->sender, w->now)), 0); /* nothing held it: no news */
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &world_refusal, w->now)), 1);
	assert_int_equal(IN_JOB(w, sender_release(tx, 0, w->sender, w->now)), 0);
	assert_int_equal(due(w, h, e, &next), 1);
	assert_string_equal(
		e[0].body,
		arena_printf(w->arena,
	                     "{\"data\":{\"account_id\":\"%s\",\"sender_id\":\"%s\",\"event\":\"sender\",\"name\":\"Shop\","
	                     "\"status\":\"blocked\",\"hold\":{\"by\":\"rule\",\"rule\":\"refused\",\"code\":190,\"reason\":"
	                     "\"the token "
	                     "ran out\",\"remedy\":\"Give it a new one.\",\"since\":\"2023-11-14 22:13:20\",\"until\":null},"
	                     "\"timestamp\":\"2023-11-14 22:13:20\"}}",
	                     uuid(w, PUBID_ACCOUNT, w->account, 0), uuid(w, PUBID_SENDER, w->sender, 0)));
	settle(w, h, &e[0], HOOK_DELIVERED, 0);
	assert_int_equal(due(w, h, e, &next), 1);
	assert_non_null(strstr(e[0].body, "\"status\":\"available\",\"hold\":null"));
	settle(w, h, &e[0], HOOK_DELIVERED, 0);
	assert_int_equal(due(w, h, e, &next), 0);
	/* the campaign that is scheduled: made, its sender held, and available again */
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event WHERE hook_no = %lld AND subject = %lld",
	                           (long long)of_campaigns, (long long)c),
	                 3);
}

/* ---- how they go ---- */

static void one_a_subject_in_order_the_rest_goes_on(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	msec_t next;
	int64_t h = hook(w, HOOK_DELIVERY);
	add(w, h, 1, "a1");
	add(w, h, 1, "a2");
	add(w, h, 2, "b1");
	assert_int_equal(due(w, h, e, &next), 2);
	assert_string_equal(e[0].body, "a1");
	assert_string_equal(e[1].body, "b1");
	assert_int_equal(next, -1);
	settle(w, h, &e[0], HOOK_WAITING, w->now + 500);
	settle(w, h, &e[1], HOOK_DELIVERED, 0);
	add(w, h, 1, "a3");
	assert_int_equal(due(w, h, e, &next), 0);
	assert_int_equal(next, w->now + 500);
	w->now += 500;
	assert_int_equal(due(w, h, e, &next), 1);
	assert_string_equal(e[0].body, "a1");
	assert_int_equal(e[0].attempts, 1);
	settle(w, h, &e[0], HOOK_FAILED, 0); /* given up: those behind it go on */
	assert_int_equal(due(w, h, e, &next), 1);
	assert_string_equal(e[0].body, "a2");
	struct hook seen = read_hook(w, h);
	assert_int_equal(seen.waiting * 100 + seen.delivered * 10 + seen.failed, 211);
	assert_string_equal(seen.last_reason, "it answered 503");
	assert_int_equal(seen.last_ms, w->now);
}

static void the_oldest_go_where_too_many_wait(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	msec_t next;
	int64_t h = hook(w, HOOK_DELIVERY);
	add_many(w, h, HOOK_MAX_WAITING);
	assert_int_equal(read_hook(w, h).dropped, 0);
	assert_int_equal(due(w, h, e, &next), MAX_DUE);
	add(w, h, 20000, "y");
	add(w, h, 20001, "y");
	struct hook seen = read_hook(w, h);
	assert_int_equal(seen.waiting, HOOK_MAX_WAITING);
	assert_int_equal(seen.dropped, 2);
	settle(w, h, &e[0], HOOK_DELIVERED, 0); /* it was on its way and is gone: no harm */
	assert_int_equal(read_hook(w, h).delivered, 0);
	assert_int_equal(due(w, h, e, &next), MAX_DUE);
	assert_int_equal(e[0].subject, 2);
}

static void what_is_late_is_given_up_and_what_is_old_forgotten(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	msec_t next;
	int64_t h = hook(w, HOOK_DELIVERY);
	add(w, h, 1, "a");
	w->now += HOOK_GIVE_UP_MS + HOOK_LAST_TRY_MS;
	add(w, h, 2, "b");
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	assert_int_equal(read_hook(w, h).waiting, 2);
	w->now++;
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	struct hook seen = read_hook(w, h);
	assert_int_equal(seen.waiting * 10 + seen.failed, 11);
	assert_int_equal(due(w, h, e, &next), 1);
	assert_string_equal(e[0].body, "b");
	settle(w, h, &e[0], HOOK_DELIVERED, 0);
	w->now += HOOK_KEPT_MS;
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), 2);
	w->now++;
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), 0);
}

static void of_the_settled_the_newest_are_kept(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t h = hook(w, HOOK_DELIVERY);
	add_many(w, h, HOOK_KEPT);
	world_script(w, "UPDATE hook_event SET state = 1, done_ms = %lld", (long long)w->now);
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), HOOK_KEPT);
	world_script(w, "UPDATE hook SET waiting = 0");
	add(w, h, 1, "y");
	add(w, h, 2, "y");
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), HOOK_KEPT);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event WHERE state = 0"), 2);
}

static void an_event_can_be_told_again(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	struct hook_event seen;
	msec_t next;
	int64_t h = hook(w, HOOK_DELIVERY);
	add(w, h, 1, "a");
	assert_int_equal(due(w, h, e, &next), 1);
	int64_t no = e[0].no;
	settle(w, h, &e[0], HOOK_FAILED, 0);
	assert_int_equal(IN_JOB(w, hook_event_read(tx, h, no, w->arena, &seen)), 0);
	assert_int_equal(seen.state, HOOK_FAILED);
	assert_int_equal(seen.http_status, 503);
	assert_int_equal(seen.done_ms, w->now);
	assert_int_equal(IN_JOB(w, hook_event_again(tx, h + 1, no, w->now)), 1);
	w->now += 2 * HOOK_GIVE_UP_MS;
	assert_int_equal(IN_JOB(w, hook_event_again(tx, h, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, hook_event_again(tx, h, no, w->now)), 0); /* it waits already */
	assert_int_equal(IN_JOB(w, hook_events_tend(tx, w->now)), 0);        /* with its 24 hours before it */
	assert_int_equal(read_hook(w, h).waiting, 1);
	assert_int_equal(due(w, h, e, &next), 1);
	settle(w, h, &e[0], HOOK_DELIVERED, 0);
	assert_int_equal(IN_JOB(w, hook_event_read(tx, h, no, w->arena, &seen)), 0);
	assert_int_equal((int)seen.state * 10 + seen.attempts, 12);
	assert_null(seen.reason);
}

/* ---- the hooks themselves ---- */

static void one_hook_a_kind_and_its_secret_sealed(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_target *target;
	struct hook h;
	char made[HOOK_SECRET_BYTES], another[HOOK_SECRET_BYTES];
	int64_t no, first = hook(w, HOOK_DELIVERY);
	int n;
	assert_int_equal(IN_JOB(w, hook_create(tx, w->account, HOOK_DELIVERY, "https://b.example", "s", w->now, &no)), 1);
	add(w, first, 1, "a");
	assert_int_equal(IN_JOB(w, hooks_to_serve(tx, w->arena, &target, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(target[0].no, first);
	assert_string_equal(target[0].secret, "a secret");
	assert_int_equal(world_int(w, w->engine == SQL_SQLITE
	                                      ? "SELECT COUNT(*) FROM hook WHERE INSTR(secret, CAST('a secret' AS BLOB)) = 0"
	                                      : "SELECT COUNT(*) FROM hook WHERE POSITION('a secret'::bytea IN secret) = 0"),
	                 1);
	hook_make_secret(made);
	hook_make_secret(another);
	assert_int_equal(strlen(made), 64);
	assert_string_not_equal(made, another);
	assert_int_equal(IN_JOB(w, hook_read(tx, w->account + 1, first, w->arena, &h)), 1);
	assert_int_equal(IN_JOB(w, hook_delete(tx, w->account + 1, first, w->now)), 1);
	assert_int_equal(IN_JOB(w, hook_delete(tx, w->account, first, w->now)), 0);
	assert_int_equal(IN_JOB(w, hook_delete(tx, w->account, first, w->now)), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM hook_event"), 0);
	assert_true(hook(w, HOOK_DELIVERY) > first);
}

static void deliveries_are_listed_by_state(void **state)
{
	struct world *w = world_open(state, 0);
	struct hook_due e[MAX_DUE];
	struct hook_event seen[4];
	struct hook_totals totals;
	msec_t next;
	int n;
	int64_t h = hook(w, HOOK_DELIVERY);
	for (int i = 0; i < 5; i++)
		add(w, h, i, "x");
	assert_int_equal(due(w, h, e, &next), 5);
	settle(w, h, &e[1], HOOK_DELIVERED, 0);
	settle(w, h, &e[3], HOOK_FAILED, 0);
	struct page page = {.size = 4};
	assert_int_equal(IN_JOB(w, hook_event_list(tx, h, 0, &page, w->arena, seen, &n)), 0);
	assert_int_equal(n, 4);
	assert_int_equal(page.total, 5);
	assert_int_equal(seen[0].no, e[4].no);
	page = (struct page){.size = 4};
	assert_int_equal(IN_JOB(w, hook_event_list(tx, h, 6, &page, w->arena, seen, &n)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(seen[0].no, e[3].no);
	assert_int_equal(seen[1].state, HOOK_DELIVERED);
	assert_int_equal(IN_JOB(w, hook_totals(tx, &totals)), 0);
	assert_int_equal(totals.waiting * 1000 + totals.delivered * 100 + totals.failed * 10 + totals.dropped, 3110);
}

static int n_news;

static void count_news(void *arg)
{
	(void)arg;
	n_news++;
}

static int cancel_run(struct store_tx *tx, void *arg)
{
	const struct world *w = arg;
	return campaign_cancel(tx, w->account, 1, w->now);
}

static void new_events_are_announced_after_the_commit(void **state)
{
	struct world *w = world_open(state, 1);
	assert_int_equal(world_campaign(w, "A"), 1);
	n_news = 0;
	store_watch(w->store, count_news, NULL);
	assert_int_equal(store_call(w->store, cancel_run, w), 0); /* nobody listens */
	assert_int_equal(n_news, 0);
	(void)hook(w, HOOK_CAMPAIGN);
	world_script(w, "UPDATE campaign SET status = 1");
	assert_int_equal(store_call(w->store, cancel_run, w), 0);
	assert_int_equal(n_news, 1);
	store_watch(w->store, NULL, NULL);
	world_script(w, "UPDATE campaign SET status = 1");
	assert_int_equal(store_call(w->store, cancel_run, w), 0);
	assert_int_equal(n_news, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(every_change_of_a_messages_word_is_told_once),
		WORLD_ON_BOTH(the_skipped_are_told_too),
		WORLD_ON_BOTH(nothing_is_kept_for_an_account_without_a_hook),
		WORLD_ON_BOTH(what_is_undone_is_not_told),
		WORLD_ON_BOTH(a_delivery_event_is_the_contracts),
		WORLD_ON_BOTH(a_message_event_is_the_contracts),
		WORLD_ON_BOTH(a_campaigns_life_is_told),
		WORLD_ON_BOTH(a_senders_hold_is_told),
		WORLD_ON_BOTH(one_a_subject_in_order_the_rest_goes_on),
		WORLD_ON_BOTH(the_oldest_go_where_too_many_wait),
		WORLD_ON_BOTH(what_is_late_is_given_up_and_what_is_old_forgotten),
		WORLD_ON_BOTH(of_the_settled_the_newest_are_kept),
		WORLD_ON_BOTH(an_event_can_be_told_again),
		WORLD_ON_BOTH(one_hook_a_kind_and_its_secret_sealed),
		WORLD_ON_BOTH(deliveries_are_listed_by_state),
		WORLD_ON_BOTH(new_events_are_announced_after_the_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
