#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "sim/templates.h"

static struct sim_templates templates;
static struct sim_waba waba, other;
static struct sim_answer answer;

static int setup(void **state)
{
	(void)state;
	sim_templates_init(&templates, 1);
	waba = (struct sim_waba){.id = 500};
	other = (struct sim_waba){.id = 501};
	sim_answer_init(&answer);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_templates_fini(&templates);
	sim_answer_fini(&answer);
	return 0;
}

static struct sim_template *create(struct sim_waba *in, const char *name, const char *language)
{
	char text[512];
	snprintf(text, sizeof(text),
	         "{\"name\":\"%s\",\"language\":\"%s\",\"category\":\"MARKETING\",\"components\":"
	         "[{\"type\":\"BODY\",\"text\":\"Hello\"}]}",
	         name, language);
	struct err err;
	json_auto cJSON *tree = NULL;
	assert_int_equal(json_parse(text, strlen(text), &tree, &err), 0);
	sim_answer_fini(&answer);
	sim_answer_init(&answer);
	return sim_templates_create(&templates, in, tree, &answer);
}

static struct sim_text text_of(const char *text)
{
	return (struct sim_text){.at = text, .n = strlen(text)};
}

static bool exists(const struct sim_waba *in, const char *name, const char *language)
{
	return sim_templates_find(&templates, in, text_of(name), text_of(language)) != NULL;
}

static void identity_is_account_name_language(void **state)
{
	(void)state;
	struct sim_template *t = create(&waba, "offer_1", "en_US");
	assert_non_null(t);
	assert_int_equal(t->status, SIM_TEMPLATE_PENDING);
	assert_true(t->id < (uint64_t)1 << 53);
	assert_non_null(strstr(buf_text(&answer.body), "\"status\":\"PENDING\",\"category\":\"MARKETING\""));
	assert_non_null(create(&waba, "offer_1", "en"));
	assert_non_null(create(&other, "offer_1", "en_US"));
	assert_null(create(&waba, "offer_1", "en_US"));
	assert_int_equal(answer.status, 400);
	assert_non_null(strstr(buf_text(&answer.body), "\"code\":100,\"error_subcode\":2388024"));
	assert_true(exists(&waba, "offer_1", "en_US"));
	assert_false(exists(&waba, "offer_1", "de"));
	assert_ptr_equal(sim_templates_by_id(&templates, t->id), t);
}

static void bad_heads_are_refused(void **state)
{
	(void)state;
	static const char *const bad[][2] = {{"Offer", "en"}, {"", "en"},   {"a b", "en"},    {"a", "EN"},
	                                     {"a", "en-US"},  {"a", "en_"}, {"a", "english"}, {"a", ""}};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (create(&waba, bad[i][0], bad[i][1]))
			fail_msg("taken: %s %s", bad[i][0], bad[i][1]);
		assert_int_equal(answer.status, 400);
	}
}

static void deletion_takes_all_languages_and_blocks_approved_names(void **state)
{
	(void)state;
	create(&waba, "offer", "en")->status = SIM_TEMPLATE_APPROVED;
	create(&waba, "offer", "de");
	create(&waba, "offer_2", "en");
	sim_templates_delete(&templates, &waba, "offer", 0, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(waba.n_templates, 1);
	assert_false(exists(&waba, "offer", "en"));
	assert_true(exists(&waba, "offer_2", "en"));
	assert_non_null(create(&waba, "offer", "de"));
	assert_null(create(&waba, "offer", "en"));
	assert_non_null(strstr(buf_text(&answer.body), "2388023"));
	sim_templates_delete(&templates, &waba, "nothing", 0, &answer);
	assert_int_equal(answer.status, 400);
}

static void list(const char *name, const char *limit, const char *after)
{
	struct sim_fields fields;
	sim_answer_fini(&answer);
	sim_answer_init(&answer);
	assert_true(sim_fields_read(&fields, "name,status", sim_template_default_fields, sim_template_field_names,
	                            "MessageTemplate", &answer));
	struct sim_template_page page = {
		.name = name, .limit = limit, .after = after, .url = "http://h/500/x", .query = "limit=2", .fields = &fields};
	sim_templates_list(&waba, &page, &answer);
}

static void pages_hold_each_once(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		char name[16];
		snprintf(name, sizeof(name), "t_%d", i);
		create(&waba, name, "en");
	}
	char after[64] = "";
	int n = 0, n_pages = 0;
	bool seen[5] = {false};
	do {
		struct err err;
		json_auto cJSON *tree = NULL;
		list(NULL, "2", after[0] ? after : NULL);
		assert_int_equal(json_parse(buf_text(&answer.body), answer.body.len, &tree, &err), 0);
		const cJSON *item;
		cJSON_ArrayForEach(item, json_get(tree, "data"))
		{
			int which = json_text(item, "name")[2] - '0';
			assert_false(seen[which]);
			seen[which] = true;
			n++;
		}
		const char *next = json_text(json_get(tree, "paging"), "next");
		after[0] = '\0';
		if (next)
			strcpy(after, strstr(next, "after=") + 6);
		n_pages++;
	} while (after[0]);
	assert_int_equal(n, 5);
	assert_int_equal(n_pages, 3);
	list(NULL, NULL, "nonsense");
	assert_non_null(strstr(buf_text(&answer.body), "131059"));
	list("t_3", NULL, NULL);
	assert_non_null(strstr(buf_text(&answer.body), "t_3"));
	assert_null(strstr(buf_text(&answer.body), "t_2"));
}

static void edits_review_again(void **state)
{
	(void)state;
	struct sim_template *t = create(&waba, "offer", "en");
	struct err err;
	json_auto cJSON *tree = NULL;
	static const char text[] = "{\"components\":[{\"type\":\"BODY\",\"text\":\"New\"}]}";
	assert_int_equal(json_parse(text, strlen(text), &tree, &err), 0);
	assert_false(sim_templates_edit(t, tree, &answer));
	t->status = SIM_TEMPLATE_APPROVED;
	assert_true(sim_templates_edit(t, tree, &answer));
	assert_int_equal(t->status, SIM_TEMPLATE_PENDING);
	assert_non_null(strstr(t->components, "New"));
}

static void fields_are_known_ones(void **state)
{
	(void)state;
	struct sim_fields fields;
	assert_true(sim_fields_read(&fields, "id,throughput{level},name.limit(3)", "", "name,id,throughput", "X", &answer));
	assert_int_equal(fields.n, 3);
	assert_string_equal(fields.names[1], "throughput");
	assert_false(sim_fields_read(&fields, "nam", "", "name,id", "X", &answer));
	assert_non_null(strstr(buf_text(&answer.body), "nonexisting field (nam)"));
	assert_false(sim_fields_read(&fields, "id,", "", "name,id", "X", &answer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(identity_is_account_name_language, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_heads_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(deletion_takes_all_languages_and_blocks_approved_names, setup, teardown),
		cmocka_unit_test_setup_teardown(pages_hold_each_once, setup, teardown),
		cmocka_unit_test_setup_teardown(edits_review_again, setup, teardown),
		cmocka_unit_test_setup_teardown(fields_are_known_ones, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
