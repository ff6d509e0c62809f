/* Bodies by tables of fields. */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"

static const char *compact(struct api_call *call, const cJSON *item)
{
	char *text = cJSON_PrintUnformatted(item);
	const char *kept = arena_strdup(call->arena, text);
	free(text);
	return kept;
}

static void decode_one(struct api_call *call, const cJSON *object, const cJSON *item, const struct field *f, char *place)
{
	static const char *const rule[] = {[FIELD_TEXT] = "must be a string",
	                                   [FIELD_INT] = "must be a whole number",
	                                   [FIELD_JSON] = "must be a list or an object",
	                                   [FIELD_RAW] = ""};
	int64_t number;
	bool ok = false;
	switch (f->kind) {
	case FIELD_TEXT:
		ok = cJSON_IsString(item);
		if (ok)
			*(const char **)(void *)place = item->valuestring;
		break;
	case FIELD_INT:
		ok = cJSON_IsNumber(item) && json_int(object, f->name, &number);
		if (ok)
			*(int64_t *)(void *)place = number;
		break;
	case FIELD_JSON:
		ok = cJSON_IsArray(item) || cJSON_IsObject(item);
		if (ok)
			*(const char **)(void *)place = compact(call, item);
		break;
	case FIELD_RAW:
		ok = true;
		*(const cJSON **)(void *)place = item;
		break;
	}
	if (!ok)
		fault_add(&call->faults, f->wrong_type, f->name, " %s", rule[f->kind]);
}

void call_decode(struct api_call *call, const cJSON *object, const struct field *fields, size_t n_fields, void *ret)
{
	for (size_t i = 0; i < n_fields; i++) {
		const cJSON *item = json_get(object, fields[i].name);
		if (item && !cJSON_IsNull(item))
			decode_one(call, object, item, &fields[i], (char *)ret + fields[i].offset);
	}
}

/* The place of one step of a path (`components[2]`) in the table. */
static size_t rank_of(const char *step, const struct field *fields, size_t n_fields)
{
	size_t n = strcspn(step, ".["), i = 0;
	while (i < n_fields && (strlen(fields[i].name) != n || strncmp(fields[i].name, step, n) != 0))
		i++;
	return i;
}

struct rank {
	size_t field;
	long item; /* of a list; -1: the field itself */
};

/* By the first step of its path that the table has: what lies within `components` stands where that does. */
static struct rank rank(const struct fault *f, const struct field *fields, size_t n_fields)
{
	struct rank found = {n_fields, -1};
	for (const char *step = f->field; step && found.field == n_fields; step = strchr(step, '.'), step += step != NULL) {
		size_t n = strcspn(step, ".[");
		found.field = rank_of(step, fields, n_fields);
		found.item = found.field < n_fields && step[n] == '[' ? strtol(step + n + 1, NULL, 10) : -1;
	}
	return found;
}

static bool comes_before(const struct fault *f, const struct fault *other, const struct field *fields, size_t n_fields)
{
	struct rank a = rank(f, fields, n_fields), b = rank(other, fields, n_fields);
	return a.field != b.field ? a.field < b.field : a.item < b.item;
}

void call_order_faults(struct api_call *call, size_t from, const struct field *fields, size_t n_fields)
{
	struct faults *all = &call->faults;
	for (size_t i = from + 1; i < all->n; i++) { /* a stable insertion: there are few */
		struct fault f = all->item[i];
		size_t k = i;
		for (; k > from && comes_before(&f, &all->item[k - 1], fields, n_fields); k--)
			all->item[k] = all->item[k - 1];
		all->item[k] = f;
	}
	size_t n = from;
	for (size_t i = from; i < all->n; i++)
		if (n == from || strcmp(all->item[n - 1].field, all->item[i].field) != 0)
			all->item[n++] = all->item[i];
	all->n = n;
}
