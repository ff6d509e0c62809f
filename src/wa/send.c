/* What is the same for every message of a campaign is written once, as pieces of JSON; for a recipient only the values between
 * them are escaped. */
#include "wa/send.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct wa_plan {
	const struct template_text *text;
	struct buf head;  /* up to the recipient's number, exclusive */
	struct buf tmpl;  /* from behind the number up to the first parameter's value, or to our key when there is none */
	struct buf *lead; /* one a placeholder: what stands before its value */
	size_t n_leads;
	struct buf tail; /* from behind the last value up to our key */
};

#define PLAN_MAX 65536

static void put_string(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	json_escape(out, text, strlen(text));
	buf_addc(out, '"');
}

struct wa_plan *wa_plan_create(const struct template *tpl, const struct template_text *text)
{
	struct wa_plan *plan = calloc(1, sizeof(*plan));
	if (!plan || !(plan->lead = calloc(text->n_placeholders + 1, sizeof(*plan->lead))))
		abort();
	plan->text = text;
	buf_init(&plan->head, PLAN_MAX);
	buf_init(&plan->tmpl, PLAN_MAX);
	buf_init(&plan->tail, PLAN_MAX);
	buf_adds(&plan->head, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+");
	buf_adds(&plan->tmpl, "\",\"type\":\"template\",\"template\":{\"name\":");
	put_string(&plan->tmpl, tpl->meta_name);
	buf_adds(&plan->tmpl, ",\"language\":{\"code\":");
	put_string(&plan->tmpl, tpl->language);
	buf_addc(&plan->tmpl, '}');
	for (size_t i = 0; i < text->n_parts; i++) {
		if (!text->part[i].is_placeholder)
			continue;
		struct buf *lead = &plan->lead[plan->n_leads++];
		buf_init(lead, PLAN_MAX);
		buf_adds(lead, plan->n_leads == 1 ? ",\"components\":[{\"type\":\"body\",\"parameters\":[" : "\"},");
		buf_adds(lead, "{\"type\":\"text\",\"parameter_name\":");
		put_string(lead, text->part[i].param);
		buf_adds(lead, ",\"text\":\"");
	}
	buf_adds(&plan->tail, plan->n_leads ? "\"}]}]}" : "}");
	buf_adds(&plan->tail, ",\"biz_opaque_callback_data\":\"");
	return plan;
}

void wa_plan_destroy(struct wa_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_leads; i++)
		buf_fini(&plan->lead[i]);
	free(plan->lead);
	buf_fini(&plan->head);
	buf_fini(&plan->tmpl);
	buf_fini(&plan->tail);
	free(plan);
}

static void put_buf(struct buf *out, const struct buf *piece)
{
	buf_add(out, piece->data, piece->len);
}

int wa_send_encode(const struct wa_plan *plan, const struct contact *contact, const struct wa_key *key, struct arena *scratch,
                   struct buf *out)
{
	char opaque[WA_KEY_BYTES];
	put_buf(out, &plan->head);
	json_escape(out, contact->number, strlen(contact->number));
	put_buf(out, &plan->tmpl);
	size_t lead = 0;
	for (size_t i = 0; i < plan->text->n_parts; i++) {
		const struct template_part *part = &plan->text->part[i];
		if (!part->is_placeholder)
			continue;
		const char *value = template_value(part, contact, scratch);
		if (!value)
			return -1;
		put_buf(out, &plan->lead[lead++]);
		json_escape(out, value, strlen(value));
	}
	put_buf(out, &plan->tail);
	wa_key_format(key, opaque);
	buf_adds(out, opaque);
	return buf_adds(out, "\"}");
}
