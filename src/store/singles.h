#pragma once
/* Single messages: one to ten people at once, ahead of campaigns. Each is a row of the ledger like all others, so nobody is
 * written to twice and nobody is left out; its campaign is one that each sender keeps for them, made on first use, seen by no
 * client, and never over. What a message of a campaign takes from template and contact stands in a row of its own. */

#include "model/campaign.h"
#include "model/message.h"
#include "model/template.h"
#include "store/media.h"
#include "store/store.h"

#define SINGLE_LIFE_MS DAY_MS   /* what could not be sent within it has expired */
#define SINGLE_WINDOW_MS DAY_MS /* after a person wrote, in which they may be written to without a template */

/* What was made: rows first_seq … first_seq + n - 1, in the order of the numbers. */
struct single_made {
	int64_t sender_no, campaign_no, first_seq;
	int n;
};

/* Looks at what a judged request refers to (1505, 1530, 1509, 1513, 1514 into `faults`, of the fields that have none there yet)
 * and queues one message a number, all or none. 0; 1 when there are faults. */
must_check int single_create(struct store_tx *tx, int64_t account_no, const struct message_request *req, msec_t now,
                             struct arena *arena, struct faults *faults, struct single_made *ret);

/* Try a campaign out: its message, filled in for one contact, to other numbers, outside the campaign's counts. */
struct single_test {
	int64_t campaign_no;
	int64_t audience_no, contact_no; /* a contact; 0: the audience's first */
	const struct message_numbers *to;
	int allowance; /* test messages of an account in 24 hours */
};
/* 0; 1 with faults, also those that were there before (1513, 1525, 1530, 1613, 1616); 2 no such campaign. */
must_check int single_test(struct store_tx *tx, int64_t account_no, const struct single_test *test, msec_t now,
                           struct arena *arena, struct faults *faults, struct single_made *ret);

/* ---- for delivery ---- */

/* The campaign of a sender's single messages, with its counts. 1: none was made yet. */
must_check int singles_campaign(struct store_tx *tx, int64_t sender_no, struct campaign *ret);

/* What a message is made of; its values are in the contact of its row. */
struct single {
	int64_t template_no; /* 0: `content` */
	bool template_gone;  /* deleted meanwhile */
	struct template tpl;
	struct message_content content; /* without Meta's media id */
	int64_t media_no;               /* 0 none */
	/* What its template shows, by place, with the ids that the sender's number has of it; meta_id NULL: an empty place. */
	struct media_ref media[MEDIA_PER_TEMPLATE_MAX];
	int n_media;
	int64_t test_of; /* campaign; 0 none */
	msec_t create_ms, expire_ms;
};
must_check int single_read(struct store_tx *tx, int64_t campaign_no, int64_t seq, struct arena *arena, struct single *ret);

/* Held senders' messages whose time is over become skipped (RULE_DEADLINE); all others are looked at when they are claimed. */
must_check int singles_expire(struct store_tx *tx, msec_t now);
/* When it is to be called next; -1: no sender is held, or none of its messages can expire. */
must_check int singles_next_expiry(struct store_tx *tx, msec_t *ret);

/* Are there messages of this sender that are not handed over yet? */
must_check int singles_open(struct store_tx *tx, int64_t sender_no, bool *ret);
