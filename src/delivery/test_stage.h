#pragma once
/* What the scenarios stand on: the engine, whole, over the store's test world, on virtual time. No threads and no sockets:
 * the store runs its jobs at once, Meta is a script behind the transport's door, and time goes from one moment that
 * somebody asked for to the next. After every step the invariants are checked; see stage_step. */

#include <stdbool.h>

#include "delivery/engine.h"
#include "store/test_world.h"

#define STAGE_MAX_SEQ 6000
#define STAGE_MAX_NODES 64
#define STAGE_MAX_WIRE 2048
#define STAGE_LEASE_MS (10 * SECOND_MS)

/* A message that left. */
struct stage_call {
	int64_t campaign, seq;
	int attempt;
	char phone_number_id[32], token[64];
	int n; /* messages that left before it, of all senders */
	struct now at;
};

enum stage_kind {
	STAGE_ACCEPTED,
	STAGE_HELD,     /* accepted, held for quality assessment */
	STAGE_CODE,     /* Meta's error form with `code`, under HTTP `status` */
	STAGE_STATUS,   /* HTTP `status` with `body`, or with one that is no error form of Meta's */
	STAGE_TIMEOUT,  /* it left, no answer came */
	STAGE_NOT_SENT, /* no connection */
	STAGE_CLOSED,   /* the transport does not even begin */
};

/* What the script answers. `taken`: Meta has the message, whatever it says; STAGE_ACCEPTED and STAGE_HELD imply it. */
struct stage_reply {
	enum stage_kind kind;
	int status, code;
	const char *body;
	bool taken;
	usec_t latency_us; /* 0: 50 ms */
};

struct stage;
typedef struct stage_reply stage_script(struct stage *stage, const struct stage_call *call);

struct stage_flight {
	struct stage_call call;
	struct stage_reply reply;
	struct stage_node *node;
	usec_t at_us;
	http_done_fn *done;
	void *arg;
};

/* One server. */
struct stage_node {
	struct stage *stage;
	struct engine *engine;
	struct lease lease;
	struct transport door;
	bool woken, dead;
	bool frozen;    /* stopped, with all its timers; what it is answered waits */
	usec_t next_us; /* -1: only news */
};

struct stage {
	struct world *w;
	struct now now;
	struct stage_node node[STAGE_MAX_NODES]; /* the last one is the present one */
	int n_nodes;
	unsigned max_inflight;
	msec_t window_ms;
	const char *tier; /* of numbers whose limit is set from now on; NULL: without a limit */
	bool shared;      /* the servers to come share the database */

	void (*errands)(void *arg); /* the engine's; NULL: nobody cares */
	stage_script *script;
	int script_step; /* for the script's own use */
	struct stage_flight *wire[STAGE_MAX_WIRE];
	int n_wire, n_posts;
	int audience;
	msec_t clock_set_ms; /* by how much the wall clock was set forward, all together */
	bool trouble;        /* the store fails: what was answered cannot be recorded, and stays claimed */
	int n_decisions;     /* how often a person has said that what is unconfirmed is to be sent again */
	int n_same;          /* steps without time going on */
	int64_t n_steps;
	unsigned char posts[WORLD_MAX_CAMPAIGNS][STAGE_MAX_SEQ]; /* how often a recipient's message left */
	unsigned char taken[WORLD_MAX_CAMPAIGNS][STAGE_MAX_SEQ]; /* and how often Meta took it */
};

#define STAGE_TEST(f)                                                  \
	{                                                              \
#f, f, NULL, stage_teardown, &engines_list[SQL_SQLITE] \
	}

/* A store with a sender of 80 messages a second, a template and an audience of `n`; one node; everything is accepted. */
struct stage *stage_open(void **state, int n);
int stage_teardown(void **state);

/* A server begins anew, the old one having gone without a word: what is on its wire is never answered. */
void stage_crash(struct stage *stage);
/* Another server on the same database; the others go on. Where the database is not shared, they do not know. */
void stage_second_node(struct stage *stage);
struct engine *stage_engine(struct stage *stage);

/* The next thing that happens: a turn or an answer. False: nothing happens before `until_us`, and it is that time now.
 * Checks each time that no more rows are in doubt than the window allows, and that what is claimed is on the wire; each
 * message, as it leaves, that it was claimed, and that nobody was taken twice under hold; and all invariants of the
 * ledger after every step, or every few where the audience is large. */
bool stage_step(struct stage *stage, usec_t until_us);
void stage_run(struct stage *stage, msec_t span_ms);
void stage_run_until(struct stage *stage, msec_t wall);
/* Until nothing more happens by itself; a scenario that never rests for 30 days fails. */
void stage_rest(struct stage *stage);
/* Until the campaign is over, or the time is. */
void stage_run_until_over(struct stage *stage, int64_t campaign, msec_t most_ms);
/* The wall clock is set forward, or back. */
void stage_set_clock(struct stage *stage, msec_t by_ms);
/* Nothing of the server runs for this long (SIGSTOP, a machine that sleeps). */
void stage_freeze(struct stage *stage, msec_t span_ms);
/* As the API does after a change. */
void stage_notify(struct stage *stage);

void stage_limit(struct stage *stage, int64_t sender, int64_t mps);
/* A running campaign over the audience of stage_open. */
int64_t stage_campaign(struct stage *stage, const char *name);
int64_t stage_create(struct stage *stage, const struct campaign_request *req);
int64_t stage_count(struct stage *stage, int64_t campaign, enum state state);
void stage_check_count(struct stage *stage, int64_t campaign, enum state state, int64_t n);
void stage_check_completed(struct stage *stage, int64_t campaign);
/* A status webhook for the row's present attempt. */
void stage_webhook(struct stage *stage, int64_t campaign, int64_t seq, enum state state);
/* And says of a message that it failed with this code. */
void stage_failure(struct stage *stage, int64_t campaign, int64_t seq, int code);
/* Recipients of a campaign whose message Meta has, and the most often that it has one. */
int stage_n_taken(const struct stage *stage, int64_t campaign);
int stage_most_taken(const struct stage *stage, int64_t campaign);
int stage_most_posts(const struct stage *stage, int64_t campaign);
/* Messages that left since `from`, of one campaign. */
int stage_n_posts(const struct stage *stage, int64_t campaign);

struct stage_reply stage_accept(struct stage *stage, const struct stage_call *call);

/* Inside: the wire. */
int stage_wire_post(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes,
                    usec_t not_after_us, http_done_fn *done, void *arg);
/* The flight that is answered first; -1 none. What a dead node sent is answered to nobody. */
int stage_wire_first(const struct stage *stage);
struct stage_flight *stage_wire_take(struct stage *stage, int i); /* off the wire */
void stage_wire_answer(struct stage_flight *flight);              /* and free it */
