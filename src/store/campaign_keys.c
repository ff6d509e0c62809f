/* Placeholders that no contact can fill (1613). Any name may be one of a contact's own fields, so whether it is can only be told
 * by the contacts. As many are looked at as cost nothing. Of an audience of which more would have to be read, the filter of the
 * names that its contacts ever had tells what certainly nobody has; recipients without a value that it lets pass are skipped one
 * by one, as the contract has it. */
#include <string.h>

#include "base/json.h"
#include "statements.h"
#include "store/campaign_row.h"
#include "store/field_names.h"
#include "store/templates.h"

#define MAX_LOOKED_AT 1000
#define MAX_KEYS 256

struct keys {
	const char *key[MAX_KEYS];
	bool filled[MAX_KEYS];
	size_t n;
};

/* Those that only a contact's own field fills: neither built in nor with a fallback everywhere. */
static void own_keys(const struct template_form *form, struct keys *ret)
{
	const struct template_text *text[TEMPLATE_MAX_TEXTS];
	int n_texts = template_form_texts(form, text);
	for (int t = 0; t < n_texts; t++)
		for (size_t i = 0; i < text[t]->n_parts; i++) {
			const struct template_part *p = &text[t]->part[i];
			bool known = !p->is_placeholder || p->fallback || contact_key_is_builtin(p->key);
			for (size_t k = 0; k < ret->n && !known; k++)
				known = strcmp(ret->key[k], p->key) == 0;
			if (!known && ret->n < MAX_KEYS)
				ret->key[ret->n++] = p->key;
		}
}

static void mark_filled(const char *fields, struct keys *keys)
{
	json_auto cJSON *tree = NULL;
	struct err err;
	if (!fields || !*fields || json_parse(fields, strlen(fields), &tree, &err) < 0)
		return;
	for (size_t k = 0; k < keys->n; k++) {
		const char *value = json_text(tree, keys->key[k]);
		keys->filled[k] = keys->filled[k] || (value && *value);
	}
}

/* Those that nobody of a large audience can fill are left unfilled. */
static int look_at_names(struct store_tx *tx, int64_t audience_no, struct keys *keys)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CAMPAIGN_FIELD_NAMES, SQL_ARGS(sql_int(audience_no)), &rows) < 0)
		return -1;
	size_t n_bytes = 0;
	int known = sql_next(rows);
	const unsigned char *filter = known > 0 ? sql_col_blob(rows, 0, &n_bytes) : NULL;
	for (size_t k = 0; k < keys->n; k++)
		keys->filled[k] = keys->filled[k] || n_bytes != FIELD_NAMES_BYTES || field_names_may_have(filter, keys->key[k]);
	return known < 0 ? -1 : 0;
}

/* How many contacts were looked at, or -1. */
static int look(struct store_tx *tx, int64_t audience_no, struct keys *keys)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CAMPAIGN_FIRST_FIELDS, SQL_ARGS(sql_int(audience_no), sql_int(MAX_LOOKED_AT + 1)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		mark_filled(sql_col_text(rows, 0, NULL), keys);
		n++;
	}
	return more < 0 ? -1 : n;
}

int campaign_judge_keys(struct store_tx *tx, int64_t template_no, int64_t audience_no, struct arena *arena, struct faults *faults)
{
	struct template tpl;
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	struct keys *keys = arena_alloc(arena, sizeof(*keys));
	struct err err;
	if (template_read(tx, 0, template_no, arena, &tpl) != 0)
		return -1;
	if (template_form_open(tx, &tpl, arena, form, &err) < 0) {
		fault_add(faults, FAULT_CAMPAIGN_PLACEHOLDERS, "template", " cannot be filled in: %s", err.text);
		return 0;
	}
	own_keys(form, keys);
	if (keys->n == 0)
		return 0;
	int n = look(tx, audience_no, keys);
	if (n > MAX_LOOKED_AT && look_at_names(tx, audience_no, keys) < 0)
		return -1;
	for (size_t k = 0; n > 0 && k < keys->n; k++)
		if (!keys->filled[k]) {
			fault_add(faults, FAULT_CAMPAIGN_PLACEHOLDERS, "template",
			          " has the placeholder {%.64s}, which no contact of the audience has a value for", keys->key[k]);
			break;
		}
	return n < 0 ? -1 : 0;
}
