#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "model/sender.h"

static char long_text[2000];

static struct sender_request good(void)
{
	return (struct sender_request){.name = "Caf\xC3\xA9 1",
	                               .code = "+447400123456",
	                               .channel = "WhatsApp",
	                               .phone_number_id = "106540352242922",
	                               .waba_id = "102290129340398",
	                               .access_token = "EAAJB~!",
	                               .app_secret = "0123456789abcdef",
	                               .rate = 80};
}

/* The codes that the judge finds, in their order, as "1404 1409". */
static const char *codes(struct sender_request req, bool is_update)
{
	static char text[200];
	struct faults faults;
	faults_init(&faults);
	if (is_update)
		sender_judge_update(&req, &faults);
	else
		sender_judge(&req, &faults);
	text[0] = '\0';
	for (size_t i = 0; i < faults.n; i++) {
		assert_memory_equal(faults.item[i].field, "data.", 5);
		assert_non_null(strstr(faults.item[i].message, faults.item[i].field));
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d", i ? " " : "", (int)faults.item[i].code);
	}
	return text;
}

static const char *cut(size_t n_bytes)
{
	return long_text + sizeof(long_text) - 1 - n_bytes;
}

static int setup(void **state)
{
	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	return 0;
}

static void a_good_one(void **state)
{
	(void)state;
	struct faults faults;
	struct sender_request req = good();
	faults_init(&faults);
	sender_judge(&req, &faults);
	assert_false(faults_any(&faults));
	assert_string_equal(req.code_digits, "447400123456");
	req.channel = NULL;
	assert_string_equal(codes(req, false), "");
	req.rate = JSON_NO_INT;
	assert_string_equal(codes(req, false), "");
}

static void nothing_given(void **state)
{
	(void)state;
	struct sender_request none = {.rate = JSON_NO_INT};
	assert_string_equal(codes(none, false), "1404 1409 1410 1410 1410 1410");
	assert_string_equal(codes(none, true), "");
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *codes;
	} cases[] = {
		{NULL, "1404"},       {"", "1405"},     {"  ", "1405"},
		{"\xC2\xA0", "1405"}, {"a\nb", "1405"}, {"a\x7f", "1405"},
		{"\xC2\x85", "1405"}, {"x", ""},        {"\xD0\x9A\xD0\xB0\xD1\x84\xD0\xB5", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sender_request req = good();
		req.name = cases[i].name;
		assert_string_equal(codes(req, false), cases[i].codes);
		assert_string_equal(codes(req, true), cases[i].name ? cases[i].codes : "");
	}
	struct sender_request req = good();
	req.name = cut(45);
	assert_string_equal(codes(req, false), "");
	req.name = cut(46);
	assert_string_equal(codes(req, false), "1406");
	char accents[46 * 2 + 1] = ""; /* characters are counted, not bytes */
	for (int i = 0; i < 45; i++)
		strcat(accents, "\xC3\xA9");
	req.name = accents;
	assert_string_equal(codes(req, false), "");
	strcat(accents, "\xC3\xA9");
	assert_string_equal(codes(req, false), "1406");
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *code, *codes;
	} cases[] = {
		{NULL, "1409"},
		{"", "1407"},
		{"abc", "1407"},
		{"07400 123456", "1407"},
		{"447400123456", ""},
		{"12", "1407"},
		{"000000000000000000000000000000000000000000000", "1407"},
		{"0000000000000000000000000000000000000000000000", "1408"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sender_request req = good();
		req.code = cases[i].code;
		assert_string_equal(codes(req, false), cases[i].codes);
	}
}

static void channels(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		bool whatsapp, known;
	} cases[] = {
		{"whatsapp", true, true},    {"WHATSAPP", true, true}, {"WhatsApp", true, true}, {"sms", false, true},
		{"SMS", false, true},        {"Viber", false, true},   {"", false, false},       {"whats", false, false},
		{"whatsapp ", false, false}, {"rcs", false, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sender_request req = good();
		assert_int_equal(channel_is_whatsapp(cases[i].word), cases[i].whatsapp);
		assert_int_equal(channel_is_known(cases[i].word), cases[i].known);
		req.channel = cases[i].word;
		assert_string_equal(codes(req, false), cases[i].whatsapp ? "" : "1414");
	}
}

static void ids_of_meta(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "12a", "-1", " 1", "1/2", "..", "123456789012345678901234567890123"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct sender_request req = good();
		req.phone_number_id = bad[i];
		assert_string_equal(codes(req, false), "1410");
		req = good();
		req.waba_id = bad[i];
		assert_string_equal(codes(req, false), "1410");
	}
	struct sender_request req = good();
	req.phone_number_id = req.waba_id = "12345678901234567890123456789012";
	assert_string_equal(codes(req, false), "");
}

static void secrets_and_rate(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "a b", "a\n", "tok\xC3\xA9n", "a\tb", "\x7f"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct sender_request req = good();
		req.access_token = bad[i];
		assert_string_equal(codes(req, false), "1410");
		assert_string_equal(codes(req, true), "1410");
		req = good();
		req.app_secret = bad[i];
		assert_string_equal(codes(req, false), "1410");
		assert_string_equal(codes(req, true), "1410");
	}
	struct sender_request req = good();
	req.access_token = cut(1024);
	req.app_secret = cut(128);
	assert_string_equal(codes(req, false), "");
	req.access_token = cut(1025);
	req.app_secret = cut(129);
	assert_string_equal(codes(req, false), "1410 1410");
	static const int64_t rates[] = {0, -1, 100001, -INT64_MAX, INT64_MAX};
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		req = good();
		req.rate = rates[i];
		assert_string_equal(codes(req, false), "1410");
		assert_string_equal(codes(req, true), "1410");
	}
	req = good();
	req.rate = 100000;
	assert_string_equal(codes(req, false), "");
}

static void a_message_never_tells_a_secret(void **state)
{
	(void)state;
	struct faults faults;
	struct sender_request req = good();
	req.access_token = "s3cr3t token";
	req.app_secret = "s3cr3t secret";
	faults_init(&faults);
	sender_judge(&req, &faults);
	assert_int_equal(faults.n, 2);
	for (size_t i = 0; i < faults.n; i++)
		assert_null(strstr(faults.item[i].message, "s3cr3t"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one),
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(names),
		cmocka_unit_test(numbers),
		cmocka_unit_test(channels),
		cmocka_unit_test(ids_of_meta),
		cmocka_unit_test(secrets_and_rate),
		cmocka_unit_test(a_message_never_tells_a_secret),
	};
	return cmocka_run_group_tests_name("model/sender", tests, setup, NULL);
}
