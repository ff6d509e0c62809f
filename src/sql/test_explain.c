#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sql/testdb.h"

static const char schema[] = "CREATE TABLE a (id BIGINT PRIMARY KEY, n BIGINT, m BIGINT) {without_rowid};"
			     "CREATE TABLE b (id BIGINT PRIMARY KEY, n BIGINT, m BIGINT) {without_rowid};"
			     "CREATE TABLE c (no {serial}, m BIGINT);"
			     "CREATE INDEX a_n ON a (n);";

static const struct {
	struct sql_text text;
	bool costly;
} cases[] = {
	{{"key", "SELECT n FROM a WHERE id = $1", NULL}, false},
	{{"index", "SELECT id FROM a WHERE n = $1 ORDER BY id LIMIT $2", NULL}, false},
	{{"range", "SELECT id FROM a WHERE id > $1 ORDER BY id LIMIT $2", NULL}, false},
	{{"values", "INSERT INTO a (id) VALUES ($1), ($2)", NULL}, false},
	{{"constant", "SELECT $1", NULL}, false},
	{{"change", "UPDATE a SET m = $1 WHERE id = $2", NULL}, false},
	{{"subquery", "WITH f AS MATERIALIZED (SELECT id FROM a WHERE n = $1 LIMIT 5) SELECT id FROM f", NULL}, false},
	{{"counter",
          "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $1)"
          " SELECT i FROM c",
          NULL},
         false},
	{{"json", "SELECT value FROM json_each($1)", NULL}, false},
	{{"all", "SELECT n FROM a", NULL}, true},
	{{"filter", "SELECT id FROM a WHERE m = $1", NULL}, true},
	{{"covering", "SELECT COUNT(*) FROM a WHERE n % 2 = 0", NULL}, true},
	{{"all_below", "WITH f AS MATERIALIZED (SELECT id FROM a WHERE m = $1) SELECT id FROM f", NULL}, true},
	{{"sort", "SELECT id FROM a WHERE n = $1 ORDER BY m", NULL}, true},
	{{"half_sort", "SELECT n FROM a WHERE n > $1 ORDER BY n, m", NULL}, true},
	{{"join", "SELECT a.id FROM a JOIN b ON a.m = b.m WHERE a.id > $1", NULL}, true},
	{{"made_index", "SELECT a.id FROM a LEFT JOIN c ON a.m = c.m WHERE a.id > $1", NULL}, true},
	{{"change_all", "DELETE FROM a WHERE m = $1", NULL}, true},
};
#define N_CASES (sizeof cases / sizeof *cases)

static void plans(void **state)
{
	(void)state;
	struct sql_text texts[N_CASES];
	for (size_t i = 0; i < N_CASES; i++)
		texts[i] = cases[i].text;
	struct sql_options options = {.texts = texts, .n_texts = N_CASES};
	struct sql_db *db = NULL;
	assert_int_equal(testdb_open(SQL_SQLITE, &options, &db), 0);
	assert_int_equal(sql_script(db, schema), 0);

	buf_auto struct buf plan;
	buf_init(&plan, 10000);
	bool saw_made_index = false;
	for (size_t i = 0; i < N_CASES; i++) {
		bool scans = !cases[i].costly;
		buf_reset(&plan);
		if (sql_explain(db, i, &scans, &plan) < 0)
			fail_msg("%s", sql_error(db));
		saw_made_index |= strstr(buf_text(&plan), "SEARCH c USING AUTOMATIC ") != NULL;
		if (scans != cases[i].costly)
			fail_msg("%s is wrongly judged:\n%s", texts[i].name, buf_text(&plan));
	}
	assert_non_null(strstr(buf_text(&plan), "SCAN a\n"));
	assert_true(saw_made_index);
	sql_close(db);
	testdb_cleanup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plans)};
	return cmocka_run_group_tests_name("sql/explain", tests, NULL, NULL);
}
