/* The SQLite engine: one file, a write-ahead log, every commit synced. */

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sql/engine.h"
#include "sql/sqlite_lower.h"

#define DEFAULT_BUSY_TIMEOUT_MS 5000

/* Memory that does not grow with the database: 16 MiB of pages for the one writer, 4 MiB for each reader, nothing mapped
 * (the kernel's own cache serves both). The log is cut back after a huge transaction. */
static const char writer_setup[] = "PRAGMA synchronous=FULL;"
				   "PRAGMA foreign_keys=ON;"
				   "PRAGMA cache_size=-16384;"
				   "PRAGMA wal_autocheckpoint=8192;"
				   "PRAGMA journal_size_limit=67108864;";
static const char reader_setup[] = "PRAGMA query_only=ON;"
				   "PRAGMA foreign_keys=ON;"
				   "PRAGMA cache_size=-4096;";

struct sqlite_rows {
	struct sql_rows head;
	sqlite3_stmt *stmt;
	bool once;  /* prepared for this query, not by name */
	bool ended; /* one more step would run the statement anew */
};

struct sqlite_db {
	struct sql_db head;
	sqlite3 *conn;
	struct sqlite_rows *named; /* by statement; stmt NULL until prepared */
};

static struct sqlite_db *of_db(struct sql_db *db)
{
	return (struct sqlite_db *)db;
}

static sqlite3_stmt *of_rows(const struct sql_rows *rows)
{
	return ((const struct sqlite_rows *)rows)->stmt;
}

static int fail(struct sqlite_db *db, size_t stmt)
{
	int code = sqlite3_extended_errcode(db->conn);
	bool unique = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
	return engine_fail(&db->head, stmt, unique, "%s", sqlite3_errmsg(db->conn));
}

/* ---- open ---- */

/* SQLite would make the file by the process's umask, and its log and index take the file's mode.
 * Made by mknod because a descriptor opened and closed here would drop the locks that another
 * connection of this process holds on the same file. */
static int make_file(const char *path, struct err *err)
{
	if (mknod(path, S_IFREG | S_IRUSR | S_IWUSR, 0) < 0 && errno != EEXIST)
		return err_set(err, "cannot create %s: %s", path, strerror(errno));
	return 0;
}

static int set_wal(struct sqlite_db *db, const char *path, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	char mode[16] = "";
	if (sqlite3_prepare_v2(db->conn, "PRAGMA journal_mode=WAL", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		snprintf(mode, sizeof mode, "%s", (const char *)sqlite3_column_text(stmt, 0));
	int code = sqlite3_finalize(stmt);
	if (code != SQLITE_OK)
		return err_set(err, "cannot use %s: %s", path, sqlite3_errmsg(db->conn));
	if (strcmp(mode, "wal") != 0)
		return err_set(err, "cannot use %s: it has no write-ahead log", path);
	return 0;
}

static int set_up(struct sqlite_db *db, const char *path, struct err *err)
{
	bool read_only = db->head.options.read_only;
	int timeout_ms = db->head.options.busy_timeout_ms;
	sqlite3_extended_result_codes(db->conn, 1);
	sqlite3_busy_timeout(db->conn, timeout_ms > 0 ? timeout_ms : DEFAULT_BUSY_TIMEOUT_MS);
	/* A misspelt "column" must be an error, as in PostgreSQL, and not a string. */
	sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db->conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);

	if (!read_only && set_wal(db, path, err) < 0)
		return -1;
	const char *setup = read_only ? reader_setup : writer_setup;
	if (sqlite3_exec(db->conn, setup, NULL, NULL, NULL) != SQLITE_OK || sqlite_lower_add(db->conn) != SQLITE_OK)
		return err_set(err, "cannot use %s: %s", path, sqlite3_errmsg(db->conn));
	return 0;
}

/* Before the first connection of the process. What a savepoint needs for going back, the pages that a job changes, stands in
 * memory: by default nearly every transaction made a temporary file of them (SQLITE_CONFIG_STMTJRNL_SPILL; between the two, once
 * a journal that was cut back outgrows the limit, SQLite 3.40 says that the disk is full). Nobody asks how much memory SQLite
 * has: counting it would be a lock at each allocation. */
static void set_up_library(void)
{
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int sqlite_open(struct sql_db *head, const char *path, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite_db *db = of_db(head);
	bool read_only = head->options.read_only;
	pthread_once(&once, set_up_library);
	/* SQLite takes these for a database that is gone after closing. */
	if (*path == '\0' || *path == ':')
		return err_set(err, "a database URL for SQLite is sqlite: and the path of a file");
	if (!read_only && make_file(path, err) < 0)
		return -1;
	db->named = engine_alloc(head->options.n_texts, sizeof *db->named);

	int flags = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(path, &db->conn, flags, NULL) != SQLITE_OK)
		return err_set(err, "cannot open %s: %s", path, db->conn != NULL ? sqlite3_errmsg(db->conn) : "out of memory");
	return set_up(db, path, err);
}

static void sqlite_close(struct sql_db *head)
{
	struct sqlite_db *db = of_db(head);
	for (size_t i = 0; db->named != NULL && i < head->options.n_texts; i++)
		sqlite3_finalize(db->named[i].stmt);
	free(db->named);
	int code = sqlite3_close(db->conn);
	assert(code != SQLITE_BUSY); /* rows of a text query were left open */
	(void)code;
}

static bool sqlite_connected(const struct sql_db *head)
{
	(void)head;
	return true;
}

static int sqlite_reconnect(struct sql_db *head, struct err *err)
{
	(void)head;
	(void)err;
	return 0;
}

/* ---- prepare ---- */

static int compile(struct sqlite_db *db, size_t stmt, const char *text, unsigned flags, sqlite3_stmt **ret)
{
	sqlite3_stmt *compiled = NULL, *more = NULL;
	const char *rest = NULL;
	if (sqlite3_prepare_v3(db->conn, text, -1, flags, &compiled, &rest) != SQLITE_OK)
		return fail(db, stmt);
	if (compiled == NULL)
		return engine_fail(&db->head, stmt, false, "the statement is empty");
	/* What compiles to nothing is blanks and comments. */
	int code = sqlite3_prepare_v3(db->conn, rest, -1, 0, &more, NULL);
	if (code != SQLITE_OK || more != NULL) {
		sqlite3_finalize(more);
		sqlite3_finalize(compiled);
		return engine_fail(&db->head, stmt, false, "there is more than one statement");
	}
	*ret = compiled;
	return 0;
}

static int sqlite_prepare(struct sql_db *head, size_t stmt)
{
	struct sqlite_db *db = of_db(head);
	if (db->named[stmt].stmt != NULL)
		return 0;
	buf_auto struct buf text;
	buf_init(&text, ENGINE_MAX_TEXT_BYTES);
	if (engine_statement_text(head, stmt, &text) < 0)
		return -1;
	return compile(db, stmt, buf_text(&text), SQLITE_PREPARE_PERSISTENT, &db->named[stmt].stmt);
}

static int bind_one(sqlite3_stmt *compiled, int at, const struct sql_value *arg, sqlite3_destructor_type lifetime)
{
	switch (arg->type) {
	case SQL_NULL:
		return sqlite3_bind_null(compiled, at);
	case SQL_INT:
		return sqlite3_bind_int64(compiled, at, arg->i);
	case SQL_REAL:
		return sqlite3_bind_double(compiled, at, arg->d);
	case SQL_TEXT:
		return sqlite3_bind_text64(compiled, at, arg->data, arg->n_bytes, lifetime, SQLITE_UTF8);
	case SQL_BLOB:
		return sqlite3_bind_blob64(compiled, at, arg->data, arg->n_bytes, lifetime);
	}
	return SQLITE_MISUSE;
}

/* Bind all values of a statement that is about to run, and hold it to the kind of transaction. */
static int bind(struct sqlite_db *db, size_t stmt, sqlite3_stmt *compiled, const struct sql_value *args, size_t n_args,
                sqlite3_destructor_type lifetime)
{
	size_t n_wanted = (size_t)sqlite3_bind_parameter_count(compiled);
	if (n_args != n_wanted && !sqlite3_stmt_isexplain(compiled))
		return engine_fail(&db->head, stmt, false, "%zu values given for %zu placeholders", n_args, n_wanted);
	if (db->head.tx == ENGINE_TX_READ && !sqlite3_stmt_readonly(compiled))
		return engine_fail(&db->head, stmt, false, "writes in a read-only transaction");
	for (size_t i = 0; i < n_args; i++) {
		if (bind_one(compiled, (int)i + 1, &args[i], lifetime) != SQLITE_OK)
			return fail(db, stmt);
	}
	return 0;
}

/* ---- run ---- */

static int sqlite_run(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_changes)
{
	struct sqlite_db *db = of_db(head);
	if (sqlite_prepare(head, stmt) < 0)
		return -1;
	sqlite3_stmt *compiled = db->named[stmt].stmt;
	int ret = bind(db, stmt, compiled, args, n_args, SQLITE_STATIC);
	if (ret == 0) {
		/* sqlite3_changes keeps an older statement's count when this one changes nothing. */
		sqlite3_int64 before = sqlite3_total_changes64(db->conn);
		int code;
		while ((code = sqlite3_step(compiled)) == SQLITE_ROW)
			;
		if (code != SQLITE_DONE)
			ret = fail(db, stmt);
		else if (sqlite3_total_changes64(db->conn) != before)
			*ret_changes = sqlite3_changes64(db->conn);
	}
	sqlite3_reset(compiled);
	sqlite3_clear_bindings(compiled);
	return ret;
}

static int sqlite_query(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args, struct sql_rows **ret)
{
	struct sqlite_db *db = of_db(head);
	if (sqlite_prepare(head, stmt) < 0)
		return -1;
	struct sqlite_rows *rows = &db->named[stmt];
	if (bind(db, stmt, rows->stmt, args, n_args, SQLITE_TRANSIENT) < 0) {
		sqlite3_clear_bindings(rows->stmt);
		return -1;
	}
	rows->ended = false;
	*ret = &rows->head;
	return 0;
}

static int sqlite_query_text(struct sql_db *head, const char *text, const struct sql_value *args, size_t n_args,
                             struct sql_rows **ret)
{
	struct sqlite_db *db = of_db(head);
	sqlite3_stmt *compiled = NULL;
	if (compile(db, ENGINE_NO_STATEMENT, text, 0, &compiled) < 0)
		return -1;
	if (bind(db, ENGINE_NO_STATEMENT, compiled, args, n_args, SQLITE_TRANSIENT) < 0) {
		sqlite3_finalize(compiled);
		return -1;
	}
	struct sqlite_rows *rows = engine_alloc(1, sizeof *rows);
	rows->stmt = compiled;
	rows->once = true;
	*ret = &rows->head;
	return 0;
}

static int sqlite_script(struct sql_db *head, const char *text)
{
	struct sqlite_db *db = of_db(head);
	while (*text != '\0') {
		sqlite3_stmt *compiled = NULL;
		if (sqlite3_prepare_v2(db->conn, text, -1, &compiled, &text) != SQLITE_OK)
			return fail(db, ENGINE_NO_STATEMENT);
		if (compiled == NULL)
			continue;
		int ret = bind(db, ENGINE_NO_STATEMENT, compiled, NULL, 0, SQLITE_STATIC);
		int code = SQLITE_ROW;
		while (ret == 0 && code == SQLITE_ROW)
			code = sqlite3_step(compiled);
		if (ret == 0 && code != SQLITE_DONE)
			ret = fail(db, ENGINE_NO_STATEMENT);
		sqlite3_finalize(compiled);
		if (ret < 0)
			return -1;
	}
	return 0;
}

/* In one step, so that it is one read transaction: what is committed meanwhile does not begin it anew. */
static int copy_to(struct sqlite_db *db, sqlite3 *to, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", db->conn, "main");
	if (backup == NULL)
		return err_set(err, "%s", sqlite3_errmsg(to));
	int code = sqlite3_backup_step(backup, -1), end = sqlite3_backup_finish(backup);
	return code == SQLITE_DONE && end == SQLITE_OK ? 0 : err_set(err, "%s", sqlite3_errstr(code == SQLITE_DONE ? end : code));
}

static int sqlite_copy(struct sql_db *head, const char *path, struct err *err)
{
	sqlite3 *to = NULL;
	int result = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK
	                     ? copy_to(of_db(head), to, err)
	                     : err_set(err, "%s", to != NULL ? sqlite3_errmsg(to) : "out of memory");
	sqlite3_close(to);
	return result;
}

/* ---- rows ---- */

static int sqlite_next(struct sql_rows *head)
{
	struct sqlite_rows *rows = (struct sqlite_rows *)head;
	if (rows->ended)
		return 0;
	int code = sqlite3_step(rows->stmt);
	if (code == SQLITE_ROW)
		return 1;
	rows->ended = true;
	return code == SQLITE_DONE ? 0 : fail(of_db(head->db), head->stmt);
}

static void sqlite_rows_close(struct sql_rows *head)
{
	struct sqlite_rows *rows = (struct sqlite_rows *)head;
	if (rows->once) {
		sqlite3_finalize(rows->stmt);
		free(rows);
		return;
	}
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
}

static bool sqlite_is_null(const struct sql_rows *rows, int col)
{
	return sqlite3_column_type(of_rows(rows), col) == SQLITE_NULL;
}

static int64_t sqlite_col_int(const struct sql_rows *rows, int col)
{
	return sqlite3_column_int64(of_rows(rows), col);
}

static double sqlite_col_real(const struct sql_rows *rows, int col)
{
	return sqlite3_column_double(of_rows(rows), col);
}

static const char *sqlite_col_text(const struct sql_rows *rows, int col, size_t *ret_bytes)
{
	const unsigned char *text = sqlite3_column_text(of_rows(rows), col);
	if (text == NULL)
		abort(); /* not NULL in SQL, so memory is out */
	*ret_bytes = (size_t)sqlite3_column_bytes(of_rows(rows), col);
	return (const char *)text;
}

static const void *sqlite_col_blob(const struct sql_rows *rows, int col, size_t *ret_bytes)
{
	const void *data = sqlite3_column_blob(of_rows(rows), col);
	*ret_bytes = (size_t)sqlite3_column_bytes(of_rows(rows), col);
	return data != NULL ? data : ""; /* SQLite gives NULL for an empty blob */
}

const struct engine_ops sqlite_ops = {
	.engine = SQL_SQLITE,
	.db_bytes = sizeof(struct sqlite_db),
	.begin = "BEGIN IMMEDIATE",
	.begin_read = "BEGIN",
	.open = sqlite_open,
	.close = sqlite_close,
	.connected = sqlite_connected,
	.reconnect = sqlite_reconnect,
	.prepare = sqlite_prepare,
	.run = sqlite_run,
	.query = sqlite_query,
	.query_text = sqlite_query_text,
	.script = sqlite_script,
	.control = sqlite_script,
	.copy = sqlite_copy,
	.next = sqlite_next,
	.rows_close = sqlite_rows_close,
	.is_null = sqlite_is_null,
	.col_int = sqlite_col_int,
	.col_real = sqlite_col_real,
	.col_text = sqlite_col_text,
	.col_blob = sqlite_col_blob,
};
