/* The whole of a template: what a form is made of, Meta's limits on it, one recipient's values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/template_form.h"

static struct arena *arena;
static struct faults faults;
static struct template_form form;

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

/* The faults of these components as "1278 data.components[0].type", one a line. */
static const char *faults_of(const char *category, const char *components)
{
	char *text = arena_alloc(arena, 8192);
	const struct template_request req = {.wa_category = category, .components = components};
	faults_init(&faults);
	template_form_build(&req, TEMPLATE_PARAMS_EACH, arena, &form, &faults);
	template_form_judge(&form, category, &faults);
	for (size_t i = 0; i < faults.n; i++)
		snprintf(text + strlen(text), 8192 - strlen(text), "%s%d %s", i ? "\n" : "", (int)faults.item[i].code,
		         faults.item[i].field);
	return text;
}

struct one {
	const char *components, *faults;
};

static void each(const char *category, const struct one *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(faults_of(category, cases[i].components), cases[i].faults) != 0)
			fail_msg("%s\ngives\n%s", cases[i].components, faults_of(category, cases[i].components));
}
#define EACH(category, cases) each(category, cases, sizeof(cases) / sizeof((cases)[0]))

#define BODY "{\"type\":\"BODY\",\"text\":\"Hi {first_name|you}, look.\"}"
#define IMAGE "{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"url\":\"https://shop.example/a.png\"}"
#define BUTTONS(list) "{\"type\":\"BUTTONS\",\"buttons\":[" list "]}"
#define REPLY(text) "{\"type\":\"QUICK_REPLY\",\"text\":\"" text "\"}"
#define URL(url) "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"" url "\"}"
#define PHONE "{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"+447400123456\"}"
#define CODE(code) "{\"type\":\"COPY_CODE\",\"example\":\"" code "\"}"
#define SIXTY "123456789012345678901234567890123456789012345678901234567890"

static void components_and_parts(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{"[" BODY "]", ""},
		{"{}", "1278 data.components\n1254 data.components"},
		{"[]", "1278 data.components\n1254 data.components"},
		{"[" IMAGE "]", "1254 data.components"},
		{"[" BODY "," BODY "]", "1278 data.components[1].type"},
		{"[" BODY ",{\"type\":\"FEET\"},7]", "1278 data.components[1].type\n1278 data.components[2].type"},
		{"[{\"type\":\"body\",\"text\":\"Hello\"}]", ""},
		{"[{\"type\":\"BODY\"}]", "1254 data.components[0].text"},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {name}\"}]", "1255 data.components[0].text"},
		{"[{\"type\":\"BODY\",\"text\":\"Hi {name\"}]", "1255 data.components[0].text"},
		{"[" BODY ",{\"type\":\"FOOTER\",\"text\":\"" SIXTY "\"}]", ""},
		{"[" BODY ",{\"type\":\"FOOTER\",\"text\":\"" SIXTY "1\"}]", "1278 data.components[1].text"},
		{"[" BODY ",{\"type\":\"FOOTER\",\"text\":\"by {last_name}\"}]", "1278 data.components[1].text"},
		{"[" BODY ",{\"type\":\"FOOTER\"}]", "1254 data.components[1].text"},
	};
	EACH("MARKETING", cases);
}

static void headers(void **state)
{
	(void)state;
#define HEADER(members) "[{\"type\":\"HEADER\"," members "}," BODY "]"
	static const struct one cases[] = {
		{HEADER("\"format\":\"TEXT\",\"text\":\"For {first_name}\""), ""},
		{HEADER("\"format\":\"TEXT\",\"text\":\"{a} and {b}\""), "1278 data.components[0]"},
		{HEADER("\"format\":\"TEXT\",\"text\":\"" SIXTY "\""), ""},
		{HEADER("\"format\":\"TEXT\",\"text\":\"" SIXTY "1\""), "1278 data.components[0]"},
		{HEADER("\"format\":\"TEXT\",\"text\":\"a\\nb\""), "1278 data.components[0]"},
		{HEADER("\"format\":\"TEXT\""), "1254 data.components[0].text"},
		{HEADER("\"format\":\"GIF\""), "1278 data.components[0].format"},
		{HEADER("\"format\":\"IMAGE\""), "1264 data.components[0].url"},
		{HEADER("\"format\":\"VIDEO\",\"media_id\":\"x\",\"url\":\"https://a.example/b\""),
	         "1264 data.components[0].url"},
		{HEADER("\"format\":\"IMAGE\",\"url\":\"ftp://a.example/b\""), "1266 data.components[0].url"},
		{HEADER("\"format\":\"IMAGE\",\"media_id\":\"x\""), ""},
		{HEADER("\"format\":\"DOCUMENT\",\"media_id\":\"x\""), "1267 data.components[0].filename"},
		{HEADER("\"format\":\"DOCUMENT\",\"media_id\":\"x\",\"filename\":\"a b\""), "1269 data.components[0].filename"},
		{HEADER("\"format\":\"DOCUMENT\",\"media_id\":\"x\",\"filename\":\"abcdefghijklmnopqrstuvwxyz\""),
	         "1268 data.components[0].filename"},
		{HEADER("\"format\":\"DOCUMENT\",\"media_id\":\"x\",\"filename\":\"price_list\""), ""},
		{HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":51.5,\"longitude\":\"{lon}\",\"name\":\"{shop}\"}"),
	         ""},
		{HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":\"51.5\"}"),
	         "1278 data.components[0].location.longitude"},
	};
	EACH("UTILITY", cases);
}

static void buttons(void **state)
{
	(void)state;
#define WITH(list) "[" BODY "," BUTTONS(list) "]"
#define AT "data.components[1].buttons"
	static const struct one cases[] = {
		{WITH(REPLY("Stop") "," REPLY("More") "," URL("https://shop.example/{custom1}") "," PHONE "," CODE("SPRING25")),
	         ""},
		{WITH(REPLY("a") "," URL("https://a.example") "," REPLY("b")), "1278 " AT},
		{WITH(URL("https://a.example") "," URL("https://b.example") "," URL("https://c.example")), "1278 " AT},
		{WITH(PHONE "," PHONE), "1278 " AT},
		{WITH(CODE("A") "," CODE("B")), "1278 " AT},
		{"[" BODY ",{\"type\":\"BUTTONS\",\"buttons\":[]}]", "1278 " AT},
		{WITH(REPLY("1234567890123456789012345")), ""},
		{WITH(REPLY("12345678901234567890123456")), "1274 " AT "[0].text"},
		{WITH(REPLY("")), "1272 " AT "[0].text"},
		{WITH(REPLY("Hi {name}")), "1273 " AT "[0].text"},
		{WITH(URL("shop.example")), "1273 " AT "[0].url"},
		{WITH(URL("https://shop.example/{a}/x")), "1273 " AT "[0].url"},
		{WITH(URL("{a}")), "1273 " AT "[0].url"},
		{WITH(REPLY("a") ",{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"1\"}"),
	         "1273 " AT "[1].phone_number"},
		{WITH(CODE("{code|SPRING25}")), ""},
		{WITH(CODE("x{code}")), "1273 " AT "[0].example"},
		{WITH(CODE("SPRING-25")), "1273 " AT "[0].example"},
		{WITH(CODE("123456789012345678901")), "1273 " AT "[0].example"},
		{WITH("{\"type\":\"FLOW\"}"), "1273 " AT "[0].type\n1272 " AT "[0].text"},
		{WITH("{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\"}"), "1273 " AT "[0].type"},
		{WITH("{\"type\":\"QUICK_REPLY\",\"text\":\"a\",\"payload\":\"" SIXTY SIXTY "\"}"), "1273 " AT "[0].payload"},
	};
	EACH("MARKETING", cases);
	assert_string_equal(
		faults_of("MARKETING",
	                  "[" BODY "," BUTTONS(REPLY("1") "," REPLY("2") "," REPLY("3") "," REPLY("4") "," REPLY("5") "," REPLY(
				  "6") "," REPLY("7") "," REPLY("8") "," REPLY("9") "," REPLY("10") "," REPLY("11")) "]"),
		"1278 data.components[1].buttons");
}

#define CARD(header, rest)                                                                                                     \
	"{\"components\":[{\"type\":\"HEADER\",\"format\":\"" header "\",\"url\":\"https://a.example/b\"},{\"type\":\"BODY\"," \
	"\"text\":\"Card for {first_name|you}!\"}" rest "]}"
#define CARD_BUTTONS "," BUTTONS(URL("https://shop.example/{custom1}") "," REPLY("More"))
#define CAROUSEL(cards) "[" BODY ",{\"type\":\"CAROUSEL\",\"cards\":[" cards "]}]"

static void carousels(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{CAROUSEL(CARD("IMAGE", CARD_BUTTONS) "," CARD("IMAGE", CARD_BUTTONS)), ""},
		{CAROUSEL(CARD("IMAGE", CARD_BUTTONS)), "1278 data.components[1].cards"},
		{CAROUSEL(CARD("IMAGE", CARD_BUTTONS) "," CARD("VIDEO", CARD_BUTTONS)), "1278 data.components[1].cards[1]"},
		{CAROUSEL(CARD("IMAGE", CARD_BUTTONS) "," CARD("IMAGE", "," BUTTONS(REPLY("More")))),
	         "1278 data.components[1].cards[1]"},
		{CAROUSEL(CARD("IMAGE", "") "," CARD("IMAGE", "")),
	         "1278 data.components[1].cards[0]\n1278 data.components[1].cards[1]"},
		{CAROUSEL(CARD("IMAGE", CARD_BUTTONS) ",{\"components\":[]}"),
	         "1278 data.components[1].cards[1].components\n1278 data.components[1].cards[1]\n1278 "
	         "data.components[1].cards[1]\n"
	         "1278 data.components[1].cards[1]"},
		{"[" IMAGE "," BODY
	         ",{\"type\":\"CAROUSEL\",\"cards\":[" CARD("IMAGE", CARD_BUTTONS) "," CARD("IMAGE", CARD_BUTTONS) "]}]",
	         "1278 data.components[2].cards"},
		{CAROUSEL("{\"components\":[{\"type\":\"FOOTER\",\"text\":\"x\"}]}," CARD("IMAGE", CARD_BUTTONS)),
	         "1278 data.components[1].cards[0].components[0].type\n1278 data.components[1].cards[0]\n"
	         "1278 data.components[1].cards[0]\n1278 data.components[1].cards[1]"},
	};
	EACH("MARKETING", cases);
	assert_string_equal(faults_of("UTILITY", cases[0].components), "1278 data.components[1].cards");
}

#define OFFER(members) "{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":{" members "}}"

#define SHOP BUTTONS(URL("https://a.example"))

static void limited_time_offers(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{"[" IMAGE "," BODY
	         "," OFFER("\"text\":\"Ends soon\",\"has_expiration\":true,\"expires_at\":\"2030-01-02 03:04:05\"") "," BUTTONS(
			 CODE("SPRING25") "," URL("https://a.example")) "]",
	         ""},
		{"[" BODY "," OFFER("\"text\":\"Ends soon\",\"has_expiration\":true,\"expires_at\":\"{date}\"") "," BUTTONS(
			 URL("https://a.example")) "]",
	         ""},
		{"[" BODY "," OFFER("\"text\":\"Ends soon\"") "," SHOP "]", ""},
		{"[" BODY "," OFFER("\"text\":\"Ends soon\"") "]", "1278 data.components[1].limited_time_offer"},
		{"[" BODY "," OFFER("\"text\":\"Ends soon\"") "," BUTTONS(CODE("SPRING25")) "]",
	         "1278 data.components[2].buttons"},
		{"[" BODY "," OFFER("\"text\":\"12345678901234567\"") "," SHOP "]", "1278 data.components[1].limited_time_offer"},
		{"[" BODY "," OFFER("\"has_expiration\":false") "," SHOP "]", "1254 data.components[1].limited_time_offer.text"},
		{"[" BODY "," OFFER("\"text\":\"Ends\",\"has_expiration\":true") "," SHOP "]",
	         "1278 data.components[1].limited_time_offer.expires_at"},
		{"[" BODY "," OFFER("\"text\":\"Ends\",\"has_expiration\":true,\"expires_at\":\"soon\"") "," SHOP "]",
	         "1278 data.components[1].limited_time_offer.expires_at"},
		{"[" BODY "," OFFER("\"text\":\"Ends\"") ",{\"type\":\"FOOTER\",\"text\":\"x\"}," SHOP "]",
	         "1278 data.components[2].text"},
		{"[" BODY "," OFFER("\"text\":\"Ends\"") "," BUTTONS(URL("https://a.example") "," CODE("A")) "]",
	         "1278 data.components[2].buttons"},
		{"[" BODY "," OFFER("\"text\":\"Ends\"") "," BUTTONS(REPLY("a")) "]", "1278 data.components[2].buttons"},
		{"[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"x\"}," BODY "," OFFER("\"text\":\"Ends\"") "," SHOP "]",
	         "1278 data.components[0]"},
	};
	EACH("MARKETING", cases);
	assert_string_equal(faults_of("UTILITY", cases[2].components), "1278 data.components[1].limited_time_offer");
	char long_body[900];
	snprintf(long_body, sizeof(long_body),
	         "[{\"type\":\"BODY\",\"text\":\"%0601d\"}," OFFER("\"text\":\"Ends\"") "," SHOP "]", 0);
	assert_string_equal(faults_of("MARKETING", long_body), "1260 data.components[0].text");
}

#define OTP "{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\"}"

static void authentication(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{"[{\"type\":\"BODY\",\"add_security_recommendation\":true},{\"type\":\"FOOTER\",\"code_expiration_minutes\":5}"
	         "," BUTTONS(OTP) "]",
	         ""},
		{"[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"code\":\"{custom1}\"}") "]", ""},
		{"[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"code\":\"a {b}\"}") "]",
	         "1273 data.components[1].buttons[0].code"},
		{"[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\",\"otp_type\":\"ONE_TAP\"}") "]",
	         "1273 data.components[1].buttons[0].supported_apps"},
		{"[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\"}") "]", "1273 data.components[1].buttons[0].otp_type"},
		{"[{\"type\":\"BODY\",\"text\":\"my own\"}," BUTTONS(OTP) "]", "1278 data.components[0].text"},
		{"[{\"type\":\"BODY\"}]", "1278 data.components"},
		{"[{\"type\":\"BODY\"}," BUTTONS(REPLY("x")) "]", "1278 data.components[1].buttons"},
		{"[{\"type\":\"BODY\"},{\"type\":\"FOOTER\",\"code_expiration_minutes\":91}," BUTTONS(OTP) "]",
	         "1278 data.components[1].code_expiration_minutes"},
		{"[" IMAGE ",{\"type\":\"BODY\"}," BUTTONS(OTP) "]", "1278 data.components"},
	};
	EACH("AUTHENTICATION", cases);
	(void)faults_of("AUTHENTICATION", cases[0].components);
	const struct contact c = {.number = "1", .fields = "{\"code\":\"123456\"}"};
	assert_string_equal(template_form_fill(&form, &c, arena),
	                    "*123456* is your verification code. For your security, do not share this code.");
}

/* ---- recipients ---- */

static const struct contact ada = {.number = "447400123456",
                                   .first_name = "Ada",
                                   .last_name = "",
                                   .custom1 = "SPRING25",
                                   .custom2 = "2030-01-02 03:04:05",
                                   .fields = "{\"lat\":\"51.5\",\"bad\":\"x y\",\"long\":\"1234567890123456\",\"far\":\"91\"}"};

static void who_is_skipped(void **state)
{
	(void)state;
	static const struct {
		const char *category, *components;
		enum skip_rule rule;
	} cases[] = {
		{"MARKETING", "[" BODY "," BUTTONS(CODE("{custom1}") "," URL("https://a.example/{bad}")) "]", RULE_NONE},
		{"MARKETING", "[" BODY "," BUTTONS(CODE("{bad}")) "]", RULE_INVALID_VALUE},
		{"MARKETING", "[" BODY "," BUTTONS(CODE("{last_name}")) "]", RULE_EMPTY_PLACEHOLDER},
		{"MARKETING", "[" BODY "," BUTTONS(URL("https://a.example/{nothing}")) "]", RULE_EMPTY_PLACEHOLDER},
		{"MARKETING",
	         "[" BODY "," OFFER("\"text\":\"E\",\"has_expiration\":true,\"expires_at\":\"{custom2}\"") "," SHOP "]",
	         RULE_NONE},
		{"MARKETING",
	         "[" BODY "," OFFER("\"text\":\"E\",\"has_expiration\":true,\"expires_at\":\"{custom1}\"") "," SHOP "]",
	         RULE_INVALID_VALUE},
		{"MARKETING",
	         "[" BODY "," OFFER("\"text\":\"E\",\"has_expiration\":true,\"expires_at\":\"{last_name}\"") "," SHOP "]",
	         RULE_EMPTY_PLACEHOLDER},
		{"UTILITY", HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":\"{lat}\",\"longitude\":\"0\"}"),
	         RULE_NONE},
		{"UTILITY", HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":\"{far}\",\"longitude\":\"0\"}"),
	         RULE_INVALID_VALUE},
		{"UTILITY", HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":\"{bad}\",\"longitude\":\"0\"}"),
	         RULE_INVALID_VALUE},
		{"UTILITY",
	         HEADER("\"format\":\"LOCATION\",\"location\":{\"latitude\":\"1\",\"longitude\":\"0\",\"name\":\"{last_name}\"}"),
	         RULE_EMPTY_PLACEHOLDER},
		{"UTILITY", HEADER("\"format\":\"TEXT\",\"text\":\"{last_name} x\""), RULE_EMPTY_PLACEHOLDER},
		{"UTILITY", HEADER("\"format\":\"TEXT\",\"text\":\"1234567890123456789012345678901234567890123456789{custom1}\""),
	         RULE_NONE},
		{"UTILITY", HEADER("\"format\":\"TEXT\",\"text\":\"1234567890123456789012345678901234567890123456789{long}\""),
	         RULE_TOO_LONG},
		{"MARKETING",
	         CAROUSEL(CARD("IMAGE", CARD_BUTTONS) "," CARD(
			 "IMAGE", "," BUTTONS(URL("https://a.example/{last_name}") "," REPLY("More")))),
	         RULE_EMPTY_PLACEHOLDER},
		{"AUTHENTICATION",
	         "[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"code\":\"{custom1}\"}") "]",
	         RULE_NONE},
		{"AUTHENTICATION",
	         "[{\"type\":\"BODY\"}," BUTTONS("{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"code\":\"{long}\"}") "]",
	         RULE_INVALID_VALUE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(faults_of(cases[i].category, cases[i].components), "");
		if (template_form_check(&form, &ada, arena) != cases[i].rule)
			fail_msg("%s: %s", cases[i].components, rule_text((int)template_form_check(&form, &ada, arena)));
	}
}

static void values_in_addresses(void **state)
{
	(void)state;
	assert_string_equal(template_url_value("a-b_c/d?e=f&g=%20#h", arena), "a-b_c/d?e=f&g=%20#h");
	assert_string_equal(template_url_value("a b<\">\xC3\xA9{}", arena), "a%20b%3C%22%3E%C3%A9%7B%7D");
}

static void media_and_keys(void **state)
{
	(void)state;
	struct template_media *media[TEMPLATE_MAX_MEDIA];
	const char *keys[8];
	assert_string_equal(faults_of("MARKETING", CAROUSEL(CARD("IMAGE", CARD_BUTTONS) "," CARD("IMAGE", CARD_BUTTONS))), "");
	assert_int_equal(template_form_media(&form, media), 2);
	assert_ptr_equal(media[1], &form.card[1].media);
	assert_int_equal(template_form_keys(&form, keys, 8), 2);
	assert_string_equal(keys[0], "first_name");
	assert_string_equal(keys[1], "custom1");
	assert_string_equal(template_form_type(&form), "text");
	assert_string_equal(faults_of("MARKETING", "[" IMAGE "," BODY "]"), "");
	assert_int_equal(template_form_media(&form, media), 1);
	assert_string_equal(media[0]->url, "https://shop.example/a.png");
	assert_string_equal(template_form_type(&form), "image");
}

/* ---- changes ---- */

static bool same(const char *a, const char *b)
{
	struct template_form first;
	(void)faults_of("MARKETING", a);
	first = form;
	(void)faults_of("MARKETING", b);
	return template_form_same(&first, &form);
}

static void what_meta_does_not_see_is_the_same(void **state)
{
	(void)state;
	assert_true(same(
		"[" IMAGE "," BODY "]",
		"[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"media_id\":\"x\"},{\"type\":\"BODY\",\"text\":\"Hi {first_name}, "
		"look. \"}]"));
	assert_false(same("[" BODY "]", "[{\"type\":\"BODY\",\"text\":\"Hi {last_name}, look.\"}]"));
	assert_false(same("[" BODY "]", "[" BODY "," BUTTONS(REPLY("x")) "]"));
	assert_true(same("[" BODY "," BUTTONS(CODE("A")) "]", "[" BODY "," BUTTONS(CODE("{custom1}")) "]"));
	assert_true(same("[" BODY "," BUTTONS(URL("https://a.example/{a}")) "]",
	                 "[" BODY "," BUTTONS(URL("https://a.example/{b}")) "]"));
	assert_false(same("[" BODY "," BUTTONS(URL("https://a.example/{a}")) "]",
	                  "[" BODY "," BUTTONS(URL("https://a.example/")) "]"));
	assert_false(same("[" BODY "]", "[" IMAGE "," BODY "]"));
}

static void merging_an_update(void **state)
{
	(void)state;
	struct template_request merged;
	const struct template flat = {.text = "Hello",
	                              .type = "image",
	                              .url = "https://a.example/b",
	                              .button_type = "quick_reply",
	                              .button_text = "Stop",
	                              .category = "UTILITY"};
	const struct template rich = {
		.text = "Hi", .type = "text", .components = "[" IMAGE "," BODY "]", .category = "MARKETING"};
	faults_init(&faults);
	template_merge(&flat, &(struct template_request){.text = "Bye", .media_id = "m"}, arena, &merged, &faults);
	assert_string_equal(merged.text, "Bye");
	assert_string_equal(merged.media_id, "m");
	assert_null(merged.url);
	assert_string_equal(merged.button_text, "Stop");
	assert_string_equal(merged.wa_category, "UTILITY");
	template_merge(&rich, &(struct template_request){.text = "Other words"}, arena, &merged, &faults);
	assert_null(merged.text);
	assert_string_equal(merged.components, "[" IMAGE ",{\"type\":\"BODY\",\"text\":\"Other words\"}]");
	template_merge(&flat, &(struct template_request){.components = "[" BODY "]"}, arena, &merged, &faults);
	assert_null(merged.type);
	assert_string_equal(merged.components, "[" BODY "]");
	assert_false(faults_any(&faults));
	template_merge(&rich, &(struct template_request){.url = "https://a.example"}, arena, &merged, &faults);
	assert_int_equal(faults.item[0].code, FAULT_TEMPLATE_COMPONENTS);
}

static void parameters_of_what_was_made_elsewhere(void **state)
{
	(void)state;
	struct template_text text;
	struct err err;
	assert_int_equal(template_text_parse(arena, "Hi {b}, {a} and {b} z", &text, &err), 0);
	assert_int_equal(text.n_params, 3);
	assert_string_equal(text.part[5].param, "b_2");
	template_text_params(&text, TEMPLATE_PARAMS_POSITIONAL, arena);
	assert_int_equal(text.n_params, 2);
	assert_string_equal(text.part[1].param, "1");
	assert_string_equal(text.part[3].param, "2");
	assert_string_equal(text.part[5].param, "1");
	assert_true(text.part[5].repeats);
	template_text_params(&text, TEMPLATE_PARAMS_NAMED, arena);
	assert_string_equal(text.part[5].param, "b");
	assert_true(text.part[5].repeats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(components_and_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(headers, setup, teardown),
		cmocka_unit_test_setup_teardown(buttons, setup, teardown),
		cmocka_unit_test_setup_teardown(carousels, setup, teardown),
		cmocka_unit_test_setup_teardown(limited_time_offers, setup, teardown),
		cmocka_unit_test_setup_teardown(authentication, setup, teardown),
		cmocka_unit_test_setup_teardown(who_is_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(values_in_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(media_and_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(what_meta_does_not_see_is_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(merging_an_update, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters_of_what_was_made_elsewhere, setup, teardown),
	};
	return cmocka_run_group_tests_name("model/template_form", tests, NULL, NULL);
}
