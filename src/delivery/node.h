#pragma once
/* Inside delivery: this server as one of the nodes of its database (store/nodes.h). It joins, renews its lease long before it
 * is over, learns how many lanes it may have, and leaves at the end. What it knows stands in `lease` for the whole process.
 *
 * The lease is counted from before its renewal was asked for, and a fifth less than the database grants: what this node holds it
 * gives up before anyone may take it. */

#include "delivery/job.h"
#include "store/nodes.h"

struct node_options {
	struct mailbox *mailbox;
	const char *name;
	struct lease *lease; /* written here */
	msec_t lease_ms;
	bool alone; /* no other server may run on the database: the lease never ends */
	void (*seen)(const struct nodes_view *view, void *arg); /* what there is now */
	void (*told)(void *arg);                                /* another node has changed something */
	void (*lost)(void *arg);                                /* this node was buried: it has no lane any more */
	void *arg;
};

struct node {
	struct node_options options;
	int64_t no; /* 0: not joined */
	bool busy, left;
	usec_t again_us, listen_us; /* to renew; to ask for news */
	int64_t news;
	atomic_bool tell; /* the others are to be told */
	bool troubled;    /* told already */
};

void node_init(struct node *node, const struct node_options *options);
usec_t node_turn(struct node *node, struct now now);
/* The other nodes are to look at what was changed here. Any thread. */
void node_tell(struct node *node);
/* Instead of node_turn: what it has is given back. Once `left` is true it is over. */
usec_t node_leave_turn(struct node *node, struct now now);
