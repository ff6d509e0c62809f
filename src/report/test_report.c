/* Reports over tallies as the ledger leaves them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/number.h"
#include "report/report.h"
#include "sql/testdb.h"
#include "store/tally.h"

#define MINUTE(n) ((int64_t)28000000 + (n)) /* since the epoch */

static struct store *store;
static struct arena *arena;
static char key_file[64];

static int setup(void **state)
{
	struct err err;
	(void)state;
	snprintf(key_file, sizeof(key_file), "/tmp/crier-report-%d.key", (int)getpid());
	struct store_options options = {.url = testdb_url(SQL_SQLITE), .key_file = key_file, .inline_jobs = true};
	arena = arena_create(4096);
	return store_open(&options, &store, &err);
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	arena_destroy(arena);
	unlink(key_file);
	testdb_cleanup();
	return 0;
}

struct wanted {
	const struct tally *tally;
	int n;
	int64_t campaign_no;
};

static int put(struct store_tx *tx, void *arg)
{
	const struct wanted *w = arg;
	struct tally_batch *batch = tally_batch_create();
	for (int i = 0; i < w->n; i++)
		tally_add(batch, w->campaign_no, w->tally[i].kind, w->tally[i].bucket, w->tally[i].n);
	int result = tally_flush(tx, batch);
	tally_batch_destroy(batch);
	return result;
}

/* The report of a campaign of its own with these tallies. */
static struct report report_of(const struct tally *tally, int n, enum report_interval interval)
{
	static int64_t no = 0;
	struct wanted wanted = {tally, n, ++no};
	struct campaign c = {.no = no};
	struct report report;
	assert_int_equal(store_call(store, put, &wanted), 0);
	for (int i = 0; i < n; i++)
		if (tally[i].kind == TALLY_STATE)
			c.count[tally[i].bucket] += tally[i].n;
	struct store_tx *tx = store_reader_take(store);
	assert_int_equal(report_build(tx, &c, interval, arena, &report), 0);
	store_reader_put(store, tx);
	return report;
}
#define REPORT(interval, ...)                          \
	report_of((const struct tally[]){__VA_ARGS__}, \
	          (int)(sizeof((const struct tally[]){__VA_ARGS__}) / sizeof(struct tally)), interval)

static void the_funnel_adds_up(void **state)
{
	(void)state;
	struct report r = REPORT(REPORT_MINUTE, {TALLY_STATE, STATE_QUEUED, 5}, {TALLY_STATE, STATE_CLAIMED, 2},
	                         {TALLY_STATE, STATE_UNCONFIRMED, 3}, {TALLY_STATE, STATE_ACCEPTED, 7},
	                         {TALLY_STATE, STATE_SENT, 11}, {TALLY_STATE, STATE_DELIVERED, 13}, {TALLY_STATE, STATE_READ, 17},
	                         {TALLY_STATE, STATE_FAILED, 6}, {TALLY_STATE, STATE_SKIPPED, 4},
	                         {TALLY_STATE, STATE_CANCELED, 1}, {TALLY_HANDED, 0, 50});
	assert_int_equal(r.audience, 69);
	assert_int_equal(r.sent, 50); /* 48 on their way or there, 2 failed after they were taken */
	assert_int_equal(r.refused, 4);
	assert_int_equal(r.audience, r.queued + r.canceled + r.skipped + r.unconfirmed + r.sent + r.refused);
	assert_int_equal(r.delivered, 30);
	assert_int_equal(r.read, 17);
	assert_int_equal(r.failed, 6);
}

static void an_empty_campaign(void **state)
{
	(void)state;
	struct report r = REPORT(REPORT_HOUR, {TALLY_STATE, STATE_QUEUED, 0});
	assert_int_equal(r.audience, 0);
	assert_int_equal(r.n_points, 0);
	assert_int_equal(r.n_failures, 0);
	assert_true(report_share(r.delivered, r.sent) == 0);
}

static void failures_most_first(void **state)
{
	(void)state;
	struct report r = REPORT(REPORT_MINUTE, {TALLY_FAILED, 131026, 2}, {TALLY_FAILED, 131049, 9}, {TALLY_FAILED, 130472, 2},
	                         {TALLY_SKIPPED, 1, 3});
	assert_int_equal(r.n_failures, 3);
	assert_int_equal(r.failures[0].code, 131049);
	assert_int_equal(r.failures[1].code, 130472);
	assert_int_equal(r.failures[2].code, 131026);
	assert_int_equal(r.n_skips, 1);
	assert_int_equal(r.skips[0].n, 3);
}

static void countries_by_their_recipients(void **state)
{
	(void)state;
	int gb = number_country_code("447400123456"), fr = number_country_code("33612345678");
	struct report r = REPORT(REPORT_MINUTE, {TALLY_C_RECIPIENTS, fr, 3}, {TALLY_C_RECIPIENTS, gb, 9},
	                         {TALLY_C_RECIPIENTS, 0, 1}, {TALLY_C_SENT, gb, 8}, {TALLY_C_DELIVERED, gb, 7},
	                         {TALLY_C_READ, gb, 2}, {TALLY_C_FAILED, fr, 3});
	assert_int_equal(r.n_countries, 3);
	assert_memory_equal(&r.countries[0], (&(struct report_country){gb, 9, 8, 7, 2, 0}), sizeof(struct report_country));
	assert_memory_equal(&r.countries[1], (&(struct report_country){fr, 3, 0, 0, 0, 3}), sizeof(struct report_country));
	assert_memory_equal(&r.countries[2], (&(struct report_country){0, 1, 0, 0, 0, 0}), sizeof(struct report_country));
	assert_int_equal(r.n_replies, 0);
}

static void the_timeline_has_no_holes(void **state)
{
	(void)state;
	struct report r = REPORT(REPORT_MINUTE, {TALLY_T_SENT, MINUTE(0), 4}, {TALLY_T_READ, MINUTE(3), 1},
	                         {TALLY_T_DELIVERED, MINUTE(3), 2});
	assert_int_equal(r.n_points, 4);
	assert_int_equal(r.points[0].at, MINUTE(0) * MINUTE_MS);
	assert_int_equal(r.points[0].sent, 4);
	assert_int_equal(r.points[1].sent + r.points[1].delivered + r.points[1].read + r.points[1].failed, 0);
	assert_int_equal(r.points[3].delivered, 2);
	assert_int_equal(r.points[3].read, 1);
}

static void a_beginning_by_the_second(void **state)
{
	(void)state;
	int64_t second = MINUTE(0) * 60;
	struct report r = REPORT(REPORT_SECOND, {TALLY_T_SENT, MINUTE(0), 4}, {TALLY_T_READ, MINUTE(90), 1},
	                         {TALLY_S_SENT, second, 3}, {TALLY_S_SENT, second + 2, 1}, {TALLY_S_FAILED, second + 1, 2},
	                         {TALLY_S_READ, second + 9, 0});
	assert_int_equal(r.interval, REPORT_SECOND);
	assert_int_equal(r.n_points, 3);
	assert_int_equal(r.points[0].at, second * SECOND_MS);
	assert_int_equal(r.points[0].sent, 3);
	assert_int_equal(r.points[1].failed, 2);
	assert_int_equal(r.points[2].at, (second + 2) * SECOND_MS);
	assert_int_equal(r.points[2].sent, 1);
	r = REPORT(REPORT_MINUTE, {TALLY_T_SENT, MINUTE(0), 4}, {TALLY_S_SENT, second, 4});
	assert_int_equal(r.n_points, 1);
	assert_int_equal(r.points[0].sent, 4);
	r = REPORT(REPORT_SECOND, {TALLY_T_SENT, MINUTE(0), 4},
	           {TALLY_T_SENT, MINUTE(1), 1}); /* begun before seconds were counted */
	assert_int_equal(r.interval, REPORT_MINUTE);
	assert_int_equal(r.n_points, 2);
}

static void too_many_points_widen_the_interval(void **state)
{
	(void)state;
	struct report r = REPORT(REPORT_MINUTE, {TALLY_T_SENT, MINUTE(0), 1}, {TALLY_T_READ, MINUTE(3 * 1440), 1});
	assert_int_equal(r.interval, REPORT_HOUR);
	assert_in_range(r.n_points, 72, 74);
	int64_t sent = 0;
	for (int i = 0; i < r.n_points; i++)
		sent += r.points[i].sent;
	assert_int_equal(sent, 1);
	r = REPORT(REPORT_MINUTE, {TALLY_T_SENT, MINUTE(0), 1}, {TALLY_T_READ, MINUTE(3000 * 1440), 1});
	assert_int_equal(r.interval, REPORT_DAY);
	assert_int_equal(r.n_points, REPORT_MAX_POINTS);
	assert_int_equal(r.points[r.n_points - 1].read, 1);
}

static void interval_words(void **state)
{
	enum report_interval interval;
	(void)state;
	assert_true(report_interval_parse("second", &interval));
	assert_int_equal(interval, REPORT_SECOND);
	assert_true(report_interval_parse("Hour", &interval));
	assert_int_equal(interval, REPORT_HOUR);
	assert_false(report_interval_parse("week", &interval));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_funnel_adds_up),
		cmocka_unit_test(an_empty_campaign),
		cmocka_unit_test(failures_most_first),
		cmocka_unit_test(countries_by_their_recipients),
		cmocka_unit_test(the_timeline_has_no_holes),
		cmocka_unit_test(a_beginning_by_the_second),
		cmocka_unit_test(too_many_points_widen_the_interval),
		cmocka_unit_test(interval_words),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
