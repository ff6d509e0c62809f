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
#include "base/text.h"

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
	assert_int_equal(records_open(file->path, 0, from, lines, (struct lines_watch){0}, &records, &err), 0);
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

/* They are no records, nor the beginning of one. */
static void lines_of_blanks(void **state)
{
	assert_string_equal(TOLD("a,b\n \n1,2\n"), "a|b\n1|2\n");
	assert_string_equal(TOLD("a,b\n1,2\n \t \n\t"), "a|b\n1|2\n");
	assert_string_equal(TOLD(" \n\t\na;b\n1;2\n  "), "a|b\n1|2\n");
	assert_string_equal(TOLD("a\tb\n1\t2\n \n \t\n"), "a|b\n1|2\n|\n"); /* there a tab divides cells */
	assert_string_equal(TOLD("sep= \na b\n \n\t\n"), "a|b\n|\n");
	assert_string_equal(TOLD("h\n \n \nx\"y\nb\n"), "h\n!4\nb\n"); /* one fault, at its own line */
}

/* More of them than a record may be long. */
static void lines_of_blanks_do_not_add_up(void **state)
{
	struct file *file = *state;
	size_t n = RECORD_MAX_BYTES + 2000;
	char *text = arena_alloc(file->arena, n);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 2 ? '\n' : ' ';
	memcpy(text, "h\n", 2);
	memcpy(text + n - 2, "1\n", 2);
	assert_string_equal(told(state, text, n), "h\n1\n");
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
	assert_string_equal(TOLD("\xc3\xa4\n\xc3\xb6\n\xff,1\nb\n"), "\xc3\xa4\n\xc3\xb6\n!3\nb\n");
	assert_string_equal(TOLD("a\nx\0y,1\nb\n"), "a\n!2\nb\n");
}

/* `text` in UTF-16, with its mark or without. */
static const char *utf16(void **state, const char *text, bool big, bool marked, size_t *ret_n)
{
	struct file *file = *state;
	size_t n = 0, at = 0, n_bytes = strlen(text);
	char *out = arena_alloc(file->arena, n_bytes * 2 + 4);
	uint32_t unit[3];
	for (bool first = marked; first || at < n_bytes; first = false) {
		uint32_t c = first ? 0xfeff : utf8_next(text, n_bytes, &at);
		int n_units = c < 0x10000 ? 1 : 2;
		unit[0] = n_units == 1 ? c : 0xd800 + ((c - 0x10000) >> 10);
		unit[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
		for (int i = 0; i < n_units; i++) {
			out[n++] = (char)(big ? unit[i] >> 8 : unit[i] & 0xff);
			out[n++] = (char)(big ? unit[i] & 0xff : unit[i] >> 8);
		}
	}
	*ret_n = n;
	return out;
}

static void encodings(void **state)
{
	static const char text[] = "number,\xc3\xa4\r\n1,\"two\nlines \xf0\x9f\x98\x80\"\r\n2,\xe4\xb8\xad\r\n";
	static const char expected[] = "number|\xc3\xa4\n1|two\nlines \xf0\x9f\x98\x80\n2|\xe4\xb8\xad\n";
	for (int i = 0; i < 4; i++) {
		size_t n;
		const char *bytes = utf16(state, text, i & 1, i & 2, &n);
		assert_string_equal(told(state, bytes, n), expected);
		/* half of the last line's end is missing */
		assert_string_equal(told(state, bytes, n - 1), arena_printf(((struct file *)*state)->arena, "%s!5\n", expected));
	}
	/* half a sign, alone on its line */
	assert_string_equal(TOLD("\xff\xfe"
	                         "a\0\n\0\0\xd8\n\0b\0\n\0"),
	                    "a\n!2\nb\n");
	assert_string_equal(TOLD("name\nJos\xe9\n\x80\x93\n"), "name\nJos\xc3\xa9\n\xe2\x82\xac\xe2\x80\x9c\n");
	assert_string_equal(TOLD("a\n\xe9\n\x81\n"), "a\n\xc3\xa9\n!3\n"); /* stands for nothing in Windows-1252 */
}

static void an_encoding_is_told_by_the_whole_file(void **state)
{
	struct file *file = *state;
	size_t n = 600000;
	char *text = arena_alloc(file->arena, n);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 60 == 59 ? '\n' : 'x';
	memcpy(text + n - 4, "\xe9\n,\n", 4);
	const char *all = told(state, text + n - 60000, 60000);
	assert_non_null(strstr(all, "\xc3\xa9\n"));
	struct records *records = open_text(state, text, n, 0, 0);
	struct record r;
	arena_reset(file->arena);
	while (records_next(records, file->arena, &r) > 0)
		assert_null(r.fault);
	records_close(records);
}

static void delimiters(void **state)
{
	assert_string_equal(TOLD("a;b\n1,5;2\n"), "a|b\n1,5|2\n");
	assert_string_equal(TOLD("a\tb\n1;5\t2\n"), "a|b\n1;5|2\n");
	assert_string_equal(TOLD("\n\"x,y\";b\n1;2\n"), "x,y|b\n1|2\n");
	assert_string_equal(TOLD("a\n1;2\n"), "a\n1;2\n"); /* one column: the header decides */
	assert_string_equal(TOLD("sep=;\r\na,x;b\r\n1;2\r\n"), "a,x|b\n1|2\n");
	assert_string_equal(TOLD("\"sep=\t\"\na\tb\n"), "a|b\n");
	assert_string_equal(TOLD("\xef\xbb\xbfsep=,\na;b,c\n"), "a;b|c\n");
	assert_string_equal(TOLD("separate\n1\n"), "separate\n1\n");
	assert_string_equal(TOLD("sep=;\n"), "");
}

static void formulas(void **state)
{
	assert_string_equal(TOLD("=\"1\",x\ny,=\"2\"\n"), "1|x\ny|2\n");
	assert_string_equal(TOLD("\"=\"\"1\"\"\",x\n"), "=\"1\"|x\n");
	assert_string_equal(TOLD("\"a\n=\",=1\n=,b\n"), "a\n=|=1\n=|b\n");
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
static void goes_on(void **state, bool wide)
{
	static const char text[] = "\xef\xbb\xbfsep=;\nh\n1;\"a\nb\"\r\n\n\"bad\n3\n4";
	struct file *file = *state;
	size_t n = sizeof(text) - 1;
	const char *bytes = wide ? utf16(state, text + 3, false, true, &n) : text;
	struct records *records = open_text(state, bytes, n, 0, 0);
	struct record r, again, next;
	int got = records_next(records, file->arena, &r);
	while (got > 0) {
		struct records *other;
		struct err err;
		assert_int_equal(records_open(file->path, 0, r.end_bytes, r.end_line, (struct lines_watch){0}, &other, &err), 0);
		got = records_next(records, file->arena, &next);
		assert_int_equal(records_next(other, file->arena, &again), got);
		records_close(other);
		if (got == 0)
			break;
		assert_int_equal(again.line, next.line);
		assert_int_equal(again.end_bytes, next.end_bytes);
		assert_int_equal(again.n_cells, next.n_cells);
		for (int i = 0; i < next.n_cells; i++)
			assert_string_equal(again.cell[i], next.cell[i]);
		r = next;
	}
	assert_int_equal(r.line, 8);
	assert_string_equal(r.cell[0], "4");
	records_close(records);
}

static void reading_goes_on(void **state)
{
	goes_on(state, false);
	unlink(((struct file *)*state)->path);
	goes_on(state, true);
}

/* A form's file begins somewhere in the middle; its lines count from there. */
static void a_file_may_begin_later(void **state)
{
	static const char text[] = "head\r\n\r\n\xef\xbb\xbfh\n1\n";
	struct file *file = *state;
	struct record r;
	struct err err;
	records_close(open_text(state, text, sizeof(text) - 1, 0, 0));
	struct records *records;
	assert_int_equal(records_open(file->path, 8, 8, 0, (struct lines_watch){0}, &records, &err), 0);
	assert_int_equal(records_next(records, file->arena, &r), 1);
	assert_string_equal(r.cell[0], "h");
	assert_int_equal(r.line, 1);
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

static bool three_more(void *arg)
{
	return (*(int *)arg)++ < 3;
}

/* A line without an end, in a file that is longer than anybody would wait for. */
static void reading_ends_when_it_is_told_to(void **state)
{
	struct file *file = *state;
	struct record r;
	struct err err;
	int n = 0;
	struct records *records = open_text(state, "\xef\xbb\xbfh\n", 5, 0, 0);
	records_close(records);
	assert_int_equal(truncate(file->path, (off_t)1 << 40), 0);
	assert_int_equal(records_open(file->path, 0, 0, 0, (struct lines_watch){three_more, &n}, &records, &err), 0);
	assert_int_equal(records_next(records, file->arena, &r), 1);
	assert_int_equal(records_next(records, file->arena, &r), -1);
	assert_int_equal(n, 4);
	records_close(records);
}

static void a_missing_file_says_so(void **state)
{
	struct records *records;
	struct err err;
	(void)state;
	assert_int_equal(records_open("/nowhere/at/all.csv", 0, 0, 0, (struct lines_watch){0}, &records, &err), -1);
	assert_non_null(strstr(err.text, "cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_ends_and_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_of_blanks, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_of_blanks_do_not_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(reading_ends_when_it_is_told_to, setup, teardown),
		cmocka_unit_test_setup_teardown(quotes, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_lines_are_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(encodings, setup, teardown),
		cmocka_unit_test_setup_teardown(an_encoding_is_told_by_the_whole_file, setup, teardown),
		cmocka_unit_test_setup_teardown(delimiters, setup, teardown),
		cmocka_unit_test_setup_teardown(formulas, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_may_begin_later, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(reading_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_are_counted, setup, teardown),
		cmocka_unit_test(a_missing_file_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
