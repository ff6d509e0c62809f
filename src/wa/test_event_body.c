/* The walk over a whole body, however it is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wa/event.h"

struct seen {
	int n, n_unknown;
	int stop_at;       /* this call back says no, 0 none */
	struct buf events; /* "waba/number/what/wamid " of each */
};

static int see(const struct wa_event *e, void *arg)
{
	struct seen *seen = arg;
	const char *const texts[] = {
		e->waba_id, e->phone_number_id, e->what,       e->wamid,  e->detail, e->from,        e->type,
		e->text,    e->payload,         e->context_id, e->status, e->reason, e->template_id, e->template_name};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_non_null(texts[i]);
	seen->n++;
	seen->n_unknown += e->kind == WA_EVENT_UNKNOWN;
	buf_addf(&seen->events, "%s%s/%s/%s/%s", seen->n > 1 ? " " : "", e->waba_id, e->phone_number_id, e->what, e->wamid);
	return seen->n == seen->stop_at ? -1 : 0;
}

/* Walked in memory that ends with the body, so that a byte read too far is seen. */
static int walk(const char *body, size_t n, struct seen *seen, struct err *err)
{
	char *copy = malloc(n ? n : 1);
	memcpy(copy, body, n);
	buf_fini(&seen->events);
	buf_init(&seen->events, 1 << 20);
	seen->n = seen->n_unknown = 0;
	int result = wa_event_each(copy, n, see, seen, err);
	free(copy);
	return result;
}

static struct seen seen;

static int teardown(void **state)
{
	(void)state;
	buf_fini(&seen.events);
	seen.stop_at = 0;
	return 0;
}

#define VALUE(number, lists) "{\"metadata\":{\"phone_number_id\":\"" number "\"}," lists "}"
#define SEVERAL                                                                                                       \
	"{\"object\":\"whatsapp_business_account\",\"entry\":["                                                       \
	"{\"id\":\"1\",\"changes\":["                                                                                 \
	"{\"field\":\"messages\",\"value\":" VALUE(                                                                   \
		"11", "\"statuses\":[{\"id\":\"a\",\"status\":\"sent\"},{\"id\":\"b\",\"status\":"                    \
		      "\"read\"}]") "},"                                                                              \
				    "{\"field\":\"messages\",\"value\":" VALUE(                                       \
					    "12", "\"messages\":[{\"id\":\"c\",\"type\":\"text\"}]"                   \
						  ",\"statuses\":[{\"id\":\"d\",\"status\":"                          \
						  "\"failed\"}]") "}]},"                                              \
								  "{\"id\":\"2\",\"time\":5,"                         \
								  "\"changes\":["                                     \
								  "{\"field\":\"account_alerts\","                    \
								  "\"value\":{}},"                                    \
								  "{\"value\":" VALUE("13", "\"statuses\":[{\"id\":"  \
	                                                                                    "\"e\",\"status\":"       \
	                                                                                    "\"sent\"}]") ",\"field"  \
													  "\":"       \
													  "\"message" \
													  "s\"}]}]}"
#define SEVERAL_SEEN "1/11/messages/a 1/11/messages/b 1/12/messages/d 1/12/messages/c 2//account_alerts/ 2/13/messages/e"

static void several_entries_and_changes(void **state)
{
	(void)state;
	struct err err = {""};
	assert_int_equal(walk(SEVERAL, strlen(SEVERAL), &seen, &err), 0);
	assert_string_equal(buf_text(&seen.events), SEVERAL_SEEN);
	assert_int_equal(seen.n_unknown, 1);
}

static void a_full_batch(void **state)
{
	(void)state;
	buf_auto struct buf b;
	struct err err = {""};
	buf_init(&b, BUF_NO_LIMIT);
	buf_adds(&b, "{\"entry\":[");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b,
		         "%s{\"id\":\"7\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
				 "8", "\"statuses\":[{\"id\":\"w%d\",\"status\":\"sent\"}]") "}]}",
		         i ? "," : "", i);
	buf_adds(&b, "]}");
	assert_int_equal(walk(buf_text(&b), b.len, &seen, &err), 0);
	assert_int_equal(seen.n, 1000);
	assert_int_equal(seen.n_unknown, 0);
}

static void a_call_back_that_says_no_stops(void **state)
{
	(void)state;
	for (int at = 1; at <= 6; at++) {
		struct err err = {""};
		seen.stop_at = at;
		assert_int_equal(walk(SEVERAL, strlen(SEVERAL), &seen, &err), -1);
		assert_int_equal(seen.n, at);
		assert_true(err.text[0] != '\0');
		assert_memory_equal(buf_text(&seen.events), SEVERAL_SEEN, seen.events.len);
	}
}

static void what_is_no_webhook(void **state)
{
	(void)state;
	static const char *const bodies[] = {"",
	                                     " ",
	                                     "x",
	                                     "null",
	                                     "[]",
	                                     "7",
	                                     "{}",
	                                     "{\"entry\":null}",
	                                     "{\"entry\":{}}",
	                                     "{\"entry\":\"x\"}",
	                                     "{\"object\":\"x\"}",
	                                     SEVERAL "x",
	                                     "{\"entry\":[],\"entry\":[]}",
	                                     "{\"entry\":[\"\xFF\"]}"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct err err = {""};
		assert_int_equal(walk(bodies[i], strlen(bodies[i]), &seen, &err), -1);
		assert_int_equal(seen.n, 0);
		assert_true(err.text[0] != '\0');
	}
	assert_int_equal(walk("{\"entry\":[]}", 12, &seen, NULL), 0);
	assert_int_equal(seen.n, 0);
}

/* A malformed element is told, not lost, and its neighbours are as they are. */
static void malformed_elements_are_told(void **state)
{
	(void)state;
	static const struct {
		const char *body, *seen;
		int n_unknown;
	} cases[] = {
		{"{\"entry\":[7,{\"id\":\"1\",\"changes\":[null,{\"field\":\"x\"}]}]}", "/// 1/// 1//x/", 3},
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
			 "11", "\"statuses\":[7,{},[],null,{\"id\":\"a\",\"status\":\"sent\"}]") "}]}]}",
	         "1/11/messages/ 1/11/messages/ 1/11/messages/ 1/11/messages/ 1/11/messages/a", 4},
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
			 "11", "\"messages\":[7,{\"id\":5},{\"id\":\"a\",\"type\":7}]") "}]}]}",
	         "1/11/messages/ 1/11/messages/ 1/11/messages/a", 2},
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
			 "11", "\"statuses\":{},\"messages\":\"x\"") "}]}]}",
	         "1/11/messages/ 1/11/messages/", 2},
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":7},{\"field\":8,\"value\":{}}]}]}",
	         "1//messages/ 1///", 2},
		/* nothing of the change before is said of the change or entry behind it */
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
			 "11", "\"statuses\":[{\"id\":\"a\",\"status\":\"sent\"}]") "},{\"field\":\"x\"}]}]}",
	         "1/11/messages/a 1//x/", 1},
		{"{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":" VALUE(
			 "11", "\"statuses\":[{\"id\":\"a\",\"status\":\"sent\"}]") "}]},{\"id\":\"2\"},"
	                                                                            "{\"id\":\"3\",\"changes\":\"x\"}]}",
	         "1/11/messages/a 2/// 3///", 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {""};
		assert_int_equal(walk(cases[i].body, strlen(cases[i].body), &seen, &err), 0);
		assert_string_equal(buf_text(&seen.events), cases[i].seen);
		assert_int_equal(seen.n_unknown, cases[i].n_unknown);
	}
}

static void truncated_at_every_byte(void **state)
{
	(void)state;
	for (size_t n = 0; n < strlen(SEVERAL); n++) {
		struct err err = {""};
		assert_int_equal(walk(SEVERAL, n, &seen, &err), -1);
		assert_int_equal(seen.n, 0); /* half a body is no body: nothing of it was told */
	}
}

static void changed_at_every_byte(void **state)
{
	(void)state;
	static const char swapped[] = "\"{}[]:,\\0nx\x01\xFF";
	char body[sizeof(SEVERAL)];
	for (size_t at = 0; at < strlen(SEVERAL); at++) {
		for (size_t k = 0; k < sizeof(swapped); k++) { /* with the NUL */
			struct err err = {""};
			memcpy(body, SEVERAL, sizeof(body));
			body[at] = swapped[k];
			int result = walk(body, strlen(SEVERAL), &seen, &err);
			assert_true(result == 0 || (result == -1 && seen.n == 0 && err.text[0]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(several_entries_and_changes, teardown),
		cmocka_unit_test_teardown(a_full_batch, teardown),
		cmocka_unit_test_teardown(a_call_back_that_says_no_stops, teardown),
		cmocka_unit_test_teardown(what_is_no_webhook, teardown),
		cmocka_unit_test_teardown(malformed_elements_are_told, teardown),
		cmocka_unit_test_teardown(truncated_at_every_byte, teardown),
		cmocka_unit_test_teardown(changed_at_every_byte, teardown),
	};
	return cmocka_run_group_tests_name("wa/event_body", tests, NULL, NULL);
}
