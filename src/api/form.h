#pragma once
/* Inside api: the file in a body of multipart/form-data (RFC 7578) that was written to a file as it came. Constant memory. */

#include <stdint.h>

#include "base/err.h"

#define FORM_TYPE "multipart/form-data"

struct form_file {
	int64_t begin, end; /* offsets in the body */
};

/* The first part that has a file name. `content_type`: the header's value, which tells the boundary. -1 with a sentence: there is
 * none, or the body is no such form. */
must_check int form_find_file(int fd, const char *content_type, struct form_file *ret, struct err *err);
