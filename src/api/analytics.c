/* What became of a campaign, in figures. */
#include "api/api_internal.h"
#include "api/call.h"
#include "model/template.h"
#include "report/report.h"
#include "store/campaigns.h"

static void put_funnel(struct json_writer *w, const struct report *r)
{
	json_open_object(w, "funnel");
	json_put_int(w, "audience", r->audience);
	json_put_int(w, "queued", r->queued);
	json_put_int(w, "skipped", r->skipped);
	json_put_int(w, "canceled", r->canceled);
	json_put_int(w, "refused", r->refused);
	json_put_int(w, "unconfirmed", r->unconfirmed);
	json_put_int(w, "sent", r->sent);
	json_put_int(w, "delivered", r->delivered);
	json_put_int(w, "read", r->read);
	json_put_int(w, "failed", r->failed);
	json_close_object(w);
	json_open_object(w, "rates");
	json_put_real(w, "delivered", report_share(r->delivered, r->sent), 4);
	json_put_real(w, "read", report_share(r->read, r->delivered), 4);
	json_put_real(w, "failed", report_share(r->failed, r->audience), 4);
	json_close_object(w);
}

static void put_timeline(struct json_writer *w, const struct report *r)
{
	json_put_text(w, "interval", report_interval_text(r->interval));
	json_open_array(w, "timeline");
	for (int i = 0; i < r->n_points; i++) {
		json_open_object(w, NULL);
		json_put_time(w, "time", r->points[i].at);
		json_put_int(w, "sent", r->points[i].sent);
		json_put_int(w, "delivered", r->points[i].delivered);
		json_put_int(w, "read", r->points[i].read);
		json_put_int(w, "failed", r->points[i].failed);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_failures(struct json_writer *w, const struct report *r)
{
	const char *meaning, *remedy;
	json_open_array(w, "failures");
	for (int i = 0; i < r->n_failures; i++) {
		delivery_error_words((int)r->failures[i].code, &meaning, &remedy);
		json_open_object(w, NULL);
		json_put_int(w, "code", r->failures[i].code);
		json_put_int(w, "count", r->failures[i].n);
		json_put_real(w, "share", report_share(r->failures[i].n, r->audience), 4);
		json_put_text(w, "meaning", meaning);
		json_put_text(w, "remedy", remedy);
		json_close_object(w);
	}
	json_close_array(w);
	json_open_array(w, "skips");
	for (int i = 0; i < r->n_skips; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "rule", rule_text((int)r->skips[i].code));
		json_put_int(w, "count", r->skips[i].n);
		json_put_real(w, "share", report_share(r->skips[i].n, r->audience), 4);
		json_put_text(w, "meaning", rule_sentence((int)r->skips[i].code));
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_countries(struct json_writer *w, const struct report *r)
{
	json_open_array(w, "countries");
	for (int i = 0; i < r->n_countries; i++) {
		const struct report_country *c = &r->countries[i];
		char country[3];
		number_country_text(c->country, country);
		json_open_object(w, NULL);
		json_put_text(w, "country", country[0] ? country : NULL);
		json_put_int(w, "recipients", c->recipients);
		json_put_int(w, "sent", c->sent);
		json_put_int(w, "delivered", c->delivered);
		json_put_int(w, "read", c->read);
		json_put_int(w, "failed", c->failed);
		json_put_real(w, "share", report_share(c->recipients, r->audience), 4);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_replies(struct json_writer *w, const struct report *r)
{
	json_open_array(w, "button_replies");
	for (int i = 0; i < r->n_replies; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "text", r->replies[i].text);
		json_put_text(w, "payload", r->replies[i].button);
		json_put_int(w, "count", r->replies[i].n);
		json_put_real(w, "share", report_share(r->replies[i].n, r->delivered), 4);
		json_close_object(w);
	}
	json_close_array(w);
}

static int analytics_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	const enum report_interval *interval = call->state;
	struct campaign c;
	struct report report;
	int got = campaign_read(tx, call->key.account_no, call->id[0], call->arena, &c);
	if (got != 0)
		return got < 0 ? -1 : call_unknown(call);
	if (report_build(tx, &c, *interval, call->arena, &report) < 0)
		return -1;
	call_begin_answer(call);
	put_head(call, PUBID_CAMPAIGN, c.no, 0);
	json_put_text(&call->json, "status", campaign_status_text(c.status));
	put_funnel(&call->json, &report);
	put_timeline(&call->json, &report);
	put_failures(&call->json, &report);
	put_countries(&call->json, &report);
	put_replies(&call->json, &report);
	const char *id = id_text(call, PUBID_CAMPAIGN, c.no, 0);
	put_links_open(call);
	put_link(call, "self", "/v1/campaigns/%s/analytics", id);
	put_link(call, "campaign", "/v1/campaigns/%s", id);
	put_links_close(call);
	call_end_answer(call);
	return 0;
}

void campaigns_analytics(struct api_call *call)
{
	enum report_interval *interval = call->state = arena_alloc(call->arena, sizeof(*interval));
	const char *text = http_query(call->req, "interval", 0);
	*interval = REPORT_MINUTE;
	faults_set_prefix(&call->faults, "%s", "");
	if (text && !report_interval_parse(text, interval))
		call_fault(call, FAULT_QUERY, "interval", " must be second, minute, hour or day");
	else
		call_read(call, analytics_run);
}
