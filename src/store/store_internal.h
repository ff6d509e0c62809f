#pragma once
/* Inside store: the parts of struct store that store.c, jobs.c and migrate share. */

#include <pthread.h>
#include <stdatomic.h>

#include "sql/sql.h"
#include "store/store.h"

struct store_job {
	store_run_fn *run;
	store_done_fn *done;
	void *arg;
	int result;
};

struct store_reader {
	struct store_tx tx; /* first: a reader is known by it */
	bool taken, snapshot;
	usec_t reconnect_at_us;
	int life; /* of the store, when it connected */
};

struct store {
	struct sql_db *writer;
	struct store_tx tx;
	struct pubid_key ids;
	char instance[9];
	unsigned char box_key[32];
	msec_t backup_ms; /* of the backup that was restored; -1 none */
	bool inline_jobs, troubled;

	/* the mailbox: a ring, and the thread that empties it */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t news, room;
	struct store_job *ring;
	size_t max_jobs, first, n_jobs, max_batch;
	atomic_bool closing;
	atomic_int_fast64_t jobs, commits, failed;
	atomic_int life;        /* grows when the database is there again: connections of before are worth nothing */
	usec_t reconnect_at_us; /* the store thread's */
	int reconnect_pause_ms;

	/* who is told of new events */
	pthread_mutex_t watch_lock;
	void (*tell)(void *arg);
	void *tell_arg;

	/* commits, for those who wait for news */
	pthread_mutex_t generation_lock;
	pthread_cond_t generation_grew;
	uint64_t generation;

	/* readers */
	pthread_mutex_t readers_lock;
	pthread_cond_t reader_free;
	struct store_reader *reader;
	unsigned n_readers;
};

must_check int jobs_start(struct store *store, struct err *err);
void jobs_stop(struct store *store);

/* 32 bytes of the key file; made when it is missing and `may_make`. */
must_check int secret_key_file(const char *path, bool may_make, unsigned char ret[32], struct err *err);
