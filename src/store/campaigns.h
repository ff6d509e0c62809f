#pragma once
/* Campaigns: their rows, their life, and what delivery needs to run them. */

#include "model/campaign.h"
#include "store/holds.h"
#include "store/page.h"
#include "store/store.h"

struct campaign_filter {
	unsigned statuses;  /* bit per campaign_status; 0: any */
	const char *search; /* part of the name; NULL any */
	struct filter_names senders;
};

/* Checks against the database (1604, 1608, 1613, 1614, 1616 into `faults`, of the fields that have none there yet; then they are
 * in the fields' order) and inserts. 0; 1 when there are faults: nothing done. An immediate one starts at once (in_progress). A
 * name left out becomes `Campaign <create_date>`, ` (2)`…. */
must_check int campaign_create(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now,
                               struct arena *arena, struct faults *faults, int64_t *ret_no);
/* What a create refers to. */
struct campaign_refs {
	int64_t sender_no, template_no, audience_no;
	int64_t snapshot_v; /* the audience's version now */
};
/* The same checks and faults, and nothing done. */
must_check int campaign_check(struct store_tx *tx, int64_t account_no, const struct campaign_request *req, msec_t now,
                              struct arena *arena, struct faults *faults, struct campaign_refs *ret);
/* With its counts. 1 unknown. account_no 0: any. */
must_check int campaign_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct campaign *ret);
must_check int campaign_list(struct store_tx *tx, int64_t account_no, const struct campaign_filter *filter, struct page *page,
                             struct arena *arena, struct campaign *ret, int *ret_n);
must_check int campaign_rename(struct store_tx *tx, int64_t account_no, int64_t no, const char *name,
                               msec_t now); /* 1 unknown, 2 taken */
/* 1 unknown, 2 not scheduled any more. */
must_check int campaign_reschedule(struct store_tx *tx, int64_t account_no, int64_t no, msec_t schedule_ms, msec_t now);
/* Scheduled or in progress → canceled: rows still queued are never sent (marked in batches by campaign_sweep). 1 unknown,
 * 2 over already. */
must_check int campaign_cancel(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* 1 unknown, 2 in progress. The ledger goes in batches by campaign_sweep. */
must_check int campaign_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* ---- the schedule ---- */

must_check int campaign_next_due(struct store_tx *tx, msec_t *ret); /* also when a hold ends by itself; -1 none */
/* Start every scheduled campaign due at `now`; those late by more than their late_start_limit are held instead (in_progress
 * with a hold). *ret_started counts both. Holds whose time
 * has come are judged, or end. */
must_check int campaigns_start_due(struct store_tx *tx, msec_t now, int *ret_started);
/* Every campaign in progress of one sender that is not held, oldest first. */
must_check int campaigns_running(struct store_tx *tx, int64_t sender_no, struct arena *arena, struct campaign **ret, int *ret_n);
/* Work that cancel and delete left behind, `max_rows` at a time. *ret_more when there is more. */
must_check int campaign_sweep(struct store_tx *tx, msec_t now, int max_rows, bool *ret_more);
