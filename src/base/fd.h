#pragma once
/* Whole reads and writes of a file descriptor, whatever the kernel does in pieces and whichever signals come. Any thread. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* -1: errno says why; some of it may be written. */
must_check int fd_write(int fd, const void *data, size_t n_bytes);
/* The bytes read, fewer than `n_bytes` only at the file's end. -1: errno says why. */
must_check ssize_t fd_read_at(int fd, void *ret, size_t n_bytes, uint64_t offset);
