/* Opt-outs: the newer word wins, one row a number, listed newest first. */
#include <string.h>

#include "store/list.h"
#include "store/optouts.h"
#include "store/test_world.h"

static void set(struct world *w, const char *number, bool out, const char *source, msec_t at)
{
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, number, out, source, out ? "STOP" : "START", at)), 0);
}

static bool opted_out(struct world *w, const char *number)
{
	bool out = false;
	assert_int_equal(IN_JOB(w, optout_has(tx, w->account, number, &out)), 0);
	return out;
}

static void the_newer_word_wins(void **state)
{
	struct world *w = world_open(state, 0);
	const char *number = "447000000001";
	assert_false(opted_out(w, number));
	set(w, number, true, "inbound", 100);
	assert_true(opted_out(w, number));
	assert_false(opted_out(w, "447000000002"));
	set(w, number, false, "inbound", 99); /* an older word that comes late */
	assert_true(opted_out(w, number));
	set(w, number, false, "inbound", 101);
	assert_false(opted_out(w, number));
	set(w, number, true, "inbound", 100);
	assert_false(opted_out(w, number));
	set(w, number, true, "inbound", 200);
	bool out = true;
	assert_int_equal(IN_JOB(w, optout_has(tx, w->account + 1, number, &out)), 0);
	assert_false(out);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM optout"), 1);
}

static void a_row_lives_as_long_as_the_number_is_out(void **state)
{
	struct world *w = world_open(state, 0);
	struct optout first, again;
	set(w, "447000000001", true, "inbound", 100);
	assert_int_equal(IN_JOB(w, optout_of_number(tx, w->account, "447000000001", w->arena, &first)), 0);
	assert_string_equal(first.source, "inbound");
	assert_string_equal(first.text, "STOP");
	assert_int_equal(first.at_ms, 100);
	set(w, "447000000001", true, "whatsapp", 150); /* out all the while */
	assert_int_equal(IN_JOB(w, optout_read(tx, w->account, first.no, w->arena, &again)), 0);
	assert_string_equal(again.source, "whatsapp");
	assert_int_equal(IN_JOB(w, optout_read(tx, w->account + 1, first.no, w->arena, &again)), 1);
	set(w, "447000000001", false, "inbound", 200);
	assert_int_equal(IN_JOB(w, optout_read(tx, w->account, first.no, w->arena, &again)), 1);
	assert_int_equal(IN_JOB(w, optout_of_number(tx, w->account, "447000000001", w->arena, &again)), 1);
	set(w, "447000000001", true, "api", 300);
	assert_int_equal(IN_JOB(w, optout_of_number(tx, w->account, "447000000001", w->arena, &again)), 0);
	assert_true(again.no > first.no);
}

static void a_word_given_now_wins(void **state)
{
	struct world *w = world_open(state, 0);
	set(w, "447000000001", false, "inbound", w->now + 5000); /* Meta's clock is ahead */
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", true, "api", "", w->now)), 0);
	assert_true(opted_out(w, "447000000001"));
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", false, "api", "", w->now)), 0);
	assert_false(opted_out(w, "447000000001"));
	/* A person's word of the same second that comes after it is newer. */
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000002", true, "api", "", w->now + 900)), 0);
	set(w, "447000000002", false, "inbound", w->now);
	assert_false(opted_out(w, "447000000002"));
}

static int list(struct world *w, const struct optout_filter *filter, struct page *page, struct optout ret[4])
{
	int n = -1;
	assert_int_equal(IN_JOB(w, optout_list(tx, w->account, filter, page, w->arena, ret, &n)), 0);
	return n;
}

static void listed_newest_first_with_filters(void **state)
{
	struct world *w = world_open(state, 0);
	struct optout o[4];
	set(w, "447000000001", true, "inbound", 100);
	set(w, "447000000002", true, "api", 100);
	set(w, "447000000013", true, "whatsapp", 100);
	set(w, "447000000004", true, "api", 100);
	set(w, "447000000004", false, "inbound", 101);
	struct page page = {.size = 2};
	assert_int_equal(list(w, &(struct optout_filter){0}, &page, o), 2);
	assert_int_equal(page.total, 3);
	assert_true(page.has_next);
	assert_string_equal(o[0].number, "447000000013");
	page = (struct page){.size = 2, .before = page.last_key};
	assert_int_equal(list(w, &(struct optout_filter){0}, &page, o), 1);
	assert_string_equal(o[0].number, "447000000001");
	page = (struct page){.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){.sources = "api,inbound"}, &page, o), 2);
	page = (struct page){.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){.search = "013"}, &page, o), 1);
	page = (struct page){.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){.search = "%"}, &page, o), 0);
}

static void many_are_looked_at_in_windows(void **state)
{
	struct world *w = world_open(state, 0);
	struct optout o[4];
	set(w, "33612345678", true, "inbound", 100);
	world_script(w,
	             "INSERT INTO optout (account_no, number, out, source, text, at_ms) "
	             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	             "SELECT %lld, CAST(447500000000 + i AS TEXT), 1, 'api', '', 100 FROM n",
	             LIST_WINDOW + 500, (long long)w->account);
	struct page page = {.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){0}, &page, o), 4);
	assert_int_equal(page.total, -1);
	page = (struct page){.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){.sources = "inbound"}, &page, o), 0);
	assert_true(page.has_next);
	page = (struct page){.size = 4, .before = page.last_key};
	assert_int_equal(list(w, &(struct optout_filter){.sources = "inbound"}, &page, o), 1);
	assert_false(page.has_next);
	page = (struct page){.size = 4};
	assert_int_equal(list(w, &(struct optout_filter){.search = "33612345678"}, &page, o), 1);
	assert_int_equal(page.total, 1);
	assert_false(page.has_next || page.has_previous);
	assert_string_equal(o[0].number, "33612345678");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(the_newer_word_wins),           WORLD_ON_BOTH(a_row_lives_as_long_as_the_number_is_out),
		WORLD_ON_BOTH(a_word_given_now_wins),         WORLD_ON_BOTH(listed_newest_first_with_filters),
		WORLD_ON_BOTH(many_are_looked_at_in_windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
