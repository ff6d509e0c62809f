#pragma once
/* Inside store: reading the view contact_seen. */

#include "model/contact.h"

struct sql_rows;

void contact_from_row(const struct sql_rows *rows, struct arena *arena, void *item); /* struct contact */
