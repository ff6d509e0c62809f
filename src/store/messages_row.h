#pragma once
/* Inside store: rows of the views ledger_seen and inbound_seen, behind two columns of a key. */

#include "store/messages.h"

struct sql_rows;

void message_row_read(const struct sql_rows *rows, struct arena *arena, void *item); /* struct ledger_row */
void inbound_row_read(const struct sql_rows *rows, struct arena *arena, void *item); /* struct inbound_seen */
