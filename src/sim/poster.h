#pragma once
/* Updates on their way to the webhook: gathered into POSTs, signed, sent a few at a time, tried again with
 * growing pauses. Loop thread only. */

#include "sim/internal.h"

struct sim_update;

must_check int sim_poster_create(struct sim *sim, struct sim_poster **ret, struct err *err);
void sim_poster_destroy(struct sim_poster *poster); /* NULL is fine */

/* Takes the update over. */
void sim_poster_add(struct sim_poster *poster, struct sim_update *update);
/* Once in each turn of the loop: take over a changed target, send what can be sent. */
void sim_poster_turn(struct sim_poster *poster);

/* The hex HMAC-SHA256 that goes into X-Hub-Signature-256. */
#define SIM_SIGNATURE_BYTES 65
void sim_poster_sign(const char *secret, const void *body, size_t n_bytes, char out[SIM_SIGNATURE_BYTES]);

/* What can be seen from any thread. */
struct sim_poster_view {
	uint64_t waiting; /* updates not yet delivered */
	unsigned in_flight;
	int verify_status; /* HTTP status of the verification request; 0: none was answered */
	bool verified;
};
void sim_poster_view(struct sim_poster *poster, struct sim_poster_view *ret);
