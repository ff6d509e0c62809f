#pragma once
/* Memory that is given back all at once: one arena a request or a batch. Not for threads to share.
 * Allocations are zeroed and aligned for any type; out of memory aborts. What has a size from
 * outside must have passed a limit before it comes here. */

#include <stddef.h>

struct arena;

struct arena *arena_create(size_t block_bytes);
void arena_destroy(struct arena *arena); /* NULL is fine; everything taken from it is gone */
void arena_reset(struct arena *arena);   /* empty, the first block kept for reuse */
size_t arena_used_bytes(const struct arena *arena);

void *arena_alloc(struct arena *arena, size_t n_bytes);
void *arena_array(struct arena *arena, size_t n, size_t item_bytes); /* aborts on overflow of n*item */
char *arena_strdup(struct arena *arena, const char *text);           /* NULL gives NULL */
char *arena_strndup(struct arena *arena, const char *text, size_t n_bytes);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The cleanup idiom for a local: `arena_auto struct arena *a = arena_create(4096);` */
void arena_cleanup(struct arena **arena);
#define arena_auto __attribute__((cleanup(arena_cleanup)))
