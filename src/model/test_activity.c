/* The log's table: words are told apart, sentences are whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/activity.h"

static void each_word_names_one_action(void **state)
{
	(void)state;
	for (int i = 1; i < N_ACTIVITIES; i++) {
		enum activity_action found;
		assert_non_null(activity_word((enum activity_action)i));
		assert_true(activity_parse(activity_word((enum activity_action)i), &found));
		assert_int_equal(found, i);
		assert_true(*activity_resource_word(activity_resource((enum activity_action)i)));
	}
	enum activity_action found;
	assert_false(activity_parse("campaign_praised", &found));
}

static void a_resource_is_the_actions_on_it(void **state)
{
	(void)state;
	assert_int_equal(activity_mask("key"), UINT64_C(1) << ACTIVITY_KEY_CREATED | UINT64_C(1) << ACTIVITY_KEY_DELETED);
	assert_int_equal(activity_mask("weather"), 0);
	assert_int_equal(activity_mask(""), 0);
}

static void expect(const struct activity *a, const char *sentence)
{
	buf_auto struct buf out;
	buf_init(&out, 4096);
	activity_put_text(a, &out);
	assert_string_equal(buf_text(&out), sentence);
}

static void a_sentence_names_who_and_what(void **state)
{
	(void)state;
	struct activity a = {.action = ACTIVITY_CAMPAIGN_PAUSED, .name = "Spring", .actor = ACTOR_KEY, .key_name = "ops"};
	expect(&a, "The campaign “Spring” was paused with the key “ops”.");
	a.key_name = NULL;
	expect(&a, "The campaign “Spring” was paused with the key “?”.");
	a.actor = ACTOR_SERVER;
	expect(&a, "The campaign “Spring” was paused.");
	a = (struct activity){.action = ACTIVITY_OPTOUT_ADDED, .name = "447000000001", .actor = ACTOR_WHATSAPP};
	expect(&a, "The number “447000000001” was opted out by WhatsApp.");
	a = (struct activity){.action = ACTIVITY_CAMPAIGN_RENAMED, .name = "B", .detail = "{\"from\":\"A {name}\"}"};
	expect(&a, "The campaign “A {name}” was renamed to “B”.");
	a = (struct activity){.action = ACTIVITY_SENDER_QUALITY, .name = "Shop", .detail = "{\"from\":\"GREEN\",\"to\":\"RED\"}"};
	expect(&a, "WhatsApp rates the quality of the sender “Shop” RED; it was GREEN.");
	a = (struct activity){
		.action = ACTIVITY_IMPORT_COMPLETED, .name = "People", .detail = "{\"added\":12,\"updated\":0,\"invalid\":3}"};
	expect(&a, "The import into the audience “People” was completed: 12 added, 0 updated, 3 invalid.");
}

/* Whatever stands in the braces of the table is closed, and short. */
static void every_sentence_is_whole(void **state)
{
	(void)state;
	for (int i = 1; i < N_ACTIVITIES; i++) {
		buf_auto struct buf out;
		buf_init(&out, 4096);
		const struct activity a = {.action = (enum activity_action)i, .name = "X"};
		activity_put_text(&a, &out);
		assert_non_null(strstr(buf_text(&out), "“X”"));
		assert_null(strpbrk(buf_text(&out), "{}"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_names_one_action),
		cmocka_unit_test(a_resource_is_the_actions_on_it),
		cmocka_unit_test(a_sentence_names_who_and_what),
		cmocka_unit_test(every_sentence_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
