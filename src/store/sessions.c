#include "store/sessions.h"

#include "statements.h"
#include "store/key_row.h"
#include "store/one.h"

void session_make_token(char ret[SESSION_TOKEN_BYTES])
{
	secret_make("", ret, SESSION_TOKEN_BYTES);
}

static msec_t end_of(msec_t create_ms, msec_t used_ms)
{
	msec_t idle = used_ms + SESSION_IDLE_MS, last = create_ms + SESSION_MAX_MS;
	return idle < last ? idle : last;
}

int session_create(struct store_tx *tx, int64_t key_no, const char *token, msec_t now, struct session *ret)
{
	unsigned char hash[SECRET_HASH_BYTES];
	struct session made = {.create_ms = now, .used_ms = now, .expire_ms = end_of(now, now)};
	if (one_insert(tx, STMT_SESSION_INSERT,
	               SQL_ARGS(sql_int(key_no), secret_hash(token, hash), sql_int(now), sql_int(made.expire_ms)), &made.no) < 0)
		return -1;
	*ret = made;
	return sql_run(tx->db, STMT_SESSION_CROWD, SQL_ARGS(sql_int(key_no), sql_int(SESSION_MAX_PER_KEY)), NULL);
}

struct found {
	struct api_key *key;
	struct session *session;
};

static void session_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct found *found = item;
	key_found(rows, arena, found->key);
	*found->session = (struct session){
		.no = sql_col_int(rows, 7),
		.create_ms = sql_col_int(rows, 8),
		.used_ms = sql_col_int(rows, 9),
		.expire_ms = sql_col_int(rows, 10),
	};
}

int session_find(struct store_tx *tx, const char *token, msec_t now, struct api_key *ret_key, struct session *ret)
{
	unsigned char hash[SECRET_HASH_BYTES];
	struct found found = {ret_key, ret};
	return one_row(tx, STMT_SESSION_FIND, SQL_ARGS(secret_hash(token, hash), sql_int(now)), session_from_row, NULL, &found);
}

int session_stands(struct store_tx *tx, int64_t key_no, int64_t session_no, msec_t now, struct api_key *ret_key)
{
	return one_row(tx, STMT_SESSION_STANDS, SQL_ARGS(sql_int(key_no), sql_int(session_no), sql_int(now)), key_found, NULL,
	               ret_key);
}

int session_used(struct store_tx *tx, const struct session *session, msec_t now)
{
	return sql_run(tx->db, STMT_SESSION_USED,
	               SQL_ARGS(sql_int(session->no), sql_int(now), sql_int(end_of(session->create_ms, now))), NULL);
}

int session_end(struct store_tx *tx, int64_t no)
{
	return sql_run(tx->db, STMT_SESSION_END, SQL_ARGS(sql_int(no)), NULL);
}

int session_sweep(struct store_tx *tx, msec_t now, int max)
{
	return sql_run(tx->db, STMT_SESSION_SWEEP, SQL_ARGS(sql_int(now), sql_int(max)), NULL);
}
