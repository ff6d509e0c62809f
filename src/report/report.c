#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/number.h"
#include "store/tally.h"

static const struct {
	const char *word;
	int64_t step; /* in minutes; of seconds, one */
} intervals[] = {
	[REPORT_SECOND] = {"second", 1},
	[REPORT_MINUTE] = {"minute", 1},
	[REPORT_HOUR] = {"hour", 60},
	[REPORT_DAY] = {"day", 1440},
};

bool report_interval_parse(const char *text, enum report_interval *ret)
{
	for (int i = REPORT_SECOND; i <= REPORT_DAY; i++) {
		if (text_equal_nocase(text, intervals[i].word)) {
			*ret = (enum report_interval)i;
			return true;
		}
	}
	return false;
}

const char *report_interval_text(enum report_interval interval)
{
	return intervals[interval].word;
}

double report_share(int64_t part, int64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

/* ---- the funnel ---- */

static int64_t handed_over(const struct tally *tally, int n)
{
	for (int i = 0; i < n; i++)
		if (tally[i].kind == TALLY_HANDED)
			return tally[i].n;
	return 0;
}

static void build_funnel(const struct campaign *c, const struct tally *tally, int n, struct report *r)
{
	for (int i = 0; i < N_STATES; i++)
		r->audience += c->count[i];
	r->queued = c->count[STATE_QUEUED] + c->count[STATE_CLAIMED];
	r->canceled = c->count[STATE_CANCELED];
	r->skipped = c->count[STATE_SKIPPED];
	r->unconfirmed = c->count[STATE_UNCONFIRMED];
	r->failed = c->count[STATE_FAILED];
	r->read = c->count[STATE_READ];
	r->delivered = c->count[STATE_DELIVERED] + r->read;
	r->sent = handed_over(tally, n);
	r->refused = r->audience - r->queued - r->canceled - r->skipped - r->unconfirmed - r->sent;
}

/* ---- lists of codes ---- */

static int more_first(const void *a, const void *b)
{
	const struct report_code *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return (x->code > y->code) - (x->code < y->code);
}

static void build_codes(const struct tally *tally, int n, enum tally_kind kind, struct arena *arena, struct report_code **ret,
                        int *ret_n)
{
	struct report_code *code = arena_array(arena, (size_t)n + 1, sizeof(*code));
	int found = 0;
	for (int i = 0; i < n; i++)
		if (tally[i].kind == kind && tally[i].n > 0)
			code[found++] = (struct report_code){tally[i].bucket, tally[i].n};
	qsort(code, (size_t)found, sizeof(*code), more_first);
	*ret = code;
	*ret_n = found;
}

/* ---- countries ---- */

static int more_recipients_first(const void *a, const void *b)
{
	const struct report_country *x = a, *y = b;
	if (x->recipients != y->recipients)
		return x->recipients < y->recipients ? 1 : -1;
	return (x->country > y->country) - (x->country < y->country);
}

static int64_t *country_figure(struct report_country *c, enum tally_kind kind)
{
	int64_t *const figures[] = {&c->recipients, &c->sent, &c->delivered, &c->read, &c->failed};
	return figures[kind - TALLY_C_RECIPIENTS];
}

static void build_countries(const struct tally *tally, int n, struct arena *arena, struct report *r)
{
	int place[NUMBER_COUNTRIES];
	r->countries = arena_array(arena, NUMBER_COUNTRIES, sizeof(*r->countries));
	memset(place, -1, sizeof(place));
	for (int i = 0; i < n; i++) {
		int64_t country = tally[i].bucket;
		if (tally[i].kind < TALLY_C_RECIPIENTS || tally[i].kind > TALLY_C_FAILED || country < 0 ||
		    country >= NUMBER_COUNTRIES)
			continue;
		if (place[country] < 0) {
			place[country] = r->n_countries++;
			r->countries[place[country]] = (struct report_country){.country = (int)country};
		}
		*country_figure(&r->countries[place[country]], tally[i].kind) += tally[i].n;
	}
	qsort(r->countries, (size_t)r->n_countries, sizeof(*r->countries), more_recipients_first);
}

/* ---- the timeline ---- */

/* Which of a point's four figures it counts, from 0; -1: none. */
static int figure_of(const struct tally *t, enum report_interval interval)
{
	int first = interval == REPORT_SECOND ? TALLY_S_SENT : TALLY_T_SENT, figure = (int)t->kind - first;
	return figure >= 0 && figure <= TALLY_T_FAILED - TALLY_T_SENT && t->n > 0 ? figure : -1;
}

/* First and last minute, or second, that has anything; false when none has. */
static bool timeline_span(const struct tally *tally, int n, enum report_interval interval, int64_t *ret_first, int64_t *ret_last)
{
	bool any = false;
	for (int i = 0; i < n; i++) {
		if (figure_of(&tally[i], interval) < 0)
			continue;
		*ret_first = !any || tally[i].bucket < *ret_first ? tally[i].bucket : *ret_first;
		*ret_last = !any || tally[i].bucket > *ret_last ? tally[i].bucket : *ret_last;
		any = true;
	}
	return any;
}

static void point_add(struct report_point *p, int figure, int64_t n)
{
	int64_t *const figures[] = {&p->sent, &p->delivered, &p->read, &p->failed};
	*figures[figure] += n;
}

static void build_timeline(const struct tally *tally, int n, struct arena *arena, struct report *r)
{
	int64_t first = 0, last = 0;
	if (r->interval == REPORT_SECOND && !timeline_span(tally, n, REPORT_SECOND, &first, &last))
		r->interval = REPORT_MINUTE;
	if (!timeline_span(tally, n, r->interval, &first, &last))
		return;
	while (r->interval < REPORT_DAY &&
	       last / intervals[r->interval].step - first / intervals[r->interval].step >= REPORT_MAX_POINTS)
		r->interval++;
	int64_t step = intervals[r->interval].step, from = first / step, n_points = last / step - from + 1;
	if (n_points > REPORT_MAX_POINTS) { /* years of days: the latest */
		from += n_points - REPORT_MAX_POINTS;
		n_points = REPORT_MAX_POINTS;
	}
	r->n_points = (int)n_points;
	r->points = arena_array(arena, (size_t)n_points, sizeof(*r->points));
	for (int i = 0; i < r->n_points; i++)
		r->points[i].at = (from + i) * step * (r->interval == REPORT_SECOND ? SECOND_MS : MINUTE_MS);
	for (int i = 0; i < n; i++) {
		int figure = figure_of(&tally[i], r->interval);
		if (figure >= 0 && tally[i].bucket / step >= from)
			point_add(&r->points[tally[i].bucket / step - from], figure, tally[i].n);
	}
}

int report_build(struct store_tx *tx, const struct campaign *campaign, enum report_interval interval, struct arena *arena,
                 struct report *ret)
{
	struct tally *tally;
	int n;
	if (tally_read(tx, campaign->no, interval == REPORT_SECOND, arena, &tally, &n) < 0)
		return -1;
	*ret = (struct report){.interval = interval};
	build_funnel(campaign, tally, n, ret);
	build_codes(tally, n, TALLY_FAILED, arena, &ret->failures, &ret->n_failures);
	build_codes(tally, n, TALLY_SKIPPED, arena, &ret->skips, &ret->n_skips);
	build_countries(tally, n, arena, ret);
	build_timeline(tally, n, arena, ret);
	ret->replies = arena_array(arena, REPLY_MAX_BUTTONS, sizeof(*ret->replies));
	return reply_counts(tx, campaign->no, arena, ret->replies, &ret->n_replies);
}
