/* Buttons of a template, from Meta's form with our placeholders. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/template_internal.h"

static const struct {
	const char *type;
	enum template_button_kind kind;
} kinds[] = {
	{"QUICK_REPLY", TEMPLATE_BUTTON_QUICK_REPLY}, {"URL", TEMPLATE_BUTTON_URL}, {"PHONE_NUMBER", TEMPLATE_BUTTON_PHONE},
	{"COPY_CODE", TEMPLATE_BUTTON_COPY_CODE},     {"OTP", TEMPLATE_BUTTON_OTP},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *below(struct form_reader *r, const struct template_button *b, const char *name)
{
	return arena_printf(r->arena, "%s.%s", b->field, name);
}

static void read_url(struct form_reader *r, const cJSON *from, struct template_button *b)
{
	const char *url = json_text(from, "url");
	struct template_text *parsed = url ? form_text(r, below(r, b, "url"), url) : NULL;
	if (!url)
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "url"), " is required");
	if (parsed)
		form_samples(r, parsed, from, "example", "");
	b->value = parsed;
}

static void read_phone(struct form_reader *r, const cJSON *from, struct template_button *b)
{
	const char *phone = json_text(from, "phone_number");
	char digits[NUMBER_BYTES];
	if (phone && number_parse(phone, strlen(phone), digits) == NUMBER_OK)
		b->phone = arena_strdup(r->arena, digits);
	else
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "phone_number"),
		          " must be a valid phone number with its country code");
}

/* The code that is copied is `coupon_code`, or else the example itself, which may be one in a list. */
static void read_coupon(struct form_reader *r, const cJSON *from, struct template_button *b)
{
	const cJSON *example = json_get(from, "example");
	if (cJSON_IsArray(example))
		example = example->child;
	const char *sample = cJSON_IsString(example) ? example->valuestring : NULL;
	const char *code = json_text(from, "coupon_code");
	struct template_text *parsed = NULL;
	if (code || sample)
		parsed = form_text(r, below(r, b, code ? "coupon_code" : "example"), code ? code : sample);
	else
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "example"), " is required: the code to copy");
	if (parsed && code && sample)
		for (size_t i = 0; i < parsed->n_parts; i++)
			parsed->part[i].sample = arena_strdup(r->arena, sample);
	b->value = parsed;
}

/* `code` is ours; the rest goes to Meta as it is. */
static void read_otp(struct form_reader *r, const cJSON *from, struct template_button *b)
{
	static const char *const types[] = {"COPY_CODE", "ONE_TAP", "ZERO_TAP"};
	const char *type = json_text(from, "otp_type"), *code = json_text(from, "code");
	bool known = false;
	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		known = known || strcmp(type, types[i]) == 0;
	if (!known)
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "otp_type"),
		          " must be COPY_CODE, ONE_TAP or ZERO_TAP");
	else if (strcmp(type, "COPY_CODE") != 0 && !json_get(from, "supported_apps") && !json_get(from, "package_name"))
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "supported_apps"), " is required for %s", type);
	struct template_text *parsed = form_text(r, below(r, b, "code"), code ? code : "{code}");
	if (parsed && (parsed->n_placeholders != 1 || parsed->n_parts != 1)) {
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "code"),
		          " must be one placeholder and nothing else, such as {code}");
		parsed = NULL;
	}
	b->value = parsed;
	cJSON *copy = cJSON_Duplicate(from, true);
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "code");
	char *raw = cJSON_PrintUnformatted(copy);
	b->raw = arena_strdup(r->arena, raw);
	free(raw);
	cJSON_Delete(copy);
}

static void read_one(struct form_reader *r, const cJSON *from, struct template_button *b)
{
	const char *type = json_text(from, "type");
	size_t i = 0;
	while (i < N_KINDS && !(type && text_equal_nocase(type, kinds[i].type)))
		i++;
	if (i == N_KINDS) {
		fault_add(r->faults, FAULT_TEMPLATE_BUTTON_VALUE, below(r, b, "type"),
		          " must be QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE or OTP");
		return;
	}
	b->kind = kinds[i].kind;
	b->text = form_member(r, from, "text");
	b->payload = form_member(r, from, "payload");
	switch (b->kind) {
	case TEMPLATE_BUTTON_QUICK_REPLY:
		break;
	case TEMPLATE_BUTTON_URL:
		read_url(r, from, b);
		break;
	case TEMPLATE_BUTTON_PHONE:
		read_phone(r, from, b);
		break;
	case TEMPLATE_BUTTON_COPY_CODE:
		read_coupon(r, from, b);
		break;
	case TEMPLATE_BUTTON_OTP:
		read_otp(r, from, b);
		break;
	}
}

void form_buttons(struct form_reader *r, const char *field, const cJSON *list, struct template_panel *panel)
{
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
	if (n < 1 || n > TEMPLATE_MAX_BUTTONS) {
		fault_add(r->faults, FAULT_TEMPLATE_COMPONENTS, field, " must be a list of 1 to %d buttons",
		          TEMPLATE_MAX_BUTTONS);
		return;
	}
	for (const cJSON *item = list->child; item; item = item->next) {
		struct template_button *b = &panel->button[panel->n_buttons];
		b->field = arena_printf(r->arena, "%s[%zu]", field, panel->n_buttons++);
		read_one(r, item, b);
	}
}
