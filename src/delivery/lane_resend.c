/* When the lane asks the store to send again what is in doubt. Silence is evidence only while somebody listens: after a start, a
 * time in which this process stood still, a jump of the clock, or a webhook that could not be taken, a whole window of listening
 * comes before the first message that is sent again. */
#include <stdlib.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "delivery/lane_internal.h"

#define LISTEN_LEAST_MS SECOND_MS

struct resend {
	struct job job;
	struct lane *lane;
	int64_t sender_no;
	msec_t window_ms, since, now, next;
	int64_t n_queued;
};

void lane_plan_resend(struct lane *lane, msec_t now)
{
	msec_t heard = lane->listening_since + lane->context->unconfirmed_window_ms;
	for (struct lane_campaign *c = lane->campaigns; c; c = c->next)
		if (c->loaded->campaign.on_unconfirmed == UNCONFIRMED_RESEND &&
		    c->loaded->campaign.count[STATE_UNCONFIRMED] > 0 && lane->resend_at < 0)
			lane->resend_at = heard > now ? heard : now;
}

void lane_missed(struct lane *lane, struct now now)
{
	lane->listening_since = now.wall;
	if (lane->resend_at >= 0)
		lane->resend_at = now.wall + lane->context->unconfirmed_window_ms;
}

static int resend_run(struct store_tx *tx, void *arg)
{
	struct resend *r = arg;
	int result = ledger_resend(tx, r->sender_no, r->window_ms, r->since, r->now, &r->n_queued, &r->next);
	FAILPOINT(resend_before);
	return result;
}

static void resend_done(struct job *job, int result, struct now now)
{
	FAILPOINT(resend_after);
	struct resend *r = (struct resend *)job;
	struct lane *lane = r->lane;
	lane->resending = false;
	lane->resend_at = r->next;
	if (result !=
	    0) /* it may stand all the same, so the campaigns are looked at too; and webhooks may not have been stored */
		lane_missed(lane, now);
	if (result == 0 && r->n_queued > 0)
		log_info("delivery", "unconfirmed messages are sent again", log_i("sender", lane->sender_no),
		         log_i("messages", r->n_queued));
	if (result != 0 || r->n_queued > 0)
		for (struct lane_campaign *c = lane->campaigns; c; c = c->next)
			c->dry = c->reported = false;
	free(r);
}

/* While something waits for its window to end, turns this close together show that the process was there all the time. */
static msec_t listen_ms(const struct lane *lane)
{
	msec_t part = lane->context->unconfirmed_window_ms / 16;
	return part > LISTEN_LEAST_MS ? part : LISTEN_LEAST_MS;
}

usec_t lane_resend(struct lane *lane, struct now now)
{
	if (lane->resending || lane->resend_at < 0 || !lane_may_begin(lane, now))
		return -1;
	if (lane->resend_at > now.wall) {
		msec_t wait = lane->resend_at - now.wall, listen = listen_ms(lane);
		return (wait < listen ? wait : listen) * 1000;
	}
	struct resend *r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	*r = (struct resend){.job = {.run = resend_run, .done = resend_done},
	                     .lane = lane,
	                     .sender_no = lane->sender_no,
	                     .window_ms = lane->context->unconfirmed_window_ms,
	                     .since = lane->listening_since,
	                     .now = now.wall};
	if (mailbox_submit(lane->context->mailbox, &r->job) != 0) {
		free(r);
		return BUSY_US;
	}
	lane->resending = true;
	return -1;
}
