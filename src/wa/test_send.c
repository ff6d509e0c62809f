#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "wa/send.h"

static struct arena *arena;
static struct template_form form;
static struct wa_plan *plan;
static struct buf out;

static const struct wa_key key = {.instance = "0a1b2c3f", .campaign_no = 42, .seq = 981, .attempt = 1};
static const struct contact ada = {
	.number = "447400123456", .first_name = "Ada", .last_name = "O\"Neil\\", .custom1 = "20%", .custom2 = "", .fields = ""};

static int setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	buf_init(&out, 65536);
	plan = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	wa_plan_destroy(plan);
	buf_fini(&out);
	arena_destroy(arena);
	return 0;
}

static void use(const char *template_text)
{
	struct err err;
	const struct template tpl = {.meta_name = "spring_offer_1", .language = "en_GB", .text = template_text, .type = "text"};
	assert_int_equal(template_form_read(&tpl, arena, &form, &err), 0);
	wa_plan_destroy(plan);
	plan = wa_plan_create(&tpl, &form);
}

/* What is sent, compared as JSON with what Meta's page says. */
static void expect(const struct contact *contact, const char *expected)
{
	json_auto cJSON *sent = NULL, *wanted = NULL;
	buf_reset(&out);
	assert_int_equal(wa_send_encode(plan, contact, &key, arena, &out), 0);
	assert_int_equal(json_parse(buf_text(&out), out.len, &sent, NULL), 0);
	assert_int_equal(json_parse(expected, strlen(expected), &wanted, NULL), 0);
	if (!cJSON_Compare(sent, wanted, true))
		fail_msg("%s", buf_text(&out));
}

#define HEAD \
	"{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+447400123456\",\"type\":\"template\","
#define NAME "\"template\":{\"name\":\"spring_offer_1\",\"language\":{\"code\":\"en_GB\"}"
#define TAIL "},\"biz_opaque_callback_data\":\"cr1.0a1b2c3f.42.981.1\"}"
#define BODY(parameters) ",\"components\":[{\"type\":\"body\",\"parameters\":[" parameters "]}]"
#define NAMED(name, value) "{\"type\":\"text\",\"parameter_name\":\"" name "\",\"text\":\"" value "\"}"

static void without_placeholders_there_are_no_components(void **state)
{
	(void)state;
	use("Hello");
	expect(&ada, HEAD NAME TAIL);
	use("Hello 100 {{ }");
	expect(&ada, HEAD NAME TAIL);
}

static void named_parameters(void **state)
{
	(void)state;
	use("Hi {first_name}, you get {custom1} off.");
	expect(&ada, HEAD NAME BODY(NAMED("first_name", "Ada") "," NAMED("custom1", "20%")) TAIL);
	use("Hi {first_name}, {first_name}, {First Name|you}.");
	expect(&ada,
	       HEAD NAME BODY(NAMED("first_name", "Ada") "," NAMED("first_name_2", "Ada") "," NAMED("first_name_3", "you")) TAIL);
	use("{number}");
	expect(&ada, HEAD NAME BODY(NAMED("number", "447400123456")) TAIL);
}

static void hostile_values_stay_values(void **state)
{
	(void)state;
	use("Hi {last_name}.");
	expect(&ada, HEAD NAME BODY(NAMED("last_name", "O\\\"Neil\\\\")) TAIL);
	struct contact c = ada;
	c.last_name = "\"}],\"to\":\"+1\",\"x\":[{\"";
	expect(&c, HEAD NAME BODY(NAMED("last_name", "\\\"}],\\\"to\\\":\\\"+1\\\",\\\"x\\\":[{\\\"")) TAIL);
	c.last_name = "\xC3\xA9\xF0\x9F\x98\x80\x01";
	expect(&c, HEAD NAME BODY(NAMED("last_name", "\xC3\xA9\xF0\x9F\x98\x80")) TAIL);
	c.last_name = "two\n\t lines    here";
	expect(&c, HEAD NAME BODY(NAMED("last_name", "two lines here")) TAIL);
	c.last_name = "{{first_name}}";
	expect(&c, HEAD NAME BODY(NAMED("last_name", "{{first_name}}")) TAIL);
}

static void one_plan_for_many(void **state)
{
	(void)state;
	use("Hi {first_name|you}, {city}.");
	for (int round = 0; round < 3; round++) {
		struct contact c = ada;
		c.fields = "{\"city\":\"Bath\"}";
		expect(&c, HEAD NAME BODY(NAMED("first_name", "Ada") "," NAMED("city", "Bath")) TAIL);
		c.first_name = "";
		c.fields = "{\"city\":\"Ulm\"}";
		expect(&c, HEAD NAME BODY(NAMED("first_name", "you") "," NAMED("city", "Ulm")) TAIL);
	}
}

static void as_many_parameters_as_a_text_may_have(void **state)
{
	(void)state;
	char many[TEMPLATE_MAX_PARTS * 3 + 1] = "";
	for (int i = 0; i < TEMPLATE_MAX_PARTS; i++)
		strcat(many, "{a}");
	use(many);
	struct contact c = ada;
	c.fields = "{\"a\":\"x\"}";
	json_auto cJSON *sent = NULL;
	assert_int_equal(wa_send_encode(plan, &c, &key, arena, &out), 0);
	assert_int_equal(json_parse(buf_text(&out), out.len, &sent, NULL), 0);
	const cJSON *body = cJSON_GetArrayItem(json_get(json_get(sent, "template"), "components"), 0);
	assert_int_equal(cJSON_GetArraySize(json_get(body, "parameters")), TEMPLATE_MAX_PARTS);
}

static void no_value_no_message(void **state)
{
	(void)state;
	use("Hi {first_name}, {custom2}.");
	assert_int_equal(wa_send_encode(plan, &ada, &key, arena, &out), -1);
	use("Hi {custom2|dear}.");
	expect(&ada, HEAD NAME BODY(NAMED("custom2", "dear")) TAIL);
}

static void no_room_is_told(void **state)
{
	(void)state;
	use("Hi {first_name}.");
	assert_int_equal(wa_send_encode(plan, &ada, &key, arena, &out), 0);
	size_t whole = out.len;
	for (size_t max = 0; max <= whole; max++) {
		buf_auto struct buf small;
		buf_init(&small, max);
		assert_int_equal(wa_send_encode(plan, &ada, &key, arena, &small), max == whole ? 0 : -1);
	}
}

static void nothing_to_destroy(void **state)
{
	(void)state;
	wa_plan_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_placeholders_there_are_no_components, setup, teardown),
		cmocka_unit_test_setup_teardown(named_parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_values_stay_values, setup, teardown),
		cmocka_unit_test_setup_teardown(one_plan_for_many, setup, teardown),
		cmocka_unit_test_setup_teardown(as_many_parameters_as_a_text_may_have, setup, teardown),
		cmocka_unit_test_setup_teardown(no_value_no_message, setup, teardown),
		cmocka_unit_test_setup_teardown(no_room_is_told, setup, teardown),
		cmocka_unit_test(nothing_to_destroy),
	};
	return cmocka_run_group_tests_name("wa/send", tests, NULL, NULL);
}
