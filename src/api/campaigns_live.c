/* How a campaign stands this moment: its pace, and when it will have gone out. */
#include <string.h>

#include "api/campaigns.h"
#include "report/reach.h"
#include "store/audiences.h"
#include "store/budget.h"
#include "store/history.h"
#include "store/ledger.h"
#include "store/senders.h"

#define MAX_LIVE_BYTES 4096
#define MAX_LATE 10000                 /* counted, of those who wait longer than the others */
#define LONG_AFTER_MS (10 * MINUTE_MS) /* the others' end: less is no wait to speak of */

/* How many are to be handed over yet: of those that wait, or of its audience as it is now. */
static int count_left(struct store_tx *tx, const struct campaign *c, struct arena *arena, int64_t *ret)
{
	struct audience audience;
	*ret = c->count[STATE_QUEUED];
	if (c->status != CAMPAIGN_SCHEDULED)
		return 0;
	int got = audience_read(tx, c->account_no, c->audience_no, arena, &audience);
	*ret = got == 0 ? audience.n_contacts : 0;
	return got < 0 ? -1 : 0;
}

/* When the last of those that wait will have been handed over; -1 not known. */
struct forecast_end {
	msec_t all, others; /* others: all but the late ones; -1 there are none */
	int64_t n_late;     /* up to MAX_LATE: who is tried again long after the others */
	int64_t left_out;   /* whom the deadline leaves out; -1 not known */
};

static msec_t later(msec_t a, msec_t b)
{
	return a > b ? a : b;
}

/* The next `n`, at the lane's pace and within the 24-hour budget. */
static int end_of(struct store_tx *tx, const struct campaign *c, int64_t pace, int64_t n, msec_t now, msec_t *ret)
{
	int64_t limit;
	msec_t begin = c->status == CAMPAIGN_SCHEDULED ? later(c->schedule_ms, now) : now;
	if (budget_of_campaign(tx, c->no, n, now, ret, &limit) < 0)
		return -1;
	*ret = later(*ret, begin + n * SECOND_MS / pace);
	return 0;
}

/* Of those that are tried again the last may have its time later than the pace would have it. */
static int add_late(struct store_tx *tx, const struct campaign *c, int64_t pace, int64_t n, msec_t now, struct forecast_end *end)
{
	msec_t last;
	end->others = end->all;
	if (ledger_late(tx, c->no, now, 0, &end->n_late, &last) < 0)
		return -1;
	end->all = later(end->all, last);
	if (last <= end->others + LONG_AFTER_MS)
		return 0;
	if (ledger_late(tx, c->no, end->others + LONG_AFTER_MS, MAX_LATE, &end->n_late, &last) < 0)
		return -1;
	if (n > end->n_late)
		return end_of(tx, c, pace, n - end->n_late, now, &end->others);
	end->others = -1;
	return 0;
}

/* Whoever waits at the deadline is left out. */
static int cut(struct store_tx *tx, const struct campaign *c, const struct sender *s, int64_t pace, int64_t n, msec_t now,
               struct forecast_end *end)
{
	const struct reach reach = {.campaign_no = c->no,
	                            .portfolio_no = s->portfolio_no,
	                            .start_ms = c->start_ms >= 0 ? c->start_ms : c->schedule_ms,
	                            .deadline_ms = c->deadline_ms,
	                            .pace = pace,
	                            .n = n};
	int64_t in_time;
	if (reach_by_deadline(tx, &reach, now, &in_time) < 0)
		return -1;
	end->left_out = n - in_time;
	end->all = later(c->deadline_ms, now);
	return 0;
}

static int forecast_end(struct store_tx *tx, const struct campaign *c, msec_t now, struct forecast_end *ret)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t n = 0;
	struct sender s;
	bool goes = c->status <= CAMPAIGN_IN_PROGRESS && !hold_is_on(&c->hold) && !hold_is_on(&c->sender_hold);
	*ret = (struct forecast_end){.all = -1, .others = -1, .left_out = -1};
	if (goes && count_left(tx, c, arena, &n) < 0)
		return -1;
	if (n == 0)
		return 0;
	ret->left_out = 0;
	if (sender_read(tx, 0, c->sender_no, arena, &s) < 0)
		return -1;
	int64_t pace = sender_pace(s.limit_mps, s.rate_cap, c->rate);
	if (end_of(tx, c, pace, n, now, &ret->all) < 0 || add_late(tx, c, pace, n, now, ret) < 0)
		return -1;
	return c->deadline_ms >= 0 && ret->all > c->deadline_ms ? cut(tx, c, &s, pace, n, now, ret) : 0;
}

static void put_delayed(struct json_writer *w, const struct forecast_end *end)
{
	if (end->n_late == 0) {
		json_put_null(w, "delayed");
		return;
	}
	json_open_object(w, "delayed");
	json_put_int(w, "count", end->n_late);
	json_put_time(w, "others_end", end->others);
	json_close_object(w);
}

/* A decimal where there is one. */
static void put_rate(struct json_writer *w, int64_t per_minute)
{
	int64_t tenths = (per_minute * 10 + 30) / 60;
	if (tenths % 10 == 0)
		json_put_int(w, "rate_now", tenths / 10);
	else
		json_put_real(w, "rate_now", (double)tenths / 10, 1);
}

int campaigns_put_pace(struct store_tx *tx, struct json_writer *w, const struct campaign *c, msec_t now)
{
	struct forecast_end end;
	int64_t per_minute = 0;
	if (forecast_end(tx, c, now, &end) < 0)
		return -1;
	if (c->status == CAMPAIGN_IN_PROGRESS && history_campaign_rate(tx, c->no, now, &per_minute) < 0)
		return -1;
	json_put_time(w, "expected_end", end.all);
	if (end.left_out < 0)
		json_put_null(w, "left_out");
	else
		json_put_int(w, "left_out", end.left_out);
	put_delayed(w, &end);
	put_rate(w, per_minute);
	return 0;
}

char *campaigns_live_text(struct store_tx *tx, const struct campaign *c, msec_t now)
{
	struct buf out;
	struct json_writer w;
	char id[UUID_TEXT_BYTES];
	struct uuid uuid = pubid_make(tx->ids, PUBID_CAMPAIGN, c->no, 0);
	uuid_format(&uuid, id);
	buf_init(&out, MAX_LIVE_BYTES);
	json_begin(&w, &out);
	json_open_object(&w, NULL);
	json_put_text(&w, "id", id);
	json_put_text(&w, "status", campaign_status_text(c->status));
	campaigns_put_messages(&w, c);
	campaigns_put_holds(&w, c);
	int result = campaigns_put_pace(tx, &w, c, now);
	json_close_object(&w);
	if (result == 0 && !out.overflow)
		return buf_steal(&out);
	buf_fini(&out);
	return NULL;
}
