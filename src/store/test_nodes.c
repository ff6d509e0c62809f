#include "store/test_world.h"

#include <stdio.h>

#define LEASE (10 * SECOND_MS)

static struct world *with_senders(void **state, int n)
{
	struct world *w = world_open(state, 4);
	char name[16], number[16];
	world_script(w, "DELETE FROM node; UPDATE sender SET node_no = 0");
	for (int i = 1; i < n; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		snprintf(number, sizeof(number), "20%d", i);
		(void)world_sender(w, name, number);
	}
	return w;
}

static int64_t join(struct world *w, bool alone, struct nodes_view *ret)
{
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, node_join(tx, "a node", LEASE, alone, w->now, &no, ret)), 0);
	return no;
}

static struct nodes_view renew(struct world *w, int64_t no)
{
	struct nodes_view view;
	assert_int_equal(IN_JOB(w, node_renew(tx, no, LEASE, w->now, &view)), 0);
	return view;
}

static int take(struct world *w, int64_t sender, int64_t node, int64_t *ret_epoch)
{
	int64_t doubtful;
	return IN_JOB(w, lane_take(tx, sender, node, w->now, ret_epoch, &doubtful));
}

static void lanes_are_spread_evenly(void **state)
{
	struct world *w = with_senders(state, 5);
	struct nodes_view view;
	int64_t first = join(w, false, &view);
	assert_int_equal(view.share, 5);
	assert_int_equal(view.n_free, 5);
	assert_true(view.first);
	int64_t second = join(w, false, &view);
	assert_int_equal(view.share, 2);
	assert_false(view.first);
	assert_true(second > first);
	(void)join(w, false, &view);
	assert_int_equal(view.share, 1);
	assert_int_equal(view.n_nodes, 3);
	assert_int_equal(renew(w, first).share, 2);
	assert_int_equal(renew(w, second).share, 2);
	assert_int_equal(IN_JOB(w, node_leave(tx, first)), 0);
	view = renew(w, second);
	assert_int_equal(view.share, 3);
	assert_true(view.first);
}

static void a_lane_is_one_node_s(void **state)
{
	struct world *w = with_senders(state, 2);
	struct nodes_view view;
	int64_t one = join(w, false, &view), two = join(w, false, &view), epoch, mine;
	assert_int_equal(take(w, w->sender, one, &mine), 0);
	assert_int_equal(take(w, w->sender, two, &epoch), 1);
	assert_int_equal(renew(w, one).n_lanes, 1);
	assert_int_equal(renew(w, two).n_free, 1);
	/* Its own again, where the answer to the first was lost. */
	assert_int_equal(take(w, w->sender, one, &epoch), 0);
	assert_int_equal(epoch, mine + 1);
	assert_int_equal(IN_JOB(w, lane_release(tx, w->sender, one, mine)), 0);
	assert_int_equal(take(w, w->sender, two, &mine), 1);
	assert_int_equal(IN_JOB(w, lane_release(tx, w->sender, two, epoch)), 0);
	assert_int_equal(take(w, w->sender, two, &mine), 1);
	assert_int_equal(IN_JOB(w, lane_release(tx, w->sender, one, epoch)), 0);
	assert_int_equal(take(w, w->sender, two, &mine), 0);
	assert_int_equal(mine, epoch + 1);
}

/* Of PostgreSQL the lease ends by its own clock, which no test moves. */
static void age(struct world *w, int64_t node)
{
	world_script(w, "UPDATE node SET until_ms = 1 WHERE no = %lld", (long long)node);
}

static void a_node_whose_lease_is_over_is_buried(void **state)
{
	struct world *w = with_senders(state, 1);
	struct nodes_view view;
	struct claimed_row row[4];
	int64_t one = join(w, false, &view), two = join(w, false, &view), epoch = 0, c = world_campaign(w, "C");
	world_freeze(w, c);
	assert_int_equal(take(w, w->sender, one, &w->epoch), 0);
	assert_int_equal(world_claim(w, c, row, 2), 2);
	view = renew(w, two);
	assert_int_equal(view.n_buried, 0);
	assert_int_equal(view.n_free, 0);
	age(w, one);
	view = renew(w, two);
	assert_int_equal(view.n_buried, 1);
	assert_int_equal(view.n_free, 1);
	assert_int_equal(view.n_nodes, 1);
	/* Fenced before anyone has taken the lane. */
	int n = 0;
	bool more;
	msec_t budget_at;
	assert_int_equal(
		IN_JOB(w, ledger_claim(tx, c, w->sender, w->epoch, 2, ++w->now, 0, w->arena, row, &n, &more, &budget_at)), 1);
	assert_int_equal(IN_JOB(w, node_renew(tx, one, LEASE, w->now, &view)), 1);
	assert_int_equal(take(w, w->sender, one, &epoch), 1);
	assert_int_equal(take(w, w->sender, two, &epoch), 0);
	assert_int_equal(world_read(w, c).count[STATE_UNCONFIRMED], 2);
	check_invariants(w);
}

static void one_alone_buries_the_others(void **state)
{
	struct world *w = with_senders(state, 1);
	struct nodes_view view;
	int64_t one = join(w, true, &view), epoch;
	assert_int_equal(take(w, w->sender, one, &epoch), 0);
	int64_t two = join(w, true, &view);
	assert_int_equal(view.n_nodes, 1);
	assert_int_equal(view.n_free, 1);
	assert_true(view.first);
	assert_int_equal(take(w, w->sender, two, &epoch), 0);
	assert_true(view.share > 1); /* also those that are made later */
}

static void a_lease_counts_while_it_lasts(void **state)
{
	(void)state;
	struct lease lease = {0};
	assert_false(lease_is_first(&lease, 0));
	atomic_store(&lease.first, true);
	atomic_store(&lease.until_us, 100);
	assert_true(lease_is_first(&lease, 99));
	assert_false(lease_is_first(&lease, 100));
	assert_false(lease_is_held(&lease, 99)); /* not joined */
	atomic_store(&lease.node_no, 1);
	assert_true(lease_is_held(&lease, 99));
	assert_false(lease_is_held(&lease, 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(lanes_are_spread_evenly),
		WORLD_ON_BOTH(a_lane_is_one_node_s),
		WORLD_ON_BOTH(a_node_whose_lease_is_over_is_buried),
		WORLD_ON_BOTH(one_alone_buries_the_others),
		cmocka_unit_test(a_lease_counts_while_it_lasts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
