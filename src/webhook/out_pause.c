#include "webhook/out_pause.h"

#define PROBE_AFTER 3
#define FIRST_MS SECOND_MS
#define EVENT_MOST_MS (30 * MINUTE_MS)
#define HOOK_MOST_MS MINUTE_MS
#define ASKED_MOST_S 3600

/* xorshift64: jitter needs no more. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The span after `n` doublings, a quarter more or less. */
static msec_t span(int n, msec_t most, uint64_t *random)
{
	msec_t ms = FIRST_MS;
	for (int i = 0; i < n && ms < most; i++)
		ms *= 2;
	if (ms > most)
		ms = most;
	return ms - ms / 4 + (msec_t)(next_random(random) % (uint64_t)(ms / 2));
}

void out_pause_taken(struct out_pause *pause)
{
	*pause = (struct out_pause){0};
}

static void pause_until(struct out_pause *pause, msec_t at)
{
	if (at > pause->until_ms)
		pause->until_ms = at;
}

msec_t out_pause_refused(struct out_pause *pause, int attempt, int64_t retry_after_s, msec_t now, uint64_t *random)
{
	msec_t at = now + span(attempt - 1, EVENT_MOST_MS, random);
	/* What was on the wire together fails together: that is one pause. */
	if (++pause->n_refused >= PROBE_AFTER && now >= pause->until_ms)
		pause_until(pause, now + span(pause->n_pauses++, HOOK_MOST_MS, random));
	if (retry_after_s > 0) {
		msec_t asked = now + (retry_after_s < ASKED_MOST_S ? retry_after_s : ASKED_MOST_S) * SECOND_MS;
		pause_until(pause, asked);
		if (at < asked)
			at = asked;
	}
	return at;
}

bool out_pause_is_probing(const struct out_pause *pause)
{
	return pause->n_refused >= PROBE_AFTER;
}

bool out_pause_is_over(const struct out_pause *pause, msec_t now)
{
	return now >= pause->until_ms;
}
