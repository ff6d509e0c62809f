/* The PostgreSQL engine. Every result is read whole (all our queries are limited), so that any number of
 * rows may be open on one connection. Values travel as text, whose type the server infers from the
 * statement; only blobs go out in binary. */

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sql/engine.h"
#include "sql/pg_args.h"
#include "sql/pg_pipe.h"
#include "sql/pg_url.h"

/* From PostgreSQL's catalog/pg_type.dat; fixed for ever. */
#define BOOL_OID 16
#define BYTEA_OID 17

#define MAX_IDLE_MS 4000
/* Two that wait for each other's locks are not waited for until the server finds it out, a second later; half of it is left to
 * chance, so that one of them gives up first. */
#define LOCK_MS 150

struct pg_db {
	struct sql_db head;
	PGconn *conn;
	bool limits_locks;
	bool lost; /* the server has said that it ends the connection, which libpq learns with the next read only */
	char *url;
	bool *prepared; /* by statement */
	struct pg_args args;
	struct pg_pipe pipe;
};

struct pg_rows {
	struct sql_rows head;
	PGresult *result;
	int row;
	int n_cols;
	unsigned char **decoded; /* by column: a bytea of the present row, or NULL */
};

static struct pg_db *of_db(struct sql_db *db)
{
	return (struct pg_db *)db;
}

static struct pg_rows *of_rows(struct sql_rows *rows)
{
	return (struct pg_rows *)rows;
}

static const struct pg_rows *of_const_rows(const struct sql_rows *rows)
{
	return (const struct pg_rows *)rows;
}

/* Beside what libpq itself complains of, which has no state. Shut down, crashed, not up yet; connection failures; a transaction
 * that stood still for too long. */
static bool ends_connection(const char *state)
{
	return strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0 || strcmp(state, "25P03") == 0;
}

/* With other transactions: serialization, deadlock, a lock that was not given in time. */
static bool is_conflict(const char *state)
{
	return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0;
}

/* Takes the result over when it is an error. The server's DETAIL is left out: it quotes values. */
static int check(struct pg_db *db, size_t stmt, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
		return 0;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *sentence = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (sentence == NULL) /* libpq itself speaks */
		sentence = result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(db->conn);
	engine_fail(&db->head, stmt, state != NULL && strcmp(state, "23505") == 0, "%.*s", (int)strcspn(sentence, "\n"),
	            sentence);
	db->lost = db->lost || state == NULL || ends_connection(state);
	db->head.failed_conflict = state != NULL && is_conflict(state);
	PQclear(result);
	return -1;
}

/* ---- open ---- */

static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

/* Whatever the server's or the role's defaults are: texts are read the way we write them, and a commit
 * is on disk when it returns. A writer that stands still inside a transaction loses it, so that its locks hold up nobody for
 * long. */
static int set_up(struct pg_db *db, struct err *err)
{
	static const char text[] = "SELECT set_config('standard_conforming_strings', 'on', false),"
				   " set_config('bytea_output', 'hex', false),"
				   " set_config('default_transaction_read_only', $1, false),"
				   " set_config('idle_in_transaction_session_timeout', $2, false),"
				   " set_config('lock_timeout', $3, false),"
				   " set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
				   " WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)";
	const struct sql_options *o = &db->head.options;
	char idle[16] = "0", lock[16] = "0";
	if (!o->read_only)
		snprintf(idle, sizeof(idle), "%d", o->max_idle_ms > 0 ? o->max_idle_ms : MAX_IDLE_MS);
	if (db->limits_locks)
		snprintf(lock, sizeof(lock), "%d", LOCK_MS + (int)(clock_mono_us() % LOCK_MS));
	const char *values[] = {o->read_only ? "on" : "off", idle, lock};
	PQsetNoticeReceiver(db->conn, drop_notice, NULL);
	PGresult *result = PQexecParams(db->conn, text, 3, NULL, values, NULL, NULL, 0);
	if (check(db, ENGINE_NO_STATEMENT, result) < 0)
		return err_set(err, "cannot set PostgreSQL up: %s", sql_error(&db->head));
	PQclear(result);
	return 0;
}

static int connect_failed(struct pg_db *db, struct err *err)
{
	const char *sentence = PQerrorMessage(db->conn);
	if (pg_url_tells(db->url, sentence))
		return err_set(err, "cannot connect to PostgreSQL");
	return err_set(err, "cannot connect to PostgreSQL: %.*s", (int)strcspn(sentence, "\n"), sentence);
}

static int pg_open(struct sql_db *head, const char *url, struct err *err)
{
	/* Those before dbname yield to what the URL says. Without them a vanished server holds us for hours, and of
	 * several hosts one that only follows would be taken. */
	static const char *const keywords[] = {"connect_timeout",           "keepalives_idle",
	                                       "keepalives_interval",       "keepalives_count",
	                                       "tcp_user_timeout",          "target_session_attrs",
	                                       "fallback_application_name", "dbname",
	                                       "client_encoding",           NULL};
	const char *values[] = {"5", "10", "5", "3", "15000", "primary", "crier", url, "UTF8", NULL};

	struct pg_db *db = of_db(head);
	pg_args_init(&db->args);
	db->prepared = engine_alloc(head->options.n_texts, sizeof *db->prepared);
	if (pg_url_check(url, err) < 0)
		return -1;
	db->url = strdup(url);
	db->conn = PQconnectdbParams(keywords, values, 1);
	if (db->url == NULL || db->conn == NULL)
		abort();
	if (PQstatus(db->conn) != CONNECTION_OK)
		return connect_failed(db, err);
	return set_up(db, err);
}

static void pg_close(struct sql_db *head)
{
	struct pg_db *db = of_db(head);
	pg_pipe_forget(&db->pipe);
	PQfinish(db->conn);
	pg_args_fini(&db->args);
	free(db->prepared);
	free(db->url);
}

static bool pg_connected(const struct sql_db *head)
{
	const struct pg_db *db = (const struct pg_db *)head;
	return !db->lost && PQstatus(db->conn) == CONNECTION_OK;
}

static int pg_reconnect(struct sql_db *head, struct err *err)
{
	struct pg_db *db = of_db(head);
	db->pipe.n_sent = 0;
	pg_pipe_forget(&db->pipe);
	PQreset(db->conn);
	if (PQstatus(db->conn) != CONNECTION_OK)
		return connect_failed(db, err);
	db->lost = false;
	memset(db->prepared, 0, head->options.n_texts * sizeof *db->prepared);
	return set_up(db, err);
}

static int pg_limit_locks(struct sql_db *head, struct err *err)
{
	struct pg_db *db = of_db(head);
	db->limits_locks = true;
	return set_up(db, err);
}

/* ---- statements that were sent ---- */

static int settle(struct pg_db *db, PGresult **ret_last)
{
	struct pg_sent failed;
	if (db->pipe.n_sent == 0)
		return 0;
	return pg_pipe_finish(&db->pipe, db->conn, &failed, ret_last) ? check(db, failed.stmt, failed.result) : 0;
}

/* Before a rollback: what failed is undone, whatever it was. */
static void drop(struct pg_db *db)
{
	struct pg_sent failed;
	if (db->pipe.n_sent > 0 && pg_pipe_finish(&db->pipe, db->conn, &failed, NULL))
		PQclear(failed.result);
	pg_pipe_forget(&db->pipe);
}

static int pg_settle(struct sql_db *head)
{
	return settle(of_db(head), NULL);
}

/* ---- run ---- */

static int pg_prepare(struct sql_db *head, size_t stmt)
{
	struct pg_db *db = of_db(head);
	if (db->prepared[stmt])
		return 0;
	if (settle(db, NULL) < 0)
		return -1;
	buf_auto struct buf text;
	buf_init(&text, ENGINE_MAX_TEXT_BYTES);
	if (engine_statement_text(head, stmt, &text) < 0)
		return -1;
	PGresult *result = PQprepare(db->conn, head->options.texts[stmt].name, buf_text(&text), 0, NULL);
	if (check(db, stmt, result) < 0)
		return -1;
	PQclear(result);
	db->prepared[stmt] = true;
	return 0;
}

static int encode(struct pg_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (pg_args_encode(&db->args, args, n_args) < 0)
		return engine_fail(&db->head, stmt, false, "the values are too long together");
	return 0;
}

static int send_one(struct pg_db *db, const struct pg_sent *sent, const struct sql_value *args, size_t n_args)
{
	const char *name = db->head.options.texts[sent->stmt].name;
	if (pg_prepare(&db->head, sent->stmt) < 0 || encode(db, sent->stmt, args, n_args) < 0)
		return -1;
	int result = pg_pipe_send(&db->pipe, db->conn, sent, name, &db->args, n_args);
	if (result > 0) {
		if (settle(db, NULL) < 0)
			return -1;
		result = pg_pipe_send(&db->pipe, db->conn, sent, name, &db->args, n_args);
	}
	return result != 0 ? check(db, sent->stmt, NULL) : 0;
}

static int pg_send(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args)
{
	return send_one(of_db(head), &(struct pg_sent){.stmt = stmt}, args, n_args);
}

static int pg_ahead(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args)
{
	const struct pg_sent sent = {.stmt = stmt, .is_ahead = true, .values = pg_pipe_digest(args, n_args)};
	return send_one(of_db(head), &sent, args, n_args);
}

/* Behind what was sent, so that all of it is one wait. */
static int execute(struct pg_db *db, size_t stmt, const struct sql_value *args, size_t n_args, PGresult **ret)
{
	if (db->pipe.n_sent > 0) {
		if (send_one(db, &(struct pg_sent){.stmt = stmt}, args, n_args) < 0)
			return -1;
		return settle(db, ret);
	}
	if (pg_prepare(&db->head, stmt) < 0 || encode(db, stmt, args, n_args) < 0)
		return -1;
	PGresult *result = PQexecPrepared(db->conn, db->head.options.texts[stmt].name, (int)n_args, db->args.values,
	                                  db->args.lengths, db->args.formats, 0);
	if (check(db, stmt, result) < 0)
		return -1;
	*ret = result;
	return 0;
}

static int pg_run(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args, int64_t *ret_changes)
{
	PGresult *result = NULL;
	if (execute(of_db(head), stmt, args, n_args, &result) < 0)
		return -1;
	/* A SELECT's status counts rows read; PQcmdTuples is empty for statements that count nothing. */
	if (strncmp(PQcmdStatus(result), "SELECT", 6) != 0)
		*ret_changes = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return 0;
}

static struct sql_rows *rows_create(PGresult *result)
{
	struct pg_rows *rows = engine_alloc(1, sizeof *rows);
	rows->result = result;
	rows->row = -1;
	rows->n_cols = PQnfields(result);
	rows->decoded = engine_alloc((size_t)rows->n_cols, sizeof *rows->decoded);
	return &rows->head;
}

/* The answer that is here already, or on its way among others. */
static PGresult *asked_ahead(struct pg_db *db, size_t stmt, const struct sql_value *args, size_t n_args)
{
	if (db->pipe.n_ahead == 0 && db->pipe.n_sent == 0)
		return NULL;
	uint64_t values = pg_pipe_digest(args, n_args);
	PGresult *found = pg_pipe_take(&db->pipe, stmt, values);
	if (found != NULL || !pg_pipe_has(&db->pipe, stmt, values))
		return found;
	return settle(db, NULL) < 0 ? NULL : pg_pipe_take(&db->pipe, stmt, values);
}

static int pg_query(struct sql_db *head, size_t stmt, const struct sql_value *args, size_t n_args, struct sql_rows **ret)
{
	struct pg_db *db = of_db(head);
	PGresult *result = asked_ahead(db, stmt, args, n_args);
	if (head->failed || (result == NULL && execute(db, stmt, args, n_args, &result) < 0))
		return -1;
	*ret = rows_create(result);
	return 0;
}

static int pg_query_text(struct sql_db *head, const char *text, const struct sql_value *args, size_t n_args,
                         struct sql_rows **ret)
{
	struct pg_db *db = of_db(head);
	if (settle(db, NULL) < 0 || encode(db, ENGINE_NO_STATEMENT, args, n_args) < 0)
		return -1;
	PGresult *result = PQexecParams(db->conn, text, (int)n_args, NULL, db->args.values, db->args.lengths, db->args.formats,
	                                0);
	if (check(db, ENGINE_NO_STATEMENT, result) < 0)
		return -1;
	*ret = rows_create(result);
	return 0;
}

static int pg_copy(struct sql_db *head, const char *path, struct err *err)
{
	(void)head;
	(void)path;
	return err_set(err, "PostgreSQL is backed up by its own tools, such as pg_dump");
}

static int pg_script(struct sql_db *head, const char *text)
{
	struct pg_db *db = of_db(head);
	if (strncmp(text, "ROLLBACK", 8) == 0) {
		drop(db);
		if (db->lost) /* with its transaction; the error stays */
			return -1;
	} else if (settle(db, NULL) < 0) {
		return -1;
	}
	PGresult *result = PQexec(db->conn, text);
	if (check(db, ENGINE_NO_STATEMENT, result) < 0)
		return -1;
	bool undone = strcmp(text, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0;
	PQclear(result);
	return undone ? engine_fail(head, ENGINE_NO_STATEMENT, false, "the server rolled the transaction back") : 0;
}

static int pg_control(struct sql_db *head, const char *text)
{
	struct pg_db *db = of_db(head);
	pg_pipe_forget(&db->pipe);
	int result = pg_pipe_text(&db->pipe, db->conn, text);
	if (result > 0) {
		if (settle(db, NULL) < 0)
			return -1;
		result = pg_pipe_text(&db->pipe, db->conn, text);
	}
	return result != 0 ? check(db, ENGINE_NO_STATEMENT, NULL) : 0;
}

/* ---- rows ---- */

static void forget_row(struct pg_rows *rows)
{
	for (int i = 0; i < rows->n_cols; i++) {
		PQfreemem(rows->decoded[i]);
		rows->decoded[i] = NULL;
	}
}

static int pg_next(struct sql_rows *head)
{
	struct pg_rows *rows = of_rows(head);
	forget_row(rows);
	if (rows->row + 1 >= PQntuples(rows->result))
		return 0;
	rows->row++;
	return 1;
}

static void pg_rows_close(struct sql_rows *head)
{
	struct pg_rows *rows = of_rows(head);
	forget_row(rows);
	PQclear(rows->result);
	free(rows->decoded);
	free(rows);
}

static const char *value(const struct pg_rows *rows, int col)
{
	return PQgetvalue(rows->result, rows->row, col);
}

static bool pg_is_null(const struct sql_rows *head, int col)
{
	const struct pg_rows *rows = of_const_rows(head);
	return PQgetisnull(rows->result, rows->row, col);
}

static int64_t pg_col_int(const struct sql_rows *head, int col)
{
	const struct pg_rows *rows = of_const_rows(head);
	if (PQftype(rows->result, col) == BOOL_OID)
		return *value(rows, col) == 't';
	return strtoll(value(rows, col), NULL, 10);
}

static double pg_col_real(const struct sql_rows *head, int col)
{
	return strtod(value(of_const_rows(head), col), NULL);
}

static const char *pg_col_text(const struct sql_rows *head, int col, size_t *ret_bytes)
{
	const struct pg_rows *rows = of_const_rows(head);
	*ret_bytes = (size_t)PQgetlength(rows->result, rows->row, col);
	return value(rows, col);
}

static const void *pg_col_blob(const struct sql_rows *head, int col, size_t *ret_bytes)
{
	const struct pg_rows *rows = of_const_rows(head);
	if (PQftype(rows->result, col) != BYTEA_OID)
		return pg_col_text(head, col, ret_bytes);
	size_t n_bytes = 0;
	PQfreemem(rows->decoded[col]);
	rows->decoded[col] = PQunescapeBytea((const unsigned char *)value(rows, col), &n_bytes);
	if (rows->decoded[col] == NULL)
		abort();
	*ret_bytes = n_bytes;
	return rows->decoded[col];
}

const struct engine_ops pg_ops = {
	.engine = SQL_POSTGRESQL,
	.db_bytes = sizeof(struct pg_db),
	.begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
	.begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	.open = pg_open,
	.close = pg_close,
	.connected = pg_connected,
	.reconnect = pg_reconnect,
	.limit_locks = pg_limit_locks,
	.prepare = pg_prepare,
	.run = pg_run,
	.query = pg_query,
	.query_text = pg_query_text,
	.send = pg_send,
	.ahead = pg_ahead,
	.settle = pg_settle,
	.script = pg_script,
	.control = pg_control,
	.copy = pg_copy,
	.next = pg_next,
	.rows_close = pg_rows_close,
	.is_null = pg_is_null,
	.col_int = pg_col_int,
	.col_real = pg_col_real,
	.col_text = pg_col_text,
	.col_blob = pg_col_blob,
};
