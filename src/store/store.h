#pragma once
/* The only room with SQL. One writer: the store thread takes jobs from a bounded mailbox and commits many in
 * one transaction (group commit), each job in its own savepoint, so that one failure spoils nobody else's.
 * A job's `done` comes when its work is durable. Readers have connections of their own.
 *
 * Repositories (accounts.h, campaigns.h, ledger.h, …) are functions over a struct store_tx: inside a job it is the
 * writer's, from store_reader_take it is a reader's, which must not write. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/activity.h"

struct store;
struct sql_db;

struct store_options {
	const char *url;      /* sqlite:PATH or postgresql://… */
	const char *key_file; /* 32 bytes that seal secrets; made with mode 0600 when missing and the database is new */
	size_t max_jobs;      /* mailbox; 0 means 4,096 */
	size_t max_batch;     /* jobs in one transaction; 0 means 512 */
	unsigned n_readers;   /* 0 means 4 */
	int max_idle_ms;      /* as sql_options.max_idle_ms */
	bool inline_jobs;     /* no thread: store_submit runs the job at once, in its own transaction (tests on virtual time) */
};

/* Open, migrate (in one transaction; a database newer than the program is refused with a sentence), start the thread. */
must_check int store_open(const struct store_options *options, struct store **ret, struct err *err);
/* Finish what is in the mailbox, stop the thread, close. */
void store_close(struct store *store);

/* When the backup was made that was opened now for the first time: all that it would send is held (store/backup.h). -1: none. */
msec_t store_restored(const struct store *store);

/* Who asks for what a job does; the server itself, unless the job says otherwise before its first change. */
struct store_actor {
	enum activity_actor kind;
	int64_t key_no; /* of ACTOR_KEY */
};

struct store_tx {
	/* the same for the life of the database */
	struct sql_db *db;
	const struct pubid_key *ids;
	const char *instance;         /* 8 hex digits, in every ledger key we send */
	const unsigned char *box_key; /* 32 bytes */
	struct store_actor actor;     /* of the present job, for the log (store/activity.h) */
	bool has_events;              /* set where an event of a user's webhook was added: store_watch tells of it */
};
const struct pubid_key *store_ids(const struct store *store);
const char *store_instance(const struct store *store);

/* What `done` and store_call tell when the database was lost: nothing of the work stands, or, where only the answer to the commit
 * was lost, all of it. */
#define STORE_LOST (-2)

/* Runs on the store thread inside a savepoint. 0 keeps its work; anything else undoes it, and is told to `done`. Also
 * undone, with -1: when the commit failed. While the database is away jobs are told STORE_LOST at once. `run` may be called again
 * for another try after such a failure, so its results must be written anew each time. */
typedef int store_run_fn(struct store_tx *tx, void *arg);
/* Inside a job: run in a savepoint of its own. 0 keeps its work; else its work alone is undone, and the job goes on: 1 when `run`
 * failed, -1 when the transaction did. */
must_check int store_attempt(struct store_tx *tx, store_run_fn *run, void *arg);
/* On the store thread, after the commit. Short; no store_call from here (store_submit is fine). */
typedef void store_done_fn(int result, void *arg);

/* 0, or 1 when the mailbox is full or the store is closing: nothing was kept, `done` will not come. Any thread. */
must_check int store_submit(struct store *store, store_run_fn *run, store_done_fn *done, void *arg);
/* Submit and wait (also for room in the mailbox): for threads that may wait. Returns what `run` returned, -1, or STORE_LOST. */
must_check int store_call(struct store *store, store_run_fn *run, void *arg);

/* Borrow a read connection; waits for one. Each take sees the latest commit; within one take, `store_snapshot` makes
 * several reads see the same moment (ended by put). */
struct store_tx *store_reader_take(struct store *store);
void store_reader_put(struct store *store, struct store_tx *tx);
must_check int store_snapshot(struct store_tx *tx);
/* Is it PostgreSQL, or SQLite? */
bool store_is_postgresql(const struct store_tx *tx);
/* Is the failure of a read that the database is away? */
bool store_is_lost(const struct store_tx *tx);

/* `news` is called on the store thread after a commit that added events of user's webhooks; short. After store_watch with NULL
 * has returned, it is called no more. */
void store_watch(struct store *store, void (*news)(void *arg), void *arg);
/* How many commits this process has made: what was read before it grew may be old. Waits until it is not `seen`, at most
 * `timeout_ms`; 0 does not wait. Any thread. */
uint64_t store_generation(struct store *store, uint64_t seen, int timeout_ms);

/* Counters of the store thread, for metrics: jobs, commits, the mailbox now. */
struct store_stats {
	int64_t jobs, commits, failed, waiting;
};
void store_stats(struct store *store, struct store_stats *ret);
