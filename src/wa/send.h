#pragma once
/* A send, as bytes: encode the request of one recipient, decode Meta's answer. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/contact.h"
#include "model/template.h"
#include "wa/errors.h"

/* The ledger key as it travels in biz_opaque_callback_data: `cr1.<instance>.<campaign>.<seq>.<attempt>`.
 * `instance` tells our messages from those of another installation on the same number. */
struct wa_key {
	char instance[9]; /* 8 lower hex digits */
	int64_t campaign_no;
	int64_t seq;
	int attempt;
};
#define WA_KEY_BYTES 80
void wa_key_format(const struct wa_key *key, char out[WA_KEY_BYTES]);
bool wa_key_parse(const char *text, struct wa_key *ret); /* false for anything that is not exactly ours */

/* What is the same for every message of a campaign, prepared once. Borrows the template_text. */
struct wa_plan;
struct wa_plan *wa_plan_create(const struct template *tpl, const struct template_text *text);
void wa_plan_destroy(struct wa_plan *plan);

/* The JSON body of POST /{phone-number-id}/messages for one contact: `to` with '+', named body parameters, our key.
 * 0, or -1 when a placeholder has no value (the caller checked with template_check_contact before). */
must_check int wa_send_encode(const struct wa_plan *plan, const struct contact *contact, const struct wa_key *key,
                              struct arena *scratch, struct buf *out);

enum wa_verdict {
	WA_ACCEPTED, /* Meta gave a wamid */
	WA_HELD,     /* accepted and held for quality assessment: neither sent nor failed, never sent again */
	WA_REFUSED,  /* a definite or ambiguous error; look at rule->action */
	WA_GARBLED,  /* 2xx or other without what it must hold: ambiguous */
};

struct wa_answer {
	enum wa_verdict verdict;
	char wamid[256];
	int code;                         /* WA_REFUSED: Meta's, 0 when the body had none */
	const struct wa_error_rule *rule; /* WA_REFUSED, never NULL then */
	char detail[256];                 /* Meta's details or message, cut, control characters out */
};

/* Any bytes: never fails, says WA_GARBLED. 5xx is ambiguous whatever the body says, except a body with a code that holds the
 * sender or the campaign. */
void wa_answer_decode(int http_status, const char *body, size_t n_bytes, struct wa_answer *ret);
