#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t cap, used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *first, *last;
	size_t block_bytes;
};

static struct block *block_create(size_t cap)
{
	struct block *block = cap > SIZE_MAX - sizeof(*block) ? NULL : malloc(sizeof(*block) + cap);
	if (!block)
		abort();
	block->next = NULL;
	block->cap = cap;
	block->used = 0;
	return block;
}

struct arena *arena_create(size_t block_bytes)
{
	struct arena *arena = malloc(sizeof(*arena));
	if (!arena)
		abort();
	arena->block_bytes = block_bytes < 256 ? 256 : block_bytes;
	arena->first = arena->last = block_create(arena->block_bytes);
	return arena;
}

static void blocks_free(struct block *block)
{
	while (block) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	blocks_free(arena->first);
	free(arena);
}

void arena_cleanup(struct arena **arena)
{
	arena_destroy(*arena);
}

void arena_reset(struct arena *arena)
{
	blocks_free(arena->first->next);
	arena->first->next = NULL;
	arena->first->used = 0;
	arena->last = arena->first;
}

size_t arena_used_bytes(const struct arena *arena)
{
	size_t n = 0;
	for (const struct block *b = arena->first; b; b = b->next)
		n += b->used;
	return n;
}

void *arena_alloc(struct arena *arena, size_t n_bytes)
{
	const size_t unit = alignof(max_align_t);
	if (n_bytes > SIZE_MAX - unit)
		abort();
	size_t n = n_bytes ? (n_bytes + unit - 1) / unit * unit : unit;
	struct block *block = arena->last;
	if (block->cap - block->used < n) {
		block = block_create(n > arena->block_bytes ? n : arena->block_bytes);
		arena->last->next = block;
		arena->last = block;
	}
	void *p = block->data + block->used;
	block->used += n;
	return memset(p, 0, n);
}

void *arena_array(struct arena *arena, size_t n, size_t item_bytes)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, item_bytes, &bytes))
		abort();
	return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n_bytes)
{
	char *copy = arena_alloc(arena, n_bytes + 1);
	memcpy(copy, text, n_bytes);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	char probe[1];
	int n = vsnprintf(probe, sizeof(probe), fmt, args);
	va_end(args);
	if (n < 0)
		abort();
	char *text = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}
