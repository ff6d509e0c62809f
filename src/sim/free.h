#pragma once
/* The rules of messages without a template. Pure. Source: Meta's pages on text, media and interactive messages. */

#include "sim/message.h"

/* The member named `type` of a message, at token `object`: 0, or 1 with the refusal. Types that are not known in full pass. */
must_check int sim_free_check(const struct sim_scan *scan, const char *type, int object, struct arena *arena,
                              struct sim_refusal *refusal);
