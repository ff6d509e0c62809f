#include "store/accounts.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/holds.h"
#include "store/key_row.h"
#include "store/list.h"
#include "store/one.h"

static const char *const role_texts[] = {[KEY_VIEWER] = "viewer", [KEY_SENDER] = "sender", [KEY_ADMIN] = "admin"};

const char *key_role_text(enum key_role role)
{
	return role_texts[role];
}

bool key_role_parse(const char *text, enum key_role *ret)
{
	for (int i = KEY_VIEWER; i <= KEY_ADMIN; i++) {
		if (strcmp(text, role_texts[i]) == 0) {
			*ret = (enum key_role)i;
			return true;
		}
	}
	return false;
}

/* ---- accounts ---- */

int account_create(struct store_tx *tx, msec_t now, const char *username, int64_t *ret_no)
{
	return one_insert(tx, STMT_ACCOUNT_INSERT, SQL_ARGS(sql_text(username), sql_int(now)), ret_no);
}

static void account_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct account *ret = item;
	*ret = (struct account){
		.no = sql_col_int(rows, 0),
		.username = one_text(rows, 1, arena),
		.first_name = one_text(rows, 2, arena),
		.last_name = one_text(rows, 3, arena),
		.currency = one_text(rows, 4, arena),
		.blocked = sql_col_int(rows, 5) != 0,
		.create_ms = sql_col_int(rows, 6),
		.update_ms = sql_col_int(rows, 7),
	};
}

int account_read(struct store_tx *tx, int64_t no, struct arena *arena, struct account *ret)
{
	return one_row(tx, STMT_ACCOUNT_READ, SQL_ARGS(sql_int(no)), account_from_row, arena, ret);
}

int account_find(struct store_tx *tx, const char *username, struct arena *arena, struct account *ret)
{
	return one_row(tx, STMT_ACCOUNT_FIND, SQL_ARGS(sql_text(username)), account_from_row, arena, ret);
}

int account_list(struct store_tx *tx, int64_t after, struct arena *arena, struct account *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_ACCOUNT_LIST, SQL_ARGS(sql_int(after), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		account_from_row(rows, arena, &ret[n++]);
	*ret_n = n;
	return more;
}

int account_set_names(struct store_tx *tx, int64_t no, const char *first_name, const char *last_name)
{
	return sql_run(tx->db, STMT_ACCOUNT_SET_NAMES, SQL_ARGS(sql_int(no), sql_text(first_name), sql_text(last_name)), NULL);
}

int account_block(struct store_tx *tx, int64_t no, bool blocked, msec_t now)
{
	if (sql_run(tx->db, STMT_ACCOUNT_BLOCK, SQL_ARGS(sql_int(no), sql_int(blocked), sql_int(now)), NULL) < 0)
		return -1;
	if (activity_add(tx, blocked ? ACTIVITY_ACCOUNT_BLOCKED : ACTIVITY_ACCOUNT_UNBLOCKED, no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	if (!blocked)
		return 0;
	return account_hold_campaigns(tx, no, now);
}

/* ---- keys ---- */

struct sql_value secret_hash(const char *text, unsigned char hash[SECRET_HASH_BYTES])
{
	crypto_generichash(hash, SECRET_HASH_BYTES, (const unsigned char *)text, strlen(text), NULL, 0);
	return sql_blob(hash, SECRET_HASH_BYTES);
}

static int key_insert(struct store_tx *tx, int64_t account_no, const char *name, enum key_role role, msec_t now, const char *text,
                      int64_t *ret_no)
{
	unsigned char hash[SECRET_HASH_BYTES];
	if (one_insert(tx, STMT_KEY_INSERT,
	               SQL_ARGS(sql_int(account_no), sql_text(name), sql_int(role), secret_hash(text, hash), sql_int(now)),
	               ret_no) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_KEY_CREATED, *ret_no, ACTIVITY_FACTS({"role", key_role_text(role), 0}), now);
}

#define SECRET_CHARS (sodium_base64_ENCODED_LEN(SECRET_RANDOM_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING))

void secret_make(const char *prefix, char *ret, size_t max)
{
	unsigned char random[SECRET_RANDOM_BYTES];
	assert(strlen(prefix) + SECRET_CHARS <= max);
	size_t n = strlen(strcpy(ret, prefix));
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(ret + n, max - n, random, sizeof(random), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof(random));
}

static void key_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct api_key *ret = item;
	*ret = (struct api_key){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.name = arena ? one_text(rows, 2, arena) : NULL,
		.role = (enum key_role)sql_col_int(rows, 3),
		.create_ms = sql_col_int(rows, 4),
		.used_ms = sql_is_null(rows, 5) ? -1 : sql_col_int(rows, 5),
	};
}

void key_found(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct api_key *ret = item;
	key_from_row(rows, arena, ret);
	ret->blocked = sql_col_int(rows, 6) != 0;
}

int key_find(struct store_tx *tx, const char *text, struct api_key *ret)
{
	unsigned char hash[SECRET_HASH_BYTES];
	return one_row(tx, STMT_KEY_FIND, SQL_ARGS(secret_hash(text, hash)), key_found, NULL, ret);
}

int key_create(struct store_tx *tx, int64_t account_no, const char *name, enum key_role role, msec_t now, int64_t *ret_no,
               char ret_text[KEY_TEXT_BYTES])
{
	secret_make("crier_", ret_text, KEY_TEXT_BYTES);
	return key_insert(tx, account_no, name, role, now, ret_text, ret_no);
}

int key_list(struct store_tx *tx, int64_t account_no, struct page *page, struct arena *arena, struct api_key *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_KEY_LIST_BEFORE,
	                    .after = STMT_KEY_LIST_AFTER,
	                    .count = STMT_KEY_COUNT,
	                    .arg = {sql_int(account_no)},
	                    .n_args = 1,
	                    .n_count_args = 1,
	                    .page = page,
	                    .read = key_from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int key_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct api_key *ret)
{
	return one_row(tx, STMT_KEY_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), key_from_row, arena, ret);
}

int key_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(256);
	struct api_key key;
	int64_t n_admins = 0;
	int got = key_read(tx, account_no, no, arena, &key);
	if (got != 0)
		return got;
	if (list_count(tx, STMT_KEY_ADMINS, SQL_ARGS(sql_int(account_no)), &n_admins) < 0)
		return -1;
	if (key.role == KEY_ADMIN && n_admins <= 1)
		return 2;
	if (activity_add(tx, ACTIVITY_KEY_DELETED, no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	return sql_run(tx->db, STMT_KEY_DELETE, SQL_ARGS(sql_int(no), sql_int(account_no)), NULL);
}

int key_used(struct store_tx *tx, int64_t no, msec_t now)
{
	return sql_run(tx->db, STMT_KEY_USED, SQL_ARGS(sql_int(no), sql_int(now)), NULL);
}

/* ---- the first start ---- */

int accounts_bootstrap(struct store_tx *tx, msec_t now, const char *text, char ret_text[KEY_TEXT_BYTES])
{
	int64_t account_no, key_no;
	int got = one_find(tx, STMT_ACCOUNT_FIRST, NULL, 0, NULL);
	if (got != 0)
		return got;
	if (account_create(tx, now, "admin", &account_no) < 0)
		return -1;
	if (text)
		return key_insert(tx, account_no, "operator", KEY_ADMIN, now, text, &key_no);
	return key_create(tx, account_no, "first start", KEY_ADMIN, now, &key_no, ret_text);
}

int accounts_ensure_key(struct store_tx *tx, msec_t now, const char *text)
{
	struct api_key key;
	int64_t account_no, key_no;
	int got = key_find(tx, text, &key);
	if (got == 0)
		return key.role == KEY_ADMIN ? 0 : sql_run(tx->db, STMT_KEY_PROMOTE, SQL_ARGS(sql_int(key.no)), NULL);
	if (got < 0)
		return -1;
	if (one_find(tx, STMT_ACCOUNT_FIRST, NULL, 0, &account_no) != 1)
		return -1;
	return key_insert(tx, account_no, "operator", KEY_ADMIN, now, text, &key_no);
}
