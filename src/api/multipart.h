#pragma once
/* The one file in a multipart/form-data body (RFC 7578) that lies in a file itself, a medium or a CSV import: where it begins and
 * ends. Constant memory whatever the body's size. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define MULTIPART_TYPE "multipart/form-data"
#define MULTIPART_NAME_BYTES 1024

struct multipart_file {
	uint64_t offset, n_bytes;
	char content_type[128];               /* "" when its part has none */
	char file_name[MULTIPART_NAME_BYTES]; /* without any path before it; "" when it has none, or one that is not UTF-8 */
};

bool multipart_is(const char *content_type); /* NULL is fine */
/* 0; 1 with a sentence when the body is not of that form, is cut, or has not exactly one file; -1 when it cannot be read. */
must_check int multipart_find(int fd, uint64_t n_bytes, const char *content_type, struct multipart_file *ret, struct err *err);
