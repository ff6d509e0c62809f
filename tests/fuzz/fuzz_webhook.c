/* A body of Meta's webhook: every event is told with texts that may be stored, and the walk is the same each time. */
#include "base/text.h"
#include "fuzz.h"
#include "wa/event.h"

static void check_text(const char *text)
{
	HOLDS(text != NULL);
	HOLDS(utf8_valid(text, strlen(text)));
}

static int each(const struct wa_event *e, void *arg)
{
	size_t *n = arg;
	++*n;
	HOLDS(e->kind <= WA_EVENT_UNKNOWN);
	HOLDS(e->time_ms >= -1);
	check_text(e->waba_id);
	check_text(e->phone_number_id);
	check_text(e->what);
	if (e->kind == WA_EVENT_STATUS) {
		check_text(e->wamid);
		check_text(e->detail);
		HOLDS(e->state == STATE_SENT || e->state == STATE_DELIVERED || e->state == STATE_READ ||
		      e->state == STATE_FAILED);
		HOLDS(!e->has_key || (e->key.campaign_no > 0 && e->key.seq > 0 && e->key.attempt > 0));
	}
	if (e->kind == WA_EVENT_INBOUND) {
		check_text(e->from);
		check_text(e->type);
		check_text(e->text);
		check_text(e->payload);
		check_text(e->context_id);
	}
	if (e->kind == WA_EVENT_TEMPLATE) {
		check_text(e->template_id);
		check_text(e->template_name);
		check_text(e->status);
		check_text(e->reason);
	}
	return *n > 10000 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *body = fuzz_text(data, n_bytes);
	struct err err = {.text = ""};
	size_t n = 0, again = 0;
	int first = wa_event_each(body, n_bytes, each, &n, &err);
	HOLDS(first == 0 || err.text[0] != '\0' || n > 10000);
	int second = wa_event_each(body, n_bytes, each, &again, &err);
	HOLDS(first == second && n == again);
	HOLDS(!wa_signature_ok(body, "secret", body, n_bytes)); /* nothing holds its own signature */
	free(body);
	return 0;
}
