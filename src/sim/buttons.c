#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/spec.h"

#define SUBCODE_BUTTONS 2388072
#define MAX_TEXT_CHARS 25
#define MAX_URL_CHARS 2000
#define MAX_PHONE_CHARS 20

static const struct {
	const char *name;
	enum sim_button_kind kind;
	int max;
} kinds[] = {
	{"QUICK_REPLY", SIM_BUTTON_QUICK_REPLY, 10},
	{"URL", SIM_BUTTON_URL, 2},
	{"PHONE_NUMBER", SIM_BUTTON_PHONE_NUMBER, 1},
	{"COPY_CODE", SIM_BUTTON_COPY_CODE, 1},
	{"OTP", SIM_BUTTON_OTP, 1},
	{"FLOW", SIM_BUTTON_FLOW, 1},
	{"CATALOG", SIM_BUTTON_CATALOG, 1},
	{"MPM", SIM_BUTTON_MPM, 1},
	{"SPM", SIM_BUTTON_SPM, 1},
	{"VOICE_CALL", SIM_BUTTON_OTHER, 1},
	{"REQUEST_CONTACT_INFO", SIM_BUTTON_OTHER, 1},
};
#define N_KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

static size_t chars(const char *text)
{
	return utf8_length(text, strlen(text));
}

static int read_url(const cJSON *from, struct sim_button *button, struct sim_spec_fault *fault)
{
	const char *url = json_text(from, "url");
	if (!url || url[0] == '\0' || chars(url) > MAX_URL_CHARS)
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "a URL button needs a url of at most %d characters", MAX_URL_CHARS);
	const char *variable = strstr(url, "{{");
	if (!variable)
		return 0;
	if (strcmp(variable, "{{1}}") != 0)
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "a URL may have one variable, {{1}}, at its end");
	if (!json_get(from, "example"))
		return sim_spec_fail(fault, 2388043, "a URL button with a variable needs an example");
	button->has_variable = true;
	return 0;
}

static int read_one(const cJSON *from, struct sim_button *button, int *ret_kind, struct sim_spec_fault *fault)
{
	const char *type = json_text(from, "type"), *text = json_text(from, "text");
	int k = 0;
	while (k < N_KINDS && !(type && text_equal_nocase(type, kinds[k].name)))
		k++;
	if (k == N_KINDS)
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "buttons[].type is missing or unknown");
	*ret_kind = k;
	button->kind = kinds[k].kind;
	if (text && !(button->text = strdup(text)))
		abort();
	if (text && chars(text) > MAX_TEXT_CHARS)
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "a button's text has more than %d characters", MAX_TEXT_CHARS);
	bool needs_text = button->kind == SIM_BUTTON_QUICK_REPLY || button->kind == SIM_BUTTON_URL ||
	                  button->kind == SIM_BUTTON_PHONE_NUMBER;
	if (needs_text && (!text || text_is_blank(text, strlen(text))))
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "a button of this type needs a text");
	if (button->kind == SIM_BUTTON_URL)
		return read_url(from, button, fault);
	const char *phone = json_text(from, "phone_number");
	if (button->kind == SIM_BUTTON_PHONE_NUMBER && (!phone || chars(phone) > MAX_PHONE_CHARS))
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "a phone button needs a phone_number of at most %d characters",
		                     MAX_PHONE_CHARS);
	if (button->kind == SIM_BUTTON_COPY_CODE && !json_get(from, "example"))
		return sim_spec_fail(fault, 2388043, "a copy-code button needs an example");
	return 0;
}

/* Quick replies stand together: before or after the others, not among them. */
static bool quick_replies_are_scattered(const struct sim_part *part)
{
	int changes = 0;
	for (int i = 1; i < part->n_buttons; i++)
		changes += (part->buttons[i].kind == SIM_BUTTON_QUICK_REPLY) !=
		           (part->buttons[i - 1].kind == SIM_BUTTON_QUICK_REPLY);
	return changes > 1;
}

int sim_buttons_read(const cJSON *buttons, struct sim_part *part, struct sim_spec_fault *fault)
{
	int n_of[N_KINDS] = {0};
	if (!cJSON_IsArray(buttons) || cJSON_GetArraySize(buttons) < 1 || cJSON_GetArraySize(buttons) > SIM_MAX_BUTTONS)
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "buttons must be an array of 1 to %d", SIM_MAX_BUTTONS);
	const cJSON *item;
	cJSON_ArrayForEach(item, buttons)
	{
		int k = 0;
		int rc = read_one(item, &part->buttons[part->n_buttons++], &k, fault);
		if (rc)
			return rc;
		if (++n_of[k] > kinds[k].max)
			return sim_spec_fail(fault, SUBCODE_BUTTONS, "at most %d buttons of type %s", kinds[k].max,
			                     kinds[k].name);
	}
	if (quick_replies_are_scattered(part))
		return sim_spec_fail(fault, SUBCODE_BUTTONS, "quick replies must stand together");
	return 0;
}
