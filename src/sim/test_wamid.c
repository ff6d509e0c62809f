#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sim/wamid.h"

static void has_the_observed_shape(void **state)
{
	(void)state;
	char a[SIM_WAMID_BYTES], b[SIM_WAMID_BYTES];
	sim_wamid_outbound("16505551234", 1, a);
	assert_int_equal(strlen(a), 58);
	assert_memory_equal(a, "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI", 33);
	assert_int_equal(a[strlen(a) - 1] == '=', 0); /* 39 bytes need no padding */
	sim_wamid_outbound("16505551234", 2, b);
	assert_string_not_equal(a, b);
	sim_wamid_outbound("16505551234", 1, b);
	assert_string_equal(a, b);
	sim_wamid_inbound("16505551234", 1, b);
	assert_memory_equal(b, "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQ", 35);
}

static void long_users_fit(void **state)
{
	(void)state;
	char user[200], out[SIM_WAMID_BYTES];
	memset(user, '9', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	sim_wamid_inbound(user, UINT64_MAX, out);
	assert_true(strlen(out) < SIM_WAMID_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_observed_shape),
		cmocka_unit_test(long_users_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
