#include "model/contact.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define NAME_MAX_CHARS 32
#define CUSTOM1_MAX 32
#define CUSTOM2_MAX 70
#define TAG_MAX_CHARS 64
#define FIELD_KEY_MAX 64
#define FIELD_VALUE_MAX 1024

static void judge_number(struct contact_request *req, struct faults *faults)
{
	size_t n = req->number ? strlen(req->number) : 0;
	if (n == 0)
		fault_add(faults, FAULT_CONTACT_NUMBER_REQUIRED, "number", " is required");
	else if (utf8_length(req->number, n) > NUMBER_MAX_TEXT)
		fault_add(faults, FAULT_CONTACT_NUMBER_LONG, "number", " must be at most %d characters long", NUMBER_MAX_TEXT);
	else if (number_parse(req->number, n, req->digits) != NUMBER_OK)
		fault_add(faults, FAULT_CONTACT_NUMBER_INVALID, "number",
		          " must be a valid phone number: digits with the country code, one '+' before them at most");
}

static void judge_text(const char *text, size_t max, enum fault_code code, const char *field, struct faults *faults)
{
	if (!text)
		return;
	size_t n = strlen(text);
	if (utf8_length(text, n) > max)
		fault_add(faults, code, field, " must be at most %zu characters long", max);
	else if (text_has_control(text, n))
		fault_add(faults, code, field, " must not hold control characters");
}

static void judge_tags(const char *tags, struct faults *faults)
{
	json_auto cJSON *list = NULL;
	struct err err;
	if (!tags)
		return;
	if (json_parse(tags, strlen(tags), &list, &err) < 0 || !cJSON_IsArray(list)) {
		fault_add(faults, FAULT_CONTACT_TAGS, "tags", " must be a list of strings");
		return;
	}
	int n = 0;
	for (const cJSON *tag = list->child; tag; tag = tag->next) {
		if (!cJSON_IsString(tag) || utf8_length(tag->valuestring, strlen(tag->valuestring)) > TAG_MAX_CHARS ||
		    ++n > CONTACT_MAX_TAGS) {
			fault_add(faults, FAULT_CONTACT_TAGS, "tags", " must be at most %d strings of at most %d characters",
			          CONTACT_MAX_TAGS, TAG_MAX_CHARS);
			return;
		}
	}
}

static bool field_ok(const cJSON *field)
{
	size_t n = strlen(field->string);
	if (n == 0 || utf8_length(field->string, n) > FIELD_KEY_MAX || text_has_control(field->string, n) ||
	    strpbrk(field->string, "{}|"))
		return false;
	return cJSON_IsString(field) && utf8_length(field->valuestring, strlen(field->valuestring)) <= FIELD_VALUE_MAX;
}

static void judge_fields(const char *fields, struct faults *faults)
{
	json_auto cJSON *object = NULL;
	struct err err;
	if (!fields)
		return;
	bool ok = strlen(fields) <= CONTACT_MAX_FIELDS_BYTES && json_parse(fields, strlen(fields), &object, &err) == 0 &&
	          cJSON_IsObject(object);
	int n = 0;
	for (const cJSON *field = ok ? object->child : NULL; field && ok; field = field->next)
		ok = field_ok(field) && ++n <= CONTACT_MAX_FIELDS;
	if (!ok)
		fault_add(faults, FAULT_CONTACT_FIELDS, "fields",
		          " must be an object of at most %d strings of at most %d characters, %d bytes in all, with keys of 1 to "
		          "%d characters without {, } and |",
		          CONTACT_MAX_FIELDS, FIELD_VALUE_MAX, CONTACT_MAX_FIELDS_BYTES, FIELD_KEY_MAX);
}

void contact_judge(struct contact_request *req, bool is_update, struct faults *faults)
{
	if (!is_update)
		judge_number(req, faults);
	judge_text(req->first_name, NAME_MAX_CHARS, FAULT_CONTACT_FIRST_NAME, "first_name", faults);
	judge_text(req->last_name, NAME_MAX_CHARS, FAULT_CONTACT_LAST_NAME, "last_name", faults);
	judge_text(req->custom1, CUSTOM1_MAX, FAULT_CONTACT_CUSTOM1, req->custom1_name ? req->custom1_name : "custom1", faults);
	judge_text(req->custom2, CUSTOM2_MAX, FAULT_CONTACT_CUSTOM2, req->custom2_name ? req->custom2_name : "custom2", faults);
	judge_tags(req->tags, faults);
	judge_fields(req->fields, faults);
}

/* Those of `stored` in their order, then what is new. */
static void write_merged(const cJSON *stored, const cJSON *given, struct buf *out)
{
	struct json_writer w;
	json_begin(&w, out);
	json_open_object(&w, NULL);
	for (const cJSON *field = stored->child; field; field = field->next) {
		const char *value = json_text(given, field->string);
		json_put_text(&w, field->string, value ? value : field->valuestring);
	}
	for (const cJSON *field = given->child; field; field = field->next)
		if (!json_get(stored, field->string))
			json_put_text(&w, field->string, field->valuestring);
	json_close_object(&w);
}

int contact_merge_fields(const char *stored, const char *given, struct arena *arena, const char **ret)
{
	json_auto cJSON *before = NULL, *over = NULL;
	struct err err;
	*ret = stored;
	if (strcmp(stored, given) == 0 || json_parse(given, strlen(given), &over, &err) < 0)
		return 0;
	if (!*stored || json_parse(stored, strlen(stored), &before, &err) < 0) {
		*ret = given;
		return 0;
	}
	int n = cJSON_GetArraySize(before);
	bool changed = false;
	for (const cJSON *field = over->child; field; field = field->next) {
		const char *value = json_text(before, field->string);
		n += !value;
		changed = changed || !value || strcmp(value, field->valuestring) != 0;
	}
	if (!changed)
		return 0;
	buf_auto struct buf out;
	buf_init(&out, CONTACT_MAX_FIELDS_BYTES);
	write_merged(before, over, &out);
	if (n > CONTACT_MAX_FIELDS || out.overflow)
		return 1;
	*ret = arena_strdup(arena, buf_text(&out));
	return 0;
}

/* The older names stand beside the newer. */
static const char *builtin_value(const struct contact *c, const char *key)
{
	if (strcmp(key, "number") == 0)
		return c->number;
	if (strcmp(key, "first_name") == 0)
		return c->first_name;
	if (strcmp(key, "last_name") == 0)
		return c->last_name;
	if (strcmp(key, "custom1") == 0 || strcmp(key, "timestamp") == 0)
		return c->custom1;
	if (strcmp(key, "custom2") == 0 || strcmp(key, "date") == 0)
		return c->custom2;
	return NULL;
}

bool contact_key_is_builtin(const char *key)
{
	static const struct contact any = {.number = "", .first_name = "", .last_name = "", .custom1 = "", .custom2 = ""};
	return builtin_value(&any, key) != NULL;
}

const char *contact_value(const struct contact *contact, const char *key, struct arena *scratch)
{
	const char *value = contact->fields_only ? NULL : builtin_value(contact, key);
	if (value)
		return *value ? value : NULL;
	if (!contact->fields || !*contact->fields)
		return NULL;
	json_auto cJSON *fields = NULL;
	struct err err;
	if (json_parse(contact->fields, strlen(contact->fields), &fields, &err) < 0)
		return NULL;
	const char *text = json_text(fields, key);
	return text && *text ? arena_strdup(scratch, text) : NULL;
}
