/* Who a campaign writes to, and what became of each. */
#include "api/recipients.h"

#include <string.h>

#include "api/csv_answer.h"
#include "base/text.h"
#include "model/message.h"

void recipient_steps(const struct ledger_row *r, struct recipient_step ret[RECIPIENT_STEPS])
{
	const struct recipient_step steps[RECIPIENT_STEPS] = {
		{"claimed", r->claimed_ms},     {"unconfirmed", r->state == STATE_UNCONFIRMED ? r->doubt_ms : -1},
		{"accepted", r->accepted_ms},   {"sent", r->sent_ms},
		{"delivered", r->delivered_ms}, {"read", r->read_ms},
		{"failed", r->failed_ms},       {"not_before", r->state == STATE_QUEUED ? r->not_before : -1},
	};
	memcpy(ret, steps, sizeof(steps));
}

/* ---- filters ---- */

struct recipients_request {
	struct page page;
	struct recipient_filter filter;
	bool nothing; /* a filter that no row can pass */
};

static unsigned states(struct api_call *call)
{
	const char *rest = call_filter(call, "state"), *value;
	unsigned mask = 0;
	enum state state;
	while (rest && (value = call_next_value(call, &rest)))
		if (state_parse(value, &state))
			mask |= 1u << state;
	return mask;
}

/* A code of Meta's, or the word of a rule. */
static bool code_parse(const char *text, int64_t *ret)
{
	if (text_to_int(text, strlen(text), ret))
		return *ret >= 0;
	for (int rule = 1; strcmp(rule_text(rule), rule_text(-1)) != 0; rule++)
		if (text_equal_nocase(rule_text(rule), text)) {
			*ret = -rule;
			return true;
		}
	return false;
}

static void codes(struct api_call *call, struct recipient_filter *filter)
{
	const char *rest = call_filter(call, "code"), *value;
	while (rest && filter->n_codes < RECIPIENT_MAX_CODES && (value = call_next_value(call, &rest)))
		if (code_parse(value, &filter->code[filter->n_codes]))
			filter->n_codes++;
}

/* Countries by their codes; `none` for numbers of no one country. */
static const char *countries(struct api_call *call)
{
	const char *rest = call_filter(call, "country"), *value, *list = NULL;
	while (rest && (value = call_next_value(call, &rest))) {
		int country = number_region_code(value);
		if (country > 0 || text_equal_nocase(value, "none"))
			list = arena_printf(call->arena, "%s%d,", list ? list : ",", country);
	}
	return list;
}

static struct recipients_request *read_request(struct api_call *call)
{
	struct recipients_request *req = arena_alloc(call->arena, sizeof(*req));
	req->filter = (struct recipient_filter){.states = states(call),
	                                        .search = call_filter_dialed(call, "search"),
	                                        .countries = countries(call),
	                                        .button = call_filter(call, "button")};
	codes(call, &req->filter);
	req->nothing = (call_filter(call, "state") && req->filter.states == 0) ||
	               (call_filter(call, "code") && req->filter.n_codes == 0) ||
	               (call_filter(call, "country") && !req->filter.countries);
	return req;
}

/* ---- the list ---- */

static void put_reason(struct json_writer *w, const struct ledger_row *r)
{
	bool skipped = r->state == STATE_SKIPPED;
	if (r->code != 0 && !skipped)
		json_put_int(w, "code", r->code);
	else
		json_put_null(w, "code");
	json_put_text(w, "rule", skipped ? rule_text(r->code) : NULL);
	json_put_text(w, "error", r->detail);
}

static void put_recipient(struct api_call *call, const struct ledger_row *r, const struct recipient_holds *holds)
{
	struct json_writer *w = &call->json;
	struct recipient_step step[RECIPIENT_STEPS];
	char country[3];
	number_country_text(r->country, country);
	put_head(call, PUBID_MESSAGE, r->campaign_no, r->seq);
	put_id(call, "campaign_id", PUBID_CAMPAIGN, r->campaign_no, 0);
	put_id(call, "contact_id", PUBID_CONTACT, r->audience_no, r->contact.first_no);
	json_put_text(w, "number", r->contact.number);
	json_put_text(w, "first_name", r->contact.first_name);
	json_put_text(w, "last_name", r->contact.last_name);
	json_put_text(w, "country", country[0] ? country : NULL);
	json_put_text(w, "state", state_text(r->state));
	json_put_text(w, "status", message_status_text(message_status_of(r->state, r->accepted_ms >= 0, r->code)));
	json_put_text(w, "why", why_text(r, holds, call->now, call->arena));
	json_put_int(w, "attempts", r->attempts);
	json_put_text(w, "wamid", r->wamid);
	put_reason(w, r);
	json_open_object(w, "times");
	recipient_steps(r, step);
	for (int i = 0; i < RECIPIENT_STEPS; i++)
		json_put_time(w, step[i].name, step[i].time);
	json_close_object(w);
}

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct recipients_request *req = call->state;
	struct ledger_row *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	struct campaign c;
	struct recipient_holds holds;
	int n = 0, got = campaign_read(tx, call->key.account_no, call->id[0], call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	if (recipient_holds(tx, c.no, call->now, call->arena, &holds) != 0 ||
	    (!req->nothing && recipient_list(tx, c.no, c.audience_no, &req->filter, &req->page, call->arena, item, &n) < 0))
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_recipient(call, &item[i], &holds);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

void campaigns_recipients(struct api_call *call)
{
	struct recipients_request *req = call->state = read_request(call);
	bool csv;
	if (!csv_wanted(call, &csv))
		return;
	if (csv)
		recipients_export(call, &req->filter, req->nothing);
	else if (call_page(call, &req->page))
		call_read(call, list_run);
}
