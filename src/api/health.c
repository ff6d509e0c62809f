/* Is it alive, is it ready, what has it done: for supervisors and monitors. */
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "store/budget.h"
#include "store/hooks.h"
#include "store/inbox.h"
#include "webhook/in.h"
#include "webhook/out.h"

void health_alive(struct api_call *call)
{
	buf_adds(&call->out, "ok\n");
	call_answer_text(call, 200, "text/plain");
}

static bool store_answers(struct api_call *call)
{
	struct account account;
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int got = account_read(tx, 0, call->arena, &account);
	store_reader_put(call->api->options.store, tx);
	return got >= 0;
}

void health_ready(struct api_call *call)
{
	const char *why = NULL;
	if (!store_answers(call))
		why = "the database does not answer";
	else if (!lease_is_held(call->api->options.lease, clock_mono_us()))
		why = "this server has no lease, so it may send nothing";
	buf_addf(&call->out, "%s\n", why ? why : "ready");
	call_answer_text(call, why ? 503 : 200, "text/plain");
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
	buf_addf(out, "# HELP crier_%s %s\n# TYPE crier_%s %s\ncrier_%s %lld\n", name, help, name, type, name, (long long)value);
}

static void put_store(struct api_call *call)
{
	struct store_stats s;
	store_stats(call->api->options.store, &s);
	put_metric(&call->out, "store_jobs_total", "counter", "Writes done by the store thread.", s.jobs);
	put_metric(&call->out, "store_commits_total", "counter", "Transactions committed.", s.commits);
	put_metric(&call->out, "store_failed_total", "counter", "Writes that the database refused.", s.failed);
	put_metric(&call->out, "store_waiting", "gauge", "Writes waiting now.", s.waiting);
}

static void put_delivery(struct api_call *call)
{
	struct delivery_stats s;
	delivery_stats(call->api->options.delivery, &s);
	put_metric(&call->out, "lanes", "gauge", "Senders with a lane on this node.", s.lanes);
	put_metric(&call->out, "messages_inflight", "gauge", "Messages on the wire now.", s.inflight);
	put_metric(&call->out, "messages_posted_total", "counter", "Messages handed to the wire.", s.posted);
	put_metric(&call->out, "messages_accepted_total", "counter", "Messages that WhatsApp accepted.", s.accepted);
	put_metric(&call->out, "messages_retried_total", "counter", "Messages certainly not taken, to be tried again.",
	           s.retried);
	put_metric(&call->out, "messages_refused_total", "counter", "Messages that WhatsApp refused for good.", s.refused);
	put_metric(&call->out, "messages_unconfirmed_total", "counter", "Messages whose fate was not known at first.",
	           s.unconfirmed);
}

static void put_webhooks(struct api_call *call)
{
	struct webhook_in_stats s;
	webhook_in_stats(call->api->options.webhook_in, &s);
	put_metric(&call->out, "webhooks_received_total", "counter", "Webhooks of Meta's that were kept.", s.received);
	put_metric(&call->out, "webhooks_refused_total", "counter", "Webhooks with a wrong signature or none.", s.refused);
	put_metric(&call->out, "webhooks_applied_total", "counter", "Webhooks applied.", s.applied);
	put_metric(&call->out, "webhooks_waiting", "gauge", "Webhooks kept and not yet applied.", s.waiting);
}

static int put_hooks(struct store_tx *tx, struct api_call *call)
{
	struct webhook_out_stats s;
	struct hook_totals t;
	if (hook_totals(tx, &t) < 0)
		return -1;
	webhook_out_stats(call->api->options.webhook_out, &s);
	put_metric(&call->out, "hook_posts_total", "counter", "Events posted to users' webhooks, each try.", s.posted);
	put_metric(&call->out, "hook_taken_total", "counter", "Tries that were answered 2xx.", s.taken);
	put_metric(&call->out, "hook_refused_total", "counter", "Tries that were not.", s.refused);
	put_metric(&call->out, "hook_inflight", "gauge", "Events of users' webhooks on the wire now.", s.inflight);
	put_metric(&call->out, "hooks_paused", "gauge", "Users' webhooks whose targets take nothing now.", s.paused);
	put_metric(&call->out, "hook_events_waiting", "gauge", "Events that wait to be delivered.", t.waiting);
	put_metric(&call->out, "hook_events_delivered", "gauge", "Events delivered, of the webhooks that stand.", t.delivered);
	put_metric(&call->out, "hook_events_failed", "gauge", "Events given up, of the webhooks that stand.", t.failed);
	put_metric(&call->out, "hook_events_dropped", "gauge", "Events dropped as too many waited, of the webhooks that stand.",
	           t.dropped);
	return 0;
}

static int put_events(struct store_tx *tx, struct api_call *call)
{
	enum { MAX_KINDS = 200 };
	struct inbox_tally *tally = arena_array(call->arena, MAX_KINDS, sizeof(*tally));
	int n;
	if (inbox_counts(tx, call->arena, tally, MAX_KINDS, &n) < 0)
		return -1;
	buf_adds(
		&call->out,
		"# HELP crier_webhook_events_total Events inside webhooks by kind.\n# TYPE crier_webhook_events_total counter\n");
	for (int i = 0; i < n; i++) {
		buf_adds(&call->out, "crier_webhook_events_total{kind=\"");
		json_escape(&call->out, tally[i].kind, strlen(tally[i].kind));
		buf_addf(&call->out, "\"} %lld\n", (long long)tally[i].n);
	}
	return 0;
}

static void put_labelled(struct buf *out, const char *name, const char *help, const struct budget_standing *of, int n, bool limit)
{
	buf_addf(out, "# HELP crier_%s %s\n# TYPE crier_%s gauge\n", name, help, name);
	for (int i = 0; i < n; i++) {
		buf_addf(out, "crier_%s{portfolio=\"", name);
		json_escape(out, of[i].meta_id, strlen(of[i].meta_id));
		buf_addf(out, "\"} %lld\n", (long long)(limit ? of[i].budget.limit : of[i].budget.used));
	}
}

static int put_budgets(struct store_tx *tx, struct api_call *call)
{
	enum { MAX_PORTFOLIOS = 1000 };
	struct budget_standing *of = arena_array(call->arena, MAX_PORTFOLIOS, sizeof(*of));
	int n;
	if (budget_standings(tx, call->now, call->arena, of, MAX_PORTFOLIOS, &n) < 0)
		return -1;
	put_labelled(&call->out, "budget_limit", "People whom WhatsApp lets the business portfolio begin with in 24 hours.", of,
	             n, true);
	put_labelled(&call->out, "budget_used", "People in the 24-hour budget of the business portfolio now.", of, n, false);
	return 0;
}

void health_metrics(struct api_call *call)
{
	put_store(call);
	put_delivery(call);
	put_webhooks(call);
	struct store_tx *tx = store_reader_take(call->api->options.store);
	int result = put_events(tx, call) < 0 || put_budgets(tx, call) < 0 ? -1 : put_hooks(tx, call);
	store_reader_put(call->api->options.store, tx);
	if (result < 0)
		call_internal(call, "the counts of events could not be read");
	else
		call_answer_text(call, 200, "text/plain; version=0.0.4");
}
