/* A business account's templates, read page by page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery/manage_internal.h"

#define MAX_TEMPLATES 10000 /* Meta keeps 6,000 of an account at most */
#define PAGE 100            /* asked for; an answer has no more than a list call can hold */
#define MAX_PAGES 1000

struct list_call {
	struct manage *manage;
	struct arena *arena;
	const char *waba_id;
	char *token;
	struct wa_template_import *item;
	int n, max, n_pages;
	delivery_listed_fn *done;
	void *arg;
};

static void list_end(struct list_call *c, const char *why)
{
	struct manage *m = c->manage;
	c->done(why ? NULL : c->item, why ? 0 : c->n, why, c->arg);
	explicit_bzero(c->token, strlen(c->token));
	arena_destroy(c->arena);
	manage_ended(m);
}

static void make_room(struct list_call *c)
{
	if (c->max - c->n >= PAGE)
		return;
	struct wa_template_import *wider = arena_array(c->arena, (size_t)c->max * 2 + PAGE, sizeof(*wider));
	if (c->n)
		memcpy(wider, c->item, (size_t)c->n * sizeof(*wider));
	c->item = wider;
	c->max = c->max * 2 + PAGE;
}

static void list_ask(struct list_call *c, const char *after);

static void list_answered(const struct http_answer *answer, void *arg)
{
	struct list_call *c = arg;
	char reason[512];
	const char *after = NULL;
	struct err err;
	int n = 0;
	bool answered = answer->outcome == HTTP_ANSWERED && answer->status == 200;
	make_room(c);
	if (answered && wa_template_page_decode(answer->body, answer->n_body_bytes, c->arena, c->item + c->n, c->max - c->n, &n,
	                                        &after, &err) == 0) {
		c->n += n;
		if (!after)
			list_end(c, NULL);
		else if (++c->n_pages == MAX_PAGES || c->n > MAX_TEMPLATES)
			list_end(c, "there are more templates than an account can have");
		else
			list_ask(c, after);
		return;
	}
	if (answered)
		snprintf(reason, sizeof(reason), "WhatsApp's answer could not be understood: %s", err.text);
	else
		manage_reason(answer, reason, sizeof(reason));
	list_end(c, reason);
}

static void list_ask(struct list_call *c, const char *after)
{
	const char *path = arena_printf(c->arena, "%s/message_templates?fields=%s&limit=%d%s%s", c->waba_id,
	                                WA_TEMPLATE_LIST_FIELDS, PAGE, after ? "&after=" : "", after ? after : "");
	if (manage_call(c->manage, "GET", path, c->token, NULL, list_answered, c) < 0)
		list_end(c, "the account's id or a cursor cannot be put into a request");
}

void manage_list_templates(struct manage *m, const char *waba_id, const char *token, delivery_listed_fn *done, void *arg)
{
	struct arena *arena = arena_create(65536);
	struct list_call *c = arena_alloc(arena, sizeof(*c));
	*c = (struct list_call){.manage = m,
	                        .arena = arena,
	                        .waba_id = arena_strdup(arena, waba_id),
	                        .token = arena_strdup(arena, token),
	                        .done = done,
	                        .arg = arg};
	m->n_calls++;
	list_ask(c, NULL);
}
