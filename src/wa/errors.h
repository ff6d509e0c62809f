#pragma once
/* What Meta's codes mean to a sender of campaigns: one table, errors.def, from Meta's error page and the
 * retry facts gathered beside it. Pure. */

#include <stddef.h>

#include "model/hold.h"

/* What a code does when it comes as the answer to a send. */
enum wa_action {
	WA_FAIL,          /* this recipient is given up; nothing was sent */
	WA_FAIL_WARN,     /* the same, and others may be given up for the same: a person is told */
	WA_RETRY_PAIR,    /* nothing was sent; this recipient alone later (4^n s) */
	WA_RETRY_CAPPED,  /* nothing was delivered; this recipient alone, after a day or more: see store/ledger.h */
	WA_SLOW_LANE,     /* nothing was sent; the whole sender too fast: recipient again, lane slower */
	WA_REST_CAMPAIGN, /* nothing was sent; the campaign too early: recipient again, the campaign rests for ten minutes */
	WA_HOLD_CAMPAIGN, /* nothing was sent; the template or campaign cannot go on: recipient queued again, campaign held */
	WA_HOLD_SENDER,   /* nothing was sent; the sender cannot go on: recipient queued again, sender held */
	WA_AMBIGUOUS,     /* proves nothing: unconfirmed */
};

struct wa_error_rule {
	int code;
	enum wa_action action;
	const char *meaning; /* plain words, one sentence */
	const char *remedy;  /* what a person can do, one sentence */
};

/* Never NULL: an unknown code has a safe rule. A 5xx is ambiguous whatever the code, except one that holds the sender or the
 * campaign: those cannot send at all. */
const struct wa_error_rule *wa_error_rule(int code, int http_status);
/* By Graph's subcode too: code 100 with WA_SUBCODE_UNKNOWN is not about this message but about whom it was to be sent from. */
#define WA_SUBCODE_UNKNOWN 33
const struct wa_error_rule *wa_error_rule_with(int code, int subcode, int http_status);
/* The rule by code alone, for showing failures; never NULL. */
const struct wa_error_rule *wa_error_words(int code);
/* The hold that a rule asks for, until what the code names is mended. */
struct hold wa_error_hold(const struct wa_error_rule *rule, int code);
/* The table, for documentation and tests. */
const struct wa_error_rule *wa_error_table(size_t *ret_n);
