/* Accounts and their keys: made once, kept as hashes, never the last admin taken away. */
#include <stdio.h>
#include <string.h>

#include "store/accounts.h"
#include "store/store_internal.h"
#include "store/test_world.h"

static int64_t account_count(struct world *w)
{
	return world_int(w, "SELECT COUNT(*) FROM account");
}

static void the_first_start_makes_an_account_and_a_key(void **state)
{
	struct world *w = world_empty(state);
	char text[KEY_TEXT_BYTES] = "", again[KEY_TEXT_BYTES] = "";
	assert_int_equal(IN_JOB(w, accounts_bootstrap(tx, w->now, NULL, text)), 0);
	assert_int_equal(strncmp(text, "crier_", 6), 0);
	assert_true(strlen(text) >= 6 + 43);
	assert_int_equal(IN_JOB(w, accounts_bootstrap(tx, w->now, NULL, again)), 1);
	assert_string_equal(again, "");
	assert_int_equal(account_count(w), 1);
	struct api_key key;
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_int_equal(key.role, KEY_ADMIN);
	assert_int_equal(key.used_ms, -1);
	assert_int_equal(key.create_ms, w->now);
	struct account account;
	assert_int_equal(IN_JOB(w, account_read(tx, key.account_no, w->arena, &account)), 0);
	assert_string_equal(account.currency, "USD");
	assert_false(account.blocked);
	assert_int_equal(IN_JOB(w, account_read(tx, 99, w->arena, &account)), 1);
}

static void an_operator_may_give_the_key(void **state)
{
	struct world *w = world_empty(state);
	char text[KEY_TEXT_BYTES] = "";
	struct api_key key;
	assert_int_equal(IN_JOB(w, accounts_bootstrap(tx, w->now, "given by the operator", text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(IN_JOB(w, key_find(tx, "given by the operator", &key)), 0);
	assert_int_equal(key.role, KEY_ADMIN);
	assert_int_equal(IN_JOB(w, accounts_ensure_key(tx, w->now, "given by the operator")), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM api_key"), 1);
	assert_int_equal(IN_JOB(w, accounts_ensure_key(tx, w->now, "another one, at a later start")), 0);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM api_key"), 2);
	assert_int_equal(IN_JOB(w, key_find(tx, "another one, at a later start", &key)), 0);
	assert_int_equal(key.role, KEY_ADMIN);
	assert_int_equal(account_count(w), 1);
}

/* Does a column of any key hold a piece of its text? Blobs are asked for as what they print as. */
static bool database_holds(struct world *w, const char *text)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query_text(w->store->writer, "SELECT name, hash FROM api_key", NULL, 0, &rows) < 0)
		fail_msg("%s", sql_error(w->store->writer));
	bool holds = false;
	while (sql_next(rows) > 0) {
		size_t n = 0;
		const void *hash = sql_col_blob(rows, 1, &n);
		holds |= n != 32 || memmem(hash, n, text, 8) != NULL;
		holds |= strstr(sql_col_text(rows, 0, NULL), text) != NULL;
	}
	return holds;
}

static void keys_are_kept_as_hashes(void **state)
{
	struct world *w = world_empty(state);
	char text[KEY_TEXT_BYTES], other[KEY_TEXT_BYTES];
	int64_t account, no;
	struct api_key key;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &account)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "one", KEY_SENDER, w->now, &no, text)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "two", KEY_VIEWER, w->now, &no, other)), 0);
	assert_string_not_equal(text, other);
	assert_false(database_holds(w, text));
	assert_false(database_holds(w, text + strlen("crier_")));
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_int_equal(key.role, KEY_SENDER);
	assert_null(key.name);
	text[10] ^= 1;
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 1);
	assert_int_equal(IN_JOB(w, key_find(tx, "", &key)), 1);
}

static void the_last_admin_key_stays(void **state)
{
	struct world *w = world_empty(state);
	char text[KEY_TEXT_BYTES];
	int64_t account, other, admin, second, viewer, foreign;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &account)), 0);
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "admin", KEY_ADMIN, w->now, &admin, text)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "viewer", KEY_VIEWER, w->now, &viewer, text)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, other, "admin", KEY_ADMIN, w->now, &foreign, text)), 0);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, admin, w->now)), 2);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, foreign, w->now)), 1);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, 99, w->now)), 1);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, viewer, w->now)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "second", KEY_ADMIN, w->now, &second, text)), 0);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, admin, w->now)), 0);
	assert_int_equal(IN_JOB(w, key_delete(tx, account, second, w->now)), 2);
	struct api_key key;
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_int_equal(IN_JOB(w, key_read(tx, account, second, w->arena, &key)), 0);
	assert_string_equal(key.name, "second");
	assert_int_equal(IN_JOB(w, key_read(tx, other, second, w->arena, &key)), 1);
}

static void the_last_use_is_noted(void **state)
{
	struct world *w = world_empty(state);
	char text[KEY_TEXT_BYTES];
	int64_t account, no;
	struct api_key key;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &account)), 0);
	assert_int_equal(IN_JOB(w, key_create(tx, account, "one", KEY_SENDER, w->now, &no, text)), 0);
	assert_int_equal(IN_JOB(w, key_used(tx, no, w->now + 5)), 0);
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_int_equal(key.used_ms, w->now + 5);
}

static void accounts_are_found_and_listed(void **state)
{
	struct world *w = world_empty(state);
	struct account a, all[3];
	int64_t shop, other;
	int n = 0;
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "shop", &shop)), 0);
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other)), 0);
	assert_int_equal(IN_JOB(w, account_set_names(tx, other, "Zoë", "")), 0);
	assert_int_equal(IN_JOB(w, account_find(tx, "other", w->arena, &a)), 0);
	assert_int_equal(a.no, other);
	assert_string_equal(a.first_name, "Zoë");
	assert_int_equal(IN_JOB(w, account_find(tx, "Other", w->arena, &a)), 1);
	assert_int_equal(IN_JOB(w, account_list(tx, 0, w->arena, all, 3, &n)), 0);
	assert_int_equal(n, 2);
	assert_string_equal(all[0].username, "shop");
	assert_int_equal(IN_JOB(w, account_list(tx, shop, w->arena, all, 3, &n)), 0);
	assert_int_equal(n, 1);
	assert_string_equal(all[0].username, "other");
}

/* Blocking stops the account's keys and its campaigns, those that fall due later too, and nobody else's. */
static void a_blocked_account_does_nothing(void **state)
{
	struct world *w = world_open(state, 3);
	char text[KEY_TEXT_BYTES];
	struct api_key key;
	int64_t no;
	int started = 0;
	assert_int_equal(IN_JOB(w, key_create(tx, w->account, "one", KEY_ADMIN, w->now, &no, text)), 0);
	int64_t running = world_campaign(w, "running");
	struct campaign_request req = world_request(w, "later");
	req.schedule_ms = w->now + HOUR_MS;
	int64_t later = world_create(w, &req);
	assert_int_equal(IN_JOB(w, account_block(tx, w->account, true, w->now)), 0);
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_true(key.blocked);
	assert_int_equal(world_read(w, running).hold.rule, HOLD_ACCOUNT_BLOCKED);
	w->now += HOUR_MS;
	assert_int_equal(IN_JOB(w, campaigns_start_due(tx, w->now, &started)), 0);
	assert_int_equal(started, 1);
	assert_int_equal(world_read(w, later).hold.rule, HOLD_ACCOUNT_BLOCKED);

	assert_int_equal(IN_JOB(w, account_block(tx, w->account, false, w->now)), 0);
	assert_int_equal(IN_JOB(w, key_find(tx, text, &key)), 0);
	assert_false(key.blocked);
	assert_int_equal(world_read(w, running).hold.rule, HOLD_ACCOUNT_BLOCKED);
}

static void others_are_not_blocked(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t other;
	int64_t running = world_campaign(w, "running");
	assert_int_equal(IN_JOB(w, account_create(tx, w->now, "other", &other)), 0);
	assert_int_equal(IN_JOB(w, account_block(tx, other, true, w->now)), 0);
	assert_null(world_read(w, running).hold.reason);
}

static void roles_have_words(void **state)
{
	(void)state;
	enum key_role role;
	for (int i = KEY_VIEWER; i <= KEY_ADMIN; i++) {
		assert_true(key_role_parse(key_role_text((enum key_role)i), &role));
		assert_int_equal(role, i);
	}
	assert_false(key_role_parse("root", &role));
	assert_false(key_role_parse("", &role));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(the_first_start_makes_an_account_and_a_key),
		WORLD_ON_BOTH(an_operator_may_give_the_key),
		WORLD_ON_BOTH(keys_are_kept_as_hashes),
		WORLD_ON_BOTH(the_last_admin_key_stays),
		WORLD_ON_BOTH(the_last_use_is_noted),
		WORLD_ON_BOTH(accounts_are_found_and_listed),
		WORLD_ON_BOTH(a_blocked_account_does_nothing),
		WORLD_ON_BOTH(others_are_not_blocked),
		cmocka_unit_test(roles_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
