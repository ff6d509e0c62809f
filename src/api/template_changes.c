/* Changing templates: by their user, and by taking over what stands at Meta. */
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "api/template_put.h"
#include "base/text.h"
#include "model/template_form.h"
#include "store/templates.h"

/* ---- PUT ---- */

static const struct field fields[] = {
	FIELD(template_request, name, FIELD_TEXT, FAULT_TEMPLATE_INVALID),
	TEMPLATE_CONTENT_FIELDS,
	FIELD(template_request, components, FIELD_JSON, FAULT_TEMPLATE_COMPONENTS),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* The body has been judged before. */
static int unknown(struct api_call *call)
{
	return faults_any(&call->faults) ? 1 : call_unknown(call);
}

static int update_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = template_update(tx, call->key.account_no, call->id[0], call->state, call->now, &call->faults);
	if (result == 2)
		call_order_faults(call, 0, fields, N_FIELDS);
	if (result != 0)
		return result < 0 ? -1 : result == 1 ? unknown(call) : 1;
	return template_answer(tx, call, call->id[0]);
}

static void update_now(struct api_call *call)
{
	call_write(call, update_run, AFTER_DELIVERY);
}

/* 0 with what the content is to become, 1 with faults, -1. */
static int merge(struct store_tx *tx, struct api_call *call, struct template_request *ret)
{
	const struct template_request *req = call->state;
	struct template tpl;
	int got = template_read(tx, call->key.account_no, call->id[0], call->arena, &tpl);
	if (got != 0)
		return got < 0 ? -1 : unknown(call);
	int taken = req->name && !faults_on(&call->faults, "name")
	                    ? template_name_taken(tx, call->key.account_no, req->name, tpl.no)
	                    : 0;
	if (taken > 0)
		fault_add(&call->faults, FAULT_TEMPLATE_NAME_TAKEN, "name", " is the name of another template already");
	size_t n_faults = call->faults.n;
	template_merge(&tpl, req, call->arena, ret, &call->faults);
	if (call->faults.n == n_faults)
		template_judge_content(ret, tpl.params, call->arena, &call->faults);
	if (taken < 0 || (!faults_any(&call->faults) && template_check_state(tx, &tpl, &call->faults) < 0))
		return -1;
	call_order_faults(call, 0, fields, N_FIELDS);
	return faults_any(&call->faults) ? 1 : 0;
}

/* Judged with what stands before anything is fetched for it: a `url` alone is of the type that is there. */
static void update_media(struct api_call *call)
{
	struct template_request *merged = arena_alloc(call->arena, sizeof(*merged));
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int got = merge(tx, call, merged);
	store_reader_put(call->api->options.store, tx);
	if (got < 0)
		call_internal(call, "the template could not be read");
	else if (got == 1)
		call_faults(call);
	else
		template_need_media(call, merged, update_now);
}

void templates_update(struct api_call *call)
{
	struct template_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	if (req->name)
		template_judge_name(req->name, &call->faults);
	if (req->components || req->url || req->media_id)
		update_media(call);
	else
		update_now(call); /* also with faults: the template that stands may know of more */
}

/* ---- POST /v1/templates/sync ---- */

struct sync_request {
	const char *wa_sender_code;
	struct template_source source[TEMPLATE_MAX_SOURCES];
	struct listed {
		struct template_listing *item;
		int n;
	} list[TEMPLATE_MAX_SOURCES];
	int n_sources, n_listed;
};

static const struct field sync_fields[] = {
	FIELD(sync_request, wa_sender_code, FIELD_TEXT, FAULT_TEMPLATE_SENDER),
};

static int sync_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct sync_request *req = call->state;
	struct template_sync sum = {0};
	for (int i = 0; i < req->n_sources; i++) {
		const struct template_source *s = &req->source[i];
		if (template_sync(tx, call->key.account_no, s->sender_no, s->code, s->waba_id, req->list[i].item, req->list[i].n,
		                  call->now, &sum) < 0)
			return -1;
	}
	call_begin_answer(call);
	json_put_int(&call->json, "business_accounts", req->n_sources);
	json_put_int(&call->json, "found", sum.found);
	json_put_int(&call->json, "added", sum.added);
	json_put_int(&call->json, "updated", sum.updated);
	json_put_int(&call->json, "unchanged", sum.found - sum.added - sum.updated);
	json_put_int(&call->json, "removed", sum.removed);
	json_put_int(&call->json, "not_sendable", sum.unsupported);
	put_links_open(call);
	put_link(call, "self", "/v1/templates");
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

static const char *kept(struct api_call *call, const char *text)
{
	return arena_strdup(call->arena, text);
}

/* What was listed lives no longer than its call. */
static void keep_list(struct api_call *call, const char *waba_id, const struct wa_template_import *from, int n, struct listed *to)
{
	to->item = arena_array(call->arena, (size_t)n, sizeof(*to->item));
	to->n = n;
	for (int i = 0; i < n; i++)
		to->item[i] = (struct template_listing){.waba_id = waba_id,
		                                        .meta_id = kept(call, from[i].record.id),
		                                        .meta_name = kept(call, from[i].name),
		                                        .language = kept(call, from[i].language),
		                                        .status = kept(call, from[i].record.status),
		                                        .category = kept(call, from[i].record.category),
		                                        .correct_category = kept(call, from[i].record.correct_category),
		                                        .previous_category = kept(call, from[i].record.previous_category),
		                                        .reason = kept(call, from[i].record.reason),
		                                        .quality = kept(call, from[i].record.quality),
		                                        .text = kept(call, from[i].text),
		                                        .components = kept(call, from[i].components),
		                                        .params = from[i].params,
		                                        .unsupported = kept(call, from[i].unsupported)};
}

static void ask_next(struct api_call *call);

/* On the delivery thread. */
static void listed(const struct wa_template_import *list, int n, const char *why, void *arg)
{
	struct api_call *call = arg;
	struct sync_request *req = call->state;
	const struct template_source *s = &req->source[req->n_listed];
	if (why) {
		call_fault(call, FAULT_UPSTREAM, NULL,
		           "Nothing was changed. The business account of sender %s could not be read: %s", s->code, why);
		return;
	}
	keep_list(call, s->waba_id, list, n, &req->list[req->n_listed++]);
	ask_next(call);
}

static void ask_next(struct api_call *call)
{
	struct sync_request *req = call->state;
	if (req->n_listed == req->n_sources)
		call_write(call, sync_run, AFTER_DELIVERY);
	else if (delivery_list_templates(call->api->options.delivery, req->source[req->n_listed].waba_id,
	                                 req->source[req->n_listed].token, listed, call) != 0)
		call_overloaded(call);
}

void templates_sync(struct api_call *call)
{
	struct sync_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, sync_fields, 1, req);
	const char *code = req->wa_sender_code;
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int got = template_sources(tx, call->key.account_no, code && *code == '+' ? code + 1 : code, call->arena, req->source,
	                           &req->n_sources);
	store_reader_put(call->api->options.store, tx);
	if (got == 0 && code && req->n_sources == 0)
		fault_add(&call->faults, FAULT_TEMPLATE_SENDER, "wa_sender_code", " is not the code of a sender of this account");
	if (got < 0)
		call_internal(call, "the senders could not be read");
	else if (faults_any(&call->faults))
		call_faults(call);
	else
		ask_next(call);
}
