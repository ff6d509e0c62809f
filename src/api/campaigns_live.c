/* How a campaign stands this moment: its pace, and when it will have gone out. */
#include <string.h>

#include "api/campaigns.h"
#include "store/audiences.h"
#include "store/budget.h"
#include "store/history.h"
#include "store/senders.h"

#define MAX_LIVE_BYTES 4096

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

/* When the last of those will have been handed over, at the lane's pace and within the 24-hour budget; -1 not known. */
static int expected_end(struct store_tx *tx, const struct campaign *c, msec_t now, msec_t *ret)
{
	arena_auto struct arena *arena = arena_create(1024);
	int64_t n = 0, limit;
	struct sender s;
	bool goes = c->status <= CAMPAIGN_IN_PROGRESS && !hold_is_on(&c->hold) && !hold_is_on(&c->sender_hold);
	*ret = -1;
	if (goes && count_left(tx, c, arena, &n) < 0)
		return -1;
	if (n == 0)
		return 0;
	if (sender_read(tx, 0, c->sender_no, arena, &s) < 0 || budget_of_campaign(tx, c->no, n, now, ret, &limit) < 0)
		return -1;
	msec_t begin = c->status == CAMPAIGN_SCHEDULED && c->schedule_ms > now ? c->schedule_ms : now;
	msec_t paced = begin + n * SECOND_MS / sender_pace(s.limit_mps, s.rate_cap, c->rate);
	*ret = *ret > paced ? *ret : paced;
	return 0;
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
	msec_t end;
	int64_t per_minute = 0;
	if (expected_end(tx, c, now, &end) < 0)
		return -1;
	if (c->status == CAMPAIGN_IN_PROGRESS && history_campaign_rate(tx, c->no, now, &per_minute) < 0)
		return -1;
	json_put_time(w, "expected_end", end);
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
