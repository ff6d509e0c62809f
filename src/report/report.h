#pragma once
/* What became of a campaign, from counters that moved with its rows: never a count over the ledger. */

#include "model/campaign.h"
#include "store/replies.h"
#include "store/store.h"

enum report_interval { REPORT_SECOND, REPORT_MINUTE, REPORT_HOUR, REPORT_DAY };
bool report_interval_parse(const char *text, enum report_interval *ret);
const char *report_interval_text(enum report_interval interval);

struct report_code {
	int64_t code; /* Meta's code, or a skip rule's number */
	int64_t n;
};

struct report_point {
	msec_t at; /* beginning of the interval */
	int64_t sent, delivered, read, failed;
};

struct report_country {
	int country; /* its number (model/number.h), 0 unknown */
	int64_t recipients, sent, delivered, read, failed;
};

struct report {
	/* the funnel: audience = queued + canceled + skipped + sent + refused + unconfirmed; adds up to the last one.
	 * sent: handed over to WhatsApp (accepted), ever; delivered counts the read ones too. */
	int64_t audience, queued, canceled, skipped, unconfirmed, sent, delivered, read, failed;
	int64_t refused; /* failed before WhatsApp accepted them; part of failed */
	struct report_code *failures;
	int n_failures; /* most first */
	struct report_code *skips;
	int n_skips;
	struct report_country *countries;
	int n_countries; /* most recipients first */
	struct reply_count *replies;
	int n_replies; /* most first */
	struct report_point *points;
	int n_points; /* oldest first, at most REPORT_MAX_POINTS, empty intervals inside filled in */
	/* The one given, or a wider one when there would be too many points. By the second only what a campaign begins with is
	 * known (store/tally.h): that, or all by the minute where there is nothing of it. */
	enum report_interval interval;
};
#define REPORT_MAX_POINTS 1500

must_check int report_build(struct store_tx *tx, const struct campaign *campaign, enum report_interval interval,
                            struct arena *arena, struct report *ret);

/* For rates: delivered of sent, read of delivered, failed of audience; 0 when the whole is 0. */
double report_share(int64_t part, int64_t whole);
