/* Templates that change: by their user, at Meta, and in the list of all that stand there. */
#include "delivery/test_desk.h"

/* ---- changes ---- */

static void edit(struct world *w, int64_t no, const char *text)
{
	const struct template_request req = {.text = text};
	struct faults *faults = arena_alloc(w->arena, sizeof(*faults));
	faults_init(faults);
	assert_int_equal(IN_JOB(w, template_update(tx, w->account, no, &req, w->now, faults)), 0);
	manage_notify(desk);
	desk_woken = true;
}

#define AT_META(text, status)                                                                                     \
	"{\"id\":\"7001\",\"name\":\"n\",\"language\":\"de\",\"status\":\"" status "\",\"category\":\"UTILITY\"," \
	"\"parameter_format\":\"NAMED\",\"components\":[{\"type\":\"BODY\",\"text\":\"" text "\"}]}"

static void test_pauses_between_polls_double(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200, "{\"id\":\"7001\",\"status\":\"PENDING\",\"category\":\"UTILITY\"}");
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"PENDING\"}");
	(void)desk_template(w);
	desk_run(w, 3 * HOUR_MS);
	msec_t last = calls_nth("POST", "", 0)->at, pause = 5 * MINUTE_MS;
	for (int i = 0; i<5; i++, pause *= i> 1 ? 2 : 1) {
		assert_int_equal(calls_nth("GET", "/7001?", i)->at - last, pause);
		last = calls_nth("GET", "/7001?", i)->at;
	}
}

static void test_deleted_at_meta_while_polled(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("POST", "/2001/message_templates", 200, "{\"id\":\"7001\",\"status\":\"PENDING\",\"category\":\"UTILITY\"}");
	calls_answer("GET", "/7001?", 400, "{\"error\":{\"message\":\"no such object\",\"code\":100,\"error_subcode\":33}}");
	calls_answer("GET", "/2001/message_templates?", 500, "");
	int64_t no = desk_template(w);
	desk_run(w, 10 * MINUTE_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_IN_PROCESS); /* the token may not see it: no proof */
	calls_answer("GET", "/2001/message_templates?", 200, "{\"data\":[]}");
	desk_run(w, DAY_MS);
	struct template t = desk_read(w, no);
	assert_int_equal(t.status, TEMPLATE_CANCELED);
	assert_string_equal(t.meta_status, "DELETED");
	assert_non_null(t.reason);
}

static void test_edited(void **state)
{
	struct world *w = desk_open(state);
	int64_t no = desk_approved(w);
	calls_answer("POST", "/7001", 200, "{\"success\":true}");
	calls_answer("GET", "/7001?", 200, "{\"id\":\"7001\",\"status\":\"APPROVED\"}");
	edit(w, no, "Good day {first_name|friend}, come in.");
	desk_run(w, MINUTE_MS);
	const struct call *call = calls_nth("POST", "/7001", 0);
	assert_string_equal(call->url, GRAPH "/7001");
	assert_non_null(strstr(call->body, "Good day {{first_name}}, come in."));
	assert_null(strstr(call->body, "\"name\":"));
	assert_int_equal(desk_read(w, no).status, TEMPLATE_IN_PROCESS);
	desk_run(w, HOUR_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(calls_count("POST", "/7001"), 1);
}

static void test_an_edit_without_answer_is_looked_for(void **state)
{
	struct world *w = desk_open(state);
	int64_t no = desk_approved(w);
	calls_lose("POST", "/7001", HTTP_MAYBE_SENT);
	calls_answer("GET", "/7001?", 200, AT_META("Good day {{first_name}}, come in.", "PENDING"));
	edit(w, no, "Good day {first_name|friend}, come in.");
	desk_run(w, HOUR_MS);
	assert_int_equal(calls_count("POST", "/7001"), 1); /* it had arrived */
	assert_false(desk_read(w, no).editing);
	calls_answer("GET", "/7001?", 200, AT_META("Good day {{first_name}}, come in.", "APPROVED"));
	desk_run(w, DAY_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	edit(w, no, "Third words for {first_name|friend}.");
	desk_run(w, MINUTE_MS);
	calls_answer("POST", "/7001", 200, "{\"success\":true}");
	desk_run(w, MINUTE_MS);
	assert_in_range(calls_count("POST", "/7001"), 3, 10); /* it had not */
	assert_false(desk_read(w, no).editing);
}

static void test_an_edit_that_is_refused(void **state)
{
	struct world *w = desk_open(state);
	int64_t no = desk_approved(w);
	calls_answer("POST", "/7001", 400, REFUSAL(100, "too many edits"));
	edit(w, no, "Other words.");
	desk_run(w, MINUTE_MS);
	struct template t = desk_read(w, no);
	assert_int_equal(t.status, TEMPLATE_COMPLETED);
	assert_string_equal(t.text, "Hello {first_name|friend}, we are open.");
	assert_non_null(strstr(t.reason, "too many edits"));
}

static void test_a_content_changed_at_meta_is_read(void **state)
{
	struct world *w = desk_open(state);
	int64_t no = desk_approved(w);
	const struct template_word word = {.hash = w->hash, .waba_id = "2001", .meta_id = "7001"};
	calls_answer("GET", "/7001?", 200, AT_META("Changed for {{first_name}}!", "APPROVED"));
	assert_int_equal(IN_JOB(w, template_changed(tx, &word, w->now)), 0);
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, MINUTE_MS);
	assert_string_equal(desk_read(w, no).text, "Changed for {first_name}!");
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	desk_run(w, DAY_MS);
	assert_int_equal(calls_count("GET", "/7001?"), 1);
}

#define POLLED(status) "{\"id\":\"7001\",\"status\":\"" status "\"}"

static int64_t campaign_with(struct world *w, int64_t template_no)
{
	struct campaign_request req = world_request(w, "C");
	req.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, template_no, 0);
	return world_create(w, &req);
}

/* The webhook of its return is lost: WhatsApp is asked as long as the campaign is held. */
static void test_a_held_campaign_goes_on_without_a_webhook(void **state)
{
	struct world *w = desk_open(state);
	int64_t no = desk_approved(w), c = campaign_with(w, no);
	const struct template_word word = {.hash = w->hash, .waba_id = "2001", .meta_id = "7001", .said_ms = w->now};
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "PAUSED", NULL, w->now)), 0);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_TEMPLATE);
	calls_answer("GET", "/7001?", 200, POLLED("PAUSED"));
	manage_notify(desk);
	desk_woken = true;
	desk_run(w, 8 * HOUR_MS);
	int n = calls_count("GET", "/7001?");
	assert_in_range(n, 9, 14); /* an hour is the longest pause */
	for (int i = 2; i < n; i++)
		assert_true(calls_nth("GET", "/7001?", i)->at - calls_nth("GET", "/7001?", i - 1)->at <= HOUR_MS + MINUTE_MS);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_TEMPLATE);
	calls_answer("GET", "/7001?", 200, POLLED("APPROVED"));
	int changed = desk_changed;
	desk_run(w, HOUR_MS + MINUTE_MS);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_NONE);
	assert_true(desk_changed > changed); /* the lanes are told */
	n = calls_count("GET", "/7001?");
	desk_run(w, 4 * HOUR_MS);
	assert_int_equal(calls_count("GET", "/7001?"), n); /* nobody asks any more */
}

/* 132015 with a template that is APPROVED all the time, as when the portfolio is paced: tried again, after longer and longer. */
static void test_a_refusal_for_a_template_that_is_approved(void **state)
{
	struct world *w = desk_open(state);
	int64_t c = campaign_with(w, desk_approved(w));
	struct hold hold = hold_for(HOLD_REFUSED, "The template is paused.");
	msec_t pause = 0;
	hold.code = 132015;
	calls_answer("GET", "/7001?", 200, POLLED("APPROVED"));
	for (int i = 0; i < 7; i++) {
		msec_t begun = w->now;
		assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, c, &hold, w->now)), 0);
		manage_notify(desk);
		desk_woken = true;
		desk_run(w, HOUR_MS);
		assert_int_equal(world_read(w, c).hold.rule, HOLD_NONE);
		assert_int_equal(calls_count("GET", "/7001?"), i + 1);
		assert_true(calls_nth("GET", "/7001?", i)->at - begun > pause);
		pause = calls_nth("GET", "/7001?", i)->at - begun;
	}
	assert_in_range(pause, 10 * MINUTE_MS, HOUR_MS);
}

static int n_listed;
static char listed_why[256];

static void listed(const struct wa_template_import *list, int n, const char *why, void *arg)
{
	(void)arg;
	n_listed = n;
	snprintf(listed_why, sizeof(listed_why), "%s", why ? why : "");
	for (int i = 0; i < n; i++)
		assert_string_equal(list[i].name, "n");
}

static void test_a_list_in_pages(void **state)
{
	struct world *w = desk_open(state);
	calls_answer("GET", "/2001/message_templates?", 200,
	             "{\"data\":[" AT_META("a", "APPROVED") "," AT_META(
			     "b", "APPROVED") "],\"paging\":{\"cursors\":{\"after\":\"A1\"},\"next\":\"x\"}}");
	calls_answer("GET", "after=A1", 200, "{\"data\":[" AT_META("c", "APPROVED") "]}");
	desk_run(w, MINUTE_MS);
	manage_list_templates(desk, "2001", "EAAtoken", listed, NULL);
	desk_run(w, MINUTE_MS);
	assert_int_equal(n_listed, 3);
	assert_string_equal(listed_why, "");
	assert_int_equal(calls_count("GET", "/2001/message_templates?"), 2);
	calls_answer("GET", "after=A1", 500, "");
	manage_list_templates(desk, "2001", "EAAtoken", listed, NULL);
	desk_run(w, MINUTE_MS);
	assert_int_equal(n_listed, 0);
	assert_true(listed_why[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANAGE_TEST(test_pauses_between_polls_double),
		MANAGE_TEST(test_deleted_at_meta_while_polled),
		MANAGE_TEST(test_edited),
		MANAGE_TEST(test_an_edit_without_answer_is_looked_for),
		MANAGE_TEST(test_an_edit_that_is_refused),
		MANAGE_TEST(test_a_content_changed_at_meta_is_read),
		MANAGE_TEST(test_a_held_campaign_goes_on_without_a_webhook),
		MANAGE_TEST(test_a_refusal_for_a_template_that_is_approved),
		MANAGE_TEST(test_a_list_in_pages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
