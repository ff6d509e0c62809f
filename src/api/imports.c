/* CSV imports: the body was written to a file as it came; here it becomes a job for the importer. */
#include "api/imports.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "api/csv_answer.h"
#include "api/multipart.h"
#include "model/number.h"
#include "store/audiences.h"

#define MAX_SHOWN_REJECTS 100

/* ---- answers ---- */

static int put_rejects(struct store_tx *tx, struct api_call *call, int64_t import_no)
{
	struct json_writer *w = &call->json;
	struct import_reject *reject = arena_array(call->arena, MAX_SHOWN_REJECTS, sizeof(*reject));
	int n;
	if (import_rejects(tx, import_no, 0, call->arena, reject, MAX_SHOWN_REJECTS, &n) < 0)
		return -1;
	json_open_array(w, "rejected");
	for (int i = 0; i < n; i++) {
		json_open_object(w, NULL);
		json_put_int(w, "line", reject[i].line);
		json_put_text(w, "number", reject[i].text);
		json_put_text(w, "reason", reject[i].reason);
		json_close_object(w);
	}
	json_close_array(w);
	return 0;
}

/* The share of the file that is written; of a batch under way by its contacts. */
static double progress(const struct import *i)
{
	double done = (double)(i->done_bytes - i->begin_bytes), all = (double)(i->bytes - i->begin_bytes);
	if (i->batch_size > 0)
		done += (double)(i->batch_end_bytes - i->done_bytes) * (double)i->batch_rows / (double)i->batch_size;
	return all > 0 ? done / all : 1;
}

static void put_figures(struct json_writer *w, const struct import *i)
{
	json_put_real(w, "progress", progress(i), 4);
	json_put_int(w, "rows", i->rows);
	json_put_int(w, "added", i->added);
	json_put_int(w, "updated", i->updated);
	json_put_int(w, "duplicates", i->duplicates);
	json_put_int(w, "invalid", i->invalid);
	json_put_text(w, "error", i->error);
}

void imports_put_live(struct json_writer *w, const struct pubid_key *ids, const struct import *i)
{
	char id[UUID_TEXT_BYTES], audience[UUID_TEXT_BYTES];
	const struct uuid own = pubid_make(ids, PUBID_IMPORT, i->no, 0), of = pubid_make(ids, PUBID_AUDIENCE, i->audience_no, 0);
	uuid_format(&own, id);
	uuid_format(&of, audience);
	json_open_object(w, NULL);
	json_put_text(w, "id", id);
	json_put_text(w, "audience_id", audience);
	json_put_text(w, "status", import_status_text(i->status));
	put_figures(w, i);
	json_close_object(w);
}

static void put_import(struct api_call *call, const struct import *i)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_IMPORT, i->no, 0);
	put_id(call, "audience_id", PUBID_AUDIENCE, i->audience_no, 0);
	json_put_text(w, "status", import_status_text(i->status));
	json_put_text(w, "region", *i->region ? i->region : NULL);
	json_put_int(w, "bytes", i->bytes - i->begin_bytes);
	put_figures(w, i);
	json_put_time(w, "create_date", i->create_ms);
	json_put_time(w, "update_date", i->update_ms);
}

static int answer_import(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct import i;
	int got = import_read(tx, call->key.account_no, no, call->arena, &i);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_import(call, &i);
	if (put_rejects(tx, call, no) < 0)
		return -1;
	put_links_open(call);
	put_link(call, "self", "/v1/imports/%s", id_text(call, PUBID_IMPORT, i.no, 0));
	put_link(call, "audience", "/v1/audiences/%s", id_text(call, PUBID_AUDIENCE, i.audience_no, 0));
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

/* ---- creating ---- */

struct import_request {
	const char *region;
	char file[32], path[1200];
	int64_t begin, bytes; /* of the file: where the CSV begins and ends */
};

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	return result;
}

/* Give the file its name, durably. */
static int keep_file(struct api_call *call, struct import_request *req)
{
	const char *folder = call->api->options.import_folder;
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1], self[64];
	randombytes_buf(random, sizeof(random));
	snprintf(req->file, sizeof(req->file), "%s.csv", sodium_bin2hex(hex, sizeof(hex), random, sizeof(random)));
	snprintf(req->path, sizeof(req->path), "%s/%s", folder, req->file);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", call->upload_fd);
	int named = call->upload_path ? rename(call->upload_path, req->path)
	                              : linkat(AT_FDCWD, self, AT_FDCWD, req->path, AT_SYMLINK_FOLLOW);
	if (named < 0)
		return -1;
	call->upload_path = req->path; /* removed with the call, unless the import is committed */
	return fsync(call->upload_fd) < 0 || sync_folder(folder) < 0 ? -1 : 0;
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct import_request *req = call->state;
	struct audience audience;
	int64_t no;
	int got = audience_read(tx, call->key.account_no, call->id[0], call->arena, &audience);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call->status = 202;
	if (import_create(tx, call->key.account_no, audience.no, req->file, req->begin, req->bytes,
	                  req->region ? req->region : "", call->now, &no) < 0)
		return -1;
	return answer_import(tx, call, no);
}

/* Of a form only the file is kept, behind the head of its part. As multipart_find. */
static int read_form(struct api_call *call, struct import_request *req, struct err *err)
{
	const char *type = http_header(call->req, "Content-Type");
	uint64_t n_bytes = http_body_bytes(call->req);
	struct multipart_file file;
	req->bytes = (int64_t)n_bytes;
	if (!multipart_is(type))
		return 0;
	int found = multipart_find(call->upload_fd, n_bytes, type, &file, err);
	if (found != 0)
		return found;
	req->begin = (int64_t)file.offset;
	req->bytes = (int64_t)(file.offset + file.n_bytes);
	return ftruncate(call->upload_fd, req->bytes);
}

void imports_create(struct api_call *call)
{
	struct err err;
	struct import_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	int form = 0;
	req->region = http_query(call->req, "region", 0);
	faults_set_prefix(&call->faults, "%s", "");
	if (req->region && !number_region_known(req->region))
		call_fault(call, FAULT_IMPORT_INVALID, "region", " must be a country code of two capital letters, such as GB");
	else if ((form = read_form(call, req, &err)) < 0)
		call_internal(call, "the body of an import cannot be read or cut");
	else if (form == 1)
		call_fault(call, FAULT_IMPORT_INVALID, NULL, "The body is not multipart/form-data with one file: %s", err.text);
	else if (req->bytes == req->begin)
		call_fault(call, FAULT_IMPORT_INVALID, NULL, "The body is empty: it must be CSV with a header row");
	else if (keep_file(call, req) < 0)
		call_internal(call, "the body of an import could not be kept");
	else
		call_write(call, create_run, AFTER_IMPORT);
}

/* ---- reading ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_import(tx, call, call->id[0]);
}

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct page *page = call->state;
	struct import *item = arena_array(call->arena, (size_t)page->size, sizeof(*item));
	struct audience audience;
	int n = 0, got = audience_read(tx, call->key.account_no, call->id[0], call->arena, &audience);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	if (import_list(tx, audience.no, page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_import(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, page, n);
	return 0;
}

void imports_list(struct api_call *call)
{
	struct page *page = call->state = arena_alloc(call->arena, sizeof(*page));
	if (call_page(call, page))
		call_read(call, list_run);
}

/* All rejected rows that are kept, as CSV. */
static int csv_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct import i;
	struct import_reject *reject = arena_array(call->arena, MAX_SHOWN_REJECTS, sizeof(*reject));
	int got = import_read(tx, call->key.account_no, call->id[0], call->arena, &i), n = MAX_SHOWN_REJECTS;
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	csv_attach(call, "rejected.csv");
	buf_addf(&call->out, "%sline,number,reason\r\n", csv_mark(call));
	for (int64_t after = 0; n == MAX_SHOWN_REJECTS; after = n > 0 ? reject[n - 1].line : 0) {
		if (import_rejects(tx, i.no, after, call->arena, reject, MAX_SHOWN_REJECTS, &n) < 0)
			return -1;
		for (int k = 0; k < n; k++) {
			buf_addf(&call->out, "%lld,", (long long)reject[k].line);
			csv_put_cell(&call->out, reject[k].text);
			buf_addc(&call->out, ',');
			csv_put_cell(&call->out, reject[k].reason);
			buf_adds(&call->out, "\r\n");
		}
	}
	return 0;
}

void imports_read(struct api_call *call)
{
	bool csv;
	if (!csv_wanted(call, &csv))
		return;
	call->content_type = csv ? "text/csv; charset=utf-8" : NULL;
	call_read(call, csv ? csv_run : read_run);
}

/* ---- stopping ---- */

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = import_cancel(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_IMPORT_STATE, NULL, "The import is over already; what it added stays");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void imports_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_IMPORT);
}
