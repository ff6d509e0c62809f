/* What comes in: webhooks kept until they are applied, inbound messages once. And imports. */
#include <stdio.h>
#include <string.h>

#include "store/imports.h"
#include "store/inbox.h"
#include "store/test_world.h"

static void append(struct world *w, const char *body, size_t n_bytes)
{
	int64_t node_no = -1;
	assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, body, n_bytes, NULL, false, w->now, &node_no)), 0);
	assert_int_equal(node_no, 0);
}

static int take(struct world *w, int max, size_t max_bytes, struct inbox_event *ret)
{
	int n = -1;
	assert_int_equal(IN_JOB(w, inbox_take(tx, 0, max, max_bytes, w->arena, ret, &n)), 0);
	return n;
}

static void events_are_taken_in_order_until_done(void **state)
{
	struct world *w = world_open(state, 0);
	struct inbox_event event[8];
	assert_int_equal(take(w, 8, 1000, event), 0);
	append(w, "one", 3);
	append(w, "a\0b", 3);
	append(w, "three", 5);
	assert_int_equal(take(w, 8, 1000, event), 3);
	int64_t first = event[0].no, second = event[1].no, third = event[2].no;
	assert_true(first < second && second < third);
	assert_string_equal(event[0].body, "one");
	assert_memory_equal(event[0].hash, w->hash, SECRET_HASH_BYTES);
	assert_int_equal(event[1].n_bytes, 3);
	assert_memory_equal(event[1].body, "a\0b", 4);
	assert_int_equal(take(w, 2, 1000, event), 2);
	assert_int_equal(take(w, 8, 4, event), 2); /* the one that passes the limit is the last */
	assert_int_equal(take(w, 8, 1, event), 1);
	assert_int_equal(IN_JOB(w, inbox_done(tx, first)), 0);
	assert_int_equal(IN_JOB(w, inbox_done(tx, third)), 0);
	assert_int_equal(take(w, 8, 1000, event), 1);
	assert_int_equal(event[0].no, second);
	assert_int_equal(IN_JOB(w, inbox_done(tx, second)), 0);
	append(w, "four", 4);
	assert_int_equal(take(w, 8, 1000, event), 1);
	assert_true(event[0].no > third); /* numbers are never given twice */
}

static void events_are_for_the_node_of_their_number(void **state)
{
	struct world *w = world_open(state, 0);
	struct inbox_event event[4];
	struct nodes_view view;
	int64_t node_no = -1, other;
	int n;
	assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, "ours", 4, "1001", false, w->now, &node_no)), 0);
	assert_int_equal(node_no, w->node);
	assert_int_equal(IN_JOB(w, inbox_append(tx, w->hash, "nobody's", 8, "1002", false, w->now, &node_no)), 0);
	assert_int_equal(node_no, 0);
	assert_int_equal(IN_JOB(w, inbox_take(tx, w->node, 4, 1000, w->arena, event, &n)), 0);
	assert_int_equal(n, 1);
	assert_string_equal(event[0].body, "ours");
	assert_int_equal(take(w, 4, 1000, event), 1);
	assert_string_equal(event[0].body, "nobody's");
	/* What a node leaves behind is the first one's. */
	assert_int_equal(IN_JOB(w, node_join(tx, "another", 1000, true, w->now, &other, &view)), 0);
	assert_int_equal(take(w, 4, 1000, event), 2);
	assert_string_equal(event[0].body, "ours");
}

static void what_cannot_be_applied_is_kept_aside(void **state)
{
	struct world *w = world_open(state, 0);
	struct inbox_event event[2];
	append(w, "bad", 3);
	assert_int_equal(take(w, 2, 1000, event), 1);
	assert_int_equal(IN_JOB(w, inbox_set_aside(tx, &event[0], "not JSON", w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside WHERE reason = 'not JSON'"), 1);
	/* The newest 10,000 are kept. */
	if (w->engine == SQL_SQLITE)
		world_script(w, "UPDATE sqlite_sequence SET seq = 20000 WHERE name = 'inbox_aside'");
	else
		world_script(w, "ALTER TABLE inbox_aside ALTER COLUMN no RESTART WITH 20001");
	assert_int_equal(IN_JOB(w, inbox_set_aside(tx, &event[0], "new", w->now)), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside"), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbox_aside WHERE reason = 'new'"), 1);
}

static void events_are_counted_by_kind(void **state)
{
	struct world *w = world_open(state, 0);
	struct inbox_tally tally[4];
	int n;
	assert_int_equal(IN_JOB(w, inbox_count(tx, "status", 3)), 0);
	assert_int_equal(IN_JOB(w, inbox_count(tx, "status", 4)), 0);
	assert_int_equal(IN_JOB(w, inbox_count(tx, "message", 1)), 0);
	assert_int_equal(IN_JOB(w, inbox_counts(tx, w->arena, tally, 4, &n)), 0);
	assert_int_equal(n, 2);
	assert_string_equal(tally[0].kind, "message");
	assert_int_equal(tally[0].n, 1);
	assert_string_equal(tally[1].kind, "status");
	assert_int_equal(tally[1].n, 7);
	assert_int_equal(IN_JOB(w, inbox_counts(tx, w->arena, tally, 1, &n)), 0);
	assert_int_equal(n, 1);
}

static void an_inbound_message_comes_once(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t account = -5;
	unsigned char foreign[SECRET_HASH_BYTES];
	memcpy(foreign, w->hash, sizeof(foreign));
	foreign[15] ^= 1;
	struct inbound m = {.phone_number_id = "1001",
	                    .wamid = "wamid.in",
	                    .from = "447000000001",
	                    .type = "text",
	                    .text = "Hi",
	                    .payload = "",
	                    .context_id = "",
	                    .at = w->now};
	assert_int_equal(IN_JOB(w, inbound_add(tx, foreign, &m, w->now, &account)), 1);
	assert_int_equal(IN_JOB(w, account_of_number(tx, foreign, "1001", &account)), 1);
	assert_int_equal(IN_JOB(w, account_of_number(tx, w->hash, "9999", &account)), 1);
	assert_int_equal(account, -5);
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 0);
	assert_int_equal(account, w->account);
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 1);
	m.phone_number_id = "9999";
	m.wamid = "wamid.other";
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM inbound"), 1);
	account = -5;
	assert_int_equal(IN_JOB(w, account_of_number(tx, w->hash, "1001", &account)), 0);
	assert_int_equal(account, w->account);
}

/* ---- imports ---- */

static void an_import_goes_on_where_it_stopped(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import;
	int64_t first, second;
	assert_int_equal(IN_JOB(w, import_next(tx, w->arena, &import)), 1);
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", 0, 1000, "GB", w->now, &first)), 0);
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "b.csv", 0, 5, "", w->now, &second)), 0);
	assert_int_equal(IN_JOB(w, import_next(tx, w->arena, &import)), 0);
	assert_int_equal(import.no, first);
	assert_int_equal(import.status, IMPORT_WAITING);
	assert_string_equal(import.region, "GB");
	assert_null(import.header);
	import.status = IMPORT_RUNNING;
	import.done_bytes = 400;
	import.line = 12;
	import.rows = 11;
	import.added = 5;
	import.updated = 3;
	import.duplicates = 2;
	import.invalid = 1;
	import.header = "[\"number\"]";
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now + 1)), 0);
	struct import again;
	assert_int_equal(IN_JOB(w, import_next(tx, w->arena, &again)), 0);
	assert_int_equal(again.no, first);
	assert_int_equal(again.status, IMPORT_RUNNING);
	assert_int_equal(again.done_bytes, 400);
	assert_int_equal(again.line, 12);
	assert_int_equal(again.rows * 10000 + again.added * 1000 + again.updated * 100 + again.duplicates * 10 + again.invalid,
	                 115321);
	assert_string_equal(again.header, "[\"number\"]");
	assert_int_equal(again.bytes, 1000);
	again.status = IMPORT_FAILED;
	again.error = "no number column";
	assert_int_equal(IN_JOB(w, import_save(tx, &again, w->now + 2)), 0);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, first, w->arena, &import)), 0);
	assert_string_equal(import.error, "no number column");
	assert_int_equal(IN_JOB(w, import_next(tx, w->arena, &import)), 0);
	assert_int_equal(import.no, second);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account + 1, first, w->arena, &import)), 1);
}

static void a_canceled_import_stores_no_more(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import;
	bool needed = false;
	int64_t no;
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", 0, 1000, "", w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	assert_int_equal(IN_JOB(w, import_needs_file(tx, "a.csv", &needed)), 0);
	assert_true(needed);
	assert_int_equal(IN_JOB(w, import_needs_file(tx, "b.csv", &needed)), 0);
	assert_false(needed);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account + 1, no, w->now)), 1);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, no, w->now)), 2);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, 99, w->now)), 1);
	import.status = IMPORT_RUNNING;
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now)), 1);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	assert_int_equal(import.status, IMPORT_CANCELED);
	assert_string_equal(import_status_text(import.status), "canceled");
	assert_int_equal(IN_JOB(w, import_needs_file(tx, "a.csv", &needed)), 0);
	assert_false(needed);
}

static void rejects_are_read_line_by_line(void **state)
{
	struct world *w = world_open(state, 0);
	struct import_reject reject[8];
	int64_t no;
	int n;
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", 0, 1000, "", w->now, &no)), 0);
	for (int line = 9; line >= 2; line--) {
		struct import_reject bad = {line, line == 5 ? "five" : "x", "not a number"};
		assert_int_equal(IN_JOB(w, import_reject_add(tx, no, &bad)), 0);
	}
	assert_int_equal(IN_JOB(w, import_rejects(tx, no, 0, w->arena, reject, 4, &n)), 0);
	assert_int_equal(n, 4);
	assert_int_equal(reject[0].line, 2);
	assert_string_equal(reject[3].text, "five");
	assert_int_equal(IN_JOB(w, import_rejects(tx, no, reject[3].line, w->arena, reject, 8, &n)), 0);
	assert_int_equal(n, 4);
	assert_int_equal(reject[0].line, 6);
	assert_int_equal(IN_JOB(w, import_rejects(tx, 99, 0, w->arena, reject, 8, &n)), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(events_are_taken_in_order_until_done), WORLD_ON_BOTH(events_are_for_the_node_of_their_number),
		WORLD_ON_BOTH(what_cannot_be_applied_is_kept_aside), WORLD_ON_BOTH(events_are_counted_by_kind),
		WORLD_ON_BOTH(an_inbound_message_comes_once),        WORLD_ON_BOTH(an_import_goes_on_where_it_stopped),
		WORLD_ON_BOTH(a_canceled_import_stores_no_more),     WORLD_ON_BOTH(rejects_are_read_line_by_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
