#pragma once
/* Inside store: reading the view campaign_seen. */

#include "store/campaigns.h"

struct sql_rows;

void campaign_from_row(const struct sql_rows *rows, struct arena *arena, void *item); /* struct campaign */
must_check int campaign_read_counts(struct store_tx *tx, struct campaign *c, struct arena *arena);
