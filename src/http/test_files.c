/* Bodies from files, answers to files, and whom a call may be made to. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_world.h"

enum { FILE_BYTES = 150000 };

static int make_file(char *ret, size_t n_bytes)
{
	int fd = memfd_create("body", MFD_CLOEXEC);
	for (size_t i = 0; i < n_bytes; i++)
		ret[i] = (char)('a' + i % 23);
	assert_int_equal(write(fd, ret, n_bytes), (ssize_t)n_bytes);
	return fd;
}

static void test_body_from_a_file(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	char *text = malloc(FILE_BYTES);
	int fd = make_file(text, FILE_BYTES);
	struct http_call_options options = world_post(world);
	options.body = "head>";
	options.n_body_bytes = 5;
	options.file = &(struct http_file){.fd = fd, .offset = 7, .n_bytes = FILE_BYTES - 7, .tail = "<tail"};
	world_check_ok(world_run(world, &options));
	const char *body = strstr(world->seen.last, "\r\n\r\n") + 4;
	assert_memory_equal(body, "head>", 5);
	assert_memory_equal(body + 5, text + 7, FILE_BYTES - 7);
	assert_string_equal(body + 5 + FILE_BYTES - 7, "<tail");

	/* The file alone, and then a call without one on the same handle. */
	options.body = NULL;
	options.n_body_bytes = 0;
	options.file = &(struct http_file){.fd = fd, .n_bytes = 10};
	world_check_ok(world_run(world, &options));
	assert_memory_equal(strstr(world->seen.last, "\r\n\r\n") + 4, text, 11 - 1);
	options = world_post(world);
	world_check_ok(world_run(world, &options));
	assert_string_equal(strstr(world->seen.last, "\r\n\r\n") + 4, "{\"a\":1}");
	close(fd);
	free(text);
}

static void serve_until_the_end(int fd, int n_before, void *arg)
{
	(void)n_before;
	(void)arg;
	char bytes[1024];
	while (read(fd, bytes, sizeof(bytes)) > 0) {
	}
	close(fd);
}

static void test_file_that_became_shorter(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_until_the_end);
	char text[100];
	int fd = make_file(text, sizeof(text));
	struct http_call_options options = world_post(world);
	options.file = &(struct http_file){.fd = fd, .n_bytes = sizeof(text) + 1};
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	close(fd);
}

static void serve_long(int fd, int n_before, void *arg)
{
	(void)n_before;
	char answer[8192] = "HTTP/1.1 200 OK\r\nContent-Type: image/png; x=y\r\nTransfer-Encoding: chunked\r\n\r\n";
	for (int i = 0; i < 300; i++)
		strcat(answer, "a\r\n0123456789\r\n");
	strcat(answer, "0\r\n\r\n");
	while (seen_request(arg, fd))
		peer_send(fd, answer); /* at once: the client may hang up in the middle */
	close(fd);
}

static void test_answer_to_a_file(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_long);
	int fd = memfd_create("answer", MFD_CLOEXEC);
	char text[3001] = "";
	struct http_call_options options = world_get(world);
	options.sink = &(struct http_sink){.fd = fd, .max_bytes = 3000};
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_ANSWERED);
	assert_string_equal(result->body, "");
	assert_string_equal(result->content_type, "image/png; x=y");
	assert_int_equal(pread(fd, text, sizeof(text), 0), 3000); /* three times what memory would have held */
	assert_memory_equal(text, "0123456789012345", 16);

	options.sink = &(struct http_sink){.fd = fd, .max_bytes = 2999};
	result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	assert_int_equal(result->answer.too_large, 1);
	assert_string_equal(result->reason, "the answer was larger than the limit");
	close(fd);
}

static void serve_not_found(int fd, int n_before, void *arg)
{
	(void)n_before;
	while (seen_request(arg, fd))
		peer_send(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
	close(fd);
}

static void test_only_a_200_goes_to_the_file(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_not_found);
	int fd = memfd_create("answer", MFD_CLOEXEC);
	struct http_call_options options = world_get(world);
	options.sink = &(struct http_sink){.fd = fd, .max_bytes = 3000};
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.status, 404);
	assert_string_equal(result->body, "none");
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	close(fd);
}

static void test_file_that_cannot_be_written(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct http_call_options options = world_get(world);
	options.sink = &(struct http_sink){.fd = fd, .max_bytes = 3000};
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	assert_string_equal(result->reason, "the answer could not be written to a file");
	close(fd);
}

static void serve_redirect(int fd, int n_before, void *arg)
{
	(void)n_before;
	while (seen_request(arg, fd))
		peer_send(fd, "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
	close(fd);
}

static void test_redirects_are_not_followed(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_redirect);
	const struct http_call_options options = world_get(world);
	assert_int_equal(world_run(world, &options)->answer.status, 302);
	assert_int_equal(world->seen.n_requests, 1);
}

/* The same server, by an address and by a name: neither is reached. */
static void test_public_targets_only(void **state)
{
	struct world *world = *state;
	struct err err;
	world_serve(world, serve_ok);
	http_client_destroy(world->client);
	assert_int_equal(
		http_client_create(world->base, &(struct http_client_options){.public_only = true}, &world->client, &err), 0);
	char by_name[64];
	snprintf(by_name, sizeof(by_name), "http://localhost:%u/", world->server.port);
	const char *const urls[] = {world->url, by_name};
	for (int i = 0; i < 2; i++) {
		struct http_call_options options = world_get(world);
		options.url = urls[i];
		const struct result *result = world_run(world, &options);
		assert_int_equal(result->answer.outcome, HTTP_NOT_SENT);
		assert_string_equal(result->reason, "the address is not a public one");
	}
	assert_int_equal(world->seen.n_connections, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_body_from_a_file, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_file_that_became_shorter, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_answer_to_a_file, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_only_a_200_goes_to_the_file, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_file_that_cannot_be_written, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_redirects_are_not_followed, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_public_targets_only, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
