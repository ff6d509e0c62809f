#pragma once
/* What comes after the answer: statuses of messages, replies of users, verdicts on templates, each as an
 * update for the webhook at its time. */

#include "sim/internal.h"

struct sim_update;

/* A message that was taken, until its last status. */
struct sim_sent {
	struct sim_sent *next; /* while it is parked */
	msec_t due;
	struct sim_entry *entry; /* good while `epoch` is the simulator's */
	struct sim_number *number;
	uint32_t epoch, attempt;
	uint64_t nonce;       /* of its wamid */
	uint64_t template_id; /* 0: none that is known */
	struct sim_fate fate;
	enum sim_status now;
	enum sim_category category;
	bool is_template, is_user_id;
	bool counts, counts_first; /* in the portfolio's limit; its recipient did not before */
	char *button, *payload;    /* quick reply for a STOP; NULL: a text is written */
	char *opaque;              /* NULL: none was given; both point into `text` */
	size_t n_opaque;
	char *user;
	char text[];
};

/* What the wamid of a recipient's nth taken message is made from. The lock is held. */
uint64_t sim_sent_nonce(const struct sim *sim, const struct sim_entry *entry, uint32_t nth);
/* `opaque.at` may be NULL. Fill in the rest. */
struct sim_sent *sim_sent_create(const char *user, struct sim_text opaque);
void sim_sent_destroy(struct sim_sent *sent);

/* Take the message over and let its fate run; now is monotonic. Any thread. */
void sim_hooks_follow(struct sim *sim, struct sim_sent *sent, msec_t now);
/* Loop thread: let those go on that waited for room at the poster's, some at a time; false when none waits that
 * could. */
bool sim_hooks_unpark(struct sim *sim);
void sim_hooks_drop_parked(struct sim *sim);
/* Loop thread: there may be room now. Does what sim_poster_turn does, and looks after those that wait. */
void sim_hooks_room(struct sim *sim);
/* How many messages and webhooks are on their way, not counting those that the poster has. Any thread. */
size_t sim_hooks_backlog(const struct sim *sim);
/* Have a template reviewed. The lock is held. */
void sim_hooks_review(struct sim *sim, struct sim_template *t);
/* Announce what is new about an account or a template of its; the update is taken over. The lock is held. Any thread. */
void sim_hooks_announce(struct sim *sim, const struct sim_waba *waba, struct sim_update *update);

/* A user writes. Opens the service window and spends of the number's throughput. `context` is the wamid that
 * is replied to, or NULL; `button` NULL: a text message. */
struct sim_inbound {
	struct sim_number *number;
	const char *from; /* digits or user id */
	bool is_user_id;
	const char *name; /* of the profile; NULL: one is made up */
	const char *text;
	const char *button, *payload;
	const char *context;
	const char *preference; /* "stop" or "resume": not a message but a marketing preference */
};
/* Any thread, without the lock; ret_wamid (may be NULL) has SIM_WAMID_BYTES. False when the ledger is full. */
bool sim_hooks_inbound(struct sim *sim, const struct sim_inbound *inbound, char *ret_wamid);
