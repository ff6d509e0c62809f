#include "app/rest.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"

#define UPLOAD_TIMEOUT_MS (24 * 3600 * 1000)

struct rest {
	struct event_base *loop;
	struct http_client *client;
	char base[300], key_line[200];
	/* the answer at hand */
	bool done;
	int status;
	struct buf body;
	char reason[200];
};

int rest_create(struct rest **ret, struct err *err)
{
	struct rest *rest = calloc(1, sizeof(*rest));
	if (!rest)
		abort();
	buf_init(&rest->body, (size_t)16 << 20);
	rest->loop = event_base_new();
	const struct http_client_options options = {
		.max_connections = 2, .max_answer_bytes = (size_t)16 << 20, .user_agent = "crier"};
	if (!rest->loop || http_client_create(rest->loop, &options, &rest->client, err) < 0) {
		rest_destroy(rest);
		return -1;
	}
	*ret = rest;
	return 0;
}

void rest_destroy(struct rest *rest)
{
	if (!rest)
		return;
	http_client_destroy(rest->client);
	if (rest->loop)
		event_base_free(rest->loop);
	buf_fini(&rest->body);
	free(rest);
}

void rest_set_server(struct rest *rest, const char *base, const char *key)
{
	snprintf(rest->base, sizeof(rest->base), "%s", base);
	rest->key_line[0] = '\0';
	if (key)
		snprintf(rest->key_line, sizeof(rest->key_line), "X-Dexatel-Key: %s", key);
}

static void answered(const struct http_answer *answer, void *arg)
{
	struct rest *rest = arg;
	rest->done = true;
	rest->status = answer->outcome == HTTP_ANSWERED ? answer->status : 0;
	buf_reset(&rest->body);
	buf_add(&rest->body, answer->body, answer->n_body_bytes);
	snprintf(rest->reason, sizeof(rest->reason), "%s", answer->outcome == HTTP_ANSWERED ? "" : answer->reason);
}

static int refused(struct rest *rest, const char *method, const char *path, const cJSON *tree, struct err *err)
{
	const cJSON *errors = json_get(tree, "errors");
	const char *message = json_text(errors ? errors->child : NULL, "message");
	if (rest->status == 0)
		return err_set(err, "%s %s got no answer: %s", method, path, rest->reason);
	return err_set(err, "%s %s answered %d: %s", method, path, rest->status, message ? message : rest->reason);
}

static int call(struct rest *rest, struct http_call_options *options, const char *path, cJSON **ret, struct err *err)
{
	char url[1024];
	const char *method = options->method;
	const char *headers[] = {rest->key_line[0] ? rest->key_line : NULL, NULL};
	snprintf(url, sizeof(url), "%s%s", rest->base, path);
	options->url = url;
	options->headers = headers;
	rest->done = false;
	if (http_client_start(rest->client, options, answered, rest) < 0)
		return err_set(err, "%s %s could not be begun", method, path);
	while (!rest->done)
		event_base_loop(rest->loop, EVLOOP_ONCE);
	cJSON *tree = NULL;
	if (rest->body.len > 0 && json_parse(rest->body.data, rest->body.len, &tree, err) < 0)
		return err_prefix(err, "%s %s", method, path);
	if (rest->status < 200 || rest->status > 299) {
		int result = refused(rest, method, path, tree, err);
		cJSON_Delete(tree);
		return result;
	}
	*ret = tree;
	return 0;
}

int rest_call(struct rest *rest, const char *method, const char *path, const char *content_type, const void *body, size_t n_bytes,
              cJSON **ret, struct err *err)
{
	struct http_call_options options = {
		.method = method, .content_type = content_type, .body = body, .n_body_bytes = n_bytes};
	return call(rest, &options, path, ret, err);
}

int rest_post_file(struct rest *rest, const char *path, const char *content_type, int fd, uint64_t n_bytes, cJSON **ret,
                   struct err *err)
{
	const struct http_file file = {.fd = fd, .n_bytes = n_bytes, .tail = ""};
	struct http_call_options options = {
		.method = "POST", .content_type = content_type, .file = &file, .total_timeout_ms = UPLOAD_TIMEOUT_MS};
	return call(rest, &options, path, ret, err);
}

int rest_status(const struct rest *rest)
{
	return rest->status;
}

int rest_get(struct rest *rest, const char *path, cJSON **ret, struct err *err)
{
	return rest_call(rest, "GET", path, NULL, NULL, 0, ret, err);
}

int rest_post_json(struct rest *rest, const char *path, const char *json, cJSON **ret, struct err *err)
{
	return rest_call(rest, "POST", path, "application/json", json, strlen(json), ret, err);
}
