#include "store/templates.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/list.h"
#include "store/media.h"
#include "store/one.h"
#include "store/senders.h"
#include "store/template_row.h"

/* Columns of the view template_seen. */
void template_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
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
		.url = arena_strdup(arena, sql_col_text(rows, 24, NULL)),
		.media_id = arena_strdup(arena, sql_col_text(rows, 25, NULL)),
		.filename = arena_strdup(arena, sql_col_text(rows, 26, NULL)),
		.components = arena_strdup(arena, sql_col_text(rows, 27, NULL)),
		.params = (enum template_params)sql_col_int(rows, 28),
		.unsupported = arena_strdup(arena, sql_col_text(rows, 29, NULL)),
		.correct_category = arena_strdup(arena, sql_col_text(rows, 30, NULL)),
		.previous_category = arena_strdup(arena, sql_col_text(rows, 31, NULL)),
		.editing = sql_col_int(rows, 32) != 0,
		.edit_ms = sql_is_null(rows, 34) ? -1 : sql_col_int(rows, 34),
	};
}

int template_content_of(const struct template_request *req, enum template_params params, struct arena *arena, struct content *ret)
{
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	struct faults *faults = arena_alloc(arena, sizeof(*faults));
	faults_init(faults);
	template_form_build(req, params, arena, form, faults);
	ret->text = form->main.body_source ? form->main.body_source : "";
	ret->type = template_form_type(form);
	ret->form = form;
	return faults_any(faults) ? -1 : 0;
}

int template_place_media(struct store_tx *tx, int64_t account_no, int64_t no, struct template_form *form, struct arena *arena)
{
	int64_t media[TEMPLATE_MAX_MEDIA];
	int n;
	if (template_media_find(tx, account_no, form, false, arena, NULL, media, &n) < 0)
		return -1;
	return template_media_set(tx, no, media, n);
}

int template_name_taken(struct store_tx *tx, int64_t account_no, const char *name, int64_t except_no)
{
	int64_t holder = 0;
	int taken = one_find(tx, STMT_TEMPLATE_NAME_TAKEN, SQL_ARGS(sql_int(account_no), sql_text(name)), &holder);
	return taken <= 0 ? taken : holder != except_no;
}

int template_create(struct store_tx *tx, int64_t account_no, int64_t sender_no, const struct template_request *req, msec_t now,
                    int64_t *ret_no)
{
	arena_auto struct arena *arena = arena_create(16384);
	struct sender sender;
	struct content content;
	char tag[40], meta_name[512];
	if (template_content_of(req, TEMPLATE_PARAMS_EACH, arena, &content) < 0)
		return -1;
	int taken = template_name_taken(tx, account_no, req->name, 0);
	if (taken != 0)
		return taken;
	if (sender_read(tx, account_no, sender_no, arena, &sender) != 0 ||
	    one_insert(tx, STMT_TEMPLATE_INSERT,
	               SQL_ARGS(sql_int(account_no), sql_int(sender_no), sql_text(req->name), sql_text(content.text),
	                        sql_text(content.type), sql_text(req->wa_category), sql_text(sender.code),
	                        sql_text(sender.waba_id), sql_text(req->language ? req->language : "en_US"),
	                        sql_text(req->button_type), sql_text(req->button_text), sql_text(req->button_value), sql_int(now),
	                        sql_text(req->url), sql_text(req->media_id), sql_text(req->filename), sql_text(req->components)),
	               ret_no) < 0)
		return -1;
	snprintf(tag, sizeof(tag), "%s_%" PRIx64, tx->instance, (uint64_t)*ret_no);
	template_meta_name(req->name, tag, meta_name, sizeof(meta_name));
	if (sql_run(tx->db, STMT_TEMPLATE_SET_META_NAME, SQL_ARGS(sql_int(*ret_no), sql_text(meta_name)), NULL) < 0)
		return -1;
	if (activity_add(tx, ACTIVITY_TEMPLATE_CREATED, *ret_no, ACTIVITY_NO_FACTS, now) < 0)
		return -1;
	return template_place_media(tx, account_no, *ret_no, content.form, arena);
}

int template_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct template *ret)
{
	return one_row(tx, STMT_TEMPLATE_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), template_from_row, arena, ret);
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
	                    .read = template_from_row,
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
	if (sql_run(tx->db, STMT_TEMPLATE_DELETE, SQL_ARGS(sql_int(no), sql_int(now)), NULL) < 0)
		return -1;
	return activity_add(tx, ACTIVITY_TEMPLATE_DELETED, no, ACTIVITY_NO_FACTS, now);
}
