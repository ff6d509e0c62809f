/* Watching the campaign, and the account of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/demo.h"
#include "app/demo_show.h"

static int64_t number_in(const cJSON *object, const char *key)
{
	int64_t n = 0;
	(void)json_int(object, key, &n);
	return n;
}

/* Has the simulator told everything it has to tell? */
static int sim_is_quiet(struct demo *d, bool *ret, struct err *err)
{
	json_auto cJSON *ledger = NULL, *stats = NULL;
	if (rest_get(d->sim_rest, "/_sim/ledger", &ledger, err) < 0 || rest_get(d->sim_rest, "/_sim/stats", &stats, err) < 0)
		return -1;
	const cJSON *webhook = json_get(stats, "webhook");
	*ret = number_in(ledger, "pending") == 0 && number_in(webhook, "waiting") == 0 && number_in(webhook, "in_flight") == 0;
	return 0;
}

/* A hold waits for a person: one who looks on is told, a script would wait for ever. */
static int look_at_hold(struct demo *d, const cJSON *data, struct show *show, struct err *err)
{
	const char *reason = json_text(json_get(data, "hold"), "reason");
	if (reason && d->once)
		return err_set(err, "the campaign is on hold: %s", reason);
	show_hold(show, reason);
	return 0;
}

/* One look: the line of progress, and whether the campaign is over and every status is in. */
static int look_at_campaign(struct demo *d, struct show *show, bool *ret_quiet, struct err *err)
{
	char path[80], analytics[100];
	bool quiet = false;
	json_auto cJSON *tree = NULL, *counts = NULL;
	snprintf(path, sizeof(path), "/v1/campaigns/%s", d->campaign_id);
	snprintf(analytics, sizeof(analytics), "%s/analytics", path);
	if (rest_get(d->rest, path, &tree, err) < 0)
		return -1;
	const cJSON *data = json_get(tree, "data");
	const char *status = json_text(data, "status");
	bool over = status && strcmp(status, "in_progress") != 0;
	if (look_at_hold(d, data, show, err) < 0 || (over && sim_is_quiet(d, &quiet, err) < 0) ||
	    rest_get(d->rest, analytics, &counts, err) < 0)
		return -1;
	if (quiet)
		show->last = 0; /* the last line is always shown */
	show_progress(show, json_get(json_get(counts, "data"), "funnel"), clock_now_ms());
	*ret_quiet = quiet;
	return 0;
}

int demo_watch(struct demo *d, struct err *err)
{
	struct show show;
	bool quiet = false, stopped = false;
	int result = 0;
	show_begin(&show, d->begun);
	while (result == 0 && !quiet && !stopped) {
		result = look_at_campaign(d, &show, &quiet, err);
		if (!quiet)
			stopped = demo_wait_or_stop(DEMO_LOOK_MS);
		/* Behind the wait: a process that went away under a call explains the call's failure. */
		if (!stopped && demo_check(d, err) < 0)
			result = -1;
	}
	show_end(&show);
	return result < 0 ? result : stopped ? DEMO_STOPPED : 0;
}

struct sums {
	int64_t recipients, sent, delivered, read, failed, refused, skipped, unconfirmed, queued;
	int64_t sim_recipients, sim_taken, sim_doubles, sim_delivered, sim_read, sim_failed;
	double seconds;
};

static void read_sums(const cJSON *data, const cJSON *ledger, struct sums *s)
{
	const cJSON *f = json_get(data, "funnel");
	int64_t first = number_in(ledger, "first_taken_ms"), last = number_in(ledger, "last_taken_ms");
	*s = (struct sums){
		.recipients = number_in(f, "audience"),
		.sent = number_in(f, "sent"),
		.delivered = number_in(f, "delivered"),
		.read = number_in(f, "read"),
		.failed = number_in(f, "failed"),
		.refused = number_in(f, "refused"),
		.skipped = number_in(f, "skipped"),
		.unconfirmed = number_in(f, "unconfirmed"),
		.queued = number_in(f, "queued"),
		.sim_recipients = number_in(ledger, "recipients"),
		.sim_taken = number_in(ledger, "taken"),
		.sim_doubles = number_in(ledger, "doubles"),
		.sim_delivered = number_in(ledger, "delivered"),
		.sim_read = number_in(ledger, "read"),
		.sim_failed = number_in(ledger, "failed"),
		.seconds = (double)(last - first) / 1000,
	};
}

/* Our figures against the simulator's own ledger. Every contact of the import ended in exactly one way:
 *   taken     the simulator took a message for it, once (sim_recipients, sim_taken, sim_doubles);
 *   refused   WhatsApp refused it in its answer, or it was given up before one: our failures less those that the simulator
 *             told by webhook. The analytics' own `refused` is what remains of the audience, so it proves nothing alone;
 *   skipped   a rule of ours removed it.
 * Nothing is queued or unconfirmed any more (a canceled one would be missing in the sum), and of those taken as many were
 * delivered, read and failed as the simulator says. */
static bool sums_agree(const struct demo *d, const struct sums *s)
{
	int64_t refused = s->failed - s->sim_failed;
	bool all_there = s->recipients == d->contacts_added && s->recipients == s->sim_recipients + refused + s->skipped;
	bool none_open = s->queued == 0 && s->unconfirmed == 0;
	bool once_each = s->sim_doubles == 0 && s->sim_recipients == s->sent && s->sim_taken == s->sent;
	bool same_fate = s->sim_delivered == s->delivered && s->sim_read == s->read && s->refused == refused;
	return all_there && none_open && once_each && same_fate;
}

static int look_at_sums(struct demo *d, cJSON **ret_data, struct sums *ret, struct err *err)
{
	char path[100];
	json_auto cJSON *ledger = NULL;
	snprintf(path, sizeof(path), "/v1/campaigns/%s/analytics", d->campaign_id);
	if (rest_get(d->rest, path, ret_data, err) < 0 || rest_get(d->sim_rest, "/_sim/ledger", &ledger, err) < 0)
		return -1;
	read_sums(json_get(*ret_data, "data"), ledger, ret);
	return 0;
}

/* The last webhooks are durable but may not be applied yet: that takes a moment. */
int demo_account(struct demo *d, struct err *err)
{
	json_auto cJSON *data = NULL;
	struct sums s = {0};
	bool stopped = false;
	msec_t until = clock_now_ms() + 10 * SECOND_MS;
	do {
		json_cleanup(&data);
		data = NULL;
		if (look_at_sums(d, &data, &s, err) < 0)
			return -1;
		if (sums_agree(d, &s) || clock_now_ms() >= until)
			break;
		stopped = demo_wait_or_stop(DEMO_LOOK_MS);
	} while (!stopped);
	if (stopped)
		return DEMO_STOPPED;
	show_analytics(json_get(data, "data"));
	if (!d->once)
		return 0;
	printf("{\"recipients\":%" PRId64 ",\"sent\":%" PRId64 ",\"delivered\":%" PRId64 ",\"read\":%" PRId64
	       ",\"failed\":%" PRId64 ",\"unconfirmed\":%" PRId64 ",\"doubles\":%" PRId64
	       ",\"seconds\":%.3f,\"messages_per_second\":%.1f}\n",
	       s.recipients, s.sent, s.delivered, s.read, s.failed, s.unconfirmed, s.sim_doubles, s.seconds,
	       s.seconds > 0 ? (double)s.sim_taken / s.seconds : 0);
	return sums_agree(d, &s) ? 0 : err_set(err, "the sums do not agree with the simulator's");
}
