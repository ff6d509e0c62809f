#pragma once
/* Inside store: a hold as columns. */

#include "base/arena.h"
#include "model/hold.h"
#include "sql/sql.h"

struct hold_columns {
	int reason, rule, since, code; /* behind the code: remedy, until */
};
struct hold hold_from_row(const struct sql_rows *rows, const struct hold_columns *at, struct arena *arena);
/* hold, hold_rule, hold_code, hold_remedy, hold_until_ms */
#define HOLD_VALUES(h)                                                                                                   \
	sql_text((h)->reason), (h)->rule ? sql_int((h)->rule) : sql_null(), (h)->code ? sql_int((h)->code) : sql_null(), \
		sql_text((h)->remedy), row_time((h)->until)
