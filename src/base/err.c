#include "base/err.h"

#include <stdio.h>
#include <string.h>

int err_set(struct err *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	va_list args;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	if (!err)
		return -1;
	char head[sizeof(err->text)];
	va_list args;
	va_start(args, fmt);
	vsnprintf(head, sizeof(head), fmt, args);
	va_end(args);
	size_t n = strlen(head), room = sizeof(err->text) - 1;
	if (n + 2 > room)
		return -1;
	size_t keep = strnlen(err->text, room - n - 2);
	memmove(err->text + n + 2, err->text, keep);
	memcpy(err->text, head, n);
	memcpy(err->text + n, ": ", 2);
	err->text[n + 2 + keep] = '\0';
	return -1;
}
