#pragma once
/* Inside store: a single message on its way into the ledger. */

#include "model/template_form.h"
#include "store/senders.h"
#include "store/singles.h"

/* What is put into the ledger, the same for each number. */
struct single_draft {
	int64_t account_no;
	struct sender sender;
	int64_t template_no; /* 0 none */
	const char *fields;  /* JSON of the placeholders' values */
	struct message_content content;
	int64_t media_no; /* 0 none */
	int64_t test_of;
	msec_t now;
	msec_t expire_ms[MESSAGE_MAX_TO];
	const struct message_numbers *to;
};

/* Into the ledger: one row a number. */
must_check int draft_put(struct store_tx *tx, const struct single_draft *draft, struct single_made *ret);

/* Opted-out numbers (1530). */
must_check int draft_judge_blocked(struct store_tx *tx, const struct single_draft *draft, struct faults *faults);
/* Whether the template can be sent by the draft's sender (1513); then it is the draft's, and `text` is its text. */
must_check int draft_judge_template(struct store_tx *tx, struct single_draft *draft, int64_t template_no,
                                    struct template_form *form, struct arena *arena, struct faults *faults);
/* The template's placeholders in order of first appearance, each once. */
int draft_keys(const struct template_form *form, const char *ret[TEMPLATE_MAX_PARTS]);
/* The placeholders' values as JSON, NULL ones as empty. */
const char *draft_fields(const char *const *key, const char *const *value, int n, struct arena *arena);
