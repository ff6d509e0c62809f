#include "app/demo_show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 30

static int64_t count(const cJSON *object, const char *key)
{
	int64_t n = 0;
	(void)json_int(object, key, &n);
	return n;
}

/* 12345 → 12,345 */
static const char *grouped(int64_t n, char out[32])
{
	char plain[24];
	int length = snprintf(plain, sizeof(plain), "%lld", (long long)n), at = 0;
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && plain[i - 1] != '-')
			out[at++] = ',';
		out[at++] = plain[i];
	}
	out[at] = '\0';
	return out;
}

/* ---- progress ---- */

void show_begin(struct show *show, msec_t now)
{
	*show = (struct show){.terminal = isatty(1), .begun = now, .last = now - 10 * SECOND_MS};
}

static void put_bar(int64_t read, int64_t delivered, int64_t handed, int64_t total)
{
	for (int i = 0; i < BAR_CELLS; i++) {
		int64_t at = total * (2 * i + 1) / (2 * BAR_CELLS);
		fputs(total > 0 && at < read        ? "█"
		      : total > 0 && at < delivered ? "▓"
		      : total > 0 && at < handed    ? "▒"
		                                    : "·",
		      stdout);
	}
}

static void put_time_left(int64_t waiting, int64_t total, double rate)
{
	if (waiting == 0 && total > 0)
		printf("  nothing left to send");
	else if (rate > 0)
		printf("  %.0f s left", (double)waiting / rate);
}

void show_progress(struct show *show, const cJSON *f, msec_t now)
{
	if (!show->terminal && now - show->last < SECOND_MS)
		return;
	char queued[32], sent[32], delivered[32], read[32], failed[32], per_second[32];
	int64_t total = count(f, "audience"), waiting = count(f, "queued"), there = count(f, "delivered");
	int64_t handed = count(f, "sent"), dealt_with = total - waiting;
	double seconds = (double)(now - show->begun) / 1000, rate = seconds > 0 ? (double)dealt_with / seconds : 0;
	show->last = now;
	if (show->terminal)
		fputs("\r\033[K", stdout);
	put_bar(count(f, "read"), there, handed, total);
	printf(" queued %s  sent %s  delivered %s  read %s  failed %s", grouped(waiting, queued), grouped(handed, sent),
	       grouped(there, delivered), grouped(count(f, "read"), read), grouped(count(f, "failed"), failed));
	if (waiting > 0)
		printf("  %s/s", grouped((int64_t)rate, per_second));
	put_time_left(waiting, total, rate);
	if (!show->terminal)
		putchar('\n');
	fflush(stdout);
}

void show_hold(struct show *show, const char *reason)
{
	if (reason && strncmp(show->hold, reason, sizeof(show->hold) - 1) != 0)
		printf("%son hold: %s\n", show->terminal ? "\r\033[K" : "", reason);
	snprintf(show->hold, sizeof(show->hold), "%s", reason ? reason : "");
}

void show_end(struct show *show)
{
	if (show->terminal)
		putchar('\n');
}

/* ---- analytics ---- */

static void put_row(const char *name, int64_t n, int64_t whole, const char *of)
{
	char text[32];
	printf("  %-12s %10s", name, grouped(n, text));
	if (whole > 0 && of)
		printf("   %5.1f %% of %s", 100.0 * (double)n / (double)whole, of);
	putchar('\n');
}

static void put_failures(const cJSON *list)
{
	for (const cJSON *f = list ? list->child : NULL; f; f = f->next)
		printf("  %6lld × %lld  %s\n", (long long)count(f, "count"), (long long)count(f, "code"),
		       json_text(f, "meaning"));
}

void show_analytics(const cJSON *data)
{
	const cJSON *f = json_get(data, "funnel");
	int64_t audience = count(f, "audience"), sent = count(f, "sent"), delivered = count(f, "delivered");
	printf("\nWhat became of it (GET /v1/campaigns/{id}/analytics)\n\n");
	put_row("audience", audience, 0, NULL);
	put_row("skipped", count(f, "skipped"), audience, "the audience");
	put_row("refused", count(f, "refused"), audience, "the audience");
	put_row("unconfirmed", count(f, "unconfirmed"), audience, "the audience");
	put_row("sent", sent, audience, "the audience");
	put_row("delivered", delivered, sent, "those sent");
	put_row("read", count(f, "read"), delivered, "those delivered");
	put_row("failed", count(f, "failed"), audience, "the audience");
	if (count(f, "failed") > 0)
		printf("\nFailures by WhatsApp's code\n\n");
	put_failures(json_get(data, "failures"));
	putchar('\n');
}

void show_next(const char *base, const char *key, const char *campaign_id)
{
	printf("Try next, in a browser or by curl:\n\n");
	printf("  " SHOW_LINK "\n", base, key);
	printf("  curl -H 'X-Dexatel-Key: %s' '%s/v1/campaigns/%s'\n", key, base, campaign_id);
	printf("  curl -H 'X-Dexatel-Key: %s' '%s/v1/campaigns/%s/analytics?interval=minute'\n", key, base, campaign_id);
	printf("  curl -g -H 'X-Dexatel-Key: %s' '%s/v1/messages?filter[campaign_id]=%s&page_size=3'\n", key, base, campaign_id);
	printf("  curl '%s/metrics'\n\n", base);
}
