#include "api/records.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI)

struct records {
	int fd;
	struct lines *lines;
	struct csv_parser parser;
	char delimiter;
	int64_t offset, line; /* what was read */
	/* the record at hand */
	struct arena *arena;
	const char *cell[RECORD_MAX_CELLS];
	int n_cells;
	bool quoted; /* inside of quotes where the next line begins */
	bool complete, too_many, has_zero, not_text;
};

/* ---- opening ---- */

static int restart(struct records *r)
{
	csv_free(&r->parser);
	if (csv_init(&r->parser, OPTIONS) != 0)
		return -1;
	csv_set_delim(&r->parser, (unsigned char)r->delimiter);
	return 0;
}

/* `sep=;` in the first line, which Excel writes and reads. */
static bool is_separator_line(const struct line *line, char *ret)
{
	const char *text = line->text;
	size_t n = line->n_bytes;
	while (n > 0 && strchr("\r\n", text[n - 1]))
		n--;
	if (n == 7 && text[0] == '"' && text[6] == '"') {
		text++;
		n -= 2;
	}
	if (n != 5 || memcmp(text, "sep=", 4) != 0 || text[4] == '"' || (unsigned char)text[4] >= 0x80)
		return false;
	*ret = text[4];
	return true;
}

/* What stands most often in the header outside of quotes. */
static char delimiter_of(const struct line *line)
{
	static const char candidates[] = ",;\t";
	size_t count[sizeof(candidates)] = {0}, best = 0;
	bool quoted = false;
	for (size_t i = 0; i < line->n_bytes; i++) {
		const char *found = line->text[i] ? strchr(candidates, line->text[i]) : NULL;
		if (line->text[i] == '"')
			quoted = !quoted;
		else if (found && !quoted)
			count[found - candidates]++;
	}
	for (size_t i = 1; i < sizeof(candidates) - 1; i++)
		if (count[i] > count[best])
			best = i;
	return candidates[best];
}

/* What libcsv passes over before a record begins, so that it is none that begins there. */
static bool is_blank_line(const struct line *line, char delimiter)
{
	size_t n = 0;
	while (n < line->n_bytes && line->text[n] && line->text[n] != delimiter && strchr(" \t\r\n", line->text[n]))
		n++;
	return n == line->n_bytes;
}

/* How the file is written, which its beginning tells; reading begins behind the mark and the line that says so. */
static int read_dialect(struct records *r, int64_t begin, struct lines_watch watch)
{
	enum encoding encoding;
	struct line line;
	int mark, got;
	if (encoding_detect(r->fd, begin, watch, &encoding, &mark) < 0)
		return -1;
	r->lines = lines_create(r->fd, encoding, begin + mark, watch);
	r->delimiter = ',';
	r->offset = begin + mark;
	while ((got = lines_next(r->lines, &line)) > 0 && is_blank_line(&line, r->delimiter))
		;
	if (got > 0 && is_separator_line(&line, &r->delimiter)) {
		r->offset = line.end;
		r->line = 1;
	} else if (got > 0) {
		r->delimiter = delimiter_of(&line);
	}
	return got < 0 ? -1 : restart(r);
}

int records_open(const char *path, int64_t begin, int64_t from_bytes, int64_t lines, struct lines_watch watch,
                 struct records **ret, struct err *err)
{
	struct records *r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 || csv_init(&r->parser, OPTIONS) != 0 || read_dialect(r, begin, watch) < 0) {
		err_set(err, "the file cannot be read: %s", strerror(errno));
		records_close(r);
		return -1;
	}
	if (from_bytes > begin) {
		r->offset = from_bytes;
		r->line = lines;
	}
	lines_seek(r->lines, r->offset);
	*ret = r;
	return 0;
}

void records_close(struct records *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	lines_destroy(r->lines);
	if (r->fd >= 0)
		close(r->fd);
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
	r->has_zero |= n > 0 && memchr(text, '\0', n);
	r->not_text |= n > 0 && !utf8_valid(text, n);
	r->cell[r->n_cells++] = n > 0 ? arena_strndup(r->arena, text, n) : "";
}

static void on_row(int ended_by, void *arg)
{
	struct records *r = arg;
	(void)ended_by;
	r->complete = true;
}

/* ---- records ---- */

static void begin(struct records *r, struct arena *arena)
{
	r->arena = arena;
	r->n_cells = 0;
	r->quoted = false;
	r->complete = r->too_many = r->has_zero = r->not_text = false;
}

static const char *fault_of(const struct records *r)
{
	if (r->too_many)
		return "the line has more than 100 columns";
	if (r->has_zero)
		return "the line holds a NUL byte";
	return r->not_text ? "the line is not valid text in the encoding of the file" : NULL;
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
	if (restart(r) != 0)
		return -1;
	lines_seek(r->lines, behind_first);
	r->offset = behind_first;
	r->line = line;
	r->n_cells = 0;
	return give(r, ret, line, fault);
}

/* A cell ="…", a formula that keeps a spreadsheet from making a figure of a number, is no CSV: its sign goes. */
static void drop_formulas(struct records *r, const struct line *line)
{
	char before = r->delimiter;
	for (size_t i = 0; i < line->n_bytes; i++) {
		char *at = &line->text[i];
		if (!r->quoted && before == r->delimiter && *at == '=' && i + 1 < line->n_bytes && at[1] == '"')
			*at = ' ';
		r->quoted ^= *at == '"';
		before = *at;
	}
}

/* The next line, counted: as lines_next. */
static int next_line(struct records *r, struct line *ret)
{
	int got = lines_next(r->lines, ret);
	r->offset = ret->end;
	r->line += got > 0;
	return got;
}

int records_next(struct records *r, struct arena *arena, struct record *ret)
{
	static const char too_long[] = "the line, or the quoted text that begins in it, is longer than 65,536 bytes";
	static const char quotes[] = "the quotes do not fit: a cell with quotes inside must be quoted, and its quotes doubled";
	int64_t first = 0, behind_first = 0;
	size_t total = 0;
	struct line line;
	int got;
	begin(r, arena);
	while ((got = next_line(r, &line)) > 0) {
		if (total == 0 && !line.too_long && is_blank_line(&line, r->delimiter))
			continue;
		if (total == 0) {
			first = r->line;
			behind_first = r->offset;
		}
		if (line.too_long || (total += line.n_bytes) > RECORD_MAX_BYTES)
			return give_up(r, ret, first, behind_first, too_long);
		drop_formulas(r, &line);
		if (csv_parse(&r->parser, line.text, line.n_bytes, on_cell, on_row, r) != line.n_bytes)
			return give_up(r, ret, first, behind_first, quotes);
		if (r->complete)
			return give(r, ret, first, fault_of(r));
	}
	if (got < 0 || total == 0)
		return got;
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0 || !r->complete)
		return give_up(r, ret, first, behind_first, quotes);
	return give(r, ret, first, fault_of(r));
}
