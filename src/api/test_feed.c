/* What the stream of an account's lists tells, and its limits. */
#include "api/feed.h"

#include <stdio.h>
#include <string.h>

#include "store/imports.h"
#include "store/test_world.h"

static struct feed *feed;
static struct buf text;

static struct world *begin(void **state)
{
	struct world *w = world_open(state, 0);
	feed = feed_create(w->account);
	buf_init(&text, (size_t)1 << 20);
	return w;
}

static int teardown(void **state)
{
	feed_destroy(feed);
	feed = NULL;
	buf_fini(&text);
	return world_teardown(state);
}

/* True: there is news. */
static bool look(struct world *w)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct feed_look known;
	feed_look(feed, arena, &known);
	struct store_tx *tx = store_reader_take(w->store);
	assert_int_equal(store_snapshot(tx), 0);
	struct feed_news *news = feed_read(tx, &known, w->now);
	store_reader_put(w->store, tx);
	assert_non_null(news);
	return feed_take(feed, news);
}

static const char *tell(struct feed_place *place)
{
	buf_reset(&text);
	feed_tell(feed, place, &text);
	assert_false(text.overflow);
	return buf_text(&text);
}

static int n_of(const char *in, const char *what)
{
	int n = 0;
	for (const char *at = in; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

#define ROW "\"action\":"
#define IMPORT "\"audience_id\":"
#define CAMPAIGN "\"sender_hold\":"

static void rename_times(struct world *w, int from, int to)
{
	char name[16];
	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "L%d.", i);
		assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, w->audience, name, w->now)), 0);
	}
}

static void whoever_comes_is_told_all_lists_and_no_row(void **state)
{
	struct world *w = begin(state);
	struct feed_place first = {0}, second = {0};
	world_campaign(w, "Spring");
	assert_true(look(w));
	assert_int_equal(n_of(tell(&first), CAMPAIGN), 1);
	assert_int_equal(n_of(buf_text(&text), "event: imports\ndata: []\n"), 1);
	assert_int_equal(n_of(buf_text(&text), ROW), 0);
	assert_string_equal(tell(&first), "");
	assert_false(look(w));
	rename_times(w, 0, 1);
	assert_true(look(w));
	assert_int_equal(n_of(tell(&first), ROW), 1);
	assert_int_equal(n_of(buf_text(&text), "event: "), 1);
	assert_int_equal(n_of(tell(&second), ROW), 0);
	assert_int_equal(n_of(buf_text(&text), CAMPAIGN), 1);
	assert_string_equal(tell(&first), "");
}

static void of_too_many_rows_the_latest_are_told(void **state)
{
	struct world *w = begin(state);
	struct feed_place awake = {0}, slow = {0};
	look(w);
	tell(&awake);
	tell(&slow);
	rename_times(w, 0, FEED_MAX_ROWS + 50);
	assert_true(look(w));
	assert_int_equal(n_of(tell(&awake), ROW), FEED_MAX_ROWS);
	assert_null(strstr(buf_text(&text), "renamed to “L49.”"));
	assert_non_null(strstr(buf_text(&text), "renamed to “L50.”"));
	assert_false(look(w)); /* those that were left out do not come later */
	rename_times(w, 0, 30);
	assert_true(look(w));
	assert_int_equal(n_of(tell(&awake), ROW), 30);
	assert_int_equal(n_of(tell(&slow), ROW), FEED_MAX_ROWS); /* what was told in two looks meanwhile, the latest of it */
	assert_non_null(strstr(buf_text(&text), "renamed to “L29.”"));
	assert_null(strstr(buf_text(&text), "renamed to “L79.”"));
	assert_non_null(strstr(buf_text(&text), "renamed to “L80.”"));
}

static int64_t start_import(struct world *w)
{
	int64_t no;
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "f", 0, 10, "", w->now, &no)), 0);
	return no;
}

static void end_import(struct world *w, int64_t no)
{
	struct import import;
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	import.status = IMPORT_COMPLETED;
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now)), 0);
}

static void so_many_imports_are_told_and_each_that_ended(void **state)
{
	struct world *w = begin(state);
	struct feed_place place = {0};
	int64_t no[FEED_MAX_IMPORTS + 5];
	look(w);
	tell(&place);
	for (int i = 0; i < FEED_MAX_IMPORTS + 5; i++)
		no[i] = start_import(w);
	assert_true(look(w));
	assert_int_equal(n_of(tell(&place), IMPORT), FEED_MAX_IMPORTS);
	assert_int_equal(n_of(buf_text(&text), "\"status\":\"waiting\""), FEED_MAX_IMPORTS);
	for (int i = 0; i < FEED_MAX_IMPORTS + 5; i++) {
		end_import(w, no[i]);
		assert_true(look(w));
		assert_int_equal(n_of(tell(&place), "\"status\":\"completed\""), 1);
	}
	w->now += 2 * MINUTE_MS;
	assert_false(look(w)); /* they are forgotten, which is no news */
	struct feed_place late = {0};
	assert_int_equal(n_of(tell(&late), IMPORT), 0);
}

static void so_many_campaigns_are_told_for_an_hour_after_they_changed(void **state)
{
	struct world *w = begin(state);
	struct feed_place place = {0}, late = {0};
	char name[16];
	int64_t no = 0;
	for (int i = 0; i < FEED_MAX_CAMPAIGNS + 5; i++) {
		snprintf(name, sizeof(name), "C%d", i);
		no = world_campaign(w, name);
	}
	assert_true(look(w));
	assert_int_equal(n_of(tell(&place), CAMPAIGN), FEED_MAX_CAMPAIGNS);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, no, w->now)), 0);
	assert_true(look(w));
	assert_int_equal(n_of(tell(&place), "\"status\":\"canceled\""), 1);
	w->now += HOUR_MS;
	look(w);
	assert_int_equal(n_of(tell(&late), "\"status\":\"canceled\""), 0);
	assert_int_equal(n_of(buf_text(&text), CAMPAIGN), FEED_MAX_CAMPAIGNS);
}

#define FEED_TEST(f)                                                                 \
	{#f " (sqlite)", f, NULL, teardown, &engines_list[SQL_SQLITE]},              \
	{                                                                            \
#f " (postgresql)", f, NULL, teardown, &engines_list[SQL_POSTGRESQL] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FEED_TEST(whoever_comes_is_told_all_lists_and_no_row),
		FEED_TEST(of_too_many_rows_the_latest_are_told),
		FEED_TEST(so_many_imports_are_told_and_each_that_ended),
		FEED_TEST(so_many_campaigns_are_told_for_an_hour_after_they_changed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
