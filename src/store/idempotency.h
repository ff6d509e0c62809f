#pragma once
/* What requests with an Idempotency-Key were answered, for a day: the same request again gets the same answer and does
 * nothing. An answer is kept in the transaction of what it tells, so that there is never one without the other. */

#include "base/clock.h"
#include "store/store.h"

#define IDEMPOTENCY_KEPT_MS DAY_MS
#define IDEMPOTENCY_HASH_BYTES 32

/* A key is one account's; `request` covers what was asked with it. Both are hashes. */
struct idempotency_key {
	int64_t account_no;
	unsigned char key[IDEMPOTENCY_HASH_BYTES], request[IDEMPOTENCY_HASH_BYTES];
};

struct idempotency_answer {
	int status;
	const char *body; /* NUL-terminated */
	size_t n_body_bytes;
};

/* 0 with the answer, its memory from `arena`; 1 the key is new; 2 it stands for another request. */
must_check int idempotency_find(struct store_tx *tx, const struct idempotency_key *key, msec_t now, struct arena *arena,
                                struct idempotency_answer *ret);
/* 0; 1 when another request has taken the key meanwhile: undo what was done. Removes a few old ones on the way. */
must_check int idempotency_keep(struct store_tx *tx, const struct idempotency_key *key, const struct idempotency_answer *answer,
                                msec_t now);
/* Remove answers whose day is over, the oldest first, at most `max`. */
must_check int idempotency_sweep(struct store_tx *tx, msec_t now, int max);
