/* Opening: the writer, the schema, what the installation keeps of itself, the readers, the thread. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statements.h"
#include "store/backup.h"
#include "store/store_internal.h"

#define RECONNECT_US 500000
#define VERSION_TABLE "{one_at_a_time} CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"

/* ---- migrations ---- */

static int read_version(struct sql_db *db, int *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_script(db, VERSION_TABLE) < 0 || sql_query_text(db, "SELECT version FROM schema_version", NULL, 0, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got < 0)
		return -1;
	*ret = got ? (int)sql_col_int(rows, 0) : 0;
	return 0;
}

static int write_version(struct sql_db *db, int version)
{
	char text[128];
	snprintf(text, sizeof(text), "DELETE FROM schema_version; INSERT INTO schema_version (version) VALUES (%d)", version);
	return sql_script(db, text);
}

/* All that is missing, in one transaction. */
static int migrate(struct sql_db *db, struct err *err)
{
	int version = 0;
	if (sql_begin(db) < 0 || read_version(db, &version) < 0)
		return err_set(err, "the database cannot be read: %s", sql_error(db));
	if (version > n_store_migrations)
		return err_set(err,
		               "the database is of a newer version of crier (schema %d; this program knows %d): use that "
		               "version, or restore an older backup",
		               version, n_store_migrations);
	for (int i = version; i < n_store_migrations; i++)
		if (sql_script(db, store_migrations[i].text) < 0)
			return err_set(err, "migration %s failed: %s", store_migrations[i].name, sql_error(db));
	if (version < n_store_migrations && write_version(db, n_store_migrations) < 0)
		return err_set(err, "the schema's version cannot be written: %s", sql_error(db));
	if (sql_commit(db) < 0)
		return err_set(err, "the migrations cannot be committed: %s", sql_error(db));
	return 0;
}

/* ---- what the installation keeps of itself ---- */

/* The value of a setting, made at random where it is not there yet. */
static int random_setting(struct sql_db *db, const char *name, unsigned char *ret, size_t n_bytes)
{
	unsigned char fresh[64];
	randombytes_buf(fresh, n_bytes);
	if (sql_run(db, STMT_SETTING_WRITE, SQL_ARGS(sql_text(name), sql_blob(fresh, n_bytes)), NULL) < 0)
		return -1;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(db, STMT_SETTING_READ, SQL_ARGS(sql_text(name)), &rows) < 0 || sql_next(rows) != 1)
		return -1;
	size_t n = 0;
	const void *value = sql_col_blob(rows, 0, &n);
	if (n != n_bytes)
		return -1;
	memcpy(ret, value, n);
	return 0;
}

static int open_identity(struct store *store, struct err *err)
{
	unsigned char instance[4];
	if (sql_begin(store->writer) < 0 ||
	    random_setting(store->writer, "public_id_key", store->ids.byte, sizeof(store->ids.byte)) < 0 ||
	    random_setting(store->writer, "instance", instance, sizeof(instance)) < 0 || sql_commit(store->writer) < 0)
		return err_set(err, "the installation's own keys cannot be read: %s", sql_error(store->writer));
	sodium_bin2hex(store->instance, sizeof(store->instance), instance, sizeof(instance));
	return 0;
}

/* Made at the first start only: a database that had a key once has secrets under it. The mark of the key tells, not the schema:
 * a first start may have come as far as the schema and no further. */
static int may_make_key(struct store *store, bool *ret, struct err *err)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	int got = -1;
	if (sql_query(store->writer, STMT_SETTING_READ, SQL_ARGS(sql_text("key_mark")), &rows) < 0 || (got = sql_next(rows)) < 0)
		return err_set(err, "the key file's mark cannot be read: %s", sql_error(store->writer));
	*ret = got == 0;
	return 0;
}

/* A key file that belongs to another database would make every secret unreadable: told at the start, not at the first send. */
static int check_key(struct store *store, struct err *err)
{
	unsigned char mark[16], kept[16];
	crypto_generichash(mark, sizeof(mark), (const unsigned char *)"key file", 8, store->box_key, sizeof(store->box_key));
	if (sql_begin(store->writer) < 0 ||
	    sql_run(store->writer, STMT_SETTING_WRITE, SQL_ARGS(sql_text("key_mark"), sql_blob(mark, sizeof(mark))), NULL) < 0 ||
	    random_setting(store->writer, "key_mark", kept, sizeof(kept)) < 0 || sql_commit(store->writer) < 0)
		return err_set(err, "the key file's mark cannot be read: %s", sql_error(store->writer));
	if (sodium_memcmp(mark, kept, sizeof(mark)) != 0)
		return err_set(err, "the key file does not belong to this database: put back the one that was beside it");
	return 0;
}

/* ---- opening and closing ---- */

static int open_writer(struct store *store, const struct store_options *o, struct err *err)
{
	const struct sql_options sql = {.texts = store_texts, .n_texts = N_STMTS, .max_idle_ms = o->max_idle_ms};
	bool may_make = false;
	if (sql_open(o->url, &sql, &store->writer, err) < 0 || migrate(store->writer, err) < 0 || open_identity(store, err) < 0 ||
	    may_make_key(store, &may_make, err) < 0 || secret_key_file(o->key_file, may_make, store->box_key, err) < 0 ||
	    check_key(store, err) < 0)
		return -1;
	if (sql_prepare_all(store->writer, err) < 0)
		return err_prefix(err, "the database does not fit this program");
	store->tx = (struct store_tx){
		.db = store->writer, .ids = &store->ids, .instance = store->instance, .box_key = store->box_key};
	if (backup_awake(&store->tx, clock_now_ms(), &store->backup_ms, err) < 0)
		return -1;
	return sql_limit_locks(store->writer, err);
}

static int open_readers(struct store *store, const struct store_options *o, struct err *err)
{
	const struct sql_options sql = {.texts = store_texts, .n_texts = N_STMTS, .read_only = true};
	store->n_readers = o->n_readers ? o->n_readers : 4;
	store->reader = calloc(store->n_readers, sizeof(*store->reader));
	if (!store->reader)
		abort();
	for (unsigned i = 0; i < store->n_readers; i++) {
		store->reader[i].tx = store->tx;
		store->reader[i].tx.db = NULL;
		if (sql_open(o->url, &sql, &store->reader[i].tx.db, err) < 0)
			return -1;
	}
	return 0;
}

int store_open(const struct store_options *o, struct store **ret, struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, "libsodium cannot be used");
	struct store *store = calloc(1, sizeof(*store));
	if (!store)
		abort();
	pthread_mutex_init(&store->lock, NULL);
	pthread_mutex_init(&store->readers_lock, NULL);
	pthread_mutex_init(&store->watch_lock, NULL);
	pthread_cond_init(&store->news, NULL);
	pthread_cond_init(&store->room, NULL);
	pthread_cond_init(&store->reader_free, NULL);
	pthread_mutex_init(&store->generation_lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&store->generation_grew, &monotonic);
	pthread_condattr_destroy(&monotonic);
	store->max_jobs = o->max_jobs ? o->max_jobs : 4096;
	store->max_batch = o->max_batch ? o->max_batch : 512;
	store->inline_jobs = o->inline_jobs;
	if (open_writer(store, o, err) < 0 || open_readers(store, o, err) < 0 || jobs_start(store, err) < 0) {
		store_close(store);
		return -1;
	}
	*ret = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	jobs_stop(store);
	for (unsigned i = 0; store->reader && i < store->n_readers; i++)
		sql_close(store->reader[i].tx.db);
	free(store->reader);
	sql_close(store->writer);
	pthread_cond_destroy(&store->reader_free);
	pthread_cond_destroy(&store->room);
	pthread_cond_destroy(&store->news);
	pthread_mutex_destroy(&store->watch_lock);
	pthread_mutex_destroy(&store->readers_lock);
	pthread_cond_destroy(&store->generation_grew);
	pthread_mutex_destroy(&store->generation_lock);
	pthread_mutex_destroy(&store->lock);
	sodium_memzero(store->box_key, sizeof(store->box_key));
	free(store);
}

msec_t store_restored(const struct store *store)
{
	return store->backup_ms;
}

const struct pubid_key *store_ids(const struct store *store)
{
	return &store->ids;
}

const char *store_instance(const struct store *store)
{
	return store->instance;
}

/* ---- readers ---- */

struct store_tx *store_reader_take(struct store *store)
{
	struct store_reader *found = NULL;
	pthread_mutex_lock(&store->readers_lock);
	while (!found) {
		for (unsigned i = 0; i < store->n_readers && !found; i++)
			if (!store->reader[i].taken)
				found = &store->reader[i];
		if (!found)
			pthread_cond_wait(&store->reader_free, &store->readers_lock);
	}
	found->taken = true;
	pthread_mutex_unlock(&store->readers_lock);
	struct err err;
	int life = atomic_load(&store->life);
	bool is_old = found->life != life || !sql_connected(found->tx.db);
	found->life = life;
	if (is_old && clock_mono_us() >= found->reconnect_at_us && sql_reconnect(found->tx.db, &err) < 0)
		found->reconnect_at_us = clock_mono_us() + RECONNECT_US; /* its first statement fails and says so */
	return &found->tx;
}

int store_snapshot(struct store_tx *tx)
{
	struct store_reader *reader = (struct store_reader *)tx;
	if (sql_begin_read(tx->db) < 0)
		return -1;
	reader->snapshot = true;
	return 0;
}

bool store_is_postgresql(const struct store_tx *tx)
{
	return sql_engine(tx->db) == SQL_POSTGRESQL;
}

bool store_is_lost(const struct store_tx *tx)
{
	return !sql_connected(tx->db);
}

void store_reader_put(struct store *store, struct store_tx *tx)
{
	struct store_reader *reader = (struct store_reader *)tx;
	if (reader->snapshot)
		sql_rollback(tx->db);
	pthread_mutex_lock(&store->readers_lock);
	reader->snapshot = false;
	reader->taken = false;
	pthread_cond_signal(&store->reader_free);
	pthread_mutex_unlock(&store->readers_lock);
}
