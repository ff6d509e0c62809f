#pragma once
/* A stage for the engine: virtual time, a store that works at once, and a transport that plays Meta by script and remembers what
 * it took. A scenario takes milliseconds, whatever time passes in it. */

#include "store/test_world.h"

#include "delivery/engine.h"

#define PLAY_MAX_PENDING 4096

enum fate {
	FATE_TAKE,          /* accepted */
	FATE_TAKE_SILENTLY, /* taken, and the answer is lost */
	FATE_LOSE,          /* not taken, and no answer */
	FATE_NOT_SENT,      /* the connection failed before anything left */
	FATE_TROUBLE,       /* HTTP 500 with nothing in it; taken */
	FATE_REFUSE,        /* by the script's `code` */
};

struct play_message {
	int64_t campaign, seq;
	int attempt;
	const char *phone_number_id, *token; /* good while it is judged */
};

struct play {
	struct world *w;
	struct engine *engine;
	struct now now;
	bool woken;
	/* the script: what becomes of a message; NULL takes all */
	enum fate (*script)(struct play *play, const struct play_message *m);
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
	} pending[PLAY_MAX_PENDING];
};

/* An audience of `n`, one sender at 80 messages a second, the engine ready. */
struct play *play_open(void **state, int n);
int play_teardown(void **state);
/* Let `ms` of virtual time pass. */
void play_pass(struct play *play, msec_t ms);
/* Until the campaign has no row queued or claimed; fails the test when that takes more than `ms`. The time to
 * the last answer. */
msec_t play_until_over(struct play *play, int64_t campaign, msec_t ms);
/* The process dies: what is on the wire is forgotten; and a new one starts, with a new epoch. */
void play_crash(struct play *play);
/* Meta's webhooks: a `sent` for everything it took that our ledger does not show as sent yet. */
void play_tell_sent(struct play *play, int64_t campaign);
/* Messages that Meta took of a campaign; none may be taken twice. */
int play_taken(struct play *play, int64_t campaign);
int64_t play_count(struct play *play, int64_t campaign, enum state state);
#define PLAY_TEST(f) {#f, f, NULL, play_teardown, &engines_list[SQL_SQLITE]}
