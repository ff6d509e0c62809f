#pragma once
/* A template: the approved text of a campaign, with placeholders. Pure rules. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/clock.h"
#include "model/contact.h"
#include "model/fault.h"

#define TEMPLATE_NAME_MAX 45
#define TEMPLATE_TEXT_MAX 1000
#define TEMPLATE_BODY_MAX 1024 /* after filling in; Meta's limit */
#define TEMPLATE_MAX_PARTS 64

enum template_status { TEMPLATE_IN_PROCESS = 0, TEMPLATE_COMPLETED = 1, TEMPLATE_CANCELED = 2 };

struct template
{
	int64_t no;
	int64_t account_no;
	const char *name;
	const char *text;
	const char *type; /* "text" */
	enum template_status status;
	const char *category; /* MARKETING | UTILITY | AUTHENTICATION */
	const char *sender_code;
	const char *waba_id;
	const char *language;
	const char *button_type; /* NULL | LINK | PHONE_CALL | quick_reply */
	const char *button_text;
	const char *button_value;
	const char *meta_name;
	const char *meta_id;     /* NULL until Meta gave one */
	const char *meta_status; /* Meta's own word: PENDING, APPROVED, PAUSED, …; NULL before */
	const char *reason;      /* why refused; NULL */
	const char *quality;
	msec_t create_ms;
	msec_t update_ms;
};

struct template_request {
	const char *name, *channel, *wa_sender_code, *wa_category, *text, *type;
	const char *button_type, *button_text, *button_value, *language;
};

/* ---- text with placeholders: `Hi {first_name|friend}`; `{{` is a literal brace ---- */

struct template_part {
	bool is_placeholder;
	const char *text;     /* literal text; NULL for a placeholder */
	const char *key;      /* contact field: first_name, number, custom1, or a key of `fields` */
	const char *fallback; /* NULL when none */
	char param[40];       /* the named parameter at Meta: [a-z0-9_], unique within the text */
};

struct template_text {
	struct template_part part[TEMPLATE_MAX_PARTS];
	size_t n_parts;
	size_t n_placeholders;
};

/* 0, or -1 with a sentence: an unclosed brace, an empty or illegal name, too many parts. Memory from `arena`. */
must_check int template_text_parse(struct arena *arena, const char *text, struct template_text *ret, struct err *err);

/* Faults in field order. The channel, the language's shape, the category, button rules and Meta's own rules
 * on variables (not first or last, not adjacent) are judged here; whether sender and name exist is not. */
void template_judge(const struct template_request *req, struct arena *arena, struct faults *faults);
/* "Spring offer — 1" → "spring_offer_1_<tag>": legal at Meta ([a-z0-9_]), never empty. `tag` keeps it unique. */
void template_meta_name(const char *name, const char *tag, char *out, size_t out_bytes);
const char *template_status_text(enum template_status status);           /* IN_PROCESS | COMPLETED | CANCELED */
bool template_status_parse(const char *text, enum template_status *ret); /* any case */
/* Meta's status word → ours: APPROVED → COMPLETED, REJECTED, DISABLED, DELETED… → CANCELED, PAUSED leaves
 * COMPLETED as it is (`now` is what it was); unknown words leave it. */
enum template_status template_status_from_meta(enum template_status now, const char *meta_status);

/* ---- one recipient ---- */

/* The value of one placeholder for one contact: white space folded to single blanks, trimmed, as Meta demands of
 * parameters. NULL when there is neither value nor fallback. Written to `scratch` when changed. */
const char *template_value(const struct template_part *part, const struct contact *contact, struct arena *scratch);

/* Why a recipient is removed before sending, X(number, text, sentence) in rules.def; 0 = none. */
enum skip_rule {
#define X(name, number, text, sentence) RULE_##name = number,
#include "model/rules.def"
};
const char *rule_text(int rule);
const char *rule_sentence(int rule);
/* RULE_NONE, RULE_EMPTY_PLACEHOLDER or RULE_TOO_LONG. */
enum skip_rule template_check_contact(const struct template_text *text, const struct contact *contact, struct arena *scratch);
/* Fill the whole text, for messages as they are shown; NULL values are shown as empty. */
const char *template_fill(const struct template_text *text, const struct contact *contact, struct arena *arena);
