#pragma once
/* Inside this room only: what the shared half (sql.c, engine.c, sql_tx.c, sql_expand.c, sql_explain.c) asks of an
 * engine (sqlite.c, pg.c), and what both know of a connection. An engine embeds these structs as the
 * first member of its own.
 *
 * The shared half has judged arguments and state before it calls; texts given to an engine are expanded.
 * Engines report failures with engine_fail and return -1. */

#include "sql/sql.h"

#define ENGINE_NO_STATEMENT SIZE_MAX
#define ENGINE_MAX_TEXT_BYTES ((size_t)1 << 20)

enum engine_tx { ENGINE_TX_NONE, ENGINE_TX_READ, ENGINE_TX_WRITE };

struct engine_ops {
	enum sql_engine engine;
	size_t db_bytes; /* of the engine's own struct around struct sql_db */
	const char *begin, *begin_read;

	int (*open)(struct sql_db *db, const char *url, struct err *err);
	void (*close)(struct sql_db *db); /* also what open left half done; does not free db */
	bool (*connected)(const struct sql_db *db);
	int (*reconnect)(struct sql_db *db, struct err *err);
	int (*limit_locks)(struct sql_db *db, struct err *err); /* NULL: nothing to do */

	int (*prepare)(struct sql_db *db, size_t stmt);
	int (*run)(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_changes);
	int (*query)(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, struct sql_rows **ret);
	int (*query_text)(struct sql_db *db, const char *text, const struct sql_value *args, size_t n_args,
	                  struct sql_rows **ret);
	/* As run and query, with the answer read later or asked for later (sql_send, sql_ahead); NULL: run, and nothing. */
	int (*send)(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args);
	int (*ahead)(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args);
	int (*settle)(struct sql_db *db); /* read what sent statements were answered; NULL: nothing to do */
	int (*script)(struct sql_db *db, const char *text);
	/* BEGIN, SAVEPOINT or RELEASE, which fail with the connection alone: as send where there is one. */
	int (*control)(struct sql_db *db, const char *text);
	int (*copy)(struct sql_db *db, const char *path, struct err *err);

	int (*next)(struct sql_rows *rows);
	void (*rows_close)(struct sql_rows *rows);
	bool (*is_null)(const struct sql_rows *rows, int col);
	int64_t (*col_int)(const struct sql_rows *rows, int col);
	double (*col_real)(const struct sql_rows *rows, int col);
	const char *(*col_text)(const struct sql_rows *rows, int col, size_t *ret_bytes); /* not called for NULL */
	const void *(*col_blob)(const struct sql_rows *rows, int col, size_t *ret_bytes); /* not called for NULL */
};

extern const struct engine_ops sqlite_ops;
extern const struct engine_ops pg_ops;

struct sql_db {
	const struct engine_ops *ops;
	struct sql_options options;
	bool *open; /* by statement: its rows are not closed yet */
	enum engine_tx tx;
	unsigned n_savepoints;
	bool failed; /* inside a transaction: only rolling back helps */
	bool failed_unique, failed_conflict;
	struct err error;
};

struct sql_rows {
	struct sql_db *db;
	size_t stmt; /* or ENGINE_NO_STATEMENT */
};

/* Remember a failure, with the statement's name in front; returns -1. */
int engine_fail(struct sql_db *db, size_t stmt, bool unique, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The text of statement `stmt` for this engine, expanded; -1 after engine_fail. */
must_check int engine_statement_text(struct sql_db *db, size_t stmt, struct buf *out);
void *engine_alloc(size_t n, size_t item_bytes); /* zeroed; out of memory aborts */
