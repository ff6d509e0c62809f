#include "store/idempotency.h"

#include <string.h>

#include "statements.h"
#include "store/secret.h"

#define SWEEP_BESIDE 4 /* more go than come, so the table shrinks again after a rush */

int idempotency_find(struct store_tx *tx, const struct idempotency_key *key, msec_t now, struct arena *arena,
                     struct idempotency_answer *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_IDEMPOTENCY_FIND,
	              SQL_ARGS(sql_int(key->account_no), sql_blob(key->key, IDEMPOTENCY_HASH_BYTES),
	                       sql_int(now - IDEMPOTENCY_KEPT_MS)),
	              &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	size_t n_hash = 0, n_sealed = 0;
	const void *hash = sql_col_blob(rows, 0, &n_hash);
	if (n_hash != IDEMPOTENCY_HASH_BYTES || memcmp(hash, key->request, n_hash) != 0)
		return 2;
	const void *sealed = sql_col_blob(rows, 2, &n_sealed);
	const char *body = "";
	if (secret_open(tx->box_key, sealed, n_sealed, arena, &body) < 0)
		return -1;
	*ret = (struct idempotency_answer){(int)sql_col_int(rows, 1), body, n_sealed - SECRET_OVERHEAD};
	return 0;
}

int idempotency_keep(struct store_tx *tx, const struct idempotency_key *key, const struct idempotency_answer *answer, msec_t now)
{
	arena_auto struct arena *arena = arena_create(answer->n_body_bytes + 256);
	unsigned char *sealed = arena_alloc(arena, answer->n_body_bytes + SECRET_OVERHEAD);
	int64_t n_kept = 0;
	secret_seal(tx->box_key, answer->body, answer->n_body_bytes, sealed);
	if (sql_run(tx->db, STMT_IDEMPOTENCY_KEEP,
	            SQL_ARGS(sql_int(key->account_no), sql_blob(key->key, IDEMPOTENCY_HASH_BYTES),
	                     sql_blob(key->request, IDEMPOTENCY_HASH_BYTES), sql_int(answer->status),
	                     sql_blob(sealed, answer->n_body_bytes + SECRET_OVERHEAD), sql_int(now),
	                     sql_int(now - IDEMPOTENCY_KEPT_MS)),
	            &n_kept) < 0)
		return -1;
	if (n_kept == 0)
		return 1;
	return idempotency_sweep(tx, now, SWEEP_BESIDE);
}

int idempotency_sweep(struct store_tx *tx, msec_t now, int max)
{
	return sql_run(tx->db, STMT_IDEMPOTENCY_SWEEP, SQL_ARGS(sql_int(now - IDEMPOTENCY_KEPT_MS), sql_int(max)), NULL);
}
