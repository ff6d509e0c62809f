#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/pubid.h"

static const struct pubid_key key = {.byte = {1, 2, 3, 4, 5, 6, 7, 8, 9}};
static const int64_t numbers[] = {0, 1, 2, 255, 256, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void round_trip_of_every_kind(void **state)
{
	(void)state;
	for (int kind = PUBID_ACCOUNT; kind <= PUBID_MEDIA; kind++) {
		for (size_t i = 0; i < N_NUMBERS; i++) {
			for (size_t k = 0; k < N_NUMBERS; k++) {
				int64_t a = -1, b = -1;
				struct uuid id = pubid_make(&key, (enum pubid_kind)kind, numbers[i], numbers[k]);
				assert_true(pubid_open(&key, (enum pubid_kind)kind, &id, &a, &b));
				assert_true(a == numbers[i] && b == numbers[k]);
				assert_true(pubid_open(&key, (enum pubid_kind)kind, &id, NULL, NULL));
			}
		}
	}
}

static void the_same_again_and_no_other(void **state)
{
	(void)state;
	struct uuid one = pubid_make(&key, PUBID_CAMPAIGN, 7, 0), again = pubid_make(&key, PUBID_CAMPAIGN, 7, 0);
	assert_true(uuid_equal(&one, &again));
	static struct uuid made[2000];
	for (int i = 0; i < 2000; i++) {
		made[i] = pubid_make(&key, PUBID_MESSAGE, i / 50, i % 50);
		for (int k = 0; k < i; k++)
			assert_false(uuid_equal(&made[i], &made[k]));
	}
}

static void version_and_variant(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct uuid id = pubid_make(&key, PUBID_CONTACT, i, i * 7919);
		assert_int_equal(id.byte[6] >> 4, 8);
		assert_int_equal(id.byte[8] >> 6, 2);
	}
}

static void another_kind_is_refused(void **state)
{
	(void)state;
	for (int made = PUBID_ACCOUNT; made <= PUBID_MEDIA; made++) {
		struct uuid id = pubid_make(&key, (enum pubid_kind)made, 3, 4);
		for (int opened = PUBID_ACCOUNT; opened <= PUBID_MEDIA; opened++) {
			int64_t a = -1, b = -1;
			assert_int_equal(pubid_open(&key, (enum pubid_kind)opened, &id, &a, &b), made == opened);
			if (made != opened)
				assert_true(a == -1 && b == -1);
		}
	}
}

static void another_installations_is_refused(void **state)
{
	(void)state;
	for (size_t byte = 0; byte < sizeof(key.byte); byte++) {
		struct pubid_key other = key;
		other.byte[byte] ^= 1;
		struct uuid id = pubid_make(&other, PUBID_CAMPAIGN, 1, 0);
		assert_false(pubid_open(&key, PUBID_CAMPAIGN, &id, NULL, NULL));
		assert_true(pubid_open(&other, PUBID_CAMPAIGN, &id, NULL, NULL));
	}
}

static void any_changed_bit_is_refused(void **state)
{
	(void)state;
	for (int64_t n = 0; n < 200; n++) {
		const struct uuid id = pubid_make(&key, PUBID_MESSAGE, n, 0xFFFFFFFF - n);
		for (size_t bit = 0; bit < 128; bit++) {
			struct uuid changed = id;
			changed.byte[bit / 8] = (uint8_t)(changed.byte[bit / 8] ^ 1u << bit % 8);
			assert_false(pubid_open(&key, PUBID_MESSAGE, &changed, NULL, NULL));
		}
	}
}

static void made_up_ones_are_refused(void **state)
{
	(void)state;
	struct uuid id;
	memset(&id, 0, sizeof(id));
	assert_false(pubid_open(&key, PUBID_CAMPAIGN, &id, NULL, NULL));
	memset(&id, 0xFF, sizeof(id));
	assert_false(pubid_open(&key, PUBID_CAMPAIGN, &id, NULL, NULL));
	uint64_t x = 88172645463325252u; /* a small generator; the seed is fixed */
	for (int i = 0; i < 20000; i++) {
		for (size_t k = 0; k < 16; k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			id.byte[k] = (uint8_t)x;
		}
		id.byte[6] = (uint8_t)(0x80 | (id.byte[6] & 15));
		id.byte[8] = (uint8_t)(0x80 | (id.byte[8] & 63));
		assert_false(pubid_open(&key, PUBID_CAMPAIGN, &id, NULL, NULL));
	}
}

/* Neighbours share no more bits than strangers would: ids tell nobody how many there are. */
static void neighbours_look_unrelated(void **state)
{
	(void)state;
	int differ = 0;
	for (int64_t n = 0; n < 1000; n++) {
		struct uuid one = pubid_make(&key, PUBID_ACCOUNT, n, 0), next = pubid_make(&key, PUBID_ACCOUNT, n + 1, 0);
		for (size_t i = 0; i < 16; i++)
			differ += __builtin_popcount((unsigned)(one.byte[i] ^ next.byte[i]));
	}
	assert_in_range(differ, 60000, 62000); /* half of 122 bits, a thousand times */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip_of_every_kind),
		cmocka_unit_test(the_same_again_and_no_other),
		cmocka_unit_test(version_and_variant),
		cmocka_unit_test(another_kind_is_refused),
		cmocka_unit_test(another_installations_is_refused),
		cmocka_unit_test(any_changed_bit_is_refused),
		cmocka_unit_test(made_up_ones_are_refused),
		cmocka_unit_test(neighbours_look_unrelated),
	};
	return cmocka_run_group_tests_name("model/pubid", tests, NULL, NULL);
}
