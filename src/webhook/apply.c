#include "webhook/apply.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/optout.h"
#include "store/holds.h"
#include "store/ledger.h"
#include "store/optouts.h"
#include "store/replies.h"
#include "store/senders.h"
#include "store/templates.h"
#include "wa/errors.h"
#include "wa/event.h"

#define MAX_TEXT_BYTES 4096
#define MAX_KIND_BYTES 64

struct applier {
	struct store_tx *tx;
	struct arena *arena;
	const unsigned char *hash; /* who signed the present event */
	msec_t now;
	bool changed;
	/* statuses gathered until another secret's event comes, applied together */
	struct status_update *update;
	int n, cap;
	int64_t n_foreign;
};

static int flush(struct applier *a)
{
	struct apply_result result;
	if (a->n == 0)
		return 0;
	if (ledger_apply(a->tx, a->hash, a->update, a->n, a->now, &result) < 0)
		return -1;
	a->n = 0;
	a->changed = a->changed || result.held || result.queued;
	if (inbox_count(a->tx, "status_moved", result.moved) < 0 || inbox_count(a->tx, "status_known", result.known) < 0)
		return -1;
	return inbox_count(a->tx, "status_foreign", result.foreign);
}

static const char *keep(struct applier *a, const char *text)
{
	size_t n = strlen(text);
	if (n > MAX_TEXT_BYTES) {
		n = MAX_TEXT_BYTES;
		while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
	}
	return arena_strndup(a->arena, text, n);
}

/* What a failure says of those that would follow, as it would in the answer to a message (wa/errors.def). Of what came without a
 * reason the code is 0, which in an answer means the token. */
static void look_behind(struct status_update *u)
{
	const struct wa_error_rule *rule = wa_error_words(u->code);
	if (u->state != STATE_FAILED || u->code == 0 || (rule->action != WA_HOLD_SENDER && rule->action != WA_HOLD_CAMPAIGN))
		return;
	u->hold = wa_error_hold(rule, u->code);
	u->holds_sender = rule->action == WA_HOLD_SENDER;
}

static int on_status(struct applier *a, const struct wa_event *e)
{
	if (!e->has_key || strcmp(e->key.instance, a->tx->instance) != 0) {
		a->n_foreign++;
		return 0;
	}
	if (a->n == a->cap) {
		int cap = a->cap ? a->cap * 2 : 256;
		struct status_update *wider = arena_array(a->arena, (size_t)cap, sizeof(*wider));
		if (a->n)
			memcpy(wider, a->update, (size_t)a->n * sizeof(*wider));
		a->update = wider;
		a->cap = cap;
	}
	struct status_update *u = &a->update[a->n++];
	*u = (struct status_update){.campaign_no = e->key.campaign_no,
	                            .seq = e->key.seq,
	                            .attempt = e->key.attempt,
	                            .state = e->state,
	                            .wamid = keep(a, e->wamid),
	                            .detail = *e->detail ? keep(a, e->detail) : NULL,
	                            .code = e->code,
	                            .at = e->time_ms >= 0 ? e->time_ms : a->now};
	look_behind(u);
	return 0;
}

static int on_optout(struct applier *a, int64_t account_no, const struct wa_event *e, bool out, const char *source)
{
	return optout_set(a->tx, account_no, e->from, out, source, keep(a, e->text), e->time_ms >= 0 ? e->time_ms : a->now);
}

/* A tap on a quick reply of one of our messages, whose payload begins with its key. */
static int on_reply(struct applier *a, const struct wa_event *e)
{
	if (!e->has_key || strcmp(e->key.instance, a->tx->instance) != 0)
		return 0;
	int added = reply_add(a->tx, a->hash, e->key.campaign_no, e->key.seq, e->payload, e->text,
	                      e->time_ms >= 0 ? e->time_ms : a->now);
	return added < 0 ? -1 : 0;
}

static int on_inbound(struct applier *a, const struct wa_event *e)
{
	int64_t account_no;
	struct inbound m = {.phone_number_id = e->phone_number_id,
	                    .wamid = keep(a, e->wamid),
	                    .from = keep(a, e->from),
	                    .type = keep(a, e->type),
	                    .text = keep(a, e->text),
	                    .payload = keep(a, e->payload),
	                    .context_id = keep(a, e->context_id),
	                    .at = e->time_ms >= 0 ? e->time_ms : a->now};
	int result = inbound_add(a->tx, a->hash, &m, a->now, &account_no);
	if (result != 0)
		return result < 0 ? -1 : inbox_count(a->tx, "inbound_known_or_foreign", 1);
	enum optout_word word = optout_word(e->text);
	if (word != OPTOUT_NONE && *e->from && on_optout(a, account_no, e, word == OPTOUT_STOP, "inbound") < 0)
		return -1;
	if (on_reply(a, e) < 0)
		return -1;
	return inbox_count(a->tx, "inbound", 1);
}

static int on_preference(struct applier *a, const struct wa_event *e)
{
	int64_t account_no;
	int found = account_of_number(a->tx, a->hash, e->phone_number_id, &account_no);
	if (found != 0 || !*e->from)
		return found < 0 ? -1 : inbox_count(a->tx, "preference_foreign", 1);
	if (on_optout(a, account_no, e, e->stop, "whatsapp") < 0)
		return -1;
	return inbox_count(a->tx, "preference", 1);
}

static int template_event(struct applier *a, const struct template_word *word, const struct wa_event *e)
{
	switch (e->kind) {
	case WA_EVENT_TEMPLATE_QUALITY:
		return template_quality(a->tx, word, e->status, a->now);
	case WA_EVENT_TEMPLATE_CATEGORY:
		return template_category(a->tx, word, e->category, e->correct_category, e->previous_category, a->now);
	case WA_EVENT_TEMPLATE_COMPONENTS:
		return template_changed(a->tx, word, a->now);
	case WA_EVENT_STATUS:
	case WA_EVENT_INBOUND:
	case WA_EVENT_TEMPLATE:
	case WA_EVENT_PREFERENCE:
	case WA_EVENT_NUMBER:
	case WA_EVENT_FLAG:
	case WA_EVENT_ACCOUNT:
	case WA_EVENT_WARNING:
	case WA_EVENT_UNKNOWN:
		break;
	}
	return template_verdict(a->tx, word, e->status, *e->reason ? keep(a, e->reason) : NULL, a->now);
}

static int on_template(struct applier *a, const struct wa_event *e)
{
	const struct template_word word = {.hash = a->hash,
	                                   .waba_id = e->waba_id,
	                                   .meta_id = e->template_id,
	                                   .meta_name = e->template_name,
	                                   .language = e->language,
	                                   .said_ms = e->time_ms};
	int result = template_event(a, &word, e);
	if (result < 0)
		return -1;
	bool is_news = e->kind == WA_EVENT_TEMPLATE || e->kind == WA_EVENT_TEMPLATE_COMPONENTS; /* for delivery */
	a->changed = a->changed || (result == 0 && is_news);
	return inbox_count(a->tx, result == 0 ? "template" : "template_foreign", 1);
}

/* What changed is told in several ways, some of them withdrawn: Meta's own records are asked for. */
static int on_number(struct applier *a, const struct wa_event *e)
{
	int64_t n;
	if (sender_ask_again(a->tx, a->hash, e->waba_id, a->now, &n) < 0)
		return -1;
	a->changed = a->changed || n > 0;
	return inbox_count(a->tx, n > 0 ? "number" : "number_foreign", 1);
}

static int stop_or_go_on(struct applier *a, const struct wa_event *e, const struct hold *hold)
{
	const struct waba_numbers numbers = {
		.hash = a->hash, .waba_id = e->waba_id, .code_digits = *e->code_digits ? e->code_digits : NULL};
	int64_t n;
	int result = e->stop ? senders_stop(a->tx, &numbers, hold, a->now, &n)
	                     : senders_go_on(a->tx, &numbers, hold->rule, a->now, &n);
	if (result < 0)
		return -1;
	if (n > 0 && e->stop)
		log_warn("webhook", "senders held by WhatsApp's word", log_i("senders", n), log_t("reason", hold->reason));
	else if (n > 0)
		log_info("webhook", "senders go on by WhatsApp's word", log_i("senders", n));
	a->changed = a->changed || n > 0;
	return 0;
}

static int on_flag(struct applier *a, const struct wa_event *e)
{
	const struct hold hold = hold_for(HOLD_FLAGGED, "WhatsApp has flagged the number: people block it or report it.");
	return stop_or_go_on(a, e, &hold);
}

/* A restriction that ended before its word came holds nobody. */
static int on_account(struct applier *a, const struct wa_event *e)
{
	struct hold hold = hold_for(HOLD_RESTRICTED, e->reason);
	hold.until = e->until_ms;
	if (e->stop && e->until_ms >= 0 && e->until_ms <= a->now)
		return inbox_count(a->tx, "account_over", 1);
	return stop_or_go_on(a, e, &hold) < 0 ? -1 : inbox_count(a->tx, "account", 1);
}

static int on_warning(struct applier *a, const struct wa_event *e)
{
	const struct waba_numbers numbers = {.hash = a->hash, .waba_id = e->waba_id};
	int64_t n;
	if (senders_warn(a->tx, &numbers, e->reason, e->until_ms, a->now, &n) < 0)
		return -1;
	if (n > 0)
		log_warn("webhook", "WhatsApp's word on a business account", log_i("senders", n), log_t("reason", e->reason));
	return inbox_count(a->tx, n > 0 ? "warning" : "warning_foreign", 1);
}

/* The field's name goes into a counter's name, so only what is certainly harmless of it does. */
static int on_unknown(struct applier *a, const struct wa_event *e)
{
	char kind[MAX_KIND_BYTES] = "unknown_";
	size_t n = strlen(kind);
	for (const char *p = e->what; *p && n < sizeof(kind) - 1; p++)
		if ((*p >= 'a' && *p <= 'z') || *p == '_')
			kind[n++] = *p;
	kind[n] = '\0';
	return inbox_count(a->tx, kind, 1);
}

static int on_event(const struct wa_event *e, void *arg)
{
	struct applier *a = arg;
	if (e->kind != WA_EVENT_STATUS && flush(a) < 0) /* order between kinds is kept */
		return -1;
	switch (e->kind) {
	case WA_EVENT_STATUS:
		return on_status(a, e);
	case WA_EVENT_INBOUND:
		return on_inbound(a, e);
	case WA_EVENT_TEMPLATE:
	case WA_EVENT_TEMPLATE_QUALITY:
	case WA_EVENT_TEMPLATE_CATEGORY:
	case WA_EVENT_TEMPLATE_COMPONENTS:
		return on_template(a, e);
	case WA_EVENT_PREFERENCE:
		return on_preference(a, e);
	case WA_EVENT_NUMBER:
		return on_number(a, e);
	case WA_EVENT_FLAG:
		return on_flag(a, e);
	case WA_EVENT_ACCOUNT:
		return on_account(a, e);
	case WA_EVENT_WARNING:
		return on_warning(a, e);
	case WA_EVENT_UNKNOWN:
		return on_unknown(a, e);
	}
	return -1;
}

/* A callback that failed must not be taken for a body that is no webhook. */
struct walk {
	struct applier *applier;
	const char *phone;
	bool failed;
};

static int walk_event(const struct wa_event *e, void *arg)
{
	struct walk *walk = arg;
	if (walk->phone && strcmp(walk->phone, e->phone_number_id) != 0)
		return 0;
	if (on_event(e, walk->applier) == 0)
		return 0;
	walk->failed = true;
	return -1;
}

static int apply_one(struct applier *a, const struct inbox_event *event)
{
	struct walk walk = {.applier = a, .phone = event->phone};
	struct err err;
	if (wa_event_each(event->body, event->n_bytes, walk_event, &walk, &err) < 0) {
		if (walk.failed)
			return -1;
		if (inbox_set_aside(a->tx, event, err.text, a->now) < 0 || inbox_count(a->tx, "set_aside", 1) < 0)
			return -1;
	}
	return inbox_done(a->tx, event->no);
}

int apply_events(struct store_tx *tx, const struct inbox_event *events, int n, msec_t now, bool *ret_changed)
{
	arena_auto struct arena *arena = arena_create(65536);
	struct applier a = {.tx = tx, .arena = arena, .now = now};
	tx->actor = (struct store_actor){.kind = ACTOR_WHATSAPP};
	for (int i = 0; i < n; i++) {
		if (a.hash && memcmp(a.hash, events[i].hash, SECRET_HASH_BYTES) != 0 && flush(&a) < 0)
			return -1;
		a.hash = events[i].hash;
		if (apply_one(&a, &events[i]) < 0)
			return -1;
	}
	if (flush(&a) < 0)
		return -1;
	if (a.n_foreign && inbox_count(tx, "status_foreign", a.n_foreign) < 0)
		return -1;
	*ret_changed = a.changed;
	return 0;
}
