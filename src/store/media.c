#include "store/media.h"

#include <sodium.h>
#include <string.h>

#include "statements.h"
#include "store/campaigns.h"
#include "store/list.h"
#include "store/one.h"

enum { COL_SENDER = 11, COL_PURPOSE, COL_TRIES, COL_EXPIRE, COL_PHONE };

/* Columns of the view media_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct medium *m = item;
	*m = (struct medium){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.kind = (enum media_kind)sql_col_int(rows, 2),
		.mime_type = one_text(rows, 3, arena),
		.size = sql_col_int(rows, 4),
		.sha256 = one_text(rows, 5, arena),
		.file_name = arena_strdup(arena, sql_col_text(rows, 6, NULL)),
		.url = arena_strdup(arena, sql_col_text(rows, 7, NULL)),
		.create_ms = sql_col_int(rows, 8),
		.update_ms = sql_col_int(rows, 9),
	};
}

int media_create(struct store_tx *tx, const struct medium *m, int64_t max_bytes, msec_t now, int64_t *ret_no)
{
	int64_t bytes = 0;
	int same = one_find(tx, STMT_MEDIA_SAME, SQL_ARGS(sql_int(m->account_no), sql_text(m->sha256), sql_text(m->mime_type)),
	                    ret_no);
	if (same != 0)
		return same < 0 ? -1 : 0;
	if (max_bytes > 0 && list_count(tx, STMT_MEDIA_BYTES, SQL_ARGS(sql_int(m->account_no)), &bytes) < 0)
		return -1;
	if (max_bytes > 0 && bytes + m->size > max_bytes)
		return 1;
	return one_insert(tx, STMT_MEDIA_INSERT,
	                  SQL_ARGS(sql_int(m->account_no), sql_int(m->kind), sql_text(m->mime_type), sql_int(m->size),
	                           sql_text(m->sha256), sql_text(m->file_name), sql_text(m->url), sql_int(now)),
	                  ret_no);
}

int media_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct medium *ret)
{
	return one_row(tx, STMT_MEDIA_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int media_list(struct store_tx *tx, int64_t account_no, const struct media_filter *filter, struct page *page, struct arena *arena,
               struct medium *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_MEDIA_LIST_BEFORE,
	                    .after = STMT_MEDIA_LIST_AFTER,
	                    .count = STMT_MEDIA_COUNT,
	                    .arg = {sql_int(account_no), sql_int(filter->kind)},
	                    .n_args = 2,
	                    .n_count_args = 2,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int media_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct medium medium;
	int known = media_read(tx, account_no, no, arena, &medium);
	if (known != 0)
		return known;
	int shown = one_find(tx, STMT_MEDIA_SHOWN, SQL_ARGS(sql_int(no)), NULL);
	if (shown != 0)
		return shown < 0 ? -1 : 2;
	return sql_run(tx->db, STMT_MEDIA_DELETE, SQL_ARGS(sql_int(no), sql_int(now)), NULL);
}

int media_needs_file(struct store_tx *tx, const char *sha256, bool *ret)
{
	int got = one_find(tx, STMT_MEDIA_OF_FILE, SQL_ARGS(sql_text(sha256)), NULL);
	if (got == 0)
		got = one_find(tx, STMT_MEDIA_ERRAND_OF_FILE, SQL_ARGS(sql_text(sha256)), NULL);
	if (got < 0)
		return -1;
	*ret = got > 0;
	return 0;
}

/* ---- where they came from ---- */

static struct sql_value hash_of(const char *url, unsigned char out[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256(out, (const unsigned char *)url, strlen(url));
	return sql_blob(out, crypto_hash_sha256_BYTES);
}

int media_from_url(struct store_tx *tx, int64_t account_no, const char *url, msec_t since, int64_t *ret_no)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	int got = one_find(tx, STMT_MEDIA_FROM_URL, SQL_ARGS(sql_int(account_no), hash_of(url, hash), sql_int(since)), ret_no);
	return got < 0 ? -1 : !got;
}

int media_note_url(struct store_tx *tx, int64_t account_no, const char *url, int64_t media_no, msec_t now)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	return sql_run(tx->db, STMT_MEDIA_NOTE_URL,
	               SQL_ARGS(sql_int(account_no), hash_of(url, hash), sql_int(media_no), sql_int(now)), NULL);
}

/* ---- what templates show ---- */

int template_media_set(struct store_tx *tx, int64_t template_no, const int64_t *media_no, int n)
{
	if (sql_run(tx->db, STMT_TEMPLATE_MEDIA_CLEAR, SQL_ARGS(sql_int(template_no)), NULL) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (media_no[i] && sql_run(tx->db, STMT_TEMPLATE_MEDIA_ADD,
		                           SQL_ARGS(sql_int(template_no), sql_int(i), sql_int(media_no[i])), NULL) < 0)
			return -1;
	return 0;
}

int template_media_of(struct store_tx *tx, int64_t template_no, int64_t ret[MEDIA_PER_TEMPLATE_MAX], int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEMPLATE_MEDIA_OF, SQL_ARGS(sql_int(template_no), sql_int(MEDIA_PER_TEMPLATE_MAX)), &rows) < 0)
		return -1;
	int n = 0, more;
	memset(ret, 0, MEDIA_PER_TEMPLATE_MAX * sizeof(*ret));
	while ((more = sql_next(rows)) > 0) {
		n = (int)sql_col_int(rows, 0) + 1;
		ret[n - 1] = sql_col_int(rows, 1);
	}
	*ret_n = n;
	return more;
}

int template_media_waits(struct store_tx *tx, int64_t template_no, int64_t sender_no, msec_t now, struct arena *arena,
                         const char **ret_reason)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEMPLATE_MEDIA_WAITS, SQL_ARGS(sql_int(template_no), sql_int(sender_no), sql_int(now)),
	              &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	const char *kind = media_kind_text((enum media_kind)sql_col_int(rows, 0)), *reason = sql_col_text(rows, 1, NULL);
	*ret_reason = arena_printf(arena, "The template's %s is being uploaded to WhatsApp%s%s", kind, reason ? ": " : "",
	                           reason ? reason : "");
	return 1;
}

/* ---- Meta's ids ---- */

struct at_meta {
	const char *meta_id, *reason;
	msec_t upload_ms, expire_ms, refused_ms;
	bool under_way;
};

static void at_meta_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct at_meta *a = item;
	*a = (struct at_meta){
		.meta_id = arena_strdup(arena, sql_col_text(rows, 0, NULL)),
		.upload_ms = sql_col_int(rows, 1),
		.expire_ms = sql_col_int(rows, 2),
		.under_way = !sql_is_null(rows, 3),
		.refused_ms = sql_is_null(rows, 4) ? -1 : sql_col_int(rows, 4),
		.reason = arena_strdup(arena, sql_col_text(rows, 5, NULL)),
	};
}

static int at_meta_read(struct store_tx *tx, int64_t media_no, int64_t sender_no, enum media_purpose purpose, struct arena *arena,
                        struct at_meta *ret)
{
	*ret = (struct at_meta){.refused_ms = -1};
	return one_row(tx, STMT_MEDIA_AT_META_READ, SQL_ARGS(sql_int(media_no), sql_int(sender_no), sql_int(purpose)),
	               at_meta_from_row, arena, ret);
}

static msec_t renew_ms(enum media_purpose purpose)
{
	return purpose == MEDIA_TO_SEND ? MEDIA_RENEW_MS : MEDIA_MARGIN_MS;
}

int media_want(struct store_tx *tx, int64_t media_no, int64_t sender_no, enum media_purpose purpose, msec_t now)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct at_meta a;
	if (at_meta_read(tx, media_no, sender_no, purpose, arena, &a) < 0)
		return -1;
	bool fresh = a.meta_id && a.expire_ms > now + renew_ms(purpose);
	bool refused = a.refused_ms >= 0 && a.refused_ms > now - MEDIA_REFUSAL_MS;
	if (fresh || refused || a.under_way)
		return 0;
	return sql_run(tx->db, STMT_MEDIA_AT_META_WANT,
	               SQL_ARGS(sql_int(media_no), sql_int(sender_no), sql_int(purpose), sql_int(now)), NULL);
}

int media_ready(struct store_tx *tx, int64_t media_no, int64_t sender_no, enum media_purpose purpose, msec_t now,
                struct arena *arena, struct media_at_meta *ret)
{
	struct at_meta a;
	if (at_meta_read(tx, media_no, sender_no, purpose, arena, &a) < 0)
		return -1;
	bool ready = a.meta_id && a.expire_ms > now + MEDIA_MARGIN_MS;
	*ret = (struct media_at_meta){.meta_id = ready ? a.meta_id : NULL, .upload_ms = a.upload_ms, .reason = a.reason};
	return ready ? 0 : a.refused_ms >= 0 ? 2 : 1;
}

int media_forget(struct store_tx *tx, int64_t media_no, int64_t sender_no, msec_t uploaded_until, msec_t now)
{
	return sql_run(tx->db, STMT_MEDIA_AT_META_FORGET,
	               SQL_ARGS(sql_int(media_no), sql_int(sender_no), sql_int(uploaded_until), sql_int(now)), NULL);
}

int media_failed(struct store_tx *tx, int64_t campaign_no, msec_t now)
{
	int64_t media_no[MEDIA_PER_TEMPLATE_MAX], template_no, sender_no = 0;
	int n;
	int running = one_find(tx, STMT_MEDIA_CAMPAIGN_RUNNING, SQL_ARGS(sql_int(campaign_no)), &template_no);
	if (running <= 0)
		return running < 0 ? -1 : 1;
	if (one_find(tx, STMT_MEDIA_CAMPAIGN_SENDER, SQL_ARGS(sql_int(campaign_no)), &sender_no) < 0 ||
	    template_media_of(tx, template_no, media_no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (media_no[i] && media_forget(tx, media_no[i], sender_no, now, now) < 0)
			return -1;
	if (n == 0)
		return 1;
	struct hold hold = hold_for(HOLD_MEDIUM, "WhatsApp could not use the template's medium.");
	return campaign_hold(tx, 0, campaign_no, &hold, now);
}

/* ---- errands ---- */

int media_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct media_errand *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_MEDIA_ERRANDS, SQL_ARGS(sql_int(now), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		struct media_errand *e = &ret[n++];
		from_row(rows, arena, &e->medium);
		e->sender_no = sql_col_int(rows, COL_SENDER);
		e->purpose = (enum media_purpose)sql_col_int(rows, COL_PURPOSE);
		e->tries = (int)sql_col_int(rows, COL_TRIES);
		e->renewal = sql_col_int(rows, COL_EXPIRE) > now;
		e->phone_number_id = one_text(rows, COL_PHONE, arena);
	}
	*ret_n = n;
	return more;
}

int media_errands_resume(struct store_tx *tx, msec_t now, msec_t until)
{
	return sql_run(tx->db, STMT_MEDIA_ERRANDS_RESUME, SQL_ARGS(sql_int(now), sql_int(until)), NULL);
}

int media_next_errand(struct store_tx *tx, msec_t *ret)
{
	msec_t next = -1;
	int got = one_find(tx, STMT_MEDIA_NEXT_ERRAND, NULL, 0, &next);
	*ret = next;
	return got < 0 ? -1 : 0;
}

#define ERRAND_KEY(e) sql_int((e)->medium.no), sql_int((e)->sender_no), sql_int((e)->purpose)

int media_errand_later(struct store_tx *tx, const struct media_errand *e, msec_t next_ms, const char *reason)
{
	return sql_run(tx->db, STMT_MEDIA_ERRAND_LATER, SQL_ARGS(ERRAND_KEY(e), sql_int(next_ms), sql_text(reason)), NULL);
}

/* A first upload was wanted by somebody; only a renewal asks whether anybody still does. */
int media_still_needed(struct store_tx *tx, const struct media_errand *e, bool *ret)
{
	int needed = 1;
	if (e->renewal)
		needed = one_find(tx, STMT_MEDIA_CAMPAIGN_NEEDS, SQL_ARGS(sql_int(e->medium.no), sql_int(e->sender_no)), NULL);
	if (needed < 0 || (!needed && sql_run(tx->db, STMT_MEDIA_ERRAND_END, SQL_ARGS(ERRAND_KEY(e)), NULL) < 0))
		return -1;
	*ret = needed > 0;
	return 0;
}

int media_uploaded(struct store_tx *tx, const struct media_errand *e, const char *meta_id, msec_t now)
{
	bool sample = e->purpose == MEDIA_AS_SAMPLE;
	msec_t expire = now + (sample ? MEDIA_SAMPLE_LIFE_MS : MEDIA_ID_LIFE_MS);
	if (sql_run(tx->db, STMT_MEDIA_UPLOADED,
	            SQL_ARGS(ERRAND_KEY(e), sql_text(meta_id), sql_int(now), sql_int(expire),
	                     sample ? sql_null() : sql_int(expire - MEDIA_RENEW_MS)),
	            NULL) < 0)
		return -1;
	return sample ? sql_run(tx->db, STMT_MEDIA_HURRY_TEMPLATES, SQL_ARGS(sql_int(e->medium.no), sql_int(now)), NULL) : 0;
}

int media_refused(struct store_tx *tx, const struct media_errand *e, const char *reason, msec_t now)
{
	if (sql_run(tx->db, STMT_MEDIA_REFUSED, SQL_ARGS(ERRAND_KEY(e), sql_int(now), sql_text(reason)), NULL) < 0)
		return -1;
	return e->purpose == MEDIA_AS_SAMPLE
	               ? sql_run(tx->db, STMT_MEDIA_HURRY_TEMPLATES, SQL_ARGS(sql_int(e->medium.no), sql_int(now)), NULL)
	               : 0;
}
