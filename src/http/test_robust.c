/* Clients that are slow, many or greedy: each is refused, and the others notice nothing. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_app.h"

#define LIMIT_MS 200
#define DEADLINE_MS 10000
#define MAX_OPEN 17 /* of 20: a tenth and one stay free */

static int start_impatient(void **state)
{
	return app_start_with(state, &(struct http_server_options){.request_timeout_ms = LIMIT_MS});
}

static int start_patient(void **state)
{
	return app_start_with(state, &(struct http_server_options){.request_timeout_ms = 5 * LIMIT_MS});
}

static int start_crowded(void **state)
{
	/* Nobody is late here, and whoever came is a newcomer as long as the test runs. */
	return app_start_with(state, &(struct http_server_options){.max_connections = 20, .request_timeout_ms = 600000});
}

static int start_poor(void **state)
{
	return app_start_with(state, &(struct http_server_options){.max_body_memory_bytes = 1500});
}

static void check_served(const struct app *app)
{
	int fd = app_connect(app);
	peer_send(fd, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
}

static bool is_readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, ms) == 1;
}

/* A byte now and then, so that the connection is never silent, until the server has something to say to it. */
static void dribble(int fd)
{
	for (int waited = 0; !is_readable(fd, 10); waited += 10) {
		assert_true(waited < DEADLINE_MS);
		(void)send(fd, "x", 1, MSG_NOSIGNAL);
	}
}

static void check_cut(const struct app *app, const char *start, const char *path)
{
	int fd = app_connect(app);
	peer_send(fd, start);
	dribble(fd);
	app_check_answer(fd, 408, path);
	int end = peer_read_end(fd);
	assert_true(end == 0 || end == ECONNRESET);
	close(fd);
	check_served(app);
}

static void test_slow_requests(void **state)
{
	struct app *app = *state;
	check_cut(app, "GET /z HTTP/1.1\r\nHost: ", "");
	check_cut(app, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n", "/b");
	check_cut(app, "POST /file HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\nabc", "/file");
	check_cut(app, "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n300\r\n", "/b");
	assert_int_equal(app->n_handled, 4); /* those of check_served */
}

/* Nobody can tell yet that this is a request. */
static void test_slow_request_line(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /");
	dribble(fd);
	int end = peer_read_end(fd);
	assert_true(end == 0 || end == ECONNRESET);
	close(fd);
	check_served(app);
}

/* What a slow client sent before does not count for its next request. */
static void test_slow_second_request(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	peer_send(fd, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n");
	dribble(fd);
	app_check_answer(fd, 408, "/b");
	close(fd);
}

/* A client that has sent a body of 64 KiB but for its last n bytes. */
static int large_body(const struct app *app, int n)
{
	enum { N = 64 * 1024 };
	char *piece = malloc(N), head[128];
	assert_non_null(piece);
	memset(piece, 'x', N);
	int fd = app_connect(app);
	snprintf(head, sizeof(head), "POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", N + n);
	peer_send(fd, head);
	peer_send_bytes(fd, piece, N);
	free(piece);
	return fd;
}

/* It takes its time, as long as it moves. */
static void test_large_bodies_take_longer(void **state)
{
	struct app *app = *state;
	enum { N = 30 };
	int fd = large_body(app, N);
	for (int i = 0; i < N; i++) {
		assert_false(is_readable(fd, 3 * LIMIT_MS / N));
		peer_send(fd, "x");
	}
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 200);
	close(fd);
}

static void test_large_bodies_that_stop(void **state)
{
	struct app *app = *state;
	int fd = large_body(app, 1);
	app_check_answer(fd, 408, "/large");
	close(fd);
}

/* One that is being answered is nobody's to close, however long that takes. */
static void test_kept_requests_stay(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	int slow = app_connect(app);
	peer_send(slow, "GET /z HTTP/1.1\r\nX: ");
	dribble(slow);
	close(slow);
	http_respond(req, 200, "text/plain", "late", 4);
	app_check_answer(fd, 200, "late");
	close(fd);
}

static void test_a_crowd(void **state)
{
	struct app *app = *state;
	enum { N = 300 };
	int fds[N];
	int busy = app_connect(app);
	peer_send(busy, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	for (int i = 0; i < N; i++) {
		fds[i] = app_connect(app);
		if (i % 3 == 1)
			peer_send(fds[i], "GET /z HTTP/1.1\r\nX: ");
		if (i % 3 == 2)
			peer_send(fds[i], "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\nabc");
		check_served(app);
	}
	for (int i = 0; i < N; i++)
		close(fds[i]);
	http_respond(req, 200, "text/plain", "late", 4);
	app_check_answer(busy, 200, "late");
	close(busy);
	check_served(app);
}

/* `n_tapped`: with these, so much has come of all bodies. */
static int open_body(struct app *app, const char *start, size_t n_tapped)
{
	int fd = app_connect(app);
	peer_send(fd, "POST /tapped HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n");
	peer_send(fd, start);
	app_wait_tapped(app, n_tapped);
	return fd;
}

/* One that has only just come is not closed for the next one, be all other places taken by slow bodies. */
static void test_slow_bodies_keep_nobody_out(void **state)
{
	struct app *app = *state;
	enum { N = MAX_OPEN - 1, N_FAST = 890 };
	char fast[N_FAST + 1], rest[900 - N_FAST + 1];
	memset(fast, 'x', N_FAST);
	memset(rest, 'x', sizeof(rest) - 1);
	fast[N_FAST] = rest[sizeof(rest) - 1] = '\0';
	int fds[N];
	for (int i = 0; i < N; i++)
		fds[i] = open_body(app, i == 0 ? fast : "x", N_FAST + (size_t)i);
	int newcomer = app_connect(app);
	peer_send(newcomer, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(newcomer, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	check_served(app);
	app_check_answer(fds[1], 408, "/tapped"); /* the slowest: as much as the others, for longer */
	peer_send(newcomer, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(newcomer, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	struct peer_answer answer;
	peer_send(fds[0], rest);
	peer_read_answer(fds[0], &answer);
	assert_int_equal(answer.status, 200);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	close(newcomer);
}

/* ---- those that read slowly ---- */

#define PIECE 16384

/* Asks for what no socket's buffers hold, and has read the first byte of the answer. */
static int open_reader(struct app *app)
{
	int fd = app_connect(app), buffer = 8 * PIECE;
	char first;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	peer_send(fd, "GET /vast HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(recv(fd, &first, 1, 0), 1);
	return fd;
}

static bool is_cut(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};
	return poll(&p, 1, ms) == 1;
}

/* A little now and then, so that the connection is never silent: false when it was cut before `ms` were over. */
static bool read_for(int fd, size_t n_bytes, int ms)
{
	char piece[PIECE];
	for (int waited = 0; waited < ms; waited += 10) {
		if (is_cut(fd, 10))
			return false;
		assert_int_equal(recv(fd, piece, n_bytes, MSG_WAITALL), n_bytes);
	}
	return true;
}

static void test_slow_readers_are_cut(void **state)
{
	struct app *app = *state;
	int fd = open_reader(app);
	assert_false(read_for(fd, 1, DEADLINE_MS));
	close(fd);
	check_served(app);
}

static void test_steady_readers_go_on(void **state)
{
	struct app *app = *state;
	int fd = open_reader(app);
	assert_true(read_for(fd, PIECE, 13 * LIMIT_MS));
	close(fd);
}

/* Neither one that reads fast nor one that waits for us goes. */
static void test_slow_readers_keep_nobody_out(void **state)
{
	struct app *app = *state;
	enum { N = MAX_OPEN - 3, N_NEW = 10 };
	int fds[N], newcomers[N_NEW], n_cut = 0;
	int busy = app_connect(app);
	peer_send(busy, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	struct http_request *req = app_take_kept(app);
	for (int i = 0; i < N; i++)
		fds[i] = open_reader(app);
	int fast = open_reader(app);
	for (int i = 0; i < N_NEW; i++) {
		newcomers[i] = app_connect(app);
		peer_send(newcomers[i], "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
		app_check_answer(newcomers[i], 200, "GET /z  [-] [-] 127.0.0.1 0:");
		assert_true(read_for(fast, PIECE, 50));
	}
	for (int i = 0; i < N; i++)
		n_cut += is_cut(fds[i], 0);
	assert_int_equal(n_cut, N + 2 + N_NEW - MAX_OPEN);
	http_respond(req, 200, "text/plain", "late", 4);
	app_check_answer(busy, 200, "late");
	for (int i = 0; i < N; i++)
		close(fds[i]);
	for (int i = 0; i < N_NEW; i++)
		close(newcomers[i]);
	close(fast);
	close(busy);
}

static void test_the_oldest_goes_first(void **state)
{
	struct app *app = *state;
	enum { N = 40 };
	int fds[N];
	for (int i = 0; i < N; i++) {
		fds[i] = app_connect(app);
		peer_send(fds[i], "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
		app_check_answer(fds[i], 200, "GET /z  [-] [-] 127.0.0.1 0:");
	}
	for (int i = 0; i < N - 20; i++)
		assert_int_equal(peer_read_end(fds[i]), 0);
	for (int i = N - 10; i < N; i++) {
		peer_send(fds[i], "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
		app_check_answer(fds[i], 200, "GET /z  [-] [-] 127.0.0.1 0:");
	}
	for (int i = 0; i < N; i++)
		close(fds[i]);
}

/* Files that this process may have open from now on: as many as are wanted where it may raise its limit so far. */
static int allow_files(int n_wanted)
{
	struct rlimit files, more = {.rlim_cur = (rlim_t)n_wanted, .rlim_max = (rlim_t)n_wanted};
	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_max >= more.rlim_max)
		more.rlim_max = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return n_wanted;
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	return (int)files.rlim_max;
}

static void test_ten_thousand_idle(void **state)
{
	struct app *app = *state;
	enum { N = 10000, N_PLACES = 1000, N_FILES = N_PLACES + 1000 /* the server's and our own */ };
	int n = allow_files(N + N_FILES) - N_FILES;
	if (n < N)
		print_message("# the limit of open files allows %d idle connections instead of %d\n", n > 0 ? n : 0, N);
	if (n < 2 * N_PLACES)
		skip();
	int *fds = calloc((size_t)n, sizeof(*fds));
	assert_non_null(fds);
	for (int i = 0; i < n; i++) {
		fds[i] = app_connect(app);
		if (i % 500 == 0)
			check_served(app);
	}
	check_served(app);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	free(fds);
}

static void test_body_memory_is_bounded(void **state)
{
	struct app *app = *state;
	char body[801];
	memset(body, 'x', 800);
	body[800] = '\0';
	int holder = app_connect(app);
	peer_send(holder, "POST /keep HTTP/1.1\r\nHost: h\r\nContent-Length: 800\r\n\r\n");
	peer_send(holder, body);
	struct http_request *req = app_take_kept(app);

	int fd = app_connect(app);
	peer_send(fd, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 800\r\n\r\n");
	peer_send(fd, body);
	app_check_answer(fd, 503, "refused 503 /b");
	check_served(app);
	http_respond(req, 200, "text/plain", "late", 4);
	app_check_answer(holder, 200, "late");
	close(holder);
	/* The memory is free again once that request is gone, a moment after its answer. */
	struct peer_answer answer = {.status = 503};
	for (int i = 0; i < 1000 && answer.status == 503; i++) {
		peer_send(fd, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 800\r\n\r\n");
		peer_send(fd, body);
		peer_read_answer(fd, &answer);
	}
	assert_int_equal(answer.status, 200);
	close(fd);
}

int main(void)
{
#define WITH(start, test) cmocka_unit_test_setup_teardown(test, start, app_stop)
	const struct CMUnitTest tests[] = {
		WITH(start_impatient, test_slow_requests),
		WITH(start_impatient, test_slow_request_line),
		WITH(start_impatient, test_slow_second_request),
		WITH(start_impatient, test_large_bodies_take_longer),
		WITH(start_impatient, test_large_bodies_that_stop),
		WITH(start_impatient, test_kept_requests_stay),
		WITH(start_crowded, test_a_crowd),
		WITH(start_crowded, test_the_oldest_goes_first),
		WITH(start_crowded, test_slow_bodies_keep_nobody_out),
		WITH(start_impatient, test_slow_readers_are_cut),
		WITH(start_patient, test_steady_readers_go_on),
		WITH(start_crowded, test_slow_readers_keep_nobody_out),
		WITH(app_start, test_ten_thousand_idle),
		WITH(start_poor, test_body_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
