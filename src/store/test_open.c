/* Opening a store: new, again, of another version, with another key. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "statements.h"
#include "store/accounts.h"
#include "store/store_internal.h"
#include "store/test_world.h"

static void open_well(struct world *w)
{
	struct store_options options = world_options(w, true);
	struct err err = {""};
	if (store_open(&options, &w->store, &err) < 0)
		fail_msg("%s", err.text);
}

static void close_it(struct world *w)
{
	store_close(w->store);
	w->store = NULL;
}

/* With a sentence that says `words`. */
static void open_refused(struct world *w, const char *words)
{
	struct store_options options = world_options(w, true);
	struct err err = {""};
	struct store *store = NULL;
	assert_int_equal(store_open(&options, &store, &err), -1);
	assert_null(store);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void write_key(const struct world *w, const void *bytes, size_t n, mode_t mode)
{
	int fd = open(w->key_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void read_key(const struct world *w, unsigned char ret[32])
{
	int fd = open(w->key_file, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, ret, 32), 32);
	close(fd);
}

static void a_new_database_is_made(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	struct stat st;
	assert_int_equal(stat(w->key_file, &st), 0);
	assert_int_equal(st.st_size, 32);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(strlen(store_instance(w->store)), 8);
	assert_int_equal(strspn(store_instance(w->store), "0123456789abcdef"), 8);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM schema_version"), 1);
	assert_int_equal(world_int(w, "SELECT version FROM schema_version"), n_store_migrations);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger"), 0);
}

struct opening {
	struct store_options options;
	pthread_barrier_t *start;
	struct store *store;
	struct err err;
};

static void *open_at_once(void *arg)
{
	struct opening *o = arg;
	pthread_barrier_wait(o->start);
	if (store_open(&o->options, &o->store, &o->err) < 0)
		o->store = NULL;
	return NULL;
}

/* Servers that are started together for the first time: one makes the schema, the others find it. */
static void several_at_once_make_one(void **state)
{
	enum { n = 4 };
	struct world *w = world_bare(state);
	write_key(w, "0123456789abcdef0123456789abcdef", 32, 0600);
	struct opening o[n];
	pthread_t thread[n];
	pthread_barrier_t start;
	assert_int_equal(pthread_barrier_init(&start, NULL, n), 0);
	for (int i = 0; i < n; i++) {
		o[i] = (struct opening){.options = world_options(w, true), .start = &start};
		assert_int_equal(pthread_create(&thread[i], NULL, open_at_once, &o[i]), 0);
	}
	for (int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&start);
	for (int i = 0; i < n; i++) {
		if (!o[i].store)
			fail_msg("%s", o[i].err.text);
		assert_string_equal(store_instance(o[i].store), store_instance(o[0].store));
		assert_memory_equal(store_ids(o[i].store)->byte, store_ids(o[0].store)->byte, sizeof(struct pubid_key));
	}
	for (int i = 1; i < n; i++)
		store_close(o[i].store);
	w->store = o[0].store;
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM schema_version"), 1);
}

static void it_is_the_same_when_opened_again(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	struct pubid_key ids = *store_ids(w->store);
	char instance[9];
	strcpy(instance, store_instance(w->store));
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &no)), 0);
	close_it(w);
	open_well(w);
	assert_string_equal(store_instance(w->store), instance);
	assert_memory_equal(store_ids(w->store)->byte, ids.byte, sizeof(ids.byte));
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM account"), 1);
	assert_int_equal(world_int(w, "SELECT version FROM schema_version"), n_store_migrations);
}

static void two_installations_share_nothing(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	struct pubid_key ids = *store_ids(w->store);
	unsigned char key[32], other[32];
	read_key(w, key);
	close_it(w);
	world_teardown(state);
	w = world_bare(state);
	open_well(w);
	read_key(w, other);
	assert_memory_not_equal(key, other, 32);
	assert_memory_not_equal(store_ids(w->store)->byte, ids.byte, sizeof(ids.byte));
}

static void a_newer_database_is_refused_and_left_alone(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	world_script(w, "UPDATE schema_version SET version = %d", n_store_migrations + 1);
	close_it(w);
	open_refused(w, "newer version of crier");
	struct sql_db *db = engines_connect(w->url, &(struct sql_options){.n_texts = 0});
	assert_int_equal(engines_int(db, "SELECT version FROM schema_version"), n_store_migrations + 1);
	assert_int_equal(sql_script(db, "UPDATE schema_version SET version = version - 1"), 0);
	sql_close(db);
	open_well(w);
}

static void an_unknown_scheme_is_refused(void **state)
{
	struct world *w = world_bare(state);
	w->url = "mysql://localhost/crier";
	open_refused(w, "");
}

static void a_key_file_that_is_missing_is_refused(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	close_it(w);
	assert_int_equal(unlink(w->key_file), 0);
	open_refused(w, "which opens the stored secrets, cannot be read");
	assert_int_equal(access(w->key_file, F_OK), -1); /* and not made anew */
}

static void a_foreign_key_file_is_refused(void **state)
{
	struct world *w = world_bare(state);
	unsigned char key[32];
	open_well(w);
	close_it(w);
	read_key(w, key);
	key[31] ^= 1;
	write_key(w, key, 32, 0600);
	open_refused(w, "does not belong to this database");
	key[31] ^= 1;
	write_key(w, key, 32, 0600);
	open_well(w);
}

static void a_key_file_for_all_to_read_is_refused(void **state)
{
	struct world *w = world_bare(state);
	open_well(w);
	close_it(w);
	static const mode_t bad[] = {0644, 0640, 0604, 0610, 0602};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(w->key_file, bad[i]), 0);
		open_refused(w, "set its mode to 0600");
	}
	assert_int_equal(chmod(w->key_file, 0400), 0);
	open_well(w);
}

static void a_key_file_of_another_size_is_refused(void **state)
{
	struct world *w = world_bare(state);
	static const unsigned char bytes[33];
	write_key(w, bytes, 31, 0600);
	open_refused(w, "must hold 32 bytes");
	write_key(w, bytes, 33, 0600);
	open_refused(w, "must hold 32 bytes");
	write_key(w, bytes, 0, 0600);
	open_refused(w, "must hold 32 bytes");
}

static void a_first_start_without_a_place_for_the_key_can_be_repeated(void **state)
{
	struct world *w = world_bare(state);
	char place[320];
	strcpy(place, w->key_file);
	snprintf(w->key_file, sizeof(w->key_file), "%s/missing/key", w->folder);
	open_refused(w, "cannot be made");
	strcpy(w->key_file, place);
	open_well(w);
}

static void an_operator_may_bring_the_key(void **state)
{
	struct world *w = world_bare(state);
	unsigned char key[32], kept[32];
	memset(key, 0x5A, sizeof(key));
	write_key(w, key, sizeof(key), 0600);
	open_well(w);
	read_key(w, kept);
	assert_memory_equal(key, kept, sizeof(key));
	assert_memory_equal(w->store->box_key, key, sizeof(key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_new_database_is_made),
		WORLD_ON_POSTGRESQL(several_at_once_make_one),
		WORLD_ON_BOTH(it_is_the_same_when_opened_again),
		WORLD_ON_BOTH(two_installations_share_nothing),
		WORLD_ON_BOTH(a_newer_database_is_refused_and_left_alone),
		WORLD_ON_SQLITE(an_unknown_scheme_is_refused),
		WORLD_ON_BOTH(a_key_file_that_is_missing_is_refused),
		WORLD_ON_BOTH(a_foreign_key_file_is_refused),
		WORLD_ON_BOTH(a_key_file_for_all_to_read_is_refused),
		WORLD_ON_BOTH(a_key_file_of_another_size_is_refused),
		WORLD_ON_BOTH(a_first_start_without_a_place_for_the_key_can_be_repeated),
		WORLD_ON_BOTH(an_operator_may_bring_the_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
