#pragma once
/* For the client's tests: a loop, a client, a scripted server that counts what it sees, and what came of the
 * last call. */

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "http/client.h"
#include "http/test_peer.h"

#define MAX_REQUEST 262144

/* What the scripted server saw. */
struct seen {
	atomic_int n_connections;
	atomic_int n_requests;
	pthread_mutex_t lock; /* of `last`: the test looks between calls, the script writes during one */
	char last[MAX_REQUEST];
	sem_t closed; /* posted by scripts that a test waits for */
};

struct result {
	int n_told;
	struct http_answer answer;
	char body[4096];
	char reason[256];
	char content_type[64];
};

struct world {
	struct event_base *base;
	struct http_client *client;
	struct seen seen;
	struct peer_server server;
	char url[64];
	struct result result;
	int n_left; /* calls that the loop waits for */
};

int world_setup(void **state);      /* a loop and a client; of two connections and answers of up to 1,000 bytes */
int world_setup_head(void **state); /* the same, where the head of an answer suffices */
int world_teardown(void **state);
/* Start a scripted server; the calls of world_post and world_get go there. */
void world_serve(struct world *world, void (*serve)(int fd, int n_before, void *arg));
struct http_call_options world_post(const struct world *world);
struct http_call_options world_get(const struct world *world);
/* Begin a call and run the loop until it is told. */
const struct result *world_run(struct world *world, const struct http_call_options *options);
/* Run the loop until `n` calls are told. */
void world_wait(struct world *world, int n);
void world_told(const struct http_answer *answer, void *arg); /* the done callback; arg is the world */
void world_check_ok(const struct result *result);

/* For scripts: */
bool seen_request(struct seen *seen, int fd); /* read one request, count it */
void peer_answer_ok(int fd);
void serve_ok(int fd, int n_before, void *arg);
