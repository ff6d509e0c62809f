#include "sql/sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sql/engine.h"

/* ---- connections ---- */

static const struct engine_ops *ops_for(const char *url, const char **ret_target)
{
	static const char sqlite[] = "sqlite:";
	if (strncmp(url, sqlite, sizeof sqlite - 1) == 0) {
		*ret_target = url + sizeof sqlite - 1;
		return &sqlite_ops;
	}
	*ret_target = url;
	if (strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0)
		return &pg_ops;
	return NULL;
}

int sql_open(const char *url, const struct sql_options *options, struct sql_db **ret, struct err *err)
{
	const char *target;
	const struct engine_ops *ops = ops_for(url, &target);
	if (ops == NULL)
		return err_set(err, "a database URL begins with sqlite:, postgresql:// or postgres://");

	struct sql_db *db = engine_alloc(1, ops->db_bytes);
	db->ops = ops;
	db->options = *options;
	db->open = engine_alloc(options->n_texts, sizeof *db->open);
	if (ops->open(db, target, err) < 0) {
		sql_close(db);
		return -1;
	}
	*ret = db;
	return 0;
}

void sql_close(struct sql_db *db)
{
	if (db == NULL)
		return;
	db->ops->close(db);
	free(db->open);
	free(db);
}

enum sql_engine sql_engine(const struct sql_db *db)
{
	return db->ops->engine;
}

const char *sql_error(const struct sql_db *db)
{
	return db->error.text;
}

bool sql_failed_unique(const struct sql_db *db)
{
	return db->failed_unique;
}

bool sql_failed_conflict(const struct sql_db *db)
{
	return db->failed_conflict;
}

bool sql_connected(struct sql_db *db)
{
	return db->ops->connected(db);
}

int sql_reconnect(struct sql_db *db, struct err *err)
{
	if (db->ops->engine == SQL_SQLITE)
		return 0;
	db->tx = ENGINE_TX_NONE;
	db->n_savepoints = 0;
	db->failed = false;
	return db->ops->reconnect(db, err);
}

int sql_limit_locks(struct sql_db *db, struct err *err)
{
	return db->ops->limit_locks != NULL ? db->ops->limit_locks(db, err) : 0;
}

int sql_prepare_all(struct sql_db *db, struct err *err)
{
	for (size_t i = 0; i < db->options.n_texts; i++) {
		if (db->ops->prepare(db, i) < 0)
			return err_set(err, "%s", sql_error(db));
	}
	return 0;
}

/* ---- values in ---- */

struct sql_value sql_null(void)
{
	return (struct sql_value){.type = SQL_NULL};
}

struct sql_value sql_int(int64_t i)
{
	return (struct sql_value){.type = SQL_INT, .i = i};
}

struct sql_value sql_real(double d)
{
	return (struct sql_value){.type = SQL_REAL, .d = d};
}

struct sql_value sql_text(const char *text)
{
	return sql_textn(text, text != NULL ? strlen(text) : 0);
}

struct sql_value sql_textn(const char *text, size_t n_bytes)
{
	if (text == NULL)
		return sql_null();
	return (struct sql_value){.type = SQL_TEXT, .data = text, .n_bytes = n_bytes};
}

struct sql_value sql_blob(const void *data, size_t n_bytes)
{
	if (data == NULL)
		return sql_null();
	return (struct sql_value){.type = SQL_BLOB, .data = data, .n_bytes = n_bytes};
}

/* PostgreSQL refuses such text; SQLite would keep it, and a database could not be moved over. */
static int check_args(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (n_args > SQL_MAX_ARGS)
		return engine_fail(db, stmt, false, "more than %d values", SQL_MAX_ARGS);
	for (size_t i = 0; i < n_args; i++) {
		if (args[i].n_bytes > SQL_MAX_VALUE_BYTES)
			return engine_fail(db, stmt, false, "value %zu is too long", i + 1);
		if (args[i].type != SQL_TEXT)
			continue;
		if (memchr(args[i].data, '\0', args[i].n_bytes) != NULL)
			return engine_fail(db, stmt, false, "value %zu is text that holds a NUL", i + 1);
		if (!utf8_valid(args[i].data, args[i].n_bytes))
			return engine_fail(db, stmt, false, "value %zu is text that is not UTF-8", i + 1);
	}
	return 0;
}

static int check_call(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (db->failed)
		return -1;
	if (stmt != ENGINE_NO_STATEMENT) {
		assert(stmt < db->options.n_texts);
		if (db->open[stmt])
			return engine_fail(db, stmt, false, "its rows are not closed yet");
	}
	return check_args(db, stmt, args, n_args);
}

/* ---- run ---- */

int sql_run(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_changes)
{
	int64_t n_changes = 0;
	if (check_call(db, stmt, args, n_args) < 0 || db->ops->run(db, stmt, args, n_args, &n_changes) < 0)
		return -1;
	if (ret_changes != NULL)
		*ret_changes = n_changes;
	return 0;
}

int sql_send(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (db->ops->send == NULL || db->tx != ENGINE_TX_WRITE)
		return sql_run(db, stmt, args, n_args, NULL);
	return check_call(db, stmt, args, n_args) < 0 ? -1 : db->ops->send(db, stmt, args, n_args);
}

int sql_ahead(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (db->ops->ahead == NULL || db->tx == ENGINE_TX_NONE)
		return 0;
	return check_call(db, stmt, args, n_args) < 0 ? -1 : db->ops->ahead(db, stmt, args, n_args);
}

int sql_query(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, struct sql_rows **ret)
{
	struct sql_rows *rows = NULL;
	if (check_call(db, stmt, args, n_args) < 0 || db->ops->query(db, stmt, args, n_args, &rows) < 0)
		return -1;
	rows->db = db;
	rows->stmt = stmt;
	db->open[stmt] = true;
	*ret = rows;
	return 0;
}

int sql_query_text(struct sql_db *db, const char *text, const struct sql_value *args, size_t n_args, struct sql_rows **ret)
{
	if (check_call(db, ENGINE_NO_STATEMENT, args, n_args) < 0)
		return -1;
	buf_auto struct buf expanded;
	buf_init(&expanded, ENGINE_MAX_TEXT_BYTES);
	struct err err;
	if (sql_expand(db->ops->engine, text, &expanded, &err) < 0)
		return engine_fail(db, ENGINE_NO_STATEMENT, false, "%s", err.text);

	struct sql_rows *rows = NULL;
	if (db->ops->query_text(db, buf_text(&expanded), args, n_args, &rows) < 0)
		return -1;
	rows->db = db;
	rows->stmt = ENGINE_NO_STATEMENT;
	*ret = rows;
	return 0;
}

int sql_script(struct sql_db *db, const char *text)
{
	if (db->failed)
		return -1;
	buf_auto struct buf expanded;
	buf_init(&expanded, ENGINE_MAX_TEXT_BYTES);
	struct err err;
	if (sql_expand(db->ops->engine, text, &expanded, &err) < 0)
		return engine_fail(db, ENGINE_NO_STATEMENT, false, "%s", err.text);
	return db->ops->script(db, buf_text(&expanded));
}

int sql_copy(struct sql_db *db, const char *path, struct err *err)
{
	assert(db->tx == ENGINE_TX_NONE);
	return db->ops->copy(db, path, err);
}

/* ---- rows ---- */

int sql_next(struct sql_rows *rows)
{
	return rows->db->failed ? -1 : rows->db->ops->next(rows);
}

void sql_rows_close(struct sql_rows *rows)
{
	if (rows == NULL)
		return;
	if (rows->stmt != ENGINE_NO_STATEMENT)
		rows->db->open[rows->stmt] = false;
	rows->db->ops->rows_close(rows);
}

void sql_rows_cleanup(struct sql_rows **rows)
{
	sql_rows_close(*rows);
	*rows = NULL;
}

bool sql_is_null(const struct sql_rows *rows, int col)
{
	return rows->db->ops->is_null(rows, col);
}

int64_t sql_col_int(const struct sql_rows *rows, int col)
{
	return sql_is_null(rows, col) ? 0 : rows->db->ops->col_int(rows, col);
}

double sql_col_real(const struct sql_rows *rows, int col)
{
	return sql_is_null(rows, col) ? 0 : rows->db->ops->col_real(rows, col);
}

const char *sql_col_text(const struct sql_rows *rows, int col, size_t *ret_bytes)
{
	size_t n_bytes = 0;
	const char *text = sql_is_null(rows, col) ? NULL : rows->db->ops->col_text(rows, col, &n_bytes);
	if (ret_bytes != NULL)
		*ret_bytes = n_bytes;
	return text;
}

const void *sql_col_blob(const struct sql_rows *rows, int col, size_t *ret_bytes)
{
	size_t n_bytes = 0;
	const void *data = sql_is_null(rows, col) ? NULL : rows->db->ops->col_blob(rows, col, &n_bytes);
	if (ret_bytes != NULL)
		*ret_bytes = n_bytes;
	return data;
}
