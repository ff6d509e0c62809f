#pragma once
/* Inside api: one request on its way through a resource. A route's handler decodes and judges on the http thread; reads
 * use a reader there, writes become a job of the store thread (call_write) and are answered after the commit.
 *
 *   http thread: policy (route, key, content type, limits) → handler → [call_write → store thread: run → done] → answer
 */

#include "api/api.h"
#include "base/json.h"
#include "model/fault.h"
#include "store/accounts.h"
#include "store/page.h"

struct route;

struct api_call {
	struct api *api;
	struct http_request *req;
	const struct route *route;
	struct arena *arena;     /* of the request */
	struct api_key key;      /* who asks */
	msec_t now;              /* when the request came */
	cJSON *body;             /* the parsed document, NULL on bodyless methods; freed by call_end */
	const cJSON *data;       /* its `data` object */
	struct faults faults;
	struct buf out;          /* the answer's JSON */
	struct json_writer json; /* over `out` */
	/* Ids of the path, opened: number (a) and second number (b) of each `{…}` in its order. */
	int64_t id[2], id_b[2];
	int status;              /* of the answer that is being put together */
	void *state;             /* the handler's own, from `arena` */
	store_run_fn *run;       /* of call_write, below */
};

typedef void api_handler(struct api_call *call);

/* ---- answers: each ends the call, exactly once ---- */

void call_answer(struct api_call *call, int status); /* what is in `out` */
void call_no_content(struct api_call *call);         /* 204 */
void call_faults(struct api_call *call);             /* the error envelope from call->faults; status of the first */
void call_fault(struct api_call *call, enum fault_code code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));       /* add one and answer */
void call_internal(struct api_call *call, const char *what); /* 500; logs `what`, tells the client nothing of it */
void call_overloaded(struct api_call *call);         /* 503 with Retry-After */

/* ---- writes ----
 * `run` works inside the store thread's savepoint with `call` as its argument: it returns 0 with the answer in `out` (and
 * call->status), 1 after adding to call->faults (undone, answered as faults), -1 on a database failure (500).
 * It may be run twice: it must begin its answer anew (call_begin_answer does). Notifies delivery after a success when
 * `notify` is set. */
enum call_notify { CALL_QUIET, CALL_NOTIFY };
void call_write(struct api_call *call, store_run_fn *run, enum call_notify notify);
/* Empty `out` and open `{"data":{`; call_end_answer closes both. */
void call_begin_answer(struct api_call *call);
void call_end_answer(struct api_call *call);

/* ---- lists ---- */

/* page_size and page_token of the query for a list named `list` under `filters` (the canonical text of the filters in
 * force, part of the token's seal). False: a fault was answered, the call is over. */
bool call_page(struct api_call *call, const char *list, const char *filters, struct page *ret);
/* `{"data":[` … items … call_end_list writes `],"pagination":{…}}`. */
void call_begin_list(struct api_call *call);
void call_end_list(struct api_call *call, const char *list, const char *filters, const struct page *page, int n_items);
/* filter[name], brackets raw or encoded; NULL when absent. */
const char *call_filter(const struct api_call *call, const char *name);
/* Next element of a comma list: *rest moves on; NULL at the end. Blanks around are dropped. Memory from the arena. */
const char *call_next_value(struct api_call *call, const char **rest);

/* ---- fields of a body, by a table ---- */

enum field_kind {
	FIELD_TEXT,       /* const char *; null counts as left out */
	FIELD_INT,        /* int64_t */
	FIELD_BOOL,       /* bool */
	FIELD_JSON,       /* const char *: compact JSON of an array or object */
	FIELD_SECRET,     /* as FIELD_TEXT; its value never comes into a message */
};
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	enum fault_code wrong_type; /* the code when it is of another type */
	const char *rule;           /* " must be a string" */
};
#define FIELD(type, member, kind_, code) {#member, kind_, offsetof(struct type, member), code, NULL}
/* Read the fields of `object` into `ret`; a member of the wrong type adds a fault and is left alone. Text is borrowed from
 * the body. Fields that are not there leave *ret as it was. */
void call_decode(struct api_call *call, const cJSON *object, const struct field *fields, size_t n_fields, void *ret);

/* ---- writing resources ---- */

void put_id(struct api_call *call, const char *key, enum pubid_kind kind, int64_t a, int64_t b);
/* "id" and "account_id", with which every object begins. */
void put_head(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b);
/* `"links":{` … `}`; put_link formats an absolute URL under the base of this request. */
void put_links_open(struct api_call *call);
void put_link(struct api_call *call, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void put_links_close(struct api_call *call);
const char *id_text(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b); /* from the arena */
