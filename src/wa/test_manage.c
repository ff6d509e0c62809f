#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "wa/manage.h"

static struct template spring(void)
{
	return (struct template){.meta_name = "spring_offer_1", .language = "en_GB", .category = "MARKETING"};
}

/* What is asked of Meta, compared as JSON. */
static void expect(const struct template *tpl, const char *template_text, const char *expected)
{
	arena_auto struct arena *arena = arena_create(4096);
	buf_auto struct buf out;
	json_auto cJSON *sent = NULL, *wanted = NULL;
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	struct template written = *tpl;
	struct err err;
	buf_init(&out, 65536);
	written.text = template_text;
	written.type = "text";
	assert_int_equal(template_form_read(&written, arena, form, &err), 0);
	assert_int_equal(wa_template_encode(tpl, form, NULL, false, &out), 0);
	assert_int_equal(json_parse(buf_text(&out), out.len, &sent, NULL), 0);
	assert_int_equal(json_parse(expected, strlen(expected), &wanted, NULL), 0);
	if (!cJSON_Compare(sent, wanted, true))
		fail_msg("%s", buf_text(&out));
	for (size_t max = 0; max < out.len; max += 7) {
		buf_auto struct buf small;
		buf_init(&small, max);
		assert_int_equal(wa_template_encode(tpl, form, NULL, false, &small), -1);
	}
}

#define HEAD                                                                                                             \
	"{\"name\":\"spring_offer_1\",\"language\":\"en_GB\",\"category\":\"MARKETING\",\"parameter_format\":\"NAMED\"," \
	"\"components\":["
#define SAMPLE(name, example) "{\"param_name\":\"" name "\",\"example\":\"" example "\"}"
#define BODY(text) "{\"type\":\"BODY\",\"text\":\"" text "\"}"
#define BODY_NAMED(text, samples) \
	"{\"type\":\"BODY\",\"text\":\"" text "\",\"example\":{\"body_text_named_params\":[" samples "]}}"

static void bodies(void **state)
{
	(void)state;
	const struct template tpl = spring();
	expect(&tpl, "Hello\n\"you\"", HEAD BODY("Hello\\n\\\"you\\\"") "]}");
	expect(&tpl, "Hi {first_name}, {discount|20%} off.",
	       HEAD BODY_NAMED("Hi {{first_name}}, {{discount}} off.",
	                       SAMPLE("first_name", "Ada") "," SAMPLE("discount", "20%")) "]}");
	expect(&tpl, "A {a} {a} {number} {timestamp} {date} {last_name} z",
	       HEAD BODY_NAMED(
		       "A {{a}} {{a_2}} {{number}} {{timestamp}} {{date}} {{last_name}} z",
		       SAMPLE("a", "sample") "," SAMPLE("a_2", "sample") "," SAMPLE("number", "15550100") "," SAMPLE(
			       "timestamp", "10:00") "," SAMPLE("date", "1 May") "," SAMPLE("last_name", "Lovelace")) "]}");
	expect(&tpl, "one {{ brace }", HEAD BODY("one { brace }") "]}");
}

static void buttons(void **state)
{
	(void)state;
	static const struct {
		const char *type, *text, *value, *expected;
	} cases[] = {
		{"LINK", "Shop", "https://shop.example/?a=1&b=\"2\"",
	         "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://shop.example/?a=1&b=\\\"2\\\"\"}"},
		{"link", "Shop", "http://shop.example", "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"http://shop.example\"}"},
		{"PHONE_CALL", "Call", "+442071838750",
	         "{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"+442071838750\"}"},
		{"PHONE_CALL", "Call", "442071838750",
	         "{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"+442071838750\"}"},
		{"quick_reply", "Stop", NULL, "{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"}"},
		{"QUICK_REPLY", "Stop", "ignored", "{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template tpl = spring();
		char expected[600];
		tpl.button_type = cases[i].type;
		tpl.button_text = cases[i].text;
		tpl.button_value = cases[i].value;
		strcpy(stpcpy(stpcpy(expected, HEAD BODY("Hi") ",{\"type\":\"BUTTONS\",\"buttons\":["), cases[i].expected),
		       "]}]}");
		expect(&tpl, "Hi", expected);
	}
	struct template tpl = spring();
	tpl.button_type = "";
	expect(&tpl, "Hi", HEAD BODY("Hi") "]}");
}

static void graph_errors(void **state)
{
	(void)state;
	struct wa_graph_error error;
	const char *body =
		"{\"error\":{\"message\":\"Invalid "
		"parameter\",\"type\":\"OAuthException\",\"code\":100,\"error_subcode\":2388024,"
		"\"is_transient\":false,\"error_user_title\":\"Taken\",\"error_user_msg\":\"There is already\\n content.\","
		"\"error_data\":{\"details\":\"d\"},\"fbtrace_id\":\"A\"}}";
	assert_true(wa_graph_error_decode(body, strlen(body), &error));
	assert_int_equal(error.code, 100);
	assert_int_equal(error.subcode, WA_SUBCODE_TEMPLATE_EXISTS);
	assert_string_equal(error.message, "There is already  content.");
	body = "{\"error\":{\"code\":190,\"message\":\"m\",\"error_data\":{\"details\":\"d\"}}}";
	assert_true(wa_graph_error_decode(body, strlen(body), &error));
	assert_true(error.code == 190 && error.subcode == 0);
	assert_string_equal(error.message, "d");
	static const char *const none[] = {"",
	                                   "{}",
	                                   "[]",
	                                   "{\"error\":[]}",
	                                   "{\"error\":null}",
	                                   "{\"error\":{\"message\":\"m\"}}",
	                                   "{\"error\":{\"code\":\"a\"}}",
	                                   "{\"code\":100}",
	                                   "{\"success\":true}"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(wa_graph_error_decode(none[i], strlen(none[i]), &error));
}

static void created(void **state)
{
	(void)state;
	struct wa_template_record record;
	struct err err = {""};
	const char *body = "{\"id\":\"572000000000001\",\"status\":\"PENDING\",\"category\":\"UTILITY\"}";
	assert_int_equal(wa_template_created_decode(body, strlen(body), &record, &err), 0);
	assert_string_equal(record.id, "572000000000001");
	assert_string_equal(record.status, "PENDING");
	assert_string_equal(record.category, "UTILITY");
	assert_string_equal(record.reason, "");
	body = "{\"id\":572000000000001,\"status\":\"APPROVED\"}";
	assert_int_equal(wa_template_created_decode(body, strlen(body), &record, &err), 0);
	assert_string_equal(record.id, "572000000000001");
	assert_string_equal(record.category, "");
}

static void read_again(void **state)
{
	(void)state;
	struct wa_template_record record;
	struct err err = {""};
	const char *body =
		"{\"id\":\"57\",\"name\":\"a\",\"language\":\"en\",\"status\":\"REJECTED\",\"category\":\"MARKETING\","
		"\"rejected_reason\":\"INVALID_FORMAT\",\"quality_score\":{\"score\":\"GREEN\",\"date\":1700000000},\"new\":[]}";
	assert_int_equal(wa_template_decode(body, strlen(body), &record, &err), 0);
	assert_string_equal(record.status, "REJECTED");
	assert_string_equal(record.reason, "INVALID_FORMAT");
	assert_string_equal(record.quality, "GREEN");
	/* An id goes into paths of later calls: nothing but digits. */
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"id\":\"57\"}",
		"{\"status\":\"APPROVED\"}",
		"{\"id\":\"\",\"status\":\"APPROVED\"}",
		"{\"id\":\"57/../1\",\"status\":\"APPROVED\"}",
		"{\"id\":\"57?x=1\",\"status\":\"APPROVED\"}",
		"{\"id\":\"-5\",\"status\":\"APPROVED\"}",
		"{\"id\":-5,\"status\":\"APPROVED\"}",
		"{\"id\":null,\"status\":\"APPROVED\"}",
		"{\"id\":\"57\",\"status\":\"\"}",
		"{\"id\":\"57\",\"status\":7.5}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		err.text[0] = '\0';
		memset(&record, 'z', sizeof(record));
		assert_int_equal(wa_template_decode(bad[i], strlen(bad[i]), &record, &err), -1);
		assert_true(err.text[0] != '\0');
		assert_true(record.id[0] == 'z' && record.status[0] == 'z'); /* untouched on failure */
		assert_int_equal(wa_template_created_decode(bad[i], strlen(bad[i]), &record, &err), -1);
	}
}

static void found_in_a_list(void **state)
{
	(void)state;
	struct wa_template_record record;
	struct err err = {""};
	const char *body = "{\"data\":[{\"id\":\"1\",\"name\":\"spring\",\"language\":\"en\",\"status\":\"APPROVED\"},7,{},"
			   "{\"id\":\"2\",\"name\":\"spring\",\"language\":\"en_GB\",\"status\":\"REJECTED\"},"
			   "{\"id\":\"3\",\"name\":\"spring_2\",\"language\":\"en_US\",\"status\":\"APPROVED\"},"
			   "{\"id\":\"x\",\"name\":\"broken\",\"language\":\"en\",\"status\":\"APPROVED\"}],\"paging\":{}}";
	static const struct {
		const char *name, *language, *id;
		int result;
	} cases[] = {{"spring", "en", "1", 0},
	             {"spring", "en_GB", "2", 0},
	             {"spring_2", "en_US", "3", 0},
	             {"spring", "en_US", NULL, 1},
	             {"sprin", "en", NULL, 1},
	             {"Spring", "en", NULL, 1},
	             {"", "", NULL, 1},
	             {"broken", "en", NULL, -1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(wa_template_find(body, strlen(body), cases[i].name, cases[i].language, &record, &err),
		                 cases[i].result);
		if (cases[i].result == 0)
			assert_string_equal(record.id, cases[i].id);
	}
	assert_int_equal(wa_template_find("{\"data\":[]}", 11, "a", "en", &record, &err), 1);
	static const char *const bad[] = {"", "{}", "{\"data\":{}}", "{\"data\":null}", "[]", "{\"error\":{\"code\":190}}"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(wa_template_find(bad[i], strlen(bad[i]), "a", "en", &record, &err), -1);
}

static void number_records(void **state)
{
	(void)state;
	static const struct {
		const char *throughput;
		int64_t limit;
	} levels[] = {{"{\"level\":\"STANDARD\"}", 80},
	              {"{\"level\":\"HIGH\"}", 1000},
	              {"{\"level\":\"NOT_APPLICABLE\"}", 0},
	              {"{\"level\":\"250\"}", 250},
	              {"{\"level\":37}", 37},
	              {"{\"level\":\"-5\"}", 0},
	              {"{}", 0},
	              {"null", 0},
	              {"\"HIGH\"", 0}};
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		struct wa_number_record record;
		struct err err = {""};
		char body[600];
		strcpy(stpcpy(stpcpy(body, "{\"id\":\"106540352242922\",\"display_phone_number\":\"+44 7400 "
		                           "123-456\",\"verified_name\":\"Caf\\u00e9\","
		                           "\"quality_rating\":\"GREEN\",\"whatsapp_business_manager_messaging_limit\":\"TIER_"
		                           "10K\",\"throughput\":"),
		              levels[i].throughput),
		       "}");
		assert_int_equal(wa_number_decode(body, strlen(body), &record, &err), 0);
		assert_string_equal(record.display_number, "447400123456");
		assert_string_equal(record.verified_name, "Caf\xC3\xA9");
		assert_string_equal(record.quality, "GREEN");
		assert_string_equal(record.tier, "TIER_10K");
		assert_true(record.limit_mps == levels[i].limit);
	}
	struct wa_number_record record;
	struct err err = {""};
	assert_int_equal(wa_number_decode("{\"id\":\"1\"}", 10, &record, &err), 0);
	assert_string_equal(record.quality, "UNKNOWN");
	assert_string_equal(record.tier, "");
	assert_int_equal(record.limit_mps, 0);
	const char *na = "{\"id\":\"1\",\"quality_rating\":\"NA\"}";
	assert_int_equal(wa_number_decode(na, strlen(na), &record, &err), 0);
	assert_string_equal(record.quality, "UNKNOWN");
	static const char *const bad[] = {"", "{}", "[]", "{\"display_phone_number\":\"1\"}"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(&record, 'z', sizeof(record));
		assert_int_equal(wa_number_decode(bad[i], strlen(bad[i]), &record, &err), -1);
		assert_true(record.display_number[0] == 'z' && record.quality[0] == 'z');
	}
}

/* Records of any bytes: nothing is read or written too far. */
static void long_and_cut_records(void **state)
{
	(void)state;
	buf_auto struct buf b;
	buf_init(&b, BUF_NO_LIMIT);
	buf_addf(&b,
	         "{\"id\":\"%050d\",\"status\":\"%0500d\",\"category\":\"%0500d\",\"rejected_reason\":\"%0500d\",\"display_phone_"
	         "number\":\"%0500d\","
	         "\"verified_name\":\"%0500d\",\"quality_rating\":\"%0500d\",\"throughput\":{\"level\":\"%0500d\"},\"quality_"
	         "score\":{\"score\":\"%0500d\"}}",
	         1, 2, 3, 4, 5, 6, 7, 8, 9);
	for (size_t n = 0; n <= b.len; n += n + 40 < b.len ? 13 : 1) {
		struct wa_template_record template;
		struct wa_number_record number;
		struct wa_graph_error error;
		char *copy = malloc(n ? n : 1);
		memcpy(copy, b.data, n);
		bool whole = n == b.len;
		assert_int_equal(wa_template_decode(copy, n, &template, NULL) == 0, whole);
		assert_int_equal(wa_number_decode(copy, n, &number, NULL) == 0, whole);
		assert_false(wa_graph_error_decode(copy, n, &error));
		if (whole)
			assert_true(memchr(template.reason, 0, sizeof(template.reason)) &&
			            memchr(number.quality, 0, sizeof(number.quality)));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),         cmocka_unit_test(buttons),
		cmocka_unit_test(graph_errors),   cmocka_unit_test(created),
		cmocka_unit_test(read_again),     cmocka_unit_test(found_in_a_list),
		cmocka_unit_test(number_records), cmocka_unit_test(long_and_cut_records),
	};
	return cmocka_run_group_tests_name("wa/manage", tests, NULL, NULL);
}
