#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_app.h"

static void test_what_a_request_says(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "POST /a%20b%2Fc?a=x+y&b HTTP/1.1\r\nHost: h\r\nX-Thing: Value\r\nContent-Length: 4\r\n\r\nbody");
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "POST /a b/c a=x+y&b [x y] [Value] 127.0.0.1 4:body");
	assert_non_null(strstr(answer.head, "X-One: 1\r\n"));
	assert_non_null(strstr(answer.head, "X-Two: 2\r\n"));
	assert_non_null(strstr(answer.head, "Content-Type: text/plain\r\n"));
	peer_send(fd, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	app_check_answer(fd, 200, "POST /x  [-] [-] 127.0.0.1 5:abcde");
	peer_send(fd, "GET /y HTTP/1.1\r\nHost: h\r\n\r\nGET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(fd, 200, "GET /y  [-] [-] 127.0.0.1 0:");
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
}

static void test_head_and_no_content(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "HEAD /y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	char text[2048] = "";
	size_t n = 0;
	for (ssize_t got; (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0;)
		n += (size_t)got;
	assert_non_null(strstr(text, "Content-Length: 28\r\n")); /* "GET /y …": what GET would get */
	assert_string_equal(text + n - 4, "\r\n\r\n");
	close(fd);

	fd = app_connect(app);
	peer_send(fd, "DELETE /nothing HTTP/1.1\r\nHost: h\r\n\r\nGET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 204);
	assert_null(strstr(answer.head, "Content-Length"));
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
}

static void test_policy_answers(void **state)
{
	struct app *app = *state;
	/* Not a byte of the body was sent. */
	app_check_refused(app, "POST /denied HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n", 401, "denied", true);
	app_check_refused(app, "POST /denied HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 401, "denied", true);
	app_check_refused(app, "POST /denied HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody", 401, "denied", true);

	int fd = app_connect(app);
	peer_send(fd, "GET /denied HTTP/1.1\r\nHost: h\r\n\r\nGET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(fd, 401, "denied");
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
	assert_int_equal(app->n_handled, 1);
}

static void test_body_file(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "POST /file HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
	peer_send(fd, "def");
	app_check_answer(fd, 200, "abcdef");
	peer_send(fd, "POST /unwritable HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef");
	app_check_answer(fd, 500, "refused 500 /unwritable");
	close(fd);
}

static void test_answer_later(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	int other = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	assert_string_equal(http_path(req), "/keep");
	assert_int_equal(http_server_active(app->server), 1);
	peer_send(other, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(other, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	http_respond(req, 200, "text/plain", "late", 4);
	app_check_answer(fd, 200, "late");
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	http_respond(app_take_kept(app), 201, NULL, NULL, 0);
	app_check_answer(fd, 201, "");
	close(fd);
	close(other);
}

static void *answer_all(void *arg)
{
	struct app *app = arg;
	for (struct http_request *req; (req = app_take_kept(app));)
		http_respond(req, 200, "text/plain", "raced", 5);
	return NULL;
}

/* An answer from another thread that comes about when the connection is being suspended. */
static void test_answers_race_with_keeping(void **state)
{
	struct app *app = *state;
	enum { N_CONNECTIONS = 8, N_ROUNDS = 200 };
	assert_int_equal(pthread_create(&app->responder, NULL, answer_all, app), 0);
	int fds[N_CONNECTIONS];
	for (int i = 0; i < N_CONNECTIONS; i++)
		fds[i] = app_connect(app);
	for (int round = 0; round < N_ROUNDS; round++) {
		for (int i = 0; i < N_CONNECTIONS; i++)
			peer_send(fds[i], "POST /keep HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
		for (int i = 0; i < N_CONNECTIONS; i++)
			app_check_answer(fds[i], 200, "raced");
	}
	for (int i = 0; i < N_CONNECTIONS; i++)
		close(fds[i]);
	pthread_mutex_lock(&app->lock);
	app->closing = true;
	pthread_cond_broadcast(&app->changed);
	pthread_mutex_unlock(&app->lock);
	pthread_join(app->responder, NULL);
	assert_int_equal(app->n_handled, N_CONNECTIONS * N_ROUNDS);
}

static void test_client_leaves_while_kept(void **state)
{
	struct app *app = *state;
	for (int i = 0; i < 20; i++) {
		int fd = app_connect(app);
		peer_send(fd, "POST /keep HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
		struct http_request *req = app_take_kept(app);
		if (i % 2)
			peer_reset(fd);
		else
			close(fd);
		assert_string_equal(http_header(req, "host"), "h");
		http_respond(req, 200, "text/plain", "nobody", 6);
	}
}

static void test_client_leaves_in_the_body(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "POST /file HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
	close(fd);
	fd = app_connect(app);
	peer_send(fd, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
	assert_int_equal(app->n_handled, 1);
}

static void check_dropped(const struct app *app, const char *request, int end)
{
	int fd = app_connect(app);
	peer_send(fd, request);
	assert_int_equal(peer_read_end(fd), end);
	close(fd);
}

static void test_drop(void **state)
{
	struct app *app = *state;
	check_dropped(app, "GET /reset HTTP/1.1\r\nHost: h\r\n\r\n", ECONNRESET);
	check_dropped(app, "GET /close HTTP/1.1\r\nHost: h\r\n\r\n", 0);
	check_dropped(app, "POST /reset HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", ECONNRESET);
	check_dropped(app, "GET /early-reset HTTP/1.1\r\nHost: h\r\n\r\n", ECONNRESET);
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	http_drop(app_take_kept(app), true);
	assert_int_equal(peer_read_end(fd), ECONNRESET);
	close(fd);
}

static void test_quiesce(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	http_server_quiesce(app->server);
	assert_int_equal(peer_connect(http_server_port(app->server)), -ECONNREFUSED);
	http_respond(req, 200, "text/plain", "last", 4);
	app_check_answer(fd, 200, "last");
	assert_int_equal(peer_read_end(fd), 0);
	close(fd);
}

static void *answer_one(void *arg)
{
	http_respond(arg, 200, "text/plain", "in time", 7);
	return NULL;
}

/* Stopping waits until the answer has left. */
static void test_stop_waits(void **state)
{
	app_start(state);
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, answer_one, req), 0);
	app_stop(state);
	pthread_join(thread, NULL);
	app_check_answer(fd, 200, "in time");
	close(fd);
}

static void test_stop_with_an_unanswered_request(void **state)
{
	app_start(state);
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	http_server_stop(app->server, 0);
	app->server = NULL;
	peer_read_end(fd);
	http_respond(req, 200, "text/plain", "too late", 8);
	app_stop(state);
	close(fd);
}

static void test_start_faults(void **state)
{
	struct app *app = *state;
	struct http_server *server = NULL;
	struct err err;
	struct http_server_options options = {
		.host = "127.0.0.1",
		.port = http_server_port(app->server),
		.policy = app_policy,
		.handle = app_handle,
		.refuse = app_refuse,
	};
	char expected[128];
	snprintf(expected, sizeof(expected), "cannot listen on 127.0.0.1 port %u: Address already in use", options.port);
	assert_int_equal(http_server_start(&options, &server, &err), -1);
	assert_string_equal(err.text, expected);
	options.host = "not an address";
	assert_int_equal(http_server_start(&options, &server, &err), -1);
	assert_memory_equal(err.text, "cannot find the address \"not an address\" to listen on: ", 54);
	assert_null(server);
	http_server_stop(NULL, 0);
}

int main(void)
{
#define WITH_APP(test) cmocka_unit_test_setup_teardown(test, app_start, app_stop)
	const struct CMUnitTest tests[] = {
		WITH_APP(test_what_a_request_says),
		WITH_APP(test_head_and_no_content),
		WITH_APP(test_policy_answers),
		WITH_APP(test_body_file),
		WITH_APP(test_answer_later),
		WITH_APP(test_answers_race_with_keeping),
		WITH_APP(test_client_leaves_while_kept),
		WITH_APP(test_client_leaves_in_the_body),
		WITH_APP(test_drop),
		WITH_APP(test_quiesce),
		cmocka_unit_test(test_stop_waits),
		cmocka_unit_test(test_stop_with_an_unanswered_request),
		WITH_APP(test_start_faults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
