#pragma once
/* A hold stops a campaign or a sender: nothing of it leaves until it is lifted, and nothing of it is lost. It names what it is
 * for and what lifts it. One holds at a time: the first that comes, and a person's in place of any other, so that nothing that
 * lifts itself can undo what a person wants. UNREACHABLE gives way to any. Pure. */

#include "base/clock.h"
#include "base/json.h"

enum hold_rule {
	HOLD_NONE = 0,
#define X(name, number, text, sender_status, remedy) HOLD_##name = number,
#include "model/holds.def"
};

struct hold {
	enum hold_rule rule; /* HOLD_NONE: not held, and the rest is empty */
	int code;            /* Meta's; 0 none */
	const char *reason;  /* a sentence; NULL when not held */
	const char *remedy;  /* what lifts it, in sentences */
	msec_t since;        /* -1 when not held */
	msec_t until;        /* when it is judged, or ends by itself; -1 when it waits for somebody's word */
};

/* For a reason of our own; the reason is borrowed. */
struct hold hold_for(enum hold_rule rule, const char *reason);
bool hold_is_on(const struct hold *hold);
/* Does nothing leave under it? That is so of all but UNREACHABLE, which says how it stands: a message at a time is tried. */
bool hold_stops(const struct hold *hold);
const char *hold_rule_text(enum hold_rule rule);
/* The status word of a sender that is held so; `available` for HOLD_NONE. */
const char *hold_sender_status(enum hold_rule rule);
/* As clients see it: {"by","rule","code","reason","remedy","since","until"}, or null. */
void hold_put(struct json_writer *w, const char *key, const struct hold *hold);
