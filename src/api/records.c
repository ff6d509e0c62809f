#include "api/records.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI)

struct records {
	FILE *file;
	struct csv_parser parser;
	int64_t offset, line;        /* what was read */
	char text[RECORD_MAX_BYTES]; /* the line at hand */
	/* the record at hand */
	struct arena *arena;
	const char *cell[RECORD_MAX_CELLS];
	int n_cells;
	bool complete, too_many, not_text;
};

static int restart(struct records *r)
{
	csv_free(&r->parser);
	return csv_init(&r->parser, OPTIONS);
}

static bool skip_mark(struct records *r, int64_t from_bytes)
{
	static const char mark[] = {'\xef', '\xbb', '\xbf'};
	char begin[3];
	if (from_bytes == 0 && fread(begin, 1, 3, r->file) == 3 && memcmp(begin, mark, 3) == 0)
		from_bytes = 3;
	clearerr(r->file);
	r->offset = from_bytes;
	return fseeko(r->file, from_bytes, SEEK_SET) == 0;
}

int records_open(const char *path, int64_t from_bytes, int64_t lines, struct records **ret, struct err *err)
{
	struct records *r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->line = lines;
	r->file = fopen(path, "rbe");
	if (!r->file || csv_init(&r->parser, OPTIONS) != 0 || !skip_mark(r, from_bytes)) {
		err_set(err, "the file cannot be read: %s", strerror(errno));
		records_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void records_close(struct records *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	if (r->file)
		fclose(r->file);
	free(r);
}

/* ---- what libcsv finds ---- */

static void on_cell(void *text, size_t n, void *arg)
{
	struct records *r = arg;
	if (r->n_cells == RECORD_MAX_CELLS) {
		r->too_many = true;
		return;
	}
	if (n > 0 && (memchr(text, '\0', n) || !utf8_valid(text, n)))
		r->not_text = true;
	r->cell[r->n_cells++] = n > 0 ? arena_strndup(r->arena, text, n) : "";
}

static void on_row(int ended_by, void *arg)
{
	struct records *r = arg;
	(void)ended_by;
	r->complete = true;
}

/* ---- lines ---- */

/* The next line with its end (LF, CR LF or CR) into r->text: its bytes, 0 at the end of the file, -1 when it is longer than
 * a record may be (it is skipped then). */
static int next_line(struct records *r)
{
	size_t n = 0;
	int c;
	bool fits = true;
	while ((c = getc_unlocked(r->file)) != EOF) {
		r->offset++;
		if (n < sizeof(r->text))
			r->text[n++] = (char)c;
		else
			fits = false;
		if (c == '\n')
			break;
		if (c == '\r') {
			int after = getc_unlocked(r->file);
			if (after != EOF)
				ungetc(after, r->file);
			if (after != '\n')
				break;
		}
	}
	if (n > 0)
		r->line++;
	return fits ? (int)n : -1;
}

static bool is_blank_line(const char *text, int n)
{
	return n > 0 && strspn(text, "\r\n") >= (size_t)n;
}

/* ---- records ---- */

static void begin(struct records *r, struct arena *arena)
{
	r->arena = arena;
	r->n_cells = 0;
	r->complete = r->too_many = r->not_text = false;
}

static const char *fault_of(const struct records *r)
{
	if (r->too_many)
		return "the line has more than 100 columns";
	return r->not_text ? "the line is not valid UTF-8 text" : NULL;
}

static int give(struct records *r, struct record *ret, int64_t line, const char *fault)
{
	const char **cell = arena_array(r->arena, (size_t)r->n_cells + 1, sizeof(*cell));
	memcpy(cell, r->cell, (size_t)r->n_cells * sizeof(*cell));
	*ret = (struct record){
		.line = line, .n_cells = r->n_cells, .cell = cell, .fault = fault, .end_bytes = r->offset, .end_line = r->line};
	return 1;
}

/* A record that cannot be read: only its first line is given up, since a quote that nobody closed would swallow the rest. */
static int give_up(struct records *r, struct record *ret, int64_t line, int64_t behind_first, const char *fault)
{
	if (restart(r) != 0 || fseeko(r->file, behind_first, SEEK_SET) != 0)
		return -1;
	r->offset = behind_first;
	r->line = line;
	r->n_cells = 0;
	return give(r, ret, line, fault);
}

int records_next(struct records *r, struct arena *arena, struct record *ret)
{
	static const char too_long[] = "the line, or the quoted text that begins in it, is longer than 65,536 bytes";
	static const char quotes[] = "the quotes do not fit: a cell with quotes inside must be quoted, and its quotes doubled";
	int64_t line = 0, behind_first = 0;
	size_t total = 0;
	begin(r, arena);
	for (;;) {
		int n = next_line(r);
		if (n == 0 && (ferror(r->file) || total == 0))
			return ferror(r->file) ? -1 : 0;
		if (total == 0) {
			line = r->line;
			behind_first = r->offset;
		}
		if (n < 0 || (total += (size_t)n) > RECORD_MAX_BYTES)
			return give_up(r, ret, line, behind_first, too_long);
		if (total == (size_t)n && is_blank_line(r->text, n)) {
			total = 0;
			continue;
		}
		bool ok = n > 0 ? csv_parse(&r->parser, r->text, (size_t)n, on_cell, on_row, r) == (size_t)n
		                : csv_fini(&r->parser, on_cell, on_row, r) == 0;
		if (!ok || (n == 0 && !r->complete))
			return give_up(r, ret, line, behind_first, quotes);
		if (r->complete)
			return give(r, ret, line, fault_of(r));
	}
}
