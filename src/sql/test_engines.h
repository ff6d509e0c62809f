#pragma once
/* One case, run on both engines; on PostgreSQL skipped without a server (testdb_available). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/sql.h"

extern enum sql_engine engines_list[2];
int engines_teardown(void **state);

#define ON_SQLITE(f)                                                                 \
	{                                                                            \
#f " (sqlite)", f, NULL, engines_teardown, &engines_list[SQL_SQLITE] \
	}
#define ON_POSTGRESQL(f)                                                                     \
	{                                                                                    \
#f " (postgresql)", f, NULL, engines_teardown, &engines_list[SQL_POSTGRESQL] \
	}
#define ON_BOTH(f) ON_SQLITE(f), ON_POSTGRESQL(f)

/* A fresh database with `schema`; skips the test when the engine is not there. */
struct sql_db *engines_open(void **state, const struct sql_options *options, const char *schema);
/* The same, but the URL of it, for several connections. */
const char *engines_url(void **state, const char *schema);
struct sql_db *engines_connect(const char *url, const struct sql_options *options);
/* The one integer that `text` yields. */
int64_t engines_int(struct sql_db *db, const char *text);
