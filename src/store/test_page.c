/* Pages: tokens that cannot be forged or carried elsewhere, and lists that give every row once in both directions. */
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/accounts.h"
#include "store/contact_row.h"
#include "store/list.h"
#include "store/page.h"
#include "store/templates.h"
#include "store/test_world.h"

/* ---- tokens ---- */

static const struct pubid_key key = {{1, 2, 3}}, other_key = {{1, 2, 4}};

static void tokens_come_back_as_they_went(void **state)
{
	(void)state;
	static const int64_t keys[] = {1, 15, 16, 250, 4294967297, INT64_MAX};
	uint64_t scope = page_scope("contacts", 7, "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[PAGE_TOKEN_BYTES];
		struct page page = {.size = 10};
		page_token_format(&key, scope, false, keys[i], 9 - (int64_t)i, 3, text);
		assert_true(page_token_parse(&key, scope, text, &page));
		assert_true(page.before == keys[i] && page.after == 0 && page.number == 3 && page.size == 10);
		assert_true(page.before_sub == 9 - (int64_t)i && page.after_sub == 0);
		page_token_format(&key, scope, true, keys[i], -keys[i], INT64_MAX, text);
		assert_true(page_token_parse(&key, scope, text, &page));
		assert_true(page.before == 0 && page.after == keys[i] && page.number == INT64_MAX);
		assert_true(page.before_sub == 0 && page.after_sub == -keys[i]);
	}
}

static void forged_tokens_are_known(void **state)
{
	(void)state;
	char text[PAGE_TOKEN_BYTES], bad[PAGE_TOKEN_BYTES + 64];
	uint64_t scope = page_scope("contacts", 7, "");
	struct page page = {.before = 77};
	page_token_format(&key, scope, false, 1234, 5, 2, text);
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++) {
		strcpy(bad, text);
		bad[i] = bad[i] == '0' ? '1' : '0';
		assert_false(page_token_parse(&key, scope, bad, &page));
		strcpy(bad, text);
		bad[i] = '\0';
		assert_false(page_token_parse(&key, scope, bad, &page));
	}
	static const char *const garbage[] = {
		"", "p1-2", "n4d2-2-", " n4d2-2-00", "n-1-1-0", "\xff\xff", "nffffffffffffffffff-1-0"};
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		assert_false(page_token_parse(&key, scope, garbage[i], &page));
	snprintf(bad, sizeof(bad), "%s0", text);
	assert_false(page_token_parse(&key, scope, bad, &page));
	snprintf(bad, sizeof(bad), " %s", text);
	assert_false(page_token_parse(&key, scope, bad, &page));
	snprintf(bad, sizeof(bad), "%s%060d", text, 0);
	assert_false(page_token_parse(&key, scope, bad, &page));
	assert_int_equal(page.before, 77);
	assert_true(page_token_parse(&key, scope, text, &page));
}

static void tokens_belong_to_one_list_account_and_filter(void **state)
{
	(void)state;
	char text[PAGE_TOKEN_BYTES];
	struct page page;
	uint64_t scope = page_scope("contacts", 7, "search=a");
	page_token_format(&key, scope, false, 5, 6, 2, text);
	assert_true(page_token_parse(&key, page_scope("contacts", 7, "search=a"), text, &page));
	assert_false(page_token_parse(&key, page_scope("audiences", 7, "search=a"), text, &page));
	assert_false(page_token_parse(&key, page_scope("contacts", 8, "search=a"), text, &page));
	assert_false(page_token_parse(&key, page_scope("contacts", 7, "search=b"), text, &page));
	assert_false(page_token_parse(&key, page_scope("contacts", 7, ""), text, &page));
	assert_false(page_token_parse(&other_key, scope, text, &page));
}

/* ---- lists ---- */

#define MAX_ITEMS 260

typedef int list_fn(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n);

/* From one page to the next as a client goes: by the tokens alone. */
static int go(struct world *w, list_fn *list, int size, const char *token, struct page *page, int64_t *keys)
{
	int n = -1;
	*page = (struct page){.size = size, .number = 1};
	if (token)
		assert_true(page_token_parse(store_ids(w->store), 1, token, page));
	assert_int_equal(IN_JOB(w, list(tx, w, page, keys, &n)), 0);
	assert_in_range(n, 0, size);
	for (int i = 1; i < n; i++)
		assert_true(keys[i] < keys[i - 1]);
	if (n > 0) {
		assert_int_equal(page->first_key, keys[0]);
		assert_int_equal(page->last_key, keys[n - 1]);
	}
	return n;
}

static void walk_pages(struct world *w, list_fn *list, int size, int total)
{
	int64_t all[MAX_ITEMS], keys[101];
	char token[PAGE_TOKEN_BYTES];
	struct page page;
	int n = go(w, list, size, NULL, &page, all), number = 1;
	assert_false(page.has_previous);
	while (page.has_next) {
		page_token_format(store_ids(w->store), 1, false, page.last_key, 0, ++number, token);
		assert_int_equal(page.total, total);
		int got = go(w, list, size, token, &page, keys);
		assert_true(got > 0 && n + got <= total && keys[0] < all[n - 1]);
		memcpy(all + n, keys, (size_t)got * sizeof(*keys));
		n += got;
		assert_true(page.has_previous);
		assert_int_equal(page.number, number);
	}
	assert_int_equal(n, total);
	assert_int_equal(page.total, total);
	int last = total == 0 ? 0 : (total - 1) % size + 1, at = total - last;
	while (page.has_previous) {
		page_token_format(store_ids(w->store), 1, true, page.first_key, 0, --number, token);
		int got = go(w, list, size, token, &page, keys);
		assert_int_equal(got, size);
		at -= got;
		assert_true(at >= 0);
		assert_memory_equal(keys, all + at, (size_t)got * sizeof(*keys));
		assert_true(page.has_next);
	}
	assert_int_equal(at, 0);
}

static int list_contacts(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct contact item[100];
	if (contact_list(tx, w->audience, NULL, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].first_no;
	return 0;
}

static int list_named_contacts(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct contact item[100];
	if (contact_list(tx, w->audience, "n2", page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].first_no;
	return 0;
}

static void contacts_come_once_each_in_both_directions(void **state)
{
	struct world *w = world_open(state, 250);
	static const int sizes[] = {1, 7, 10, 50, 99, 100};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		walk_pages(w, list_contacts, sizes[i], 250);
	walk_pages(w, list_named_contacts, 9, 1 + 10 + 51); /* N2, N20–29, N200–250 */
}

/* Of 250 contacts, looking at 7 a page. */
static int list_seen_through_a_window(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct contact item[100];
	struct list list = {.tx = tx,
	                    .before = STMT_CONTACT_LIST_BEFORE,
	                    .after = STMT_CONTACT_LIST_AFTER,
	                    .count = STMT_CONTACT_COUNT,
	                    .arg = {sql_int(w->audience), sql_text("2%"), sql_text("%n2%")},
	                    .n_args = 3,
	                    .n_count_args = 3,
	                    .window = 7,
	                    .max_key = 250,
	                    .page = page,
	                    .read = contact_from_row,
	                    .arena = w->arena,
	                    .items = item,
	                    .item_bytes = sizeof(*item)};
	if (list_run(&list, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].first_no;
	return 0;
}

/* Pages may be empty; together they give every row once, in both directions. */
static void a_window_leaves_nobody_out(void **state)
{
	struct world *w = world_open(state, 250);
	int64_t down[MAX_ITEMS], up[MAX_ITEMS], keys[101];
	struct page page = {.size = 3};
	int n_down = 0, n_up = 0, n_pages = 0, n_empty = 0, n;
	do {
		if (n_pages++)
			page = (struct page){.size = 3, .before = page.last_key};
		assert_int_equal(IN_JOB(w, list_seen_through_a_window(tx, w, &page, keys, &n)), 0);
		assert_true(page.total == -1 && n_down + n <= MAX_ITEMS && n_pages < 200);
		memcpy(down + n_down, keys, (size_t)n * sizeof(*keys));
		n_down += n;
		n_empty += n == 0;
	} while (page.has_next);
	assert_true(n_empty > 10);
	assert_int_equal(n_down, 1 + 10 + 51); /* N2, N20–29, N200–250 */
	for (n_pages = 0; page.has_previous; n_pages++) {
		page = (struct page){.size = 3, .after = n_pages ? page.first_key : 1};
		assert_int_equal(IN_JOB(w, list_seen_through_a_window(tx, w, &page, keys, &n)), 0);
		assert_true(n_up + n <= MAX_ITEMS && n_pages < 200);
		for (int i = n - 1; i >= 0; i--)
			up[n_up++] = keys[i];
	}
	assert_int_equal(n_up, n_down);
	for (int i = 0; i < n_up; i++)
		assert_int_equal(up[i], down[n_down - 1 - i]);
}

static int list_keys(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct api_key item[100];
	if (key_list(tx, w->account, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].no;
	return 0;
}

static int list_senders(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct sender item[100];
	struct sender_filter filter = {.statuses = "available,flagged"};
	if (sender_list(tx, w->account, &filter, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].no;
	return 0;
}

static int list_templates(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct template item[100];
	struct template_filter filter = {.statuses = 1u << TEMPLATE_COMPLETED};
	if (template_list(tx, w->account, &filter, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].no;
	return 0;
}

static int list_audiences(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct audience item[100];
	if (audience_list(tx, w->account, NULL, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].no;
	return 0;
}

static int list_campaigns(struct store_tx *tx, struct world *w, struct page *page, int64_t *keys, int *ret_n)
{
	struct campaign item[100];
	struct campaign_filter filter = {
		.statuses = 1u << CAMPAIGN_IN_PROGRESS, .search = "C 1", .senders = {{"Nobody", "Shop"}, 2}};
	if (campaign_list(tx, w->account, &filter, page, w->arena, item, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		keys[i] = item[i].no;
	return 0;
}

static void every_other_list_too(void **state)
{
	struct world *w = world_open(state, 0);
	char name[32], number[32], text[KEY_TEXT_BYTES];
	int64_t no;
	for (int i = 0; i < 23; i++) {
		snprintf(name, sizeof(name), "X %d", i);
		snprintf(number, sizeof(number), "5%d", i);
		no = world_sender(w, name, number);
		if (i == 4)
			assert_int_equal(IN_JOB(w, sender_hold(tx, 0, no, &world_refusal, w->now)), 0);
		(void)world_template(w, name, "Hello there.");
		(void)world_audience(w, name);
		assert_int_equal(IN_JOB(w, key_create(tx, w->account, name, KEY_VIEWER, w->now, &no, text)), 0);
	}
	for (int i = 0; i < 13; i++) {
		snprintf(name, sizeof(name), "C %d", i);
		(void)world_campaign(w, name);
	}
	walk_pages(w, list_keys, 5, 23);
	walk_pages(w, list_senders, 5, 23);   /* the fixture's own, less the held one */
	walk_pages(w, list_templates, 8, 24); /* the same */
	walk_pages(w, list_audiences, 6, 24);
	walk_pages(w, list_campaigns, 2, 4); /* C 1, C 10, C 11, C 12 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_come_back_as_they_went),
		cmocka_unit_test(forged_tokens_are_known),
		cmocka_unit_test(tokens_belong_to_one_list_account_and_filter),
		WORLD_ON_BOTH(contacts_come_once_each_in_both_directions),
		WORLD_ON_BOTH(a_window_leaves_nobody_out),
		WORLD_ON_BOTH(every_other_list_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
