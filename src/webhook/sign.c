#include "webhook/sign.h"

#include <sodium.h>
#include <string.h>

void sign_body(const char *secret, const void *body, size_t n_bytes, bool hex, char ret[SIGN_BYTES])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(&state, body, n_bytes);
	crypto_auth_hmacsha256_final(&state, mac);
	if (hex)
		sodium_bin2hex(ret, SIGN_BYTES, mac, sizeof(mac));
	else
		sodium_bin2base64(ret, SIGN_BYTES, mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
}
