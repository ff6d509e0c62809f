#include "api/contacts.h"

#include <string.h>

#include "store/audiences.h"

struct contact_body {
	struct contact_request req;
	const char *timestamp, *date; /* the older names of custom1 and custom2 */
};

static const struct field fields[] = {
	FIELD_NAMED("number", contact_body, req.number, FIELD_TEXT, FAULT_CONTACT_NUMBER_INVALID),
	FIELD_NAMED("first_name", contact_body, req.first_name, FIELD_TEXT, FAULT_CONTACT_FIRST_NAME),
	FIELD_NAMED("last_name", contact_body, req.last_name, FIELD_TEXT, FAULT_CONTACT_LAST_NAME),
	FIELD_NAMED("custom1", contact_body, req.custom1, FIELD_TEXT, FAULT_CONTACT_CUSTOM1),
	FIELD(contact_body, timestamp, FIELD_TEXT, FAULT_CONTACT_CUSTOM1),
	FIELD_NAMED("custom2", contact_body, req.custom2, FIELD_TEXT, FAULT_CONTACT_CUSTOM2),
	FIELD(contact_body, date, FIELD_TEXT, FAULT_CONTACT_CUSTOM2),
	FIELD_NAMED("tags", contact_body, req.tags, FIELD_JSON, FAULT_CONTACT_TAGS),
	FIELD_NAMED("fields", contact_body, req.fields, FIELD_JSON, FAULT_CONTACT_FIELDS),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* One value with two names: which of two that differ was meant would be a guess. */
static void join(struct api_call *call, const char **value, const char **ret_name, const char *name, const char *other,
                 const char *other_name, enum fault_code code)
{
	if (*value && other && strcmp(*value, other) != 0) {
		fault_add(&call->faults, code, other_name, " and `%s` are one value: they must be the same where both are given",
		          name);
	} else if (!*value && other) {
		*value = other;
		*ret_name = other_name;
	}
}

void contact_decode(struct api_call *call, const cJSON *object, bool is_update, struct contact_request *ret)
{
	struct contact_body body = {0};
	size_t from = call->faults.n;
	call_decode(call, object, fields, N_FIELDS, &body);
	join(call, &body.req.custom1, &body.req.custom1_name, "custom1", body.timestamp, "timestamp", FAULT_CONTACT_CUSTOM1);
	join(call, &body.req.custom2, &body.req.custom2_name, "custom2", body.date, "date", FAULT_CONTACT_CUSTOM2);
	contact_judge(&body.req, is_update, &call->faults);
	contact_order_faults(call, from);
	*ret = body.req;
}

void contact_order_faults(struct api_call *call, size_t from)
{
	call_order_faults(call, from, fields, N_FIELDS);
}

/* ---- answers ---- */

static void put_json(struct api_call *call, const char *key, const char *json, const char *empty)
{
	const char *text = *json ? json : empty;
	json_put_raw(&call->json, key, text, strlen(text));
}

static void put_contact(struct api_call *call, const struct contact *c)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_CONTACT, c->audience_no, c->first_no);
	put_id(call, "audience_id", PUBID_AUDIENCE, c->audience_no, 0);
	json_put_text(w, "number", c->number);
	json_put_text(w, "first_name", c->first_name);
	json_put_text(w, "last_name", c->last_name);
	json_put_text(w, "custom1", c->custom1);
	json_put_text(w, "custom2", c->custom2);
	json_put_text(w, "timestamp", c->custom1);
	json_put_text(w, "date", c->custom2);
	put_json(call, "tags", c->tags, "[]");
	put_json(call, "fields", c->fields, "{}");
	json_put_time(w, "create_date", c->create_ms);
	json_put_time(w, "update_date", c->update_ms);
}

static int answer_contact(struct store_tx *tx, struct api_call *call, int64_t first_no)
{
	struct contact c;
	int got = contact_read(tx, call->id[0], first_no, call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_contact(call, &c);
	const char *audience = id_text(call, PUBID_AUDIENCE, c.audience_no, 0);
	put_links_open(call);
	put_link(call, "self", "/v1/audiences/%s/contacts/%s", audience, id_text(call, PUBID_CONTACT, c.audience_no, c.first_no));
	put_link(call, "audience", "/v1/audiences/%s", audience);
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

/* 0 when the audience is the account's; 1 with the fault, unless there are some: those of the body are told first. */
static int find_audience(struct store_tx *tx, struct api_call *call)
{
	struct audience audience;
	int got = audience_read(tx, call->key.account_no, call->id[0], call->arena, &audience);
	if (got == 1 && !faults_any(&call->faults))
		fault_add(&call->faults, FAULT_AUDIENCE_UNKNOWN, NULL, "There is no audience with this id");
	return got;
}

/* The contact of the path, which must be one of the audience of the path. */
static int find_contact(struct store_tx *tx, struct api_call *call)
{
	int got = find_audience(tx, call);
	if (got == 0 && call->id[1] != call->id[0])
		return call_unknown(call);
	return got;
}

/* ---- the calls ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int got = find_contact(tx, call);
	return got != 0 ? got : answer_contact(tx, call, call->id_b[1]);
}

void contacts_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	const char *search;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct page *page = &req->page;
	struct contact *item = arena_array(call->arena, (size_t)page->size, sizeof(*item));
	int n, got = find_audience(tx, call);
	if (got != 0)
		return got;
	if (contact_list(tx, call->id[0], req->search, page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_contact(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, page, n);
	return 0;
}

void contacts_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	req->search = call_filter_dialed(call, "search");
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* The fault that only the database knows of, beside those that are there. */
static int check_number(struct store_tx *tx, struct api_call *call, const struct contact_request *req)
{
	int taken = faults_on(&call->faults, "number") ? 0 : contact_number_taken(tx, call->id[0], req->digits);
	if (taken > 0)
		fault_add(&call->faults, FAULT_CONTACT_TAKEN, "number", " is in this audience already");
	contact_order_faults(call, 0);
	return taken < 0 ? -1 : faults_any(&call->faults) ? 1 : 0;
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct audience_edit edit;
	enum contact_added added;
	int64_t first_no;
	int got = find_audience(tx, call);
	if (got == 0)
		got = check_number(tx, call, call->state);
	if (got != 0)
		return got;
	if (audience_edit_begin(tx, call->id[0], call->now, &edit) != 0 ||
	    contact_add(tx, &edit, call->state, false, &added, &first_no) < 0 || audience_edit_end(tx, &edit) < 0)
		return -1;
	call->status = 201;
	return answer_contact(tx, call, first_no);
}

static void decode(struct api_call *call, bool is_update)
{
	struct contact_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	contact_decode(call, call->data, is_update, req);
}

void contacts_create(struct api_call *call)
{
	decode(call, false);
	call_write(call, create_run, AFTER_NOTHING); /* also with faults: the database may know of more */
}

static int update_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct audience_edit edit;
	int got = find_contact(tx, call);
	if (got != 0)
		return got;
	if (audience_edit_begin(tx, call->id[0], call->now, &edit) != 0)
		return -1;
	int result = contact_update(tx, &edit, call->id_b[1], call->state);
	if (result != 0)
		return result < 0 ? -1 : call_unknown(call);
	return audience_edit_end(tx, &edit) < 0 ? -1 : answer_contact(tx, call, call->id_b[1]);
}

void contacts_update(struct api_call *call)
{
	decode(call, true);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, update_run, AFTER_NOTHING);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct audience_edit edit;
	int got = find_contact(tx, call);
	if (got != 0)
		return got;
	if (audience_edit_begin(tx, call->id[0], call->now, &edit) != 0)
		return -1;
	int result = contact_delete(tx, &edit, call->id_b[1]);
	call->status = 204;
	if (result != 0)
		return result < 0 ? -1 : call_unknown(call);
	return audience_edit_end(tx, &edit);
}

void contacts_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}
