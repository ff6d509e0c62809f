#pragma once
/* Inside store: what else a batch of tallies can tell. */

#include "store/hook_note.h"
#include "store/tally.h"

void tally_batch_cleanup(struct tally_batch **batch);
#define tally_batch_auto __attribute__((cleanup(tally_batch_cleanup)))

/* After tally_flush, which sorts: the next campaign in the batch above `campaign_no`, 0 when there is none. */
int64_t tally_batch_campaign_after(const struct tally_batch *batch, int64_t campaign_no);

/* The last bucket of a kind that it adds to; -1 none. */
int64_t tally_batch_last(const struct tally_batch *batch, int64_t campaign_no, enum tally_kind kind);

/* Changes of messages' status words that are told to hooks when the batch is finished. */
void tally_batch_note(struct tally_batch *batch, const struct message_note *note);
/* By campaign, and in their order within one; borrowed. */
const struct message_note *tally_batch_notes(struct tally_batch *batch, size_t *ret_n);
