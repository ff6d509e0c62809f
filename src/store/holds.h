#pragma once
/* Holding and lifting: see model/hold.h for what a hold is. What is held here is told to the user's webhooks in the same
 * transaction; delivery is to be notified by whoever called. */

#include "model/hold.h"
#include "store/store.h"

#define CANARY_REASON "The first recipients were written to; what becomes of them is awaited."

/* Hold a campaign in progress. A person's takes the place of any other; a rule's only an empty one. account_no 0: any. 1 unknown,
 * 2 not in progress, or held already. */
must_check int campaign_hold(struct store_tx *tx, int64_t account_no, int64_t no, const struct hold *hold, msec_t now);
/* Lift whatever holds it. 1 unknown, 2 neither in progress nor held. Where its canary was not judged yet it is held for that
 * again, unless it is that hold which is lifted. */
must_check int campaign_release(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* The same where it is held by this rule at this moment, whatever a read said before. 1 it is not. */
must_check int campaign_release_rule(struct store_tx *tx, int64_t no, enum hold_rule rule, msec_t now);

/* Before a campaign begins (`starts`), or goes on by itself: it is held when its account is blocked, it comes too late, or
 * WhatsApp has taken its template away. 1 it is, 0 not. */
must_check int campaign_hold_back(struct store_tx *tx, int64_t no, bool starts, msec_t now);
/* Every campaign in progress of an account that was blocked. */
must_check int account_hold_campaigns(struct store_tx *tx, int64_t account_no, msec_t now);
/* Campaigns in progress with a template that Meta lets nobody send, by its word `meta_status`; and those that waited for its
 * return. */
must_check int template_hold_campaigns(struct store_tx *tx, int64_t template_no, const char *meta_status, msec_t now);
must_check int template_release_campaigns(struct store_tx *tx, int64_t template_no, msec_t now);
/* While a campaign is held for its template, by WhatsApp's word for it or by a refusal that names it (132015), the template has
 * an errand: WhatsApp is asked what it is. That errand is over once none is held so and the verdict is there. */
must_check int template_unwatch(struct store_tx *tx, int64_t template_no);

/* Hold the lane of a sender, by the same law; its status becomes the word of the rule. 1 unknown, or held already. */
must_check int sender_hold(struct store_tx *tx, int64_t account_no, int64_t no, const struct hold *hold, msec_t now);
/* Lift whatever holds it: its status is `available`. 1 unknown. */
must_check int sender_release(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* Lift it when it is of this rule, at this moment. 1 it is not. */
must_check int sender_release_rule(struct store_tx *tx, int64_t no, enum hold_rule rule, msec_t now);

/* Which numbers WhatsApp speaks of: all of an account, or one of them. */
struct waba_numbers {
	const unsigned char *hash; /* of the app secret that signed it */
	const char *waba_id;
	const char *code_digits; /* NULL all */
};
/* WhatsApp stops them: by its present word for one that stands, and in place of what its refusal of a message for the same made.
 * And they may go on. *ret_n: how many have changed. */
must_check int senders_stop(struct store_tx *tx, const struct waba_numbers *numbers, const struct hold *hold, msec_t now,
                            int64_t *ret_n);
must_check int senders_go_on(struct store_tx *tx, const struct waba_numbers *numbers, enum hold_rule rule, msec_t now,
                             int64_t *ret_n);
/* WhatsApp says something of their account that holds nothing: into the log. `date`: when it comes or ends; -1 not told. *ret_n:
 * of how many senders. */
must_check int senders_warn(struct store_tx *tx, const struct waba_numbers *numbers, const char *reason, msec_t date, msec_t now,
                            int64_t *ret_n);
