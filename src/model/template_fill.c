/* One recipient: does every value fit its place, and what does the message say? */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/template_internal.h"

#define MAX_TEXT_BYTES 65536

bool template_header_is_media(enum template_header header)
{
	return header == TEMPLATE_HEADER_IMAGE || header == TEMPLATE_HEADER_VIDEO || header == TEMPLATE_HEADER_DOCUMENT;
}

int template_form_media(struct template_form *form, struct template_media *ret[TEMPLATE_MAX_MEDIA])
{
	int n = 0;
	if (template_header_is_media(form->main.header))
		ret[n++] = &form->main.media;
	for (size_t i = 0; i < form->n_cards && n < TEMPLATE_MAX_MEDIA; i++)
		if (template_header_is_media(form->card[i].header))
			ret[n++] = &form->card[i].media;
	return n;
}

/* ---- the texts of a form ---- */

static int add_text(const struct template_text **list, int n, const struct template_text *text)
{
	if (text)
		list[n++] = text;
	return n;
}

static int panel_texts(const struct template_panel *p, const struct template_text *offer, const struct template_text **ret, int n)
{
	n = add_text(ret, n, p->header_text);
	n = add_text(ret, n, p->place.latitude);
	n = add_text(ret, n, p->place.longitude);
	n = add_text(ret, n, p->place.name);
	n = add_text(ret, n, p->place.address);
	n = add_text(ret, n, p->body);
	n = add_text(ret, n, offer);
	for (size_t i = 0; i < p->n_buttons; i++)
		n = add_text(ret, n, p->button[i].value);
	return n;
}

int template_form_texts(const struct template_form *form, const struct template_text *ret[TEMPLATE_MAX_TEXTS])
{
	int n = panel_texts(&form->main, form->offer_until, ret, 0);
	for (size_t i = 0; i < form->n_cards; i++)
		n = panel_texts(&form->card[i], NULL, ret, n);
	return n;
}

size_t template_form_keys(const struct template_form *form, const char **ret, size_t max)
{
	const struct template_text *text[TEMPLATE_MAX_TEXTS];
	size_t n = 0;
	int n_texts = template_form_texts(form, text);
	for (int t = 0; t < n_texts; t++)
		for (size_t i = 0; i < text[t]->n_parts; i++) {
			const char *key = text[t]->part[i].is_placeholder ? text[t]->part[i].key : NULL;
			bool known = !key;
			for (size_t k = 0; k < n && k < max && !known; k++)
				known = strcmp(ret[k], key) == 0;
			if (!known && n++ < max)
				ret[n - 1] = key;
		}
	return n;
}

/* ---- values ---- */

/* The text filled in; NULL when a placeholder has neither value nor fallback. */
static const char *filled(const struct template_text *text, const struct contact *contact, struct arena *scratch)
{
	return template_check_text(text, SIZE_MAX, contact, scratch) == RULE_NONE ? template_fill(text, contact, scratch) : NULL;
}

bool template_coupon_ok(const char *code)
{
	size_t n = strlen(code);
	return n >= 1 && n <= TEMPLATE_COUPON_MAX &&
	       strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == n;
}

static bool coordinate_ok(const char *text, double most)
{
	char *end;
	if (!*text || strspn(text, "+-.0123456789") != strlen(text))
		return false;
	double value = strtod(text, &end);
	return *end == '\0' && value >= -most && value <= most;
}

const char *template_url_value(const char *value, struct arena *arena)
{
	buf_auto struct buf out;
	buf_init(&out, MAX_TEXT_BYTES);
	for (const char *p = value; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c >= 0x7F || strchr("<>\"\\^`{|}", c))
			buf_addf(&out, "%%%02X", c);
		else
			buf_addc(&out, (char)c);
	}
	return arena_strdup(arena, buf_text(&out));
}

msec_t template_offer_until(const struct template_form *form, const struct contact *contact, struct arena *scratch)
{
	msec_t time;
	const char *text = form->offer_until ? filled(form->offer_until, contact, scratch) : NULL;
	if (text && (clock_parse(text, strlen(text), &time) || clock_parse_rfc3339(text, strlen(text), &time)))
		return time;
	return -1;
}

/* ---- the check ---- */

static enum skip_rule worse(enum skip_rule so_far, enum skip_rule next)
{
	return so_far != RULE_NONE ? so_far : next;
}

static enum skip_rule check_place(const struct template_place *place, const struct contact *contact, struct arena *scratch)
{
	const struct {
		const struct template_text *text;
		double most; /* 0: any text */
	} part[] = {{place->latitude, 90}, {place->longitude, 180}, {place->name, 0}, {place->address, 0}};
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		const char *text = part[i].text ? filled(part[i].text, contact, scratch) : "";
		if (!text)
			return RULE_EMPTY_PLACEHOLDER;
		if (part[i].most > 0 && !coordinate_ok(text, part[i].most))
			return RULE_INVALID_VALUE;
	}
	return RULE_NONE;
}

static enum skip_rule check_button(const struct template_button *b, const struct contact *contact, struct arena *scratch)
{
	if (!b->value || b->value->n_placeholders == 0)
		return RULE_NONE;
	const char *text = filled(b->value, contact, scratch);
	if (!text)
		return RULE_EMPTY_PLACEHOLDER;
	if (b->kind == TEMPLATE_BUTTON_COPY_CODE && !template_coupon_ok(text))
		return RULE_INVALID_VALUE;
	if (b->kind == TEMPLATE_BUTTON_OTP && utf8_length(text, strlen(text)) > TEMPLATE_CODE_MAX)
		return RULE_INVALID_VALUE;
	if (b->kind == TEMPLATE_BUTTON_URL && strlen(template_url_value(text, scratch)) > TEMPLATE_URL_MAX)
		return RULE_TOO_LONG;
	return RULE_NONE;
}

static enum skip_rule check_panel(const struct template_panel *p, size_t body_max, const struct contact *contact,
                                  struct arena *scratch)
{
	enum skip_rule rule = RULE_NONE;
	if (p->header_text)
		rule = template_check_text(p->header_text, TEMPLATE_HEADER_MAX, contact, scratch);
	else if (p->header == TEMPLATE_HEADER_LOCATION)
		rule = check_place(&p->place, contact, scratch);
	if (rule == RULE_NONE && p->body)
		rule = template_check_text(p->body, body_max, contact, scratch);
	for (size_t i = 0; i < p->n_buttons && rule == RULE_NONE; i++)
		rule = check_button(&p->button[i], contact, scratch);
	return rule;
}

enum skip_rule template_form_check(const struct template_form *form, const struct contact *contact, struct arena *scratch)
{
	size_t body_max = form->offer_text ? TEMPLATE_OFFER_BODY_MAX : TEMPLATE_BODY_MAX;
	enum skip_rule rule = check_panel(&form->main, body_max, contact, scratch);
	if (form->offer_until && template_offer_until(form, contact, scratch) < 0)
		rule = worse(rule, filled(form->offer_until, contact, scratch) ? RULE_INVALID_VALUE : RULE_EMPTY_PLACEHOLDER);
	for (size_t i = 0; i < form->n_cards; i++)
		rule = worse(rule, check_panel(&form->card[i], TEMPLATE_CARD_MAX, contact, scratch));
	return rule;
}

const char *template_form_fill(const struct template_form *form, const struct contact *contact, struct arena *arena)
{
	buf_auto struct buf out;
	buf_init(&out, MAX_TEXT_BYTES);
	if (form->main.body)
		buf_adds(&out, template_fill(form->main.body, contact, arena));
	for (size_t i = 0; i < form->n_cards; i++)
		if (form->card[i].body)
			buf_addf(&out, "\n%s", template_fill(form->card[i].body, contact, arena));
	return arena_strdup(arena, buf_text(&out));
}
