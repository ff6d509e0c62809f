#include "store/candidates.h"

#include "sql/sql.h"
#include "statements.h"

int candidates_texts(const struct candidates *c, const struct template_text **ret)
{
	return template_form_texts(&c->form, ret);
}

const char *candidates_fill(const struct candidates *c, const struct contact *contact, struct arena *arena)
{
	return template_form_fill(&c->form, contact, arena);
}

static enum skip_rule judge(const struct candidates *c, const struct contact *contact, bool opted_out, struct arena *scratch)
{
	return opted_out ? RULE_OPTED_OUT : template_form_check(&c->form, contact, scratch);
}

static void read_candidate(const struct candidates *c, const struct sql_rows *rows, struct arena *scratch, struct candidate *ret)
{
	ret->contact = (struct contact){
		.audience_no = c->audience_no,
		.no = sql_col_int(rows, 0),
		.first_no = sql_col_int(rows, 9),
		.number = sql_col_text(rows, 1, NULL),
		.first_name = sql_col_text(rows, 2, NULL),
		.last_name = sql_col_text(rows, 3, NULL),
		.custom1 = sql_col_text(rows, 4, NULL),
		.custom2 = sql_col_text(rows, 5, NULL),
		.fields = sql_col_text(rows, 6, NULL),
		.tags = "",
	};
	ret->country = (int)sql_col_int(rows, 8);
	ret->rule = judge(c, &ret->contact, sql_col_int(rows, 7) != 0, scratch);
}

int candidates_next(struct store_tx *tx, struct candidates *c, int max, candidate_fn *each, void *arg, int *ret_n)
{
	arena_auto struct arena *scratch = arena_create(4096);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_CANDIDATES,
	              SQL_ARGS(sql_int(c->audience_no), sql_int(c->from_no), sql_int(c->version), sql_int(c->account_no),
	                       sql_int(max)),
	              &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0) {
		struct candidate candidate;
		read_candidate(c, rows, scratch, &candidate);
		c->from_no = candidate.contact.no;
		if (each(&candidate, scratch, arg) < 0)
			return -1;
		arena_reset(scratch);
		n++;
	}
	*ret_n = n;
	return more < 0 ? -1 : 0;
}
