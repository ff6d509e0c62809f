#include "store/campaigns.h"

#include <stdio.h>
#include <string.h>

#include "model/template.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/campaign_row.h"
#include "store/hold_row.h"
#include "store/hook_note.h"
#include "store/ledger_row.h"
#include "store/one.h"

static int find_sender(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, struct faults *faults,
                       struct campaign_refs *ret)
{
	int got = one_find(tx, STMT_CAMPAIGN_SENDER_OF, SQL_ARGS(sql_int(account_no), sql_text(req->from)), &ret->sender_no);
	if (got == 0)
		fault_add(faults, FAULT_CAMPAIGN_FROM_UNKNOWN, "from", " is not the name of a WhatsApp sender of this account");
	return got < 0 ? -1 : 0;
}

static int find_template(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, struct faults *faults,
                         struct campaign_refs *ret)
{
	int64_t no;
	if (!pubid_open(tx->ids, PUBID_TEMPLATE, &req->template_uuid, &no, NULL))
		no = -1;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CAMPAIGN_TEMPLATE_OF, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(ret->sender_no)),
	              &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got < 0)
		return -1;
	if (got == 0) {
		fault_add(faults, FAULT_CAMPAIGN_REFERENCE, "template", " does not exist for the channel whatsapp");
		return 0;
	}
	ret->template_no = no;
	if (sql_col_int(rows, 0) != TEMPLATE_COMPLETED)
		fault_add(faults, FAULT_CAMPAIGN_TEMPLATE_STATE, "template",
		          " is not COMPLETED: only a template approved by WhatsApp can be sent");
	else if (ret->sender_no != 0 && sql_is_null(rows, 1))
		fault_add(faults, FAULT_CAMPAIGN_REFERENCE, "template",
		          " belongs to another WhatsApp Business Account than the sender");
	return 0;
}

static int find_audience(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, struct faults *faults,
                         struct campaign_refs *ret)
{
	int64_t no;
	if (!pubid_open(tx->ids, PUBID_AUDIENCE, &req->audience_uuid, &no, NULL))
		no = -1;
	int got = one_find(tx, STMT_CAMPAIGN_AUDIENCE_OF, SQL_ARGS(sql_int(no), sql_int(account_no)), &ret->snapshot_v);
	ret->audience_no = no;
	if (got == 0)
		fault_add(faults, FAULT_CAMPAIGN_REFERENCE, "audience", " does not exist");
	return got < 0 ? -1 : 0;
}

/* 0 free, 1 taken. */
static int name_taken(struct store_tx *tx, int64_t account_no, const char *name, int64_t *ret_no)
{
	return one_find(tx, STMT_CAMPAIGN_NAME_TAKEN, SQL_ARGS(sql_int(account_no), sql_text(name)), ret_no);
}

/* `Campaign <create_date>`, then ` (2)`, ` (3)`… */
static int free_name(struct store_tx *tx, int64_t account_no, msec_t now, struct arena *arena, const char **ret)
{
	char when[CLOCK_TEXT_BYTES];
	clock_format(now, when);
	for (int i = 1;; i++) {
		const char *name = i == 1 ? arena_printf(arena, "Campaign %s", when)
		                          : arena_printf(arena, "Campaign %s (%d)", when, i);
		int taken = name_taken(tx, account_no, name, NULL);
		if (taken <= 0) {
			*ret = name;
			return taken;
		}
	}
}

static int find_name(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now, struct arena *arena,
                     struct faults *faults, const char **ret)
{
	if (!req->name)
		return free_name(tx, account_no, now, arena, ret);
	*ret = req->name;
	int taken = name_taken(tx, account_no, req->name, NULL);
	if (taken > 0)
		fault_add(faults, FAULT_CAMPAIGN_NAME_TAKEN, "name", " is the name of another campaign already");
	return taken < 0 ? -1 : 0;
}

static int64_t given(int64_t option, int64_t otherwise)
{
	return option >= 0 ? option : otherwise;
}

static int insert(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, const struct campaign_refs *refs,
                  const char *name, msec_t now, int64_t *ret_no)
{
	bool at_once = req->schedule_ms < 0;
	bool resend = req->on_unconfirmed && strcmp(req->on_unconfirmed, "resend") == 0;
	bool fail = req->on_capped && strcmp(req->on_capped, "fail") == 0;
	return one_insert(
		tx, STMT_CAMPAIGN_INSERT,
		SQL_ARGS(sql_int(account_no), sql_text(name), sql_int(at_once ? CAMPAIGN_IN_PROGRESS : CAMPAIGN_SCHEDULED),
	                 sql_int(refs->sender_no), sql_text(req->from), sql_int(refs->template_no), sql_int(refs->audience_no),
	                 row_time(req->schedule_ms), row_time(req->deadline_ms), at_once ? sql_int(now) : sql_null(),
	                 sql_int(resend ? UNCONFIRMED_RESEND : UNCONFIRMED_HOLD),
	                 sql_int(req->late_start_limit >= 0 ? req->late_start_limit : CAMPAIGN_LATE_START_DEFAULT_MIN),
	                 sql_int(req->rate > 0 ? req->rate : 0), at_once ? sql_int(refs->snapshot_v) : sql_null(), sql_int(now),
	                 sql_int(fail ? CAPPED_FAIL : CAPPED_RETRY), sql_int(given(req->brake, CAMPAIGN_BRAKE_DEFAULT_PCT)),
	                 sql_int(given(req->canary, 0)), sql_int(given(req->canary_wait, CAMPAIGN_CANARY_WAIT_DEFAULT_MIN))),
		ret_no);
}

static int check(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now, struct arena *arena,
                 struct faults *faults, struct campaign_refs *refs, const char **ret_name)
{
	*refs = (struct campaign_refs){0};
	if ((!faults_on(faults, "name") && find_name(tx, account_no, req, now, arena, faults, ret_name) < 0) ||
	    (!faults_on(faults, "from") && find_sender(tx, account_no, req, faults, refs) < 0) ||
	    (!faults_on(faults, "template") && find_template(tx, account_no, req, faults, refs) < 0) ||
	    (!faults_on(faults, "audience") && find_audience(tx, account_no, req, faults, refs) < 0))
		return -1;
	if (!faults_on(faults, "template") && !faults_on(faults, "audience") &&
	    campaign_judge_keys(tx, refs->template_no, refs->audience_no, arena, faults) < 0)
		return -1;
	campaign_sort_faults(faults);
	return faults_any(faults) ? 1 : 0;
}

int campaign_check(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now, struct arena *arena,
                   struct faults *faults, struct campaign_refs *ret)
{
	const char *name = NULL;
	return check(tx, account_no, req, now, arena, faults, ret, &name);
}

int campaign_create(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now, struct arena *arena,
                    struct faults *faults, int64_t *ret_no)
{
	struct campaign_refs refs;
	const char *name = NULL;
	int faulty = check(tx, account_no, req, now, arena, faults, &refs, &name);
	if (faulty != 0)
		return faulty;
	if (insert(tx, account_no, req, &refs, name, now, ret_no) < 0 ||
	    activity_add(tx, ACTIVITY_CAMPAIGN_CREATED, *ret_no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	if (req->schedule_ms < 0)
		return campaign_started(tx, *ret_no, now);
	return hook_note_campaign(tx, *ret_no, now);
}

int campaign_read_counts(struct store_tx *tx, struct campaign *c)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TALLY_STATES, SQL_ARGS(sql_int(c->no)), &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0) {
		int64_t state = sql_col_int(rows, 0);
		if (state >= 0 && state < N_STATES)
			c->count[state] = sql_col_int(rows, 1);
	}
	return more;
}

enum { COL_CANARY = 25, COL_CANARY_WAIT = 26, COL_BRAKE = 28 };
static const struct hold_columns own_hold = {.reason = 16, .rule = 17, .since = 18, .code = 22};
static const struct hold_columns sender_hold_at = {.reason = 29, .rule = 30, .since = 31, .code = 32};

/* A column of the view campaign_seen. */
void campaign_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct campaign *c = item;
	*c = (struct campaign){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.name = arena_strdup(arena, sql_col_text(rows, 2, NULL)),
		.status = (enum campaign_status)sql_col_int(rows, 3),
		.sender_no = sql_col_int(rows, 4),
		.template_no = sql_col_int(rows, 5),
		.audience_no = sql_col_int(rows, 6),
		.sender_name = arena_strdup(arena, sql_col_text(rows, 7, NULL)),
		.schedule_ms = row_col_time(rows, 8),
		.deadline_ms = row_col_time(rows, 9),
		.start_ms = row_col_time(rows, 10),
		.end_ms = row_col_time(rows, 11),
		.on_unconfirmed = (enum on_unconfirmed)sql_col_int(rows, 12),
		.late_start_limit_min = sql_col_int(rows, 13),
		.rate = sql_col_int(rows, 14),
		.frozen = sql_col_int(rows, 15) != 0,
		.hold = hold_from_row(rows, &own_hold, arena),
		.sender_hold = hold_from_row(rows, &sender_hold_at, arena),
		.canary = sql_col_int(rows, COL_CANARY),
		.canary_wait_min = sql_col_int(rows, COL_CANARY_WAIT),
		.brake = sql_col_int(rows, COL_BRAKE),
		.create_ms = sql_col_int(rows, 19),
		.update_ms = sql_col_int(rows, 20),
		.on_capped = (enum on_capped)sql_col_int(rows, 21),
	};
}

int campaign_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct campaign *ret)
{
	int got = one_row(tx, STMT_CAMPAIGN_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), campaign_from_row, arena, ret);
	return got != 0 ? got : campaign_read_counts(tx, ret);
}

/* What was done to a campaign, where anything was. */
static int logged(struct store_tx *tx, enum activity_action action, int64_t no, int result, int64_t changes, msec_t now)
{
	return result == 0 && changes > 0 ? activity_add(tx, action, no, ACTIVITY_NO_FACTS, now) : result;
}

/* 1 unknown, 2 otherwise: why an update of a campaign touched no row. */
static int why_not(struct store_tx *tx, int64_t account_no, int64_t no)
{
	int got = one_find(tx, STMT_CAMPAIGN_EXISTS, SQL_ARGS(sql_int(no), sql_int(account_no)), NULL);
	return got < 0 ? -1 : got ? 2 : 1;
}

static int changed_or_why(struct store_tx *tx, int64_t account_no, int64_t no, int result, int64_t changes)
{
	if (result < 0)
		return -1;
	return changes ? 0 : why_not(tx, account_no, no);
}

/* The same for what clients are told of by webhook. */
static int told_or_why(struct store_tx *tx, int64_t account_no, int64_t no, int result, int64_t changes, msec_t now)
{
	if (result == 0 && changes > 0)
		return hook_note_campaign(tx, no, now);
	return changed_or_why(tx, account_no, no, result, changes);
}

static void name_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(const char **)item = one_text(rows, 2, arena);
}

int campaign_rename(struct store_tx *tx, int64_t account_no, int64_t no, const char *name, msec_t now)
{
	int64_t holder = 0, changes = 0;
	int taken = name_taken(tx, account_no, name, &holder);
	if (taken < 0 || (taken > 0 && holder != no))
		return taken < 0 ? -1 : 2;
	arena_auto struct arena *arena = arena_create(512);
	const char *before = NULL;
	int known = one_row(tx, STMT_CAMPAIGN_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), name_from_row, arena, &before);
	if (known != 0)
		return known;
	int result = sql_run(tx->db, STMT_CAMPAIGN_RENAME,
	                     SQL_ARGS(sql_int(no), sql_int(account_no), sql_text(name), sql_int(now)), &changes);
	if (result == 0 && strcmp(before, name) != 0)
		result = activity_add(tx, ACTIVITY_CAMPAIGN_RENAMED, no, ACTIVITY_FACTS({"from", before, 0}), now);
	return changed_or_why(tx, account_no, no, result, changes);
}

int campaign_reschedule(struct store_tx *tx, int64_t account_no, int64_t no, msec_t schedule_ms, msec_t now)
{
	int64_t changes = 0;
	int result = sql_run(tx->db, STMT_CAMPAIGN_RESCHEDULE,
	                     SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(schedule_ms), sql_int(now)), &changes);
	char when[CLOCK_TEXT_BYTES];
	clock_format(schedule_ms, when);
	if (result == 0 && changes > 0)
		result = activity_add(tx, ACTIVITY_CAMPAIGN_RESCHEDULED, no, ACTIVITY_FACTS({"schedule", when, 0}), now);
	return changed_or_why(tx, account_no, no, result, changes);
}

int campaign_cancel(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	int64_t changes = 0;
	int result = sql_run(tx->db, STMT_CAMPAIGN_CANCEL, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(now)), &changes);
	result = logged(tx, ACTIVITY_CAMPAIGN_CANCELED, no, result, changes, now);
	return told_or_why(tx, account_no, no, result, changes, now);
}

int campaign_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now)
{
	int64_t changes = 0;
	int result = sql_run(tx->db, STMT_CAMPAIGN_DELETE, SQL_ARGS(sql_int(no), sql_int(account_no), sql_int(now)), &changes);
	result = logged(tx, ACTIVITY_CAMPAIGN_DELETED, no, result, changes, now);
	return changed_or_why(tx, account_no, no, result, changes);
}
