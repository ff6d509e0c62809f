#pragma once
/* Nodes: the servers of one database, and which of them has which sender's lane.
 *
 * A node's row is its lease: it holds until `until_ms` by the database's clock (of SQLite: this machine's), and is renewed long
 * before. Whoever finds one that is over buries it: the row goes, and its lanes are nobody's, in one transaction. A claim is made
 * under the lane's epoch, which is nobody's either until the next node takes the lane and begins a new one. So a node that was
 * frozen or cut off finds its row gone and every claim fenced, and joins anew under another number; none is given twice.
 *
 * The lanes are spread evenly: of S senders each of N nodes may have S / N, and the first S % N nodes one more. The first node,
 * by number, also does what one alone has to do. */

#include <stdatomic.h>

#include "store/store.h"

/* What a node knows of itself, for all its threads; written by delivery alone. */
struct lease {
	atomic_int_fast64_t node_no;  /* 0: not joined */
	atomic_int_fast64_t until_us; /* monotonic; well before others may take what it has */
	atomic_bool first;
};
/* Is this node one of its database's, so that lanes are its own? */
bool lease_is_held(const struct lease *lease, usec_t now_us);
/* May this node do what one alone has to do? */
bool lease_is_first(const struct lease *lease, usec_t now_us);

struct nodes_view {
	int n_nodes;
	int64_t sum;  /* of the nodes' numbers: another one when a node came or went, since none is given twice */
	bool first;   /* this is the first node */
	int share;    /* lanes that it may have; of one alone any number, since it looks around no more */
	int n_lanes;  /* that it has */
	int n_free;   /* lanes that nobody has */
	int n_buried; /* nodes whose lease was found over */
};
/* A new node, for `lease_ms`. `alone`: every other node is buried, whatever its lease says (SQLite has one server). */
must_check int node_join(struct store_tx *tx, const char *name, msec_t lease_ms, bool alone, msec_t now, int64_t *ret_no,
                         struct nodes_view *ret);
/* Hold on for another `lease_ms`, and look around. 1: the node was buried, and has nothing any more. */
must_check int node_renew(struct store_tx *tx, int64_t no, msec_t lease_ms, msec_t now, struct nodes_view *ret);
/* What it has is free now. */
must_check int node_leave(struct store_tx *tx, int64_t no);

/* How many there are. */
must_check int nodes_count(struct store_tx *tx, int64_t *ret);
/* The other nodes have something to look at. */
must_check int nodes_tell(struct store_tx *tx, int64_t self);
/* How often this node was told so. 1: it was buried. */
must_check int node_news(struct store_tx *tx, int64_t no, int64_t *ret);

struct lane_row {
	int64_t sender_no, node_no, epoch;
};
must_check int lanes_all(struct store_tx *tx, struct arena *arena, struct lane_row **ret, int *ret_n);
/* Take a lane that is free, or that this node has already: a new epoch, fencing every older one. Rows that an older epoch left
 * `claimed` become `unconfirmed` (they may have left). *ret_doubtful counts them. 1: another node has it, it is gone, or this
 * node was buried. */
must_check int lane_take(struct store_tx *tx, int64_t sender_no, int64_t node_no, msec_t now, int64_t *ret_epoch,
                         int64_t *ret_doubtful);
/* Give a lane back, on which nothing is on the wire or unrecorded. Another's is left alone. */
must_check int lane_release(struct store_tx *tx, int64_t sender_no, int64_t node_no, int64_t epoch);
