#pragma once
/* The contacts of an audience as a campaign finds them, each with the rule that removes it. The freeze and the forecast walk
 * them through this door, so that what was forecast and what is sent cannot differ but by what changed in between. */

#include "model/contact.h"
#include "model/template_form.h"
#include "store/store.h"

struct candidates {
	int64_t account_no, audience_no;
	int64_t version; /* of the audience: contacts as they were then */
	int64_t from_no; /* contact versions up to this one are done with; moves on */
	struct template_form form;
};

/* The template's texts that may have placeholders, in their order; borrowed. `ret` has room for CANDIDATES_MAX_TEXTS. */
#define CANDIDATES_MAX_TEXTS TEMPLATE_MAX_TEXTS
int candidates_texts(const struct candidates *c, const struct template_text **ret);
/* The message as this contact would read it. */
const char *candidates_fill(const struct candidates *c, const struct contact *contact, struct arena *arena);

struct candidate {
	struct contact contact; /* without tags and times; borrowed for the call */
	int country;            /* number_country_code of the number, 0 unknown */
	enum skip_rule rule;    /* RULE_NONE: would be written to */
};
/* `scratch` is emptied after each call. 0, or -1 to stop. */
typedef int candidate_fn(const struct candidate *candidate, struct arena *scratch, void *arg);

/* The next `max` in their order, each given to `each`; *ret_n of them, fewer only at the end. */
must_check int candidates_next(struct store_tx *tx, struct candidates *c, int max, candidate_fn *each, void *arg, int *ret_n);
