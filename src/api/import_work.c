/* What is read is a batch, some ten thousand rows, sorted by number: so the index of numbers, whose pages would otherwise be
 * written anew for nearly every row, is written page by page. A batch is written in steps, each a job of the store thread and a
 * transaction, which holds together with its rows how far the import has come, so that a crash goes on exactly there. While one
 * batch is written the next one is read: two cores have work. A step is written only onto the very place at which it begins; when
 * the one before it was undone, or the import was canceled, it undoes itself.
 *
 * Steps grow until writing one takes STEP_MS: large ones cost less a row, but keep all other writers waiting. */
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
#include "store/field_names.h"

#define BATCH_ROWS 65536
#define BATCH_MAX_BYTES ((size_t)16 << 20) /* of a batch's texts; then it is full as well */
#define MIN_STEP_ROWS 4000
#define MAX_STEP_ROWS 10000
#define STEP_MS 100
#define N_BATCHES 2
#define REJECT_MAX_CHARS 100
#define LOOK_EVERY_PIECES 32 /* of the file, 8 MB: then it is asked whether the import was canceled */

struct batch {
	struct work *work;
	struct arena *texts;
	int64_t from;         /* done_bytes that it stands on */
	struct import import; /* what it makes of status, done_bytes, line, header and error; all of it once it is written */
	struct contact_request *contact;
	int64_t *line; /* of each */
	const struct contact_request **sorted;
	struct import_reject *reject;
	int n_contacts, n_rejects;
	int n_written; /* of the contacts */
	int n_step;    /* of them in the step that is being written */
	msec_t took;   /* that step */
	bool given;    /* to the store, to be written */
	bool in_flight, ended;
	int result; /* of the store: 0, 1 canceled or undone */
};

struct work {
	struct store *store;
	struct arena *arena;
	pthread_mutex_t lock;
	pthread_cond_t written;
	struct import import; /* as far as it is read */
	struct records *records;
	struct columns columns;
	struct batch batch[N_BATCHES];
	const atomic_bool *closing;
	unsigned n_pieces;      /* of the file, read */
	bool stopped, canceled; /* while it was read: nothing of that batch is written */
	int step_rows;          /* the store thread's, while a batch is in flight */
};

/* ---- reading and judging ---- */

/* A failing database is noticed by whoever writes. */
static bool is_canceled(struct work *w)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct store_tx *tx = store_reader_take(w->store);
	struct import is;
	int got = import_read(tx, w->import.account_no, w->import.no, arena, &is);
	store_reader_put(w->store, tx);
	return got == 1 || (got == 0 && is.status == IMPORT_CANCELED);
}

/* A batch may be long to read, where few of its lines are rows: neither a stop nor a cancel waits for its end. */
static bool go_on(void *arg)
{
	struct work *w = arg;
	w->canceled = w->canceled || (w->n_pieces++ % LOOK_EVERY_PIECES == 0 && is_canceled(w));
	w->stopped = w->canceled || atomic_load(w->closing);
	return !w->stopped;
}

static void add_reject(struct batch *b, const struct record *record, const char *text, const char *reason)
{
	size_t n = strlen(text);
	b->reject[b->n_rejects++] = (struct import_reject){
		.line = record->line,
		.text = arena_strndup(b->texts, text, utf8_prefix_bytes(text, n, REJECT_MAX_CHARS)),
		.reason = reason};
}

static void add_record(struct batch *b, const struct record *record)
{
	const struct work *w = b->work;
	const char *text = "", *reason = record->fault;
	struct contact_request *contact = &b->contact[b->n_contacts];
	*contact = (struct contact_request){0};
	if (!reason)
		reason = columns_contact(&w->columns, record, *w->import.region ? w->import.region : NULL, b->texts, contact,
		                         &text);
	if (reason) {
		add_reject(b, record, text, reason);
	} else {
		b->line[b->n_contacts] = record->line;
		b->sorted[b->n_contacts++] = contact;
	}
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

static int by_number(const void *x, const void *y)
{
	const struct contact_request *a = *(const struct contact_request *const *)x,
				     *b = *(const struct contact_request *const *)y;
	int order = strcmp(a->digits, b->digits);
	return order ? order : (a > b) - (a < b); /* they lie in the order of the file */
}

/* One that is partly written is read again just as it was. */
static bool is_full(const struct work *w, const struct batch *b)
{
	if (w->import.batch_end_bytes > 0)
		return w->import.done_bytes >= w->import.batch_end_bytes;
	return b->n_contacts + b->n_rejects >= BATCH_ROWS || arena_used_bytes(b->texts) >= BATCH_MAX_BYTES;
}

/* Fill the batch with what comes next. */
static void read_batch(struct work *w, struct batch *b)
{
	struct record record;
	int got = 1;
	arena_reset(b->texts);
	b->n_contacts = b->n_rejects = 0;
	b->given = false;
	b->n_written = (int)w->import.batch_rows;
	b->from = w->import.done_bytes;
	if (w->import.status != IMPORT_FAILED)
		w->import.status = IMPORT_RUNNING;
	bool ready = w->import.status == IMPORT_RUNNING && (w->import.header || read_header(w, b->texts));
	while (ready && !is_full(w, b) && (got = records_next(w->records, b->texts, &record)) > 0) {
		add_record(b, &record);
		come_to(w, &record);
	}
	if (got < 0)
		fail(w, "the file cannot be read");
	if (got == 0) {
		w->import.status = IMPORT_COMPLETED;
		w->import.done_bytes = w->import.bytes;
	}
	if (b->n_contacts > MIN_STEP_ROWS || b->n_written > 0) /* what fits into a step keeps the order of the file */
		qsort(b->sorted, (size_t)b->n_contacts, sizeof(*b->sorted), by_number);
	if (b->n_contacts < b->n_written) {
		if (w->import.status != IMPORT_FAILED)
			fail(w, "the file is not what it was");
		b->n_contacts = b->n_written;
	}
	w->import.batch_end_bytes = w->import.batch_rows = 0;
	b->import = w->import;
}

/* ---- writing: on the store thread ---- */

/* What only the store could tell. */
static int refuse(struct store_tx *tx, const struct batch *b, const struct contact_request *contact, struct import *into)
{
	const struct import_reject reject = {.line = b->line[contact - b->contact],
	                                     .text = contact->digits,
	                                     .reason = "with the fields that the contact has already it would have more than "
	                                               "50, or more than 8,192 bytes of them"};
	return into->invalid++ < IMPORT_MAX_REJECTS ? import_reject_add(tx, into->no, &reject) : 0;
}

static int write_contacts(struct store_tx *tx, struct batch *b, struct audience_edit *edit, struct import *into,
                          struct arena *arena)
{
	enum contact_added *added = arena_array(arena, (size_t)b->n_step + 1, sizeof(*added));
	const struct columns *columns = &b->work->columns;
	for (int i = 0; i < columns->n; i++)
		if (columns->meaning[i] == COLUMN_FIELD)
			field_names_add(edit, columns->name[i]);
	if (contacts_upsert(tx, edit, b->sorted + b->n_written, b->n_step, added) < 0)
		return -1;
	for (int i = 0; i < b->n_step; i++) {
		into->added += added[i] == CONTACT_ADDED;
		into->updated += added[i] == CONTACT_UPDATED;
		into->duplicates += added[i] == CONTACT_UNCHANGED;
		if (added[i] == CONTACT_FULL && refuse(tx, b, b->sorted[b->n_written + i], into) < 0)
			return -1;
	}
	into->rows += b->n_step;
	return 0;
}

/* The last step of a batch takes it to the import's next place. */
static int end_batch(struct store_tx *tx, const struct batch *b, struct import *into)
{
	for (int i = 0; i < b->n_rejects; i++)
		if (into->invalid + i < IMPORT_MAX_REJECTS && import_reject_add(tx, into->no, &b->reject[i]) < 0)
			return -1;
	into->invalid += b->n_rejects;
	into->rows += b->n_rejects;
	into->status = b->import.status;
	into->done_bytes = b->import.done_bytes;
	into->line = b->import.line;
	into->header = b->import.header;
	into->error = b->import.error;
	into->batch_end_bytes = into->batch_size = into->batch_rows = 0;
	return 0;
}

static int write_step(struct store_tx *tx, struct batch *b, struct import *into, struct arena *arena, msec_t now)
{
	struct audience_edit edit;
	int got = b->n_contacts + b->n_rejects > 0 ? audience_edit_begin(tx, into->audience_no, now, &edit) : 2;
	if (got == 1) {
		into->status = IMPORT_FAILED;
		into->error = "the audience was deleted";
		return 0;
	}
	if (got < 0 || (got == 0 && (write_contacts(tx, b, &edit, into, arena) < 0 || audience_edit_end(tx, &edit) < 0)))
		return -1;
	if (b->n_written + b->n_step == b->n_contacts)
		return end_batch(tx, b, into);
	into->status = IMPORT_RUNNING;
	into->batch_end_bytes = b->import.done_bytes;
	into->batch_size = b->n_contacts;
	into->batch_rows = b->n_written + b->n_step;
	return 0;
}

/* 1: nothing is kept. */
static int step_run(struct store_tx *tx, void *arg)
{
	struct batch *b = arg;
	arena_auto struct arena *arena = arena_create(1 << 16);
	struct import is;
	msec_t now = clock_now_ms();
	int left = b->n_contacts - b->n_written;
	b->n_step = left < b->work->step_rows ? left : b->work->step_rows;
	if (import_lock(tx, b->import.no) < 0)
		return -1;
	int got = import_read(tx, b->import.account_no, b->import.no, arena, &is);
	if (got != 0 || is.status > IMPORT_RUNNING || is.done_bytes != b->from || is.batch_rows != b->n_written)
		return got < 0 ? -1 : 1;
	if (write_step(tx, b, &is, arena, now) < 0)
		return -1;
	int saved = import_save(tx, &is, now);
	if (saved != 0)
		return saved;
	b->ended = is.status > IMPORT_RUNNING || is.batch_rows == 0;
	b->import.status = b->ended ? is.status : b->import.status;
	b->import.rows = is.rows;
	b->import.added = is.added;
	b->import.invalid = is.invalid;
	b->took = clock_now_ms() - now;
	return 0;
}

static void tell_written(struct batch *b, int result)
{
	pthread_mutex_lock(&b->work->lock);
	b->result = result;
	b->in_flight = false;
	pthread_cond_signal(&b->work->written);
	pthread_mutex_unlock(&b->work->lock);
}

/* What the last step took tells how long the next one may be. */
static void pace(struct work *w, const struct batch *b)
{
	if (b->took > 0 && b->n_step >= MIN_STEP_ROWS)
		w->step_rows = (int)(b->n_step * STEP_MS / (b->took < 10 * STEP_MS ? b->took : 10 * STEP_MS));
	w->step_rows = w->step_rows < MIN_STEP_ROWS ? MIN_STEP_ROWS : w->step_rows > MAX_STEP_ROWS ? MAX_STEP_ROWS : w->step_rows;
}

/* One step asks for the next, behind whatever others have asked for meanwhile. */
static void step_done(int result, void *arg)
{
	struct batch *b = arg;
	if (result == 0) {
		b->n_written += b->n_step;
		pace(b->work, b);
	}
	if (result != 0 || b->ended || atomic_load(b->work->closing) || store_submit(b->work->store, step_run, step_done, b) != 0)
		tell_written(b, result);
}

static void write_batch(struct work *w, struct batch *b)
{
	b->given = b->in_flight = true;
	b->ended = false;
	if (store_submit(w->store, step_run, step_done, b) != 0)
		tell_written(b, 0);
}

/* What became of the batch that was written from this place before. A full mailbox may have left some of it: that is written
 * here, where waiting for room harms nobody. */
static int wait_for(struct work *w, struct batch *b)
{
	pthread_mutex_lock(&w->lock);
	while (b->in_flight)
		pthread_cond_wait(&w->written, &w->lock);
	pthread_mutex_unlock(&w->lock);
	while (b->result == 0 && !b->ended && !atomic_load(w->closing)) {
		b->result = store_call(w->store, step_run, b);
		b->n_written += b->result == 0 ? b->n_step : 0;
	}
	return b->result;
}

/* ---- one import ---- */

static void open_work(struct work *w, const char *path)
{
	struct err err;
	const struct lines_watch watch = {go_on, w};
	if (records_open(path, w->import.begin_bytes, w->import.done_bytes, w->import.line, watch, &w->records, &err) < 0 ||
	    (w->import.header && columns_parse(w->import.header, w->arena, &w->columns, &err) < 0))
		fail(w, err.text);
}

/* Batch by batch, until nothing more is to be read or written. */
static void run_batches(struct work *w)
{
	for (int i = 0; !atomic_load(w->closing); i++) {
		struct batch *b = &w->batch[i % N_BATCHES], *before = &w->batch[(i + 1) % N_BATCHES];
		read_batch(w, b);
		if (w->stopped || wait_for(w, before) != 0 || before->import.status > IMPORT_RUNNING || !before->ended)
			return;
		write_batch(w, b);
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

static struct work *work_create(struct store *store, const struct import *import, struct arena *arena, const atomic_bool *closing)
{
	struct work *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->store = store;
	w->arena = arena;
	w->import = *import;
	w->step_rows = MIN_STEP_ROWS;
	w->closing = closing;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->written, NULL);
	for (int i = 0; i < N_BATCHES; i++) {
		w->batch[i] = (struct batch){.work = w,
		                             .texts = arena_create(1 << 20),
		                             .from = import->done_bytes,
		                             .contact = calloc(BATCH_ROWS, sizeof(struct contact_request)),
		                             .line = calloc(BATCH_ROWS, sizeof(int64_t)),
		                             .sorted = calloc(BATCH_ROWS, sizeof(struct contact_request *)),
		                             .reject = calloc(BATCH_ROWS, sizeof(struct import_reject)),
		                             .ended = true};
		if (!w->batch[i].contact || !w->batch[i].line || !w->batch[i].sorted || !w->batch[i].reject)
			abort();
	}
	return w;
}

static void work_destroy(struct work *w)
{
	for (int i = 0; i < N_BATCHES; i++) {
		arena_destroy(w->batch[i].texts);
		free(w->batch[i].contact);
		free(w->batch[i].line);
		free(w->batch[i].sorted);
		free(w->batch[i].reject);
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
	struct work *w = work_create(store, import, arena, closing);
	open_work(w, path);
	run_batches(w);
	const struct import *ended = NULL;
	bool failed = false, canceled = w->canceled;
	for (int i = 0; i < N_BATCHES; i++) {
		if (!w->batch[i].given) /* read in vain: the one before it was not written */
			continue;
		int result = wait_for(w, &w->batch[i]);
		failed |= result < 0;
		canceled |= result > 0;
		if (result == 0 && w->batch[i].ended && w->batch[i].import.status > IMPORT_RUNNING)
			ended = &w->batch[i].import;
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
