#pragma once
/* Updates on their way to the webhook: gathered into POSTs, signed, sent a few at a time, tried again with
 * growing pauses until they are answered 200. Loop thread only, except where it is said. */

#include "sim/internal.h"

struct sim_update;

must_check int sim_poster_create(struct sim *sim, struct sim_poster **ret, struct err *err);
void sim_poster_destroy(struct sim_poster *poster); /* NULL is fine */

/* Whether more should be made ready: so much waits already that messages had better wait in their smaller form.
 * Any thread. */
bool sim_poster_has_room(const struct sim_poster *poster);
/* Takes the update over. One more than memory is set aside for is dropped and counted; whoever heeds has_room
 * does not come near. */
void sim_poster_add(struct sim_poster *poster, struct sim_update *update);
/* Once in each turn of the loop: take over a changed target, send what can be sent. */
void sim_poster_turn(struct sim_poster *poster);

/* The hex HMAC-SHA256 that goes into X-Hub-Signature-256. */
#define SIM_SIGNATURE_BYTES 65
void sim_poster_sign(const char *secret, const void *body, size_t n_bytes, char out[SIM_SIGNATURE_BYTES]);

/* What can be seen from any thread. */
struct sim_poster_view {
	uint64_t waiting; /* updates made and not yet delivered */
	uint64_t waiting_bytes;
	unsigned in_flight;
	bool down;         /* the target does not answer */
	int verify_status; /* HTTP status of the verification request; 0: none was answered */
	bool verified;
};
void sim_poster_view(struct sim_poster *poster, struct sim_poster_view *ret);
