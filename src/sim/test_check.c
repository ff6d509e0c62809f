#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/message.h"

static struct sim_scan scan;
static struct sim_spec spec;
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
	sim_spec_fini(&spec);
	arena_destroy(arena);
	return 0;
}

static void use_template(const char *text, bool named, enum sim_category category)
{
	struct err err;
	struct sim_spec_fault fault;
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(text, strlen(text), &tree, &err), 0);
	sim_spec_fini(&spec);
	assert_int_equal(sim_spec_read(tree, named, category, &spec, &fault), 0);
}

static int32_t code_of(const char *components)
{
	refusal.code = 0;
	assert_int_equal(sim_scan(&scan, components, strlen(components)), 0);
	int rc = sim_check_components(&scan, 0, &spec, arena, &refusal);
	assert_int_equal(rc, refusal.code ? 1 : 0);
	return refusal.code;
}

struct expectation {
	const char *components;
	int32_t code;
};

static void expect(const struct expectation *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int32_t code = code_of(table[i].components);
		if (code != table[i].code)
			fail_msg("%s: %d instead of %d (%s)", table[i].components, code, table[i].code, refusal.details);
	}
}
#define EXPECT(table) expect((table), sizeof(table) / sizeof((table)[0]))

#define BODY(parameters) "{\"type\":\"body\",\"parameters\":[" parameters "]}"
#define TEXT(value) "{\"type\":\"text\",\"text\":\"" value "\"}"
#define NAMED(name, value) "{\"type\":\"text\",\"parameter_name\":\"" name "\",\"text\":\"" value "\"}"

static void positional_body(void **state)
{
	(void)state;
	use_template("[{\"type\":\"BODY\",\"text\":\"Hi {{1}}, get {{2}} off\",\"example\":{\"body_text\":[[\"a\",\"b\"]]}}]",
	             false, SIM_MARKETING);
	static const struct expectation table[] = {
		{"[" BODY(TEXT("Ada") "," TEXT("20%")) "]", 0},
		{"[{\"type\":\"BODY\",\"parameters\":[{\"type\":\"currency\",\"currency\":{\"fallback_value\":\"$1\"}}," TEXT(
			 "b") "]}]",
	         0},
		{"[]", 132000},
		{"[" BODY(TEXT("Ada")) "]", 132000},
		{"[" BODY("") "]", 132000},
		{"[" BODY(TEXT("") "," TEXT("b")) "]", 131008},
		{"[" BODY(TEXT("a\\nb") "," TEXT("b")) "]", 132018},
		{"[" BODY(TEXT("a\\tb") "," TEXT("b")) "]", 132018},
		{"[" BODY(TEXT("a     b") "," TEXT("b")) "]", 132018},
		{"[" BODY(TEXT("a    b") "," TEXT("b")) "]", 0},
		{"[" BODY("{\"type\":\"image\"}," TEXT("b")) "]", 132012},
		{"[" BODY(TEXT("a") "," TEXT("b")) "," BODY(TEXT("a") "," TEXT("b")) "]", 100},
		{"[{\"type\":\"feet\"}]", 100},
		{"[" BODY(TEXT("a") "," TEXT("b")) ",{\"type\":\"button\",\"index\":0}]", 132018},
		{"[" BODY(TEXT("a") "," TEXT("b")) ",{\"type\":\"header\",\"parameters\":[" TEXT("x") "]}]", 132000},
		{"[" BODY(TEXT("a") "," TEXT(
			 "b")) ",{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{\"id\":\"1\"}}]}]",
	         132012},
	};
	EXPECT(table);
}

static void named_body(void **state)
{
	(void)state;
	use_template("[{\"type\":\"BODY\",\"text\":\"Hi {{name}}, get {{off}} off, "
	             "{{name}}!\",\"example\":{\"body_text_named_params\":"
	             "[{\"param_name\":\"name\",\"example\":\"a\"},{\"param_name\":\"off\",\"example\":\"b\"}]}}]",
	             true, SIM_UTILITY);
	static const struct expectation table[] = {
		{"[" BODY(NAMED("off", "20%") "," NAMED("name", "Ada")) "]", 0},
		{"[" BODY(TEXT("20%") "," NAMED("name", "Ada")) "]", 131008},
		{"[" BODY(NAMED("offf", "20%") "," NAMED("name", "Ada")) "]", 132012},
		{"[" BODY(NAMED("name", "20%") "," NAMED("name", "Ada")) "]", 132012},
		{"[" BODY(NAMED("name", "Ada")) "]", 132000},
	};
	EXPECT(table);
}

static void hydrated_body_counts_characters_of_each_use(void **state)
{
	(void)state;
	use_template("[{\"type\":\"BODY\",\"text\":\"a{{1}}b {{1}}c\",\"example\":{\"body_text\":[[\"a\"]]}}]", false,
	             SIM_UTILITY);
	buf_auto struct buf text;
	buf_init(&text, 65536);
	buf_adds(&text, "[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"");
	for (int i = 0; i < (SIM_BODY_MAX_CHARS - 4) / 2; i++)
		buf_adds(&text, "ä");
	size_t n = text.len;
	buf_adds(&text, "\"}]}]");
	assert_int_equal(code_of(buf_text(&text)), 0);
	text.len = n;
	buf_adds(&text, "ä\"}]}]");
	assert_int_equal(code_of(buf_text(&text)), 132005);
}

static void headers(void **state)
{
	(void)state;
	use_template("[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"h\"]}},"
	             "{\"type\":\"BODY\",\"text\":\"Hello\"}]",
	             false, SIM_MARKETING);
	static const struct expectation image[] = {
		{"[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{\"id\":\"1200\"}}]}]", 0},
		{"[{\"type\":\"HEADER\",\"parameters\":[{\"type\":\"image\",\"image\":{\"link\":\"https://x/y.png\"}}]}]", 0},
		{"[]", 132012},
		{"[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{}}]}]", 131008},
		{"[{\"type\":\"header\",\"parameters\":[{\"type\":\"video\",\"video\":{\"id\":\"1200\"}}]}]", 132012},
		{"[{\"type\":\"header\",\"parameters\":[" TEXT("x") "]}]", 132012},
	};
	EXPECT(image);
	use_template("[{\"type\":\"HEADER\",\"format\":\"LOCATION\"},{\"type\":\"BODY\",\"text\":\"Hello\"}]", false,
	             SIM_UTILITY);
	static const struct expectation location[] = {
		{"[{\"type\":\"header\",\"parameters\":[{\"type\":\"location\",\"location\":{\"latitude\":51.5,\"longitude\":\"0."
	         "1\"}}]}]",
	         0},
		{"[{\"type\":\"header\",\"parameters\":[{\"type\":\"location\",\"location\":{\"latitude\":51.5}}]}]", 131008},
	};
	EXPECT(location);
	use_template("[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"To {{1}}\",\"example\":{\"header_text\":[\"a\"]}},"
	             "{\"type\":\"BODY\",\"text\":\"Hello\"}]",
	             false, SIM_UTILITY);
	static const struct expectation header_text[] = {
		{"[{\"type\":\"header\",\"parameters\":[" TEXT("x") "]}]", 0},
		{"[]", 132000},
	};
	EXPECT(header_text);
}

#define BUTTON(sub_type, index, parameter) \
	"{\"type\":\"button\",\"sub_type\":\"" sub_type "\",\"index\":" index ",\"parameters\":[" parameter "]}"

static void buttons(void **state)
{
	(void)state;
	use_template("[{\"type\":\"BODY\",\"text\":\"Hello\"},{\"type\":\"BUTTONS\",\"buttons\":["
	             "{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},"
	             "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://s/{{1}}\",\"example\":[\"https://s/a\"]},"
	             "{\"type\":\"COPY_CODE\",\"example\":\"X\"},{\"type\":\"PHONE_NUMBER\",\"text\":\"c\",\"phone_number\":\"+"
	             "1\"}]}]",
	             false, SIM_MARKETING);
#define URL BUTTON("url", "\"1\"", TEXT("a"))
#define CODE BUTTON("COPY_CODE", "2", "{\"type\":\"coupon_code\",\"coupon_code\":\"SPRING25\"}")
	static const struct expectation table[] = {
		{"[" URL "," CODE "]", 0},
		{"[" URL "," CODE "," BUTTON("QUICK_REPLY", "\"0\"", "{\"type\":\"payload\",\"payload\":\"STOP:c42\"}") "]", 0},
		{"[" CODE "]", 131008},
		{"[" URL "]", 131008},
		{"[" BUTTON("url", "0", TEXT("a")) "," CODE "]", 132018},
		{"[" URL "," CODE "," BUTTON("phone_number", "3", TEXT("a")) "]", 132018},
		{"[" URL "," CODE "," BUTTON("url", "9", TEXT("a")) "]", 132018},
		{"[" URL "," BUTTON("copy_code", "2", "{\"type\":\"coupon_code\",\"coupon_code\":\"123456789012345678901\"}") "]",
	         131009},
		{"[" BUTTON("url", "1", TEXT("")) "," CODE "]", 131008},
	};
	EXPECT(table);
	assert_int_equal(code_of("[" URL "," CODE "," BUTTON("quick_reply", "0", "{\"type\":\"payload\",\"payload\":\"P\"}") "]"),
	                 0);
	assert_true(sim_text_is(sim_check_payload(&scan, 0, 0, arena), "P"));
	assert_null(sim_check_payload(&scan, 0, 3, arena).at);
}

static void carousel(void **state)
{
	(void)state;
#define CARD                                                                                                   \
	"{\"components\":[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"h\"]}}," \
	"{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"More\"}]}]}"
#define SENT(index, kind)                                                                 \
	"{\"card_index\":" index ",\"components\":[{\"type\":\"header\",\"parameters\":[" \
	"{\"type\":\"" kind "\",\"" kind "\":{\"id\":\"1\"}}]}]}"
	use_template("[{\"type\":\"BODY\",\"text\":\"Look\"},{\"type\":\"CAROUSEL\",\"cards\":[" CARD "," CARD "]}]", false,
	             SIM_MARKETING);
	static const struct expectation table[] = {
		{"[{\"type\":\"carousel\",\"cards\":[" SENT("0", "image") "," SENT("1", "image") "]}]", 0},
		{"[{\"type\":\"carousel\",\"cards\":[" SENT("0", "image") "]}]", 132000},
		{"[]", 132000},
		{"[{\"type\":\"carousel\",\"cards\":[" SENT("0", "image") "," SENT("0", "image") "]}]", 132012},
		{"[{\"type\":\"carousel\",\"cards\":[" SENT("0", "image") "," SENT("1", "video") "]}]", 132012},
	};
	EXPECT(table);
}

static void one_time_password(void **state)
{
	(void)state;
	use_template("[{\"type\":\"BODY\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\"}]}]",
	             false, SIM_AUTHENTICATION);
	static const struct expectation table[] = {
		{"[" BODY(TEXT("123456")) "," BUTTON("url", "\"0\"", TEXT("123456")) "]", 0},
		{"[" BODY(TEXT("123456")) "]", 131008},
		{"[" BODY(TEXT("123456")) "," BUTTON("url", "\"0\"", TEXT("1234567890123456")) "]", 131009},
	};
	EXPECT(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(positional_body, setup, teardown),
		cmocka_unit_test_setup_teardown(named_body, setup, teardown),
		cmocka_unit_test_setup_teardown(hydrated_body_counts_characters_of_each_use, setup, teardown),
		cmocka_unit_test_setup_teardown(headers, setup, teardown),
		cmocka_unit_test_setup_teardown(buttons, setup, teardown),
		cmocka_unit_test_setup_teardown(carousel, setup, teardown),
		cmocka_unit_test_setup_teardown(one_time_password, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
