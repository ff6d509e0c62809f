#include "api/call.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "api/idempotency.h"
#include "api/importer.h"
#include "api/route.h"
#include "base/log.h"
#include "webhook/in.h"

#define MAX_ANSWER_BYTES ((size_t)16 << 20)

void call_request_id(char ret[CALL_REQUEST_ID_BYTES])
{
	unsigned char random[(CALL_REQUEST_ID_BYTES - 1) / 2];
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(ret, CALL_REQUEST_ID_BYTES, random, sizeof(random));
}

struct api_call *call_create(struct api *api, struct http_request *req)
{
	struct arena *arena = http_arena(req);
	struct api_call *call = arena_alloc(arena, sizeof(*call));
	char id[CALL_REQUEST_ID_BYTES];
	call->api = api;
	call->req = req;
	call->arena = arena;
	call->now = clock_now_ms();
	call->status = 200;
	call->upload_fd = -1;
	faults_init_all(&call->faults, arena);
	buf_init(&call->out, MAX_ANSWER_BYTES);
	http_set_user(req, call);
	call_request_id(id);
	http_add_header(req, "X-Request-Id", id);
	return call;
}

/* ---- answers ---- */

/* The last touch of a call: what it holds beside the arena goes, then the request with the arena. */
static void respond(struct api_call *call, int status, const char *content_type)
{
	size_t n = call->out.len;
	idempotency_end(call);
	char *body = n > 0 ? buf_steal(&call->out) : NULL;
	buf_fini(&call->out);
	cJSON_Delete(call->body);
	if (call->upload_path)
		unlink(call->upload_path);
	if (call->cookie && status < 300)
		http_add_header(call->req, "Set-Cookie", call->cookie);
	log_debug("api", "answered", log_t("method", http_method(call->req)), log_t("path", http_path(call->req)),
	          log_i("status", status));
	if (call->fixed)
		http_respond_static(call->req, status, content_type, call->fixed, call->n_fixed);
	else
		http_respond_owned(call->req, status, body ? content_type : NULL, body, n);
}

void call_answer_text(struct api_call *call, int status, const char *content_type)
{
	if (call->out.overflow)
		call_internal(call, "an answer was too long");
	else
		respond(call, status, content_type);
}

static int keep_run(struct store_tx *tx, void *arg)
{
	return idempotency_keep_answer(tx, arg);
}

static void keep_done(int result, void *arg)
{
	struct api_call *call = arg;
	(void)result; /* what was done is done, so it is told all the same */
	call->idempotent->kept = true;
	call_answer(call, call->status);
}

/* An answer that did not come from a write of call_write is kept after the fact. */
static bool keep_first(struct api_call *call, int status)
{
	if (!call->idempotent || call->idempotent->kept || status >= 300)
		return false;
	call->status = status;
	return store_submit(call->api->options.store, keep_run, keep_done, call) == 0;
}

void call_answer(struct api_call *call, int status)
{
	if (status == 204)
		buf_reset(&call->out);
	if (keep_first(call, status))
		return;
	call_answer_text(call, status, call->content_type ? call->content_type : "application/json");
}

void call_write_faults(struct buf *out, const struct faults *faults, const char *path, const char *method, msec_t now)
{
	struct json_writer json, *w = &json;
	char when[CLOCK_TEXT_BYTES];
	clock_format(now, when);
	json_begin(w, out);
	json_open_object(w, NULL);
	json_open_array(w, "errors");
	for (const struct fault *f = faults->item; f < faults->item + faults->n; f++) {
		json_open_object(w, NULL);
		json_put_text(w, "timestamp", when);
		json_put_text(w, "path", path);
		json_put_text(w, "method", method);
		json_put_int(w, "status", fault_status(f->code));
		json_put_text(w, "message", f->message);
		json_put_int(w, "code", f->code);
		if (f->field[0])
			json_put_text(w, "field", f->field);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

void call_faults(struct api_call *call)
{
	buf_reset(&call->out);
	call_write_faults(&call->out, &call->faults, http_path(call->req), http_method(call->req), call->now);
	if (call->faults.item[0].code == FAULT_OVERLOADED)
		http_add_header(call->req, "Retry-After", "1");
	respond(call, fault_status(call->faults.item[0].code), "application/json");
}

void call_fault(struct api_call *call, enum fault_code code, const char *field, const char *fmt, ...)
{
	char text[sizeof(call->faults.item[0].message)];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (field)
		fault_add(&call->faults, code, field, " %s", text[0] == ' ' ? text + 1 : text);
	else
		fault_add(&call->faults, code, NULL, "%s", text);
	call_faults(call);
}

void call_internal(struct api_call *call, const char *what)
{
	log_error("api", what, log_t("method", http_method(call->req)), log_t("path", http_path(call->req)));
	call->faults.n = 0;
	call_fault(call, FAULT_INTERNAL, NULL,
	           "The server failed at this; its log says more. With an Idempotency-Key it may safely be asked again");
}

void call_overloaded(struct api_call *call)
{
	call->faults.n = 0;
	call_fault(call, FAULT_OVERLOADED, NULL, "The server has too much to do or is stopping; nothing was changed: try again");
}

void call_failed(struct api_call *call, int result, const char *what)
{
	if (result != STORE_LOST) {
		call_internal(call, what);
		return;
	}
	call->faults.n = 0;
	call_fault(call, FAULT_OVERLOADED, NULL,
	           "The database cannot be reached just now: try again; with an Idempotency-Key nothing is done twice");
}

/* ---- the store ---- */

#define RUN_KEY_TAKEN 2 /* another server answered a request with this Idempotency-Key; undone */

static int run_again(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	call->faults.n = call->n_judged;
	if (call->key.no)
		tx->actor = (struct store_actor){.kind = ACTOR_KEY, .key_no = call->key.no};
	int result = call->run(tx, call);
	if (result != 0 || !call->idempotent)
		return result;
	call->idempotent->kept = true;
	int kept = idempotency_keep_answer(tx, call);
	return kept == 1 ? RUN_KEY_TAKEN : kept;
}

static void answer_result(struct api_call *call, int result)
{
	if (result == 0)
		call_answer(call, call->status);
	else if (result == 1)
		call_faults(call);
	else if (result == RUN_KEY_TAKEN)
		idempotency_answer_running(call);
	else
		call_failed(call, result, "the database failed");
}

static int read_result(const struct store_tx *tx, int result)
{
	return result < 0 && store_is_lost(tx) ? STORE_LOST : result;
}

void call_read(struct api_call *call, store_run_fn *run)
{
	struct store *store = call->api->options.store;
	struct store_tx *tx = store_reader_take(store);
	int result = read_result(tx, store_snapshot(tx) < 0 ? -1 : run(tx, call));
	store_reader_put(store, tx);
	answer_result(call, result);
}

void call_stream(struct api_call *call, store_run_fn *run, const struct http_stream *stream)
{
	struct store *store = call->api->options.store;
	struct store_tx *tx = store_reader_take(store);
	int result = read_result(tx, store_snapshot(tx) < 0 ? -1 : run(tx, call));
	store_reader_put(store, tx);
	if (result != 0) {
		answer_result(call, result);
		return;
	}
	buf_fini(&call->out);
	cJSON_Delete(call->body);
	http_respond_stream(call->req, 200, call->content_type, stream);
}

static void written(int result, void *arg)
{
	struct api_call *call = arg;
	const struct api_options *o = &call->api->options;
	if (result == 0 && (call->after & AFTER_SECRETS))
		webhook_in_reload(o->webhook_in);
	if (result == 0 && (call->after & AFTER_DELIVERY))
		delivery_notify(o->delivery);
	if (result == 0 && (call->after & AFTER_SINGLES))
		delivery_notify_singles(o->delivery, call->fed_sender);
	if (result == 0 && (call->after & AFTER_IMPORT)) {
		call->upload_path = NULL; /* the file is the importer's now */
		importer_wake(o->importer);
	}
	answer_result(call, result);
}

void call_write(struct api_call *call, store_run_fn *run, unsigned after)
{
	call->run = run;
	call->after = after;
	call->n_judged = call->faults.n;
	if (store_submit(call->api->options.store, run_again, written, call) != 0)
		call_overloaded(call);
}

int call_unknown(struct api_call *call)
{
	call->faults.n = 0;
	route_fault_unknown(call);
	return 1;
}

void call_begin_answer(struct api_call *call)
{
	buf_reset(&call->out);
	json_begin(&call->json, &call->out);
	json_open_object(&call->json, NULL);
	json_open_object(&call->json, "data");
}

void call_end_answer(struct api_call *call)
{
	json_close_object(&call->json);
	json_close_object(&call->json);
}
