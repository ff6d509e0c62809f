#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/template.h"

static struct arena *arena;
static struct template_text parsed;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* The parts as "literal<key|fallback>literal", or NULL when the text is refused. */
static const char *parts(const char *text)
{
	buf_auto struct buf b;
	struct err err = {""};
	size_t placeholders = 0;
	buf_init(&b, BUF_NO_LIMIT);
	if (template_text_parse(arena, text, &parsed, &err) < 0) {
		assert_true(strlen(err.text) > 10);
		return NULL;
	}
	for (size_t i = 0; i < parsed.n_parts; i++) {
		const struct template_part *p = &parsed.part[i];
		placeholders += p->is_placeholder;
		if (p->is_placeholder)
			buf_addf(&b, "<%s%s%s>", p->key, p->fallback ? "|" : "", p->fallback ? p->fallback : "");
		else
			buf_adds(&b, p->text);
	}
	assert_int_equal(placeholders, parsed.n_placeholders);
	return arena_strdup(arena, buf_text(&b));
}

static void what_texts_are_made_of(void **state)
{
	(void)state;
	static const struct {
		const char *text, *parts;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"Hi {first_name}, bye", "Hi <first_name>, bye"},
		{"{a}", "<a>"},
		{"{a}{b}", "<a><b>"},
		{"{a|x}", "<a|x>"},
		{"{a|dear friend}", "<a|dear friend>"},
		{"{a|x|y}", "<a|x|y>"}, /* the first bar parts */
		{"{city of birth}", "<city of birth>"},
		{"{caf\xC3\xA9}", "<caf\xC3\xA9>"},
		{"{{", "{"},
		{"{{name}}", "{name}}"},
		{"{{{a}", "{<a>"},
		{"{{{{", "{{"},
		{"}", "}"},
		{"a } b", "a } b"},
		{"{a}}", "<a>}"},
		{"100 {{ {a} }", "100 { <a> }"},
		{"{", NULL},
		{"a {b", NULL},
		{"{{{", NULL},
		{"{}", NULL},
		{"{ }", NULL},
		{"{|x}", NULL},
		{"{a|}", NULL},
		{"{a| }", NULL},
		{"{a{b}", NULL},
		{"{a|b{c}", NULL},
		{"{a\nb}", NULL},
		{"{a\x01}", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *found = parts(cases[i].text);
		if (cases[i].parts ? !found || strcmp(found, cases[i].parts) != 0 : found != NULL)
			fail_msg("'%s' is '%s'", cases[i].text, found ? found : "refused");
	}
}

static char *repeated(const char *piece, int n, const char *end)
{
	buf_auto struct buf b;
	buf_init(&b, BUF_NO_LIMIT);
	for (int i = 0; i < n; i++)
		buf_adds(&b, piece);
	buf_adds(&b, end);
	return arena_strdup(arena, buf_text(&b));
}

static void limits(void **state)
{
	(void)state;
	assert_non_null(parts(repeated("{a}", TEMPLATE_MAX_PARTS, "")));
	assert_int_equal(parsed.n_parts, TEMPLATE_MAX_PARTS);
	assert_null(parts(repeated("{a}", TEMPLATE_MAX_PARTS + 1, "")));
	assert_non_null(parts(repeated("{a}", TEMPLATE_MAX_PARTS - 1, "x")));
	assert_null(parts(repeated("{a}", TEMPLATE_MAX_PARTS, "x")));
	/* a key is as long as the name of a contact's field may be: 64 characters */
	char *open = arena_printf(arena, "{%s", repeated("k", 64, ""));
	assert_non_null(parts(arena_printf(arena, "%s}", open)));
	assert_null(parts(arena_printf(arena, "%sk}", open)));
	open = arena_printf(arena, "{%s", repeated("\xD0\xB8", 64, ""));
	assert_non_null(parts(arena_printf(arena, "%s}", open)));
	assert_null(parts(arena_printf(arena, "%sk}", open)));
	open = arena_printf(arena, "{a|%s", repeated("\xE5\xAE\xA2", 256, ""));
	assert_non_null(parts(arena_printf(arena, "%s}", open)));
	assert_null(parts(arena_printf(arena, "%sx}", open)));
	/* what is too long is refused, never cut */
	assert_non_null(parts(repeated("x", 65536, "{a}")));
	assert_null(parts(repeated("x", 65537, "")));
	assert_null(parts(repeated("x", 65537, "{a}")));
	assert_null(parts(repeated("x", 65537, "{a} and more")));
}

static void parameters_are_metas_and_unique(void **state)
{
	(void)state;
	static const struct {
		const char *text, *first, *last;
	} cases[] = {
		{"{first_name}", "first_name", "first_name"},
		{"{First Name}", "first_name", "first_name"},
		{"{a} {a}", "a", "a_2"},
		{"{a} {a_2} {a}", "a", "a_3"},
		{"{a} {a} {a_2}", "a", "a_2_2"},
		{"{A} {a}", "a", "a_2"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_non_null(parts(cases[i].text));
		assert_string_equal(parsed.part[0].param, cases[i].first);
		assert_string_equal(parsed.part[parsed.n_parts - 1].param, cases[i].last);
	}
	static const char *const same[] = {
		"{a}", "{\xD0\xB8\xD0\xBC\xD1\x8F}", "{a_2}{a}", "{kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk}",
		"{kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk}{kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk_2}"};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		assert_non_null(parts(repeated(same[i], strstr(same[i], "}{") ? 32 : 64, "")));
		for (size_t k = 0; k < parsed.n_parts; k++) {
			const char *param = parsed.part[k].param;
			assert_true(*param && strspn(param, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(param));
			for (size_t l = 0; l < k; l++)
				assert_string_not_equal(param, parsed.part[l].param);
		}
	}
}

static struct contact contact(const char *first_name, const char *fields)
{
	return (struct contact){.number = "447400123456",
	                        .first_name = first_name,
	                        .last_name = "",
	                        .custom1 = "",
	                        .custom2 = "",
	                        .tags = "",
	                        .fields = fields};
}

static void values(void **state)
{
	(void)state;
	static const struct {
		const char *text, *first_name, *value;
	} cases[] = {
		{"{first_name}", "Ada", "Ada"},
		{"{first_name}", "", NULL},
		{"{first_name}", " \t\n", NULL},
		{"{first_name|friend}", "", "friend"},
		{"{first_name|friend}", "  ", "friend"},
		{"{first_name|friend}", "Ada", "Ada"},
		{"{first_name|dear \n friend }", "", "dear friend"},
		/* as Meta demands of parameters: no line end, no tab, no run of blanks */
		{"{first_name}", "  Ada \n\t  Augusta  King ", "Ada Augusta King"},
		{"{first_name}",
	         "a\xC2\xA0\xE3\x80\x80"
	         "b",
	         "a b"},
		{"{first_name}", "\xE5\xAE\xA2 \xE6\x88\xB7", "\xE5\xAE\xA2 \xE6\x88\xB7"},
		{"{number}", "Ada", "447400123456"},
		{"{none}", "Ada", NULL},
		{"{city}", "Ada", "Bath Spa"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct contact c = contact(cases[i].first_name, "{\"city\":\"Bath\\r\\nSpa\"}");
		assert_non_null(parts(cases[i].text));
		const char *value = template_value(&parsed.part[0], &c, arena);
		if (cases[i].value ? !value || strcmp(value, cases[i].value) != 0 : value != NULL)
			fail_msg("%s of '%s' is '%s'", cases[i].text, cases[i].first_name, value ? value : "none");
	}
}

static void who_is_skipped(void **state)
{
	(void)state;
	struct contact ada = contact("Ada", ""), nobody = contact("", "");
	assert_non_null(parts("Hi {first_name}."));
	assert_int_equal(template_check_text(&parsed, TEMPLATE_BODY_MAX, &ada, arena), RULE_NONE);
	assert_int_equal(template_check_text(&parsed, TEMPLATE_BODY_MAX, &nobody, arena), RULE_EMPTY_PLACEHOLDER);
	assert_non_null(parts("Hi {first_name|you}."));
	assert_int_equal(template_check_text(&parsed, TEMPLATE_BODY_MAX, &nobody, arena), RULE_NONE);
	/* 1,024 characters once filled in, counted as characters */
	assert_non_null(parts(repeated("\xC3\xA9", 1000, "{first_name}")));
	for (int n = 23; n <= 26; n++) {
		struct contact c = contact(repeated("\xE5\xAE\xA2", n, ""), "");
		assert_int_equal(template_check_text(&parsed, TEMPLATE_BODY_MAX, &c, arena), n <= 24 ? RULE_NONE : RULE_TOO_LONG);
	}
	struct contact folded = contact(repeated(" ", 200, "x"), "");
	assert_int_equal(template_check_text(&parsed, TEMPLATE_BODY_MAX, &folded, arena), RULE_NONE);
}

static void filled_in(void **state)
{
	(void)state;
	struct contact ada = contact(" Ada  King", ""), nobody = contact("", "");
	assert_non_null(parts("Hi {first_name|you}, 100 {{ {none} }"));
	assert_string_equal(template_fill(&parsed, &ada, arena), "Hi Ada King, 100 {  }");
	assert_string_equal(template_fill(&parsed, &nobody, arena), "Hi you, 100 {  }");
	assert_non_null(parts(""));
	assert_string_equal(template_fill(&parsed, &ada, arena), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_texts_are_made_of, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters_are_metas_and_unique, setup, teardown),
		cmocka_unit_test_setup_teardown(values, setup, teardown),
		cmocka_unit_test_setup_teardown(who_is_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(filled_in, setup, teardown),
	};
	return cmocka_run_group_tests_name("model/template_text", tests, NULL, NULL);
}
