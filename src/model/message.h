#pragma once
/* A message as clients see it: its status word, and how its text would be encoded. Pure. */

#include <stdbool.h>

#include "model/states.h"

/* X(name, text): the contract's words, in the order of a message's life. */
#define MESSAGE_STATUSES(X)       \
	X(SCHEDULED, "scheduled") \
	X(ENROUTE, "enroute")     \
	X(SENT, "sent")           \
	X(DELIVERED, "delivered") \
	X(READ, "read")           \
	X(FAILED, "failed")       \
	X(REJECTED, "rejected")   \
	X(EXPIRED, "expired")     \
	X(RECEIVED, "received")

enum message_status {
#define X(name, text) MESSAGE_##name,
	MESSAGE_STATUSES(X)
#undef X
		N_MESSAGE_STATUSES
};

/* The word of a ledger row. `accepted`: WhatsApp gave it a wamid, which parts what failed on the way from what was refused;
 * `code`: the row's, which parts what came too late from what another rule removed. Never RECEIVED: that is an inbound one's. */
enum message_status message_status_of(enum state state, bool accepted, int code);
const char *message_status_text(enum message_status status);
/* Any case; SEEN is read and FAILD is failed. */
bool message_status_parse(const char *text, enum message_status *ret);

/* Does the GSM 03.38 alphabet with its extension hold every character? */
bool message_is_gsm7(const char *text);
