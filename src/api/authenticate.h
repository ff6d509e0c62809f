#pragma once
/* Inside api: who asks. A key in X-Dexatel-Key, or else the cookie of a session (sessions.c). A browser sends the cookie with
 * whatever any page has it send, so a call by cookie has to come from a page of this server. */

#include "api/call.h"

#define SESSION_COOKIE "crier_session"

/* Fill call->key, and call->session of one by cookie; holds the key to its rate. False: answered. */
bool authenticate(struct api_call *call);
/* Whose key is this text (NULL or "": none)? Fills call->key as authenticate does. False: answered. */
bool authenticate_key(struct api_call *call, const char *text);

/* By whose leave an answer goes on that does not end by itself. */
struct authority {
	int64_t key_no, session_no; /* no session: 0 */
	enum key_role role;         /* the least that its route takes */
};
/* Of a call that was let in. */
struct authority authenticate_authority(const struct api_call *call);
/* Would it be let in still? 0, or 1: its key is deleted, its session signed out or over, its account blocked, or its role too
 * low. */
must_check int authenticate_again(struct store_tx *tx, const struct authority *authority, msec_t now);

/* Of header fields, NULL where a request has none. The value of the session's cookie, in the arena; NULL. */
const char *authenticate_cookie(const char *field, struct arena *arena);
/* Is this an origin of ours, by the request's own Host or the address that the operator gave (NULL none)? */
bool authenticate_is_own(const char *origin, const char *host, const char *public_url);
/* Was this asked by a page of this server? False: answered. */
bool authenticate_origin(struct api_call *call);
