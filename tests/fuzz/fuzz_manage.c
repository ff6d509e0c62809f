/* Meta's answers to management calls. */
#include "base/text.h"
#include "fuzz.h"
#include "wa/manage.h"

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
	free(body);
	return 0;
}
