#pragma once
/* Inside webhook: the app secrets that may sign, kept in memory. Any thread. */

#include "store/senders.h"

struct secrets;

struct secrets *secrets_create(void);
void secrets_destroy(struct secrets *secrets);
/* Read them anew; waits for a read connection. On failure the old ones stay, and it is logged. */
void secrets_reload(struct secrets *secrets, struct store *store);
/* Which of them signed `body`? Every one is tried, so that the time says nothing. False: none. */
bool secrets_find(struct secrets *secrets, const char *signature, const void *body, size_t n_bytes,
                  unsigned char ret_hash[SECRET_HASH_BYTES]);
