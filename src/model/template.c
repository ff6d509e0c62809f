#include "model/template.h"

#include <string.h>

#include "base/text.h"
#include "model/sender.h"

#define BUTTON_TEXT_MAX 20
#define BUTTON_VALUE_MAX 2000
#define BUTTON_PHONE_MAX 20

const char *template_status_text(enum template_status status)
{
	switch (status) {
	case TEMPLATE_IN_PROCESS:
		return "IN_PROCESS";
	case TEMPLATE_COMPLETED:
		return "COMPLETED";
	case TEMPLATE_CANCELED:
		return "CANCELED";
	}
	return "CANCELED";
}

bool template_status_parse(const char *text, enum template_status *ret)
{
	for (int i = TEMPLATE_IN_PROCESS; i <= TEMPLATE_CANCELED; i++) {
		if (text_equal_nocase(template_status_text((enum template_status)i), text)) {
			*ret = (enum template_status)i;
			return true;
		}
	}
	return false;
}

enum template_status template_status_from_meta(enum template_status now, const char *meta_status)
{
	static const char *const ended[] = {"REJECTED", "DISABLED", "DELETED", "PENDING_DELETION", "LIMIT_EXCEEDED", "ARCHIVED"};
	static const char *const usable[] = {"APPROVED", "REINSTATED", "UNARCHIVED"};
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		if (text_equal_nocase(meta_status, usable[i]))
			return TEMPLATE_COMPLETED;
	for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++)
		if (text_equal_nocase(meta_status, ended[i]))
			return TEMPLATE_CANCELED;
	return now;
}

void template_meta_name(const char *name, const char *tag, char *out, size_t out_bytes)
{
	size_t n = 0, room = out_bytes - 1 - strlen(tag) - 1;
	bool gap = false;
	for (const char *p = name; *p && n + 1 < room; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (gap && n > 0)
				out[n++] = '_';
			gap = false;
			out[n++] = c;
		} else {
			gap = true;
		}
	}
	if (n == 0)
		out[n++] = 't';
	out[n++] = '_';
	strcpy(out + n, tag);
}

/* ---- the judge ---- */

static void judge_name(const char *name, struct faults *faults)
{
	size_t n = name ? strlen(name) : 0;
	if (!name)
		fault_add(faults, FAULT_TEMPLATE_NAME_REQUIRED, "name", " is required");
	else if (text_is_blank(name, n) || text_has_control(name, n))
		fault_add(faults, FAULT_TEMPLATE_INVALID, "name", " must not be blank or hold control characters");
	else if (utf8_length(name, n) > TEMPLATE_NAME_MAX)
		fault_add(faults, FAULT_TEMPLATE_NAME_LONG, "name", " must be at most %d characters long", TEMPLATE_NAME_MAX);
}

static void judge_channel(const char *channel, struct faults *faults)
{
	if (!channel)
		fault_add(faults, FAULT_TEMPLATE_CHANNEL_REQUIRED, "channel", " is required: whatsapp");
	else if (!channel_is_whatsapp(channel))
		fault_add(faults, FAULT_TEMPLATE_CHANNEL, "channel", " must be whatsapp");
}

static void judge_category(const char *category, struct faults *faults)
{
	if (category && strcmp(category, "AUTHENTICATION") == 0)
		fault_add(faults, FAULT_TEMPLATE_INVALID, "wa_category",
		          " AUTHENTICATION cannot have a text of its own at WhatsApp");
	else if (!category || (strcmp(category, "MARKETING") != 0 && strcmp(category, "UTILITY") != 0))
		fault_add(faults, FAULT_TEMPLATE_INVALID, "wa_category", " must be MARKETING or UTILITY");
}

/* At Meta two braces open a variable, and there is no other way to write them. */
static void judge_braces(const struct template_text *text, struct faults *faults)
{
	for (size_t i = 0; i < text->n_parts; i++) {
		const char *literal = text->part[i].is_placeholder ? "" : text->part[i].text;
		bool opens = *literal && literal[strlen(literal) - 1] == '{' && i + 1 < text->n_parts;
		if (opens || strstr(literal, "{{")) {
			fault_add(faults, FAULT_TEMPLATE_TEXT_INVALID, "text",
			          " must not have two literal braces side by side, or one before a placeholder");
			return;
		}
	}
}

/* Meta refuses a body whose variable is the first or last thing in it, or stands directly beside another. */
static void judge_placeholders(const struct template_text *text, struct faults *faults)
{
	if (text->n_placeholders == 0)
		return;
	bool before = false;
	for (size_t i = 0; i < text->n_parts; i++) {
		const struct template_part *p = &text->part[i];
		if (p->is_placeholder && before)
			fault_add(faults, FAULT_TEMPLATE_TEXT_INVALID, "text",
			          " has two placeholders side by side; WhatsApp wants text between them");
		before = p->is_placeholder;
	}
	if (text->part[0].is_placeholder || text->part[text->n_parts - 1].is_placeholder)
		fault_add(faults, FAULT_TEMPLATE_TEXT_INVALID, "text",
		          " must not begin or end with a placeholder; WhatsApp refuses that");
}

static void judge_text(const char *text, struct arena *arena, struct faults *faults)
{
	size_t n = text ? strlen(text) : 0;
	struct err err;
	if (!text || text_is_blank(text, n)) {
		fault_add(faults, FAULT_TEMPLATE_TEXT_REQUIRED, "text", " is required");
	} else if (utf8_length(text, n) > TEMPLATE_TEXT_MAX) {
		fault_add(faults, FAULT_TEMPLATE_TEXT_LONG, "text", " must be at most %d characters long", TEMPLATE_TEXT_MAX);
	} else {
		struct template_text *parsed = arena_alloc(arena, sizeof(*parsed));
		if (template_text_parse(arena, text, parsed, &err) < 0) {
			fault_add(faults, FAULT_TEMPLATE_TEXT_INVALID, "text", " is invalid: %s", err.text);
		} else {
			judge_braces(parsed, faults);
			judge_placeholders(parsed, faults);
		}
	}
}

static bool is_url(const char *value)
{
	bool http = strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0;
	const char *host = http ? strstr(value, "//") + 2 : "";
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("{}<>\"\\^`|", *p))
			return false;
	return *host && *host != '/' && utf8_length(value, strlen(value)) <= BUTTON_VALUE_MAX;
}

static void judge_button(const struct template_request *req, struct faults *faults)
{
	if (!req->button_type) {
		if (req->button_text || req->button_value)
			fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type",
			          " is required where there is a button: LINK, PHONE_CALL or quick_reply");
		return;
	}
	bool link = text_equal_nocase(req->button_type, "LINK"), call = text_equal_nocase(req->button_type, "PHONE_CALL");
	char digits[NUMBER_BYTES];
	const char *value = req->button_value ? req->button_value : "", *text = req->button_text;
	if (!link && !call && !text_equal_nocase(req->button_type, "quick_reply"))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type", " must be LINK, PHONE_CALL or quick_reply");
	if (!text || text_is_blank(text, strlen(text)))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_TEXT_REQUIRED, "button_text", " is required");
	else if (utf8_length(text, strlen(text)) > BUTTON_TEXT_MAX || text_has_control(text, strlen(text)))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_TEXT_LONG, "button_text",
		          " must be at most %d characters long, without control characters", BUTTON_TEXT_MAX);
	if (link && !is_url(value))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_value",
		          " must be an http or https URL of at most %d characters", BUTTON_VALUE_MAX);
	if (call && (strlen(value) > BUTTON_PHONE_MAX || number_parse(value, strlen(value), digits) != NUMBER_OK))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_value",
		          " must be a valid phone number with its country code");
}

/* Meta's form: `en`, `pt_BR`, `zh_CN`. */
static bool language_ok(const char *language)
{
	size_t n = strlen(language), letters = strspn(language, "abcdefghijklmnopqrstuvwxyz");
	if (letters < 2 || letters > 3)
		return false;
	return n == letters || (language[letters] == '_' && n <= 7 && n > letters + 1 &&
	                        strspn(language + letters + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n - letters - 1);
}

void template_judge(const struct template_request *req, struct arena *arena, struct faults *faults)
{
	judge_name(req->name, faults);
	judge_channel(req->channel, faults);
	if (!req->wa_sender_code)
		fault_add(faults, FAULT_TEMPLATE_SENDER, "wa_sender_code", " is required: the code of a sender");
	judge_category(req->wa_category, faults);
	judge_text(req->text, arena, faults);
	if (req->type && strcmp(req->type, "text") != 0)
		fault_add(faults, FAULT_TEMPLATE_INVALID, "type", " must be text");
	judge_button(req, faults);
	if (req->language && !language_ok(req->language))
		fault_add(faults, FAULT_TEMPLATE_INVALID, "language", " must be one of WhatsApp's language codes, such as en_US");
}
