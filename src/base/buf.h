#pragma once
/* A growing run of bytes with a maximum from its creation. When an append would pass the maximum,
 * nothing is added, `overflow` stays true until buf_reset, and the append returns -1.
 * The data is always followed by a NUL that does not count. */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data; /* NULL while empty and never used; owned by the buf */
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
	size_t max_bytes;
	bool overflow;
};

#define BUF_NO_LIMIT ((size_t)1 << 40)

void buf_init(struct buf *buf, size_t max_bytes);
void buf_fini(struct buf *buf);  /* frees; the buf may be used again as after buf_init */
void buf_reset(struct buf *buf); /* empty, memory kept */

int buf_add(struct buf *buf, const void *data, size_t n_bytes);
int buf_addc(struct buf *buf, char c);
int buf_adds(struct buf *buf, const char *text);
int buf_addf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *buf); /* NUL-terminated; "" when empty */
char *buf_steal(struct buf *buf);            /* the bytes, malloc'ed and NUL-terminated; the buf is empty after */

/* The cleanup idiom for a local: `buf_auto struct buf b; buf_init(&b, max);` */
#define buf_auto __attribute__((cleanup(buf_fini)))
