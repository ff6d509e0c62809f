#include "store/field_names.h"

#include <string.h>

#include "base/json.h"

#define N_BITS 3 /* of each name */

/* FNV-1a, whose bytes are three places in the filter. */
static void places(const char *name, unsigned ret[N_BITS])
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
	for (int i = 0; i < N_BITS; i++)
		ret[i] = (unsigned)(hash >> (16 * i + 8)) % (8 * FIELD_NAMES_BYTES);
}

void field_names_add(struct audience_edit *edit, const char *name)
{
	unsigned place[N_BITS];
	places(name, place);
	for (int i = 0; i < N_BITS; i++)
		edit->field_names[place[i] / 8] |= (unsigned char)(1 << place[i] % 8);
}

void field_names_add_all(struct audience_edit *edit, const char *fields)
{
	json_auto cJSON *tree = NULL;
	struct err err;
	if (!fields || !*fields || json_parse(fields, strlen(fields), &tree, &err) < 0)
		return;
	for (const cJSON *field = tree->child; field; field = field->next)
		field_names_add(edit, field->string);
}

bool field_names_may_have(const unsigned char filter[FIELD_NAMES_BYTES], const char *name)
{
	unsigned place[N_BITS];
	bool may = true;
	places(name, place);
	for (int i = 0; i < N_BITS && may; i++)
		may = filter[place[i] / 8] >> place[i] % 8 & 1;
	return may;
}
