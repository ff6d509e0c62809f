/* Messages: the ledger seen from outside. */
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "model/message.h"
#include "model/number.h"
#include "store/campaigns.h"
#include "store/ledger.h"

/* One sentence a person understands. */
static const char *details_of(struct api_call *call, const struct ledger_row *r)
{
	const char *meaning, *remedy;
	if (r->state == STATE_SKIPPED)
		return rule_sentence(r->code);
	if (r->state == STATE_CANCELED)
		return "The campaign was canceled before this message was handed to WhatsApp.";
	if (r->held_by_meta)
		return "WhatsApp took the message and holds it to judge the template's quality.";
	if (r->code == 0)
		return arena_printf(call->arena, "The message is %s: %s.", state_text(r->state), state_words(r->state));
	delivery_error_words(r->code, &meaning, &remedy);
	return arena_printf(call->arena, "The message is %s. WhatsApp's code %d: %s %s%s%s", state_text(r->state), r->code,
	                    meaning, remedy, r->detail ? " WhatsApp says: " : "", r->detail ? r->detail : "");
}

static msec_t latest(const struct ledger_row *r)
{
	const msec_t times[] = {r->start_ms, r->claimed_ms,   r->doubt_ms, r->accepted_ms,
	                        r->sent_ms,  r->delivered_ms, r->read_ms,  r->failed_ms};
	msec_t last = -1;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		last = times[i] > last ? times[i] : last;
	return last;
}

static void put_text_and_variables(struct api_call *call, const struct ledger_row *r)
{
	struct json_writer *w = &call->json;
	struct template_text *text = arena_alloc(call->arena, sizeof(*text));
	struct err err;
	const char *filled = "";
	bool parsed = template_text_parse(call->arena, r->template_text, text, &err) == 0;
	if (parsed)
		filled = template_fill(text, &r->contact, call->arena);
	json_put_text(w, "text", filled);
	json_put_text(w, "encoding", message_is_gsm7(filled) ? "GSM-7" : "UCS-2");
	json_put_int(w, "segments_count", 1);
	json_open_array(w, "variables");
	for (size_t i = 0; parsed && i < text->n_parts; i++)
		if (text->part[i].is_placeholder) {
			const char *value = template_value(&text->part[i], &r->contact, call->arena);
			json_put_text(w, NULL, value ? value : "");
		}
	json_close_array(w);
}

static void put_steps(struct json_writer *w, const struct ledger_row *r)
{
	json_open_object(w, "times");
	json_put_time(w, "claimed", r->claimed_ms);
	json_put_time(w, "unconfirmed", r->state == STATE_UNCONFIRMED ? r->doubt_ms : -1);
	json_put_time(w, "accepted", r->accepted_ms);
	json_put_time(w, "sent", r->sent_ms);
	json_put_time(w, "delivered", r->delivered_ms);
	json_put_time(w, "read", r->read_ms);
	json_put_time(w, "failed", r->failed_ms);
	json_put_time(w, "not_before", r->state == STATE_QUEUED ? r->not_before : -1);
	json_close_object(w);
}

static void put_message(struct api_call *call, const struct ledger_row *r)
{
	struct json_writer *w = &call->json;
	char country[3];
	put_head(call, PUBID_MESSAGE, r->campaign_no, r->seq);
	put_text_and_variables(call, r);
	json_put_text(w, "from", r->sender_name);
	json_put_text(w, "to", r->contact.number);
	json_put_text(w, "channel", "WHATSAPP");
	json_put_text(w, "status", message_status_text(message_status_of(r->state, r->accepted_ms >= 0, r->code)));
	json_put_time(w, "create_date", r->start_ms);
	json_put_time(w, "update_date", latest(r));
	json_put_text(w, "type", "text");
	put_id(call, "template_id", PUBID_TEMPLATE, r->template_no, 0);
	json_put_text(w, "direction", "MT");
	json_open_object(w, "sender");
	put_id(call, "id", PUBID_SENDER, r->sender_no, 0);
	json_put_text(w, "name", r->sender_name);
	json_close_object(w);
	number_country(r->contact.number, country);
	json_put_text(w, "country", country[0] ? country : NULL);
	json_put_text(w, "status_details", details_of(call, r));
	put_id(call, "campaign_id", PUBID_CAMPAIGN, r->campaign_no, 0);
	put_id(call, "contact_id", PUBID_CONTACT, r->audience_no, r->contact.first_no);
	json_put_text(w, "state", state_text(r->state));
	json_put_int(w, "attempts", r->attempts);
	if (r->code != 0 && r->state != STATE_SKIPPED)
		json_put_int(w, "error_code", r->code);
	else
		json_put_null(w, "error_code");
	json_put_text(w, "wamid", r->wamid);
	put_steps(w, r);
}

/* ---- the calls ---- */

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct ledger_row row;
	int got = ledger_read(tx, call->key.account_no, call->id[0], call->id_b[0], call->arena, &row);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_message(call, &row);
	put_links_open(call);
	put_link(call, "self", "/v1/messages/%s", id_text(call, PUBID_MESSAGE, row.campaign_no, row.seq));
	put_link(call, "campaign", "/v1/campaigns/%s", id_text(call, PUBID_CAMPAIGN, row.campaign_no, 0));
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

void messages_read(struct api_call *call)
{
	call_read(call, read_run);
}

struct list_request {
	struct page page;
	int64_t campaign_no; /* 0: any */
	bool nothing;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct ledger_row *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && ledger_list(tx, call->key.account_no, req->campaign_no, 0, &req->page, call->arena, item, &n) < 0)
		return -1;
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		json_open_object(&call->json, NULL);
		put_message(call, &item[i]);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

void messages_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	const char *campaign = call_filter(call, "campaign_id");
	struct uuid uuid;
	if (campaign)
		req->nothing = !uuid_parse(campaign, strlen(campaign), &uuid) ||
		               !pubid_open(store_ids(call->api->options.store), PUBID_CAMPAIGN, &uuid, &req->campaign_no, NULL);
	if (!call_filter_allows(call, "channel", "whatsapp"))
		req->nothing = true;
	if (call_page(call, &req->page))
		call_read(call, list_run);
}
