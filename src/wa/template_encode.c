/* A template as Meta is asked to make it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "wa/manage.h"

#define MAX_TEXT_BYTES 65536

struct encoding {
	struct json_writer w;
	const struct template_form *form;
	const char *const *handle;
	int n_handles;
	bool lacks_handle;
};

/* Meta wants a sample for every variable. */
static const char *sample(const struct template_part *part)
{
	static const struct {
		const char *key, *sample;
	} known[] = {
		{"first_name", "Ada"},  {"last_name", "Lovelace"}, {"number", "15550100"},
		{"timestamp", "10:00"}, {"date", "1 May"},
	};
	if (part->sample || part->fallback)
		return part->sample ? part->sample : part->fallback;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].key, part->key) == 0)
			return known[i].sample;
	return "sample";
}

/* With `samples` the placeholders are filled with them, otherwise they are Meta's variables; the one of an address has no name.
 */
static void put_filled(struct json_writer *w, const char *key, const struct template_text *text, bool samples,
                       const char *variable)
{
	buf_auto struct buf out;
	buf_init(&out, MAX_TEXT_BYTES);
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *part = &text->part[i];
		if (!part->is_placeholder)
			buf_adds(&out, part->text);
		else if (samples)
			buf_adds(&out, sample(part));
		else
			buf_addf(&out, "{{%s}}", variable ? variable : part->param);
	}
	json_put_text(w, key, buf_text(&out));
}

static void put_samples(struct encoding *e, const struct template_text *text, const char *flat_key, const char *named_key,
                        bool nested)
{
	struct json_writer *w = &e->w;
	bool named = e->form->params != TEMPLATE_PARAMS_POSITIONAL;
	if (text->n_params == 0)
		return;
	json_open_object(w, "example");
	json_open_array(w, named ? named_key : flat_key);
	if (!named && nested)
		json_open_array(w, NULL);
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *part = &text->part[i];
		if (!part->is_placeholder || part->repeats)
			continue;
		if (named) {
			json_open_object(w, NULL);
			json_put_text(w, "param_name", part->param);
			json_put_text(w, "example", sample(part));
			json_close_object(w);
		} else {
			json_put_text(w, NULL, sample(part));
		}
	}
	if (!named && nested)
		json_close_array(w);
	json_close_array(w);
	json_close_object(w);
}

static void open_component(struct encoding *e, const char *type)
{
	json_open_object(&e->w, NULL);
	json_put_text(&e->w, "type", type);
}

static void put_handle(struct encoding *e)
{
	const char *handle = e->handle ? e->handle[e->n_handles] : NULL;
	e->n_handles++;
	e->lacks_handle = e->lacks_handle || !handle;
	json_open_object(&e->w, "example");
	json_open_array(&e->w, "header_handle");
	json_put_text(&e->w, NULL, handle);
	json_close_array(&e->w);
	json_close_object(&e->w);
}

static void put_header(struct encoding *e, const struct template_panel *panel)
{
	static const char *const formats[] = {
		[TEMPLATE_HEADER_NONE] = NULL,           [TEMPLATE_HEADER_TEXT] = "TEXT",
		[TEMPLATE_HEADER_IMAGE] = "IMAGE",       [TEMPLATE_HEADER_VIDEO] = "VIDEO",
		[TEMPLATE_HEADER_DOCUMENT] = "DOCUMENT", [TEMPLATE_HEADER_LOCATION] = "LOCATION",
	};
	if (panel->header == TEMPLATE_HEADER_NONE)
		return;
	open_component(e, "HEADER");
	json_put_text(&e->w, "format", formats[panel->header]);
	if (panel->header_text) {
		put_filled(&e->w, "text", panel->header_text, false, NULL);
		put_samples(e, panel->header_text, "header_text", "header_text_named_params", false);
	} else if (template_header_is_media(panel->header)) {
		put_handle(e);
	}
	json_close_object(&e->w);
}

static void put_body(struct encoding *e, const struct template_panel *panel)
{
	if (!panel->body)
		return;
	open_component(e, "BODY");
	if (e->form->is_auth) {
		json_put_bool(&e->w, "add_security_recommendation", e->form->auth_warns);
	} else {
		put_filled(&e->w, "text", panel->body, false, NULL);
		put_samples(e, panel->body, "body_text", "body_text_named_params", true);
	}
	json_close_object(&e->w);
}

static void put_footer(struct encoding *e)
{
	const struct template_form *form = e->form;
	if (!form->footer && !form->auth_minutes)
		return;
	open_component(e, "FOOTER");
	if (form->footer)
		json_put_text(&e->w, "text", form->footer);
	else
		json_put_int(&e->w, "code_expiration_minutes", form->auth_minutes);
	json_close_object(&e->w);
}

static void put_offer(struct encoding *e)
{
	if (!e->form->offer_text)
		return;
	open_component(e, "LIMITED_TIME_OFFER");
	json_open_object(&e->w, "limited_time_offer");
	json_put_text(&e->w, "text", e->form->offer_text);
	json_put_bool(&e->w, "has_expiration", e->form->offer_expires);
	json_close_object(&e->w);
	json_close_object(&e->w);
}

static void put_url(struct encoding *e, const struct template_button *b)
{
	struct json_writer *w = &e->w;
	put_filled(w, "url", b->value, false, "1");
	if (b->value->n_placeholders == 0)
		return;
	const struct template_part *last = &b->value->part[b->value->n_parts - 1];
	json_open_array(w, "example");
	if (last->sample && (strncmp(last->sample, "https://", 8) == 0 || strncmp(last->sample, "http://", 7) == 0))
		json_put_text(w, NULL, last->sample); /* Meta's form has the whole address there */
	else
		put_filled(w, NULL, b->value, true, NULL);
	json_close_array(w);
}

static void put_button(struct encoding *e, const struct template_button *b)
{
	static const char *const types[] = {[TEMPLATE_BUTTON_QUICK_REPLY] = "QUICK_REPLY",
	                                    [TEMPLATE_BUTTON_URL] = "URL",
	                                    [TEMPLATE_BUTTON_PHONE] = "PHONE_NUMBER",
	                                    [TEMPLATE_BUTTON_COPY_CODE] = "COPY_CODE",
	                                    [TEMPLATE_BUTTON_OTP] = "OTP"};
	struct json_writer *w = &e->w;
	char number[NUMBER_BYTES + 1];
	if (b->kind == TEMPLATE_BUTTON_OTP) {
		json_put_raw(w, NULL, b->raw, strlen(b->raw));
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "type", types[b->kind]);
	if (b->text && b->kind != TEMPLATE_BUTTON_COPY_CODE)
		json_put_text(w, "text", b->text);
	if (b->kind == TEMPLATE_BUTTON_URL) {
		put_url(e, b);
	} else if (b->kind == TEMPLATE_BUTTON_PHONE) {
		snprintf(number, sizeof(number), "+%s", b->phone);
		json_put_text(w, "phone_number", number);
	} else if (b->kind == TEMPLATE_BUTTON_COPY_CODE) {
		put_filled(w, "example", b->value, true, NULL);
	}
	json_close_object(w);
}

static void put_panel(struct encoding *e, const struct template_panel *panel, bool is_card)
{
	json_open_array(&e->w, "components");
	put_header(e, panel);
	if (!is_card)
		put_offer(e);
	put_body(e, panel);
	if (!is_card)
		put_footer(e);
	if (panel->n_buttons) {
		open_component(e, "BUTTONS");
		json_open_array(&e->w, "buttons");
		for (size_t i = 0; i < panel->n_buttons; i++)
			put_button(e, &panel->button[i]);
		json_close_array(&e->w);
		json_close_object(&e->w);
	}
	if (!is_card && e->form->n_cards) {
		open_component(e, "CAROUSEL");
		json_open_array(&e->w, "cards");
		for (size_t i = 0; i < e->form->n_cards; i++) {
			json_open_object(&e->w, NULL);
			put_panel(e, &e->form->card[i], true);
			json_close_object(&e->w);
		}
		json_close_array(&e->w);
		json_close_object(&e->w);
	}
	json_close_array(&e->w);
}

int wa_template_encode(const struct template *tpl, const struct template_form *form, const char *const *handles, bool is_edit,
                       struct buf *out)
{
	struct encoding e = {.form = form, .handle = handles};
	json_begin(&e.w, out);
	json_open_object(&e.w, NULL);
	if (!is_edit) {
		json_put_text(&e.w, "name", tpl->meta_name);
		json_put_text(&e.w, "language", tpl->language);
		json_put_text(&e.w, "category", tpl->category);
		json_put_text(&e.w, "parameter_format", form->params == TEMPLATE_PARAMS_POSITIONAL ? "POSITIONAL" : "NAMED");
	}
	put_panel(&e, &form->main, false);
	json_close_object(&e.w);
	return out->overflow || e.lacks_handle ? -1 : 0;
}
