#pragma once
/* Inside api: messages as they are written. */

#include "api/call.h"
#include "store/ledger.h"

/* The members that the answer to a send has, the first ones of every message. */
void put_message_head(struct api_call *call, const struct ledger_row *row);
