/* The store thread: many jobs, one commit, and one that fails spoils nobody else's. The readers beside it. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/store_internal.h"
#include "store/test_world.h"

static struct world *threaded(void **state, size_t max_jobs, size_t max_batch)
{
	struct world *w = world_bare(state);
	struct store_options options = world_options(w, false);
	struct err err;
	options.max_jobs = max_jobs;
	options.max_batch = max_batch;
	if (store_open(&options, &w->store, &err) < 0)
		fail_msg("%s", err.text);
	return w;
}

/* A job that writes one setting, then ends as it was told. */
struct job {
	struct store *store;
	const char *name;
	bool breaks; /* a statement of it fails */
	int result;  /* of run, when none fails */
	atomic_int told, n_done;
	atomic_int n_runs;
	int64_t seen; /* settings that a reader saw when `done` came */
	sem_t done;
};

static void job_init(struct job *job, struct world *w, const char *name, int result)
{
	*job = (struct job){.store = w->store, .name = name, .result = result};
	sem_init(&job->done, 0, 0);
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem) < 0 && errno == EINTR)
		;
}

static int64_t count_in(struct store_tx *tx)
{
	return engines_int(tx->db, "SELECT COUNT(*) FROM setting WHERE name LIKE 'test%'");
}

static int64_t count(struct store *store)
{
	struct store_tx *tx = store_reader_take(store);
	int64_t n = count_in(tx);
	store_reader_put(store, tx);
	return n;
}

static int run_job(struct store_tx *tx, void *arg)
{
	struct job *job = arg;
	job->n_runs++;
	if (sql_run(tx->db, STMT_SETTING_WRITE, SQL_ARGS(sql_text(job->name), sql_blob("x", 1)), NULL) < 0)
		return -1;
	if (job->breaks && sql_script(tx->db, "INSERT INTO setting (name) VALUES (NULL)") < 0)
		return -1;
	return job->result;
}

static void done_job(int result, void *arg)
{
	struct job *job = arg;
	job->seen = count(job->store);
	job->told = result;
	job->n_done++;
	sem_post(&job->done);
}

/* A job that keeps the thread busy, so that what is submitted meanwhile waits together. */
struct gate {
	sem_t entered, leave;
};

static int run_gate(struct store_tx *tx, void *arg)
{
	struct gate *gate = arg;
	(void)tx;
	sem_post(&gate->entered);
	wait_for(&gate->leave);
	return 0;
}

static void gate_close(struct gate *gate, struct store *store)
{
	sem_init(&gate->entered, 0, 0);
	sem_init(&gate->leave, 0, 0);
	assert_int_equal(store_submit(store, run_gate, NULL, gate), 0);
	wait_for(&gate->entered);
}

static int64_t commits(struct store *store)
{
	struct store_stats stats;
	store_stats(store, &stats);
	return stats.commits;
}

static void one_failure_spoils_nobody_elses_work(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct gate gate;
	struct job job[5];
	static const char *const names[] = {"test1", "test2", "test3", "test4", "test5"};
	static const int results[] = {0, 7, 0, -1, 0};
	for (int i = 0; i < 5; i++)
		job_init(&job[i], w, names[i], results[i]);
	job[2].breaks = true;
	gate_close(&gate, w->store);
	for (int i = 0; i < 5; i++)
		assert_int_equal(store_submit(w->store, run_job, done_job, &job[i]), 0);
	struct store_stats stats;
	store_stats(w->store, &stats);
	assert_int_equal(stats.waiting, 5);
	int64_t before = commits(w->store);
	sem_post(&gate.leave);
	for (int i = 0; i < 5; i++)
		wait_for(&job[i].done);
	static const int told[] = {0, 7, -1, -1, 0};
	for (int i = 0; i < 5; i++) {
		assert_int_equal(job[i].told, told[i]);
		assert_int_equal(job[i].n_done, 1);
	}
	assert_int_equal(count(w->store), 2);
	assert_int_equal(commits(w->store) - before, 2); /* the gate's, and one for all five */
	store_stats(w->store, &stats);
	assert_int_equal(stats.jobs, 6);
	assert_int_equal(stats.failed, 2);
	assert_int_equal(stats.waiting, 0);
}

static void done_comes_after_the_commit(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct gate gate;
	struct job job[3];
	static const char *const names[] = {"test1", "test2", "test3"};
	gate_close(&gate, w->store);
	for (int i = 0; i < 3; i++) {
		job_init(&job[i], w, names[i], 0);
		assert_int_equal(store_submit(w->store, run_job, done_job, &job[i]), 0);
	}
	assert_int_equal(count(w->store), 0);
	sem_post(&gate.leave);
	for (int i = 0; i < 3; i++)
		wait_for(&job[i].done);
	for (int i = 0; i < 3; i++)
		assert_int_equal(job[i].seen, 3);
}

static void a_batch_has_a_maximum(void **state)
{
	struct world *w = threaded(state, 0, 2);
	struct gate gate;
	struct job job[5];
	static const char *const names[] = {"test1", "test2", "test3", "test4", "test5"};
	gate_close(&gate, w->store);
	int64_t before = commits(w->store);
	for (int i = 0; i < 5; i++) {
		job_init(&job[i], w, names[i], 0);
		assert_int_equal(store_submit(w->store, run_job, done_job, &job[i]), 0);
	}
	sem_post(&gate.leave);
	for (int i = 0; i < 5; i++)
		wait_for(&job[i].done);
	static const int64_t seen[] = {2, 2, 4, 4, 5};
	for (int i = 0; i < 5; i++)
		assert_int_equal(job[i].seen, seen[i]);
	assert_int_equal(commits(w->store) - before, 4);
}

static void a_full_mailbox_refuses(void **state)
{
	struct world *w = threaded(state, 2, 0);
	struct gate gate;
	struct job job[3];
	static const char *const names[] = {"test1", "test2", "test3"};
	gate_close(&gate, w->store);
	for (int i = 0; i < 3; i++) {
		job_init(&job[i], w, names[i], 0);
		assert_int_equal(store_submit(w->store, run_job, done_job, &job[i]), i == 2);
	}
	sem_post(&gate.leave);
	wait_for(&job[0].done);
	wait_for(&job[1].done);
	assert_int_equal(store_submit(w->store, run_job, done_job, &job[2]), 0);
	wait_for(&job[2].done);
	assert_int_equal(job[2].n_done, 1);
	assert_int_equal(count(w->store), 3);
}

static void closing_finishes_what_waits(void **state)
{
	enum { N = 100 };
	struct world *w = threaded(state, 0, 8);
	static struct job job[N];
	static char names[N][16];
	for (int i = 0; i < N; i++) {
		snprintf(names[i], sizeof(names[i]), "test%d", i);
		job_init(&job[i], w, names[i], 0);
		assert_int_equal(store_submit(w->store, run_job, done_job, &job[i]), 0);
	}
	store_close(w->store);
	w->store = NULL;
	for (int i = 0; i < N; i++) {
		assert_int_equal(job[i].n_done, 1);
		assert_int_equal(job[i].told, 0);
	}
	struct store_options options = world_options(w, true);
	struct err err;
	assert_int_equal(store_open(&options, &w->store, &err), 0);
	assert_int_equal(count(w->store), N);
}

static int run_value(struct store_tx *tx, void *arg)
{
	(void)tx;
	return *(int *)arg;
}

static void a_call_gives_what_the_job_gave(void **state)
{
	struct world *w = threaded(state, 0, 0);
	static const int values[] = {0, 1, 2, -1};
	for (int i = 0; i < 4; i++) {
		int value = values[i];
		assert_int_equal(store_call(w->store, run_value, &value), value);
	}
}

static void *call_often(void *arg)
{
	struct job *job = arg;
	for (int i = 0; i < 50; i++)
		job->n_done += store_call(job->store, run_job, job) == 0;
	return NULL;
}

static void callers_wait_for_room_in_the_mailbox(void **state)
{
	enum { N = 8 };
	struct world *w = threaded(state, 1, 0);
	static const char *const names[N] = {"test1", "test2", "test3", "test4", "test5", "test6", "test7", "test8"};
	struct job job[N];
	pthread_t thread[N];
	for (int i = 0; i < N; i++) {
		job_init(&job[i], w, names[i], 0);
		assert_int_equal(pthread_create(&thread[i], NULL, call_often, &job[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(job[i].n_done, 50);
	}
	assert_int_equal(count(w->store), N);
}

static void submit_again(int result, void *arg)
{
	struct job *job = arg;
	assert_int_equal(result, 0);
	assert_int_equal(store_submit(job->store, run_job, done_job, job), 0);
}

static void a_job_may_submit_the_next_when_it_is_done(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct job job;
	job_init(&job, w, "test1", 0);
	assert_int_equal(store_submit(w->store, run_job, submit_again, &job), 0);
	wait_for(&job.done);
	assert_int_equal(job.n_done, 1);
}

static void inline_jobs_run_at_once(void **state)
{
	struct world *w = world_empty(state);
	struct job good, bad, broken;
	job_init(&good, w, "test1", 0);
	job_init(&bad, w, "test2", 3);
	job_init(&broken, w, "test3", 0);
	broken.breaks = true;
	assert_int_equal(store_submit(w->store, run_job, done_job, &good), 0);
	assert_int_equal(good.n_done, 1);
	assert_int_equal(good.seen, 1);
	assert_int_equal(store_submit(w->store, run_job, done_job, &bad), 0);
	assert_int_equal(bad.told, 3);
	assert_int_equal(store_call(w->store, run_job, &broken), -1);
	assert_int_equal(count(w->store), 1);
}

/* ---- readers ---- */

static void a_snapshot_stays_the_same_moment(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct job first, second;
	job_init(&first, w, "test1", 0);
	job_init(&second, w, "test2", 0);
	struct store_tx *still = store_reader_take(w->store), *live = store_reader_take(w->store);
	assert_int_equal(store_snapshot(still), 0);
	assert_int_equal(count_in(still), 0);
	assert_int_equal(store_call(w->store, run_job, &first), 0);
	assert_int_equal(count_in(still), 0);
	assert_int_equal(count_in(live), 1);
	assert_int_equal(store_call(w->store, run_job, &second), 0);
	assert_int_equal(count_in(still), 0);
	assert_int_equal(count_in(live), 2);
	store_reader_put(w->store, still);
	still = store_reader_take(w->store);
	assert_int_equal(count_in(still), 2);
	store_reader_put(w->store, still);
	store_reader_put(w->store, live);
}

static void a_reader_cannot_write(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct job job;
	job_init(&job, w, "test1", 0);
	struct store_tx *tx = store_reader_take(w->store);
	assert_int_equal(run_job(tx, &job), -1);
	store_reader_put(w->store, tx);
	assert_int_equal(count(w->store), 0);
}

static void *take_one(void *arg)
{
	struct job *job = arg;
	job->seen = count(job->store);
	job->n_done = 1;
	return NULL;
}

static void a_reader_is_waited_for(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct store_tx *one = store_reader_take(w->store), *two = store_reader_take(w->store);
	assert_ptr_not_equal(one, two);
	struct job job;
	pthread_t thread;
	job_init(&job, w, "test1", 0);
	assert_int_equal(pthread_create(&thread, NULL, take_one, &job), 0);
	assert_int_equal(store_call(w->store, run_job, &job), 0);
	assert_int_equal(job.n_done, 0);
	store_reader_put(w->store, one);
	pthread_join(thread, NULL);
	assert_int_equal(job.seen, 1);
	store_reader_put(w->store, two);
}

static void *await_news(void *arg)
{
	struct job *job = arg;
	job->seen = (int64_t)store_generation(job->store, (uint64_t)job->seen, 60000);
	return NULL;
}

static void a_commit_is_news(void **state)
{
	struct world *w = threaded(state, 0, 0);
	struct job job;
	pthread_t thread;
	job_init(&job, w, "test1", 0);
	uint64_t before = store_generation(w->store, 0, 0);
	assert_int_equal(store_generation(w->store, before, 1), before);
	job.seen = (int64_t)before;
	assert_int_equal(pthread_create(&thread, NULL, await_news, &job), 0);
	assert_int_equal(store_call(w->store, run_value, &(int){0}), 0);
	pthread_join(thread, NULL);
	assert_true((uint64_t)job.seen > before);
	assert_int_equal(store_generation(w->store, before, 60000), job.seen);
}

/* Another server's lock is waited for in short turns, so that two that wait for each other both go on; nothing is done twice. */
static void a_lock_of_another_is_tried_again(void **state)
{
	static char lock[] = "INSERT INTO setting (name, value) VALUES ('test1', 'theirs')";
	struct world *w = threaded(state, 0, 0);
	struct sql_db *other = engines_connect(w->url, &(struct sql_options){.n_texts = 0});
	struct job job, behind;
	job_init(&job, w, "test1", 0);
	job_init(&behind, w, "test2", 0);
	assert_int_equal(sql_begin(other), 0);
	assert_int_equal(sql_script(other, lock), 0);
	assert_int_equal(store_submit(w->store, run_job, done_job, &job), 0);
	assert_int_equal(store_submit(w->store, run_job, done_job, &behind), 0);
	while (job.n_runs < 2)
		sched_yield();
	assert_int_equal(job.n_done, 0);
	sql_rollback(other);
	wait_for(&job.done);
	wait_for(&behind.done);
	assert_int_equal(job.told, 0);
	assert_int_equal(behind.told, 0);
	assert_int_equal(count(w->store), 2);
	struct store_stats stats;
	store_stats(w->store, &stats);
	assert_int_equal(stats.jobs, 2);
	assert_int_equal(stats.failed, 0);
	sql_close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(one_failure_spoils_nobody_elses_work),
		WORLD_ON_BOTH(done_comes_after_the_commit),
		WORLD_ON_BOTH(a_batch_has_a_maximum),
		WORLD_ON_BOTH(a_full_mailbox_refuses),
		WORLD_ON_BOTH(closing_finishes_what_waits),
		WORLD_ON_BOTH(a_call_gives_what_the_job_gave),
		WORLD_ON_BOTH(callers_wait_for_room_in_the_mailbox),
		WORLD_ON_BOTH(a_job_may_submit_the_next_when_it_is_done),
		WORLD_ON_BOTH(inline_jobs_run_at_once),
		WORLD_ON_BOTH(a_snapshot_stays_the_same_moment),
		WORLD_ON_BOTH(a_reader_cannot_write),
		WORLD_ON_BOTH(a_reader_is_waited_for),
		WORLD_ON_BOTH(a_commit_is_news),
		WORLD_ON_POSTGRESQL(a_lock_of_another_is_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
