/* One errand of a medium: bring it to Meta for a phone number. To send with: one upload, whose id serves every message of that
 * number until Meta forgets it. As a sample: which app the token is of, an upload session there, the bytes, a handle. What came
 * of it is recorded by a job; an errand that did not work out comes again later, after growing pauses, and until then whoever
 * needs the medium waits with the reason in sight. An upload whose answer was lost is made again: it leaves at most an id that
 * nobody uses. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "delivery/manage_internal.h"
#include "store/holds.h"
#include "store/senders.h"
#include "wa/errors.h"
#include "wa/media.h"

#define RETRY_FIRST_MS (2 * SECOND_MS)
#define RETRY_MOST_MS HOUR_MS /* no longer than MEDIA_MARGIN_MS: an id that ends is noticed in time */
#define LEAST_TIMEOUT_MS 60000
#define SLOWEST_BYTES_PER_MS 256

enum step { STEP_UPLOAD, STEP_APP, STEP_SESSION, STEP_BYTES };

struct media_call {
	struct job job;
	struct manage *manage;
	struct media_call *next; /* of those under way */
	struct arena *arena;
	struct media_errand errand;
	const struct media_type *type;
	char *token;
	int fd;
	enum step step;
	/* what the job records */
	char got[WA_HANDLE_BYTES];
	char reason[512];
	struct hold hold; /* of the sender, for what WhatsApp said of it; its texts are static */
	msec_t at, again;
};

static void call_free(struct media_call *c)
{
	struct manage *m = c->manage;
	struct media_call **at = &m->media;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	explicit_bzero(c->token, strlen(c->token));
	if (c->fd >= 0)
		close(c->fd);
	arena_destroy(c->arena);
	manage_ended(m);
}

/* ---- recording ---- */

static void recorded(struct job *job, int result, struct now now)
{
	struct media_call *c = (struct media_call *)job;
	(void)now;
	if (result < 0)
		log_error("delivery", "what became of an upload could not be recorded; it is made again",
		          log_i("media", c->errand.medium.no));
	c->manage->dirty = true;
	c->manage->changed(c->manage->changed_arg); /* somebody may wait for it, or may not any more */
	call_free(c);
}

static void record(struct media_call *c, store_run_fn *run)
{
	c->at = c->manage->now.wall;
	c->job = (struct job){.run = run, .done = recorded};
	if (mailbox_submit(&c->manage->mailbox, &c->job) != 0) /* the errand is put off already */
		call_free(c);
}

static int later_run(struct store_tx *tx, void *arg)
{
	struct media_call *c = arg;
	if (media_errand_later(tx, &c->errand, c->again, c->reason) < 0)
		return -1;
	return hold_is_on(&c->hold) && sender_hold(tx, 0, c->errand.sender_no, &c->hold, c->at) < 0 ? -1 : 0;
}

static int refused_run(struct store_tx *tx, void *arg)
{
	struct media_call *c = arg;
	return media_refused(tx, &c->errand, c->reason, c->at);
}

static int uploaded_run(struct store_tx *tx, void *arg)
{
	struct media_call *c = arg;
	return media_uploaded(tx, &c->errand, c->got, c->at);
}

static void later(struct media_call *c)
{
	log_warn("delivery", "a medium could not be uploaded; it is tried again", log_i("media", c->errand.medium.no),
	         log_i("sender", c->errand.sender_no), log_t("reason", c->reason));
	c->again = c->manage->now.wall + manage_growing(RETRY_FIRST_MS, RETRY_MOST_MS, c->errand.tries);
	record(c, later_run);
}

static void refuse(struct media_call *c)
{
	log_warn("delivery", "a medium was refused", log_i("media", c->errand.medium.no), log_i("sender", c->errand.sender_no),
	         log_t("reason", c->reason));
	record(c, refused_run);
}

/* ---- calls ---- */

static void media_answered(const struct http_answer *answer, void *arg);

static int timeout_ms(const struct media_call *c)
{
	return LEAST_TIMEOUT_MS + (int)(c->errand.medium.size / SLOWEST_BYTES_PER_MS);
}

static int upload_call(struct media_call *c)
{
	const struct medium *medium = &c->errand.medium;
	/* The hash of the bytes does not stand in them. */
	struct wa_media_form form = wa_media_form(medium->mime_type, c->type->extension,
	                                          arena_strndup(c->arena, medium->sha256, 32), c->arena);
	return manage_call_with(
		c->manage, arena_printf(c->arena, "%s/media", c->errand.phone_number_id),
		(struct http_call_options){
			.method = "POST",
			.bearer = c->token,
			.content_type = form.content_type,
			.body = form.head,
			.n_body_bytes = strlen(form.head),
			.file = &(struct http_file){.fd = c->fd, .n_bytes = (uint64_t)medium->size, .tail = form.tail},
			.total_timeout_ms = timeout_ms(c)},
		media_answered, c);
}

static int session_call(struct media_call *c, const char *app_id)
{
	const struct medium *medium = &c->errand.medium;
	const char *path = arena_printf(c->arena, "%s/uploads?file_name=file.%s&file_length=%lld&file_type=%s", app_id,
	                                c->type->extension, (long long)medium->size, medium->mime_type);
	return manage_call(c->manage, "POST", path, c->token, NULL, media_answered, c);
}

/* The one call of Meta's that wants the word OAuth in front of the token. */
static int bytes_call(struct media_call *c, const char *session)
{
	char *authorization = arena_printf(c->arena, "Authorization: OAuth %s", c->token);
	int result = manage_call_with(
		c->manage, session,
		(struct http_call_options){.method = "POST",
	                                   .headers = (const char *const[]){authorization, "file_offset: 0", NULL},
	                                   .file = &(struct http_file){.fd = c->fd, .n_bytes = (uint64_t)c->errand.medium.size},
	                                   .total_timeout_ms = timeout_ms(c)},
		media_answered, c);
	explicit_bzero(authorization, strlen(authorization));
	return result;
}

static bool succeeded(const struct http_answer *answer)
{
	return answer->outcome == HTTP_ANSWERED && answer->status >= 200 && answer->status < 300;
}

/* A refusal that another try cannot change: it is about the file. */
static bool is_final(const struct http_answer *answer)
{
	struct wa_graph_error error;
	return answer->outcome == HTTP_ANSWERED && answer->status >= 400 && answer->status < 500 &&
	       wa_graph_error_decode(answer->body, answer->n_body_bytes, &error) && error.subcode != 33 &&
	       (error.code == 100 || error.code == 131053 || error.code == 131051 || error.code == 131009);
}

/* A refusal that is about neither the file nor the upload but about the sender, whose messages would be refused as well: it is
 * held, and the upload made when it goes on. */
static void look_at_sender(struct media_call *c, const struct http_answer *answer)
{
	struct wa_graph_error error;
	if (c->errand.purpose != MEDIA_TO_SEND || answer->outcome != HTTP_ANSWERED ||
	    !wa_graph_error_decode(answer->body, answer->n_body_bytes, &error))
		return;
	const struct wa_error_rule *rule = wa_error_rule_with(error.code, error.subcode, answer->status);
	if (rule->action != WA_HOLD_SENDER)
		return;
	c->hold = wa_error_hold(rule, error.code);
	c->errand.tries = 0;
	log_warn("delivery", "sender held", log_i("sender", c->errand.sender_no), log_t("reason", c->hold.reason));
}

/* What this step's answer holds, and the next step. 0 under way, 1 done, -1 it was none. */
static int step_on(struct media_call *c, const struct http_answer *answer, struct err *err)
{
	char id[WA_MEDIA_ID_BYTES], session[WA_HANDLE_BYTES];
	switch (c->step) {
	case STEP_UPLOAD:
		return wa_media_id_decode(answer->body, answer->n_body_bytes, c->got, err) < 0 ? -1 : 1;
	case STEP_APP:
		if (wa_media_id_decode(answer->body, answer->n_body_bytes, id, err) < 0)
			return -1;
		c->step = STEP_SESSION;
		return session_call(c, id) < 0 ? err_set(err, "the upload could not be begun") : 0;
	case STEP_SESSION:
		if (wa_upload_decode(answer->body, answer->n_body_bytes, session, err) < 0)
			return -1;
		c->step = STEP_BYTES;
		return bytes_call(c, session) < 0 ? err_set(err, "the upload could not be begun") : 0;
	case STEP_BYTES:
		return wa_handle_decode(answer->body, answer->n_body_bytes, c->got, err) < 0 ? -1 : 1;
	}
	return -1;
}

static void media_answered(const struct http_answer *answer, void *arg)
{
	struct media_call *c = arg;
	struct err err;
	if (!succeeded(answer)) {
		manage_reason(answer, c->reason, sizeof(c->reason));
		look_at_sender(c, answer);
		if (is_final(answer))
			refuse(c);
		else
			later(c);
		return;
	}
	int result = step_on(c, answer, &err);
	if (result < 0) {
		snprintf(c->reason, sizeof(c->reason), "WhatsApp's answer could not be understood: %s", err.text);
		later(c);
	} else if (result == 1) {
		log_info("delivery", "a medium was uploaded", log_i("media", c->errand.medium.no),
		         log_i("sender", c->errand.sender_no),
		         log_t("purpose", c->errand.purpose == MEDIA_TO_SEND ? "messages" : "sample"));
		record(c, uploaded_run);
	}
}

static void call_start(struct media_call *c)
{
	char path[1300];
	snprintf(path, sizeof(path), "%s/%s", c->manage->media_folder, c->errand.medium.sha256);
	c->fd = c->type ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (c->fd < 0) {
		snprintf(c->reason, sizeof(c->reason), "the file is missing in this server's media folder");
		refuse(c);
		return;
	}
	bool to_send = c->errand.purpose == MEDIA_TO_SEND;
	c->step = to_send ? STEP_UPLOAD : STEP_APP;
	int result = to_send ? upload_call(c) : manage_call(c->manage, "GET", "app?fields=id", c->token, NULL, media_answered, c);
	if (result < 0)
		call_free(c); /* put off already; it comes again */
}

/* ---- what is due ---- */

int manage_media_read(struct store_tx *tx, struct media_due *due, msec_t now, struct arena *arena)
{
	due->n = 0;
	int n;
	if (media_errands(tx, now, arena, due->errand, MANAGE_MAX_ERRANDS, &n) != 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct media_errand *e = &due->errand[i];
		bool needed;
		if (media_errand_later(tx, e, now + MANAGE_PUT_OFF_MS, NULL) < 0 || media_still_needed(tx, e, &needed) < 0)
			return -1;
		if (!needed)
			continue;
		int unknown = sender_token(tx, e->sender_no, arena, &due->token[due->n]);
		if (unknown < 0 || (unknown && media_refused(tx, e, "the sender was deleted", now) < 0))
			return -1;
		if (!unknown)
			due->errand[due->n++] = *e;
	}
	return media_next_errand(tx, &due->next);
}

static bool is_under_way(const struct manage *m, const struct media_errand *e)
{
	for (const struct media_call *c = m->media; c; c = c->next)
		if (c->errand.medium.no == e->medium.no && c->errand.sender_no == e->sender_no && c->errand.purpose == e->purpose)
			return true;
	return false;
}

void manage_media(struct manage *m, const struct media_errand *from, const char *token)
{
	if (is_under_way(m, from)) /* a slow one: it was put off again */
		return;
	struct arena *arena = arena_create(4096);
	struct media_call *c = arena_alloc(arena, sizeof(*c));
	c->manage = m;
	c->arena = arena;
	c->token = arena_strdup(arena, token);
	c->errand = *from;
	c->errand.medium.mime_type = arena_strdup(arena, from->medium.mime_type);
	c->errand.medium.sha256 = arena_strdup(arena, from->medium.sha256);
	c->errand.medium.file_name = c->errand.medium.url = NULL;
	c->errand.phone_number_id = arena_strdup(arena, from->phone_number_id);
	c->type = media_type_find(from->medium.mime_type);
	c->fd = -1;
	c->next = m->media;
	m->media = c;
	m->n_calls++;
	call_start(c);
}
