/* Templates made elsewhere, as Meta lists them, in our form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "wa/manage.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(16384);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct wa_template_import import(const char *format, const char *category, const char *components)
{
	struct wa_template_import t = {0};
	struct err err;
	const char *body = arena_printf(
		arena,
		"{\"id\":\"5\",\"name\":\"n\",\"language\":\"en\",\"status\":\"APPROVED\",\"category\":\"%s\","
		"\"parameter_format\":\"%s\",\"components\":%s}",
		category, format, components);
	if (wa_template_one_decode(body, strlen(body), arena, &t, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static void expect(const char *format, const char *category, const char *theirs, const char *ours)
{
	struct wa_template_import t = import(format, category, theirs);
	if (t.unsupported)
		fail_msg("%s: %s", theirs, t.unsupported);
	assert_string_equal(t.components, ours);
}

static void expect_unsupported(const char *format, const char *category, const char *theirs, const char *why)
{
	struct wa_template_import t = import(format, category, theirs);
	assert_non_null(t.unsupported);
	if (!strstr(t.unsupported, why))
		fail_msg("%s: %s", theirs, t.unsupported);
}

#define BODY(text) "{\"type\":\"BODY\",\"text\":\"" text "\"}"

static void variables_become_placeholders(void **state)
{
	(void)state;
	expect("POSITIONAL", "UTILITY", "[" BODY("Hi {{1}}, {{2}} and {{1}}.") "]",
	       "[" BODY("Hi {custom1}, {custom2} and {custom1}.") "]");
	expect("NAMED", "UTILITY", "[" BODY("Hi {{first_name}}.") "]", "[" BODY("Hi {first_name}.") "]");
	expect("POSITIONAL", "UTILITY", "[" BODY("A { literal {{1}} }.") "]", "[" BODY("A {{ literal {custom1} }.") "]");
	expect("POSITIONAL", "MARKETING",
	       "[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"For {{1}}\"}," BODY(
		       "Look.") ",{\"type\":\"FOOTER\",\"text\":\"x\"},"
	                        "{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},{\"type\":"
	                        "\"URL\",\"text\":\"Shop\",\"url\":"
	                        "\"https://a.example/{{1}}\"}]}]",
	       "[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"For {header1}\"}," BODY(
		       "Look.") ",{\"type\":\"FOOTER\",\"text\":\"x\"},"
	                        "{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},{\"type\":"
	                        "\"URL\",\"text\":\"Shop\",\"url\":"
	                        "\"https://a.example/{url2_1}\"}]}]");
	struct wa_template_import t = import("POSITIONAL", "UTILITY", "[" BODY("Hi {{1}}.") "]");
	assert_int_equal(t.params, TEMPLATE_PARAMS_POSITIONAL);
	assert_string_equal(t.text, "Hi {custom1}.");
	assert_string_equal(t.record.status, "APPROVED");
}

static void values_never_change_places(void **state)
{
	(void)state;
	expect_unsupported("POSITIONAL", "UTILITY", "[" BODY("Hi {{2}}, {{1}}.") "]", "order of their numbers");
	expect_unsupported("POSITIONAL", "UTILITY", "[" BODY("Hi {{1}}, {{3}}.") "]", "order of their numbers");
	struct wa_template_import t = import("POSITIONAL", "UTILITY", "[" BODY("Hi {{2}}, {{1}}.") "]");
	assert_string_equal(t.components, "[" BODY("Hi {{2}}, {{1}}.") "]"); /* as Meta has it */
}

static void what_cannot_be_sent_is_told(void **state)
{
	(void)state;
	expect_unsupported("NAMED", "MARKETING",
	                   "[" BODY("x") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"FLOW\",\"text\":\"x\"}]}]", "FLOW");
	expect_unsupported("NAMED", "MARKETING", "[{\"type\":\"HEADER\",\"format\":\"PRODUCT\"}," BODY("x") "]", "PRODUCT");
	expect_unsupported("NAMED", "MARKETING", "[" BODY("x") ",{\"type\":\"CALL_PERMISSION_REQUEST\"}]",
	                   "CALL_PERMISSION_REQUEST");
	expect_unsupported(
		"NAMED", "MARKETING",
		"[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"https://cdn.example/x\"]}}," BODY(
			"x") "]",
		"components[0].url");
	expect_unsupported("NAMED", "UTILITY", "[{\"type\":\"HEADER\",\"format\":\"LOCATION\"}," BODY("x") "]", "latitude");
	expect_unsupported("NAMED", "MARKETING",
	                   "[" BODY("x") ",{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":{\"text\":\"E\",\"has_"
	                                 "expiration\":true}}]",
	                   "expires_at");
}

static void one_time_passwords(void **state)
{
	(void)state;
	expect("POSITIONAL", "AUTHENTICATION",
	       "[{\"type\":\"BODY\",\"text\":\"*{{1}}* is your verification code.\",\"add_security_recommendation\":true},"
	       "{\"type\":\"FOOTER\",\"text\":\"This code expires in 5 minutes.\"},"
	       "{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":\"Copy\",\"url\":\"https://www.whatsapp.com/otp/"
	       "code/?code=otp{{1}}\"}]}]",
	       "[{\"type\":\"BODY\",\"add_security_recommendation\":true},{\"type\":\"FOOTER\",\"code_expiration_minutes\":5},"
	       "{\"type\":\"BUTTONS\",\"buttons\":[{\"text\":\"Copy\",\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\"}]}]");
}

static void carousels(void **state)
{
	(void)state;
#define CARD(url)                                                                                            \
	"{\"components\":[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"url\":\"https://a.example/b\"}," BODY( \
		"For {{1}}!") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":\"x\",\"url\":\"" url "\"}]}]}"
	struct wa_template_import t = import("POSITIONAL", "MARKETING",
	                                     "[" BODY("Look") ",{\"type\":\"CAROUSEL\",\"cards\":[" CARD(
						     "https://a.example/{{1}}") "," CARD("https://a.example/{{1}}") "]}]");
	assert_null(t.unsupported);
	assert_non_null(strstr(t.components, "For {card2_custom1}!"));
	assert_non_null(strstr(t.components, "https://a.example/{card2_url1_1}"));
}

static void pages(void **state)
{
	(void)state;
	struct wa_template_import list[2];
	const char *after;
	struct err err;
	int n;
#define ITEM(id)                             \
	"{\"id\":\"" id "\",\"name\":\"n" id \
	"\",\"language\":\"en\",\"status\":\"APPROVED\",\"category\":\"UTILITY\",\"components\":[" BODY("x") "]}"
	const char *body = "{\"data\":[" ITEM("1") "," ITEM("2") "," ITEM(
		"3") "],\"paging\":{\"cursors\":{\"before\":\"b\",\"after\":\"A1\"},"
		     "\"next\":\"https://graph.example/x\"}}";
	assert_int_equal(wa_template_page_decode(body, strlen(body), arena, list, 2, &n, &after, &err), 0);
	assert_int_equal(n, 2); /* as many as there is room for */
	assert_string_equal(list[1].name, "n2");
	assert_string_equal(after, "A1");
	body = "{\"data\":[],\"paging\":{\"cursors\":{\"before\":\"b\",\"after\":\"A1\"}}}";
	assert_int_equal(wa_template_page_decode(body, strlen(body), arena, list, 2, &n, &after, &err), 0);
	assert_int_equal(n, 0);
	assert_null(after); /* the last page has a cursor and no next */
	static const char *const bad[] = {
		"", "[]", "{\"data\":7}", "{\"data\":[{\"id\":\"1\"}]}",
		"{\"data\":[{\"id\":\"x/y\",\"status\":\"A\",\"name\":\"n\",\"language\":\"en\",\"components\":[]}]}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(wa_template_page_decode(bad[i], strlen(bad[i]), arena, list, 2, &n, &after, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(variables_become_placeholders, setup, teardown),
		cmocka_unit_test_setup_teardown(values_never_change_places, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_sent_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(one_time_passwords, setup, teardown),
		cmocka_unit_test_setup_teardown(carousels, setup, teardown),
		cmocka_unit_test_setup_teardown(pages, setup, teardown),
	};
	return cmocka_run_group_tests_name("wa/template_import", tests, NULL, NULL);
}
