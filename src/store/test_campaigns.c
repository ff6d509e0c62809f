/* Campaigns: what is checked before one is made, and its life up to the last row swept. */
#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/templates.h"
#include "store/test_world.h"

static int create(struct world *w, const struct campaign_request *req, struct faults *faults)
{
	int64_t no = -5;
	faults_init(faults);
	int result = IN_JOB(w, campaign_create(tx, w->account, req, w->now, w->arena, faults, &no));
	assert_int_equal(result == 1, faults_any(faults));
	assert_int_equal(result == 1, no == -5);
	return result;
}

static void refused(struct world *w, const struct campaign_request *req, int code, const char *field)
{
	struct faults faults;
	int64_t before = world_int(w, "SELECT COUNT(*) FROM campaign");
	assert_int_equal(create(w, req, &faults), 1);
	assert_int_equal(faults.n, 1);
	assert_int_equal(faults.item[0].code, code);
	assert_string_equal(faults.item[0].field, field);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM campaign"), before);
}

static void what_it_refers_to_must_be_there(void **state)
{
	struct world *w = world_open(state, 0);
	const struct pubid_key *ids = store_ids(w->store);
	struct campaign_request req = world_request(w, "C");
	req.from = "Nobody";
	refused(w, &req, 1604, "data.from");
	req = world_request(w, "C");
	req.template_uuid = pubid_make(ids, PUBID_TEMPLATE, 99, 0);
	refused(w, &req, 1616, "data.template");
	req.template_uuid = pubid_make(ids, PUBID_AUDIENCE, w->template, 0); /* an id of another kind */
	refused(w, &req, 1616, "data.template");
	req = world_request(w, "C");
	req.audience_uuid = pubid_make(ids, PUBID_AUDIENCE, 99, 0);
	refused(w, &req, 1616, "data.audience");
	/* Another account's are as good as none. */
	int64_t shop = w->account;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &w->account)), 0);
	struct faults faults;
	req = world_request(w, "C");
	assert_int_equal(create(w, &req, &faults), 1);
	assert_int_equal(faults.n, 3);
	w->account = shop;
	assert_int_equal(create(w, &req, &faults), 0);
	refused(w, &req, 1614, "data.name");
	assert_int_equal(IN_JOB(w, audience_create(tx, w->account, "Gone", w->now, &shop)), 0);
	req = world_request(w, "D");
	req.audience_uuid = pubid_make(ids, PUBID_AUDIENCE, shop, 0);
	assert_int_equal(IN_JOB(w, audience_delete(tx, w->account, shop, w->now)), 0);
	refused(w, &req, 1616, "data.audience");
}

static void the_template_must_be_approved_and_readable(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_request waiting = {.name = "W", .text = "Hello", .wa_category = "UTILITY"};
	struct campaign_request req = world_request(w, "C");
	int64_t no;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &waiting, w->now, &no)), 0);
	req.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, no, 0);
	refused(w, &req, 1608, "data.template");
	assert_int_equal(IN_JOB(w, template_refused(tx, no, "no", w->now)), 0);
	refused(w, &req, 1608, "data.template");
	world_script(w, "UPDATE template SET text = 'Hello {' WHERE no = %lld", (long long)w->template);
	req = world_request(w, "C");
	refused(w, &req, 1613, "data.template");
}

static void the_template_must_be_of_the_senders_business_account(void **state)
{
	struct world *w = world_open(state, 0);
	struct sender_request other = {.name = "Elsewhere",
	                               .phone_number_id = "98765432101",
	                               .waba_id = "777",
	                               .access_token = "EAAother",
	                               .app_secret = "another-secret",
	                               .code_digits = "447400000009"};
	int64_t no;
	assert_int_equal(IN_JOB(w, sender_create(tx, w->account, &other, w->now, &no)), 0);
	struct campaign_request req = world_request(w, "C");
	req.from = "Elsewhere";
	refused(w, &req, 1616, "data.template");
}

static void all_faults_are_told_in_order(void **state)
{
	struct world *w = world_open(state, 0);
	struct faults faults;
	(void)world_campaign(w, "C");
	struct campaign_request req = world_request(w, "C");
	req.from = "Nobody";
	req.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, 99, 0);
	req.audience_uuid = pubid_make(store_ids(w->store), PUBID_AUDIENCE, 99, 0);
	assert_int_equal(create(w, &req, &faults), 1);
	static const int codes[] = {1614, 1604, 1616, 1616};
	assert_int_equal(faults.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(faults.item[i].code, codes[i]);
	assert_string_equal(faults.item[2].field, "data.template");
	assert_string_equal(faults.item[3].field, "data.audience");
}

static void a_name_left_out_is_made(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t first = world_campaign(w, NULL), second = world_campaign(w, NULL), third = world_campaign(w, NULL);
	assert_string_equal(world_read(w, first).name, "Campaign 2023-11-14 22:13:20");
	assert_string_equal(world_read(w, second).name, "Campaign 2023-11-14 22:13:20 (2)");
	assert_string_equal(world_read(w, third).name, "Campaign 2023-11-14 22:13:20 (3)");
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, second, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, second, w->now)), 0);
	assert_string_equal(world_read(w, world_campaign(w, NULL)).name, "Campaign 2023-11-14 22:13:20 (2)");
}

static void what_is_asked_for_is_kept(void **state)
{
	struct world *w = world_open(state, 0);
	struct campaign_request req = world_request(w, "C");
	req.deadline_ms = w->now + DAY_MS;
	req.on_unconfirmed = "resend";
	req.late_start_limit = 5;
	req.rate = 7;
	struct campaign c = world_read(w, world_create(w, &req));
	assert_int_equal(c.status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(c.start_ms, w->now);
	assert_int_equal(c.schedule_ms, -1);
	assert_int_equal(c.deadline_ms, w->now + DAY_MS);
	assert_int_equal(c.on_unconfirmed, UNCONFIRMED_RESEND);
	assert_int_equal(c.late_start_limit_min, 5);
	assert_int_equal(c.rate, 7);
	assert_string_equal(c.sender_name, "Shop");
	assert_int_equal(c.end_ms, -1);
	req = world_request(w, "D");
	req.schedule_ms = w->now + HOUR_MS;
	c = world_read(w, world_create(w, &req));
	assert_int_equal(c.status, CAMPAIGN_SCHEDULED);
	assert_int_equal(c.start_ms, -1);
	assert_int_equal(c.schedule_ms, w->now + HOUR_MS);
	assert_int_equal(c.on_unconfirmed, UNCONFIRMED_HOLD);
	assert_int_equal(c.late_start_limit_min, CAMPAIGN_LATE_START_DEFAULT_MIN);
	assert_int_equal(c.deadline_ms, -1);
	assert_int_equal(IN_JOB(w, campaign_read(tx, w->account + 1, c.no, w->arena, &c)), 1);
	assert_int_equal(IN_JOB(w, campaign_read(tx, 0, c.no, w->arena, &c)), 0);
}

static void names_change_at_any_time(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t c = world_campaign(w, "C");
	(void)world_campaign(w, "D");
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, c, "D", w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, c, "C", w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, 99, "E", w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account + 1, c, "E", w->now)), 1);
	world_freeze(w, c);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	assert_int_equal(IN_JOB(w, campaign_rename(tx, w->account, c, "E", w->now)), 0);
	assert_string_equal(world_read(w, c).name, "E");
}

/* ---- the schedule ---- */

static int64_t scheduled(struct world *w, const char *name, msec_t at, int64_t late_min)
{
	struct campaign_request req = world_request(w, name);
	req.schedule_ms = at;
	req.late_start_limit = late_min;
	return world_create(w, &req);
}

static int start_due(struct world *w)
{
	int n = -1;
	assert_int_equal(IN_JOB(w, campaigns_start_due(tx, w->now, &n)), 0);
	check_invariants(w);
	return n;
}

static msec_t next_due(struct world *w)
{
	msec_t at = 0;
	assert_int_equal(IN_JOB(w, campaign_next_due(tx, &at)), 0);
	return at;
}

static void campaigns_start_when_they_are_due(void **state)
{
	struct world *w = world_open(state, 2);
	assert_int_equal(next_due(w), -1);
	int64_t second = scheduled(w, "2", w->now + 2 * HOUR_MS, -1), first = scheduled(w, "1", w->now + HOUR_MS, -1);
	assert_int_equal(next_due(w), w->now + HOUR_MS);
	w->now += HOUR_MS - 1;
	assert_int_equal(start_due(w), 0);
	(void)world_contact(w, w->audience, "447999999999", "Late");
	w->now += 1;
	assert_int_equal(start_due(w), 1);
	struct campaign c = world_read(w, first);
	assert_int_equal(c.status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(c.start_ms, w->now);
	assert_null(c.hold.reason);
	assert_int_equal(world_read(w, second).status, CAMPAIGN_SCHEDULED);
	assert_int_equal(next_due(w), w->now + HOUR_MS);
	/* The audience is what it is at the start, not when the campaign was made, nor later. */
	(void)world_contact(w, w->audience, "447999999998", "Too late");
	world_freeze(w, first);
	assert_int_equal(world_read(w, first).count[STATE_QUEUED], 3);
	assert_int_equal(IN_JOB(w, campaign_reschedule(tx, w->account, second, w->now + 5, w->now)), 0);
	assert_int_equal(next_due(w), w->now + 5);
	assert_int_equal(IN_JOB(w, campaign_reschedule(tx, w->account, first, w->now + 5, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_reschedule(tx, w->account, 99, w->now + 5, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, second, w->now)), 0);
	assert_int_equal(next_due(w), -1);
	w->now += 5;
	assert_int_equal(start_due(w), 0);
}

static void those_too_late_are_held(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t limit = scheduled(w, "limit", w->now + 1, 10), over = scheduled(w, "over", w->now, 10);
	int64_t strict = scheduled(w, "strict", w->now, 0);
	w->now += 1 + 10 * MINUTE_MS;
	assert_int_equal(start_due(w), 3);
	assert_null(world_read(w, limit).hold.reason);
	struct campaign c = world_read(w, over);
	assert_int_equal(c.status, CAMPAIGN_IN_PROGRESS);
	assert_non_null(strstr(c.hold.reason, "10 minutes ago"));
	assert_int_not_equal(c.hold.rule, HOLD_PERSON);
	assert_int_equal(c.hold.since, w->now);
	assert_non_null(world_read(w, strict).hold.reason);
	struct campaign *running;
	int n;
	assert_int_equal(IN_JOB(w, campaigns_running(tx, w->sender, w->arena, &running, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(running[0].no, limit);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, over, w->now)), 0);
	c = world_read(w, over);
	assert_null(c.hold.reason);
	assert_int_equal(c.hold.rule, HOLD_NONE);
	assert_int_equal(c.hold.since, -1);
	assert_int_equal(IN_JOB(w, campaigns_running(tx, w->sender, w->arena, &running, &n)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(running[0].no, limit); /* oldest first */
	assert_int_equal(running[1].no, over);
}

static void every_campaign_that_is_due_starts(void **state)
{
	struct world *w = world_open(state, 0);
	struct faults faults;
	struct campaign_request req = world_request(w, NULL);
	req.schedule_ms = w->now + 5;
	for (int i = 0; i < 120; i++)
		assert_int_equal(create(w, &req, &faults), 0);
	w->now += 5;
	assert_int_equal(start_due(w), 120);
	assert_int_equal(next_due(w), -1);
}

static void holds_are_for_what_is_in_progress(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t later = scheduled(w, "later", w->now + 5, -1), c = world_campaign(w, "C");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, later, &world_pause, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, 99, &world_pause, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account + 1, c, &world_pause, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, c, &world_refusal, w->now)), 0);
	struct hold is = world_read(w, c).hold;
	assert_string_equal(is.reason, "the token ran out");
	assert_string_equal(is.remedy, "Give it a new one.");
	assert_int_equal(is.rule, HOLD_REFUSED);
	assert_int_equal(is.code, 190);
	assert_int_equal(is.since, w->now);
	assert_int_equal(is.until, -1);
	/* The first that comes stays, but for a person's. */
	const struct hold other = hold_for(HOLD_BRAKE, "Too many failures.");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, c, &other, w->now)), 2);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_REFUSED);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, c, &world_pause, w->now)), 0);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_PERSON);
	assert_int_equal(world_read(w, c).hold.code, 0);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, c, &other, w->now)), 2);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_PERSON);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, later, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account + 1, c, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, c, w->now)), 0);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_NONE);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, 0, c, &other, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	assert_null(world_read(w, c).hold.reason);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, c, &world_pause, w->now)), 2);
}

/* ---- the end ---- */

static int sweep_all(struct world *w, int max_rows)
{
	bool more = true;
	int n = 0;
	for (; more; n++) {
		assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, max_rows, &more)), 0);
		check_invariants(w);
		assert_true(n < 100);
	}
	return n;
}

static void cancelling_is_swept_in_batches(void **state)
{
	struct world *w = world_open(state, 20);
	int64_t c = world_campaign(w, "C"), other = world_campaign(w, "D");
	struct claimed_row row[4];
	bool more;
	world_freeze(w, c);
	world_freeze(w, other);
	assert_int_equal(world_claim(w, c, row, 3), 3);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now + 3)), 0);
	check_invariants(w);
	assert_int_equal(world_read(w, c).status, CAMPAIGN_CANCELED);
	assert_int_equal(world_read(w, c).end_ms, w->now + 3);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, 99, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_sweep(tx, w->now, 6, &more)), 0);
	check_invariants(w);
	assert_true(more);
	assert_int_equal(world_read(w, c).count[STATE_CANCELED], 3);
	(void)sweep_all(w, 6);
	struct campaign seen = world_read(w, c);
	assert_int_equal(seen.count[STATE_CANCELED], 17);
	assert_int_equal(seen.count[STATE_QUEUED], 0);
	assert_int_equal(seen.count[STATE_CLAIMED], 3);
	assert_int_equal(seen.status, CAMPAIGN_CANCELED);
	assert_int_equal(world_read(w, other).count[STATE_QUEUED], 20);
	assert_int_equal(sweep_all(w, 6), 1);
}

static void a_freeze_under_way_stops_with_its_campaign(void **state)
{
	struct world *w = world_open(state, 20);
	int64_t c = world_campaign(w, "C");
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 8, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	assert_int_equal(IN_JOB(w, ledger_freeze(tx, c, 8, w->now)), 2);
	(void)sweep_all(w, 3);
	assert_int_equal(world_read(w, c).count[STATE_CANCELED], 8);
}

static void deleting_takes_rows_and_counts_away(void **state)
{
	struct world *w = world_open(state, 10);
	struct campaign seen;
	int64_t c = world_campaign(w, "C"), other = world_campaign(w, "D"), later = scheduled(w, "E", w->now + 5, -1);
	struct claimed_row row[4];
	world_freeze(w, c);
	world_freeze(w, other);
	assert_int_equal(world_claim(w, c, row, 2), 2);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, c, w->now)), 2);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, 99, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, c, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, c, w->now)), 1);
	assert_int_equal(IN_JOB(w, campaign_delete(tx, w->account, later, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_read(tx, w->account, c, w->arena, &seen)), 1);
	struct ledger_row ledger;
	assert_int_equal(IN_JOB(w, ledger_read(tx, w->account, c, 1, w->arena, &ledger)), 1);
	assert_int_equal(next_due(w), -1);
	(void)sweep_all(w, 4);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld", (long long)c), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM tally WHERE campaign_no = %lld", (long long)c), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM ledger"), 10);
	/* What was on its way then comes back to nothing. */
	struct outcome late = {OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now};
	struct status_update update = {.campaign_no = c,
	                               .seq = 1,
	                               .attempt = 1,
	                               .state = STATE_SENT,
	                               .wamid = "wamid.1",
	                               .detail = NULL,
	                               .code = 0,
	                               .at = w->now};
	world_record(w, &late);
	assert_int_equal(world_apply(w, &update).foreign, 1);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM tally WHERE campaign_no = %lld", (long long)c), 0);
	world_take_lane(w);
	(void)world_campaign(w, "C"); /* its name is free */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(what_it_refers_to_must_be_there),
		WORLD_ON_BOTH(the_template_must_be_approved_and_readable),
		WORLD_ON_BOTH(the_template_must_be_of_the_senders_business_account),
		WORLD_ON_BOTH(all_faults_are_told_in_order),
		WORLD_ON_BOTH(a_name_left_out_is_made),
		WORLD_ON_BOTH(what_is_asked_for_is_kept),
		WORLD_ON_BOTH(names_change_at_any_time),
		WORLD_ON_BOTH(campaigns_start_when_they_are_due),
		WORLD_ON_BOTH(those_too_late_are_held),
		WORLD_ON_BOTH(every_campaign_that_is_due_starts),
		WORLD_ON_BOTH(holds_are_for_what_is_in_progress),
		WORLD_ON_BOTH(cancelling_is_swept_in_batches),
		WORLD_ON_BOTH(a_freeze_under_way_stops_with_its_campaign),
		WORLD_ON_BOTH(deleting_takes_rows_and_counts_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
