#include "sim/wamid.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sim/fate.h"

static void put_base64(const uint8_t *data, size_t n, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)data[i] << 16;
		three |= i + 1 < n ? (uint32_t)data[i + 1] << 8 : 0;
		three |= i + 2 < n ? data[i + 2] : 0;
		*out++ = digits[three >> 18];
		*out++ = digits[three >> 12 & 63];
		*out++ = i + 1 < n ? digits[three >> 6 & 63] : '=';
		*out++ = i + 2 < n ? digits[three & 63] : '=';
	}
	*out = '\0';
}

static void put_hex(uint8_t *out, size_t n, uint64_t nonce)
{
	static const char digits[] = "0123456789ABCDEF";
	const uint64_t more = sim_fate_mix(nonce, n, 0);
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)digits[(i < 16 ? nonce >> (i * 4) : more >> ((i - 16) * 4)) & 15];
}

static void make(const char *user, uint8_t direction, size_t n_hex, uint64_t nonce, char out[SIM_WAMID_BYTES])
{
	uint8_t record[128];
	size_t n_user = strnlen(user, SIM_WAMID_MAX_USER), n = 0;
	record[n++] = 0x1c;
	record[n++] = 0x18;
	record[n++] = (uint8_t)n_user;
	memcpy(record + n, user, n_user);
	n += n_user;
	const uint8_t middle[] = {0x15, 0x02, 0x00, direction, 0x18, (uint8_t)n_hex};
	memcpy(record + n, middle, sizeof(middle));
	n += sizeof(middle);
	put_hex(record + n, n_hex, nonce);
	if (direction == 0x12)
		memcpy(record + n, "3A", 2);
	n += n_hex;
	record[n++] = 0x00;
	strcpy(out, "wamid.");
	put_base64(record, n, out + 6);
}

void sim_wamid_outbound(const char *user, uint64_t nonce, char out[SIM_WAMID_BYTES])
{
	make(user, 0x11, 18, nonce, out);
}

void sim_wamid_inbound(const char *user, uint64_t nonce, char out[SIM_WAMID_BYTES])
{
	make(user, 0x12, 20, nonce, out);
}
