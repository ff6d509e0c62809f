/* From a claimed row to the wire, and from Meta's answer to an outcome. What an answer proves is wa's table; what the lane
 * does about it is here: slow down, stop and probe, hold the campaign or the sender. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "delivery/lane_internal.h"
#include "store/singles.h"
#include "wa/free.h"
#include "wa/media.h"
#include "wa/send.h"

#define AMBIGUOUS_LIMIT 3 /* in a row: the lane stops and probes */
#define PAUSE_FIRST_US 1000000
#define PAUSE_MOST_US 60000000
#define TELL_US 10000000              /* trouble that is over sooner is no news */
#define PAIR_FIRST_MS (4 * SECOND_MS) /* 131056: four times longer each time in a row */
#define PAIR_MOST_MS HOUR_MS
#define SLOW_RETRY_MS (1 * SECOND_MS)
#define REST_MS (10 * MINUTE_MS) /* 134101: as long as Meta's page says that it takes */
#define MAX_MESSAGE_BYTES 65536
#define FRESH_MS (10 * MINUTE_MS) /* a medium that Meta refuses so soon after its upload will not do */

struct flight {
	struct lane *lane;
	bool single;
	int64_t campaign_no, seq;
	int attempt;
	msec_t pair_ms; /* its last pause for the limit of one person; 0 none */
	usec_t posted_us;
	msec_t media_ms; /* of the media that it shows; 0 none */
};

/* Longer each time, up to a minute, with a fifth of jitter. What lasts, a person is told of. */
static void lane_pause(struct lane *lane, const char *what, const char *detail, usec_t now_us)
{
	char reason[512];
	size_t n = strlen(detail);
	if (!lane->pause_us)
		lane->trouble_us = now_us;
	if (now_us - lane->trouble_us >= TELL_US) {
		snprintf(reason, sizeof(reason), "%s: %.*s.", what, (int)(n && detail[n - 1] == '.' ? n - 1 : n), detail);
		lane_hold_unreachable(lane, reason);
	}
	lane->pause_us = lane->pause_us ? lane->pause_us * 2 : PAUSE_FIRST_US;
	if (lane->pause_us > PAUSE_MOST_US)
		lane->pause_us = PAUSE_MOST_US;
	lane->pause_until_us = now_us + lane->pause_us + lane_jitter(lane, lane->pause_us / 5);
}

/* A definite answer: whatever was wrong is over. */
static void lane_recover(struct lane *lane)
{
	if (lane->probing || lane->pause_us)
		log_info("delivery", "WhatsApp answers again", log_i("sender", lane->sender_no));
	lane->ambiguous = 0;
	lane->probing = false;
	lane->pause_us = 0;
	lane_reachable(lane);
}

static void lane_doubt(struct lane *lane, const char *detail, usec_t now_us)
{
	lane->context->stats->unconfirmed++;
	if (++lane->ambiguous < AMBIGUOUS_LIMIT && !lane->probing)
		return;
	if (!lane->probing)
		log_warn("delivery", "no clear answers from WhatsApp; sending one message at a time until there are",
		         log_i("sender", lane->sender_no));
	if (!lane->probing || lane->pause_until_us <= now_us)
		lane_pause(lane, "WhatsApp gives no clear answers", detail, now_us);
	lane->probing = true;
}

/* Nothing leaves, so nothing is in doubt: every message waits until there is a connection again. */
static void lane_unreachable(struct lane *lane, const char *reason, usec_t now_us)
{
	if (lane->pause_us == 0)
		log_warn("delivery", "WhatsApp cannot be reached; trying again until it can", log_i("sender", lane->sender_no),
		         log_t("reason", reason));
	if (lane->pause_until_us <= now_us)
		lane_pause(lane, "WhatsApp cannot be reached", reason, now_us);
}

static void certainly_not_sent(struct lane *lane, struct outcome *o, msec_t not_before)
{
	o->kind = OUTCOME_RETRY;
	o->not_before = not_before;
	lane->context->stats->retried++;
}

static msec_t pair_pause(const struct flight *f)
{
	msec_t pause = PAIR_FIRST_MS;
	while (pause <= f->pair_ms && pause < PAIR_MOST_MS)
		pause *= 4;
	return pause < PAIR_MOST_MS ? pause : PAIR_MOST_MS;
}

/* The message's medium is what was refused, and not this recipient: nobody is given up for it. An old id may be at its end, a
 * fresh one stands for a file that WhatsApp will not have. */
static void medium_refused(struct lane *lane, const struct flight *f, struct now now, struct outcome *o)
{
	certainly_not_sent(lane, o, now.wall);
	bool fresh = now.wall - f->media_ms < FRESH_MS;
	lane_forget_media(lane, f->campaign_no, f->media_ms, fresh ? wa_error_words(131053)->meaning : NULL);
	lane_recover(lane);
}

/* The others of its campaign would be refused as this one is. */
static void rest(struct lane *lane, const struct flight *f, struct now now, struct outcome *o)
{
	struct lane_campaign *c = f->single ? NULL : lane_find(lane, f->campaign_no);
	certainly_not_sent(lane, o, now.wall + REST_MS);
	if (!c || c->rest_until > now.wall)
		return;
	c->rest_until = o->not_before;
	log_warn("delivery", "campaign rests for ten minutes: its template is not ready at WhatsApp yet",
	         log_i("campaign", f->campaign_no));
}

static void refused(struct lane *lane, const struct flight *f, const struct wa_answer *answer, struct now now, struct outcome *o)
{
	struct hold hold = wa_error_hold(answer->rule, answer->code);
	o->code = answer->code;
	o->detail = answer->detail;
	if (f->media_ms && wa_media_blamed(answer->code, answer->detail)) {
		medium_refused(lane, f, now, o);
		return;
	}
	switch (answer->rule->action) {
	case WA_FAIL_WARN:
		lane_warn(lane, answer->rule->meaning, now);
		__attribute__((fallthrough));
	case WA_FAIL:
		o->kind = OUTCOME_FAILED;
		lane->context->stats->refused++;
		break;
	case WA_RETRY_PAIR: {
		msec_t pause = pair_pause(f);
		certainly_not_sent(lane, o, now.wall + pause + lane_jitter(lane, pause / 4));
		break;
	}
	case WA_RETRY_CAPPED:
		o->kind = OUTCOME_CAPPED;
		lane->context->stats->retried++;
		break;
	case WA_SLOW_LANE:
		pacer_limited(&lane->pacer, f->posted_us, now.mono);
		certainly_not_sent(lane, o, now.wall + SLOW_RETRY_MS + lane_jitter(lane, SLOW_RETRY_MS));
		break;
	case WA_REST_CAMPAIGN:
		rest(lane, f, now, o);
		break;
	case WA_HOLD_CAMPAIGN:
		if (f->single) { /* no campaign to hold: what is wrong is wrong with this message alone */
			o->kind = OUTCOME_FAILED;
			lane->context->stats->refused++;
			break;
		}
		certainly_not_sent(lane, o, now.wall);
		lane_hold_campaign(lane, f->campaign_no, &hold);
		break;
	case WA_HOLD_SENDER:
		certainly_not_sent(lane, o, now.wall);
		lane_hold_sender(lane, &hold);
		break;
	case WA_AMBIGUOUS:
		o->kind = OUTCOME_UNCONFIRMED;
		lane_doubt(lane, o->detail && *o->detail ? o->detail : answer->rule->meaning, now.mono);
		return;
	}
	lane_recover(lane);
}

static void answered(struct lane *lane, const struct flight *f, const struct wa_answer *answer, struct now now, struct outcome *o)
{
	switch (answer->verdict) {
	case WA_ACCEPTED:
	case WA_HELD:
		o->kind = answer->verdict == WA_HELD ? OUTCOME_HELD : OUTCOME_ACCEPTED;
		o->wamid = answer->wamid;
		lane->context->stats->accepted++;
		lane_recover(lane);
		break;
	case WA_REFUSED:
		refused(lane, f, answer, now, o);
		break;
	case WA_GARBLED:
		o->kind = OUTCOME_UNCONFIRMED;
		o->detail = "WhatsApp's answer could not be understood";
		lane_doubt(lane, o->detail, now.mono);
		break;
	}
}

static void post_done(const struct http_answer *http, void *arg)
{
	struct flight *f = arg;
	struct lane *lane = f->lane;
	struct now now = lane->context->clock(lane->context->clock_arg);
	struct outcome o = {.campaign_no = f->campaign_no, .seq = f->seq, .attempt = f->attempt, .at = now.wall};
	struct wa_answer answer;
	FAILPOINT(answer_before);
	lane_take_out(lane, -1);
	lane->context->stats->inflight--;
	switch (http->outcome) {
	case HTTP_ANSWERED:
		lane->latency_us += (now.mono - f->posted_us - lane->latency_us) / 8;
		wa_answer_decode(http->status, http->body, http->n_body_bytes, &answer);
		answered(lane, f, &answer, now, &o);
		if (o.kind != OUTCOME_RETRY || answer.rule->action != WA_SLOW_LANE)
			pacer_taken(&lane->pacer, f->posted_us, now.mono);
		break;
	case HTTP_NOT_SENT:
		certainly_not_sent(lane, &o, now.wall);
		o.detail = http->reason;
		lane_unreachable(lane, http->reason, now.mono);
		break;
	case HTTP_MAYBE_SENT:
		o.kind = OUTCOME_UNCONFIRMED;
		o.detail = http->reason;
		lane_doubt(lane, http->reason, now.mono);
		break;
	case HTTP_CANCELED:
		o.kind = http->body_started ? OUTCOME_UNCONFIRMED : OUTCOME_UNSENT;
		o.detail = http->reason;
		break;
	}
	lane_outcome(lane, &o);
	FAILPOINT(answer_after);
	free(f);
}

static void not_posted(struct lane *lane, const struct claimed_row *row, enum outcome_kind kind, const char *detail,
                       struct now now)
{
	lane_take_out(lane, -1);
	lane_outcome(lane, &(struct outcome){.kind = kind,
	                                     .campaign_no = row->campaign_no,
	                                     .seq = row->seq,
	                                     .attempt = row->attempt,
	                                     .detail = detail,
	                                     .at = now.wall});
}

/* Each has a template of its own, or none. */
static int single_encode(const struct claimed_row *row, const struct wa_key *key, struct arena *scratch, struct buf *out)
{
	const struct single *single = row->single;
	struct template_form *form = arena_alloc(scratch, sizeof(*form));
	struct err err;
	if (!single->template_no)
		return wa_free_encode(&single->content, row->contact.number, key, out);
	if (single->template_gone || template_form_read(&single->tpl, scratch, form, &err) < 0)
		return -1;
	struct wa_plan *plan = wa_plan_create(&single->tpl, form);
	for (int i = 0; i < single->n_media && i < wa_plan_n_media(plan); i++)
		wa_plan_set_media(plan, i, single->media[i].meta_id);
	int result = wa_send_encode(plan, &row->contact, key, scratch, out);
	wa_plan_destroy(plan);
	return result < 0 || out->overflow ? -1 : 0;
}

static int encode(struct lane *lane, const struct lane_campaign *c, const struct claimed_row *row, struct arena *scratch,
                  struct buf *out)
{
	struct wa_key key = {.campaign_no = row->campaign_no, .seq = row->seq, .attempt = row->attempt};
	memcpy(key.instance, lane->context->instance, sizeof(key.instance));
	key.instance[sizeof(key.instance) - 1] = '\0';
	arena_reset(scratch);
	buf_reset(out);
	if (row->single)
		return single_encode(row, &key, scratch, out);
	if (wa_send_encode(c->loaded->plan, &row->contact, &key, scratch, out) < 0 || out->overflow)
		return -1;
	return 0;
}

static void post_one(struct lane *lane, const struct lane_campaign *c, const struct claimed_row *row, struct arena *scratch,
                     struct buf *body, struct now now)
{
	if (encode(lane, c, row, scratch, body) < 0) {
		bool gone = row->single && row->single->template_gone;
		not_posted(lane, row, OUTCOME_FAILED,
		           gone ? "its template was deleted before it could be sent" : "the message could not be put together",
		           now);
		return;
	}
	struct flight *f = malloc(sizeof(*f));
	if (!f)
		abort();
	*f = (struct flight){.lane = lane,
	                     .single = row->single != NULL,
	                     .campaign_no = row->campaign_no,
	                     .seq = row->seq,
	                     .attempt = row->attempt,
	                     .pair_ms = row->pair_ms,
	                     .posted_us = now.mono,
	                     .media_ms = c->loaded->n_media ? c->loaded->media_ms : 0};
	const struct transport *t = lane->context->transport;
	FAILPOINT(post_before);
	if (t->post(t->self, lane->phone_number_id, lane->token, body->data, body->len,
	            atomic_load(&lane->context->lease->until_us), post_done, f) < 0) {
		free(f);
		not_posted(lane, row, OUTCOME_UNSENT, NULL, now);
		lane_unreachable(lane, "a message could not be handed over", now.mono);
		return;
	}
	FAILPOINT(post_after);
	lane->context->stats->posted++;
	lane->context->stats->inflight++;
}

void lane_unpost(struct lane *lane, const struct claimed_row *rows, int n, struct now now)
{
	lane_take_out(lane, n);
	for (int i = 0; i < n; i++)
		not_posted(lane, &rows[i], OUTCOME_UNSENT, NULL, now);
}

void lane_post(struct lane *lane, struct claimed_row *rows, int n, struct now now)
{
	arena_auto struct arena *scratch = arena_create(8192);
	buf_auto struct buf body;
	buf_init(&body, MAX_MESSAGE_BYTES);
	lane_take_out(lane, n);
	for (int i = 0; i < n; i++) {
		const struct lane_campaign *c = lane_find(lane, rows[i].campaign_no);
		/* Held, canceled, drained or another's between the claim and here: nothing has left, so nothing leaves. */
		if (!c || c->held || c->loaded->waits || !lane_may_begin(lane, now))
			not_posted(lane, &rows[i], OUTCOME_UNSENT, NULL, now);
		else
			post_one(lane, c, &rows[i], scratch, &body, now);
	}
}
