#pragma once
/* A sentence about what went wrong, for an operator or a log line. Not for the faults of an API
 * client's request (model/fault.h). Never holds a secret, a phone number in full or a body. */

#include <stdarg.h>
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))

struct err {
	char text[256];
};

/* Write the sentence (cut to fit) and return -1, so that `return err_set(err, …)` reads well.
 * `err` may be NULL: the caller does not want the sentence. */
int err_set(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put "what: " in front of the sentence that is there; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
