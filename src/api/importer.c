/* Each step reads some records, judges them, and writes the contacts together with how far it came in one transaction: a crash
 * goes on exactly there. */
#include "api/importer.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/columns.h"
#include "base/log.h"
#include "base/text.h"
#include "store/audiences.h"
#include "store/imports.h"

#define ROWS_PER_STEP 1000
#define RETRY_S 1
#define REJECT_MAX_CHARS 100

struct importer {
	struct store *store;
	char *folder;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	bool woken, closing;
};

struct row {
	struct contact_request contact;
	struct import_reject reject; /* reason NULL: it is a contact */
};

struct step {
	struct arena *arena;   /* of the import */
	struct arena *scratch; /* of the step */
	struct import import;  /* before the step; after it once it is committed */
	struct import after;
	struct columns columns;
	struct row row[ROWS_PER_STEP];
	int n_rows;
	bool canceled;
};

/* ---- reading and judging ---- */

static void add_reject(struct step *s, const struct record *record, const char *text, const char *reason)
{
	size_t n = strlen(text);
	s->row[s->n_rows++].reject = (struct import_reject){
		.line = record->line,
		.text = arena_strndup(s->scratch, text, utf8_prefix_bytes(text, n, REJECT_MAX_CHARS)),
		.reason = reason};
}

static void add_record(struct step *s, const struct record *record)
{
	const char *text = "", *reason = record->fault;
	struct row *row = &s->row[s->n_rows];
	*row = (struct row){0};
	if (!reason)
		reason = columns_contact(&s->columns, record, *s->import.region ? s->import.region : NULL, s->scratch,
		                         &row->contact, &text);
	if (reason)
		add_reject(s, record, text, reason);
	else
		s->n_rows++;
}

static void fail(struct step *s, const char *why)
{
	s->after.status = IMPORT_FAILED;
	s->after.error = arena_strdup(s->arena, why);
}

/* False: the import failed. */
static bool read_header(struct step *s, struct records *records)
{
	struct record record;
	struct err err;
	int got = records_next(records, s->scratch, &record);
	if (got <= 0 || record.fault) {
		fail(s, got == 0 ? "the file is empty" : got < 0 ? "the file cannot be read" : record.fault);
		return false;
	}
	if (columns_read(record.cell, record.n_cells, s->arena, &s->columns, &err) < 0) {
		fail(s, err.text);
		return false;
	}
	s->after.header = columns_format(&s->columns, s->arena);
	s->after.done_bytes = record.end_bytes;
	s->after.line = record.end_line;
	return true;
}

/* Fill the step with what comes next. */
static void read_rows(struct step *s, struct records *records)
{
	struct record record;
	s->after = s->import;
	s->after.status = IMPORT_RUNNING;
	s->n_rows = 0;
	if (!s->import.header && !read_header(s, records))
		return;
	int got = 1;
	while (s->n_rows < ROWS_PER_STEP && (got = records_next(records, s->scratch, &record)) > 0) {
		add_record(s, &record);
		s->after.done_bytes = record.end_bytes;
		s->after.line = record.end_line;
	}
	if (got < 0)
		fail(s, "the file cannot be read");
	if (got == 0) {
		s->after.status = IMPORT_COMPLETED;
		s->after.done_bytes = s->after.bytes;
	}
}

/* ---- writing ---- */

static int write_row(struct store_tx *tx, struct audience_edit *edit, struct import *into, const struct row *row)
{
	enum contact_added added;
	int64_t first_no;
	into->rows++;
	if (row->reject.reason)
		return into->invalid++ < IMPORT_MAX_REJECTS ? import_reject_add(tx, into->no, &row->reject) : 0;
	if (contact_add(tx, edit, &row->contact, true, &added, &first_no) < 0)
		return -1;
	into->added += added == CONTACT_ADDED;
	into->updated += added == CONTACT_UPDATED;
	into->duplicates += added == CONTACT_UNCHANGED;
	return 0;
}

static int write_rows(struct store_tx *tx, struct step *s, struct import *into, msec_t now)
{
	struct audience_edit edit;
	int got = audience_edit_begin(tx, into->audience_no, now, &edit);
	if (got != 0) {
		into->status = IMPORT_FAILED;
		into->error = "the audience was deleted";
		return got < 0 ? -1 : 0;
	}
	for (int i = 0; i < s->n_rows; i++)
		if (write_row(tx, &edit, into, &s->row[i]) < 0)
			return -1;
	return audience_edit_end(tx, &edit);
}

/* 1 when it was canceled meanwhile: nothing is kept. */
static int step_run(struct store_tx *tx, void *arg)
{
	struct step *s = arg;
	struct import after = s->after;
	msec_t now = clock_now_ms();
	if (s->n_rows > 0 && write_rows(tx, s, &after, now) < 0)
		return -1;
	int saved = import_save(tx, &after, now);
	s->import = after;
	s->canceled = saved == 1;
	return saved;
}

/* ---- one import ---- */

static bool is_closing(struct importer *im)
{
	pthread_mutex_lock(&im->lock);
	bool closing = im->closing;
	pthread_mutex_unlock(&im->lock);
	return closing;
}

static bool is_over(const struct step *s)
{
	return s->canceled || s->import.status >= IMPORT_COMPLETED;
}

static void log_end(const struct step *s)
{
	log_info("api", "an import ended", log_i("import", s->import.no),
	         log_t("status", s->canceled ? "canceled" : import_status_text(s->import.status)), log_i("rows", s->import.rows),
	         log_i("added", s->import.added), log_i("invalid", s->import.invalid));
}

static bool steps(struct importer *im, struct step *s, struct records *records)
{
	while (!is_over(s) && !is_closing(im)) {
		arena_auto struct arena *scratch = arena_create(1 << 20);
		s->scratch = scratch;
		read_rows(s, records);
		if (store_call(im->store, step_run, s) < 0)
			return false;
	}
	return true;
}

/* False: the database failed; try again later. */
static bool work_off(struct importer *im, struct step *s)
{
	char path[4096];
	struct records *records = NULL;
	struct err err;
	bool ok = true;
	snprintf(path, sizeof(path), "%s/%s", im->folder, s->import.file);
	if (records_open(path, s->import.done_bytes, s->import.line, &records, &err) < 0 ||
	    (s->import.header && columns_parse(s->import.header, s->arena, &s->columns, &err) < 0)) {
		s->after = s->import;
		fail(s, err.text);
		ok = store_call(im->store, step_run, s) >= 0;
	}
	ok = ok && steps(im, s, records);
	records_close(records);
	if (ok && is_over(s)) {
		unlink(path);
		log_end(s);
	}
	return ok;
}

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
		arena_auto struct arena *arena = arena_create(4096);
		struct step *s = calloc(1, sizeof(*s));
		if (!s)
			abort();
		s->arena = arena;
		struct next next = {arena, &s->import};
		int found = is_closing(im) ? 1 : store_call(im->store, next_run, &next);
		bool ok = found == 0 ? work_off(im, s) : found > 0;
		free(s);
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
	while (!im->woken && !im->closing && waited == 0)
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

/* What a crash left of uploads that never became imports, and of imports that ended. */
static void clean_folder(struct importer *im)
{
	DIR *dir = opendir(im->folder);
	struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		struct file_question q = {.name = entry->d_name};
		if (entry->d_name[0] == '.' || store_call(im->store, file_run, &q) != 0 || q.needed)
			continue;
		unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

static void *importer_main(void *arg)
{
	struct importer *im = arg;
	while (!is_closing(im))
		wait_for_news(im, !work(im));
	return NULL;
}

struct importer *importer_create(struct store *store, const char *folder)
{
	struct importer *im = calloc(1, sizeof(*im));
	if (!im || !(im->folder = strdup(folder)))
		abort();
	im->store = store;
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
	im->closing = true;
	pthread_cond_signal(&im->news);
	pthread_mutex_unlock(&im->lock);
	pthread_join(im->thread, NULL);
	pthread_cond_destroy(&im->news);
	pthread_mutex_destroy(&im->lock);
	free(im->folder);
	free(im);
}
