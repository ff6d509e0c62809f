#include "http/test_app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

char app_vast[APP_VAST_BYTES];

static void app_keep(struct app *app, struct http_request *req)
{
	pthread_mutex_lock(&app->lock);
	app->kept[app->n_kept++] = req;
	pthread_cond_broadcast(&app->changed);
	pthread_mutex_unlock(&app->lock);
}

struct http_request *app_take_kept(struct app *app)
{
	pthread_mutex_lock(&app->lock);
	while (app->n_kept == 0 && !app->closing)
		pthread_cond_wait(&app->changed, &app->lock);
	struct http_request *req = app->n_kept > 0 ? app->kept[--app->n_kept] : NULL;
	pthread_mutex_unlock(&app->lock);
	return req;
}

void app_wait_tapped(struct app *app, size_t n_bytes)
{
	pthread_mutex_lock(&app->lock);
	while (app->n_tapped < n_bytes)
		pthread_cond_wait(&app->changed, &app->lock);
	pthread_mutex_unlock(&app->lock);
}

static void app_tap(struct http_request *req, const void *data, size_t n_bytes)
{
	(void)data;
	struct app *app = http_user(req);
	pthread_mutex_lock(&app->lock);
	app->n_tapped += n_bytes;
	pthread_cond_broadcast(&app->changed);
	pthread_mutex_unlock(&app->lock);
}

void app_policy(struct http_request *req, struct http_policy *ret, void *arg)
{
	ret->max_body_bytes = MAX_BODY;
	if (strcmp(http_path(req), "/file") == 0) {
		ret->body = HTTP_BODY_FILE;
		ret->body_fd = memfd_create("body", MFD_CLOEXEC);
		http_set_user(req, (void *)(intptr_t)ret->body_fd);
	} else if (strcmp(http_path(req), "/unwritable") == 0) {
		ret->body = HTTP_BODY_FILE;
		ret->body_fd = 1000000;
	} else if (strcmp(http_path(req), "/tapped") == 0) {
		ret->tap = app_tap;
		http_set_user(req, arg);
	} else if (strcmp(http_path(req), "/large") == 0) {
		ret->max_body_bytes = 1 << 20;
	} else if (strcmp(http_path(req), "/denied") == 0) {
		http_respond(req, 401, "text/plain", "denied", 6);
	} else if (strcmp(http_path(req), "/early-reset") == 0) {
		http_drop(req, true);
	}
}

static void respond_info(struct http_request *req)
{
	size_t n_body = 0;
	const char *body = http_body(req, &n_body);
	const char *x = http_header(req, "x-THING");
	const char *a = http_query(req, "a", 0);
	char *text = NULL;
	int n = asprintf(&text, "%s %s %s [%s] [%s] %s %zu:%s", http_method(req), http_path(req), http_query_string(req),
	                 a ? a : "-", x ? x : "-", http_peer(req), n_body, body);
	http_add_header(req, "X-One", "1");
	http_add_header(req, "X-Two", "2");
	http_respond_owned(req, 200, "text/plain", text, (size_t)n);
}

static void respond_file(struct http_request *req)
{
	char text[MAX_BODY + 1];
	int fd = (int)(intptr_t)http_user(req);
	ssize_t n = pread(fd, text, sizeof(text), 0);
	http_respond(req, 200, "text/plain", text, n > 0 ? (size_t)n : 0);
}

void app_handle(struct http_request *req, void *arg)
{
	struct app *app = arg;
	const char *path = http_path(req);
	pthread_mutex_lock(&app->lock);
	app->n_handled++;
	pthread_mutex_unlock(&app->lock);
	if (strcmp(path, "/keep") == 0)
		app_keep(app, req);
	else if (strcmp(path, "/file") == 0)
		respond_file(req);
	else if (strcmp(path, "/vast") == 0)
		http_respond_static(req, 200, "text/plain", app_vast, sizeof(app_vast));
	else if (strcmp(path, "/nothing") == 0)
		http_respond(req, 204, NULL, NULL, 0);
	else if (strcmp(path, "/large") == 0)
		http_respond(req, 200, NULL, NULL, 0);
	else if (strcmp(path, "/reset") == 0)
		http_drop(req, true);
	else if (strcmp(path, "/close") == 0)
		http_drop(req, false);
	else
		respond_info(req);
}

void app_refuse(struct http_request *req, int status, void *arg)
{
	(void)arg;
	char text[64];
	int n = snprintf(text, sizeof(text), "refused %d %s", status, http_path(req));
	http_respond(req, status, "text/plain", text, (size_t)n);
}

static void app_late(const struct http_request *req, struct buf *answer, void *arg)
{
	(void)arg;
	const char *path = req ? http_path(req) : "";
	buf_addf(answer, "HTTP/1.1 408 Late\r\nContent-Length: %zu\r\n\r\n%s", strlen(path), path);
}

int app_start_with(void **state, const struct http_server_options *more)
{
	struct app *app = calloc(1, sizeof(*app));
	assert_non_null(app);
	pthread_mutex_init(&app->lock, NULL);
	pthread_cond_init(&app->changed, NULL);
	struct http_server_options options = *more;
	options.host = "127.0.0.1";
	options.max_target_bytes = 1000;
	options.max_header_bytes = 2000;
	options.arg = app;
	options.policy = app_policy;
	options.handle = app_handle;
	options.refuse = app_refuse;
	options.late = app_late;
	struct err err;
	assert_int_equal(http_server_start(&options, &app->server, &err), 0);
	assert_int_not_equal(http_server_port(app->server), 0);
	*state = app;
	return 0;
}

int app_start(void **state)
{
	return app_start_with(state, &(struct http_server_options){0});
}

int app_stop(void **state)
{
	struct app *app = *state;
	http_server_stop(app->server, 5000);
	pthread_cond_destroy(&app->changed);
	pthread_mutex_destroy(&app->lock);
	free(app);
	return 0;
}

int app_connect(const struct app *app)
{
	int fd = peer_connect(http_server_port(app->server));
	assert_true(fd >= 0);
	return fd;
}

void app_check_answer(int fd, int status, const char *body)
{
	struct peer_answer answer;
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, status);
	assert_string_equal(answer.body, body);
}

void app_check_refused(const struct app *app, const char *request, int status, const char *body, bool closes)
{
	int fd = app_connect(app);
	peer_send(fd, request);
	app_check_answer(fd, status, body);
	if (closes)
		assert_int_equal(peer_read_end(fd), 0);
	close(fd);
}
