#pragma once
/* Inside store: what else a batch of tallies can tell. */

#include "store/tally.h"

void tally_batch_cleanup(struct tally_batch **batch);
#define tally_batch_auto __attribute__((cleanup(tally_batch_cleanup)))

/* After tally_flush, which sorts: the next campaign in the batch above `campaign_no`, 0 when there is none. */
int64_t tally_batch_campaign_after(const struct tally_batch *batch, int64_t campaign_no);
