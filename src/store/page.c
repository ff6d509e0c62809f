#include "store/page.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SEAL_BYTES 16

/* Direction, key, sub and number under a keyed hash that covers the scope too. */
static void seal(const struct pubid_key *key, uint64_t scope, const char *plain, char ret[SEAL_BYTES * 2 + 1])
{
	unsigned char hash[SEAL_BYTES];
	crypto_generichash_state state;
	crypto_generichash_init(&state, key->byte, sizeof(key->byte), sizeof(hash));
	crypto_generichash_update(&state, (const unsigned char *)"page", 4);
	crypto_generichash_update(&state, (const unsigned char *)&scope, sizeof(scope));
	crypto_generichash_update(&state, (const unsigned char *)plain, strlen(plain));
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(ret, SEAL_BYTES * 2 + 1, hash, sizeof(hash));
}

void page_token_format(const struct pubid_key *key, uint64_t scope, bool backwards, int64_t key_no, int64_t sub, int64_t number,
                       char out[PAGE_TOKEN_BYTES])
{
	char plain[64], sealed[SEAL_BYTES * 2 + 1];
	snprintf(plain, sizeof(plain), "%c%" PRIx64 "-%" PRIx64 "-%" PRIx64, backwards ? 'p' : 'n', (uint64_t)key_no,
	         (uint64_t)sub, (uint64_t)number);
	seal(key, scope, plain, sealed);
	snprintf(out, PAGE_TOKEN_BYTES, "%s-%s", plain, sealed);
}

bool page_token_parse(const struct pubid_key *key, uint64_t scope, const char *text, struct page *ret)
{
	uint64_t key_no, sub, number;
	char direction, again[PAGE_TOKEN_BYTES];
	if (strlen(text) >= PAGE_TOKEN_BYTES ||
	    sscanf(text, "%c%16" SCNx64 "-%16" SCNx64 "-%16" SCNx64, &direction, &key_no, &sub, &number) != 4 ||
	    (direction != 'p' && direction != 'n'))
		return false;
	page_token_format(key, scope, direction == 'p', (int64_t)key_no, (int64_t)sub, (int64_t)number, again);
	if (strlen(again) != strlen(text) || sodium_memcmp(again, text, strlen(again)) != 0)
		return false;
	ret->before = direction == 'n' ? (int64_t)key_no : 0;
	ret->after = direction == 'p' ? (int64_t)key_no : 0;
	ret->before_sub = direction == 'n' ? (int64_t)sub : 0;
	ret->after_sub = direction == 'p' ? (int64_t)sub : 0;
	ret->number = (int64_t)number;
	return true;
}

uint64_t page_scope(const char *list, int64_t account_no, const char *filters)
{
	uint64_t hash;
	unsigned char out[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(out));
	crypto_generichash_update(&state, (const unsigned char *)list, strlen(list) + 1);
	crypto_generichash_update(&state, (const unsigned char *)&account_no, sizeof(account_no));
	crypto_generichash_update(&state, (const unsigned char *)filters, strlen(filters));
	crypto_generichash_final(&state, out, sizeof(out));
	memcpy(&hash, out, sizeof(hash));
	return hash;
}
