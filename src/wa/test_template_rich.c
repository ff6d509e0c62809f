/* Rich templates: what is asked of Meta, and what is sent to one recipient. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "wa/manage.h"
#include "wa/send.h"

static struct arena *arena;
static struct template_form form;
static struct template tpl;

static const struct wa_key key = {.instance = "0a1b2c3f", .campaign_no = 42, .seq = 981, .attempt = 1};
#define KEY "cr1.0a1b2c3f.42.981.1"
static const struct contact ada = {.number = "447400123456",
                                   .first_name = "Ada",
                                   .custom1 = "a b",
                                   .custom2 = "2030-01-01 00:00:00",
                                   .fields = "{\"code\":\"123456\",\"lat\":\"51.5\"}"};

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

static void use(const char *category, enum template_params params, const char *components)
{
	struct err err;
	tpl = (struct template){.meta_name = "offer",
	                        .language = "en",
	                        .category = category,
	                        .components = components,
	                        .params = params,
	                        .type = "text",
	                        .text = ""};
	if (template_form_read(&tpl, arena, &form, &err) < 0)
		fail_msg("%s", err.text);
}

static void same_json(const char *got, const char *wanted)
{
	json_auto cJSON *a = NULL, *b = NULL;
	assert_int_equal(json_parse(got, strlen(got), &a, NULL), 0);
	assert_int_equal(json_parse(wanted, strlen(wanted), &b, NULL), 0);
	if (!cJSON_Compare(a, b, true))
		fail_msg("%s\ninstead of\n%s", got, wanted);
}

static void expect_asked(const char *components)
{
	static const char *const handles[TEMPLATE_MAX_MEDIA] = {"4::a", "4::b"};
	buf_auto struct buf out;
	buf_init(&out, 65536);
	assert_int_equal(wa_template_encode(&tpl, &form, handles, true, &out), 0);
	same_json(buf_text(&out), arena_printf(arena, "{\"components\":%s}", components));
}

/* `media` NULL: none has an id at Meta. */
static void expect_sent(const char *media, const char *components)
{
	buf_auto struct buf out;
	buf_init(&out, 65536);
	struct wa_plan *plan = wa_plan_create(&tpl, &form);
	for (int i = 0; media && i < wa_plan_n_media(plan); i++)
		wa_plan_set_media(plan, i, media);
	assert_int_equal(wa_send_encode(plan, &ada, &key, arena, &out), 0);
	wa_plan_destroy(plan);
	same_json(buf_text(&out),
	          arena_printf(arena,
	                       "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+447400123456\","
	                       "\"type\":\"template\",\"template\":{\"name\":\"offer\",\"language\":{\"code\":\"en\"}"
	                       ",\"components\":%s},\"biz_opaque_callback_data\":\"" KEY "\"}",
	                       components));
}

static void headers_and_buttons(void **state)
{
	(void)state;
	use("MARKETING", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"For {first_name}\",\"example\":{\"header_text\":[\"Grace\"]}},"
	    "{\"type\":\"BODY\",\"text\":\"Hi {first_name}, "
	    "look.\"},{\"type\":\"FOOTER\",\"text\":\"Bye\"},{\"type\":\"BUTTONS\",\"buttons\":["
	    "{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},{\"type\":\"QUICK_REPLY\",\"text\":\"More\",\"payload\":\"m|1\"},"
	    "{\"type\":\"URL\",\"text\":\"Fixed\",\"url\":\"https://"
	    "a.example\"},{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://a.example/"
	    "{custom1}\"},{\"type\":\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"447400123456\"},{\"type\":\"COPY_"
	    "CODE\",\"example\":"
	    "\"SPRING25\"}]}]");
	expect_asked(
		"[{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"For "
		"{{first_name}}\",\"example\":{\"header_text_named_params\":[{"
		"\"param_name\":\"first_name\",\"example\":\"Grace\"}]}},{\"type\":\"BODY\",\"text\":\"Hi {{first_name}}, "
		"look.\","
		"\"example\":{\"body_text_named_params\":[{\"param_name\":\"first_name\",\"example\":\"Ada\"}]}},{\"type\":"
		"\"FOOTER\","
		"\"text\":\"Bye\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_REPLY\",\"text\":\"Stop\"},{\"type\":"
		"\"QUICK_REPLY\",\"text\":\"More\"},{\"type\":\"URL\",\"text\":\"Fixed\",\"url\":\"https://"
		"a.example\"},{\"type\":\"URL\","
		"\"text\":\"Shop\",\"url\":\"https://a.example/{{1}}\",\"example\":[\"https://a.example/sample\"]},{\"type\":"
		"\"PHONE_NUMBER\",\"text\":\"Call\",\"phone_number\":\"+447400123456\"},{\"type\":\"COPY_CODE\",\"example\":"
		"\"SPRING25\"}]}]");
	expect_sent(
		NULL,
		"[{\"type\":\"header\",\"parameters\":[{\"type\":\"text\",\"parameter_name\":\"first_name\",\"text\":\"Ada\"}]},"
		"{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"parameter_name\":\"first_name\",\"text\":\"Ada\"}]},"
		"{\"type\":\"button\",\"sub_type\":\"quick_reply\",\"index\":\"0\",\"parameters\":[{\"type\":\"payload\","
		"\"payload\":\"" KEY "|Stop\"}]},{\"type\":\"button\",\"sub_type\":\"quick_reply\",\"index\":\"1\","
		"\"parameters\":[{\"type\":\"payload\","
		"\"payload\":\"" KEY
		"|m|1\"}]},{\"type\":\"button\",\"sub_type\":\"url\",\"index\":\"3\",\"parameters\":[{\"type\":\"text\","
		"\"text\":\"a%20b\"}]},{\"type\":\"button\",\"sub_type\":\"copy_code\",\"index\":\"5\",\"parameters\":[{\"type\":"
		"\"coupon_code\",\"coupon_code\":\"SPRING25\"}]}]");
}

#define IMAGE "{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"url\":\"https://a.example/b.png\"}"

static void media(void **state)
{
	(void)state;
	use("MARKETING", TEMPLATE_PARAMS_EACH, "[" IMAGE ",{\"type\":\"BODY\",\"text\":\"Hello\"}]");
	expect_asked("[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"4::a\"]}},{\"type\":\"BODY\","
	             "\"text\":\"Hello\"}]");
	expect_sent(
		NULL,
		"[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{\"link\":\"https://a.example/b.png\"}}]}]");
	expect_sent("77", "[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{\"id\":\"77\"}}]}]");
	use("MARKETING", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"HEADER\",\"format\":\"DOCUMENT\",\"media_id\":\"x\",\"filename\":\"prices\"},{\"type\":\"BODY\","
	    "\"text\":\"Hello\"}]");
	expect_sent("78", "[{\"type\":\"header\",\"parameters\":[{\"type\":\"document\",\"document\":{\"id\":\"78\",\"filename\":"
	                  "\"prices.pdf\"}}]}]");
	buf_auto struct buf out;
	buf_init(&out, 65536);
	struct wa_plan *plan = wa_plan_create(&tpl, &form);
	assert_int_equal(wa_send_encode(plan, &ada, &key, arena, &out), -1); /* neither id nor url */
	wa_plan_destroy(plan);
	buf_reset(&out);
	assert_int_equal(wa_template_encode(&tpl, &form, NULL, false, &out), -1); /* no sample */
}

static void places(void **state)
{
	(void)state;
	use("UTILITY", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"HEADER\",\"format\":\"LOCATION\",\"location\":{\"latitude\":\"{lat}\",\"longitude\":-0.1,\"name\":"
	    "\"Shop of {first_name}\"}},"
	    "{\"type\":\"BODY\",\"text\":\"Hello\"}]");
	expect_asked("[{\"type\":\"HEADER\",\"format\":\"LOCATION\"},{\"type\":\"BODY\",\"text\":\"Hello\"}]");
	expect_sent(NULL, "[{\"type\":\"header\",\"parameters\":[{\"type\":\"location\",\"location\":{\"latitude\":\"51.5\","
	                  "\"longitude\":\"-0.1\","
	                  "\"name\":\"Shop of Ada\"}}]}]");
}

static void offers(void **state)
{
	(void)state;
	use("MARKETING", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"BODY\",\"text\":\"Hello\"},{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":{\"text\":\"Ends\","
	    "\"has_expiration\":"
	    "true,\"expires_at\":\"{custom2}\"}},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"COPY_CODE\",\"example\":\"{code|"
	    "X1}\"},{\"type\":"
	    "\"URL\",\"text\":\"Shop\",\"url\":\"https://a.example\"}]}]");
	expect_asked("[{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":{\"text\":\"Ends\",\"has_expiration\":true}},{"
	             "\"type\":\"BODY\","
	             "\"text\":\"Hello\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"COPY_CODE\",\"example\":\"X1\"},{"
	             "\"type\":\"URL\","
	             "\"text\":\"Shop\",\"url\":\"https://a.example\"}]}]");
	expect_sent(NULL,
	            "[{\"type\":\"limited_time_offer\",\"parameters\":[{\"type\":\"limited_time_offer\",\"limited_time_offer\":{"
	            "\"expiration_time_ms\":1893456000000}}]},{\"type\":\"button\",\"sub_type\":\"copy_code\",\"index\":\"0\","
	            "\"parameters\":[{"
	            "\"type\":\"coupon_code\",\"coupon_code\":\"123456\"}]}]");
}

static void the_code_goes_in_twice(void **state)
{
	(void)state;
	use("AUTHENTICATION", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"BODY\",\"add_security_recommendation\":true},{\"type\":\"FOOTER\",\"code_expiration_minutes\":5},{"
	    "\"type\":\"BUTTONS\","
	    "\"buttons\":[{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"text\":\"Copy\"}]}]");
	expect_asked("[{\"type\":\"BODY\",\"add_security_recommendation\":true},{\"type\":\"FOOTER\",\"code_expiration_minutes\":"
	             "5},{\"type\":"
	             "\"BUTTONS\",\"buttons\":[{\"type\":\"OTP\",\"otp_type\":\"COPY_CODE\",\"text\":\"Copy\"}]}]");
	expect_sent(NULL, "[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"123456\"}]},{\"type\":\"button\","
	                  "\"sub_type\":\"url\","
	                  "\"index\":\"0\",\"parameters\":[{\"type\":\"text\",\"text\":\"123456\"}]}]");
}

#define CARD(text)                                                           \
	"{\"components\":[" IMAGE ",{\"type\":\"BODY\",\"text\":\"" text     \
	"\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":" \
	"\"Shop\",\"url\":\"https://a.example/{first_name}\"},{\"type\":\"QUICK_REPLY\",\"text\":\"More\"}]}]}"

static void carousels(void **state)
{
	(void)state;
	use("MARKETING", TEMPLATE_PARAMS_EACH,
	    "[{\"type\":\"BODY\",\"text\":\"Hello\"},{\"type\":\"CAROUSEL\",\"cards\":[" CARD("For {first_name}!") "," CARD(
		    "Same") "]}]");
#define ASKED(handle, body)                                                                                                  \
	"{\"components\":[{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":[\"" handle "\"]}}," body \
	",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https://a.example/"               \
	"{{1}}\",\"example\":[\"https://a."                                                                                  \
	"example/Ada\"]},{\"type\":\"QUICK_REPLY\",\"text\":\"More\"}]}]}"
	expect_asked("[{\"type\":\"BODY\",\"text\":\"Hello\"},{\"type\":\"CAROUSEL\",\"cards\":[" ASKED(
		"4::a",
		"{\"type\":\"BODY\",\"text\":\"For {{first_name}}!\",\"example\":{\"body_text_named_params\":[{\"param_name\":"
		"\"first_name\",\"example\":\"Ada\"}]}}") "," ASKED("4::b", "{\"type\":\"BODY\",\"text\":\"Same\"}") "]}]");
#define SENT(index, body)                                                                                                     \
	"{\"card_index\":" index                                                                                              \
	",\"components\":[{\"type\":\"header\",\"parameters\":[{\"type\":\"image\",\"image\":{\"id\":\"9\"}}]}" body          \
	",{\"type\":\"button\",\"sub_type\":\"url\",\"index\":\"0\",\"parameters\":[{\"type\":\"text\",\"text\":\"Ada\"}]},{" \
	"\"type\":\"button\","                                                                                                \
	"\"sub_type\":\"quick_reply\",\"index\":\"1\",\"parameters\":[{\"type\":\"payload\",\"payload\":\"" KEY "|More\"}]}]}"
	expect_sent("9", "[{\"type\":\"carousel\",\"cards\":[" SENT(
				 "0", ",{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"parameter_name\":\"first_name\","
				      "\"text\":\"Ada\"}]}") "," SENT("1", "") "]}]");
}

static void positions_of_what_was_made_elsewhere(void **state)
{
	(void)state;
	use("UTILITY", TEMPLATE_PARAMS_POSITIONAL,
	    "[{\"type\":\"BODY\",\"text\":\"Hi {first_name}, {code} and {first_name}.\"}]");
	expect_asked("[{\"type\":\"BODY\",\"text\":\"Hi {{1}}, {{2}} and "
	             "{{1}}.\",\"example\":{\"body_text\":[[\"Ada\",\"sample\"]]}}]");
	expect_sent(NULL, "[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"Ada\"},{\"type\":\"text\",\"text\":"
	                  "\"123456\"}]}]");
	use("UTILITY", TEMPLATE_PARAMS_NAMED, "[{\"type\":\"BODY\",\"text\":\"Hi {first_name}, {code} and {first_name}.\"}]");
	expect_sent(NULL, "[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"parameter_name\":\"first_name\",\"text\":"
	                  "\"Ada\"},{\"type\":\"text\","
	                  "\"parameter_name\":\"code\",\"text\":\"123456\"}]}]");
}

static void payloads_come_back(void **state)
{
	(void)state;
	struct wa_key got;
	const char *own = NULL;
	assert_true(wa_payload_parse(KEY "|m|1", &got, &own));
	assert_string_equal(own, "m|1");
	assert_int_equal(got.campaign_no, 42);
	assert_int_equal(got.seq, 981);
	assert_true(wa_payload_parse(KEY "|", &got, &own));
	assert_string_equal(own, "");
	static const char *const foreign[] = {"", "|", "STOP", "STOP|x", KEY, "x" KEY "|a", KEY " |a", "cr1.0a1b2c3f.0.1.1|a"};
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		assert_false(wa_payload_parse(foreign[i], &got, &own));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(headers_and_buttons, setup, teardown),
		cmocka_unit_test_setup_teardown(media, setup, teardown),
		cmocka_unit_test_setup_teardown(places, setup, teardown),
		cmocka_unit_test_setup_teardown(offers, setup, teardown),
		cmocka_unit_test_setup_teardown(the_code_goes_in_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(carousels, setup, teardown),
		cmocka_unit_test_setup_teardown(positions_of_what_was_made_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(payloads_come_back, setup, teardown),
	};
	return cmocka_run_group_tests_name("wa/template_rich", tests, NULL, NULL);
}
