#include "sim/hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/limits.h"
#include "sim/payload.h"
#include "sim/poster.h"
#include "sim/wamid.h"

/* Statuses come up on a common grid, so that those of the same moment share a POST, as Meta's do. */
#define GRID_MS 10
#define UNPARK_AT_ONCE 4096

struct sim_sent *sim_sent_create(const char *user, struct sim_text opaque)
{
	const size_t n_user = strlen(user) + 1;
	struct sim_sent *sent = calloc(1, sizeof(*sent) + n_user + opaque.n);
	if (!sent)
		abort();
	sent->user = sent->text;
	memcpy(sent->user, user, n_user);
	if (!opaque.at)
		return sent;
	sent->opaque = sent->text + n_user;
	sent->n_opaque = opaque.n;
	memcpy(sent->opaque, opaque.at, opaque.n);
	return sent;
}

uint64_t sim_sent_nonce(const struct sim *sim, const struct sim_entry *entry, uint32_t nth)
{
	return sim_fate_mix(sim_fate_mix((uint64_t)sim->options.seed, sim->epoch, entry->number->id), entry->who, nth);
}

void sim_sent_destroy(struct sim_sent *sent)
{
	if (!sent)
		return;
	free(sent->button);
	free(sent->payload);
	free(sent);
}

static void drop_sent(void *arg)
{
	sim_sent_destroy(arg);
}

static void drop_update(void *arg)
{
	free(arg);
}

static msec_t on_grid(msec_t at)
{
	return (at + GRID_MS - 1) / GRID_MS * GRID_MS;
}

/* An account's webhooks come when it is subscribed, or where that is not asked for. The lock is held. */
static bool is_wanted(const struct sim *sim, const struct sim_waba *waba)
{
	if (sim->options.webhook_url[0] == '\0' || waba->subscription == SIM_SUBSCRIPTION_OFF)
		return false;
	return waba->subscription == SIM_SUBSCRIPTION_ON || !sim->options.need_subscription;
}

static void post_later(void *context, void *arg, msec_t due)
{
	(void)due;
	struct sim *sim = context;
	sim_poster_add(sim->poster, arg);
}

/* From any thread to the loop's, at a time (monotonic). */
static void schedule_update(struct sim *sim, struct sim_update *update, uint32_t epoch, msec_t at)
{
	update->epoch = epoch;
	if (!sim_timers_add(&sim->timers, at, post_later, drop_update, update)) {
		sim_count(sim, updates_dropped);
		free(update);
	}
}

static void emit_update(struct sim *sim, struct sim_update *update, const struct sim_webhook_fate *fate, msec_t due)
{
	if (fate->lost) {
		sim_count(sim, updates_lost);
		free(update);
		return;
	}
	if (fate->doubled) {
		sim_count(sim, updates_doubled);
		schedule_update(sim, sim_payload_copy(update), update->epoch, due + fate->double_late_ms);
	}
	if (fate->late_ms > 0) {
		sim_count(sim, updates_reordered);
		schedule_update(sim, update, update->epoch, due + fate->late_ms);
	} else {
		sim_poster_add(sim->poster, update);
	}
}

static enum sim_status status_after(const struct sim_sent *sent)
{
	switch (sent->now) {
	case SIM_STATUS_NONE:
		return sent->fate.last == SIM_STATUS_FAILED && !sent->fate.sent_first ? SIM_STATUS_FAILED : SIM_STATUS_SENT;
	case SIM_STATUS_SENT:
		return sent->fate.last == SIM_STATUS_FAILED ? SIM_STATUS_FAILED : SIM_STATUS_DELIVERED;
	case SIM_STATUS_DELIVERED:
	case SIM_STATUS_READ:
	case SIM_STATUS_FAILED:
		break;
	}
	return SIM_STATUS_READ;
}

static msec_t delay_before(const struct sim_sent *sent, enum sim_status next)
{
	switch (next) {
	case SIM_STATUS_NONE:
		return 0;
	case SIM_STATUS_SENT:
		return sent->fate.held_ms + sent->fate.sent_ms;
	case SIM_STATUS_FAILED:
		return sent->now == SIM_STATUS_NONE ? sent->fate.held_ms + sent->fate.sent_ms : sent->fate.delivered_ms;
	case SIM_STATUS_DELIVERED:
		return sent->fate.delivered_ms;
	case SIM_STATUS_READ:
		return sent->fate.read_ms;
	}
	return 0;
}

static void reply(void *context, void *arg, msec_t due)
{
	(void)due;
	struct sim *sim = context;
	struct sim_sent *sent = arg;
	char wamid[SIM_WAMID_BYTES];
	sim_wamid_outbound(sent->user, sent->nonce, wamid);
	const bool stop = sent->fate.reply == SIM_REPLY_STOP;
	const struct sim_inbound inbound = {
		.number = sent->number,
		.from = sent->user,
		.is_user_id = sent->is_user_id,
		.text = stop ? "STOP" : "Thank you! \xe2\x98\xba",
		.button = stop ? sent->button : NULL,
		.payload = sent->payload,
		.context = stop && sent->button ? wamid : NULL,
	};
	pthread_mutex_lock(&sim->lock);
	bool current = sent->epoch == sim->epoch;
	pthread_mutex_unlock(&sim->lock);
	if (current)
		sim_hooks_inbound(sim, &inbound, NULL);
	sim_sent_destroy(sent);
}

/* The bad signal that ends a held message also pauses its template. The lock is held. */
static void pause_template(struct sim *sim, uint64_t id)
{
	struct sim_template *t = sim_templates_by_id(&sim->templates, id);
	if (!t || t->status != SIM_TEMPLATE_APPROVED)
		return;
	t->status = SIM_TEMPLATE_PAUSED;
	sim_hooks_announce(sim, t->waba, sim_payload_template(t, clock_now_ms()));
}

/* Bring a message to its next status. Returns false when the ledger was reset meanwhile. */
static bool advance(struct sim *sim, struct sim_sent *sent, enum sim_status status, struct sim_webhook_fate *fate,
                    uint64_t *ret_waba)
{
	pthread_mutex_lock(&sim->lock);
	bool current = sent->epoch == sim->epoch;
	if (current) {
		sim_ledger_emit(sim->ledger, sent->entry, status, sent->fate.fail_code, status == sent->fate.last);
		sim_fate_decide_webhook(&sim->options, sent->entry->who, sent->attempt, status, fate);
		if (sent->counts && status == SIM_STATUS_DELIVERED)
			(void)sim_portfolio_count(&sim->portfolio, sim->ledger, sent->entry, clock_mono_us());
		if (sent->counts_first && status == SIM_STATUS_FAILED)
			sim_portfolio_forget(&sim->portfolio, sim->ledger, sent->entry);
		if (status == SIM_STATUS_FAILED && sent->fate.held && sent->fate.fail_code == 132015)
			pause_template(sim, sent->template_id);
		*ret_waba = is_wanted(sim, sent->number->waba) ? sent->number->waba->id : 0;
	}
	pthread_mutex_unlock(&sim->lock);
	return current;
}

static void step_or_park(void *context, void *arg, msec_t due);

static void schedule_step(struct sim *sim, struct sim_sent *sent, msec_t from)
{
	bool added;
	if (sent->now != sent->fate.last)
		added = sim_timers_add(&sim->timers, on_grid(from + delay_before(sent, status_after(sent))), step_or_park,
		                       drop_sent, sent);
	else if (sent->fate.reply != SIM_REPLY_NONE)
		added = sim_timers_add(&sim->timers, on_grid(from + sent->fate.reply_ms), reply, drop_sent, sent);
	else
		added = false;
	if (!added)
		sim_sent_destroy(sent);
}

static void step(struct sim *sim, struct sim_sent *sent, msec_t due)
{
	const enum sim_status status = status_after(sent);
	struct sim_webhook_fate fate;
	uint64_t waba_id = 0;
	if (!advance(sim, sent, status, &fate, &waba_id)) {
		sim_sent_destroy(sent);
		return;
	}
	sim_count(sim, updates);
	if (waba_id) {
		/* It may have been parked: the time told is when it came about. */
		const msec_t at = clock_now_ms() - (sim_timers_now() - due);
		struct sim_update *update = sim_payload_status(sent, waba_id, status, at);
		update->epoch = sent->epoch;
		emit_update(sim, update, &fate, due);
	} else {
		sim_count(sim, updates_untargeted);
	}
	sent->now = status;
	schedule_step(sim, sent, due);
}

/* While the webhook is down nothing is lost, and memory has its bounds: the poster takes what it has room for,
 * messages that are due then wait as they are, and of those max-backlog lets in only so many. */
static void step_or_park(void *context, void *arg, msec_t due)
{
	struct sim *sim = context;
	struct sim_sent *sent = arg;
	if (!sim->parked && sim_poster_has_room(sim->poster)) {
		step(sim, sent, due);
		return;
	}
	sent->next = NULL;
	sent->due = due;
	if (sim->parked)
		*sim->parked_end = sent;
	else
		sim->parked = sent;
	sim->parked_end = &sent->next;
	sim->n_parked++;
}

static struct sim_sent *shift_parked(struct sim *sim)
{
	struct sim_sent *sent = sim->parked;
	sim->parked = sent->next;
	sim->n_parked--;
	return sent;
}

bool sim_hooks_unpark(struct sim *sim)
{
	for (int n = 0; sim->parked && sim_poster_has_room(sim->poster); n++) {
		if (n == UNPARK_AT_ONCE)
			return true;
		struct sim_sent *sent = shift_parked(sim);
		step(sim, sent, sent->due);
	}
	return false;
}

void sim_hooks_drop_parked(struct sim *sim)
{
	while (sim->parked)
		sim_sent_destroy(shift_parked(sim));
}

void sim_hooks_room(struct sim *sim)
{
	sim_poster_turn(sim->poster);
	if (sim->parked && sim_poster_has_room(sim->poster))
		event_active(sim->turn, EV_TIMEOUT, 1);
}

size_t sim_hooks_backlog(const struct sim *sim)
{
	return sim_timers_count(&sim->timers) + sim->n_parked;
}

void sim_hooks_follow(struct sim *sim, struct sim_sent *sent, msec_t now)
{
	schedule_step(sim, sent, now);
}

bool sim_hooks_inbound(struct sim *sim, const struct sim_inbound *in, char *ret_wamid)
{
	char wamid[SIM_WAMID_BYTES];
	const msec_t now_ms = clock_now_ms();
	const int64_t now_ns = clock_mono_us() * 1000;
	pthread_mutex_lock(&sim->lock);
	const uint64_t who = sim_message_who(in->from, in->is_user_id);
	struct sim_entry *entry = sim_ledger_entry(sim->ledger, in->number, who, in->is_user_id ? in->from : NULL);
	if (entry && !in->preference) {
		entry->last_inbound_ms = now_ms;
		if (sim->options.ceiling > 0) {
			struct sim_limit limit = sim_limits_ceiling(sim->options.ceiling, sim->options.ceiling_burst_ms);
			in->number->full_at = sim_limits_spend(&limit, in->number->full_at, now_ns);
		}
	}
	sim_wamid_inbound(in->from, sim_fate_mix((uint64_t)sim->options.seed, ++sim->n_inbound, who), wamid);
	const uint64_t waba_id = in->number->waba->id;
	const bool wanted = is_wanted(sim, in->number->waba);
	const uint32_t epoch = sim->epoch;
	pthread_mutex_unlock(&sim->lock);
	if (!entry)
		return false;
	sim_count(sim, updates);
	if (!wanted)
		sim_count(sim, updates_untargeted);
	else
		schedule_update(sim,
		                in->preference ? sim_payload_preference(in, waba_id, now_ms)
		                               : sim_payload_inbound(in, waba_id, wamid, now_ms),
		                epoch, sim_timers_now());
	if (ret_wamid)
		memcpy(ret_wamid, wamid, sizeof(wamid));
	return true;
}

void sim_hooks_announce(struct sim *sim, const struct sim_waba *waba, struct sim_update *update)
{
	sim_count(sim, updates);
	if (is_wanted(sim, waba)) {
		schedule_update(sim, update, sim->epoch, sim_timers_now());
	} else {
		sim_count(sim, updates_untargeted);
		free(update);
	}
}

/* A template in review. What comes of it is settled when it is submitted: whoever changes the settings later means later ones. */
struct review {
	uint64_t id;
	int verdict;
};

static void give_verdict(void *context, void *arg, msec_t due)
{
	(void)due;
	struct sim *sim = context;
	struct review *review = arg;
	pthread_mutex_lock(&sim->lock);
	struct sim_template *t = sim_templates_by_id(&sim->templates, review->id);
	if (t && --t->verdicts_due == 0 && t->status == SIM_TEMPLATE_PENDING && review->verdict != SIM_VERDICT_PENDING) {
		const bool good = review->verdict == SIM_VERDICT_APPROVE;
		t->status = good ? SIM_TEMPLATE_APPROVED : SIM_TEMPLATE_REJECTED;
		t->reason = good ? NULL : "INVALID_FORMAT";
		sim_hooks_announce(sim, t->waba, sim_payload_template(t, clock_now_ms()));
	}
	pthread_mutex_unlock(&sim->lock);
	free(review);
}

void sim_hooks_review(struct sim *sim, struct sim_template *t)
{
	struct review *review = malloc(sizeof(*review));
	if (!review)
		abort();
	*review = (struct review){.id = t->id, .verdict = (int)sim->options.template_verdict};
	t->verdicts_due++;
	if (!sim_timers_add(&sim->timers, sim_timers_now() + sim->options.template_delay_ms, give_verdict, free, review)) {
		t->verdicts_due--;
		free(review);
	}
}
