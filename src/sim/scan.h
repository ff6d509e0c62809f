#pragma once
/* A JSON document as a flat array of tokens that point into the text: what the hot path reads messages
 * with, without a tree of allocations. Objects' names count as tokens before their values. Strict
 * (RFC 8259), limited in depth and number of values. Names are compared as they stand in the text, so a
 * name written with escapes matches nothing; of equal names the first counts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define SIM_SCAN_MAX_TOKENS 1536
#define SIM_SCAN_MAX_DEPTH 24
#define SIM_SCAN_NONE (-1)

enum sim_token_kind {
	SIM_TOKEN_OBJECT,
	SIM_TOKEN_ARRAY,
	SIM_TOKEN_TEXT,
	SIM_TOKEN_NUMBER,
	SIM_TOKEN_TRUE,
	SIM_TOKEN_FALSE,
	SIM_TOKEN_NULL,
};

struct sim_token {
	uint8_t kind;
	bool escaped;        /* a text with backslashes */
	uint16_t n;          /* members or items */
	uint16_t next;       /* the token after this value and all within it */
	uint32_t start, end; /* of a text: without its quotes */
};

struct sim_scan {
	const char *text;
	int n_tokens;
	struct sim_token at[SIM_SCAN_MAX_TOKENS];
};

struct sim_text {
	const char *at; /* not NUL-terminated; NULL when there is none */
	size_t n;
};

/* 0, or -1 when it is not JSON or passes a limit. `text` must outlive the scan; it must be valid UTF-8,
 * which is checked here. */
must_check int sim_scan(struct sim_scan *scan, const char *text, size_t n_bytes);

/* A member of the object at token `object`; SIM_SCAN_NONE when absent, or `object` is none or no object. */
int sim_scan_get(const struct sim_scan *scan, int object, const char *name);
/* First item of an array (SIM_SCAN_NONE when empty or no array), and the one after `item`. */
int sim_scan_first(const struct sim_scan *scan, int array);
int sim_scan_after(const struct sim_scan *scan, int array, int item);
bool sim_scan_is(const struct sim_scan *scan, int token, enum sim_token_kind kind);
int sim_scan_count(const struct sim_scan *scan, int token); /* members or items; 0 for anything else */
/* The text of a string, or the digits of a number; unescaped into the arena where needed. */
struct sim_text sim_scan_text(const struct sim_scan *scan, int token, struct arena *arena);
bool sim_text_is(struct sim_text text, const char *word);
bool sim_text_is_nocase(struct sim_text text, const char *word); /* ASCII */
