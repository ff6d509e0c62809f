#pragma once
/* The log of an account: who did what and when, one row an act. Nothing of it is about a single message. Pure. */

#include "base/buf.h"
#include "base/clock.h"
#include "model/pubid.h"

enum activity_action {
#define X(name, number, word, resource, by, sentence) ACTIVITY_##name = number,
#include "model/activity.def"
	N_ACTIVITIES
};

/* Never renumber. */
enum activity_actor {
	ACTOR_SERVER = 0,   /* a rule, a schedule, the operator's command line */
	ACTOR_KEY = 1,      /* a client, by its API key */
	ACTOR_WHATSAPP = 2, /* Meta, or a person who wrote to us */
};

struct activity {
	int64_t no, account_no;
	msec_t at_ms;
	enum activity_actor actor;
	int64_t key_no;       /* of ACTOR_KEY */
	const char *key_name; /* as it was; NULL when it was gone */
	enum activity_action action;
	int64_t resource_no, resource_sub; /* as in its public id; 0: it has none */
	const char *name;                  /* the resource's as it was; "" none */
	const char *detail;                /* a JSON object; NULL none */
};

const char *activity_actor_text(enum activity_actor actor);
const char *activity_word(enum activity_action action);
bool activity_parse(const char *word, enum activity_action *ret);
/* Is it WhatsApp's word, whoever it came by? */
bool activity_is_whatsapps(enum activity_action action);
/* What it was done to, and its word: `campaign`. */
enum pubid_kind activity_resource(enum activity_action action);
const char *activity_resource_word(enum pubid_kind resource);
/* A bit for each action on a resource of this word; 0: there is no such. */
uint64_t activity_mask(const char *resource_word);
/* Append one English sentence. */
void activity_put_text(const struct activity *activity, struct buf *out);
