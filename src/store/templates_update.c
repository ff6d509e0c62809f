/* Changing a template. A name is ours; so is whatever Meta does not see (where a medium lies, a fallback). The rest is an edit at
 * Meta, which judges the template anew: until then it cannot be used, and if Meta does not take the edit, it is what it was. */
#include <string.h>

#include "base/json.h"
#include "statements.h"
#include "store/activity.h"
#include "store/one.h"
#include "store/template_row.h"

#define EDIT_PAUSE_MS DAY_MS /* Meta takes one edit of an approved template a day, and ten in 30 days */

int template_edited(struct store_tx *tx, int64_t no, msec_t next_poll_ms, msec_t now)
{
	return sql_run(tx->db, STMT_TEMPLATE_EDITED, SQL_ARGS(sql_int(no), sql_int(next_poll_ms), sql_int(now)), NULL);
}

static int rewrite(struct store_tx *tx, int64_t no, const struct template_request *req, const struct content *content,
                   enum template_status status, const char *reason, msec_t now)
{
	return sql_run(tx->db, STMT_TEMPLATE_REWRITE,
	               SQL_ARGS(sql_int(no), sql_text(content->text), sql_text(content->type), sql_text(req->url),
	                        sql_text(req->media_id), sql_text(req->filename), sql_text(req->button_type),
	                        sql_text(req->button_text), sql_text(req->button_value), sql_text(req->components),
	                        sql_int(status), sql_text(reason), sql_int(now)),
	               NULL);
}

/* ---- what it was ---- */

static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{"text", offsetof(struct template_request, text)},
	{"type", offsetof(struct template_request, type)},
	{"url", offsetof(struct template_request, url)},
	{"media_id", offsetof(struct template_request, media_id)},
	{"filename", offsetof(struct template_request, filename)},
	{"button_type", offsetof(struct template_request, button_type)},
	{"button_text", offsetof(struct template_request, button_text)},
	{"button_value", offsetof(struct template_request, button_value)},
	{"components", offsetof(struct template_request, components)},
};
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

static const char *format_before(const struct template *tpl, struct arena *arena)
{
	const struct template_request was = template_content(tpl);
	buf_auto struct buf out;
	struct json_writer w;
	buf_init(&out, BUF_NO_LIMIT);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < N_MEMBERS; i++) {
		const char *value = *(const char *const *)(const void *)((const char *)&was + members[i].offset);
		if (value)
			json_put_text(&w, members[i].name, value);
	}
	json_put_int(&w, "status", tpl->status);
	json_close_object(&w);
	return arena_strdup(arena, buf_text(&out));
}

static int parse_before(const char *text, const char *category, struct arena *arena, struct template_request *ret,
                        enum template_status *ret_status)
{
	json_auto cJSON *tree = NULL;
	struct err err;
	int64_t status;
	if (!text || json_parse(text, strlen(text), &tree, &err) < 0 || !json_int(tree, "status", &status))
		return -1;
	*ret = (struct template_request){.wa_category = category};
	for (size_t i = 0; i < N_MEMBERS; i++)
		*(const char **)(void *)((char *)ret + members[i].offset) = arena_strdup(arena, json_text(tree, members[i].name));
	*ret_status = (enum template_status)status;
	return 0;
}

static void read_before(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(const char **)item = arena_strdup(arena, sql_col_text(rows, 33, NULL));
}

int template_edit_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct template tpl;
	struct template_request was;
	struct content content;
	enum template_status status;
	const char *before = NULL;
	const struct sql_value args[] = {sql_int(no), sql_int(0)};
	int got = one_row(tx, STMT_TEMPLATE_READ, args, 2, template_from_row, arena, &tpl);
	if (got != 0)
		return got < 0 ? -1 : 0; /* deleted meanwhile */
	if (!tpl.editing)
		return 0;
	if (one_row(tx, STMT_TEMPLATE_READ, args, 2, read_before, arena, &before) != 0 ||
	    parse_before(before, tpl.category, arena, &was, &status) < 0 ||
	    template_content_of(&was, tpl.params, arena, &content) < 0 ||
	    rewrite(tx, no, &was, &content, status, reason, now) < 0 ||
	    template_place_media(tx, tpl.account_no, no, content.form, arena) < 0)
		return -1;
	return sql_run(tx->db, STMT_TEMPLATE_EDIT_OVER, SQL_ARGS(sql_int(no)), NULL);
}

/* ---- the update ---- */

static bool has_content(const struct template_request *r)
{
	return r->text || r->components || r->type || r->url || r->media_id || r->filename || r->button_type || r->button_text ||
	       r->button_value;
}

/* Whether it can be edited at all now; false with a fault. */
static bool may_edit(const struct template *tpl, msec_t now, struct faults *faults)
{
	static const char *const editable[] = {"APPROVED", "REJECTED", "PAUSED"};
	bool good = !tpl->meta_id;
	char when[CLOCK_TEXT_BYTES];
	for (size_t i = 0; i < sizeof(editable) / sizeof(editable[0]); i++)
		good = good || (tpl->meta_status && strcmp(tpl->meta_status, editable[i]) == 0);
	if (!good) {
		fault_add(faults, FAULT_TEMPLATE_STATE, NULL,
		          "WhatsApp takes edits of a template that is APPROVED, REJECTED or PAUSED; this one is %s there",
		          tpl->meta_status ? tpl->meta_status : "unknown");
	} else if (tpl->meta_id && strcmp(tpl->meta_status, "APPROVED") == 0 && tpl->edit_ms >= 0 &&
	           now < tpl->edit_ms + EDIT_PAUSE_MS) {
		clock_format(tpl->edit_ms + EDIT_PAUSE_MS, when);
		good = false;
		fault_add(faults, FAULT_TEMPLATE_STATE, NULL,
		          "WhatsApp takes one edit of an approved template in 24 hours, and ten in 30 days; the next can be made "
		          "after %s",
		          when);
	}
	return good;
}

static int submit_edit(struct store_tx *tx, const struct template *tpl, const char *before, msec_t now)
{
	if (!tpl->meta_id)
		return sql_run(tx->db, STMT_TEMPLATE_RESUBMIT, SQL_ARGS(sql_int(tpl->no), sql_int(now)), NULL);
	return sql_run(tx->db, STMT_TEMPLATE_BEGIN_EDIT, SQL_ARGS(sql_int(tpl->no), sql_text(before), sql_int(now)), NULL);
}

static bool is_same_at_meta(struct store_tx *tx, const struct template *tpl, const struct template_request *merged,
                            struct arena *arena)
{
	struct template_form *was = arena_alloc(arena, sizeof(*was)), *is = arena_alloc(arena, sizeof(*is));
	struct faults *faults = arena_alloc(arena, sizeof(*faults));
	struct err err;
	faults_init(faults);
	template_form_build(merged, tpl->params, arena, is, faults);
	/* What lacks a part that Meta does not keep makes no whole form, yet tells enough. */
	if (template_form_open(tx, tpl, arena, was, &err) < 0 && !tpl->unsupported)
		return false;
	return tpl->meta_id && template_form_same(was, is);
}

int template_check_state(struct store_tx *tx, const struct template *tpl, struct faults *faults)
{
	if (tpl->status == TEMPLATE_IN_PROCESS) {
		fault_add(faults, FAULT_TEMPLATE_STATE, NULL, "The template is IN_PROCESS: wait for WhatsApp's verdict");
		return 0;
	}
	int used = one_find(tx, STMT_TEMPLATE_IN_USE, SQL_ARGS(sql_int(tpl->no)), NULL);
	if (used > 0)
		fault_add(faults, FAULT_TEMPLATE_STATE, NULL,
		          "The template is used by a campaign that is scheduled or in progress");
	return used < 0 ? -1 : 0;
}

/* 0, or 2 with a fault, -1. */
static int update_content(struct store_tx *tx, const struct template *tpl, const struct template_request *req, msec_t now,
                          struct arena *arena, struct faults *faults)
{
	struct template_request merged;
	struct content content;
	size_t n_faults = faults->n;
	template_merge(tpl, req, arena, &merged, faults);
	if (faults->n == n_faults)
		template_judge_content(&merged, tpl->params, arena, faults);
	if (!faults_any(faults) && template_check_state(tx, tpl, faults) < 0)
		return -1;
	if (faults_any(faults))
		return 2;
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	int64_t media[TEMPLATE_MAX_MEDIA];
	int n_media;
	template_form_build(&merged, tpl->params, arena, form, faults);
	if (template_media_find(tx, tpl->account_no, form, !merged.components, arena, faults, media, &n_media) < 0)
		return -1;
	if (faults_any(faults))
		return 2;
	if (template_content_of(&merged, tpl->params, arena, &content) < 0 ||
	    template_place_media(tx, tpl->account_no, tpl->no, content.form, arena) < 0)
		return -1;
	if (is_same_at_meta(tx, tpl, &merged, arena)) {
		bool usable = tpl->meta_status && template_status_from_meta(tpl->status, tpl->meta_status) == TEMPLATE_COMPLETED;
		return rewrite(tx, tpl->no, &merged, &content, usable ? TEMPLATE_COMPLETED : tpl->status,
		               usable ? NULL : tpl->reason, now);
	}
	if (!may_edit(tpl, now, faults))
		return 2;
	const char *before = format_before(tpl, arena);
	return rewrite(tx, tpl->no, &merged, &content, TEMPLATE_IN_PROCESS, NULL, now) < 0 ||
	                       submit_edit(tx, tpl, before, now) < 0
	               ? -1
	               : 0;
}

int template_update(struct store_tx *tx, int64_t account_no, int64_t no, const struct template_request *req, msec_t now,
                    struct faults *faults)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct template tpl;
	int got = template_read(tx, account_no, no, arena, &tpl);
	if (got != 0)
		return got;
	int taken = req->name && !faults_on(faults, "name") ? template_name_taken(tx, account_no, req->name, no) : 0;
	if (taken < 0)
		return -1;
	if (taken)
		fault_add(faults, FAULT_TEMPLATE_NAME_TAKEN, "name", " is the name of another template already");
	int result = has_content(req) ? update_content(tx, &tpl, req, now, arena, faults) : faults_any(faults) ? 2 : 0;
	if (result != 0)
		return result;
	if (req->name &&
	    sql_run(tx->db, STMT_TEMPLATE_RENAME, SQL_ARGS(sql_int(no), sql_text(req->name), sql_int(now)), NULL) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_TEMPLATE_CHANGED, no, ACTIVITY_NO_FACTS, now);
}
