#pragma once
/* How a message leaves: the small door between lanes and HTTP. libcurl stands behind it in the server (transport_http), a
 * script in the scenario tests; a faster one can take its place. Everything on the delivery thread. */

#include <stddef.h>

#include "base/clock.h"
#include "http/client.h"

struct transport {
	void *self;
	/* Begin to post one message. `done` comes exactly once, later, never from within. 0, or -1: it was not begun, and
	 * certainly nothing left. `body` is copied. From `not_after_us` on, by the monotonic clock at the moment of
	 * writing, nothing leaves any more. */
	int (*post)(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes,
	            usec_t not_after_us, http_done_fn *done, void *arg);
};
