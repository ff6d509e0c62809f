/* Media: files are uploaded here once, and shown by templates and messages. The body is written to a file as it comes; what it
 * is, and keeping it, is the keeper's. */
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "api/keeper.h"
#include "api/media_need.h"
#include "api/multipart.h"
#include "api/route.h"
#include "base/text.h"

#define MULTIPART_MORE_BYTES 65536 /* around the file */

/* ---- answers ---- */

static void put_medium(struct api_call *call, const struct medium *m)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_MEDIA, m->no, 0);
	json_put_text(w, "type", media_kind_text(m->kind));
	json_put_text(w, "mime_type", m->mime_type);
	json_put_int(w, "size", m->size);
	json_put_text(w, "sha256", m->sha256);
	json_put_text(w, "file_name", m->file_name);
	json_put_text(w, "url", m->url);
	json_put_time(w, "create_date", m->create_ms);
	json_put_time(w, "update_date", m->update_ms);
}

static int answer_medium(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct medium m;
	int got = media_read(tx, call->key.account_no, no, call->arena, &m);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_medium(call, &m);
	put_links_open(call);
	put_link(call, "self", "/v1/media/%s", id_text(call, PUBID_MEDIA, m.no, 0));
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

/* ---- uploading ---- */

static bool says_nothing(const char *type)
{
	return !type || !*type || strncasecmp(type, "application/octet-stream", 24) == 0;
}

void media_files_policy(struct api_call *call, struct http_policy *policy)
{
	const char *type = http_header(call->req, "Content-Type");
	const struct media_type *known = type ? media_type_find(type) : NULL;
	if (multipart_is(type))
		policy->max_body_bytes = (uint64_t)media_kind_max_bytes(MEDIA_DOCUMENT) + MULTIPART_MORE_BYTES;
	else if (known)
		policy->max_body_bytes = (uint64_t)media_kind_max_bytes(known->kind);
	else if (says_nothing(type))
		policy->max_body_bytes = (uint64_t)media_kind_max_bytes(MEDIA_DOCUMENT);
	else
		call_fault(
			call, FAULT_CONTENT_TYPE, NULL,
			"The header Content-Type must be the file's own, one that WhatsApp takes such as image/jpeg, image/png, "
			"video/mp4 or application/pdf, or multipart/form-data");
}

void media_files_too_large(struct api_call *call)
{
	const char *type = http_header(call->req, "Content-Type");
	const struct media_type *known = type ? media_type_find(type) : NULL;
	if (known)
		call_fault(call, keeper_kind_fault(known->kind), NULL,
		           "The file is too large: WhatsApp takes a file of type %s up to %lld KB", known->mime,
		           (long long)(media_kind_max_bytes(known->kind) >> 10));
	else
		call_fault(call, FAULT_TOO_LARGE, NULL, "The file is too large: WhatsApp takes none of more than 100 MB");
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct keeper_task *task = call->state;
	int64_t no, most = call->api->options.max_account_media_bytes;
	int result = media_create(tx, &task->medium, most, call->now, &no);
	if (result == 1)
		fault_add(&call->faults, FAULT_STORAGE_FULL, NULL,
		          "The account's media may have %lld MB in all; delete some that no template needs",
		          (long long)(most >> 20));
	call->status = 201;
	return result != 0 ? result : answer_medium(tx, call, no);
}

static void kept(struct keeper_task *task)
{
	struct api_call *call = task->arg;
	if (task->fault)
		call_fault(call, task->fault, NULL, "The file%s", task->why);
	else
		call_write(call, create_run, AFTER_NOTHING);
}

/* The sentence about a multipart body that will not do; NULL when it does, and *part is its file. */
static const char *part_fault(struct api_call *call, const struct keeper_task *task, struct multipart_file *part)
{
	struct err err;
	int found = multipart_find(task->fd, task->n_bytes, task->content_type, part, &err);
	if (found < 0)
		return "The body could not be read";
	if (found == 1)
		return arena_printf(call->arena, "The body is not multipart/form-data with one file: %s", err.text);
	if (utf8_length(part->file_name, strlen(part->file_name)) > MEDIA_FILE_NAME_MAX)
		return arena_printf(call->arena, "The file's name must be at most %d characters long", MEDIA_FILE_NAME_MAX);
	return NULL;
}

void media_files_create(struct api_call *call)
{
	struct keeper_task *task = call->state = arena_alloc(call->arena, sizeof(*task));
	*task = (struct keeper_task){.account_no = call->key.account_no,
	                             .fd = call->upload_fd,
	                             .n_bytes = http_body_bytes(call->req),
	                             .content_type = http_header(call->req, "Content-Type"),
	                             .done = kept,
	                             .arg = call};
	const char *fault = NULL;
	if (multipart_is(task->content_type)) {
		struct multipart_file *part = arena_alloc(call->arena, sizeof(*part));
		fault = part_fault(call, task, part);
		task->offset = part->offset;
		task->n_bytes = part->n_bytes;
		task->content_type = part->content_type;
		task->file_name = part->file_name[0] ? part->file_name : NULL;
	}
	if (fault)
		call_fault(call, FAULT_MEDIA_INVALID, NULL, "%s", fault);
	else if (keeper_submit(call->api->options.keeper, task) != 0)
		call_overloaded(call);
}

/* ---- reading, listing, deleting ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_medium(tx, call, call->id[0]);
}

void media_files_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct listing {
	struct page page;
	struct media_filter filter;
	bool none; /* a filter names what there is not */
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct listing *l = call->state;
	struct medium *m = arena_array(call->arena, (size_t)l->page.size, sizeof(*m));
	int n = 0;
	if (!l->none && media_list(tx, call->key.account_no, &l->filter, &l->page, call->arena, m, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_medium(call, &m[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, &l->page, n);
	return 0;
}

void media_files_list(struct api_call *call)
{
	struct listing *l = call->state = arena_alloc(call->arena, sizeof(*l));
	const char *type = call_filter(call, "type");
	enum media_kind kind = MEDIA_IMAGE;
	if (!call_page(call, &l->page))
		return;
	l->none = type && !media_kind_parse(type, &kind);
	l->filter.kind = type ? (int)kind : 0;
	call_read(call, list_run);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = media_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_MEDIA_IN_USE, NULL, "A template shows this medium; delete the template first");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void media_files_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}
