#pragma once
/* Inside store: how a change becomes an event of a user's webhook, in the same transaction. Where the account has no hook of
 * that kind, nothing is written. */

#include "model/message.h"
#include "store/store.h"

/* A message's status word that changed; gathered in a tally batch, written by rows_finish. */
struct message_note {
	int64_t campaign_no, seq;
	enum state state;
	enum message_status status; /* the word for it */
	msec_t at;                  /* -1: now */
	size_t order;               /* of coming, set by the batch */
};

/* By campaign: those of one campaign stand together. */
must_check int hook_note_messages(struct store_tx *tx, const struct message_note *notes, size_t n, msec_t now);
/* What the campaign is since this transaction: its status, or its hold. */
must_check int hook_note_campaign(struct store_tx *tx, int64_t campaign_no, msec_t now);
/* How the sender stands since this transaction: its hold. */
must_check int hook_note_sender(struct store_tx *tx, int64_t sender_no, msec_t now);
/* A person wrote. */
struct inbound_note {
	int64_t account_no, sender_no, inbound_no;
	const char *from, *text;
	msec_t at;
};
must_check int hook_note_inbound(struct store_tx *tx, const struct inbound_note *note, msec_t now);

/* One event of a hook; hook_events_added follows once for all `n` of a hook. */
must_check int hook_event_add(struct store_tx *tx, int64_t hook_no, int64_t subject, const char *body, msec_t now);
must_check int hook_events_added(struct store_tx *tx, int64_t hook_no, int64_t n);
