/* The store thread. Whatever waits in the mailbox becomes one transaction, each job in a savepoint of its own; one commit, one
 * fsync, makes all of them durable, and only then is anyone told. The busier the mailbox, the more jobs share a commit. */
#include <stdlib.h>
#include <time.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "store/store_internal.h"

#define RECONNECT_FIRST_MS 100
#define RECONNECT_MOST_MS 1000
#define MAX_TRIES 40 /* each ends soon, since nobody waits for another's locks for long */

/* What `run` returned, its work undone unless that is 0; *ret_broken when the transaction itself is lost. */
static int run_within(struct store_tx *tx, store_run_fn *run, void *arg, bool *ret_broken)
{
	if (sql_savepoint(tx->db) < 0) {
		*ret_broken = true;
		return -1;
	}
	int result = run(tx, arg);
	if (result == 0 && sql_release(tx->db) == 0)
		return 0;
	result = result == 0 ? -1 : result; /* what was sent has failed */
	if ((result < 0 && sql_failed_conflict(tx->db)) || sql_rollback_to(tx->db) < 0) {
		*ret_broken = true;
		return -1;
	}
	return result;
}

int store_attempt(struct store_tx *tx, store_run_fn *run, void *arg)
{
	bool broken = false;
	int result = run_within(tx, run, arg, &broken);
	return broken ? -1 : result == 0 ? 0 : 1;
}

static struct timespec after(clockid_t clock, int ms)
{
	struct timespec until;
	clock_gettime(clock, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

/* Tried now and then; whoever comes meanwhile is told at once that the database is away. */
static bool reconnect(struct store *store)
{
	struct err err;
	usec_t now = clock_mono_us();
	if (sql_connected(store->writer))
		return true;
	if (now < store->reconnect_at_us)
		return false;
	bool first = store->reconnect_pause_ms == 0;
	if (sql_reconnect(store->writer, &err) == 0) {
		store->reconnect_pause_ms = 0;
		atomic_fetch_add(&store->life, 1);
		if (!first)
			log_info("store", "the database is there again");
		return true;
	}
	if (first)
		log_error("store", "the database is away; trying again", log_t("error", err.text));
	store->reconnect_pause_ms = first ? RECONNECT_FIRST_MS : store->reconnect_pause_ms * 2;
	if (store->reconnect_pause_ms > RECONNECT_MOST_MS)
		store->reconnect_pause_ms = RECONNECT_MOST_MS;
	store->reconnect_at_us = clock_mono_us() + store->reconnect_pause_ms * 1000;
	return false;
}

/* 1 when the batch is to be run again: nothing of it stands, and another try may go well. */
static int batch_undone(struct store *store)
{
	bool conflict = sql_failed_conflict(store->writer);
	sql_rollback(store->writer);
	if (sql_connected(store->writer))
		return conflict ? 1 : -1;
	return reconnect(store) ? 1 : STORE_LOST;
}

static int batch_once(struct store *store, struct store_job *job, size_t n)
{
	if (!reconnect(store))
		return STORE_LOST;
	bool broken = sql_begin(store->writer) < 0;
	for (size_t i = 0; i < n && !broken; i++) {
		store->tx.actor = (struct store_actor){.kind = ACTOR_SERVER};
		job[i].result = run_within(&store->tx, job[i].run, job[i].arg, &broken);
	}
	if (broken)
		return batch_undone(store);
	FAILPOINT(commit_before);
	if (sql_commit(store->writer) == 0)
		return 0;
	if (sql_connected(store->writer))
		return batch_undone(store);
	sql_rollback(store->writer);
	return STORE_LOST; /* it may stand or not: it is not run again here */
}

/* Those whose work it was know only that it failed; why, the database says here, once until it is over. */
static void note_trouble(struct store *store, bool failed)
{
	if (failed && !store->troubled)
		log_error("store", "the database refuses changes", log_t("reason", sql_error(store->writer)));
	if (!failed && store->troubled)
		log_info("store", "the database takes changes again");
	store->troubled = failed;
}

static void tell_news(struct store *store)
{
	store->tx.has_events = false;
	pthread_mutex_lock(&store->watch_lock);
	if (store->tell)
		store->tell(store->tell_arg);
	pthread_mutex_unlock(&store->watch_lock);
}

static void generation_grow(struct store *store)
{
	pthread_mutex_lock(&store->generation_lock);
	store->generation++;
	pthread_cond_broadcast(&store->generation_grew);
	pthread_mutex_unlock(&store->generation_lock);
}

uint64_t store_generation(struct store *store, uint64_t seen, int timeout_ms)
{
	struct timespec until = after(CLOCK_MONOTONIC, timeout_ms);
	pthread_mutex_lock(&store->generation_lock);
	int rc = 0;
	while (store->generation == seen && timeout_ms > 0 && rc == 0)
		rc = pthread_cond_timedwait(&store->generation_grew, &store->generation_lock, &until);
	uint64_t now = store->generation;
	pthread_mutex_unlock(&store->generation_lock);
	return now;
}

static void run_batch(struct store *store, struct store_job *job, size_t n)
{
	int result = 1;
	for (int i = 0; result == 1 && i < MAX_TRIES; i++)
		result = batch_once(store, job, n);
	FAILPOINT(commit_after);
	store->commits++;
	generation_grow(store);
	bool failed = false;
	for (size_t i = 0; i < n; i++) {
		if (result != 0)
			job[i].result = result == STORE_LOST ? STORE_LOST : -1;
		failed = failed || job[i].result < 0;
	}
	note_trouble(store, failed);
	for (size_t i = 0; i < n; i++) {
		store->jobs++;
		store->failed += job[i].result < 0;
		if (job[i].done)
			job[i].done(job[i].result, job[i].arg);
	}
	FAILPOINT(commit_told);
	if (store->tx.has_events)
		tell_news(store);
}

static size_t take_batch(struct store *store, struct store_job *batch)
{
	pthread_mutex_lock(&store->lock);
	while (store->n_jobs == 0 && !store->closing)
		pthread_cond_wait(&store->news, &store->lock);
	size_t n = store->n_jobs < store->max_batch ? store->n_jobs : store->max_batch;
	for (size_t i = 0; i < n; i++)
		batch[i] = store->ring[(store->first + i) % store->max_jobs];
	store->first = (store->first + n) % store->max_jobs;
	store->n_jobs -= n;
	pthread_cond_broadcast(&store->room);
	pthread_mutex_unlock(&store->lock);
	return n;
}

static void *jobs_main(void *arg)
{
	struct store *store = arg;
	struct store_job *batch = calloc(store->max_batch, sizeof(*batch));
	if (!batch)
		abort();
	size_t n;
	while ((n = take_batch(store, batch)) > 0)
		run_batch(store, batch, n);
	free(batch);
	return NULL;
}

int jobs_start(struct store *store, struct err *err)
{
	if (store->inline_jobs)
		return 0;
	store->ring = calloc(store->max_jobs, sizeof(*store->ring));
	if (!store->ring)
		abort();
	if (pthread_create(&store->thread, NULL, jobs_main, store) != 0)
		return err_set(err, "the store thread could not be started");
	pthread_setname_np(store->thread, "store");
	store->has_thread = true;
	return 0;
}

void jobs_stop(struct store *store)
{
	pthread_mutex_lock(&store->lock);
	store->closing = true;
	pthread_cond_broadcast(&store->news);
	pthread_cond_broadcast(&store->room);
	pthread_mutex_unlock(&store->lock);
	if (store->has_thread)
		pthread_join(store->thread, NULL);
	free(store->ring);
}

static int submit_inline(struct store *store, const struct store_job *from)
{
	struct store_job job = *from;
	run_batch(store, &job, 1);
	return 0;
}

static int submit(struct store *store, const struct store_job *job, bool wait)
{
	if (store->inline_jobs)
		return submit_inline(store, job);
	pthread_mutex_lock(&store->lock);
	while (wait && store->n_jobs == store->max_jobs && !store->closing)
		pthread_cond_wait(&store->room, &store->lock);
	bool taken = store->n_jobs < store->max_jobs && !store->closing;
	if (taken) {
		store->ring[(store->first + store->n_jobs++) % store->max_jobs] = *job;
		pthread_cond_signal(&store->news);
	}
	pthread_mutex_unlock(&store->lock);
	return taken ? 0 : 1;
}

int store_submit(struct store *store, store_run_fn *run, store_done_fn *done, void *arg)
{
	return submit(store, &(struct store_job){.run = run, .done = done, .arg = arg}, false);
}

struct call {
	store_run_fn *run;
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
	int result;
};

static int call_run(struct store_tx *tx, void *arg)
{
	struct call *call = arg;
	return call->run(tx, call->arg);
}

static void call_done(int result, void *arg)
{
	struct call *call = arg;
	pthread_mutex_lock(&call->lock);
	call->result = result;
	call->is_done = true;
	pthread_cond_signal(&call->done);
	pthread_mutex_unlock(&call->lock);
}

int store_call(struct store *store, store_run_fn *run, void *arg)
{
	struct call call = {.run = run, .arg = arg, .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};
	if (submit(store, &(struct store_job){.run = call_run, .done = call_done, .arg = &call}, true) != 0)
		return -1;
	pthread_mutex_lock(&call.lock);
	while (!call.is_done)
		pthread_cond_wait(&call.done, &call.lock);
	pthread_mutex_unlock(&call.lock);
	pthread_cond_destroy(&call.done);
	pthread_mutex_destroy(&call.lock);
	return call.result;
}

void store_watch(struct store *store, void (*news)(void *arg), void *arg)
{
	pthread_mutex_lock(&store->watch_lock);
	store->tell = news;
	store->tell_arg = arg;
	pthread_mutex_unlock(&store->watch_lock);
}

void store_stats(struct store *store, struct store_stats *ret)
{
	pthread_mutex_lock(&store->lock);
	int64_t waiting = (int64_t)store->n_jobs;
	pthread_mutex_unlock(&store->lock);
	*ret = (struct store_stats){.jobs = store->jobs, .commits = store->commits, .failed = store->failed, .waiting = waiting};
}
