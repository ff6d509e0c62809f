#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wa/media.h"

static struct err err;
static char text[WA_HANDLE_BYTES];

static void test_the_form(void **state)
{
	(void)state;
	struct arena *arena = arena_create(4096);
	struct wa_media_form form = wa_media_form("image/png", "png", "b0", arena);
	assert_string_equal(form.content_type, "multipart/form-data; boundary=b0");
	assert_string_equal(form.head, "--b0\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
	                               "--b0\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n"
	                               "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file.png\"\r\n"
	                               "Content-Type: image/png\r\n\r\n");
	assert_string_equal(form.tail, "\r\n--b0--\r\n");
	arena_destroy(arena);
}

typedef int decode_fn(const char *body, size_t n_bytes, char *ret, struct err *err);

static int decode(decode_fn *fn, const char *body)
{
	return fn(body, strlen(body), text, &err);
}

static void test_ids(void **state)
{
	(void)state;
	assert_int_equal(decode(wa_media_id_decode, "{\"id\":\"1037543291543636\"}"), 0);
	assert_string_equal(text, "1037543291543636");
	static const char *const bad[] = {"",
	                                  "{}",
	                                  "{\"id\":\"\"}",
	                                  "{\"id\":\"12/3\"}",
	                                  "{\"id\":12}",
	                                  "[]",
	                                  "{\"id\":null}",
	                                  "{\"id\":\"1234567890123456789012345678901234567890123456789012345678901234\"}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(decode(wa_media_id_decode, bad[i]), -1);
}

static void test_sessions_and_handles(void **state)
{
	(void)state;
	assert_int_equal(decode(wa_upload_decode, "{\"id\":\"upload:MTphdHRh?sig=ARZqkGCA_uQMxC8nHKI\"}"), 0);
	assert_string_equal(text, "upload:MTphdHRh?sig=ARZqkGCA_uQMxC8nHKI");
	/* It becomes a path: nothing that would lead elsewhere. */
	assert_int_equal(decode(wa_upload_decode, "{\"id\":\"upload:../me\"}"), -1);
	assert_int_equal(decode(wa_upload_decode, "{\"id\":\"upload:a b\"}"), -1);
	assert_int_equal(decode(wa_upload_decode, "{\"id\":\"77/messages\"}"), -1);
	assert_int_equal(decode(wa_handle_decode, "{\"h\":\"4::aW1hZ2UvanBlZw==:ARb+/=:e:1\\n4::b\"}"), 0);
	assert_string_equal(text, "4::aW1hZ2UvanBlZw==:ARb+/=:e:1\n4::b");
	assert_int_equal(decode(wa_handle_decode, "{\"h\":\"4::\\\"\"}"), -1);
	assert_int_equal(decode(wa_handle_decode, "{\"id\":\"4::\"}"), -1);
}

static void test_what_blames_the_medium(void **state)
{
	(void)state;
	assert_true(wa_media_blamed(131053, ""));
	assert_true(wa_media_blamed(100, "Param image['id'] is not a valid whatsapp business account media attachment ID"));
	assert_true(wa_media_blamed(131009, "Media not found"));
	assert_false(wa_media_blamed(100, "Param text['body'] must be at most 4096 characters long."));
	assert_false(wa_media_blamed(130429, "media"));
	assert_false(wa_media_blamed(131052, "media"));
	assert_false(wa_media_blamed(100, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_form),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_sessions_and_handles),
		cmocka_unit_test(test_what_blames_the_medium),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
