/* Audiences and the versions of their contacts: what a campaign froze stays what it was. */
#include <stdio.h>
#include <string.h>

#include "store/test_world.h"

static struct audience read_audience(struct world *w, int64_t no)
{
	struct audience audience;
	assert_int_equal(IN_JOB(w, audience_read(tx, w->account, no, w->arena, &audience)), 0);
	return audience;
}

static struct contact read_contact(struct world *w, int64_t first_no)
{
	struct contact contact;
	assert_int_equal(IN_JOB(w, contact_read(tx, w->audience, first_no, w->arena, &contact)), 0);
	return contact;
}

static enum contact_added add(struct world *w, const struct contact_request *req, bool upsert, int64_t *ret_no)
{
	struct audience_edit edit;
	enum contact_added what;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_add(tx, &edit, req, upsert, &what, ret_no), 0);
	world_end(w, audience_edit_end(tx, &edit));
	return what;
}

static int update(struct world *w, int64_t first_no, const struct contact_request *req)
{
	struct audience_edit edit;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, w->audience, w->now, &edit), 0);
	int result = contact_update(tx, &edit, first_no, req);
	world_end(w, audience_edit_end(tx, &edit));
	return result;
}

static int delete (struct world *w, int64_t first_no)
{
	struct audience_edit edit;
	struct store_tx *tx = world_begin(w);
	assert_int_equal(audience_edit_begin(tx, w->audience, w->now, &edit), 0);
	int result = contact_delete(tx, &edit, first_no);
	world_end(w, audience_edit_end(tx, &edit));
	return result;
}

static void names_are_taken_once(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = -5, second = world_audience(w, "Second");
	assert_int_equal(IN_JOB(w, audience_create(tx, w->account, "Everyone", w->now, &no)), 1);
	assert_int_equal(no, -5);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, second, "Everyone", w->now)), 2);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, second, "Second", w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, second, "Third", w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, 99, "Fourth", w->now)), 1);
	assert_string_equal(read_audience(w, second).name, "Third");
	struct audience audience;
	assert_int_equal(IN_JOB(w, audience_read(tx, w->account + 1, second, w->arena, &audience)), 1);
}

static void contacts_are_added_updated_and_taken(void **state)
{
	struct world *w = world_open(state, 2);
	int64_t no = 0;
	struct contact_request ann = world_contact_request("447000000001", "Ann");
	assert_int_equal(add(w, &ann, false, &no), CONTACT_TAKEN);
	assert_int_equal(no, 1);
	assert_string_equal(read_contact(w, 1).first_name, "N1");
	ann.fields = "{\"city\":\"Bath\"}";
	ann.tags = "[\"a\"]";
	w->now += 7;
	assert_int_equal(add(w, &ann, true, &no), CONTACT_UPDATED);
	assert_int_equal(no, 1);
	struct contact contact = read_contact(w, 1);
	assert_string_equal(contact.first_name, "Ann");
	assert_string_equal(contact.fields, "{\"city\":\"Bath\"}");
	assert_int_equal(contact.create_ms, WORLD_START);
	assert_int_equal(contact.update_ms, w->now);
	assert_int_not_equal(contact.no, contact.first_no);
	assert_int_equal(add(w, &ann, true, &no), CONTACT_UNCHANGED);
	struct contact_request partly = world_contact_request("447000000001", NULL);
	partly.last_name = "Lee";
	assert_int_equal(add(w, &partly, true, &no), CONTACT_UPDATED);
	contact = read_contact(w, 1);
	assert_string_equal(contact.first_name, "Ann"); /* what is not given is kept */
	assert_string_equal(contact.last_name, "Lee");
	assert_string_equal(contact.tags, "[\"a\"]");
	struct contact_request fresh = world_contact_request("447000000099", NULL);
	assert_int_equal(add(w, &fresh, true, &no), CONTACT_ADDED);
	assert_string_equal(read_contact(w, no).first_name, "");
	assert_int_equal(read_audience(w, w->audience).n_contacts, 3);
	struct contact_request clear = {.first_name = ""};
	assert_int_equal(update(w, 1, &clear), 0);
	assert_string_equal(read_contact(w, 1).first_name, "");
	assert_int_equal(update(w, 99, &clear), 1);
}

/* A file names some of the fields, in any order; an update says what they all are. */
static void fields_that_a_file_does_not_name_stay(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no;
	struct contact_request row = world_contact_request("447400123456", "Ann");
	row.fields = "{\"city\":\"Leeds\",\"plan\":\"basic\"}";
	assert_int_equal(add(w, &row, true, &no), CONTACT_ADDED);
	row.fields = "{\"plan\":\"gold\"}";
	assert_int_equal(add(w, &row, true, &no), CONTACT_UPDATED);
	assert_string_equal(read_contact(w, no).fields, "{\"city\":\"Leeds\",\"plan\":\"gold\"}");
	row.fields = "{\"plan\":\"gold\",\"city\":\"Leeds\"}";
	assert_int_equal(add(w, &row, true, &no), CONTACT_UNCHANGED);
	row.fields = NULL;
	assert_int_equal(add(w, &row, true, &no), CONTACT_UNCHANGED);
	assert_int_equal(update(w, no, &(struct contact_request){.fields = "{\"plan\":\"gold\"}"}), 0);
	assert_string_equal(read_contact(w, no).fields, "{\"plan\":\"gold\"}");
}

/* Every version knows the country of its number. */
static void contacts_have_their_country(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no;
	struct contact_request british = world_contact_request("447400123456", "Ann"),
			       french = world_contact_request("33612345678", "Anne"),
			       nowhere = world_contact_request("80012345678", "A");
	(void)add(w, &british, false, &no);
	(void)add(w, &french, false, &no);
	(void)add(w, &nowhere, false, &no);
	french.first_name = "Annette";
	assert_int_equal(add(w, &french, true, &no), CONTACT_UPDATED);
	static const char sql[] = "SELECT SUM(country * (CASE number WHEN '%s' THEN 1 ELSE 0 END)) FROM contact";
	assert_int_equal(world_int(w, sql, "447400123456"), number_country_code("447400123456"));
	assert_int_equal(world_int(w, sql, "33612345678"), 2 * number_country_code("33612345678"));
	assert_int_equal(world_int(w, sql, "80012345678"), 0);
}

#define MANY 1200 /* several statements' full */

/* Random changes, the same numbers often: many at once do what one after the other do. */
static void many_at_once_are_as_one_after_the_other(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t one = w->audience, all = world_audience(w, "At once"), no;
	unsigned dice = 1;
	for (int round = 0; round < 4; round++) {
		struct contact_request req[MANY];
		const struct contact_request *each[MANY];
		enum contact_added expected[MANY], got[MANY];
		struct audience_edit edit;
		for (int i = 0; i < MANY; i++) {
			dice = dice * 1103515245u + 12345u;
			req[i] = world_contact_request("447400000000", dice >> 20 & 1 ? "Ann" : "Bob");
			req[i].digits[8] = (char)('0' + (dice >> 27) % 4);
			req[i].digits[9] = (char)('0' + (dice >> 12) % 10);
			req[i].digits[10] = (char)('0' + (dice >> 16) % 10);
			req[i].digits[11] = (char)('0' + (dice >> 24) % 3);
			each[i] = &req[i];
		}
		struct store_tx *in = world_begin(w);
		assert_int_equal(audience_edit_begin(in, one, w->now, &edit), 0);
		for (int i = 0; i < MANY; i++)
			assert_int_equal(contact_add(in, &edit, each[i], true, &expected[i], &no), 0);
		world_end(w, audience_edit_end(in, &edit));
		in = world_begin(w);
		assert_int_equal(audience_edit_begin(in, all, w->now, &edit), 0);
		assert_int_equal(contacts_upsert(in, &edit, each, MANY, got), 0);
		world_end(w, audience_edit_end(in, &edit));
		assert_memory_equal(got, expected, sizeof(got));
	}
	static const char differ[] =
		"SELECT COUNT(*) FROM contact_seen a WHERE audience_no = %lld AND NOT EXISTS (SELECT 1 FROM "
		"contact_seen b WHERE b.audience_no = %lld AND b.number = a.number AND b.first_name = a.first_name)";
	assert_int_equal(world_int(w, differ, (long long)one, (long long)all), 0);
	assert_int_equal(world_int(w, differ, (long long)all, (long long)one), 0);
	assert_int_equal(read_audience(w, all).n_contacts, read_audience(w, one).n_contacts);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact_seen WHERE audience_no = %lld", (long long)all),
	                 read_audience(w, all).n_contacts);
}

/* Lists show contacts in the order of their file, whatever the order of their numbers. */
static void many_at_once_keep_their_order(void **state)
{
	struct world *w = world_open(state, 1);
	struct contact_request req[] = {world_contact_request("447400000009", "first"),
	                                world_contact_request("447000000001", "old"),
	                                world_contact_request("447400000001", "last")};
	const struct contact_request *each[] = {&req[0], &req[1], &req[2]};
	enum contact_added added[3];
	struct audience_edit edit;
	struct store_tx *in = world_begin(w);
	assert_int_equal(audience_edit_begin(in, w->audience, w->now, &edit), 0);
	assert_int_equal(contacts_upsert(in, &edit, each, 3, added), 0);
	world_end(w, audience_edit_end(in, &edit));
	assert_int_equal(added[1], CONTACT_UPDATED);
	struct contact item[3];
	struct page page = {.size = 3};
	int n = 0;
	assert_int_equal(IN_JOB(w, contact_list(tx, w->audience, NULL, &page, w->arena, item, &n)), 0);
	assert_int_equal(n, 3);
	assert_string_equal(item[0].first_name, "last");
	assert_string_equal(item[1].first_name, "first");
	assert_string_equal(item[2].first_name, "old");
}

static void sweep_all(struct world *w)
{
	bool more = true;
	for (int i = 0; more; i++) {
		assert_true(i < 100);
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 4, &more)), 0);
		if (!more)
			assert_int_equal(IN_JOB(w, audience_sweep(tx, 4, &more)), 0);
		check_invariants(w);
	}
}

/* What a deleted audience leaves goes step by step, but for what a ledger tells of. */
static void a_deleted_audience_loses_its_contacts(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t other = world_audience(w, "Other"), c = world_campaign(w, "C");
	(void)world_contact(w, other, "447400123456", "Stays");
	world_freeze(w, c);
	(void)world_contact(w, w->audience, "447400123457", "came later");
	assert_int_equal(update(w, 2, &(struct contact_request){.first_name = "changed later"}), 0);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	bool more = true;
	assert_int_equal(IN_JOB(w, audience_sweep(tx, 4, &more)), 0);
	assert_false(more); /* nothing is deleted yet */
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_sweep(tx, 4, &more)), 0);
	assert_true(more);
	sweep_all(w);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact WHERE audience_no = %lld", (long long)w->audience), 10);
	assert_string_equal(world_row(w, c, 2).contact.first_name, "N2");
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, c, w->now)), 0);
	sweep_all(w);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact WHERE audience_no = %lld", (long long)w->audience), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact"), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM audience WHERE sweep_no IS NOT NULL"), 0);
}

static void a_deleted_contact_may_come_again_as_another(void **state)
{
	struct world *w = world_open(state, 2);
	struct contact contact;
	int64_t no;
	assert_int_equal(delete (w, 1), 0);
	assert_int_equal(delete (w, 1), 1);
	assert_int_equal(IN_JOB(w, contact_read(tx, w->audience, 1, w->arena, &contact)), 1);
	assert_int_equal(read_audience(w, w->audience).n_contacts, 1);
	struct contact_request again = world_contact_request("447000000001", "Again");
	assert_int_equal(add(w, &again, false, &no), CONTACT_ADDED);
	assert_int_equal(no, 3);
	assert_int_equal(IN_JOB(w, contact_read_version(tx, w->audience, 1, w->arena, &contact)), 0);
	assert_string_equal(contact.first_name, "N1");
	assert_int_equal(IN_JOB(w, contact_read_version(tx, w->audience, 99, w->arena, &contact)), 1);
}

static void many_changes_in_one_session_make_one_version(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t version = world_int(w, "SELECT version FROM audience WHERE no = %lld", (long long)w->audience);
	struct audience_edit edit;
	enum contact_added what;
	int64_t no;
	struct contact_request a = world_contact_request("448000000001", "A"), b = {.first_name = "B"};
	struct store_tx *in = world_begin(w);
	assert_int_equal(audience_edit_begin(in, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_add(in, &edit, &a, false, &what, &no), 0);
	assert_int_equal(contact_add(in, &edit, &a, false, &what, &no), 0);
	assert_int_equal(what, CONTACT_TAKEN);
	assert_int_equal(contact_update(in, &edit, no, &b), 0);
	assert_int_equal(contact_update(in, &edit, 1, &b), 0);
	assert_int_equal(contact_delete(in, &edit, 1), 0);
	assert_int_equal(contact_delete(in, &edit, 2), 0);
	world_end(w, audience_edit_end(in, &edit));
	assert_int_equal(world_int(w, "SELECT version FROM audience WHERE no = %lld", (long long)w->audience), version + 1);
	assert_int_equal(read_audience(w, w->audience).n_contacts, 2);
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(world_read(w, c).count[STATE_QUEUED], 2);
	assert_string_equal(world_row(w, c, 1).contact.first_name, "N3");
	assert_string_equal(world_row(w, c, 2).contact.first_name, "B");
	assert_int_equal(IN_JOB(w, audience_edit_begin(tx, 99, w->now, &edit)), 1);
}

/* Every kind of change between two batches of a freeze, before and behind where it has come. */
static void a_campaign_sees_its_own_version_only(void **state)
{
	struct world *w = world_open(state, 12);
	int64_t c = world_campaign(w, "C"), no;
	struct contact_request changed = {.first_name = "Changed"};
	for (int batch = 0; batch < 4; batch++) {
		assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 3, w->now)), 0);
		check_invariants(w);
		char number[16];
		snprintf(number, sizeof(number), "44800000%04d", batch);
		struct contact_request extra = world_contact_request(number, "Extra");
		assert_int_equal(add(w, &extra, false, &no), CONTACT_ADDED);
		assert_int_equal(update(w, 1 + batch, &changed), 0);
		assert_int_equal(update(w, 8 + batch, &changed), 0);
		assert_int_equal(update(w, 8 + batch, &(struct contact_request){.first_name = "Twice"}), 0);
		if (batch % 2)
			assert_int_equal(delete (w, 1 + batch), 0);
		else
			assert_int_equal(delete (w, 12 - batch), 0);
		struct contact_request back = world_contact_request("447000000012", "Back");
		(void)add(w, &back, true, &no);
	}
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 3, w->now)), 1);
	check_invariants(w);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger"), 12);
	for (int seq = 1; seq <= 12; seq++) {
		struct ledger_row row = world_row(w, c, seq);
		char expected[16];
		snprintf(expected, sizeof(expected), "N%d", seq);
		assert_string_equal(row.contact.first_name, expected);
		assert_int_equal(row.contact.first_no, seq);
	}
	/* What is claimed is what was frozen, too; a new campaign sees what is there now. */
	struct claimed_row row[12];
	assert_int_equal(world_claim(w, c, row, 12), 12);
	assert_string_equal(row[0].contact.first_name, "N1");
	assert_string_equal(row[11].contact.first_name, "N12");
	int64_t later = world_campaign(w, "D");
	world_freeze(w, later);
	assert_int_equal(world_read(w, later).count[STATE_QUEUED], read_audience(w, w->audience).n_contacts);
	assert_string_equal(world_row(w, later, 1).contact.first_name, "N5");
}

static void an_audience_in_use_is_not_deleted(void **state)
{
	struct world *w = world_open(state, 3);
	struct campaign_request later = world_request(w, "Later");
	later.schedule_ms = w->now + HOUR_MS;
	int64_t scheduled = world_create(w, &later), running = world_campaign(w, "Now"), no;
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, scheduled, w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 2);
	world_freeze(w, running);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, running, w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account + 1, w->audience, w->now)), 1);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 1);
	struct audience audience;
	assert_int_equal(IN_JOB(w, audience_read(tx, w->account, w->audience, w->arena, &audience)), 1);
	assert_string_equal(world_row(w, running, 2).contact.first_name, "N2"); /* the ledger still knows whom it meant */
	assert_int_equal(IN_JOB(w, audience_create(tx, w->account, "Everyone", w->now, &no)), 0);
}

static void searching_takes_signs_as_they_are(void **state)
{
	struct world *w = world_open(state, 3);
	struct contact item[10];
	static const struct {
		const char *search;
		int n;
	} cases[] = {{"447", 5}, {"7000000001", 0}, {"n1", 1}, {"50%", 1}, {"%", 1}, {"_", 1}, {"\\", 0}, {"o'n", 1}, {"zz", 0}};
	(void)world_contact(w, w->audience, "447000000010", "50%_off");
	(void)world_contact(w, w->audience, "447000000011", "O'Neill");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct page page = {.size = 10};
		int n = -1;
		assert_int_equal(IN_JOB(w, contact_list(tx, w->audience, cases[i].search, &page, w->arena, item, &n)), 0);
		if (n != cases[i].n || page.total != n)
			fail_msg("'%s' gave %d of %d", cases[i].search, n, (int)page.total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(names_are_taken_once),
		WORLD_ON_BOTH(contacts_are_added_updated_and_taken),
		WORLD_ON_BOTH(fields_that_a_file_does_not_name_stay),
		WORLD_ON_BOTH(contacts_have_their_country),
		WORLD_ON_BOTH(many_at_once_are_as_one_after_the_other),
		WORLD_ON_BOTH(many_at_once_keep_their_order),
		WORLD_ON_BOTH(a_deleted_audience_loses_its_contacts),
		WORLD_ON_BOTH(a_deleted_contact_may_come_again_as_another),
		WORLD_ON_BOTH(many_changes_in_one_session_make_one_version),
		WORLD_ON_BOTH(a_campaign_sees_its_own_version_only),
		WORLD_ON_BOTH(an_audience_in_use_is_not_deleted),
		WORLD_ON_BOTH(searching_takes_signs_as_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
