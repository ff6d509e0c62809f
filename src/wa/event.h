#pragma once
/* Meta's webhooks as structs: signature, and one call back for each event in a body, in its order. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/states.h"
#include "wa/send.h"

/* The value of X-Hub-Signature-256 against the raw body under `app_secret`; constant time. */
bool wa_signature_ok(const char *header, const char *app_secret, const void *body, size_t n_bytes);

enum wa_event_kind {
	WA_EVENT_STATUS,   /* of a message we or another app sent */
	WA_EVENT_INBOUND,  /* a person wrote */
	WA_EVENT_TEMPLATE, /* a verdict or change of status */
	WA_EVENT_TEMPLATE_QUALITY,
	WA_EVENT_TEMPLATE_CATEGORY,   /* changed, or a change is announced */
	WA_EVENT_TEMPLATE_COMPONENTS, /* its content was changed at Meta */
	WA_EVENT_PREFERENCE,          /* marketing stop or resume */
	WA_EVENT_NUMBER,  /* the throughput or the limit of people of the account's numbers changed: their records tell */
	WA_EVENT_FLAG,    /* one number is flagged, or not any more */
	WA_EVENT_ACCOUNT, /* none of the account's numbers may send, or all may again */
	WA_EVENT_WARNING, /* the account is restricted in what stops no number, or will be stopped: for a person to read */
	WA_EVENT_UNKNOWN, /* anything else; `what` names the field */
};

/* Text is borrowed for the call back; "" where Meta left it out, never NULL. */
struct wa_event {
	enum wa_event_kind kind;
	const char *waba_id;
	const char *phone_number_id;
	const char *what; /* the change's field */
	msec_t time_ms;   /* Meta's timestamp, whole seconds; -1 none */

	/* STATUS */
	const char *wamid;
	enum state state; /* SENT, DELIVERED, READ or FAILED */
	bool has_key;     /* biz_opaque_callback_data is one of ours; INBOUND: the tapped button's payload began with one */
	struct wa_key key;
	int code;           /* FAILED: Meta's */
	const char *detail; /* FAILED */

	/* INBOUND (wamid too) and PREFERENCE (from, stop) */
	const char *from;       /* digits */
	const char *type;       /* text, button, … */
	const char *text;       /* what was written, or the button's text */
	const char *payload;    /* of a button, without our key before it */
	const char *context_id; /* wamid it answers */
	bool stop;

	/* FLAG and ACCOUNT: stop, and for ACCOUNT with it, and for WARNING, `reason`, a sentence for a person */
	const char *code_digits; /* FLAG: the number */
	msec_t until_ms;         /* ACCOUNT: when it ends by itself; WARNING: that, or when it comes; -1 not told */

	/* TEMPLATE */
	const char *template_id; /* "" too where it came as a number of more than 2^53; the name is there then */
	const char *template_name;
	const char *language; /* as in the API: `en_US` */
	const char *status;   /* event word upper case, or the quality score */
	const char *reason;
	const char *category, *correct_category, *previous_category; /* the present one, the announced one, the one before */
};

/* -1 to stop (forwarded). */
typedef int wa_event_fn(const struct wa_event *event, void *arg);

/* Walk every entry, change and element. 0; -1 with a sentence when the body is not a webhook at all (nothing was
 * called then) or the call back said so. Single malformed elements are told as WA_EVENT_UNKNOWN. */
must_check int wa_event_each(const char *body, size_t n_bytes, wa_event_fn *each, void *arg, struct err *err);
