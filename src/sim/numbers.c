#include "sim/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "sim/fate.h"

void sim_world_init(struct sim_world *world, uint64_t seed)
{
	*world = (struct sim_world){.seed = seed};
}

void sim_world_fini(struct sim_world *world)
{
	for (uint32_t i = 0; i < world->n_wabas; i++)
		free(world->waba_list[i]);
	for (uint32_t i = 0; i < world->n_numbers; i++)
		free(world->number_list[i]);
	for (size_t i = 0; i < world->tokens.n_slots; i++)
		free(world->tokens.slots[i].value);
	free(world->waba_list);
	free(world->number_list);
	sim_map_fini(&world->wabas);
	sim_map_fini(&world->numbers);
	sim_map_fini(&world->tokens);
}

uint64_t sim_world_hash(const void *data, size_t n_bytes)
{
	const unsigned char *bytes = data;
	uint64_t hash = n_bytes;
	for (size_t i = 0; i < n_bytes; i += 8) {
		uint64_t word = 0;
		memcpy(&word, bytes + i, n_bytes - i < 8 ? n_bytes - i : 8);
		hash = sim_fate_mix(hash, word, i);
	}
	return hash ? hash : 1;
}

static void *allocate(size_t n_bytes)
{
	void *memory = calloc(1, n_bytes);
	if (!memory)
		abort();
	return memory;
}

/* Lists double at powers of two. */
static void *make_room(void *list, uint32_t n, size_t item_bytes)
{
	if (n & (n - 1))
		return list;
	list = realloc(list, (n ? n * 2 : 1) * item_bytes);
	if (!list)
		abort();
	return list;
}

static void remember_use(struct sim_world *world, struct sim_waba *waba, uint64_t token)
{
	struct sim_access *t = sim_map_get(&world->tokens, token);
	if (!t) {
		if (world->n_tokens == SIM_MAX_TOKENS)
			return;
		t = allocate(sizeof(*t));
		sim_map_put(&world->tokens, token, t);
		world->n_tokens++;
	}
	int at = 0;
	while (at < t->n && t->wabas[at] != waba)
		at++;
	if (at == t->n && t->n < SIM_TOKEN_ACCOUNTS)
		t->n++;
	at = at < SIM_TOKEN_ACCOUNTS ? at : SIM_TOKEN_ACCOUNTS - 1;
	memmove(t->wabas + 1, t->wabas, (size_t)at * sizeof(*t->wabas));
	t->wabas[0] = waba;
}

struct sim_waba *sim_world_find_waba(const struct sim_world *world, uint64_t id)
{
	return sim_map_get(&world->wabas, id);
}

struct sim_number *sim_world_find_number(const struct sim_world *world, uint64_t id)
{
	return sim_map_get(&world->numbers, id);
}

const struct sim_access *sim_world_token(const struct sim_world *world, uint64_t token)
{
	return sim_map_get(&world->tokens, token);
}

static struct sim_waba *add_waba(struct sim_world *world, uint64_t id)
{
	if (world->n_wabas == SIM_MAX_NUMBERS)
		return NULL;
	struct sim_waba *waba = allocate(sizeof(*waba));
	waba->id = id;
	world->waba_list = make_room(world->waba_list, world->n_wabas, sizeof(*world->waba_list));
	world->waba_list[world->n_wabas++] = waba;
	sim_map_put(&world->wabas, id, waba);
	return waba;
}

struct sim_waba *sim_world_waba(struct sim_world *world, uint64_t id, uint64_t token)
{
	struct sim_waba *waba = sim_world_find_waba(world, id);
	if (!waba)
		waba = add_waba(world, id);
	if (!waba || token == 0)
		return waba;
	waba->made_up = false;
	remember_use(world, waba, token);
	return waba;
}

/* A free id of 15 digits that begins with `lead`. */
static uint64_t make_id(const struct sim_world *world, uint64_t lead, uint64_t from)
{
	uint64_t id;
	do {
		from = sim_fate_mix(world->seed, from, lead);
		id = lead * 100000000000000u + from % 100000000000000u;
	} while (sim_map_get(&world->wabas, id) || sim_map_get(&world->numbers, id));
	return id;
}

static struct sim_number *add_number(struct sim_world *world, uint64_t id, struct sim_waba *waba)
{
	if (!waba || world->n_numbers == SIM_MAX_NUMBERS)
		return NULL;
	struct sim_number *number = allocate(sizeof(*number));
	number->id = id;
	number->waba = waba;
	const bool is_number = id >= SIM_MIN_DISPLAY && id < SIM_MAX_DISPLAY / 10;
	number->display = is_number ? id : 15550000000u + sim_fate_mix(world->seed, id, 1) % 10000000u;
	world->number_list = make_room(world->number_list, world->n_numbers, sizeof(*world->number_list));
	world->number_list[world->n_numbers++] = number;
	sim_map_put(&world->numbers, id, number);
	return number;
}

struct sim_number *sim_world_number(struct sim_world *world, uint64_t id, uint64_t token)
{
	const struct sim_access *used = token ? sim_world_token(world, token) : NULL;
	struct sim_number *number = sim_world_find_number(world, id);
	if (!number) {
		struct sim_waba *waba = used ? used->wabas[0] : sim_world_waba(world, make_id(world, 1, id), 0);
		number = add_number(world, id, waba);
		if (!number)
			return NULL;
		waba->made_up = waba->made_up || !used;
	}
	if (used && !number->firm && number->waba->made_up)
		number->waba = used->wabas[0];
	if (token)
		number->token = token;
	return number;
}

void sim_world_settle_numbers(struct sim_world *world, struct sim_waba *waba, uint64_t token)
{
	bool has_one = false;
	for (uint32_t i = 0; i < world->n_numbers; i++) {
		struct sim_number *number = world->number_list[i];
		if (!number->firm && number->waba->made_up && number->token == token)
			number->waba = waba;
		has_one = has_one || number->waba == waba;
	}
	if (!has_one)
		add_number(world, make_id(world, 2, waba->id), waba);
}
