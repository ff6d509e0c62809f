/* Files: the resumable upload that gives handles for template samples, and media for sending. Only the size
 * is looked at; the bytes go nowhere (sim_route_policy). */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/internal.h"

static void answer_text(struct sim_answer *answer, const char *key, const char *value)
{
	struct json_writer w;
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, key, value);
	json_close_object(&w);
}

static uint64_t next_file(struct sim *sim, const struct sim_call *call)
{
	const uint64_t n = atomic_fetch_add_explicit(&sim->n_files, 1, memory_order_relaxed);
	return sim_fate_mix((uint64_t)sim->seed, n, call->token);
}

/* POST /{app}/uploads?file_name=&file_length=&file_type= */
void sim_uploads_begin(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	char id[64];
	const char *length = http_query(call->req, "file_length", 0);
	if (!length || strtoull(length, NULL, 10) == 0 || !http_query(call->req, "file_type", 0)) {
		sim_answer_graph(answer, 400, 100, 0, "(#100) file_length and file_type are required", NULL, NULL);
		return;
	}
	snprintf(id, sizeof(id), "upload:MTph%016" PRIx64 "?sig=%08" PRIx64, next_file(sim, call), call->token & 0xffffffffu);
	answer_text(answer, "id", id);
}

/* POST /upload:…, the bytes of the file. */
void sim_uploads_take(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	char handle[64];
	if (http_body_bytes(call->req) == 0) {
		sim_answer_graph(answer, 400, 100, 0, "(#100) The upload has no bytes", NULL, NULL);
		return;
	}
	snprintf(handle, sizeof(handle), "4::aW%016" PRIx64 ":%016" PRIx64, next_file(sim, call), call->token);
	answer_text(answer, "h", handle);
}

/* POST /{phone-number}/media */
void sim_uploads_media(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	char id[32];
	if (http_body_bytes(call->req) == 0) {
		sim_answer_error(answer, 100, "The parameter file is required.");
		return;
	}
	snprintf(id, sizeof(id), "%" PRIu64, 3000000000000000u + next_file(sim, call) % 1000000000000000u);
	answer_text(answer, "id", id);
}
