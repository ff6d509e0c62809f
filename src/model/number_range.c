#include "model/number_range.h"

#include <stdbool.h>
#include <string.h>

#include "model/number.h"

#define MOST_DIGITS "999999999999999" /* as long as a number can be */

static bool is_digits(const char *text)
{
	size_t n = strlen(text);
	return n > 0 && n < NUMBER_BYTES && strspn(text, "0123456789") == n;
}

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool begins_with_one(const char *text, const char *const *prefix, int n)
{
	for (int i = 0; i < n; i++)
		if (*prefix[i] && begins_with(text, prefix[i]))
			return true;
	return n < 0;
}

static bool stands_before(const char *const *list, int at)
{
	for (int i = 0; i < at; i++)
		if (strcmp(list[i], list[at]) == 0)
			return true;
	return false;
}

/* Does another one let through whatever this one does? */
static bool is_within_another(const char *const *prefix, int n, int at)
{
	for (int i = 0; i < n; i++)
		if (is_digits(prefix[i]) && strcmp(prefix[i], prefix[at]) != 0 && begins_with(prefix[at], prefix[i]))
			return true;
	return false;
}

int number_ranges(const char *const *number, int n_numbers, const char *const *prefix, int n_prefixes, struct arena *arena,
                  struct number_range *ret)
{
	int n = 0;
	for (int i = 0; i < n_numbers; i++)
		if (is_digits(number[i]) && !stands_before(number, i) && begins_with_one(number[i], prefix, n_prefixes))
			ret[n++] = (struct number_range){number[i], number[i]};
	for (int i = 0; n_numbers < 0 && i < n_prefixes; i++)
		if (is_digits(prefix[i]) && !stands_before(prefix, i) && !is_within_another(prefix, n_prefixes, i))
			ret[n++] = (struct number_range){prefix[i], arena_printf(arena, "%s" MOST_DIGITS, prefix[i])};
	return n;
}
