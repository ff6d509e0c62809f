#include "api/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/newfile.h"
#include "base/text.h"
#include "http/client.h"
#include "http/target.h"
#include "store/activity.h"

#define PIECE_BYTES 65536
#define FETCH_TIMEOUT_MS 60000
#define FETCH_AGAIN_MS (10 * MINUTE_MS) /* as Meta itself does with links */
#define SWEEP_EVERY_MS HOUR_MS
#define FORGET_ROWS 1000 /* of the log, a transaction */
#define SWEEP_AGE_MS HOUR_MS

struct keeper {
	struct keeper_options options;
	struct event_base *base;
	struct event *news, *sweep;
	struct http_client *client;
	pthread_t thread;
	bool runs;
	pthread_mutex_t lock;
	struct keeper_task *first, **last; /* submitted */
	int n_tasks;
	bool stopping;
};

struct fetch {
	struct keeper *keeper;
	struct keeper_task *task;
	struct newfile file;
};

static void finish(struct keeper *k, struct keeper_task *task)
{
	pthread_mutex_lock(&k->lock);
	k->n_tasks--;
	pthread_mutex_unlock(&k->lock);
	task->done(task);
}

__attribute__((format(printf, 3, 4))) static void fault(struct keeper_task *task, enum fault_code code, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(task->why, sizeof(task->why), fmt, args);
	va_end(args);
	task->fault = code;
}

/* ---- judging a file ---- */

enum fault_code keeper_kind_fault(enum media_kind kind)
{
	switch (kind) {
	case MEDIA_IMAGE:
		return FAULT_MEDIA_IMAGE;
	case MEDIA_VIDEO:
		return FAULT_MEDIA_VIDEO;
	case MEDIA_DOCUMENT:
		return FAULT_MEDIA_DOCUMENT;
	case MEDIA_AUDIO:
	case MEDIA_STICKER:
		break;
	}
	return FAULT_MEDIA_INVALID;
}

/* What it is: as it was said, when the bytes do not say otherwise; as the bytes tell, when nothing was said. */
static const struct media_type *judge_type(struct keeper_task *task, const char *content_type, const void *head, size_t n_head)
{
	bool said = content_type && *content_type && strncasecmp(content_type, "application/octet-stream", 24) != 0 &&
	            strncasecmp(content_type, "binary/octet-stream", 19) != 0;
	const struct media_type *type = said ? media_type_find(content_type) : media_type_sniff(head, n_head);
	if (!type && said)
		fault(task, FAULT_MEDIA_INVALID, " is of a type that WhatsApp does not take: %.100s", content_type);
	else if (!type)
		fault(task, FAULT_MEDIA_INVALID, " is of no type that can be told from its bytes; give its Content-Type");
	else if (!media_type_fits(type, head, n_head))
		fault(task, keeper_kind_fault(type->kind), " is said to be %s, but its bytes are not", type->mime);
	return task->fault ? NULL : type;
}

static bool judge_size(struct keeper_task *task, const struct media_type *type, uint64_t n_bytes)
{
	int64_t most = media_kind_max_bytes(type->kind);
	if (n_bytes > (uint64_t)most)
		fault(task, keeper_kind_fault(type->kind), " is too large: WhatsApp takes a file of type %s up to %lld KB",
		      type->mime, (long long)(most >> 10));
	return !task->fault;
}

/* ---- keeping it ---- */

static void storage_fault(struct keeper_task *task)
{
	if (errno == ENOSPC || errno == EDQUOT)
		fault(task, FAULT_STORAGE_FULL, " cannot be kept: the server's disk is full");
	else
		fault(task, FAULT_INTERNAL, " cannot be kept: %s", strerror(errno));
	log_error("api", "a medium could not be kept", log_t("reason", strerror(errno)));
}

/* The hash of a piece of a file, which is written to another on the way where that is given (>= 0). */
static int hash_piece(int fd, uint64_t offset, uint64_t n_bytes, int copy_fd, char ret[MEDIA_SHA256_BYTES])
{
	crypto_hash_sha256_state state;
	unsigned char piece[PIECE_BYTES], hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_init(&state);
	while (n_bytes > 0) {
		ssize_t n = fd_read_at(fd, piece, n_bytes < sizeof(piece) ? n_bytes : sizeof(piece), offset);
		if (n <= 0 || (copy_fd >= 0 && fd_write(copy_fd, piece, (size_t)n) < 0))
			return -1;
		crypto_hash_sha256_update(&state, piece, (size_t)n);
		offset += (uint64_t)n;
		n_bytes -= (uint64_t)n;
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(ret, MEDIA_SHA256_BYTES, hash, sizeof(hash));
	return 0;
}

/* `file`, which holds these bytes alone, under its hash; when the piece is of another file it is copied there first. */
static void keep(struct keeper *k, struct keeper_task *task, struct newfile *file, int fd, uint64_t offset, uint64_t n_bytes)
{
	if (hash_piece(fd, offset, n_bytes, fd == file->fd ? -1 : file->fd, task->sha256) < 0 ||
	    newfile_keep(file, k->options.folder, task->sha256) < 0)
		storage_fault(task);
}

static bool judge(struct keeper_task *task, const char *content_type, int fd, uint64_t offset, uint64_t n_bytes)
{
	unsigned char head[MEDIA_HEAD_BYTES];
	ssize_t n = fd_read_at(fd, head, n_bytes < sizeof(head) ? n_bytes : sizeof(head), offset);
	if (n < 0)
		storage_fault(task);
	else if (n == 0)
		fault(task, FAULT_MEDIA_INVALID, " is empty");
	if (task->fault)
		return false;
	const struct media_type *type = judge_type(task, content_type, head, (size_t)n);
	if (!type || !judge_size(task, type, n_bytes))
		return false;
	task->medium = (struct medium){.account_no = task->account_no,
	                               .kind = type->kind,
	                               .mime_type = type->mime,
	                               .size = (int64_t)n_bytes,
	                               .sha256 = task->sha256,
	                               .file_name = task->file_name,
	                               .url = task->url};
	return true;
}

static void take_upload(struct keeper *k, struct keeper_task *task)
{
	struct newfile file = {.fd = -1};
	if (judge(task, task->content_type, task->fd, task->offset, task->n_bytes)) {
		if (newfile_open(k->options.folder, &file) < 0)
			storage_fault(task);
		else
			keep(k, task, &file, task->fd, task->offset, task->n_bytes);
	}
	newfile_drop(&file);
	finish(k, task);
}

/* ---- fetching ---- */

struct creation {
	struct keeper *keeper;
	struct keeper_task *task;
	msec_t now;
};

static int create_run(struct store_tx *tx, void *arg)
{
	const struct creation *c = arg;
	struct medium *m = &c->task->medium;
	int result = media_create(tx, m, c->keeper->options.account_bytes, c->now, &m->no);
	return result != 0 ? result : media_note_url(tx, m->account_no, c->task->url, m->no, c->now);
}

static void create_medium(struct keeper *k, struct keeper_task *task)
{
	struct creation c = {.keeper = k, .task = task, .now = clock_now_ms()};
	int result = store_call(k->options.store, create_run, &c);
	if (result == 1)
		fault(task, FAULT_STORAGE_FULL, " does not fit: the account's media may have %lld MB in all",
		      (long long)(k->options.account_bytes >> 20));
	else if (result < 0)
		fault(task, FAULT_INTERNAL, " could not be kept: the database failed");
}

static void take_answer(struct keeper *k, struct fetch *f, const struct http_answer *answer)
{
	struct keeper_task *task = f->task;
	struct stat st;
	if (answer->outcome == HTTP_CANCELED)
		fault(task, FAULT_OVERLOADED, " could not be fetched: the server is stopping");
	else if (answer->too_large)
		fault(task, FAULT_MEDIA_FETCH, " leads to a file of more than %lld KB, which WhatsApp does not take",
		      (long long)(task->max_bytes >> 10));
	else if (answer->outcome != HTTP_ANSWERED)
		fault(task, FAULT_MEDIA_FETCH, " could not be fetched: %s", answer->reason);
	else if (answer->status != 200)
		fault(task, FAULT_MEDIA_FETCH, " could not be fetched: its server answered with status %d%s", answer->status,
		      answer->status >= 300 && answer->status < 400 ? ", and redirects are not followed" : "");
	else if (fstat(f->file.fd, &st) < 0)
		storage_fault(task);
	else if (judge(task, answer->content_type, f->file.fd, 0, (uint64_t)st.st_size))
		keep(k, task, &f->file, f->file.fd, 0, (uint64_t)st.st_size);
	if (!task->fault)
		create_medium(k, task);
}

static void fetched(const struct http_answer *answer, void *arg)
{
	struct fetch *f = arg;
	struct keeper *k = f->keeper;
	struct keeper_task *task = f->task;
	take_answer(k, f, answer);
	newfile_drop(&f->file);
	free(f);
	finish(k, task);
}

/* True: it was fetched a short while ago, or this cannot be known. */
static bool is_known(struct keeper *k, struct keeper_task *task)
{
	struct store_tx *tx = store_reader_take(k->options.store);
	int64_t no = 0;
	int got = media_from_url(tx, task->account_no, task->url, clock_now_ms() - FETCH_AGAIN_MS, &no);
	arena_auto struct arena *arena = arena_create(1024);
	if (got == 0)
		got = media_read(tx, task->account_no, no, arena, &task->medium);
	store_reader_put(k->options.store, tx);
	if (got < 0)
		fault(task, FAULT_INTERNAL, " could not be looked up: the database failed");
	if (got != 0)
		return got < 0;
	snprintf(task->sha256, sizeof(task->sha256), "%s", task->medium.sha256);
	const struct media_type *type = media_type_find(task->medium.mime_type);
	task->medium = (struct medium){.no = no,
	                               .account_no = task->account_no,
	                               .kind = task->medium.kind,
	                               .mime_type = type ? type->mime : "",
	                               .size = task->medium.size,
	                               .sha256 = task->sha256,
	                               .url = task->url};
	return true;
}

static bool may_fetch(struct keeper *k, struct keeper_task *task)
{
	enum target_verdict verdict = target_judge(task->url);
	if (verdict == TARGET_NOT_HTTP)
		fault(task, FAULT_TEMPLATE_URL_INVALID, " must be an http or https URL");
	else if (verdict == TARGET_PRIVATE && !k->options.private_urls)
		fault(task, FAULT_TEMPLATE_URL_INVALID, " must lead to a public address");
	return !task->fault;
}

static void start_fetch(struct keeper *k, struct keeper_task *task)
{
	if (!may_fetch(k, task) || is_known(k, task)) {
		finish(k, task);
		return;
	}
	struct fetch *f = calloc(1, sizeof(*f));
	if (!f)
		abort();
	*f = (struct fetch){.keeper = k, .task = task, .file.fd = -1};
	if (newfile_open(k->options.folder, &f->file) < 0)
		storage_fault(task);
	else if (http_client_start(k->client,
	                           &(struct http_call_options){
					   .method = "GET",
					   .url = task->url,
					   .sink = &(struct http_sink){.fd = f->file.fd, .max_bytes = (uint64_t)task->max_bytes}},
	                           fetched, f) < 0)
		fault(task, FAULT_TEMPLATE_URL_INVALID, " must be an http or https URL");
	if (task->fault) {
		newfile_drop(&f->file);
		free(f);
		finish(k, task);
	}
}

/* ---- sweeping ---- */

static bool is_old(const char *path, msec_t now)
{
	struct stat st;
	return stat(path, &st) == 0 && (msec_t)st.st_mtime * 1000 < now - SWEEP_AGE_MS;
}

/* Files that no medium needs, and half ones that a crash left under a name. */
static void sweep(struct keeper *k)
{
	DIR *dir = opendir(k->options.folder);
	msec_t now = clock_now_ms();
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		char path[NEWFILE_PATH_BYTES];
		bool needed = false;
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", k->options.folder, entry->d_name);
		if (!is_old(path, now))
			continue;
		struct store_tx *tx = store_reader_take(k->options.store);
		int result = media_needs_file(tx, entry->d_name, &needed);
		store_reader_put(k->options.store, tx);
		if (result == 0 && !needed)
			unlink(path);
	}
	if (dir)
		closedir(dir);
}

/* ---- the thread ---- */

static int forget_run(struct store_tx *tx, void *arg)
{
	return activity_sweep(tx, clock_now_ms(), FORGET_ROWS, arg);
}

/* What was done long ago. */
static void forget(struct keeper *k)
{
	bool more = true;
	while (more && store_call(k->options.store, forget_run, &more) == 0)
		;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct keeper *k = arg;
	const struct timeval next = {.tv_sec = SWEEP_EVERY_MS / 1000};
	sweep(k);
	forget(k);
	evtimer_add(k->sweep, &next);
}

static void on_news(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct keeper *k = arg;
	pthread_mutex_lock(&k->lock);
	struct keeper_task *task = k->first;
	k->first = NULL;
	k->last = &k->first;
	bool stopping = k->stopping;
	pthread_mutex_unlock(&k->lock);
	while (task) {
		struct keeper_task *next = task->next; /* the caller's again when it is done */
		if (task->url)
			start_fetch(k, task);
		else
			take_upload(k, task);
		task = next;
	}
	if (stopping)
		event_base_loopbreak(k->base);
}

static void *keeper_main(void *arg)
{
	struct keeper *k = arg;
	event_base_loop(k->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

int keeper_submit(struct keeper *k, struct keeper_task *tasks)
{
	int n = 0;
	struct keeper_task *last = NULL;
	for (struct keeper_task *t = tasks; t; t = t->next) {
		t->fault = 0;
		last = t;
		n++;
	}
	pthread_mutex_lock(&k->lock);
	bool taken = !k->stopping && k->n_tasks + n <= KEEPER_MAX_TASKS;
	if (taken) {
		k->n_tasks += n;
		*k->last = tasks;
		k->last = &last->next;
	}
	pthread_mutex_unlock(&k->lock);
	if (taken)
		event_active(k->news, EV_TIMEOUT, 0);
	return !taken;
}

static int start(struct keeper *k, struct err *err)
{
	const struct http_client_options http = {.ca_file = k->options.ca_file,
	                                         .user_agent = "crier/" CRIER_VERSION,
	                                         .total_timeout_ms = FETCH_TIMEOUT_MS,
	                                         .max_answer_bytes = 65536,
	                                         .public_only = !k->options.private_urls};
	const struct timeval soon = {0};
	if (evthread_use_pthreads() < 0 || !(k->base = event_base_new()) ||
	    !(k->news = event_new(k->base, -1, EV_PERSIST, on_news, k)) || !(k->sweep = evtimer_new(k->base, on_sweep, k)) ||
	    evtimer_add(k->sweep, &soon) < 0)
		return err_set(err, "no event loop could be made");
	if (http_client_create(k->base, &http, &k->client, err) < 0)
		return -1;
	if (pthread_create(&k->thread, NULL, keeper_main, k) != 0)
		return err_set(err, "the thread that keeps media could not be started");
	pthread_setname_np(k->thread, "keeper");
	k->runs = true;
	return 0;
}

int keeper_create(const struct keeper_options *options, struct keeper **ret, struct err *err)
{
	struct keeper *k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	k->options = *options;
	k->last = &k->first;
	pthread_mutex_init(&k->lock, NULL);
	if (start(k, err) < 0) {
		keeper_stop(k);
		keeper_destroy(k);
		return -1;
	}
	*ret = k;
	return 0;
}

void keeper_stop(struct keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stopping = true;
	pthread_mutex_unlock(&k->lock);
	if (k->runs) {
		event_active(k->news, EV_TIMEOUT, 0);
		pthread_join(k->thread, NULL);
		k->runs = false;
	}
	http_client_destroy(k->client); /* fetches under way are told */
	k->client = NULL;
}

void keeper_destroy(struct keeper *k)
{
	if (!k)
		return;
	if (k->news)
		event_free(k->news);
	if (k->sweep)
		event_free(k->sweep);
	if (k->base)
		event_base_free(k->base);
	pthread_mutex_destroy(&k->lock);
	free(k);
}
