/* Templates on their way to Meta and away from there, and the records of phone numbers. */
#include "delivery/test_desk.h"

/* ---- submitting and asking ---- */

static void test_submitted_and_polled_until_the_verdict(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200,
	             "{\"id\":\"7001\",\"status\":\"PENDING\",\"category\":\"MARKETING\"}");
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"PENDING\"}");
	int64_t no = desk_template(w);
	desk_run(w, MINUTE_MS);
	const struct call *submit = calls_nth("POST", "", 0);
	assert_string_equal(submit->url, GRAPH "/2001/message_templates");
	assert_string_equal(submit->bearer, WORLD_TOKEN);
	struct template t = desk_read(w, no);
	assert_non_null(strstr(submit->body, arena_printf(w->arena, "\"name\":\"%s\"", t.meta_name)));
	assert_non_null(strstr(submit->body, "\"language\":\"de\""));
	assert_int_equal(t.status, TEMPLATE_IN_PROCESS);
	assert_string_equal(t.meta_id, "7001");
	assert_string_equal(t.category, "MARKETING"); /* Meta's word counts */
	assert_string_equal(t.meta_status, "PENDING");
	desk_run(w, 2 * HOUR_MS);
	assert_int_equal(calls_nth("GET", "/7001?", 0)->at, submit->at + 5 * MINUTE_MS);
	msec_t last = submit->at, pause = 0;
	int n = calls_count("GET", "/7001?");
	assert_in_range(n, 3, 20);
	for (int i = 0; i < n; i++) {
		assert_true(calls_nth("GET", "/7001?", i)->at - last >= pause); /* less and less often */
		pause = calls_nth("GET", "/7001?", i)->at - last;
		last = calls_nth("GET", "/7001?", i)->at;
	}
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"APPROVED\",\"quality_score\":{\"score\":\"GREEN\"}}");
	desk_run(w, 2 * DAY_MS);
	t = desk_read(w, no);
	assert_int_equal(t.status, TEMPLATE_COMPLETED);
	assert_string_equal(t.meta_status, "APPROVED");
	assert_string_equal(t.quality, "GREEN");
	assert_int_equal(calls_count("GET", "/7001?"), n + 1); /* nobody asks any more */
	assert_int_equal(calls_count("POST", ""), 1);
}

static void test_approved_at_once(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200,
	             "{\"id\":\"7001\",\"status\":\"APPROVED\",\"category\":\"UTILITY\"}");
	int64_t no = desk_template(w);
	desk_run(w, DAY_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(calls_count("POST", ""), 1);
}

static void test_rejected(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200, "{\"id\":\"7001\",\"status\":\"PENDING\",\"category\":\"UTILITY\"}");
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"REJECTED\",\"rejected_reason\":\"PROMOTIONAL\"}");
	int64_t no = desk_template(w);
	desk_run(w, DAY_MS);
	struct template t = desk_read(w, no);
	assert_int_equal(t.status, TEMPLATE_CANCELED);
	assert_string_equal(t.reason, "PROMOTIONAL");
	assert_int_equal(calls_count("GET", "/7001?"), 1);
}

/* The webhook is faster than the poll. */
static void test_verdict_by_webhook(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200, "{\"id\":\"7001\",\"status\":\"PENDING\",\"category\":\"UTILITY\"}");
	int64_t no = desk_template(w);
	desk_run(w, MINUTE_MS);
	const struct template_word word = {.hash = w->hash, .waba_id = "2001", .meta_id = "7001"};
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "APPROVED", NULL, w->now)), 0);
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, DAY_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(calls_count("GET", "/7001?"), 0);
}

/* ---- refusals and trouble ---- */

static void test_refused_for_good(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 400, REFUSAL(100, "Invalid parameter"));
	int64_t no = desk_template(w);
	desk_run(w, DAY_MS);
	struct template t = desk_read(w, no);
	assert_int_equal(t.status, TEMPLATE_CANCELED);
	assert_non_null(strstr(t.reason, "Invalid parameter"));
	assert_int_equal(calls_count("POST", ""), 1);
}

static void check_tried_again(struct world *w, int64_t no)
{
	desk_run(w, 5 * HOUR_MS);
	int n = calls_count("POST", "");
	assert_int_equal(desk_read(w, no).status, TEMPLATE_IN_PROCESS);
	assert_in_range(n, 6, 20);
	assert_int_equal(calls_nth("POST", "", 1)->at - calls_nth("POST", "", 0)->at, 5 * SECOND_MS);
	for (int i = 2; i < n; i++) {
		msec_t before = calls_nth("POST", "", i - 1)->at - calls_nth("POST", "", i - 2)->at;
		assert_in_range(calls_nth("POST", "", i)->at - calls_nth("POST", "", i - 1)->at, before, HOUR_MS);
	}
	calls_answer("POST", "/2001/message_templates", 200,
	             "{\"id\":\"7001\",\"status\":\"APPROVED\",\"category\":\"UTILITY\"}");
	desk_run(w, HOUR_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(calls_count("POST", ""), n + 1);
}

static void test_token_trouble_is_not_the_templates_fault(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 401, REFUSAL(190, "Error validating access token"));
	check_tried_again(w, desk_template(w));
}

static void test_limit_is_not_the_templates_fault(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 429, REFUSAL(80008, "too many calls"));
	check_tried_again(w, desk_template(w));
}

static void test_metas_own_trouble(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 500, "<html>");
	check_tried_again(w, desk_template(w));
}

static void test_no_connection(void **state)
{
	struct world *w = desk_open(state);
	calls_lose("POST", "/2001/message_templates", HTTP_NOT_SENT);
	check_tried_again(w, desk_template(w));
}

static void test_answer_that_is_none(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200, "{\"success\":true}");
	check_tried_again(w, desk_template(w));
}

/* The answer to the submission is lost; the second one meets the name that the first one made. */
static void test_lost_answer_is_found_by_name(void **state)
{
	struct world *w = desk_open(state);
	calls_lose("POST", "/2001/message_templates", HTTP_MAYBE_SENT);
	int64_t no = desk_template(w);
	desk_run(w, SECOND_MS);
	const char *name = desk_read(w, no).meta_name;
	calls_answer("POST", "/2001/message_templates", 400,
	             "{\"error\":{\"message\":\"Invalid parameter\",\"code\":100,\"error_subcode\":2388024}}");
	calls_answer("GET", "/2001/message_templates?name=", 200, "{\"data\":[]}"); /* not to be seen yet */
	desk_run(w, 10 * SECOND_MS);
	assert_int_equal(calls_count("POST", ""), 2);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_IN_PROCESS);
	calls_answer("GET", "/2001/message_templates?name=", 200,
	             arena_printf(w->arena,
	                          "{\"data\":[{\"id\":\"7000\",\"name\":\"%s\",\"language\":\"en_US\",\"status\":\"APPROVED\"},"
	                          "{\"id\":\"7001\",\"name\":\"%s\",\"language\":\"de\",\"status\":\"PENDING\"}]}",
	                          name, name));
	desk_run(w, MINUTE_MS);
	struct template t = desk_read(w, no);
	assert_string_equal(t.meta_id, "7001");
	assert_int_equal(t.status, TEMPLATE_IN_PROCESS);
	assert_non_null(strstr(calls_nth("GET", "?name=", 0)->url, name));
	int n = calls_count("POST", "");
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"APPROVED\"}");
	desk_run(w, HOUR_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(calls_count("POST", ""), n);
}

/* A server that dies with the call on the wire leaves the errand behind, put off; the next one takes it up at once, and once. */
static void test_crash_on_the_way(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200,
	             "{\"id\":\"7001\",\"status\":\"APPROVED\",\"category\":\"UTILITY\"}");
	desk_run(w, SECOND_MS);
	int64_t no = desk_template(w);
	desk_woken = false;
	manage_turn(desk, desk_now);
	manage_turn(desk, desk_now);
	assert_int_equal(calls_count("POST", ""), 1);
	struct call *lost = calls_abandon_last();
	struct manage *dead = desk;
	desk_begin(w);
	desk_run(w, SECOND_MS);
	assert_int_equal(calls_count("POST", ""), 2);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	desk_run(w, DAY_MS);
	assert_int_equal(calls_count("POST", ""), 2);
	manage_drain(dead);
	lost->done(&(struct http_answer){.outcome = HTTP_CANCELED, .body = "", .reason = "the end"}, lost->arg);
	manage_turn(dead, desk_now);
	assert_true(manage_is_quiet(dead));
	manage_destroy(dead);
}

/* ---- deleting ---- */

static void delete_offer(struct world *w)
{
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, w->template, w->now)), 0);
	manage_notify(desk);
	desk_woken = true;
}

static void test_deleted(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("DELETE", "/2001/message_templates", 503, "");
	struct template t = desk_read(w, w->template);
	delete_offer(w);
	desk_run(w, SECOND_MS);
	assert_string_equal(calls_nth("DELETE", "", 0)->url,
	                    arena_printf(w->arena, GRAPH "/2001/message_templates?hsm_id=%s&name=%s", t.meta_id, t.meta_name));
	assert_string_equal(calls_nth("DELETE", "", 0)->bearer, WORLD_TOKEN);
	desk_run(w, 5 * SECOND_MS);
	assert_int_equal(calls_count("DELETE", ""), 2); /* until it works */
	calls_answer("DELETE", "/2001/message_templates", 200, "{\"success\":true}");
	desk_run(w, DAY_MS);
	assert_int_equal(calls_count("DELETE", ""), 3);
}

static void test_deleted_already(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("DELETE", "/2001/message_templates", 404, REFUSAL(100, "not there"));
	delete_offer(w);
	desk_run(w, DAY_MS);
	assert_int_equal(calls_count("DELETE", ""), 1);
}

static void test_deleted_before_meta_had_it(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 400, REFUSAL(100, "Invalid parameter"));
	int64_t no = desk_template(w);
	desk_run(w, SECOND_MS);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 0);
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, DAY_MS);
	assert_int_equal(calls_count("DELETE", ""), 0);
}

/* ---- phone-number records ---- */

static struct sender read_sender(struct world *w)
{
	struct sender sender;
	assert_int_equal(IN_JOB(w, sender_read(tx, w->account, w->sender, w->arena, &sender)), 0);
	return sender;
}

static void test_records_are_refreshed(void **state)
{
	struct world *w = desk_open(state);
	desk_run(w, SECOND_MS);
	assert_string_equal(calls_nth("GET", "", 0)->url, GRAPH "/1001?fields=" WA_NUMBER_FIELDS);
	assert_string_equal(calls_nth("GET", "", 0)->bearer, WORLD_TOKEN);
	assert_int_equal(read_sender(w).limit_mps, 1000);
	assert_string_equal(read_sender(w).quality, "GREEN");
	assert_int_equal(desk_changed, 1);
	calls_answer("GET", "/1001?", 200,
	             "{\"id\":\"1001\",\"quality_rating\":\"RED\",\"throughput\":{\"level\":\"STANDARD\"}}");
	desk_run(w, 53 * MINUTE_MS);
	assert_int_equal(calls_total(), 1);
	desk_run(w, 7 * MINUTE_MS);
	assert_int_equal(calls_total(), 2);
	assert_int_equal(read_sender(w).limit_mps, 80);
	assert_string_equal(read_sender(w).quality, "RED");
	calls_answer("GET", "/1001?", 500, "");
	desk_run(w, 3 * HOUR_MS);
	assert_in_range(calls_total(), 5, 6);
	assert_int_equal(read_sender(w).limit_mps, 80); /* what is known stays */
	assert_int_equal(desk_changed, 2);
}

/* A webhook said that something of them changed: they are asked for at once, and once. */
static void test_records_are_asked_for_again(void **state)
{
	struct world *w = desk_open(state);
	int64_t n;
	desk_run(w, SECOND_MS);
	assert_int_equal(calls_total(), 1);
	assert_int_equal(IN_JOB(w, sender_ask_again(tx, w->hash, "2002", w->now, &n)), 0);
	assert_int_equal(n, 0); /* another account's */
	assert_int_equal(IN_JOB(w, sender_ask_again(tx, w->hash, "2001", w->now, &n)), 0);
	assert_int_equal(n, 1);
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, SECOND_MS);
	assert_int_equal(calls_total(), 2);
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, SECOND_MS);
	assert_int_equal(calls_total(), 2);
}

struct checked {
	int n;
	bool found, refused;
	struct wa_number_record record;
	char why[512];
};

static void checked(const struct wa_number_record *number, bool refused, const char *why, void *arg)
{
	struct checked *c = arg;
	c->n++;
	c->found = number != NULL;
	c->refused = refused;
	if (number)
		c->record = *number;
	snprintf(c->why, sizeof(c->why), "%s", why ? why : "");
}

static void test_number_is_checked(void **state)
{
	struct world *w = desk_open(state);
	struct checked good = {0}, bad = {0}, dead = {0}, impossible = {0}, down = {0}, busy = {0};
	desk_run(w, SECOND_MS);
	calls_answer("GET", "/3003?", 200,
	             "{\"id\":\"3003\",\"display_phone_number\":\"+44 20 7946 0000\",\"throughput\":{\"level\":\"STANDARD\"}}");
	calls_answer("GET", "/4004?", 400, REFUSAL(190, "Malformed access token"));
	calls_lose("GET", "/5005?", HTTP_NOT_SENT);
	calls_answer("GET", "/7007?", 503, REFUSAL(190, "Malformed access token"));
	calls_answer("GET", "/8008?", 400, REFUSAL(4, "Application request limit reached"));
	manage_check_number(desk, "3003", "the-new-token", checked, &good);
	manage_check_number(desk, "4004", "another", checked, &bad);
	manage_check_number(desk, "5005", "another", checked, &dead);
	manage_check_number(desk, "6 006", "another", checked, &impossible);
	manage_check_number(desk, "7007", "another", checked, &down);
	manage_check_number(desk, "8008", "another", checked, &busy);
	assert_int_equal(good.n, 0);
	assert_false(manage_is_quiet(desk));
	desk_run(w, SECOND_MS);
	assert_string_equal(calls_nth("GET", "/3003?", 0)->bearer, "the-new-token");
	assert_true(good.n == 1 && bad.n == 1 && dead.n == 1 && impossible.n == 1 && down.n == 1 && busy.n == 1);
	assert_true(good.found);
	assert_string_equal(good.record.display_number, "442079460000");
	assert_int_equal(good.record.limit_mps, 80);
	assert_false(bad.found || dead.found || impossible.found || down.found || busy.found);
	assert_true(bad.refused && impossible.refused);
	assert_false(good.refused || dead.refused || down.refused || busy.refused); /* none of these is the client's fault */
	assert_non_null(strstr(bad.why, "Malformed access token"));
	assert_non_null(strstr(dead.why, "the line is dead"));
	assert_int_equal(desk_changed, 1); /* nothing was stored */
}

static void test_drained(void **state)
{
	struct world *w = desk_open(state);
	desk_run(w, SECOND_MS);
	manage_drain(desk);
	desk_template(w);
	desk_run(w, DAY_MS);
	assert_int_equal(calls_total(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANAGE_TEST(test_submitted_and_polled_until_the_verdict),
		MANAGE_TEST(test_approved_at_once),
		MANAGE_TEST(test_rejected),
		MANAGE_TEST(test_verdict_by_webhook),
		MANAGE_TEST(test_refused_for_good),
		MANAGE_TEST(test_token_trouble_is_not_the_templates_fault),
		MANAGE_TEST(test_limit_is_not_the_templates_fault),
		MANAGE_TEST(test_metas_own_trouble),
		MANAGE_TEST(test_no_connection),
		MANAGE_TEST(test_answer_that_is_none),
		MANAGE_TEST(test_lost_answer_is_found_by_name),
		MANAGE_TEST(test_crash_on_the_way),
		MANAGE_TEST(test_deleted),
		MANAGE_TEST(test_deleted_already),
		MANAGE_TEST(test_deleted_before_meta_had_it),
		MANAGE_TEST(test_records_are_refreshed),
		MANAGE_TEST(test_records_are_asked_for_again),
		MANAGE_TEST(test_number_is_checked),
		MANAGE_TEST(test_drained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
