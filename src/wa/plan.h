#pragma once
/* Inside wa: a message of a template as a list of steps. What is the same for every recipient is JSON already, written once;
 * between it stand the values of one recipient. */

#include "model/template_form.h"
#include "wa/send.h"

enum plan_step_kind {
	PLAN_BYTES,     /* JSON as it is */
	PLAN_NUMBER,    /* the recipient's digits */
	PLAN_KEY,       /* our ledger key */
	PLAN_VALUE,     /* of one placeholder */
	PLAN_URL_VALUE, /* the same, at the end of an address */
	PLAN_TEXT,      /* a whole text, filled in */
	PLAN_OFFER,     /* milliseconds until which the offer stands */
	PLAN_MEDIA,     /* "id":"…" or "link":"…" */
};

struct plan_step {
	enum plan_step_kind kind;
	size_t from, n_bytes; /* BYTES: within the plan's */
	const struct template_part *part;
	const struct template_text *text;
	int media;
};

struct wa_plan {
	const struct template_form *form;
	struct buf bytes;
	struct plan_step *step;
	size_t n_steps, max_steps;
	struct {
		const char *link; /* of the form; NULL */
		char id[64];      /* Meta's; "" none */
	} media[TEMPLATE_MAX_MEDIA];
	int n_media;
};
