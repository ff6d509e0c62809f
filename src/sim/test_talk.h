#pragma once
/* For tests: a running simulator, a plain client for it, and a webhook target that keeps what it gets. */

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "sim/sim.h"

struct talk {
	struct sim *sim;
	char token[64];
	const char *head; /* header lines instead of the usual ones, each with its line break; NULL */
	int status;       /* of the last answer; 0: the connection ended without one */
	char *body;       /* of the last answer */
	cJSON *tree;      /* the same, read */
};

/* Start a simulator on a free port with these options: name, value, …, NULL. No delays unless given. */
void talk_start(struct talk *talk, const char *const *options);
void talk_stop(struct talk *talk);
/* One call; `body` may be NULL. Returns the status. */
int talk_call(struct talk *talk, const char *method, const char *path, const char *body);
/* Send a call and leave its answer alone; the connection stays open until it is closed. */
int talk_leave(struct talk *talk, const char *method, const char *path, const char *body);
/* The error code in the last answer; 0 when there is none. */
int talk_code(const struct talk *talk);
/* A template message to `to` from phone number 600. */
int talk_send(struct talk *talk, const char *to, const char *template_name, const char *opaque);
/* An integer of GET /_sim/ledger or /_sim/stats. */
int64_t talk_number(struct talk *talk, const char *path, const char *key);

/* Ask (bounded) until no message is on its way to a further status. */
void talk_settle(struct talk *talk);

struct target;
struct target *target_start(void);
void target_stop(struct target *target);
const char *target_url(const struct target *target);
/* Take the target down, and let it come back under the same address; what came stays. */
void target_down(struct target *target);
void target_up(struct target *target);
/* The next `n` POSTs are answered with this status. */
void target_answer(struct target *target, int status, int n);
/* Wait (bounded) until what has come, taken together, holds `text` `n` times. */
bool target_wait(struct target *target, const char *text, int n);
int target_count(struct target *target, const char *text);
/* Whether every POST so far carried a signature that fits this secret. */
bool target_signed(struct target *target, const char *secret);
int target_posts(struct target *target);
