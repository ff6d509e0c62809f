#pragma once
/* Numbers by their digits, from the least to the greatest: one, or those that begin alike. Pure. */

#include "base/arena.h"

struct number_range {
	const char *least, *greatest;
};

/* Those of `number` (n_numbers < 0: all) that begin with one of `prefix` (n_prefixes < 0: anyhow), as ranges of which no two
 * overlap. What are no digits of a number is nobody's. Texts are borrowed; room in `ret` for as many as either list has. */
int number_ranges(const char *const *number, int n_numbers, const char *const *prefix, int n_prefixes, struct arena *arena,
                  struct number_range *ret);
