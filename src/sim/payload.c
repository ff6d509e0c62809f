#include "sim/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/wamid.h"

#define MAX_UPDATE_BYTES ((size_t)64 << 10)
#define ERRORS_URL "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

/* Slashes and characters beyond ASCII stand only within strings, so this needs no look at the structure. */
void sim_payload_escape(struct buf *out, const char *json, size_t n_bytes)
{
	size_t from = 0, at = 0;
	while (at < n_bytes) {
		unsigned char c = (unsigned char)json[at];
		if (c < 0x80 && c != '/') {
			at++;
			continue;
		}
		buf_add(out, json + from, at - from);
		if (c == '/') {
			buf_adds(out, "\\/");
			at++;
		} else {
			uint32_t code = utf8_next(json, n_bytes, &at);
			if (code >= 0x10000)
				buf_addf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
			else
				buf_addf(out, "\\u%04x", code);
		}
		from = at;
	}
	buf_add(out, json + from, at - from);
}

/* The pieces of an update while it is written. */
struct draft {
	struct buf raw;
	struct json_writer w;
	size_t n_contact;
};

static void draft_begin(struct draft *d)
{
	*d = (struct draft){0};
	buf_init(&d->raw, MAX_UPDATE_BYTES);
	json_begin(&d->w, &d->raw);
}

/* What is written so far is the contact; the rest begins a new document. */
static void draft_contact_done(struct draft *d)
{
	d->n_contact = d->raw.len;
	json_begin(&d->w, &d->raw);
}

static struct sim_update *draft_end(struct draft *d, enum sim_update_kind kind, uint64_t waba_id, msec_t now_ms)
{
	buf_auto struct buf out;
	buf_init(&out, MAX_UPDATE_BYTES * 6);
	sim_payload_escape(&out, d->raw.data, d->n_contact);
	size_t n_contact = out.len;
	sim_payload_escape(&out, d->raw.data + d->n_contact, d->raw.len - d->n_contact);
	struct sim_update *update = malloc(sizeof(*update) + out.len);
	if (!update)
		abort();
	*update = (struct sim_update){
		.kind = kind, .waba_id = waba_id, .time_ms = now_ms, .n_contact = n_contact, .n_bytes = out.len - n_contact};
	memcpy(update->text, out.data, out.len);
	buf_fini(&d->raw);
	return update;
}

struct sim_update *sim_payload_copy(const struct sim_update *update)
{
	size_t n = sizeof(*update) + update->n_contact + update->n_bytes;
	struct sim_update *copy = malloc(n);
	if (!copy)
		abort();
	memcpy(copy, update, n);
	copy->next = NULL;
	return copy;
}

static void put_time(struct json_writer *w, const char *key, msec_t now_ms)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)(now_ms / 1000));
	json_put_text(w, key, text);
}

/* Users are called by the last digits of their number, unless they say otherwise. */
static void put_contact(struct draft *d, const char *user, bool is_user_id, const char *name)
{
	char made_up[24];
	size_t n = strlen(user);
	snprintf(made_up, sizeof(made_up), "User %s", user + (n > 4 ? n - 4 : 0));
	json_open_object(&d->w, NULL);
	json_open_object(&d->w, "profile");
	json_put_text(&d->w, "name", name ? name : made_up);
	json_close_object(&d->w);
	json_put_text(&d->w, is_user_id ? "user_id" : "wa_id", user);
	json_close_object(&d->w);
	draft_contact_done(d);
}

static void put_pricing(struct json_writer *w, const struct sim_sent *sent)
{
	static const char *const categories[] = {"marketing", "utility", "authentication"};
	json_open_object(w, "pricing");
	json_put_bool(w, "billable", sent->is_template);
	json_put_text(w, "pricing_model", "PMP");
	json_put_text(w, "type", sent->is_template ? "regular" : "free_customer_service");
	json_put_text(w, "category", sent->is_template ? categories[sent->category] : "service");
	json_close_object(w);
}

static void put_errors(struct json_writer *w, int32_t code)
{
	const struct sim_error *error = sim_answer_known(code);
	json_open_array(w, "errors");
	json_open_object(w, NULL);
	json_put_int(w, "code", code);
	json_put_text(w, "title", error->title);
	json_put_text(w, "message", error->title);
	json_open_object(w, "error_data");
	json_put_text(w, "details", error->details);
	json_close_object(w);
	json_put_text(w, "href", ERRORS_URL);
	json_close_object(w);
	json_close_array(w);
}

struct sim_update *sim_payload_status(const struct sim_sent *sent, uint64_t waba_id, enum sim_status status, msec_t now_ms)
{
	struct draft d;
	char wamid[SIM_WAMID_BYTES];
	draft_begin(&d);
	if (status != SIM_STATUS_FAILED)
		put_contact(&d, sent->user, sent->is_user_id, NULL);
	sim_wamid_outbound(sent->user, sent->nonce, wamid);
	json_open_object(&d.w, NULL);
	json_put_text(&d.w, "id", wamid);
	json_put_text(&d.w, "status", sim_status_name(status));
	put_time(&d.w, "timestamp", now_ms);
	json_put_text(&d.w, sent->is_user_id ? "recipient_user_id" : "recipient_id", sent->user);
	if (sent->opaque)
		json_put_textn(&d.w, "biz_opaque_callback_data", sent->opaque, sent->n_opaque);
	if (status == SIM_STATUS_SENT || status == SIM_STATUS_DELIVERED)
		put_pricing(&d.w, sent);
	if (status == SIM_STATUS_FAILED)
		put_errors(&d.w, sent->fate.fail_code);
	json_close_object(&d.w);
	struct sim_update *update = draft_end(&d, SIM_UPDATE_STATUS, waba_id, now_ms);
	update->number_id = sent->number->id;
	update->display = sent->number->display;
	return update;
}

static void put_context(struct json_writer *w, const struct sim_inbound *in)
{
	char display[24];
	snprintf(display, sizeof(display), "%llu", (unsigned long long)in->number->display);
	json_open_object(w, "context");
	json_put_text(w, "from", display);
	json_put_text(w, "id", in->context);
	json_close_object(w);
}

struct sim_update *sim_payload_inbound(const struct sim_inbound *in, uint64_t waba_id, const char *wamid, msec_t now_ms)
{
	struct draft d;
	draft_begin(&d);
	put_contact(&d, in->from, in->is_user_id, in->name);
	json_open_object(&d.w, NULL);
	if (in->context)
		put_context(&d.w, in);
	json_put_text(&d.w, in->is_user_id ? "from_user_id" : "from", in->from);
	json_put_text(&d.w, "id", wamid);
	put_time(&d.w, "timestamp", now_ms);
	json_put_text(&d.w, "type", in->button ? "button" : "text");
	json_open_object(&d.w, in->button ? "button" : "text");
	if (in->button) {
		json_put_text(&d.w, "payload", in->payload ? in->payload : in->button);
		json_put_text(&d.w, "text", in->button);
	} else {
		json_put_text(&d.w, "body", in->text ? in->text : "");
	}
	json_close_object(&d.w);
	json_close_object(&d.w);
	struct sim_update *update = draft_end(&d, SIM_UPDATE_MESSAGE, waba_id, now_ms);
	update->number_id = in->number->id;
	update->display = in->number->display;
	return update;
}

static void put_metadata(struct json_writer *w, uint64_t display, uint64_t number_id)
{
	char text[24];
	json_open_object(w, "metadata");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)display);
	json_put_text(w, "display_phone_number", text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)number_id);
	json_put_text(w, "phone_number_id", text);
	json_close_object(w);
}

/* SIM_UPDATE_FIELD holds the inside of a change: `"value":{…},"field":"…"`, as an object without its braces. */
static struct sim_update *end_field(struct draft *d, uint64_t waba_id, msec_t now_ms)
{
	struct sim_update *update = draft_end(d, SIM_UPDATE_FIELD, waba_id, now_ms);
	memmove(update->text, update->text + 1, update->n_bytes - 2);
	update->n_bytes -= 2;
	return update;
}

struct sim_update *sim_payload_field(uint64_t waba_id, const char *field, const char *value, msec_t now_ms)
{
	struct draft d;
	size_t n = strlen(value);
	if (n + strlen(field) > MAX_UPDATE_BYTES / 2)
		return NULL;
	draft_begin(&d);
	json_open_object(&d.w, NULL);
	json_put_raw(&d.w, "value", value, n);
	json_put_text(&d.w, "field", field);
	json_close_object(&d.w);
	return end_field(&d, waba_id, now_ms);
}

struct sim_update *sim_payload_preference(const struct sim_inbound *in, uint64_t waba_id, msec_t now_ms)
{
	struct draft d, contact;
	const char *id_key = in->is_user_id ? "user_id" : "wa_id";
	draft_begin(&contact);
	put_contact(&contact, in->from, in->is_user_id, in->name);
	draft_begin(&d);
	struct json_writer *w = &d.w;
	json_open_object(w, NULL);
	json_open_object(w, "value");
	json_put_text(w, "messaging_product", "whatsapp");
	put_metadata(w, in->number->display, in->number->id);
	json_open_array(w, "contacts");
	json_put_raw(w, NULL, contact.raw.data, contact.n_contact);
	json_close_array(w);
	json_open_array(w, "user_preferences");
	json_open_object(w, NULL);
	json_put_text(w, id_key, in->from);
	json_put_text(w, "detail",
	              strcmp(in->preference, "stop") == 0 ? "User requested to stop marketing messages"
	                                                  : "User requested to resume marketing messages");
	json_put_text(w, "category", "marketing_messages");
	json_put_text(w, "value", in->preference);
	json_put_int(w, "timestamp", now_ms / 1000);
	json_close_object(w);
	json_close_array(w);
	json_close_object(w);
	json_put_text(w, "field", "user_preferences");
	json_close_object(w);
	buf_fini(&contact.raw);
	return end_field(&d, waba_id, now_ms);
}

static void begin_template(struct draft *d, const struct sim_template *t)
{
	char language[32];
	snprintf(language, sizeof(language), "%s", t->language);
	if (strchr(language, '_'))
		*strchr(language, '_') = '-'; /* underscore in the API, hyphen in webhooks */
	draft_begin(d);
	json_open_object(&d->w, NULL);
	json_open_object(&d->w, "value");
	json_put_int(&d->w, "message_template_id", (int64_t)t->id);
	json_put_text(&d->w, "message_template_name", t->name);
	json_put_text(&d->w, "message_template_language", language);
}

static struct sim_update *end_template(struct draft *d, const struct sim_template *t, const char *field, msec_t now_ms)
{
	json_close_object(&d->w);
	json_put_text(&d->w, "field", field);
	json_close_object(&d->w);
	return end_field(d, t->waba->id, now_ms);
}

struct sim_update *sim_payload_template(const struct sim_template *t, msec_t now_ms)
{
	struct draft d;
	struct json_writer *w = &d.w;
	begin_template(&d, t);
	json_put_text(w, "event", sim_template_status_name(t->status));
	json_put_text(w, "reason", t->reason ? t->reason : "NONE");
	json_put_text(w, "message_template_category", sim_category_name(t->spec.category));
	if (t->status == SIM_TEMPLATE_REJECTED) {
		json_open_object(w, "rejection_info");
		json_put_text(w, "reason", "The format of the template is not valid.");
		json_put_text(w, "recommendation", "Change the template and submit it again.");
		json_close_object(w);
	}
	if (t->status == SIM_TEMPLATE_PAUSED || t->status == SIM_TEMPLATE_DISABLED) {
		json_open_object(w, "other_info");
		json_put_text(w, "title", t->status == SIM_TEMPLATE_PAUSED ? "FIRST_PAUSE" : "DISABLED");
		json_put_text(w, "description", "The template got too much negative feedback.");
		json_close_object(w);
	}
	return end_template(&d, t, "message_template_status_update", now_ms);
}

struct sim_update *sim_payload_category(const struct sim_template *t, enum sim_category was, enum sim_category coming,
                                        msec_t now_ms)
{
	struct draft d;
	begin_template(&d, t);
	json_put_text(&d.w, "new_category", sim_category_name(t->spec.category));
	if (coming != t->spec.category) {
		json_put_text(&d.w, "correct_category", sim_category_name(coming));
		json_put_int(&d.w, "category_update_timestamp", now_ms / 1000 + 24 * 3600);
	} else {
		json_put_text(&d.w, "previous_category", sim_category_name(was));
	}
	return end_template(&d, t, "template_category_update", now_ms);
}

struct sim_update *sim_payload_components(const struct sim_template *t, msec_t now_ms)
{
	struct draft d;
	json_auto cJSON *components = NULL;
	struct err err;
	const char *body = "";
	if (json_parse(t->components, strlen(t->components), &components, &err) < 0)
		components = NULL;
	for (const cJSON *c = components ? components->child : NULL; c; c = c->next) {
		const char *type = json_text(c, "type"), *text = json_text(c, "text");
		if (type && text && text_equal_nocase(type, "BODY"))
			body = text;
	}
	begin_template(&d, t);
	json_put_text(&d.w, "message_template_element", body);
	return end_template(&d, t, "message_template_components_update", now_ms);
}
