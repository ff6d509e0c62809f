#pragma once
/* Inside api: what its files share of struct api. */

#include <pthread.h>

#include "api/api.h"
#include "base/clock.h"

struct api_call;
struct rate;

struct api {
	struct api_options options; /* texts borrowed from the caller, who outlives us */
	struct rate *rate;          /* of each API key */
	struct preflight *preflight;
	char timezone[CLOCK_ZONE_BYTES]; /* of this machine */
	struct events *events;
	pthread_mutex_t lock;     /* over what follows */
	struct api_call *running; /* calls with an Idempotency-Key (idempotency.h) */
};
