#include <stdlib.h>

#include "delivery/engine_internal.h"

#define LOOK_US 5000000 /* where other servers change things too */
#define DEFAULT_LEASE_MS (10 * SECOND_MS)

static int n_lanes_here(const struct engine *e, bool leaving_too)
{
	int n = 0;
	for (int i = 0; i < e->n_lanes; i++)
		n += !lane_is_gone(e->lane[i]) && (leaving_too || !lane_is_leaving(e->lane[i]));
	return n;
}

/* Those beyond the share leave, once they are quiet; what is free below it is taken by the next load. */
static void nodes_seen(const struct nodes_view *view, void *arg)
{
	struct engine *e = arg;
	bool is_news = view->share != e->share || view->first != e->first;
	if (e->nodes && view->sum != e->nodes) /* one that went may have been the one that webhooks came to */
		atomic_store(&e->missed, true);
	e->nodes = view->sum;
	e->share = view->share;
	e->first = view->first;
	int surplus = n_lanes_here(e, true) - e->share;
	for (int i = e->n_lanes - 1; i >= 0 && !e->context.draining; i--) {
		if (lane_is_gone(e->lane[i]))
			continue;
		lane_leave(e->lane[i], surplus > 0);
		surplus--;
	}
	if (is_news || (view->n_free > 0 && view->n_lanes < e->share) || view->n_lanes != n_lanes_here(e, true))
		engine_reload(e);
	if (is_news && e->first && e->errands)
		e->errands(e->errands_arg);
	if (e->look)
		e->look(e->look_arg);
}

static void look_around(void *arg)
{
	struct engine *e = arg;
	engine_reload(e);
	if (e->errands)
		e->errands(e->errands_arg);
	if (e->look)
		e->look(e->look_arg);
}

void engine_tell(struct engine *e)
{
	node_tell(&e->node);
	e->mailbox.wake(e->mailbox.wake_arg);
}

static void lanes_lost(void *arg)
{
	struct engine *e = arg;
	e->share = 0;
	e->first = false;
	for (int i = 0; i < e->n_lanes; i++)
		lane_lose(e->lane[i]);
}

/* On a shared database there may be work that nobody told this node of. */
static usec_t look_turn(struct engine *e)
{
	if (e->node.options.alone)
		return -1;
	if (e->look_us > e->now.mono)
		return e->look_us - e->now.mono;
	e->look_us = e->now.mono + LOOK_US;
	look_around(e);
	return LOOK_US;
}

/* ---- lanes that go to another node ---- */

struct release {
	struct job job;
	struct engine *engine;
	int64_t sender_no, node_no, epoch;
};

static int release_run(struct store_tx *tx, void *arg)
{
	const struct release *r = arg;
	return lane_release(tx, r->sender_no, r->node_no, r->epoch);
}

static void release_done(struct job *job, int result, struct now now)
{
	struct release *r = (struct release *)job;
	struct engine *e = r->engine;
	e->releasing = false;
	if (result != 0) /* the next load finds it this node's, and takes it anew */
		e->not_before_us = now.mono + TROUBLE_US;
	free(r);
}

static usec_t release_turn(struct engine *e)
{
	if (e->releasing)
		return -1;
	for (int i = 0; i < e->n_lanes; i++) {
		struct lane *lane = e->lane[i];
		if (!lane_is_leaving(lane) || lane_is_gone(lane) || !lane_is_quiet(lane))
			continue;
		if (e->not_before_us > e->now.mono)
			return e->not_before_us - e->now.mono;
		struct release *r = calloc(1, sizeof(*r));
		if (!r)
			abort();
		*r = (struct release){.job = {.run = release_run, .done = release_done},
		                      .engine = e,
		                      .sender_no = lane_sender_no(lane),
		                      .node_no = e->node.no,
		                      .epoch = lane_epoch(lane)};
		if (mailbox_submit(&e->mailbox, &r->job) != 0) {
			free(r);
			return AGAIN_US;
		}
		lane_lose(lane);
		e->releasing = true;
		break;
	}
	return -1;
}

/* ---- */

void engine_nodes_init(struct engine *e, const struct engine_options *o)
{
	node_init(&e->node, &(struct node_options){.mailbox = &e->mailbox,
	                                           .name = e->name,
	                                           .lease = o->lease,
	                                           .lease_ms = o->lease_ms > 0 ? o->lease_ms : DEFAULT_LEASE_MS,
	                                           .alone = o->alone,
	                                           .seen = nodes_seen,
	                                           .told = look_around,
	                                           .lost = lanes_lost,
	                                           .arg = e});
}

usec_t engine_nodes_turn(struct engine *e)
{
	if (e->context.draining && e->n_lanes == 0 && !e->releasing && !e->loading)
		return node_leave_turn(&e->node, e->now);
	usec_t next = node_turn(&e->node, e->now);
	if (e->node.no && !e->context.draining)
		next = sooner(next, look_turn(e));
	return sooner(next, release_turn(e));
}
