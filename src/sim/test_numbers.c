#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "sim/numbers.h"

static struct sim_world world;

static int setup(void **state)
{
	(void)state;
	sim_world_init(&world, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_world_fini(&world);
	return 0;
}

static void first_use_makes_them(void **state)
{
	(void)state;
	struct sim_waba *waba = sim_world_waba(&world, 500, 77);
	assert_ptr_equal(sim_world_waba(&world, 500, 77), waba);
	struct sim_number *number = sim_world_number(&world, 600, 77);
	assert_ptr_equal(number->waba, waba);
	assert_ptr_equal(sim_world_number(&world, 600, 0), number);
	assert_in_range(number->display, 15550000000, 15559999999);
	assert_null(sim_world_find_number(&world, 601));
}

static void ids_that_read_like_numbers_are_shown(void **state)
{
	(void)state;
	assert_int_equal(sim_world_number(&world, 447700900123, 0)->display, 447700900123);
	assert_int_equal(sim_world_number(&world, 12345678, 0)->display, 12345678);
	assert_in_range(sim_world_number(&world, 1234567, 0)->display, 15550000000, 15559999999);
	assert_in_range(sim_world_number(&world, 106540352242922, 0)->display, 15550000000, 15559999999);
}

static void guess_moves_when_the_account_is_named(void **state)
{
	(void)state;
	struct sim_number *number = sim_world_number(&world, 600, 77);
	assert_true(number->waba->made_up);
	struct sim_waba *waba = sim_world_waba(&world, 500, 77);
	sim_world_waba(&world, 501, 78);
	assert_ptr_equal(sim_world_number(&world, 600, 77)->waba, waba);
	struct sim_number *other = sim_world_number(&world, 601, 79);
	sim_world_settle_numbers(&world, sim_world_waba(&world, 502, 79), 79);
	assert_int_equal(other->waba->id, 502);
}

static void listing_makes_a_number_once(void **state)
{
	(void)state;
	struct sim_waba *waba = sim_world_waba(&world, 500, 77);
	sim_world_settle_numbers(&world, waba, 77);
	sim_world_settle_numbers(&world, waba, 77);
	assert_int_equal(world.n_numbers, 1);
	assert_ptr_equal(world.number_list[0]->waba, waba);
}

static void tokens_remember_the_newest_accounts(void **state)
{
	(void)state;
	for (uint64_t id = 1; id <= SIM_TOKEN_ACCOUNTS + 2; id++)
		sim_world_waba(&world, id, 77);
	sim_world_waba(&world, 5, 77);
	const struct sim_access *token = sim_world_token(&world, 77);
	assert_int_equal(token->n, SIM_TOKEN_ACCOUNTS);
	assert_int_equal(token->wabas[0]->id, 5);
	assert_int_equal(token->wabas[1]->id, SIM_TOKEN_ACCOUNTS + 2);
	for (int i = 0; i < token->n; i++) {
		for (int k = i + 1; k < token->n; k++)
			assert_ptr_not_equal(token->wabas[i], token->wabas[k]);
	}
}

static void numbers_have_a_limit(void **state)
{
	(void)state;
	sim_world_waba(&world, 1, 77);
	for (uint64_t id = 1; id <= SIM_MAX_NUMBERS; id++)
		assert_non_null(sim_world_number(&world, 1000000 + id, 77));
	assert_null(sim_world_number(&world, 1, 77));
}

static void map_survives_removal(void **state)
{
	(void)state;
	struct sim_map map = {0};
	int value;
	for (uint64_t i = 0; i < 1000; i++)
		sim_map_put(&map, i, &value);
	for (uint64_t i = 0; i < 1000; i += 2)
		assert_non_null(sim_map_remove(&map, i));
	assert_null(sim_map_remove(&map, 2));
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(sim_map_get(&map, i) != NULL, i % 2);
	assert_int_equal(map.n, 500);
	sim_map_fini(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_use_makes_them, setup, teardown),
		cmocka_unit_test_setup_teardown(ids_that_read_like_numbers_are_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(guess_moves_when_the_account_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(listing_makes_a_number_once, setup, teardown),
		cmocka_unit_test_setup_teardown(tokens_remember_the_newest_accounts, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers_have_a_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(map_survives_removal, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
