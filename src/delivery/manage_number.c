/* The phone-number record: what Meta says of a sender's throughput, quality and tier. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "delivery/manage_internal.h"
#include "store/senders.h"
#include "wa/errors.h"

struct number_call {
	struct job job;
	struct manage *manage;
	int64_t sender_no;
	struct wa_number_record record;
	msec_t asked, at;
	bool held;                 /* by this record */
	delivery_checked_fn *done; /* of a check; NULL when the record is to be stored */
	void *arg;
};

static void number_free(struct number_call *c)
{
	struct manage *m = c->manage;
	free(c);
	manage_ended(m);
}

static int store_run(struct store_tx *tx, void *arg)
{
	struct number_call *c = arg;
	const struct wa_number_record *r = &c->record;
	const struct sender_record record = {.limit_mps = r->limit_mps,
	                                     .quality = r->quality,
	                                     .tier = r->tier,
	                                     .portfolio_id = r->portfolio_id,
	                                     .status = r->status,
	                                     .can_send = r->can_send};
	int result = sender_set_record(tx, c->sender_no, &record, c->asked, c->at);
	c->held = result == 1;
	return result < 0 ? -1 : 0;
}

static void stored(struct job *job, int result, struct now now)
{
	struct number_call *c = (struct number_call *)job;
	(void)now;
	if (result == 0 && c->held)
		log_warn("delivery", "sender held: WhatsApp rates its quality as low", log_i("sender", c->sender_no));
	if (result == 0)
		c->manage->changed(c->manage->changed_arg);
	number_free(c);
}

static void number_store(struct number_call *c)
{
	c->at = c->manage->now.wall;
	c->job = (struct job){.run = store_run, .done = stored};
	if (mailbox_submit(&c->manage->mailbox, &c->job) != 0)
		number_free(c);
}

/* Is it what was asked with that Meta does not take, and would not tomorrow either? */
static bool is_refusal(const struct http_answer *answer)
{
	struct wa_graph_error error;
	if (answer->outcome != HTTP_ANSWERED || answer->status < 400 || answer->status >= 500 || answer->status == 429 ||
	    !wa_graph_error_decode(answer->body, answer->n_body_bytes, &error))
		return false;
	enum wa_action action = wa_error_words(error.code)->action;
	return action != WA_SLOW_LANE && action != WA_AMBIGUOUS;
}

static void number_answered(const struct http_answer *answer, void *arg)
{
	struct number_call *c = arg;
	struct err err;
	char reason[512];
	bool ok = answer->outcome == HTTP_ANSWERED && answer->status == 200 &&
	          wa_number_decode(answer->body, answer->n_body_bytes, &c->record, &err) == 0;
	if (!ok)
		manage_reason(answer, reason, sizeof(reason));
	if (c->done) {
		c->done(ok ? &c->record : NULL, is_refusal(answer), ok ? NULL : reason, c->arg);
		number_free(c);
	} else if (ok) {
		number_store(c);
	} else {
		log_warn("delivery", "a sender's record could not be refreshed", log_i("sender", c->sender_no),
		         log_t("reason", reason));
		number_free(c);
	}
}

static void number_ask(struct number_call *c, const char *phone_number_id, const char *token)
{
	char path[256];
	int n = snprintf(path, sizeof(path), "%s?fields=%s", phone_number_id, WA_NUMBER_FIELDS);
	c->manage->n_calls++;
	c->asked = c->manage->now.wall;
	if (n > 0 && (size_t)n < sizeof(path) && manage_call(c->manage, "GET", path, token, NULL, number_answered, c) == 0)
		return;
	if (c->done)
		c->done(NULL, true, "the phone_number_id or access_token cannot be put into a request", c->arg);
	number_free(c);
}

static struct number_call *number_create(struct manage *m)
{
	struct number_call *c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->manage = m;
	return c;
}

void manage_number(struct manage *m, int64_t sender_no, const char *phone_number_id, const char *token)
{
	struct number_call *c = number_create(m);
	c->sender_no = sender_no;
	number_ask(c, phone_number_id, token);
}

void manage_check_number(struct manage *m, const char *phone_number_id, const char *token, delivery_checked_fn *done, void *arg)
{
	struct number_call *c = number_create(m);
	c->done = done;
	c->arg = arg;
	number_ask(c, phone_number_id, token);
}
