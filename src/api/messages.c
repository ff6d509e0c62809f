/* Messages: the ledger seen from outside, and what people wrote. */
#include "api/messages.h"

#include <string.h>

#include "api/api_internal.h"
#include "model/message.h"
#include "model/number.h"
#include "report/why.h"
#include "store/campaigns.h"
#include "store/messages.h"

static msec_t latest(const struct ledger_row *r)
{
	const msec_t times[] = {r->start_ms, r->claimed_ms,   r->doubt_ms, r->accepted_ms,
	                        r->sent_ms,  r->delivered_ms, r->read_ms,  r->failed_ms};
	msec_t last = -1;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		last = times[i] > last ? times[i] : last;
	return last;
}

/* NULL: the message has no template. */
static const struct template_text *text_of(struct api_call *call, const struct ledger_row *r)
{
	struct template_text *text = arena_alloc(call->arena, sizeof(*text));
	struct err err;
	return r->template_no && template_text_parse(call->arena, r->template_text, text, &err) == 0 ? text : NULL;
}

static void put_variables(struct api_call *call, const struct ledger_row *r)
{
	const struct template_text *text = text_of(call, r);
	json_open_array(&call->json, "variables");
	for (size_t i = 0; text && i < text->n_parts; i++) {
		bool first = text->part[i].is_placeholder;
		for (size_t k = 0; k < i && first; k++)
			first = !text->part[k].is_placeholder || strcmp(text->part[k].key, text->part[i].key) != 0;
		if (first) {
			const char *value = template_value(&text->part[i], &r->contact, call->arena);
			json_put_text(&call->json, NULL, value ? value : "");
		}
	}
	json_close_array(&call->json);
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
	json_put_time(w, "expires", r->is_single && r->state == STATE_QUEUED ? r->expire_ms : -1);
	json_close_object(w);
}

/* From "text" to "update_date". */
static void put_common(struct api_call *call, const char *text, const char *from, const char *to, const char *status,
                       msec_t create_ms, msec_t update_ms)
{
	struct json_writer *w = &call->json;
	json_put_text(w, "text", text);
	json_put_text(w, "from", from);
	json_put_text(w, "to", to);
	json_put_text(w, "channel", "WHATSAPP");
	json_put_text(w, "status", status);
	json_put_int(w, "segments_count", 1);
	json_put_text(w, "encoding", message_is_gsm7(text) ? "GSM-7" : "UCS-2");
	json_put_time(w, "create_date", create_ms);
	json_put_time(w, "update_date", update_ms);
}

void put_message_head(struct api_call *call, const struct ledger_row *r)
{
	const struct template_text *text = text_of(call, r);
	put_head(call, PUBID_MESSAGE, r->campaign_no, r->seq);
	put_common(call, text ? template_fill(text, &r->contact, call->arena) : r->text, r->sender_name, r->contact.number,
	           message_status_text(message_status_of(r->state, r->accepted_ms >= 0, r->code)), r->start_ms, latest(r));
}

static void put_sender(struct api_call *call, int64_t no, const char *name)
{
	json_open_object(&call->json, "sender");
	put_id(call, "id", PUBID_SENDER, no, 0);
	json_put_text(&call->json, "name", name);
	json_close_object(&call->json);
}

static void put_country(struct json_writer *w, const char *number)
{
	char country[3];
	number_country(number, country);
	json_put_text(w, "country", country[0] ? country : NULL);
}

static void put_id_or_null(struct api_call *call, const char *key, enum pubid_kind kind, int64_t a, int64_t b)
{
	if (a)
		put_id(call, key, kind, a, b);
	else
		json_put_null(&call->json, key);
}

static void put_sent(struct api_call *call, const struct ledger_row *r, const struct recipient_holds *holds)
{
	struct json_writer *w = &call->json;
	put_message_head(call, r);
	json_put_text(w, "type", r->type);
	put_id_or_null(call, "template_id", PUBID_TEMPLATE, r->template_no, 0);
	put_variables(call, r);
	json_put_text(w, "direction", "MT");
	put_sender(call, r->sender_no, r->sender_name);
	put_country(w, r->contact.number);
	json_put_text(w, "status_details", why_text(r, holds, call->now, call->arena));
	put_id_or_null(call, "campaign_id", PUBID_CAMPAIGN, r->is_single ? 0 : r->campaign_no, 0);
	put_id_or_null(call, "contact_id", PUBID_CONTACT, r->is_single ? 0 : r->audience_no, r->contact.first_no);
	put_id_or_null(call, "test_campaign_id", PUBID_CAMPAIGN, r->test_of, 0);
	json_put_text(w, "payload", r->payload);
	json_put_text(w, "state", state_text(r->state));
	json_put_int(w, "attempts", r->attempts);
	if (r->code != 0 && r->state != STATE_SKIPPED)
		json_put_int(w, "error_code", r->code);
	else
		json_put_null(w, "error_code");
	json_put_text(w, "wamid", r->wamid);
	put_steps(w, r);
}

/* The members of those sent, as far as there is something to say. */
static void put_received(struct api_call *call, const struct inbound_seen *i)
{
	static const char *const absent[] = {"status_details", "campaign_id", "contact_id", "test_campaign_id"};
	struct json_writer *w = &call->json;
	put_head(call, PUBID_INBOUND, i->no, 0);
	put_common(call, i->text, i->number, i->sender_code, message_status_text(MESSAGE_RECEIVED), i->create_ms, i->create_ms);
	json_put_text(w, "type", i->type);
	json_put_null(w, "template_id");
	json_open_array(w, "variables");
	json_close_array(w);
	json_put_text(w, "direction", "MO");
	put_sender(call, i->sender_no, i->sender_name);
	put_country(w, i->number);
	for (size_t k = 0; k < sizeof(absent) / sizeof(absent[0]); k++)
		json_put_null(w, absent[k]);
	json_put_text(w, "payload", *i->payload ? i->payload : NULL);
	json_put_text(w, "state", message_status_text(MESSAGE_RECEIVED));
	json_put_int(w, "attempts", 0);
	json_put_null(w, "error_code");
	json_put_text(w, "wamid", i->wamid);
	json_open_object(w, "times");
	json_put_time(w, "sent", i->at_ms);
	json_put_time(w, "received", i->create_ms);
	json_close_object(w);
}

/* ---- one ---- */

static void put_links(struct api_call *call, const char *id, int64_t campaign_no)
{
	put_links_open(call);
	put_link(call, "self", "/v1/messages/%s", id);
	if (campaign_no)
		put_link(call, "campaign", "/v1/campaigns/%s", id_text(call, PUBID_CAMPAIGN, campaign_no, 0));
	put_links_close(call);
}

static int read_received(struct store_tx *tx, struct api_call *call)
{
	struct inbound_seen seen;
	int got = inbound_read(tx, call->key.account_no, call->id[0], call->arena, &seen);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	call_begin_answer(call);
	put_received(call, &seen);
	put_links(call, id_text(call, PUBID_INBOUND, seen.no, 0), 0);
	call_end_answer(call);
	return 0;
}

static int read_sent(struct store_tx *tx, struct api_call *call)
{
	struct ledger_row row;
	int got = ledger_read(tx, call->key.account_no, call->id[0], call->id_b[0], call->arena, &row);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	struct recipient_holds holds;
	if (recipient_holds(tx, row.campaign_no, call->now, call->arena, &holds) != 0)
		return -1;
	call_begin_answer(call);
	put_sent(call, &row, &holds);
	put_links(call, id_text(call, PUBID_MESSAGE, row.campaign_no, row.seq), row.is_single ? 0 : row.campaign_no);
	call_end_answer(call);
	return 0;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	return call->id_b[0] == 0 ? read_received(tx, call) : read_sent(tx, call);
}

void messages_read(struct api_call *call)
{
	call_read(call, read_run);
}

/* ---- the list ---- */

struct list_request {
	struct page page;
	struct message_filter filter;
	bool nothing;
};

static int list_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct list_request *req = call->state;
	struct message *item = arena_array(call->arena, (size_t)req->page.size, sizeof(*item));
	int n = 0;
	if (!req->nothing && message_list(tx, call->key.account_no, &req->filter, &req->page, call->arena, item, &n) < 0)
		return -1;
	struct recipient_holds holds = {0};
	int64_t held = 0; /* the campaign whose holds are known: neighbours mostly share one */
	call_begin_list(call);
	for (int i = 0; i < n; i++) {
		int64_t campaign_no = item[i].is_inbound ? held : item[i].row.campaign_no;
		if (campaign_no != held && recipient_holds(tx, campaign_no, call->now, call->arena, &holds) != 0)
			return -1;
		held = campaign_no;
		json_open_object(&call->json, NULL);
		if (item[i].is_inbound)
			put_received(call, &item[i].inbound);
		else
			put_sent(call, &item[i].row, &holds);
		json_close_object(&call->json);
	}
	call_end_list(call, &req->page, n);
	return 0;
}

/* The number of a public id; -1 when it is none of ours. */
static int64_t open_id(struct api_call *call, enum pubid_kind kind, const char *text)
{
	struct uuid uuid;
	int64_t no;
	if (!uuid_parse(text, strlen(text), &uuid) || !pubid_open(store_ids(call->api->options.store), kind, &uuid, &no, NULL))
		return -1;
	return no;
}

/* ",4,11," of a filter's values, those left out that are none; NULL without the filter. */
typedef int64_t value_fn(struct api_call *call, const char *value);

static const char *numbers_of(struct api_call *call, const char *filter, value_fn *number)
{
	const char *rest = call_filter(call, filter), *value, *list = ",";
	if (!rest)
		return NULL;
	while ((value = call_next_value(call, &rest))) {
		int64_t no = number(call, value);
		if (no > 0)
			list = arena_printf(call->arena, "%s%lld,", list, (long long)no);
	}
	return list;
}

static int64_t sender_number(struct api_call *call, const char *value)
{
	return open_id(call, PUBID_SENDER, value);
}

static int64_t country_number(struct api_call *call, const char *value)
{
	(void)call;
	return number_region_code(value);
}

static unsigned statuses_of(struct api_call *call)
{
	const char *rest = call_filter(call, "statuses"), *value;
	enum message_status status;
	unsigned mask = 0;
	while (rest && (value = call_next_value(call, &rest)))
		if (message_status_parse(value, &status))
			mask |= 1u << status;
	return mask;
}

/* A day alone is its first moment, or as an end its last. */
static bool time_of(struct api_call *call, const char *filter, const char *rest_of_day, msec_t *ret)
{
	const char *text = call_filter(call, filter);
	if (!text)
		return true;
	size_t n = strlen(text);
	if (n == strlen("yyyy-mm-dd")) {
		text = arena_printf(call->arena, "%s %s", text, rest_of_day);
		n = strlen(text);
	}
	if (!clock_parse(text, n, ret) && !clock_parse_rfc3339(text, n, ret))
		return false;
	*ret += *rest_of_day == '2' ? SECOND_MS - 1 : 0; /* up to the end of that second */
	return true;
}

/* The values of a filter; *ret_n -1 without it. False: they are too many, which was answered. */
static bool values_of(struct api_call *call, const char *filter, const char *ret[FILTER_MAX_VALUES], int *ret_n)
{
	const char *rest = call_filter(call, filter), *value;
	*ret_n = rest ? 0 : -1;
	while (rest && (value = call_next_value(call, &rest))) {
		if (*ret_n == FILTER_MAX_VALUES)
			return call_too_many_values(call, filter);
		ret[(*ret_n)++] = value;
	}
	return true;
}

/* Numbers as clients may write them. */
static const char *dialed(const char *text)
{
	return text + strspn(text, "+ ");
}

static bool read_numbers(struct api_call *call, struct list_request *req)
{
	const char *to[FILTER_MAX_VALUES], *prefix[FILTER_MAX_VALUES];
	int n_to, n_prefixes;
	if (!values_of(call, "to", to, &n_to) || !values_of(call, "to_prefix", prefix, &n_prefixes))
		return false;
	for (int i = 0; i < n_to; i++)
		to[i] = dialed(to[i]);
	for (int i = 0; i < n_prefixes; i++)
		prefix[i] = dialed(prefix[i]);
	req->filter.n_to = number_ranges(to, n_to, prefix, n_prefixes, call->arena, req->filter.to);
	req->nothing = req->nothing || ((n_to >= 0 || n_prefixes >= 0) && req->filter.n_to == 0);
	return true;
}

/* Names of senders, and numbers of people. */
static bool read_from(struct api_call *call, struct list_request *req)
{
	struct filter_names names, *from = &req->filter.from;
	if (!call_filter_names(call, "from", &names))
		return false;
	for (int i = 0; i < names.n; i++) {
		const char *digits = dialed(names.name[i]), *value = names.name[i];
		bool seen = false;
		if (*digits && strspn(digits, "0123456789") == strlen(digits))
			value = digits;
		for (int k = 0; k < from->n; k++)
			seen = seen || strcmp(from->name[k], value) == 0;
		if (!seen)
			from->name[from->n++] = value;
	}
	req->nothing = req->nothing || (call_filter(call, "from") && from->n == 0);
	return true;
}

static bool read_campaigns(struct api_call *call, struct list_request *req)
{
	const char *value[FILTER_MAX_VALUES];
	struct message_filter *f = &req->filter;
	int n;
	if (!values_of(call, "campaign_id", value, &n))
		return false;
	for (int i = 0; i < n; i++) {
		int64_t no = open_id(call, PUBID_CAMPAIGN, value[i]);
		if (no > 0)
			f->campaign[f->n_campaigns++] = no;
	}
	req->nothing = req->nothing || (n >= 0 && f->n_campaigns == 0);
	return true;
}

/* False: answered with a fault. */
static bool read_filters(struct api_call *call, struct list_request *req)
{
	struct message_filter *f = &req->filter;
	*f = (struct message_filter){
		.sent = call_filter_allows(call, "direction", "MT"),
		.received = call_filter_allows(call, "direction", "MO"),
		.statuses = statuses_of(call),
		.senders = numbers_of(call, "sender_ids", sender_number),
		.countries = numbers_of(call, "countries", country_number),
		.from_ms = 0,
		.until_ms = INT64_MAX,
	};
	req->nothing = !call_filter_allows(call, "channel", "whatsapp") || (call_filter(call, "statuses") && f->statuses == 0) ||
	               !time_of(call, "created_date_start", "00:00:00", &f->from_ms) ||
	               !time_of(call, "created_date_end", "23:59:59", &f->until_ms);
	return read_campaigns(call, req) && read_from(call, req) && read_numbers(call, req);
}

void messages_list(struct api_call *call)
{
	struct list_request *req = call->state = arena_alloc(call->arena, sizeof(*req));
	if (read_filters(call, req) && call_page(call, &req->page))
		call_read(call, list_run);
}
