#pragma once
/* Inside store: a hold as columns. */

#include "base/arena.h"
#include "model/hold.h"
#include "sql/sql.h"
#include "store/activity.h"

struct hold_columns {
	int reason, rule, since, code; /* behind the code: remedy, until */
};
struct hold hold_from_row(const struct sql_rows *rows, const struct hold_columns *at, struct arena *arena);
/* Its values in the log; the code where there is one. */
#define ACTIVITY_HOLD(h)                                                                                        \
	(const struct activity_fact[]){                                                                         \
		{"rule", hold_rule_text((h)->rule), 0}, {"reason", (h)->reason, 0}, {"code", NULL, (h)->code}}, \
		(h)->code ? 3 : 2
/* hold, hold_rule, hold_code, hold_remedy, hold_until_ms */
#define HOLD_VALUES(h)                                                                                                   \
	sql_text((h)->reason), (h)->rule ? sql_int((h)->rule) : sql_null(), (h)->code ? sql_int((h)->code) : sql_null(), \
		sql_text((h)->remedy), row_time((h)->until)
