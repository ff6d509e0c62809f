/* Messages without a template: what Meta's pages say that text, media and interactive messages must have. */
#include <string.h>

#include "base/text.h"
#include "sim/free.h"

#define MAX_TEXT_CHARS 4096
#define MAX_BODY_CHARS 1024 /* of an interactive message, and of a caption */
#define MAX_TITLE_CHARS 20
#define MAX_REPLY_ID_CHARS 256
#define MAX_BUTTONS 3

struct check {
	const struct sim_scan *scan;
	struct arena *arena;
	struct sim_refusal *refusal;
};

/* A text of 1 to `max` characters. */
static int need_text(const struct check *c, int object, const char *name, size_t max)
{
	struct sim_text text = sim_scan_text(c->scan, sim_scan_get(c->scan, object, name), c->arena);
	if (!text.at || text.n == 0)
		return sim_message_refuse(c->refusal, 131008, "Parameter '%s' is mandatory", name);
	if (utf8_length(text.at, text.n) > max)
		return sim_message_refuse(c->refusal, 131009, "Parameter '%s' must be at most %zu characters long.", name, max);
	return 0;
}

static int check_medium(const struct check *c, int object)
{
	int id = sim_scan_get(c->scan, object, "id"), link = sim_scan_get(c->scan, object, "link");
	if ((id == SIM_SCAN_NONE) == (link == SIM_SCAN_NONE))
		return sim_message_refuse(c->refusal, 100, "One of the parameters id and link is required.");
	if (sim_scan_get(c->scan, object, "caption") == SIM_SCAN_NONE)
		return 0;
	return need_text(c, object, "caption", MAX_BODY_CHARS);
}

static int check_reply_buttons(const struct check *c, int action)
{
	int buttons = sim_scan_get(c->scan, action, "buttons");
	int n = sim_scan_count(c->scan, buttons);
	if (!sim_scan_is(c->scan, buttons, SIM_TOKEN_ARRAY) || n < 1 || n > MAX_BUTTONS)
		return sim_message_refuse(c->refusal, 131009, "Parameter 'buttons' must hold 1 to %d buttons.", MAX_BUTTONS);
	for (int at = sim_scan_first(c->scan, buttons); at != SIM_SCAN_NONE; at = sim_scan_after(c->scan, buttons, at)) {
		int reply = sim_scan_get(c->scan, at, "reply");
		if (!sim_text_is(sim_scan_text(c->scan, sim_scan_get(c->scan, at, "type"), c->arena), "reply"))
			return sim_message_refuse(c->refusal, 131009, "Parameter 'type' of a button must be reply.");
		if (need_text(c, reply, "id", MAX_REPLY_ID_CHARS) || need_text(c, reply, "title", MAX_TITLE_CHARS))
			return 1;
	}
	return 0;
}

static int check_link_button(const struct check *c, int action)
{
	int parameters = sim_scan_get(c->scan, action, "parameters");
	if (!sim_text_is(sim_scan_text(c->scan, sim_scan_get(c->scan, action, "name"), c->arena), "cta_url"))
		return sim_message_refuse(c->refusal, 131009, "Parameter 'name' of the action must be cta_url.");
	return need_text(c, parameters, "display_text", MAX_TITLE_CHARS) || need_text(c, parameters, "url", MAX_TEXT_CHARS);
}

static int check_header(const struct check *c, int header)
{
	static const char *const types[] = {"image", "video", "document"};
	struct sim_text type = sim_scan_text(c->scan, sim_scan_get(c->scan, header, "type"), c->arena);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sim_text_is(type, types[i]))
			return check_medium(c, sim_scan_get(c->scan, header, types[i]));
	return sim_text_is(type, "text") ? need_text(c, header, "text", 60)
	                                 : sim_message_refuse(c->refusal, 131009, "Parameter 'type' of the header is invalid.");
}

/* Reply buttons and the button with a link are known in full; other kinds are taken as they come. */
static int check_interactive(const struct check *c, int object)
{
	struct sim_text type = sim_scan_text(c->scan, sim_scan_get(c->scan, object, "type"), c->arena);
	int header = sim_scan_get(c->scan, object, "header"), action = sim_scan_get(c->scan, object, "action");
	if (!type.at)
		return sim_message_refuse(c->refusal, 131008, "Parameter 'type' is mandatory for type 'interactive'");
	if (!sim_text_is(type, "button") && !sim_text_is(type, "cta_url"))
		return 0;
	if (need_text(c, sim_scan_get(c->scan, object, "body"), "text", MAX_BODY_CHARS) ||
	    (header != SIM_SCAN_NONE && check_header(c, header)))
		return 1;
	return sim_text_is(type, "button") ? check_reply_buttons(c, action) : check_link_button(c, action);
}

int sim_free_check(const struct sim_scan *scan, const char *type, int object, struct arena *arena, struct sim_refusal *refusal)
{
	const struct check c = {scan, arena, refusal};
	if (strcmp(type, "text") == 0)
		return need_text(&c, object, "body", MAX_TEXT_CHARS);
	if (strcmp(type, "image") == 0 || strcmp(type, "video") == 0 || strcmp(type, "document") == 0)
		return check_medium(&c, object);
	return strcmp(type, "interactive") == 0 ? check_interactive(&c, object) : 0;
}
