/* From JSON or flat fields to a form. What is missing for a form to stand is a fault here; limits are template_limits.c's. */
#include "model/template_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/template_internal.h"

#define FILENAME_MAX_CHARS 25
#define MEDIA_URL_MAX 2083
#define AUTH_MINUTES_MAX 90

struct template_text *form_text(struct form_reader *r, const char *field, const char *text)
{
	struct template_text *parsed = arena_alloc(r->arena, sizeof(*parsed));
	struct err err;
	if (template_text_parse(r->arena, text, parsed, &err) < 0) {
		fault_add(r->faults, FAULT_TEMPLATE_TEXT_INVALID, field, " is invalid: %s", err.text);
		return NULL;
	}
	template_text_params(parsed, r->form->params, r->arena);
	return parsed;
}

const char *form_member(struct form_reader *r, const cJSON *from, const char *name)
{
	return arena_strdup(r->arena, json_text(from, name));
}

void form_samples(struct form_reader *r, struct template_text *text, const cJSON *example, const char *flat_key,
                  const char *named_key)
{
	const cJSON *flat = json_get(example, flat_key), *named = json_get(example, named_key);
	if (cJSON_IsArray(flat) && cJSON_IsArray(flat->child))
		flat = flat->child; /* body_text is a list in a list */
	int n = 0;
	for (size_t i = 0; i < text->n_parts; i++) {
		struct template_part *p = &text->part[i];
		if (!p->is_placeholder || p->repeats)
			continue;
		const cJSON *item = cJSON_IsArray(flat) ? cJSON_GetArrayItem(flat, n++) : NULL;
		if (item && cJSON_IsString(item) && *item->valuestring)
			p->sample = arena_strdup(r->arena, item->valuestring);
		for (item = cJSON_IsArray(named) ? named->child : NULL; item; item = item->next) {
			const char *name = json_text(item, "param_name"), *value = json_text(item, "example");
			if (name && value && *value && (strcmp(name, p->key) == 0 || strcmp(name, p->param) == 0))
				p->sample = arena_strdup(r->arena, value);
		}
	}
}

size_t form_chars(const struct template_text *text)
{
	size_t n = 0;
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *p = &text->part[i];
		n += p->is_placeholder ? strlen(p->param) + 4 : utf8_length(p->text, strlen(p->text));
	}
	return n;
}

bool form_is_url(const char *url, size_t max_chars)
{
	bool http = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
	const char *host = http ? strstr(url, "//") + 2 : "";
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("{}<>\"\\^`|", *p))
			return false;
	return *host && *host != '/' && utf8_length(url, strlen(url)) <= max_chars;
}

static void form_filename(struct form_reader *r, const char *field, const char *name)
{
	if (!name || !*name)
		fault_add(r->faults, FAULT_TEMPLATE_FILENAME_REQUIRED, field, " is required for a document");
	else if (utf8_length(name, strlen(name)) > FILENAME_MAX_CHARS)
		fault_add(r->faults, FAULT_TEMPLATE_FILENAME_LONG, field, " must be at most %d characters long",
		          FILENAME_MAX_CHARS);
	else if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(name))
		fault_add(r->faults, FAULT_TEMPLATE_FILENAME_INVALID, field, " must have only a-z, A-Z, 0-9 and _");
}

void form_media(struct form_reader *r, const char *field, enum template_header kind, struct template_media *media)
{
	const char *dot = *field ? "." : "";
	const char *url = arena_printf(r->arena, "%s%surl", field, dot);
	if (media->url && media->media_id)
		fault_add(r->faults, FAULT_TEMPLATE_MEDIA_REQUIRED, url, " and media_id exclude each other");
	else if (!media->url && !media->media_id)
		fault_add(r->faults, FAULT_TEMPLATE_MEDIA_REQUIRED, url, " or media_id is required for a medium");
	else if (media->url && utf8_length(media->url, strlen(media->url)) > MEDIA_URL_MAX)
		fault_add(r->faults, FAULT_TEMPLATE_URL_LONG, url, " must be at most %d characters long", MEDIA_URL_MAX);
	else if (media->url && !form_is_url(media->url, MEDIA_URL_MAX))
		fault_add(r->faults, FAULT_TEMPLATE_URL_INVALID, url, " must be an http or https URL");
	if (kind == TEMPLATE_HEADER_DOCUMENT)
		form_filename(r, arena_printf(r->arena, "%s%sfilename", field, dot), media->filename);
}

/* ---- components ---- */

static const char *below(struct form_reader *r, const char *field, const char *name)
{
	return arena_printf(r->arena, "%s.%s", field, name);
}

/* A member that must be a text that is not blank; NULL with a fault. */
static const char *needed_text(struct form_reader *r, const char *field, const char *name, const cJSON *from)
{
	const char *text = form_member(r, from, name);
	if (text && !text_is_blank(text, strlen(text)))
		return text;
	fault_add(r->faults, FAULT_TEMPLATE_TEXT_REQUIRED, below(r, field, name), " is required");
	return NULL;
}

/* Text or a number. */
static const char *text_or_number(struct form_reader *r, const cJSON *from, const char *name)
{
	const cJSON *item = json_get(from, name);
	if (!cJSON_IsNumber(item))
		return json_text(from, name);
	return arena_printf(r->arena, "%.7g", item->valuedouble);
}

static void read_place(struct form_reader *r, const char *field, const cJSON *from, struct template_place *place)
{
	const struct {
		const char *name;
		bool required;
		const struct template_text **to;
	} members[] = {{"latitude", true, &place->latitude},
	               {"longitude", true, &place->longitude},
	               {"name", false, &place->name},
	               {"address", false, &place->address}};
	const cJSON *location = json_get(from, "location");
	field = below(r, field, "location");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *text = text_or_number(r, location, members[i].name);
		if (text && *text)
			*members[i].to = form_text(r, below(r, field, members[i].name), text);
		else if (members[i].required)
			fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, below(r, field, members[i].name), " is required");
	}
}

static void read_header(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	static const char *const formats[] = {
		[TEMPLATE_HEADER_NONE] = "",
		[TEMPLATE_HEADER_TEXT] = "TEXT",
		[TEMPLATE_HEADER_IMAGE] = "IMAGE",
		[TEMPLATE_HEADER_VIDEO] = "VIDEO",
		[TEMPLATE_HEADER_DOCUMENT] = "DOCUMENT",
		[TEMPLATE_HEADER_LOCATION] = "LOCATION",
	};
	const char *format = json_text(from, "format"), *text;
	panel->header_field = field;
	for (unsigned i = TEMPLATE_HEADER_TEXT; format && i <= TEMPLATE_HEADER_LOCATION; i++)
		if (text_equal_nocase(format, formats[i]))
			panel->header = (enum template_header)i;
	if (panel->header == TEMPLATE_HEADER_NONE) {
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, below(r, field, "format"),
		          " must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION");
	} else if (panel->header == TEMPLATE_HEADER_TEXT) {
		struct template_text *parsed = (text = needed_text(r, field, "text", from))
		                                       ? form_text(r, below(r, field, "text"), text)
		                                       : NULL;
		if (parsed)
			form_samples(r, parsed, json_get(from, "example"), "header_text", "header_text_named_params");
		panel->header_text = parsed;
	} else if (panel->header == TEMPLATE_HEADER_LOCATION) {
		read_place(r, field, from, &panel->place);
	} else {
		panel->media = (struct template_media){.url = form_member(r, from, "url"),
		                                       .media_id = form_member(r, from, "media_id"),
		                                       .filename = form_member(r, from, "filename")};
		form_media(r, field, panel->header, &panel->media);
	}
}

static void read_body(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	panel->body_field = below(r, field, "text");
	if (r->is_auth) {
		if (json_get(from, "text"))
			fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, panel->body_field,
			          " is written by WhatsApp itself in an AUTHENTICATION template");
		r->form->auth_warns = cJSON_IsTrue(json_get(from, "add_security_recommendation"));
		return;
	}
	const char *text = needed_text(r, field, "text", from);
	struct template_text *parsed = text ? form_text(r, panel->body_field, text) : NULL;
	if (parsed)
		form_samples(r, parsed, json_get(from, "example"), "body_text", "body_text_named_params");
	panel->body = parsed;
	panel->body_source = text;
}

static void read_footer(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	(void)panel;
	struct template_form *form = r->form;
	form->footer_field = below(r, field, "text");
	if (!r->is_auth) {
		form->footer = needed_text(r, field, "text", from);
		return;
	}
	bool given = json_int(from, "code_expiration_minutes", &form->auth_minutes);
	if (!given || form->auth_minutes < 1 || form->auth_minutes > AUTH_MINUTES_MAX)
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, below(r, field, "code_expiration_minutes"), " must be 1 to %d",
		          AUTH_MINUTES_MAX);
}

static void read_buttons(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	panel->buttons_field = below(r, field, "buttons");
	form_buttons(r, panel->buttons_field, json_get(from, "buttons"), panel);
}

static void read_offer(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	(void)panel;
	struct template_form *form = r->form;
	const cJSON *offer = json_get(from, "limited_time_offer");
	form->offer_field = below(r, field, "limited_time_offer");
	form->offer_text = needed_text(r, form->offer_field, "text", offer);
	form->offer_expires = cJSON_IsTrue(json_get(offer, "has_expiration"));
	if (!form->offer_expires)
		return;
	const char *until = json_text(offer, "expires_at"), *place = below(r, form->offer_field, "expires_at");
	msec_t time;
	form->offer_until = until ? form_text(r, place, until) : NULL;
	if (!form->offer_until || (form->offer_until->n_placeholders == 0 && !clock_parse(until, strlen(until), &time) &&
	                           !clock_parse_rfc3339(until, strlen(until), &time)))
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, place,
		          " must be a time, yyyy-mm-dd hh:mm:ss in UTC, or a placeholder for one, since the offer expires");
}

static void read_panel(struct form_reader *r, const char *field, const cJSON *list, struct template_panel *panel);

static void read_carousel(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel)
{
	(void)panel;
	struct template_form *form = r->form;
	const cJSON *cards = json_get(from, "cards");
	int n = cJSON_IsArray(cards) ? cJSON_GetArraySize(cards) : 0;
	form->cards_field = below(r, field, "cards");
	if (n < 2 || n > TEMPLATE_MAX_CARDS) {
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, form->cards_field, " must be a list of 2 to %d cards",
		          TEMPLATE_MAX_CARDS);
		return;
	}
	form->card = arena_array(r->arena, (size_t)n, sizeof(*form->card));
	struct form_reader inner = *r;
	inner.is_card = true;
	for (const cJSON *card = cards->child; card; card = card->next, form->n_cards++)
		read_panel(&inner, arena_printf(r->arena, "%s[%zu].components", form->cards_field, form->n_cards),
		           json_get(card, "components"), &form->card[form->n_cards]);
}

static const struct {
	const char *type;
	void (*read)(struct form_reader *r, const char *field, const cJSON *from, struct template_panel *panel);
	bool in_cards;
} readers[] = {
	{"HEADER", read_header, true},   {"BODY", read_body, true},          {"FOOTER", read_footer, false},
	{"BUTTONS", read_buttons, true}, {"CAROUSEL", read_carousel, false}, {"LIMITED_TIME_OFFER", read_offer, false},
};
#define N_READERS (sizeof(readers) / sizeof(readers[0]))

static void read_panel(struct form_reader *r, const char *field, const cJSON *list, struct template_panel *panel)
{
	bool seen[N_READERS] = {false};
	int n = 0;
	panel->header_field = panel->body_field = panel->buttons_field = "";
	if (!cJSON_IsArray(list) || !list->child) {
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, field, " must be a list of components");
		return;
	}
	for (const cJSON *item = list->child; item; item = item->next, n++) {
		const char *type = json_text(item, "type"), *here = arena_printf(r->arena, "%s[%d]", field, n);
		size_t i = 0;
		while (i < N_READERS &&
		       !(type && text_equal_nocase(type, readers[i].type) && (readers[i].in_cards || !r->is_card)))
			i++;
		if (i == N_READERS)
			fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, below(r, here, "type"), " must be %s",
			          r->is_card ? "HEADER, BODY or BUTTONS"
			                     : "HEADER, BODY, FOOTER, BUTTONS, CAROUSEL or LIMITED_TIME_OFFER");
		else if (seen[i])
			fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, below(r, here, "type"), " %s is there twice",
			          readers[i].type);
		else
			readers[i].read(r, here, item, panel);
		if (i < N_READERS)
			seen[i] = true;
	}
}

/* Meta's own words, with the code where the button has it from. */
static void auth_body(struct form_reader *r)
{
	struct template_form *form = r->form;
	const struct template_text *code = form->main.n_buttons ? form->main.button[0].value : NULL;
	const char *key = code && code->n_placeholders ? code->part[0].key : "code";
	form->main.body_source = arena_printf(r->arena, "*{%s}* is your verification code.%s", key,
	                                      form->auth_warns ? " For your security, do not share this code." : "");
	form->main.body = form_text(r, form->main.body_field, form->main.body_source);
}

static void build_components(struct form_reader *r, const struct template_request *req)
{
	json_auto cJSON *given = NULL;
	struct err err;
	struct template_form *form = r->form;
	if (json_parse(req->components, strlen(req->components), &given, &err) < 0) {
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, "components", " is invalid: %s", err.text);
		return;
	}
	read_panel(r, "components", given, &form->main);
	if (!form->main.body_field[0])
		fault_add(r->faults, FAULT_TEMPLATE_TEXT_REQUIRED, "components", " must have a BODY");
	else if (r->is_auth)
		auth_body(r);
}

/* ---- flat fields ---- */

static void build_flat_button(struct form_reader *r, const struct template_request *req)
{
	struct template_panel *main = &r->form->main;
	struct template_button *b = &main->button[0];
	const char *value = req->button_value ? req->button_value : "";
	char digits[NUMBER_BYTES];
	main->n_buttons = 1;
	*b = (struct template_button){.field = "button_value", .text = req->button_text};
	if (text_equal_nocase(req->button_type, "LINK")) {
		b->kind = TEMPLATE_BUTTON_URL;
		b->value = form_text(r, "button_value", value);
	} else if (text_equal_nocase(req->button_type, "PHONE_CALL")) {
		b->kind = TEMPLATE_BUTTON_PHONE;
		b->phone = number_parse(value, strlen(value), digits) == NUMBER_OK ? arena_strdup(r->arena, digits) : "";
	} else {
		b->kind = TEMPLATE_BUTTON_QUICK_REPLY;
		b->payload = *value ? value : NULL;
	}
}

static void build_flat(struct form_reader *r, const struct template_request *req)
{
	static const struct {
		const char *type;
		enum template_header header;
	} types[] = {{"image", TEMPLATE_HEADER_IMAGE}, {"video", TEMPLATE_HEADER_VIDEO}, {"document", TEMPLATE_HEADER_DOCUMENT}};
	struct template_panel *main = &r->form->main;
	main->header_field = main->buttons_field = "";
	main->body_field = "text";
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (req->type && strcmp(req->type, types[i].type) == 0)
			main->header = types[i].header;
	if (main->header != TEMPLATE_HEADER_NONE) {
		main->header_field = "type";
		main->media = (struct template_media){.url = req->url, .media_id = req->media_id};
		if (main->header == TEMPLATE_HEADER_DOCUMENT)
			main->media.filename = req->filename;
		form_media(r, "", main->header, &main->media);
	}
	if (req->text)
		main->body = form_text(r, "text", req->text);
	main->body_source = req->text;
	if (req->button_type && *req->button_type)
		build_flat_button(r, req);
}

void template_form_build(const struct template_request *req, enum template_params params, struct arena *arena,
                         struct template_form *ret, struct faults *faults)
{
	*ret = (struct template_form){.params = params};
	struct form_reader r = {.arena = arena, .form = ret, .faults = faults};
	ret->is_auth = r.is_auth = req->components && req->wa_category && strcmp(req->wa_category, "AUTHENTICATION") == 0;
	if (ret->is_auth)
		ret->params = TEMPLATE_PARAMS_POSITIONAL;
	if (req->components)
		build_components(&r, req);
	else
		build_flat(&r, req);
}

struct template_request template_content(const struct template *tpl)
{
	return (struct template_request){.wa_category = tpl->category,
	                                 .text = tpl->components ? NULL : tpl->text,
	                                 .type = tpl->components ? NULL : tpl->type,
	                                 .url = tpl->url,
	                                 .media_id = tpl->media_id,
	                                 .filename = tpl->filename,
	                                 .button_type = tpl->button_type,
	                                 .button_text = tpl->button_text,
	                                 .button_value = tpl->button_value,
	                                 .components = tpl->components};
}

int template_form_read(const struct template *tpl, struct arena *arena, struct template_form *ret, struct err *err)
{
	const struct template_request content = template_content(tpl);
	struct faults *faults = arena_alloc(arena, sizeof(*faults));
	faults_init(faults);
	template_form_build(&content, tpl->params, arena, ret, faults);
	return faults_any(faults) ? err_set(err, "%s", faults->item[0].message) : 0;
}
