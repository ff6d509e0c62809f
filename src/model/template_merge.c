/* Changing a template: what it becomes, and whether Meta has to know. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/template_internal.h"

#define MAX_SHAPE_BYTES ((size_t)1 << 20)

/* ---- is it the same at Meta? ---- */

/* Pieces are set apart by a byte that no text of a template has. */
static void put(struct buf *out, const char *piece)
{
	buf_adds(out, piece ? piece : "\x1e");
	buf_addc(out, '\x1f');
}

/* White space at the ends is not kept by everyone. */
static void put_text(struct buf *out, const struct template_text *text, const char *variable)
{
	size_t from = out->len;
	for (size_t i = 0; text && i < text->n_parts; i++) {
		const struct template_part *p = &text->part[i];
		if (p->is_placeholder)
			buf_addf(out, "{{%s}}", variable ? variable : p->param);
		else
			buf_adds(out, p->text);
	}
	while (out->len > from && strchr(" \n\t", out->data[out->len - 1]))
		out->len--;
	put(out, text ? "" : NULL);
}

static void put_panel(struct buf *out, const struct template_panel *panel)
{
	buf_addf(out, "%d,", (int)panel->header);
	put_text(out, panel->header_text, NULL);
	put_text(out, panel->body, NULL);
	for (size_t i = 0; i < panel->n_buttons; i++) {
		const struct template_button *b = &panel->button[i];
		buf_addf(out, "%d,", (int)b->kind);
		put(out, b->kind == TEMPLATE_BUTTON_COPY_CODE ? "" : b->text);
		put(out, b->phone);
		put(out, b->raw);
		if (b->kind == TEMPLATE_BUTTON_URL)
			put_text(out, b->value, "1");
	}
}

static void put_form(struct buf *out, const struct template_form *form)
{
	put_panel(out, &form->main);
	put(out, form->footer);
	put(out, form->offer_text);
	buf_addf(out, "%d,%d,%lld,", form->offer_expires, form->auth_warns, (long long)form->auth_minutes);
	for (size_t i = 0; i < form->n_cards; i++)
		put_panel(out, &form->card[i]);
}

bool template_form_same(const struct template_form *a, const struct template_form *b)
{
	buf_auto struct buf text_a, text_b;
	buf_init(&text_a, MAX_SHAPE_BYTES);
	buf_init(&text_b, MAX_SHAPE_BYTES);
	put_form(&text_a, a);
	put_form(&text_b, b);
	return strcmp(buf_text(&text_a), buf_text(&text_b)) == 0;
}

const char *template_form_type(const struct template_form *form)
{
	switch (form->main.header) {
	case TEMPLATE_HEADER_IMAGE:
		return "image";
	case TEMPLATE_HEADER_VIDEO:
		return "video";
	case TEMPLATE_HEADER_DOCUMENT:
		return "document";
	case TEMPLATE_HEADER_NONE:
	case TEMPLATE_HEADER_TEXT:
	case TEMPLATE_HEADER_LOCATION:
		break;
	}
	return "text";
}

/* ---- what it becomes ---- */

static const char *with_body(const char *components, const char *text, struct arena *arena)
{
	json_auto cJSON *list = NULL;
	struct err err;
	if (json_parse(components, strlen(components), &list, &err) < 0)
		return components;
	for (cJSON *c = list->child; c; c = c->next) {
		const char *type = json_text(c, "type");
		if (!type || !text_equal_nocase(type, "BODY"))
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(c, "text");
		cJSON_DeleteItemFromObjectCaseSensitive(c, "example"); /* of other words */
		cJSON_AddStringToObject(c, "text", text);
	}
	char *printed = cJSON_PrintUnformatted(list);
	const char *kept = arena_strdup(arena, printed);
	free(printed);
	return kept;
}

static const char *either(const char *given, const char *present)
{
	return given ? given : present;
}

void template_merge(const struct template *tpl, const struct template_request *update, struct arena *arena,
                    struct template_request *ret, struct faults *faults)
{
	bool flat = update->type || update->url || update->media_id || update->filename || update->button_type ||
	            update->button_text || update->button_value;
	*ret = (struct template_request){.wa_category = tpl->category};
	if (update->components) {
		*ret = *update;
		ret->wa_category = tpl->category;
	} else if (tpl->components) {
		ret->components = update->text ? with_body(tpl->components, update->text, arena) : tpl->components;
		if (flat)
			fault_add(faults, FAULT_TEMPLATE_COMPONENTS, "components",
			          " made this template: change it by them, or by `text` for its body");
	} else {
		ret->text = either(update->text, tpl->text);
		ret->type = either(update->type, tpl->type);
		ret->url = either(update->url, update->media_id ? NULL : tpl->url);
		ret->media_id = either(update->media_id, update->url ? NULL : tpl->media_id);
		ret->filename = either(update->filename, tpl->filename);
		ret->button_type = either(update->button_type, tpl->button_type);
		ret->button_text = either(update->button_text, tpl->button_text);
		ret->button_value = either(update->button_value, tpl->button_value);
	}
}
