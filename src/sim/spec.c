#include "sim/spec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Meta's error_subcodes of code 100. */
enum {
	SUBCODE_LENGTH = 2388040,
	SUBCODE_EXAMPLE = 2388043,
	SUBCODE_HEADER = 2388047,
	SUBCODE_BODY = 2388072,
	SUBCODE_FOOTER = 2388073,
	SUBCODE_RATIO = 2388293,
	SUBCODE_EDGE = 2388299,
};

#define MAX_HEADER_CHARS 60
#define MAX_FOOTER_CHARS 60
#define MAX_CARD_CHARS 160
#define MAX_OFFER_BODY_CHARS 600
#define MAX_OFFER_TEXT_CHARS 16

struct reading {
	struct sim_spec *spec;
	struct sim_spec_fault *fault;
	const cJSON *seen[8]; /* by place in `readers` */
};

int sim_spec_fail(struct sim_spec_fault *fault, int32_t subcode, const char *fmt, ...)
{
	static const struct {
		int32_t subcode;
		const char *title;
	} titles[] = {
		{SUBCODE_LENGTH, "Character Limit Exceeded"},
		{SUBCODE_EXAMPLE, "Missing Example"},
		{SUBCODE_HEADER, "Message Header Format Incorrect"},
		{SUBCODE_BODY, "Message Body Format Incorrect"},
		{SUBCODE_FOOTER, "Message Footer Format Incorrect"},
		{SUBCODE_RATIO, "Parameter Words Ratio Exceeds Limit"},
		{SUBCODE_EDGE, "Leading or Trailing Params Not Allowed"},
	};
	fault->subcode = subcode;
	fault->title = "Invalid parameter";
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		if (titles[i].subcode == subcode)
			fault->title = titles[i].title;
	}
	va_list args;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return 1;
}

static int count_examples(const cJSON *component, const char *flat_key, const char *named_key, bool named)
{
	const cJSON *example = json_get(component, "example");
	const cJSON *values = json_get(example, named ? named_key : flat_key);
	if (!named && cJSON_IsArray(values) && cJSON_IsArray(values->child))
		values = values->child; /* body_text is an array in an array */
	return cJSON_IsArray(values) ? cJSON_GetArraySize(values) : 0;
}

static int read_text_header(struct reading *r, const cJSON *from, struct sim_part *part)
{
	const char *text = json_text(from, "text");
	if (!text || text_is_blank(text, strlen(text)))
		return sim_spec_fail(r->fault, SUBCODE_HEADER, "a text header needs a text");
	if (utf8_length(text, strlen(text)) > MAX_HEADER_CHARS)
		return sim_spec_fail(r->fault, SUBCODE_LENGTH, "the header has more than %d characters", MAX_HEADER_CHARS);
	size_t chars;
	int rc = sim_vars_read(text, r->spec->named, SUBCODE_HEADER, &part->header_vars, &chars, r->fault);
	if (rc)
		return rc;
	if (part->header_vars.n > 1)
		return sim_spec_fail(r->fault, SUBCODE_HEADER, "a header has one variable at most");
	if (part->header_vars.n != count_examples(from, "header_text", "header_text_named_params", r->spec->named))
		return sim_spec_fail(r->fault, SUBCODE_EXAMPLE, "the header's variable needs one example");
	return 0;
}

static int read_header(struct reading *r, const cJSON *from, struct sim_part *part)
{
	static const char *const formats[] = {
		[SIM_HEADER_TEXT] = "TEXT",       [SIM_HEADER_IMAGE] = "IMAGE",       [SIM_HEADER_VIDEO] = "VIDEO",
		[SIM_HEADER_GIF] = "GIF",         [SIM_HEADER_DOCUMENT] = "DOCUMENT", [SIM_HEADER_LOCATION] = "LOCATION",
		[SIM_HEADER_PRODUCT] = "PRODUCT",
	};
	const char *format = json_text(from, "format");
	for (unsigned i = SIM_HEADER_TEXT; format && i <= SIM_HEADER_PRODUCT; i++) {
		if (text_equal_nocase(format, formats[i]))
			part->header = (enum sim_header)i;
	}
	if (part->header == SIM_HEADER_NONE)
		return sim_spec_fail(r->fault, SUBCODE_HEADER, "the header's format is missing or unknown");
	if (part->header == SIM_HEADER_TEXT)
		return read_text_header(r, from, part);
	if (part->header == SIM_HEADER_LOCATION || part->header == SIM_HEADER_PRODUCT)
		return 0;
	const cJSON *handles = json_get(json_get(from, "example"), "header_handle");
	if (!cJSON_IsArray(handles) || !cJSON_IsString(handles->child) || handles->child->valuestring[0] == '\0')
		return sim_spec_fail(r->fault, SUBCODE_EXAMPLE, "a media header needs example.header_handle");
	return 0;
}

static int count_words(const char *text)
{
	int words = 0;
	bool in_word = false, in_variable = false;
	for (; *text != '\0'; text++) {
		if (strncmp(text, "{{", 2) == 0)
			in_variable = true;
		bool blank = in_variable || *text == ' ' || *text == '\n' || *text == '\t';
		words += !blank && !in_word;
		in_word = !blank;
		if (in_variable && text[0] == '}' && text[1] == '}') {
			in_variable = false;
			text++;
		}
	}
	return words;
}

static int check_body_text(struct reading *r, const char *text, const struct sim_vars *vars)
{
	size_t n = strlen(text);
	while (n > 0 && strchr(" \n\t", text[n - 1]))
		n--;
	const char *first = text + strspn(text, " \n\t");
	if (strncmp(first, "{{", 2) == 0 || (n >= 2 && memcmp(text + n - 2, "}}", 2) == 0))
		return sim_spec_fail(r->fault, SUBCODE_EDGE, "the body must not begin or end with a variable");
	if (count_words(text) < vars->n)
		return sim_spec_fail(r->fault, SUBCODE_RATIO, "the body has too many variables for its length");
	return 0;
}

static int read_body(struct reading *r, const cJSON *from, struct sim_part *part)
{
	const char *text = json_text(from, "text");
	part->has_body = true;
	if (r->spec->category == SIM_AUTHENTICATION) {
		/* Meta writes the text of these itself, with the code as its one variable. */
		return sim_vars_read("*{{1}}* is your verification code.", false, SUBCODE_BODY, &part->body_vars,
		                     &part->body_chars, r->fault);
	}
	if (!text || text_is_blank(text, strlen(text)))
		return sim_spec_fail(r->fault, SUBCODE_BODY, "the body needs a text");
	size_t max = part != &r->spec->main ? MAX_CARD_CHARS : r->spec->has_offer ? MAX_OFFER_BODY_CHARS : SIM_BODY_MAX_CHARS;
	if (utf8_length(text, strlen(text)) > max)
		return sim_spec_fail(r->fault, SUBCODE_LENGTH, "the body has more than %zu characters", max);
	int rc = sim_vars_read(text, r->spec->named, SUBCODE_BODY, &part->body_vars, &part->body_chars, r->fault);
	if (rc || part->body_vars.n == 0)
		return rc;
	if (count_examples(from, "body_text", "body_text_named_params", r->spec->named) != part->body_vars.n)
		return sim_spec_fail(r->fault, SUBCODE_EXAMPLE, "the body needs one example for each of its %d variables",
		                     part->body_vars.n);
	return check_body_text(r, text, &part->body_vars);
}

static int read_footer(struct reading *r, const cJSON *from, struct sim_part *part)
{
	(void)part;
	const char *text = json_text(from, "text");
	if (r->spec->category == SIM_AUTHENTICATION)
		return 0; /* code_expiration_minutes instead of a text */
	if (!text || text_is_blank(text, strlen(text)))
		return sim_spec_fail(r->fault, SUBCODE_FOOTER, "the footer needs a text");
	if (utf8_length(text, strlen(text)) > MAX_FOOTER_CHARS)
		return sim_spec_fail(r->fault, SUBCODE_LENGTH, "the footer has more than %d characters", MAX_FOOTER_CHARS);
	return strstr(text, "{{") ? sim_spec_fail(r->fault, SUBCODE_FOOTER, "the footer has no variables") : 0;
}

static int read_buttons(struct reading *r, const cJSON *from, struct sim_part *part)
{
	return sim_buttons_read(json_get(from, "buttons"), part, r->fault);
}

static int read_offer(struct reading *r, const cJSON *from, struct sim_part *part)
{
	(void)part;
	const cJSON *offer = json_get(from, "limited_time_offer");
	const char *text = json_text(offer, "text");
	if (r->spec->category != SIM_MARKETING)
		return sim_spec_fail(r->fault, SUBCODE_BODY, "a limited-time offer is for marketing templates only");
	if (!text || utf8_length(text, strlen(text)) > MAX_OFFER_TEXT_CHARS)
		return sim_spec_fail(r->fault, SUBCODE_BODY, "a limited-time offer needs a text of at most %d characters",
		                     MAX_OFFER_TEXT_CHARS);
	r->spec->offer_expires = cJSON_IsTrue(json_get(offer, "has_expiration"));
	return 0;
}

/* A code to copy may stand before it. */
static int check_offer_buttons(const struct sim_spec *spec, struct sim_spec_fault *fault)
{
	const struct sim_part *main = &spec->main;
	int url = main->n_buttons - 1;
	if (url < 0 || url > 1 || main->buttons[url].kind != SIM_BUTTON_URL ||
	    (url == 1 && main->buttons[0].kind != SIM_BUTTON_COPY_CODE))
		return sim_spec_fail(fault, SUBCODE_BODY,
		                     "a limited-time offer has a URL button, and before it a copy code button at most");
	return 0;
}

static int read_part(struct reading *r, const cJSON *components, struct sim_part *part);

static int read_carousel(struct reading *r, const cJSON *from, struct sim_part *part)
{
	(void)part;
	const cJSON *cards = json_get(from, "cards"), *card;
	int n = cJSON_IsArray(cards) ? cJSON_GetArraySize(cards) : 0;
	if (n < 2 || n > SIM_MAX_CARDS)
		return sim_spec_fail(r->fault, SUBCODE_BODY, "a carousel has 2 to %d cards", SIM_MAX_CARDS);
	r->spec->cards = calloc((size_t)n, sizeof(*r->spec->cards));
	if (!r->spec->cards)
		abort();
	cJSON_ArrayForEach(card, cards)
	{
		struct sim_part *to = &r->spec->cards[r->spec->n_cards++];
		struct reading inner = {.spec = r->spec, .fault = r->fault};
		int rc = read_part(&inner, json_get(card, "components"), to);
		if (rc)
			return rc;
		const struct sim_part *first = r->spec->cards;
		if (to->header == SIM_HEADER_NONE || to->header != first->header || to->has_body != first->has_body ||
		    to->n_buttons != first->n_buttons || to->n_buttons < 1 || to->n_buttons > 2)
			return sim_spec_fail(r->fault, SUBCODE_BODY, "all cards need the same header, body and 1 or 2 buttons");
	}
	return 0;
}

static const struct {
	const char *type;
	int (*read)(struct reading *r, const cJSON *from, struct sim_part *part);
	bool in_cards;
} readers[] = {
	{"HEADER", read_header, true},
	{"BODY", read_body, true},
	{"FOOTER", read_footer, false},
	{"BUTTONS", read_buttons, true},
	{"LIMITED_TIME_OFFER", read_offer, false},
	{"CAROUSEL", read_carousel, false},
};
#define N_READERS (sizeof(readers) / sizeof(readers[0]))

static int read_part(struct reading *r, const cJSON *components, struct sim_part *part)
{
	const bool is_card = part != &r->spec->main;
	const cJSON *component;
	cJSON_ArrayForEach(component, components)
	{
		const char *type = json_text(component, "type");
		size_t i = 0;
		while (i < N_READERS && !(type && text_equal_nocase(type, readers[i].type)))
			i++;
		if (i == N_READERS || (is_card && !readers[i].in_cards))
			return sim_spec_fail(r->fault, 0, "components[].type is missing or unknown");
		if (r->seen[i])
			return sim_spec_fail(r->fault, 0, "there are two components of type %s", readers[i].type);
		r->seen[i] = component;
		int rc = readers[i].read(r, component, part);
		if (rc)
			return rc;
	}
	return 0;
}

int sim_spec_read(const cJSON *components, bool named, enum sim_category category, struct sim_spec *ret,
                  struct sim_spec_fault *fault)
{
	*ret = (struct sim_spec){.named = named, .category = category};
	struct reading r = {.spec = ret, .fault = fault};
	if (!cJSON_IsArray(components) || cJSON_GetArraySize(components) == 0)
		return sim_spec_fail(fault, 0, "The parameter components is required.");
	const cJSON *component;
	cJSON_ArrayForEach(component, components)
	{
		/* It changes the limits of components that may stand before it. */
		const char *type = json_text(component, "type");
		ret->has_offer = ret->has_offer || (type && text_equal_nocase(type, "LIMITED_TIME_OFFER"));
	}
	int rc = read_part(&r, components, &ret->main);
	if (rc)
		return rc;
	if (!ret->main.has_body)
		return sim_spec_fail(fault, SUBCODE_BODY, "a template needs a BODY component");
	return ret->has_offer ? check_offer_buttons(ret, fault) : 0;
}

static void fini_part(struct sim_part *part)
{
	sim_vars_fini(&part->header_vars);
	sim_vars_fini(&part->body_vars);
	for (int i = 0; i < part->n_buttons; i++)
		free(part->buttons[i].text);
}

void sim_spec_fini(struct sim_spec *spec)
{
	fini_part(&spec->main);
	for (int i = 0; i < spec->n_cards; i++)
		fini_part(&spec->cards[i]);
	free(spec->cards);
	*spec = (struct sim_spec){0};
}
