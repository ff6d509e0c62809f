#pragma once
/* Files at Meta: media to send with, each known to one phone number for 30 days, and the resumable uploads whose handles serve
 * as samples of templates. Of the bytes only the size and the hash are kept. Source: Meta's pages "Media" and "Resumable
 * Upload". Not locked; the owner is. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "sim/map.h"
#include "sim/message.h"

#define SIM_MAX_MEDIA 100000
#define SIM_MEDIA_LIFE_MS (30 * DAY_MS)
#define SIM_MEDIA_SHA256_BYTES 65

struct sim_medium {
	uint64_t id, number_id;
	char mime[96];
	uint64_t n_bytes;
	char sha256[SIM_MEDIA_SHA256_BYTES];
	msec_t upload_ms, expire_ms;
	uint64_t uses; /* messages that showed it */
	struct sim_medium *next;
};

struct sim_session {
	uint64_t id;
	uint64_t n_bytes, n_taken;
	struct sim_session *next;
};

struct sim_media {
	struct sim_map by_id, sessions, handles; /* handles: by their hash, each its session */
	struct sim_medium *media;                /* newest first */
	struct sim_session *session;
	uint32_t n_media, n_sessions;
};

void sim_media_fini(struct sim_media *media);
/* What Meta takes of this type, in bytes; 0: it takes no such type. */
uint64_t sim_media_max_bytes(const char *mime);
/* Copied; NULL when there are as many as can be kept. The id is made from `random`. */
struct sim_medium *sim_media_add(struct sim_media *media, const struct sim_medium *medium, uint64_t random);
/* NULL for one that is unknown, another number's (0: any), or at its end. */
struct sim_medium *sim_media_find(const struct sim_media *media, uint64_t id, uint64_t number_id, msec_t now);
/* As if its end had come; false: there is none. id 0: all. */
bool sim_media_forget(struct sim_media *media, uint64_t id);

struct sim_session *sim_media_begin(struct sim_media *media, uint64_t n_bytes, uint64_t random);
struct sim_session *sim_media_session(const struct sim_media *media, uint64_t id);
void sim_media_handle_add(struct sim_media *media, const char *handle, struct sim_session *session);
bool sim_media_handle_known(const struct sim_media *media, const char *handle);

/* Every medium that a message names by an id must be one of the number's: 0 and counted as used, or 1 with the refusal. */
must_check int sim_media_check(struct sim_media *media, const struct sim_scan *scan, uint64_t number_id, msec_t now,
                               struct arena *arena, struct sim_refusal *refusal);
