#pragma once
/* A stage for the engine: virtual time, a store that works at once, and a transport that plays Meta by script and remembers what
 * it took. A scenario takes milliseconds, whatever time passes in it. */

#include "store/test_world.h"

#include "delivery/engine.h"

#define STAGE_MAX_PENDING 4096

enum fate {
	FATE_TAKE,          /* accepted */
	FATE_TAKE_SILENTLY, /* taken, and the answer is lost */
	FATE_LOSE,          /* not taken, and no answer */
	FATE_NOT_SENT,      /* the connection failed before anything left */
	FATE_TROUBLE,       /* HTTP 500 with nothing in it; taken */
	FATE_REFUSE,        /* by the script's `code` */
};

struct stage_message {
	int64_t campaign, seq;
	int attempt;
	const char *phone_number_id, *token; /* good while it is judged */
};

struct stage {
	struct world *w;
	struct engine *engine;
	struct now now;
	bool woken;
	/* the script: what becomes of a message; NULL takes all */
	enum fate (*script)(struct stage *stage, const struct stage_message *m);
	int code;
	usec_t latency_us;
	unsigned max_inflight;
	/* what happened */
	int n_posts, n_pending, most_pending;
	usec_t heard_us; /* the last answer */
	unsigned char taken[WORLD_MAX_CAMPAIGNS][WORLD_MAX_ROWS];
	usec_t taken_us[WORLD_MAX_CAMPAIGNS][WORLD_MAX_ROWS]; /* when last */
	struct {
		usec_t due_us;
		http_done_fn *done;
		void *arg;
		enum fate fate;
		int64_t campaign, seq;
		int code;
	} pending[STAGE_MAX_PENDING];
};

/* An audience of `n`, one sender at 80 messages a second, the engine ready. */
struct stage *stage_open(void **state, int n);
int stage_teardown(void **state);
/* Let `ms` of virtual time pass. */
void stage_pass(struct stage *stage, msec_t ms);
/* Until the campaign has no row queued or claimed; fails the test when that takes more than `ms`. The time to
 * the last answer. */
msec_t stage_until_over(struct stage *stage, int64_t campaign, msec_t ms);
/* The process dies: what is on the wire is forgotten; and a new one starts, with a new epoch. */
void stage_crash(struct stage *stage);
/* Meta's webhooks: a `sent` for everything it took that our ledger does not show as sent yet. */
void stage_tell_sent(struct stage *stage, int64_t campaign);
/* Messages that Meta took of a campaign; none may be taken twice. */
int stage_taken(struct stage *stage, int64_t campaign);
int64_t stage_count(struct stage *stage, int64_t campaign, enum state state);
#define STAGE_TEST(f) {#f, f, NULL, stage_teardown, &engines_list[SQL_SQLITE]}
