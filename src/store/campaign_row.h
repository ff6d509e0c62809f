#pragma once
/* Inside store: reading the view campaign_seen. */

#include "store/campaigns.h"

struct sql_rows;

/* It is in progress since this transaction: held back (store/holds.h), or told and noted. */
must_check int campaign_started(struct store_tx *tx, int64_t no, msec_t now);
void campaign_from_row(const struct sql_rows *rows, struct arena *arena, void *item); /* struct campaign */
must_check int campaign_read_counts(struct store_tx *tx, struct campaign *c);
/* Adds 1613 where the template has a placeholder that no contact of the audience can fill. */
must_check int campaign_judge_keys(struct store_tx *tx, int64_t template_no, int64_t audience_no, struct arena *arena,
                                   struct faults *faults);
