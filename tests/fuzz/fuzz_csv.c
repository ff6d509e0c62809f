/* A CSV file as an import reads it, bare or in a form: records from any point on, columns by their names, contacts. An input
 * whose first line is the Content-Type of a form is that form, else what comes is looked at as a file and as the form of a fixed
 * one. So that short inputs come to the limits of lines, records and pieces, the bytes 1 to 5 stand for long runs. */
#include <sys/mman.h>
#include <unistd.h>

#include "api/columns.h"
#include "api/multipart.h"
#include "base/text.h"
#include "fuzz.h"

static void read_all(const char *path, int64_t begin, int64_t size, struct arena *arena)
{
	struct records *records = NULL;
	struct record record = {0};
	struct columns columns = {0};
	struct err err;
	HOLDS(records_open(path, begin, begin, 0, (struct lines_watch){0}, &records, &err) == 0);
	int64_t line = 0, end = begin;
	bool has_columns = false;
	int got, n = 0;
	while ((got = records_next(records, arena, &record)) == 1 && ++n < 10000) {
		HOLDS(record.line > line && record.end_bytes > end && record.end_bytes <= size);
		HOLDS(record.fault || (record.n_cells > 0 && record.n_cells <= RECORD_MAX_CELLS));
		line = record.line;
		end = record.end_bytes;
		for (int i = 0; !record.fault && i < record.n_cells; i++)
			HOLDS(utf8_valid(record.cell[i], strlen(record.cell[i])));
		if (record.fault)
			continue;
		struct contact_request contact;
		const char *number = NULL;
		if (!has_columns)
			has_columns = columns_read(record.cell, record.n_cells, arena, &columns, &err) == 0;
		else if (!columns_contact(&columns, &record, n % 2 ? NULL : "GB", arena, &contact, &number))
			HOLDS(contact.digits[0] != '\0' && strspn(contact.digits, "0123456789") == strlen(contact.digits));
	}
	HOLDS(got >= 0);
	records_close(records);
}

static void read_form(int fd, const char *path, size_t n_bytes, const char *content_type, struct arena *arena)
{
	struct multipart_file file;
	struct err err;
	int found = multipart_find(fd, n_bytes, content_type, &file, &err);
	HOLDS(found >= 0);
	if (found != 0)
		return;
	HOLDS(file.offset <= n_bytes && file.n_bytes <= n_bytes - file.offset);
	HOLDS(utf8_valid(file.file_name, strlen(file.file_name)) && !strpbrk(file.file_name, "/\\"));
	HOLDS(ftruncate(fd, (off_t)(file.offset + file.n_bytes)) == 0);
	read_all(path, (int64_t)file.offset, (int64_t)(file.offset + file.n_bytes), arena);
}

#define MAX_BYTES ((size_t)320 * 1024) /* more than what is read at a time */
#define RUN_BYTES ((size_t)24 * 1024)

/* The input with its runs, as a file. */
static size_t write_file(int fd, const uint8_t *data, size_t n_bytes)
{
	static const char *const of[] = {"", "x", "\"", "\r\n", "\xC3\xA9", ","};
	static char out[MAX_BYTES];
	size_t n = 0;
	for (size_t i = 0; i < n_bytes && n < MAX_BYTES; i++) {
		bool run = data[i] > 0 && data[i] <= 5;
		const char *unit = run ? of[data[i]] : (const char *)&data[i];
		size_t n_unit = run ? strlen(unit) : 1, n_times = run ? RUN_BYTES / n_unit : 1;
		for (; n_times > 0 && n + n_unit <= MAX_BYTES; n_times--, n += n_unit)
			memcpy(out + n, unit, n_unit);
	}
	if (write(fd, out, n) != (ssize_t)n)
		abort();
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char path[64], *content_type = NULL;
	const uint8_t *end = memchr(data, '\n', n_bytes);
	if (end) {
		content_type = fuzz_text(data, (size_t)(end - data));
		if (!multipart_is(content_type)) {
			free(content_type);
			content_type = NULL;
		}
	}
	size_t n_type = content_type ? (size_t)(end - data) + 1 : 0;
	int fd = memfd_create("csv", 0);
	if (fd < 0)
		abort();
	size_t n_file = write_file(fd, data + n_type, n_bytes - n_type);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct arena *arena = arena_create(4096);
	if (!content_type)
		read_all(path, 0, (int64_t)n_file, arena);
	read_form(fd, path, n_file, content_type ? content_type : MULTIPART_TYPE "; boundary=XX", arena);
	arena_destroy(arena);
	close(fd);
	free(content_type);
	return 0;
}
