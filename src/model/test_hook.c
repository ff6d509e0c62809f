#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/hook.h"

static const struct faults *judged(struct hook_request *req)
{
	static struct faults faults;
	faults_init(&faults);
	hook_judge(req, &faults);
	return &faults;
}

static void check_one(struct hook_request req, enum fault_code code, const char *field)
{
	const struct faults *faults = judged(&req);
	assert_int_equal(faults->n, 1);
	assert_int_equal(faults->item[0].code, code);
	assert_string_equal(faults->item[0].field, field);
}

static void test_good(void **state)
{
	(void)state;
	struct hook_request req = {.url = "HTTPS://hooks.example.org/a?b=c", .event = "Delivery", .secret = "s"};
	assert_int_equal(judged(&req)->n, 0);
	assert_int_equal(req.kind, HOOK_DELIVERY);
	req = (struct hook_request){.url = "http://example.org", .event = "CAMPAIGN"};
	assert_int_equal(judged(&req)->n, 0);
	assert_int_equal(req.kind, HOOK_CAMPAIGN);
}

static void test_faults_in_field_order(void **state)
{
	(void)state;
	const struct faults *faults = judged(&(struct hook_request){.secret = ""});
	assert_int_equal(faults->n, 3);
	assert_int_equal(faults->item[0].code, FAULT_HOOK_URL_REQUIRED);
	assert_int_equal(faults->item[1].code, FAULT_HOOK_EVENT_REQUIRED);
	assert_int_equal(faults->item[2].code, FAULT_HOOK_SECRET);
}

static void test_each_rule(void **state)
{
	(void)state;
	static const char *const bad[] = {"ftp://example.org", "example.org", "https://example.org/a b", "http:/example.org",
	                                  "https://example.org/\n"};
	char url[HOOK_MAX_URL + 2] = "https://example.org/", secret[HOOK_MAX_SECRET + 2] = "";
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_one((struct hook_request){.url = bad[i], .event = "message"}, FAULT_HOOK_URL, "data.url");
	memset(url + strlen(url), 'x', HOOK_MAX_URL - strlen(url));
	assert_int_equal(judged(&(struct hook_request){.url = url, .event = "message"})->n, 0);
	url[HOOK_MAX_URL] = 'x';
	check_one((struct hook_request){.url = url, .event = "message"}, FAULT_HOOK_URL_LONG, "data.url");
	check_one((struct hook_request){.url = "https://example.org", .event = "messages"}, FAULT_HOOK_EVENT, "data.event");
	memset(secret, 's', HOOK_MAX_SECRET);
	assert_int_equal(judged(&(struct hook_request){.url = "https://a.example", .event = "message", .secret = secret})->n, 0);
	secret[HOOK_MAX_SECRET] = 's';
	check_one((struct hook_request){.url = "https://a.example", .event = "message", .secret = secret}, FAULT_HOOK_SECRET,
	          "data.secret");
	check_one((struct hook_request){.url = "https://a.example", .event = "message", .secret = "a\tb"}, FAULT_HOOK_SECRET,
	          "data.secret");
}

static void test_words(void **state)
{
	(void)state;
	enum hook_kind kind;
	enum hook_state word;
	for (int i = 0; i < N_HOOK_KINDS; i++) {
		assert_true(hook_kind_parse(hook_kind_text((enum hook_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	for (int i = 0; i < N_HOOK_STATES; i++) {
		assert_true(hook_state_parse(hook_state_text((enum hook_state)i), &word));
		assert_int_equal(word, i);
	}
	assert_false(hook_kind_parse("", &kind));
	assert_false(hook_state_parse("done", &word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_faults_in_field_order),
		cmocka_unit_test(test_each_rule),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
