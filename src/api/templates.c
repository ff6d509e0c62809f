#include "store/templates.h"

#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "api/template_put.h"
#include "store/senders.h"

static const struct field fields[] = {
	FIELD(template_request, name, FIELD_TEXT, FAULT_TEMPLATE_INVALID),
	FIELD(template_request, channel, FIELD_TEXT, FAULT_TEMPLATE_CHANNEL),
	FIELD(template_request, wa_sender_code, FIELD_TEXT, FAULT_TEMPLATE_SENDER),
	FIELD(template_request, wa_category, FIELD_TEXT, FAULT_TEMPLATE_INVALID),
	TEMPLATE_CONTENT_FIELDS,
	FIELD(template_request, language, FIELD_TEXT, FAULT_TEMPLATE_INVALID),
	FIELD(template_request, components, FIELD_JSON, FAULT_TEMPLATE_COMPONENTS),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void put_template(struct api_call *call, const struct template *t)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_TEMPLATE, t->no, 0);
	json_put_text(w, "name", t->name);
	json_put_text(w, "text", t->text);
	json_put_text(w, "type", t->type);
	json_put_text(w, "channel", "WHATSAPP");
	json_put_text(w, "status", template_status_text(t->status));
	json_put_text(w, "wa_category", t->category);
	json_put_text(w, "wa_sender_code", t->sender_code);
	json_put_text(w, "url", t->url);
	json_put_text(w, "media_id", t->media_id);
	json_put_text(w, "filename", t->filename);
	json_put_text(w, "button_type", t->button_type);
	json_put_text(w, "button_text", t->button_text);
	json_put_text(w, "button_value", t->button_value);
	json_put_time(w, "create_date", t->create_ms);
	json_put_time(w, "update_date", t->update_ms);
	json_put_text(w, "language", t->language);
	if (t->components)
		json_put_raw(w, "components", t->components, strlen(t->components));
	else
		json_put_null(w, "components");
	json_put_text(w, "reason", t->reason);
	json_put_text(w, "quality", t->quality);
	json_put_text(w, "correct_category", t->correct_category);
	json_put_text(w, "previous_category", t->previous_category);
	json_put_text(w, "meta_id", t->meta_id);
	json_put_text(w, "meta_name", t->meta_name);
	json_put_text(w, "meta_status", t->meta_status);
}

int template_answer(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct template t;
	int got = template_read(tx, call->key.account_no, no, call->arena, &t);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_template(call, &t);
	put_links_open(call);
	put_link(call, "self", "/v1/templates/%s", id_text(call, PUBID_TEMPLATE, t.no, 0));
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return template_answer(tx, call, call->id[0]);
}

void templates_read(struct api_call *call)
{
	call_read(call, read_run);
}

/* ---- lists ---- */

struct list_request {
	struct page page;
	struct template_filter filter;
	bool nothing;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct template *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && template_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_template(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

static unsigned statuses(struct api_call *call)
{
	const char *rest = call_filter(call, "status"), *value;
	unsigned mask = 0;
	enum template_status status;
	while (rest && (value = call_next_value(call, &rest)))
		if (template_status_parse(value, &status))
			mask |= 1u << status;
	return mask;
}

void templates_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	req->filter = (struct template_filter){.name = call_filter(call, "name"), .statuses = statuses(call)};
	req->nothing = !call_filter_allows(call, "channel", "whatsapp") ||
	               (call_filter(call, "status") && req->filter.statuses == 0);
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* ---- creating and deleting ---- */

/* What is fetched from a URL is judged once it is `fetched`. */
static int check_media(struct store_tx *tx, struct api_call *call, const struct template_request *req, bool fetched)
{
	struct template_form *form = arena_alloc(call->arena, sizeof(*form));
	struct faults *told = arena_alloc(call->arena, sizeof(*told)); /* those of the form were told before */
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	int64_t no[TEMPLATE_MAX_MEDIA];
	faults_init(told);
	template_form_build(req, TEMPLATE_PARAMS_EACH, call->arena, form, told);
	int n = template_form_media(form, media);
	for (int i = 0; i < n && !fetched; i++)
		media[i]->url = NULL;
	return template_media_find(tx, call->key.account_no, form, !req->components, call->arena, &call->faults, no, &n);
}

/* The faults that the database knows of, beside those that are there. */
static int check(struct store_tx *tx, struct api_call *call, bool fetched, struct sender *ret_sender)
{
	const struct template_request *req = call->state;
	const char *code = req->wa_sender_code;
	int known = 0, taken = 0;
	if (!faults_on(&call->faults, "name"))
		taken = template_name_taken(tx, call->key.account_no, req->name, 0);
	if (!faults_on(&call->faults, "wa_sender_code"))
		known = sender_by_code(tx, call->key.account_no, *code == '+' ? code + 1 : code, call->arena, ret_sender);
	if (taken < 0 || known < 0 || check_media(tx, call, req, fetched) < 0)
		return -1;
	if (taken)
		fault_add(&call->faults, FAULT_TEMPLATE_NAME_TAKEN, "name", " is the name of another template already");
	if (known == 1)
		fault_add(&call->faults, FAULT_TEMPLATE_SENDER, "wa_sender_code", " is not the code of a sender of this account");
	call_order_faults(call, 0, fields, N_FIELDS);
	return faults_any(&call->faults) ? 1 : 0;
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct sender sender = {0};
	int64_t no;
	int result = check(tx, call, true, &sender);
	if (result == 0)
		result = template_create(tx, call->key.account_no, sender.no, call->state, call->now, &no);
	call->status = 201;
	return result != 0 ? result : template_answer(tx, call, no);
}

static void create_now(struct api_call *call)
{
	call_write(call, create_run, AFTER_DELIVERY);
}

/* Before anything is fetched for it, since that makes a medium that stays. */
static int check_before(struct api_call *call)
{
	struct sender sender = {0};
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int result = check(tx, call, false, &sender);
	store_reader_put(call->api->options.store, tx);
	return result;
}

void templates_create(struct api_call *call)
{
	struct template_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	if (faults_on(&call->faults, "components"))
		req->components = "[]"; /* given, if not as a list: `text` is not what lacks */
	template_judge(req, call->arena, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	int result = check_before(call);
	if (result < 0)
		call_internal(call, "the database failed");
	else if (result == 1)
		call_faults(call);
	else
		template_need_media(call, req, create_now);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = template_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_TEMPLATE_STATE, NULL, "The template is IN_PROCESS: wait for WhatsApp's verdict");
	if (result == 3)
		fault_add(&call->faults, FAULT_TEMPLATE_STATE, NULL,
		          "The template is used by a campaign that is scheduled or in progress");
	return result == 1 ? call_unknown(call) : result > 1 ? 1 : result;
}

void templates_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_DELIVERY);
}
