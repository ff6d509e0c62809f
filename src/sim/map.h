#pragma once
/* A small hash map from a number to a pointer (borrowed). Zero-initialised is empty. Not for threads to share. */

#include <stddef.h>
#include <stdint.h>

struct sim_map {
	struct sim_map_slot {
		uint64_t key;
		void *value; /* NULL: free */
	} * slots;
	size_t n, n_slots;
};

void sim_map_fini(struct sim_map *map);
void *sim_map_get(const struct sim_map *map, uint64_t key);       /* NULL when absent */
void sim_map_put(struct sim_map *map, uint64_t key, void *value); /* replaces; `value` not NULL */
void *sim_map_remove(struct sim_map *map, uint64_t key);          /* what was there, or NULL */
