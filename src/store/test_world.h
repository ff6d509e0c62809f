#pragma once
/* What the room's tests stand on: a store over a fresh database of either engine, with an account, a sender, an approved
 * template and an audience in it, a short way to run one call in a transaction of its own, and the invariants of the
 * ledger as a function to call after every step. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "sql/test_engines.h"
#include "store/audiences.h"
#include "store/campaigns.h"
#include "store/ledger.h"
#include "store/nodes.h"
#include "store/senders.h"
#include "store/store.h"

#define WORLD_START ((msec_t)1700000000000)
#define WORLD_TOKEN "EAAG-the-access-token-of-the-first-sender"
#define WORLD_SECRET "the-app-secret-of-the-first-sender"
/* Holds to make: a person's, and one for a refusal of Meta's. */
extern const struct hold world_pause, world_refusal;
#define WORLD_MAX_CAMPAIGNS 256
#define WORLD_MAX_ROWS 1024

struct world {
	enum sql_engine engine;
	const char *url;
	char folder[300], key_file[320];
	struct store *store;
	struct arena *arena; /* emptied by the teardown only */
	msec_t now;
	int64_t account, sender, template, audience;
	int64_t node, epoch;                   /* of the sender's lane */
	unsigned char hash[SECRET_HASH_BYTES]; /* of the sender's app secret */
	/* What check_invariants saw last: a state and one, 0 for no row. */
	unsigned char seen[WORLD_MAX_CAMPAIGNS][WORLD_MAX_ROWS];
};

#define WORLD_ON_SQLITE(f)                                                         \
	{                                                                          \
#f " (sqlite)", f, NULL, world_teardown, &engines_list[SQL_SQLITE] \
	}
#define WORLD_ON_POSTGRESQL(f)                                                             \
	{                                                                                  \
#f " (postgresql)", f, NULL, world_teardown, &engines_list[SQL_POSTGRESQL] \
	}
#define WORLD_ON_BOTH(f) WORLD_ON_SQLITE(f), WORLD_ON_POSTGRESQL(f)

/* A database without a store yet (w->store is NULL); skips the test when the engine is not there. */
struct world *world_bare(void **state);
struct store_options world_options(const struct world *w, bool inline_jobs);
/* The store alone, inline. */
struct world *world_empty(void **state);
/* With account, sender (its lane taken), template and an audience of `n` contacts: numbers 447000000001…, names N1…. */
struct world *world_open(void **state, int n);
int world_teardown(void **state);

/* One transaction of the writer, as a job has; world_end keeps what was done, or fails the test when `result` is -1. */
struct store_tx *world_begin(struct world *w);
int world_end(struct world *w, int result);
/* The value of a call over `tx`, run in a transaction of its own. */
#define IN_JOB(w, call)                               \
	__extension__({                               \
		struct store_tx *tx = world_begin(w); \
		world_end((w), (call));               \
	})

int64_t world_int(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void world_script(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct sender_request world_sender_request(struct world *w, const char *name, const char *phone_number_id);
int64_t world_sender(struct world *w, const char *name, const char *phone_number_id);
/* Its sender's portfolio, `portfolio_id`, may begin with so many people in 24 hours; 0: any number. */
void world_limit(struct world *w, int64_t sender, const char *portfolio_id, int limit);
/* Approved already. */
int64_t world_template(struct world *w, const char *name, const char *text);
int64_t world_audience(struct world *w, const char *name);
/* In one session of changes. 0 as `first_name`: none. */
int64_t world_contact(struct world *w, int64_t audience, const char *number, const char *first_name);
void world_contacts(struct world *w, int64_t audience, int n);
struct contact_request world_contact_request(const char *number, const char *first_name);
/* One that would start at once. */
struct campaign_request world_request(struct world *w, const char *name);
int64_t world_create(struct world *w, const struct campaign_request *req);
int64_t world_campaign(struct world *w, const char *name);
struct campaign world_read(struct world *w, int64_t campaign);
void world_freeze(struct world *w, int64_t campaign);
/* Under the lane's present epoch; how many. */
int world_claim(struct world *w, int64_t campaign, struct claimed_row *ret, int max);
struct ledger_row world_row(struct world *w, int64_t campaign, int64_t seq);
void world_record(struct world *w, const struct outcome *outcome);
struct apply_result world_apply(struct world *w, const struct status_update *update);
void world_take_lane(struct world *w);
int64_t world_tally(struct world *w, int64_t campaign, int kind, int64_t bucket);

/* Every tally equals a count over the ledger, every row is whole for its state, moved as states.def allows since the last
 * call, will be claimed when it is queued; campaigns are over when and only when their rows are. */
void check_invariants(struct world *w);
