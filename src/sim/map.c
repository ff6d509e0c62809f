#include "sim/map.h"

#include <assert.h>
#include <stdlib.h>

static size_t home(const struct sim_map *map, uint64_t key)
{
	return (size_t)((key ^ key >> 32) * 0x9e3779b97f4a7c15u >> 20) & (map->n_slots - 1);
}

/* The slot of `key`, or the free one where it would go; there is always a free one. */
static struct sim_map_slot *find(const struct sim_map *map, uint64_t key)
{
	size_t i = home(map, key);
	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & (map->n_slots - 1);
	return &map->slots[i];
}

static void grow(struct sim_map *map)
{
	struct sim_map larger = {.n = map->n, .n_slots = map->n_slots ? map->n_slots * 2 : 16};
	larger.slots = calloc(larger.n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		abort();
	for (size_t i = 0; i < map->n_slots; i++) {
		if (map->slots[i].value)
			*find(&larger, map->slots[i].key) = map->slots[i];
	}
	free(map->slots);
	*map = larger;
}

void sim_map_fini(struct sim_map *map)
{
	free(map->slots);
	*map = (struct sim_map){0};
}

void *sim_map_get(const struct sim_map *map, uint64_t key)
{
	return map->n ? find(map, key)->value : NULL;
}

void sim_map_put(struct sim_map *map, uint64_t key, void *value)
{
	assert(value);
	if (map->n * 2 >= map->n_slots)
		grow(map);
	struct sim_map_slot *slot = find(map, key);
	if (!slot->value)
		map->n++;
	*slot = (struct sim_map_slot){.key = key, .value = value};
}

void *sim_map_remove(struct sim_map *map, uint64_t key)
{
	if (!map->n)
		return NULL;
	struct sim_map_slot *slot = find(map, key);
	void *value = slot->value;
	if (!value)
		return NULL;
	slot->value = NULL;
	map->n--;
	/* What stood behind it in the same run may have to move up. */
	for (size_t i = (size_t)(slot - map->slots + 1) & (map->n_slots - 1); map->slots[i].value;
	     i = (i + 1) & (map->n_slots - 1)) {
		struct sim_map_slot moved = map->slots[i];
		map->slots[i].value = NULL;
		*find(map, moved.key) = moved;
	}
	return value;
}
