/* How the server stands, for people: what a page shows beside an account's own things. */
#include "api/api_internal.h"
#include "api/call.h"
#include "store/budget.h"
#include "store/inbox.h"
#include "store/nodes.h"
#include "webhook/in.h"

static int put_webhooks(struct store_tx *tx, struct api_call *call)
{
	struct json_writer *w = &call->json;
	struct webhook_in_stats here;
	msec_t oldest;
	int64_t waiting, set_aside;
	webhook_in_stats(call->api->options.webhook_in, &here);
	if (inbox_oldest(tx, call->now, &oldest) < 0 || inbox_waiting(tx, &waiting) < 0 ||
	    inbox_set_aside_ever(tx, &set_aside) < 0)
		return -1;
	json_open_object(w, "webhooks");
	json_put_int(w, "waiting", waiting);
	json_put_int(w, "lag_seconds", oldest < call->now ? (call->now - oldest) / SECOND_MS : 0);
	json_put_time(w, "last_received", here.last_ms);
	json_put_int(w, "set_aside", set_aside);
	json_close_object(w);
	return 0;
}

static int put_budget(struct store_tx *tx, struct api_call *call, int64_t portfolio_no)
{
	struct json_writer *w = &call->json;
	struct budget b;
	if (budget_read(tx, portfolio_no, call->now, &b) < 0)
		return -1;
	const struct {
		const char *key;
		int64_t value;
	} figures[] = {{"limit", b.limit}, {"used_24h", b.used}, {"left_24h", b.portfolio_no ? budget_left(&b) : 0}};
	for (size_t i = 0; i < 3; i++) {
		if (b.portfolio_no)
			json_put_int(w, figures[i].key, figures[i].value);
		else
			json_put_null(w, figures[i].key);
	}
	return 0;
}

#define MAX_SENDERS 1000

static int put_portfolios(struct store_tx *tx, struct api_call *call)
{
	struct json_writer *w = &call->json;
	struct portfolio_sender *s = arena_array(call->arena, MAX_SENDERS, sizeof(*s));
	int n;
	if (portfolio_senders(tx, call->key.account_no, call->arena, s, MAX_SENDERS, &n) < 0)
		return -1;
	json_open_array(w, "portfolios");
	for (int i = 0; i < n;) {
		int first = i;
		json_open_object(w, NULL);
		json_put_text(w, "id", s[first].meta_id);
		json_put_text(w, "tier", *s[first].tier ? s[first].tier : NULL);
		if (put_budget(tx, call, s[first].portfolio_no) < 0)
			return -1;
		json_open_array(w, "senders");
		for (; i < n && s[i].portfolio_no == s[first].portfolio_no; i++)
			json_put_text(w, NULL, s[i].name);
		json_close_array(w);
		json_close_object(w);
	}
	json_close_array(w);
	return 0;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct json_writer *w = &call->json;
	int64_t n_nodes;
	if (nodes_count(tx, &n_nodes) < 0)
		return -1;
	call_begin_answer(call);
	if (put_webhooks(tx, call) < 0 || put_portfolios(tx, call) < 0)
		return -1;
	json_put_int(w, "nodes", n_nodes);
	json_put_text(w, "database", store_is_postgresql(tx) ? "postgresql" : "sqlite");
	json_put_text(w, "version", CRIER_VERSION);
	call_end_answer(call);
	return 0;
}

void status_read(struct api_call *call)
{
	call_read(call, read_run);
}
