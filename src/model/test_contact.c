#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/contact.h"

/* The codes that the judge finds, in their order, as "1353 1361". */
static const char *codes(struct contact_request req, bool is_update)
{
	static char text[200];
	struct faults faults;
	faults_init(&faults);
	contact_judge(&req, is_update, &faults);
	text[0] = '\0';
	for (size_t i = 0; i < faults.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "", (int)faults.item[i].code);
	return text;
}

#define NUMBER "+447400123456"

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *number, *codes;
	} cases[] = {
		{NULL, "1353"},
		{"", "1353"},
		{NUMBER, ""},
		{"447400123456", ""},
		{"++447400123456", "1354"},
		{"07400123456", "1354"},
		{"44 7400 123456", "1354"},
		{"x", "1354"},
		{"0", "1354"},
		{"111111111111111111111111111111111111111111111", "1354"},
		{"1111111111111111111111111111111111111111111111", "1355"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct contact_request req = {.number = cases[i].number};
		assert_string_equal(codes(req, false), cases[i].codes);
		assert_string_equal(codes(req, true), ""); /* a number never changes */
	}
	struct faults faults;
	struct contact_request req = {.number = NUMBER};
	faults_init(&faults);
	contact_judge(&req, false, &faults);
	assert_string_equal(req.digits, "447400123456");
}

static void lengths_of_texts(void **state)
{
	(void)state;
	static const struct {
		size_t max, place;
		const char *code;
	} cases[] = {
		{32, offsetof(struct contact_request, first_name), "1361"},
		{32, offsetof(struct contact_request, last_name), "1362"},
		{32, offsetof(struct contact_request, custom1), "1363"},
		{70, offsetof(struct contact_request, custom2), "1364"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[80 * 4] = "";
		struct contact_request req = {.number = NUMBER};
		const char *member = text;
		memcpy((char *)&req + cases[i].place, &member, sizeof(member));
		assert_string_equal(codes(req, false), ""); /* empty is legal */
		for (size_t k = 0; k < cases[i].max; k++)
			strcat(text, "\xF0\x9F\x98\x80"); /* characters are counted, not bytes */
		assert_string_equal(codes(req, false), "");
		strcat(text, "x");
		assert_string_equal(codes(req, false), cases[i].code);
		assert_string_equal(codes(req, true), cases[i].code);
		strcpy(text, "a\nb");
		assert_string_equal(codes(req, false), cases[i].code);
	}
}

static void tags(void **state)
{
	(void)state;
	static const struct {
		const char *tags, *codes;
	} cases[] = {
		{"[]", ""},
		{"[\"vip\",\"news\"]", ""},
		{"[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]", ""},
		{"[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]", "1359"},
		{"[1]", "1359"},
		{"[null]", "1359"},
		{"[[\"a\"]]", "1359"},
		{"{}", "1359"},
		{"\"vip\"", "1359"},
		{"null", "1359"},
		{"", "1359"},
		{"[", "1359"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct contact_request req = {.number = NUMBER, .tags = cases[i].tags};
		if (strcmp(codes(req, false), cases[i].codes) != 0)
			fail_msg("%s gives '%s'", cases[i].tags, codes(req, false));
	}
	char tag[80];
	for (int n = 64; n <= 65; n++) {
		snprintf(tag, sizeof(tag), "[\"%0*d\"]", n, 0);
		assert_string_equal(codes((struct contact_request){.number = NUMBER, .tags = tag}, false), n == 64 ? "" : "1359");
	}
}

static void fields(void **state)
{
	(void)state;
	static const struct {
		const char *fields, *codes;
	} cases[] = {
		{"{}", ""},
		{"{\"city\":\"Bath\",\"\xC3\xA9t\xC3\xA9\":\"\"}", ""},
		{"{\"a b-c.d\":\"x\"}", ""},
		{"{\"\":\"x\"}", "1365"},
		{"{\"a{\":\"x\"}", "1365"},
		{"{\"a}\":\"x\"}", "1365"},
		{"{\"a|b\":\"x\"}", "1365"},
		{"{\"a\\n\":\"x\"}", "1365"},
		{"{\"a\":1}", "1365"},
		{"{\"a\":null}", "1365"},
		{"{\"a\":{}}", "1365"},
		{"{\"a\":\"x\",\"a\":\"y\"}", "1365"},
		{"[]", "1365"},
		{"\"x\"", "1365"},
		{"", "1365"},
		{"{", "1365"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct contact_request req = {.number = NUMBER, .fields = cases[i].fields};
		if (strcmp(codes(req, false), cases[i].codes) != 0)
			fail_msg("%s gives '%s'", cases[i].fields, codes(req, false));
	}
}

static void many_and_long_fields(void **state)
{
	(void)state;
	for (int n = 49; n <= 52; n++) {
		buf_auto struct buf b;
		buf_init(&b, BUF_NO_LIMIT);
		buf_addc(&b, '{');
		for (int i = 0; i < n; i++)
			buf_addf(&b, "%s\"k%d\":\"v\"", i ? "," : "", i);
		buf_addc(&b, '}');
		assert_string_equal(codes((struct contact_request){.number = NUMBER, .fields = buf_text(&b)}, false),
		                    n <= 50 ? "" : "1365");
	}
	static const struct {
		int key, value;
		const char *codes;
	} cases[] = {{64, 1024, ""}, {65, 1, "1365"}, {1, 1025, "1365"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_auto struct buf b;
		buf_init(&b, BUF_NO_LIMIT);
		buf_addf(&b, "{\"%0*d\":\"%0*d\"}", cases[i].key, 0, cases[i].value, 0);
		assert_string_equal(codes((struct contact_request){.number = NUMBER, .fields = buf_text(&b)}, false),
		                    cases[i].codes);
	}
	for (int beyond = 0; beyond <= 1; beyond++) { /* 8,192 bytes in all, and one more */
		buf_auto struct buf b;
		buf_init(&b, BUF_NO_LIMIT);
		buf_addc(&b, '{');
		for (int i = 0; i < 8; i++)
			buf_addf(&b, "\"k%d\":\"%01000d\",", i, 0);
		buf_addf(&b, "\"l\":\"%0*d\"}", CONTACT_MAX_FIELDS_BYTES - (int)b.len - 7 + beyond, 0);
		assert_int_equal(b.len, CONTACT_MAX_FIELDS_BYTES + beyond);
		assert_string_equal(codes((struct contact_request){.number = NUMBER, .fields = buf_text(&b)}, false),
		                    beyond ? "1365" : "");
	}
}

static void all_faults_in_the_order_of_the_table(void **state)
{
	(void)state;
	struct contact_request req = {.number = "x",
	                              .first_name = "\n",
	                              .last_name = "\n",
	                              .custom1 = "\n",
	                              .custom2 = "\n",
	                              .tags = "x",
	                              .fields = "x"};
	assert_string_equal(codes(req, false), "1354 1361 1362 1363 1364 1359 1365");
	assert_string_equal(codes(req, true), "1361 1362 1363 1364 1359 1365");
}

static const struct contact ada = {
	.number = "447400123456",
	.first_name = "Ada",
	.last_name = "",
	.custom1 = "ten",
	.custom2 = "May",
	.fields = "{\"city\":\"Bath\",\"empty\":\"\",\"first_name\":\"shadow\",\"caf\\u00e9\":\"x\",\"City\":\"other\"}",
};

static void values(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(4096);
	static const struct {
		const char *key, *value;
	} cases[] = {
		{"number", "447400123456"},
		{"first_name", "Ada"},
		{"last_name", NULL},
		{"custom1", "ten"},
		{"custom2", "May"},
		{"timestamp", "ten"},
		{"date", "May"},
		{"city", "Bath"},
		{"City", "other"},
		{"CITY", NULL},
		{"caf\xC3\xA9", "x"},
		{"empty", NULL},
		{"none", NULL},
		{"", NULL},
		{"First_name", NULL},
		{"tags", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *value = contact_value(&ada, cases[i].key, arena);
		if (cases[i].value ? !value || strcmp(value, cases[i].value) != 0 : value != NULL)
			fail_msg("%s is %s", cases[i].key, value ? value : "none");
	}
	struct contact bare = {
		.number = "1", .first_name = "", .last_name = "", .custom1 = "", .custom2 = "", .tags = "", .fields = ""};
	assert_null(contact_value(&bare, "city", arena));
	assert_null(contact_value(&bare, "date", arena));
	bare.fields = "not json";
	assert_null(contact_value(&bare, "city", arena));
	bare.fields = NULL;
	assert_null(contact_value(&bare, "city", arena));
}

static void fields_are_merged_key_by_key(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(4096);
	static const struct {
		const char *stored, *given, *merged; /* NULL: stored itself */
	} cases[] = {
		{"", "{\"a\":\"1\"}", "{\"a\":\"1\"}"},
		{"{\"a\":\"1\"}", "{\"a\":\"1\"}", NULL},
		{"{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\",\"a\":\"1\"}", NULL},
		{"{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\"}", NULL},
		{"{\"a\":\"\\u00e9\"}", "{\"a\":\"\xc3\xa9\"}", NULL},
		{"{\"a\":\"1\",\"b\":\"2\"}", "{\"c\":\"3\",\"b\":\"x\"}", "{\"a\":\"1\",\"b\":\"x\",\"c\":\"3\"}"},
		{"{\"a\":\"1\"}", "{\"A\":\"2\"}", "{\"a\":\"1\",\"A\":\"2\"}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *merged = NULL;
		assert_int_equal(contact_merge_fields(cases[i].stored, cases[i].given, arena, &merged), 0);
		if (cases[i].merged)
			assert_string_equal(merged, cases[i].merged);
		else
			assert_ptr_equal(merged, cases[i].stored);
	}
}

/* `n` fields named <letter>0, <letter>1, …, each with a value of so many characters. */
static const char *some_fields(struct arena *arena, char letter, int n, int n_chars)
{
	const char *text = "{", *value = memset(arena_alloc(arena, (size_t)n_chars + 1), 'x', (size_t)n_chars);
	for (int i = 0; i < n; i++)
		text = arena_printf(arena, "%s%s\"%c%d\":\"%s\"", text, i ? "," : "", letter, i, value);
	return arena_printf(arena, "%s}", text);
}

static void what_is_merged_has_the_same_limits(void **state)
{
	(void)state;
	arena_auto struct arena *arena = arena_create(65536);
	const char *merged = NULL;
	assert_int_equal(contact_merge_fields(some_fields(arena, 'a', 30, 1), some_fields(arena, 'b', 20, 1), arena, &merged), 0);
	assert_int_equal(contact_merge_fields(some_fields(arena, 'a', 31, 1), some_fields(arena, 'b', 20, 1), arena, &merged), 1);
	assert_int_equal(contact_merge_fields(some_fields(arena, 'a', 4, 1000), some_fields(arena, 'b', 4, 1000), arena, &merged),
	                 0);
	assert_int_equal(contact_merge_fields(some_fields(arena, 'a', 5, 1000), some_fields(arena, 'b', 4, 1000), arena, &merged),
	                 1);
	assert_int_equal(contact_merge_fields(some_fields(arena, 'a', 8, 1000), some_fields(arena, 'a', 8, 900), arena, &merged),
	                 0);
}

static void builtin_keys(void **state)
{
	(void)state;
	static const char *const builtin[] = {"number", "first_name", "last_name", "custom1", "custom2", "timestamp", "date"};
	static const char *const other[] = {"", "city", "Number", "custom3", "tags", "fields", "name", "first_name "};
	for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
		assert_true(contact_key_is_builtin(builtin[i]));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		assert_false(contact_key_is_builtin(other[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(lengths_of_texts),
		cmocka_unit_test(tags),
		cmocka_unit_test(fields),
		cmocka_unit_test(many_and_long_fields),
		cmocka_unit_test(all_faults_in_the_order_of_the_table),
		cmocka_unit_test(values),
		cmocka_unit_test(fields_are_merged_key_by_key),
		cmocka_unit_test(what_is_merged_has_the_same_limits),
		cmocka_unit_test(builtin_keys),
	};
	return cmocka_run_group_tests_name("model/contact", tests, NULL, NULL);
}
