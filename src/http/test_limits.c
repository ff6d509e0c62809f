#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/test_app.h"

static void test_limits(void **state)
{
	struct app *app = *state;
	char request[8192];
	char filler[4000];
	memset(filler, 'x', sizeof(filler));
	snprintf(request, sizeof(request), "GET /%.999s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", filler);
	int fd = app_connect(app);
	peer_send(fd, request);
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, 200);
	close(fd);
	snprintf(request, sizeof(request), "GET /%.1000s HTTP/1.1\r\nHost: h\r\n\r\n", filler);
	app_check_refused(app, request, 414, "refused 414 /", false);
	snprintf(request, sizeof(request), "POST /%.3000s HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", filler);
	app_check_refused(app, request, 414, "refused 414 /", true);
	snprintf(request, sizeof(request), "GET /h HTTP/1.1\r\nHost: h\r\nX-A: %.2000s\r\n\r\n", filler);
	app_check_refused(app, request, 431, "refused 431 /h", false);
	app_check_refused(app, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 413, "refused 413 /b", true);
	app_check_refused(app, "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n", 413,
	                  "refused 413 /b", true);
	snprintf(request, sizeof(request),
	         "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	         "3e9\r\n%.1001s\r\n0\r\n\r\n",
	         filler);
	app_check_refused(app, request, 413, "refused 413 /b", false);
	assert_int_equal(app->n_handled, 1);
}

static void test_endless_body(void **state)
{
	struct app *app = *state;
	int fd = app_connect(app);
	char *filler = malloc(2 << 20);
	assert_non_null(filler);
	memset(filler, 'x', 2 << 20);
	peer_send(fd, "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n");
	/* Closed without an answer somewhere past 1 MiB; sending may or may not notice. */
	for (size_t n = 0; n < 2 << 20;) {
		ssize_t sent = send(fd, filler + n, (2 << 20) - n, MSG_NOSIGNAL);
		if (sent < 0)
			break;
		n += (size_t)sent;
	}
	int end = peer_read_end(fd);
	assert_true(end == 0 || end == ECONNRESET);
	assert_int_equal(app->n_handled, 0);
	free(filler);
	close(fd);
}

static void test_unreadable(void **state)
{
	struct app *app = *state;
	app_check_refused(app, "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, "refused 400 /", false);
	app_check_refused(app, "G\xffT /z HTTP/1.1\r\nHost: h\r\n\r\n", 400, "refused 400 /z", false);
	app_check_refused(app, "G\"T /z HTTP/1.1\r\nHost: h\r\n\r\n", 400, "refused 400 /z", false);
	app_check_refused(app, "GET /a?b=%ff HTTP/1.1\r\nHost: h\r\n\r\n", 400, "refused 400 /", false);
	app_check_refused(app,
	                  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
	                  "0\r\n\r\n",
	                  400, "refused 400 /", true);
	app_check_refused(app, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400,
	                  "refused 400 /", true);
	app_check_refused(app, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400,
	                  "refused 400 /", true);
	assert_int_equal(app->n_handled, 0);
}

/* More parameters than libmicrohttpd has room for in a connection's memory. */
static void test_many_parameters(void **state)
{
	struct app *app = *state;
	char request[1200] = "GET /?";
	for (int i = 0; i < 450; i++)
		strcat(request, "a&");
	strcat(request, " HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_refused(app, request, 400, "refused 400 /", false);

	char *huge = calloc(1, 12000);
	assert_non_null(huge);
	memset(huge, '&', 11000);
	memcpy(huge, "GET /?", 6);
	strcpy(huge + 11000, " HTTP/1.1\r\nHost: h\r\n\r\n");
	app_check_refused(app, huge, 414, "refused 414 /", false);
	free(huge);
}

int main(void)
{
#define WITH_APP(test) cmocka_unit_test_setup_teardown(test, app_start, app_stop)
	const struct CMUnitTest tests[] = {
		WITH_APP(test_limits),
		WITH_APP(test_endless_body),
		WITH_APP(test_unreadable),
		WITH_APP(test_many_parameters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
