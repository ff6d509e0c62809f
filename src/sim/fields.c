#include "sim/fields.h"

#include <stdio.h>
#include <string.h>

static bool is_known(const char *known, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = known; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0'))
			return n > 0;
	}
	return false;
}

/* The end of one name with all that belongs to it. */
static const char *end_of_item(const char *text)
{
	int depth = 0;
	for (; *text != '\0'; text++) {
		if (*text == '{' || *text == '(')
			depth++;
		else if (*text == '}' || *text == ')')
			depth--;
		else if (*text == ',' && depth <= 0)
			break;
	}
	return text;
}

bool sim_fields_read(struct sim_fields *fields, const char *text, const char *defaults, const char *known, const char *node,
                     struct sim_answer *answer)
{
	fields->n = 0;
	if (!text || text[0] == '\0')
		text = defaults;
	for (;;) {
		const char *end = end_of_item(text);
		char name[48], message[160];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ",{.( "), text);
		if (!is_known(known, name) || fields->n == SIM_MAX_FIELDS) {
			snprintf(message, sizeof(message), "(#100) Tried accessing nonexisting field (%s) on node type (%s)",
			         name, node);
			sim_answer_graph(answer, 400, 100, 0, message, NULL, NULL);
			return false;
		}
		memcpy(fields->names[fields->n++], name, sizeof(name));
		if (*end == '\0')
			return true;
		text = end + 1;
	}
}
