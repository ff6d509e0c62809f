/* Recipients in pages, by state, reason and number, and in stretches. */
#include <stdio.h>
#include <string.h>

#include "store/recipients.h"
#include "store/replies.h"
#include "store/test_world.h"

static int list(struct world *w, int64_t campaign, const struct recipient_filter *filter, struct ledger_row *ret,
                int64_t *ret_total)
{
	struct page page = {.size = 100, .number = 1};
	int n = -1;
	assert_int_equal(IN_JOB(w, recipient_list(tx, campaign, w->audience, filter, &page, w->arena, ret, &n)), 0);
	*ret_total = page.total;
	return n;
}

static void check_list(struct world *w, int64_t campaign, const struct recipient_filter *filter, const char *seqs)
{
	struct ledger_row row[100];
	int64_t total = -1;
	char text[400] = "";
	int n = list(w, campaign, filter, row, &total);
	for (int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%lld", i ? "," : "", (long long)row[i].seq);
	assert_string_equal(text, seqs);
	assert_int_equal(total, n);
}

static void outcome(struct world *w, int64_t campaign, int64_t seq, enum outcome_kind kind, int code)
{
	world_record(w, &(struct outcome){.kind = kind,
	                                  .campaign_no = campaign,
	                                  .seq = seq,
	                                  .attempt = 1,
	                                  .code = code,
	                                  .wamid = kind == OUTCOME_ACCEPTED ? "wamid.x" : NULL,
	                                  .detail = code ? "said so" : NULL,
	                                  .not_before = w->now + MINUTE_MS,
	                                  .at = w->now});
}

/* Ten rows: 1 accepted, 2 and 3 failed, 4 to be tried again, 5 skipped at the freeze, the rest queued. */
static int64_t ten(struct world *w)
{
	struct claimed_row claimed[4];
	world_script(
		w,
		"INSERT INTO optout (account_no, number, out, source, text, at_ms) VALUES (%lld, '447000000005', 1, '', '', 0)",
		(long long)w->account);
	int64_t campaign = world_campaign(w, "ten");
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, claimed, 4), 4);
	outcome(w, campaign, 1, OUTCOME_ACCEPTED, 0);
	outcome(w, campaign, 2, OUTCOME_FAILED, 131026);
	outcome(w, campaign, 3, OUTCOME_FAILED, 131049);
	outcome(w, campaign, 4, OUTCOME_RETRY, 131056);
	check_invariants(w);
	return campaign;
}

static void filters(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t campaign = ten(w);
	check_list(w, campaign, &(struct recipient_filter){0}, "10,9,8,7,6,5,4,3,2,1");
	check_list(w, campaign, &(struct recipient_filter){.states = 1u << STATE_FAILED | 1u << STATE_ACCEPTED}, "3,2,1");
	check_list(w, campaign, &(struct recipient_filter){.code = {131026}, .n_codes = 1}, "2");
	check_list(w, campaign, &(struct recipient_filter){.code = {131026, -RULE_OPTED_OUT}, .n_codes = 2}, "5,2");
	check_list(w, campaign, &(struct recipient_filter){.code = {RULE_OPTED_OUT}, .n_codes = 1}, "");
	check_list(w, campaign, &(struct recipient_filter){.code = {131056}, .n_codes = 1}, ""); /* it is not given up */
	check_list(w, campaign, &(struct recipient_filter){.search = "44700000001"}, "10");
	check_list(w, campaign, &(struct recipient_filter){.search = "4470000000", .states = 1u << STATE_SKIPPED}, "5");
	check_list(w, campaign, &(struct recipient_filter){.search = "%0"}, "");
	check_list(w, campaign + 1, &(struct recipient_filter){0}, "");
}

/* Numbers of two countries and of none, in turn; the first three were read, the fourth is delivered, the fifth failed. */
static int64_t countries(struct world *w, char ret_list[3][8])
{
	int64_t campaign = world_campaign(w, "countries");
	const int country[3] = {number_region_code("GB"), number_region_code("FR"), 0};
	struct claimed_row claimed[5];
	for (int i = 0; i < 3; i++) {
		snprintf(ret_list[i], 8, ",%d,", country[i]);
		world_script(w, "UPDATE contact SET country = %d WHERE no %% 3 = %d", country[i], (i + 1) % 3);
	}
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, claimed, 5), 5);
	for (int seq = 1; seq <= 4; seq++) {
		outcome(w, campaign, seq, OUTCOME_ACCEPTED, 0);
		world_apply(w, &(struct status_update){.campaign_no = campaign,
		                                       .seq = seq,
		                                       .attempt = 1,
		                                       .state = seq < 4 ? STATE_READ : STATE_DELIVERED,
		                                       .at = w->now});
	}
	outcome(w, campaign, 5, OUTCOME_FAILED, 131026);
	check_invariants(w);
	return campaign;
}

/* Those behind the row `seq` are far away from it. */
static void spread(struct world *w, int64_t campaign, int seq)
{
	world_script(w, "UPDATE ledger SET seq = seq + 20000 WHERE campaign_no = %lld AND seq > %d", (long long)campaign, seq);
	world_script(w, "UPDATE button_reply SET seq = seq + 20000 WHERE campaign_no = %lld AND seq > %d", (long long)campaign,
	             seq);
	world_script(w, "UPDATE campaign SET next_seq = next_seq + 20000 WHERE no = %lld", (long long)campaign);
}

static void people_of_a_country(void **state)
{
	struct world *w = world_open(state, 10);
	char of[3][8], both[16];
	int64_t campaign = countries(w, of);
	const unsigned got = 1u << STATE_DELIVERED | 1u << STATE_READ;
	snprintf(both, sizeof(both), "%s%s", of[0], of[2] + 1);
	check_list(w, campaign, &(struct recipient_filter){.countries = of[0]}, "10,7,4,1");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[2]}, "9,6,3");
	check_list(w, campaign, &(struct recipient_filter){.countries = both}, "10,9,7,6,4,3,1");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[0], .states = got}, "4,1");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[0], .states = 1u << STATE_READ}, "1");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[0], .states = 1u << STATE_DELIVERED}, "4");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[0], .states = 1u << STATE_FAILED}, "");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[1], .states = got | 1u << STATE_FAILED}, "5,2");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[1], .states = 1u << STATE_QUEUED}, "8");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[1], .code = {131026}, .n_codes = 1}, "5");
	check_list(w, campaign, &(struct recipient_filter){.countries = of[1], .search = "44700000000"}, "8,5,2");
}

/* The total of a country is told however many rows there are, and who is of it is found page by page. */
static void a_country_among_many(void **state)
{
	struct world *w = world_open(state, 10);
	char of[3][8];
	int64_t campaign = countries(w, of);
	struct ledger_row row[100];
	struct recipient_filter filter = {.countries = of[0]};
	char seqs[40] = "";
	int n, pages = 0;
	spread(w, campaign, 5);
	for (struct page page = {.size = 10, .has_next = true}; page.has_next; pages++) {
		page = (struct page){.size = 10, .before = page.last_key};
		assert_int_equal(IN_JOB(w, recipient_list(tx, campaign, w->audience, &filter, &page, w->arena, row, &n)), 0);
		assert_int_equal(page.total, 4);
		for (int i = 0; i < n; i++)
			snprintf(seqs + strlen(seqs), sizeof(seqs) - strlen(seqs), "%lld ", (long long)row[i].seq);
	}
	assert_string_equal(seqs, "20010 20007 4 1 ");
	assert_true(pages > 2); /* a window holds few rows or none */
}

static void people_who_tapped(void **state)
{
	struct world *w = world_open(state, 10);
	char of[3][8];
	int64_t campaign = countries(w, of);
	for (int seq = 1; seq <= 4; seq++)
		assert_int_equal(IN_JOB(w, reply_add(tx, w->hash, campaign, seq, seq < 4 ? "YES" : "", "Yes", w->now)), 0);
	check_list(w, campaign, &(struct recipient_filter){.button = "YES"}, "3,2,1");
	check_list(w, campaign, &(struct recipient_filter){.button = ""}, "4");
	check_list(w, campaign, &(struct recipient_filter){.button = "NO"}, "");
	check_list(w, campaign, &(struct recipient_filter){.button = "YES", .countries = of[0]}, "1");
	check_list(w, campaign, &(struct recipient_filter){.button = "YES", .states = 1u << STATE_FAILED}, "");
	check_list(w, campaign, &(struct recipient_filter){.button = "YES", .search = "447000000002"}, "2");
	struct ledger_row row[100];
	struct recipient_filter filter = {.button = "YES"};
	struct page page = {.size = 2};
	int n;
	/* However far they lie from each other, a page of them is full. */
	spread(w, campaign, 2);
	assert_int_equal(IN_JOB(w, recipient_list(tx, campaign, w->audience, &filter, &page, w->arena, row, &n)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(row[0].seq, 20003);
	assert_int_equal(row[1].seq, 2);
	assert_true(page.has_next && page.total == 3);
}

static void a_row_is_told_whole(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t campaign = ten(w), total;
	struct ledger_row row[100];
	assert_int_equal(list(w, campaign, &(struct recipient_filter){.code = {131026}, .n_codes = 1}, row, &total), 1);
	assert_int_equal(row->campaign_no, campaign);
	assert_int_equal(row->audience_no, w->audience);
	assert_int_equal(row->state, STATE_FAILED);
	assert_int_equal(row->attempts, 1);
	assert_int_equal(row->code, 131026);
	assert_string_equal(row->detail, "said so");
	assert_null(row->wamid);
	assert_int_equal(row->claimed_ms, w->now);
	assert_int_equal(row->failed_ms, w->now);
	assert_int_equal(row->accepted_ms, -1);
	assert_string_equal(row->contact.number, "447000000002");
	assert_string_equal(row->contact.first_name, "N2");
	assert_int_equal(row->country, number_country_code("447000000002"));
	assert_int_equal(row->contact.first_no, 2);
}

static int stretch(struct world *w, int64_t campaign, int64_t from, const struct recipient_filter *filter, struct ledger_row *ret,
                   int *ret_n)
{
	return IN_JOB(w, recipient_stretch(tx, campaign, w->audience, from, filter, w->arena, ret, ret_n));
}

static void stretches_end_where_the_rows_end(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t campaign = ten(w);
	static struct ledger_row row[RECIPIENT_STRETCH];
	int n = -1;
	assert_int_equal(stretch(w, campaign, 0, &(struct recipient_filter){0}, row, &n), 1);
	assert_int_equal(n, 10);
	for (int i = 0; i < n; i++)
		assert_int_equal(row[i].seq, i + 1);
	assert_int_equal(stretch(w, campaign, 7, &(struct recipient_filter){0}, row, &n), 1);
	assert_int_equal(n, 3);
	/* Rows behind the stretch, none of which is wanted in it. */
	world_script(w, "UPDATE ledger SET seq = seq + %d WHERE campaign_no = %lld", RECIPIENT_STRETCH, (long long)campaign);
	assert_int_equal(stretch(w, campaign, 0, &(struct recipient_filter){0}, row, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
		stretch(w, campaign, RECIPIENT_STRETCH, &(struct recipient_filter){.states = 1u << STATE_SKIPPED}, row, &n), 1);
	assert_int_equal(n, 1);
	assert_int_equal(stretch(w, campaign + 1, 0, &(struct recipient_filter){0}, row, &n), 1);
	assert_int_equal(n, 0);
}

/* Numbers are found by the audience's index: also those of contacts that were changed or deleted since. */
static void a_number_is_found_page_by_page(void **state)
{
	struct world *w = world_open(state, 10);
	int64_t campaign = ten(w);
	struct recipient_filter failed = {.search = "44700000000", .states = 1u << STATE_FAILED},
				none = {.search = "4470000000059"};
	struct recipient_filter all = {.search = "44700000000"};
	struct ledger_row row[100];
	struct page page = {.size = 4};
	int64_t seen = 0;
	int n;
	world_script(w, "UPDATE contact SET until_v = 2 WHERE no IN (2, 7)");
	check_list(w, campaign, &failed, "3,2");
	check_list(w, campaign, &none, "");
	for (int64_t before = 0;; before = page.last_key) {
		page = (struct page){.size = 4, .before = before};
		assert_int_equal(IN_JOB(w, recipient_list(tx, campaign, w->audience, &all, &page, w->arena, row, &n)), 0);
		assert_int_equal(page.has_previous, before > 0);
		for (int i = 0; i < n; i++)
			assert_int_equal(row[i].seq, seen == 0 ? (seen = 9) : --seen);
		if (!page.has_next)
			break;
	}
	assert_int_equal(seen, 1);
	page = (struct page){.size = 4, .after = 1};
	assert_int_equal(IN_JOB(w, recipient_list(tx, campaign, w->audience, &all, &page, w->arena, row, &n)), 0);
	assert_int_equal(n, 4);
	assert_int_equal(row[0].seq, 5);
	assert_true(page.has_previous && page.has_next && page.first_key == 5 && page.last_key == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_number_is_found_page_by_page),
		WORLD_ON_BOTH(filters),
		WORLD_ON_BOTH(people_of_a_country),
		WORLD_ON_BOTH(a_country_among_many),
		WORLD_ON_BOTH(people_who_tapped),
		WORLD_ON_BOTH(a_row_is_told_whole),
		WORLD_ON_BOTH(stretches_end_where_the_rows_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
