#pragma once
/* Why a message stands where it stands: one text for a person, the same in every answer. Says which rule removed it, what holds
 * it and until when, what WhatsApp answered, and what comes next. Pure. */

#include "store/recipients.h"

/* `holds`: of the row's campaign. Memory from `arena`, or static. */
const char *why_text(const struct ledger_row *row, const struct recipient_holds *holds, msec_t now, struct arena *arena);
