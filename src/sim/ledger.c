#include "sim/ledger.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_ENTRIES 4096u

struct sim_ledger {
	struct sim_entry **chunks;
	uint32_t n_chunks, n, max;
	uint32_t *index;    /* place of an entry + 1; 0: free. By recipient alone, so that one probe finds all numbers */
	uint32_t n_index;   /* a power of two */
	uint64_t *contents; /* what each recipient got: a set of hashes; 0: free */
	uint64_t n_contents, n_content_slots;
	struct sim_ledger_sums sums;
};

static void *zeroed(size_t n, size_t item_bytes)
{
	void *memory = calloc(n, item_bytes);
	if (!memory)
		abort();
	return memory;
}

struct sim_ledger *sim_ledger_create(uint32_t max_entries)
{
	struct sim_ledger *ledger = zeroed(1, sizeof(*ledger));
	ledger->max = max_entries;
	return ledger;
}

void sim_ledger_reset(struct sim_ledger *ledger)
{
	for (uint32_t i = 0; i < ledger->n; i++)
		free(sim_ledger_at(ledger, i)->user_id);
	for (uint32_t i = 0; i < ledger->n_chunks; i++)
		free(ledger->chunks[i]);
	free(ledger->chunks);
	free(ledger->index);
	free(ledger->contents);
	*ledger = (struct sim_ledger){.max = ledger->max};
}

void sim_ledger_destroy(struct sim_ledger *ledger)
{
	if (!ledger)
		return;
	sim_ledger_reset(ledger);
	free(ledger);
}

uint32_t sim_ledger_count(const struct sim_ledger *ledger)
{
	return ledger->n;
}

struct sim_entry *sim_ledger_at(const struct sim_ledger *ledger, uint32_t index)
{
	return &ledger->chunks[index / CHUNK_ENTRIES][index % CHUNK_ENTRIES];
}

const struct sim_ledger_sums *sim_ledger_sums(const struct sim_ledger *ledger)
{
	return &ledger->sums;
}

static uint32_t home(const struct sim_ledger *ledger, uint64_t who)
{
	return (uint32_t)sim_fate_mix(who, 0, 0) & (ledger->n_index - 1);
}

static void place(struct sim_ledger *ledger, uint32_t number)
{
	uint32_t i = home(ledger, sim_ledger_at(ledger, number)->who);
	while (ledger->index[i])
		i = (i + 1) & (ledger->n_index - 1);
	ledger->index[i] = number + 1;
}

static void grow_index(struct sim_ledger *ledger)
{
	free(ledger->index);
	ledger->n_index = ledger->n_index ? ledger->n_index * 2 : 1024;
	ledger->index = zeroed(ledger->n_index, sizeof(*ledger->index));
	for (uint32_t i = 0; i < ledger->n; i++)
		place(ledger, i);
}

static struct sim_entry *add(struct sim_ledger *ledger)
{
	if (ledger->n == ledger->max)
		return NULL;
	if (ledger->n == ledger->n_chunks * CHUNK_ENTRIES) {
		ledger->chunks = realloc(ledger->chunks, (ledger->n_chunks + 1) * sizeof(*ledger->chunks));
		if (!ledger->chunks)
			abort();
		ledger->chunks[ledger->n_chunks++] = zeroed(CHUNK_ENTRIES, sizeof(struct sim_entry));
	}
	return sim_ledger_at(ledger, ledger->n++);
}

struct sim_entry *sim_ledger_entry(struct sim_ledger *ledger, struct sim_number *number, uint64_t who, const char *user_id)
{
	uint32_t cursor = 0;
	struct sim_entry *entry;
	while ((entry = sim_ledger_next_of(ledger, who, &cursor)) != NULL) {
		if (entry->number == number)
			return entry;
	}
	if ((ledger->n + 1) * 2 > ledger->n_index)
		grow_index(ledger);
	entry = add(ledger);
	if (!entry)
		return NULL;
	*entry = (struct sim_entry){.who = who, .number = number};
	if (user_id && !(entry->user_id = strdup(user_id)))
		abort();
	place(ledger, ledger->n - 1);
	return entry;
}

/* The cursor is how many slots of the run were looked at. */
struct sim_entry *sim_ledger_next_of(const struct sim_ledger *ledger, uint64_t who, uint32_t *cursor)
{
	if (ledger->n_index == 0)
		return NULL;
	for (uint32_t i = (home(ledger, who) + *cursor) & (ledger->n_index - 1); ledger->index[i];
	     i = (i + 1) & (ledger->n_index - 1)) {
		++*cursor;
		struct sim_entry *entry = sim_ledger_at(ledger, ledger->index[i] - 1);
		if (entry->who == who)
			return entry;
	}
	return NULL;
}

static bool set_holds(uint64_t *slots, uint64_t n_slots, uint64_t value)
{
	uint64_t i = value & (n_slots - 1);
	while (slots[i] && slots[i] != value)
		i = (i + 1) & (n_slots - 1);
	bool held = slots[i] != 0;
	slots[i] = value;
	return held;
}

/* Whether this recipient got this content before; now it has. */
static bool got_before(struct sim_ledger *ledger, const struct sim_entry *entry, uint64_t content)
{
	if ((ledger->n_contents + 1) * 2 > ledger->n_content_slots) {
		uint64_t n = ledger->n_content_slots ? ledger->n_content_slots * 2 : 1024;
		uint64_t *slots = zeroed(n, sizeof(*slots));
		for (uint64_t i = 0; i < ledger->n_content_slots; i++) {
			if (ledger->contents[i])
				set_holds(slots, n, ledger->contents[i]);
		}
		free(ledger->contents);
		ledger->contents = slots;
		ledger->n_content_slots = n;
	}
	uint64_t value = sim_fate_mix(entry->who, (uint64_t)(uintptr_t)entry->number, content) | 1;
	bool before = set_holds(ledger->contents, ledger->n_content_slots, value);
	if (!before)
		ledger->n_contents++;
	return before;
}

static bool is_known_user(const struct sim_ledger *ledger, uint64_t who)
{
	uint32_t cursor = 0;
	const struct sim_entry *entry;
	while ((entry = sim_ledger_next_of(ledger, who, &cursor)) != NULL) {
		if (entry->taken > 0)
			return true;
	}
	return false;
}

void sim_ledger_take(struct sim_ledger *ledger, struct sim_entry *entry, uint64_t content, msec_t now)
{
	struct sim_ledger_sums *sums = &ledger->sums;
	sums->taken++;
	sums->pending++;
	if (entry->taken == 0 && !is_known_user(ledger, entry->who))
		sums->users++;
	if (entry->taken++ == 0) {
		entry->first_taken_ms = now;
		sums->recipients++;
	} else {
		sums->doubles++;
	}
	if (got_before(ledger, entry, content))
		sums->repeats++;
	entry->last_taken_ms = now;
	sums->last_taken_ms = now;
	if (!sums->first_taken_ms)
		sums->first_taken_ms = now;
}

void sim_ledger_refuse(struct sim_ledger *ledger, struct sim_entry *entry, int32_t code)
{
	entry->refused++;
	entry->last_code = code;
	ledger->sums.refused++;
}

/* Order of merit: none, failed, sent, delivered, read; but a failure replaces `sent`, which it may follow. */
static bool is_better(enum sim_status status, enum sim_status best)
{
	if (status == SIM_STATUS_FAILED)
		return best == SIM_STATUS_NONE || best == SIM_STATUS_SENT;
	return best == SIM_STATUS_FAILED ? status >= SIM_STATUS_DELIVERED : status > best;
}

static void count(struct sim_ledger_sums *sums, enum sim_status best, int64_t by)
{
	if (best == SIM_STATUS_FAILED) {
		sums->failed += (uint64_t)by;
		return;
	}
	sums->sent += best >= SIM_STATUS_SENT ? (uint64_t)by : 0;
	sums->delivered += best >= SIM_STATUS_DELIVERED ? (uint64_t)by : 0;
	sums->read += best >= SIM_STATUS_READ ? (uint64_t)by : 0;
}

void sim_ledger_emit(struct sim_ledger *ledger, struct sim_entry *entry, enum sim_status status, int32_t code, bool last)
{
	entry->sent += status == SIM_STATUS_SENT;
	entry->delivered += status == SIM_STATUS_DELIVERED;
	entry->read += status == SIM_STATUS_READ;
	if (status == SIM_STATUS_FAILED) {
		entry->failed++;
		entry->last_code = code;
	}
	if (is_better(status, (enum sim_status)entry->best)) {
		count(&ledger->sums, (enum sim_status)entry->best, -1);
		entry->best = (uint8_t)status;
		count(&ledger->sums, status, 1);
	}
	if (last)
		ledger->sums.pending--;
}
