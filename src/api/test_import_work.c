/* An import, step by step over a real store. */
#include <pthread.h>
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

static void work_off(struct world *w, const char *text)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/b.csv", w->folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	int64_t no, bytes = ftell(file);
	fclose(file);
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "b.csv", 0, bytes, "", w->now, &no)), 0);
	struct import import = read_import(w, no);
	assert_true(import_work(w->store, w->folder, &import, w->arena, &open_for_ever));
}

/* What a row says is laid over what the contact has; more than one may have is told with the line. */
static void a_row_that_would_be_too_much_is_refused(void **state)
{
	struct world *w = world_open(state, 0);
	char text[4096] = "number", row[4096] = "447400123456";
	for (int half = 0; half < 2; half++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "number"), m = (size_t)snprintf(row, sizeof(row), "447400123456");
		for (int i = 0; i < 30; i++) {
			n += (size_t)snprintf(text + n, sizeof(text) - n, ",%c%d", 'a' + half, i);
			m += (size_t)snprintf(row + m, sizeof(row) - m, ",x");
		}
		work_off(w, arena_printf(w->arena, "%s\n\n%s\n", text, row));
	}
	struct import second = read_import(w, 2);
	assert_int_equal(second.status, IMPORT_COMPLETED);
	assert_int_equal(second.rows, 1);
	assert_int_equal(second.invalid, 1);
	assert_int_equal(world_int(w, "SELECT line FROM import_reject WHERE import_no = 2 AND text = '447400123456'"), 3);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM contact"), 1);
}

/* A line without an end, which nobody could read in the time of a test; the mark spares the search for an encoding. */
static struct import make_endless_import(struct world *w)
{
	static const char head[] = "\xef\xbb\xbfnumber\n";
	const int64_t bytes = (int64_t)1 << 40;
	char path[400];
	int64_t no;
	snprintf(path, sizeof(path), "%s/a.csv", w->folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(head, file);
	fflush(file);
	assert_int_equal(ftruncate(fileno(file), bytes), 0);
	fclose(file);
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "a.csv", 0, bytes, "", w->now, &no)), 0);
	return read_import(w, no);
}

struct running {
	struct world *w;
	const struct import *import;
	atomic_bool closing;
	bool result;
};

static void *run(void *arg)
{
	struct running *r = arg;
	arena_auto struct arena *arena = arena_create(4096);
	r->result = import_work(r->w->store, r->w->folder, r->import, arena, &r->closing);
	return NULL;
}

static void a_stop_does_not_wait_for_a_long_batch(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_endless_import(w);
	struct running r = {.w = w, .import = &import};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, run, &r), 0);
	atomic_store(&r.closing, true);
	pthread_join(thread, NULL);
	assert_true(r.result);
	assert_true(has_file(w));
	assert_int_equal(read_import(w, import.no).status, IMPORT_WAITING);
}

static void nor_does_a_cancel(void **state)
{
	struct world *w = world_open(state, 0);
	struct import import = make_endless_import(w);
	struct running r = {.w = w, .import = &import};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, run, &r), 0);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, import.no, w->now)), 0);
	pthread_join(thread, NULL);
	assert_true(r.result);
	assert_false(has_file(w));
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
		WORLD_ON_BOTH(a_row_that_would_be_too_much_is_refused),
		WORLD_ON_SQLITE(a_stop_does_not_wait_for_a_long_batch),
		WORLD_ON_BOTH(nor_does_a_cancel),
		WORLD_ON_SQLITE(a_missing_file_fails_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
