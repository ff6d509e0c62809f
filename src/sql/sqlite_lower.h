#pragma once
/* SQLite's own LOWER knows ASCII alone: here is one of every script, sign by sign, as PostgreSQL has it. */

#include <sqlite3.h>

/* Takes the place of SQLite's on this connection. SQLite's code. */
int sqlite_lower_add(sqlite3 *conn);
