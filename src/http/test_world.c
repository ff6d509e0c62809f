#include "http/test_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void world_told(const struct http_answer *answer, void *arg)
{
	struct world *world = arg;
	struct result *result = &world->result;
	result->n_told++;
	result->answer = *answer;
	snprintf(result->body, sizeof(result->body), "%s", answer->body);
	snprintf(result->content_type, sizeof(result->content_type), "%s", answer->content_type);
	snprintf(result->reason, sizeof(result->reason), "%s", answer->reason ? answer->reason : "");
	if (--world->n_left == 0)
		event_base_loopbreak(world->base);
}

static int setup(void **state, bool head_suffices)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	world->base = event_base_new();
	sem_init(&world->seen.closed, 0, 0);
	pthread_mutex_init(&world->seen.lock, NULL);
	const struct http_client_options options = {
		.max_connections = 2,
		.max_answer_bytes = 1000,
		.head_suffices = head_suffices,
		.user_agent = "tester/1",
	};
	struct err err;
	assert_int_equal(http_client_create(world->base, &options, &world->client, &err), 0);
	*state = world;
	return 0;
}

int world_setup(void **state)
{
	return setup(state, false);
}

int world_setup_head(void **state)
{
	return setup(state, true);
}

int world_teardown(void **state)
{
	struct world *world = *state;
	http_client_destroy(world->client);
	if (world->server.thread)
		peer_server_stop(&world->server);
	event_base_free(world->base);
	sem_destroy(&world->seen.closed);
	pthread_mutex_destroy(&world->seen.lock);
	free(world);
	return 0;
}

void world_serve(struct world *world, void (*serve)(int fd, int n_before, void *arg))
{
	peer_server_start(&world->server, serve, &world->seen);
	snprintf(world->url, sizeof(world->url), "http://127.0.0.1:%u/path?q=1", world->server.port);
}

/* What the script wrote before its answer is here now, and what the test looked at may be written over: the answer says so, but
 * only a lock makes it so for the memory of two threads. */
static void meet(struct seen *seen)
{
	pthread_mutex_lock(&seen->lock);
	pthread_mutex_unlock(&seen->lock);
}

void world_wait(struct world *world, int n)
{
	world->n_left = n;
	meet(&world->seen);
	event_base_dispatch(world->base);
	meet(&world->seen);
	assert_int_equal(world->n_left, 0);
}

const struct result *world_run(struct world *world, const struct http_call_options *options)
{
	int n_before = world->result.n_told;
	assert_int_equal(http_client_start(world->client, options, world_told, world), 0);
	assert_int_equal(world->result.n_told, n_before);
	assert_int_equal(http_client_active(world->client), 1);
	world_wait(world, 1);
	assert_int_equal(world->result.n_told, n_before + 1);
	assert_int_equal(http_client_active(world->client), 0);
	return &world->result;
}

struct http_call_options world_post(const struct world *world)
{
	return (struct http_call_options){
		.method = "POST",
		.url = world->url,
		.content_type = "application/json",
		.body = "{\"a\":1}",
		.n_body_bytes = 7,
	};
}

struct http_call_options world_get(const struct world *world)
{
	return (struct http_call_options){.method = "GET", .url = world->url};
}

bool seen_request(struct seen *seen, int fd)
{
	char *request = malloc(sizeof(seen->last));
	if (!request)
		abort();
	bool whole = peer_read_request(fd, request, sizeof(seen->last));
	if (whole) {
		pthread_mutex_lock(&seen->lock);
		strcpy(seen->last, request);
		pthread_mutex_unlock(&seen->lock);
	}
	free(request);
	if (!whole)
		return false;
	atomic_fetch_add(&seen->n_requests, 1);
	return true;
}

void peer_answer_ok(int fd)
{
	peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

void serve_ok(int fd, int n_before, void *arg)
{
	(void)n_before;
	struct seen *seen = arg;
	atomic_fetch_add(&seen->n_connections, 1);
	while (seen_request(seen, fd))
		peer_answer_ok(fd);
	close(fd);
}

void world_check_ok(const struct result *result)
{
	assert_int_equal(result->answer.outcome, HTTP_ANSWERED);
	assert_int_equal(result->answer.status, 200);
	assert_string_equal(result->body, "ok");
	assert_int_equal(result->answer.n_body_bytes, 2);
	assert_null(result->answer.reason);
}
