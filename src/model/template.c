#include "model/template.h"

#include <string.h>

#include "base/text.h"
#include "model/sender.h"
#include "model/template_form.h"

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

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal_nocase(word, list[i]))
			return true;
	return false;
}

#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof((list)[0]))

bool template_meta_sends(const char *meta_status)
{
	static const char *const words[] = {"APPROVED", "REINSTATED", "UNARCHIVED"};
	return IS_ONE_OF(meta_status, words);
}

bool template_meta_stops(const char *meta_status)
{
	static const char *const words[] = {"PAUSED",  "DISABLED", "REJECTED", "PENDING_DELETION",
	                                    "DELETED", "ARCHIVED", "LOCKED"};
	return IS_ONE_OF(meta_status, words);
}

enum template_status template_status_from_meta(enum template_status now, const char *meta_status)
{
	static const char *const ended[] = {"REJECTED", "DISABLED", "DELETED", "PENDING_DELETION", "LIMIT_EXCEEDED", "ARCHIVED"};
	if (template_meta_sends(meta_status))
		return TEMPLATE_COMPLETED;
	return IS_ONE_OF(meta_status, ended) ? TEMPLATE_CANCELED : now;
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

void template_judge_name(const char *name, struct faults *faults)
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

static void judge_category(const char *category, bool has_components, struct faults *faults)
{
	bool is_auth = category && strcmp(category, "AUTHENTICATION") == 0;
	if (is_auth && !has_components)
		fault_add(faults, FAULT_TEMPLATE_INVALID, "wa_category",
		          " AUTHENTICATION cannot have a text of its own at WhatsApp: give `components`");
	else if (!is_auth && (!category || (strcmp(category, "MARKETING") != 0 && strcmp(category, "UTILITY") != 0)))
		fault_add(faults, FAULT_TEMPLATE_INVALID, "wa_category", " must be MARKETING, UTILITY or AUTHENTICATION");
}

static void judge_text(const char *text, struct faults *faults)
{
	size_t n = text ? strlen(text) : 0;
	if (!text || text_is_blank(text, n))
		fault_add(faults, FAULT_TEMPLATE_TEXT_REQUIRED, "text", " is required");
	else if (utf8_length(text, n) > TEMPLATE_TEXT_MAX)
		fault_add(faults, FAULT_TEMPLATE_TEXT_LONG, "text", " must be at most %d characters long", TEMPLATE_TEXT_MAX);
}

static void judge_type(const char *type, struct faults *faults)
{
	static const char *const types[] = {"text", "image", "video", "document"};
	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return;
	if (type)
		fault_add(faults, FAULT_TEMPLATE_INVALID, "type", " must be text, image, video or document");
}

/* A medium where `type` names none is a mistake, not a wish that may be passed over. */
static void judge_stray_media(const struct template_request *req, struct faults *faults)
{
	if (req->type && strcmp(req->type, "text") != 0)
		return;
	if (req->url)
		fault_add(faults, FAULT_TEMPLATE_URL_INVALID, "url", " goes with `type` image, video or document");
	else if (req->media_id)
		fault_add(faults, FAULT_TEMPLATE_MEDIA_REQUIRED, "media_id", " goes with `type` image, video or document");
}

static void judge_button_type(const struct template_request *req, struct faults *faults)
{
	static const char *const types[] = {"LINK", "PHONE_CALL", "quick_reply"};
	if (!req->button_type) {
		if (req->button_text || req->button_value)
			fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type",
			          " is required where there is a button: LINK, PHONE_CALL or quick_reply");
		return;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal_nocase(req->button_type, types[i]))
			return;
	fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type", " must be LINK, PHONE_CALL or quick_reply");
}

/* Two ways to say it exclude each other: which one counts would be a guess. */
static void judge_exclusive(const struct template_request *req, struct faults *faults)
{
	const struct {
		const char *name, *value;
	} flat[] = {{"text", req->text},
	            {"type", req->type},
	            {"url", req->url},
	            {"media_id", req->media_id},
	            {"filename", req->filename},
	            {"button_type", req->button_type},
	            {"button_text", req->button_text},
	            {"button_value", req->button_value}};
	for (size_t i = 0; i < sizeof(flat) / sizeof(flat[0]); i++)
		if (flat[i].value)
			fault_add(faults, FAULT_TEMPLATE_COMPONENTS, "components", " and `%s` exclude each other", flat[i].name);
}

void template_judge_content(const struct template_request *req, enum template_params params, struct arena *arena,
                            struct faults *faults)
{
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	if (req->components) {
		judge_exclusive(req, faults);
	} else {
		judge_text(req->text, faults);
		judge_type(req->type, faults);
		judge_stray_media(req, faults);
		judge_button_type(req, faults);
	}
	template_form_build(req, params, arena, form, faults);
	template_form_judge(form, req->wa_category, faults);
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
	template_judge_name(req->name, faults);
	judge_channel(req->channel, faults);
	if (!req->wa_sender_code)
		fault_add(faults, FAULT_TEMPLATE_SENDER, "wa_sender_code", " is required: the code of a sender");
	judge_category(req->wa_category, req->components != NULL, faults);
	template_judge_content(req, TEMPLATE_PARAMS_EACH, arena, faults);
	if (req->language && !language_ok(req->language))
		fault_add(faults, FAULT_TEMPLATE_INVALID, "language", " must be one of WhatsApp's language codes, such as en_US");
}
