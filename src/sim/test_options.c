#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/options.h"

static struct sim_options *options;
static struct err err;

static int setup(void **state)
{
	(void)state;
	options = sim_options_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_options_destroy(options);
	return 0;
}

static void defaults(void **state)
{
	(void)state;
	assert_string_equal(options->token_prefix, "EAA");
	assert_int_equal(options->ceiling, 80);
	assert_true(options->pair_limit);
	assert_int_equal(options->delivered_share, 950000);
	assert_int_equal(options->read_delay.max_ms, 10000);
	assert_int_equal(options->fail_codes.n, 0);
}

static void each_kind(void **state)
{
	(void)state;
	assert_int_equal(sim_options_set(options, "webhook-url", "http://x/y", &err), 0);
	assert_string_equal(options->webhook_url, "http://x/y");
	assert_int_equal(sim_options_set(options, "webhook-url", "", &err), 0);
	assert_int_equal(sim_options_set(options, "ceiling", "1000", &err), 0);
	assert_int_equal(options->ceiling, 1000);
	assert_int_equal(sim_options_set(options, "any-template", "TRUE", &err), 0);
	assert_true(options->any_template);
	assert_int_equal(sim_options_set(options, "read-share", "12.3456%", &err), 0);
	assert_int_equal(options->read_share, 123456);
	assert_int_equal(sim_options_set(options, "read-share", "1/400", &err), 0);
	assert_int_equal(options->read_share, 2500);
	assert_int_equal(sim_options_set(options, "sent-delay-ms", "5", &err), 0);
	assert_int_equal(options->sent_delay.max_ms, 5);
	assert_int_equal(sim_options_set(options, "fail-codes", "131026:2,131049:0.5", &err), 0);
	assert_int_equal(options->fail_codes.n, 2);
	assert_int_equal(options->fail_codes.at[1].code, 131049);
	assert_int_equal(options->fail_codes.at[1].ppm, 5000);
	assert_int_equal(sim_options_set(options, "fail-codes", "", &err), 0);
	assert_int_equal(options->fail_codes.n, 0);
	assert_int_equal(sim_options_set(options, "template-verdict", "reject", &err), 0);
	assert_int_equal(options->template_verdict, SIM_VERDICT_REJECT);
	assert_true(sim_options_is_flag("any-template"));
	assert_false(sim_options_is_flag("ceiling"));
}

static void refusals_change_nothing(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{"ceiling", "-1"},
		{"ceiling", "x"},
		{"ceiling", ""},
		{"read-share", "101"},
		{"read-share", "100.1"},
		{"read-share", "1.23456"},
		{"read-share", "2/1"},
		{"read-share", "1/0"},
		{"read-share", ""},
		{"read-delay-ms", "5-4"},
		{"read-delay-ms", "-"},
		{"fail-codes", "131026"},
		{"fail-codes", "1:60,2:60"},
		{"template-verdict", "approv"},
		{"template-verdict", ""},
		{"pair-limit", "maybe"},
		{"listen", ""},
		{"webhook-url", "localhost:80"},
		{"webhook-url", "ftp://x"},
	};
	struct sim_options before = *options;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sim_options_set(options, bad[i][0], bad[i][1], &err) == 0)
			fail_msg("taken: %s %s", bad[i][0], bad[i][1]);
		assert_non_null(strstr(err.text, bad[i][0]));
	}
	assert_memory_equal(&before, options, sizeof(before));
	assert_int_equal(sim_options_set(options, "celing", "1", &err), -1);
	assert_non_null(strstr(err.text, "'ceiling'"));
	assert_int_equal(sim_options_set_live(options, "seed", "2", &err), -1);
	assert_int_equal(sim_options_set_live(options, "ceiling", "2", &err), 0);
}

static void written_form_can_be_set_again(void **state)
{
	(void)state;
	assert_int_equal(sim_options_set(options, "fail-codes", "131026:2,131049:0.5", &err), 0);
	assert_int_equal(sim_options_set(options, "quality-rating", "RED", &err), 0);
	buf_auto struct buf out;
	buf_init(&out, 65536);
	struct json_writer w;
	json_begin(&w, &out);
	sim_options_write_live(options, &w, NULL);
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(buf_text(&out), out.len, &tree, &err), 0);
	assert_string_equal(json_text(tree, "fail-codes"), "131026:2,131049:0.5000");
	assert_string_equal(json_text(tree, "quality-rating"), "RED");
	assert_string_equal(json_text(tree, "read-delay-ms"), "500-10000");
	assert_null(json_get(tree, "app-secret"));
	struct sim_options copy = *options;
	for (const cJSON *item = tree->child; item; item = item->next) {
		if (cJSON_IsString(item))
			assert_int_equal(sim_options_set_live(&copy, item->string, item->valuestring, &err), 0);
	}
	assert_memory_equal(&copy, options, sizeof(copy));
}

static void choices_and_help(void **state)
{
	(void)state;
	char text[SIM_CHOICE_BYTES];
	sim_options_choice(options, "messaging-limit", text);
	assert_string_equal(text, "TIER_UNLIMITED");
	sim_options_choice(options, "throughput-level", text);
	assert_string_equal(text, "STANDARD");
	options->ceiling = 1000;
	sim_options_choice(options, "throughput-level", text);
	assert_string_equal(text, "HIGH");
	options->ceiling = 2500;
	sim_options_choice(options, "throughput-level", text);
	assert_string_equal(text, "2500");
	buf_auto struct buf out;
	buf_init(&out, 65536);
	sim_options_help(&out);
	assert_non_null(strstr(buf_text(&out), "--stop-share PERCENT"));
	assert_non_null(strstr(buf_text(&out), "--template-verdict approve|reject|pending"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(each_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals_change_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(written_form_can_be_set_again, setup, teardown),
		cmocka_unit_test_setup_teardown(choices_and_help, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
