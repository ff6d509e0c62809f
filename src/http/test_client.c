#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_world.h"

static void test_what_is_sent(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	static const char *const headers[] = {"X-One: 1", "X-Two: 2", NULL};
	struct http_call_options options = world_post(world);
	options.bearer = "secret";
	options.headers = headers;
	char expected[512];
	snprintf(expected, sizeof(expected),
	         "POST /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: tester/1\r\nAccept: */*\r\n"
	         "Content-Type: application/json\r\nAuthorization: Bearer secret\r\nX-One: 1\r\nX-Two: 2\r\n"
	         "Content-Length: 7\r\n\r\n{\"a\":1}",
	         world->server.port);
	world_check_ok(world_run(world, &options));
	assert_string_equal(world->seen.last, expected);
	assert_int_equal(world->result.answer.body_started, 1);
	assert_int_equal(world->result.answer.retry_after_s, -1);

	/* The same handle and connection, for something else altogether. */
	const struct http_call_options options_get = world_get(world);
	snprintf(expected, sizeof(expected),
	         "GET /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: tester/1\r\nAccept: */*\r\n\r\n",
	         world->server.port);
	world_check_ok(world_run(world, &options_get));
	assert_string_equal(world->seen.last, expected);
	assert_int_equal(world->result.answer.body_started, 0);
	assert_int_equal(world->seen.n_connections, 1);
}

static void test_methods(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	struct http_call_options options = world_get(world);
	options.method = "DELETE";
	world_check_ok(world_run(world, &options));
	assert_memory_equal(world->seen.last, "DELETE /path?q=1 HTTP/1.1\r\n", 27);
	assert_null(strstr(world->seen.last, "Content-"));
	options.method = "POST";
	world_check_ok(world_run(world, &options));
	assert_memory_equal(world->seen.last, "POST /path?q=1 HTTP/1.1\r\n", 25);
	assert_non_null(strstr(world->seen.last, "Content-Length: 0\r\n"));
	options = world_post(world);
	options.method = "PUT";
	world_check_ok(world_run(world, &options));
	assert_memory_equal(world->seen.last, "PUT /path?q=1 HTTP/1.1\r\n", 24);
	assert_non_null(strstr(world->seen.last, "\r\n\r\n{\"a\":1}"));
}

static void test_large_body(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	enum { N = 200000 };
	char *body = malloc(N);
	assert_non_null(body);
	for (int i = 0; i < N; i++)
		body[i] = (char)('a' + i % 26);
	struct http_call_options options = world_post(world);
	options.body = body;
	options.n_body_bytes = N;
	world_check_ok(world_run(world, &options));
	assert_memory_equal(strstr(world->seen.last, "\r\n\r\n") + 4, body, N);
	assert_null(strcasestr(world->seen.last, "expect"));
	options = world_post(world);
	world_check_ok(world_run(world, &options));
	free(body);
}

static void test_refused_options(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	static const char *const two_lines[] = {"X: 1\r\nY: 2", NULL};
	struct http_call_options options = world_post(world);
	options.bearer = "a\nb";
	assert_int_equal(http_client_start(world->client, &options, world_told, world), -1);
	options = world_post(world);
	options.headers = two_lines;
	assert_int_equal(http_client_start(world->client, &options, world_told, world), -1);
	options = world_post(world);
	options.method = "HEAD";
	assert_int_equal(http_client_start(world->client, &options, world_told, world), -1);
	options = world_post(world);
	options.url = "file:///etc/passwd";
	assert_int_equal(http_client_start(world->client, &options, world_told, world), -1);
	assert_int_equal(http_client_active(world->client), 0);
	options = world_post(world);
	world_check_ok(world_run(world, &options));
	assert_int_equal(world->result.n_told, 1);
}

static void serve_503(int fd, int n_before, void *arg)
{
	(void)n_before;
	while (seen_request(arg, fd))
		peer_send(fd, "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy");
	close(fd);
}

static void test_a_fault_is_an_answer(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_503);
	const struct http_call_options options = world_post(world);
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_ANSWERED);
	assert_int_equal(result->answer.status, 503);
	assert_int_equal(result->answer.retry_after_s, 7);
	assert_string_equal(result->body, "busy");
}

static void serve_redirect(int fd, int n_before, void *arg)
{
	(void)n_before;
	while (seen_request(arg, fd))
		peer_send(fd, "HTTP/1.1 307 Away\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
	close(fd);
}

static void test_redirects_are_not_followed(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_redirect);
	const struct http_call_options options = world_post(world);
	assert_int_equal(world_run(world, &options)->answer.status, 307);
	assert_int_equal(world->seen.n_requests, 1);
}

struct chain {
	struct world *world;
	int n_left;
};

static void next_in_chain(const struct http_answer *answer, void *arg)
{
	struct chain *chain = arg;
	const struct http_call_options options = world_post(chain->world);
	if (answer->outcome != HTTP_ANSWERED || answer->status != 200 || --chain->n_left == 0)
		event_base_loopbreak(chain->world->base);
	else if (http_client_start(chain->world->client, &options, next_in_chain, chain) < 0)
		event_base_loopbreak(chain->world->base);
}

static void test_calls_from_a_done_callback(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	const struct http_call_options options = world_post(world);
	struct chain chain = {.world = world, .n_left = 300};
	assert_int_equal(http_client_start(world->client, &options, next_in_chain, &chain), 0);
	event_base_dispatch(world->base);
	assert_int_equal(chain.n_left, 0);
	assert_int_equal(world->seen.n_requests, 300);
	assert_int_equal(world->seen.n_connections, 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_what_is_sent),
		IN_WORLD(test_methods),
		IN_WORLD(test_large_body),
		IN_WORLD(test_refused_options),
		IN_WORLD(test_a_fault_is_an_answer),
		IN_WORLD(test_redirects_are_not_followed),
		IN_WORLD(test_calls_from_a_done_callback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
