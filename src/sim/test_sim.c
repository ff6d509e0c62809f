#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/test_talk.h"

static struct talk talk;

static int teardown(void **state)
{
	(void)state;
	talk_stop(&talk);
	return 0;
}

#define START(...) talk_start(&talk, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define LEDGER(key) talk_number(&talk, "/_sim/ledger", key)

static void tokens_open_the_door(void **state)
{
	(void)state;
	START();
	talk.token[0] = '\0';
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 401);
	assert_int_equal(talk_code(&talk), 104);
	strcpy(talk.token, "XAA");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 401);
	assert_int_equal(talk_code(&talk), 190);
	strcpy(talk.token, "EAAexpired42");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 401);
	assert_int_equal(talk_code(&talk), 190);
	strcpy(talk.token, "EAAgood");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 200);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"token-expired\":true}"), 200);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 401);
	assert_int_equal(LEDGER("taken"), 1);
}

static void answers_as_meta_does(void **state)
{
	(void)state;
	START();
	assert_int_equal(talk_send(&talk, "+44 7700 900123", "offer", "c1:r1"), 200);
	assert_string_equal(json_text(talk.tree, "messaging_product"), "whatsapp");
	const cJSON *contact = json_get(talk.tree, "contacts")->child, *message = json_get(talk.tree, "messages")->child;
	assert_string_equal(json_text(contact, "input"), "+44 7700 900123");
	assert_string_equal(json_text(contact, "wa_id"), "447700900123");
	assert_string_equal(json_text(message, "message_status"), "accepted");
	assert_memory_equal(json_text(message, "id"), "wamid.HB", 8);
	char wamid[200];
	strcpy(wamid, json_text(message, "id"));
	assert_int_equal(talk_send(&talk, "447700900123", "offer", "c1:r1"), 200);
	assert_string_not_equal(json_text(json_get(talk.tree, "messages")->child, "id"), wamid);
	assert_int_equal(LEDGER("recipients"), 1);
	assert_int_equal(LEDGER("doubles"), 1);
	assert_int_equal(LEDGER("repeats"), 1);
	assert_int_equal(talk_call(&talk, "GET", "/_sim/ledger?to=%2B447700900123", NULL), 200);
	const cJSON *part = json_get(talk.tree, "by_number")->child;
	assert_int_equal(json_get(talk.tree, "taken")->valueint, 2);
	assert_string_equal(json_get(part, "wamids")->child->valuestring, wamid);
	assert_int_equal(talk_call(&talk, "GET", "/_sim/ledger?after=0", NULL), 200);
	assert_string_equal(json_text(json_get(talk.tree, "data")->child, "to"), "447700900123");
	assert_true(cJSON_IsNull(json_get(talk.tree, "next")));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/reset", NULL), 200);
	assert_int_equal(LEDGER("taken"), 0);
}

static void unknown_paths_are_refused(void **state)
{
	(void)state;
	START();
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/600/nothing", "{}"), 400);
	assert_int_equal(talk_code(&talk), 2500);
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/abc/messages", "{}"), 400);
	assert_int_equal(talk_code(&talk), 100);
	assert_int_equal(talk_call(&talk, "PUT", "/v23.0/600/messages", "{}"), 400);
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/600/messages", "{"), 400);
	assert_int_equal(talk_code(&talk), 100);
	assert_int_equal(talk_call(&talk, "GET", "/_sim/nothing", NULL), 404);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/ledger", "{}"), 405);
}

static void limits_answer_without_taking(void **state)
{
	(void)state;
	START("ceiling", "1", "ceiling-burst-ms", "0");
	assert_int_equal(talk_send(&talk, "+447700900001", "offer", ""), 200);
	assert_int_equal(talk_send(&talk, "+447700900002", "offer", ""), 400);
	assert_int_equal(talk_code(&talk), 130429);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"ceiling\":0}"), 200);
	for (int i = 0; i < 45; i++)
		assert_int_equal(talk_send(&talk, "+447700900003", "offer", ""), 200);
	assert_int_equal(talk_send(&talk, "+447700900003", "offer", ""), 400);
	assert_int_equal(talk_code(&talk), 131056);
	assert_int_equal(talk_send(&talk, "+447700900004", "offer", ""), 200);
	assert_int_equal(LEDGER("taken"), 47);
	assert_int_equal(talk_number(&talk, "/_sim/stats", "limited"), 1);
}

static void faults_take_or_do_not_take(void **state)
{
	(void)state;
	START("silent-ms", "1");
	static const struct {
		const char *faults;
		int status_class, taken;
	} table[] = {
		{"{\"reset-before\":100}", 0, 0},
		{"{\"reset-before\":0,\"reset-after\":100}", 0, 1},
		{"{\"reset-after\":0,\"error5xx-before\":\"100%\"}", 5, 0},
		{"{\"error5xx-before\":0,\"error5xx-after\":100}", 5, 1},
		{"{\"error5xx-after\":0,\"silent-before\":100}", 0, 0},
		{"{\"silent-before\":0,\"silent-after\":\"1/1\"}", 0, 1},
		{"{\"silent-after\":0,\"refuse-codes\":\"131026:100\"}", 4, 0},
	};
	int64_t taken = 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", table[i].faults), 200);
		assert_int_equal(talk_send(&talk, "+447700900123", "offer", "") / 100, table[i].status_class);
		taken += table[i].taken;
		assert_int_equal(LEDGER("taken"), taken);
	}
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"ceiling\":5,\"resets\":1}"), 400);
	assert_non_null(strstr(talk.body, "unknown option 'resets'"));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/faults", "{\"seed\":5}"), 400);
	assert_int_equal(talk_number(&talk, "/_sim/faults", "ceiling"), 80);
}

static void delayed_answers_come(void **state)
{
	(void)state;
	START("latency-ms", "30", "latency-jitter-ms", "5");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 200);
}

static void stopping_drops_answers_that_wait(void **state)
{
	(void)state;
	START("silent-after", "100", "silent-ms", "3600000");
	int fd = talk_leave(&talk, "POST", "/v23.0/600/messages",
	                    "{\"messaging_product\":\"whatsapp\",\"to\":"
	                    "\"+447700900123\",\"type\":"
	                    "\"template\",\"template\":{\"name\":\"offer\",\"language\":{\"code\":\"en\"}}}");
	int n = 0;
	while (talk_number(&talk, "/_sim/stats", "silences") == 0)
		assert_true(++n < 100000);
	talk_stop(&talk);
	char byte;
	assert_true(read(fd, &byte, 1) <= 0);
	close(fd);
	START();
}

static void a_template_lives(void **state)
{
	(void)state;
	START("any-template", "off");
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 404);
	assert_int_equal(talk_code(&talk), 132001);
	struct target *target = target_start();
	char body[256];
	snprintf(body, sizeof(body), "{\"url\":\"%s\",\"app_secret\":\"s3cret\"}", target_url(target));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/webhook", body), 200);
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/500/message_templates",
	                           "{\"name\":\"offer\",\"language\":\"en\",\"category\":"
	                           "\"UTILITY\",\"components\":[{\"type\":\"BODY\",\"text\":\"Hello\"}]}"),
	                 200);
	assert_string_equal(json_text(talk.tree, "status"), "PENDING");
	char id_path[64], template_id[32];
	snprintf(template_id, sizeof(template_id), "%s", json_text(talk.tree, "id"));
	snprintf(id_path, sizeof(id_path), "/v23.0/%s?fields=status,category", template_id);
	assert_true(target_wait(target, "\"event\":\"APPROVED\"", 1));
	assert_int_equal(talk_call(&talk, "GET", id_path, NULL), 200);
	assert_string_equal(json_text(talk.tree, "status"), "APPROVED");
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/500/message_templates?name=offer&limit=1", NULL), 200);
	assert_string_equal(json_text(json_get(talk.tree, "data")->child, "id"), template_id);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", "op"), 200);
	assert_true(target_wait(target, "\"status\":\"read\"", 1));
	assert_true(target_wait(target, "\"category\":\"utility\"", 2));
	assert_true(target_count(target, "{\"id\":\"500\",\"changes\"") > 0);
	assert_true(target_signed(target, "s3cret"));
	snprintf(body, sizeof(body), "{\"id\":\"%s\",\"status\":\"PAUSED\"}", template_id);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/template", body), 200);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 400);
	assert_int_equal(talk_code(&talk), 132015);
	assert_true(target_wait(target, "\"event\":\"PAUSED\"", 1));
	static const char *const changes[][2] = {
		{"\"correct_category\":\"MARKETING\"", "\"new_category\":\"UTILITY\",\"correct_category\":\"MARKETING\""},
		{"\"category\":\"MARKETING\"", "\"new_category\":\"MARKETING\",\"previous_category\":\"UTILITY\""},
		{"\"components\":[{\"type\":\"BODY\",\"text\":\"Good day\"}]", "\"message_template_element\":\"Good day\""}};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(body, sizeof(body), "{\"id\":\"%s\",%s}", template_id, changes[i][0]);
		assert_int_equal(talk_call(&talk, "POST", "/_sim/template", body), 200);
		assert_true(target_wait(target, changes[i][1], 1));
	}
	snprintf(body, sizeof(body), "{\"id\":\"%s\",\"components\":[]}", template_id);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/template", body), 400);
	assert_int_equal(
		talk_call(&talk, "POST", "/_sim/event",
	                  "{\"waba_id\":\"500\",\"field\":\"account_update\",\"value\":{\"event\":\"DISABLED_UPDATE\"}}"),
		200);
	assert_true(target_wait(target, "\"value\":{\"event\":\"DISABLED_UPDATE\"},\"field\":\"account_update\"", 1));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/event", "{\"waba_id\":\"501\",\"field\":\"x\",\"value\":{}}"), 400);
	assert_int_equal(talk_call(&talk, "DELETE", "/v23.0/500/message_templates?name=offer", NULL), 200);
	assert_int_equal(talk_send(&talk, "+447700900123", "offer", ""), 404);
	target_stop(target);
}

static void records_are_read(void **state)
{
	(void)state;
	START("quality-rating", "YELLOW", "ceiling", "1000");
	assert_int_equal(talk_call(&talk, "GET",
	                           "/v23.0/600?fields=id,display_phone_number,verified_name,quality_rating,"
	                           "throughput%7Blevel%7D,whatsapp_business_manager_messaging_limit,status",
	                           NULL),
	                 200);
	assert_string_equal(json_text(talk.tree, "id"), "600");
	assert_memory_equal(json_text(talk.tree, "display_phone_number"), "+1 555-", 7);
	assert_string_equal(json_text(talk.tree, "quality_rating"), "YELLOW");
	assert_string_equal(json_text(json_get(talk.tree, "throughput"), "level"), "HIGH");
	assert_string_equal(json_text(talk.tree, "whatsapp_business_manager_messaging_limit"), "TIER_UNLIMITED");
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/600?fields=nonsense", NULL), 400);
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/500/phone_numbers", NULL), 200);
	assert_string_equal(json_text(json_get(talk.tree, "data")->child, "id"), "600");
	assert_int_equal(talk_call(&talk, "GET", "/500/subscribed_apps", NULL), 200);
	assert_null(json_get(talk.tree, "data")->child);
	assert_int_equal(talk_call(&talk, "POST", "/500/subscribed_apps", NULL), 200);
	assert_int_equal(talk_call(&talk, "GET", "/500/subscribed_apps", NULL), 200);
	assert_non_null(json_get(talk.tree, "data")->child);
}

static void numbers_can_be_set(void **state)
{
	(void)state;
	START();
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/4520123456?fields=display_phone_number", NULL), 200);
	assert_string_equal(json_text(talk.tree, "display_phone_number"), "+452012 3456");
	assert_int_equal(talk_call(&talk, "POST", "/_sim/numbers",
	                           "{\"phone_number_id\":\"106540352242922\","
	                           "\"display_phone_number\":\"+44 7700 900123\"}"),
	                 200);
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/106540352242922?fields=display_phone_number", NULL), 200);
	assert_string_equal(json_text(talk.tree, "display_phone_number"), "+44 770-090-0123");
	assert_int_equal(talk_call(&talk, "POST", "/_sim/numbers", "{\"phone_number_id\":106540352242922,\"waba_id\":\"77\"}"),
	                 200);
	strcpy(talk.token, "EAAother"); /* to which the first number does not belong */
	assert_int_equal(talk_call(&talk, "GET", "/v23.0/77/phone_numbers", NULL), 200);
	assert_string_equal(json_text(json_get(talk.tree, "data")->child, "display_phone_number"), "+44 770-090-0123");
	static const char *const bad[] = {
		"{\"phone_number_id\":\"1\"}",
		"{\"waba_id\":\"1\"}",
		"{\"phone_number_id\":\"1\",\"waba_id\":\"x\"}",
		"{\"phone_number_id\":\"1\",\"display_phone_number\":\"12\"}",
		"[]",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(talk_call(&talk, "POST", "/_sim/numbers", bad[i]), 400);
}

static void free_text_needs_an_open_window(void **state)
{
	(void)state;
	START();
	static const char text[] = "{\"messaging_product\":\"whatsapp\",\"to\":\"+447700900123\",\"text\":{\"body\":\"hi\"}}";
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/600/messages", text), 400);
	assert_int_equal(talk_code(&talk), 131047);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound",
	                           "{\"from\":\"+447700900123\",\"phone_number_id\":\"600\",\"text\":"
	                           "\"STOP\"}"),
	                 200);
	assert_non_null(json_text(talk.tree, "id"));
	assert_int_equal(talk_call(&talk, "POST", "/v23.0/600/messages", text), 200);
	assert_null(strstr(talk.body, "message_status"));
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound", "{\"from\":\"x\",\"phone_number_id\":600,\"text\":\"a\"}"),
	                 400);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound", "{\"from\":\"447700900123\",\"text\":\"a\"}"), 200);
	assert_int_equal(talk_call(&talk, "POST", "/_sim/inbound", "{\"from\":\"447700900124\",\"text\":\"a\"}"), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(tokens_open_the_door, teardown),
		cmocka_unit_test_teardown(answers_as_meta_does, teardown),
		cmocka_unit_test_teardown(unknown_paths_are_refused, teardown),
		cmocka_unit_test_teardown(limits_answer_without_taking, teardown),
		cmocka_unit_test_teardown(faults_take_or_do_not_take, teardown),
		cmocka_unit_test_teardown(delayed_answers_come, teardown),
		cmocka_unit_test_teardown(stopping_drops_answers_that_wait, teardown),
		cmocka_unit_test_teardown(a_template_lives, teardown),
		cmocka_unit_test_teardown(records_are_read, teardown),
		cmocka_unit_test_teardown(numbers_can_be_set, teardown),
		cmocka_unit_test_teardown(free_text_needs_an_open_window, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
