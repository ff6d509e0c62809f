#pragma once
/* Sessions: a person who signed in with an API key in a browser. A session may what its key may, and ends with the key, after
 * SESSION_IDLE_MS without use, and SESSION_MAX_MS after it began. Its token is kept as a hash, as keys are. */

#include "store/accounts.h"

#define SESSION_TOKEN_BYTES 64
#define SESSION_IDLE_MS (12 * HOUR_MS)
#define SESSION_MAX_MS (7 * DAY_MS)
#define SESSION_MAX_PER_KEY 100 /* the oldest goes */

struct session {
	int64_t no;
	msec_t create_ms, used_ms;
	msec_t expire_ms; /* when it ends unless it is used before */
};

void session_make_token(char ret[SESSION_TOKEN_BYTES]);
must_check int session_create(struct store_tx *tx, int64_t key_no, const char *token, msec_t now, struct session *ret);
/* Whose token is it? 0, or 1 unknown or over; the key's name is not told (NULL). */
must_check int session_find(struct store_tx *tx, const char *token, msec_t now, struct api_key *ret_key, struct session *ret);
/* Do a key, and where it is not 0 a session of it, still stand at `now`? 0, or 1 deleted, signed out or over; no name is told. */
must_check int session_stands(struct store_tx *tx, int64_t key_no, int64_t session_no, msec_t now, struct api_key *ret_key);
/* Note its use; callers do this seldom (once a minute). */
must_check int session_used(struct store_tx *tx, const struct session *session, msec_t now);
must_check int session_end(struct store_tx *tx, int64_t no);
/* Forget at most `max` that are over. */
must_check int session_sweep(struct store_tx *tx, msec_t now, int max);
