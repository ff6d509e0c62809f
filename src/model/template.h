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

/* How the variables of a template are called at Meta. A template made here has named ones, one for each occurrence of a
 * placeholder. One that was made elsewhere keeps what it has: names, or positions, in both of which a variable that occurs twice
 * is given once. */
enum template_params { TEMPLATE_PARAMS_EACH = 0, TEMPLATE_PARAMS_NAMED = 1, TEMPLATE_PARAMS_POSITIONAL = 2 };

struct template
{
	int64_t no;
	int64_t account_no;
	const char *name;
	const char *text;
	const char *type; /* text | image | video | document */
	enum template_status status;
	const char *category; /* MARKETING | UTILITY | AUTHENTICATION */
	const char *sender_code;
	const char *waba_id;
	const char *language;
	const char *button_type; /* NULL | LINK | PHONE_CALL | quick_reply */
	const char *button_text;
	const char *button_value;
	const char *url, *media_id, *filename; /* of a medium named by flat fields; NULL */
	const char *components;                /* JSON, Meta's form with our placeholders; NULL: the flat fields are all */
	enum template_params params;
	const char *unsupported;       /* why no message can be sent with it though Meta approved it; NULL */
	const char *correct_category;  /* Meta's announcement of a change to come; NULL */
	const char *previous_category; /* before Meta's last change; NULL */
	bool editing;                  /* its content is on its way to Meta as an edit */
	msec_t edit_ms;                /* of the last edit that Meta took; -1 none */
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
	const char *url, *media_id, *filename;
	const char *button_type, *button_text, *button_value, *language;
	const char *components; /* JSON array as given */
};

/* ---- text with placeholders: `Hi {first_name|friend}`; `{{` is a literal brace ---- */

struct template_part {
	bool is_placeholder;
	bool repeats;         /* the parameter of an earlier part: not given again */
	const char *text;     /* literal text; NULL for a placeholder */
	const char *key;      /* contact field: first_name, number, custom1, or a key of `fields` */
	const char *fallback; /* NULL when none */
	const char *param;    /* the parameter at Meta: [a-z0-9_], unique within the text but for repeats; or its position */
	const char *sample;   /* for Meta's reviewers; NULL: a usual one */
};

struct template_text {
	struct template_part *part;
	size_t n_parts, max_parts;
	size_t n_placeholders; /* parts that are */
	size_t n_params;       /* of them, those that do not repeat */
};

/* 0, or -1 with a sentence: an unclosed brace, an empty or illegal name, too many parts. Memory from `arena`. */
must_check int template_text_parse(struct arena *arena, const char *text, struct template_text *ret, struct err *err);
/* Call the parameters of a parsed text otherwise than TEMPLATE_PARAMS_EACH. */
void template_text_params(struct template_text *text, enum template_params params, struct arena *arena);

/* Name, channel, language, category and the content by Meta's limits (template_form.h); whether sender and name exist is not
 * asked. The faults are brought into field order by who knows the fields. */
void template_judge(const struct template_request *req, struct arena *arena, struct faults *faults);
/* Their parts, for an update. */
void template_judge_name(const char *name, struct faults *faults);
void template_judge_content(const struct template_request *req, enum template_params params, struct arena *arena,
                            struct faults *faults);
/* Meta's words under which messages are refused, and those under which they are sent; any other says nothing of it. */
bool template_meta_stops(const char *meta_status);
bool template_meta_sends(const char *meta_status);
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
/* RULE_NONE, RULE_EMPTY_PLACEHOLDER, or RULE_TOO_LONG beyond `max_chars` characters. */
enum skip_rule template_check_text(const struct template_text *text, size_t max_chars, const struct contact *contact,
                                   struct arena *scratch);
/* Fill the whole text, for messages as they are shown; NULL values are shown as empty. */
const char *template_fill(const struct template_text *text, const struct contact *contact, struct arena *arena);
