#pragma once
/* The events of the user's webhooks: durable rows, made in the transaction of the change that they tell (hook_notes.h), taken
 * by webhook/out, kept a while after for whoever asks what was told. At most HOOK_MAX_WAITING wait a hook; beyond that the
 * oldest go and are counted. */

#include "store/hooks.h"

#define HOOK_MAX_WAITING 10000
#define HOOK_GIVE_UP_MS DAY_MS     /* after which comes the last try */
#define HOOK_LAST_TRY_MS MINUTE_MS /* that one's time; what had none by then, behind a target that is paused, is swept away */
#define HOOK_KEPT 10000            /* newest of a hook, that are settled */
#define HOOK_KEPT_MS (7 * DAY_MS)

/* ---- telling them ---- */

struct hook_due {
	int64_t no, subject;
	const char *body;
	int attempts; /* so far */
	msec_t since_ms;
};
/* The oldest events of a hook that may go now: their time has come, and none of the same subject waits before them. What
 * was taken and is not settled yet is given again. *ret_next: when the next of the others may go, -1 none. */
must_check int hook_events_due(struct store_tx *tx, int64_t hook_no, msec_t now, int max, struct arena *arena,
                               struct hook_due *ret, int *ret_n, msec_t *ret_next);

struct hook_result {
	int64_t hook_no, event_no, subject;
	enum hook_state state; /* HOOK_WAITING: to be tried again at next_ms, and those of its subject not before */
	int http_status;       /* 0: no answer */
	const char *reason;    /* why it was not taken, NULL when it was; borrowed */
	msec_t next_ms;
};
/* Events that are gone meanwhile are left alone; one that was given up and was taken all the same is delivered. */
must_check int hook_events_settle(struct store_tx *tx, const struct hook_result *results, int n, msec_t now);
/* Give up what was not taken in time, forget what is kept no longer. */
must_check int hook_events_tend(struct store_tx *tx, msec_t now);

/* ---- seen from outside ---- */

struct hook_event {
	int64_t no, hook_no;
	enum hook_state state;
	const char *body;
	int attempts, http_status; /* 0: no answer */
	const char *reason;        /* NULL none */
	msec_t next_ms, create_ms, done_ms;
};
/* 0, 1 unknown. The caller has seen that the hook is the account's. */
must_check int hook_event_read(struct store_tx *tx, int64_t hook_no, int64_t no, struct arena *arena, struct hook_event *ret);
/* `states`: bit a state, 0 any. */
must_check int hook_event_list(struct store_tx *tx, int64_t hook_no, unsigned states, struct page *page, struct arena *arena,
                               struct hook_event *ret, int *ret_n);
/* Tell it once more, now, whatever became of it. 1 unknown. */
must_check int hook_event_again(struct store_tx *tx, int64_t hook_no, int64_t no, msec_t now);
