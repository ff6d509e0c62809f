/* A request is never sent twice, and its outcome is honest. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_world.h"

/* The first request of all is answered; the next one is read whole and reset. Whoever comes then is answered,
 * so that a request sent again would look like a success. */
static void serve_ok_then_reset(int fd, int n_before, void *arg)
{
	struct seen *seen = arg;
	(void)n_before;
	atomic_fetch_add(&seen->n_connections, 1);
	while (seen_request(seen, fd)) {
		if (seen->n_requests == 2) {
			peer_reset(fd);
			return;
		}
		peer_answer_ok(fd);
	}
	close(fd);
}

static void serve_ok_then_close(int fd, int n_before, void *arg)
{
	struct seen *seen = arg;
	(void)n_before;
	atomic_fetch_add(&seen->n_connections, 1);
	while (seen_request(seen, fd) && seen->n_requests != 2)
		peer_answer_ok(fd);
	close(fd);
}

static void check_never_twice(struct world *world, const struct http_call_options *options, int body_started)
{
	world_check_ok(world_run(world, options));
	const struct result *result = world_run(world, options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	assert_int_equal(result->answer.body_started, body_started);
	assert_string_equal(result->reason, "the connection ended before an answer came");
	assert_int_equal(world->seen.n_requests, 2);
	/* Nothing of it lingers: the next call is one request on a new connection. */
	world_check_ok(world_run(world, options));
	assert_int_equal(world->seen.n_requests, 3);
}

static void test_post_reset_on_a_reused_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok_then_reset);
	const struct http_call_options options = world_post(world);
	check_never_twice(world, &options, 1);
}

static void test_post_closed_on_a_reused_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok_then_close);
	const struct http_call_options options = world_post(world);
	check_never_twice(world, &options, 1);
}

static void test_delete_reset_on_a_reused_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok_then_reset);
	struct http_call_options options = world_get(world);
	options.method = "DELETE";
	check_never_twice(world, &options, 0);
}

static void test_empty_post_closed_on_a_reused_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok_then_close);
	struct http_call_options options = world_get(world);
	options.method = "POST";
	check_never_twice(world, &options, 0);
}

static void test_large_post_reset_on_a_reused_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok_then_reset);
	char *body = malloc(200000);
	assert_non_null(body);
	memset(body, 'x', 200000);
	struct http_call_options options = world_post(world);
	options.body = body;
	options.n_body_bytes = 200000;
	check_never_twice(world, &options, 1);
	free(body);
}

static void serve_one_each(int fd, int n_before, void *arg)
{
	struct seen *seen = arg;
	(void)n_before;
	atomic_fetch_add(&seen->n_connections, 1);
	if (seen_request(seen, fd))
		peer_answer_ok(fd);
	close(fd);
	sem_post(&seen->closed);
}

/* A connection found closed before anything of the next request left is no harm. */
static void test_idle_connection_closed(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_one_each);
	const struct http_call_options options = world_post(world);
	for (int i = 1; i <= 3; i++) {
		world_check_ok(world_run(world, &options));
		sem_wait(&world->seen.closed);
		assert_int_equal(world->seen.n_connections, i);
		assert_int_equal(world->seen.n_requests, i);
	}
}

static void serve_reset_at_once(int fd, int n_before, void *arg)
{
	(void)n_before;
	seen_request(arg, fd);
	peer_reset(fd);
}

static void test_reset_on_a_new_connection(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_reset_at_once);
	const struct http_call_options options = world_post(world);
	assert_int_equal(world_run(world, &options)->answer.outcome, HTTP_MAYBE_SENT);
	assert_int_equal(world->seen.n_requests, 1);
}

static void test_connection_refused(void **state)
{
	struct world *world = *state;
	struct peer_server gone;
	peer_server_start(&gone, serve_ok, &world->seen);
	peer_server_stop(&gone);
	snprintf(world->url, sizeof(world->url), "http://127.0.0.1:%u/", gone.port);
	const struct http_call_options with_body = world_post(world);
	assert_int_equal(world_run(world, &with_body)->answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(world->result.answer.body_started, 0);
	assert_int_not_equal(world->result.reason[0], '\0');
	const struct http_call_options without = world_get(world);
	assert_int_equal(world_run(world, &without)->answer.outcome, HTTP_NOT_SENT);
}

/* An https URL at a server that does not speak TLS. */
static void serve_no_tls(int fd, int n_before, void *arg)
{
	(void)n_before;
	(void)arg;
	peer_send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
	shutdown(fd, SHUT_WR);
	char byte;
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
}

static void test_tls_fails(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_no_tls);
	snprintf(world->url, sizeof(world->url), "https://127.0.0.1:%u/", world->server.port);
	const struct http_call_options with_body = world_post(world);
	assert_int_equal(world_run(world, &with_body)->answer.outcome, HTTP_NOT_SENT);
	const struct http_call_options without = world_get(world);
	assert_int_equal(world_run(world, &without)->answer.outcome, HTTP_NOT_SENT);
}

static void serve_half(int fd, int n_before, void *arg)
{
	(void)n_before;
	seen_request(arg, fd);
	peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
	close(fd);
}

static void test_half_an_answer(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_half);
	const struct http_call_options options = world_post(world);
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	assert_string_equal(result->body, "");
	assert_int_equal(result->answer.status, 0);
}

static void serve_1001_bytes(int fd, int n_before, void *arg)
{
	(void)n_before;
	while (seen_request(arg, fd)) {
		char text[1100];
		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n%01001d", 0);
		peer_send(fd, text);
	}
	close(fd);
}

static void serve_half_and_wait(int fd, int n_before, void *arg)
{
	char byte;
	(void)n_before;
	seen_request(arg, fd);
	peer_send(fd, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nhalf");
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
}

static void serve_half_a_head(int fd, int n_before, void *arg)
{
	(void)n_before;
	seen_request(arg, fd);
	peer_send(fd, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le");
	close(fd);
}

static void check_head(struct world *world, void (*serve)(int fd, int n_before, void *arg), int status)
{
	world_serve(world, serve);
	const struct http_call_options options = world_post(world);
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_ANSWERED);
	assert_int_equal(result->answer.status, status);
	assert_string_equal(result->body, "");
	assert_int_equal(world->seen.n_requests, 1);
}

static void test_the_head_suffices_of_half_an_answer(void **state)
{
	check_head(*state, serve_half, 200);
}

static void test_the_head_suffices_of_one_that_stops(void **state)
{
	check_head(*state, serve_half_and_wait, 201);
}

static void test_the_head_suffices_of_one_too_large(void **state)
{
	check_head(*state, serve_1001_bytes, 200);
}

static void test_half_a_head_does_not_suffice(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_half_a_head);
	const struct http_call_options options = world_post(world);
	assert_int_equal(world_run(world, &options)->answer.outcome, HTTP_MAYBE_SENT);
}

/* What is small is read, and its connection used again. */
static void test_the_head_suffices_and_the_connection_stays(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_ok);
	const struct http_call_options options = world_post(world);
	for (int i = 0; i < 3; i++)
		assert_int_equal(world_run(world, &options)->answer.status, 200);
	assert_int_equal(world->seen.n_connections, 1);
}

static void test_answer_too_large(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_1001_bytes);
	const struct http_call_options options = world_post(world);
	const struct result *result = world_run(world, &options);
	assert_int_equal(result->answer.outcome, HTTP_MAYBE_SENT);
	assert_string_equal(result->reason, "the answer was larger than the limit");
}

/* Reads the request and says nothing until the client has gone. */
static void serve_silence(int fd, int n_before, void *arg)
{
	(void)n_before;
	struct seen *seen = arg;
	seen_request(seen, fd);
	sem_post(&seen->closed);
	char byte;
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
}

static void test_time_out(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_silence);
	struct http_call_options options = world_post(world);
	options.total_timeout_ms = 50;
	assert_int_equal(world_run(world, &options)->answer.outcome, HTTP_MAYBE_SENT);
	assert_int_equal(world->result.answer.body_started, 1);
	assert_int_equal(world->seen.n_requests, 1);
}

/* A call that found no free connection in its time was not sent. */
static void test_time_out_in_the_queue(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_silence);
	struct http_call_options options = world_post(world);
	options.total_timeout_ms = 5000;
	struct http_client *client = world->client;
	static struct world silent;
	silent = (struct world){.base = world->base, .n_left = -1};
	assert_int_equal(http_client_start(client, &options, world_told, &silent), 0);
	assert_int_equal(http_client_start(client, &options, world_told, &silent), 0);
	options.total_timeout_ms = 50;
	assert_int_equal(http_client_start(client, &options, world_told, world), 0);
	world_wait(world, 1);
	assert_int_equal(world->result.answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(silent.result.n_told, 0);
	http_client_destroy(client);
	world->client = NULL;
	assert_int_equal(silent.result.n_told, 2);
}

static void check_canceled(struct world *world, int body_started)
{
	http_client_destroy(world->client);
	world->client = NULL;
	assert_int_equal(world->result.n_told, 1);
	assert_int_equal(world->result.answer.outcome, HTTP_CANCELED);
	assert_int_equal(world->result.answer.body_started, body_started);
}

static void test_destroy_before_anything_left(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_silence);
	const struct http_call_options options = world_post(world);
	assert_int_equal(http_client_start(world->client, &options, world_told, world), 0);
	check_canceled(world, 0);
	assert_int_equal(world->seen.n_requests, 0);
}

static void test_destroy_in_flight(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_silence);
	const struct http_call_options options = world_post(world);
	assert_int_equal(http_client_start(world->client, &options, world_told, world), 0);
	while (sem_trywait(&world->seen.closed) != 0)
		event_base_loop(world->base, EVLOOP_NONBLOCK);
	check_canceled(world, 1);
}

/* Answers each request of which a body comes; the end of the connection may come instead of one. */
static void serve_those_with_bodies(int fd, int n_before, void *arg)
{
	struct seen *seen = arg;
	char request[8192];
	size_t n = 0;
	ssize_t got;
	(void)n_before;
	while ((got = recv(fd, request + n, sizeof(request) - 1 - n, 0)) > 0) {
		n += (size_t)got;
		request[n] = '\0';
		const char *head_end = strstr(request, "\r\n\r\n");
		if (!head_end || !head_end[4])
			continue;
		atomic_fetch_add(&seen->n_requests, 1);
		peer_answer_ok(fd);
		n = 0;
	}
	close(fd);
}

/* By the clock when its body is asked for, on a new connection and on one that is there already. */
static void test_too_late_to_be_sent(void **state)
{
	struct world *world = *state;
	world_serve(world, serve_those_with_bodies);
	struct http_call_options options = world_post(world);
	for (int round = 0; round < 3; round++) {
		options.not_after_us = clock_mono_us();
		const struct result *late = world_run(world, &options);
		assert_int_equal(late->answer.outcome, HTTP_NOT_SENT);
		assert_int_equal(late->answer.body_started, 0);
		assert_string_equal(late->reason, "it was too late to send it");
		assert_int_equal(world->seen.n_requests, round);
		options.not_after_us = clock_mono_us() + 3600 * (usec_t)1000000;
		world_check_ok(world_run(world, &options));
		assert_int_equal(world->seen.n_requests, round + 1);
	}
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
#define WITH_HEAD(test) cmocka_unit_test_setup_teardown(test, world_setup_head, world_teardown)
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_post_reset_on_a_reused_connection),
		IN_WORLD(test_post_closed_on_a_reused_connection),
		IN_WORLD(test_delete_reset_on_a_reused_connection),
		IN_WORLD(test_empty_post_closed_on_a_reused_connection),
		IN_WORLD(test_large_post_reset_on_a_reused_connection),
		IN_WORLD(test_idle_connection_closed),
		IN_WORLD(test_reset_on_a_new_connection),
		IN_WORLD(test_connection_refused),
		IN_WORLD(test_tls_fails),
		IN_WORLD(test_half_an_answer),
		IN_WORLD(test_answer_too_large),
		WITH_HEAD(test_the_head_suffices_of_half_an_answer),
		WITH_HEAD(test_the_head_suffices_of_one_that_stops),
		WITH_HEAD(test_the_head_suffices_of_one_too_large),
		WITH_HEAD(test_half_a_head_does_not_suffice),
		WITH_HEAD(test_the_head_suffices_and_the_connection_stays),
		IN_WORLD(test_time_out),
		IN_WORLD(test_time_out_in_the_queue),
		IN_WORLD(test_too_late_to_be_sent),
		IN_WORLD(test_destroy_before_anything_left),
		IN_WORLD(test_destroy_in_flight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
