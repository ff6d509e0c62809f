#include "sql/test_engines.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ADD, COUNT, PLUS };

static const struct sql_text texts[] = {
	[ADD] = {"add", "INSERT INTO thing (id) VALUES ($1)", NULL},
	[COUNT] = {"count", "SELECT COUNT(*) FROM thing", NULL},
	[PLUS] = {"plus", "SELECT MIN(id) + CAST($1 AS BIGINT) FROM thing", NULL},
};
static const struct sql_options options = {.texts = texts, .n_texts = PLUS + 1, .busy_timeout_ms = 1};
static const char schema[] = "CREATE TABLE thing (id BIGINT PRIMARY KEY)";

static int add(struct sql_db *db, int64_t id)
{
	return sql_run(db, ADD, SQL_ARGS(sql_int(id)), NULL);
}

static int64_t count(struct sql_db *db)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(db, COUNT, NULL, 0, &rows) < 0 || sql_next(rows) != 1)
		fail_msg("%s", sql_error(db));
	return sql_col_int(rows, 0);
}

static void commit_shows_and_rollback_undoes(void **state)
{
	const char *url = engines_url(state, schema);
	struct sql_db *db = engines_connect(url, &options), *other = engines_connect(url, &options);
	assert_int_equal(sql_begin(db), 0);
	assert_true(sql_in_transaction(db));
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(count(db), 1);
	assert_int_equal(count(other), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_false(sql_in_transaction(db));
	assert_int_equal(count(other), 1);

	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 2), 0);
	sql_rollback(db);
	sql_rollback(db);
	assert_int_equal(count(db), 1);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_commit(db), 0);
	sql_close(other);
	sql_close(db);
}

static void savepoints_nest(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 2), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 3), 0);
	assert_int_equal(sql_rollback_to(db), 0);
	assert_int_equal(count(db), 2);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 4), 0);
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(count(db), 3);

	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 5), 0);
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_rollback_to(db), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(count(db), 3);
	sql_close(db);
}

static void failure_spoils_its_savepoint_only(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 2), 0);
	assert_int_equal(add(db, 1), -1);
	assert_true(sql_failed_unique(db));
	assert_int_equal(sql_rollback_to(db), 0);
	assert_true(sql_failed_unique(db));
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(add(db, 3), 0);
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(engines_int(db, "SELECT SUM(id) FROM thing"), 4);
	sql_close(db);
}

/* More than are ever on their way at once. */
static void what_is_sent_is_there(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_begin(db), 0);
	for (int i = 1; i <= 700; i++)
		assert_int_equal(sql_send(db, ADD, SQL_ARGS(sql_int(i))), 0);
	assert_int_equal(count(db), 700);
	assert_int_equal(sql_send(db, ADD, SQL_ARGS(sql_int(701))), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_send(db, ADD, SQL_ARGS(sql_int(702))), 0);
	sql_rollback(db);
	assert_int_equal(count(db), 701);
	sql_close(db);
}

/* SQLite fails at once, PostgreSQL when it is asked next. */
static void what_is_sent_and_fails_is_told(void **state)
{
	for (int by_release = 0; by_release < 2; by_release++) {
		struct sql_db *db = engines_open(state, &options, schema);
		assert_int_equal(sql_begin(db), 0);
		assert_int_equal(add(db, 1), 0);
		assert_int_equal(sql_savepoint(db), 0);
		assert_int_equal(sql_send(db, ADD, SQL_ARGS(sql_int(2))), 0);
		int sent = sql_send(db, ADD, SQL_ARGS(sql_int(1)));
		int later = by_release ? sql_release(db) : add(db, 3);
		assert_true(sent < 0 || later < 0);
		assert_true(sql_failed_unique(db));
		assert_non_null(strstr(sql_error(db), "add: "));
		assert_int_equal(add(db, 4), -1);
		assert_int_equal(sql_rollback_to(db), 0);
		assert_int_equal(add(db, 5), 0);
		assert_int_equal(sql_commit(db), 0);
		assert_int_equal(engines_int(db, "SELECT SUM(id) FROM thing"), 6);
		sql_close(db);
	}
}

static int64_t plus(struct sql_db *db, int64_t n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, PLUS, SQL_ARGS(sql_int(n)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	return sql_col_int(rows, 0);
}

static void what_is_asked_ahead_is_answered(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 100), 0);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < SQL_MAX_AHEAD; i++)
			assert_int_equal(sql_ahead(db, PLUS, SQL_ARGS(sql_int(i))), 0);
		for (int i = 0; i < SQL_MAX_AHEAD; i++) {
			if (i % 10 == 7) /* not asked for after all */
				continue;
			assert_int_equal(plus(db, i), 100 + i);
			assert_int_equal(sql_send(db, ADD, SQL_ARGS(sql_int(1000 * (round + 1) + i))), 0);
			if (i % 10 == 3)
				assert_int_equal(plus(db, 9000 + i), 9100 + i); /* which nobody announced */
		}
	}
	assert_int_equal(sql_ahead(db, PLUS, SQL_ARGS(sql_int(1))), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(count(db), 1 + 5 * (SQL_MAX_AHEAD - 13));
	sql_close(db);
}

static void failure_lets_nothing_through(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	struct sql_rows *rows = NULL;
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(add(db, 1), -1);
	assert_int_equal(add(db, 2), -1);
	assert_int_equal(sql_query(db, COUNT, NULL, 0, &rows), -1);
	assert_int_equal(sql_query_text(db, "SELECT 1", NULL, 0, &rows), -1);
	assert_int_equal(sql_script(db, "DELETE FROM thing"), -1);
	assert_int_equal(sql_savepoint(db), -1);
	assert_int_equal(sql_commit(db), -1);
	sql_rollback(db);
	assert_non_null(strstr(sql_error(db), "add: "));
	assert_true(sql_failed_unique(db));
	assert_int_equal(count(db), 0);
	assert_int_equal(add(db, 1), 0);
	sql_close(db);
}

static void open_rows_end_with_the_failure(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(sql_begin(db), 0);
	struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, COUNT, NULL, 0, &rows), 0);
	assert_int_equal(add(db, 1), -1);
	assert_int_equal(sql_next(rows), -1);
	sql_rows_close(rows);
	sql_rollback(db);
	assert_int_equal(count(db), 1);
	sql_close(db);
}

static void order_is_held_to(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_commit(db), -1);
	assert_int_equal(sql_savepoint(db), -1);
	assert_int_equal(sql_release(db), -1);
	assert_int_equal(sql_rollback_to(db), -1);

	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_begin(db), -1);
	sql_rollback(db);

	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(sql_commit(db), -1);
	sql_rollback(db);
	assert_int_equal(count(db), 0);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(add(db, 1), 0);
	assert_int_equal(sql_commit(db), 0);
	sql_close(db);
}

static void snapshot_stays(void **state)
{
	const char *url = engines_url(state, schema);
	struct sql_db *writer = engines_connect(url, &options), *reader = engines_connect(url, &options);
	assert_int_equal(sql_begin_read(reader), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(add(writer, 1), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(sql_commit(reader), 0);
	assert_int_equal(count(reader), 1);

	assert_int_equal(sql_begin_read(reader), 0);
	assert_int_equal(add(reader, 2), -1);
	sql_rollback(reader);
	assert_int_equal(sql_begin_read(reader), 0);
	assert_int_equal(sql_script(reader, "DELETE FROM thing"), -1);
	sql_rollback(reader);
	assert_int_equal(add(reader, 2), 0);
	assert_int_equal(count(writer), 2);
	sql_close(reader);
	sql_close(writer);
}

static void one_writer_at_a_time(void **state)
{
	const char *url = engines_url(state, schema);
	struct sql_db *db = engines_connect(url, &options), *other = engines_connect(url, &options);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_begin(other), -1);
	assert_false(sql_in_transaction(other));
	assert_int_equal(count(other), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(sql_begin(other), 0);
	sql_rollback(other);
	sql_close(other);
	sql_close(db);
}

/* SQLite's temporary files are called etilqs_…, and are removed while they are open. */
static int n_temporary_files(void)
{
	int n = 0;
	DIR *folder = opendir("/proc/self/fd");
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char target[512] = "";
		if (readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) > 0)
			n += strstr(target, "etilqs") != NULL;
	}
	closedir(folder);
	return n;
}

/* A hundred pages and more are changed under a savepoint. */
static void savepoint_makes_no_file(void **state)
{
	struct sql_db *db = engines_open(state, &options,
	                                 "CREATE TABLE thing (id BIGINT PRIMARY KEY, text TEXT NOT NULL DEFAULT '')");
	for (int i = 0; i < 200; i++)
		assert_int_equal(add(db, i), 0);
	assert_int_equal(sql_script(db, "UPDATE thing SET text = replace(hex(zeroblob(1500)), '0', 'x')"), 0);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(sql_script(db, "UPDATE thing SET text = replace(text, 'x', 'y')"), 0);
	assert_int_equal(n_temporary_files(), 0);
	assert_int_equal(sql_rollback_to(db), 0);
	assert_int_equal(engines_int(db, "SELECT COUNT(*) FROM thing WHERE text LIKE 'x%'"), 200);
	assert_int_equal(sql_commit(db), 0);
	sql_close(db);
}

/* SQLite has ended the transaction, savepoint and all, when the disk is full. */
static void full_disk_is_told(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_script(db, "PRAGMA max_page_count = 4"), 0);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	int64_t id = 0;
	while (add(db, id) == 0)
		id++;
	assert_int_equal(sql_rollback_to(db), -1);
	assert_non_null(strstr(sql_error(db), "full"));
	sql_rollback(db);
	assert_int_equal(count(db), 0);
	sql_close(db);
}

/* PostgreSQL judges a deferred constraint at COMMIT, which then both fails and ends the transaction. */
static void commit_may_fail(void **state)
{
	struct sql_db *db = engines_open(state, &options,
	                                 "CREATE TABLE thing (id BIGINT PRIMARY KEY,"
	                                 " up BIGINT REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED)");
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_script(db, "INSERT INTO thing VALUES (1, 2)"), 0);
	assert_int_equal(sql_commit(db), -1);
	sql_rollback(db);
	assert_int_equal(count(db), 0);
	assert_int_equal(add(db, 1), 0);
	sql_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(commit_shows_and_rollback_undoes),
		ON_BOTH(savepoints_nest),
		ON_BOTH(failure_spoils_its_savepoint_only),
		ON_BOTH(what_is_sent_is_there),
		ON_BOTH(what_is_sent_and_fails_is_told),
		ON_BOTH(what_is_asked_ahead_is_answered),
		ON_BOTH(failure_lets_nothing_through),
		ON_BOTH(open_rows_end_with_the_failure),
		ON_BOTH(order_is_held_to),
		ON_BOTH(snapshot_stays),
		ON_BOTH(commit_may_fail),
		ON_SQLITE(one_writer_at_a_time),
		ON_SQLITE(savepoint_makes_no_file),
		ON_SQLITE(full_disk_is_told),
	};
	return cmocka_run_group_tests_name("sql/tx", tests, NULL, NULL);
}
