/* The way of a template to Meta and back: errands, and what Meta says, by answer or by webhook. */
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/holds.h"
#include "store/one.h"
#include "store/senders.h"
#include "store/template_row.h"

/* Columns of template_seen that are not the template's own, and the one behind them. */
enum { COL_SENDER = 20, COL_TRIES, COL_DELETED, COL_REFETCH = 35, COL_LIVE_SENDER };

int template_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct template_errand *ret, int max, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEMPLATE_ERRANDS, SQL_ARGS(sql_int(now), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		template_from_row(rows, arena, &ret[n].tpl);
		ret[n].sender_no = sql_col_int(rows, sql_is_null(rows, COL_LIVE_SENDER) ? COL_SENDER : COL_LIVE_SENDER);
		ret[n].deleting = !sql_is_null(rows, COL_DELETED);
		ret[n].refetch = sql_col_int(rows, COL_REFETCH) != 0;
		ret[n].tries = (int)sql_col_int(rows, COL_TRIES);
		n++;
	}
	if (more < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		bool submits = !ret[i].deleting && (!ret[i].tpl.meta_id || ret[i].tpl.editing);
		ret[i].samples = (struct template_samples){.state = TEMPLATE_SAMPLES_READY};
		if (submits && template_samples(tx, &ret[i].tpl, ret[i].sender_no, now, arena, &ret[i].samples) < 0)
			return -1;
	}
	*ret_n = n;
	return 0;
}

int template_errands_resume(struct store_tx *tx, msec_t now, msec_t until)
{
	return sql_run(tx->db, STMT_TEMPLATE_ERRANDS_RESUME, SQL_ARGS(sql_int(now), sql_int(until)), NULL);
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

int template_errand_at(struct store_tx *tx, int64_t no, msec_t next_ms)
{
	return sql_run(tx->db, STMT_TEMPLATE_ERRAND_AT, SQL_ARGS(sql_int(no), sql_int(next_ms)), NULL);
}

int template_submitted(struct store_tx *tx, int64_t no, const char *meta_id, const char *category, msec_t next_poll_ms,
                       msec_t now)
{
	if (sql_run(tx->db, STMT_TEMPLATE_SUBMITTED,
	            SQL_ARGS(sql_int(no), sql_text(meta_id), category && *category ? sql_text(category) : sql_null(),
	                     sql_int(next_poll_ms), sql_int(now)),
	            NULL) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_TEMPLATE_SUBMITTED, no, ACTIVITY_NO_FACTS, now);
}

int template_deleted_at_meta(struct store_tx *tx, int64_t no)
{
	return sql_run(tx->db, STMT_TEMPLATE_DELETED_AT_META, SQL_ARGS(sql_int(no)), NULL);
}

static int log_refusal(struct store_tx *tx, int64_t no, const char *reason, msec_t now)
{
	return activity_add(tx, ACTIVITY_TEMPLATE_REFUSED, no,
	                    ACTIVITY_FACTS({"reason", reason ? reason : "WhatsApp gave no reason.", 0}), now);
}

int template_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now)
{
	if (sql_run(tx->db, STMT_TEMPLATE_REFUSED, SQL_ARGS(sql_int(no), sql_text(reason), sql_int(now)), NULL) < 0)
		return -1;
	return log_refusal(tx, no, reason, now);
}

/* ---- what Meta says ---- */

struct found {
	int64_t no;
	enum template_status status;
	bool editing;
	bool unsupported;
	bool stopped;   /* by Meta's last word */
	char word[32];  /* that word; "" none */
	msec_t said_ms; /* when Meta said it; -1 unknown */
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
		*ret = (struct found){.no = sql_col_int(rows, 0),
		                      .status = (enum template_status)sql_col_int(rows, 3),
		                      .editing = sql_col_int(rows, 4) != 0,
		                      .unsupported = !sql_is_null(rows, 5),
		                      .stopped = !sql_is_null(rows, 6) && template_meta_stops(sql_col_text(rows, 6, NULL)),
		                      .said_ms = sql_is_null(rows, 7) ? -1 : sql_col_int(rows, 7)};
		snprintf(ret->word, sizeof(ret->word), "%s", sql_is_null(rows, 6) ? "" : sql_col_text(rows, 6, NULL));
		return may;
	}
	return more;
}

static bool given(const char *text)
{
	return text && *text;
}

/* By id; a verdict may also come before the answer that gives the id, then by the name that we made. 1 found, 0 not. */
static int find_template(struct store_tx *tx, const struct template_word *of, struct found *ret)
{
	int got = 0;
	if (given(of->meta_id))
		got = find(tx, of->hash, STMT_TEMPLATE_BY_META_ID, SQL_ARGS(sql_text(of->meta_id)), ret);
	if (got == 0 && given(of->meta_name) && given(of->waba_id))
		got = find(tx, of->hash, STMT_TEMPLATE_BY_META_NAME,
		           SQL_ARGS(sql_text(of->waba_id), sql_text(of->meta_name),
		                    given(of->language) ? sql_text(of->language) : sql_null()),
		           ret);
	return got;
}

/* While an edit is on its way Meta speaks of what was there before: its word is kept, the status is not moved by it. */
static enum template_status status_after(const struct found *found, const char *meta_status)
{
	if (found->editing)
		return found->status;
	enum template_status status = template_status_from_meta(found->status, meta_status);
	return status == TEMPLATE_COMPLETED && found->unsupported ? TEMPLATE_CANCELED : status;
}

/* Said again, it does not undo what a person resumed. */
static int hold_campaigns(struct store_tx *tx, const struct found *found, const char *meta_status, msec_t now)
{
	if (found->editing)
		return 0;
	if (template_meta_sends(meta_status))
		return template_release_campaigns(tx, found->no, now);
	if (template_meta_stops(meta_status) && !found->stopped)
		return template_hold_campaigns(tx, found->no, meta_status, now);
	return 0;
}

/* The same word again is no news. */
static int log_verdict(struct store_tx *tx, const struct found *found, const char *meta_status, const char *reason, msec_t now)
{
	if (strcmp(found->word, meta_status) == 0)
		return 0;
	if (template_meta_sends(meta_status))
		return activity_add(tx, ACTIVITY_TEMPLATE_APPROVED, found->no, ACTIVITY_NO_FACTS, now);
	if (strcmp(meta_status, "REJECTED") == 0)
		return log_refusal(tx, found->no, reason, now);
	if (template_meta_stops(meta_status))
		return activity_add(tx, ACTIVITY_TEMPLATE_STOPPED, found->no, ACTIVITY_FACTS({"status", meta_status, 0}), now);
	return 0;
}

/* Meta retries its webhooks for days and promises no order: one that was said before what is known may be over. An answer to us
 * is never old. */
static bool is_old(const struct found *found, const struct template_word *of)
{
	return of->hash && of->said_ms > 0 && of->said_ms < found->said_ms;
}

int template_verdict(struct store_tx *tx, const struct template_word *of, const char *meta_status, const char *reason, msec_t now)
{
	struct found found;
	int got = find_template(tx, of, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	if (is_old(&found, of)) /* which of the two holds, the template's record says */
		return strcmp(found.word, meta_status) == 0
		               ? 0
		               : sql_run(tx->db, STMT_TEMPLATE_ASK, SQL_ARGS(sql_int(found.no), sql_int(now)), NULL);
	bool has_reason = given(reason) && strcmp(reason, "NONE") != 0;
	if (sql_run(tx->db, STMT_TEMPLATE_VERDICT,
	            SQL_ARGS(sql_int(found.no), sql_int(status_after(&found, meta_status)), sql_text(meta_status),
	                     has_reason ? sql_text(reason) : sql_null(), given(of->meta_id) ? sql_text(of->meta_id) : sql_null(),
	                     sql_int(now), sql_int(of->hash && of->said_ms > 0 ? of->said_ms : now)),
	            NULL) < 0 ||
	    log_verdict(tx, &found, meta_status, has_reason ? reason : NULL, now) < 0 ||
	    hold_campaigns(tx, &found, meta_status, now) < 0)
		return -1;
	return template_unwatch(tx, found.no);
}

int template_quality(struct store_tx *tx, const struct template_word *of, const char *quality, msec_t now)
{
	struct found found;
	int got = find_template(tx, of, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	return sql_run(tx->db, STMT_TEMPLATE_QUALITY, SQL_ARGS(sql_int(found.no), sql_text(quality), sql_int(now)), NULL);
}

int template_category(struct store_tx *tx, const struct template_word *of, const char *category, const char *correct,
                      const char *previous, msec_t now)
{
	struct found found;
	int got = find_template(tx, of, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	return sql_run(tx->db, STMT_TEMPLATE_CATEGORY,
	               SQL_ARGS(sql_int(found.no), sql_text(category), given(correct) ? sql_text(correct) : sql_null(),
	                        given(previous) ? sql_text(previous) : sql_null(), sql_int(now)),
	               NULL);
}

int template_changed(struct store_tx *tx, const struct template_word *of, msec_t now)
{
	struct found found;
	int got = find_template(tx, of, &found);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	return sql_run(tx->db, STMT_TEMPLATE_REFETCH, SQL_ARGS(sql_int(found.no), sql_int(now)), NULL);
}
