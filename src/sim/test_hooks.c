#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sim/test_talk.h"

static struct talk talk;
static struct target *target;

static int setup(void **state)
{
	(void)state;
	target = target_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	talk_stop(&talk);
	target_stop(target);
	return 0;
}

#define START(...)                                                                                                              \
	talk_start(&talk, (const char *const[]){"webhook-url", target_url(target), "app-secret", "s3cret", "pair-limit", "off", \
	                                        "ceiling", "0", __VA_ARGS__ __VA_OPT__(, ) NULL})
#define LEDGER(key) talk_number(&talk, "/_sim/ledger", key)
#define STATS(key) talk_number(&talk, "/_sim/stats", key)

static void send_many(int from, int n)
{
	for (int i = from; i < from + n; i++) {
		char to[32], opaque[32];
		snprintf(to, sizeof(to), "+4477009%05d", i);
		snprintf(opaque, sizeof(opaque), "op-%d-", i);
		assert_int_equal(talk_send(&talk, to, "offer", opaque), 200);
	}
}

static void each_message_goes_its_whole_way(void **state)
{
	(void)state;
	START();
	send_many(0, 50);
	assert_true(target_wait(target, "\"status\":\"read\"", 50));
	assert_true(target_wait(target, "\"status\":\"sent\"", 50));
	assert_true(target_wait(target, "\"status\":\"delivered\"", 50));
	assert_int_equal(target_count(target, "\"biz_opaque_callback_data\":\"op-7-\""), 3);
	assert_int_equal(target_count(target, "\"status\":\"failed\""), 0);
	assert_true(target_signed(target, "s3cret"));
	assert_int_equal(LEDGER("read"), 50);
	assert_int_equal(LEDGER("delivered"), 50);
	assert_int_equal(STATS("updates"), 150);
}

static void failures_say_why(void **state)
{
	(void)state;
	START("fail-codes", "131049:100");
	send_many(0, 20);
	assert_true(target_wait(target, "\"status\":\"failed\"", 20));
	assert_true(target_wait(target, "\"code\":131049", 20));
	assert_int_equal(target_count(target, "\"status\":\"delivered\""), 0);
	assert_in_range(target_count(target, "\"status\":\"sent\""), 1, 19); /* some fail after they were sent */
	assert_int_equal(LEDGER("failed"), 20);
	assert_int_equal(LEDGER("sent"), 0);
}

static void lost_ones_do_not_come_and_doubled_ones_come_twice(void **state)
{
	(void)state;
	START("webhook-lost", "100");
	send_many(0, 5);
	talk_settle(&talk);
	assert_int_equal(STATS("updates_lost"), 15);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults",
	                           "{\"webhook-lost\":0,\"webhook-doubled\":100,"
	                           "\"webhook-reorder-ms\":\"0-20\"}"),
	                 200);
	send_many(100, 5);
	assert_true(target_wait(target, "\"status\":\"read\"", 10));
	assert_true(target_wait(target, "\"status\":\"sent\"", 10));
	assert_true(target_wait(target, "op-100-", 6));
	assert_int_equal(target_count(target, "op-0-"), 0);
	assert_int_equal(STATS("updates_doubled"), 15);
}

static void a_refused_post_is_tried_again(void **state)
{
	(void)state;
	START();
	target_answer(target, 500, 3);
	send_many(0, 1);
	assert_true(target_wait(target, "\"status\":\"read\"", 1));
	assert_true(target_wait(target, "\"status\":\"sent\"", 1));
	assert_int_equal(target_count(target, "answered 500"), 3);
	assert_int_equal(target_count(target, "\"status\":\"sent\""), 1);
	assert_true(target_signed(target, "s3cret"));
	assert_int_equal(STATS("posts_failed"), 3);
}

static bool webhook_is(const char *key)
{
	assert_int_equal(talk_call(&talk, "GET", "/_sim/stats", NULL), 200);
	return cJSON_IsTrue(json_get(json_get(talk.tree, "webhook"), key));
}

static void wait_until(const char *key)
{
	for (int n = 0; !webhook_is(key); n++)
		assert_true(n < 100000);
}

static void the_target_is_verified(void **state)
{
	(void)state;
	START("verify-token", "my token&");
	assert_true(target_wait(target, "verify subscribe my token&", 1));
	wait_until("verified");
	assert_int_equal(talk_call(&talk, "POST", "/_sim/webhook", "{\"verify_token\":\"other\"}"), 200);
	assert_true(target_wait(target, "verify subscribe other", 1));
}

static void a_target_that_is_down_is_verified_later(void **state)
{
	(void)state;
	target_down(target);
	START("verify-token", "t", "webhook-retry-max-ms", "4");
	wait_until("down");
	assert_false(webhook_is("verified"));
	target_up(target);
	assert_true(target_wait(target, "verify subscribe t", 1));
	wait_until("verified");
	assert_false(webhook_is("down"));
}

/* With room for few updates most messages wait in their other form. */
static void nothing_is_lost_while_the_target_is_down(void **state)
{
	(void)state;
	START("webhook-retry-max-ms", "4", "webhook-memory-kb", "4", "webhook-batch", "3");
	send_many(0, 5);
	assert_true(target_wait(target, "\"status\":\"read\"", 5));
	target_down(target);
	send_many(5, 60);
	wait_until("down");
	assert_in_range(LEDGER("pending"), 40, 60);
	target_up(target);
	assert_true(target_wait(target, "\"status\":\"read\"", 65));
	assert_true(target_wait(target, "\"status\":\"delivered\"", 65));
	assert_true(target_wait(target, "\"status\":\"sent\"", 65));
	assert_int_equal(LEDGER("read"), 65);
	assert_int_equal(STATS("updates_dropped"), 0);
	assert_true(target_signed(target, "s3cret"));
	assert_false(webhook_is("down"));
}

static void a_target_that_is_down_is_asked_by_one_post_at_a_time(void **state)
{
	(void)state;
	target_down(target);
	START("webhook-retry-ms", "3600000", "webhook-retry-max-ms", "3600000", "webhook-batch", "1");
	send_many(0, 1);
	wait_until("down");
	send_many(1, 20);
	talk_settle(&talk);
	assert_in_range(STATS("posts"), 1, 3); /* the first ones, before the first of them failed */
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound", "{\"from\":\"+447700900000\",\"text\":\"hi\"}"), 200);
	target_up(target);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/webhook", "{}"), 200);
	assert_true(target_wait(target, "\"status\":\"", 63));
	assert_true(target_wait(target, "\"body\":\"hi\"", 1));
}

static void a_reset_drops_what_waits(void **state)
{
	(void)state;
	target_down(target);
	START("webhook-retry-max-ms", "4");
	send_many(0, 5);
	talk_settle(&talk);
	wait_until("down");
	assert_int_equal(talk_call(&talk, "POST", "/_sim/reset", NULL), 200);
	target_up(target);
	send_many(100, 5);
	assert_true(target_wait(target, "op-10", 15));
	assert_int_equal(target_count(target, "op-0-"), 0);
	assert_int_equal(target_count(target, "\"status\":\""), 15);
}

static void too_many_on_their_way_are_refused(void **state)
{
	(void)state;
	START("max-backlog", "4", "sent-delay-ms", "3600000");
	send_many(0, 4);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 400);
	assert_int_equal(talk_code(&talk), 130429);
	assert_int_equal(STATS("backlogged"), 1);
	assert_int_equal(LEDGER("taken"), 4);
}

static void users_answer(void **state)
{
	(void)state;
	START("stop-share", "100");
	send_many(0, 3);
	assert_true(target_wait(target, "\"text\":{\"body\":\"STOP\"}", 3));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"stop-share\":0,\"inbound-share\":100}"), 200);
	send_many(10, 3);
	assert_true(target_wait(target, "Thank you! \\u263a", 3));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound",
	                           "{\"from\":\"+447700900123\",\"phone_number_id\":\"600\","
	                           "\"button\":\"Stop\",\"payload\":\"STOP:c42\",\"context\":\"wamid.x\"}"),
	                 200);
	assert_true(target_wait(target, "\"button\":{\"payload\":\"STOP:c42\",\"text\":\"Stop\"}", 1));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound",
	                           "{\"from\":\"+447700900123\",\"phone_number_id\":\"600\","
	                           "\"preference\":\"stop\"}"),
	                 200);
	assert_true(target_wait(target, "\"field\":\"user_preferences\"", 1));
}

static void held_messages_are_released_or_dropped(void **state)
{
	(void)state;
	START("held-share", "100");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 200);
	assert_non_null(strstr(talk.body, "\"message_status\":\"held_for_quality_assessment\""));
	assert_true(target_wait(target, "\"status\":\"read\"", 1));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"held-verdict\":\"drop\"}"), 200);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 200);
	assert_true(target_wait(target, "\"code\":132015", 1));
}

static void unsubscribed_accounts_are_silent(void **state)
{
	(void)state;
	START("need-subscription", "on");
	assert_int_equal(talk_call(&talk, "GET", "/500/phone_numbers", NULL), 200);
	send_many(0, 1);
	talk_settle(&talk);
	assert_int_equal(talk_call(&talk, "POST", "/500/subscribed_apps", NULL), 200);
	send_many(1, 1);
	assert_true(target_wait(target, "op-1-", 3));
	assert_int_equal(target_count(target, "op-0-"), 0);
}

static void the_same_seed_is_the_same_world(void **state)
{
	(void)state;
	char first[3][4096];
	for (int round = 0; round < 2; round++) {
		START("seed", "7", "reset-before", "20", "fail-codes", "131026:30", "refuse-codes", "131030:20");
		for (int i = 0; i < 3; i++) {
			char to[32];
			snprintf(to, sizeof(to), "+44770090000%d", i);
			int status = talk_send(&talk, to, "offer", "");
			const char *body = status == 200 ? talk.body : status == 0 ? "none" : "refused";
			if (round == 0)
				snprintf(first[i], sizeof(first[i]), "%s", body);
			else
				assert_string_equal(first[i], body);
		}
		if (round == 0)
			talk_stop(&talk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_message_goes_its_whole_way, setup, teardown),
		cmocka_unit_test_setup_teardown(failures_say_why, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_ones_do_not_come_and_doubled_ones_come_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refused_post_is_tried_again, setup, teardown),
		cmocka_unit_test_setup_teardown(the_target_is_verified, setup, teardown),
		cmocka_unit_test_setup_teardown(a_target_that_is_down_is_verified_later, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_lost_while_the_target_is_down, setup, teardown),
		cmocka_unit_test_setup_teardown(a_target_that_is_down_is_asked_by_one_post_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reset_drops_what_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_on_their_way_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(users_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(held_messages_are_released_or_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(unsubscribed_accounts_are_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_seed_is_the_same_world, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
