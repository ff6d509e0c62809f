#pragma once
/* A send, as bytes: encode the request of one recipient, decode Meta's answer. Pure. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/contact.h"
#include "model/template_form.h"
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

/* The payload of a template's quick-reply button is `<ledger key>|<the user's payload, or the button's text>`, so that a tapped
 * button finds its message by itself. False for a payload that does not begin with a key; *ret_own points into it. */
bool wa_payload_parse(const char *payload, struct wa_key *ret_key, const char **ret_own);

/* What is the same for every message of a campaign, prepared once. Borrows the form. */
struct wa_plan;
struct wa_plan *wa_plan_create(const struct template *tpl, const struct template_form *form);
void wa_plan_destroy(struct wa_plan *plan);
/* The media in the order of template_form_media. One with Meta's id is sent by it, one without by the form's url. */
int wa_plan_n_media(const struct wa_plan *plan);
void wa_plan_set_media(struct wa_plan *plan, int i, const char *meta_id);

/* The JSON body of POST /{phone-number-id}/messages for one contact: `to` with '+', the parameters, our key.
 * 0, or -1 when a placeholder has no value that fits (the caller checked with template_form_check before), a medium has neither
 * id nor url, or `out` has no room. */
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
