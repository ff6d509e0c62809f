/* A template that was made elsewhere, as Meta lists it, in our form: single braces, and names for its positions. What Meta does
 * not keep (where a header's picture lies, when an offer ends) has to be given by its user; what we cannot send is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "wa/manage.h"
#include "wa/plain.h"

#define MAX_TEXT_BYTES 65536
#define MAX_VARIABLES 64

struct importing {
	struct arena *arena;
	bool named, is_auth;
	const char *fault; /* the first thing that cannot be sent */
};

static void cannot(struct importing *im, const char *fault)
{
	if (!im->fault)
		im->fault = fault;
}

/* Positions are told apart by where they stand: `custom1`… in the body (the contact's own fields for the first two), otherwise
 * the place's name with the position behind it. */
static const char *key_of(struct importing *im, const char *place, const char *variable, size_t n)
{
	if (im->named)
		return arena_strndup(im->arena, variable, n);
	return arena_printf(im->arena, "%s%.*s", place, (int)n, variable);
}

/* Positions are given to Meta in the order in which they first stand in the text. */
static void check_position(struct importing *im, const char *variable, size_t n, int64_t *last)
{
	int64_t position;
	if (im->named)
		return;
	if (!text_to_int(variable, n, &position) || position > *last + 1)
		cannot(im, "its variables do not stand in the order of their numbers");
	else if (position == *last + 1)
		*last = position;
}

static const char *text_of(struct importing *im, const char *place, const char *text)
{
	buf_auto struct buf out;
	int64_t last = 0;
	buf_init(&out, MAX_TEXT_BYTES);
	for (const char *p = text; *p;) {
		const char *end = strncmp(p, "{{", 2) == 0 ? strstr(p + 2, "}}") : NULL;
		if (end) {
			check_position(im, p + 2, (size_t)(end - p) - 2, &last);
			buf_addf(&out, "{%s}", key_of(im, place, p + 2, (size_t)(end - p) - 2));
			p = end + 2;
		} else {
			buf_adds(&out, *p == '{' ? "{{" : (char[2]){*p, '\0'});
			p++;
		}
	}
	return arena_strdup(im->arena, buf_text(&out));
}

static void set_text(cJSON *object, const char *key, const char *text)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	cJSON_AddStringToObject(object, key, text);
}

static void import_header(struct importing *im, cJSON *component, const char *prefix)
{
	static const char *const formats[] = {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"};
	const char *format = json_text(component, "format"), *text = json_text(component, "text");
	bool known = false;
	for (size_t i = 0; format && i < sizeof(formats) / sizeof(formats[0]); i++)
		known = known || text_equal_nocase(format, formats[i]);
	if (!known)
		cannot(im, arena_printf(im->arena, "its header is a %.32s", format ? format : "thing without a format"));
	if (text)
		set_text(component, "text", text_of(im, arena_printf(im->arena, "%sheader", prefix), text));
	if (known && !text)
		cJSON_DeleteItemFromObjectCaseSensitive(component, "example"); /* an address of Meta's that soon expires */
}

/* Meta reads one-time-password buttons back as URL buttons; of what kind they were makes no difference to a message. */
static void import_auth_button(cJSON *button)
{
	set_text(button, "type", "OTP");
	set_text(button, "otp_type", "COPY_CODE");
	cJSON_DeleteItemFromObjectCaseSensitive(button, "url");
	cJSON_DeleteItemFromObjectCaseSensitive(button, "example");
}

/* The footer of these may come as Meta's words: the code's life is the number in them. */
static void import_auth_footer(cJSON *component)
{
	const char *text = json_text(component, "text");
	const char *digits = text ? strpbrk(text, "0123456789") : NULL;
	if (!json_get(component, "code_expiration_minutes") && digits)
		cJSON_AddNumberToObject(component, "code_expiration_minutes", (double)strtol(digits, NULL, 10));
	cJSON_DeleteItemFromObjectCaseSensitive(component, "text");
}

static void import_buttons(struct importing *im, cJSON *component, const char *prefix)
{
	static const char *const types[] = {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP"};
	int n = 0;
	cJSON *list = cJSON_GetObjectItemCaseSensitive(component, "buttons");
	for (cJSON *button = cJSON_IsArray(list) ? list->child : NULL; button; button = button->next) {
		const char *type = json_text(button, "type"), *url = json_text(button, "url");
		bool known = false;
		n++;
		for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
			known = known || text_equal_nocase(type, types[i]);
		if (!known)
			cannot(im, arena_printf(im->arena, "it has a button of type %.32s", type ? type : "unknown"));
		else if (im->is_auth)
			import_auth_button(button);
		else if (url && strstr(url, "{{"))
			/* an address's variable is {{1}} whatever the others are called */
			set_text(button, "url",
			         text_of(&(struct importing){.arena = im->arena}, arena_printf(im->arena, "%surl%d_", prefix, n),
			                 url));
	}
}

static void import_list(struct importing *im, cJSON *list, const char *prefix);

static void import_one(struct importing *im, cJSON *component, const char *prefix)
{
	const char *type = json_text(component, "type"), *text = json_text(component, "text");
	if (type && text_equal_nocase(type, "HEADER")) {
		import_header(im, component, prefix);
	} else if (type && text_equal_nocase(type, "BODY")) {
		if (im->is_auth)
			cJSON_DeleteItemFromObjectCaseSensitive(component, "text");
		else if (text)
			set_text(component, "text", text_of(im, arena_printf(im->arena, "%scustom", prefix), text));
	} else if (type && text_equal_nocase(type, "BUTTONS")) {
		import_buttons(im, component, prefix);
	} else if (type && text_equal_nocase(type, "CAROUSEL")) {
		cJSON *cards = cJSON_GetObjectItemCaseSensitive(component, "cards");
		int n = 0;
		for (cJSON *card = cJSON_IsArray(cards) ? cards->child : NULL; card; card = card->next)
			import_list(im, cJSON_GetObjectItemCaseSensitive(card, "components"),
			            arena_printf(im->arena, "card%d_", ++n));
	} else if (type && im->is_auth && text_equal_nocase(type, "FOOTER")) {
		import_auth_footer(component);
	} else if (!type || !(text_equal_nocase(type, "FOOTER") || text_equal_nocase(type, "LIMITED_TIME_OFFER"))) {
		cannot(im, arena_printf(im->arena, "it has a component of type %.32s", type ? type : "unknown"));
	}
}

static void import_list(struct importing *im, cJSON *list, const char *prefix)
{
	for (cJSON *component = cJSON_IsArray(list) ? list->child : NULL; component; component = component->next)
		import_one(im, component, prefix);
}

/* ---- one template ---- */

/* What stands in the body at Meta, for the text that is shown. */
static const char *body_text(const cJSON *components, struct arena *arena)
{
	for (const cJSON *c = cJSON_IsArray(components) ? components->child : NULL; c; c = c->next) {
		const char *type = json_text(c, "type"), *text = json_text(c, "text");
		if (type && text && text_equal_nocase(type, "BODY"))
			return arena_strdup(arena, text);
	}
	return "";
}

static const char *print(const cJSON *tree, struct arena *arena)
{
	char *text = cJSON_PrintUnformatted(tree);
	const char *kept = arena_strdup(arena, text ? text : "[]");
	free(text);
	return kept;
}

/* Can a form be made of it? What it lacks is said. */
static void check_form(struct wa_template_import *t, struct arena *arena)
{
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	const struct template tpl = {.category = t->record.category,
	                             .text = t->text,
	                             .type = "text",
	                             .components = t->components,
	                             .params = t->params};
	struct err err;
	if (template_form_read(&tpl, arena, form, &err) < 0)
		t->unsupported = arena_printf(arena, "WhatsApp has not all of it. Give the rest by PUT with `components`: %s",
		                              err.text);
}

static void import(const cJSON *item, struct arena *arena, struct wa_template_import *t)
{
	const char *format = json_text(item, "parameter_format");
	const cJSON *given = json_get(item, "components");
	struct importing im = {.arena = arena,
	                       .named = format && text_equal_nocase(format, "NAMED"),
	                       .is_auth = strcmp(t->record.category, "AUTHENTICATION") == 0};
	cJSON *ours = cJSON_Duplicate(given, true);
	import_list(&im, ours, "");
	t->params = im.named ? TEMPLATE_PARAMS_NAMED : TEMPLATE_PARAMS_POSITIONAL;
	t->unsupported = NULL;
	t->components = print(im.fault ? given : ours, arena);
	t->text = body_text(im.is_auth || im.fault ? given : ours, arena);
	cJSON_Delete(ours);
	if (im.fault)
		t->unsupported = arena_printf(arena, "crier cannot send it: %s", im.fault);
	else
		check_form(t, arena);
}

static int decode_item(const cJSON *item, struct arena *arena, struct wa_template_import *t, struct err *err)
{
	if (wa_template_record_decode(item, &t->record, err) < 0)
		return -1;
	t->name = arena_strdup(arena, json_text(item, "name"));
	t->language = arena_strdup(arena, json_text(item, "language"));
	if (!t->name || !t->language || !cJSON_IsArray(json_get(item, "components")))
		return err_set(err, "a template without name, language or components");
	import(item, arena, t);
	return 0;
}

int wa_template_one_decode(const char *body, size_t n_bytes, struct arena *arena, struct wa_template_import *ret, struct err *err)
{
	json_auto cJSON *tree = NULL;
	return json_parse(body, n_bytes, &tree, err) < 0 ? -1 : decode_item(tree, arena, ret, err);
}

int wa_template_page_decode(const char *body, size_t n_bytes, struct arena *arena, struct wa_template_import *ret, int max,
                            int *ret_n, const char **ret_after, struct err *err)
{
	json_auto cJSON *tree = NULL;
	if (json_parse(body, n_bytes, &tree, err) < 0)
		return -1;
	const cJSON *data = json_get(tree, "data"), *paging = json_get(tree, "paging");
	int n = 0;
	if (!cJSON_IsArray(data))
		return err_set(err, "a list of templates without data");
	for (const cJSON *item = data->child; item && n < max; item = item->next) {
		if (decode_item(item, arena, &ret[n], err) < 0)
			return -1;
		n++;
	}
	const char *after = json_text(json_get(paging, "cursors"), "after");
	*ret_after = json_get(paging, "next") ? arena_strdup(arena, after) : NULL;
	*ret_n = n;
	return 0;
}
