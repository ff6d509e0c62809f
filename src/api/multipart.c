#include "api/multipart.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fd.h"
#include "base/text.h"

#define BOUNDARY_MAX 70 /* RFC 2046 */
#define HEAD_MAX 4096   /* of one part's header fields */
#define PARTS_MAX 32
#define WINDOW 65536

struct reader {
	int fd;
	uint64_t n_bytes;
	char mark[BOUNDARY_MAX + 5]; /* CR LF "--" boundary */
	size_t n_mark;
};

bool multipart_is(const char *content_type)
{
	size_t n = strlen(MULTIPART_TYPE);
	return content_type && strncasecmp(content_type, MULTIPART_TYPE, n) == 0 &&
	       (content_type[n] == '\0' || content_type[n] == ';' || content_type[n] == ' ');
}

/* The value of a parameter `; name=value` or `; name="value"`, into `out`; false when it is not there or does not fit. */
static bool parameter(const char *field, const char *name, char *out, size_t out_bytes)
{
	size_t n_name = strlen(name);
	for (const char *p = strchr(field, ';'); p; p = strchr(p, ';')) {
		p += 1 + strspn(p + 1, " \t");
		if (strncasecmp(p, name, n_name) != 0 || p[n_name] != '=')
			continue;
		p += n_name + 1;
		bool quoted = *p == '"';
		p += quoted;
		size_t n = 0;
		for (; *p && *p != (quoted ? '"' : ';'); p++) {
			if (quoted && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
				p++;
			if (n + 1 >= out_bytes)
				return false;
			out[n++] = *p;
		}
		while (!quoted && n > 0 && isspace((unsigned char)out[n - 1]))
			n--;
		out[n] = '\0';
		return true;
	}
	return false;
}

/* Where the next mark begins at or behind `at`: 0, 1 there is none, -1. */
static int find_mark(const struct reader *r, uint64_t at, uint64_t *ret)
{
	char window[WINDOW];
	while (at < r->n_bytes) {
		ssize_t n = fd_read_at(r->fd, window, sizeof(window), at);
		if (n < 0)
			return -1;
		const char *found = memmem(window, (size_t)n, r->mark, r->n_mark);
		if (found) {
			*ret = at + (uint64_t)(found - window);
			return 0;
		}
		if ((size_t)n <= r->n_mark || (size_t)n < sizeof(window))
			break;
		at += (size_t)n - r->n_mark + 1;
	}
	return 1;
}

static void base_name(char *name)
{
	char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
	char *from = back > slash ? back + 1 : slash ? slash + 1 : name;
	memmove(name, from, strlen(from) + 1);
	if (!utf8_valid(name, strlen(name)) || text_has_control(name, strlen(name)))
		name[0] = '\0';
}

/* The header fields of a part, NUL-terminated and each ended by CR LF: is it a file, and which? */
static bool read_head(char *head, struct multipart_file *file)
{
	bool is_file = false;
	for (char *line = head, *next; *line; line = next) {
		char *end = strstr(line, "\r\n");
		if (!end)
			break;
		*end = '\0';
		next = end + 2;
		if (strncasecmp(line, "content-disposition:", 20) == 0)
			is_file = parameter(line + 20, "filename", file->file_name, sizeof(file->file_name));
		else if (strncasecmp(line, "content-type:", 13) == 0)
			snprintf(file->content_type, sizeof(file->content_type), "%s", line + 13 + strspn(line + 13, " \t"));
	}
	base_name(file->file_name);
	return is_file;
}

/* One part, whose boundary's line ended before `at`: 0 and where its mark is, 1, -1. */
static int read_part(const struct reader *r, uint64_t at, struct multipart_file *part, bool *ret_is_file, uint64_t *ret_mark,
                     struct err *err)
{
	char head[HEAD_MAX + 1];
	ssize_t n = fd_read_at(r->fd, head, HEAD_MAX, at);
	if (n < 0)
		return -1;
	head[n] = '\0';
	const char *end = n >= 2 && memcmp(head, "\r\n", 2) == 0 ? head : memmem(head, (size_t)n, "\r\n\r\n", 4);
	if (!end || memchr(head, '\0', (size_t)(end - head))) {
		err_set(err, "a part's header fields are cut, longer than %d bytes or not text", HEAD_MAX);
		return 1;
	}
	size_t n_head = (size_t)(end - head) + (end == head ? 2 : 4);
	*part = (struct multipart_file){.offset = at + n_head};
	head[n_head - 2] = '\0';
	*ret_is_file = read_head(head, part);
	int found = find_mark(r, part->offset, ret_mark);
	if (found == 1)
		err_set(err, "a part is cut: no boundary ends it");
	part->n_bytes = found == 0 ? *ret_mark - part->offset : 0;
	return found;
}

/* What follows a boundary: 0 another part, from *at on; 1 the end; 2 neither. */
static int after_mark(const struct reader *r, uint64_t *at)
{
	char next[2];
	if (fd_read_at(r->fd, next, sizeof(next), *at) != (ssize_t)sizeof(next))
		return 2;
	*at += sizeof(next);
	return memcmp(next, "\r\n", 2) == 0 ? 0 : memcmp(next, "--", 2) == 0 ? 1 : 2;
}

static int read_parts(const struct reader *r, struct multipart_file *ret, struct err *err)
{
	char begin[sizeof(r->mark)];
	uint64_t at = r->n_mark - 2, mark;
	int n_files = 0, what;
	if (fd_read_at(r->fd, begin, r->n_mark - 2, 0) != (ssize_t)(r->n_mark - 2) ||
	    memcmp(begin, r->mark + 2, r->n_mark - 2) != 0) {
		err_set(err, "the body does not begin with the boundary that Content-Type names");
		return 1;
	}
	for (int n = 0; (what = after_mark(r, &at)) == 0; n++) {
		struct multipart_file part;
		bool is_file;
		int got = n < PARTS_MAX ? read_part(r, at, &part, &is_file, &mark, err) : 1;
		if (n >= PARTS_MAX)
			err_set(err, "the body has more than %d parts", PARTS_MAX);
		if (got != 0)
			return got;
		if (is_file && n_files++ == 0)
			*ret = part;
		at = mark + r->n_mark;
	}
	if (what == 1 && n_files == 1)
		return 0;
	if (what == 2)
		err_set(err, "the body is cut: its last boundary is missing");
	else
		err_set(err, "the body must have exactly one file; it has %d", n_files);
	return 1;
}

int multipart_find(int fd, uint64_t n_bytes, const char *content_type, struct multipart_file *ret, struct err *err)
{
	struct reader r = {.fd = fd, .n_bytes = n_bytes};
	char boundary[BOUNDARY_MAX + 1];
	if (!parameter(content_type, "boundary", boundary, sizeof(boundary)) || !*boundary) {
		err_set(err, "Content-Type names no boundary, or one longer than %d characters", BOUNDARY_MAX);
		return 1;
	}
	r.n_mark = (size_t)snprintf(r.mark, sizeof(r.mark), "\r\n--%s", boundary);
	struct multipart_file found;
	int result = read_parts(&r, &found, err);
	if (result == 0)
		*ret = found;
	return result;
}
