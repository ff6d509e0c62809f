/* How the events of the users' webhooks go. What holds after every step: test_out_stage.h. */
#include <stdio.h>
#include <string.h>

#include "webhook/sign.h"
#include "webhook/test_out_stage.h"

/* ---- scenarios ---- */

static void in_order_per_subject_side_by_side_otherwise(void **state)
{
	struct stage *s = stage_open(state, 1);
	for (int subject = 0; subject < 8; subject++)
		stage_add(s, 0, subject, 0, 5);
	stage_run(s, 1000);
	struct hook h = stage_hook(s, 0);
	assert_int_equal(h.delivered, 40);
	assert_int_equal(h.waiting, 0);
	assert_null(h.last_reason);
	assert_in_range(s->last_taken[0] - WORLD_START, 5 * LATENCY_MS, 5 * (LATENCY_MS + 20));
	assert_int_equal(s->most_wire, 8);
	assert_int_equal(s->n_again, 0);
	char want[SIGN_BYTES];
	sign_body("a secret", s->last.body, strlen(s->last.body), false, want);
	assert_string_equal(s->last.signature, want);
	assert_true(s->next < 0 || s->next > s->now + 60000); /* at rest it sleeps */
}

static int refuse_first_of_subject_0(struct stage *s, struct call *c)
{
	return c->subject == 0 && c->index == 0 && s->now < WORLD_START + 60000 ? 400 : 200;
}

static void one_event_that_is_refused_holds_its_subject_alone(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = refuse_first_of_subject_0;
	for (int subject = 0; subject < 4; subject++)
		stage_add(s, 0, subject, 0, 3);
	stage_run(s, 1000);
	assert_int_equal(stage_hook(s, 0).delivered, 9);
	assert_string_equal(stage_hook(s, 0).last_reason, "it answered 400");
	stage_run(s, 59000);
	assert_int_equal(stage_hook(s, 0).delivered, 9);
	assert_in_range(s->n_refused, 5, 8); /* 1, 2, 4, 8, 16, 32 seconds, more or less */
	stage_run(s, 80000);
	assert_int_equal(stage_hook(s, 0).delivered, 12);
}

static int hook_0_is_dead(struct stage *s, struct call *c)
{
	return c->hook == 0 && s->now < WORLD_START + HOUR_MS ? 0 : 200;
}

static void a_dead_target_slows_nobody_and_is_not_hammered(void **state)
{
	struct stage *s = stage_open(state, 2);
	s->script = hook_0_is_dead;
	for (int subject = 0; subject < 200; subject++)
		stage_add(s, 0, subject, 0, 2);
	stage_run(s, 30000);
	struct webhook_out_stats stats;
	out_engine_stats(s->engine, &stats);
	assert_int_equal(stats.paused, 1);
	assert_true(s->n_wire <= 1);
	stage_add(s, 1, 0, 0, 1);
	stage_run(s, 100);
	assert_int_equal(stage_hook(s, 1).delivered, 1);
	stage_run(s, HOUR_MS - 31000);
	assert_int_equal(stage_hook(s, 0).delivered, 0);
	assert_in_range(s->n_refused, 20, 16 + 90); /* one burst, then one a minute with its ten seconds */
	stage_run(s, 40 * MINUTE_MS);
	struct hook h = stage_hook(s, 0);
	assert_int_equal(h.delivered, 400);
	assert_int_equal(h.failed + h.dropped + h.waiting, 0);
	out_engine_stats(s->engine, &stats);
	assert_int_equal(stats.paused, 0);
}

static int never_subject_0(struct stage *s, struct call *c)
{
	(void)s;
	return c->subject == 0 && c->index == 0 ? 500 : 200;
}

static void after_24_hours_it_is_given_up(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = never_subject_0;
	stage_add(s, 0, 0, 0, 1);
	stage_run(s, 23 * HOUR_MS);
	s->taken[0][0] = 1; /* what stands behind it may come without it */
	stage_add(s, 0, 0, 1, 1);
	assert_int_equal(stage_hook(s, 0).waiting, 2);
	stage_run(s, 2 * HOUR_MS);
	struct hook h = stage_hook(s, 0);
	assert_int_equal(h.failed, 1);
	assert_int_equal(h.delivered, 1);
	assert_int_equal(h.waiting, 0);
	assert_in_range(s->n_refused, 45, 80); /* half an hour at most between tries */
}

/* The limit is the time of a last try, not the end of the one before. */
static int only_after_a_day(struct stage *s, struct call *c)
{
	(void)c;
	return s->now >= WORLD_START + HOOK_GIVE_UP_MS ? 200 : 500;
}

static void the_last_try_is_made_at_the_limit(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = only_after_a_day;
	stage_add(s, 0, 0, 0, 1);
	stage_run(s, 25 * HOUR_MS);
	assert_int_equal(stage_hook(s, 0).delivered, 1);
	assert_int_equal(stage_hook(s, 0).failed, 0);
	assert_in_range(s->last_taken[0] - WORLD_START, HOOK_GIVE_UP_MS, HOOK_GIVE_UP_MS + MINUTE_MS);
}

static int slow(struct stage *s, struct call *c)
{
	c->at = s->now + 5000;
	return 200;
}

/* One that is on the wire is the oldest that waits, so it is dropped first; what stands behind it waits for its answer all the
 * same. */
static void in_order_when_too_many_wait(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	stage_add(s, 0, 1, 0, HOOK_MAX_WAITING);
	stage_run(s, 1000);
	assert_int_equal(s->n_wire, 1);
	stage_add(s, 0, 1, HOOK_MAX_WAITING, 1);
	stage_run(s, 1000);
	assert_int_equal(stage_hook(s, 0).dropped, 1);
	assert_int_equal(s->n_wire, 1);
	stage_run(s, 20000);
	assert_in_range(s->taken[0][1], 4, 5);
	assert_int_equal(stage_hook(s, 0).waiting, HOOK_MAX_WAITING + 1 - s->taken[0][1]);
}

/* Given up while it was on the wire, and taken. */
static void in_order_when_one_is_given_up_on_the_wire(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	stage_add(s, 0, 1, 0, 1);
	stage_run(s, 1000);
	assert_int_equal(s->n_wire, 1);
	assert_int_equal(IN_JOB(s->w, hook_events_tend(tx, s->now + 2 * HOOK_GIVE_UP_MS)), 0);
	assert_int_equal(stage_hook(s, 0).failed, 1);
	stage_add(s, 0, 1, 1, 1);
	stage_run(s, 1000);
	assert_int_equal(s->n_wire, 1);
	stage_run(s, 20000);
	struct hook h = stage_hook(s, 0);
	assert_int_equal(h.delivered, 2);
	assert_int_equal(h.failed + h.waiting, 0);
}

static int redirect_then_created(struct stage *s, struct call *c)
{
	(void)c;
	return s->n_posts == 1 ? 302 : 201;
}

static void a_redirect_is_a_refusal(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = redirect_then_created;
	stage_add(s, 0, 1, 0, 1);
	stage_run(s, 100);
	assert_string_equal(stage_hook(s, 0).last_reason, "it answered 302, and redirects are not followed");
	stage_run(s, 2000);
	assert_int_equal(stage_hook(s, 0).delivered, 1);
}

static int too_fast_once(struct stage *s, struct call *c)
{
	c->retry_after_s = s->n_posts <= 2 ? 120 : -1;
	return s->n_posts <= 2 ? 429 : 200;
}

static void retry_after_is_heeded(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = too_fast_once;
	stage_add(s, 0, 1, 0, 1);
	stage_add(s, 0, 2, 0, 1);
	stage_run(s, 1000);
	stage_add(s, 0, 3, 0, 1); /* the whole hook waits */
	stage_run(s, 118000);
	assert_int_equal(s->n_posts, 2);
	stage_run(s, 3000);
	assert_int_equal(stage_hook(s, 0).delivered, 3);
}

/* ---- crashes, and hooks that go ---- */

static void after_a_crash_what_was_on_the_wire_is_told_again(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	for (int subject = 0; subject < 5; subject++)
		stage_add(s, 0, subject, 0, 2);
	stage_run(s, 1000);
	assert_int_equal(s->n_wire, 5);
	char id[40];
	snprintf(id, sizeof(id), "%s", s->wire[0].id);
	int subject = s->wire[0].subject;
	/* The target took them; nobody is there to hear it. */
	for (int i = 0; i < s->n_wire; i++)
		stage_note_taken(s, &s->wire[i]);
	s->n_wire = 0;
	out_engine_destroy(s->engine);
	stage_start(s);
	stage_run(s, 100);
	assert_int_equal(s->n_wire, 5);
	bool same = false;
	for (int i = 0; i < s->n_wire; i++)
		same = same || (s->wire[i].subject == subject && strcmp(s->wire[i].id, id) == 0);
	assert_true(same);
	stage_run(s, 60000);
	assert_int_equal(stage_hook(s, 0).delivered, 10);
	assert_int_equal(s->n_again, 5);
}

static void a_hook_that_goes_takes_its_events_along(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	stage_add(s, 0, 1, 0, 3);
	stage_run(s, 1000);
	assert_int_equal(s->n_wire, 1);
	int64_t account = world_int(s->w, "SELECT account_no FROM hook");
	assert_int_equal(IN_JOB(s->w, hook_delete(tx, account, s->hook[0], s->w->now)), 0);
	stage_run(s, 10 * MINUTE_MS);
	assert_int_equal(s->n_posts, 1);
	assert_int_equal(world_int(s->w, "SELECT COUNT(*) FROM hook_event"), 0);
	assert_true(out_engine_is_quiet(s->engine));
}

static void drained_it_begins_nothing_and_finishes(void **state)
{
	struct stage *s = stage_open(state, 1);
	s->script = slow;
	stage_add(s, 0, 1, 0, 3);
	stage_run(s, 1000);
	out_engine_drain(s->engine);
	assert_false(out_engine_is_quiet(s->engine));
	stage_run(s, 60000);
	assert_true(out_engine_is_quiet(s->engine));
	assert_int_equal(stage_hook(s, 0).delivered, 1);
	assert_int_equal(s->n_posts, 1);
}

/* ---- sharing ---- */

static int slow_but_hook_0(struct stage *s, struct call *c)
{
	if (c->hook != 0)
		c->at = s->now + 8000;
	return 200;
}

static void slow_targets_leave_room_for_the_others(void **state)
{
	struct stage *s = stage_open(state, 20);
	s->script = slow_but_hook_0;
	for (int hook = 1; hook < 20; hook++)
		for (int subject = 0; subject < 20; subject++)
			stage_add(s, hook, subject, 0, 1);
	stage_run(s, 1000);
	assert_true(s->most_wire <= 64);
	for (int subject = 0; subject < 20; subject++)
		stage_add(s, 0, subject, 0, 1);
	stage_run(s, 2000);
	assert_int_equal(stage_hook(s, 0).delivered, 20);
	stage_run(s, 3 * MINUTE_MS);
	for (int hook = 1; hook < 20; hook++)
		assert_int_equal(stage_hook(s, hook).delivered, 20);
	assert_true(s->most_wire <= 64);
}

static int any_fate(struct stage *s, struct call *c)
{
	static const int fates[] = {200, 200, 200, 503, 0, 404, 204, 302};
	unsigned x = (unsigned)s->n_posts * 2654435761u + (unsigned)c->subject * 40503u;
	c->at = s->now + 1 + x % 700;
	return s->now < WORLD_START + HOUR_MS ? fates[x >> 16 & 7] : 200;
}

static void whatever_happens_all_arrive_in_order(void **state)
{
	struct stage *s = stage_open(state, 3);
	s->script = any_fate;
	for (int round = 0; round < 4; round++) {
		for (int hook = 0; hook < 3; hook++)
			for (int subject = 0; subject < 40; subject++)
				stage_add(s, hook, subject, round * 2, 2);
		stage_run(s, 5 * MINUTE_MS);
		if (round == 1) { /* a crash */
			s->n_wire = 0;
			out_engine_destroy(s->engine);
			stage_start(s);
		}
	}
	stage_run(s, 6 * HOUR_MS);
	for (int hook = 0; hook < 3; hook++) {
		struct hook h = stage_hook(s, hook);
		assert_int_equal(h.delivered, 320);
		assert_int_equal(h.waiting + h.failed + h.dropped, 0);
		for (int subject = 0; subject < 40; subject++)
			assert_int_equal(s->taken[hook][subject], 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(in_order_per_subject_side_by_side_otherwise),
		STAGE_TEST(one_event_that_is_refused_holds_its_subject_alone),
		STAGE_TEST(a_dead_target_slows_nobody_and_is_not_hammered),
		STAGE_TEST(after_24_hours_it_is_given_up),
		STAGE_TEST(the_last_try_is_made_at_the_limit),
		STAGE_TEST(in_order_when_too_many_wait),
		STAGE_TEST(in_order_when_one_is_given_up_on_the_wire),
		STAGE_TEST(a_redirect_is_a_refusal),
		STAGE_TEST(retry_after_is_heeded),
		STAGE_TEST(after_a_crash_what_was_on_the_wire_is_told_again),
		STAGE_TEST(a_hook_that_goes_takes_its_events_along),
		STAGE_TEST(drained_it_begins_nothing_and_finishes),
		STAGE_TEST(slow_targets_leave_room_for_the_others),
		STAGE_TEST(whatever_happens_all_arrive_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
