/* Answers piece by piece: a stream that counts, one that sleeps until it is woken, and how each of them ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_app.h"

#define LINE_BYTES 100

/* What the other side of the stream does; its callbacks run on http threads, so they only record. */
struct source {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int64_t n_lines;   /* given out */
	int64_t last_line; /* then the stream comes to its end */
	int lines_a_piece;
	enum http_next between, at_end;
	int n_asked, n_closed;
};

static void source_init(struct source *s, int64_t last_line, int lines_a_piece)
{
	*s = (struct source){.last_line = last_line, .lines_a_piece = lines_a_piece, .between = HTTP_GO_ON, .at_end = HTTP_END};
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
}

static enum http_next produce(struct buf *piece, void *arg)
{
	struct source *s = arg;
	pthread_mutex_lock(&s->lock);
	s->n_asked++;
	for (int i = 0; i < s->lines_a_piece && s->n_lines < s->last_line; i++)
		buf_addf(piece, "%0*lld\n", LINE_BYTES - 1, (long long)s->n_lines++);
	enum http_next next = s->n_lines < s->last_line ? s->between : s->at_end;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return next;
}

static void closed(void *arg)
{
	struct source *s = arg;
	pthread_mutex_lock(&s->lock);
	s->n_closed++;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static void source_wait(struct source *s, const int *what, int n)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10;
	pthread_mutex_lock(&s->lock);
	int rc = 0;
	while (*what < n && rc == 0)
		rc = pthread_cond_timedwait(&s->changed, &s->lock, &until);
	int is = *what;
	pthread_mutex_unlock(&s->lock);
	assert_true(is >= n);
}

static int ask(struct app *app, struct source *s, struct http_request **ret)
{
	int fd = app_connect(app);
	peer_send(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	*ret = app_take_kept(app);
	http_add_header(*ret, "X-One", "1");
	http_respond_stream(*ret, 200, "text/plain", &(struct http_stream){produce, closed, s});
	return fd;
}

/* One chunk of a chunked body; false for the last one. */
static size_t read_line(int fd, char *out, size_t max_bytes)
{
	size_t n = 0;
	while (n < 2 || out[n - 1] != '\n') {
		assert_true(n < max_bytes);
		if (recv(fd, out + n, 1, 0) != 1)
			return 0;
		n++;
	}
	out[n - 2] = '\0';
	return n;
}

static void read_head_of(int fd)
{
	char line[512];
	bool chunked = false, ours = false;
	while (read_line(fd, line, sizeof(line)) > 2) {
		chunked = chunked || strcasecmp(line, "Transfer-Encoding: chunked") == 0;
		ours = ours || strcmp(line, "X-One: 1") == 0;
	}
	assert_true(chunked && ours);
}

/* Reads chunks until the end (true) or until the connection is cut (false); counts and checks the lines. */
static bool read_chunks(int fd, int64_t *n_lines)
{
	static char body[1 << 20];
	char size[32];
	size_t n_kept = 0;
	for (;;) {
		if (read_line(fd, size, sizeof(size)) == 0)
			return false;
		unsigned long n = strtoul(size, NULL, 16);
		assert_true(n_kept + n + 2 <= sizeof(body));
		for (size_t got = 0; got < n + 2;) {
			ssize_t more = recv(fd, body + n_kept + got, n + 2 - got, 0);
			if (more <= 0)
				return false;
			got += (size_t)more;
		}
		if (n == 0)
			return true;
		n_kept += n;
		size_t at = 0;
		for (; at + LINE_BYTES <= n_kept; at += LINE_BYTES)
			assert_int_equal(atoll(body + at), (*n_lines)++);
		memmove(body, body + at, n_kept -= at);
	}
}

static void test_a_long_answer(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	int64_t n = 0;
	source_init(&s, 200000, 3000); /* 20 MB, in pieces that no chunk holds */
	int fd = ask(app, &s, &req);
	read_head_of(fd);
	assert_true(read_chunks(fd, &n));
	assert_int_equal(n, 200000);
	source_wait(&s, &s.n_closed, 1);
	peer_send(fd, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n"); /* the connection goes on */
	app_check_answer(fd, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(fd);
}

static void test_empty_answers_and_empty_pieces(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	int64_t n = 0;
	source_init(&s, 0, 1);
	int fd = ask(app, &s, &req);
	read_head_of(fd);
	assert_true(read_chunks(fd, &n));
	assert_int_equal(n, 0);
	source_wait(&s, &s.n_closed, 1);
	close(fd);

	/* A search that finds nothing for long gives others their turn. */
	source_init(&s, 1, 0);
	fd = ask(app, &s, &req);
	read_head_of(fd);
	source_wait(&s, &s.n_asked, 1000);
	int other = app_connect(app);
	peer_send(other, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_answer(other, 200, "GET /z  [-] [-] 127.0.0.1 0:");
	close(other);
	pthread_mutex_lock(&s.lock);
	s.lines_a_piece = 1;
	pthread_mutex_unlock(&s.lock);
	assert_true(read_chunks(fd, &n));
	assert_int_equal(n, 1);
	source_wait(&s, &s.n_closed, 1);
	close(fd);
}

/* A reader that takes nothing holds one piece, and others go on. */
static void test_a_slow_reader(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	source_init(&s, INT64_MAX, 1000);
	int fd = ask(app, &s, &req);
	int asked = 0, before = -1;
	while (asked != before) { /* until the socket's buffers are full */
		before = asked;
		for (int i = 0; i < 20; i++) {
			int other = app_connect(app);
			peer_send(other, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n");
			app_check_answer(other, 200, "GET /z  [-] [-] 127.0.0.1 0:");
			close(other);
		}
		pthread_mutex_lock(&s.lock);
		asked = s.n_asked;
		pthread_mutex_unlock(&s.lock);
	}
	assert_true(asked < 200);
	peer_reset(fd);
	source_wait(&s, &s.n_closed, 1);
	assert_int_equal(s.n_closed, 1);
}

static void test_sleep_and_wake(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	int64_t n = 0;
	source_init(&s, 100, 1);
	s.between = HTTP_SLEEP;
	int fd = ask(app, &s, &req);
	read_head_of(fd);
	for (int i = 1; i < 100; i++) {
		source_wait(&s, &s.n_asked, i);
		http_stream_wake(req); /* while it is about to sleep, or asleep */
	}
	assert_true(read_chunks(fd, &n));
	assert_int_equal(n, 100);
	source_wait(&s, &s.n_closed, 1);
	close(fd);
}

static void test_the_client_leaves_a_sleeper(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	source_init(&s, INT64_MAX, 1);
	s.between = HTTP_SLEEP;
	int fd = ask(app, &s, &req);
	source_wait(&s, &s.n_asked, 1);
	peer_reset(fd);
	pthread_mutex_lock(&s.lock); /* what a waker and `closed` share */
	while (s.n_closed == 0) {
		http_stream_wake(req);
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 1;
		pthread_cond_timedwait(&s.changed, &s.lock, &until);
	}
	pthread_mutex_unlock(&s.lock);
	assert_int_equal(s.n_closed, 1);
}

static void test_a_broken_source(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	int64_t n = 0;
	source_init(&s, 5, 2);
	s.at_end = HTTP_BROKEN;
	int fd = ask(app, &s, &req);
	read_head_of(fd);
	assert_false(read_chunks(fd, &n));
	source_wait(&s, &s.n_closed, 1);
	close(fd);
}

static void test_quiesce_ends_sleepers(void **state)
{
	struct app *app = *state;
	struct source s;
	struct http_request *req;
	int64_t n = 0;
	source_init(&s, INT64_MAX, 1);
	s.between = HTTP_SLEEP;
	int fd = ask(app, &s, &req);
	read_head_of(fd);
	source_wait(&s, &s.n_asked, 1);
	http_server_quiesce(app->server);
	assert_true(read_chunks(fd, &n));
	source_wait(&s, &s.n_closed, 1);
	close(fd);
}

/* Neither a reader that takes nothing nor one that sleeps keeps the server from stopping. */
static void test_stop_cuts(void **state)
{
	app_start(state);
	struct app *app = *state;
	struct source slow, asleep;
	struct http_request *req;
	source_init(&slow, INT64_MAX, 1000);
	source_init(&asleep, INT64_MAX, 1);
	asleep.between = HTTP_SLEEP;
	int fd = ask(app, &slow, &req), other = ask(app, &asleep, &req);
	source_wait(&slow, &slow.n_asked, 2);
	source_wait(&asleep, &asleep.n_asked, 1);
	struct timespec before, after;
	clock_gettime(CLOCK_MONOTONIC, &before);
	http_server_stop(app->server, 60000);
	clock_gettime(CLOCK_MONOTONIC, &after);
	app->server = NULL;
	assert_true(after.tv_sec - before.tv_sec < 30);
	assert_int_equal(slow.n_closed, 1);
	assert_int_equal(asleep.n_closed, 1);
	int64_t n = 0;
	read_head_of(fd);
	assert_false(read_chunks(fd, &n));
	app_stop(state);
	close(fd);
	close(other);
}

static void test_head(void **state)
{
	struct app *app = *state;
	struct source s;
	source_init(&s, 5, 2);
	int fd = app_connect(app);
	peer_send(fd, "HEAD /keep HTTP/1.1\r\nHost: h\r\n\r\n");
	http_respond_stream(app_take_kept(app), 200, "text/plain", &(struct http_stream){produce, closed, &s});
	source_wait(&s, &s.n_closed, 1);
	assert_int_equal(s.n_asked, 0);
	close(fd);
}

int main(void)
{
#define WITH_APP(test) cmocka_unit_test_setup_teardown(test, app_start, app_stop)
	const struct CMUnitTest tests[] = {
		WITH_APP(test_a_long_answer),
		WITH_APP(test_empty_answers_and_empty_pieces),
		WITH_APP(test_a_slow_reader),
		WITH_APP(test_sleep_and_wake),
		WITH_APP(test_the_client_leaves_a_sleeper),
		WITH_APP(test_a_broken_source),
		WITH_APP(test_quiesce_ends_sleepers),
		cmocka_unit_test(test_stop_cuts),
		WITH_APP(test_head),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
