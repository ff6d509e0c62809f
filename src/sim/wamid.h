#pragma once
/* Message ids in the shape that Meta's samples have: "wamid." and the base64 of a small record with the
 * user's number and 18 (outbound) or 20 (inbound) hex digits. Meta gives no grammar; they are opaque. */

#include <stdint.h>

#define SIM_WAMID_BYTES 160
#define SIM_WAMID_MAX_USER 64 /* longer user ids are cut within the id */

/* `user` is the number in digits or a user id; `nonce` makes the hex digits. */
void sim_wamid_outbound(const char *user, uint64_t nonce, char out[SIM_WAMID_BYTES]);
void sim_wamid_inbound(const char *user, uint64_t nonce, char out[SIM_WAMID_BYTES]);
