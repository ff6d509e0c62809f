#include "sql/test_engines.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sql/testdb.h"

enum { ADD, GET, BY_SIZE, BY_NAME, PAGE, RENAME, UPSERT, MAKE, NUMBER, WRONG };

static const struct sql_text texts[] = {
	[ADD] = {"add", "INSERT INTO thing (id, size, weight, name, body) VALUES ($1, $2, $3, $4, $5)", NULL},
	[GET] = {"get", "SELECT id, size, weight, name, body FROM thing WHERE id = $1", NULL},
	[BY_SIZE] = {"by_size", "SELECT id FROM thing WHERE size = $1 ORDER BY id", NULL},
	[BY_NAME] = {"by_name", "SELECT id FROM thing WHERE name = $1", NULL},
	[PAGE] = {"page", "SELECT id FROM thing WHERE id > $2 ORDER BY id LIMIT $1", NULL},
	[RENAME] = {"rename", "UPDATE thing SET name = $2 WHERE id >= $1", NULL},
	[UPSERT] = {"upsert",
                    "INSERT INTO thing (id, size) VALUES ($1, $2)"
                    " ON CONFLICT (id) DO UPDATE SET size = excluded.size + 100 RETURNING size",
                    NULL},
	[MAKE] = {"make", "CREATE TABLE made (n BIGINT)", NULL},
	[NUMBER] = {"number", "INSERT INTO numbered (name) VALUES ($1) RETURNING no", NULL},
	[WRONG] = {"wrong", "SELECT nothing FROM thing", NULL},
};
static const struct sql_options options = {.texts = texts, .n_texts = WRONG + 1};
static const struct sql_options good = {.texts = texts, .n_texts = WRONG};

static const char schema[] = "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, size SMALLINT, weight {real},\n"
			     "  name TEXT {bytewise} DEFAULT '{};', body {blob}) {without_rowid}; -- {not_a_word} $1\n"
			     "CREATE TABLE numbered (no {serial}, name TEXT NOT NULL);";

static void add(struct sql_db *db, int64_t id, int64_t size, const char *name)
{
	int64_t n = 0;
	if (sql_run(db, ADD, SQL_ARGS(sql_int(id), sql_int(size), sql_null(), sql_text(name), sql_null()), &n) < 0)
		fail_msg("%s", sql_error(db));
	assert_int_equal(n, 1);
}

/* ---- values ---- */

static void values_come_back(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	static const char body[] = "\0\x01\\'\xff";
	const char name[] = "Zo\xc3\xab $1 {serial} 'x'+";
	assert_int_equal(sql_run(db, ADD,
	                         SQL_ARGS(sql_int(INT64_MIN), sql_int(-32768), sql_real(0.1), sql_textn(name, sizeof name - 2),
	                                  sql_blob(body, sizeof body)),
	                         NULL),
	                 0);
	assert_int_equal(sql_run(db, ADD,
	                         SQL_ARGS(sql_int(INT64_MAX), sql_int(32767), sql_real(-DBL_MAX), sql_text(""), sql_blob("", 0)),
	                         NULL),
	                 0);

	struct sql_rows *rows = NULL;
	size_t n = 0;
	assert_int_equal(sql_query(db, GET, SQL_ARGS(sql_int(INT64_MIN)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	assert_true(sql_col_int(rows, 0) == INT64_MIN);
	assert_int_equal(sql_col_int(rows, 1), -32768);
	assert_true(sql_col_real(rows, 2) == 0.1);
	assert_string_equal(sql_col_text(rows, 3, &n), "Zo\xc3\xab $1 {serial} 'x'");
	assert_int_equal(n, sizeof name - 2);
	assert_memory_equal(sql_col_blob(rows, 4, &n), body, sizeof body);
	assert_int_equal(n, sizeof body);
	assert_int_equal(sql_next(rows), 0);
	assert_int_equal(sql_next(rows), 0);
	sql_rows_close(rows);

	assert_int_equal(sql_query(db, GET, SQL_ARGS(sql_int(INT64_MAX)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	assert_true(sql_col_int(rows, 0) == INT64_MAX);
	assert_true(sql_col_real(rows, 2) == -DBL_MAX);
	assert_false(sql_is_null(rows, 3));
	assert_string_equal(sql_col_text(rows, 3, &n), "");
	assert_int_equal(n, 0);
	assert_false(sql_is_null(rows, 4));
	assert_non_null(sql_col_blob(rows, 4, &n));
	assert_int_equal(n, 0);
	sql_rows_close(rows);
	sql_close(db);
}

static void null_comes_back(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(sql_run(db, ADD, SQL_ARGS(sql_int(1), sql_null(), sql_null(), sql_text(NULL), sql_blob(NULL, 3)), NULL),
	                 0);
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, GET, SQL_ARGS(sql_int(1)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	size_t n = 1;
	for (int i = 1; i < 5; i++)
		assert_true(sql_is_null(rows, i));
	assert_int_equal(sql_col_int(rows, 1), 0);
	assert_true(sql_col_real(rows, 2) == 0);
	assert_null(sql_col_text(rows, 3, &n));
	assert_int_equal(n, 0);
	assert_null(sql_col_blob(rows, 4, NULL));
	sql_rows_cleanup(&rows);
	sql_close(db);
}

static void numbers_are_read_alike(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	add(db, 1, 3, "x");
	add(db, 2, 4, "y");
	assert_int_equal(engines_int(db, "SELECT size = 3 FROM thing WHERE id = 1"), 1);
	assert_int_equal(engines_int(db, "SELECT size = 4 FROM thing WHERE id = 1"), 0);
	assert_int_equal(engines_int(db, "SELECT SUM(id) FROM thing"), 3);
	assert_int_equal(engines_int(db, "SELECT AVG(size) FROM thing"), 3);
	assert_int_equal(engines_int(db, "SELECT COUNT(*) FROM thing"), 2);
	sql_close(db);
}

static void bad_values_are_refused(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	const struct sql_value bad[] = {sql_textn("a\0b", 3), sql_text("\xc3(")};
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1), bad[i]), NULL), -1);
		assert_non_null(strstr(sql_error(db), "rename: value 2 is text"));
	}
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1)), NULL), -1);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1), sql_null(), sql_null()), NULL), -1);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1), sql_text("fine")), NULL), 0);

	char *much = calloc(1, SQL_MAX_VALUE_BYTES + 1);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1), sql_blob(much, SQL_MAX_VALUE_BYTES + 1)), NULL), -1);
	free(much);
	sql_close(db);
}

static void values_are_borrowed_for_the_call(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	add(db, 1, 1, "a");
	char name[] = "same";
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(
		sql_query_text(db, "SELECT id FROM thing WHERE CAST($1 AS TEXT) = 'same'", SQL_ARGS(sql_text(name)), &rows), 0);
	memset(name, 'x', 4);
	assert_int_equal(sql_next(rows), 1);
	sql_rows_cleanup(&rows);

	add(db, 2, 1, "same");
	strcpy(name, "same");
	assert_int_equal(sql_query(db, BY_NAME, SQL_ARGS(sql_text(name)), &rows), 0);
	memset(name, 'x', 4);
	assert_int_equal(sql_next(rows), 1);
	assert_int_equal(sql_col_int(rows, 0), 2);
	sql_rows_cleanup(&rows);
	sql_close(db);
}

static void many_values_in_one_text(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	enum { N = 1000 };
	struct sql_value args[N];
	buf_auto struct buf text;
	buf_init(&text, 1 << 16);
	buf_adds(&text, "SELECT COUNT(*) FROM thing WHERE id IN (");
	for (int i = 0; i < N; i++) {
		args[i] = sql_int(i * 3);
		buf_addf(&text, "%s$%d", i > 0 ? ", " : "", i + 1);
	}
	buf_adds(&text, ")");
	for (int i = 0; i < 10; i++)
		add(db, i, 0, "x");
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query_text(db, buf_text(&text), args, N, &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	assert_int_equal(sql_col_int(rows, 0), 4);
	sql_rows_cleanup(&rows);
	sql_close(db);
}

/* ---- statements ---- */

static void changes_are_counted(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	int64_t n = -1;
	add(db, 1, 1, "a");
	add(db, 2, 1, "b");
	add(db, 3, 1, "c");
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(2), sql_text("z")), &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(9), sql_text("z")), &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(3), sql_text("z")), &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(sql_run(db, MAKE, NULL, 0, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(sql_run(db, BY_SIZE, SQL_ARGS(sql_int(1)), &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(sql_run(db, UPSERT, SQL_ARGS(sql_int(7), sql_int(1)), &n), 0);
	assert_int_equal(n, 1);
	sql_close(db);
}

static void unique_is_told_apart(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	add(db, 1, 1, "a");
	assert_int_equal(sql_run(db, ADD, SQL_ARGS(sql_int(1), sql_null(), sql_null(), sql_null(), sql_null()), NULL), -1);
	assert_true(sql_failed_unique(db));
	assert_non_null(strstr(sql_error(db), "add: "));
	assert_int_equal(sql_run(db, NUMBER, SQL_ARGS(sql_null()), NULL), -1);
	assert_false(sql_failed_unique(db));
	sql_close(db);
}

static void pages_are_limited(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	for (int i = 1; i <= 9; i++)
		add(db, i, 1, "a");
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, PAGE, SQL_ARGS(sql_int(2), sql_int(5)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	assert_int_equal(sql_col_int(rows, 0), 6);
	assert_int_equal(sql_next(rows), 1);
	assert_int_equal(sql_col_int(rows, 0), 7);
	assert_int_equal(sql_next(rows), 0);
	sql_rows_cleanup(&rows);
	sql_close(db);
}

static void rows_nest(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	for (int i = 1; i <= 3; i++)
		add(db, i, 1, "a");
	struct sql_rows *outer = NULL, *again = NULL;
	assert_int_equal(sql_query(db, BY_SIZE, SQL_ARGS(sql_int(1)), &outer), 0);
	int64_t sum = 0;
	while (sql_next(outer) == 1) {
		struct sql_rows *inner = NULL;
		assert_int_equal(sql_query(db, GET, SQL_ARGS(sql_int(sql_col_int(outer, 0))), &inner), 0);
		assert_int_equal(sql_next(inner), 1);
		sum += sql_col_int(inner, 0);
		sql_rows_close(inner);
	}
	assert_int_equal(sum, 6);
	assert_int_equal(sql_query(db, BY_SIZE, SQL_ARGS(sql_int(1)), &again), -1);
	assert_int_equal(sql_run(db, BY_SIZE, SQL_ARGS(sql_int(1)), NULL), -1);
	assert_null(again);
	sql_rows_close(outer);

	/* Left in the middle, then begun anew. */
	assert_int_equal(sql_query(db, BY_SIZE, SQL_ARGS(sql_int(1)), &again), 0);
	assert_int_equal(sql_next(again), 1);
	sql_rows_close(again);
	assert_int_equal(sql_query(db, BY_SIZE, SQL_ARGS(sql_int(1)), &again), 0);
	assert_int_equal(sql_next(again), 1);
	assert_int_equal(sql_col_int(again, 0), 1);
	sql_rows_close(again);
	sql_close(db);
}

static int64_t upsert(struct sql_db *db, int64_t id, int64_t size)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, UPSERT, SQL_ARGS(sql_int(id), sql_int(size)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	int64_t got = sql_col_int(rows, 0);
	assert_int_equal(sql_next(rows), 0);
	return got;
}

static void conflict_and_returning(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(upsert(db, 1, 5), 5);
	assert_int_equal(upsert(db, 1, 6), 106);
	assert_int_equal(engines_int(db, "SELECT size FROM thing"), 106);
	sql_close(db);
}

static int64_t number(struct sql_db *db)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query(db, NUMBER, SQL_ARGS(sql_text("x")), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	int64_t no = sql_col_int(rows, 0);
	assert_int_equal(sql_next(rows), 0);
	return no;
}

static void serial_is_never_given_twice(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	assert_int_equal(number(db), 1);
	assert_int_equal(number(db), 2);
	assert_int_equal(sql_script(db, "DELETE FROM numbered"), 0);
	assert_int_equal(number(db), 3);
	sql_close(db);
}

static void bytewise_text_sorts_by_bytes(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	add(db, 1, 1, "b");
	add(db, 2, 1, "B");
	add(db, 3, 1, "a");
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query_text(db, "SELECT name FROM thing ORDER BY name", NULL, 0, &rows), 0);
	const char *const order[] = {"B", "a", "b"};
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sql_next(rows), 1);
		assert_string_equal(sql_col_text(rows, 0, NULL), order[i]);
	}
	sql_rows_cleanup(&rows);
	sql_close(db);
}

static void lower_knows_every_script(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	char long_text[1001] = "", long_lower[1001] = "";
	for (size_t i = 0; i < 500; i++) {
		memcpy(long_text + 2 * i, "\xc3\x84", 2); /* Ä */
		memcpy(long_lower + 2 * i, "\xc3\xa4", 2);
	}
	static const char *const pairs[][2] = {{"", ""},
	                                       {"Anna-42 Z", "anna-42 z"},
	                                       {"КЛИЕНТЫ Ёлка", "клиенты ёлка"},
	                                       {"ÄÖÜ Ø ŁÓDŹ", "äöü ø łódź"},
	                                       {"ΑΒΓ Ⱥ", "αβγ ⱥ"},
	                                       {"名前 مرحبا 😀", "名前 مرحبا 😀"}};
	for (size_t i = 0; i <= sizeof(pairs) / sizeof(pairs[0]); i++) {
		bool is_long = i == sizeof(pairs) / sizeof(pairs[0]);
		struct sql_rows *rows;
		assert_int_equal(sql_query_text(db, "SELECT LOWER(CAST($1 AS TEXT))",
		                                SQL_ARGS(sql_text(is_long ? long_text : pairs[i][0])), &rows),
		                 0);
		assert_int_equal(sql_next(rows), 1);
		assert_string_equal(sql_col_text(rows, 0, NULL), is_long ? long_lower : pairs[i][1]);
		sql_rows_close(rows);
		assert_int_equal(sql_query_text(db, "SELECT LOWER(CAST($1 AS TEXT)) IS NULL", SQL_ARGS(sql_null()), &rows), 0);
		assert_int_equal(sql_next(rows), 1);
		sql_rows_close(rows);
	}
	sql_close(db);
}

static void all_are_prepared(void **state)
{
	struct err err;
	const char *url = engines_url(state, schema);
	struct sql_db *db = engines_connect(url, &good);
	assert_int_equal(sql_prepare_all(db, &err), 0);
	add(db, 1, 1, "a");
	sql_close(db);

	db = engines_connect(url, &options);
	assert_int_equal(sql_prepare_all(db, &err), -1);
	assert_non_null(strstr(err.text, "wrong: "));
	assert_non_null(strstr(err.text, "nothing"));
	sql_close(db);
}

static void texts_that_fail(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	struct sql_rows *rows = NULL;
	assert_int_equal(sql_query_text(db, "SELECT 1; SELECT 2", NULL, 0, &rows), -1);
	assert_int_equal(sql_query_text(db, "SELECT {nonsense}", NULL, 0, &rows), -1);
	assert_non_null(strstr(sql_error(db), "{nonsense}"));
	assert_int_equal(sql_query_text(db, "SELECT \"misspelt\" FROM thing", NULL, 0, &rows), -1);
	assert_null(rows);
	assert_int_equal(sql_script(db, "DELETE FROM thing; DELETE FROM nowhere;"), -1);
	assert_non_null(strstr(sql_error(db), "nowhere"));
	assert_int_equal(engines_int(db, "SELECT 7; -- a last word\n"), 7);
	sql_close(db);
}

static void read_only_connection(void **state)
{
	const char *url = engines_url(state, schema);
	struct sql_db *writer = engines_connect(url, &options);
	struct sql_options read_only = options;
	read_only.read_only = true;
	struct sql_db *reader = engines_connect(url, &read_only);
	add(writer, 1, 1, "a");
	assert_int_equal(engines_int(reader, "SELECT COUNT(*) FROM thing"), 1);
	assert_int_equal(sql_run(reader, RENAME, SQL_ARGS(sql_int(1), sql_text("z")), NULL), -1);
	assert_int_equal(sql_script(reader, "DELETE FROM thing"), -1);
	assert_int_equal(sql_begin(reader), -1);
	assert_int_equal(engines_int(writer, "SELECT COUNT(*) FROM thing WHERE name = 'a'"), 1);
	sql_close(reader);
	sql_close(writer);
}

/* ---- connections ---- */

static void sqlite_is_set_up(void **state)
{
	const char *url = engines_url(state, schema);
	mode_t old = umask(0);
	char path[512];
	snprintf(path, sizeof path, "%s2", url);
	struct sql_db *db = engines_connect(path, &options);
	umask(old);
	assert_int_equal(sql_script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)"), 0);

	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		struct stat st;
		snprintf(path, sizeof path, "%s2%s", url + strlen("sqlite:"), ends[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(engines_int(db, "PRAGMA synchronous"), 2);
	assert_int_equal(engines_int(db, "PRAGMA foreign_keys"), 1);
	sql_close(db);

	struct sql_options read_only = {.read_only = true};
	struct err err;
	snprintf(path, sizeof path, "%s3", url);
	assert_int_equal(sql_open(path, &read_only, &db, &err), -1);
	assert_int_equal(sql_open("sqlite:/nowhere/at/all.db", &options, &db, &err), -1);
	assert_int_equal(sql_open("sqlite:", &options, &db, &err), -1);
	assert_int_equal(sql_open("sqlite::memory:", &options, &db, &err), -1);
	assert_int_equal(sql_open("mysql://localhost/x", &options, &db, &err), -1);
}

static void lost_server_is_found_again(void **state)
{
	const char *url = engines_url(state, schema);
	struct sql_db *db = engines_connect(url, &options), *other = engines_connect(url, &options);
	add(db, 1, 1, "a");
	assert_int_equal(sql_begin(db), 0);
	add(db, 2, 1, "b");

	sql_rows_auto struct sql_rows *rows = NULL;
	int64_t pid = engines_int(db, "SELECT pg_backend_pid()");
	assert_int_equal(sql_query_text(other, "SELECT pg_terminate_backend($1, 5000)", SQL_ARGS(sql_int(pid)), &rows), 0);
	assert_int_equal(sql_next(rows), 1);
	assert_int_equal(sql_col_int(rows, 0), 1);
	sql_rows_cleanup(&rows);

	struct err err;
	assert_int_equal(sql_commit(db), -1);
	assert_false(sql_connected(db));
	sql_rollback(db);
	assert_int_equal(sql_run(db, RENAME, SQL_ARGS(sql_int(1), sql_text("z")), NULL), -1);
	assert_int_equal(sql_reconnect(db, &err), 0);
	assert_true(sql_connected(db));
	add(db, 3, 1, "c");
	assert_int_equal(engines_int(db, "SELECT SUM(id) FROM thing"), 4);
	sql_close(other);
	sql_close(db);
}

static void types_are_inferred(void **state)
{
	struct sql_db *db = engines_open(state, &options, schema);
	sql_rows_auto struct sql_rows *rows = NULL;
	assert_int_equal(sql_query_text(db, "SELECT CAST($1 AS BIGINT) + 1 WHERE CAST($2 AS TEXT) IS NULL",
	                                SQL_ARGS(sql_int(INT64_C(1) << 40), sql_null()), &rows),
	                 0);
	assert_int_equal(sql_next(rows), 1);
	assert_true(sql_col_int(rows, 0) == (INT64_C(1) << 40) + 1);
	sql_rows_cleanup(&rows);
	sql_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(values_come_back),
		ON_BOTH(null_comes_back),
		ON_BOTH(numbers_are_read_alike),
		ON_BOTH(bad_values_are_refused),
		ON_BOTH(values_are_borrowed_for_the_call),
		ON_BOTH(many_values_in_one_text),
		ON_BOTH(changes_are_counted),
		ON_BOTH(unique_is_told_apart),
		ON_BOTH(pages_are_limited),
		ON_BOTH(rows_nest),
		ON_BOTH(conflict_and_returning),
		ON_BOTH(serial_is_never_given_twice),
		ON_BOTH(bytewise_text_sorts_by_bytes),
		ON_BOTH(lower_knows_every_script),
		ON_BOTH(all_are_prepared),
		ON_BOTH(texts_that_fail),
		ON_BOTH(read_only_connection),
		ON_BOTH(types_are_inferred),
		ON_SQLITE(sqlite_is_set_up),
		ON_POSTGRESQL(lost_server_is_found_again),
	};
	return cmocka_run_group_tests_name("sql", tests, NULL, NULL);
}
