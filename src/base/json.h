#pragma once
/* The one door for JSON from outside, strict where cJSON is not, and a writer of compact JSON. */

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 32

/* Parse one JSON document (RFC 8259). Refused with a sentence in `err`: not UTF-8, a NUL or lone
 * surrogate (also as \u escape), deeper than JSON_MAX_DEPTH, a key twice in one object (names
 * compared after unescaping), bytes after the document, numbers that are not finite.
 * Returns 0 and a tree that the caller frees with cJSON_Delete, or -1. Any thread.
 * The duplicate check costs O(n log n) at most; the number of values is bounded by `n_bytes`. */
must_check int json_parse(const char *text, size_t n_bytes, cJSON **ret, struct err *err);

/* Member `key` of an object, case-sensitive; NULL when `object` is not an object or lacks it. */
const cJSON *json_get(const cJSON *object, const char *key);
/* A string member's text; NULL when missing or not a string. Borrowed from the tree. */
const char *json_text(const cJSON *object, const char *key);
/* An integer member, given as a number or as decimal text (Meta does both). False when missing,
 * not whole, or out of int64 range (numbers: within ±2^53, exclusive). */
bool json_int(const cJSON *object, const char *key, int64_t *ret);
#define JSON_NO_INT INT64_MIN /* what no number can be: stands for one that is not there */

void json_cleanup(cJSON **tree);
#define json_auto __attribute__((cleanup(json_cleanup)))

/* ---- writing: commas are put by the writer, text is escaped, nothing is blank-padded ---- */

struct json_writer {
	struct buf *out; /* borrowed; look at out->overflow when done */
	uint32_t depth;
	uint32_t need_comma; /* one bit a depth; at most 31 deep */
};

void json_begin(struct json_writer *w, struct buf *out);
/* `key` is NULL inside an array and at the top. */
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_put_text(struct json_writer *w, const char *key, const char *text); /* NULL writes null */
void json_put_textn(struct json_writer *w, const char *key, const char *text, size_t n_bytes);
void json_put_int(struct json_writer *w, const char *key, int64_t value);
void json_put_real(struct json_writer *w, const char *key, double value, int decimals);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
/* Splice JSON that is already valid and compact. */
void json_put_raw(struct json_writer *w, const char *key, const char *json, size_t n_bytes);
/* Time as the contract writes it; `t` < 0 writes null. */
void json_put_time(struct json_writer *w, const char *key, int64_t t_ms);

/* Append `text` as the inside of a JSON string: escaped, without the quotes. */
int json_escape(struct buf *out, const char *text, size_t n_bytes);
