/* The judge of a single message. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/media.h"
#include "model/message.h"
#include "model/sender.h"

#define BUTTON_TEXT_MAX 20
#define BUTTON_URL_MAX 2000
#define FILENAME_MAX_CHARS 25

static void judge_from(const char *from, struct faults *faults)
{
	size_t n = from ? strlen(from) : 0;
	if (!from)
		fault_add(faults, FAULT_MESSAGE_FROM_REQUIRED, "from", " is required: the name of a sender");
	else if (n == 0 || utf8_length(from, n) > SENDER_NAME_MAX || text_has_control(from, n))
		fault_add(faults, FAULT_MESSAGE_FROM_INVALID, "from", " must be the name of a sender, 1 to %d characters long",
		          SENDER_NAME_MAX);
}

const char *message_to_field(const struct message_numbers *numbers, int i, char out[16])
{
	if (numbers->place[i] < 0)
		return strcpy(out, "to");
	snprintf(out, 16, "to[%d]", numbers->place[i]);
	return out;
}

static void judge_number(const cJSON *item, int place, struct message_numbers *ret, struct faults *faults)
{
	char *digits = ret->digits[ret->n], field[16];
	ret->place[ret->n] = place;
	message_to_field(ret, ret->n, field);
	if (!cJSON_IsString(item) || number_parse(item->valuestring, strlen(item->valuestring), digits) != NUMBER_OK) {
		fault_add(faults, FAULT_MESSAGE_TO_INVALID, field,
		          " must be a valid phone number: digits with the country code, one '+' before them at most");
		return;
	}
	for (int i = 0; i < ret->n; i++) {
		if (strcmp(ret->digits[i], digits) == 0) {
			fault_add(faults, FAULT_MESSAGE_TO_INVALID, field,
			          " is a number that stands there already; nobody is written to twice");
			return;
		}
	}
	ret->n++;
}

void message_judge_to(const cJSON *to, struct message_numbers *ret, struct faults *faults)
{
	ret->n = 0;
	if (!to || cJSON_IsNull(to) || (cJSON_IsArray(to) && !to->child)) {
		fault_add(faults, FAULT_MESSAGE_TO_REQUIRED, "to", " is required: a phone number, or a list of 1 to %d",
		          MESSAGE_MAX_TO);
		return;
	}
	if (!cJSON_IsArray(to)) {
		judge_number(to, -1, ret, faults);
		return;
	}
	if (cJSON_GetArraySize(to) > MESSAGE_MAX_TO) {
		fault_add(faults, FAULT_MESSAGE_TO_MANY, "to", " must hold at most %d numbers", MESSAGE_MAX_TO);
		return;
	}
	int i = 0;
	for (const cJSON *item = to->child; item; item = item->next)
		judge_number(item, i++, ret, faults);
}

static bool is_media(const char *type)
{
	return strcmp(type, "image") == 0 || strcmp(type, "video") == 0 || strcmp(type, "document") == 0;
}

static void judge_text(const struct message_request *req, struct faults *faults)
{
	size_t n = req->text ? strlen(req->text) : 0;
	/* A caption may be missing; text with a button may not. */
	bool needed = !req->template_id && (!req->type || strcmp(req->type, "text") == 0 || req->button_type);
	if (needed && (!req->text || text_is_blank(req->text, n)))
		fault_add(faults, FAULT_MESSAGE_TEXT, "text", " is required, or `template`");
	else if (req->text && req->template_id)
		fault_add(faults, FAULT_MESSAGE_TEXT, "text", " and `template` exclude each other");
	else if (req->text && utf8_length(req->text, n) > MESSAGE_TEXT_MAX)
		fault_add(faults, FAULT_MESSAGE_TEXT_LONG, "text", " must be at most %d characters long", MESSAGE_TEXT_MAX);
}

/* A template says itself what is sent; which of the two counts would be a guess. */
static void judge_beside_template(const struct message_request *req, struct faults *faults)
{
	const struct {
		const char *name, *value;
	} field[] = {{"url", req->url},
	             {"media_id", req->media_id},
	             {"filename", req->filename},
	             {"button_type", req->button_type},
	             {"button_text", req->button_text},
	             {"button_value", req->button_value}};
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		if (field[i].value)
			fault_add(faults, FAULT_MESSAGE_CONTENT, field[i].name, " and `template` exclude each other");
}

static void judge_variables(struct message_request *req, struct faults *faults)
{
	const cJSON *list = req->variables;
	if (!list || cJSON_IsNull(list))
		return;
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > MESSAGE_MAX_VARIABLES) {
		fault_add(faults, FAULT_MESSAGE_VARIABLES, "variables", " must be a list of at most %d strings",
		          MESSAGE_MAX_VARIABLES);
		return;
	}
	int i = 0;
	for (const cJSON *item = list->child; item; item = item->next) {
		char field[24];
		snprintf(field, sizeof(field), "variables[%d]", i++);
		if (!cJSON_IsString(item))
			fault_add(faults, FAULT_MESSAGE_VARIABLES, field, " must be a string");
		else if (utf8_length(item->valuestring, strlen(item->valuestring)) > MESSAGE_VARIABLE_MAX)
			fault_add(faults, FAULT_MESSAGE_VARIABLE_LONG, field, " must be at most %d characters long",
			          MESSAGE_VARIABLE_MAX);
		else
			req->variable[req->n_variables++] = item->valuestring;
	}
}

static bool is_url(const char *value, size_t max_bytes)
{
	bool http = strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0;
	const char *host = http ? strstr(value, "//") + 2 : "";
	return *host && *host != '/' && strlen(value) <= max_bytes && strcspn(value, " {}<>\"\\^`|") == strlen(value) &&
	       !text_has_control(value, strlen(value));
}

static void judge_filename(const struct message_request *req, struct faults *faults)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *name = req->filename;
	if (!name)
		return;
	if (utf8_length(name, strlen(name)) > FILENAME_MAX_CHARS)
		fault_add(faults, FAULT_TEMPLATE_FILENAME_LONG, "filename", " must be at most %d characters long",
		          FILENAME_MAX_CHARS);
	else if (!*name || strspn(name, letters) != strlen(name) || !req->type || strcmp(req->type, "document") != 0)
		fault_add(faults, FAULT_TEMPLATE_FILENAME_INVALID, "filename",
		          " goes with `type` document, and must hold letters, digits and _ alone");
}

/* A medium where `type` names none is a mistake, not a wish that may be passed over. */
static void judge_medium(struct message_request *req, struct faults *faults)
{
	bool wanted = req->type && is_media(req->type);
	if (req->url && strlen(req->url) > MEDIA_URL_MAX)
		fault_add(faults, FAULT_TEMPLATE_URL_LONG, "url", " must be at most %d characters long", MEDIA_URL_MAX);
	else if (req->url && (!wanted || !is_url(req->url, MEDIA_URL_MAX)))
		fault_add(faults, FAULT_TEMPLATE_URL_INVALID, "url",
		          " must be an http or https URL, beside `type` image, video or document");
	if (wanted && !req->url == !req->media_id)
		fault_add(faults, FAULT_TEMPLATE_MEDIA_REQUIRED, "media_id", " or `url` is required, and not both");
	else if (req->media_id && !wanted)
		fault_add(faults, FAULT_TEMPLATE_MEDIA_REQUIRED, "media_id", " goes with `type` image, video or document");
	else if (req->media_id && !uuid_parse(req->media_id, strlen(req->media_id), &req->media_uuid))
		fault_add(faults, FAULT_MEDIA_ID, "media_id", " must be the id of a medium, a UUID");
	judge_filename(req, faults);
}

static void judge_button(const struct message_request *req, struct faults *faults)
{
	const char *text = req->button_text;
	if (!req->button_type) {
		if (req->button_text || req->button_value)
			fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type",
			          " is required where there is a button: quick_reply or LINK");
		return;
	}
	bool link = text_equal_nocase(req->button_type, "LINK");
	if (!link && !text_equal_nocase(req->button_type, "quick_reply"))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_type",
		          " must be quick_reply or LINK; WhatsApp has no others without a template");
	if (!text || text_is_blank(text, strlen(text)))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_TEXT_REQUIRED, "button_text", " is required");
	else if (utf8_length(text, strlen(text)) > BUTTON_TEXT_MAX || text_has_control(text, strlen(text)))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_TEXT_LONG, "button_text",
		          " must be at most %d characters long, without control characters", BUTTON_TEXT_MAX);
	if (link && !is_url(req->button_value ? req->button_value : "", BUTTON_URL_MAX))
		fault_add(faults, FAULT_TEMPLATE_BUTTON_VALUE, "button_value", " must be the http or https URL that LINK opens");
}

static void judge_content(struct message_request *req, struct faults *faults)
{
	judge_medium(req, faults);
	judge_button(req, faults);
}

static void judge_payload(const struct message_request *req, struct faults *faults)
{
	size_t chars = req->payload ? utf8_length(req->payload, strlen(req->payload)) : 0;
	if (chars > MESSAGE_PAYLOAD_MAX)
		fault_add(faults, FAULT_MESSAGE_PAYLOAD, "payload", " must be at most %d characters long", MESSAGE_PAYLOAD_MAX);
	else if (chars > MESSAGE_REPLY_ID_MAX && req->button_type && text_equal_nocase(req->button_type, "quick_reply"))
		fault_add(faults, FAULT_MESSAGE_PAYLOAD, "payload",
		          " must be at most %d characters long with a quick_reply button, which brings it back",
		          MESSAGE_REPLY_ID_MAX);
}

void message_judge(struct message_request *req, struct faults *faults)
{
	if (!req->channel || !channel_is_whatsapp(req->channel))
		fault_add(faults, FAULT_CAMPAIGN_CHANNEL, "channel", " is required and must be whatsapp");
	judge_from(req->from, faults);
	message_judge_to(req->to, &req->numbers, faults);
	if (req->type && strcmp(req->type, "text") != 0 && !is_media(req->type))
		fault_add(faults, FAULT_MESSAGE_CONTENT, "type", " must be text, image, video or document");
	judge_text(req, faults);
	if (req->template_id && !uuid_parse(req->template_id, strlen(req->template_id), &req->template_uuid))
		fault_add(faults, FAULT_MESSAGE_TEMPLATE_ID, "template", " must be the id of a template, a UUID");
	judge_variables(req, faults);
	if (req->template_id)
		judge_beside_template(req, faults);
	else
		judge_content(req, faults);
	judge_payload(req, faults);
}
