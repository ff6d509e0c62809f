#pragma once
/* The `fields` parameter of Graph reads: names divided by commas, each perhaps with {inner fields} and
 * .modifiers(), which are ignored here. */

#include <stdbool.h>

#include "sim/answers.h"

#define SIM_MAX_FIELDS 32

struct sim_fields {
	int n;
	char names[SIM_MAX_FIELDS][48];
};

/* `text` NULL or empty: the default ones. Names outside `known` (comma-divided) are answered as Graph does:
 * false, with the error. `node` is the node type that the error names. */
bool sim_fields_read(struct sim_fields *fields, const char *text, const char *defaults, const char *known, const char *node,
                     struct sim_answer *answer);
