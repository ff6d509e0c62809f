#pragma once
/* What was taken, recipient by recipient and phone number by phone number, in the order in which they were
 * first seen. It answers the question of "never twice": how often a message to this recipient was taken.
 * Not locked; its owner is. Entries keep their place in memory until sim_ledger_reset. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "sim/fate.h"

struct sim_ledger;
struct sim_number;

/* About 130 bytes a recipient, its place in the index included. */
struct sim_entry {
	uint64_t who;                         /* the number's digits; of a user id its hash, with the top bit set */
	char *user_id;                        /* business-scoped user id; NULL for a number */
	struct sim_number *number;            /* the business's */
	msec_t first_taken_ms, last_taken_ms; /* 0: never */
	msec_t last_inbound_ms;
	int64_t pair_full_at;
	int64_t counted_us; /* in the portfolio's limit; 0: not */
	uint32_t attempts;  /* requests that came past the limits */
	uint32_t taken, refused;
	uint32_t sent, delivered, read, failed; /* statuses emitted */
	int32_t last_code;                      /* of the last failure or refusal */
	uint8_t best; /* enum sim_status: the highest over all its messages, FAILED when nothing better */
};

/* Sums over recipients, except where messages are named. */
struct sim_ledger_sums {
	uint64_t recipients;            /* with at least one message taken */
	uint64_t users;                 /* the same, each user once however many phone numbers wrote */
	uint64_t taken, refused;        /* messages */
	uint64_t doubles;               /* messages to a recipient that had one already */
	uint64_t repeats;               /* those among them with the same template and parameters */
	uint64_t sent, delivered, read; /* whose best status is this one or a higher one */
	uint64_t failed;                /* whose messages failed, and none was delivered */
	uint64_t pending;               /* messages that have not come to their last status */
	msec_t first_taken_ms, last_taken_ms;
};

struct sim_ledger *sim_ledger_create(uint32_t max_entries);
void sim_ledger_destroy(struct sim_ledger *ledger);
/* Forget all; every entry is gone. */
void sim_ledger_reset(struct sim_ledger *ledger);

/* The entry, made when it is new (`user_id` is copied); NULL when the ledger is full. */
struct sim_entry *sim_ledger_entry(struct sim_ledger *ledger, struct sim_number *number, uint64_t who, const char *user_id);
/* The entries of one recipient under all phone numbers: begin with *cursor = 0; NULL after the last. */
struct sim_entry *sim_ledger_next_of(const struct sim_ledger *ledger, uint64_t who, uint32_t *cursor);
uint32_t sim_ledger_count(const struct sim_ledger *ledger);
struct sim_entry *sim_ledger_at(const struct sim_ledger *ledger, uint32_t index);
const struct sim_ledger_sums *sim_ledger_sums(const struct sim_ledger *ledger);

/* A message was taken; `content` identifies template and parameters. */
void sim_ledger_take(struct sim_ledger *ledger, struct sim_entry *entry, uint64_t content, msec_t now);
void sim_ledger_refuse(struct sim_ledger *ledger, struct sim_entry *entry, int32_t code);
/* One of its messages came to a status; `last` when no other will follow. */
void sim_ledger_emit(struct sim_ledger *ledger, struct sim_entry *entry, enum sim_status status, int32_t code, bool last);
