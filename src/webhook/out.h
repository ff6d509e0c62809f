#pragma once
/* The user's webhooks going out: a thread of its own that posts the events which stand in the store (store/hook_events.h). */

#include <stdbool.h>

#include "base/err.h"
#include "store/nodes.h"
#include "store/store.h"

struct webhook_out;

struct webhook_out_options {
	struct store *store;
	const char *ca_file;       /* certificates to trust; NULL: the system's */
	bool allow_private;        /* targets may be addresses that are not public */
	bool hex_signature;        /* instead of base64 */
	const struct lease *lease; /* the first node alone tells them */
};

/* Events left from before are told at once. */
must_check int webhook_out_start(const struct webhook_out_options *options, struct webhook_out **ret, struct err *err);
/* Before the store closes. Events on the wire have `timeout_ms` for their answers; what stays unanswered is told again at the
 * next start. NULL is fine. */
void webhook_out_stop(struct webhook_out *out, int timeout_ms);

/* There may be events that another node made. Any thread. */
void webhook_out_look(struct webhook_out *out);

struct webhook_out_stats {
	int64_t posted, taken, refused; /* attempts */
	int64_t inflight, paused;       /* now: attempts on the wire, hooks that take nothing */
};
void webhook_out_stats(struct webhook_out *out, struct webhook_out_stats *ret);
