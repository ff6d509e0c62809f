#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sim/message.h"

static const struct sim_numbering numbering = {.country_code = "1", .rewrite = true};
static struct sim_scan scan;
static struct sim_message message;
static struct sim_refusal refusal;
static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(65536);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static int read_of(const char *text)
{
	refusal.code = 0;
	return sim_message_read(&numbering, &scan, text, strlen(text), arena, &message, &refusal);
}

static int read_to(const char *to)
{
	char text[512];
	snprintf(text, sizeof(text), "{\"messaging_product\":\"whatsapp\",\"to\":\"%s\",\"text\":{\"body\":\"x\"}}", to);
	return read_of(text);
}

static void numbers_become_digits(void **state)
{
	(void)state;
	static const char *const good[][2] = {
		{"+44 (7700) 900-123", "447700900123"}, {"447700900123", "447700900123"},
		{"5550783881", "15550783881"},          {"+5550783", "5550783"},
		{"+5531987654321", "553187654321"},     {"553187654321", "553187654321"},
		{"+5511987654321", "5511987654321"},    {"+525512345678", "5215512345678"},
		{"+5215512345678", "5215512345678"},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(read_to(good[i][0]), 0);
		assert_string_equal(message.user, good[i][1]);
	}
	assert_int_equal(message.who, 5215512345678);
	static const char *const bad[] = {"", "+", "abc", "+1234567890123456", "++447700900123", "44 7700a", "+123"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_to(bad[i]), 1);
		assert_int_equal(refusal.code, 131009);
	}
}

static void reads_a_template_message(void **state)
{
	(void)state;
	assert_int_equal(read_of("{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+447700900123\","
	                         "\"type\":\"template\",\"template\":{\"name\":\"offer\",\"language\":{\"code\":\"en_GB\"},"
	                         "\"components\":[]},\"biz_opaque_callback_data\":\"c42:r981:a1 \\u00e4\"}"),
	                 0);
	assert_true(message.is_template);
	assert_true(sim_text_is(message.name, "offer"));
	assert_true(sim_text_is(message.language, "en_GB"));
	assert_true(sim_text_is(message.opaque, "c42:r981:a1 ä"));
}

static void user_ids_are_recipients_too(void **state)
{
	(void)state;
	assert_int_equal(read_of("{\"messaging_product\":\"whatsapp\",\"recipient\":\"US.13491208655302741918\","
	                         "\"text\":{\"body\":\"x\"}}"),
	                 0);
	assert_true(message.is_user_id);
	assert_true(message.who >> 63);
	assert_int_equal(read_of("{\"messaging_product\":\"whatsapp\",\"recipient\":\"US13491208655302741918\","
	                         "\"text\":{\"body\":\"x\"}}"),
	                 1);
	assert_int_equal(refusal.code, 131009);
}

static void refusals_have_metas_codes(void **state)
{
	(void)state;
#define HEAD "{\"messaging_product\":\"whatsapp\",\"to\":\"+447700900123\""
	static const struct {
		const char *text;
		int32_t code;
	} bad[] = {
		{"", 100},
		{"[]", 100},
		{"{\"to\":\"+447700900123\"}", 100},
		{"{\"messaging_product\":\"whatsapp\"}", 100},
		{HEAD ",\"recipient_type\":\"group\",\"text\":{\"body\":\"x\"}}", 100},
		{HEAD ",\"type\":\"template\"}", 131008},
		{HEAD ",\"type\":\"template\",\"template\":{\"name\":\"a\"}}", 131008},
		{HEAD ",\"type\":\"template\",\"template\":{\"language\":{\"code\":\"en\"}}}", 131008},
		{HEAD ",\"type\":\"template\",\"template\":{\"name\":\"a\",\"language\":{\"code\":\"en\"},\"components\":{}}}",
	         131009},
		{HEAD ",\"type\":\"what\"}", 100},
		{HEAD ",\"type\":\"image\"}", 131008},
		{HEAD "}", 131008},
		{HEAD ",\"text\":{\"body\":\"\"}}", 131008},
		{HEAD ",\"text\":{\"body\":\"x\"},\"biz_opaque_callback_data\":7}", 100},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int rc = read_of(bad[i].text);
		if (rc != 1 || refusal.code != bad[i].code)
			fail_msg("%s: %d, %d", bad[i].text, rc, refusal.code);
	}
}

#define FREE(type, rest) HEAD ",\"type\":\"" type "\",\"" type "\":{" rest "}}"
#define ACTION(rest) "\"body\":{\"text\":\"x\"},\"action\":{" rest "}"
#define REPLY(id, title) "{\"type\":\"reply\",\"reply\":{\"id\":\"" id "\",\"title\":\"" title "\"}}"

static void free_content_is_held_to_its_rules(void **state)
{
	(void)state;
	static const char *const good[] = {
		FREE("image", "\"id\":\"7\""),
		FREE("document", "\"link\":\"https://example.com/a\",\"caption\":\"x\",\"filename\":\"a.pdf\""),
		FREE("interactive", "\"type\":\"button\"," ACTION("\"buttons\":[" REPLY("a", "A") "," REPLY("b", "B") "]")),
		FREE("interactive",
	             "\"type\":\"cta_url\",\"header\":{\"type\":\"image\",\"image\":{\"id\":\"7\"}}," ACTION(
			     "\"name\":\"cta_url\",\"parameters\":{\"display_text\":\"Open\",\"url\":\"https://example.com\"}")),
		FREE("interactive", "\"type\":\"list\""),
	};
	static const struct {
		const char *text;
		int32_t code;
	} bad[] = {
		{FREE("image", ""), 100},
		{FREE("image", "\"id\":\"7\",\"link\":\"https://example.com/a\""), 100},
		{FREE("interactive", ""), 131008},
		{FREE("interactive", "\"type\":\"button\""), 131008},
		{FREE("interactive", "\"type\":\"button\"," ACTION("\"buttons\":[]")), 131009},
		{FREE("interactive", "\"type\":\"button\"," ACTION("\"buttons\":[" REPLY("a", "123456789012345678901") "]")),
	         131009},
		{FREE("interactive", "\"type\":\"button\"," ACTION("\"buttons\":[" REPLY("", "A") "]")), 131008},
		{FREE("interactive",
	              "\"type\":\"button\",\"header\":{\"type\":\"gif\"}," ACTION("\"buttons\":[" REPLY("a", "A") "]")),
	         131009},
		{FREE("interactive", "\"type\":\"cta_url\"," ACTION("\"name\":\"url\"")), 131009},
		{FREE("interactive", "\"type\":\"cta_url\"," ACTION("\"name\":\"cta_url\"")), 131008},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (read_of(good[i]) != 0)
			fail_msg("%s: %d, %s", good[i], refusal.code, refusal.details);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int rc = read_of(bad[i].text);
		if (rc != 1 || refusal.code != bad[i].code)
			fail_msg("%s: %d, %d", bad[i].text, rc, refusal.code);
	}
}

static void content_is_template_and_parameters_alone(void **state)
{
	(void)state;
#define MESSAGE(to, name, text, opaque)                                                                      \
	"{\"messaging_product\":\"whatsapp\",\"to\":\"" to "\",\"type\":\"template\","                       \
	"\"template\":{\"name\":\"" name "\",\"language\":{\"code\":\"en\"},\"components\":[\"" text "\"]}," \
	"\"biz_opaque_callback_data\":\"" opaque "\"}"
	assert_int_equal(read_of(MESSAGE("+447700900123", "a", "x", "1")), 0);
	uint64_t first = message.content;
	assert_int_equal(read_of(MESSAGE("+447700900124", "a", "x", "2")), 0);
	assert_int_equal(message.content, first);
	assert_int_equal(read_of(MESSAGE("+447700900123", "b", "x", "1")), 0);
	assert_int_not_equal(message.content, first);
	assert_int_equal(read_of(MESSAGE("+447700900123", "a", "y", "1")), 0);
	assert_int_not_equal(message.content, first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers_become_digits, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_a_template_message, setup, teardown),
		cmocka_unit_test_setup_teardown(user_ids_are_recipients_too, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals_have_metas_codes, setup, teardown),
		cmocka_unit_test_setup_teardown(free_content_is_held_to_its_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(content_is_template_and_parameters_alone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
