#pragma once
/* Inside store: API keys and sessions are kept, and looked up, by the hash of their secret text. */

#include "base/arena.h"
#include "sql/sql.h"

#define SECRET_RANDOM_BYTES 32
#define SECRET_HASH_BYTES 32

/* BLAKE2b of `text` into `hash`, and that as a value, which borrows it. */
struct sql_value secret_hash(const char *text, unsigned char hash[SECRET_HASH_BYTES]);
/* `prefix` and 32 random bytes as base64url, in `max` bytes. */
void secret_make(const char *prefix, char *ret, size_t max);
/* The first columns of key_find, session_find and session_stands: an API key and its account's state (struct api_key). */
void key_found(const struct sql_rows *rows, struct arena *arena, void *item);
