/* Outcomes are gathered while the last record is on its way, so that a fast lane records many in one transaction. A record
 * that fails is tried again until it works: its rows are claimed on disk, and the lane's window holds it back meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "delivery/lane_internal.h"
#include "store/activity.h"

#define WRITE_AGAIN_US 200000
#define WARN_AGAIN_US ((usec_t)HOUR_MS * 1000)

static struct outcome_batch *batch_create(struct lane *lane)
{
	struct arena *arena = arena_create(16384);
	struct outcome_batch *b = arena_alloc(arena, sizeof(*b));
	b->arena = arena;
	b->lane = lane;
	b->epoch = lane->epoch;
	return b;
}

static struct outcome_batch *filling(struct lane *lane)
{
	if (!lane->filling)
		lane->filling = batch_create(lane);
	return lane->filling;
}

void lane_outcome(struct lane *lane, const struct outcome *outcome)
{
	struct outcome_batch *b = filling(lane);
	if (b->n == b->cap) {
		int cap = b->cap ? b->cap * 2 : 64;
		struct outcome *wider = arena_array(b->arena, (size_t)cap, sizeof(*wider));
		if (b->n)
			memcpy(wider, b->outcome, (size_t)b->n * sizeof(*wider));
		b->outcome = wider;
		b->cap = cap;
	}
	struct outcome *o = &b->outcome[b->n++];
	*o = *outcome;
	o->wamid = arena_strdup(b->arena, outcome->wamid);
	o->detail = outcome->detail && outcome->detail[0] ? arena_strdup(b->arena, outcome->detail) : NULL;
	if (lane->n_unrecorded++ == 0 || !lane->writing)
		lane->context->mailbox->wake(lane->context->mailbox->wake_arg);
}

void lane_hold_sender(struct lane *lane, const struct hold *hold)
{
	if (lane->held)
		return;
	lane->held = true;
	filling(lane)->sender_hold = *hold;
	log_warn("delivery", "sender held", log_i("sender", lane->sender_no), log_t("reason", hold->reason));
}

void lane_hold_unreachable(struct lane *lane, const char *reason)
{
	struct outcome_batch *b = filling(lane);
	if (hold_is_on(&b->sender_hold))
		return;
	b->sender_hold = hold_for(HOLD_UNREACHABLE, arena_strdup(b->arena, reason));
	b->reachable = false;
	lane->unreachable = true;
}

void lane_reachable(struct lane *lane)
{
	if (!lane->unreachable)
		return;
	struct outcome_batch *b = filling(lane);
	if (b->sender_hold.rule == HOLD_UNREACHABLE)
		b->sender_hold = (struct hold){0};
	b->reachable = true;
	lane->unreachable = false;
}

void lane_warn(struct lane *lane, const char *reason, struct now now)
{
	if (lane->warned_us && now.mono - lane->warned_us < WARN_AGAIN_US)
		return;
	lane->warned_us = now.mono;
	filling(lane)->warning = reason;
	log_warn("delivery", "recipients are given up", log_i("sender", lane->sender_no), log_t("reason", reason));
}

void lane_hold_campaign(struct lane *lane, int64_t campaign_no, const struct hold *hold)
{
	struct lane_campaign *c = lane_find(lane, campaign_no);
	struct outcome_batch *b = filling(lane);
	if (!c || c->held || hold_is_on(&b->campaign_hold))
		return;
	c->held = true;
	b->campaign_hold = *hold;
	b->campaign_hold_no = campaign_no;
	log_warn("delivery", "campaign held", log_i("campaign", campaign_no), log_t("reason", hold->reason));
}

void lane_forget_media(struct lane *lane, int64_t campaign_no, msec_t media_ms, const char *reason)
{
	struct lane_campaign *c = lane_find(lane, campaign_no);
	if (!c || c->held || c->loaded->media_ms > media_ms) /* known, or a word about ids that are given up already */
		return;
	struct outcome_batch *b = filling(lane);
	if (b->forget_template_no || (reason && hold_is_on(&b->campaign_hold)))
		return; /* one a record: the next refusal asks again */
	c->held = true;
	b->forget_template_no = c->loaded->campaign.template_no;
	b->forget_until = media_ms;
	if (reason) {
		b->campaign_hold = hold_for(HOLD_MEDIUM, reason);
		b->campaign_hold_no = campaign_no;
	}
	log_warn("delivery", reason ? "campaign held" : "WhatsApp does not know a medium any more; it is uploaded anew",
	         log_i("campaign", campaign_no), log_t("reason", reason));
}

static int forget_media(struct store_tx *tx, const struct outcome_batch *b)
{
	int64_t no[MEDIA_PER_TEMPLATE_MAX];
	int n;
	if (template_media_of(tx, b->forget_template_no, no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (no[i] && media_forget(tx, no[i], b->lane->sender_no, b->forget_until, b->now) < 0)
			return -1;
	return 0;
}

static int record_run(struct store_tx *tx, void *arg)
{
	struct outcome_batch *b = arg;
	if (ledger_record(tx, b->epoch, b->outcome, b->n, b->now) < 0)
		return -1;
	if (b->reachable && sender_release_rule(tx, b->lane->sender_no, HOLD_UNREACHABLE, b->now) < 0)
		return -1;
	if (hold_is_on(&b->sender_hold) && sender_hold(tx, 0, b->lane->sender_no, &b->sender_hold, b->now) < 0)
		return -1;
	if (b->forget_template_no && forget_media(tx, b) < 0)
		return -1;
	if (hold_is_on(&b->campaign_hold) && campaign_hold(tx, 0, b->campaign_hold_no, &b->campaign_hold, b->now) < 0)
		return -1;
	if (b->warning && activity_warning(tx, b->lane->sender_no, b->warning, b->now) < 0)
		return -1;
	if (b->pace_mps && activity_pace(tx, b->lane->sender_no, b->pace_mps, b->pace_ceiling_mps, b->now) < 0)
		return -1;
	FAILPOINT(record_before);
	return 0;
}

/* Rows that are in the queue again, or in doubt, are to be looked at in time. */
static void note_outcome(struct lane *lane, const struct outcome *o, msec_t now)
{
	struct lane_campaign *c = lane_find(lane, o->campaign_no);
	if (!c)
		return;
	msec_t at = o->kind == OUTCOME_RETRY ? o->not_before : o->kind == OUTCOME_UNSENT ? o->at : -1;
	if (at >= 0) {
		if (c->look_at < 0 || at < c->look_at)
			c->look_at = at;
		c->reported = false;
	}
	if (o->kind == OUTCOME_CAPPED) /* until when it waits, only the database knows */
		c->dry = c->reported = false;
	msec_t window = lane->context->unconfirmed_window_ms;
	if (o->kind == OUTCOME_UNCONFIRMED && c->loaded->campaign.on_unconfirmed == UNCONFIRMED_RESEND &&
	    (lane->resend_at < 0 || lane->resend_at > now + window))
		lane->resend_at = now + window;
}

/* The last answers of a campaign are in: it may be complete, which only the database can say. */
static void look_for_ends(struct lane *lane)
{
	if (lane->n_claimed > 0 || lane->n_unrecorded > 0)
		return;
	for (struct lane_campaign *c = lane->campaigns; c; c = c->next) {
		if (c->dry && c->look_at < 0 && c->frozen && !c->loaded->campaign.singles) {
			lane->context->reload(lane->context->reload_arg);
			return;
		}
	}
}

static void record_done(struct job *job, int result, struct now now)
{
	FAILPOINT(record_after);
	struct outcome_batch *b = (struct outcome_batch *)job;
	struct lane *lane = b->lane;
	if (result != 0) {
		lane->unsure = true;
		lane->write_again_us = now.mono + WRITE_AGAIN_US;
		log_error("delivery", "outcomes could not be recorded; trying again", log_i("sender", lane->sender_no),
		          log_i("messages", b->n));
		return;
	}
	lane->writing = NULL;
	lane->write_again_us = 0;
	lane->unsure = lane->unsure && lane->filling;
	lane->n_unrecorded -= b->n;
	for (int i = 0; i < b->n; i++)
		note_outcome(lane, &b->outcome[i], now.wall);
	if (b->reachable || hold_is_on(&b->sender_hold) || hold_is_on(&b->campaign_hold) || b->forget_template_no)
		lane->context->reload(lane->context->reload_arg);
	arena_destroy(b->arena);
	look_for_ends(lane);
}

static void submit(struct lane *lane, struct outcome_batch *b, struct now now)
{
	b->job = (struct job){.run = record_run, .done = record_done};
	b->now = now.wall;
	if (mailbox_submit(lane->context->mailbox, &b->job) != 0) {
		lane->write_again_us = now.mono + WRITE_AGAIN_US / 40;
		return;
	}
	lane->write_again_us = 0;
}

/* The log has the moments when WhatsApp slowed the lane down and when it was at its ceiling again, not the steps between. */
static void note_pace(struct lane *lane, struct outcome_batch *b)
{
	int64_t ceiling = lane->pacer.ceiling_mps, rate = lane->pacer.rate_milli / 1000;
	bool slowed = rate < ceiling;
	if (slowed == lane->slowed)
		return;
	lane->slowed = slowed;
	b->pace_mps = rate > 0 ? rate : 1;
	b->pace_ceiling_mps = ceiling;
}

void lane_record(struct lane *lane, struct now now)
{
	if (lane->writing) {
		if (lane->write_again_us && lane->write_again_us <= now.mono)
			submit(lane, lane->writing, now);
		return;
	}
	if (!lane->filling)
		return;
	lane->writing = lane->filling;
	lane->filling = NULL;
	note_pace(lane, lane->writing);
	submit(lane, lane->writing, now);
}
