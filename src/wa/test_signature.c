#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "wa/event.h"

/* RFC 4231, test case 2, and the same digest in the header's form. */
#define SECRET "Jefe"
#define BODY "what do ya want for nothing?"
#define DIGEST "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
#define HEADER "sha256=" DIGEST

static bool ok(const char *header)
{
	return wa_signature_ok(header, SECRET, BODY, strlen(BODY));
}

static void known_vectors(void **state)
{
	(void)state;
	assert_true(ok(HEADER));
	/* RFC 4231, test cases 1 and 6: another key, and one longer than the block */
	char key[132];
	memset(key, 0x0b, 20);
	key[20] = '\0';
	assert_true(
		wa_signature_ok("sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", key, "Hi There", 8));
	memset(key, 0xaa, 131);
	key[131] = '\0';
	const char *body = "Test Using Larger Than Block-Size Key - Hash Key First";
	assert_true(wa_signature_ok("sha256=60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", key, body,
	                            strlen(body)));
	/* an empty body has a signature like any other */
	assert_true(wa_signature_ok("sha256=5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0", "key", "", 0));
}

static void other_headers_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		NULL,
		"",
		"sha256=",
		DIGEST,
		"SHA256=" DIGEST,
		"Sha256=" DIGEST,
		"sha1=" DIGEST,
		"sha256:" DIGEST,
		"sha256 " DIGEST,
		" " HEADER,
		HEADER " ",
		HEADER "0",
		"sha256= " DIGEST,
		"sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
		"sha256=sha256=" DIGEST,
		"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec384",
		"sha256=0000000000000000000000000000000000000000000000000000000000000000",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (ok(bad[i]))
			fail_msg("'%s' was taken", bad[i] ? bad[i] : "none");
}

static void a_change_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t at = 0; at < strlen(HEADER); at++) {
		char header[] = HEADER;
		header[at] = (char)(header[at] ^ 1);
		assert_false(ok(header));
		header[at] = (char)toupper(HEADER[at]);
		assert_int_equal(ok(header), header[at] == HEADER[at]);
		header[at] = '\0';
		assert_false(ok(header));
	}
	for (size_t at = 0; at < strlen(BODY); at++) {
		char body[] = BODY;
		body[at] = (char)(body[at] ^ 1);
		assert_false(wa_signature_ok(HEADER, SECRET, body, strlen(BODY)));
		assert_false(wa_signature_ok(HEADER, SECRET, BODY, at));
	}
	assert_false(wa_signature_ok(HEADER, SECRET, BODY, strlen(BODY) + 1)); /* the NUL is not part of it */
	assert_false(wa_signature_ok(HEADER, "jefe", BODY, strlen(BODY)));
	assert_false(wa_signature_ok(HEADER, "Jef", BODY, strlen(BODY)));
	assert_false(wa_signature_ok(HEADER, "", BODY, strlen(BODY)));
}

/* The raw bytes are signed: what JSON would call the same text is another body. */
static void escapes_are_bytes(void **state)
{
	(void)state;
	const char *escaped = "{\"a\":\"\\u00e4\\/\"}", *plain = "{\"a\":\"\xC3\xA4/\"}";
	const char *header = "sha256=0ffe27dd8acff5a26095911995fb6d5f09a961dbbc01e0d9b6d4600d82bf70ff";
	assert_true(wa_signature_ok(header, "app secret", escaped, strlen(escaped)));
	assert_false(wa_signature_ok(header, "app secret", plain, strlen(plain)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(other_headers_are_refused),
		cmocka_unit_test(a_change_anywhere_is_refused),
		cmocka_unit_test(escapes_are_bytes),
	};
	return cmocka_run_group_tests_name("wa/signature", tests, NULL, NULL);
}
