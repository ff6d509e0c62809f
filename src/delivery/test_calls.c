#include "delivery/test_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_RULES 8

struct answer_rule {
	const char *method, *part;
	enum http_outcome outcome;
	int status;
	const char *body;
};

struct http_client {
	struct call call[CALLS_MAX];
	int n_calls;
	struct answer_rule rule[MAX_RULES];
	int n_rules;
};

struct http_client calls_client;
msec_t calls_now;

void calls_reset(void)
{
	memset(&calls_client, 0, sizeof(calls_client));
}

static void add_file(struct call *call, const struct http_file *file)
{
	size_t n = strlen(call->body);
	assert_true(n + file->n_bytes < sizeof(call->body));
	assert_int_equal(pread(file->fd, call->body + n, file->n_bytes, (off_t)file->offset), (ssize_t)file->n_bytes);
	n += file->n_bytes;
	snprintf(call->body + n, sizeof(call->body) - n, "%s", file->tail ? file->tail : "");
}

int http_client_start(struct http_client *c, const struct http_call_options *o, http_done_fn *done, void *arg)
{
	assert_ptr_equal(c, &calls_client);
	assert_true(c->n_calls < CALLS_MAX);
	if (strchr(o->url, ' '))
		return -1;
	struct call *call = &c->call[c->n_calls++];
	*call = (struct call){.at = calls_now, .done = done, .arg = arg, .open = true};
	snprintf(call->method, sizeof(call->method), "%s", o->method);
	snprintf(call->url, sizeof(call->url), "%s", o->url);
	snprintf(call->bearer, sizeof(call->bearer), "%s", o->bearer ? o->bearer : "");
	for (const char *const *h = o->headers; h && *h; h++) {
		size_t n = strlen(call->headers);
		snprintf(call->headers + n, sizeof(call->headers) - n, "%s\n", *h);
	}
	if (o->body)
		snprintf(call->body, sizeof(call->body), "%.*s", (int)o->n_body_bytes, (const char *)o->body);
	if (o->file)
		add_file(call, o->file);
	return 0;
}

void calls_answer(const char *method, const char *part, int status, const char *body)
{
	struct http_client *c = &calls_client;
	assert_true(c->n_rules < MAX_RULES);
	memmove(&c->rule[1], &c->rule[0], (size_t)c->n_rules++ * sizeof(c->rule[0]));
	c->rule[0] = (struct answer_rule){method, part, HTTP_ANSWERED, status, body};
}

void calls_lose(const char *method, const char *part, enum http_outcome outcome)
{
	calls_answer(method, part, 0, "");
	calls_client.rule[0].outcome = outcome;
}

static void give_answer(struct call *call)
{
	for (int i = 0; i < calls_client.n_rules; i++) {
		const struct answer_rule *r = &calls_client.rule[i];
		if (strcmp(r->method, call->method) != 0 || !strstr(call->url, r->part))
			continue;
		struct http_answer answer = {
			.outcome = r->outcome, .status = r->status, .body = r->body, .n_body_bytes = strlen(r->body)};
		answer.reason = "the line is dead";
		call->open = false;
		call->done(&answer, call->arg);
		return;
	}
	fail_msg("a call that nobody expects: %s %s", call->method, call->url);
}

bool calls_give_answers(void)
{
	bool any = false;
	for (int i = 0; i < calls_client.n_calls; i++) {
		if (calls_client.call[i].open) {
			give_answer(&calls_client.call[i]);
			any = true;
		}
	}
	return any;
}

struct call *calls_abandon_last(void)
{
	assert_true(calls_client.n_calls > 0);
	struct call *call = &calls_client.call[calls_client.n_calls - 1];
	call->open = false;
	return call;
}

const struct call *calls_nth(const char *method, const char *part, int n)
{
	for (int i = 0; i < calls_client.n_calls; i++) {
		const struct call *call = &calls_client.call[i];
		if (strcmp(call->method, method) == 0 && strstr(call->url, part) && n-- == 0)
			return call;
	}
	return NULL;
}

int calls_count(const char *method, const char *part)
{
	int n = 0;
	while (calls_nth(method, part, n))
		n++;
	return n;
}

int calls_total(void)
{
	return calls_client.n_calls;
}
