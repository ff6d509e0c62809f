#pragma once
/* Keyset pages. Lists are newest first by a number that only grows; a page token is sealed with what it belongs to
 * (which list, whose account, which filters), so a foreign or forged one is known. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/pubid.h"

#define FILTER_MAX_VALUES 10
#define FILTER_MAX_NAMES (2 * FILTER_MAX_VALUES) /* with those that hold commas */

/* The names that a filter lets through; none: any. */
struct filter_names {
	const char *name[FILTER_MAX_NAMES];
	int n;
};

struct page {
	int size;       /* 1–100 */
	int64_t before; /* rows with a key below this; 0: from the top (newest) */
	int64_t after;  /* rows with a key above this, nearest first (for `previous`); 0 unused */
	/* Of a list whose keys are not unique: what orders those alike. */
	int64_t before_sub, after_sub;
	/* filled by a list */
	int64_t total;               /* rows that match, all pages; -1: too many to look at for that */
	int64_t number;              /* of this page, from 1 */
	int64_t first_key, last_key; /* where the pages before and behind begin; 0: there are none */
	int64_t first_sub, last_sub;
	bool has_next, has_previous;
};

#define PAGE_TOKEN_BYTES 96
/* `scope`: a hash of list, account and filters. */
void page_token_format(const struct pubid_key *key, uint64_t scope, bool backwards, int64_t key_no, int64_t sub, int64_t number,
                       char out[PAGE_TOKEN_BYTES]);
bool page_token_parse(const struct pubid_key *key, uint64_t scope, const char *text, struct page *ret);
uint64_t page_scope(const char *list, int64_t account_no, const char *filters);
