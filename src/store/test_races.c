/* Two nodes that change the same campaign at the same time, their transactions laid over each other by hand. On PostgreSQL:
 * SQLite has one writer. */
#include "store/test_world.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "store/brake.h"
#include "store/store_internal.h"

/* The other node: one call in a transaction of its own, on a connection and in a thread of its own. */
static struct {
	struct world *w;
	struct store *store;
	pthread_t thread;
	atomic_bool over;
	int (*act)(struct store_tx *tx);
	int result;
	int64_t campaign;
	struct outcome outcome;
} other;

static struct world *two_nodes(void **state, int n)
{
	struct world *w = world_open(state, n);
	struct store_options options = world_options(w, true);
	struct err err;
	other.w = w;
	if (store_open(&options, &other.store, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(sql_script(other.store->writer, "SET lock_timeout = 0"), 0);
	return w;
}

static int teardown(void **state)
{
	store_close(other.store);
	other.store = NULL;
	return world_teardown(state);
}

static void *run(void *arg)
{
	(void)arg;
	struct sql_db *db = other.store->writer;
	other.result = sql_begin(db) < 0 || other.act(&other.store->tx) < 0 || sql_commit(db) < 0 ? -1 : 0;
	atomic_store(&other.over, true);
	return NULL;
}

/* Begins; and has ended, or waits for what this node has locked. */
static void other_begins(int (*act)(struct store_tx *tx))
{
	other.act = act;
	atomic_store(&other.over, false);
	assert_int_equal(pthread_create(&other.thread, NULL, run, NULL), 0);
	while (!atomic_load(&other.over) && world_int(other.w, "SELECT COUNT(*) FROM pg_locks WHERE NOT granted") == 0)
		sched_yield();
}

static void other_ends(void)
{
	assert_int_equal(pthread_join(other.thread, NULL), 0);
	assert_int_equal(other.result, 0);
}

static int ends_holds(struct store_tx *tx)
{
	int n;
	return holds_end(tx, other.w->now, &n);
}

static void a_pause_is_not_lifted_with_the_canary(void **state)
{
	struct world *w = two_nodes(state, 3);
	struct campaign_request req = world_request(w, "C");
	struct claimed_row row[4];
	req.canary = 1;
	req.canary_wait = 5;
	int64_t c = world_create(w, &req);
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 3), 1);
	assert_int_equal(world_read(w, c).hold.rule, HOLD_CANARY);
	w->now += 5 * MINUTE_MS;
	struct store_tx *tx = world_begin(w);
	int held = campaign_hold(tx, w->account, c, &world_pause, w->now);
	other_begins(ends_holds);
	assert_int_equal(world_end(w, held), 0);
	other_ends();
	assert_int_equal(world_read(w, c).hold.rule, HOLD_PERSON);
}

static int answers(struct store_tx *tx)
{
	const struct sender_record record = {80, "GREEN", "TIER_10K", "", "", false};
	return sender_set_record(tx, other.w->sender, &record, other.w->now, other.w->now) < 0 ? -1 : 0;
}

static void a_pause_is_not_lifted_with_the_quality(void **state)
{
	struct world *w = two_nodes(state, 0);
	const struct hold hold = hold_for(HOLD_QUALITY, "people block it");
	assert_int_equal(IN_JOB(w, sender_hold(tx, 0, w->sender, &hold, w->now)), 0);
	struct store_tx *tx = world_begin(w);
	int held = sender_hold(tx, w->account, w->sender, &world_pause, w->now);
	other_begins(answers);
	assert_int_equal(world_end(w, held), 0);
	other_ends();
	assert_int_equal(world_int(w, "SELECT hold_rule FROM sender WHERE no = %lld", (long long)w->sender), HOLD_PERSON);
}

static int cancels(struct store_tx *tx)
{
	bool more = true;
	if (campaign_cancel(tx, other.w->account, other.campaign, other.w->now) != 0)
		return -1;
	while (more)
		if (campaign_sweep(tx, other.w->now, 100, &more) < 0)
			return -1;
	return 0;
}

/* A row that goes back into the queue while its campaign is canceled is swept, or canceled by who brings it back. */
static void nothing_is_queued_behind_the_sweep(void **state)
{
	struct world *w = two_nodes(state, 2);
	struct claimed_row row[4];
	other.campaign = world_campaign(w, "C");
	world_freeze(w, other.campaign);
	assert_int_equal(world_claim(w, other.campaign, row, 2), 2);
	const struct outcome later = {OUTCOME_RETRY,      other.campaign, 1, 1, 131056, NULL, "too many to this person",
	                              w->now + MINUTE_MS, w->now};
	struct store_tx *tx = world_begin(w);
	int recorded = ledger_record(tx, w->epoch, &later, 1, w->now);
	other_begins(cancels);
	assert_int_equal(world_end(w, recorded), 0);
	other_ends();
	assert_int_equal(world_row(w, other.campaign, 1).state, STATE_CANCELED);
	check_invariants(w);
}

static void nothing_held_back_is_queued_behind_the_sweep(void **state)
{
	struct world *w = two_nodes(state, 2);
	struct claimed_row row[4];
	int64_t c = other.campaign = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	world_record(w, &(struct outcome){OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now});
	const struct status_update capped = {.campaign_no = c,
	                                     .seq = 1,
	                                     .attempt = 1,
	                                     .state = STATE_FAILED,
	                                     .wamid = "wamid.1",
	                                     .code = 131049,
	                                     .at = w->now};
	struct apply_result result;
	struct store_tx *tx = world_begin(w);
	int applied = ledger_apply(tx, w->hash, &capped, 1, w->now, &result);
	other_begins(cancels);
	assert_int_equal(world_end(w, applied), 0);
	other_ends();
	assert_int_equal(world_row(w, c, 1).state, STATE_CANCELED);
	check_invariants(w);
}

static int records(struct store_tx *tx)
{
	return ledger_record(tx, other.w->epoch, &other.outcome, 1, other.w->now);
}

/* One node stops the last queued row, the other records the last claimed one: neither sees what the other did, but one of them
 * waits. */
static void the_last_two_rows_complete_the_campaign(void **state)
{
	struct world *w = two_nodes(state, 2);
	struct claimed_row row[4];
	int64_t c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(world_claim(w, c, row, 1), 1);
	other.outcome = (struct outcome){OUTCOME_ACCEPTED, c, 1, 1, 0, "wamid.1", NULL, -1, w->now};
	struct store_tx *tx = world_begin(w);
	int stopped = ledger_stop(tx, w->account, c, 2, w->now);
	other_begins(records);
	assert_int_equal(world_end(w, stopped), 0);
	other_ends();
	assert_int_equal(world_read(w, c).status, CAMPAIGN_COMPLETED);
	check_invariants(w);
}

#define RACE(f)                                                                      \
	{                                                                            \
#f " (postgresql)", f, NULL, teardown, &engines_list[SQL_POSTGRESQL] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RACE(a_pause_is_not_lifted_with_the_canary),   RACE(a_pause_is_not_lifted_with_the_quality),
		RACE(nothing_is_queued_behind_the_sweep),      RACE(nothing_held_back_is_queued_behind_the_sweep),
		RACE(the_last_two_rows_complete_the_campaign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
