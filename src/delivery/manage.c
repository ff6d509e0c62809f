#include "delivery/manage_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/senders.h"

#define REFRESH_MS HOUR_MS
#define REFRESH_JITTER_MS (6 * MINUTE_MS) /* so much sooner at most, so that many servers do not ask at once */
#define TROUBLE_MS (5 * SECOND_MS)
#define AGAIN_US 20000
#define LEASE_US 1000000 /* it may be renewed yet */

struct manage *manage_create(const struct manage_options *o)
{
	struct manage *m = calloc(1, sizeof(*m));
	if (!m || !(m->graph_url = strdup(o->graph_url)) || !(m->media_folder = strdup(o->media_folder)))
		abort();
	mailbox_init(&m->mailbox, o->store, o->wake, o->wake_arg);
	m->client = o->client;
	m->lease = o->lease;
	m->poll_ms = o->poll_ms > 0 ? o->poll_ms : 5 * MINUTE_MS;
	m->changed = o->changed;
	m->changed_arg = o->changed_arg;
	m->dirty = true;
	m->next_errand = -1;
	return m;
}

void manage_destroy(struct manage *m)
{
	if (!m)
		return;
	mailbox_fini(&m->mailbox);
	free(m->graph_url);
	free(m->media_folder);
	free(m);
}

void manage_notify(struct manage *m)
{
	m->dirty = true;
}

void manage_drain(struct manage *m)
{
	m->draining = true;
}

bool manage_is_quiet(const struct manage *m)
{
	return m->n_calls == 0 && m->mailbox.n_out == 0;
}

int manage_call_with(struct manage *m, const char *path, struct http_call_options options, http_done_fn *done, void *arg)
{
	buf_auto struct buf url;
	buf_init(&url, 4096);
	if (buf_addf(&url, "%s/%s", m->graph_url, path) < 0)
		return -1;
	options.url = url.data;
	return http_client_start(m->client, &options, done, arg);
}

int manage_call(struct manage *m, const char *method, const char *path, const char *token, const struct buf *body,
                http_done_fn *done, void *arg)
{
	return manage_call_with(m, path,
	                        (struct http_call_options){.method = method,
	                                                   .bearer = token,
	                                                   .content_type = body ? "application/json" : NULL,
	                                                   .body = body ? body->data : NULL,
	                                                   .n_body_bytes = body ? body->len : 0},
	                        done, arg);
}

msec_t manage_growing(msec_t first, msec_t most, int tries)
{
	msec_t pause = first;
	for (int i = 0; i < tries && pause < most; i++)
		pause *= 2;
	return pause < most ? pause : most;
}

void manage_reason(const struct http_answer *answer, char *out, size_t out_bytes)
{
	struct wa_graph_error error;
	if (answer->outcome != HTTP_ANSWERED)
		snprintf(out, out_bytes, "WhatsApp could not be reached: %s", answer->reason ? answer->reason : "no answer");
	else if (wa_graph_error_decode(answer->body, answer->n_body_bytes, &error))
		snprintf(out, out_bytes, "WhatsApp answered (code %d): %s", error.code, error.message);
	else
		snprintf(out, out_bytes, "WhatsApp answered with status %d and nothing that explains it", answer->status);
}

void manage_ended(struct manage *m)
{
	m->n_calls--;
	m->mailbox.wake(m->mailbox.wake_arg);
}

/* ---- what is due ---- */

struct reading {
	struct job job;
	struct manage *manage;
	struct arena *arena;
	msec_t now;
	bool with_numbers, resumes;
	struct template_errand errand[MANAGE_MAX_ERRANDS];
	const char *token[MANAGE_MAX_ERRANDS];
	int n_errands;
	struct media_due media;
	struct sender *sender;
	const char **sender_token;
	int n_senders;
	msec_t next;
};

/* What a server that died had begun is not waited for. */
static int resume(struct store_tx *tx, msec_t now)
{
	msec_t until = now + MANAGE_PUT_OFF_MS;
	return template_errands_resume(tx, now, until) < 0 ? -1 : media_errands_resume(tx, now, until);
}

static int read_errands(struct store_tx *tx, struct reading *r)
{
	if (template_errands(tx, r->now, r->arena, r->errand, MANAGE_MAX_ERRANDS, &r->n_errands) != 0)
		return -1;
	for (int i = 0; i < r->n_errands; i++) {
		if (sender_token(tx, r->errand[i].sender_no, r->arena, &r->token[i]) < 0 ||
		    template_errand_later(tx, r->errand[i].tpl.no, r->now + MANAGE_PUT_OFF_MS) < 0)
			return -1;
	}
	return template_next_errand(tx, &r->next);
}

static int read_numbers(struct store_tx *tx, struct reading *r)
{
	if (sender_list_all(tx, r->arena, &r->sender, &r->n_senders) != 0)
		return -1;
	r->sender_token = arena_array(r->arena, (size_t)r->n_senders, sizeof(char *));
	for (int i = 0; i < r->n_senders; i++)
		if (sender_token(tx, r->sender[i].no, r->arena, &r->sender_token[i]) < 0)
			return -1;
	return 0;
}

static int read_run(struct store_tx *tx, void *arg)
{
	struct reading *r = arg;
	r->n_errands = r->n_senders = 0;
	memset(r->token, 0, sizeof(r->token));
	if (r->resumes && resume(tx, r->now) < 0)
		return -1;
	if (read_errands(tx, r) < 0 || manage_media_read(tx, &r->media, r->now, r->arena) < 0)
		return -1;
	if (r->media.next >= 0 && (r->next < 0 || r->media.next < r->next))
		r->next = r->media.next;
	bool asked;
	if (sender_asked_again(tx, &asked) < 0)
		return -1;
	return r->with_numbers || asked ? read_numbers(tx, r) : 0;
}

static void read_done(struct job *job, int result, struct now now)
{
	struct reading *r = (struct reading *)job;
	struct manage *m = r->manage;
	m->reading = false;
	if (result != 0) {
		m->next_errand = now.wall + TROUBLE_MS;
	} else {
		m->next_errand = r->next;
		m->resumed = true;
		for (int i = 0; i < r->n_errands; i++)
			if (r->token[i])
				manage_template(m, &r->errand[i], r->token[i]);
		for (int i = 0; i < r->media.n; i++)
			manage_media(m, &r->media.errand[i], r->media.token[i]);
		for (int i = 0; i < r->n_senders; i++)
			if (r->sender_token[i])
				manage_number(m, r->sender[i].no, r->sender[i].phone_number_id, r->sender_token[i]);
	}
	arena_destroy(r->arena);
}

static bool is_due(const struct manage *m)
{
	if (m->dirty || m->next_refresh <= m->now.wall)
		return true;
	return m->next_errand >= 0 && m->next_errand <= m->now.wall;
}

static usec_t until_due(const struct manage *m)
{
	msec_t at = m->next_refresh;
	if (m->next_errand >= 0 && m->next_errand < at)
		at = m->next_errand;
	return at <= m->now.wall ? 0 : (at - m->now.wall) * 1000;
}

usec_t manage_turn(struct manage *m, struct now now)
{
	m->now = now;
	mailbox_turn(&m->mailbox, now);
	if (m->draining || m->reading || !atomic_load(&m->lease->first))
		return -1;
	if (!lease_is_first(m->lease, now.mono))
		return LEASE_US;
	if (!is_due(m))
		return until_due(m);
	struct arena *arena = arena_create(8192);
	struct reading *r = arena_alloc(arena, sizeof(*r));
	r->job = (struct job){.run = read_run, .done = read_done};
	r->manage = m;
	r->arena = arena;
	r->now = now.wall;
	r->resumes = !m->resumed;
	r->with_numbers = m->next_refresh <= now.wall;
	if (mailbox_submit(&m->mailbox, &r->job) != 0) {
		arena_destroy(arena);
		return AGAIN_US;
	}
	m->dirty = false;
	m->reading = true;
	if (m->next_refresh <= now.wall)
		m->next_refresh = now.wall + REFRESH_MS - now.mono * 7919 % REFRESH_JITTER_MS;
	return -1;
}
