/* An import, step by step over a real store. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/import_work.h"
#include "store/test_world.h"

#define ROWS 9500 /* some steps */

static const atomic_bool open_for_ever;

/* ROWS numbers, one of a hundred twice, one of a hundred that is none. */
static int64_t write_file(struct world *w, const char *name, const char *head)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "%snumber;first_name;Ort\n", head);
	for (int i = 0; i < ROWS; i++)
		fprintf(file, "%s%08d;N%d;\"K\nX\"\n", i % 100 == 7 ? "99" : "4474", i % 100 == 9 ? i - 1 : i, i);
	int64_t n = ftell(file);
	fclose(file);
	return n;
}

static struct import make_import(struct world *w, const char *head)
{
	struct import import;
	int64_t no, bytes = write_file(w, "a.csv", head);
	assert_int_equal(
		IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", (int64_t)strlen(head), bytes, "", w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	return import;
}

static struct import read_import(struct world *w, int64_t no)
{
	struct import import;
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	return import;
}

static bool has_file(struct world *w)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/a.csv", w->folder);
	return access(path, F_OK) == 0;
}

static void check_all_there(struct world *w, const struct import *import)
{
	assert_int_equal(import->status, IMPORT_COMPLETED);
	assert_int_equal(import->done_bytes, import->bytes);
	assert_int_equal(import->rows, ROWS);
	assert_int_equal(import->invalid, ROWS / 100);
	assert_int_equal(import->updated, ROWS / 100);
	assert_int_equal(import->added, ROWS - 2 * (ROWS / 100));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact_seen"), import->added);
	assert_int_equal(world_int(w, "SELECT n_contacts FROM audience"), import->added);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM import_reject"), import->invalid);
	assert_int_equal(world_int(w, "SELECT MIN(line) FROM import_reject"), 2 + 7 * 2);
}

static void every_row_is_kept_once(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	assert_false(has_file(w));
	struct import done = read_import(w, import.no);
	check_all_there(w, &done);
}

static void behind_the_head_of_a_form(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "--XX\r\nhead\r\n\r\n");
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	struct import done = read_import(w, import.no);
	check_all_there(w, &done);
}

/* As after a crash: what is committed stands, and nothing is done twice, whatever the importer believes. */
static void it_goes_on_where_the_database_says(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	(void)write_file(w, "a.csv", "");
	struct import half = read_import(w, import.no);
	world_script(w, "UPDATE import SET status = 1 WHERE no = %lld", (long long)import.no);
	/* This one believes that nothing is done yet. */
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	struct import again = read_import(w, import.no);
	assert_int_equal(again.rows, ROWS);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact"), half.added + half.updated);
}

/* As after a crash between two steps of a batch: what is written of it is not written again, and is not counted again. */
static void half_a_batch_is_finished(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	world_script(w,
	             "CREATE TRIGGER crash BEFORE UPDATE ON import WHEN new.status = 2 BEGIN SELECT RAISE(ABORT, 'crash'); END");
	assert_false(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	struct import half = read_import(w, import.no);
	assert_int_equal(half.status, IMPORT_RUNNING);
	assert_int_equal(half.done_bytes, 0);
	assert_in_range(half.batch_rows, 1, ROWS - 1);
	assert_int_equal(half.batch_rows, half.rows);
	world_script(w, "DROP TRIGGER crash");
	assert_true(import_work(w->store, w->folder, &half, w->arena, &open_for_ever));
	struct import done = read_import(w, import.no);
	check_all_there(w, &done);
}

/* While the first batch cannot be written the last one is read already: that is no end. */
static void a_failed_batch_before_the_last_keeps_the_file(void **state)
{
	enum { n = 70000 };
	struct world *w = world_open(state, 0);
	char path[400];
	snprintf(path, sizeof(path), "%s/a.csv", w->folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "number\n");
	for (int i = 0; i < n; i++)
		fprintf(file, "x\n");
	int64_t no, bytes = ftell(file);
	fclose(file);
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", 0, bytes, "", w->now, &no)), 0);
	struct import import = read_import(w, no);
	world_script(w, "CREATE TRIGGER full BEFORE UPDATE ON import BEGIN SELECT RAISE(ABORT, 'full'); END");
	assert_false(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	assert_true(has_file(w));
	world_script(w, "DROP TRIGGER full");
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	import = read_import(w, no);
	assert_int_equal(import.status, IMPORT_COMPLETED);
	assert_int_equal(import.invalid, n);
}

/* The file was cut meanwhile. */
static void half_a_batch_that_is_gone_fails(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	world_script(w, "UPDATE import SET batch_rows = %d, batch_end_bytes = bytes", 2 * ROWS);
	import = read_import(w, import.no);
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	import = read_import(w, import.no);
	assert_int_equal(import.status, IMPORT_FAILED);
	assert_string_equal(import.error, "the file is not what it was");
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact"), 0);
}

static void a_canceled_one_stops(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, import.no, w->now)), 0);
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	assert_false(has_file(w));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact"), 0);
}

static void a_deleted_audience_ends_it(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, w->audience, w->now)), 0);
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	struct import done = read_import(w, import.no);
	assert_int_equal(done.status, IMPORT_FAILED);
	assert_string_equal(done.error, "the audience was deleted");
	assert_int_equal(done.rows, 0);
	assert_false(has_file(w));
}

static void a_stop_leaves_it_as_it_is(void **state)
{
	static const atomic_bool closing = true;
	struct world *w = world_open(state, 0);
	struct import import = make_import(w, "");
	assert_true(import_work(w->store, w->folder, &import, w->arena, &closing));
	assert_true(has_file(w));
	assert_int_equal(read_import(w, import.no).status, IMPORT_WAITING);
}

static void a_missing_file_fails_it(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no;
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "no.csv", 0, 10, "", w->now, &no)), 0);
	struct import import = read_import(w, no);
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
	import = read_import(w, no);
	assert_int_equal(import.status, IMPORT_FAILED);
	assert_non_null(strstr(import.error, "cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(every_row_is_kept_once),
		WORLD_ON_SQLITE(behind_the_head_of_a_form),
		WORLD_ON_SQLITE(it_goes_on_where_the_database_says),
		WORLD_ON_SQLITE(half_a_batch_is_finished),
		WORLD_ON_SQLITE(a_failed_batch_before_the_last_keeps_the_file),
		WORLD_ON_SQLITE(half_a_batch_that_is_gone_fails),
		WORLD_ON_SQLITE(a_canceled_one_stops),
		WORLD_ON_BOTH(a_deleted_audience_ends_it),
		WORLD_ON_SQLITE(a_stop_leaves_it_as_it_is),
		WORLD_ON_SQLITE(a_missing_file_fails_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
