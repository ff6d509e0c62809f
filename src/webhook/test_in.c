/* Meta's webhooks as they come in: over a real server on the loopback, into a store with its thread. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inbox.h"
#include "store/templates.h"
#include "webhook/test_hook.h"

static void test_handshake(void **state)
{
	hook_open(state, 0);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	hook_get("hub.mode=subscribe&hub.verify_token=" HOOK_VERIFY_TOKEN "&hub.challenge=1158201444", 200, "1158201444");
	hook_get("hub.challenge=a%20b&hub.verify_token=" HOOK_VERIFY_TOKEN "&hub.mode=subscribe", 200, "a b");
	hook_get("hub.mode=subscribe&hub.verify_token=the-verify-tokem&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=subscribe&hub.verify_token=the-verify-toke&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=subscribe&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=unsubscribe&hub.verify_token=" HOOK_VERIFY_TOKEN "&hub.challenge=1", 403, NULL);
	hook_get("hub.verify_token=" HOOK_VERIFY_TOKEN "&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=subscribe&hub.verify_token=" HOOK_VERIFY_TOKEN, 403, NULL);
	hook_get("hub.mode=subscribe&hub.verify_token=" HOOK_VERIFY_TOKEN "&hub.challenge=a%0Ab", 403, NULL);
}

static void test_no_handshake_without_a_token(void **state)
{
	hook_open(state, 0);
	hook_start(NULL, 0);
	hook_get("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", 403, NULL);
	hook_get("hub.mode=subscribe&hub.challenge=1", 403, NULL);
}

static void test_signature(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	const char *body = hook_stop_message(w, "447000000001"), *other = hook_stop_message(w, "447000000002");
	const char *good = arena_strdup(w->arena, hook_sign(WORLD_SECRET, body));
	assert_int_equal(hook_post(body, NULL).status, 401);
	assert_int_equal(hook_post(body, "").status, 401);
	assert_int_equal(hook_post(body, hook_sign("another secret", body)).status, 401);
	assert_int_equal(hook_post(body, hook_sign(WORLD_SECRET, other)).status, 401);
	assert_int_equal(hook_post(body, good + strlen("sha256=")).status, 401);
	assert_int_equal(hook_post(arena_printf(w->arena, "%s ", body), good).status, 401);
	assert_int_equal(hook_stats().refused, 6);
	assert_int_equal(hook_stats().received, 0);
	assert_int_equal(hook_ask("SELECT COALESCE(MAX(no), 0) FROM inbox"), 0); /* nothing was ever stored */
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 0);
	assert_int_equal(hook_post(body, good).status, 200);
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout WHERE number = '447000000001'"), 1);
	assert_int_equal(hook_stats().received, 1);
	assert_int_equal(hook_stats().applied, 1);
	assert_int_equal(hook_stats().refused, 6);
}

static void test_too_large(void **state)
{
	struct peer_answer answer;
	hook_open(state, 0);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	int fd = hook_connect();
	peer_send(fd, "POST /webhooks/whatsapp HTTP/1.1\r\nHost: h\r\nContent-Length: 4194305\r\n\r\n");
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 413);
	close(fd);
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbox"), 0);
}

static void test_large(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	const char *event = hook_stop_message(w, "447000000001");
	char *body = malloc(WEBHOOK_MAX_BYTES + 1);
	assert_non_null(body);
	memset(body, ' ', WEBHOOK_MAX_BYTES);
	memcpy(body, event, strlen(event));
	body[WEBHOOK_MAX_BYTES] = '\0';
	int status = hook_post(body, hook_sign(WORLD_SECRET, body)).status;
	free(body);
	assert_int_equal(status, 200);
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 1);
}

/* The answer waits for the commit: while the store does not come to it there is none, and when there is one, another
 * connection to the database sees the event. */
static void test_durable_before_the_answer(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 8);
	static char keep[] = "CREATE TRIGGER keep BEFORE DELETE ON inbox BEGIN SELECT RAISE(ABORT, 'kept for the test'); END";
	hook_script(keep);
	struct hook_block block;
	hook_block(&block);
	const char *body = hook_stop_message(w, "447000000001");
	int fd = hook_connect();
	hook_send(fd, body, hook_sign(WORLD_SECRET, body));
	hook_wait_for_jobs(2); /* the request has come as far as the store's mailbox */
	assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
	sem_post(&block.go);
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 200);
	close(fd);
	struct sql_db *db = engines_connect(w->url, &(struct sql_options){.n_texts = 0});
	int64_t n = engines_int(db, "SELECT COUNT(*) FROM inbox");
	sql_close(db);
	assert_int_equal(n, 1);
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 0); /* what is not out of the inbox is not done */
	static char drop[] = "DROP TRIGGER keep";
	hook_wait_for_failures(3); /* together, alone, and put aside: nothing of it works */
	hook_script(drop);
	hook_post_signed(hook_stop_message(w, "447000000002")); /* brings the rest along */
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 2);
}

static void test_not_stored_is_not_answered_with_200(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	static char full[] = "CREATE TRIGGER disk BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
	hook_script(full);
	const char *body = hook_stop_message(w, "447000000001");
	struct peer_answer answer = hook_post(body, hook_sign(WORLD_SECRET, body));
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.head, "Retry-After: 1"));
	assert_int_equal(hook_stats().received, 0);
	assert_int_equal(hook.n_missed, 1); /* delivery knows: this silence is no evidence */
	static char drop[] = "DROP TRIGGER disk";
	hook_script(drop);
	hook_post_signed(body); /* as Meta does */
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 1);
}

/* A mailbox that is full pushes back at once instead of growing. */
static void test_full_mailbox(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 3);
	struct hook_block block;
	hook_block(&block);
	int fd[2];
	for (int i = 0; i < 2; i++) {
		const char *body = hook_stop_message(w, i == 0 ? "447000000001" : "447000000002");
		fd[i] = hook_connect();
		hook_send(fd[i], body, hook_sign(WORLD_SECRET, body));
		hook_wait_for_jobs(i + 2);
	}
	const char *body = hook_stop_message(w, "447000000003");
	struct peer_answer answer = hook_post(body, hook_sign(WORLD_SECRET, body));
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.head, "Retry-After: 1"));
	sem_post(&block.go);
	for (int i = 0; i < 2; i++) {
		peer_read_answer(fd[i], &answer);
		assert_int_equal(answer.status, 200);
		close(fd[i]);
	}
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 2);
}

/* ---- applying ---- */

static void test_events_left_by_a_crash(void **state)
{
	struct world *w = hook_open(state, 1);
	for (int i = 0; i < 200; i++) {
		const char *body = hook_stop_message(w, arena_printf(w->arena, "447%09d", i));
		int64_t no;
		assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, body, strlen(body), NULL, false, w->now, &no)), 0);
	}
	hook_start(HOOK_VERIFY_TOKEN, 0);
	hook_wait_until_empty(); /* nobody sends anything: they are applied at the start, by themselves */
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 200);
	hook_post_signed(hook_stop_message(w, "447000000999"));
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 201);
	hook_wait_until_counted(201); /* those of before it began were not counted as waiting */
	assert_int_equal(hook_stats().applied, 201);
	assert_int_equal(hook_stats().received, 1);
}

/* One event that the database refuses stops nobody. */
static void test_event_that_cannot_be_applied(void **state)
{
	struct world *w = hook_open(state, 1);
	for (int i = 1; i <= 9; i++) {
		const char *body = hook_stop_message(w, arena_printf(w->arena, "44700000000%d", i));
		int64_t no;
		assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, body, strlen(body), NULL, false, w->now, &no)), 0);
	}
	world_script(w, "CREATE TRIGGER poison BEFORE INSERT ON optout WHEN NEW.number IN ('447000000003', '447000000004')"
	                " BEGIN SELECT RAISE(ABORT, 'poison'); END");
	hook_start(HOOK_VERIFY_TOKEN, 0);
	hook_wait_until_empty();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 7);
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbox_aside"), 2);
	assert_int_equal(hook_ask("SELECT n FROM inbox_count WHERE kind = 'set_aside'"), 2);
	hook_post_signed(hook_stop_message(w, "447000000010"));
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 8);
	hook_wait_until_counted(8);
	assert_int_equal(hook_stats().set_aside, 2);
	assert_int_equal(hook_stats().applied, 8);
}

/* A database in trouble refuses every event, which is no event's fault: none is set aside, and when the trouble is over all are
 * applied, though nobody sends another one. */
static void test_trouble_sets_nothing_aside(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	hook_wait_until_empty();
	static char full[] = "CREATE TRIGGER a BEFORE INSERT ON optout BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;"
			     "CREATE TRIGGER b BEFORE INSERT ON inbox_aside BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
	hook_script(full);
	for (int i = 1; i <= 3; i++)
		hook_post_signed(hook_stop_message(w, arena_printf(w->arena, "44700000000%d", i)));
	hook_wait_for_failures(3); /* together, alone, and put aside */
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbox"), 3);
	static char mended[] = "DROP TRIGGER a; DROP TRIGGER b";
	hook_script(mended);
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 3);
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbox_aside"), 0);
	assert_int_equal(hook_stats().set_aside, 0);
}

static void test_garbage_that_is_signed(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	hook_post_signed("this is no webhook");
	hook_post_signed("");
	hook_post_signed(hook_stop_message(w, "447000000001"));
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbox_aside"), 2);
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 1);
}

static void test_many_in_order(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	int fd = hook_connect();
	for (int i = 0; i < 200; i++) {
		const char *body = arena_printf(w->arena,
		                                "{\"entry\":[{\"id\":\"2001\",\"changes\":[{\"field\":\"messages\",\"value\":{"
		                                "\"metadata\":{\"phone_number_id\":\"1001\"},"
		                                "\"messages\":[{\"from\":\"447000000001\",\"id\":\"wamid.%d\",\"timestamp\":"
		                                "\"1700000010\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]}}]}]}",
		                                i, i % 2 ? "start" : "stop");
		struct peer_answer answer;
		hook_send(fd, body, hook_sign(WORLD_SECRET, body));
		peer_read_answer(fd, &answer);
		assert_int_equal(answer.status, 200);
	}
	close(fd);
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM inbound"), 200);
	assert_int_equal(hook_ask("SELECT out FROM optout"), 0); /* the last word was start, all in the same second */
}

static int template_run(struct store_tx *tx, void *arg)
{
	const struct world *w = arg;
	return template_submitted(tx, w->template, "7001", NULL, w->now, w->now);
}

static void test_delivery_is_told_of_verdicts(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	assert_int_equal(store_call(w->store, template_run, w), 0);
	hook_post_signed(hook_stop_message(w, "447000000001"));
	hook_wait_until_applied();
	assert_int_equal(hook.n_notified, 0);
	hook_post_signed("{\"entry\":[{\"id\":\"2001\",\"changes\":[{\"field\":\"message_template_status_update\",\"value\":"
	                 "{\"event\":\"DISABLED\",\"message_template_id\":7001,\"reason\":\"NONE\"}}]}]}");
	hook_wait_until_applied();
	assert_int_equal(hook.n_notified, 1);
	assert_int_equal(hook_ask("SELECT status FROM template"), TEMPLATE_CANCELED);
}

static int new_secret_run(struct store_tx *tx, void *arg)
{
	const struct world *w = arg;
	return sender_update(tx, w->account, w->sender, &(struct sender_request){.app_secret = "a new secret"}, w->now);
}

static void test_secrets_change(void **state)
{
	struct world *w = hook_open(state, 1);
	hook_start(HOOK_VERIFY_TOKEN, 0);
	const char *body = hook_stop_message(w, "447000000001");
	assert_int_equal(store_call(w->store, new_secret_run, w), 0);
	/* Another server may have been told of it: it is looked for, though not for every stranger. */
	assert_int_equal(hook_post(body, hook_sign("a new secret", body)).status, 200);
	assert_int_equal(hook_post(body, hook_sign(WORLD_SECRET, body)).status, 401);
	hook_wait_until_applied();
	assert_int_equal(hook_ask("SELECT COUNT(*) FROM optout"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOOK_TEST(test_handshake),
		HOOK_TEST(test_no_handshake_without_a_token),
		HOOK_TEST(test_signature),
		HOOK_TEST(test_too_large),
		HOOK_TEST(test_large),
		HOOK_TEST(test_durable_before_the_answer),
		HOOK_TEST(test_not_stored_is_not_answered_with_200),
		HOOK_TEST(test_full_mailbox),
		HOOK_TEST(test_events_left_by_a_crash),
		HOOK_TEST(test_event_that_cannot_be_applied),
		HOOK_TEST(test_trouble_sets_nothing_aside),
		HOOK_TEST(test_garbage_that_is_signed),
		HOOK_TEST(test_many_in_order),
		HOOK_TEST(test_delivery_is_told_of_verdicts),
		HOOK_TEST(test_secrets_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
