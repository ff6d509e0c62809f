#pragma once
/* The whole of a template as one form: header, body, footer, buttons, a carousel's cards, a limited-time offer. The flat fields
 * of a request (`text`, one medium, one button) and its `components` (Meta's own form, with our placeholders) both become it, and
 * everything that submits, judges, sends or shows a template reads it. Pure.
 * Source of the limits: Meta's pages on template components, carousel, limited-time offer and authentication templates. */

#include "base/json.h"
#include "model/template.h"

#define TEMPLATE_MAX_BUTTONS 10
#define TEMPLATE_MAX_CARDS 10
#define TEMPLATE_HEADER_MAX 60 /* characters */
#define TEMPLATE_FOOTER_MAX 60
#define TEMPLATE_CARD_MAX 160
#define TEMPLATE_OFFER_BODY_MAX 600
#define TEMPLATE_CODE_MAX 15 /* of a one-time password */
#define TEMPLATE_COUPON_MAX 20
#define TEMPLATE_URL_MAX 2000
#define TEMPLATE_PAYLOAD_MAX 100

enum template_header {
	TEMPLATE_HEADER_NONE,
	TEMPLATE_HEADER_TEXT,
	TEMPLATE_HEADER_IMAGE,
	TEMPLATE_HEADER_VIDEO,
	TEMPLATE_HEADER_DOCUMENT,
	TEMPLATE_HEADER_LOCATION,
};

/* A medium is named by its id with us or by where it lies. */
struct template_media {
	const char *url;      /* http or https; NULL where there is a media_id */
	const char *media_id; /* public id as it was given; NULL where there is a url */
	int64_t media_no;     /* what media_id stands for: set by the store; 0 none, -1 not ours */
	const char *filename; /* as the recipient sees a document; NULL */
};

/* Each may have placeholders; name and address may be NULL. */
struct template_place {
	const struct template_text *latitude, *longitude, *name, *address;
};

enum template_button_kind {
	TEMPLATE_BUTTON_QUICK_REPLY,
	TEMPLATE_BUTTON_URL,
	TEMPLATE_BUTTON_PHONE,
	TEMPLATE_BUTTON_COPY_CODE,
	TEMPLATE_BUTTON_OTP,
};

struct template_button {
	enum template_button_kind kind;
	const char *field; /* of the request: "components[2].buttons[1]" */
	const char *text;  /* NULL: Meta's own */
	/* URL: what it opens, with one placeholder at its end at most. COPY_CODE: what it copies. OTP: the code. */
	const struct template_text *value;
	const char *phone;   /* PHONE: digits */
	const char *payload; /* QUICK_REPLY: what comes back when it is tapped; NULL: its text */
	const char *raw;     /* OTP: the button as it was given, JSON */
};

/* The message itself, or a card. Fields are "" where the part is missing. */
struct template_panel {
	enum template_header header;
	const char *header_field;
	const struct template_text *header_text; /* TEXT */
	struct template_media media;             /* IMAGE, VIDEO, DOCUMENT */
	struct template_place place;             /* LOCATION */
	const char *body_field;
	const struct template_text *body; /* NULL: none */
	const char *body_source;          /* as it was written; NULL: none */
	const char *buttons_field;
	struct template_button button[TEMPLATE_MAX_BUTTONS];
	size_t n_buttons;
};

struct template_form {
	enum template_params params;
	struct template_panel main;
	const char *footer, *footer_field; /* NULL: none */
	const char *cards_field;
	struct template_panel *card;
	size_t n_cards;
	const char *offer_field, *offer_text; /* NULL: no limited-time offer */
	bool offer_expires;
	const struct template_text *offer_until; /* its time, as in the contract or RFC 3339; NULL: it does not expire */
	bool is_auth;                            /* Meta writes the body itself; its one placeholder is the code */
	bool auth_warns;                         /* "do not share this code" */
	int64_t auth_minutes;                    /* the code's life as told in the footer; 0: not told */
};

/* From the content of a request, which must outlive the form; faults with their fields. Whether it keeps Meta's limits is not
 * asked here. `params` is TEMPLATE_PARAMS_EACH except for what was made elsewhere. */
void template_form_build(const struct template_request *req, enum template_params params, struct arena *arena,
                         struct template_form *ret, struct faults *faults);
/* The request that a stored template stands for. Borrows its texts. */
struct template_request template_content(const struct template *tpl);
/* From a stored template. -1 with the first fault's sentence. */
must_check int template_form_read(const struct template *tpl, struct arena *arena, struct template_form *ret, struct err *err);
/* Meta's limits on the form as a whole. */
void template_form_judge(const struct template_form *form, const char *category, struct faults *faults);

/* Would both be the same template at Meta, samples aside? Then a change from one to the other is ours alone. */
bool template_form_same(const struct template_form *a, const struct template_form *b);
/* The contract's word for it: text, image, video or document, after its header. */
const char *template_form_type(const struct template_form *form);
/* What a template's content is to be after an update that names some of it; `text` stands for the body of components too. Faults
 * where it does not fit. */
void template_merge(const struct template *tpl, const struct template_request *update, struct arena *arena,
                    struct template_request *ret, struct faults *faults);

/* The media of a form: the header's, or those of the cards. */
#define TEMPLATE_MAX_MEDIA TEMPLATE_MAX_CARDS
int template_form_media(struct template_form *form, struct template_media *ret[TEMPLATE_MAX_MEDIA]);
bool template_header_is_media(enum template_header header);
/* Each text of the form that may have placeholders, in the order in which a reader meets them: header, body, offer, buttons, then
 * card by card. */
#define TEMPLATE_MAX_TEXTS (5 + TEMPLATE_MAX_BUTTONS + TEMPLATE_MAX_CARDS * (5 + TEMPLATE_MAX_BUTTONS))
int template_form_texts(const struct template_form *form, const struct template_text *ret[TEMPLATE_MAX_TEXTS]);
/* The form's placeholders in order of first appearance, each key once; at most `max` are written. Returns how many there are. */
size_t template_form_keys(const struct template_form *form, const char **ret, size_t max);

/* ---- one recipient ---- */

/* Why this contact is not written to: RULE_NONE, RULE_EMPTY_PLACEHOLDER, RULE_TOO_LONG or RULE_INVALID_VALUE. */
enum skip_rule template_form_check(const struct template_form *form, const struct contact *contact, struct arena *scratch);
/* The text of the message as it is shown: the body, and the cards' bodies under it. */
const char *template_form_fill(const struct template_form *form, const struct contact *contact, struct arena *arena);
/* When the offer ends for this contact; -1: no time can be read there. */
msec_t template_offer_until(const struct template_form *form, const struct contact *contact, struct arena *scratch);
bool template_coupon_ok(const char *code); /* letters and digits, not too many */
/* Values at the end of an address: what cannot stand in one is percent-encoded, the rest is left as it is. */
const char *template_url_value(const char *value, struct arena *arena);
