#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/spec.h"

static struct sim_spec spec;
static struct sim_spec_fault fault;

static int read_of(const char *text, bool named, enum sim_category category)
{
	struct err err;
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(text, strlen(text), &tree, &err), 0);
	return sim_spec_read(tree, named, category, &spec, &fault);
}

static int teardown(void **state)
{
	(void)state;
	sim_spec_fini(&spec);
	return 0;
}

static void reads_a_full_template(void **state)
{
	(void)state;
	static const char text[] =
		"[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"4::aW\"]}},"
		"{\"type\":\"BODY\",\"text\":\"Hi {{first_name}}, you get {{discount}} off, {{first_name}}!\",\"example\":{"
		"\"body_text_named_params\":[{\"param_name\":\"first_name\",\"example\":\"Ada\"},"
		"{\"param_name\":\"discount\",\"example\":\"20%\"}]}},"
		"{\"type\":\"FOOTER\",\"text\":\"Reply STOP to opt out\"},"
		"{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},"
		"{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://s.example/{{1}}\",\"example\":[\"https://s.example/a\"]},"
		"{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"+442071838750\"},"
		"{\"type\":\"COPY_CODE\",\"example\":\"SPRING25\"}]}]";
	assert_int_equal(read_of(text, true, SIM_MARKETING), 0);
	assert_int_equal(spec.main.header, SIM_HEADER_IMAGE);
	assert_int_equal(spec.main.body_vars.n, 2);
	assert_int_equal(spec.main.body_vars.uses[sim_vars_find(&spec.main.body_vars, "first_name", 10)], 2);
	assert_int_equal(spec.main.body_chars, strlen("Hi , you get  off, !"));
	assert_int_equal(spec.main.n_buttons, 4);
	assert_true(spec.main.buttons[1].has_variable);
	assert_string_equal(spec.main.buttons[0].text, "Stop");
}

static void positions_are_sorted(void **state)
{
	(void)state;
	assert_int_equal(read_of("[{\"type\":\"body\",\"text\":\"Get {{2}} for {{1}} now\",\"example\":{\"body_text\":"
	                         "[[\"a\",\"b\"]]}}]",
	                         false, SIM_UTILITY),
	                 0);
	assert_string_equal(spec.main.body_vars.names[0], "1");
	assert_string_equal(spec.main.body_vars.names[1], "2");
}

static void carousels_and_offers(void **state)
{
	(void)state;
#define CARD                                                                                                   \
	"{\"components\":[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"h\"]}}," \
	"{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"More\"}]}]}"
	assert_int_equal(read_of("[{\"type\":\"BODY\",\"text\":\"Look\"},{\"type\":\"CAROUSEL\",\"cards\":[" CARD "," CARD "]}]",
	                         false, SIM_MARKETING),
	                 0);
	assert_int_equal(spec.n_cards, 2);
	assert_int_equal(spec.cards[1].n_buttons, 1);
	sim_spec_fini(&spec);
#define OFFER                                                                                            \
	"{\"type\":\"BODY\",\"text\":\"Look\"},{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":" \
	"{\"text\":\"Ends soon\",\"has_expiration\":true}}"
#define SHOP "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://a.example\"}"
#define CODE "{\"type\":\"COPY_CODE\",\"example\":\"SPRING25\"}"
	static const struct {
		const char *components;
		int refused;
	} offers[] = {
		{"[" OFFER ",{\"type\":\"BUTTONS\",\"buttons\":[" SHOP "]}]", 0},
		{"[" OFFER ",{\"type\":\"BUTTONS\",\"buttons\":[" CODE "," SHOP "]}]", 0},
		{"[" OFFER ",{\"type\":\"BUTTONS\",\"buttons\":[" SHOP "," CODE "]}]", 1},
		{"[" OFFER ",{\"type\":\"BUTTONS\",\"buttons\":[" CODE "]}]", 1},
		{"[" OFFER "]", 1},
	};
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		assert_int_equal(read_of(offers[i].components, false, SIM_MARKETING), offers[i].refused);
		assert_true(spec.offer_expires);
		sim_spec_fini(&spec);
	}
	spec = (struct sim_spec){0};
}

static void refusals_name_the_rule(void **state)
{
	(void)state;
	static const struct {
		const char *components;
		int32_t subcode;
	} bad[] = {
		{"[]", 0},
		{"[{\"type\":\"FOOTER\",\"text\":\"x\"}]", 2388072},
		{"[{\"type\":\"WHAT\"}]", 0},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"BODY\",\"text\":\"b\"}]", 0},
		{"[{\"type\":\"BODY\",\"text\":\" \"}]", 2388072},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {{1}} there\"}]", 2388043},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {{1}}\",\"example\":{\"body_text\":[[\"a\"]]}}]", 2388299},
		{"[{\"type\":\"BODY\",\"text\":\"{{1}} hi\",\"example\":{\"body_text\":[[\"a\"]]}}]", 2388299},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {{2}} there\",\"example\":{\"body_text\":[[\"a\"]]}}]", 2388072},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {{name}} there\",\"example\":{\"body_text\":[[\"a\"]]}}]", 2388072},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {{1}}{{2}} there\",\"example\":{\"body_text\":[[\"a\",\"b\"]]}}]", 2388072},
		{"[{\"type\":\"BODY\",\"text\":\"a {{1}} {{2}} {{3}} b\",\"example\":{\"body_text\":[[\"a\",\"b\",\"c\"]]}}]",
	         2388293},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"FOOTER\",\"text\":\"{{1}}\"}]", 2388073},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"HEADER\",\"format\":\"IMAGE\"}]", 2388043},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"HEADER\",\"format\":\"X\"}]", 2388047},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":"
	         "\"a\"},"
	         "{\"type\":\"URL\",\"text\":\"a\",\"url\":\"https://a\"},{\"type\":\"QUICK_REPLY\",\"text\":\"b\"}]}]",
	         2388072},
		{"[{\"type\":\"BODY\",\"text\":\"a\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":\"a\","
	         "\"url\":\"https://{{1}}/a\",\"example\":[\"x\"]}]}]",
	         2388072},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fault.subcode = -1;
		int rc = read_of(bad[i].components, false, SIM_MARKETING);
		sim_spec_fini(&spec);
		if (rc != 1 || fault.subcode != bad[i].subcode)
			fail_msg("%s: %d, %d", bad[i].components, rc, fault.subcode);
	}
}

static void lengths_count_characters(void **state)
{
	(void)state;
	buf_auto struct buf text;
	buf_init(&text, 65536);
	buf_adds(&text, "[{\"type\":\"BODY\",\"text\":\"");
	for (int i = 0; i < SIM_BODY_MAX_CHARS; i++)
		buf_adds(&text, "ä");
	size_t n = text.len;
	buf_adds(&text, "\"}]");
	assert_int_equal(read_of(buf_text(&text), false, SIM_MARKETING), 0);
	text.len = n;
	buf_adds(&text, "ä\"}]");
	sim_spec_fini(&spec);
	assert_int_equal(read_of(buf_text(&text), false, SIM_MARKETING), 1);
	assert_int_equal(fault.subcode, 2388040);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(reads_a_full_template, teardown),
		cmocka_unit_test_teardown(positions_are_sorted, teardown),
		cmocka_unit_test_teardown(carousels_and_offers, teardown),
		cmocka_unit_test_teardown(refusals_name_the_rule, teardown),
		cmocka_unit_test_teardown(lengths_count_characters, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
