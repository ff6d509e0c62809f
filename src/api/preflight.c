/* What a campaign would do, without doing it. */
#include "api/preflight.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/campaigns.h"
#include "report/problems.h"
#include "report/reach.h"
#include "report/report.h"
#include "store/budget.h"
#include "store/history.h"
#include "store/media.h"
#include "store/senders.h"
#include "store/templates.h"

#define PIECE_CONTACTS 2000

struct preflight {
	struct store *store;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct api_call *waiting[PREFLIGHT_MAX_WAITING];
	int n_waiting;
	bool stopping;
};

/* One forecast; all of it in the call's arena. */
struct work {
	struct api_call *call;
	const struct campaign_request *request;
	struct campaign_refs refs;
	struct sender sender;
	struct template tpl;
	struct forecast forecast;
	int64_t sent_24h;
	int64_t ahead;     /* messages of campaigns that begin before it, for whom the 24-hour budget is kept */
	int64_t capped;    /* of the audience: people whom WhatsApp held marketing back from lately */
	msec_t budget_end; /* when the budget has a place for the last recipient */
	int64_t left_out;  /* recipients whom the deadline leaves out */
	const char *media_refused, *media_waits; /* problem_facts */
	int64_t history[NUMBER_COUNTRIES];
	struct problem problem[MAX_PROBLEMS];
	struct forecast_sample sample[FORECAST_PICKS];
	int n_samples;
};

static msec_t starts(const struct work *work)
{
	return work->request->schedule_ms >= 0 ? work->request->schedule_ms : work->call->now;
}

/* ---- the answer ---- */

static void put_removed(struct json_writer *w, const struct forecast *f)
{
	json_open_array(w, "removed");
	for (int rule = 1; rule < FORECAST_RULES; rule++) {
		const struct forecast_rule *r = &f->rule[rule];
		if (r->n == 0)
			continue;
		json_open_object(w, NULL);
		json_put_text(w, "rule", rule_text(rule));
		json_put_int(w, "count", r->n);
		json_put_text(w, "meaning", rule_sentence(rule));
		json_open_array(w, "numbers");
		for (int i = 0; i < FORECAST_NUMBERS && i < r->n; i++)
			json_put_text(w, NULL, r->number[i]);
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_placeholders(struct json_writer *w, const struct forecast *f)
{
	json_open_array(w, "placeholders");
	for (int i = 0; i < f->n_placeholders; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "name", f->placeholder[i].key);
		json_put_int(w, "filled", f->placeholder[i].filled);
		json_put_int(w, "fallback", f->placeholder[i].fallback);
		json_put_int(w, "missing", f->placeholder[i].missing);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_countries(struct json_writer *w, const struct forecast *f)
{
	json_open_array(w, "countries");
	for (int i = 0; i < NUMBER_COUNTRIES; i++) {
		char country[3];
		if (f->countries[i] == 0)
			continue;
		number_country_text(i, country);
		json_open_object(w, NULL);
		json_put_text(w, "country", country[0] ? country : NULL);
		json_put_int(w, "recipients", f->countries[i]);
		json_put_real(w, "share", report_share(f->countries[i], f->recipients), 4);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_known(struct json_writer *w, const char *key, int64_t n)
{
	if (n < 0)
		json_put_null(w, key);
	else
		json_put_int(w, key, n);
}

static void put_estimate(struct json_writer *w, const struct work *work, const struct estimate *e)
{
	json_open_object(w, "estimate");
	json_put_int(w, "rate", e->rate);
	json_put_int(w, "minutes", e->minutes);
	json_put_int(w, "days", e->days);
	json_put_text(w, "tier", work->sender.tier[0] ? work->sender.tier : NULL);
	put_known(w, "limit_24h", e->limit_24h);
	json_put_int(w, "sent_24h", work->sent_24h);
	put_known(w, "left_24h", e->left_24h);
	json_put_time(w, "end", e->end);
	json_put_int(w, "left_out", work->left_out);
	json_close_object(w);
}

static void put_problems(struct json_writer *w, const struct problem *list, int n)
{
	json_open_array(w, "problems");
	for (int i = 0; i < n; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "severity", problem_severity_text(list[i].severity));
		json_put_text(w, "problem", list[i].what);
		json_put_text(w, "message", list[i].message);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_samples(struct json_writer *w, const struct work *work)
{
	json_open_array(w, "samples");
	for (int i = 0; i < work->n_samples; i++) {
		const struct forecast_sample *s = &work->sample[i];
		json_open_object(w, NULL);
		json_put_text(w, "pick", s->pick);
		json_put_text(w, "number", s->number);
		json_put_text(w, "text", s->text);
		json_put_int(w, "characters", s->chars);
		json_put_int(w, "fallbacks", s->fallbacks);
		json_close_object(w);
	}
	json_close_array(w);
}

static void answer(struct work *work)
{
	struct api_call *call = work->call;
	struct json_writer *w = &call->json;
	const struct campaign_request *req = work->request;
	const struct problem_facts facts = {.forecast = &work->forecast,
	                                    .sender = &work->sender,
	                                    .tpl = &work->tpl,
	                                    .rate = req->rate > 0 ? req->rate : 0,
	                                    .start = starts(work),
	                                    .left_out = work->left_out,
	                                    .sent_24h = work->sent_24h,
	                                    .ahead = work->ahead,
	                                    .budget_end = work->budget_end,
	                                    .capped = work->capped,
	                                    .history = work->history,
	                                    .media_refused = work->media_refused,
	                                    .media_waits = work->media_waits};
	struct estimate estimate;
	estimate_make(&facts, &estimate);
	int n = problems_find(&facts, &estimate, call->arena, work->problem);
	call_begin_answer(call);
	put_id(call, "account_id", PUBID_ACCOUNT, call->key.account_no, 0);
	json_put_int(w, "audience", work->forecast.audience);
	json_put_int(w, "recipients", work->forecast.recipients);
	put_problems(w, work->problem, n);
	put_removed(w, &work->forecast);
	put_placeholders(w, &work->forecast);
	put_countries(w, &work->forecast);
	put_estimate(w, work, &estimate);
	put_samples(w, work);
	put_links_open(call);
	put_link(call, "template", "/v1/templates/%s", id_text(call, PUBID_TEMPLATE, work->refs.template_no, 0));
	put_link(call, "audience", "/v1/audiences/%s", id_text(call, PUBID_AUDIENCE, work->refs.audience_no, 0));
	put_links_close(call);
	call_end_answer(call);
	call_answer(call, 200);
}

/* ---- the work ---- */

static int read_media(struct store_tx *tx, struct work *work)
{
	const struct campaign_refs *refs = &work->refs;
	struct arena *arena = work->call->arena;
	int64_t media_no[MEDIA_PER_TEMPLATE_MAX];
	int n = 0;
	if (template_media_of(tx, refs->template_no, media_no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct media_at_meta at_meta;
		if (media_no[i] == 0)
			continue;
		int ready = media_ready(tx, media_no[i], refs->sender_no, MEDIA_TO_SEND, work->call->now, arena, &at_meta);
		if (ready < 0)
			return -1;
		if (ready == 2)
			work->media_refused = at_meta.reason;
	}
	return template_media_waits(tx, refs->template_no, refs->sender_no, work->call->now, arena, &work->media_waits);
}

/* Without a limit, what is known of a day is what was sent. */
static int read_budget(struct store_tx *tx, struct work *work)
{
	struct budget b;
	if (budget_read(tx, work->sender.portfolio_no, work->call->now, &b) < 0)
		return -1;
	work->sent_24h = b.used;
	if (b.portfolio_no == 0)
		return history_sent_since(tx, work->call->key.account_no, work->refs.sender_no, work->call->now - DAY_MS,
		                          &work->sent_24h);
	return budget_ahead(tx, b.portfolio_no, starts(work), INT64_MAX, work->call->now, &work->ahead);
}

/* What can be told only when the recipients are counted. */
static int read_rest(struct store_tx *tx, struct work *work)
{
	const struct candidates *walked = &work->forecast.walk;
	const struct reach reach = {.campaign_no = INT64_MAX,
	                            .portfolio_no = work->sender.portfolio_no,
	                            .start_ms = starts(work),
	                            .deadline_ms = work->request->deadline_ms,
	                            .pace = sender_pace(work->sender.limit_mps, work->sender.rate_cap,
	                                                work->request->rate > 0 ? work->request->rate : 0),
	                            .n = work->forecast.recipients};
	int64_t limit, in_time;
	if (reach_by_deadline(tx, &reach, work->call->now, &in_time) < 0)
		return -1;
	work->left_out = reach.n - in_time;
	if (budget_plan(tx, work->sender.portfolio_no, starts(work), INT64_MAX, work->forecast.recipients, work->call->now,
	                &work->budget_end, &limit) < 0)
		return -1;
	return history_capped(tx, walked->account_no, walked->audience_no, work->call->now - CAPPED_LATELY_MS, &work->capped);
}

/* As call_read's run: 0, 1 with faults, -1. */
static int open_work(struct store_tx *tx, struct work *work)
{
	struct api_call *call = work->call;
	int64_t account_no = call->key.account_no;
	struct candidates walk = {.account_no = account_no};
	struct err err;
	int faulty = campaign_check(tx, account_no, work->request, call->now, call->arena, &call->faults, &work->refs);
	if (faulty != 0)
		return faulty;
	if (sender_read(tx, account_no, work->refs.sender_no, call->arena, &work->sender) != 0 ||
	    template_read(tx, account_no, work->refs.template_no, call->arena, &work->tpl) != 0 || read_budget(tx, work) < 0 ||
	    history_countries(tx, account_no, work->refs.sender_no, work->history) < 0 || read_media(tx, work) < 0 ||
	    template_form_open(tx, &work->tpl, call->arena, &walk.form, &err) < 0)
		return -1;
	walk.audience_no = work->refs.audience_no;
	walk.version = work->refs.snapshot_v;
	forecast_init(&work->forecast, &walk, (uint64_t)call->now);
	return 0;
}

static bool is_stopping(struct preflight *p)
{
	pthread_mutex_lock(&p->lock);
	bool stopping = p->stopping;
	pthread_mutex_unlock(&p->lock);
	return stopping;
}

/* Contacts have versions, so pieces read apart are of one moment; only opt-outs may come in between, as they may later. 1 when
 * the server stops. */
static int walk(struct preflight *p, struct work *work)
{
	for (int done = 0; done == 0;) {
		if (is_stopping(p))
			return 1;
		struct store_tx *tx = store_reader_take(p->store);
		done = forecast_step(tx, &work->forecast, PIECE_CONTACTS);
		if (done == 1 && (forecast_samples(tx, &work->forecast, work->call->arena, work->sample, &work->n_samples) < 0 ||
		                  read_rest(tx, work) < 0))
			done = -1;
		store_reader_put(p->store, tx);
		if (done < 0)
			return -1;
	}
	return 0;
}

static void run(struct preflight *p, struct api_call *call)
{
	struct work *work = arena_alloc(call->arena, sizeof(*work));
	*work = (struct work){.call = call, .request = call->state};
	struct store_tx *tx = store_reader_take(p->store);
	int opened = store_snapshot(tx) < 0 ? -1 : open_work(tx, work);
	store_reader_put(p->store, tx);
	int walked = opened == 0 ? walk(p, work) : -1;
	if (opened == 1)
		call_faults(call);
	else if (walked == 1)
		call_overloaded(call);
	else if (walked < 0)
		call_internal(call, "the database failed");
	else
		answer(work);
}

static void *preflight_main(void *arg)
{
	struct preflight *p = arg;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->n_waiting == 0 && !p->stopping)
			pthread_cond_wait(&p->news, &p->lock);
		if (p->n_waiting == 0)
			break;
		struct api_call *call = p->waiting[0];
		memmove(p->waiting, p->waiting + 1, (size_t)--p->n_waiting * sizeof(struct api_call *));
		pthread_mutex_unlock(&p->lock);
		run(p, call);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct preflight *preflight_create(struct store *store)
{
	struct preflight *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->store = store;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->news, NULL);
	if (pthread_create(&p->thread, NULL, preflight_main, p) == 0) {
		pthread_setname_np(p->thread, "preflight");
		p->has_thread = true;
	}
	return p;
}

void preflight_stop(struct preflight *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->news);
	pthread_mutex_unlock(&p->lock);
}

void preflight_destroy(struct preflight *p)
{
	if (!p)
		return;
	preflight_stop(p);
	if (p->has_thread)
		pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->news);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void campaigns_preflight(struct api_call *call)
{
	struct preflight *p = call->api->preflight;
	call->state = campaigns_read_create(call);
	pthread_mutex_lock(&p->lock);
	bool taken = p->has_thread && !p->stopping && p->n_waiting < PREFLIGHT_MAX_WAITING;
	if (taken) {
		p->waiting[p->n_waiting++] = call;
		pthread_cond_signal(&p->news);
	}
	pthread_mutex_unlock(&p->lock);
	if (!taken)
		call_overloaded(call);
}
