#include "store/hooks.h"

#include <sodium.h>
#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/ledger_row.h"
#include "store/list.h"
#include "store/one.h"
#include "store/secret.h"

/* A column of the view hook_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct hook *h = item;
	*h = (struct hook){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.kind = (enum hook_kind)sql_col_int(rows, 2),
		.url = one_text(rows, 3, arena),
		.waiting = sql_col_int(rows, 4),
		.delivered = sql_col_int(rows, 5),
		.failed = sql_col_int(rows, 6),
		.dropped = sql_col_int(rows, 7),
		.last_ms = row_col_time(rows, 8),
		.last_reason = arena_strdup(arena, sql_col_text(rows, 9, NULL)),
		.create_ms = sql_col_int(rows, 10),
	};
}

void hook_make_secret(char ret[HOOK_SECRET_BYTES])
{
	unsigned char random[(HOOK_SECRET_BYTES - 1) / 2];
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(ret, HOOK_SECRET_BYTES, random, sizeof(random));
}

int hook_create(struct store_tx *tx, int64_t account_no, enum hook_kind kind, const char *url, const char *secret, msec_t now,
                int64_t *ret_no)
{
	unsigned char seal[HOOK_MAX_SECRET + SECRET_OVERHEAD];
	size_t n = strlen(secret);
	secret_seal(tx->box_key, secret, n, seal);
	int got = one_find(
		tx, STMT_HOOK_INSERT,
		SQL_ARGS(sql_int(account_no), sql_int(kind), sql_text(url), sql_blob(seal, n + SECRET_OVERHEAD), sql_int(now)),
		ret_no);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	return activity_add(tx, ACTIVITY_WEBHOOK_CREATED, *ret_no, ACTIVITY_NO_FACTS, now);
}

int hook_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct hook *ret)
{
	return one_row(tx, STMT_HOOK_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int hook_list(struct store_tx *tx, int64_t account_no, struct page *page, struct arena *arena, struct hook *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_HOOK_LIST_BEFORE,
	                    .after = STMT_HOOK_LIST_AFTER,
	                    .count = STMT_HOOK_COUNT,
	                    .arg = {sql_int(account_no)},
	                    .n_args = 1,
	                    .n_count_args = 1,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int hook_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	struct hook hook;
	int known = hook_read(tx, account_no, no, arena, &hook);
	if (known != 0)
		return known;
	if (activity_add(tx, ACTIVITY_WEBHOOK_DELETED, no, ACTIVITY_NO_FACTS, now) < 0 ||
	    sql_run(tx->db, STMT_HOOK_DELETE, SQL_ARGS(sql_int(no), sql_int(account_no)), NULL) < 0)
		return -1;
	return sql_run(tx->db, STMT_HOOK_DELETE_EVENTS, SQL_ARGS(sql_int(no)), NULL);
}

int hook_totals(struct store_tx *tx, struct hook_totals *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOK_TOTALS, NULL, 0, &rows) < 0 || sql_next(rows) != 1)
		return -1;
	*ret = (struct hook_totals){.waiting = sql_col_int(rows, 0),
	                            .delivered = sql_col_int(rows, 1),
	                            .failed = sql_col_int(rows, 2),
	                            .dropped = sql_col_int(rows, 3)};
	return 0;
}

int hooks_to_serve(struct store_tx *tx, struct arena *arena, struct hook_target **ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOKS_TO_SERVE, NULL, 0, &rows) < 0)
		return -1;
	struct hook_target *all = NULL;
	int n = 0, room = 0, more;
	while ((more = sql_next(rows)) > 0) {
		if (n == room) {
			struct hook_target *wider = arena_array(arena, (size_t)(room = room * 2 + 16), sizeof(*all));
			if (n > 0)
				memcpy(wider, all, (size_t)n * sizeof(*all));
			all = wider;
		}
		size_t n_seal = 0;
		const void *seal = sql_col_blob(rows, 2, &n_seal);
		all[n] = (struct hook_target){.no = sql_col_int(rows, 0), .url = one_text(rows, 1, arena)};
		if (secret_open(tx->box_key, seal, n_seal, arena, &all[n++].secret) < 0)
			return -1;
	}
	*ret = all;
	*ret_n = n;
	return more;
}
