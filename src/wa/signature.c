#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/text.h"
#include "wa/event.h"

#define DIGEST_BYTES 32
#define PREFIX "sha256="

bool wa_signature_ok(const char *header, const char *app_secret, const void *body, size_t n_bytes)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char ours[sizeof(PREFIX) + DIGEST_BYTES * 2] = PREFIX;
	size_t secret_bytes = strlen(app_secret);
	if (secret_bytes > INT32_MAX || !HMAC(EVP_sha256(), app_secret, (int)secret_bytes, body, n_bytes, digest, &n) ||
	    n != DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		ours[sizeof(PREFIX) - 1 + i * 2] = hex[digest[i] >> 4];
		ours[sizeof(PREFIX) + i * 2] = hex[digest[i] & 15];
	}
	/* The length of what came is no secret. */
	return header && strlen(header) == sizeof(ours) - 1 && text_equal_secret(ours, header, sizeof(ours) - 1);
}
