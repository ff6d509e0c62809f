#include "base/uuid.h"

#include <string.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool dash_at(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

bool uuid_parse(const char *text, size_t n_bytes, struct uuid *ret)
{
	if (n_bytes != UUID_TEXT_BYTES - 1)
		return false;
	struct uuid uuid = {0};
	size_t digit = 0;
	for (size_t i = 0; i < n_bytes; i++) {
		if (dash_at(i)) {
			if (text[i] != '-')
				return false;
			continue;
		}
		int v = hex_value(text[i]);
		if (v < 0)
			return false;
		uuid.byte[digit / 2] = (uint8_t)(uuid.byte[digit / 2] << 4 | v);
		digit++;
	}
	*ret = uuid;
	return true;
}

void uuid_format(const struct uuid *uuid, char out[UUID_TEXT_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	char *p = out;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[uuid->byte[i] >> 4];
		*p++ = hex[uuid->byte[i] & 15];
	}
	*p = '\0';
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}
