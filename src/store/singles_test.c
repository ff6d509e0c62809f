/* Trying a campaign out: its message as single messages, filled in for one contact of its audience. */
#include "sql/sql.h"
#include "statements.h"
#include "store/audiences.h"
#include "store/one.h"
#include "store/singles_draft.h"

struct subject {
	int64_t sender_no, template_no, audience_no;
};

static int find_subject(struct store_tx *tx, int64_t account_no, int64_t campaign_no, struct subject *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TEST_SUBJECT, SQL_ARGS(sql_int(campaign_no), sql_int(account_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 2;
	*ret = (struct subject){sql_col_int(rows, 0), sql_col_int(rows, 1), sql_col_int(rows, 2)};
	return 0;
}

/* 0, or 1 with a fault when there is nobody. */
static int find_contact(struct store_tx *tx, const struct subject *s, const struct single_test *test, struct arena *arena,
                        struct faults *faults, struct contact *ret)
{
	int64_t no = test->contact_no;
	int found = no ? test->audience_no == s->audience_no
	               : one_find(tx, STMT_AUDIENCE_FIRST_CONTACT, SQL_ARGS(sql_int(s->audience_no)), &no);
	int got = found > 0 ? contact_read(tx, s->audience_no, no, arena, ret) : found < 0 ? -1 : 1;
	if (got > 0 && test->contact_no)
		fault_add(faults, FAULT_CAMPAIGN_REFERENCE, "contact", " is not in the campaign's audience");
	else if (got > 0)
		fault_add(faults, FAULT_CAMPAIGN_REFERENCE, NULL,
		          "The campaign's audience is empty, so there is nothing to fill the message in with");
	return got;
}

static void test_values(const struct template_form *form, struct single_draft *d, const struct contact *contact,
                        struct arena *arena, struct faults *faults)
{
	const char *key[TEMPLATE_MAX_PARTS], *value[TEMPLATE_MAX_PARTS];
	enum skip_rule rule = template_form_check(form, contact, arena);
	int n = draft_keys(form, key);
	for (int i = 0; i < n; i++)
		value[i] = contact_value(contact, key[i], arena);
	d->fields = draft_fields(key, value, n, arena);
	if (rule != RULE_NONE)
		fault_add(faults, FAULT_CAMPAIGN_PLACEHOLDERS, "contact", " cannot be written to: %s", rule_sentence((int)rule));
}

static int judge_allowance(struct store_tx *tx, const struct single_draft *d, int allowance, struct faults *faults)
{
	int64_t n = 0;
	if (one_find(tx, STMT_TESTS_SINCE, SQL_ARGS(sql_int(d->account_no), sql_int(d->now - DAY_MS)), &n) < 0)
		return -1;
	if (n + d->to->n > allowance)
		fault_add(faults, FAULT_TEST_ALLOWANCE, "to",
		          " asks for %d test messages; %lld of the %d that may be sent in 24 hours are used", d->to->n,
		          (long long)n, allowance);
	return 0;
}

int single_test(struct store_tx *tx, int64_t account_no, const struct single_test *test, msec_t now, struct arena *arena,
                struct faults *faults, struct single_made *ret)
{
	struct single_draft *d = arena_alloc(arena, sizeof(*d));
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	struct subject subject;
	struct contact contact;
	int got = find_subject(tx, account_no, test->campaign_no, &subject);
	if (got != 0)
		return got;
	*d = (struct single_draft){.account_no = account_no, .now = now, .to = test->to, .test_of = test->campaign_no};
	d->content = (struct message_content){.type = "text", .text = ""};
	for (int i = 0; i < d->to->n; i++)
		d->expire_ms[i] = now + SINGLE_LIFE_MS;
	got = sender_read(tx, account_no, subject.sender_no, arena, &d->sender);
	if (got < 0)
		return -1;
	if (got > 0)
		fault_add(faults, FAULT_CAMPAIGN_FROM_UNKNOWN, NULL, "The campaign's sender is not there any more");
	if (draft_judge_blocked(tx, d, faults) < 0 || judge_allowance(tx, d, test->allowance, faults) < 0 ||
	    draft_judge_template(tx, d, subject.template_no, form, arena, faults) < 0)
		return -1;
	got = faults_on(faults, "contact") ? 1 : find_contact(tx, &subject, test, arena, faults, &contact);
	if (got < 0)
		return -1;
	if (got == 0 && d->template_no)
		test_values(form, d, &contact, arena, faults);
	return faults_any(faults) ? 1 : draft_put(tx, d, ret);
}
