#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/message.h"

#define TEMPLATE "0b52b79d-6cd7-4b04-9b2c-1b1c0d9e4a55"

/* The codes of the faults, in their order, as "1503 1506". */
static const char *judge(const char *body)
{
	static char codes[256];
	static cJSON *tree;
	struct err err;
	cJSON_Delete(tree);
	if (json_parse(body, strlen(body), &tree, &err) < 0)
		fail_msg("%s", err.text);
	struct message_request req = {
		.channel = json_text(tree, "channel"),
		.from = json_text(tree, "from"),
		.to = json_get(tree, "to"),
		.type = json_text(tree, "type"),
		.text = json_text(tree, "text"),
		.template_id = json_text(tree, "template"),
		.variables = json_get(tree, "variables"),
		.url = json_text(tree, "url"),
		.media_id = json_text(tree, "media_id"),
		.filename = json_text(tree, "filename"),
		.button_type = json_text(tree, "button_type"),
		.button_text = json_text(tree, "button_text"),
		.button_value = json_text(tree, "button_value"),
		.payload = json_text(tree, "payload"),
	};
	struct faults faults;
	faults_init(&faults);
	message_judge(&req, &faults);
	codes[0] = '\0';
	for (size_t i = 0; i < faults.n; i++)
		snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%s%d", i ? " " : "", (int)faults.item[i].code);
	return codes;
}

#define BODY(rest) "{\"channel\":\"whatsapp\",\"from\":\"Shop\",\"to\":[\"+447400000001\"]," rest "}"

static void what_is_right_has_no_fault(void **state)
{
	(void)state;
	assert_string_equal(judge(BODY("\"text\":\"Hello\"")), "");
	assert_string_equal(judge(BODY("\"template\":\"" TEMPLATE "\",\"variables\":[\"a\",\"b\"]")), "");
	assert_string_equal(judge("{\"channel\":\"WhatsApp\",\"from\":\"Shop\",\"to\":\"447400000001\",\"text\":\"x\"}"), "");
	assert_string_equal(
		judge(BODY("\"text\":\"x\",\"button_type\":\"quick_reply\",\"button_text\":\"Yes\",\"payload\":\"p\"")), "");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"button_type\":\"LINK\",\"button_text\":\"Open\","
	                               "\"button_value\":\"https://example.com/a\"")),
	                    "");
}

#define URL "\"url\":\"https://example.com/a\""

static void media_have_their_rules(void **state)
{
	(void)state;
	assert_string_equal(judge(BODY("\"type\":\"image\"," URL)), "");
	assert_string_equal(judge(BODY("\"type\":\"video\",\"text\":\"look\",\"media_id\":\"" TEMPLATE "\"")), "");
	assert_string_equal(judge(BODY("\"type\":\"document\",\"filename\":\"price_1\"," URL)), "");
	assert_string_equal(judge(BODY("\"type\":\"image\"")), "1264");
	assert_string_equal(judge(BODY("\"type\":\"image\",\"media_id\":\"" TEMPLATE "\"," URL)), "1264");
	assert_string_equal(judge(BODY("\"type\":\"image\",\"media_id\":\"none\"")), "1822");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"media_id\":\"" TEMPLATE "\"")), "1264");
	assert_string_equal(judge(BODY("\"text\":\"x\"," URL)), "1266");
	assert_string_equal(judge(BODY("\"type\":\"image\",\"url\":\"ftp://example.com/a\"")), "1266");
	assert_string_equal(judge(BODY("\"type\":\"image\",\"filename\":\"a\"," URL)), "1269");
	assert_string_equal(judge(BODY("\"type\":\"document\",\"filename\":\"a.b\"," URL)), "1269");
	assert_string_equal(judge(BODY("\"type\":\"document\",\"filename\":\"abcdefghijklmnopqrstuvwxyz\"," URL)), "1268");
	assert_string_equal(judge(BODY("\"type\":\"image\",\"button_type\":\"quick_reply\",\"button_text\":\"Yes\"," URL)),
	                    "1508");
}

static void each_rule_has_its_code(void **state)
{
	(void)state;
	assert_string_equal(judge("{}"), "1515 1503 1506 1508");
	assert_string_equal(judge("{\"channel\":\"SMS\",\"from\":\"\",\"to\":[],\"text\":\" \"}"), "1515 1504 1506 1508");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"type\":\"audio\"")), "1511");
	assert_string_equal(judge(BODY("\"template\":\"no\"")), "1512");
	assert_string_equal(judge(BODY("\"template\":\"" TEMPLATE "\",\"text\":\"x\"")), "1508");
	assert_string_equal(judge(BODY("\"template\":\"" TEMPLATE "\",\"url\":\"https://example.com/a.png\"")), "1511");
	assert_string_equal(judge(BODY("\"template\":\"" TEMPLATE "\",\"variables\":[1]")), "1514");
	assert_string_equal(judge(BODY("\"template\":\"" TEMPLATE "\",\"variables\":\"a\"")), "1514");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"button_type\":\"quick_reply\"")), "1272");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"button_type\":\"PHONE_CALL\",\"button_text\":\"Call\"")), "1273");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"button_type\":\"LINK\",\"button_text\":\"Open\"")), "1273");
	assert_string_equal(judge(BODY("\"text\":\"x\",\"button_text\":\"Open\"")), "1273");
	assert_string_equal(
		judge(BODY("\"text\":\"x\",\"button_type\":\"quick_reply\",\"button_text\":\"123456789012345678901\"")), "1274");
}

static void lengths_are_counted_in_characters(void **state)
{
	(void)state;
	char text[4096], body[8192];
	static const struct {
		const char *before, *after, *code;
		int max;
	} cases[] = {
		{"\"text\":\"", "\"", "1510", MESSAGE_TEXT_MAX},
		{"\"template\":\"" TEMPLATE "\",\"variables\":[\"", "\"]", "1526", MESSAGE_VARIABLE_MAX},
		{"\"text\":\"x\",\"payload\":\"", "\"", "1705", MESSAGE_PAYLOAD_MAX},
		{"\"text\":\"x\",\"button_type\":\"quick_reply\",\"button_text\":\"Yes\",\"payload\":\"", "\"", "1705",
	         MESSAGE_REPLY_ID_MAX},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int over = 0; over <= 1; over++) {
			text[0] = '\0';
			for (int n = 0; n < cases[i].max + over; n++)
				strcat(text, "é");
			snprintf(body, sizeof(body),
			         "{\"channel\":\"whatsapp\",\"from\":\"Shop\",\"to\":\"447400000001\",%s%s%s}", cases[i].before,
			         text, cases[i].after);
			assert_string_equal(judge(body), over ? cases[i].code : "");
		}
	}
}

static void recipients_are_judged_one_by_one(void **state)
{
	(void)state;
	static const struct {
		const char *to, *fields, *codes;
		int n;
	} cases[] = {
		{"[\"+447400000001\",\"447400000002\"]", "", "", 2},
		{"\"447400000001\"", "", "", 1},
		{"447400000001", "data.to", "1523", 0},
		{"[\"447400000001\",\"12\",null]", "data.to[1] data.to[2]", "1523 1523", 1},
		{"[\"447400000001\",\"+447400000001\"]", "data.to[1]", "1523", 1},
		{"null", "data.to", "1506", 0},
		{"[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]", "data.to", "1507", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct faults faults;
		struct err err;
		json_auto cJSON *to = NULL;
		char fields[128] = "", codes[64] = "";
		struct message_numbers numbers;
		faults_init(&faults);
		assert_int_equal(json_parse(cases[i].to, strlen(cases[i].to), &to, &err), 0);
		message_judge_to(to, &numbers, &faults);
		for (size_t k = 0; k < faults.n; k++) {
			snprintf(fields + strlen(fields), sizeof(fields) - strlen(fields), "%s%s", k ? " " : "",
			         faults.item[k].field);
			snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%s%d", k ? " " : "",
			         (int)faults.item[k].code);
		}
		assert_string_equal(fields, cases[i].fields);
		assert_string_equal(codes, cases[i].codes);
		assert_int_equal(numbers.n, cases[i].n);
		if (numbers.n > 0)
			assert_string_equal(numbers.digits[0], "447400000001");
	}
}

static void a_number_knows_its_place(void **state)
{
	(void)state;
	struct faults faults;
	struct message_numbers numbers;
	char field[16];
	json_auto cJSON *one = cJSON_Parse("\"447400000001\""),
			*many = cJSON_Parse("[\"12\",\"447400000001\",7,\"447400000002\"]");
	faults_init(&faults);
	message_judge_to(one, &numbers, &faults);
	assert_string_equal(message_to_field(&numbers, 0, field), "to");
	message_judge_to(many, &numbers, &faults);
	assert_int_equal(numbers.n, 2);
	assert_string_equal(message_to_field(&numbers, 0, field), "to[1]");
	assert_string_equal(message_to_field(&numbers, 1, field), "to[3]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_has_no_fault),       cmocka_unit_test(media_have_their_rules),
		cmocka_unit_test(each_rule_has_its_code),           cmocka_unit_test(lengths_are_counted_in_characters),
		cmocka_unit_test(recipients_are_judged_one_by_one), cmocka_unit_test(a_number_knows_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
