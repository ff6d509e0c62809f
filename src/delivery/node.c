#include "delivery/node.h"

#include <stdlib.h>

#include "base/log.h"

#define RENEWALS 10 /* in the time of a lease */
#define BUSY_US 5000
#define LISTEN_US 200000

struct visit {
	struct job job;
	struct node *node;
	struct now begun;
	bool joins;
	int64_t no;
	struct nodes_view view;
	int64_t news;
};

void node_init(struct node *node, const struct node_options *options)
{
	*node = (struct node){.options = *options};
}

static usec_t pause_us(const struct node *node)
{
	return node->options.lease_ms * 1000 / RENEWALS;
}

static usec_t submit(struct node *node, struct now now, store_run_fn *run, void (*done)(struct job *, int, struct now))
{
	struct visit *v = calloc(1, sizeof(*v));
	if (!v)
		abort();
	*v = (struct visit){
		.job = {.run = run, .done = done}, .node = node, .begun = now, .joins = node->no == 0, .no = node->no};
	if (mailbox_submit(node->options.mailbox, &v->job) != 0) {
		free(v);
		return BUSY_US;
	}
	node->busy = true;
	return -1;
}

static void trouble(struct node *node, struct now now)
{
	node->again_us = now.mono + pause_us(node);
	if (!node->troubled)
		log_error("delivery", "the lease of this server could not be renewed; trying again");
	node->troubled = true;
}

/* ---- joining and renewing ---- */

static int visit_run(struct store_tx *tx, void *arg)
{
	struct visit *v = arg;
	const struct node_options *o = &v->node->options;
	if (v->joins)
		return node_join(tx, o->name, o->lease_ms, o->alone, v->begun.wall, &v->no, &v->view);
	return node_renew(tx, v->no, o->lease_ms, v->begun.wall, &v->view);
}

static void hold_on(struct node *node, const struct visit *v, struct now now)
{
	const struct node_options *o = &node->options;
	if (v->joins)
		node->news = 0;
	node->no = v->no;
	node->troubled = false;
	node->again_us = now.mono + pause_us(node);
	atomic_store(&o->lease->until_us, o->alone ? INT64_MAX : v->begun.mono + o->lease_ms * 800);
	atomic_store(&o->lease->node_no, v->no);
	atomic_store(&o->lease->first, v->view.first);
	if (v->joins && !o->alone)
		log_info("delivery", "joined", log_i("node", v->no), log_i("nodes", v->view.n_nodes));
	if (v->view.n_buried > 0 && !o->alone)
		log_warn("delivery", "the lease of another server is over; its lanes are free", log_i("node", v->no),
		         log_i("servers", v->view.n_buried));
	o->seen(&v->view, o->arg);
}

static void be_nobody(struct node *node)
{
	node->no = 0;
	atomic_store(&node->options.lease->node_no, 0);
	atomic_store(&node->options.lease->first, false);
}

static void visit_done(struct job *job, int result, struct now now)
{
	struct visit *v = (struct visit *)job;
	struct node *node = v->node;
	node->busy = false;
	if (result < 0) {
		trouble(node, now);
	} else if (result > 0) {
		log_warn("delivery", "this server was thought lost; it begins anew", log_i("node", node->no));
		be_nobody(node);
		node->options.lost(node->options.arg);
	} else {
		hold_on(node, v, now);
	}
	free(v);
}

/* ---- news between nodes ---- */

static int tell_run(struct store_tx *tx, void *arg)
{
	const struct visit *v = arg;
	return nodes_tell(tx, v->no);
}

static void tell_done(struct job *job, int result, struct now now)
{
	struct visit *v = (struct visit *)job;
	struct node *node = v->node;
	(void)now;
	node->busy = false;
	if (result != 0)
		atomic_store(&node->tell, true);
	free(v);
}

static int listen_run(struct store_tx *tx, void *arg)
{
	struct visit *v = arg;
	return node_news(tx, v->no, &v->news);
}

static void listen_done(struct job *job, int result, struct now now)
{
	struct visit *v = (struct visit *)job;
	struct node *node = v->node;
	node->busy = false;
	node->listen_us = now.mono + LISTEN_US;
	if (result == 0 && v->news != node->news) {
		node->news = v->news;
		node->options.told(node->options.arg);
	}
	free(v);
}

void node_tell(struct node *node)
{
	if (!node->options.alone)
		atomic_store(&node->tell, true);
}

usec_t node_turn(struct node *node, struct now now)
{
	if (node->busy || (node->no && node->options.alone))
		return -1;
	if (node->again_us <= now.mono)
		return submit(node, now, visit_run, visit_done);
	if (node->no == 0 || node->troubled)
		return node->again_us - now.mono;
	if (atomic_exchange(&node->tell, false))
		return submit(node, now, tell_run, tell_done);
	if (node->listen_us <= now.mono)
		return submit(node, now, listen_run, listen_done);
	usec_t renew = node->again_us - now.mono, listen = node->listen_us - now.mono;
	return renew < listen ? renew : listen;
}

/* ---- leaving ---- */

static int leave_run(struct store_tx *tx, void *arg)
{
	const struct visit *v = arg;
	return node_leave(tx, v->no);
}

static void leave_done(struct job *job, int result, struct now now)
{
	struct visit *v = (struct visit *)job;
	struct node *node = v->node;
	node->busy = false;
	if (result < 0) {
		trouble(node, now);
	} else {
		be_nobody(node);
		node->left = true;
	}
	free(v);
}

usec_t node_leave_turn(struct node *node, struct now now)
{
	if (node->busy || node->left)
		return -1;
	if (node->no == 0) {
		node->left = true;
		return 0;
	}
	if (node->again_us > now.mono && node->troubled)
		return node->again_us - now.mono;
	return submit(node, now, leave_run, leave_done);
}
