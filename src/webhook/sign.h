#pragma once
/* Inside webhook: the header by which a receiver knows that an event is ours. */

#include <stdbool.h>
#include <stddef.h>

#define SIGN_BYTES 65 /* hex and a NUL, the longer form */

/* HMAC-SHA256 of the body under the secret: base64 (RFC 4648, padded), or lower-case hex. */
void sign_body(const char *secret, const void *body, size_t n_bytes, bool hex, char ret[SIGN_BYTES]);
