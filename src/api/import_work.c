/* A step is some thousand rows: read and judged here, then written on the store thread together with how far the import has come,
 * in one transaction, so that a crash goes on exactly there. While one step is written the next one is read: two cores have
 * work. A step is written only onto the very place in the file where it begins; when the one before it was undone, or the
 * import was canceled, it undoes itself.
 *
 * Steps grow until writing one takes STEP_MS: large ones write fewer pages a row, but keep all other writers waiting. */
#include "api/import_work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/columns.h"
#include "base/log.h"
#include "base/text.h"
#include "store/audiences.h"

#define MIN_ROWS 4000
#define MAX_ROWS 10000
#define STEP_MS 100
#define N_STEPS 2
#define MAX_SCRATCH_BYTES ((size_t)4 << 20) /* of a step's texts; then it is full as well */
#define REJECT_MAX_CHARS 100

struct row {
	struct contact_request contact;
	struct import_reject reject; /* reason NULL: it is a contact */
};

struct step {
	struct work *work;
	struct arena *scratch;
	int64_t from;         /* done_bytes that it stands on */
	struct import import; /* what it makes of status, done_bytes, line, header and error; all of it once it is written */
	struct row *row;
	int n_rows;
	bool in_flight;
	int result; /* of the store: 0, 1 canceled or undone */
	msec_t took;
};

struct work {
	struct store *store;
	struct arena *arena;
	pthread_mutex_t lock;
	pthread_cond_t written;
	struct import import; /* as far as it is read */
	struct records *records;
	struct columns columns;
	struct step step[N_STEPS];
	int max_rows;
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
	const struct work *w = s->work;
	const char *text = "", *reason = record->fault;
	struct row *row = &s->row[s->n_rows];
	*row = (struct row){0};
	if (!reason)
		reason = columns_contact(&w->columns, record, *w->import.region ? w->import.region : NULL, s->scratch,
		                         &row->contact, &text);
	if (reason)
		add_reject(s, record, text, reason);
	else
		s->n_rows++;
}

static void fail(struct work *w, const char *why)
{
	w->import.status = IMPORT_FAILED;
	w->import.error = arena_strdup(w->arena, why);
}

static void come_to(struct work *w, const struct record *record)
{
	w->import.done_bytes = record->end_bytes;
	w->import.line = record->end_line;
}

/* False: the import failed. */
static bool read_header(struct work *w, struct arena *scratch)
{
	struct record record;
	struct err err;
	int got = records_next(w->records, scratch, &record);
	if (got <= 0 || record.fault) {
		fail(w, got == 0 ? "the file is empty" : got < 0 ? "the file cannot be read" : record.fault);
		return false;
	}
	if (columns_read(record.cell, record.n_cells, w->arena, &w->columns, &err) < 0) {
		fail(w, err.text);
		return false;
	}
	w->import.header = columns_format(&w->columns, w->arena);
	come_to(w, &record);
	return true;
}

/* Fill the step with what comes next. */
static void read_step(struct work *w, struct step *s)
{
	struct record record;
	int got = 1;
	arena_reset(s->scratch);
	s->n_rows = 0;
	s->from = w->import.done_bytes;
	w->import.status = IMPORT_RUNNING;
	bool ready = w->import.header || read_header(w, s->scratch);
	while (ready && s->n_rows < w->max_rows && arena_used_bytes(s->scratch) < MAX_SCRATCH_BYTES &&
	       (got = records_next(w->records, s->scratch, &record)) > 0) {
		add_record(s, &record);
		come_to(w, &record);
	}
	if (got < 0)
		fail(w, "the file cannot be read");
	if (got == 0) {
		w->import.status = IMPORT_COMPLETED;
		w->import.done_bytes = w->import.bytes;
	}
	s->import = w->import;
}

/* ---- writing: on the store thread ---- */

static int write_rejects(struct store_tx *tx, struct step *s, struct import *into)
{
	for (int i = 0; i < s->n_rows; i++)
		if (s->row[i].reject.reason && into->invalid++ < IMPORT_MAX_REJECTS &&
		    import_reject_add(tx, into->no, &s->row[i].reject) < 0)
			return -1;
	return 0;
}

static int write_contacts(struct store_tx *tx, struct step *s, struct import *into, struct arena *arena, msec_t now)
{
	const struct contact_request **req = arena_array(arena, (size_t)s->n_rows + 1, sizeof(*req));
	enum contact_added *added = arena_array(arena, (size_t)s->n_rows + 1, sizeof(*added));
	struct audience_edit edit;
	int n = 0;
	for (int i = 0; i < s->n_rows; i++)
		if (!s->row[i].reject.reason)
			req[n++] = &s->row[i].contact;
	int got = audience_edit_begin(tx, into->audience_no, now, &edit);
	if (got == 1) {
		into->status = IMPORT_FAILED;
		into->error = "the audience was deleted";
		return 0;
	}
	if (got < 0 || contacts_upsert(tx, &edit, req, n, added) < 0 || audience_edit_end(tx, &edit) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		into->added += added[i] == CONTACT_ADDED;
		into->updated += added[i] == CONTACT_UPDATED;
		into->duplicates += added[i] == CONTACT_UNCHANGED;
	}
	into->rows += s->n_rows;
	return write_rejects(tx, s, into);
}

/* 1: nothing is kept. */
static int step_run(struct store_tx *tx, void *arg)
{
	struct step *s = arg;
	arena_auto struct arena *arena = arena_create(1 << 16);
	struct import is, *after = &s->import;
	msec_t now = clock_now_ms();
	int got = import_read(tx, after->account_no, after->no, arena, &is);
	if (got != 0 || is.status > IMPORT_RUNNING || is.done_bytes != s->from)
		return got < 0 ? -1 : 1;
	struct import next = is;
	next.status = after->status;
	next.done_bytes = after->done_bytes;
	next.line = after->line;
	next.header = after->header;
	next.error = after->error;
	if (s->n_rows > 0 && write_contacts(tx, s, &next, arena, now) < 0)
		return -1;
	int saved = import_save(tx, &next, now);
	if (saved != 0)
		return saved;
	after->status = next.status;
	after->rows = next.rows;
	after->added = next.added;
	after->invalid = next.invalid;
	s->took = clock_now_ms() - now;
	return 0;
}

static void step_done(int result, void *arg)
{
	struct step *s = arg;
	pthread_mutex_lock(&s->work->lock);
	s->result = result;
	s->in_flight = false;
	pthread_cond_signal(&s->work->written);
	pthread_mutex_unlock(&s->work->lock);
}

static void write_step(struct work *w, struct step *s)
{
	s->in_flight = true;
	if (store_submit(w->store, step_run, step_done, s) != 0)
		step_done(store_call(w->store, step_run, s), s);
}

/* What became of the step that was written from this place before. */
static int wait_for(struct work *w, struct step *s)
{
	pthread_mutex_lock(&w->lock);
	while (s->in_flight)
		pthread_cond_wait(&w->written, &w->lock);
	pthread_mutex_unlock(&w->lock);
	if (s->result == 0 && s->took > 0)
		w->max_rows = w->max_rows * STEP_MS / (int)(s->took < 10 * STEP_MS ? s->took : 10 * STEP_MS);
	s->took = 0;
	w->max_rows = w->max_rows < MIN_ROWS ? MIN_ROWS : w->max_rows > MAX_ROWS ? MAX_ROWS : w->max_rows;
	return s->result;
}

/* ---- one import ---- */

static void open_work(struct work *w, const char *path)
{
	struct err err;
	if (records_open(path, w->import.begin_bytes, w->import.done_bytes, w->import.line, &w->records, &err) < 0 ||
	    (w->import.header && columns_parse(w->import.header, w->arena, &w->columns, &err) < 0))
		fail(w, err.text);
}

/* Step by step, until nothing more is to be read or written. */
static void run_steps(struct work *w, const atomic_bool *closing)
{
	for (int i = 0;; i++) {
		struct step *s = &w->step[i % N_STEPS];
		bool failed = w->import.status == IMPORT_FAILED;
		if (wait_for(w, s) != 0 || s->import.status > IMPORT_RUNNING || (atomic_load(closing) && !failed))
			return;
		if (failed)
			s->import = w->import;
		else
			read_step(w, s);
		write_step(w, s);
		if (w->import.status > IMPORT_RUNNING)
			return;
	}
}

static void log_end(const struct import *i, bool canceled)
{
	log_info("api", "an import ended", log_i("import", i->no),
	         log_t("status", canceled ? "canceled" : import_status_text(i->status)), log_i("rows", i->rows),
	         log_i("added", i->added), log_i("invalid", i->invalid));
}

static struct work *work_create(struct store *store, const struct import *import, struct arena *arena)
{
	struct work *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->store = store;
	w->arena = arena;
	w->import = *import;
	w->max_rows = MIN_ROWS;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->written, NULL);
	for (int i = 0; i < N_STEPS; i++) {
		w->step[i] = (struct step){
			.work = w, .scratch = arena_create(1 << 20), .row = calloc(MAX_ROWS, sizeof(struct row))};
		w->step[i].from = import->done_bytes;
		if (!w->step[i].row)
			abort();
	}
	return w;
}

static void work_destroy(struct work *w)
{
	for (int i = 0; i < N_STEPS; i++) {
		arena_destroy(w->step[i].scratch);
		free(w->step[i].row);
	}
	records_close(w->records);
	pthread_cond_destroy(&w->written);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

bool import_work(struct store *store, const char *folder, const struct import *import, struct arena *arena,
                 const atomic_bool *closing)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, import->file);
	struct work *w = work_create(store, import, arena);
	open_work(w, path);
	run_steps(w, closing);
	const struct import *ended = NULL;
	bool failed = false, canceled = false;
	for (int i = 0; i < N_STEPS; i++) {
		int result = wait_for(w, &w->step[i]);
		failed |= result < 0;
		canceled |= result > 0;
		if (result == 0 && w->step[i].import.status > IMPORT_RUNNING)
			ended = &w->step[i].import;
	}
	if (ended)
		log_end(ended, false);
	else if (canceled && !failed)
		log_end(import, true);
	if (ended || (canceled && !failed))
		unlink(path);
	work_destroy(w);
	return !failed;
}
