/* Transactions, kept by the same book for both engines.
 *
 * PostgreSQL refuses everything in a transaction after an error, and answers COMMIT with a quiet
 * rollback; SQLite goes on as if nothing had been. `failed` makes SQLite as strict and PostgreSQL as
 * loud: after an error only rolling back is possible. */

#include <stdio.h>

#include "sql/engine.h"

static int fail(struct sql_db *db, const char *sentence)
{
	return engine_fail(db, ENGINE_NO_STATEMENT, false, "%s", sentence);
}

static int begin(struct sql_db *db, enum engine_tx tx, const char *text)
{
	if (db->tx != ENGINE_TX_NONE)
		return fail(db, "a transaction is open already");
	if (db->ops->control(db, text) < 0)
		return -1;
	db->tx = tx;
	db->n_savepoints = 0;
	db->failed = false;
	return 0;
}

int sql_begin(struct sql_db *db)
{
	if (db->options.read_only)
		return fail(db, "the connection is read-only");
	return begin(db, ENGINE_TX_WRITE, db->ops->begin);
}

int sql_begin_read(struct sql_db *db)
{
	return begin(db, ENGINE_TX_READ, db->ops->begin_read);
}

int sql_commit(struct sql_db *db)
{
	if (db->failed)
		return -1;
	if (db->tx == ENGINE_TX_NONE)
		return fail(db, "no transaction is open");
	if (db->n_savepoints > 0)
		return fail(db, "a savepoint is open");
	if (db->ops->script(db, "COMMIT") < 0)
		return -1;
	db->tx = ENGINE_TX_NONE;
	return 0;
}

/* Some failures (a full disk, a lost server) have ended the transaction already, and the caller still wants to know the first
 * one. */
static int go_back(struct sql_db *db, const char *text)
{
	struct err error = db->error;
	bool failed_unique = db->failed_unique, failed_conflict = db->failed_conflict;
	int result = db->ops->script(db, text);
	db->error = error;
	db->failed_unique = failed_unique;
	db->failed_conflict = failed_conflict;
	return result;
}

void sql_rollback(struct sql_db *db)
{
	if (db->tx == ENGINE_TX_NONE)
		return;
	(void)go_back(db, "ROLLBACK");
	db->tx = ENGINE_TX_NONE;
	db->n_savepoints = 0;
	db->failed = false;
}

bool sql_in_transaction(const struct sql_db *db)
{
	return db->tx != ENGINE_TX_NONE;
}

/* ---- savepoints: s1, s2, … by depth ---- */

int sql_savepoint(struct sql_db *db)
{
	if (db->failed)
		return -1;
	if (db->tx == ENGINE_TX_NONE)
		return fail(db, "no transaction is open");
	char text[64];
	snprintf(text, sizeof text, "SAVEPOINT s%u", db->n_savepoints + 1);
	if (db->ops->control(db, text) < 0)
		return -1;
	db->n_savepoints++;
	return 0;
}

int sql_release(struct sql_db *db)
{
	if (db->failed)
		return -1;
	if (db->n_savepoints == 0)
		return fail(db, "no savepoint is open");
	char text[64];
	snprintf(text, sizeof text, "RELEASE SAVEPOINT s%u", db->n_savepoints);
	if ((db->ops->settle != NULL && db->ops->settle(db) < 0) || db->ops->control(db, text) < 0)
		return -1;
	db->n_savepoints--;
	return 0;
}

int sql_rollback_to(struct sql_db *db)
{
	if (db->n_savepoints == 0)
		return fail(db, "no savepoint is open");
	char text[96];
	snprintf(text, sizeof text, "ROLLBACK TO SAVEPOINT s%u; RELEASE SAVEPOINT s%u", db->n_savepoints, db->n_savepoints);
	if (go_back(db, text) < 0)
		return -1;
	db->n_savepoints--;
	db->failed = false;
	return 0;
}
