#include "sim/media.h"

#include <stdlib.h>
#include <string.h>

#include "sim/fate.h"
#include "sim/numbers.h"

#define FIRST_ID UINT64_C(3000000000000000)
#define N_IDS UINT64_C(1000000000000000)

void sim_media_fini(struct sim_media *media)
{
	sim_map_fini(&media->by_id);
	sim_map_fini(&media->sessions);
	sim_map_fini(&media->handles);
	while (media->media) {
		struct sim_medium *next = media->media->next;
		free(media->media);
		media->media = next;
	}
	while (media->session) {
		struct sim_session *next = media->session->next;
		free(media->session);
		media->session = next;
	}
}

uint64_t sim_media_max_bytes(const char *mime)
{
	static const struct {
		const char *mime;
		uint64_t max_bytes;
	} types[] = {
		{"audio/aac", 16 << 20},
		{"audio/amr", 16 << 20},
		{"audio/mpeg", 16 << 20},
		{"audio/mp4", 16 << 20},
		{"audio/ogg", 16 << 20},
		{"text/plain", 100 << 20},
		{"application/pdf", 100 << 20},
		{"application/msword", 100 << 20},
		{"application/vnd.ms-excel", 100 << 20},
		{"application/vnd.ms-powerpoint", 100 << 20},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100 << 20},
		{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 << 20},
		{"application/vnd.openxmlformats-officedocument.presentationml.presentation", 100 << 20},
		{"image/jpeg", 5 << 20},
		{"image/png", 5 << 20},
		{"image/webp", 500 << 10},
		{"video/mp4", 16 << 20},
		{"video/3gpp", 16 << 20},
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].mime, mime) == 0)
			return types[i].max_bytes;
	return 0;
}

/* ---- media ---- */

struct sim_medium *sim_media_add(struct sim_media *media, const struct sim_medium *from, uint64_t random)
{
	struct sim_medium *m = media->n_media < SIM_MAX_MEDIA ? malloc(sizeof(*m)) : NULL;
	if (!m)
		return NULL;
	*m = *from;
	do
		m->id = FIRST_ID + random++ % N_IDS;
	while (sim_map_get(&media->by_id, m->id));
	m->next = media->media;
	media->media = m;
	media->n_media++;
	sim_map_put(&media->by_id, m->id, m);
	return m;
}

struct sim_medium *sim_media_find(const struct sim_media *media, uint64_t id, uint64_t number_id, msec_t now)
{
	struct sim_medium *m = sim_map_get(&media->by_id, id);
	return m && (number_id == 0 || m->number_id == number_id) && m->expire_ms > now ? m : NULL;
}

bool sim_media_forget(struct sim_media *media, uint64_t id)
{
	bool any = false;
	for (struct sim_medium *m = media->media; m; m = m->next) {
		if (id == 0 || m->id == id) {
			m->expire_ms = 0;
			any = true;
		}
	}
	return any;
}

/* ---- resumable uploads ---- */

struct sim_session *sim_media_begin(struct sim_media *media, uint64_t n_bytes, uint64_t random)
{
	struct sim_session *s = media->n_sessions < SIM_MAX_MEDIA ? malloc(sizeof(*s)) : NULL;
	if (!s)
		return NULL;
	*s = (struct sim_session){.id = random, .n_bytes = n_bytes, .next = media->session};
	while (sim_map_get(&media->sessions, s->id))
		s->id++;
	media->session = s;
	media->n_sessions++;
	sim_map_put(&media->sessions, s->id, s);
	return s;
}

struct sim_session *sim_media_session(const struct sim_media *media, uint64_t id)
{
	return sim_map_get(&media->sessions, id);
}

void sim_media_handle_add(struct sim_media *media, const char *handle, struct sim_session *session)
{
	sim_map_put(&media->handles, sim_world_hash(handle, strlen(handle)), session);
}

bool sim_media_handle_known(const struct sim_media *media, const char *handle)
{
	return sim_map_get(&media->handles, sim_world_hash(handle, strlen(handle))) != NULL;
}

/* ---- messages ---- */

static const char *kind_at(const struct sim_scan *scan, int token)
{
	static const char *const kinds[] = {"image", "video", "document", "audio", "sticker"};
	const struct sim_token *t = &scan->at[token];
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && sim_scan_is(scan, token, SIM_TOKEN_TEXT); i++)
		if (t->end - t->start == strlen(kinds[i]) && memcmp(scan->text + t->start, kinds[i], t->end - t->start) == 0)
			return kinds[i];
	return NULL;
}

static uint64_t id_of(struct sim_text text)
{
	char digits[20];
	if (!text.at || text.n == 0 || text.n >= sizeof(digits))
		return 0;
	memcpy(digits, text.at, text.n);
	digits[text.n] = '\0';
	return strspn(digits, "0123456789") == text.n ? strtoull(digits, NULL, 10) : 0;
}

int sim_media_check(struct sim_media *media, const struct sim_scan *scan, uint64_t number_id, msec_t now, struct arena *arena,
                    struct sim_refusal *refusal)
{
	/* A text before an object is the name of a member. */
	for (int i = 0; i + 1 < scan->n_tokens; i++) {
		const char *kind = sim_scan_is(scan, i + 1, SIM_TOKEN_OBJECT) ? kind_at(scan, i) : NULL;
		int id = kind ? sim_scan_get(scan, i + 1, "id") : SIM_SCAN_NONE;
		if (id == SIM_SCAN_NONE)
			continue;
		struct sim_medium *m = sim_media_find(media, id_of(sim_scan_text(scan, id, arena)), number_id, now);
		if (!m)
			return sim_message_refuse(refusal, 100,
			                          "Param %s['id'] is not a valid whatsapp business account media attachment ID",
			                          kind);
		m->uses++;
	}
	return 0;
}
