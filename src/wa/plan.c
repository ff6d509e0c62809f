#include "wa/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define PLAN_MAX ((size_t)256 << 10)

static struct plan_step *add_step(struct wa_plan *plan, enum plan_step_kind kind)
{
	if (!plan->step || plan->n_steps == plan->max_steps) {
		plan->max_steps = plan->max_steps ? 2 * plan->max_steps : 16;
		plan->step = realloc(plan->step, plan->max_steps * sizeof(*plan->step));
		if (!plan->step)
			abort();
	}
	struct plan_step *step = &plan->step[plan->n_steps++];
	*step = (struct plan_step){.kind = kind, .from = plan->bytes.len};
	return step;
}

/* The last step takes what was written behind it. */
static void put(struct wa_plan *plan, const char *json)
{
	struct plan_step *last = plan->n_steps ? &plan->step[plan->n_steps - 1] : NULL;
	if (!last || last->kind != PLAN_BYTES)
		last = add_step(plan, PLAN_BYTES);
	buf_adds(&plan->bytes, json);
	last->n_bytes = plan->bytes.len - last->from;
}

static void put_escaped(struct wa_plan *plan, const char *text)
{
	buf_auto struct buf escaped;
	buf_init(&escaped, PLAN_MAX);
	json_escape(&escaped, text, strlen(text));
	put(plan, buf_text(&escaped));
}

static void put_index(struct wa_plan *plan, size_t index)
{
	char text[24];
	snprintf(text, sizeof(text), "%zu", index);
	put(plan, text);
}

/* A list of objects, opened by the first of them. */
struct list {
	struct wa_plan *plan;
	const char *open;
	bool opened;
};

static void list_next(struct list *list)
{
	put(list->plan, list->opened ? "," : list->open);
	list->opened = true;
}

static void list_end(struct list *list, const char *close)
{
	if (list->opened)
		put(list->plan, close);
}

/* ---- parameters ---- */

/* The parameters of a header's or body's text, each placeholder that does not repeat. */
static void put_parameters(struct wa_plan *plan, struct list *components, const char *type, const struct template_text *text)
{
	bool named = plan->form->params != TEMPLATE_PARAMS_POSITIONAL;
	if (!text || text->n_params == 0)
		return;
	list_next(components);
	put(plan, "{\"type\":\"");
	put(plan, type);
	put(plan, "\",\"parameters\":");
	struct list parameters = {.plan = plan, .open = "["};
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *part = &text->part[i];
		if (!part->is_placeholder || part->repeats)
			continue;
		list_next(&parameters);
		put(plan, "{\"type\":\"text\",");
		if (named) {
			put(plan, "\"parameter_name\":\"");
			put_escaped(plan, part->param);
			put(plan, "\",");
		}
		put(plan, "\"text\":\"");
		add_step(plan, PLAN_VALUE)->part = part;
		put(plan, "\"}");
	}
	list_end(&parameters, "]}");
}

/* `"key":"filled text"`; nothing without a text. */
static void put_member(struct wa_plan *plan, const char *lead, const struct template_text *text)
{
	if (!text)
		return;
	put(plan, lead);
	add_step(plan, PLAN_TEXT)->text = text;
	put(plan, "\"");
}

static void put_header(struct wa_plan *plan, struct list *components, const struct template_panel *panel)
{
	static const char *const words[] = {
		[TEMPLATE_HEADER_IMAGE] = "image", [TEMPLATE_HEADER_VIDEO] = "video", [TEMPLATE_HEADER_DOCUMENT] = "document"};
	if (panel->header == TEMPLATE_HEADER_LOCATION) {
		list_next(components);
		put_member(plan, "{\"type\":\"header\",\"parameters\":[{\"type\":\"location\",\"location\":{\"latitude\":\"",
		           panel->place.latitude);
		put_member(plan, ",\"longitude\":\"", panel->place.longitude);
		put_member(plan, ",\"name\":\"", panel->place.name);
		put_member(plan, ",\"address\":\"", panel->place.address);
		put(plan, "}}]}");
	} else if (template_header_is_media(panel->header)) {
		const char *word = words[panel->header];
		list_next(components);
		put(plan, "{\"type\":\"header\",\"parameters\":[{\"type\":\"");
		put(plan, word);
		put(plan, "\",\"");
		put(plan, word);
		put(plan, "\":{");
		plan->media[plan->n_media].link = panel->media.url;
		add_step(plan, PLAN_MEDIA)->media = plan->n_media++;
		if (panel->header == TEMPLATE_HEADER_DOCUMENT && panel->media.filename) {
			put(plan, ",\"filename\":\"");
			put_escaped(plan, panel->media.filename);
			put(plan,
			    ".pdf\""); /* what documents are here; without it the recipient's device knows no program for it */
		}
		put(plan, "}}]}");
	} else {
		put_parameters(plan, components, "header", panel->header_text);
	}
}

/* ---- buttons ---- */

static const struct template_part *placeholder_of(const struct template_text *text)
{
	for (size_t i = 0; text && i < text->n_parts; i++)
		if (text->part[i].is_placeholder)
			return &text->part[i];
	return NULL;
}

static void open_button(struct wa_plan *plan, struct list *components, const char *sub_type, size_t index, const char *parameter)
{
	list_next(components);
	put(plan, "{\"type\":\"button\",\"sub_type\":\"");
	put(plan, sub_type);
	put(plan, "\",\"index\":\"");
	put_index(plan, index);
	put(plan, "\",\"parameters\":[{\"type\":\"");
	put(plan, parameter);
	put(plan, "\":\"");
}

static void put_button(struct wa_plan *plan, struct list *components, const struct template_button *b, size_t index)
{
	const struct template_part *value = placeholder_of(b->value);
	switch (b->kind) {
	case TEMPLATE_BUTTON_QUICK_REPLY:
		open_button(plan, components, "quick_reply", index, "payload\",\"payload");
		add_step(plan, PLAN_KEY);
		put(plan, "|");
		put_escaped(plan, b->payload ? b->payload : b->text);
		break;
	case TEMPLATE_BUTTON_URL:
		if (!value)
			return;
		open_button(plan, components, "url", index, "text\",\"text");
		add_step(plan, PLAN_URL_VALUE)->part = value;
		break;
	case TEMPLATE_BUTTON_OTP:
		open_button(plan, components, "url", index, "text\",\"text");
		add_step(plan, PLAN_VALUE)->part = value;
		break;
	case TEMPLATE_BUTTON_COPY_CODE:
		open_button(plan, components, "copy_code", index, "coupon_code\",\"coupon_code");
		add_step(plan, PLAN_TEXT)->text = b->value;
		break;
	case TEMPLATE_BUTTON_PHONE:
		return;
	}
	put(plan, "\"}]}");
}

static void put_panel(struct wa_plan *plan, struct list *components, const struct template_panel *panel)
{
	put_header(plan, components, panel);
	put_parameters(plan, components, "body", panel->body);
	if (panel == &plan->form->main && plan->form->offer_until) {
		list_next(components);
		put(plan, "{\"type\":\"limited_time_offer\",\"parameters\":[{\"type\":\"limited_time_offer\","
		          "\"limited_time_offer\":{\"expiration_time_ms\":");
		add_step(plan, PLAN_OFFER);
		put(plan, "}}]}");
	}
	for (size_t i = 0; i < panel->n_buttons; i++)
		put_button(plan, components, &panel->button[i], i);
}

static void put_cards(struct wa_plan *plan, struct list *components)
{
	const struct template_form *form = plan->form;
	if (form->n_cards == 0)
		return;
	list_next(components);
	struct list cards = {.plan = plan, .open = "{\"type\":\"carousel\",\"cards\":["};
	for (size_t i = 0; i < form->n_cards; i++) {
		list_next(&cards);
		put(plan, "{\"card_index\":");
		put_index(plan, i);
		put(plan, ",\"components\":");
		struct list inner = {.plan = plan, .open = "["};
		put_panel(plan, &inner, &form->card[i]);
		list_end(&inner, "]");
		put(plan, "}");
	}
	list_end(&cards, "]}");
}

struct wa_plan *wa_plan_create(const struct template *tpl, const struct template_form *form)
{
	struct wa_plan *plan = calloc(1, sizeof(*plan));
	if (!plan)
		abort();
	plan->form = form;
	buf_init(&plan->bytes, PLAN_MAX);
	put(plan, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+");
	add_step(plan, PLAN_NUMBER);
	put(plan, "\",\"type\":\"template\",\"template\":{\"name\":\"");
	put_escaped(plan, tpl->meta_name);
	put(plan, "\",\"language\":{\"code\":\"");
	put_escaped(plan, tpl->language);
	put(plan, "\"}");
	struct list components = {.plan = plan, .open = ",\"components\":["};
	put_panel(plan, &components, &form->main);
	put_cards(plan, &components);
	list_end(&components, "]");
	put(plan, "},\"biz_opaque_callback_data\":\"");
	add_step(plan, PLAN_KEY);
	put(plan, "\"}");
	return plan;
}

void wa_plan_destroy(struct wa_plan *plan)
{
	if (!plan)
		return;
	buf_fini(&plan->bytes);
	free(plan->step);
	free(plan);
}

int wa_plan_n_media(const struct wa_plan *plan)
{
	return plan->n_media;
}

void wa_plan_set_media(struct wa_plan *plan, int i, const char *meta_id)
{
	snprintf(plan->media[i].id, sizeof(plan->media[i].id), "%s", meta_id ? meta_id : "");
}
