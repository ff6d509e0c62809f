#include "api/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

#define CHUNK_BYTES (256 * 1024)
#define MOST_UTF8_BYTES 3 /* of what one byte of a file becomes: a sign of Windows-1252 */

struct lines {
	int fd;
	struct lines_watch watch;
	enum encoding encoding;
	int64_t offset; /* of what is given next */
	size_t at, n;   /* in `chunk` */
	size_t n_raw;
	bool fits;
	unsigned char chunk[CHUNK_BYTES];
	unsigned char raw[LINES_MAX_BYTES];
	char text[LINES_MAX_BYTES * MOST_UTF8_BYTES];
};

/* As fd_read_at. */
static ssize_t read_piece(int fd, struct lines_watch watch, void *to, size_t n_bytes, int64_t offset)
{
	if (watch.go_on && !watch.go_on(watch.arg)) {
		errno = ECANCELED;
		return -1;
	}
	return fd_read_at(fd, to, n_bytes, (uint64_t)offset);
}

/* ---- which encoding ---- */

static int mark_of(const unsigned char *begin, size_t n, enum encoding *ret)
{
	if (n >= 3 && memcmp(begin, "\xef\xbb\xbf", 3) == 0) {
		*ret = ENCODING_UTF8;
		return 3;
	}
	if (n >= 2 && (memcmp(begin, "\xff\xfe", 2) == 0 || memcmp(begin, "\xfe\xff", 2) == 0)) {
		*ret = begin[0] == 0xff ? ENCODING_UTF16_LE : ENCODING_UTF16_BE;
		return 2;
	}
	return 0;
}

/* The names of columns are mostly ASCII: in UTF-16 every second byte of them is zero. */
static bool is_utf16(const unsigned char *begin, size_t n, enum encoding *ret)
{
	if (n < 4)
		return false;
	size_t zeros[2] = {0, 0};
	for (size_t i = 0; i < n; i++)
		zeros[i % 2] += begin[i] == 0;
	*ret = zeros[0] > zeros[1] ? ENCODING_UTF16_BE : ENCODING_UTF16_LE;
	size_t more = zeros[0] > zeros[1] ? zeros[0] : zeros[1], fewer = zeros[0] + zeros[1] - more;
	return more > n / 4 && fewer * 8 <= more;
}

struct utf8_census {
	int64_t sound, broken;
	int wanted; /* bytes that the sign at hand still needs */
};

/* The signs that are not ASCII, by how their bytes follow one another. */
static void census(struct utf8_census *c, const unsigned char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = text[i];
		if (c->wanted == 0 && byte < 0x80)
			continue;
		if ((byte & 0xc0) == 0x80 && c->wanted > 0) {
			c->sound += --c->wanted == 0;
			continue;
		}
		c->broken += (c->wanted > 0) + ((byte & 0xc0) == 0x80 || byte == 0xc0 || byte == 0xc1 || byte >= 0xf5);
		c->wanted = byte >= 0xf5 || byte < 0xc2 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	}
}

int encoding_detect(int fd, int64_t begin, struct lines_watch watch, enum encoding *ret, int *ret_mark_bytes)
{
	unsigned char *chunk = malloc(CHUNK_BYTES);
	if (!chunk)
		abort();
	ssize_t n = read_piece(fd, watch, chunk, CHUNK_BYTES, begin);
	enum encoding found = ENCODING_UTF8;
	int mark = n > 0 ? mark_of(chunk, (size_t)n, &found) : 0;
	if (n > 0 && mark == 0 && !is_utf16(chunk, n < 64 ? (size_t)n : 64, &found)) {
		struct utf8_census c = {0};
		for (int64_t at = begin; n > 0; n = read_piece(fd, watch, chunk, CHUNK_BYTES, at)) {
			census(&c, chunk, (size_t)n);
			at += n;
		}
		found = c.broken > c.sound ? ENCODING_WINDOWS_1252 : ENCODING_UTF8;
	}
	free(chunk);
	if (n < 0)
		return -1;
	*ret = found;
	*ret_mark_bytes = mark;
	return 0;
}

/* ---- decoding ---- */

static const uint16_t windows_1252[] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                                        0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static size_t decode_1252(char *out, const unsigned char *raw, size_t n_raw)
{
	size_t n = 0;
	for (size_t i = 0; i < n_raw; i++) {
		uint32_t c = raw[i] >= 0x80 && raw[i] < 0xa0 ? windows_1252[raw[i] - 0x80] : raw[i];
		if (c == 0 && raw[i] != 0)
			out[n++] = (char)0xff; /* a byte that stands for nothing */
		else
			n += utf8_put(out + n, c);
	}
	return n;
}

static uint32_t unit_at(const unsigned char *raw, enum encoding encoding)
{
	return encoding == ENCODING_UTF16_LE ? (uint32_t)(raw[0] | raw[1] << 8) : (uint32_t)(raw[0] << 8 | raw[1]);
}

static size_t decode_utf16(char *out, const unsigned char *raw, size_t n_raw, enum encoding encoding)
{
	size_t n = 0;
	for (size_t i = 0; i < n_raw; i += 2) {
		uint32_t c = i + 1 < n_raw ? unit_at(raw + i, encoding) : 0xdc00;
		uint32_t low = c >= 0xd800 && c < 0xdc00 && i + 3 < n_raw ? unit_at(raw + i + 2, encoding) : 0;
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		if (c >= 0xd800 && c < 0xe000)
			out[n++] = (char)0xff; /* half a sign */
		else
			n += utf8_put(out + n, c);
	}
	return n;
}

/* ---- lines ---- */

struct lines *lines_create(int fd, enum encoding encoding, int64_t from, struct lines_watch watch)
{
	struct lines *l = malloc(sizeof(*l));
	if (!l)
		abort();
	l->fd = fd;
	l->watch = watch;
	l->encoding = encoding;
	l->offset = from;
	l->at = l->n = 0;
	return l;
}

void lines_destroy(struct lines *l)
{
	free(l);
}

void lines_seek(struct lines *l, int64_t to)
{
	/* A line that is given up is mostly in the chunk still. */
	int64_t chunk_begin = l->offset - (int64_t)l->at;
	bool there = l->n > 0 && to >= chunk_begin && to <= chunk_begin + (int64_t)l->n;
	l->at = there ? (size_t)(to - chunk_begin) : 0;
	l->n = there ? l->n : 0;
	l->offset = to;
}

static size_t unit_bytes(const struct lines *l)
{
	return l->encoding == ENCODING_UTF16_LE || l->encoding == ENCODING_UTF16_BE ? 2 : 1;
}

/* At least one unit to look at, unless the file ends: how many bytes, -1 on failure. */
static ssize_t look(struct lines *l)
{
	size_t left = l->n - l->at;
	if (left >= unit_bytes(l))
		return (ssize_t)left;
	memmove(l->chunk, l->chunk + l->at, left);
	l->at = 0;
	l->n = left;
	ssize_t n = read_piece(l->fd, l->watch, l->chunk + left, CHUNK_BYTES - left, l->offset + (int64_t)left);
	l->n += n < 0 ? 0 : (size_t)n;
	return n < 0 ? -1 : (ssize_t)l->n;
}

static void take(struct lines *l, size_t n_bytes)
{
	if (l->n_raw + n_bytes > LINES_MAX_BYTES)
		l->fits = false;
	if (l->fits) {
		memcpy(l->raw + l->n_raw, l->chunk + l->at, n_bytes);
		l->n_raw += n_bytes;
	}
	l->at += n_bytes;
	l->offset += (int64_t)n_bytes;
}

/* Where the first CR or LF of the next `n` bytes stands; `n` when there is none. */
static size_t find_end(const struct lines *l, size_t n)
{
	const unsigned char *text = l->chunk + l->at;
	if (unit_bytes(l) == 1) {
		const unsigned char *lf = memchr(text, '\n', n);
		size_t at = lf ? (size_t)(lf - text) : n;
		const unsigned char *cr = memchr(text, '\r', at);
		return cr ? (size_t)(cr - text) : at;
	}
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t c = unit_at(text + i, l->encoding);
		if (c == '\n' || c == '\r')
			return i;
	}
	return n;
}

static bool next_is(const struct lines *l, char c)
{
	const unsigned char *text = l->chunk + l->at;
	return unit_bytes(l) == 1 ? text[0] == (unsigned char)c : unit_at(text, l->encoding) == (uint32_t)c;
}

/* The bytes of the next line into `raw`: 0, or -1. */
static int take_line(struct lines *l)
{
	size_t unit = unit_bytes(l);
	ssize_t n;
	while ((n = look(l)) >= (ssize_t)unit) {
		size_t whole = (size_t)n - (size_t)n % unit, at = find_end(l, whole);
		take(l, at);
		if (at == whole)
			continue;
		bool cr = next_is(l, '\r');
		take(l, unit);
		if (cr && (n = look(l)) >= (ssize_t)unit && next_is(l, '\n'))
			take(l, unit);
		return n < 0 ? -1 : 0;
	}
	if (n > 0)
		take(l, (size_t)n);
	return n < 0 ? -1 : 0;
}

int lines_next(struct lines *l, struct line *ret)
{
	int64_t begin = l->offset;
	l->n_raw = 0;
	l->fits = true;
	if (take_line(l) < 0)
		return -1;
	*ret = (struct line){.text = (char *)l->raw, .n_bytes = l->n_raw, .end = l->offset, .too_long = !l->fits};
	if (l->encoding != ENCODING_UTF8) {
		ret->text = l->text;
		ret->n_bytes = l->encoding == ENCODING_WINDOWS_1252 ? decode_1252(l->text, l->raw, l->n_raw)
		                                                    : decode_utf16(l->text, l->raw, l->n_raw, l->encoding);
	}
	return l->offset > begin;
}
