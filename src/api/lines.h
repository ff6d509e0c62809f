#pragma once
/* Inside api: the lines of a text file in any encoding that spreadsheets write, as UTF-8, each with where it ends in the file.
 * Constant memory, whatever is in the file. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LINES_MAX_BYTES (64 * 1024) /* of a line in the file, its end included */

/* Asked before each piece of the file is read, of 256 KB: false ends the reading, which then fails. NULL: always true. */
struct lines_watch {
	bool (*go_on)(void *arg);
	void *arg;
};

enum encoding { ENCODING_UTF8, ENCODING_WINDOWS_1252, ENCODING_UTF16_LE, ENCODING_UTF16_BE };

/* The encoding of what stands in the file from `begin` on, and the bytes of its byte-order mark (0: it has none). Reads the whole
 * file where no mark and no zero bytes tell: it is UTF-8 unless more of what is not ASCII is broken UTF-8 than sound. -1: the
 * file cannot be read. */
must_check int encoding_detect(int fd, int64_t begin, struct lines_watch watch, enum encoding *ret, int *ret_mark_bytes);

struct lines;

/* Its end (LF, CR LF or CR; the last line may have none) is a part of the text. What cannot be decoded is a byte 0xff. */
struct line {
	char *text; /* UTF-8; may be written to */
	size_t n_bytes;
	int64_t end; /* offset in the file behind it */
	bool too_long;
};

/* Borrows `fd`. */
struct lines *lines_create(int fd, enum encoding encoding, int64_t from, struct lines_watch watch);
void lines_destroy(struct lines *lines); /* NULL is fine */
void lines_seek(struct lines *lines, int64_t to);
/* 1 a line, its text valid until the next call; 0 the end; -1 the file cannot be read. */
must_check int lines_next(struct lines *lines, struct line *ret);
