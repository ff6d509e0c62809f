#include "api/columns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/number_cell.h"
#include "base/json.h"
#include "base/text.h"

static const struct {
	const char *name;
	enum column meaning;
} known[] = {
	{"number", COLUMN_NUMBER},         {"phone", COLUMN_NUMBER},          {"msisdn", COLUMN_NUMBER},
	{"mobile", COLUMN_NUMBER},         {"first_name", COLUMN_FIRST_NAME}, {"firstname", COLUMN_FIRST_NAME},
	{"first name", COLUMN_FIRST_NAME}, {"last_name", COLUMN_LAST_NAME},   {"lastname", COLUMN_LAST_NAME},
	{"last name", COLUMN_LAST_NAME},   {"custom1", COLUMN_CUSTOM1},       {"timestamp", COLUMN_CUSTOM1},
	{"custom2", COLUMN_CUSTOM2},       {"date", COLUMN_CUSTOM2},          {"tags", COLUMN_TAGS},
};

static enum column meaning_of(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(known[i].name, name) == 0)
			return known[i].meaning;
	return *name ? COLUMN_FIELD : COLUMN_IGNORED;
}

static int check_column(const struct columns *c, int at, struct err *err)
{
	const char *name = c->name[at];
	enum column meaning = c->meaning[at];
	if (meaning == COLUMN_FIELD &&
	    (strpbrk(name, "{}|") || utf8_length(name, strlen(name)) > 64 || text_has_control(name, strlen(name))))
		return err_set(
			err,
			"column %d of the header has a name that no field can have: at most 64 characters without {, } and |",
			at + 1);
	for (int i = 0; i < at; i++) {
		bool same = meaning == COLUMN_FIELD ? strcmp(c->name[i], name) == 0
		                                    : meaning != COLUMN_IGNORED && c->meaning[i] == meaning;
		if (same)
			return err_set(err, "columns %d and %d of the header mean the same", i + 1, at + 1);
	}
	return 0;
}

int columns_read(const char *const *names, int n, struct arena *arena, struct columns *ret, struct err *err)
{
	bool has_number = false;
	ret->n = n;
	for (int i = 0; i < n; i++) {
		ret->name[i] = arena_strdup(arena, names[i]);
		ret->meaning[i] = meaning_of(names[i]);
		has_number |= ret->meaning[i] == COLUMN_NUMBER;
		if (check_column(ret, i, err) < 0)
			return -1;
	}
	if (!has_number)
		return err_set(err, "the header row has no column 'number' (or 'phone', 'msisdn', 'mobile')");
	return 0;
}

const char *columns_format(const struct columns *columns, struct arena *arena)
{
	buf_auto struct buf out;
	struct json_writer w;
	buf_init(&out, RECORD_MAX_BYTES * 8);
	json_begin(&w, &out);
	json_open_array(&w, NULL);
	for (int i = 0; i < columns->n; i++)
		json_put_text(&w, NULL, columns->name[i]);
	json_close_array(&w);
	return arena_strdup(arena, buf_text(&out));
}

int columns_parse(const char *json, struct arena *arena, struct columns *ret, struct err *err)
{
	json_auto cJSON *list = NULL;
	const char *name[RECORD_MAX_CELLS];
	int n = 0;
	if (json_parse(json, strlen(json), &list, err) < 0)
		return -1;
	for (const cJSON *item = list->child; item && n < RECORD_MAX_CELLS; item = item->next)
		name[n++] = item->valuestring ? item->valuestring : "";
	return columns_read(name, n, arena, ret, err);
}

/* ---- rows ---- */

static const char *one_line(const char *text, struct arena *arena)
{
	static const char breaks[] = "\r\n\t\v\f";
	if (!strpbrk(text, breaks))
		return text;
	char *rest = NULL, *line = arena_alloc(arena, strlen(text) + 1), *end = line;
	for (char *part = strtok_r(arena_strdup(arena, text), breaks, &rest); part; part = strtok_r(NULL, breaks, &rest))
		end += sprintf(end, "%s%s", end > line ? " " : "", part);
	return *line ? line : NULL;
}

/* As a JSON array; NULL when there is nothing in it. */
static const char *tags_of(const char *text, struct arena *arena)
{
	static const char between[] = ",;\r\n";
	buf_auto struct buf out;
	struct json_writer w;
	bool any = false;
	buf_init(&out, RECORD_MAX_BYTES * 8);
	json_begin(&w, &out);
	json_open_array(&w, NULL);
	for (const char *at = text; *at; at += strspn(at, between)) {
		size_t n = strcspn(at, between), blanks = strspn(at, " \t");
		const char *tag = at + (blanks < n ? blanks : n), *end = at + n;
		while (end > tag && strchr(" \t", end[-1]))
			end--;
		if (end > tag)
			json_put_textn(&w, NULL, tag, (size_t)(end - tag));
		any = any || end > tag;
		at += n;
	}
	json_close_array(&w);
	return any ? arena_strdup(arena, buf_text(&out)) : NULL;
}

static void put_cell(struct contact_request *req, enum column meaning, const char *text, struct arena *arena)
{
	switch (meaning) {
	case COLUMN_NUMBER:
		req->number = text;
		break;
	case COLUMN_FIRST_NAME:
		req->first_name = one_line(text, arena);
		break;
	case COLUMN_LAST_NAME:
		req->last_name = one_line(text, arena);
		break;
	case COLUMN_CUSTOM1:
		req->custom1 = one_line(text, arena);
		break;
	case COLUMN_CUSTOM2:
		req->custom2 = one_line(text, arena);
		break;
	case COLUMN_TAGS:
		req->tags = tags_of(text, arena);
		break;
	case COLUMN_FIELD:
	case COLUMN_IGNORED:
		break;
	}
}

/* Every column that is none of ours, as a JSON object; NULL when there is nothing in them. */
static const char *fields_of(const struct columns *columns, const struct record *record, struct arena *arena)
{
	bool any = false;
	for (int i = 0; i < record->n_cells && i < columns->n && !any; i++)
		any = columns->meaning[i] == COLUMN_FIELD && *record->cell[i];
	if (!any)
		return NULL;
	buf_auto struct buf out;
	struct json_writer w;
	buf_init(&out, RECORD_MAX_BYTES * 8);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	for (int i = 0; i < record->n_cells && i < columns->n; i++) {
		if (columns->meaning[i] != COLUMN_FIELD || !*record->cell[i])
			continue;
		json_put_text(&w, columns->name[i], record->cell[i]);
	}
	json_close_object(&w);
	return arena_strdup(arena, buf_text(&out));
}

static const char *judge_number(struct contact_request *req, const char *region)
{
	size_t n = req->number ? strlen(req->number) : 0;
	if (n == 0)
		return "the number is missing";
	if (utf8_length(req->number, n) > NUMBER_MAX_TEXT)
		return "the number is longer than 45 characters";
	const char *fault = number_cell(req->number, region, req->digits);
	req->number = req->digits;
	return fault;
}

const char *columns_contact(const struct columns *columns, const struct record *record, const char *region, struct arena *arena,
                            struct contact_request *ret, const char **ret_text)
{
	struct faults faults;
	*ret = (struct contact_request){0};
	for (int i = 0; i < record->n_cells; i++) {
		if (i >= columns->n && *record->cell[i])
			return "the line has more columns than the header";
		if (i < columns->n && *record->cell[i])
			put_cell(ret, columns->meaning[i], record->cell[i], arena);
	}
	*ret_text = ret->number ? ret->number : "";
	const char *fault = judge_number(ret, region);
	if (fault)
		return fault;
	ret->fields = fields_of(columns, record, arena);
	faults_init(&faults);
	faults_set_prefix(&faults, "%s", "");
	contact_judge(ret, false, &faults);
	return faults_any(&faults) ? arena_strdup(arena, faults.item[0].message) : NULL;
}
