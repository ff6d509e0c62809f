#pragma once
/* The simulator of Meta's WhatsApp Cloud API: answers as Meta does, sends signed webhooks back, and keeps
 * its own record of what it took. Written from Meta's documentation only; it shares neither wa/ nor
 * delivery/ with the server, so it cannot share their mistakes.
 *
 * Everything random comes from one seed and from the request itself (recipient, how often it was asked),
 * never from the order in which threads happen to run: the same requests get the same fate again. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sim;
struct sim_options; /* the table of settings: sim/options.def */

/* Settings with their defaults; destroy with sim_options_destroy. */
struct sim_options *sim_options_create(void);
void sim_options_destroy(struct sim_options *options);
/* Set one by its name on the command line without dashes ("webhook-url", "ceiling", …); -1 with a
 * sentence naming the option and the rule, or the nearest name when unknown. */
must_check int sim_options_set(struct sim_options *options, const char *name, const char *value, struct err *err);
/* Whether the option is on or off, so that its name may stand alone on a command line (meaning "on"). */
bool sim_options_is_flag(const char *name);
/* Append two lines an option, for --help. */
struct buf;
void sim_options_help(struct buf *out);

must_check int sim_start(const struct sim_options *options, struct sim **ret, struct err *err);
uint16_t sim_port(const struct sim *sim);
void sim_stop(struct sim *sim); /* NULL is fine */
