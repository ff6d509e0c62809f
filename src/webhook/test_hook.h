#pragma once
/* For tests of webhooks coming in: a real server on the loopback before a store with its thread, and what Meta sends. */

#include <semaphore.h>
#include <stdatomic.h>

#include "http/test_peer.h"
#include "store/test_world.h"
#include "webhook/in.h"

#define HOOK_VERIFY_TOKEN "the-verify-token"

struct hook {
	struct lease lease;
	struct world *w;
	struct webhook_in *in;
	struct http_server *server;
	atomic_int n_notified, n_missed;
};
extern struct hook hook;

#define HOOK_TEST(f)                                                  \
	{                                                             \
#f, f, NULL, hook_teardown, &engines_list[SQL_SQLITE] \
	}

/* A world whose store works in line, for what is to be there before. */
struct world *hook_open(void **state, int n);
/* From here on the store has its thread, webhooks and server run. max_jobs: a mailbox of so many, each
 * job a batch of its own; 0: the store's own. */
void hook_start(const char *verify_token, size_t max_jobs);
int hook_teardown(void **state);

int hook_connect(void);
void hook_get(const char *query, int status, const char *body); /* body NULL: any */
/* The value of X-Hub-Signature-256; good until the next call. */
const char *hook_sign(const char *secret, const char *body);
void hook_send(int fd, const char *body, const char *signature); /* NULL: without one */
struct peer_answer hook_post(const char *body, const char *signature);
void hook_post_signed(const char *body); /* rightly, and it is answered 200 */
/* A person with this number writes `stop`. */
const char *hook_stop_message(struct world *w, const char *from);

/* The one integer that a query yields, asked on the store's thread after all jobs before it. */
int64_t hook_ask(const char *text);
void hook_script(char *text);
struct webhook_in_stats hook_stats(void);
/* Until the inbox is empty and everything is counted. */
void hook_wait_until_applied(void);
void hook_wait_until_empty(void); /* the inbox alone */
void hook_wait_until_counted(int64_t n_applied);

/* Keep the store's thread busy from hook_block until `go` is posted; for a store with max_jobs. The mailbox holds one job from
 * then on, that of the thread which applies: it gives no second one before it is done. */
struct hook_block {
	sem_t begun, go;
};
void hook_block(struct hook_block *block);
void hook_wait_for_jobs(int64_t n);     /* in the store's mailbox */
void hook_wait_for_failures(int64_t n); /* jobs that the store could not do, since it was opened */
