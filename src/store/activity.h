#pragma once
/* The log of what is done in an account (model/activity.h): a row is written in the transaction of the act itself, and kept for
 * ACTIVITY_KEPT_MS. */

#include "model/activity.h"
#include "store/page.h"
#include "store/store.h"

#define ACTIVITY_KEPT_MS (90 * DAY_MS)

/* ---- inside store ---- */

/* A value of a row's detail: text, or where that is NULL a number. */
struct activity_fact {
	const char *key, *text;
	int64_t number;
};
#define ACTIVITY_FACTS(...)                          \
	(const struct activity_fact[]){__VA_ARGS__}, \
		sizeof((const struct activity_fact[]){__VA_ARGS__}) / sizeof(struct activity_fact)
#define ACTIVITY_NO_FACTS NULL, 0

/* What was done to a thing that stands in the database, by the number of its row; its account and name are read there. Nothing
 * is written of what clients do not see (the campaign that a sender keeps for single messages). */
must_check int activity_add(struct store_tx *tx, enum activity_action action, int64_t no, const struct activity_fact *facts,
                            size_t n_facts, msec_t now);
/* The same of what has no row to be found by: a number, or a contact by both its numbers. */
must_check int activity_add_named(struct store_tx *tx, enum activity_action action, int64_t account_no, int64_t no, int64_t sub,
                                  const char *name, msec_t now);

/* ---- for all ---- */

/* WhatsApp slowed a sender down, or it is at full speed again: told of each of its campaigns that are being sent. */
must_check int activity_pace(struct store_tx *tx, int64_t sender_no, int64_t rate_mps, int64_t ceiling_mps, msec_t now);

/* WhatsApp said something of a sender that stops nothing, for a person to read. */
must_check int activity_warning(struct store_tx *tx, int64_t sender_no, const char *reason, msec_t now);

struct activity_filter {
	uint64_t actions;         /* bit an action; 0 any */
	enum pubid_kind resource; /* what all of those are done to; 0 several */
	int64_t campaign_no;      /* 0 any */
};
must_check int activity_list(struct store_tx *tx, int64_t account_no, const struct activity_filter *filter, struct page *page,
                             struct arena *arena, struct activity *ret, int *ret_n);
/* Where the log stands in the reader's snapshot, for activity_since. It is no number: with several writers a row may be committed
 * after one of a higher number. Text from `arena`, for this database alone. */
must_check int activity_mark(struct store_tx *tx, struct arena *arena, const char **ret);
/* The rows that can be seen now and could not at the mark, each exactly once: the latest `max`, oldest first. */
must_check int activity_since(struct store_tx *tx, int64_t account_no, const char *mark, struct arena *arena,
                              struct activity *ret, int max, int *ret_n);
/* Forget what is kept no longer, `max_rows` at a time. *ret_more when there may be more. */
must_check int activity_sweep(struct store_tx *tx, msec_t now, int max_rows, bool *ret_more);
