/* Senders. A new one, or a new token, is tried at Meta before it is kept. */
#include "store/senders.h"

#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "base/text.h"
#include "model/number.h"
#include "store/budget.h"
#include "store/history.h"

static const struct field fields[] = {
	FIELD(sender_request, name, FIELD_TEXT, FAULT_SENDER_NAME_INVALID),
	FIELD(sender_request, code, FIELD_TEXT, FAULT_SENDER_CODE_INVALID),
	FIELD(sender_request, channel, FIELD_TEXT, FAULT_SENDER_CHANNEL),
	FIELD(sender_request, phone_number_id, FIELD_TEXT, FAULT_SENDER_META_FIELD),
	FIELD(sender_request, waba_id, FIELD_TEXT, FAULT_SENDER_META_FIELD),
	FIELD(sender_request, access_token, FIELD_TEXT, FAULT_SENDER_META_FIELD),
	FIELD(sender_request, app_secret, FIELD_TEXT, FAULT_SENDER_META_FIELD),
	FIELD(sender_request, rate, FIELD_INT, FAULT_SENDER_META_FIELD),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- answers ---- */

static int put_limits(struct store_tx *tx, struct api_call *call, const struct sender *s)
{
	struct json_writer *w = &call->json;
	struct budget b;
	int64_t now_mps;
	const char *portfolio;
	if (portfolio_id(tx, s->portfolio_no, call->arena, &portfolio) < 0 ||
	    budget_read(tx, s->portfolio_no, call->now, &b) < 0 || history_rate(tx, s->no, call->now, &now_mps) < 0)
		return -1;
	json_open_object(w, "throughput");
	json_put_int(w, "limit", s->limit_mps);
	json_put_int(w, "now", now_mps);
	json_close_object(w);
	json_put_text(w, "quality", s->quality);
	json_put_text(w, "portfolio", portfolio);
	json_open_object(w, "messaging_limit");
	json_put_text(w, "tier", *s->tier ? s->tier : NULL);
	if (b.portfolio_no) {
		json_put_int(w, "used_24h", b.used);
		json_put_int(w, "left_24h", budget_left(&b));
	} else {
		json_put_null(w, "used_24h");
		json_put_null(w, "left_24h");
	}
	json_close_object(w);
	return 0;
}

static int put_sender(struct store_tx *tx, struct api_call *call, const struct sender *s)
{
	struct json_writer *w = &call->json;
	char country[3];
	put_head(call, PUBID_SENDER, s->no, 0);
	json_put_text(w, "name", s->name);
	json_put_text(w, "code", s->code);
	json_put_text(w, "channel", "WHATSAPP");
	json_put_text(w, "type", "did");
	json_put_text(w, "status", s->status);
	number_country(s->code, country);
	json_open_array(w, "countries");
	if (country[0])
		json_put_text(w, NULL, country);
	json_close_array(w);
	json_put_time(w, "create_date", s->create_ms);
	json_put_time(w, "update_date", s->update_ms);
	json_put_text(w, "phone_number_id", s->phone_number_id);
	json_put_text(w, "waba_id", s->waba_id);
	if (s->rate_cap > 0)
		json_put_int(w, "rate", s->rate_cap);
	else
		json_put_null(w, "rate");
	if (put_limits(tx, call, s) < 0)
		return -1;
	hold_put(w, "hold", &s->hold);
	return 0;
}

static int answer_sender(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct sender s;
	int got = sender_read(tx, call->key.account_no, no, call->arena, &s);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	if (put_sender(tx, call, &s) < 0)
		return -1;
	put_links_open(call);
	put_link(call, "self", "/v1/senders/%s", id_text(call, PUBID_SENDER, s.no, 0));
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

/* ---- reading ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_sender(tx, call, call->id[0]);
}

void senders_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	struct sender_filter filter;
	bool nothing; /* a filter that matches nothing */
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct sender *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && sender_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		if (put_sender(tx, call, &item[i]) < 0)
			return -1;
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

/* The values without blanks and in lower case, as the store compares them. */
static const char *status_words(struct api_call *call)
{
	const char *rest = call_filter(call, "status"), *value, *list = NULL;
	while (rest && (value = call_next_value(call, &rest)))
		list = list ? arena_printf(call->arena, "%s,%s", list, value) : value;
	char *lower = arena_strdup(call->arena, list);
	for (char *p = lower; p && *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return lower;
}

void senders_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	struct sender_filter *f = &req->filter;
	*f = (struct sender_filter){.statuses = status_words(call)};
	if (!call_filter_names(call, "name", &f->names))
		return;
	req->nothing = !call_filter_allows(call, "channel", "whatsapp") || !call_filter_allows(call, "type", "did") ||
	               (call_filter(call, "status") && !f->statuses) || (call_filter(call, "name") && f->names.n == 0);
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* ---- creating and changing ---- */

struct checked {
	struct sender_request req;
	struct wa_number_record *record; /* Meta's, once it was asked */
	store_run_fn *keep;
};

/* On the delivery thread: what Meta says of the number. */
static void meta_said(const struct wa_number_record *number, bool refused, const char *why, void *arg)
{
	struct api_call *call = arg;
	struct checked *c = call->state;
	if (!number && !refused) {
		call_fault(call, FAULT_UPSTREAM, NULL, "Nothing was changed. WhatsApp was asked about the number: %s", why);
		return;
	}
	if (!number) {
		call_fault(call, FAULT_SENDER_REFUSED, "access_token", " was tried at WhatsApp, which did not take it: %s", why);
		return;
	}
	if (c->req.code && *number->display_number && strcmp(number->display_number, c->req.code_digits) != 0) {
		call_fault(call, FAULT_SENDER_REFUSED, "phone_number_id",
		           " belongs to another number than 'data.code' at WhatsApp");
		return;
	}
	c->record = arena_alloc(call->arena, sizeof(*c->record));
	*c->record = *number;
	call_write(call, c->keep, AFTER_DELIVERY | AFTER_SECRETS);
}

static void ask_meta(struct api_call *call, const char *phone_number_id, const char *token, store_run_fn *keep)
{
	struct checked *c = call->state;
	c->keep = keep;
	if (delivery_check_number(call->api->options.delivery, phone_number_id, token, meta_said, call) != 0)
		call_overloaded(call);
}

static int keep_record(struct store_tx *tx, struct api_call *call, int64_t no)
{
	const struct wa_number_record *r = ((struct checked *)call->state)->record;
	if (!r)
		return 0;
	const struct sender_record record = {.limit_mps = r->limit_mps,
	                                     .quality = r->quality,
	                                     .tier = r->tier,
	                                     .portfolio_id = r->portfolio_id,
	                                     .status = r->status,
	                                     .can_send = r->can_send};
	return sender_set_record(tx, no, &record, call->now, call->now);
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct checked *c = call->state;
	int64_t no;
	int result = sender_create(tx, call->key.account_no, &c->req, call->now, &no);
	if (result == 1)
		fault_add(&call->faults, FAULT_SENDER_NAME_TAKEN, "name", " is the name of another sender already");
	if (result == 2)
		fault_add(&call->faults, FAULT_SENDER_REGISTERED, "phone_number_id",
		          " is registered already: one number has one sender");
	if (result != 0)
		return result < 0 ? -1 : 1;
	call->status = 201;
	return keep_record(tx, call, no) < 0 ? -1 : answer_sender(tx, call, no);
}

void senders_create(struct api_call *call)
{
	struct checked *c = call->state = arena_alloc(call->arena, sizeof(*c));
	c->req.rate = JSON_NO_INT;
	call_decode(call, call->data, fields, N_FIELDS, &c->req);
	sender_judge(&c->req, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	if (faults_any(&call->faults))
		call_faults(call);
	else
		ask_meta(call, c->req.phone_number_id, c->req.access_token, create_run);
}

static int update_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct checked *c = call->state;
	int result = sender_update(tx, call->key.account_no, call->id[0], &c->req, call->now);
	if (result == 2)
		fault_add(&call->faults, FAULT_SENDER_NAME_TAKEN, "name", " is the name of another sender already");
	if (result != 0)
		return result < 0 ? -1 : result == 1 ? call_unknown(call) : 1;
	return keep_record(tx, call, call->id[0]) < 0 ? -1 : answer_sender(tx, call, call->id[0]);
}

/* Whose token is it? 1 unknown. */
static int phone_number_of(struct api_call *call, const char **ret)
{
	struct sender s;
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int got = sender_read(tx, call->key.account_no, call->id[0], call->arena, &s);
	store_reader_put(call->api->options.store, tx);
	if (got == 0)
		*ret = s.phone_number_id;
	return got;
}

void senders_update(struct api_call *call)
{
	struct checked *c = call->state = arena_alloc(call->arena, sizeof(*c));
	const char *phone_number_id = NULL;
	c->req.rate = JSON_NO_INT;
	call_decode(call, call->data, fields, N_FIELDS, &c->req);
	c->req.code = NULL; /* what a sender is at Meta never changes */
	c->req.no_rate = cJSON_IsNull(json_get(call->data, "rate"));
	sender_judge_update(&c->req, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	int known = phone_number_of(call, &phone_number_id);
	if (known == 1)
		call_unknown(call);
	if (known < 0)
		call_internal(call, "a sender could not be read");
	else if (faults_any(&call->faults))
		call_faults(call);
	else if (c->req.access_token)
		ask_meta(call, phone_number_id, c->req.access_token, update_run);
	else
		call_write(call, update_run, AFTER_DELIVERY | AFTER_SECRETS);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = sender_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_SENDER_IN_USE, NULL,
		          "The sender is used by a campaign that is scheduled or in progress");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void senders_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_DELIVERY | AFTER_SECRETS);
}

/* ---- pause and resume ---- */

static int pause_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct hold hold = hold_for(HOLD_PERSON, "Paused by a person.");
	int result = sender_hold(tx, call->key.account_no, call->id[0], &hold, call->now);
	return result < 0 ? -1 : result == 1 ? call_unknown(call) : answer_sender(tx, call, call->id[0]);
}

void senders_pause(struct api_call *call)
{
	call_write(call, pause_run, AFTER_DELIVERY);
}

static int resume_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = sender_release(tx, call->key.account_no, call->id[0], call->now);
	return result < 0 ? -1 : result == 1 ? call_unknown(call) : answer_sender(tx, call, call->id[0]);
}

void senders_resume(struct api_call *call)
{
	call_write(call, resume_run, AFTER_DELIVERY);
}
