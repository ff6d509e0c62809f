#pragma once
/* The simulator of Meta's WhatsApp Cloud API: answers as Meta does, sends signed webhooks back, and keeps
 * its own record of what it took. Written from Meta's documentation only; it shares neither wa/ nor
 * delivery/ with the server, so it cannot share their mistakes.
 *
 * Everything random comes from one seed and from the request itself (recipient, how often it was asked),
 * never from the order in which threads happen to run: the same requests get the same fate again, and the
 * same message ids. Two runs over one database therefore want two seeds.
 *
 * Access tokens that begin with `token-prefix` are good, `EAAexpired…` has expired. Accounts and phone numbers
 * come into being by their first use; a phone number belongs to the account that its token used last, until a
 * template of an account was sent through it.
 *
 * Beside the Graph API (with or without a version in the path), without a token, under /_sim/:
 *   GET  ledger           {"recipients","users","taken","doubles","repeats","refused","sent","delivered","read","failed",
 *                         "pending","first_taken_ms","last_taken_ms"}: how often a message was *taken*. Counts of
 *                         sent, delivered, read and failed are of recipients, by their best status, as decided,
 *                         whether or not the webhook was lost on purpose. doubles = taken - recipients; repeats
 *                         are those with the same template and parameters. A recipient is one user under one
 *                         phone number, known by wa_id; users counts each of them once over all phone numbers
 *   GET  ledger?to=N      {"to","by_number":[{…,"wamids"}],"taken","refused"}
 *   GET  ledger?after=N   {"data":[…],"next"}: 1,000 recipients from place N on (0 first), in order of coming
 *   GET  stats            counters (sim/stats.def), the state of the webhook, phone numbers
 *   GET  faults           the settings that may change
 *   POST faults           {"ceiling":1000,"reset-after":"2%",…}: all are taken over, or none
 *   POST webhook          {"url","app_secret","verify_token"}; what is left out stays. With a token the target is
 *                         asked for its challenge; GET stats tells what came of it. What waits goes to the new url
 *   POST reset            empties the ledger; statuses still to come are dropped, and webhooks that wait. Accounts,
 *                         numbers, templates and the counters of GET stats stay
 *   POST inbound          {"from","phone_number_id","text"}, or "button" with "payload" and "context" (a wamid), or
 *                         "preference":"stop"|"resume"; also "name". The phone number may be left out by a user who got
 *                         a message
 *   POST numbers          {"phone_number_id","waba_id","display_phone_number"}: which account a phone number belongs to,
 *                         and its digits (by default the id itself when that has 8 to 14 digits, else made up)
 *   POST template         {"id"} with "status", "category", "correct_category" (tomorrow's) or "components": changes a
 *                         template and announces it
 *
 * A webhook is posted until it is answered 200, for up to 7 days, and none is lost while the target is down: beyond
 * what memory is set aside for, messages wait with their next status, and beyond `max-backlog` messages are refused
 * with 130429. */

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
const char *sim_host(const struct sim *sim); /* without brackets */
uint16_t sim_port(const struct sim *sim);
void sim_stop(struct sim *sim); /* NULL is fine */
