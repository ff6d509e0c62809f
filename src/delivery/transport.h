#pragma once
/* How a message leaves: the small door between lanes and HTTP. libcurl stands behind it in the server (transport_http), a
 * script in the scenario tests; a faster one can take its place. Everything on the delivery thread. */

#include <stddef.h>

#include "http/client.h"

struct transport {
	void *self;
	/* Begin to post one message. `done` comes exactly once, later, never from within. 0, or -1: it was not begun, and
	 * certainly nothing left. `body` is copied. */
	int (*post)(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes,
	            http_done_fn *done, void *arg);
};
