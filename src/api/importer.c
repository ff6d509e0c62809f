/* The thread that takes one import after the other, and its folder. */
#include "api/importer.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/import_work.h"

#define RETRY_S 1
#define KEPT_MS HOUR_MS

struct importer {
	struct store *store;
	const struct lease *lease;
	char *folder;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	bool woken;
	atomic_bool closing;
};

struct next {
	struct arena *arena;
	struct import *import;
};

static int next_run(struct store_tx *tx, void *arg)
{
	struct next *next = arg;
	return import_next(tx, next->arena, next->import);
}

/* Everything there is to do. False: try again later. */
static bool work(struct importer *im)
{
	for (;;) {
		if (!lease_is_first(im->lease, clock_mono_us()))
			return true;
		arena_auto struct arena *arena = arena_create(4096);
		struct import import;
		struct next next = {arena, &import};
		int found = atomic_load(&im->closing) ? 1 : store_call(im->store, next_run, &next);
		bool ok = found == 0 ? import_work(im->store, im->folder, &import, arena, &im->closing) : found > 0;
		if (found != 0 || !ok)
			return ok;
	}
}

/* ---- the thread ---- */

static void wait_for_news(struct importer *im, bool retry)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RETRY_S;
	pthread_mutex_lock(&im->lock);
	int waited = 0;
	while (!im->woken && !atomic_load(&im->closing) && waited == 0)
		waited = retry ? pthread_cond_timedwait(&im->news, &im->lock, &until) : pthread_cond_wait(&im->news, &im->lock);
	im->woken = false;
	pthread_mutex_unlock(&im->lock);
}

struct file_question {
	const char *name;
	bool needed;
};

static int file_run(struct store_tx *tx, void *arg)
{
	struct file_question *q = arg;
	return import_needs_file(tx, q->name, &q->needed);
}

/* A young one may be another server's upload that becomes an import just now. */
static bool is_old(int folder, const char *name)
{
	struct stat st;
	return fstatat(folder, name, &st, 0) == 0 && (msec_t)st.st_mtime * 1000 < clock_now_ms() - KEPT_MS;
}

/* What a crash left of uploads that never became imports, and of imports that ended. */
static void clean_folder(struct importer *im)
{
	DIR *dir = opendir(im->folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		struct file_question q = {.name = entry->d_name};
		if (entry->d_name[0] == '.' || !is_old(dirfd(dir), entry->d_name) || store_call(im->store, file_run, &q) != 0 ||
		    q.needed)
			continue;
		unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

static void *importer_main(void *arg)
{
	struct importer *im = arg;
	while (!atomic_load(&im->closing))
		wait_for_news(im, !work(im));
	return NULL;
}

struct importer *importer_create(struct store *store, const char *folder, const struct lease *lease)
{
	struct importer *im = calloc(1, sizeof(*im));
	if (!im || !(im->folder = strdup(folder)))
		abort();
	im->store = store;
	im->lease = lease;
	pthread_mutex_init(&im->lock, NULL);
	pthread_cond_init(&im->news, NULL);
	clean_folder(im);
	if (pthread_create(&im->thread, NULL, importer_main, im) != 0)
		abort();
	return im;
}

void importer_wake(struct importer *im)
{
	pthread_mutex_lock(&im->lock);
	im->woken = true;
	pthread_cond_signal(&im->news);
	pthread_mutex_unlock(&im->lock);
}

void importer_destroy(struct importer *im)
{
	if (!im)
		return;
	pthread_mutex_lock(&im->lock);
	atomic_store(&im->closing, true);
	pthread_cond_signal(&im->news);
	pthread_mutex_unlock(&im->lock);
	pthread_join(im->thread, NULL);
	pthread_cond_destroy(&im->news);
	pthread_mutex_destroy(&im->lock);
	free(im->folder);
	free(im);
}
