/* A template's components: as a client gives them, judged, encoded, filled and sent; and as Meta lists them, taken over. */
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "wa/manage.h"
#include "wa/send.h"

static const struct contact contact = {.number = "447400123457",
                                       .first_name = "Zoë",
                                       .last_name = "",
                                       .custom1 = " a \n b ",
                                       .custom2 = "2030-01-01 00:00:00",
                                       .tags = "",
                                       .fields = "{\"code\":\"123456\",\"lat\":\"1.5\"}"};

static void check_json(const struct buf *out)
{
	json_auto cJSON *tree = NULL;
	struct err err;
	HOLDS(out->overflow || json_parse(buf_text(out), out->len, &tree, &err) == 0);
}

/* Whoever passes the check can be put together; the media have ids at Meta. */
static void send(struct arena *arena, const struct template *tpl, const struct template_form *form)
{
	const struct wa_key key = {"0123abcd", 1, 2, 3};
	buf_auto struct buf out;
	buf_init(&out, 1 << 20);
	const char *filled = template_form_fill(form, &contact, arena);
	HOLDS(utf8_valid(filled, strlen(filled)));
	if (template_form_check(form, &contact, arena) != RULE_NONE)
		return;
	struct wa_plan *plan = wa_plan_create(tpl, form);
	for (int i = 0; i < wa_plan_n_media(plan); i++)
		wa_plan_set_media(plan, i, "77");
	HOLDS(wa_send_encode(plan, &contact, &key, arena, &out) == 0 || out.overflow);
	check_json(&out);
	wa_plan_destroy(plan);
}

static void given(struct arena *arena, const char *category, const char *components)
{
	static const char *const handles[TEMPLATE_MAX_MEDIA] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
	const struct template tpl = {.text = "",
	                             .type = "text",
	                             .category = category,
	                             .language = "en_US",
	                             .meta_name = "spring_1",
	                             .components = components};
	const struct template_request req = {.wa_category = category, .components = components};
	struct template_form form;
	struct faults faults;
	buf_auto struct buf out;
	buf_init(&out, 1 << 20);
	faults_init(&faults);
	template_form_build(&req, TEMPLATE_PARAMS_EACH, arena, &form, &faults);
	bool whole = !faults_any(&faults);
	template_form_judge(&form, category, &faults);
	HOLDS(template_form_same(&form, &form));
	if (!whole)
		return;
	if (wa_template_encode(&tpl, &form, handles, false, &out) == 0)
		check_json(&out);
	if (!faults_any(&faults))
		send(arena, &tpl, &form);
}

static void listed(struct arena *arena, const char *components, const char *format)
{
	struct wa_template_import t;
	struct template_form form;
	struct err err;
	const char *item = arena_printf(arena,
	                                "{\"id\":\"1\",\"name\":\"n\",\"language\":\"en\",\"status\":\"APPROVED\",\"category\":"
	                                "\"MARKETING\",\"parameter_format\":\"%s\",\"components\":%s}",
	                                format, components);
	if (wa_template_one_decode(item, strlen(item), arena, &t, &err) < 0 || t.unsupported)
		return;
	const struct template tpl = {.text = t.text,
	                             .type = "text",
	                             .category = "MARKETING",
	                             .language = "en",
	                             .meta_name = "n",
	                             .components = t.components,
	                             .params = t.params};
	HOLDS(template_form_read(&tpl, arena, &form, &err) == 0);
	HOLDS(utf8_valid(t.components, strlen(t.components)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *text = fuzz_text(data, n_bytes);
	json_auto cJSON *tree = NULL;
	struct err err;
	if (json_parse(text, n_bytes, &tree, &err) == 0 && cJSON_IsArray(tree)) { /* as the door lets it through */
		struct arena *arena = arena_create(16384);
		given(arena, "MARKETING", text);
		given(arena, "AUTHENTICATION", text);
		listed(arena, text, "NAMED");
		listed(arena, text, "POSITIONAL");
		arena_destroy(arena);
	}
	free(text);
	return 0;
}
