/* Components of a message against its template, in the order in which Meta is seen to complain: header, body,
 * buttons, cards. */

#include <string.h>

#include "base/text.h"
#include "sim/message.h"

#define MAX_CODE_CHARS 20 /* of a coupon; pages that say 15 are older */
#define MAX_OTP_CHARS 15
#define MAX_SPACES 4

struct checking {
	const struct sim_scan *scan;
	const struct sim_spec *spec;
	struct arena *arena;
	struct sim_refusal *refusal;
};

/* The components of one part by kind; SIM_SCAN_NONE where there is none. */
struct found {
	int header, body, offer, carousel;
	int buttons[SIM_MAX_BUTTONS];
};

static struct sim_text get_text(const struct checking *c, int object, const char *name)
{
	return sim_scan_text(c->scan, sim_scan_get(c->scan, object, name), c->arena);
}

static bool breaks_text_rule(struct sim_text text)
{
	size_t spaces = 0;
	for (size_t i = 0; i < text.n; i++) {
		spaces = text.at[i] == ' ' ? spaces + 1 : 0;
		if (text.at[i] == '\n' || text.at[i] == '\r' || text.at[i] == '\t' || spaces > MAX_SPACES)
			return true;
	}
	return false;
}

/* The value that a text-like parameter puts into the message. */
static int read_value(const struct checking *c, const char *where, int parameter, struct sim_text *ret)
{
	struct sim_text type = get_text(c, parameter, "type"), value = {0};
	if (sim_text_is_nocase(type, "text"))
		value = get_text(c, parameter, "text");
	else if (sim_text_is_nocase(type, "currency"))
		value = get_text(c, sim_scan_get(c->scan, parameter, "currency"), "fallback_value");
	else if (sim_text_is_nocase(type, "date_time"))
		value = get_text(c, sim_scan_get(c->scan, parameter, "date_time"), "fallback_value");
	else
		return sim_message_refuse(c->refusal, 132012, "%s: Format mismatch, expected TEXT, received %.*s", where,
		                          type.at ? (int)(type.n < 32 ? type.n : 32) : 7, type.at ? type.at : "UNKNOWN");
	if (!value.at || value.n == 0)
		return sim_message_refuse(c->refusal, 131008, "%s: Parameter of type text is missing text value", where);
	if (breaks_text_rule(value))
		return sim_message_refuse(c->refusal, 132018,
		                          "%s: Param text cannot have new-line/tab characters or more than 4 "
		                          "consecutive spaces",
		                          where);
	*ret = value;
	return 0;
}

/* Hold a list of values against the variables; *ret_chars is the sum of what they put in. */
static int check_values(const struct checking *c, const char *where, int component, const struct sim_vars *vars,
                        size_t *ret_chars)
{
	int parameters = sim_scan_get(c->scan, component, "parameters"), position = 0;
	bool filled[SIM_MAX_VARIABLES] = {false};
	int n = sim_scan_count(c->scan, parameters);
	if (n != vars->n)
		return sim_message_refuse(c->refusal, 132000,
		                          "%s: number of localizable_params (%d) does not match the expected "
		                          "number of params (%d)",
		                          where, n, vars->n);
	for (int p = sim_scan_first(c->scan, parameters); p != SIM_SCAN_NONE; p = sim_scan_after(c->scan, parameters, p)) {
		struct sim_text value = {0}, name = get_text(c, p, "parameter_name");
		int rc = read_value(c, where, p, &value);
		if (rc)
			return rc;
		int at = position++;
		if (c->spec->named && !name.at)
			return sim_message_refuse(c->refusal, 131008, "%s: Parameter name is missing or empty", where);
		if (c->spec->named)
			at = sim_vars_find(vars, name.at, name.n);
		if (at < 0 || filled[at])
			return sim_message_refuse(c->refusal, 132012, "%s: Parameter name is unknown or given twice: %.*s", where,
			                          (int)(name.n < 64 ? name.n : 64), name.at ? name.at : "");
		filled[at] = true;
		*ret_chars += vars->uses[at] * utf8_length(value.at, value.n);
	}
	return 0;
}

static int check_medium(const struct checking *c, const char *kind, int parameter)
{
	int object = sim_scan_get(c->scan, parameter, kind);
	const char *a = "id", *b = "link";
	bool both = false;
	if (strcmp(kind, "location") == 0) {
		a = "latitude";
		b = "longitude";
		both = true;
	} else if (strcmp(kind, "product") == 0) {
		a = b = "product_retailer_id";
	}
	bool has_a = get_text(c, object, a).n > 0, has_b = get_text(c, object, b).n > 0;
	if (both ? has_a && has_b : has_a || has_b)
		return 0;
	return sim_message_refuse(c->refusal, 131008, "header: %s needs %s %s %s", kind, a, both ? "and" : "or", b);
}

static int check_header(const struct checking *c, int component, const struct sim_part *part)
{
	static const char *const kinds[] = {
		[SIM_HEADER_NONE] = "none",         [SIM_HEADER_TEXT] = "text",       [SIM_HEADER_IMAGE] = "image",
		[SIM_HEADER_VIDEO] = "video",       [SIM_HEADER_GIF] = "gif",         [SIM_HEADER_DOCUMENT] = "document",
		[SIM_HEADER_LOCATION] = "location", [SIM_HEADER_PRODUCT] = "product",
	};
	int parameters = sim_scan_get(c->scan, component, "parameters");
	int n = sim_scan_count(c->scan, parameters), first = sim_scan_first(c->scan, parameters);
	size_t chars = 0;
	struct sim_text type = get_text(c, first, "type");
	const bool is_text = n == 0 || sim_text_is_nocase(type, "text");
	if (part->header == SIM_HEADER_TEXT || (part->header == SIM_HEADER_NONE && is_text))
		return check_values(c, "header", component, &part->header_vars, &chars);
	const char *kind = kinds[part->header];
	if (n != 1 || !sim_text_is_nocase(type, kind))
		return sim_message_refuse(c->refusal, 132012, "header: Format mismatch, expected %s, received %.*s", kind,
		                          type.at ? (int)(type.n < 32 ? type.n : 32) : 7, type.at ? type.at : "UNKNOWN");
	return check_medium(c, kind, first);
}

static int check_body(const struct checking *c, int component, const struct sim_part *part)
{
	size_t chars = part->body_chars;
	int rc = check_values(c, "body", component, &part->body_vars, &chars);
	if (rc)
		return rc;
	if (chars > SIM_BODY_MAX_CHARS)
		return sim_message_refuse(c->refusal, 132005, "body: hydrated text too long: %zu characters, at most %d", chars,
		                          SIM_BODY_MAX_CHARS);
	return 0;
}

static const struct {
	enum sim_button_kind kind;
	const char *sub_type;
	bool required;
	const char *value; /* name of the parameter's value, where it must be text */
	size_t max_chars;  /* 0: any */
} button_rules[] = {
	{SIM_BUTTON_QUICK_REPLY, "quick_reply", false, "payload", 0},
	{SIM_BUTTON_URL, "url", true, "text", 0}, /* only with a variable */
	{SIM_BUTTON_OTP, "url", true, "text", MAX_OTP_CHARS},
	{SIM_BUTTON_COPY_CODE, "copy_code", true, "coupon_code", MAX_CODE_CHARS},
	{SIM_BUTTON_FLOW, "flow", false, NULL, 0},
	{SIM_BUTTON_CATALOG, "catalog", false, NULL, 0},
	{SIM_BUTTON_MPM, "mpm", true, NULL, 0},
};
#define N_BUTTON_RULES (sizeof(button_rules) / sizeof(button_rules[0]))

static int check_button(const struct checking *c, int component, const struct sim_button *button, int index)
{
	size_t i = 0;
	while (i < N_BUTTON_RULES && button_rules[i].kind != button->kind)
		i++;
	bool takes = i < N_BUTTON_RULES && (button->kind != SIM_BUTTON_URL || button->has_variable);
	if (component == SIM_SCAN_NONE) {
		if (!takes || !button_rules[i].required)
			return 0;
		return sim_message_refuse(c->refusal, 131008, "buttons: Button at index %d of type %s requires a parameter",
		                          index, button_rules[i].sub_type);
	}
	if (!takes)
		return sim_message_refuse(c->refusal, 132018, "buttons: Button at index %d does not take parameters", index);
	if (!sim_text_is_nocase(get_text(c, component, "sub_type"), button_rules[i].sub_type))
		return sim_message_refuse(c->refusal, 132018, "buttons: Button at index %d is of type %s", index,
		                          button_rules[i].sub_type);
	int parameters = sim_scan_get(c->scan, component, "parameters"), first = sim_scan_first(c->scan, parameters);
	if (sim_scan_count(c->scan, parameters) != 1)
		return sim_message_refuse(c->refusal, 132000, "buttons: Button at index %d takes one parameter", index);
	if (!button_rules[i].value)
		return 0;
	struct sim_text value = get_text(c, first, button_rules[i].value);
	if (!value.at || value.n == 0)
		return sim_message_refuse(c->refusal, 131008, "buttons: parameter value for %s expected, not found",
		                          button_rules[i].sub_type);
	if (button_rules[i].max_chars && utf8_length(value.at, value.n) > button_rules[i].max_chars)
		return sim_message_refuse(c->refusal, 131009, "buttons: %s at index %d is longer than %zu", button_rules[i].value,
		                          index, button_rules[i].max_chars);
	return 0;
}

/* Whole and within 0 to `n` - 1, as a number or as text; -1 otherwise. */
static int read_index(const struct checking *c, int object, const char *name, int n)
{
	struct sim_text text = get_text(c, object, name);
	int64_t index;
	return text.at && text_to_int(text.at, text.n, &index) && index >= 0 && index < n ? (int)index : -1;
}

static int sort_components(const struct checking *c, int components, const struct sim_part *part, struct found *found)
{
	found->header = found->body = found->offer = found->carousel = SIM_SCAN_NONE;
	for (int i = 0; i < SIM_MAX_BUTTONS; i++)
		found->buttons[i] = SIM_SCAN_NONE;
	for (int at = sim_scan_first(c->scan, components); at != SIM_SCAN_NONE; at = sim_scan_after(c->scan, components, at)) {
		struct sim_text type = get_text(c, at, "type");
		int *place = NULL;
		if (sim_text_is_nocase(type, "header")) {
			place = &found->header;
		} else if (sim_text_is_nocase(type, "body")) {
			place = &found->body;
		} else if (sim_text_is_nocase(type, "limited_time_offer")) {
			place = &found->offer;
		} else if (sim_text_is_nocase(type, "carousel")) {
			place = &found->carousel;
		} else if (sim_text_is_nocase(type, "button")) {
			int index = read_index(c, at, "index", part->n_buttons);
			if (index < 0)
				return sim_message_refuse(c->refusal, 132018,
				                          "buttons: index is missing, or the template has no such button");
			place = &found->buttons[index];
		} else if (sim_text_is_nocase(type, "tap_target_configuration") || sim_text_is_nocase(type, "order_status")) {
			continue;
		} else {
			return sim_message_refuse(c->refusal, 100,
			                          "Param template['components'][]['type'] is missing or unknown.");
		}
		if (*place != SIM_SCAN_NONE)
			return sim_message_refuse(c->refusal, 100, "Param template['components'] has the same component twice.");
		*place = at;
	}
	return 0;
}

static int check_part(const struct checking *c, const struct found *found, const struct sim_part *part)
{
	int rc = check_header(c, found->header, part);
	if (!rc)
		rc = check_body(c, found->body, part);
	for (int i = 0; !rc && i < part->n_buttons; i++)
		rc = check_button(c, found->buttons[i], &part->buttons[i], i);
	return rc;
}

static int check_cards(const struct checking *c, int carousel)
{
	int cards = sim_scan_get(c->scan, carousel, "cards"), n = 0;
	bool seen[SIM_MAX_CARDS] = {false};
	if (sim_scan_count(c->scan, cards) != c->spec->n_cards)
		return sim_message_refuse(c->refusal, 132000,
		                          "carousel: number of cards (%d) does not match the expected "
		                          "number (%d)",
		                          sim_scan_count(c->scan, cards), c->spec->n_cards);
	for (int at = sim_scan_first(c->scan, cards); at != SIM_SCAN_NONE; at = sim_scan_after(c->scan, cards, at), n++) {
		int index = read_index(c, at, "card_index", c->spec->n_cards);
		if (index < 0 || seen[index])
			return sim_message_refuse(c->refusal, 132012,
			                          "carousel: card_index is missing, too large or there twice");
		seen[index] = true;
		struct found found;
		int rc = sort_components(c, sim_scan_get(c->scan, at, "components"), &c->spec->cards[index], &found);
		if (!rc)
			rc = check_part(c, &found, &c->spec->cards[index]);
		if (rc)
			return rc;
	}
	return 0;
}

static int check_offer(const struct checking *c, int offer)
{
	int first = sim_scan_first(c->scan, sim_scan_get(c->scan, offer, "parameters"));
	int expires = sim_scan_get(c->scan, sim_scan_get(c->scan, first, "limited_time_offer"), "expiration_time_ms");
	if (c->spec->offer_expires && !sim_scan_is(c->scan, expires, SIM_TOKEN_NUMBER))
		return sim_message_refuse(c->refusal, 131008, "limited_time_offer: expiration_time_ms is required");
	return 0;
}

int sim_check_components(const struct sim_scan *scan, int components, const struct sim_spec *spec, struct arena *arena,
                         struct sim_refusal *refusal)
{
	const struct checking c = {.scan = scan, .spec = spec, .arena = arena, .refusal = refusal};
	struct found found;
	int rc = sort_components(&c, components, &spec->main, &found);
	if (!rc)
		rc = check_part(&c, &found, &spec->main);
	if (!rc)
		rc = check_offer(&c, found.offer);
	return rc ? rc : check_cards(&c, found.carousel);
}

struct sim_text sim_check_payload(const struct sim_scan *scan, int components, int index, struct arena *arena)
{
	const struct checking c = {.scan = scan, .arena = arena};
	for (int at = sim_scan_first(scan, components); at != SIM_SCAN_NONE; at = sim_scan_after(scan, components, at)) {
		if (sim_text_is_nocase(get_text(&c, at, "type"), "button") &&
		    read_index(&c, at, "index", SIM_MAX_BUTTONS) == index)
			return get_text(&c, sim_scan_first(scan, sim_scan_get(scan, at, "parameters")), "payload");
	}
	return (struct sim_text){0};
}
