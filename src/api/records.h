#pragma once
/* Inside api: the records of a CSV file (RFC 4180, read by libcsv) as spreadsheets write it: in any encoding of lines.h, its
 * cells divided by the comma, semicolon or tab that its header uses, or by what a first line `sep=;` says. One at a time, each
 * with where it ends, so that reading can go on there another time. Bounded: a record has at most RECORD_MAX_BYTES and
 * RECORD_MAX_CELLS. */

#include <stdbool.h>
#include <stdint.h>

#include "api/lines.h"
#include "base/arena.h"
#include "base/err.h"

#define RECORD_MAX_BYTES (64 * 1024)
#define RECORD_MAX_CELLS 100

struct records;

struct record {
	int64_t line; /* where it begins, from 1 */
	int n_cells;
	const char **cell; /* UTF-8 without NUL, in the arena given */
	const char *fault; /* why it cannot be read, NULL when it can; reading goes on behind its first line */
	int64_t end_bytes; /* offset behind it */
	int64_t end_line;  /* lines before that */
};

/* The CSV stands in the file from `begin` on. Go on at `from_bytes`, before which there are `lines` lines of it; `begin` and 0
 * for the first record. */
must_check int records_open(const char *path, int64_t begin, int64_t from_bytes, int64_t lines, struct lines_watch watch,
                            struct records **ret, struct err *err);
void records_close(struct records *records); /* NULL is fine */
/* 1 a record, 0 the end, -1 the file cannot be read. Lines of nothing but
 * blanks, and tabs where they divide no cells, are no records. */
must_check int records_next(struct records *records, struct arena *arena, struct record *ret);
