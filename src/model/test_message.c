#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/message.h"
#include "model/template.h"

static void every_state_has_its_word(void **state)
{
	(void)state;
	static const struct {
		enum state state;
		bool accepted;
		int code;
		const char *word;
	} cases[] = {
		{STATE_QUEUED, false, 0, "scheduled"},
		{STATE_CLAIMED, false, 0, "enroute"},
		{STATE_UNCONFIRMED, false, 0, "enroute"},
		{STATE_ACCEPTED, true, 0, "enroute"},
		{STATE_SENT, true, 0, "sent"},
		{STATE_DELIVERED, true, 0, "delivered"},
		{STATE_READ, true, 0, "read"},
		{STATE_FAILED, true, 131026, "failed"},
		{STATE_FAILED, false, 131026, "rejected"},
		{STATE_SKIPPED, false, RULE_OPTED_OUT, "rejected"},
		{STATE_SKIPPED, false, RULE_DEADLINE, "expired"},
		{STATE_CANCELED, false, 0, "rejected"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(message_status_text(message_status_of(cases[i].state, cases[i].accepted, cases[i].code)),
		                    cases[i].word);
}

static void words_are_read_in_any_case(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum message_status status;
	} good[] = {{"scheduled", MESSAGE_SCHEDULED}, {"ENROUTE", MESSAGE_ENROUTE}, {"Sent", MESSAGE_SENT},
	            {"delivered", MESSAGE_DELIVERED}, {"READ", MESSAGE_READ},       {"seen", MESSAGE_READ},
	            {"SEEN", MESSAGE_READ},           {"FAILD", MESSAGE_FAILED},    {"failed", MESSAGE_FAILED},
	            {"Rejected", MESSAGE_REJECTED},   {"EXPIRED", MESSAGE_EXPIRED}, {"received", MESSAGE_RECEIVED}};
	static const char *const bad[] = {"", "queued", "sen", "sent ", "unconfirmed"};
	enum message_status status;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(message_status_parse(good[i].text, &status));
		assert_int_equal(status, good[i].status);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(message_status_parse(bad[i], &status));
}

static void gsm7_is_an_alphabet(void **state)
{
	(void)state;
	static const char *const in[] = {"", "Hello, you get 20% off!\n", "£1 = €1 @ Ñandù? é", "{braces} ~ [x] \\ ^ |"};
	static const char *const out[] = {"ú", "ç", "Привет", "a\tb", "\xF0\x9F\x98\x80", "“quoted”", "—"};
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		if (!message_is_gsm7(in[i]))
			fail_msg("%s", in[i]);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		if (message_is_gsm7(out[i]))
			fail_msg("%s", out[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_its_word),
		cmocka_unit_test(words_are_read_in_any_case),
		cmocka_unit_test(gsm7_is_an_alphabet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
