/* A template's text with placeholders, judged, filled, and encoded for Meta. */
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "model/template.h"
#include "wa/manage.h"
#include "wa/send.h"

static void check_parts(const struct template_text *t)
{
	size_t n = 0;
	HOLDS(t->n_parts <= TEMPLATE_MAX_PARTS);
	for (size_t i = 0; i < t->n_parts; i++) {
		const struct template_part *p = &t->part[i];
		n += p->is_placeholder;
		if (!p->is_placeholder) {
			HOLDS(p->text != NULL);
			continue;
		}
		HOLDS(p->key != NULL && p->param[0] != '\0');
		HOLDS(strspn(p->param, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(p->param));
		for (size_t k = 0; k < i; k++) /* one name, one value */
			HOLDS(!t->part[k].is_placeholder || strcmp(t->part[k].param, p->param) != 0 ||
			      strcmp(t->part[k].key, p->key) == 0);
	}
	HOLDS(n == t->n_placeholders);
}

static void check_json(const struct buf *out)
{
	json_auto cJSON *tree = NULL;
	struct err err;
	HOLDS(out->overflow || json_parse(buf_text(out), out->len, &tree, &err) == 0);
}

static void fill(struct arena *arena, const char *text, const struct template_text *parsed)
{
	const struct contact contact = {.number = "447400123457",
	                                .first_name = "Zoë",
	                                .last_name = "",
	                                .custom1 = " a \n b ",
	                                .custom2 = "",
	                                .tags = "",
	                                .fields = "{\"city\":\"Leeds\"}"};
	const struct template tpl = {.name = "spring",
	                             .text = text,
	                             .type = "text",
	                             .category = "MARKETING",
	                             .language = "en_US",
	                             .meta_name = "spring_1"};
	const struct wa_key key = {"0123abcd", 1, 2, 3};
	buf_auto struct buf out;
	buf_init(&out, 1 << 16);
	const char *filled = template_fill(parsed, &contact, arena);
	HOLDS(utf8_valid(filled, strlen(filled)));
	struct template_form form;
	struct err err;
	HOLDS(template_form_read(&tpl, arena, &form, &err) == 0);
	if (wa_template_encode(&tpl, &form, NULL, false, &out) == 0)
		check_json(&out);
	if (template_form_check(&form, &contact, arena) != RULE_NONE)
		return;
	HOLDS(utf8_length(filled, strlen(filled)) <= TEMPLATE_BODY_MAX);
	struct wa_plan *plan = wa_plan_create(&tpl, &form);
	buf_reset(&out);
	HOLDS(wa_send_encode(plan, &contact, &key, arena, &out) == 0);
	check_json(&out);
	wa_plan_destroy(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	if (!utf8_valid(text, n_bytes)) { /* the JSON door lets no other through */
		free(text);
		return 0;
	}
	struct arena *arena = arena_create(4096);
	struct template_text parsed = {0};
	struct err err = {.text = ""};
	struct faults faults;
	int result = template_text_parse(arena, text, &parsed, &err);
	if (result == 0)
		check_parts(&parsed);
	else
		HOLDS(err.text[0] != '\0');
	faults_init(&faults);
	const struct template_request req = {.name = "spring",
	                                     .channel = "whatsapp",
	                                     .wa_sender_code = "447400123456",
	                                     .wa_category = "MARKETING",
	                                     .text = text};
	template_judge(&req, arena, &faults);
	if (!faults_any(&faults)) {
		HOLDS(result == 0);
		HOLDS(utf8_length(text, strlen(text)) <= TEMPLATE_TEXT_MAX);
	}
	if (result == 0)
		fill(arena, text, &parsed);
	char name[600];
	template_meta_name(text, "tag", name, sizeof(name));
	HOLDS(name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name));
	arena_destroy(arena);
	free(text);
	return 0;
}
