/* The wire between the engine and Meta's script: what leaves is looked at, what comes back is put into Meta's words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery/test_stage.h"
#include "wa/send.h"

#define LATENCY_US 50000

static void read_text(const char *body, const char *key, char *out, size_t out_bytes)
{
	const char *from = strstr(body, key);
	if (!from)
		fail_msg("a message without %s: %s", key, body);
	from += strlen(key);
	size_t n = strcspn(from, "\"");
	assert_true(n < out_bytes);
	memcpy(out, from, n);
	out[n] = '\0';
}

/* What left must be promised on disk: claimed, by this attempt. */
static void check_claimed(struct stage *s, const struct stage_call *call)
{
	int64_t n = world_int(
		s->w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld AND seq = %lld AND state = 1 AND attempts = %d",
		(long long)call->campaign, (long long)call->seq, call->attempt);
	if (n != 1)
		fail_msg("%lld/%lld left without a claim", (long long)call->campaign, (long long)call->seq);
}

static void check_not_twice(struct stage *s, const struct stage_call *call)
{
	if (++s->taken[call->campaign][call->seq] < 2 + s->n_decisions)
		return;
	if (world_int(s->w, "SELECT on_unconfirmed FROM campaign WHERE no = %lld", (long long)call->campaign) == UNCONFIRMED_HOLD)
		fail_msg("%lld/%lld was written to twice under hold", (long long)call->campaign, (long long)call->seq);
}

static void call_read(struct stage *s, const char *phone_number_id, const char *token, const char *body, struct stage_call *call)
{
	char key_text[WA_KEY_BYTES];
	struct wa_key key;
	read_text(body, "\"biz_opaque_callback_data\":\"", key_text, sizeof(key_text));
	assert_true(wa_key_parse(key_text, &key));
	assert_string_equal(key.instance, store_instance(s->w->store));
	*call = (struct stage_call){
		.campaign = key.campaign_no, .seq = key.seq, .attempt = key.attempt, .n = s->n_posts, .at = s->now};
	assert_in_range(call->campaign, 1, WORLD_MAX_CAMPAIGNS - 1);
	assert_in_range(call->seq, 1, STAGE_MAX_SEQ - 1);
	snprintf(call->phone_number_id, sizeof(call->phone_number_id), "%s", phone_number_id);
	snprintf(call->token, sizeof(call->token), "%s", token);
}

int stage_wire_post(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes,
                    usec_t not_after_us, http_done_fn *done, void *arg)
{
	struct stage_node *node = self;
	struct stage *s = node->stage;
	assert_true(s->now.mono < not_after_us);
	char *text = strndup(body, n_bytes);
	struct stage_flight *f = calloc(1, sizeof(*f));
	if (!text || !f)
		abort();
	call_read(s, phone_number_id, token, text, &f->call);
	free(text);
	check_claimed(s, &f->call);
	f->reply = s->script(s, &f->call);
	if (f->reply.kind == STAGE_CLOSED) {
		free(f);
		return -1;
	}
	s->n_posts++;
	s->posts[f->call.campaign][f->call.seq]++;
	if (f->reply.taken || f->reply.kind == STAGE_ACCEPTED || f->reply.kind == STAGE_HELD)
		check_not_twice(s, &f->call);
	f->node = node;
	f->at_us = s->now.mono + (f->reply.latency_us ? f->reply.latency_us : LATENCY_US);
	f->done = done;
	f->arg = arg;
	assert_true(s->n_wire < STAGE_MAX_WIRE);
	s->wire[s->n_wire++] = f;
	return 0;
}

static void answer_body(const struct stage_flight *f, char *out, size_t out_bytes)
{
	switch (f->reply.kind) {
	case STAGE_ACCEPTED:
	case STAGE_HELD:
		snprintf(out, out_bytes,
		         "{\"messaging_product\":\"whatsapp\",\"contacts\":[],\"messages\":[{\"id\":\"wamid.%lld.%lld.%d\","
		         "\"message_status\":\"%s\"}]}",
		         (long long)f->call.campaign, (long long)f->call.seq, f->call.attempt,
		         f->reply.kind == STAGE_HELD ? "held_for_quality_assessment" : "accepted");
		break;
	case STAGE_CODE:
		snprintf(out, out_bytes,
		         "{\"error\":{\"message\":\"(#%d) no\",\"code\":%d,\"error_data\":{\"details\":\"details of %d\"}}}",
		         f->reply.code, f->reply.code, f->reply.code);
		break;
	case STAGE_STATUS:
		snprintf(out, out_bytes, "%s", f->reply.body ? f->reply.body : "<html>trouble</html>");
		break;
	case STAGE_TIMEOUT:
	case STAGE_NOT_SENT:
	case STAGE_CLOSED:
		out[0] = '\0';
		break;
	}
}

void stage_wire_answer(struct stage_flight *f)
{
	char body[512];
	answer_body(f, body, sizeof(body));
	struct http_answer answer = {.outcome = HTTP_ANSWERED,
	                             .status = f->reply.status,
	                             .body = body,
	                             .n_body_bytes = strlen(body),
	                             .body_started = 1,
	                             .retry_after_s = -1};
	if (answer.status == 0)
		answer.status = f->reply.kind == STAGE_CODE ? 400 : 200;
	if (f->reply.kind == STAGE_TIMEOUT) {
		answer.outcome = HTTP_MAYBE_SENT;
		answer.reason = "no answer came in time";
	} else if (f->reply.kind == STAGE_NOT_SENT) {
		answer.outcome = HTTP_NOT_SENT;
		answer.body_started = 0;
		answer.reason = "connection refused";
	}
	f->done(&answer, f->arg);
	free(f);
}

struct stage_flight *stage_wire_take(struct stage *s, int i)
{
	struct stage_flight *f = s->wire[i];
	memmove(&s->wire[i], &s->wire[i + 1], (size_t)(--s->n_wire - i) * sizeof(s->wire[0]));
	return f;
}

int stage_wire_first(const struct stage *s)
{
	int first = -1;
	for (int i = 0; i < s->n_wire; i++)
		if (!s->wire[i]->node->dead && !s->wire[i]->node->frozen &&
		    (first < 0 || s->wire[i]->at_us < s->wire[first]->at_us))
			first = i;
	return first;
}
