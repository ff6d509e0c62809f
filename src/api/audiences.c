#include "store/audiences.h"

#include <string.h>

#include "api/contacts.h"

struct audience_request {
	const char *name, *channel;
	struct contact_request *contact;
	int n_contacts;
};

static const struct field fields[] = {
	FIELD(audience_request, name, FIELD_TEXT, FAULT_AUDIENCE_NAME_INVALID),
	FIELD(audience_request, channel, FIELD_TEXT, FAULT_AUDIENCE_CHANNEL),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- answers ---- */

static void put_audience(struct api_call *call, const struct audience *a)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_AUDIENCE, a->no, 0);
	json_put_text(w, "name", a->name);
	json_put_text(w, "channel", "WHATSAPP");
	json_put_int(w, "contacts_count", a->n_contacts);
	json_put_time(w, "create_date", a->create_ms);
	json_put_time(w, "update_date", a->update_ms);
}

static int answer_audience(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct audience a;
	int got = audience_read(tx, call->key.account_no, no, call->arena, &a);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	const char *id = id_text(call, PUBID_AUDIENCE, a.no, 0);
	call_begin_answer(call);
	put_audience(call, &a);
	put_links_open(call);
	put_link(call, "self", "/v1/audiences/%s", id);
	put_link(call, "contacts", "/v1/audiences/%s/contacts", id);
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_audience(tx, call, call->id[0]);
}

void audiences_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	const char *search;
	bool nothing; /* a filter that matches nothing */
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct page *page = &req->page;
	struct audience *item = arena_array(call->arena, (size_t)page->size, sizeof(*item));
	int n = 0;
	if (!req->nothing && audience_list(tx, call->key.account_no, req->search, page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_audience(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, page, n);
	return 0;
}

void audiences_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	req->search = call_filter(call, "search");
	req->nothing = !call_filter_allows(call, "channel", "whatsapp");
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* ---- creating ---- */

/* There are few: a list of a thousand is compared in milliseconds. */
static bool is_repeated(const struct contact_request *list, int at)
{
	bool found = false;
	for (int i = 0; i < at && !found && *list[at].digits; i++)
		found = strcmp(list[i].digits, list[at].digits) == 0;
	return found;
}

static void decode_contacts(struct api_call *call, struct audience_request *req)
{
	const cJSON *list = json_get(call->data, "contacts");
	if (!list || cJSON_IsNull(list))
		return;
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
	if (n < 0 || n > AUDIENCE_MAX_CONTACTS) {
		fault_add(&call->faults, FAULT_AUDIENCE_CONTACTS, "contacts", " must be a list of at most %d contacts",
		          AUDIENCE_MAX_CONTACTS);
		return;
	}
	req->contact = arena_array(call->arena, (size_t)n + 1, sizeof(*req->contact));
	for (const cJSON *item = list->child; item; item = item->next) {
		faults_set_prefix(&call->faults, "data.contacts[%d].", req->n_contacts);
		size_t n_faults = call->faults.n;
		contact_decode(call, item, false, &req->contact[req->n_contacts]);
		if (is_repeated(req->contact, req->n_contacts++))
			fault_add(&call->faults, FAULT_CONTACT_TAKEN, "number", " stands in this list more than once");
		contact_order_faults(call, n_faults);
	}
	faults_set_prefix(&call->faults, "data.");
}

static int add_contacts(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct audience_request *req = call->state;
	struct audience_edit edit;
	enum contact_added added;
	int64_t first_no;
	if (audience_edit_begin(tx, no, call->now, &edit) != 0)
		return -1;
	for (int i = 0; i < req->n_contacts; i++)
		if (contact_add(tx, &edit, &req->contact[i], false, &added, &first_no) < 0)
			return -1;
	return audience_edit_end(tx, &edit);
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct audience_request *req = call->state;
	int64_t no;
	int taken = faults_on(&call->faults, "name") ? 0 : audience_name_taken(tx, call->key.account_no, req->name);
	if (taken > 0)
		fault_add(&call->faults, FAULT_AUDIENCE_NAME_TAKEN, "name", " is the name of another audience already");
	call_order_faults(call, 0, fields, N_FIELDS);
	if (taken < 0 || faults_any(&call->faults))
		return taken < 0 ? -1 : 1;
	if (audience_create(tx, call->key.account_no, req->name, call->now, &no) != 0 || add_contacts(tx, call, no) < 0)
		return -1;
	call->status = 201;
	return answer_audience(tx, call, no);
}

void audiences_create(struct api_call *call)
{
	struct audience_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	audience_judge(req->name, req->channel, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	decode_contacts(call, req);
	call_write(call, create_run, AFTER_NOTHING); /* also with faults: the database may know of more */
}

/* ---- changing and deleting ---- */

static int update_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct audience_request *req = call->state;
	int result = audience_rename(tx, call->key.account_no, call->id[0], req->name, call->now);
	if (result == 2)
		fault_add(&call->faults, FAULT_AUDIENCE_NAME_TAKEN, "name", " is the name of another audience already");
	if (result != 0)
		return result < 0 ? -1 : result == 1 ? call_unknown(call) : 1;
	return answer_audience(tx, call, call->id[0]);
}

void audiences_update(struct api_call *call)
{
	struct audience_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	audience_judge_update(req->name, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, update_run, AFTER_NOTHING);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = audience_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_AUDIENCE_IN_USE, NULL,
		          "The audience is used by a campaign that is scheduled or in progress");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void audiences_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_DELIVERY);
}
