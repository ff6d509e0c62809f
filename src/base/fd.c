#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

int fd_write(int fd, const void *data, size_t n_bytes)
{
	const char *at = data;
	while (n_bytes > 0) {
		ssize_t n = write(fd, at, n_bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		n_bytes -= (size_t)n;
	}
	return 0;
}

ssize_t fd_read_at(int fd, void *ret, size_t n_bytes, uint64_t offset)
{
	size_t got = 0;
	while (got < n_bytes) {
		ssize_t n = pread(fd, (char *)ret + got, n_bytes - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}
