#include "wa/send.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "wa/plan.h"

static int put_value(const struct template_part *part, const struct contact *contact, bool in_url, struct arena *scratch,
                     struct buf *out)
{
	const char *value = template_value(part, contact, scratch);
	if (!value)
		return -1;
	if (in_url)
		value = template_url_value(value, scratch);
	return json_escape(out, value, strlen(value));
}

static int put_text(const struct template_text *text, const struct contact *contact, struct arena *scratch, struct buf *out)
{
	if (template_check_text(text, SIZE_MAX, contact, scratch) != RULE_NONE)
		return -1;
	const char *filled = template_fill(text, contact, scratch);
	return json_escape(out, filled, strlen(filled));
}

static int put_media(const struct wa_plan *plan, int i, struct buf *out)
{
	const char *id = plan->media[i].id, *link = plan->media[i].link;
	if (!*id && !link)
		return -1;
	buf_adds(out, *id ? "\"id\":\"" : "\"link\":\"");
	json_escape(out, *id ? id : link, strlen(*id ? id : link));
	return buf_addc(out, '"');
}

static int put_offer(const struct wa_plan *plan, const struct contact *contact, struct arena *scratch, struct buf *out)
{
	msec_t until = template_offer_until(plan->form, contact, scratch);
	return until < 0 ? -1 : buf_addf(out, "%" PRId64, until);
}

static int put_step(const struct wa_plan *plan, const struct plan_step *step, const struct contact *contact, const char *key,
                    struct arena *scratch, struct buf *out)
{
	switch (step->kind) {
	case PLAN_BYTES:
		return buf_add(out, plan->bytes.data + step->from, step->n_bytes);
	case PLAN_NUMBER:
		return json_escape(out, contact->number, strlen(contact->number));
	case PLAN_KEY:
		return buf_adds(out, key);
	case PLAN_VALUE:
		return put_value(step->part, contact, false, scratch, out);
	case PLAN_URL_VALUE:
		return put_value(step->part, contact, true, scratch, out);
	case PLAN_TEXT:
		return put_text(step->text, contact, scratch, out);
	case PLAN_OFFER:
		return put_offer(plan, contact, scratch, out);
	case PLAN_MEDIA:
		return put_media(plan, step->media, out);
	}
	return -1;
}

int wa_send_encode(const struct wa_plan *plan, const struct contact *contact, const struct wa_key *key, struct arena *scratch,
                   struct buf *out)
{
	char opaque[WA_KEY_BYTES];
	wa_key_format(key, opaque);
	for (size_t i = 0; i < plan->n_steps; i++)
		if (put_step(plan, &plan->step[i], contact, opaque, scratch, out) < 0)
			return -1;
	return out->overflow ? -1 : 0;
}

bool wa_payload_parse(const char *payload, struct wa_key *ret_key, const char **ret_own)
{
	char text[WA_KEY_BYTES];
	const char *bar = strchr(payload, '|');
	size_t n = bar ? (size_t)(bar - payload) : 0;
	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, payload, n);
	text[n] = '\0';
	if (!wa_key_parse(text, ret_key))
		return false;
	*ret_own = bar + 1;
	return true;
}
