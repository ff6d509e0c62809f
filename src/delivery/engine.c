#include "delivery/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "delivery/engine_internal.h"
#include "store/audiences.h"
#include "store/budget.h"
#include "store/decisions.h"
#include "store/ledger.h"
#include "store/singles.h"

#define FREEZE_ROWS 2000 /* a few milliseconds of the store thread */
#define SWEEP_ROWS 5000
#define MAX_CONNECTIONS 4096
#define DECIDE_ROWS 2000
#define ALIVE_US 1000000
#define AWAY_US 2000000 /* a turn so much later than it was wanted, or a clock that jumped so far: nobody was here meanwhile */

void engine_reload(void *arg)
{
	struct engine *e = arg;
	atomic_store(&e->dirty, true);
}

struct engine *engine_create(const struct engine_options *o)
{
	struct engine *e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	mailbox_init(&e->mailbox, o->store, o->wake, o->wake_arg);
	e->random = o->seed ? o->seed : 1;
	e->name = strdup(o->name);
	if (!e->name)
		abort();
	engine_nodes_init(e, o);
	e->next_due = e->next_template = e->wanted_us = -1;
	e->dirty = true;
	e->errands = o->errands;
	e->errands_arg = o->errands_arg;
	e->look = o->look;
	e->look_arg = o->look_arg;
	e->context = (struct lane_context){
		.mailbox = &e->mailbox,
		.transport = o->transport,
		.instance = store_instance(o->store),
		.unconfirmed_window_ms = o->unconfirmed_window_ms > 0 ? o->unconfirmed_window_ms : 15 * MINUTE_MS,
		.max_inflight = o->max_inflight ? (int)o->max_inflight : 256,
		.max_connections = o->max_connections ? (int)o->max_connections : MAX_CONNECTIONS,
		.random = &e->random,
		.stats = &e->stats,
		.reload = engine_reload,
		.reload_arg = e,
		.errands = o->errands,
		.errands_arg = o->errands_arg,
		.clock = o->clock,
		.clock_arg = o->clock_arg,
		.lease = o->lease,
	};
	return e;
}

void engine_destroy(struct engine *e)
{
	if (!e)
		return;
	for (int i = 0; i < e->n_lanes; i++)
		lane_destroy(e->lane[i]);
	free(e->lane);
	free(e->name);
	mailbox_fini(&e->mailbox);
	free(e);
}

void engine_notify(struct engine *e)
{
	atomic_store(&e->dirty, true);
	e->mailbox.wake(e->mailbox.wake_arg);
}

void engine_missed(struct engine *e)
{
	atomic_store(&e->missed, true);
	e->mailbox.wake(e->mailbox.wake_arg);
}

void engine_drain(struct engine *e)
{
	e->context.draining = true;
	for (int i = 0; i < e->n_lanes; i++)
		lane_leave(e->lane[i], true);
}

bool engine_is_quiet(const struct engine *e)
{
	for (int i = 0; i < e->n_lanes; i++)
		if (!lane_is_quiet(e->lane[i]))
			return false;
	return e->mailbox.n_out == 0 && (e->node.left || !e->context.draining);
}

void engine_stats(const struct engine *e, struct delivery_stats *ret)
{
	*ret = e->stats;
	ret->lanes = e->n_lanes;
}

/* ---- what the database says ---- */

static struct lane *find_lane(const struct engine *e, int64_t sender_no)
{
	for (int i = 0; i < e->n_lanes; i++)
		if (lane_sender_no(e->lane[i]) == sender_no && !lane_is_gone(e->lane[i]))
			return e->lane[i];
	return NULL;
}

void engine_singles(struct engine *e, int64_t sender_no)
{
	struct lane *lane = find_lane(e, sender_no);
	if (lane)
		lane_fed_singles(lane);
	else if (e->node.options.alone)
		atomic_store(&e->dirty, true);
	else
		engine_tell(e);
}

static struct lane *add_lane(struct engine *e, const struct loaded_sender *from)
{
	if (e->n_lanes == e->cap_lanes) {
		e->cap_lanes = e->cap_lanes ? e->cap_lanes * 2 : 8;
		e->lane = realloc(e->lane, (size_t)e->cap_lanes * sizeof(struct lane *));
		if (!e->lane)
			abort();
	}
	struct lane *lane = lane_create(&e->context, from, e->now);
	e->lane[e->n_lanes++] = lane;
	return lane;
}

static bool was_loaded(const struct load *load, int64_t sender_no)
{
	for (int i = 0; i < load->n_senders; i++)
		if (load->sender[i].sender.no == sender_no)
			return true;
	return false;
}

static void load_done(struct job *job, int result, struct now now)
{
	FAILPOINT(load_after);
	struct load *load = (struct load *)job;
	struct engine *e = load->owner_arg;
	e->loading = false;
	if (result != 0) {
		log_error("delivery", "what is to be sent could not be read; trying again", log_i("in_ms", TROUBLE_US / 1000));
		e->dirty = true;
		e->not_before_us = now.mono + TROUBLE_US;
		load_destroy(load);
		return;
	}
	if (e->context.draining || load->node_no != e->node.no) { /* what it took is given back with all that this node has */
		load_destroy(load);
		return;
	}
	e->next_due = load->next_due;
	for (int i = 0; i < load->n_senders; i++) {
		struct lane *lane = find_lane(e, load->sender[i].sender.no);
		if (!lane && load->sender[i].epoch)
			lane = add_lane(e, &load->sender[i]);
		if (lane)
			lane_update(lane, &load->sender[i], now);
	}
	for (int i = 0; i < e->n_lanes; i++)
		if (!was_loaded(load, lane_sender_no(e->lane[i])))
			lane_update(e->lane[i], NULL, now);
	if ((load->n_waiting > 0 || load->next_template != e->next_template) && e->errands)
		e->errands(e->errands_arg);
	e->next_template = load->next_template;
	load_destroy(load);
}

static usec_t load_turn(struct engine *e)
{
	if (e->loading || !atomic_load(&e->dirty) || e->context.draining || !e->node.no)
		return -1;
	if (e->not_before_us > e->now.mono)
		return e->not_before_us - e->now.mono;
	atomic_store(&e->dirty, false);
	struct lane_row *known = calloc((size_t)e->n_lanes + 1, sizeof(*known));
	if (!known)
		abort();
	int n = 0;
	for (int i = 0; i < e->n_lanes; i++)
		if (!lane_is_gone(e->lane[i]))
			known[n++] = (struct lane_row){lane_sender_no(e->lane[i]), e->node.no, lane_epoch(e->lane[i])};
	struct load *load = load_create(e->node.no, e->share, e->now.wall, known, n);
	free(known);
	load->owner_arg = e;
	load->job.done = load_done;
	if (mailbox_submit(&e->mailbox, &load->job) != 0) {
		load_destroy(load);
		e->dirty = true;
		return AGAIN_US;
	}
	e->loading = true;
	e->swept = false;
	return -1;
}

/* ---- the schedule ---- */

struct errand {
	struct job job;
	struct engine *engine;
	msec_t now;
	int64_t campaign_no;
	int started;
	bool more;
};

static struct errand *errand_create(struct engine *e, store_run_fn *run, void (*done)(struct job *, int, struct now))
{
	struct errand *errand = calloc(1, sizeof(*errand));
	if (!errand)
		abort();
	*errand = (struct errand){.job = {.run = run, .done = done}, .engine = e, .now = e->now.wall};
	return errand;
}

static bool errand_submit(struct engine *e, struct errand *errand)
{
	if (mailbox_submit(&e->mailbox, &errand->job) == 0)
		return true;
	free(errand);
	return false;
}

static int start_run(struct store_tx *tx, void *arg)
{
	struct errand *errand = arg;
	int result = campaigns_start_due(tx, errand->now, &errand->started) < 0 ? -1 : singles_expire(tx, errand->now);
	FAILPOINT(start_before);
	return result;
}

static void start_done(struct job *job, int result, struct now now)
{
	FAILPOINT(start_after);
	struct errand *errand = (struct errand *)job;
	struct engine *e = errand->engine;
	e->starting = false;
	if (result != 0)
		e->not_before_us = now.mono + TROUBLE_US;
	else if (errand->started > 0)
		log_info("delivery", "campaigns started on schedule", log_i("campaigns", errand->started));
	e->dirty = true;
	free(errand);
}

static usec_t due_turn(struct engine *e)
{
	if (e->starting || e->loading || e->next_due < 0 || e->context.draining)
		return -1;
	if (e->next_due > e->now.wall)
		return (e->next_due - e->now.wall) * 1000;
	if (!errand_submit(e, errand_create(e, start_run, start_done)))
		return AGAIN_US;
	e->starting = true;
	e->next_due = -1; /* the load that follows says the next */
	return -1;
}

/* ---- freezing, one batch at a time, the lanes in turn ---- */

static int freeze_run(struct store_tx *tx, void *arg)
{
	struct errand *errand = arg;
	int result = ledger_freeze(tx, errand->campaign_no, FREEZE_ROWS, errand->now);
	if (result < 0)
		return -1;
	FAILPOINT(freeze_before);
	errand->started = result; /* 0 more, 1 all, 2 not in progress: work to keep, whichever */
	return 0;
}

static void freeze_done(struct job *job, int result, struct now now)
{
	FAILPOINT(freeze_after);
	struct errand *errand = (struct errand *)job;
	struct engine *e = errand->engine;
	e->freezing = false;
	if (result != 0) {
		e->not_before_us = now.mono + TROUBLE_US;
	} else {
		bool all = errand->started == 1;
		for (int i = 0; i < e->n_lanes; i++)
			lane_fed(e->lane[i], errand->campaign_no, all);
		if (errand->started != 0)
			e->dirty = true;
		if (all)
			log_info("delivery", "audience frozen", log_i("campaign", errand->campaign_no));
	}
	free(errand);
}

static usec_t freeze_turn(struct engine *e)
{
	if (e->freezing || e->context.draining)
		return -1;
	if (e->not_before_us > e->now.mono)
		return e->not_before_us - e->now.mono;
	for (int i = 0; i < e->n_lanes; i++) {
		int at = (int)((e->freeze_turn + 1 + i) % e->n_lanes);
		int64_t campaign_no = lane_unfrozen(e->lane[at]);
		if (!campaign_no)
			continue;
		struct errand *errand = errand_create(e, freeze_run, freeze_done);
		errand->campaign_no = campaign_no;
		if (!errand_submit(e, errand))
			return AGAIN_US;
		e->freezing = true;
		e->freeze_turn = at;
		break;
	}
	return -1;
}

/* ---- what cancel, delete and a person's decision leave behind ---- */

static int sweep_run(struct store_tx *tx, void *arg)
{
	struct errand *errand = arg;
	if (campaign_sweep(tx, errand->now, SWEEP_ROWS, &errand->more) < 0)
		return -1;
	if (!errand->more && decisions_step(tx, DECIDE_ROWS, errand->now, &errand->more) < 0)
		return -1;
	int result = errand->more ? 0 : audience_sweep(tx, SWEEP_ROWS, &errand->more);
	FAILPOINT(sweep_before);
	return result;
}

static void sweep_done(struct job *job, int result, struct now now)
{
	FAILPOINT(sweep_after);
	struct errand *errand = (struct errand *)job;
	struct engine *e = errand->engine;
	e->sweeping = false;
	e->swept = result == 0 && !errand->more;
	if (result != 0)
		e->not_before_us = now.mono + TROUBLE_US;
	free(errand);
}

static usec_t sweep_turn(struct engine *e)
{
	if (e->sweeping || e->swept || e->context.draining || !lease_is_first(e->context.lease, e->now.mono))
		return -1;
	if (e->not_before_us > e->now.mono)
		return e->not_before_us - e->now.mono;
	if (!errand_submit(e, errand_create(e, sweep_run, sweep_done)))
		return AGAIN_US;
	e->sweeping = true;
	return -1;
}

/* ---- the turn ---- */

static void drop_gone_lanes(struct engine *e)
{
	for (int i = 0; i < e->n_lanes;) {
		if (lane_is_gone(e->lane[i]) && lane_is_quiet(e->lane[i])) {
			lane_destroy(e->lane[i]);
			e->lane[i] = e->lane[--e->n_lanes];
		} else {
			i++;
		}
	}
}

/* A clock that was set forward may be wrong, and would end all places of the 24-hour budget at once: they end by it again when
 * they would have ended by the clock that it was. */
static void note_jump(struct engine *e, usec_t jump_us, struct now now)
{
	struct lane_context *c = &e->context;
	if (jump_us > AWAY_US)
		e->ahead_until_us = now.mono + (usec_t)BUDGET_WINDOW_MS * 1000;
	if (jump_us > AWAY_US || jump_us < -AWAY_US)
		c->ahead_ms += jump_us / 1000;
	if (c->ahead_ms < 0 || now.mono >= e->ahead_until_us)
		c->ahead_ms = 0;
}

/* Was there a time in which webhooks may have found nobody? */
static void look_back(struct engine *e, struct now now)
{
	usec_t jump_us = e->now.mono ? (now.wall - e->now.wall) * 1000 - (now.mono - e->now.mono) : 0;
	note_jump(e, jump_us, now);
	bool away = e->wanted_us >= 0 && now.mono - e->wanted_us > AWAY_US, jumped = jump_us > AWAY_US || jump_us < -AWAY_US;
	if (away)
		log_warn("delivery", "the server stood still", log_i("ms", (now.mono - e->wanted_us) / 1000));
	if (jumped)
		log_warn("delivery", "the clock was set", log_i("by_ms", jump_us / 1000));
	if (jumped) /* what waits for a time by it is looked at anew */
		atomic_store(&e->dirty, true);
	if (!atomic_exchange(&e->missed, false) && !away && !jumped)
		return;
	for (int i = 0; i < e->n_lanes; i++)
		lane_missed(e->lane[i], now);
}

usec_t engine_turn(struct engine *e, struct now now)
{
	look_back(e, now);
	e->now = now;
	mailbox_turn(&e->mailbox, now);
	drop_gone_lanes(e);
	usec_t next = engine_nodes_turn(e);
	next = sooner(next, load_turn(e));
	next = sooner(next, due_turn(e));
	next = sooner(next, freeze_turn(e));
	next = sooner(next, sweep_turn(e));
	for (int i = 0; i < e->n_lanes; i++)
		next = sooner(next, lane_turn(e->lane[i], now));
	if (e->stats.inflight > 0) /* no answer may come, and yet it is to be seen whether time stood still */
		next = sooner(next, ALIVE_US);
	e->wanted_us = next < 0 ? -1 : now.mono + next;
	return next;
}
