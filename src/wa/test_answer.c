#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wa/send.h"

#define WAMID "wamid.HBgMNDQ3NDAwMTIzNDU2FQIAERgSRTA1"
#define ACCEPTED                                                                                                       \
	"{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":\"+447400123456\",\"wa_id\":\"447400123456\"}]," \
	"\"messages\":[{\"id\":\"" WAMID "\",\"message_status\":\"accepted\"}]}"
#define REFUSED(code)                                                                                                    \
	"{\"error\":{\"message\":\"(#" #code ") Title\",\"type\":\"OAuthException\",\"code\":" #code ",\"error_data\":{" \
	"\"messaging_product\":\"whatsapp\",\"details\":\"What it is about.\"},\"fbtrace_id\":\"Az8\"}}"

/* Decoded from memory that ends with the body, so that a byte read too far is seen. */
static struct wa_answer decode_n(int http_status, const char *body, size_t n)
{
	struct wa_answer answer;
	char *copy = malloc(n ? n : 1);
	memcpy(copy, body, n);
	memset(&answer, 0x5A, sizeof(answer));
	wa_answer_decode(http_status, copy, n, &answer);
	free(copy);
	assert_true(memchr(answer.wamid, 0, sizeof(answer.wamid)) && memchr(answer.detail, 0, sizeof(answer.detail)));
	assert_int_equal(answer.rule != NULL, answer.verdict == WA_REFUSED);
	assert_int_equal(answer.wamid[0] != '\0', answer.verdict == WA_ACCEPTED || answer.verdict == WA_HELD);
	return answer;
}

static struct wa_answer decode(int http_status, const char *body)
{
	return decode_n(http_status, body, strlen(body));
}

/* What the code alone would lay at this recipient's door is about the sender. */
static void an_unknown_number(void **state)
{
	(void)state;
	struct wa_answer answer = decode(
		400, "{\"error\":{\"message\":\"Unsupported post request.\",\"code\":100,\"error_subcode\":33}}");
	assert_int_equal(answer.verdict, WA_REFUSED);
	assert_int_equal(answer.rule->action, WA_HOLD_SENDER);
	assert_int_equal(answer.code, 100);
	answer = decode(400, "{\"error\":{\"message\":\"Invalid parameter\",\"code\":100,\"error_subcode\":2388099}}");
	assert_int_equal(answer.rule->action, WA_FAIL);
}

static void accepted(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		ACCEPTED,
		"{\"messages\":[{\"id\":\"" WAMID "\"}]}",
		"{\"messages\":[{\"id\":\"" WAMID "\",\"message_status\":\"something_new\"}]}",
		"{\"messages\":[{\"id\":\"" WAMID "\",\"message_status\":null}]}",
		"{\"contacts\":[{\"input\":\"x\",\"user_id\":\"US.1\"}],\"messages\":[{\"id\":\"" WAMID
		"\",\"new\":{\"a\":[1]}}],\"more\":true}",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct wa_answer answer = decode(200, bodies[i]);
		assert_int_equal(answer.verdict, WA_ACCEPTED);
		assert_string_equal(answer.wamid, WAMID);
	}
	assert_int_equal(decode(201, ACCEPTED).verdict, WA_ACCEPTED);
}

static void held(void **state)
{
	(void)state;
	static const char *const words[] = {"held_for_quality_assessment", "HELD_FOR_QUALITY_ASSESSMENT", "paused"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char body[300];
		snprintf(body, sizeof(body), "{\"messages\":[{\"id\":\"" WAMID "\",\"message_status\":\"%s\"}]}", words[i]);
		struct wa_answer answer = decode(200, body);
		assert_int_equal(answer.verdict, WA_HELD);
		assert_string_equal(answer.wamid, WAMID);
	}
}

static void success_without_what_it_must_hold(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"",
		"OK",
		"{}",
		"[]",
		"null",
		"{\"messages\":[]}",
		"{\"messages\":{}}",
		"{\"messages\":[{}]}",
		"{\"messages\":[{\"id\":\"\"}]}",
		"{\"messages\":[{\"id\":7}]}",
		"{\"messages\":[null]}",
		"{\"messages\":[{\"id\":\"a\\nb\"}]}",
		"<html>ok</html>",
		REFUSED(131026),
		"{\"messages\":[{\"id\":\"a\",\"id\":\"b\"}]}",
		ACCEPTED "x",
		"{\"messages\":[{\"id\":\"\xFF\"}]}",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		assert_int_equal(decode(200, bodies[i]).verdict, WA_GARBLED);
	for (int n = 254; n <= 258; n++) {
		char body[400];
		snprintf(body, sizeof(body), "{\"messages\":[{\"id\":\"%0*d\"}]}", n, 0);
		assert_int_equal(decode(200, body).verdict, n <= 255 ? WA_ACCEPTED : WA_GARBLED);
	}
}

static void each_class_of_error(void **state)
{
	(void)state;
	static const struct {
		int http, code;
		enum wa_action action;
		const char *body;
	} cases[] = {
		{400, 131026, WA_FAIL, REFUSED(131026)},
		{400, 131056, WA_RETRY_PAIR, REFUSED(131056)},
		{400, 130429, WA_SLOW_LANE, REFUSED(130429)},
		{429, 130429, WA_SLOW_LANE, REFUSED(130429)},
		{404, 132001, WA_HOLD_CAMPAIGN, REFUSED(132001)},
		{401, 190, WA_HOLD_SENDER, REFUSED(190)},
		{401, 0, WA_HOLD_SENDER, REFUSED(0)},
		{403, 250, WA_HOLD_SENDER, REFUSED(250)},
		{500, 131045, WA_HOLD_SENDER, REFUSED(131045)},
		{400, 1, WA_AMBIGUOUS, REFUSED(1)},
		{500, 131000, WA_AMBIGUOUS, REFUSED(131000)},
		{503, 2, WA_AMBIGUOUS, REFUSED(2)},
		{400, 777777, WA_FAIL, REFUSED(777777)},
		{500, 777777, WA_AMBIGUOUS, REFUSED(777777)},
		{500, 131026, WA_AMBIGUOUS, REFUSED(131026)},
		{503, 130429, WA_AMBIGUOUS, REFUSED(130429)},
		{400, 131026, WA_FAIL, "{\"error\":{\"code\":\"131026\",\"error_data\":{\"details\":\"What it is about.\"}}}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wa_answer answer = decode(cases[i].http, cases[i].body);
		assert_int_equal(answer.verdict, WA_REFUSED);
		assert_int_equal(answer.code, cases[i].code);
		assert_int_equal(answer.rule->action, cases[i].action);
		assert_string_equal(answer.detail, "What it is about.");
	}
}

static void details(void **state)
{
	(void)state;
	static const struct {
		const char *error, *detail;
	} cases[] = {
		{"{\"code\":100,\"message\":\"m\",\"error_data\":{\"details\":\"d\"}}", "d"},
		{"{\"code\":100,\"message\":\"m\",\"error_data\":{\"details\":\"\"}}", "m"},
		{"{\"code\":100,\"message\":\"m\",\"error_data\":\"odd\"}", "m"},
		{"{\"code\":100,\"message\":\"m\"}", "m"},
		{"{\"code\":100}", ""},
		{"{\"code\":100,\"message\":7}", ""},
		{"{\"code\":100,\"message\":\"a\\n\\u0085\\u2028b\\u007f\"}", "a   b "},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char body[300];
		snprintf(body, sizeof(body), "{\"error\":%s}", cases[i].error);
		assert_string_equal(decode(400, body).detail, cases[i].detail);
	}
	for (int n = 240; n < 270; n++) { /* cut at a character, not within one */
		char body[1200] = "{\"error\":{\"code\":100,\"message\":\"x";
		for (int k = 0; k < n / 3; k++)
			strcat(body, "\xE5\xAE\xA2");
		strcat(body, "\"}}");
		struct wa_answer answer = decode(400, body);
		assert_true(utf8_valid(answer.detail, strlen(answer.detail)));
		assert_true(strlen(answer.detail) >= (size_t)(n / 3 * 3 + 1 < 253 ? n / 3 * 3 + 1 : 253));
	}
}

/* Whoever answered without Meta's error form: nothing is known of the message. */
static void other_answers(void **state)
{
	(void)state;
	static const char *const bodies[] = {"",
	                                     "<html>Bad gateway</html>",
	                                     "{}",
	                                     "{\"error\":\"x\"}",
	                                     "{\"error\":{}}",
	                                     "{\"error\":{\"code\":\"x\"}}",
	                                     "{\"error\":{\"code\":1.5}}",
	                                     "{\"error\":{\"code\":-1}}",
	                                     "{\"error\":{\"code\":99999999999}}",
	                                     "[]"};
	static const int statuses[] = {400, 401, 403, 404, 408, 429, 500, 502, 503, 504, 302, 304, 100, 0};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		for (size_t k = 0; k < sizeof statuses / sizeof *statuses; k++) {
			struct wa_answer answer = decode(statuses[k], bodies[i]);
			assert_int_equal(answer.code, 0);
			if (answer.verdict != WA_GARBLED)
				assert_int_equal(answer.rule->action, WA_AMBIGUOUS);
			else
				assert_false(statuses[k] >= 400 && statuses[k] < 500);
		}
	}
}

static void truncated_or_changed_anywhere(void **state)
{
	(void)state;
	static const struct {
		int http;
		const char *body;
	} cases[] = {{200, ACCEPTED}, {400, REFUSED(131026)}, {500, REFUSED(131026)}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].body);
		for (size_t cut = 0; cut < n; cut++) { /* half an answer is never a success, and never a proof */
			struct wa_answer answer = decode_n(cases[i].http, cases[i].body, cut);
			assert_true(answer.verdict == WA_GARBLED ||
			            (answer.verdict == WA_REFUSED && answer.rule->action == WA_AMBIGUOUS));
		}
		for (size_t at = 0; at < n; at++) {
			for (int bit = 0; bit < 8; bit++) {
				char body[600];
				memcpy(body, cases[i].body, n);
				body[at] = (char)(body[at] ^ 1 << bit);
				decode_n(cases[i].http, body, n);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(an_unknown_number),
		cmocka_unit_test(held),
		cmocka_unit_test(success_without_what_it_must_hold),
		cmocka_unit_test(each_class_of_error),
		cmocka_unit_test(details),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(truncated_or_changed_anywhere),
	};
	return cmocka_run_group_tests_name("wa/answer", tests, NULL, NULL);
}
