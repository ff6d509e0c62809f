#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "http/server_internal.h"

static void check_decode(const char *from, bool plus, const char *expected)
{
	char text[64];
	strcpy(text, from);
	bool fine = http_percent_decode(text, plus);
	assert_int_equal(fine, expected != NULL);
	if (expected)
		assert_string_equal(text, expected);
}

static void test_percent_decode(void **state)
{
	(void)state;
	check_decode("", false, "");
	check_decode("/a%2Fb%20c", false, "/a/b c");
	check_decode("a+b", false, "a+b");
	check_decode("a+b%2b", true, "a b+");
	check_decode("%e2%80%94", false, "\xe2\x80\x94");
	check_decode("%2525", false, "%25");
	check_decode("%", false, NULL);
	check_decode("%2", false, NULL);
	check_decode("%2g", false, NULL);
	check_decode("%g2", false, NULL);
	check_decode("%00", false, NULL);
	check_decode("%ff", false, NULL);
	check_decode("\xc3", false, NULL);
}

static struct http_request *make_request(struct http_server *server, const char *target)
{
	server->options.max_target_bytes = 8192;
	return request_create(server, NULL, target);
}

static void check_target(const char *target, const char *path, const char *query)
{
	struct http_server server = {0};
	struct http_request *req = make_request(&server, target);
	assert_true(request_read_target(req));
	assert_string_equal(http_path(req), path);
	assert_string_equal(http_query_string(req), query);
	request_destroy(req);
}

static void test_target(void **state)
{
	(void)state;
	check_target("/v1/x?a=b%20c", "/v1/x", "a=b%20c");
	check_target("/", "/", "");
	check_target("", "/", "");
	check_target("?a", "/", "a");
	check_target("/a?", "/a", "");
	check_target("/a?b?c", "/a", "b?c");
	check_target("/%C3%A9", "/\xc3\xa9", "");
	check_target("http://host:80/p?q", "/p", "q");
	check_target("HTTPS://host", "/", "");
	check_target("https://host?q", "/", "q");
	check_target("*", "*", "");
}

static void check_unreadable(const char *target)
{
	struct http_server server = {0};
	struct http_request *req = make_request(&server, target);
	assert_false(request_read_target(req));
	assert_string_equal(http_path(req), "/");
	assert_string_equal(http_query_string(req), "");
	request_destroy(req);
}

static void test_unreadable_target(void **state)
{
	(void)state;
	check_unreadable("/%zz");
	check_unreadable("/a?b=%f");
	check_unreadable("/a?%00=1");
	check_unreadable("/a?b=%ff");
	check_unreadable("/a?\xff");
}

static void test_query(void **state)
{
	(void)state;
	struct http_server server = {0};
	struct http_request *req = make_request(&server, "/?filter%5Bstatuses%5D=a,b&filter[x]=1+2&&flag&e=&x=1&x=2&y=a=b");
	assert_true(request_read_target(req));
	assert_string_equal(http_query(req, "filter[statuses]", 0), "a,b");
	assert_string_equal(http_query(req, "filter[x]", 0), "1 2");
	assert_string_equal(http_query(req, "flag", 0), "");
	assert_string_equal(http_query(req, "e", 0), "");
	assert_string_equal(http_query(req, "x", 0), "1");
	assert_string_equal(http_query(req, "x", 1), "2");
	assert_null(http_query(req, "x", 2));
	assert_string_equal(http_query(req, "y", 0), "a=b");
	assert_null(http_query(req, "X", 0));
	assert_null(http_query(req, "", 0));
	request_destroy(req);
}

static void check_parameters(int n, bool readable)
{
	char target[512] = "/?";
	for (int i = 0; i < n; i++)
		strcat(target, "a&");
	struct http_server server = {0};
	struct http_request *req = make_request(&server, target);
	assert_int_equal(request_read_target(req), readable);
	request_destroy(req);
}

static void test_number_of_parameters(void **state)
{
	(void)state;
	check_parameters(HTTP_MAX_QUERY_PARAMETERS, true);
	check_parameters(HTTP_MAX_QUERY_PARAMETERS + 1, false);
}

static void test_user_and_arena(void **state)
{
	(void)state;
	struct http_server server = {0};
	struct http_request *req = make_request(&server, "/");
	assert_null(http_user(req));
	http_set_user(req, &server);
	assert_ptr_equal(http_user(req), &server);
	assert_non_null(arena_strdup(http_arena(req), "x"));
	size_t n = 1;
	assert_string_equal(http_body(req, &n), "");
	assert_int_equal(n, 0);
	request_destroy(req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percent_decode),       cmocka_unit_test(test_target),
		cmocka_unit_test(test_unreadable_target),    cmocka_unit_test(test_query),
		cmocka_unit_test(test_number_of_parameters), cmocka_unit_test(test_user_and_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
