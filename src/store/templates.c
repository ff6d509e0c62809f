#include "store/templates.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/list.h"
#include "store/one.h"
#include "store/senders.h"

enum { COL_SENDER = 20, COL_TRIES, COL_DELETED, COL_ERRAND, COL_LIVE_SENDER };

/* Columns of the view template_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct template *t = item;
	*t = (struct template){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.name = one_text(rows, 2, arena),
		.text = one_text(rows, 3, arena),
		.type = one_text(rows, 4, arena),
		.status = (enum template_status)sql_col_int(rows, 5),
		.category = one_text(rows, 6, arena),
		.sender_code = one_text(rows, 7, arena),
		.waba_id = one_text(rows, 8, arena),
		.language = one_text(rows, 9, arena),
		.button_type = arena_strdup(arena, sql_col_text(rows, 10, NULL)),
		.button_text = arena_strdup(arena, sql_col_text(rows, 11, NULL)),
		.button_value = arena_strdup(arena, sql_col_text(rows, 12, NULL)),
		.meta_name = one_text(rows, 13, arena),
		.meta_id = arena_strdup(arena, sql_col_text(rows, 14, NULL)),
		.meta_status = arena_strdup(arena, sql_col_text(rows, 15, NULL)),
		.reason = arena_strdup(arena, sql_col_text(rows, 16, NULL)),
		.quality = one_text(rows, 17, arena),
		.create_ms = sql_col_int(rows, 18),
		.update_ms = sql_col_int(rows, 19),
	};
}

int template_create(struct store_tx *tx, int64_t account_no, int64_t sender_no, const struct template_request *req, msec_t now,
                    int64_t *ret_no)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct sender sender;
	char tag[40], meta_name[512];
	int taken = one_find(tx, STMT_TEMPLATE_NAME_TAKEN, SQL_ARGS(sql_int(account_no), sql_text(req->name)), NULL);
	if (taken != 0)
		return taken;
	if (sender_read(tx, account_no, sender_no, arena, &sender) != 0 ||
	    one_insert(tx, STMT_TEMPLATE_INSERT,
	               SQL_ARGS(sql_int(account_no), sql_int(sender_no), sql_text(req->name), sql_text(req->text),
	                        sql_text(req->type ? req->type : "text"), sql_text(req->wa_category), sql_text(sender.code),
	                        sql_text(sender.waba_id), sql_text(req->language ? req->language : "en_US"),
	                        sql_text(req->button_type), sql_text(req->button_text), sql_text(req->button_value),
	                        sql_int(now)),
	               ret_no) < 0)
		return -1;
	snprintf(tag, sizeof(tag), "%s_%" PRIx64, tx->instance, (uint64_t)*ret_no);
	template_meta_name(req->name, tag, meta_name, sizeof(meta_name));
	return sql_run(tx->db, STMT_TEMPLATE_SET_META_NAME, SQL_ARGS(sql_int(*ret_no), sql_text(meta_name)), NULL);
}

int template_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct template *ret)
{
	return one_row(tx, STMT_TEMPLATE_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int template_list(struct store_tx *tx, int64_t account_no, const struct template_filter *filter, struct page *page,
                  struct arena *arena, struct template *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_TEMPLATE_LIST_BEFORE,
	                    .after = STMT_TEMPLATE_LIST_AFTER,
	                    .count = STMT_TEMPLATE_COUNT,
	                    .arg = {sql_int(account_no), sql_text(filter->name), sql_int(filter->statuses)},
	                    .n_args = 3,
	                    .n_count_args = 3,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int template_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct template tpl;
	int known = template_read(tx, account_no, no, arena, &tpl);
	if (known != 0)
		return known;
	if (tpl.status == TEMPLATE_IN_PROCESS)
		return 2;
	int used = one_find(tx, STMT_TEMPLATE_IN_USE, SQL_ARGS(sql_int(no)), NULL);
	if (used != 0)
		return used < 0 ? -1 : 3;
	return sql_run(tx->db, STMT_TEMPLATE_DELETE, SQL_ARGS(sql_int(no), sql_int(now)), NULL);
}

/* ---- the way to Meta ---- */

int template_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct template_errand *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEMPLATE_ERRANDS, SQL_ARGS(sql_int(now), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		from_row(rows, arena, &ret[n].tpl);
		ret[n].sender_no = sql_col_int(rows, sql_is_null(rows, COL_LIVE_SENDER) ? COL_SENDER : COL_LIVE_SENDER);
		ret[n].deleting = !sql_is_null(rows, COL_DELETED);
		ret[n].tries = (int)sql_col_int(rows, COL_TRIES);
		n++;
	}
	*ret_n = n;
	return more;
}

int template_next_errand(struct store_tx *tx, msec_t *ret)
{
	msec_t next = -1;
	int got = one_find(tx, STMT_TEMPLATE_NEXT_ERRAND, NULL, 0, &next);
	*ret = next;
	return got < 0 ? -1 : 0;
}

int template_errand_later(struct store_tx *tx, int64_t no, msec_t next_ms)
{
	return sql_run(tx->db, STMT_TEMPLATE_ERRAND_LATER, SQL_ARGS(sql_int(no), sql_int(next_ms)), NULL);
}

int template_submitted(struct store_tx *tx, int64_t no, const char *meta_id, const char *category, msec_t next_poll_ms,
                       msec_t now)
{
	return sql_run(tx->db, STMT_TEMPLATE_SUBMITTED,
	               SQL_ARGS(sql_int(no), sql_text(meta_id), category && *category ? sql_text(category) : sql_null(),
	                        sql_int(next_poll_ms), sql_int(now)),
	               NULL);
}

int template_deleted_at_meta(struct store_tx *tx, int64_t no)
{
	return sql_run(tx->db, STMT_TEMPLATE_DELETED_AT_META, SQL_ARGS(sql_int(no)), NULL);
}

int template_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now)
{
	return sql_run(tx->db, STMT_TEMPLATE_REFUSED, SQL_ARGS(sql_int(no), sql_text(reason), sql_int(now)), NULL);
}

/* ---- what Meta says ---- */

struct found {
	int64_t no;
	enum template_status status;
};

/* Is this row's business account one whose webhooks that secret signs? */
static int may_speak(struct store_tx *tx, const unsigned char *hash, const struct sql_rows *rows)
{
	if (!hash)
		return 1;
	return one_find(
		tx, STMT_TEMPLATE_SIGNED_BY,
		SQL_ARGS(sql_blob(hash, SECRET_HASH_BYTES), sql_text(sql_col_text(rows, 2, NULL)), sql_int(sql_col_int(rows, 1))),
		NULL);
}

static int find(struct store_tx *tx, const unsigned char *hash, size_t stmt, const struct sql_value *args, size_t n_args,
                struct found *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, stmt, args, n_args, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		int may = may_speak(tx, hash, rows);
		if (may == 0)
			continue;
		*ret = (struct found){sql_col_int(rows, 0), (enum template_status)sql_col_int(rows, 3)};
		return may;
	}
	return more;
}

/* By id; a verdict may also come before the answer that gives the id, then by the name that we made. */
static int find_template(struct store_tx *tx, const unsigned char *hash, const char *waba_id, const char *meta_id,
                         const char *name, struct found *ret)
{
	int got = 0;
	if (meta_id && *meta_id)
		got = find(tx, hash, STMT_TEMPLATE_BY_META_ID, SQL_ARGS(sql_text(meta_id)), ret);
	if (got == 0 && name && *name && waba_id && *waba_id)
		got = find(tx, hash, STMT_TEMPLATE_BY_META_NAME, SQL_ARGS(sql_text(waba_id), sql_text(name)), ret);
	return got;
}

int template_verdict(struct store_tx *tx, const unsigned char *hash, const char *waba_id, const char *meta_id, const char *name,
                     const char *meta_status, const char *reason, msec_t now)
{
	struct found found;
	int got = find_template(tx, hash, waba_id, meta_id, name, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	enum template_status status = template_status_from_meta(found.status, meta_status);
	bool has_reason = reason && *reason && strcmp(reason, "NONE") != 0;
	return sql_run(tx->db, STMT_TEMPLATE_VERDICT,
	               SQL_ARGS(sql_int(found.no), sql_int(status), sql_text(meta_status),
	                        has_reason ? sql_text(reason) : sql_null(), meta_id && *meta_id ? sql_text(meta_id) : sql_null(),
	                        sql_int(now)),
	               NULL);
}

int template_quality(struct store_tx *tx, const unsigned char *hash, const char *meta_id, const char *quality, msec_t now)
{
	struct found found;
	int got = find_template(tx, hash, NULL, meta_id, NULL, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	return sql_run(tx->db, STMT_TEMPLATE_QUALITY, SQL_ARGS(sql_int(found.no), sql_text(quality), sql_int(now)), NULL);
}
