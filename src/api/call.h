#pragma once
/* Inside api: one request on its way through a resource. A route's handler decodes and judges on the http thread; reads run on
 * a read connection there, writes become a job of the store thread and are answered after the commit.
 *
 *   http thread: policy (route, key, content type, limits) → handler → call_read  → answer
 *                                                                    → call_write → store thread: run → commit → answer
 */

#include "api/api.h"
#include "base/json.h"
#include "model/fault.h"
#include "store/page.h"
#include "store/sessions.h"

struct route;
struct idempotent;

#define CALL_MAX_FILTERS 16

struct call_filter {
	const char *name, *value; /* NULL: it is not there */
};

struct api_call {
	struct api *api;
	struct http_request *req;
	const struct route *route;
	struct arena *arena;    /* of the request */
	struct api_key key;     /* who asks; all zero on open routes */
	struct session session; /* by which they ask; all zero with a key of their own */
	msec_t now;             /* when the request came */
	int upload_fd;          /* the body's file on FILE routes */
	char *upload_path;      /* where it lies when it could not be made nameless; NULL */
	cJSON *body;            /* the parsed document, NULL on bodyless routes */
	const cJSON *data;      /* its `data` object */
	struct faults faults;
	struct buf out;           /* the answer's JSON */
	struct json_writer json;  /* over `out` */
	int64_t id[2], id_b[2];   /* of each `{…}` of the path in its order: its number, and its second one */
	int status;               /* of the answer that is being put together; 200 */
	const char *content_type; /* of an answer that is not JSON; NULL */
	const void *fixed;        /* the answer's bytes instead of `out`, which last as long as the program; NULL */
	size_t n_fixed;           /* bytes */
	const char *cookie;       /* Set-Cookie of an answer that is no fault; NULL */
	struct call_filter filter[CALL_MAX_FILTERS]; /* those that were asked for */
	int n_filters;
	bool paged;                    /* page_token was looked at, with them */
	void *state;                   /* the handler's own, from `arena` */
	store_run_fn *run;             /* of call_read and call_write */
	size_t n_judged;               /* faults that were there before it */
	unsigned after;                /* of call_write */
	int64_t fed_sender;            /* of AFTER_SINGLES: who has new single messages */
	struct idempotent *idempotent; /* of a request with an Idempotency-Key (idempotency.h); NULL */
};

typedef void api_handler(struct api_call *call);

struct api_call *call_create(struct api *api, struct http_request *req);

#define CALL_REQUEST_ID_BYTES 17
void call_request_id(char ret[CALL_REQUEST_ID_BYTES]); /* of the header X-Request-Id; another one each time */
/* The error envelope. */
void call_write_faults(struct buf *out, const struct faults *faults, const char *path, const char *method, msec_t now);

/* ---- answers: each ends the call, exactly once ---- */

void call_answer(struct api_call *call, int status);                                /* what is in `out`; 204 sends none of it */
void call_answer_text(struct api_call *call, int status, const char *content_type); /* `out` as it is */
void call_faults(struct api_call *call); /* the error envelope of call->faults; the status of the first */
void call_fault(struct api_call *call, enum fault_code code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));               /* add one and answer */
void call_internal(struct api_call *call, const char *what); /* 500; logs `what`, tells the client nothing of it */
/* 503 when `result` is STORE_LOST, else call_internal. */
void call_failed(struct api_call *call, int result, const char *what);
void call_overloaded(struct api_call *call); /* 503 with Retry-After */

/* ---- the store ----
 * `run` gets the call as its argument and returns 0 with the answer in `out` (and call->status), 1 after adding to
 * call->faults (undone, answered as faults), -1 on a database failure (500). It may be run twice, so it begins its answer
 * anew (call_begin_answer does). */
void call_read(struct api_call *call, store_run_fn *run);
enum {
	AFTER_NOTHING = 0,
	AFTER_DELIVERY = 1, /* after the commit, before the answer: delivery has a look */
	AFTER_SECRETS = 2,  /* the webhooks' secrets are read anew */
	AFTER_IMPORT = 4,   /* the importer has a look */
	AFTER_SINGLES = 8,  /* the lane of call->fed_sender does */
};
void call_write(struct api_call *call, store_run_fn *run, unsigned after);
/* Read; where that gives 0, answer 200 with `stream`, else as call_read does. The call lives until the stream is closed. */
void call_stream(struct api_call *call, store_run_fn *run, const struct http_stream *stream);
int call_unknown(struct api_call *call); /* add the 404 of the path's last id; returns 1 */

/* Empty `out` and open `{"data":{`; call_end_answer closes both. */
void call_begin_answer(struct api_call *call);
void call_end_answer(struct api_call *call);

/* ---- lists (call_list.c) ---- */

/* page_size and page_token of the query, once every filter was asked for: tokens are sealed for the path, the account and the
 * filters' values. False: a fault was answered, the call is over. */
bool call_page(struct api_call *call, struct page *ret);
/* `{"data":[` … items … `],"pagination":{…}}`. */
void call_begin_list(struct api_call *call);
void call_end_list(struct api_call *call, const struct page *page, int n_items);
/* filter[name], brackets raw or encoded, with commas between the values where it stands several times; NULL when absent. */
const char *call_filter(struct api_call *call, const char *name);
/* The same of a number as it is dialed: without the '+' before it, which is a blank where it was not escaped. */
const char *call_filter_dialed(struct api_call *call, const char *name);
/* Next element of a comma list: *rest moves on; NULL at the end. Blanks around are dropped. Memory from the arena. */
const char *call_next_value(struct api_call *call, const char **rest);
/* The names of a filter: its values, and where one holds commas also the whole of it, which may be a name as well. Too many:
 * false, a fault was answered. */
bool call_filter_names(struct api_call *call, const char *name, struct filter_names *ret);
/* The fault of it. False. */
bool call_too_many_values(struct api_call *call, const char *name);
/* Is `word` (any case) among the values of this filter, or is it not there at all? */
bool call_filter_allows(struct api_call *call, const char *name, const char *word);

/* ---- fields of a body, by a table (call_fields.c) ---- */

enum field_kind {
	FIELD_TEXT, /* const char *; null counts as left out */
	FIELD_INT,  /* int64_t */
	FIELD_JSON, /* const char *: compact JSON of an array or object */
	FIELD_RAW,  /* const cJSON *: whatever it is, for a judge to look at */
};
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	enum fault_code wrong_type;
};
#define FIELD(type, member, kind, code)                            \
	{                                                          \
#member, kind, offsetof(struct type, member), code \
	}
#define FIELD_NAMED(name, type, member, kind, code)             \
	{                                                       \
		name, kind, offsetof(struct type, member), code \
	}
/* Read the fields of `object` into `ret`; a member of the wrong type adds a fault and is left alone. Text is borrowed from
 * the body. Fields that are not there, or null, leave *ret as it was. */
void call_decode(struct api_call *call, const cJSON *object, const struct field *fields, size_t n_fields, void *ret);
/* Bring the faults from number `from` on into the order of the table, one a field. */
void call_order_faults(struct api_call *call, size_t from, const struct field *fields, size_t n_fields);

/* ---- writing resources (call_put.c) ---- */

const char *id_text(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b); /* from the arena */
void put_id(struct api_call *call, const char *key, enum pubid_kind kind, int64_t a, int64_t b);
/* "id" and "account_id", with which every object begins. */
void put_head(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b);
void put_links_open(struct api_call *call);
void put_link(struct api_call *call, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void put_links_close(struct api_call *call);      /* adds "account" */
bool call_is_host(const char *text);              /* can a URL have it: a name or an address, with a port or not? */
const char *call_base_url(struct api_call *call); /* how the client reached us: "http://host:port" */

/* ---- the handlers ---- */

#define ROUTE(method, path, role, handler, body) api_handler handler;
#include "api/routes.def"
#undef ROUTE
