#pragma once
/* Inside the demo: what a person sees. */

#include <stdbool.h>

#include "base/clock.h"
#include "base/json.h"

/* The dashboard, signed in: base URL and key. What stands behind the # is sent to no server, and logged by none. */
#define SHOW_LINK "%s/#/sign-in?key=%s"

struct show {
	bool terminal;
	msec_t begun, last;
	char hold[200]; /* the reason told last */
};

/* One line of progress from the funnel of a campaign's analytics: redrawn in place on a terminal, else a line a second. */
void show_begin(struct show *show, msec_t now);
void show_progress(struct show *show, const cJSON *messages, msec_t now);
/* Why the campaign stands still, once a reason; NULL when it does not. */
void show_hold(struct show *show, const char *reason);
void show_end(struct show *show);
/* The analytics as a small table. */
void show_analytics(const cJSON *data);
/* What to try next. */
void show_next(const char *base, const char *key, const char *campaign_id);
