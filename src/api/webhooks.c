/* The user's webhooks, and what became of telling them. */
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "http/target.h"
#include "store/hook_events.h"

static const struct field fields[] = {
	FIELD(hook_request, url, FIELD_TEXT, FAULT_HOOK_URL),
	FIELD(hook_request, event, FIELD_TEXT, FAULT_HOOK_EVENT),
	FIELD(hook_request, secret, FIELD_TEXT, FAULT_HOOK_SECRET),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- answers ---- */

/* `secret`: of one that was just made, which is the only time that it is told; NULL. */
static void put_hook(struct api_call *call, const struct hook *h, const char *secret)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_WEBHOOK, h->no, 0);
	json_put_text(w, "url", h->url);
	json_put_text(w, "event", hook_kind_text(h->kind));
	if (secret)
		json_put_text(w, "secret", secret);
	json_put_time(w, "create_date", h->create_ms);
	json_put_time(w, "update_date", h->create_ms);
	json_put_int(w, "waiting", h->waiting);
	json_put_int(w, "delivered", h->delivered);
	json_put_int(w, "failed", h->failed);
	json_put_int(w, "dropped", h->dropped);
	json_put_time(w, "last_attempt_date", h->last_ms);
	json_put_text(w, "last_error", h->last_reason);
}

static int answer_hook(struct store_tx *tx, struct api_call *call, int64_t no, const char *secret)
{
	struct hook h;
	int got = hook_read(tx, call->key.account_no, no, call->arena, &h);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_hook(call, &h, secret);
	const char *id = id_text(call, PUBID_WEBHOOK, h.no, 0);
	put_links_open(call);
	put_link(call, "self", "/v1/webhooks/%s", id);
	put_link(call, "deliveries", "/v1/webhooks/%s/deliveries", id);
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

static void put_delivery(struct api_call *call, const struct hook_event *e)
{
	struct json_writer *w = &call->json;
	char id[UUID_TEXT_BYTES];
	struct uuid uuid = hook_event_id(store_ids(call->api->options.store), e->no);
	uuid_format(&uuid, id);
	json_put_text(w, "id", id);
	put_id(call, "account_id", PUBID_ACCOUNT, call->key.account_no, 0);
	put_id(call, "webhook_id", PUBID_WEBHOOK, e->hook_no, 0);
	json_put_text(w, "status", hook_state_text(e->state));
	json_put_int(w, "attempts", e->attempts);
	if (e->http_status)
		json_put_int(w, "http_status", e->http_status);
	else
		json_put_null(w, "http_status");
	json_put_text(w, "error", e->reason);
	json_put_time(w, "create_date", e->create_ms);
	json_put_time(w, "next_date", e->state == HOOK_WAITING ? e->next_ms : -1);
	json_put_time(w, "done_date", e->done_ms);
	json_put_raw(w, "body", e->body, strlen(e->body));
}

/* ---- the hooks ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_hook(tx, call, call->id[0], NULL);
}

void webhooks_read(struct api_call *call)
{
	call_read(call, read_run);
}

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct page *page = call->state;
	struct hook *item = arena_array(call->arena, (size_t)page->size, sizeof(*item));
	int n;
	if (hook_list(tx, call->key.account_no, page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_hook(call, &item[i], NULL);
		json_close_object(&call->json);
	}
	call_end_list(call, page, n);
	return 0;
}

void webhooks_list(struct api_call *call)
{
	struct page *page = call->state = arena_alloc(call->arena, sizeof(*page));
	if (call_page(call, page))
		call_read(call, list_run);
}

static void judge_target(struct api_call *call, const struct hook_request *req)
{
	if (!req->url || faults_on(&call->faults, "url"))
		return;
	enum target_verdict verdict = target_judge(req->url);
	if (verdict == TARGET_NOT_HTTP)
		fault_add(&call->faults, FAULT_HOOK_URL, "url", " must be an http or https URL of a host, without a user name");
	else if (verdict == TARGET_PRIVATE && !call->api->options.allow_private_urls)
		fault_add(&call->faults, FAULT_HOOK_URL, "url",
		          " leads to an address that is not public, which this server's operator does not permit");
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct hook_request *req = call->state;
	char made[HOOK_SECRET_BYTES];
	const char *secret = req->secret;
	int64_t no;
	if (!secret) {
		hook_make_secret(made);
		secret = made;
	}
	int result = hook_create(tx, call->key.account_no, req->kind, req->url, secret, call->now, &no);
	if (result == 1)
		fault_add(&call->faults, FAULT_HOOK_TAKEN, "event",
		          " has a webhook already: there is one an event; delete it first");
	if (result == 0)
		result = answer_hook(tx, call, no, secret);
	explicit_bzero(made, sizeof(made));
	call->status = 201;
	return result;
}

void webhooks_create(struct api_call *call)
{
	struct hook_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, fields, N_FIELDS, req);
	hook_judge(req, &call->faults);
	judge_target(call, req);
	call_order_faults(call, 0, fields, N_FIELDS);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		call_write(call, create_run, AFTER_NOTHING);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = hook_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	return result == 1 ? call_unknown(call) : result;
}

void webhooks_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_NOTHING);
}

/* ---- deliveries ---- */

/* 0 when the hook of the path is the account's; 1 with the fault. */
static int find_hook(struct store_tx *tx, struct api_call *call)
{
	struct hook h;
	int got = hook_read(tx, call->key.account_no, call->id[0], call->arena, &h);
	if (got == 1)
		fault_add(&call->faults, FAULT_HOOK_UNKNOWN, NULL, "There is no webhook with this id");
	return got;
}

struct deliveries_request {
	struct page page;
	unsigned states;
	bool nothing; /* a filter that matches nothing */
};

static int deliveries_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct deliveries_request *req = call->state;
	struct hook_event *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0, got = find_hook(tx, call);
	if (got != 0)
		return got;
	if (!req->nothing && hook_event_list(tx, call->id[0], req->states, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_delivery(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

void webhooks_deliveries(struct api_call *call)
{
	struct deliveries_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	const char *rest = call_filter(call, "status"), *value;
	req->nothing = rest != NULL;
	while (rest && (value = call_next_value(call, &rest))) {
		enum hook_state state;
		if (!hook_state_parse(value, &state))
			continue;
		req->states |= 1u << state;
		req->nothing = false;
	}
	if (call_page(call, &req->page))
		call_read(call, deliveries_run);
}

static int redeliver_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct hook_event e;
	int64_t no = (int64_t)((uint64_t)call->id[1] << 32 | (uint64_t)call->id_b[1]);
	int got = find_hook(tx, call);
	if (got != 0)
		return got;
	got = hook_event_again(tx, call->id[0], no, call->now);
	if (got != 0 || hook_event_read(tx, call->id[0], no, call->arena, &e) != 0)
		return got == 1 ? call_unknown(call) : -1;
	call_begin_answer(call);
	put_delivery(call, &e);
	call_end_answer(call);
	return 0;
}

void webhooks_redeliver(struct api_call *call)
{
	call_write(call, redeliver_run, AFTER_NOTHING);
}
