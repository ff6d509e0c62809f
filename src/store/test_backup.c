/* A backup beside the running server, and a restored one, which sends nothing by itself. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/backup.h"
#include "store/singles.h"
#include "store/test_world.h"

static const char *copy_path(struct world *w)
{
	return arena_printf(w->arena, "%s/the-copy.db", w->folder);
}

static void make_single(struct world *w)
{
	struct message_request req = {.template_id = "given",
	                              .template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, w->template, 0)};
	struct single_made made;
	struct faults faults;
	req.channel = "whatsapp";
	req.from = "Shop";
	req.numbers.n = 1;
	snprintf(req.numbers.digits[0], sizeof(req.numbers.digits[0]), "447700900001");
	req.n_variables = 1;
	req.variable[0] = "Ann";
	faults_init(&faults);
	if (IN_JOB(w, single_create(tx, w->account, &req, w->now, w->arena, &faults, &made)) != 0)
		fail_msg("%s", faults.item[0].message);
}

/* From now on the world is the one of the copy. */
static void open_copy(struct world *w)
{
	struct err err;
	store_close(w->store);
	w->store = NULL;
	w->url = arena_printf(w->arena, "sqlite:%s", copy_path(w));
	struct store_options options = world_options(w, true);
	if (store_open(&options, &w->store, &err) < 0)
		fail_msg("%s", err.text);
}

struct campaigns {
	int64_t running, paused, over, later;
};

/* One of each kind, and a single message; of the running one's five, one is accepted and one on its way. */
static struct campaigns make_campaigns(struct world *w)
{
	struct claimed_row row[2];
	struct campaign_request req = world_request(w, "Later");
	struct campaigns c = {world_campaign(w, "Running"), world_campaign(w, "Paused"), world_campaign(w, "Over"), 0};
	req.schedule_ms = w->now + HOUR_MS;
	c.later = world_create(w, &req);
	world_freeze(w, c.running);
	world_freeze(w, c.over);
	assert_int_equal(world_claim(w, c.running, row, 2), 2);
	world_record(
		w,
		&(struct outcome){
			.kind = OUTCOME_ACCEPTED, .campaign_no = c.running, .seq = 1, .attempt = 1, .wamid = "a", .at = w->now});
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c.over, w->now)), 0);
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, c.paused, &world_pause, w->now)), 0);
	make_single(w);
	return c;
}

static void make_copy(struct world *w)
{
	struct store_options options = world_options(w, true);
	struct stat file;
	struct err err;
	if (backup_make(&options, copy_path(w), w->now, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(stat(copy_path(w), &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(backup_make(&options, copy_path(w), w->now, &err), -1);
	assert_non_null(strstr(err.text, "exists already"));
}

/* It is no restored backup when it is opened again. */
static void the_original_goes_on(struct world *w, const struct campaigns *c)
{
	struct store_options options = world_options(w, true);
	struct claimed_row row;
	struct err err;
	assert_int_equal(world_claim(w, c->running, &row, 1), 1);
	store_close(w->store);
	w->store = NULL;
	if (store_open(&options, &w->store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(store_restored(w->store), -1);
	assert_int_equal(world_read(w, c->running).hold.rule, HOLD_NONE);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM setting WHERE name = 'backup'"), 0);
}

static void the_copy_is_held(struct world *w, const struct campaigns *c)
{
	struct claimed_row row[5];
	assert_int_equal(store_restored(w->store), w->now);
	world_take_lane(w);
	assert_int_equal(world_read(w, c->running).hold.rule, HOLD_RESTORED);
	assert_non_null(strstr(world_read(w, c->running).hold.reason, "a backup of 2023-11-14 22:13"));
	assert_int_equal(world_read(w, c->paused).hold.rule, HOLD_RESTORED);
	assert_int_equal(world_read(w, c->later).hold.rule, HOLD_RESTORED);
	assert_int_equal(world_read(w, c->later).status, CAMPAIGN_SCHEDULED);
	assert_int_equal(world_read(w, c->over).hold.rule, HOLD_NONE);
	assert_int_equal(world_row(w, c->running, 2).state, STATE_UNCONFIRMED); /* it was on its way */
	assert_int_equal(world_claim(w, c->running, row, 5), 0);
	assert_int_equal(
		world_int(w,
	                  "SELECT COUNT(*) FROM ledger l JOIN single s ON s.campaign_no = l.campaign_no AND s.seq = l.seq"
	                  " WHERE l.state = %d AND l.code = %d",
	                  STATE_SKIPPED, RULE_RESTORED),
		1);
	check_invariants(w);
}

/* Not its time, nor WhatsApp's word for the template. */
static void only_a_person_lifts_it(struct world *w, const struct campaigns *c)
{
	struct claimed_row row[5];
	int started;
	w->now += HOUR_MS;
	assert_int_equal(IN_JOB(w, campaigns_start_due(tx, w->now, &started)), 0);
	assert_int_equal(IN_JOB(w, template_release_campaigns(tx, w->template, w->now)), 0);
	assert_int_equal(world_read(w, c->later).status, CAMPAIGN_IN_PROGRESS);
	assert_int_equal(world_read(w, c->later).hold.rule, HOLD_RESTORED);
	assert_int_equal(IN_JOB(w, campaign_release(tx, w->account, c->running, w->now)), 0);
	assert_int_equal(world_claim(w, c->running, row, 5), 3);
}

static void a_restored_backup_sends_nothing_by_itself(void **state)
{
	struct world *w = world_open(state, 5);
	struct campaigns c = make_campaigns(w);
	make_copy(w);
	the_original_goes_on(w, &c);
	open_copy(w);
	the_copy_is_held(w, &c);
	only_a_person_lifts_it(w, &c);
	/* And what was lifted is not held anew at the next start. */
	store_close(w->store);
	w->store = NULL;
	open_copy(w);
	assert_int_equal(store_restored(w->store), -1);
	assert_int_equal(world_read(w, c.running).hold.rule, HOLD_NONE);
	assert_int_equal(world_read(w, c.later).hold.rule, HOLD_RESTORED);
	assert_int_equal(unlink(copy_path(w)), 0);
}

static void postgresql_has_its_own_tools(void **state)
{
	struct world *w = world_open(state, 0);
	struct store_options options = world_options(w, true);
	struct err err;
	assert_int_equal(backup_make(&options, copy_path(w), w->now, &err), -1);
	assert_non_null(strstr(err.text, "pg_dump"));
	assert_int_equal(access(copy_path(w), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_SQLITE(a_restored_backup_sends_nothing_by_itself),
		WORLD_ON_POSTGRESQL(postgresql_has_its_own_tools),
	};
	return cmocka_run_group_tests_name("store/backup", tests, NULL, NULL);
}
