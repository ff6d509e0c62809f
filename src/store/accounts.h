#pragma once
/* Accounts and their API keys. */

#include "model/fault.h"
#include "store/page.h"
#include "store/store.h"

enum key_role { KEY_VIEWER = 0, KEY_SENDER = 1, KEY_ADMIN = 2 };
#define KEY_TEXT_BYTES 64

struct account {
	int64_t no;
	const char *username, *first_name, *last_name, *currency;
	bool blocked;
	msec_t create_ms, update_ms;
};

struct api_key {
	int64_t no, account_no;
	const char *name;
	enum key_role role;
	msec_t create_ms, used_ms; /* used_ms -1: never */
	bool blocked;              /* told by key_find alone: is its account? */
};

const char *key_role_text(enum key_role role);
bool key_role_parse(const char *text, enum key_role *ret);

/* At the first start: an account and an admin key. `text` given (from the operator) or made and written to ret_text.
 * Returns 1 when an account stands already: nothing done. */
must_check int accounts_bootstrap(struct store_tx *tx, msec_t now, const char *text, char ret_text[KEY_TEXT_BYTES]);
/* Make sure that `text` is an admin key of the first account (CRIER_ADMIN_KEY at a later start). */
must_check int accounts_ensure_key(struct store_tx *tx, msec_t now, const char *text);
must_check int account_create(struct store_tx *tx, msec_t now, const char *username, int64_t *ret_no);
/* 0 found, 1 unknown. Memory from `arena`. */
must_check int account_read(struct store_tx *tx, int64_t no, struct arena *arena, struct account *ret);
must_check int account_find(struct store_tx *tx, const char *username, struct arena *arena, struct account *ret); /* the same */
/* The next accounts after number `after`, at most `max`. */
must_check int account_list(struct store_tx *tx, int64_t after, struct arena *arena, struct account *ret, int max, int *ret_n);
must_check int account_set_names(struct store_tx *tx, int64_t no, const char *first_name, const char *last_name);
/* Blocking holds the campaigns in progress; those that fall due meanwhile start held. Unblocking resumes none: a person does.
 * Single messages that were taken before still go out. */
must_check int account_block(struct store_tx *tx, int64_t no, bool blocked, msec_t now);

/* Who presents this key? 0, or 1 unknown; the name is not told (NULL). Keys are stored as BLAKE2b hashes and looked up by hash.
 */
must_check int key_find(struct store_tx *tx, const char *text, struct api_key *ret);
must_check int key_create(struct store_tx *tx, int64_t account_no, const char *name, enum key_role role, msec_t now,
                          int64_t *ret_no, char ret_text[KEY_TEXT_BYTES]);
must_check int key_list(struct store_tx *tx, int64_t account_no, struct page *page, struct arena *arena, struct api_key *ret,
                        int *ret_n);
must_check int key_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct api_key *ret);
/* 1 unknown, 2 it is the account's last admin key. */
must_check int key_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* Note the last use; callers do this seldom (once a minute and key). */
must_check int key_used(struct store_tx *tx, int64_t no, msec_t now);
