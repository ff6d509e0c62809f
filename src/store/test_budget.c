/* How many people may be begun with in 24 hours: never more, and all of them. */
#include <string.h>

#include "store/budget.h"
#include "store/inbox.h"
#include "store/test_world.h"

#define SECOND "1002"

static struct budget left_now(struct world *w)
{
	struct budget b;
	int64_t portfolio = world_int(w, "SELECT portfolio_no FROM sender WHERE no = %lld", (long long)w->sender);
	assert_int_equal(IN_JOB(w, budget_read(tx, portfolio, w->now, &b)), 0);
	return b;
}

static msec_t when(struct world *w, int64_t nth)
{
	struct budget b = left_now(w);
	msec_t at = -1;
	assert_int_equal(IN_JOB(w, budget_when(tx, &b, nth, &at)), 0);
	return at;
}

/* As the lane does; *ret_at: when the rest can be looked at again. */
static int claim_of(struct world *w, int64_t sender, int64_t epoch, int64_t campaign, int max, msec_t *ret_at)
{
	struct claimed_row row[64];
	int n = -1;
	bool more;
	assert_int_equal(IN_JOB(w, ledger_claim(tx, campaign, sender, epoch, max, w->now, 0, w->arena, row, &n, &more, ret_at)),
	                 0);
	check_invariants(w);
	assert_true(*ret_at < 0 || !more);
	return n;
}

static int claim(struct world *w, int64_t campaign, int max, msec_t *ret_at)
{
	return claim_of(w, w->sender, w->epoch, campaign, max, ret_at);
}

static int64_t frozen(struct world *w, const char *name)
{
	int64_t no = world_campaign(w, name);
	world_freeze(w, no);
	return no;
}

static void record(struct world *w, int64_t campaign, int64_t seq, enum outcome_kind kind, int code)
{
	world_record(w, &(struct outcome){.kind = kind,
	                                  .campaign_no = campaign,
	                                  .seq = seq,
	                                  .attempt = world_row(w, campaign, seq).attempts,
	                                  .code = code,
	                                  .wamid = "wamid.x",
	                                  .not_before = w->now,
	                                  .at = w->now});
}

static void apply(struct world *w, int64_t campaign, int64_t seq, enum state state, int code)
{
	const struct status_update update = {.campaign_no = campaign,
	                                     .seq = seq,
	                                     .attempt = world_row(w, campaign, seq).attempts,
	                                     .state = state,
	                                     .wamid = "wamid.x",
	                                     .code = code,
	                                     .at = w->now};
	(void)world_apply(w, &update);
}

static void no_more_than_the_limit_and_all_of_it(void **state)
{
	struct world *w = world_open(state, 10);
	world_limit(w, w->sender, "7001", 4);
	int64_t c = frozen(w, "Offer");
	msec_t at;
	assert_int_equal(claim(w, c, 3, &at), 3);
	assert_int_equal(at, -1);
	w->now += HOUR_MS;
	assert_int_equal(claim(w, c, 3, &at), 1);
	assert_int_equal(at, w->now + MINUTE_MS); /* places may come free before they are due */
	assert_int_equal(left_now(w).used, 4);
	assert_int_equal(claim(w, c, 3, &at), 0);
	/* three came free, the fourth an hour later */
	w->now = WORLD_START + BUDGET_WINDOW_MS - 1;
	assert_int_equal(claim(w, c, 8, &at), 0);
	assert_int_equal(at, w->now + SECOND_MS);
	w->now++;
	assert_int_equal(budget_left(&(struct budget){.portfolio_no = 1, .limit = 4, .used = 1}), 3);
	assert_int_equal(left_now(w).used, 1);
	assert_int_equal(claim(w, c, 8, &at), 3);
	w->now += HOUR_MS;
	assert_int_equal(claim(w, c, 8, &at), 1);
	assert_int_equal(world_int(w, "SELECT claim_seq FROM campaign WHERE no = %lld", (long long)c), 8);
}

static void without_a_limit_nothing_is_counted(void **state)
{
	struct world *w = world_open(state, 5);
	world_limit(w, w->sender, "7001", 0);
	int64_t c = frozen(w, "Offer");
	msec_t at;
	assert_int_equal(claim(w, c, 5, &at), 5);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM budget"), 0);
	assert_int_equal(left_now(w).portfolio_no, 0);
	struct budget none = left_now(w);
	assert_true(budget_left(&none) == INT64_MAX);
	assert_int_equal(when(w, 1000000), w->now);
}

static void a_person_counts_once(void **state)
{
	struct world *w = world_open(state, 3);
	world_limit(w, w->sender, "7001", 3);
	msec_t at;
	assert_int_equal(claim(w, frozen(w, "First"), 5, &at), 3);
	w->now += 23 * HOUR_MS;
	assert_int_equal(claim(w, frozen(w, "Second"), 5, &at), 3);
	assert_int_equal(left_now(w).used, 3);
	/* counted anew from the second message on */
	w->now += 23 * HOUR_MS;
	assert_int_equal(left_now(w).used, 3);
	w->now += 2 * HOUR_MS;
	assert_int_equal(left_now(w).used, 0);
}

static void what_does_not_arrive_gives_its_place_back(void **state)
{
	struct world *w = world_open(state, 8);
	world_limit(w, w->sender, "7001", 5);
	int64_t c = frozen(w, "Offer");
	msec_t at;
	assert_int_equal(claim(w, c, 8, &at), 5);
	record(w, c, 1, OUTCOME_FAILED, 131026);
	record(w, c, 2, OUTCOME_RETRY, 131056);
	record(w, c, 3, OUTCOME_UNCONFIRMED, 0);
	record(w, c, 4, OUTCOME_ACCEPTED, 0);
	record(w, c, 5, OUTCOME_ACCEPTED, 0);
	assert_int_equal(left_now(w).used, 3);
	apply(w, c, 4, STATE_FAILED, 131026);
	apply(w, c, 5, STATE_FAILED, 131049); /* to be sent again another day */
	assert_int_equal(left_now(w).used, 1);
	apply(w, c, 3, STATE_FAILED, 131026);
	assert_int_equal(left_now(w).used, 0);
	assert_int_equal(claim(w, c, 8, &at), 4); /* the one that was tried again, and three fresh ones */
}

static void a_place_that_others_stand_behind_stays(void **state)
{
	struct world *w = world_open(state, 1);
	world_limit(w, w->sender, "7001", 5);
	int64_t first = frozen(w, "First"), second = frozen(w, "Second");
	msec_t at;
	assert_int_equal(claim(w, first, 1, &at), 1);
	assert_int_equal(claim(w, second, 1, &at), 1); /* in the same millisecond */
	record(w, first, 1, OUTCOME_FAILED, 131026);
	assert_int_equal(left_now(w).used, 1);
	record(w, second, 1, OUTCOME_FAILED, 131026);
	assert_int_equal(left_now(w).used, 1);
}

static void a_late_delivery_counts_from_then_on(void **state)
{
	struct world *w = world_open(state, 3);
	world_limit(w, w->sender, "7001", 2);
	int64_t c = frozen(w, "Offer");
	msec_t at, start = w->now;
	assert_int_equal(claim(w, c, 3, &at), 2);
	record(w, c, 1, OUTCOME_ACCEPTED, 0);
	record(w, c, 2, OUTCOME_ACCEPTED, 0);
	w->now = start + 5 * HOUR_MS;
	apply(w, c, 1, STATE_DELIVERED, 0);
	w->now = start + 25 * HOUR_MS;
	assert_int_equal(left_now(w).used, 1); /* the second was off all day */
	assert_int_equal(claim(w, c, 3, &at), 1);
	w->now = start + 26 * HOUR_MS;
	apply(w, c, 2, STATE_READ, 0);
	assert_int_equal(left_now(w).used, 3); /* as Meta counts now: nobody is begun with until two are over */
	assert_int_equal(when(w, 1), start + 25 * HOUR_MS + BUDGET_WINDOW_MS);
}

static void whoever_wrote_needs_no_place(void **state)
{
	struct world *w = world_open(state, 3);
	world_limit(w, w->sender, "7001", 1);
	const struct inbound m = {.phone_number_id = "1001",
	                          .wamid = "wamid.in",
	                          .from = "447000000002",
	                          .type = "text",
	                          .text = "Hello",
	                          .payload = "",
	                          .context_id = "",
	                          .at = w->now};
	int64_t account, c = frozen(w, "Offer");
	msec_t at;
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 0);
	assert_int_equal(claim(w, c, 5, &at), 2);
	assert_int_equal(left_now(w).used, 1);
	/* not within the last minutes of the window: it would be over when the message arrives */
	w->now += 24 * HOUR_MS - 4 * MINUTE_MS;
	int64_t later = frozen(w, "Later");
	(void)claim(w, later, 5, &at);
	assert_int_equal(world_row(w, later, 2).state, STATE_QUEUED);
}

static void the_portfolios_numbers_share_it(void **state)
{
	struct world *w = world_open(state, 4);
	int64_t second = world_sender(w, "Second", SECOND), epoch, doubtful;
	assert_int_equal(IN_JOB(w, lane_take(tx, second, w->node, w->now, &epoch, &doubtful)), 0);
	world_limit(w, w->sender, "7001", 3);
	world_limit(w, second, "7001", 3);
	int64_t first = frozen(w, "First");
	struct campaign_request req = world_request(w, "From the second");
	req.from = "Second";
	msec_t at;
	assert_int_equal(claim(w, first, 2, &at), 2);
	w->now++;
	int64_t other = world_create(w, &req);
	world_freeze(w, other);
	/* the first campaign began before, and has two more to write to: the one place that is left is its */
	assert_int_equal(claim_of(w, second, epoch, other, 8, &at), 2); /* these two count already */
	assert_true(at > 0);
	assert_int_equal(claim(w, first, 8, &at), 1);
	assert_int_equal(left_now(w).used, 3);
}

static void campaigns_go_in_the_order_in_which_they_began(void **state)
{
	struct world *w = world_open(state, 4);
	int64_t others = world_audience(w, "Others"), everyone = w->audience;
	for (int i = 1; i <= 4; i++)
		world_contact(w, others, arena_printf(w->arena, "44800000000%d", i), "O");
	world_limit(w, w->sender, "7001", 6);
	int64_t first = frozen(w, "First");
	w->now += SECOND_MS;
	w->audience = others;
	int64_t second = frozen(w, "Second");
	w->audience = everyone;
	msec_t at;
	assert_int_equal(claim(w, second, 8, &at), 2); /* four places are kept for the first */
	assert_int_equal(claim(w, first, 8, &at), 4);
	assert_int_equal(claim(w, second, 8, &at), 0);
	/* a campaign that is held keeps none */
	w->now += BUDGET_WINDOW_MS;
	w->audience = everyone;
	int64_t held = frozen(w, "Held");
	assert_int_equal(IN_JOB(w, campaign_hold(tx, w->account, held, &world_refusal, w->now)), 0);
	assert_int_equal(claim(w, second, 8, &at), 2);
}

/* Each by itself, so that who has a place passes by; when the limit rises, the few of them go soon. */
static void what_was_tried_before_waits_for_its_place(void **state)
{
	struct world *w = world_open(state, 10);
	world_limit(w, w->sender, "7001", 4);
	int64_t c = frozen(w, "Offer");
	msec_t at;
	assert_int_equal(claim(w, c, 3, &at), 3);
	record(w, c, 1, OUTCOME_RETRY, 130429);
	record(w, c, 2, OUTCOME_RETRY, 130429);
	world_limit(w, w->sender, "7001", 1);
	assert_int_equal(claim(w, c, 8, &at), 0);
	for (int seq = 1; seq <= 2; seq++) {
		assert_int_equal(world_row(w, c, seq).state, STATE_QUEUED);
		assert_int_equal(world_row(w, c, seq).not_before, w->now + 12 * SECOND_MS);
	}
	world_limit(w, w->sender, "7001", 1000);
	w->now += 12 * SECOND_MS;
	assert_int_equal(claim(w, c, 2, &at), 2);
	assert_int_equal(world_row(w, c, 1).attempts, 2);
	/* the more of them, the more seldom each is looked at */
	assert_int_equal(claim(w, c, 8, &at), 7);
	for (int seq = 1; seq <= 10; seq++)
		if (seq != 3)
			record(w, c, seq, OUTCOME_RETRY, 130429);
	world_limit(w, w->sender, "7001", 1);
	assert_int_equal(claim(w, c, 8, &at), 0);
	assert_int_equal(world_row(w, c, 1).not_before, w->now + 19 * SECOND_MS);
}

static void when_it_will_be(void **state)
{
	struct world *w = world_open(state, 10);
	world_limit(w, w->sender, "7001", 4);
	int64_t c = frozen(w, "Offer");
	msec_t at, start = w->now;
	assert_int_equal(claim(w, c, 1, &at), 1);
	w->now += HOUR_MS;
	assert_int_equal(claim(w, c, 2, &at), 2);
	assert_int_equal(when(w, 1), w->now);
	assert_int_equal(when(w, 2), start + BUDGET_WINDOW_MS);
	assert_int_equal(when(w, 3), w->now + BUDGET_WINDOW_MS);
	assert_int_equal(when(w, 4), w->now + BUDGET_WINDOW_MS);
	assert_int_equal(when(w, 5), w->now + BUDGET_WINDOW_MS);
	assert_int_equal(when(w, 6), start + 2 * BUDGET_WINDOW_MS);
	assert_int_equal(when(w, 401), w->now + 100 * BUDGET_WINDOW_MS);
	/* a limit that was lowered: what is above it comes free first, for nobody */
	world_script(w, "UPDATE portfolio SET limit_24h = 2");
	assert_int_equal(when(w, 1), w->now + BUDGET_WINDOW_MS);
}

/* Before it is frozen: from its start on, and after those that begin before it. */
static void when_a_scheduled_campaign_will_end(void **state)
{
	struct world *w = world_open(state, 10);
	world_limit(w, w->sender, "7001", 4);
	struct campaign_request early = world_request(w, "Early"), late = world_request(w, "Late");
	early.schedule_ms = w->now + 2 * DAY_MS;
	late.schedule_ms = w->now + 3 * DAY_MS;
	int64_t last = world_create(w, &late), first = world_create(w, &early), running = frozen(w, "Running"), limit;
	msec_t at, start = w->now;
	assert_int_equal(claim(w, running, 8, &at), 4); /* six wait */
	assert_int_equal(IN_JOB(w, budget_of_campaign(tx, running, 6, w->now, &at, &limit)), 0);
	assert_int_equal(at, start + 2 * BUDGET_WINDOW_MS);
	/* by its start the places of now are free again; the running one's six are counted before it */
	assert_int_equal(IN_JOB(w, budget_of_campaign(tx, first, 2, w->now, &at, &limit)), 0);
	assert_int_equal(limit, 4);
	assert_int_equal(at, start + 2 * DAY_MS + BUDGET_WINDOW_MS);
	assert_int_equal(IN_JOB(w, budget_of_campaign(tx, last, 1, w->now, &at, &limit)), 0);
	assert_int_equal(at, start + 3 * DAY_MS + 4 * BUDGET_WINDOW_MS); /* the seventeenth of four a day */
	/* one that is not made yet, between them */
	int64_t portfolio = world_int(w, "SELECT portfolio_no FROM sender WHERE no = %lld", (long long)w->sender);
	assert_int_equal(IN_JOB(w, budget_plan(tx, portfolio, start + 2 * DAY_MS, INT64_MAX, 1, w->now, &at, &limit)), 0);
	assert_int_equal(at, start + 2 * DAY_MS + 4 * BUDGET_WINDOW_MS);
	world_limit(w, w->sender, "7001", 0);
	assert_int_equal(IN_JOB(w, budget_of_campaign(tx, first, 10, w->now, &at, &limit)), 0);
	assert_int_equal(limit, -1);
	assert_int_equal(at, start + 2 * DAY_MS);
}

static void a_portfolio_that_is_known_late(void **state)
{
	struct world *w = world_open(state, 4);
	int64_t second = world_sender(w, "Second", SECOND);
	world_limit(w, w->sender, "", 3);
	world_limit(w, second, "", 3); /* of the same account, so they share it anyhow */
	msec_t at;
	assert_int_equal(claim(w, frozen(w, "Offer"), 2, &at), 2);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM portfolio"), 1);
	world_limit(w, second, "7001", 3);
	assert_int_equal(world_int(w, "SELECT COUNT(DISTINCT portfolio_no) FROM sender"), 1);
	assert_int_equal(left_now(w).used, 2);
	check_invariants(w);
	world_limit(w, w->sender, "", 3); /* a record that does not say it changes nothing */
	assert_int_equal(left_now(w).used, 2);
	const struct sender_record silent = {.limit_mps = 80, .quality = "GREEN", .tier = "", .portfolio_id = "", .status = ""};
	assert_int_equal(IN_JOB(w, sender_set_record(tx, w->sender, &silent, w->now, w->now)), 0);
	assert_int_equal(left_now(w).limit, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(no_more_than_the_limit_and_all_of_it),
		WORLD_ON_BOTH(without_a_limit_nothing_is_counted),
		WORLD_ON_BOTH(a_person_counts_once),
		WORLD_ON_BOTH(what_does_not_arrive_gives_its_place_back),
		WORLD_ON_BOTH(a_place_that_others_stand_behind_stays),
		WORLD_ON_BOTH(a_late_delivery_counts_from_then_on),
		WORLD_ON_BOTH(whoever_wrote_needs_no_place),
		WORLD_ON_BOTH(the_portfolios_numbers_share_it),
		WORLD_ON_BOTH(campaigns_go_in_the_order_in_which_they_began),
		WORLD_ON_BOTH(what_was_tried_before_waits_for_its_place),
		WORLD_ON_BOTH(when_it_will_be),
		WORLD_ON_BOTH(when_a_scheduled_campaign_will_end),
		WORLD_ON_BOTH(a_portfolio_that_is_known_late),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
