#pragma once
/* Inside webhook: what Meta's events mean for the store. On the store thread, inside a job. */

#include "store/inbox.h"

/* Apply events in their order and take them out of the inbox. *ret_changed: something that delivery should look at (a
 * template's verdict). Bodies that are no webhooks at all are set aside. -1: the database failed, or an event cannot be
 * applied; the caller's savepoint undoes everything. */
must_check int apply_events(struct store_tx *tx, const struct inbox_event *events, int n, msec_t now, bool *ret_changed);
