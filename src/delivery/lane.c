#include "delivery/lane_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/log.h"

#define BATCH_MS 10        /* claims are gathered for this long, so that a fast lane writes few transactions */
#define MAX_CLAIM 256      /* rows in one claim */
#define MIN_WINDOW 8       /* in doubt at once, however short the latency */
#define TROUBLE_US 1000000 /* a claim failed: again after this */

struct claim {
	struct job job;
	struct lane *lane;
	struct arena *arena;
	int64_t campaign_no, sender_no, epoch;
	msec_t now, ahead_ms;
	int max;
	struct claimed_row *row;
	int n;
	bool more;
	msec_t next_retry, budget_at; /* when to look again, for either reason; -1 */
};

int64_t lane_jitter(struct lane *lane, int64_t span)
{
	uint64_t x = *lane->context->random;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*lane->context->random = x;
	return span > 0 ? (int64_t)(x % (uint64_t)span) : 0;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		abort();
	return copy;
}

static int64_t ceiling_of(const struct sender *s)
{
	return sender_pace(s->limit_mps, s->rate_cap, 0);
}

struct lane *lane_create(struct lane_context *context, const struct loaded_sender *from, struct now now)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	if (!lane)
		abort();
	lane->context = context;
	lane->sender_no = from->sender.no;
	lane->epoch = from->epoch;
	lane->resend_at = -1;
	lane->listening_since = now.wall;
	lane->latency_us = 100000;
	lane->unreachable = from->sender.hold.rule == HOLD_UNREACHABLE;
	pacer_init(&lane->pacer, ceiling_of(&from->sender), now.mono);
	if (from->doubtful > 0)
		log_warn("delivery", "messages in flight when the server stopped are unconfirmed",
		         log_i("sender", lane->sender_no), log_i("messages", from->doubtful));
	return lane;
}

static void campaign_free(struct lane_campaign *c)
{
	loaded_campaign_destroy(c->loaded);
	free(c);
}

void lane_destroy(struct lane *lane)
{
	while (lane->campaigns) {
		struct lane_campaign *c = lane->campaigns;
		lane->campaigns = c->next;
		campaign_free(c);
	}
	if (lane->filling)
		arena_destroy(lane->filling->arena);
	if (lane->writing)
		arena_destroy(lane->writing->arena);
	free(lane->phone_number_id);
	if (lane->token)
		explicit_bzero(lane->token, strlen(lane->token));
	free(lane->token);
	free(lane);
}

int64_t lane_sender_no(const struct lane *lane)
{
	return lane->sender_no;
}

struct lane_campaign *lane_find(const struct lane *lane, int64_t campaign_no)
{
	for (struct lane_campaign *c = lane->campaigns; c; c = c->next)
		if (c->loaded->campaign.no == campaign_no)
			return c;
	return NULL;
}

struct lane_campaign *lane_singles(const struct lane *lane)
{
	for (struct lane_campaign *c = lane->campaigns; c; c = c->next)
		if (c->loaded->campaign.singles)
			return c;
	return NULL;
}

static struct lane_campaign *campaign_take(struct loaded_campaign **from, struct lane_campaign *old, struct now now)
{
	struct lane_campaign *c = old;
	if (!c) {
		c = calloc(1, sizeof(*c));
		if (!c)
			abort();
		c->look_at = -1;
		pacer_init(&c->pacer, (*from)->campaign.rate, now.mono);
	} else {
		loaded_campaign_destroy(c->loaded);
		pacer_set_ceiling(&c->pacer, (*from)->campaign.rate, now.mono);
	}
	c->loaded = *from;
	*from = NULL;
	c->frozen = c->frozen || c->loaded->campaign.frozen;
	if (c->held || c->loaded->campaign.count[STATE_QUEUED] > 0)
		c->dry = false;
	c->held = false;
	return c;
}

/* The campaigns that are loaded now, old ones with what the lane knows of them; the others are over or held. */
static void campaigns_update(struct lane *lane, struct loaded_sender *from, struct now now)
{
	struct lane_campaign *old = lane->campaigns, *fresh = NULL, **tail = &fresh;
	int64_t turn_no = lane->turn ? lane->turn->loaded->campaign.no : 0;
	for (int i = 0; i < from->n_campaigns; i++) {
		struct lane_campaign **at = &old, *known = NULL;
		while (*at && (*at)->loaded->campaign.no != from->campaign[i]->campaign.no)
			at = &(*at)->next;
		if (*at) {
			known = *at;
			*at = known->next;
		}
		struct lane_campaign *c = campaign_take(&from->campaign[i], known, now);
		c->next = NULL;
		*tail = c;
		tail = &c->next;
	}
	while (old) {
		struct lane_campaign *next = old->next;
		campaign_free(old);
		old = next;
	}
	lane->campaigns = fresh;
	lane->turn = lane_find(lane, turn_no);
}

static void text_update(char **kept, const char *text)
{
	if (*kept && strcmp(*kept, text) == 0)
		return;
	if (*kept)
		explicit_bzero(*kept, strlen(*kept));
	free(*kept);
	*kept = copy_text(text);
}

void lane_update(struct lane *lane, struct loaded_sender *from, struct now now)
{
	if (!from) {
		lane->gone = true;
		return;
	}
	text_update(&lane->phone_number_id, from->sender.phone_number_id);
	text_update(&lane->token, from->token);
	lane->held = hold_stops(&from->sender.hold);
	pacer_set_ceiling(&lane->pacer, ceiling_of(&from->sender), now.mono);
	campaigns_update(lane, from, now);
	lane_plan_resend(lane, now.wall);
}

int64_t lane_unfrozen(const struct lane *lane)
{
	for (const struct lane_campaign *c = lane->campaigns; c && !lane->gone && !lane->leaving; c = c->next)
		if (!c->frozen)
			return c->loaded->campaign.no;
	return 0;
}

void lane_fed(struct lane *lane, int64_t campaign_no, bool frozen)
{
	struct lane_campaign *c = lane_find(lane, campaign_no);
	if (!c)
		return;
	c->dry = false;
	c->reported = false;
	c->frozen = c->frozen || frozen;
}

void lane_fed_singles(struct lane *lane)
{
	struct lane_campaign *c = lane_singles(lane);
	if (c && !lane->held) {
		c->dry = false;
		c->fed = true;
		return;
	}
	lane->context->reload(lane->context->reload_arg); /* the first ones, or the next that may expire while it is held */
}

/* ---- what to claim ---- */

void lane_take_out(struct lane *lane, int n)
{
	lane->n_claimed += n;
	lane->context->n_out += n;
}

/* Each message has a connection of its own, and those of all lanes are files of one process. A lane may have as many as are
 * left free: so one that is never answered has half of them at most, and who comes after it finds some. */
static int64_t connections_for(const struct lane *lane)
{
	return lane->context->max_connections - lane->context->n_out;
}

int lane_room(const struct lane *lane)
{
	int taken = lane->n_claimed + lane->n_unrecorded;
	if (lane->probing)
		return 1 - taken;
	/* Little's law, twice over: what the rate needs at this latency. */
	int64_t window = lane->pacer.rate_milli * lane->latency_us / 1000 / 1000000 * 2 + MIN_WINDOW;
	if (window < pacer_depth(&lane->pacer))
		window = pacer_depth(&lane->pacer);
	if (window > lane->context->max_inflight)
		window = lane->context->max_inflight;
	if (window > connections_for(lane))
		window = connections_for(lane);
	return (int)window - taken;
}

/* From when on it may have rows to claim; -1: only news will tell. While it waits for a medium there are none, until its
 * deadline, where it was given one, skips them. */
static msec_t claim_at(const struct lane_campaign *c)
{
	if (c->held || (c->dry && c->look_at < 0))
		return -1;
	if (c->loaded->waits)
		return c->loaded->campaign.deadline_ms >= 0 ? c->loaded->campaign.deadline_ms + 1 : -1;
	return c->dry && c->look_at > c->rest_until ? c->look_at : c->rest_until;
}

static bool can_claim(const struct lane_campaign *c, msec_t now)
{
	msec_t at = claim_at(c);
	return at >= 0 && at <= now;
}

/* Single messages first. Then the next campaign in turn that may have rows and whose own pace allows one, so that campaigns share
 * the lane and a slow one leaves it to the others. NULL: none now, *ret_wait says when. */
static struct lane_campaign *pick(struct lane *lane, struct now now, usec_t *ret_wait)
{
	struct lane_campaign *singles = lane_singles(lane);
	if (singles && can_claim(singles, now.wall))
		return singles;
	struct lane_campaign *from = lane->turn ? lane->turn : lane->campaigns, *c = from;
	*ret_wait = -1;
	if (!c)
		return NULL;
	do {
		struct lane_campaign *next = c->next ? c->next : lane->campaigns;
		usec_t wait = 0;
		if (!can_claim(c, now.wall))
			wait = claim_at(c) < 0 ? -1 : (claim_at(c) - now.wall) * 1000;
		else if (c->loaded->campaign.rate > 0)
			wait = pacer_wait_us(&c->pacer, 1, now.mono);
		if (wait == 0) {
			lane->turn = next;
			return c;
		}
		*ret_wait = sooner(*ret_wait, wait);
		c = next;
	} while (c != from);
	return NULL;
}

static int claim_run(struct store_tx *tx, void *arg)
{
	struct claim *claim = arg;
	arena_reset(claim->arena);
	claim->row = arena_array(claim->arena, (size_t)claim->max, sizeof(*claim->row));
	claim->next_retry = -1;
	int result = ledger_claim(tx, claim->campaign_no, claim->sender_no, claim->epoch, claim->max, claim->now, claim->ahead_ms,
	                          claim->arena, claim->row, &claim->n, &claim->more, &claim->budget_at);
	FAILPOINT(claim_before);
	if (result != 0 || claim->more)
		return result;
	return ledger_next_retry(tx, claim->campaign_no, &claim->next_retry);
}

static void fenced(struct lane *lane)
{
	if (!lane->gone)
		log_warn("delivery", "another server has taken this sender's lane; this one sends nothing more for it",
		         log_i("sender", lane->sender_no));
	lane->gone = true;
	lane->context->reload(lane->context->reload_arg);
}

static void put_tokens(struct lane *lane, struct lane_campaign *c, int n)
{
	pacer_put(&lane->pacer, n);
	if (c)
		pacer_put(&c->pacer, n);
}

static void claim_done(struct job *job, int result, struct now now)
{
	FAILPOINT(claim_after);
	struct claim *claim = (struct claim *)job;
	struct lane *lane = claim->lane;
	lane->claiming = false;
	lane_take_out(lane, -claim->max);
	bool leaves = result == 0 && !lane->unsure;
	int n = leaves ? claim->n : 0;
	struct lane_campaign *c = lane_find(lane, claim->campaign_no);
	put_tokens(lane, c, claim->max - n);
	if (result == 1)
		fenced(lane);
	if (result < 0) {
		lane->claim_again_us = now.mono + TROUBLE_US;
		lane->unsure = lane->unsure || claim->n > 0;
		log_error("delivery", "messages could not be claimed; trying again", log_i("sender", lane->sender_no),
		          log_i("in_ms", TROUBLE_US / 1000));
	}
	if (c && result == 0) {
		c->dry = !claim->more && !c->fed;
		c->look_at = claim->next_retry;
		if (n == 0 && !claim->more && c->look_at >= 0 && c->look_at <= claim->now) { /* held meanwhile: news will tell */
			c->look_at = -1;
			lane->context->reload(lane->context->reload_arg);
		}
		if (claim->budget_at >= 0 && (c->look_at < 0 || claim->budget_at < c->look_at))
			c->look_at = claim->budget_at;
	}
	if (c && result == 0 && n == 0 && claim->next_retry >= 0 && c->loaded->campaign.singles && lane->context->errands)
		lane->context->errands(lane->context->errands_arg); /* it may have asked for a medium, which wants an upload */
	if (!leaves)
		lane_unpost(lane, claim->row, claim->n, now);
	else if (n > 0)
		lane_post(lane, claim->row, n, now);
	if (c && c->dry && c->look_at < 0 && c->frozen && !c->loaded->campaign.singles && !c->reported && n == 0) {
		c->reported = true;
		lane->context->reload(lane->context->reload_arg); /* it may be complete */
	}
	arena_destroy(claim->arena);
	free(claim);
}

static int claim_start(struct lane *lane, struct lane_campaign *c, int n, struct now now)
{
	struct claim *claim = calloc(1, sizeof(*claim));
	if (!claim)
		abort();
	*claim = (struct claim){.job = {.run = claim_run, .done = claim_done},
	                        .lane = lane,
	                        .arena = arena_create(16384),
	                        .campaign_no = c->loaded->campaign.no,
	                        .sender_no = lane->sender_no,
	                        .epoch = lane->epoch,
	                        .now = now.wall,
	                        .ahead_ms = lane->context->ahead_ms,
	                        .max = n};
	if (mailbox_submit(lane->context->mailbox, &claim->job) != 0) {
		arena_destroy(claim->arena);
		free(claim);
		return 1;
	}
	c->fed = false;
	lane->claiming = true;
	lane_take_out(lane, n);
	return 0;
}

/* Take what both the lane's and the campaign's pace allow. */
static int take_tokens(struct lane *lane, struct lane_campaign *c, int want, usec_t now_us, usec_t *ret_wait)
{
	int64_t batch = c->loaded->campaign.singles ? 1 : lane->pacer.rate_milli * BATCH_MS / 1000000;
	int least = batch < 1 ? 1 : batch > want ? want : (int)batch;
	*ret_wait = pacer_wait_us(&lane->pacer, least, now_us);
	if (*ret_wait > 0)
		return 0;
	int n = pacer_take(&lane->pacer, want, now_us);
	if (c->loaded->campaign.rate > 0) {
		int own = pacer_take(&c->pacer, n, now_us);
		pacer_put(&lane->pacer, n - own);
		n = own;
	}
	return n;
}

bool lane_may_begin(const struct lane *lane, struct now now)
{
	return !lane->held && !lane->gone && !lane->leaving && !lane->context->draining &&
	       now.mono < atomic_load(&lane->context->lease->until_us);
}

static usec_t claim_turn(struct lane *lane, struct now now)
{
	if (lane->claiming || lane->unsure || !lane_may_begin(lane, now))
		return -1;
	if (lane->pause_until_us > now.mono)
		return lane->pause_until_us - now.mono;
	if (lane->claim_again_us > now.mono)
		return lane->claim_again_us - now.mono;
	int room = lane_room(lane);
	if (room <= 0)
		return -1;
	usec_t wait = 0;
	struct lane_campaign *c = pick(lane, now, &wait);
	if (!c)
		return wait;
	int n = take_tokens(lane, c, room < MAX_CLAIM ? room : MAX_CLAIM, now.mono, &wait);
	if (n == 0) {
		lane->turn = c;
		return wait > 0 ? wait : 1000;
	}
	if (claim_start(lane, c, n, now) != 0) {
		put_tokens(lane, c, n);
		return BUSY_US;
	}
	return -1;
}

usec_t lane_turn(struct lane *lane, struct now now)
{
	lane_record(lane, now);
	usec_t next = sooner(claim_turn(lane, now), lane_resend(lane, now));
	if (lane->write_again_us)
		next = sooner(next, lane->write_again_us > now.mono ? lane->write_again_us - now.mono : 0);
	return next;
}

bool lane_is_quiet(const struct lane *lane)
{
	return !lane->claiming && !lane->resending && lane->n_claimed == 0 && lane->n_unrecorded == 0 && !lane->filling &&
	       !lane->writing;
}

bool lane_is_gone(const struct lane *lane)
{
	return lane->gone;
}

int64_t lane_epoch(const struct lane *lane)
{
	return lane->epoch;
}

void lane_lose(struct lane *lane)
{
	lane->gone = true;
}

void lane_leave(struct lane *lane, bool leaving)
{
	lane->leaving = leaving;
}

bool lane_is_leaving(const struct lane *lane)
{
	return lane->leaving;
}
