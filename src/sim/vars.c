#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/spec.h"

void sim_vars_fini(struct sim_vars *vars)
{
	for (int i = 0; i < vars->n; i++)
		free(vars->names[i]);
	free(vars->names);
	free(vars->uses);
	*vars = (struct sim_vars){0};
}

int sim_vars_find(const struct sim_vars *vars, const char *name, size_t n_bytes)
{
	for (int i = 0; i < vars->n; i++) {
		if (strlen(vars->names[i]) == n_bytes && memcmp(vars->names[i], name, n_bytes) == 0)
			return i;
	}
	return -1;
}

static void add(struct sim_vars *vars, const char *name, size_t n_bytes)
{
	if (!vars->names) {
		vars->names = calloc(SIM_MAX_VARIABLES, sizeof(*vars->names));
		vars->uses = calloc(SIM_MAX_VARIABLES, sizeof(*vars->uses));
	}
	char *copy = strndup(name, n_bytes);
	if (!vars->names || !vars->uses || !copy)
		abort();
	vars->names[vars->n++] = copy;
}

static bool name_is_legal(const char *name, size_t n, bool named)
{
	int64_t number;
	if (!named)
		return text_to_int(name, n, &number) && number >= 1 && number <= SIM_MAX_VARIABLES && name[0] != '0';
	return n > 0 && n == strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

/* Positional ones may stand in any order, but from 1 on without gaps; they are kept in their order. */
static int sort_positions(struct sim_vars *vars, int32_t subcode, struct sim_spec_fault *fault)
{
	for (int i = 0; i < vars->n; i++) {
		char wanted[12];
		snprintf(wanted, sizeof(wanted), "%d", i + 1);
		int at = sim_vars_find(vars, wanted, strlen(wanted));
		if (at < 0)
			return sim_spec_fail(fault, subcode, "variable {{%s}} is missing: they count from {{1}} without gaps",
			                     wanted);
		char *name = vars->names[at];
		uint16_t uses = vars->uses[at];
		vars->names[at] = vars->names[i];
		vars->uses[at] = vars->uses[i];
		vars->names[i] = name;
		vars->uses[i] = uses;
	}
	return 0;
}

int sim_vars_read(const char *text, bool named, int32_t subcode, struct sim_vars *vars, size_t *ret_chars,
                  struct sim_spec_fault *fault)
{
	size_t chars = utf8_length(text, strlen(text));
	const char *last_end = NULL;
	for (const char *open = strstr(text, "{{"); open; open = strstr(open, "{{")) {
		const char *name = open + 2, *close = strstr(name, "}}");
		size_t n = close ? (size_t)(close - name) : 0;
		char copy[128];
		snprintf(copy, sizeof(copy), "%.*s", (int)(n < sizeof(copy) ? n : sizeof(copy) - 1), name);
		if (!close || n >= sizeof(copy) || !name_is_legal(copy, n, named))
			return sim_spec_fail(fault, subcode, "a variable is malformed: {{%s}}", close ? copy : "…");
		if (last_end == open)
			return sim_spec_fail(fault, subcode, "two variables stand side by side: {{%s}}", copy);
		int at = sim_vars_find(vars, copy, n);
		if (at < 0 && vars->n == SIM_MAX_VARIABLES)
			return sim_spec_fail(fault, subcode, "there are more than %d variables", SIM_MAX_VARIABLES);
		if (at < 0) {
			at = vars->n;
			add(vars, copy, n);
		}
		vars->uses[at]++;
		chars -= n + 4;
		last_end = close + 2;
		open = last_end;
	}
	*ret_chars = chars;
	return named ? 0 : sort_positions(vars, subcode, fault);
}
