#pragma once
/* One small seam over SQLite and PostgreSQL: connect, prepare by name, bind, step, transaction.
 * Knows no table of ours. A connection belongs to one thread at a time.
 *
 * Statements are written once for both engines with PostgreSQL's placeholders $1, $2, …, each a
 * position; the seam makes them SQLite's ?1, ?2. A few words in braces stand for what the engines
 * spell differently (sql_expand):
 *   {serial}         the type and key of a column that numbers rows; a number is never given twice
 *   {blob} {real}    column types
 *   {transaction_id} the type of a column that tells which transaction wrote its row; NULL in SQLite, which has one writer
 *   {without_rowid}  behind a table's closing parenthesis
 *   {bytewise}       behind TEXT in a column: order by bytes, as SQLite does, whatever the database's locale
 *   {for_update}     at the end of a SELECT in a writing transaction: lock its rows; {for_update_of_c} those of table c, and so
 * on; {for_key_share}: they may be changed, not deleted
 *   {one_at_a_time}  before a statement: the transaction waits for others that began so
 *
 * What the seam cannot hide, so write statements that mean the same in both:
 *   - PostgreSQL infers a placeholder's type from its surroundings. Where there are none (`$1 IS NULL`,
 *     `SELECT $1`) or they mislead (`$1 = 0` makes a 32-bit integer), write CAST($1 AS BIGINT).
 *   - NULLs sort first in SQLite and last in PostgreSQL: write NULLS FIRST or NULLS LAST.
 *   - LIKE ignores ASCII case in SQLite only: write lower(a) LIKE lower(b). LOWER knows every script on both (in PostgreSQL
 *     as far as the database's locale does).
 *
 * Errors: -1 with a sentence in sql_error(db). After an error inside a transaction everything but
 * sql_rollback and sql_rollback_to fails on both engines, and sql_error keeps the first sentence. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct sql_db;
struct sql_rows;

enum sql_engine { SQL_SQLITE, SQL_POSTGRESQL };

/* A named statement; the array lives as long as the connection. */
struct sql_text {
	const char *name; /* [a-z0-9_]+ */
	const char *text;
	const char *pg_text; /* for PostgreSQL when it must differ, else NULL */
};

struct sql_options {
	const struct sql_text *texts; /* index = statement number for sql_query/sql_run */
	size_t n_texts;
	bool read_only;
	int busy_timeout_ms; /* SQLite: wait this long for a lock; 0 means 5,000 */
	int max_idle_ms;     /* PostgreSQL: a writer that asks nothing inside a transaction for so long loses it; 0 means 4,000 */
};

#define SQL_MAX_ARGS 32766
#define SQL_MAX_VALUE_BYTES ((size_t)64 << 20) /* of one text or blob given */

/* `url`: `sqlite:PATH` or a PostgreSQL connection URI (`postgresql://…`, `postgres://…`).
 * SQLite: WAL, synchronous=FULL, foreign keys on; a new file is made with mode 0600. Read-only: the file
 * must exist already.
 * Statements are prepared on first use (a schema may not exist yet); sql_prepare_all prepares the rest.
 * The sentence in `err` never holds the URL's password. */
must_check int sql_open(const char *url, const struct sql_options *options, struct sql_db **ret, struct err *err);
void sql_close(struct sql_db *db); /* NULL is fine; open rows must be closed before */
enum sql_engine sql_engine(const struct sql_db *db);
const char *sql_error(const struct sql_db *db);    /* of the last failure on this connection; never NULL */
bool sql_failed_unique(const struct sql_db *db);   /* was the last failure a uniqueness violation? */
bool sql_failed_conflict(const struct sql_db *db); /* a deadlock, a lock not given in time, or the like: the whole transaction may
                                                      be tried again */
bool sql_connected(struct sql_db *db);             /* false after the server was lost (PostgreSQL) */
must_check int sql_reconnect(struct sql_db *db, struct err *err); /* PostgreSQL: begin anew; SQLite: no-op */
/* PostgreSQL: from now on a lock that is not given within a moment is a conflict (sql_failed_conflict). SQLite: no-op. */
must_check int sql_limit_locks(struct sql_db *db, struct err *err);
must_check int sql_prepare_all(struct sql_db *db, struct err *err);

/* SQLite: write the database as it stands now, consistent in itself, over the empty file `path`; others go on reading and writing
 * meanwhile. Not durable yet. PostgreSQL has its own tools: refused. Outside of transactions. */
must_check int sql_copy(struct sql_db *db, const char *path, struct err *err);

/* ---- values in ---- */

enum sql_type { SQL_NULL, SQL_INT, SQL_REAL, SQL_TEXT, SQL_BLOB };

struct sql_value {
	enum sql_type type;
	int64_t i;
	double d;
	const void *data; /* borrowed for the call */
	size_t n_bytes;
};

struct sql_value sql_null(void);
struct sql_value sql_int(int64_t i);
struct sql_value sql_real(double d);
struct sql_value sql_text(const char *text); /* NULL binds NULL; must be valid UTF-8 without NUL */
struct sql_value sql_textn(const char *text, size_t n_bytes);
struct sql_value sql_blob(const void *data, size_t n_bytes);
#define SQL_ARGS(...) \
	(const struct sql_value[]){__VA_ARGS__}, sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value)

/* ---- run ---- */

/* Run statement number `stmt` that yields no rows anyone needs. Rows changed in *ret_changes when not NULL.
 * There must be as many values as the statement has placeholders. */
must_check int sql_run(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_changes);

/* sql_run without a wait for the answer, for writes one after the other that nobody needs to know more of: its failure is told by
 * a later call on this connection, at the latest by sql_release or sql_commit. Inside a writing transaction. */
must_check int sql_send(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args);
/* Say what sql_query will ask next with these values, several times in this order, so that all the questions go out at once.
 * Until then nothing may change what they find; other statements may come between. At most SQL_MAX_AHEAD at a time. */
must_check int sql_ahead(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args);
#define SQL_MAX_AHEAD 128

/* Start statement `stmt`; then sql_next until it returns 0 (no more) or -1. Always sql_rows_close, also
 * after an error. One statement may be open once at a time; different statements may nest. A statement
 * that both writes and returns rows is to be read to its end. */
must_check int sql_query(struct sql_db *db, size_t stmt, const struct sql_value *args, size_t n_args, struct sql_rows **ret);
must_check int sql_next(struct sql_rows *rows); /* 1 a row, 0 the end (and again 0), -1 error */
void sql_rows_close(struct sql_rows *rows);     /* NULL is fine */
void sql_rows_cleanup(struct sql_rows **rows);
#define sql_rows_auto __attribute__((cleanup(sql_rows_cleanup)))

/* Columns of the present row, from 0. Text and blobs are borrowed until the next sql_next/close.
 * sql_col_int reads an SQL truth value as 1 or 0, and cuts a fraction. An empty blob is not NULL. */
bool sql_is_null(const struct sql_rows *rows, int col);
int64_t sql_col_int(const struct sql_rows *rows, int col); /* NULL gives 0 */
double sql_col_real(const struct sql_rows *rows, int col);
/* NULL gives NULL; ret_bytes may be NULL. */
const char *sql_col_text(const struct sql_rows *rows, int col, size_t *ret_bytes);
const void *sql_col_blob(const struct sql_rows *rows, int col, size_t *ret_bytes);

/* Text that is not a named statement: filters put together from fixed pieces of ours (values always
 * bound), EXPLAIN, migrations. Same rules; prepared for this once. */
must_check int sql_query_text(struct sql_db *db, const char *text, const struct sql_value *args, size_t n_args,
                              struct sql_rows **ret);
/* Several statements split at `;`, no values, no rows. {words} are expanded. All or nothing only inside
 * a transaction. */
must_check int sql_script(struct sql_db *db, const char *text);

/* ---- transactions: one at a time a connection; savepoints nest inside ---- */

/* SQLite takes the write lock at once (BEGIN IMMEDIATE); PostgreSQL is READ COMMITTED. Refused on a
 * read-only connection. */
must_check int sql_begin(struct sql_db *db);
/* A stable snapshot, taken by the first read, for several reads; writing fails. */
must_check int sql_begin_read(struct sql_db *db);
/* Durable when it returns 0. After -1 roll back; if then sql_connected is false the commit may still
 * have happened. Savepoints must be released before. */
must_check int sql_commit(struct sql_db *db);
void sql_rollback(struct sql_db *db); /* without a transaction a no-op; sql_error stays */
bool sql_in_transaction(const struct sql_db *db);
must_check int sql_savepoint(struct sql_db *db);
must_check int sql_release(struct sql_db *db);     /* keep what was done since the savepoint */
must_check int sql_rollback_to(struct sql_db *db); /* undo it and drop the savepoint; sql_error stays when 0 */

/* ---- dialect, and the check on scans ---- */

/* Write `text` as `engine` takes it: {words} replaced, $1 as ?1 for SQLite, both left alone inside quotes
 * and comments (E'' strings with backslashes are not known). -1 for an unknown word. Exposed for tests. */
int sql_expand(enum sql_engine engine, const char *text, struct buf *out, struct err *err);
/* For tests, SQLite only: true in *ret_scans when the plan of statement `stmt` reads a whole table or
 * index (a subquery's rows, constants and table-valued functions may be read whole) or sorts for ORDER BY
 * without an index; the plan's lines, each ended by a newline, are added to `plan`. */
must_check int sql_explain(struct sql_db *db, size_t stmt, bool *ret_scans, struct buf *plan);
