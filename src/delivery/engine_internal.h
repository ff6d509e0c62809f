#pragma once
/* Inside the engine: its parts, shared by engine.c (what is to be done, and when) and engine_nodes.c (which lanes are this
 * node's). */

#include <stdatomic.h>

#include "delivery/job.h"
#include "delivery/lane.h"
#include "delivery/node.h"

#define AGAIN_US 5000 /* the store's mailbox was full */
#define TROUBLE_US 1000000

struct engine {
	struct mailbox mailbox;
	struct lane_context context;
	struct delivery_stats stats;
	uint64_t random;
	char *name;
	struct node node;
	int share;      /* lanes that this node may have */
	bool first;     /* it does what one node alone has to do */
	int64_t nodes;  /* the sum of their numbers */
	bool releasing; /* a lane is being given back */
	usec_t look_us;
	struct lane **lane;
	int n_lanes, cap_lanes;
	struct now now;   /* of the present turn */
	usec_t wanted_us; /* when that turn was wanted, at the latest; -1: whenever there is news */
	atomic_bool dirty, missed;
	void (*errands)(void *arg);
	void *errands_arg;
	void (*look)(void *arg);
	void *look_arg;
	usec_t ahead_until_us; /* until then the clock may have been set forward, by context.ahead_ms */
	bool loading, freezing, starting, sweeping, swept;
	int64_t freeze_turn;  /* sender after which the next freeze is looked for */
	msec_t next_due;      /* -1 none */
	msec_t next_template; /* the first errand of a template, as the last load saw it; -1 none */
	usec_t not_before_us; /* after trouble with the store */
};

/* Look at the database anew, in the next turn. */
void engine_reload(void *engine);

void engine_nodes_init(struct engine *e, const struct engine_options *options);
/* Join, renew, take part; give lanes back that go to others; at the end, leave. */
usec_t engine_nodes_turn(struct engine *e);
