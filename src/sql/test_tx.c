#include "sql/test_engines.h"

#include <string.h>

enum { ADD, COUNT };

static const struct sql_text texts[] = {
	[ADD] = {"add", "INSERT INTO thing (id) VALUES ($1)", NULL},
	[COUNT] = {"count", "SELECT COUNT(*) FROM thing", NULL},
};
static const struct sql_options options = {.texts = texts, .n_texts = COUNT + 1, .busy_timeout_ms = 1};
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
		ON_BOTH(failure_lets_nothing_through),
		ON_BOTH(open_rows_end_with_the_failure),
		ON_BOTH(order_is_held_to),
		ON_BOTH(snapshot_stays),
		ON_BOTH(commit_may_fail),
		ON_SQLITE(one_writer_at_a_time),
	};
	return cmocka_run_group_tests_name("sql/tx", tests, NULL, NULL);
}
