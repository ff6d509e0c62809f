/* One errand of a template: submit it, edit it, ask for its verdict, read what became of it, or delete it. */
#include <stdio.h>
#include <string.h>

#include "delivery/manage_errand.h"

void errand_free(struct errand *e)
{
	struct manage *m = e->manage;
	explicit_bzero(e->token, strlen(e->token));
	arena_destroy(e->arena);
	manage_ended(m);
}

static int submit(struct errand *e, bool is_edit)
{
	struct template_form *form = arena_alloc(e->arena, sizeof(*form));
	buf_auto struct buf body;
	struct err err;
	buf_init(&body, MANAGE_MAX_BODY);
	if (template_form_read(&e->tpl, e->arena, form, &err) < 0 ||
	    wa_template_encode(&e->tpl, form, e->samples.handle, is_edit, &body) < 0)
		return -1;
	const char *path = is_edit ? e->tpl.meta_id : arena_printf(e->arena, "%s/message_templates", e->tpl.waba_id);
	return manage_call(e->manage, "POST", path, e->token, &body, errand_answered, e);
}

static const char *path_of(struct errand *e)
{
	const char *waba = e->tpl.waba_id, *name = e->tpl.meta_name, *id = e->tpl.meta_id;
	switch (e->step) {
	case STEP_FIND:
	case STEP_LOOK:
		return arena_printf(e->arena, "%s/message_templates?name=%s&fields=%s&limit=100", waba, name, WA_TEMPLATE_FIELDS);
	case STEP_FETCH:
		return arena_printf(e->arena, "%s?fields=%s", id, WA_TEMPLATE_LIST_FIELDS);
	case STEP_DELETE:
		return arena_printf(e->arena, "%s/message_templates?hsm_id=%s&name=%s", waba, id, name);
	case STEP_POLL:
	case STEP_SUBMIT:
	case STEP_EDIT:
		break;
	}
	return arena_printf(e->arena, "%s?fields=%s", id, WA_TEMPLATE_FIELDS);
}

void errand_start(struct errand *e)
{
	int result;
	if (e->step == STEP_SUBMIT || e->step == STEP_EDIT)
		result = submit(e, e->step == STEP_EDIT);
	else
		result = manage_call(e->manage, e->step == STEP_DELETE ? "DELETE" : "GET", path_of(e), e->token, NULL,
		                     errand_answered, e);
	if (result < 0)
		errand_free(e);
}

static enum errand_step first_step(const struct template_errand *from)
{
	const struct template *t = &from->tpl;
	if (from->deleting)
		return STEP_DELETE;
	if (!t->meta_id)
		return STEP_SUBMIT;
	if (t->editing)
		return from->tries > 0 ? STEP_FETCH : STEP_EDIT;
	return from->refetch ? STEP_FETCH : STEP_POLL;
}

static void copy_template(struct arena *arena, struct template *t)
{
	const char **const texts[] = {&t->name,
	                              &t->text,
	                              &t->type,
	                              &t->category,
	                              &t->sender_code,
	                              &t->waba_id,
	                              &t->language,
	                              &t->button_type,
	                              &t->button_text,
	                              &t->button_value,
	                              &t->url,
	                              &t->media_id,
	                              &t->filename,
	                              &t->components,
	                              &t->unsupported,
	                              &t->meta_name,
	                              &t->meta_id,
	                              &t->meta_status,
	                              &t->reason,
	                              &t->quality,
	                              &t->correct_category,
	                              &t->previous_category};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_strdup(arena, *texts[i]);
}

void manage_template(struct manage *m, const struct template_errand *from, const char *token)
{
	if (from->samples.state == TEMPLATE_SAMPLES_WAIT)
		return; /* put off already; looked at again when they are there */
	struct arena *arena = arena_create(4096);
	struct errand *e = arena_alloc(arena, sizeof(*e));
	e->manage = m;
	e->arena = arena;
	e->token = arena_strdup(arena, token);
	e->tries = from->tries;
	e->tpl = from->tpl;
	copy_template(arena, &e->tpl);
	for (int i = 0; i < TEMPLATE_MAX_MEDIA; i++)
		e->samples.handle[i] = arena_strdup(arena, from->samples.handle[i]);
	e->step = first_step(from);
	m->n_calls++;
	if (from->samples.state == TEMPLATE_SAMPLES_REFUSED) {
		snprintf(e->reason, sizeof(e->reason), "%s", from->samples.reason);
		errand_cannot_submit(e);
	} else if (from->deleting && !e->tpl.meta_id)
		errand_nothing_to_delete(e);
	else
		errand_start(e);
}
