#include "model/pubid.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

/* A keyed hash of `data`, 8 bytes. */
static uint64_t keyed(const struct pubid_key *key, unsigned char label, const void *data, size_t n_bytes)
{
	unsigned char out[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;
	crypto_generichash_init(&state, key->byte, sizeof(key->byte), sizeof(out));
	crypto_generichash_update(&state, &label, 1);
	crypto_generichash_update(&state, data, n_bytes);
	crypto_generichash_final(&state, out, sizeof(out));
	uint64_t v;
	memcpy(&v, out, sizeof(v));
	return v;
}

#define TAG_MASK ((UINT64_C(1) << 58) - 1)

static uint64_t tag_of(const struct pubid_key *key, enum pubid_kind kind, uint64_t pair)
{
	unsigned char data[9];
	data[0] = (unsigned char)kind;
	memcpy(data + 1, &pair, sizeof(pair));
	return keyed(key, 't', data, sizeof(data)) & TAG_MASK;
}

/* 122 bits around the version and variant: 48 of the tag, version, its last 10 and 2 of the pair, variant, 62 of the pair. */
static struct uuid lay_out(uint64_t tag, uint64_t pair)
{
	uint64_t high = tag >> 10 << 16 | UINT64_C(8) << 12 | (tag & 0x3FF) << 2 | pair >> 62;
	uint64_t low = UINT64_C(2) << 62 | (pair & (UINT64_MAX >> 2));
	struct uuid uuid;
	for (int i = 0; i < 8; i++) {
		uuid.byte[i] = (uint8_t)(high >> (56 - 8 * i));
		uuid.byte[8 + i] = (uint8_t)(low >> (56 - 8 * i));
	}
	return uuid;
}

struct uuid pubid_make(const struct pubid_key *key, enum pubid_kind kind, int64_t a, int64_t b)
{
	uint64_t pair = (uint64_t)a << 32 | ((uint64_t)b & UINT32_MAX);
	uint64_t tag = tag_of(key, kind, pair);
	return lay_out(tag, pair ^ keyed(key, 's', &tag, sizeof(tag)));
}

bool pubid_open(const struct pubid_key *key, enum pubid_kind kind, const struct uuid *uuid, int64_t *ret_a, int64_t *ret_b)
{
	uint64_t high = 0, low = 0;
	for (int i = 0; i < 8; i++) {
		high = high << 8 | uuid->byte[i];
		low = low << 8 | uuid->byte[8 + i];
	}
	uint64_t tag = high >> 16 << 10 | ((high >> 2) & 0x3FF);
	uint64_t pair = ((high & 3) << 62 | (low & (UINT64_MAX >> 2))) ^ keyed(key, 's', &tag, sizeof(tag));
	struct uuid again = lay_out(tag_of(key, kind, pair), pair ^ keyed(key, 's', &tag, sizeof(tag)));
	if (!text_equal_secret(again.byte, uuid->byte, sizeof(again.byte)))
		return false;
	if (ret_a)
		*ret_a = (int64_t)(pair >> 32);
	if (ret_b)
		*ret_b = (int64_t)(pair & UINT32_MAX);
	return true;
}
