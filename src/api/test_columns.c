#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api/columns.h"

#define NAMES(...) (const char *const[]){__VA_ARGS__}, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static struct arena *arena;
static struct columns columns;
static struct err err;

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

static void headers(void **state)
{
	(void)state;
	assert_int_equal(columns_read(NAMES("Phone", "First Name", "City", ""), arena, &columns, &err), 0);
	assert_int_equal(columns.meaning[0], COLUMN_NUMBER);
	assert_int_equal(columns.meaning[1], COLUMN_FIRST_NAME);
	assert_int_equal(columns.meaning[2], COLUMN_FIELD);
	assert_int_equal(columns.meaning[3], COLUMN_IGNORED);
}

static void bad_headers(void **state)
{
	(void)state;
	assert_int_equal(columns_read(NAMES("name", "city"), arena, &columns, &err), -1);
	assert_non_null(strstr(err.text, "number"));
	assert_int_equal(columns_read(NAMES("number", "msisdn"), arena, &columns, &err), -1);
	assert_int_equal(columns_read(NAMES("number", "city", "city"), arena, &columns, &err), -1);
	assert_int_equal(columns_read(NAMES("number", "custom1", "timestamp"), arena, &columns, &err), -1);
	assert_int_equal(columns_read(NAMES("number", "a{b"), arena, &columns, &err), -1);
}

static void names_survive_being_kept(void **state)
{
	struct columns again;
	(void)state;
	assert_int_equal(columns_read(NAMES("number", "Ort \"x\"", "été"), arena, &columns, &err), 0);
	assert_int_equal(columns_parse(columns_format(&columns, arena), arena, &again, &err), 0);
	assert_int_equal(again.n, 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(again.name[i], columns.name[i]);
		assert_int_equal(again.meaning[i], columns.meaning[i]);
	}
}

static const char *judge(const char *region, struct contact_request *req, const char *const *cells, int n)
{
	const char *text;
	struct record record = {.line = 2, .n_cells = n, .cell = arena_array(arena, (size_t)n, sizeof(char *))};
	memcpy(record.cell, cells, (size_t)n * sizeof(char *));
	return columns_contact(&columns, &record, region, arena, req, &text);
}

static void rows(void **state)
{
	struct contact_request req;
	(void)state;
	assert_int_equal(columns_read(NAMES("number", "first_name", "city", "level"), arena, &columns, &err), 0);
	assert_null(judge(NULL, &req, NAMES("+44 7400 123456", "Zoë", "Köln", "")));
	assert_string_equal(req.digits, "447400123456");
	assert_string_equal(req.first_name, "Zoë");
	assert_string_equal(req.fields, "{\"city\":\"Köln\"}");
	assert_null(judge(NULL, &req, NAMES("447400123456")));
	assert_null(req.first_name);
	assert_null(req.fields);
	assert_null(judge("GB", &req, NAMES("07400 123456")));
	assert_string_equal(req.digits, "447400123456");
}

static void line_breaks_in_names_are_blanks(void **state)
{
	struct contact_request req;
	(void)state;
	assert_int_equal(
		columns_read(NAMES("number", "first_name", "last_name", "custom1", "custom2", "address"), arena, &columns, &err),
		0);
	assert_null(judge(NULL, &req, NAMES("447400123456", "Ann\nMarie", "\r\nLee\r\n", "1\t2", "\n", "1 High St\nLeeds")));
	assert_string_equal(req.first_name, "Ann Marie");
	assert_string_equal(req.last_name, "Lee");
	assert_string_equal(req.custom1, "1 2");
	assert_null(req.custom2);
	assert_string_equal(req.fields, "{\"address\":\"1 High St\\nLeeds\"}");
	assert_non_null(judge(NULL, &req, NAMES("447400123456", "Ann\x1bMarie")));
}

static void tags(void **state)
{
	struct contact_request req;
	(void)state;
	assert_int_equal(columns_read(NAMES("number", "Tags"), arena, &columns, &err), 0);
	assert_null(judge(NULL, &req, NAMES("447400123456", " vip,gold card ;; new\n\"b\" ")));
	assert_string_equal(req.tags, "[\"vip\",\"gold card\",\"new\",\"\\\"b\\\"\"]");
	assert_null(req.fields);
	assert_null(judge(NULL, &req, NAMES("447400123456", " ,")));
	assert_null(req.tags);
	assert_non_null(judge(NULL, &req, NAMES("447400123456", "1,2,3,4,5,6,7,8,9,10,11")));
	assert_non_null(judge(NULL, &req,
	                      NAMES("447400123456", "a tag that is longer than the sixty-four characters that one may have")));
}

static void refused_rows(void **state)
{
	struct contact_request req;
	(void)state;
	assert_int_equal(columns_read(NAMES("number", "first_name"), arena, &columns, &err), 0);
	assert_non_null(judge(NULL, &req, NAMES("", "Ann")));
	assert_non_null(judge(NULL, &req, NAMES("07400123456")));
	assert_non_null(judge(NULL, &req, NAMES("4.47E+11")));
	assert_non_null(judge(NULL, &req, NAMES("447400123456", "Ann", "more")));
	assert_null(judge(NULL, &req, NAMES("447400123456", "Ann", "")));
	assert_non_null(judge(NULL, &req, NAMES("447400123456", "a name that is longer than thirty-two characters")));
	assert_non_null(judge(NULL, &req, NAMES("4474001234564474001234564474001234564474001234", "Ann")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers), cmocka_unit_test(bad_headers),  cmocka_unit_test(names_survive_being_kept),
		cmocka_unit_test(rows),    cmocka_unit_test(refused_rows), cmocka_unit_test(line_breaks_in_names_are_blanks),
		cmocka_unit_test(tags),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
