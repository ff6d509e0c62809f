#include "api/campaigns.h"

#include <string.h>

#include "store/budget.h"
#include "store/media.h"

static const struct field fields[] = {
	FIELD(campaign_request, name, FIELD_TEXT, FAULT_CAMPAIGN_NAME),
	FIELD(campaign_request, channel, FIELD_TEXT, FAULT_CAMPAIGN_CHANNEL),
	FIELD(campaign_request, from, FIELD_TEXT, FAULT_CAMPAIGN_FROM_UNKNOWN),
	FIELD_NAMED("template", campaign_request, template_id, FIELD_TEXT, FAULT_CAMPAIGN_TEMPLATE_STATE),
	FIELD_NAMED("audience", campaign_request, audience_id, FIELD_TEXT, FAULT_CAMPAIGN_AUDIENCE_ID),
	FIELD(campaign_request, schedule, FIELD_TEXT, FAULT_SCHEDULE_FORMAT),
	FIELD(campaign_request, timezone, FIELD_TEXT, FAULT_SCHEDULE_FORMAT),
	FIELD(campaign_request, deadline, FIELD_TEXT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, on_unconfirmed, FIELD_TEXT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, on_capped, FIELD_TEXT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, late_start_limit, FIELD_INT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, rate, FIELD_INT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, brake, FIELD_INT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, canary, FIELD_INT, FAULT_CAMPAIGN_OPTION),
	FIELD(campaign_request, canary_wait, FIELD_INT, FAULT_CAMPAIGN_OPTION),
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

struct update_request {
	struct campaign_request campaign;
	const char *status;
};

static const struct field update_fields[] = {
	FIELD_NAMED("name", update_request, campaign.name, FIELD_TEXT, FAULT_CAMPAIGN_NAME),
	FIELD_NAMED("schedule", update_request, campaign.schedule, FIELD_TEXT, FAULT_SCHEDULE_FORMAT),
	FIELD_NAMED("timezone", update_request, campaign.timezone, FIELD_TEXT, FAULT_SCHEDULE_FORMAT),
	FIELD(update_request, status, FIELD_TEXT, FAULT_CAMPAIGN_STATE),
};
#define N_UPDATE_FIELDS (sizeof(update_fields) / sizeof(update_fields[0]))

/* ---- answers ---- */

void campaigns_put_messages(struct json_writer *w, const struct campaign *c)
{
	int64_t total = 0;
	for (int i = 0; i < N_STATES; i++)
		total += c->count[i];
	json_open_object(w, "messages");
	json_put_int(w, "total", total);
	json_put_int(w, "delivered", c->count[STATE_DELIVERED] + c->count[STATE_READ]);
	json_put_int(w, "failed", c->count[STATE_FAILED]);
	json_put_int(w, "queued", c->count[STATE_QUEUED] + c->count[STATE_CLAIMED]);
	json_put_int(w, "sent", c->count[STATE_ACCEPTED] + c->count[STATE_SENT]);
	json_put_int(w, "read", c->count[STATE_READ]);
	json_put_int(w, "unconfirmed", c->count[STATE_UNCONFIRMED]);
	json_put_int(w, "skipped", c->count[STATE_SKIPPED] + c->count[STATE_CANCELED]);
	json_close_object(w);
}

void campaigns_put_holds(struct json_writer *w, const struct campaign *c)
{
	static const struct hold none = {0};
	hold_put(w, "hold", &c->hold);
	hold_put(w, "sender_hold", c->status <= CAMPAIGN_IN_PROGRESS ? &c->sender_hold : &none);
}

static int budget_waits(struct store_tx *tx, struct api_call *call, const struct campaign *c, const char **ret_reason)
{
	msec_t at;
	int64_t limit;
	char text[CLOCK_TEXT_BYTES];
	if (c->status != CAMPAIGN_IN_PROGRESS || hold_is_on(&c->hold) || c->count[STATE_QUEUED] == 0)
		return 0;
	if (budget_of_campaign(tx, c->no, 1, call->now, &at, &limit) < 0)
		return -1;
	if (at <= call->now)
		return 0;
	clock_format(at, text);
	*ret_reason = arena_printf(
		call->arena,
		"WhatsApp lets this business begin with %lld people in 24 hours, and all of them are used or kept for "
		"earlier campaigns: it goes on after %s.",
		(long long)limit, text);
	return 0;
}

/* Why nothing of it goes out just now although nobody holds it. */
static int put_waits(struct store_tx *tx, struct api_call *call, const struct campaign *c)
{
	const char *reason = NULL;
	if (c->status == CAMPAIGN_IN_PROGRESS && !hold_is_on(&c->hold) &&
	    template_media_waits(tx, c->template_no, c->sender_no, call->now, call->arena, &reason) < 0)
		return -1;
	if (!reason && budget_waits(tx, call, c, &reason) < 0)
		return -1;
	json_put_text(&call->json, "waits_for", reason);
	return campaigns_put_pace(tx, &call->json, c, call->now);
}

static int put_campaign(struct store_tx *tx, struct api_call *call, const struct campaign *c)
{
	struct json_writer *w = &call->json;
	put_head(call, PUBID_CAMPAIGN, c->no, 0);
	json_put_text(w, "name", c->name);
	json_put_text(w, "channel", "whatsapp");
	json_put_text(w, "status", campaign_status_text(c->status));
	json_put_text(w, "sender", c->sender_name);
	put_id(call, "template_id", PUBID_TEMPLATE, c->template_no, 0);
	put_id(call, "audience_id", PUBID_AUDIENCE, c->audience_no, 0);
	json_put_time(w, "schedule", c->schedule_ms);
	json_put_time(w, "create_date", c->create_ms);
	json_put_time(w, "update_date", c->update_ms);
	campaigns_put_messages(w, c);
	campaigns_put_holds(w, c);
	if (put_waits(tx, call, c) < 0)
		return -1;
	json_put_time(w, "start_date", c->start_ms);
	json_put_time(w, "end_date", c->end_ms);
	json_put_time(w, "deadline", c->deadline_ms);
	json_put_text(w, "on_unconfirmed", c->on_unconfirmed == UNCONFIRMED_RESEND ? "resend" : "hold");
	json_put_text(w, "on_capped", c->on_capped == CAPPED_FAIL ? "fail" : "retry");
	json_put_int(w, "late_start_limit", c->late_start_limit_min);
	json_put_int(w, "brake", c->brake);
	json_put_int(w, "canary", c->canary);
	json_put_int(w, "canary_wait", c->canary_wait_min);
	if (c->rate > 0)
		json_put_int(w, "rate", c->rate);
	else
		json_put_null(w, "rate");
	return 0;
}

static int answer_campaign(struct store_tx *tx, struct api_call *call, int64_t no)
{
	struct campaign c;
	int got = campaign_read(tx, call->key.account_no, no, call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	const char *id = id_text(call, PUBID_CAMPAIGN, c.no, 0);
	call_begin_answer(call);
	if (put_campaign(tx, call, &c) < 0)
		return -1;
	put_links_open(call);
	put_link(call, "self", "/v1/campaigns/%s", id);
	put_link(call, "template", "/v1/templates/%s", id_text(call, PUBID_TEMPLATE, c.template_no, 0));
	put_link(call, "audience", "/v1/audiences/%s", id_text(call, PUBID_AUDIENCE, c.audience_no, 0));
	put_link(call, "analytics", "/v1/campaigns/%s/analytics", id);
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

/* ---- reading ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_campaign(tx, call, call->id[0]);
}

void campaigns_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	struct campaign_filter filter;
	bool nothing;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct campaign *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && campaign_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		if (put_campaign(tx, call, &item[i]) < 0)
			return -1;
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

static unsigned statuses(struct api_call *call)
{
	const char *rest = call_filter(call, "statuses"), *value;
	unsigned mask = 0;
	enum campaign_status status;
	while (rest && (value = call_next_value(call, &rest)))
		if (campaign_status_parse(value, &status))
			mask |= 1u << status;
	return mask;
}

void campaigns_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	struct campaign_filter *f = &req->filter;
	*f = (struct campaign_filter){.statuses = statuses(call), .search = call_filter(call, "search")};
	if (!call_filter_names(call, "senders", &f->senders))
		return;
	req->nothing = !call_filter_allows(call, "channel", "whatsapp") || (call_filter(call, "statuses") && f->statuses == 0) ||
	               (call_filter(call, "senders") && f->senders.n == 0);
	if (call_page(call, &req->page))
		call_read(call, list_run);
}

/* ---- creating ---- */

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int64_t no;
	int result = campaign_create(tx, call->key.account_no, call->state, call->now, call->arena, &call->faults, &no);
	call->status = 201;
	return result != 0 ? result : answer_campaign(tx, call, no);
}

struct campaign_request *campaigns_read_create(struct api_call *call)
{
	struct campaign_request *req = arena_alloc(call->arena, sizeof(*req));
	req->late_start_limit = JSON_NO_INT;
	req->rate = req->brake = req->canary = req->canary_wait = JSON_NO_INT;
	call_decode(call, call->data, fields, N_FIELDS, req);
	req->has_schedule = req->schedule != NULL;
	campaign_judge(req, call->now, &call->faults);
	call_order_faults(call, 0, fields, N_FIELDS);
	return req;
}

void campaigns_create(struct api_call *call)
{
	call->state = campaigns_read_create(call);
	/* Also with faults: the database may know of more, and all are told together. */
	call_write(call, create_run, AFTER_DELIVERY);
}

/* ---- changing ---- */

static int refused(struct api_call *call, const char *why)
{
	fault_add(&call->faults, FAULT_CAMPAIGN_STATE, NULL, "%s", why);
	return 1;
}

static int update_name(struct store_tx *tx, struct api_call *call, const char *name)
{
	int result = campaign_rename(tx, call->key.account_no, call->id[0], name, call->now);
	if (result == 2)
		fault_add(&call->faults, FAULT_CAMPAIGN_NAME_TAKEN, "name", " is the name of another campaign already");
	return result < 0 ? -1 : 0;
}

static int update_schedule(struct store_tx *tx, struct api_call *call, const struct campaign *c, msec_t schedule_ms)
{
	campaign_judge_reschedule(c, schedule_ms, &call->faults);
	if (faults_on(&call->faults, "schedule"))
		return 0;
	return campaign_reschedule(tx, call->key.account_no, c->no, schedule_ms, call->now) == 0 ? 0 : -1;
}

static int update_cancel(struct store_tx *tx, struct api_call *call)
{
	int result = campaign_cancel(tx, call->key.account_no, call->id[0], call->now);
	if (result == 2)
		fault_add(&call->faults, FAULT_CAMPAIGN_STATE, "status", "The campaign is over, so it cannot be canceled");
	return result < 0 ? -1 : 0;
}

/* Each part is tried that has no fault yet, so that all are told. */
static int update_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct update_request *req = call->state;
	const struct faults *faults = &call->faults;
	struct campaign c;
	int got = campaign_read(tx, call->key.account_no, call->id[0], call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	if ((req->campaign.name && !faults_on(faults, "name") && update_name(tx, call, req->campaign.name) < 0) ||
	    (req->campaign.schedule_ms >= 0 && update_schedule(tx, call, &c, req->campaign.schedule_ms) < 0) ||
	    (req->status && !faults_on(faults, "status") && update_cancel(tx, call) < 0))
		return -1;
	call_order_faults(call, 0, update_fields, N_UPDATE_FIELDS);
	return faults_any(faults) ? 1 : answer_campaign(tx, call, c.no);
}

void campaigns_update(struct api_call *call)
{
	struct update_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	call_decode(call, call->data, update_fields, N_UPDATE_FIELDS, req);
	req->campaign.has_schedule = req->campaign.schedule != NULL;
	campaign_judge_update(&req->campaign, call->now, &call->faults);
	if (req->status && strcmp(req->status, "canceled") != 0)
		fault_add(&call->faults, FAULT_CAMPAIGN_STATE, "status", " can only be set to canceled");
	call_write(call, update_run, AFTER_DELIVERY);
}

static int answer_held(struct store_tx *tx, struct api_call *call, int result, const char *refusal)
{
	if (result != 0)
		return result < 0 ? -1 : result == 1 ? call_unknown(call) : refused(call, refusal);
	return answer_campaign(tx, call, call->id[0]);
}

static int pause_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const struct hold hold = hold_for(HOLD_PERSON, "Paused by a person.");
	return answer_held(tx, call, campaign_hold(tx, call->key.account_no, call->id[0], &hold, call->now),
	                   "The campaign is not in progress, so it cannot be paused");
}

void campaigns_pause(struct api_call *call)
{
	call_write(call, pause_run, AFTER_DELIVERY);
}

static int resume_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return answer_held(tx, call, campaign_release(tx, call->key.account_no, call->id[0], call->now),
	                   "The campaign is not in progress, so it cannot be resumed");
}

void campaigns_resume(struct api_call *call)
{
	call_write(call, resume_run, AFTER_DELIVERY);
}

static int delete_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	int result = campaign_delete(tx, call->key.account_no, call->id[0], call->now);
	call->status = 204;
	if (result == 2)
		fault_add(&call->faults, FAULT_CAMPAIGN_RUNNING, NULL, "The campaign is in progress: cancel it first");
	return result == 1 ? call_unknown(call) : result == 2 ? 1 : result;
}

void campaigns_delete(struct api_call *call)
{
	call_write(call, delete_run, AFTER_DELIVERY);
}
