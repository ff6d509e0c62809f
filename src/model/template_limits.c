/* What Meta would refuse, told before it is asked: its published limits on a template, each with its number in the sentence.
 * Source: Meta's pages on components, carousels, limited-time offers and authentication templates. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/template_internal.h"

#define BUTTON_TEXT_MAX 25
#define BUTTON_TEXT_FLAT_MAX 20
#define OFFER_TEXT_MAX 16
#define PHONE_MAX 20
#define CARD_BUTTONS_MAX 2

struct judging {
	const struct template_form *form;
	const char *category;
	struct faults *faults;
};

/* ---- placeholders ---- */

/* At Meta two braces open a variable, and there is no other way to write them. */
static void judge_braces(const struct judging *j, const char *field, const struct template_text *text)
{
	for (size_t i = 0; i < text->n_parts; i++) {
		const char *literal = text->part[i].is_placeholder ? "" : text->part[i].text;
		bool opens = *literal && literal[strlen(literal) - 1] == '{' && i + 1 < text->n_parts;
		if (opens || strstr(literal, "{{")) {
			fault_add(j->faults, FAULT_TEMPLATE_TEXT_INVALID, field,
			          " must not have two literal braces side by side, or one before a placeholder");
			return;
		}
	}
}

/* Meta refuses a body whose variable is the first or last thing in it, or stands directly beside another. */
static void judge_placeholders(const struct judging *j, const char *field, const struct template_text *text)
{
	if (text->n_placeholders == 0)
		return;
	bool before = false;
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *p = &text->part[i];
		if (p->is_placeholder && before)
			fault_add(j->faults, FAULT_TEMPLATE_TEXT_INVALID, field,
			          " has two placeholders side by side; WhatsApp wants text between them");
		before = p->is_placeholder;
	}
	if (text->part[0].is_placeholder || text->part[text->n_parts - 1].is_placeholder)
		fault_add(j->faults, FAULT_TEMPLATE_TEXT_INVALID, field,
		          " must not begin or end with a placeholder; WhatsApp refuses that");
}

/* ---- parts ---- */

static void judge_header(const struct judging *j, const struct template_panel *panel)
{
	const struct template_text *text = panel->header_text;
	if (!text)
		return;
	if (text->n_placeholders > 1)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, panel->header_field, " may have one placeholder at most");
	else if (form_chars(text) > TEMPLATE_HEADER_MAX)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, panel->header_field, " must be at most %d characters long",
		          TEMPLATE_HEADER_MAX);
	judge_braces(j, panel->header_field, text);
	for (size_t i = 0; i < text->n_parts; i++)
		if (text->part[i].text && text_has_control(text->part[i].text, strlen(text->part[i].text)))
			fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, panel->header_field, " must be one line");
}

static size_t body_limit(const struct template_form *form, const struct template_panel *panel)
{
	if (panel != &form->main)
		return TEMPLATE_CARD_MAX;
	return form->offer_text ? TEMPLATE_OFFER_BODY_MAX : TEMPLATE_BODY_MAX;
}

static void judge_body(const struct judging *j, const struct template_panel *panel)
{
	size_t limit = body_limit(j->form, panel);
	if (!panel->body || j->form->is_auth)
		return;
	if (form_chars(panel->body) > limit)
		fault_add(j->faults, FAULT_TEMPLATE_TEXT_LONG, panel->body_field,
		          " must be at most %zu characters long, its placeholders counted as {{name}}", limit);
	judge_braces(j, panel->body_field, panel->body);
	judge_placeholders(j, panel->body_field, panel->body);
}

static void judge_footer(const struct judging *j)
{
	const char *footer = j->form->footer;
	if (!footer)
		return;
	if (utf8_length(footer, strlen(footer)) > TEMPLATE_FOOTER_MAX)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, j->form->footer_field, " must be at most %d characters long",
		          TEMPLATE_FOOTER_MAX);
	if (strpbrk(footer, "{}"))
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, j->form->footer_field, " must not have placeholders");
}

/* ---- buttons ---- */

/* The sub-field of a button where the fault is; the flat button has its own names. */
static const char *button_field(const struct template_button *b, const char *name, char out[96])
{
	if (strcmp(b->field, "button_value") == 0)
		return strcmp(name, "text") == 0 ? "button_text" : "button_value";
	snprintf(out, 96, "%s.%s", b->field, name);
	return out;
}

static void judge_button_text(const struct judging *j, const struct template_button *b)
{
	char place[96];
	const char *field = button_field(b, "text", place);
	const int max = strcmp(field, "button_text") == 0 ? BUTTON_TEXT_FLAT_MAX : BUTTON_TEXT_MAX;
	bool own = b->kind == TEMPLATE_BUTTON_COPY_CODE || b->kind == TEMPLATE_BUTTON_OTP; /* Meta has a label for it */
	if (!b->text ? !own : text_is_blank(b->text, strlen(b->text)))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_TEXT_REQUIRED, field, " is required");
	else if (b->text && (utf8_length(b->text, strlen(b->text)) > (size_t)max || text_has_control(b->text, strlen(b->text))))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_TEXT_LONG, field,
		          " must be at most %d characters long, without control characters", max);
	else if (b->text && strpbrk(b->text, "{}"))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, field, " must not have placeholders");
}

/* Meta appends the value of the one variable that an address may have. */
static bool url_ok(const struct template_text *url)
{
	if (url->n_parts == 0 || url->part[0].is_placeholder || url->n_placeholders > 1)
		return false;
	if (url->n_placeholders == 1 && !url->part[url->n_parts - 1].is_placeholder)
		return false;
	return form_is_url(url->part[0].text, TEMPLATE_URL_MAX) && form_chars(url) <= TEMPLATE_URL_MAX;
}

static bool coupon_ok(const struct template_text *code)
{
	if (code->n_placeholders)
		return code->n_parts == 1;
	return code->n_parts == 1 && template_coupon_ok(code->part[0].text);
}

static void judge_button(const struct judging *j, const struct template_button *b)
{
	char place[96];
	judge_button_text(j, b);
	if (b->kind == TEMPLATE_BUTTON_URL && b->value && !url_ok(b->value))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, button_field(b, "url", place),
		          " must be an http or https URL of at most %d characters, with one placeholder at its end at most",
		          TEMPLATE_URL_MAX);
	if (b->kind == TEMPLATE_BUTTON_PHONE && b->phone && !*b->phone)
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, button_field(b, "phone_number", place),
		          " must be a valid phone number with its country code");
	if (b->kind == TEMPLATE_BUTTON_COPY_CODE && b->value && !coupon_ok(b->value))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, button_field(b, "example", place),
		          " must be 1 to %d letters and digits, or one placeholder and nothing else", TEMPLATE_COUPON_MAX);
	if (b->payload && (strlen(b->payload) > TEMPLATE_PAYLOAD_MAX || text_has_control(b->payload, strlen(b->payload))))
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, button_field(b, "payload", place),
		          " must be at most %d bytes long, without control characters", TEMPLATE_PAYLOAD_MAX);
	if (b->kind == TEMPLATE_BUTTON_OTP && !j->form->is_auth)
		fault_add(j->faults, FAULT_TEMPLATE_BUTTON_VALUE, button_field(b, "type", place),
		          " OTP is for templates of category AUTHENTICATION");
}

static void judge_counts(const struct judging *j, const struct template_panel *panel)
{
	static const struct {
		enum template_button_kind kind;
		int max;
		const char *word;
	} limits[] = {{TEMPLATE_BUTTON_URL, 2, "URL"},
	              {TEMPLATE_BUTTON_PHONE, 1, "PHONE_NUMBER"},
	              {TEMPLATE_BUTTON_COPY_CODE, 1, "COPY_CODE"},
	              {TEMPLATE_BUTTON_OTP, 1, "OTP"}};
	int changes = 0;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		int n = 0;
		for (size_t k = 0; k < panel->n_buttons; k++)
			n += panel->button[k].kind == limits[i].kind;
		if (n > limits[i].max)
			fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, panel->buttons_field, " may have at most %d of type %s",
			          limits[i].max, limits[i].word);
	}
	for (size_t k = 1; k < panel->n_buttons; k++)
		changes += (panel->button[k].kind == TEMPLATE_BUTTON_QUICK_REPLY) !=
		           (panel->button[k - 1].kind == TEMPLATE_BUTTON_QUICK_REPLY);
	if (changes > 1)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, panel->buttons_field,
		          " must have its QUICK_REPLY buttons together, before or after the others");
}

static void judge_panel(const struct judging *j, const struct template_panel *panel)
{
	judge_header(j, panel);
	judge_body(j, panel);
	for (size_t i = 0; i < panel->n_buttons; i++)
		judge_button(j, &panel->button[i]);
	judge_counts(j, panel);
}

/* ---- what goes with what ---- */

static bool offer_buttons_ok(const struct template_panel *main)
{
	size_t n = main->n_buttons;
	return (n == 1 || (n == 2 && main->button[0].kind == TEMPLATE_BUTTON_COPY_CODE)) &&
	       main->button[n - 1].kind == TEMPLATE_BUTTON_URL;
}

static void judge_offer(const struct judging *j)
{
	const struct template_form *form = j->form;
	const struct template_panel *main = &form->main;
	if (!form->offer_text)
		return;
	if (strcmp(j->category, "MARKETING") != 0)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, form->offer_field, " is for templates of category MARKETING");
	if (utf8_length(form->offer_text, strlen(form->offer_text)) > OFFER_TEXT_MAX || strpbrk(form->offer_text, "{}"))
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, form->offer_field,
		          " must have a text of at most %d characters, without placeholders", OFFER_TEXT_MAX);
	if (form->footer)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, form->footer_field, " does not go with a limited-time offer");
	if (main->header != TEMPLATE_HEADER_NONE && main->header != TEMPLATE_HEADER_IMAGE &&
	    main->header != TEMPLATE_HEADER_VIDEO)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, main->header_field,
		          " must be an IMAGE or VIDEO beside a limited-time offer");
	if (!offer_buttons_ok(main))
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, *main->buttons_field ? main->buttons_field : form->offer_field,
		          " must have a URL button, alone or behind a COPY_CODE, where there is a limited-time offer");
}

static bool same_shape(const struct template_panel *a, const struct template_panel *b)
{
	if (a->header != b->header || !a->body != !b->body || a->n_buttons != b->n_buttons)
		return false;
	for (size_t i = 0; i < a->n_buttons; i++)
		if (a->button[i].kind != b->button[i].kind)
			return false;
	return true;
}

static void judge_card(const struct judging *j, const struct template_panel *card, const char *field)
{
	if (card->header != TEMPLATE_HEADER_IMAGE && card->header != TEMPLATE_HEADER_VIDEO)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, field, " must have a HEADER with an IMAGE or VIDEO");
	if (card->n_buttons < 1 || card->n_buttons > CARD_BUTTONS_MAX)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, field, " must have 1 or %d buttons", CARD_BUTTONS_MAX);
	for (size_t i = 0; i < card->n_buttons; i++)
		if (card->button[i].kind == TEMPLATE_BUTTON_COPY_CODE || card->button[i].kind == TEMPLATE_BUTTON_OTP)
			fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, field,
			          " may have buttons of type QUICK_REPLY, URL and PHONE_NUMBER");
	if (!same_shape(card, &j->form->card[0]))
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, field,
		          " must have the same kind of header, the same buttons and a body like the first card, or none like it");
}

static void judge_carousel(const struct judging *j)
{
	const struct template_form *form = j->form;
	char field[96];
	if (form->n_cards == 0)
		return;
	if (strcmp(j->category, "MARKETING") != 0)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, form->cards_field, " is for templates of category MARKETING");
	if (form->main.header != TEMPLATE_HEADER_NONE || form->footer || form->main.n_buttons || form->offer_text)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, form->cards_field,
		          " goes with a BODY alone: no HEADER, FOOTER, BUTTONS or LIMITED_TIME_OFFER beside it");
	for (size_t i = 0; i < form->n_cards; i++) {
		snprintf(field, sizeof(field), "%s[%zu]", form->cards_field, i);
		judge_panel(j, &form->card[i]);
		judge_card(j, &form->card[i], field);
	}
}

static void judge_auth(const struct judging *j)
{
	const struct template_form *form = j->form;
	if (!form->is_auth)
		return;
	if (form->main.n_buttons != 1 || form->main.button[0].kind != TEMPLATE_BUTTON_OTP)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS,
		          *form->main.buttons_field ? form->main.buttons_field : "components",
		          " must be one OTP button in an AUTHENTICATION template");
	if (form->main.header != TEMPLATE_HEADER_NONE || form->n_cards || form->offer_text)
		fault_add(j->faults, FAULT_TEMPLATE_COMPONENTS, "components",
		          " of an AUTHENTICATION template are BODY, FOOTER and BUTTONS alone");
}

void template_form_judge(const struct template_form *form, const char *category, struct faults *faults)
{
	const struct judging j = {.form = form, .category = category ? category : "", .faults = faults};
	judge_panel(&j, &form->main);
	judge_footer(&j);
	judge_offer(&j);
	judge_carousel(&j);
	judge_auth(&j);
}
