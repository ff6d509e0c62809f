/* One errand of a template: submit it, ask for its verdict, or delete it. What Meta says is recorded by a job; an errand that
 * did not work out comes again later, after growing pauses. A submission whose answer was lost is not made twice: Meta then
 * says that the name exists, and the template is found by its name. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "delivery/manage_internal.h"

#define RETRY_FIRST_MS (5 * SECOND_MS)
#define RETRY_MOST_MS HOUR_MS
#define POLL_MOST_MS DAY_MS

enum step { STEP_SUBMIT, STEP_FIND, STEP_POLL, STEP_DELETE };

struct errand {
	struct job job;
	struct manage *manage;
	struct arena *arena;
	struct template tpl;
	char *token;
	enum step step;
	int tries;
	/* what the job records */
	struct wa_template_record record;
	char reason[512];
	msec_t at, next;
};

static void errand_free(struct errand *e)
{
	struct manage *m = e->manage;
	explicit_bzero(e->token, strlen(e->token));
	arena_destroy(e->arena);
	manage_ended(m);
}

/* ---- recording ---- */

static void recorded(struct job *job, int result, struct now now)
{
	struct errand *e = (struct errand *)job;
	(void)now;
	if (result < 0)
		log_error("delivery", "a template's news could not be recorded; it will be asked for again",
		          log_i("template", e->tpl.no));
	e->manage->dirty = true;
	errand_free(e);
}

static void record(struct errand *e, store_run_fn *run)
{
	e->at = e->manage->now.wall;
	e->job = (struct job){.run = run, .done = recorded};
	if (mailbox_submit(&e->manage->mailbox, &e->job) != 0) /* the errand is put off already */
		errand_free(e);
}

static int later_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_errand_later(tx, e->tpl.no, e->next);
}

static void later(struct errand *e, const struct http_answer *answer)
{
	manage_reason(answer, e->reason, sizeof(e->reason));
	log_warn("delivery", "a call about a template did not work out", log_i("template", e->tpl.no),
	         log_t("reason", e->reason));
	e->next = e->manage->now.wall + manage_growing(RETRY_FIRST_MS, RETRY_MOST_MS, e->tries);
	record(e, later_run);
}

static int submitted_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	if (template_submitted(tx, e->tpl.no, e->record.id, e->record.category, e->next, e->at) < 0)
		return -1;
	return template_verdict(tx, NULL, e->tpl.waba_id, e->record.id, e->tpl.meta_name, e->record.status, e->record.reason,
	                        e->at) < 0
	               ? -1
	               : 0;
}

static int verdict_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	if (template_errand_later(tx, e->tpl.no, e->next) < 0 ||
	    template_verdict(tx, NULL, e->tpl.waba_id, e->tpl.meta_id, e->tpl.meta_name, e->record.status, e->record.reason,
	                     e->at) < 0)
		return -1;
	return e->record.quality[0] ? template_quality(tx, NULL, e->tpl.meta_id, e->record.quality, e->at) < 0 ? -1 : 0 : 0;
}

static int refused_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_refused(tx, e->tpl.no, e->reason, e->at);
}

static int deleted_run(struct store_tx *tx, void *arg)
{
	struct errand *e = arg;
	return template_deleted_at_meta(tx, e->tpl.no);
}

/* ---- answers ---- */

static void errand_start(struct errand *e);

static bool succeeded(const struct http_answer *answer)
{
	return answer->outcome == HTTP_ANSWERED && answer->status >= 200 && answer->status < 300;
}

/* A refusal that another try cannot change: a fault of the template itself. Tokens, limits and Meta's own trouble pass. */
static bool is_final(const struct http_answer *answer, const struct wa_graph_error *error)
{
	return answer->status >= 400 && answer->status < 500 && answer->status != 401 && answer->status != 429 &&
	       error->code == 100;
}

static void submit_answered(struct errand *e, const struct http_answer *answer)
{
	struct wa_graph_error error = {0};
	struct err err;
	if (succeeded(answer) && wa_template_created_decode(answer->body, answer->n_body_bytes, &e->record, &err) == 0) {
		e->next = e->manage->now.wall + e->manage->poll_ms;
		record(e, submitted_run);
		return;
	}
	bool is_error = answer->outcome == HTTP_ANSWERED && wa_graph_error_decode(answer->body, answer->n_body_bytes, &error);
	if (is_error && error.subcode == WA_SUBCODE_TEMPLATE_EXISTS) {
		e->step = STEP_FIND;
		errand_start(e);
	} else if (is_error && is_final(answer, &error)) {
		manage_reason(answer, e->reason, sizeof(e->reason));
		log_warn("delivery", "template refused", log_i("template", e->tpl.no), log_t("reason", e->reason));
		record(e, refused_run);
	} else {
		later(e, answer);
	}
}

static void find_answered(struct errand *e, const struct http_answer *answer)
{
	struct err err;
	int found = succeeded(answer) ? wa_template_find(answer->body, answer->n_body_bytes, e->tpl.meta_name, e->tpl.language,
	                                                 &e->record, &err)
	                              : -1;
	if (found == 0) {
		e->next = e->manage->now.wall + e->manage->poll_ms;
		record(e, submitted_run);
	} else {
		later(e, answer);
	}
}

static void poll_answered(struct errand *e, const struct http_answer *answer)
{
	struct err err;
	if (!succeeded(answer) || wa_template_decode(answer->body, answer->n_body_bytes, &e->record, &err) < 0) {
		later(e, answer);
		return;
	}
	e->next = e->manage->now.wall + manage_growing(e->manage->poll_ms, POLL_MOST_MS, e->tries);
	record(e, verdict_run);
}

static void delete_answered(struct errand *e, const struct http_answer *answer)
{
	bool gone = answer->outcome == HTTP_ANSWERED && (succeeded(answer) || answer->status == 404 || answer->status == 400);
	if (gone)
		record(e, deleted_run);
	else
		later(e, answer);
}

static void errand_answered(const struct http_answer *answer, void *arg)
{
	struct errand *e = arg;
	switch (e->step) {
	case STEP_SUBMIT:
		submit_answered(e, answer);
		break;
	case STEP_FIND:
		find_answered(e, answer);
		break;
	case STEP_POLL:
		poll_answered(e, answer);
		break;
	case STEP_DELETE:
		delete_answered(e, answer);
		break;
	}
}

/* ---- calls ---- */

static int errand_call(struct errand *e)
{
	struct arena *a = e->arena;
	const char *waba = e->tpl.waba_id, *name = e->tpl.meta_name;
	struct template_text *text;
	buf_auto struct buf body;
	struct err err;
	switch (e->step) {
	case STEP_SUBMIT:
		buf_init(&body, MANAGE_MAX_BODY);
		text = arena_alloc(a, sizeof(*text));
		if (template_text_parse(a, e->tpl.text, text, &err) < 0 || wa_template_encode(&e->tpl, text, &body) < 0)
			return -1;
		return manage_call(e->manage, "POST", arena_printf(a, "%s/message_templates", waba), e->token, &body,
		                   errand_answered, e);
	case STEP_FIND:
		buf_init(&body, 1);
		return manage_call(
			e->manage, "GET",
			arena_printf(a, "%s/message_templates?name=%s&fields=%s&limit=100", waba, name, WA_TEMPLATE_FIELDS),
			e->token, NULL, errand_answered, e);
	case STEP_POLL:
		buf_init(&body, 1);
		return manage_call(e->manage, "GET", arena_printf(a, "%s?fields=%s", e->tpl.meta_id, WA_TEMPLATE_FIELDS),
		                   e->token, NULL, errand_answered, e);
	case STEP_DELETE:
		buf_init(&body, 1);
		return manage_call(e->manage, "DELETE",
		                   arena_printf(a, "%s/message_templates?hsm_id=%s&name=%s", waba, e->tpl.meta_id, name),
		                   e->token, NULL, errand_answered, e);
	}
	return -1;
}

static void errand_start(struct errand *e)
{
	if (errand_call(e) < 0)
		errand_free(e); /* put off already; it comes again */
}

void manage_template(struct manage *m, const struct template_errand *from, const char *token)
{
	struct arena *arena = arena_create(4096);
	struct errand *e = arena_alloc(arena, sizeof(*e));
	const struct template *t = &from->tpl;
	e->manage = m;
	e->arena = arena;
	e->token = arena_strdup(arena, token);
	e->tries = from->tries;
	e->tpl = *t;
	e->tpl.name = arena_strdup(arena, t->name);
	e->tpl.text = arena_strdup(arena, t->text);
	e->tpl.type = arena_strdup(arena, t->type);
	e->tpl.category = arena_strdup(arena, t->category);
	e->tpl.waba_id = arena_strdup(arena, t->waba_id);
	e->tpl.language = arena_strdup(arena, t->language);
	e->tpl.button_type = arena_strdup(arena, t->button_type);
	e->tpl.button_text = arena_strdup(arena, t->button_text);
	e->tpl.button_value = arena_strdup(arena, t->button_value);
	e->tpl.meta_name = arena_strdup(arena, t->meta_name);
	e->tpl.meta_id = arena_strdup(arena, t->meta_id);
	e->step = from->deleting ? STEP_DELETE : t->meta_id ? STEP_POLL : STEP_SUBMIT;
	m->n_calls++;
	if (from->deleting && !t->meta_id)
		record(e, deleted_run); /* Meta never had it */
	else
		errand_start(e);
}
