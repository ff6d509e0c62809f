#pragma once
/* Inside api: POSTs with an Idempotency-Key. The same key and request within a day are answered as the first time and do
 * nothing; the key with another request, or while the first still runs, is a 409. Only what was done is kept: a request that
 * was refused or failed may be made again under its key, changed or not.
 *
 * call.c keeps the answer in the transaction of what the request does, so that a crash between commit and answer loses neither.
 */

#include "api/call.h"
#include "store/idempotency.h"

struct idempotent {
	struct idempotency_key id;
	struct crypto_generichash_blake2b_state *hash; /* of the request, until its body is complete */
	bool running;                                  /* in the list of struct api */
	bool kept;                                     /* by the store, with what was done */
	struct api_call *next;                         /* in that list */
};

/* Visible ASCII and blanks, 1 to 255. */
bool idempotency_key_valid(const char *text);

/* Before the body: read the header into call->idempotent (NULL without one). False: it is not one, answered. */
bool idempotency_read(struct api_call *call);
/* A piece of the body, as it comes (http_policy's tap). */
void idempotency_tap(struct http_request *req, const void *data, size_t n_bytes);
/* With the whole body: false when the call is answered: from what was kept, or with a 409. */
bool idempotency_begin(struct api_call *call);
/* On the store thread, after the call's own work: keep its answer. 1: another server has taken the key meanwhile. */
must_check int idempotency_keep_answer(struct store_tx *tx, struct api_call *call);
void idempotency_answer_running(struct api_call *call);
/* The call is over: the next one with its key may begin. */
void idempotency_end(struct api_call *call);
