#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "webhook/sign.h"

/* RFC 4231, test cases 2 and 6 (a key longer than a block). */
static void test_known_answers(void **state)
{
	(void)state;
	char text[SIGN_BYTES], key[132] = "";
	const char *body = "what do ya want for nothing?";
	sign_body("Jefe", body, strlen(body), true, text);
	assert_string_equal(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	sign_body("Jefe", body, strlen(body), false, text);
	assert_string_equal(text, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
	memset(key, 0xaa, 131);
	body = "Test Using Larger Than Block-Size Key - Hash Key First";
	sign_body(key, body, strlen(body), true, text);
	assert_string_equal(text, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_known_answers)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
