#pragma once
/* For tests only: a fresh database for each test, so that tests and test programs run side by side.
 * SQLite: a file in a folder of its own under TMPDIR. PostgreSQL: a database of its own on the server that
 * the environment's CRIER_TEST_PG names (a connection URI; tests/pg.sh starts one), ordered by the rules of
 * English, so that text that should be {bytewise} shows. One thread. What goes wrong is told on standard
 * error. */

#include <stdbool.h>

#include "sql/sql.h"

bool testdb_available(enum sql_engine engine); /* when false, skip() */
/* A fresh, empty database; its URL is good until testdb_cleanup, for several connections. Aborts when
 * there can be none. */
const char *testdb_url(enum sql_engine engine);
/* A fresh database that holds what `fill` (-1: it failed) makes of an empty one. It is asked once in a process for each engine,
 * and has closed its connections when it returns; the rest are copies. One `fill` in a program. */
const char *testdb_url_filled(enum sql_engine engine, int (*fill)(const char *url));
/* A fresh, empty database and a connection to it, which the test closes; -1 when there can be none. */
must_check int testdb_open(enum sql_engine engine, const struct sql_options *options, struct sql_db **ret);
/* Remove all of them; connections should be closed before. A good teardown. */
void testdb_cleanup(void);
