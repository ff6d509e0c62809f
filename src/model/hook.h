#pragma once
/* A webhook of the user's: an address that is told of what happens. Pure rules. */

#include <stdbool.h>

#include "model/fault.h"
#include "model/pubid.h"

#define HOOK_MAX_URL 2083
#define HOOK_MAX_SECRET 255

/* In the database; never renumber. */
enum hook_kind {
	HOOK_MESSAGE = 0,  /* a person wrote */
	HOOK_DELIVERY = 1, /* a message's status changed */
	HOOK_CAMPAIGN = 2, /* a campaign's status or hold changed */
	HOOK_SENDER = 3,   /* a sender was held, or its hold was lifted */
	N_HOOK_KINDS
};

/* What became of telling one event; in the database. */
enum hook_state {
	HOOK_WAITING = 0,   /* not tried, or to be tried again */
	HOOK_DELIVERED = 1, /* answered with 2xx */
	HOOK_FAILED = 2,    /* given up */
	N_HOOK_STATES
};

struct hook_request {
	const char *url, *event, *secret;
	enum hook_kind kind; /* set by the judge */
};

/* Shape only, faults in field order; where the URL leads is judged by who can look (http/target.h). */
void hook_judge(struct hook_request *req, struct faults *faults);
const char *hook_kind_text(enum hook_kind kind);
bool hook_kind_parse(const char *text, enum hook_kind *ret); /* any case */
const char *hook_state_text(enum hook_state state);
bool hook_state_parse(const char *text, enum hook_state *ret); /* any case */
/* The public id of an event: what receivers know it by, however often it comes. */
struct uuid hook_event_id(const struct pubid_key *key, int64_t event_no);
bool hook_event_open(const struct pubid_key *key, const struct uuid *uuid, int64_t *ret_event_no);
