#pragma once
/* For the server's tests: the program behind the server. What it does is said by the path: /keep, /file,
 * /unwritable, /tapped, /vast, /nothing, /denied, /reset, /close, /early-reset; any other answers what the request said. Its
 * callbacks run on http threads, where a failing assertion could not end the test, so they only record. */

#include <pthread.h>
#include <stdbool.h>

#include "http/server.h"
#include "http/test_peer.h"

#define MAX_BODY 1000
#define MAX_KEPT 64
#define APP_VAST_BYTES ((size_t)32 << 20) /* more than the buffers between two sockets */

extern char app_vast[APP_VAST_BYTES]; /* what /vast answers: zeros */

struct app {
	struct http_server *server;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct http_request *kept[MAX_KEPT];
	int n_kept;
	bool closing;
	int n_handled;
	size_t n_tapped; /* bytes of bodies */
	pthread_t responder;
};

int app_start_with(void **state, const struct http_server_options *more);
int app_start(void **state); /* targets of up to 1,000 bytes, header fields of up to 2,000 */
int app_stop(void **state);
/* The next request that was kept; NULL when the app closes. */
struct http_request *app_take_kept(struct app *app);
void app_wait_tapped(struct app *app, size_t n_bytes); /* until so much has come of bodies, in all */
void app_policy(struct http_request *req, struct http_policy *ret, void *arg);
void app_handle(struct http_request *req, void *arg);
void app_refuse(struct http_request *req, int status, void *arg);

int app_connect(const struct app *app);
void app_check_answer(int fd, int status, const char *body);
/* One request on a connection of its own, which the server closes after its answer, if it `closes`. */
void app_check_refused(const struct app *app, const char *request, int status, const char *body, bool closes);
