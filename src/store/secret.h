#pragma once
/* Inside store: sealing secrets under the key file (secretbox: XSalsa20-Poly1305), the nonce in front. */

#include "base/arena.h"
#include "base/err.h"

#define SECRET_OVERHEAD 40 /* bytes a seal adds */

/* `ret` has room for n_bytes + SECRET_OVERHEAD. */
void secret_seal(const unsigned char *box_key, const void *text, size_t n_bytes, unsigned char *ret);
/* NUL-terminated, in `arena`; -1 when it was not sealed under this key. */
must_check int secret_open(const unsigned char *box_key, const void *sealed, size_t n_bytes, struct arena *arena,
                           const char **ret);
