#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

static void reads_end_where_the_file_does(void **state)
{
	(void)state;
	char text[8];
	int fd = memfd_create("fd", MFD_CLOEXEC);
	assert_int_equal(fd_write(fd, "0123456789", 10), 0);
	assert_int_equal(fd_read_at(fd, text, sizeof(text), 1), 8);
	assert_memory_equal(text, "12345678", 8);
	assert_int_equal(fd_read_at(fd, text, sizeof(text), 7), 3);
	assert_memory_equal(text, "789", 3);
	assert_int_equal(fd_read_at(fd, text, sizeof(text), 10), 0);
	close(fd);
}

#define MANY_BYTES ((size_t)1 << 20) /* more than a pipe holds */

struct drain {
	int fd;
	char *bytes;
	size_t n;
};

static void *drain(void *arg)
{
	struct drain *d = arg;
	for (ssize_t n; d->n < MANY_BYTES && (n = read(d->fd, d->bytes + d->n, 1000)) > 0;)
		d->n += (size_t)n;
	return NULL;
}

static void what_is_taken_in_pieces_is_written_whole(void **state)
{
	(void)state;
	int end[2];
	pthread_t reader;
	assert_int_equal(pipe(end), 0);
	char *bytes = malloc(MANY_BYTES);
	struct drain d = {.fd = end[0], .bytes = malloc(MANY_BYTES)};
	for (size_t i = 0; i < MANY_BYTES; i++)
		bytes[i] = (char)(i * 7);
	assert_int_equal(pthread_create(&reader, NULL, drain, &d), 0);
	assert_int_equal(fd_write(end[1], bytes, MANY_BYTES), 0);
	pthread_join(reader, NULL);
	assert_int_equal(d.n, MANY_BYTES);
	assert_memory_equal(d.bytes, bytes, MANY_BYTES);
	close(end[0]);
	close(end[1]);
	free(d.bytes);
	free(bytes);
}

static void failures_say_why(void **state)
{
	(void)state;
	char text[4];
	assert_int_equal(fd_write(-1, "a", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fd_read_at(-1, text, sizeof(text), 0), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_end_where_the_file_does),
		cmocka_unit_test(what_is_taken_in_pieces_is_written_whole),
		cmocka_unit_test(failures_say_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
