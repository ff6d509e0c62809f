/* Answers are kept for a day, for one account, sealed, and never for two requests under one key. */
#include "store/idempotency.h"

#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/store_internal.h"
#include "store/test_world.h"

#define BODY "{\"data\":{\"key\":\"crier_shown-once\"}}"

static const struct idempotency_answer made = {201, BODY, sizeof(BODY) - 1};

static struct idempotency_key key_of(int64_t account, char key, char request)
{
	struct idempotency_key k = {.account_no = account};
	memset(k.key, key, sizeof(k.key));
	memset(k.request, request, sizeof(k.request));
	return k;
}

static int find(struct world *w, struct idempotency_key k, msec_t now, struct idempotency_answer *ret)
{
	return IN_JOB(w, idempotency_find(tx, &k, now, w->arena, ret));
}

static int keep(struct world *w, struct idempotency_key k, msec_t now)
{
	return IN_JOB(w, idempotency_keep(tx, &k, &made, now));
}

static int64_t rows(struct world *w)
{
	return world_int(w, "SELECT COUNT(*) FROM idempotency");
}

static void the_same_request_finds_its_answer(void **state)
{
	struct world *w = world_open(state, 0);
	struct idempotency_answer got = {0};
	int64_t other = 0;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other)), 0);
	assert_int_equal(find(w, key_of(w->account, 'k', 'r'), w->now, &got), 1);
	assert_int_equal(keep(w, key_of(w->account, 'k', 'r'), w->now), 0);
	assert_int_equal(find(w, key_of(w->account, 'k', 'r'), w->now, &got), 0);
	assert_int_equal(got.status, 201);
	assert_int_equal(got.n_body_bytes, sizeof(BODY) - 1);
	assert_string_equal(got.body, BODY);
	assert_int_equal(find(w, key_of(w->account, 'k', 's'), w->now, &got), 2);
	assert_int_equal(find(w, key_of(w->account, 'l', 'r'), w->now, &got), 1);
	assert_int_equal(find(w, key_of(other, 'k', 'r'), w->now, &got), 1);
}

static void a_key_is_taken_once(void **state)
{
	struct world *w = world_open(state, 0);
	struct idempotency_answer got;
	assert_int_equal(keep(w, key_of(w->account, 'k', 'r'), w->now), 0);
	assert_int_equal(keep(w, key_of(w->account, 'k', 's'), w->now + DAY_MS - 1), 1);
	assert_int_equal(keep(w, key_of(w->account, 'k', 'r'), w->now + DAY_MS - 1), 1);
	assert_int_equal(find(w, key_of(w->account, 'k', 'r'), w->now + DAY_MS - 1, &got), 0);
	assert_int_equal(rows(w), 1);
}

static void after_a_day_a_key_is_new_again(void **state)
{
	struct world *w = world_open(state, 0);
	struct idempotency_answer got;
	assert_int_equal(keep(w, key_of(w->account, 'k', 'r'), w->now), 0);
	assert_int_equal(find(w, key_of(w->account, 'k', 'r'), w->now + DAY_MS, &got), 1);
	assert_int_equal(keep(w, key_of(w->account, 'k', 's'), w->now + DAY_MS), 0);
	assert_int_equal(find(w, key_of(w->account, 'k', 's'), w->now + DAY_MS, &got), 0);
	assert_int_equal(rows(w), 1);
}

static void old_answers_go_in_batches(void **state)
{
	struct world *w = world_open(state, 0);
	struct idempotency_answer got;
	for (char i = 0; i < 20; i++)
		assert_int_equal(keep(w, key_of(w->account, i, 'r'), w->now + i), 0);
	assert_int_equal(IN_JOB(w, idempotency_sweep(tx, w->now + DAY_MS - 1, 100)), 0);
	assert_int_equal(rows(w), 20);
	assert_int_equal(IN_JOB(w, idempotency_sweep(tx, w->now + DAY_MS + 19, 5)), 0);
	assert_int_equal(rows(w), 15);
	assert_int_equal(find(w, key_of(w->account, 4, 'r'), w->now + 20, &got), 1);
	assert_int_equal(find(w, key_of(w->account, 5, 'r'), w->now + 20, &got), 0);
	/* Each new one takes old ones with it, more than it adds. */
	assert_int_equal(keep(w, key_of(w->account, 'n', 'r'), w->now + DAY_MS + 19), 0);
	assert_int_equal(rows(w), 12);
	assert_int_equal(IN_JOB(w, idempotency_sweep(tx, w->now + DAY_MS + 19, 100)), 0);
	assert_int_equal(rows(w), 1);
}

static void a_secret_in_an_answer_is_sealed(void **state)
{
	struct world *w = world_open(state, 0);
	assert_int_equal(keep(w, key_of(w->account, 'k', 'r'), w->now), 0);
	sql_rows_auto struct sql_rows *row = NULL;
	if (sql_query_text(w->store->writer, "SELECT answer FROM idempotency", NULL, 0, &row) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	assert_int_equal(sql_next(row), 1);
	size_t n = 0;
	const void *answer = sql_col_blob(row, 0, &n);
	assert_int_equal(n, sizeof(BODY) - 1 + 40);
	assert_null(memmem(answer, n, "shown-once", 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(the_same_request_finds_its_answer), WORLD_ON_BOTH(a_key_is_taken_once),
		WORLD_ON_BOTH(after_a_day_a_key_is_new_again),    WORLD_ON_BOTH(old_answers_go_in_batches),
		WORLD_ON_BOTH(a_secret_in_an_answer_is_sealed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
