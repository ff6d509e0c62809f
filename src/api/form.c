#include "api/form.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CHUNK_BYTES (256 * 1024)
#define MAX_HEAD_BYTES 8192   /* of one part */
#define MAX_BOUNDARY_BYTES 70 /* RFC 2046 */
#define MAX_PARTS 64

struct form {
	int fd;
	char delimiter[MAX_BOUNDARY_BYTES + 5]; /* CR LF - - boundary */
	char *chunk;
};

static ssize_t read_at(const struct form *form, size_t n_bytes, int64_t offset)
{
	size_t n = 0;
	while (n < n_bytes) {
		ssize_t got = pread(form->fd, form->chunk + n, n_bytes - n, offset + (int64_t)n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (ssize_t)n;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static bool read_boundary(struct form *form, const char *content_type)
{
	const char *at = strcasestr(content_type, "boundary=");
	if (!at)
		return false;
	at += strlen("boundary=");
	bool quoted = *at == '"';
	at += quoted;
	size_t n = strcspn(at, quoted ? "\"" : "; \t");
	if (n == 0 || n > MAX_BOUNDARY_BYTES)
		return false;
	snprintf(form->delimiter, sizeof(form->delimiter), "\r\n--%.*s", (int)n, at);
	return true;
}

/* Where `text` stands next; -1 nowhere, or the body cannot be read. */
static int64_t find(const struct form *form, int64_t from, const char *text)
{
	size_t n_text = strlen(text);
	for (;;) {
		ssize_t n = read_at(form, CHUNK_BYTES, from);
		if (n < (ssize_t)n_text)
			return -1;
		const char *found = memmem(form->chunk, (size_t)n, text, n_text);
		if (found)
			return from + (found - form->chunk);
		from += n - (ssize_t)n_text + 1;
	}
}

/* The head of a part, behind its delimiter: where the content begins, -1 when there is none. */
static int64_t read_head(const struct form *form, int64_t from, bool *ret_is_file)
{
	ssize_t n = read_at(form, MAX_HEAD_BYTES, from);
	const char *end = n < 4 ? NULL : memmem(form->chunk, (size_t)n, "\r\n\r\n", 4);
	if (!end || memchr(form->chunk, '\0', (size_t)(end - form->chunk)))
		return -1;
	int64_t begin = from + (end - form->chunk) + 4;
	form->chunk[end - form->chunk] = '\0';
	*ret_is_file = strcasestr(form->chunk, "filename=") || strcasestr(form->chunk, "filename*=");
	return begin;
}

static int find_file(const struct form *form, struct form_file *ret)
{
	/* The first delimiter stands at the beginning, where no line ends before it. */
	const char *first = form->delimiter + 2;
	int64_t at = find(form, 0, first);
	if (at < 0)
		return -1;
	at += (int64_t)strlen(first);
	for (int i = 0; i < MAX_PARTS; i++) {
		bool is_file = false;
		int64_t begin = read_head(form, at, &is_file), end = begin < 0 ? -1 : find(form, begin - 2, form->delimiter);
		if (end < 0)
			return -1;
		if (is_file) {
			*ret = (struct form_file){begin, end < begin ? begin : end};
			return 0;
		}
		at = end + (int64_t)strlen(form->delimiter);
	}
	return -1;
}

int form_find_file(int fd, const char *content_type, struct form_file *ret, struct err *err)
{
	struct form form = {.fd = fd};
	if (!read_boundary(&form, content_type))
		return err_set(err, "the header Content-Type has no boundary");
	form.chunk = malloc(CHUNK_BYTES);
	if (!form.chunk)
		abort();
	int result = find_file(&form, ret);
	free(form.chunk);
	return result < 0 ? err_set(err, "the form is not complete, or has no part with a file name") : 0;
}
