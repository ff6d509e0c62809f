#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){.max_bytes = max_bytes};
}

void buf_fini(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max_bytes);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Room for `n` more and the NUL. */
static int buf_reserve(struct buf *buf, size_t n)
{
	if (buf->overflow || n > buf->max_bytes - buf->len) {
		buf->overflow = true;
		return -1;
	}
	size_t need = buf->len + n + 1;
	if (need <= buf->cap)
		return 0;
	size_t cap = buf->cap ? buf->cap : 64;
	while (cap < need)
		cap *= 2;
	char *data = realloc(buf->data, cap);
	if (!data)
		abort();
	buf->data = data;
	buf->cap = cap;
	return 0;
}

int buf_add(struct buf *buf, const void *data, size_t n_bytes)
{
	if (buf_reserve(buf, n_bytes) < 0)
		return -1;
	if (n_bytes)
		memcpy(buf->data + buf->len, data, n_bytes);
	buf->len += n_bytes;
	buf->data[buf->len] = '\0';
	return 0;
}

int buf_addc(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int buf_adds(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	char probe[1];
	int n = vsnprintf(probe, sizeof(probe), fmt, args);
	va_end(args);
	int result = n < 0 ? -1 : buf_reserve(buf, (size_t)n);
	if (result == 0) {
		vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again);
		buf->len += (size_t)n;
	}
	va_end(again);
	return result;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_steal(struct buf *buf)
{
	char *data = buf->data;
	if (!data) {
		data = calloc(1, 1);
		if (!data)
			abort();
	}
	buf_init(buf, buf->max_bytes);
	return data;
}
