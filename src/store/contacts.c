/* Contacts as chains of versions: see store/audiences.h. */
#include <stdlib.h>
#include <string.h>

#include "statements.h"
#include "store/activity.h"
#include "store/audiences.h"
#include "store/contact_row.h"
#include "store/field_names.h"
#include "store/one.h"

/* Columns of the view contact_seen. */
void contact_from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct contact *c = item;
	*c = (struct contact){
		.first_no = sql_col_int(rows, 0),
		.audience_no = sql_col_int(rows, 1),
		.no = sql_col_int(rows, 2),
		.number = one_text(rows, 3, arena),
		.first_name = one_text(rows, 4, arena),
		.last_name = one_text(rows, 5, arena),
		.custom1 = one_text(rows, 6, arena),
		.custom2 = one_text(rows, 7, arena),
		.tags = one_text(rows, 8, arena),
		.fields = one_text(rows, 9, arena),
		.create_ms = sql_col_int(rows, 10),
		.update_ms = sql_col_int(rows, 11),
	};
}

int contact_read(struct store_tx *tx, int64_t audience_no, int64_t first_no, struct arena *arena, struct contact *ret)
{
	return one_row(tx, STMT_CONTACT_READ, SQL_ARGS(sql_int(audience_no), sql_int(first_no)), contact_from_row, arena, ret);
}

int contact_number_taken(struct store_tx *tx, int64_t audience_no, const char *digits)
{
	return one_find(tx, STMT_CONTACT_BY_NUMBER, SQL_ARGS(sql_int(audience_no), sql_text(digits)), NULL);
}

int contact_read_version(struct store_tx *tx, int64_t audience_no, int64_t no, struct arena *arena, struct contact *ret)
{
	return one_row(tx, STMT_CONTACT_READ_VERSION, SQL_ARGS(sql_int(audience_no), sql_int(no)), contact_from_row, arena, ret);
}

/* ---- a session of changes ---- */

int audience_edit_begin(struct store_tx *tx, int64_t audience_no, msec_t now, struct audience_edit *edit)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_AUDIENCE_EDIT_BEGIN, SQL_ARGS(sql_int(audience_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	*edit = (struct audience_edit){.audience_no = audience_no,
	                               .version = sql_col_int(rows, 0) + 1,
	                               .next_no = sql_col_int(rows, 1),
	                               .n_contacts = sql_col_int(rows, 2),
	                               .now = now};
	size_t n_bytes = 0;
	const void *names = sql_is_null(rows, 3) ? NULL : sql_col_blob(rows, 3, &n_bytes);
	edit->knows_field_names = n_bytes == FIELD_NAMES_BYTES || edit->n_contacts == 0;
	if (n_bytes == FIELD_NAMES_BYTES)
		memcpy(edit->field_names, names, n_bytes);
	return 0;
}

int audience_edit_end(struct store_tx *tx, struct audience_edit *edit)
{
	return sql_run(tx->db, STMT_AUDIENCE_EDIT_END,
	               SQL_ARGS(sql_int(edit->audience_no), sql_int(edit->version), sql_int(edit->next_no),
	                        sql_int(edit->n_contacts), sql_int(edit->now),
	                        edit->knows_field_names ? sql_blob(edit->field_names, FIELD_NAMES_BYTES) : sql_null()),
	               NULL);
}

#define CONTACT_COLUMNS 14
#define CONTACTS_AT_ONCE 200 /* of contact_insert_many */

static void bind_contact(const struct audience_edit *edit, const struct contact *c, struct sql_value *ret)
{
	const struct sql_value values[CONTACT_COLUMNS] = {
		sql_int(edit->audience_no), sql_int(c->no),
		sql_int(c->first_no),       sql_int(edit->version),
		sql_text(c->number),        sql_text(c->first_name),
		sql_text(c->last_name),     sql_text(c->custom1),
		sql_text(c->custom2),       sql_text(c->tags),
		sql_text(c->fields),        sql_int(c->create_ms),
		sql_int(edit->now),         sql_int(number_country_code(c->number)),
	};
	memcpy(ret, values, sizeof(values));
}

static int insert(struct store_tx *tx, const struct audience_edit *edit, const struct contact *c)
{
	struct sql_value values[CONTACT_COLUMNS];
	bind_contact(edit, c, values);
	return sql_run(tx->db, STMT_CONTACT_INSERT, values, CONTACT_COLUMNS, NULL);
}

static int end_version(struct store_tx *tx, struct audience_edit *edit, const struct contact *c)
{
	return sql_run(tx->db, STMT_CONTACT_END, SQL_ARGS(sql_int(edit->audience_no), sql_int(c->no), sql_int(edit->version)),
	               NULL);
}

/* What is given replaces; true when that changes anything. */
static bool lay_over(const char **value, const char *given)
{
	if (!given || strcmp(*value, given) == 0)
		return false;
	*value = given;
	return true;
}

static bool lay_all(struct contact *c, const struct contact_request *req)
{
	bool changed = lay_over(&c->first_name, req->first_name);
	changed |= lay_over(&c->last_name, req->last_name);
	changed |= lay_over(&c->custom1, req->custom1);
	changed |= lay_over(&c->custom2, req->custom2);
	changed |= lay_over(&c->tags, req->tags);
	changed |= lay_over(&c->fields, req->fields);
	return changed;
}

/* The next version of `c`, where `req` says something new: 0, or 1 when it does not. */
static int next_version(struct store_tx *tx, struct audience_edit *edit, struct contact *c, const struct contact_request *req)
{
	if (!lay_all(c, req))
		return 1;
	if (end_version(tx, edit, c) < 0)
		return -1;
	c->no = edit->next_no++;
	return insert(tx, edit, c);
}

static struct contact fresh(const struct audience_edit *edit, const struct contact_request *req, int64_t no)
{
	struct contact contact = {.number = req->digits,
	                          .first_name = "",
	                          .last_name = "",
	                          .custom1 = "",
	                          .custom2 = "",
	                          .tags = "",
	                          .fields = "",
	                          .no = no,
	                          .first_no = no,
	                          .create_ms = edit->now};
	(void)lay_all(&contact, req);
	return contact;
}

static int add_new(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *req, int64_t *ret_no)
{
	struct contact contact = fresh(edit, req, edit->next_no);
	if (insert(tx, edit, &contact) < 0)
		return -1;
	edit->next_no++;
	edit->n_contacts++;
	*ret_no = contact.first_no;
	return 0;
}

static int put(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *req, bool upsert,
               enum contact_added *ret, int64_t *ret_no)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct contact known;
	int got = one_row(tx, STMT_CONTACT_BY_NUMBER, SQL_ARGS(sql_int(edit->audience_no), sql_text(req->digits)),
	                  contact_from_row, arena, &known);
	if (got < 0)
		return -1;
	if (got == 1) {
		*ret = CONTACT_ADDED;
		return add_new(tx, edit, req, ret_no);
	}
	*ret_no = known.first_no;
	*ret = CONTACT_TAKEN;
	if (!upsert)
		return 0;
	struct contact_request merged = *req;
	if (req->fields && contact_merge_fields(known.fields, req->fields, arena, &merged.fields) != 0) {
		*ret = CONTACT_FULL;
		return 0;
	}
	int same = next_version(tx, edit, &known, &merged);
	*ret = same == 1 ? CONTACT_UNCHANGED : CONTACT_UPDATED;
	return same < 0 ? -1 : 0;
}

int contact_add(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *req, bool upsert,
                enum contact_added *ret, int64_t *ret_no)
{
	field_names_add_all(edit, req->fields);
	return put(tx, edit, req, upsert, ret, ret_no);
}

/* ---- many at once ---- */

struct placed {
	const struct contact_request *req;
	int at;
};

static int by_number(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = strcmp(x->req->digits, y->req->digits);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* What the call is about to insert. */
struct inserts {
	int n;
	int at[CONTACTS_AT_ONCE];
	struct sql_value value[CONTACTS_AT_ONCE * CONTACT_COLUMNS];
};

/* Where only some were new, those not known as ADDED stay TAKEN: which of them they are is asked when they are laid over. */
static int insert_those_new(struct store_tx *tx, struct audience_edit *edit, struct inserts *in, enum contact_added *ret)
{
	bool many = in->n == CONTACTS_AT_ONCE;
	int n = many ? in->n : 1;
	for (int i = 0; i < in->n; i += n) {
		int64_t n_new = 0;
		if (sql_run(tx->db, many ? STMT_CONTACT_INSERT_MANY : STMT_CONTACT_INSERT_NEW, &in->value[i * CONTACT_COLUMNS],
		            (size_t)n * CONTACT_COLUMNS, &n_new) < 0)
			return -1;
		for (int k = i; k < i + n && n_new == n; k++)
			ret[in->at[k]] = CONTACT_ADDED;
		edit->n_contacts += n_new;
	}
	in->n = 0;
	return 0;
}

/* In the order of numbers, each page of the index of numbers is touched once, and most rows are new: they are inserted without
 * a look before. Row i gets the number first_no + i. */
static int add_those_new(struct store_tx *tx, struct audience_edit *edit, const struct placed *placed, int n, int64_t first_no,
                         enum contact_added *ret)
{
	struct inserts in = {0};
	for (int i = 0; i < n; i++) {
		ret[placed[i].at] = CONTACT_TAKEN;
		if (i > 0 && strcmp(placed[i - 1].req->digits, placed[i].req->digits) == 0)
			continue;
		struct contact contact = fresh(edit, placed[i].req, first_no + placed[i].at);
		bind_contact(edit, &contact, &in.value[in.n * CONTACT_COLUMNS]);
		in.at[in.n++] = placed[i].at;
		if (in.n == CONTACTS_AT_ONCE && insert_those_new(tx, edit, &in, ret) < 0)
			return -1;
	}
	return insert_those_new(tx, edit, &in, ret);
}

static void sort_by_number(const struct contact_request *const *req, int n, struct placed *ret)
{
	bool sorted = true;
	for (int i = 0; i < n; i++) {
		ret[i] = (struct placed){req[i], i};
		sorted = sorted && (i == 0 || strcmp(req[i - 1]->digits, req[i]->digits) <= 0);
	}
	if (!sorted)
		qsort(ret, (size_t)n, sizeof(*ret), by_number);
}

int contacts_upsert(struct store_tx *tx, struct audience_edit *edit, const struct contact_request *const *req, int n,
                    enum contact_added *ret)
{
	int64_t no, first_no = edit->next_no;
	arena_auto struct arena *arena = arena_create(sizeof(struct placed) * (size_t)(n + 1));
	struct placed *placed = arena_array(arena, (size_t)n, sizeof(*placed));
	sort_by_number(req, n, placed);
	edit->next_no += n;
	if (add_those_new(tx, edit, placed, n, first_no, ret) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		if (ret[i] != CONTACT_TAKEN)
			continue;
		if (put(tx, edit, req[i], true, &ret[i], &no) < 0)
			return -1;
		if (no == first_no + i)
			ret[i] = CONTACT_ADDED;
	}
	return 0;
}

int contact_update(struct store_tx *tx, struct audience_edit *edit, int64_t first_no, const struct contact_request *req)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct contact known;
	int got = contact_read(tx, edit->audience_no, first_no, arena, &known);
	if (got != 0)
		return got;
	field_names_add_all(edit, req->fields);
	return next_version(tx, edit, &known, req) < 0 ? -1 : 0;
}

int contact_delete(struct store_tx *tx, struct audience_edit *edit, int64_t first_no)
{
	arena_auto struct arena *arena = arena_create(1024);
	struct contact known;
	int got = contact_read(tx, edit->audience_no, first_no, arena, &known);
	if (got != 0)
		return got;
	edit->n_contacts--;
	int64_t account_no = 0;
	if (one_find(tx, STMT_AUDIENCE_ACCOUNT, SQL_ARGS(sql_int(edit->audience_no)), &account_no) < 0 ||
	    activity_add_named(tx, ACTIVITY_CONTACT_DELETED, account_no, edit->audience_no, first_no, known.number, edit->now) <
	            0)
		return -1;
	return end_version(tx, edit, &known);
}
