#pragma once
/* Public ids. Every resource has a small number inside and a UUID outside, and the UUID is computed from
 * the number, not stored: a version 8 UUID (RFC 9562) made of a keyed tag over (kind, a, b) and the pair
 * (a, b) covered by a key stream from the tag. So an id of another kind, of another installation, or made
 * up is recognised without asking the database, and ids tell nobody how many there are. */

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"

/* Never renumber. */
enum pubid_kind {
	PUBID_ACCOUNT = 1,
	PUBID_KEY = 2,
	PUBID_SENDER = 3,
	PUBID_TEMPLATE = 4,
	PUBID_AUDIENCE = 5,
	PUBID_CONTACT = 6, /* a audience, b contact */
	PUBID_CAMPAIGN = 7,
	PUBID_MESSAGE = 8, /* a campaign, b seq */
	PUBID_INBOUND = 9,
	PUBID_IMPORT = 10,
	PUBID_WEBHOOK = 11,
	PUBID_PAGE = 12,
	PUBID_MEDIA = 13,
	PUBID_HOOK_EVENT = 20, /* a, b: the upper and lower half of its number */
	PUBID_OPTOUT = 21,
	PUBID_ACTIVITY = 22,
};

struct pubid_key {
	uint8_t byte[32]; /* made once per installation, kept in the database */
};

/* `a` and `b` below 2^32. */
struct uuid pubid_make(const struct pubid_key *key, enum pubid_kind kind, int64_t a, int64_t b);
/* False when `uuid` is not one of ours of that kind. Either pointer may be NULL. */
bool pubid_open(const struct pubid_key *key, enum pubid_kind kind, const struct uuid *uuid, int64_t *ret_a, int64_t *ret_b);
