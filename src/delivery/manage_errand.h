#pragma once
/* Inside manage: one errand of a template, shared by manage_template.c (what is asked) and manage_answers.c (what came of it). */

#include "delivery/manage_internal.h"
#include "wa/manage.h"

enum errand_step {
	STEP_SUBMIT,
	STEP_FIND, /* it exists already: which is it? */
	STEP_EDIT,
	STEP_FETCH, /* with its components: after a change at Meta, or to see whether an edit arrived */
	STEP_POLL,
	STEP_LOOK, /* Meta does not know its id: is it gone? */
	STEP_DELETE,
};

struct errand {
	struct job job;
	struct manage *manage;
	struct arena *arena;
	struct template tpl;
	char *token;
	enum errand_step step;
	int tries;
	struct template_samples samples;
	/* what the job records */
	struct wa_template_record record;
	struct wa_template_import import;
	char reason[512];
	msec_t at, next;
};

/* Make the call of e->step. The errand is freed where it cannot be made; it is put off already and comes again. */
void errand_start(struct errand *e);
void errand_free(struct errand *e);
/* The answer of e->step; begins the next step, or the job that records it. */
void errand_answered(const struct http_answer *answer, void *arg);
/* Over without a call: Meta never had it; or a sample of its media cannot be had, as e->reason says. */
void errand_nothing_to_delete(struct errand *e);
void errand_cannot_submit(struct errand *e);
