/* The log: every act writes one row with it, told by whom; lists by what is asked for; it is forgotten in time. */
#include <stdio.h>
#include <string.h>

#include "statements.h"
#include "store/accounts.h"
#include "store/activity.h"
#include "store/hook_events.h"
#include "store/imports.h"
#include "store/optouts.h"
#include "store/store_internal.h"
#include "store/templates.h"
#include "store/test_world.h"

#define MAX 100

static const char *mark;

/* The rows since the last look, at most `max`, oldest first, as words with blanks between them. */
static const char *latest_news(struct world *w, int max)
{
	static char words[2048];
	struct activity item[MAX];
	int n = 0;
	struct store_tx *tx = store_reader_take(w->store);
	assert_int_equal(store_snapshot(tx), 0);
	if (mark)
		assert_int_equal(activity_since(tx, w->account, mark, w->arena, item, max, &n), 0);
	assert_int_equal(activity_mark(tx, w->arena, &mark), 0);
	store_reader_put(w->store, tx);
	words[0] = '\0';
	for (int i = 0; i < n; i++) {
		assert_true(i == 0 || item[i].no > item[i - 1].no);
		strcat(words, i ? " " : "");
		strcat(words, activity_word(item[i].action));
	}
	return words;
}

static const char *news(struct world *w)
{
	return latest_news(w, MAX);
}

static struct activity newest(struct world *w)
{
	struct page page = {.size = 1};
	struct activity item[1];
	int n = 0;
	assert_int_equal(IN_JOB(w, activity_list(tx, w->account, &(struct activity_filter){0}, &page, w->arena, item, &n)), 0);
	assert_int_equal(n, 1);
	return item[0];
}

static struct world *begin(void **state, int n_contacts)
{
	struct world *w = world_open(state, n_contacts);
	mark = NULL;
	news(w);
	return w;
}

static void a_campaign_from_its_creation_to_its_end(void **state)
{
	struct world *w = begin(state, 1);
	struct claimed_row row[1];
	int64_t no = world_campaign(w, "Spring");
	assert_string_equal(news(w), "campaign_created campaign_started");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, no, &world_pause, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_release(tx, 0, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_release(tx, 0, no, w->now)), 0); /* nothing held it */
	assert_string_equal(news(w), "campaign_paused campaign_released");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, no, &world_refusal, w->now)), 0);
	struct activity held = newest(w);
	assert_non_null(strstr(held.detail, "\"rule\":\"refused\""));
	assert_string_equal(held.name, "Spring");
	assert_int_equal(held.resource_no, no);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, no, "Spring", w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, no, "Summer", w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_release(tx, 0, no, w->now)), 0);
	assert_string_equal(news(w), "campaign_held campaign_renamed campaign_released");
	world_freeze(w, no);
	assert_int_equal(world_claim(w, no, row, 1), 1);
	assert_string_equal(news(w), "");
	world_record(w, &(struct outcome){
				.campaign_no = no, .seq = 1, .attempt = 1, .kind = OUTCOME_ACCEPTED, .wamid = "W", .at = w->now});
	assert_string_equal(news(w), "campaign_completed");
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, no, w->now)), 0);
	assert_string_equal(news(w), "campaign_deleted");
}

static int by_key(struct store_tx *tx, int64_t key_no, int64_t account_no, int64_t *ret)
{
	tx->actor = (struct store_actor){.kind = ACTOR_KEY, .key_no = key_no};
	return audience_create(tx, account_no, "People", 5, ret);
}

static void a_row_says_who_did_it_and_names_stay_as_they_were(void **state)
{
	struct world *w = begin(state, 0);
	char text[KEY_TEXT_BYTES];
	int64_t key, audience;
	assert_int_equal(IN_JOB(w, key_create(tx, w->account, "ops", KEY_ADMIN, w->now, &key, text)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, w->account, "spare", KEY_ADMIN, w->now, &(int64_t){0}, text)), 0);
	assert_int_equal(IN_JOB(w, by_key(tx, key, w->account, &audience)), 0);
	assert_int_equal(IN_JOB(w, key_delete(tx, w->account, key, w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, audience, "Others", w->now)), 0);
	struct page page = {.size = 10};
	struct activity item[10];
	int n = 0;
	const struct activity_filter created = {.actions = UINT64_C(1) << ACTIVITY_AUDIENCE_CREATED};
	assert_int_equal(IN_JOB(w, activity_list(tx, w->account, &created, &page, w->arena, item, &n)), 0);
	assert_true(n >= 1);
	assert_int_equal(item[0].actor, ACTOR_KEY);
	assert_int_equal(item[0].key_no, key);
	assert_string_equal(item[0].key_name, "ops");
	assert_string_equal(item[0].name, "People");
	assert_int_equal(item[0].at_ms, 5);
	assert_string_equal(news(w), "key_created key_created audience_created key_deleted audience_renamed");
	assert_int_equal(newest(w).actor, ACTOR_SERVER);
}

struct undone {
	int64_t account_no, no;
};

static int create_and_fail(struct store_tx *tx, void *arg)
{
	struct undone *u = arg;
	tx->actor = (struct store_actor){.kind = ACTOR_WHATSAPP};
	return audience_create(tx, u->account_no, "People", 5, &u->no) < 0 ? -1 : 1;
}

static int create_another(struct store_tx *tx, void *arg)
{
	struct undone *u = arg;
	return audience_create(tx, u->account_no, "Others", 5, &u->no);
}

static void what_is_undone_is_not_told_and_the_next_job_is_nobodys(void **state)
{
	struct world *w = begin(state, 0);
	struct undone undone = {.account_no = w->account};
	assert_int_equal(store_call(w->store, create_and_fail, &undone), 1);
	assert_string_equal(news(w), "");
	assert_int_equal(store_call(w->store, create_another, &undone), 0);
	assert_string_equal(news(w), "audience_created");
	assert_int_equal(newest(w).actor, ACTOR_SERVER);
}

static void senders_templates_and_their_verdicts(void **state)
{
	struct world *w = begin(state, 0);
	struct sender_record record = {
		.limit_mps = 80, .quality = "GREEN", .tier = "TIER_1K", .portfolio_id = "", .status = "CONNECTED"};
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	news(w);
	record.quality = "RED";
	record.tier = "TIER_10K";
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 1);
	assert_string_equal(news(w), "sender_quality sender_tier sender_held");
	record.quality = "GREEN";
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_string_equal(news(w), "sender_quality sender_released");
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &record, w->now, w->now)), 0);
	assert_string_equal(news(w), "");

	int64_t tpl = world_template(w, "offer", "Hello {first_name}");
	const char *const meta_id = "777";
	assert_int_equal(IN_JOB(w, template_submitted(tx, tpl, meta_id, NULL, w->now, w->now)), 0);
	news(w);
	const struct template_word word = {.meta_id = meta_id};
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "PAUSED", NULL, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "PAUSED", NULL, w->now)), 0);
	assert_string_equal(news(w), "template_stopped");
	assert_int_equal(newest(w).actor, ACTOR_WHATSAPP);
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "REJECTED", "Too loud.", w->now)), 0);
	assert_string_equal(news(w), "template_refused");
	assert_string_equal(newest(w).detail, "{\"reason\":\"Too loud.\"}");
}

static void a_pace_is_told_of_each_campaign_that_is_sent(void **state)
{
	struct world *w = begin(state, 1);
	int64_t a = world_campaign(w, "A"), b = world_campaign(w, "B"), held = world_campaign(w, "C");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, held, &world_pause, w->now)), 0);
	news(w);
	assert_int_equal(IN_JOB(w, activity_pace(tx, w->sender, 41, 80, w->now)), 0);
	assert_string_equal(news(w), "campaign_slowed campaign_slowed");
	assert_int_equal(IN_JOB(w, activity_pace(tx, w->sender, 80, 80, w->now)), 0);
	assert_string_equal(news(w), "campaign_full_speed campaign_full_speed");
	struct page page = {.size = 10};
	struct activity item[10];
	int n = 0;
	assert_int_equal(
		IN_JOB(w, activity_list(tx, w->account, &(struct activity_filter){.campaign_no = b}, &page, w->arena, item, &n)),
		0);
	assert_int_equal(n, 4);
	assert_int_equal(page.total, 4);
	assert_int_equal(item[0].action, ACTIVITY_CAMPAIGN_FULL_SPEED);
	assert_int_equal(item[3].action, ACTIVITY_CAMPAIGN_CREATED);
	assert_true(a < b);
}

static void optouts_and_contacts(void **state)
{
	struct world *w = begin(state, 1);
	struct audience_edit edit;
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", true, "api", "", w->now)), 0);
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", true, "api", "", w->now)), 0);
	assert_true(newest(w).resource_no > 0);
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", false, "api", "", w->now)), 0);
	assert_string_equal(news(w), "optout_added optout_removed");
	assert_string_equal(newest(w).name, "447000000001");
	assert_int_equal(newest(w).resource_no, 0);
	assert_int_equal(IN_JOB(w, audience_edit_begin(tx, w->audience, w->now, &edit)), 0);
	assert_int_equal(IN_JOB(w, contact_delete(tx, &edit, 1)), 0);
	assert_int_equal(IN_JOB(w, audience_edit_end(tx, &edit)), 0);
	assert_string_equal(news(w), "contact_deleted");
}

static void settle(struct world *w, int64_t hook, enum hook_state state)
{
	int64_t event = world_int(w, "SELECT MIN(no) FROM hook_event WHERE state = 0");
	const struct hook_result r = {.hook_no = hook,
	                              .event_no = event,
	                              .subject = 1,
	                              .state = state,
	                              .http_status = 500,
	                              .reason = state == HOOK_DELIVERED ? NULL : "HTTP 500",
	                              .next_ms = w->now};
	assert_int_equal(IN_JOB(w, hook_events_settle(tx, &r, 1, w->now)), 0);
}

static void a_webhook_fails_at_the_third_refusal_and_works_at_the_next_success(void **state)
{
	struct world *w = begin(state, 0);
	int64_t hook;
	assert_int_equal(IN_JOB(w, hook_create(tx, w->account, HOOK_CAMPAIGN, "https://a.example/", "secret", w->now, &hook)), 0);
	world_campaign(w, "A");
	world_campaign(w, "B");
	news(w);
	settle(w, hook, HOOK_WAITING);
	settle(w, hook, HOOK_WAITING);
	assert_string_equal(news(w), "");
	settle(w, hook, HOOK_WAITING);
	assert_string_equal(news(w), "webhook_failing");
	assert_string_equal(newest(w).detail, "{\"reason\":\"HTTP 500\"}");
	settle(w, hook, HOOK_WAITING);
	settle(w, hook, HOOK_DELIVERED);
	settle(w, hook, HOOK_DELIVERED);
	assert_string_equal(news(w), "webhook_working");
	assert_int_equal(IN_JOB(w, hook_delete(tx, w->account, hook, w->now)), 0);
	assert_string_equal(news(w), "webhook_deleted");
	assert_string_equal(newest(w).name, "https://a.example/");
}

static void an_import_begins_and_ends_once(void **state)
{
	struct world *w = begin(state, 0);
	int64_t no;
	struct import import;
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "f", 0, 10, "", w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, import_read(tx, w->account, no, w->arena, &import)), 0);
	import.status = IMPORT_RUNNING;
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now)), 0);
	import.status = IMPORT_COMPLETED;
	import.added = 7;
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now)), 0);
	assert_int_equal(IN_JOB(w, import_save(tx, &import, w->now)), 1);
	assert_string_equal(news(w), "import_started import_completed");
	assert_non_null(strstr(newest(w).detail, "\"added\":7"));
	assert_int_equal(IN_JOB(w, import_create(tx, w->account, w->audience, "f", 0, 10, "", w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, import_cancel(tx, w->account, no, w->now)), 0);
	assert_string_equal(news(w), "import_started import_stopped");
}

/* Page by page, whichever index it goes by, a list has each of its rows once. */
static void lists_by_resource_and_by_several_actions(void **state)
{
	struct world *w = begin(state, 0);
	int64_t no;
	for (int i = 0; i < 7; i++) {
		char name[20];
		snprintf(name, sizeof(name), "L%d", i);
		assert_int_equal(IN_JOB(w, audience_create(tx, w->account, name, w->now, &no)), 0);
		world_campaign(w, name);
	}
	const uint64_t made = UINT64_C(1) << ACTIVITY_AUDIENCE_CREATED | UINT64_C(1) << ACTIVITY_CAMPAIGN_CREATED;
	const struct {
		struct activity_filter filter;
		int n;
	} cases[] = {{{.actions = activity_mask("campaign"), .resource = PUBID_CAMPAIGN}, 14},
	             {{.actions = UINT64_C(1) << ACTIVITY_CAMPAIGN_STARTED}, 7},
	             {{.actions = made}, 14 + 1}}; /* the world's own audience */
	for (size_t i = 0; i < 3; i++) {
		struct page page = {.size = 3};
		struct activity item[3];
		int n, sum = 0;
		do {
			assert_int_equal(IN_JOB(w, activity_list(tx, w->account, &cases[i].filter, &page, w->arena, item, &n)),
			                 0);
			sum += n;
			page.before = page.last_key;
		} while (page.has_next);
		assert_int_equal(sum, cases[i].n);
		assert_int_equal(page.total, cases[i].n);
	}
}

static void it_is_kept_for_ninety_days(void **state)
{
	struct world *w = begin(state, 0);
	int64_t no;
	bool more = false;
	for (int i = 0; i < 3; i++) {
		char name[20];
		snprintf(name, sizeof(name), "L%d", i);
		assert_int_equal(IN_JOB(w, audience_create(tx, w->account, name, w->now + i * DAY_MS, &no)), 0);
	}
	msec_t later = w->now + DAY_MS + ACTIVITY_KEPT_MS + 1;
	world_script(w, "UPDATE activity SET at_ms = %lld WHERE name NOT LIKE 'L_'", (long long)later);
	assert_int_equal(IN_JOB(w, activity_sweep(tx, later, 1, &more)), 0);
	assert_true(more);
	assert_int_equal(IN_JOB(w, activity_sweep(tx, later, 5, &more)), 0);
	assert_false(more);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM activity WHERE name LIKE 'L_'"), 1);
}

/* A transaction of another server's. */
static struct store_tx begin_beside(struct world *w)
{
	struct store_tx tx = w->store->tx;
	tx.db = engines_connect(w->url, &(struct sql_options){.texts = store_texts, .n_texts = N_STMTS});
	assert_int_equal(sql_begin(tx.db), 0);
	return tx;
}

static void end_beside(struct store_tx *tx)
{
	if (sql_commit(tx->db) < 0)
		fail_msg("%s", sql_error(tx->db));
	sql_close(tx->db);
}

static void rows_are_told_in_the_order_of_the_commits(void **state)
{
	struct world *w = begin(state, 0);
	int64_t no;
	struct store_tx one = begin_beside(w), two = begin_beside(w);
	assert_int_equal(audience_create(&one, w->account, "first by number", w->now, &no), 0);
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", true, "api", "", w->now)), 0);
	assert_string_equal(news(w), "optout_added");
	assert_string_equal(news(w), "");
	assert_int_equal(audience_create(&two, w->account, "last by number", w->now, &no), 0);
	assert_string_equal(news(w), "");
	end_beside(&two);
	assert_string_equal(news(w), "audience_created");
	assert_int_equal(IN_JOB(w, optout_say(tx, w->account, "447000000001", false, "api", "", w->now)), 0);
	end_beside(&one);
	assert_string_equal(news(w), "audience_created optout_removed");
	assert_string_equal(news(w), "");
}

static void of_many_rows_the_latest_are_told(void **state)
{
	struct world *w = begin(state, 0);
	int64_t no;
	assert_int_equal(IN_JOB(w, audience_create(tx, w->account, "one", w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, audience_rename(tx, w->account, no, "two", w->now)), 0);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, no, w->now)), 0);
	assert_string_equal(latest_news(w, 2), "audience_renamed audience_deleted");
	assert_string_equal(latest_news(w, 2), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_campaign_from_its_creation_to_its_end),
		WORLD_ON_BOTH(a_row_says_who_did_it_and_names_stay_as_they_were),
		WORLD_ON_BOTH(what_is_undone_is_not_told_and_the_next_job_is_nobodys),
		WORLD_ON_BOTH(senders_templates_and_their_verdicts),
		WORLD_ON_BOTH(a_pace_is_told_of_each_campaign_that_is_sent),
		WORLD_ON_BOTH(optouts_and_contacts),
		WORLD_ON_BOTH(a_webhook_fails_at_the_third_refusal_and_works_at_the_next_success),
		WORLD_ON_BOTH(an_import_begins_and_ends_once),
		WORLD_ON_BOTH(lists_by_resource_and_by_several_actions),
		WORLD_ON_BOTH(it_is_kept_for_ninety_days),
		WORLD_ON_POSTGRESQL(rows_are_told_in_the_order_of_the_commits),
		WORLD_ON_BOTH(of_many_rows_the_latest_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
