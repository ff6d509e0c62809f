/* A full bucket says nothing that a new one does not say. So the table has a fixed size, and a key takes the place of the
 * fullest of the few buckets it may have: the more keys ask at once, the milder the limit, never the memory more. */
#include "api/rate.h"

#include <pthread.h>
#include <stdlib.h>

#define N_BUCKETS 4096
#define N_PLACES 8 /* a key may have any of so many buckets side by side */
#define BURST_S 2
#define TOKEN 1000000 /* a token in the unit of the buckets, so that a microsecond at one a second is one unit */

struct bucket {
	int64_t key_no;
	usec_t at;      /* when it was counted last */
	int64_t tokens; /* times TOKEN */
};

struct rate {
	pthread_mutex_t lock;
	int64_t per_second;
	struct bucket bucket[N_BUCKETS];
};

struct rate *rate_create(unsigned per_second)
{
	struct rate *rate = calloc(1, sizeof(*rate));
	if (!rate)
		abort();
	pthread_mutex_init(&rate->lock, NULL);
	rate->per_second = per_second;
	return rate;
}

void rate_destroy(struct rate *rate)
{
	if (!rate)
		return;
	pthread_mutex_destroy(&rate->lock);
	free(rate);
}

static int64_t full(const struct rate *rate)
{
	return rate->per_second * BURST_S * TOKEN;
}

static int64_t tokens_now(const struct rate *rate, const struct bucket *b, usec_t now_us)
{
	usec_t passed = now_us - b->at;
	if (b->key_no == 0 || passed >= (usec_t)BURST_S * 1000000)
		return full(rate);
	int64_t tokens = b->tokens + (passed > 0 ? passed * rate->per_second : 0);
	return tokens < full(rate) ? tokens : full(rate);
}

static struct bucket *find(struct rate *rate, int64_t key_no, usec_t now_us)
{
	struct bucket *fullest = NULL;
	for (uint64_t i = 0; i < N_PLACES; i++) {
		struct bucket *b = &rate->bucket[((uint64_t)key_no * N_PLACES + i) % N_BUCKETS];
		if (b->key_no == key_no)
			return b;
		if (!fullest || tokens_now(rate, b, now_us) > tokens_now(rate, fullest, now_us))
			fullest = b;
	}
	*fullest = (struct bucket){.key_no = key_no, .at = now_us, .tokens = full(rate)};
	return fullest;
}

bool rate_take(struct rate *rate, int64_t key_no, usec_t now_us)
{
	if (rate->per_second == 0)
		return true;
	pthread_mutex_lock(&rate->lock);
	struct bucket *b = find(rate, key_no, now_us);
	b->tokens = tokens_now(rate, b, now_us);
	b->at = now_us > b->at ? now_us : b->at;
	bool may = b->tokens >= TOKEN;
	if (may)
		b->tokens -= TOKEN;
	pthread_mutex_unlock(&rate->lock);
	return may;
}
