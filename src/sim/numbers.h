#pragma once
/* The WhatsApp Business Accounts, their phone numbers, and the access tokens that used them. Nothing needs
 * to be set up: ids are made known by their first use, with limits. A token is remembered by its hash only.
 *
 * A phone number does not say which account it belongs to, so the first use is a guess: the account that
 * was last used with the same token, or one made up. The guess stays provisional until a template of an
 * account was sent through it (or POST /_sim/numbers said so).
 *
 * The phone number itself is the id where that has 8 to 14 digits, as an international number may have; under any
 * other id, as Meta's own are, it is made up: +1 555, and the rest from the seed. Not locked; the owner is. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/map.h"

#define SIM_MAX_NUMBERS 10000
#define SIM_MIN_DISPLAY 10000000u        /* 8 digits */
#define SIM_MAX_DISPLAY 999999999999999u /* 15 digits, the longest that E.164 allows */
#define SIM_MAX_TOKENS 10000
#define SIM_TOKEN_ACCOUNTS 8

enum sim_subscription { SIM_SUBSCRIPTION_NEVER, SIM_SUBSCRIPTION_ON, SIM_SUBSCRIPTION_OFF };

struct sim_template;

struct sim_waba {
	uint64_t id;
	bool made_up;
	enum sim_subscription subscription;
	struct sim_template *templates; /* newest first; owned by templates.c */
	uint32_t n_templates;
};

struct sim_number {
	uint64_t id;
	atomic_uint_fast64_t display; /* digits of the phone number; webhooks read it without the owner's lock */
	struct sim_waba *waba;
	bool firm;
	uint64_t token;          /* hash of the last token that used it */
	int64_t full_at;         /* the ceiling's bucket */
	uint64_t taken, limited; /* messages; 130429 answers */
};

struct sim_access {
	struct sim_waba *wabas[SIM_TOKEN_ACCOUNTS]; /* newest first */
	int n;
};

struct sim_world {
	uint64_t seed;
	struct sim_map wabas, numbers, tokens;
	struct sim_waba **waba_list;
	struct sim_number **number_list;
	uint32_t n_wabas, n_numbers, n_tokens;
};

void sim_world_init(struct sim_world *world, uint64_t seed);
void sim_world_fini(struct sim_world *world);

/* The account, made when new; NULL when there are too many. With a token (not 0): it used this account now. */
struct sim_waba *sim_world_waba(struct sim_world *world, uint64_t id, uint64_t token);
struct sim_waba *sim_world_find_waba(const struct sim_world *world, uint64_t id);
/* The phone number, made when new; NULL when there are too many. A provisional one with a made-up account
 * moves to the account last used with the token. */
struct sim_number *sim_world_number(struct sim_world *world, uint64_t id, uint64_t token);
struct sim_number *sim_world_find_number(const struct sim_world *world, uint64_t id);
/* Accounts used with a token; NULL when none were. */
const struct sim_access *sim_world_token(const struct sim_world *world, uint64_t token);
/* Give the account a number when it has none: its provisional ones, else one made up. */
void sim_world_settle_numbers(struct sim_world *world, struct sim_waba *waba, uint64_t token);

uint64_t sim_world_hash(const void *data, size_t n_bytes); /* never 0 */
