/* Meta's answers to management calls: of templates, numbers and media. */
#include "base/text.h"
#include "fuzz.h"
#include "wa/manage.h"
#include "wa/media.h"

#define CHECK_FIELD(field) check_field(field, sizeof(field))

static void check_field(const char *field, size_t size)
{
	const char *end = memchr(field, '\0', size);
	HOLDS(end != NULL);
	HOLDS(utf8_valid(field, (size_t)(end - field)));
}

static void check_template(const struct wa_template_record *t)
{
	CHECK_FIELD(t->id);
	CHECK_FIELD(t->status);
	CHECK_FIELD(t->category);
	CHECK_FIELD(t->reason);
	CHECK_FIELD(t->quality);
}

/* What is ours then: what can be sent has a form, and everything is text. */
static void check_import(const struct wa_template_import *t, struct arena *arena)
{
	check_template(&t->record);
	HOLDS(utf8_valid(t->name, strlen(t->name)) && utf8_valid(t->language, strlen(t->language)));
	HOLDS(utf8_valid(t->components, strlen(t->components)) && utf8_valid(t->text, strlen(t->text)));
	if (t->unsupported) {
		HOLDS(utf8_valid(t->unsupported, strlen(t->unsupported)));
		return;
	}
	struct err err;
	struct template_form *form = arena_alloc(arena, sizeof(*form));
	const struct template tpl = {.category = t->record.category,
	                             .text = t->text,
	                             .type = "text",
	                             .components = t->components,
	                             .params = t->params};
	HOLDS(template_form_read(&tpl, arena, form, &err) == 0);
}

static void check_imports(const char *body, size_t n_bytes)
{
	enum { MAX = 3 };
	struct arena *arena = arena_create(4096);
	struct wa_template_import list[MAX];
	const char *after = NULL;
	struct err err;
	int n = 0;
	if (wa_template_one_decode(body, n_bytes, arena, &list[0], &err) == 0)
		check_import(&list[0], arena);
	if (wa_template_page_decode(body, n_bytes, arena, list, MAX, &n, &after, &err) == 0) {
		HOLDS(n <= MAX && (!after || utf8_valid(after, strlen(after))));
		for (int i = 0; i < n; i++)
			check_import(&list[i], arena);
	}
	arena_destroy(arena);
}

static void check_media(const char *body, size_t n_bytes)
{
	char id[WA_MEDIA_ID_BYTES], handle[WA_HANDLE_BYTES];
	struct err err;
	if (wa_media_id_decode(body, n_bytes, id, &err) == 0) {
		CHECK_FIELD(id);
		HOLDS(id[0] && strspn(id, "0123456789") == strlen(id));
	}
	if (wa_upload_decode(body, n_bytes, handle, &err) == 0) {
		CHECK_FIELD(handle);
		HOLDS(handle[0] && !text_has_control(handle, strlen(handle)));
	}
	if (wa_handle_decode(body, n_bytes, handle, &err) == 0) {
		CHECK_FIELD(handle);
		HOLDS(handle[0] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char *body = fuzz_text(data, n_bytes);
	struct wa_graph_error error;
	struct wa_template_record template;
	struct wa_number_record number;
	struct err err;
	if (wa_graph_error_decode(body, n_bytes, &error)) {
		CHECK_FIELD(error.message);
		HOLDS(!text_has_control(error.message, strlen(error.message)));
	}
	if (wa_template_created_decode(body, n_bytes, &template, &err) == 0)
		check_template(&template);
	if (wa_template_decode(body, n_bytes, &template, &err) == 0)
		check_template(&template);
	if (wa_template_find(body, n_bytes, "spring", "en_US", &template, &err) == 0)
		check_template(&template);
	if (wa_number_decode(body, n_bytes, &number, &err) == 0) {
		CHECK_FIELD(number.display_number);
		HOLDS(strspn(number.display_number, "0123456789") == strlen(number.display_number));
		CHECK_FIELD(number.verified_name);
		CHECK_FIELD(number.tier);
		HOLDS(number.limit_mps >= 0);
	}
	check_imports(body, n_bytes);
	check_media(body, n_bytes);
	free(body);
	return 0;
}
