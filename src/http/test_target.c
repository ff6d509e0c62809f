#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "http/target.h"

static bool is_public(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return target_is_public((const struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return target_is_public((const struct sockaddr *)&in6);
}

static const char *const closed[] = {
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.1",
	"10.255.255.255",
	"100.64.0.1",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.0.1",
	"169.254.169.254",
	"172.16.0.1",
	"172.31.255.255",
	"192.0.0.8",
	"192.0.2.1",
	"192.168.1.1",
	"198.18.0.1",
	"198.19.255.255",
	"198.51.100.7",
	"203.0.113.9",
	"224.0.0.1",
	"239.255.255.255",
	"240.0.0.1",
	"255.255.255.255",
	"::",
	"::1",
	"fe80::1",
	"fc00::1",
	"fdff::1",
	"ff02::1",
	"::ffff:127.0.0.1",
	"::ffff:10.0.0.1",
	"::127.0.0.1",
	"64:ff9b::a00:1",
	"64:ff9b:1::1",
	"2002:7f00:1::",
	"2002:a9fe:a9fe::1",
	"2001:db8::1",
	"2001:0:1:2::3",
	"2001:10::1",
	"3fff::1",
	"100::1",
	"5f00::1",
	"2001:1ff:ffff::1",
	"::ffff:169.254.0.1",
	"fec0::1",
	"4000::1",
};
static const char *const open[] = {
	"1.1.1.1",          "9.255.255.255",   "11.0.0.0",        "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
	"128.0.0.1",        "169.253.255.255", "172.15.255.255",  "172.32.0.0",      "192.167.255.255", "192.169.0.0",
	"198.17.0.1",       "198.20.0.1",      "223.255.255.255", "2606:4700::1111", "2001:200::1",     "2a00:1450::1",
	"64:ff9b::101:101", "::ffff:1.1.1.1",  "2002:101:101::1", "2001:db9::1",
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (is_public(closed[i]))
			fail_msg("%s passes for public", closed[i]);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		if (!is_public(open[i]))
			fail_msg("%s passes for private", open[i]);
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	assert_false(target_is_public((const struct sockaddr *)&un));
}

static void test_urls(void **state)
{
	(void)state;
	static const char *const good[] = {"http://example.com/a.jpg",  "https://example.com:8443/x?y=z",
	                                   "HTTPS://EXAMPLE.COM",       "http://1.1.1.1/",
	                                   "http://[2606:4700::1111]/", "https://localhost.example.com/"};
	static const char *const inner[] = {
		"http://127.0.0.1/",
		"http://2130706433/",
		"http://0x7f.1/",
		"http://017700000001/",
		"http://127.1:80/",
		"http://[::1]/",
		"http://[fe80::1%25eth0]/",
		"http://localhost:9/",
		"http://LOCALHOST./",
		"http://a.localhost/",
		"http://nas.local/",
		"http://metadata.internal/",
		"http://169.254.169.254/latest",
		"http://0/",
		"http://[::ffff:10.0.0.1]/",
		"http://10.1/",
		"http:/25%30",
		"http://%30x7f.1/",
		"http://1%32%37.1/",
		"http://%6Cocalhost/",
	};
	static const char *const bad[] = {"",
	                                  "example.com",
	                                  "/a",
	                                  "ftp://example.com/",
	                                  "file:///etc/passwd",
	                                  "http:",
	                                  "http://",
	                                  "http:// a/",
	                                  "javascript:alert(1)",
	                                  "gopher://example.com/",
	                                  "http://a\nb/",
	                                  "http://user:pass@example.com/",
	                                  "http://1.1.1.1@127.0.0.1/"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (target_judge(good[i]) != TARGET_OK)
			fail_msg("%s is refused", good[i]);
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (target_judge(inner[i]) != TARGET_PRIVATE)
			fail_msg("%s does not pass for private: %d", inner[i], target_judge(inner[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (target_judge(bad[i]) != TARGET_NOT_HTTP)
			fail_msg("%s passes for a URL", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_urls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
