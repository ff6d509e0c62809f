#pragma once
/* Counters of a campaign, moved in the transaction of the rows they count. */

#include "base/clock.h"
#include "store/store.h"

enum tally_kind {                    /* in the database; never renumber */
	          TALLY_STATE = 0,   /* bucket: enum state */
	          TALLY_FAILED = 1,  /* bucket: Meta's code */
	          TALLY_SKIPPED = 2, /* bucket: rule */
	          TALLY_HANDED = 3,  /* handed over to Meta (accepted, ever); bucket 0 */
	          TALLY_T_SENT = 4,  /* timeline, bucket: minute since the epoch; handed over */
	          TALLY_T_DELIVERED = 5,
	          TALLY_T_READ = 6,
	          TALLY_T_FAILED = 7,
	          TALLY_C_RECIPIENTS = 8, /* by country, bucket: its number (model/number.h), 0 unknown */
	          TALLY_C_SENT = 9,       /* handed over */
	          TALLY_C_DELIVERED = 10,
	          TALLY_C_READ = 11,
	          TALLY_C_FAILED = 12,
	          TALLY_T_LOST = 13,    /* by the minute of their handing over: those that failed, before or after it */
	          TALLY_T_REFUSED = 14, /* of them, those that were not taken; their minute is not in TALLY_T_SENT */
	          TALLY_S_SENT = 15,    /* as TALLY_T_SENT and the three behind it, by the second, while the campaign begins */
	          TALLY_S_DELIVERED = 16,
	          TALLY_S_READ = 17,
	          TALLY_S_FAILED = 18,
};
#define TALLY_SECONDS 1500      /* of a campaign, as many points as a timeline has */
#define TALLY_SECONDS_BEFORE 60 /* of them before its start: Meta's clock may be behind */

struct tally {
	enum tally_kind kind;
	int64_t bucket, n;
};

/* Additions gathered in memory during one batch, then written once. */
struct tally_batch;
struct tally_batch *tally_batch_create(void);
void tally_batch_destroy(struct tally_batch *batch);
void tally_add(struct tally_batch *batch, int64_t campaign_no, enum tally_kind kind, int64_t bucket, int64_t n);
/* The campaign of the steps that follow began then; -1: never, as single messages are. */
void tally_begun(struct tally_batch *batch, int64_t campaign_no, msec_t start_ms);
/* A step of a row onto the timeline, at `at`: by the minute (TALLY_T_SENT to TALLY_T_FAILED), and by the second where the
 * campaign is known to have begun not long before. */
void tally_add_step(struct tally_batch *batch, int64_t campaign_no, enum tally_kind by_minute, msec_t at, int64_t n);
/* Write them all; the batch is spent: it takes no more additions. */
must_check int tally_flush(struct store_tx *tx, struct tally_batch *batch);

/* The counters of a campaign, by kind and bucket: those by the second too, or without them. */
must_check int tally_read(struct store_tx *tx, int64_t campaign_no, bool seconds, struct arena *arena, struct tally **ret,
                          int *ret_n);
