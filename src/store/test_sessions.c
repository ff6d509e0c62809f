/* Sessions end: with their key, unused, with their week, and when a key has too many. Their tokens are kept as hashes. */
#include "store/sessions.h"

#include <string.h>

#include "store/store_internal.h"
#include "store/test_world.h"

struct signed_in {
	struct session session;
	char token[SESSION_TOKEN_BYTES];
};

static int64_t make_key(struct world *w, enum key_role role)
{
	char text[KEY_TEXT_BYTES];
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, key_create(tx, w->account, "a person", role, w->now, &no, text)), 0);
	return no;
}

static struct signed_in sign_in(struct world *w, int64_t key, msec_t now)
{
	struct signed_in made;
	session_make_token(made.token);
	assert_int_equal(IN_JOB(w, session_create(tx, key, made.token, now, &made.session)), 0);
	return made;
}

static int find(struct world *w, const struct signed_in *who, msec_t now, struct session *ret)
{
	struct api_key key;
	return IN_JOB(w, session_find(tx, who->token, now, &key, ret));
}

static bool lives(struct world *w, const struct signed_in *who, msec_t now)
{
	struct session session;
	int got = find(w, who, now, &session);
	assert_in_range(got, 0, 1);
	return got == 0;
}

static int64_t rows(struct world *w)
{
	return world_int(w, "SELECT COUNT(*) FROM session");
}

static void a_token_names_its_key(void **state)
{
	struct world *w = world_open(state, 0);
	struct api_key key;
	struct session session;
	int64_t no = make_key(w, KEY_SENDER);
	struct signed_in one = sign_in(w, no, w->now), other = sign_in(w, no, w->now);
	assert_true(strlen(one.token) == 43);
	assert_string_not_equal(one.token, other.token);
	assert_int_equal(IN_JOB(w, session_find(tx, one.token, w->now, &key, &session)), 0);
	assert_int_equal(key.no, no);
	assert_int_equal(key.account_no, w->account);
	assert_int_equal(key.role, KEY_SENDER);
	assert_false(key.blocked);
	assert_int_equal(session.no, one.session.no);
	assert_int_equal(session.create_ms, w->now);
	one.token[5] ^= 1;
	assert_false(lives(w, &one, w->now));
	assert_int_equal(IN_JOB(w, session_find(tx, "", w->now, &key, &session)), 1);
}

static void a_token_is_kept_as_a_hash(void **state)
{
	struct world *w = world_open(state, 0);
	struct signed_in one = sign_in(w, make_key(w, KEY_ADMIN), w->now);
	sql_rows_auto struct sql_rows *row = NULL;
	if (sql_query_text(w->store->writer, "SELECT hash FROM session", NULL, 0, &row) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	assert_int_equal(sql_next(row), 1);
	size_t n = 0;
	const void *hash = sql_col_blob(row, 0, &n);
	assert_int_equal(n, 32);
	assert_null(memmem(hash, n, one.token, 8));
}

static void it_ends_when_it_is_not_used(void **state)
{
	struct world *w = world_open(state, 0);
	struct signed_in one = sign_in(w, make_key(w, KEY_ADMIN), w->now);
	msec_t used = w->now + 11 * HOUR_MS;
	assert_int_equal(one.session.expire_ms, w->now + SESSION_IDLE_MS);
	assert_true(lives(w, &one, w->now + SESSION_IDLE_MS - 1));
	assert_false(lives(w, &one, w->now + SESSION_IDLE_MS));
	assert_int_equal(IN_JOB(w, session_used(tx, &one.session, used)), 0);
	struct session session;
	assert_int_equal(find(w, &one, used, &session), 0);
	assert_int_equal(session.used_ms, used);
	assert_true(lives(w, &one, used + SESSION_IDLE_MS - 1));
	assert_false(lives(w, &one, used + SESSION_IDLE_MS));
}

static void it_ends_after_its_week_however_much_it_is_used(void **state)
{
	struct world *w = world_open(state, 0);
	struct signed_in one = sign_in(w, make_key(w, KEY_ADMIN), w->now);
	msec_t end = w->now + SESSION_MAX_MS;
	for (msec_t now = w->now; now < end; now += 11 * HOUR_MS) {
		assert_true(lives(w, &one, now));
		assert_int_equal(IN_JOB(w, session_used(tx, &one.session, now)), 0);
	}
	assert_true(lives(w, &one, end - 1));
	assert_false(lives(w, &one, end));
}

static void it_ends_with_its_key(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t gone = make_key(w, KEY_VIEWER), stays = make_key(w, KEY_VIEWER);
	struct signed_in one = sign_in(w, gone, w->now), other = sign_in(w, stays, w->now);
	assert_int_equal(IN_JOB(w, key_delete(tx, w->account, gone, w->now)), 0);
	assert_false(lives(w, &one, w->now));
	assert_true(lives(w, &other, w->now));
	assert_int_equal(rows(w), 1);
	assert_int_equal(IN_JOB(w, session_end(tx, other.session.no)), 0);
	assert_false(lives(w, &other, w->now));
	assert_int_equal(rows(w), 0);
}

static bool stands(struct world *w, int64_t key_no, int64_t session_no, msec_t now)
{
	struct api_key key;
	int got = IN_JOB(w, session_stands(tx, key_no, session_no, now, &key));
	assert_in_range(got, 0, 1);
	return got == 0;
}

static void leave_is_judged_anew(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t mine = make_key(w, KEY_SENDER), other = make_key(w, KEY_VIEWER);
	struct signed_in one = sign_in(w, mine, w->now);
	msec_t last = w->now + SESSION_IDLE_MS - 1;
	assert_true(stands(w, mine, 0, last + 1));
	assert_true(stands(w, mine, one.session.no, last));
	assert_false(stands(w, mine, one.session.no, last + 1));
	assert_false(stands(w, other, one.session.no, last));
	assert_false(stands(w, mine, one.session.no + 1, last));
	assert_int_equal(IN_JOB(w, session_used(tx, &one.session, last)), 0);
	assert_true(stands(w, mine, one.session.no, last + 1));

	struct api_key key;
	assert_int_equal(IN_JOB(w, session_stands(tx, mine, one.session.no, w->now, &key)), 0);
	assert_int_equal(key.role, KEY_SENDER);
	assert_false(key.blocked);
	assert_int_equal(IN_JOB(w, account_block(tx, w->account, true, w->now)), 0);
	assert_int_equal(IN_JOB(w, session_stands(tx, mine, one.session.no, w->now, &key)), 0);
	assert_true(key.blocked);

	assert_int_equal(IN_JOB(w, session_end(tx, one.session.no)), 0);
	assert_false(stands(w, mine, one.session.no, w->now));
	assert_true(stands(w, mine, 0, w->now));
	assert_int_equal(IN_JOB(w, key_delete(tx, w->account, mine, w->now)), 0);
	assert_false(stands(w, mine, 0, w->now));
}

static void the_oldest_of_too_many_goes(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t key = make_key(w, KEY_VIEWER), beside = make_key(w, KEY_VIEWER);
	struct signed_in calm = sign_in(w, beside, w->now), first = sign_in(w, key, w->now), second = sign_in(w, key, w->now);
	for (int i = 2; i < SESSION_MAX_PER_KEY; i++)
		sign_in(w, key, w->now);
	assert_true(lives(w, &first, w->now));
	struct signed_in last = sign_in(w, key, w->now);
	assert_false(lives(w, &first, w->now));
	assert_true(lives(w, &second, w->now));
	assert_true(lives(w, &last, w->now));
	assert_true(lives(w, &calm, w->now));
	assert_int_equal(rows(w), SESSION_MAX_PER_KEY + 1);
}

static void those_that_are_over_are_swept(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t key = make_key(w, KEY_VIEWER);
	for (int i = 0; i < 5; i++)
		sign_in(w, key, w->now + i);
	struct signed_in last = sign_in(w, key, w->now + HOUR_MS);
	assert_int_equal(IN_JOB(w, session_sweep(tx, w->now + SESSION_IDLE_MS - 1, 10)), 0);
	assert_int_equal(rows(w), 6);
	assert_int_equal(IN_JOB(w, session_sweep(tx, w->now + SESSION_IDLE_MS + 4, 2)), 0);
	assert_int_equal(rows(w), 4);
	assert_int_equal(IN_JOB(w, session_sweep(tx, w->now + SESSION_IDLE_MS + 4, 10)), 0);
	assert_int_equal(rows(w), 1);
	assert_true(lives(w, &last, w->now + SESSION_IDLE_MS + 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_token_names_its_key),         WORLD_ON_BOTH(a_token_is_kept_as_a_hash),
		WORLD_ON_BOTH(it_ends_when_it_is_not_used),   WORLD_ON_BOTH(it_ends_after_its_week_however_much_it_is_used),
		WORLD_ON_BOTH(it_ends_with_its_key),          WORLD_ON_BOTH(the_oldest_of_too_many_goes),
		WORLD_ON_BOTH(those_that_are_over_are_swept), WORLD_ON_BOTH(leave_is_judged_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
