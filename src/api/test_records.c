/* CSV files as people make them, and as they break them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/records.h"

struct file {
	char path[64];
	struct arena *arena;
};

static int setup(void **state)
{
	static struct file file;
	file.arena = arena_create(4096);
	*state = &file;
	return 0;
}

static int teardown(void **state)
{
	struct file *file = *state;
	arena_destroy(file->arena);
	unlink(file->path);
	return 0;
}

static struct records *open_text(void **state, const char *text, size_t n, int64_t from, int64_t lines)
{
	struct file *file = *state;
	struct records *records;
	struct err err;
	strcpy(file->path, "/tmp/crier-test-XXXXXX");
	int fd = mkstemp(file->path);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	assert_int_equal(records_open(file->path, from, lines, &records, &err), 0);
	return records;
}

/* Everything a file gives, as one line: cells joined by |, records by newline, faults as !line. */
static const char *told(void **state, const char *text, size_t n)
{
	struct file *file = *state;
	struct records *records = open_text(state, text, n, 0, 0);
	struct record r;
	char *all = arena_strdup(file->arena, "");
	int got;
	while ((got = records_next(records, file->arena, &r)) > 0) {
		if (r.fault)
			all = arena_printf(file->arena, "%s!%d\n", all, (int)r.line);
		for (int i = 0; !r.fault && i < r.n_cells; i++)
			all = arena_printf(file->arena, "%s%s%s", all, r.cell[i], i + 1 < r.n_cells ? "|" : "\n");
	}
	assert_int_equal(got, 0);
	records_close(records);
	unlink(file->path);
	return all;
}
#define TOLD(text) told(state, text, sizeof(text) - 1)

static void line_ends_and_marks(void **state)
{
	assert_string_equal(TOLD("a,b\n1,2\n"), "a|b\n1|2\n");
	assert_string_equal(TOLD("a,b\r\n1,2\r\n"), "a|b\n1|2\n");
	assert_string_equal(TOLD("a,b\r1,2\r"), "a|b\n1|2\n");
	assert_string_equal(TOLD("a,b\n1,2"), "a|b\n1|2\n");
	assert_string_equal(TOLD("\xef\xbb\xbf"
	                         "a,b\n"),
	                    "a|b\n");
	assert_string_equal(TOLD("a\n\n\r\nb\n"), "a\nb\n");
	assert_string_equal(TOLD(""), "");
	assert_string_equal(TOLD("\n\n"), "");
}

static void quotes(void **state)
{
	assert_string_equal(TOLD("\"a,b\",\"say \"\"hi\"\"\"\n"), "a,b|say \"hi\"\n");
	assert_string_equal(TOLD("\"two\nlines\",x\nnext,y\n"), "two\nlines|x\nnext|y\n");
	assert_string_equal(TOLD("x,\"\"\n"), "x|\n");
}

/* One line is given up, not what stands behind it. */
static void broken_lines_are_alone(void **state)
{
	assert_string_equal(TOLD("a\n\"open,1\nb\nc\n"), "a\n!2\nb\nc\n");
	assert_string_equal(TOLD("a\nx\"y\"z,1\nb\n"), "a\n!2\nb\n");
	assert_string_equal(TOLD("a\n\xff\xfe,1\nb\n"), "a\n!2\nb\n");
	assert_string_equal(TOLD("a\nx\0y,1\nb\n"), "a\n!2\nb\n");
}

static void limits(void **state)
{
	struct file *file = *state;
	size_t n = RECORD_MAX_BYTES + 10;
	char *text = arena_alloc(file->arena, n + 10);
	memset(text, 'x', n);
	memcpy(text + n, "\nok\n", 4);
	assert_string_equal(told(state, text, n + 4), "!1\nok\n");
	memset(text, ',', RECORD_MAX_CELLS + 5);
	memcpy(text + RECORD_MAX_CELLS + 5, "\nok\n", 4);
	assert_string_equal(told(state, text, RECORD_MAX_CELLS + 9), "!1\nok\n");
}

/* Reading on from where any record ended gives the rest, with the right lines. */
static void reading_goes_on(void **state)
{
	static const char text[] = "\xef\xbb\xbfh\n1,\"a\nb\"\r\n\n\"bad\n3\n4";
	struct file *file = *state;
	struct records *records = open_text(state, text, sizeof(text) - 1, 0, 0);
	struct record r, again, rest;
	while (records_next(records, file->arena, &r) > 0) {
		struct records *other;
		struct err err;
		assert_int_equal(records_open(file->path, r.end_bytes, r.end_line, &other, &err), 0);
		struct records *same;
		assert_int_equal(records_open(file->path, r.end_bytes, r.end_line, &same, &err), 0);
		int a = records_next(other, file->arena, &again), b = records_next(same, file->arena, &rest);
		assert_int_equal(a, b);
		if (a > 0) {
			assert_true(again.line > r.line);
			assert_int_equal(again.end_bytes, rest.end_bytes);
		}
		records_close(other);
		records_close(same);
	}
	assert_int_equal(r.line, 7);
	assert_string_equal(r.cell[0], "4");
	records_close(records);
}

static void lines_are_counted(void **state)
{
	static const char text[] = "h\n1,\"a\nb\"\n\n\"bad\n3\n";
	static const int64_t lines[] = {1, 2, 5, 6};
	struct file *file = *state;
	struct records *records = open_text(state, text, sizeof(text) - 1, 0, 0);
	struct record r;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(records_next(records, file->arena, &r), 1);
		assert_int_equal(r.line, lines[i]);
	}
	assert_int_equal(records_next(records, file->arena, &r), 0);
	records_close(records);
}

static void a_missing_file_says_so(void **state)
{
	struct records *records;
	struct err err;
	(void)state;
	assert_int_equal(records_open("/nowhere/at/all.csv", 0, 0, &records, &err), -1);
	assert_non_null(strstr(err.text, "cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_ends_and_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(quotes, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_lines_are_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(reading_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_are_counted, setup, teardown),
		cmocka_unit_test(a_missing_file_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
