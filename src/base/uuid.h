#pragma once
/* 128-bit ids in their 8-4-4-4-12 form. Only the shape is checked, any version, any case. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uuid {
	uint8_t byte[16];
};

#define UUID_TEXT_BYTES 37 /* with its NUL */

bool uuid_parse(const char *text, size_t n_bytes, struct uuid *ret);
void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_BYTES]); /* lower case */
bool uuid_equal(const struct uuid *a, const struct uuid *b);
