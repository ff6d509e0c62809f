/* The calls about files: the resumable upload that gives handles for template samples, and media for sending. */

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "sim/internal.h"

/* The bytes of a body that route.c put into a file; NULL when there are none. To be unmapped. */
static const char *map_body(const struct sim_call *call, size_t *ret_n)
{
	*ret_n = (size_t)http_body_bytes(call->req);
	if (*ret_n == 0 || call->body_fd < 0)
		return NULL;
	void *at = mmap(NULL, *ret_n, PROT_READ, MAP_PRIVATE, call->body_fd, 0);
	return at == MAP_FAILED ? NULL : at;
}

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

/* ---- resumable uploads ---- */

/* GET /app: the app that a token is of; here one for every token. */
void sim_uploads_app(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	char id[32];
	(void)call;
	snprintf(id, sizeof(id), "%" PRIu64, UINT64_C(700000000000000) + (uint64_t)(uint32_t)sim->seed);
	answer_text(answer, "id", id);
}

/* POST /{app}/uploads?file_name=&file_length=&file_type= */
void sim_uploads_begin(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	static const char *const types[] = {"application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"};
	const char *length = http_query(call->req, "file_length", 0), *type = http_query(call->req, "file_type", 0);
	const uint64_t n_bytes = length ? strtoull(length, NULL, 10) : 0;
	bool known = false;
	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		known = known || strcmp(type, types[i]) == 0;
	if (n_bytes == 0 || !known) {
		sim_answer_graph(answer, 400, 100, 0,
		                 "(#100) file_length is required, and file_type must be one of pdf, jpeg, jpg, png and mp4", NULL,
		                 NULL);
		return;
	}
	char id[64];
	pthread_mutex_lock(&sim->lock);
	const struct sim_session *session = sim_media_begin(&sim->media, n_bytes, next_file(sim, call));
	pthread_mutex_unlock(&sim->lock);
	if (!session) {
		sim_answer_graph(answer, 400, 100, 0, "The simulator has as many uploads as it can keep.", NULL, NULL);
		return;
	}
	snprintf(id, sizeof(id), "upload:MTph%016" PRIx64 "?sig=%08" PRIx64, session->id, call->token & 0xffffffffu);
	answer_text(answer, "id", id);
}

/* The session of a path such as upload:MTph…; NULL with an error answered. The lock is held. */
static struct sim_session *find_session(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const char *name = strstr(http_path(call->req), "upload:MTph");
	struct sim_session *session = name ? sim_media_session(&sim->media, strtoull(name + 11, NULL, 16)) : NULL;
	const char *who = http_header(call->req, "Authorization");
	if (!who || strncasecmp(who, "OAuth ", 6) != 0) {
		sim_answer_graph(answer, 401, 190, 0, "Resumable uploads take the token as 'Authorization: OAuth'", NULL, NULL);
		return NULL;
	}
	if (!session)
		sim_answer_graph(answer, 400, 100, 0, "(#100) There is no such upload session", NULL, NULL);
	return session;
}

static void take_bytes(struct sim *sim, const struct sim_call *call, struct sim_session *session, struct sim_answer *answer)
{
	const char *offset = http_header(call->req, "file_offset");
	const uint64_t n_bytes = http_body_bytes(call->req);
	char handle[64];
	if (!offset || strtoull(offset, NULL, 10) != session->n_taken || n_bytes == 0 ||
	    session->n_taken + n_bytes > session->n_bytes) {
		sim_answer_graph(answer, 400, 100, 0, "(#100) file_offset, or the number of bytes, does not fit the session",
		                 NULL, NULL);
		return;
	}
	session->n_taken += n_bytes;
	if (session->n_taken < session->n_bytes) {
		sim_answer_graph(answer, 400, 100, 0, "(#100) The upload is not complete yet", NULL, NULL);
		return;
	}
	snprintf(handle, sizeof(handle), "4::aW%016" PRIx64 ":%016" PRIx64, next_file(sim, call), call->token);
	sim_media_handle_add(&sim->media, handle, session);
	sim_count(sim, sample_uploads);
	answer_text(answer, "h", handle);
}

/* POST /upload:…, the bytes of the file; GET tells how far they came. */
void sim_uploads_session(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	pthread_mutex_lock(&sim->lock);
	struct sim_session *session = find_session(sim, call, answer);
	if (session && strcmp(call->method, "GET") == 0) {
		struct json_writer w;
		json_begin(&w, &answer->body);
		json_open_object(&w, NULL);
		json_put_int(&w, "file_offset", (int64_t)session->n_taken);
		json_close_object(&w);
	} else if (session) {
		take_bytes(sim, call, session, answer);
	}
	pthread_mutex_unlock(&sim->lock);
}

/* ---- media ---- */

struct form {
	char product[32], type[96], file_type[96];
	const char *file;
	size_t n_file;
};

static void copy_value(char *out, size_t out_bytes, const char *from, size_t n)
{
	snprintf(out, out_bytes, "%.*s", (int)n, from);
}

static void read_part(struct form *form, const char *head, size_t n_head, const char *value, size_t n)
{
	if (memmem(head, n_head, "name=\"file\"", 11)) {
		const char *type = memmem(head, n_head, "Content-Type: ", 14);
		form->file = value;
		form->n_file = n;
		if (type)
			copy_value(form->file_type, sizeof(form->file_type), type + 14, strcspn(type + 14, "\r"));
	} else if (memmem(head, n_head, "name=\"type\"", 11)) {
		copy_value(form->type, sizeof(form->type), value, n);
	} else if (memmem(head, n_head, "name=\"messaging_product\"", 24)) {
		copy_value(form->product, sizeof(form->product), value, n);
	}
}

/* The parts of a multipart body; those that cannot be read are left out. */
static void read_form(const struct sim_call *call, const char *body, size_t n_body, struct form *form)
{
	const char *type = http_header(call->req, "Content-Type"), *name = type ? strstr(type, "boundary=") : NULL;
	char mark[128];
	if (!name)
		return;
	size_t n_mark = (size_t)snprintf(mark, sizeof(mark), "\r\n--%.*s", (int)strcspn(name + 9, "; "), name + 9);
	const char *end = body + n_body, *at = body + n_mark;
	if (n_mark >= sizeof(mark) || n_body < n_mark || memcmp(body, mark + 2, n_mark - 2) != 0)
		return;
	while (at < end) {
		const char *value = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
		const char *next = value ? memmem(value + 4, (size_t)(end - value - 4), mark, n_mark) : NULL;
		if (!next)
			return;
		read_part(form, at, (size_t)(value - at), value + 4, (size_t)(next - value - 4));
		at = next + n_mark;
	}
}

static const char *form_fault(const struct form *form)
{
	if (strcmp(form->product, "whatsapp") != 0)
		return "The parameter messaging_product is required.";
	if (!form->file || form->n_file == 0)
		return "The parameter file is required.";
	const uint64_t max_bytes = sim_media_max_bytes(form->type);
	if (max_bytes == 0 || strcmp(form->type, form->file_type) != 0)
		return "Param file must be a file with one of the types that are supported, and type must be the same.";
	return form->n_file > max_bytes ? "The file is larger than its type may be." : NULL;
}

static void keep_medium(struct sim *sim, const struct sim_call *call, const struct form *form, struct sim_answer *answer)
{
	struct sim_medium medium = {.number_id = call->id, .n_bytes = form->n_file, .upload_ms = clock_now_ms()};
	unsigned char hash[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)form->file, form->n_file, hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(medium.sha256 + 2 * i, 3, "%02x", hash[i]);
	memcpy(medium.mime, form->type, sizeof(medium.mime));
	medium.expire_ms = medium.upload_ms + SIM_MEDIA_LIFE_MS;
	pthread_mutex_lock(&sim->lock);
	const bool number_known = sim_world_number(&sim->world, call->id, call->token) != NULL;
	const bool broken = sim->options.media_broken;
	const struct sim_medium *kept = number_known && !broken ? sim_media_add(&sim->media, &medium, next_file(sim, call))
	                                                        : NULL;
	const uint64_t id = kept ? kept->id : 0;
	pthread_mutex_unlock(&sim->lock);
	char text[32];
	snprintf(text, sizeof(text), "%" PRIu64, id);
	if (id) {
		sim_count(sim, media_uploads);
		answer_text(answer, "id", text);
	} else {
		sim_answer_error(answer, broken ? 131053 : 131000, NULL);
	}
}

/* POST /{phone-number}/media */
void sim_uploads_media(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	struct form form = {0};
	size_t n;
	const char *body = map_body(call, &n);
	if (body)
		read_form(call, body, n, &form);
	const char *fault = form_fault(&form);
	if (fault)
		sim_answer_error(answer, 100, fault);
	else
		keep_medium(sim, call, &form, answer);
	if (body)
		munmap((void *)(uintptr_t)body, n);
}

/* GET and DELETE /{media}: false when the id is no medium's. The lock is held. */
bool sim_uploads_node(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const char *number = http_query(call->req, "phone_number_id", 0);
	struct sim_medium *m = sim_media_find(&sim->media, call->id, number ? strtoull(number, NULL, 10) : 0, clock_now_ms());
	if (!m)
		return false;
	if (strcmp(call->method, "DELETE") == 0) {
		(void)sim_media_forget(&sim->media, m->id);
		sim_answer_success(answer);
		return true;
	}
	struct json_writer w;
	char url[128];
	snprintf(url, sizeof(url), "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=%" PRIu64, m->id);
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, "messaging_product", "whatsapp");
	json_put_text(&w, "url", url);
	json_put_text(&w, "mime_type", m->mime);
	json_put_text(&w, "sha256", m->sha256);
	json_put_int(&w, "file_size", (int64_t)m->n_bytes);
	sim_record_id(&w, "id", m->id);
	json_close_object(&w);
	return true;
}
