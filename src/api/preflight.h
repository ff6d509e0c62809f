#pragma once
/* Inside api: the thread that works off forecasts, one after the other, each in pieces on a read connection. */

#include "api/call.h"

struct preflight;

#define PREFLIGHT_MAX_WAITING 4

struct preflight *preflight_create(struct store *store);
/* Answer those that wait, and the one at work soon, with 503; nothing is taken any more. */
void preflight_stop(struct preflight *preflight);
void preflight_destroy(struct preflight *preflight); /* stops; NULL is fine */
