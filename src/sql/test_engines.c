#include "sql/test_engines.h"

#include "sql/testdb.h"

enum sql_engine engines_list[2] = {SQL_SQLITE, SQL_POSTGRESQL};

int engines_teardown(void **state)
{
	(void)state;
	testdb_cleanup();
	return 0;
}

const char *engines_url(void **state, const char *schema)
{
	enum sql_engine engine = *(enum sql_engine *)*state;
	if (!testdb_available(engine))
		skip();
	const char *url = testdb_url(engine);
	static const struct sql_options options = {.n_texts = 0};
	struct sql_db *db = engines_connect(url, &options);
	if (sql_script(db, schema) < 0)
		fail_msg("%s", sql_error(db));
	sql_close(db);
	return url;
}

struct sql_db *engines_connect(const char *url, const struct sql_options *options)
{
	struct sql_db *db = NULL;
	struct err err;
	if (sql_open(url, options, &db, &err) < 0)
		fail_msg("%s", err.text);
	return db;
}

struct sql_db *engines_open(void **state, const struct sql_options *options, const char *schema)
{
	return engines_connect(engines_url(state, schema), options);
}

int64_t engines_int(struct sql_db *db, const char *text)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query_text(db, text, NULL, 0, &rows) < 0 || sql_next(rows) != 1)
		fail_msg("%s: %s", text, sql_error(db));
	return sql_col_int(rows, 0);
}
