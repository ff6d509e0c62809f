#include "store/tally.h"

#include <stdlib.h>
#include <string.h>

#include "model/states.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/tally_batch.h"

struct tally_entry {
	int64_t campaign_no;
	enum tally_kind kind;
	int64_t bucket, n;
};

struct tally_batch {
	struct tally_entry *entry; /* open addressing; campaign_no 0 is free */
	size_t n_slots, n_used;
	struct message_note *note;
	size_t n_notes, max_notes;
	int64_t begun_no; /* 0 none */
	msec_t begun_ms;
};

#define TALLY_FIRST_SLOTS 64

static struct tally_entry *slots_create(size_t n)
{
	struct tally_entry *slots = calloc(n, sizeof(*slots));
	if (!slots)
		abort();
	return slots;
}

struct tally_batch *tally_batch_create(void)
{
	struct tally_batch *batch = calloc(1, sizeof(*batch));
	if (!batch)
		abort();
	batch->n_slots = TALLY_FIRST_SLOTS;
	batch->entry = slots_create(batch->n_slots);
	return batch;
}

void tally_batch_destroy(struct tally_batch *batch)
{
	if (!batch)
		return;
	free(batch->entry);
	free(batch->note);
	free(batch);
}

void tally_batch_cleanup(struct tally_batch **batch)
{
	tally_batch_destroy(*batch);
}

static struct tally_entry *slot_of(struct tally_entry *slots, size_t n_slots, int64_t campaign_no, enum tally_kind kind,
                                   int64_t bucket)
{
	uint64_t hash = ((uint64_t)campaign_no * 31 + (uint64_t)kind) * 0x9E3779B97F4A7C15u + (uint64_t)bucket;
	hash ^= hash >> 29;
	hash *= 0xBF58476D1CE4E5B9u;
	hash ^= hash >> 32;
	for (size_t i = (size_t)hash & (n_slots - 1);; i = (i + 1) & (n_slots - 1)) {
		struct tally_entry *e = &slots[i];
		if (e->campaign_no == 0 || (e->campaign_no == campaign_no && e->kind == kind && e->bucket == bucket))
			return e;
	}
}

static void batch_grow(struct tally_batch *batch)
{
	size_t n = batch->n_slots * 2;
	struct tally_entry *slots = slots_create(n);
	for (size_t i = 0; i < batch->n_slots; i++) {
		const struct tally_entry *e = &batch->entry[i];
		if (e->campaign_no)
			*slot_of(slots, n, e->campaign_no, e->kind, e->bucket) = *e;
	}
	free(batch->entry);
	batch->entry = slots;
	batch->n_slots = n;
}

void tally_add(struct tally_batch *batch, int64_t campaign_no, enum tally_kind kind, int64_t bucket, int64_t n)
{
	struct tally_entry *e = slot_of(batch->entry, batch->n_slots, campaign_no, kind, bucket);
	if (e->campaign_no == 0) {
		if ((batch->n_used + 1) * 2 > batch->n_slots) {
			batch_grow(batch);
			e = slot_of(batch->entry, batch->n_slots, campaign_no, kind, bucket);
		}
		*e = (struct tally_entry){.campaign_no = campaign_no, .kind = kind, .bucket = bucket};
		batch->n_used++;
	}
	e->n += n;
	/* Whoever changes one of the counts by which a campaign is over writes the first of them too, and so waits for whoever
	 * else does: of two that change the last rows at the same time, the second sees what the first did. */
	if (kind == TALLY_STATE && (bucket == STATE_CLAIMED || bucket == STATE_UNCONFIRMED))
		tally_add(batch, campaign_no, TALLY_STATE, STATE_QUEUED, 0);
}

void tally_begun(struct tally_batch *batch, int64_t campaign_no, msec_t start_ms)
{
	batch->begun_no = start_ms >= 0 ? campaign_no : 0;
	batch->begun_ms = start_ms;
}

void tally_add_step(struct tally_batch *batch, int64_t campaign_no, enum tally_kind by_minute, msec_t at, int64_t n)
{
	int64_t second = at / SECOND_MS, first = batch->begun_ms / SECOND_MS - TALLY_SECONDS_BEFORE;
	tally_add(batch, campaign_no, by_minute, at / MINUTE_MS, n);
	if (campaign_no == batch->begun_no && second >= first && second < first + TALLY_SECONDS)
		tally_add(batch, campaign_no, by_minute - TALLY_T_SENT + TALLY_S_SENT, second, n);
}

/* One order of writing for everyone: two nodes that tally the same campaigns never wait for each other in a ring. */
static int entry_compare(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;
	if (x->campaign_no != y->campaign_no)
		return x->campaign_no < y->campaign_no ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->bucket < y->bucket ? -1 : x->bucket > y->bucket;
}

int tally_flush(struct store_tx *tx, struct tally_batch *batch)
{
	qsort(batch->entry, batch->n_slots, sizeof(*batch->entry), entry_compare);
	for (size_t i = 0; i < batch->n_slots; i++) {
		const struct tally_entry *e = &batch->entry[i];
		bool written = e->n != 0 || (e->kind == TALLY_STATE && e->bucket == STATE_QUEUED);
		if (e->campaign_no == 0 || !written)
			continue;
		if (sql_send(tx->db, STMT_TALLY_ADD,
		             SQL_ARGS(sql_int(e->campaign_no), sql_int(e->kind), sql_int(e->bucket), sql_int(e->n))) < 0)
			return -1;
	}
	return 0;
}

int64_t tally_batch_campaign_after(const struct tally_batch *batch, int64_t campaign_no)
{
	for (size_t i = 0; i < batch->n_slots; i++)
		if (batch->entry[i].campaign_no > campaign_no)
			return batch->entry[i].campaign_no;
	return 0;
}

int64_t tally_batch_last(const struct tally_batch *batch, int64_t campaign_no, enum tally_kind kind)
{
	int64_t last = -1;
	for (size_t i = 0; i < batch->n_slots; i++) {
		const struct tally_entry *e = &batch->entry[i];
		if (e->campaign_no == campaign_no && e->kind == kind && e->n > 0 && e->bucket > last)
			last = e->bucket;
	}
	return last;
}

void tally_batch_note(struct tally_batch *batch, const struct message_note *note)
{
	if (batch->n_notes == batch->max_notes) {
		batch->max_notes = batch->max_notes ? batch->max_notes * 2 : 64;
		batch->note = reallocarray(batch->note, batch->max_notes, sizeof(*note));
		if (!batch->note)
			abort();
	}
	batch->note[batch->n_notes] = *note;
	batch->note[batch->n_notes].order = batch->n_notes;
	batch->n_notes++;
}

static int note_compare(const void *a, const void *b)
{
	const struct message_note *x = a, *y = b;
	if (x->campaign_no != y->campaign_no)
		return x->campaign_no < y->campaign_no ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

const struct message_note *tally_batch_notes(struct tally_batch *batch, size_t *ret_n)
{
	if (batch->n_notes > 0)
		qsort(batch->note, batch->n_notes, sizeof(*batch->note), note_compare);
	*ret_n = batch->n_notes;
	return batch->note;
}

int tally_read(struct store_tx *tx, int64_t campaign_no, bool seconds, struct arena *arena, struct tally **ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_TALLY_READ,
	              SQL_ARGS(sql_int(campaign_no), sql_int(seconds ? TALLY_S_FAILED : TALLY_T_REFUSED)), &rows) < 0)
		return -1;
	struct tally *list = NULL;
	int n = 0, cap = 0, more;
	while ((more = sql_next(rows)) > 0) {
		if (n == cap) {
			int wider = cap ? cap * 2 : 32;
			struct tally *grown = arena_array(arena, (size_t)wider, sizeof(*grown));
			if (n)
				memcpy(grown, list, (size_t)n * sizeof(*grown));
			list = grown;
			cap = wider;
		}
		list[n++] = (struct tally){
			.kind = (enum tally_kind)sql_col_int(rows, 0), .bucket = sql_col_int(rows, 1), .n = sql_col_int(rows, 2)};
	}
	if (more < 0)
		return -1;
	*ret = list;
	*ret_n = n;
	return 0;
}
