#pragma once
/* The engine of outgoing webhooks on virtual time, against targets that do what a script says. After every step: no hook has
 * more on the wire than its share, no two events of one subject are on the wire, and of each subject the events were taken
 * in their order. */
#include "store/hook_events.h"
#include "store/test_world.h"
#include "webhook/out_engine.h"

#define MAX_CALLS 1024
#define MAX_HOOKS 64
#define MAX_SUBJECTS 512
#define LATENCY_MS 20

struct call {
	int hook, subject, index; /* of the body: `hook subject index` */
	char id[40], signature[80], body[64];
	msec_t at; /* when it is answered */
	int status;
	int64_t retry_after_s;
	http_done_fn *done;
	void *arg;
};

struct stage;
/* What the target answers: an HTTP status, or 0 for none in ten seconds. May set call->at and call->retry_after_s. */
typedef int stage_script(struct stage *stage, struct call *call);

struct stage {
	struct world *w;
	msec_t now, next; /* next: when a turn was asked for; -1 none */
	bool woken;
	struct out_door door;
	struct out_engine *engine;
	stage_script *script;
	struct call wire[MAX_CALLS];
	int n_wire, n_posts, n_refused, most_wire;
	int64_t hook[MAX_HOOKS];
	int n_hooks;
	int taken[MAX_HOOKS][MAX_SUBJECTS]; /* how many of a subject were taken: the next one's index */
	int n_again;                        /* taken once more */
	msec_t first_post[MAX_HOOKS], last_taken[MAX_HOOKS];
	struct call last;
};

struct stage *stage_open(void **state, int n_hooks);
int stage_teardown(void **state);
void stage_start(struct stage *s); /* the engine anew, as after a crash */
void stage_run(struct stage *s, msec_t span);
/* `n` events of a subject, from this index on. */
void stage_add(struct stage *s, int hook, int subject, int from, int n);
void stage_note_taken(struct stage *s, const struct call *c); /* fails when it is out of order */
struct hook stage_hook(struct stage *s, int hook);

#define STAGE_TEST(f)                                                  \
	{                                                              \
#f, f, NULL, stage_teardown, &engines_list[SQL_SQLITE] \
	}
