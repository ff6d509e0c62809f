#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "sim/internal.h"

#define MAX_BODY_BYTES ((uint64_t)1 << 20)
#define MAX_FILE_BYTES ((uint64_t)101 << 20)
#define MAX_ID_DIGITS 18

/* A call is one of these by its method and the part of its path after the id. */
static const struct {
	const char *method, *edge;
	sim_handler_fn *handler;
} routes[] = {
	{"POST", "messages", sim_messages_post},
	{"GET", "message_templates", sim_manage_templates},
	{"POST", "message_templates", sim_manage_templates},
	{"DELETE", "message_templates", sim_manage_templates},
	{"GET", "phone_numbers", sim_manage_phone_numbers},
	{"GET", "subscribed_apps", sim_manage_subscription},
	{"POST", "subscribed_apps", sim_manage_subscription},
	{"DELETE", "subscribed_apps", sim_manage_subscription},
	{"POST", "unpause", sim_manage_unpause},
	{"POST", "uploads", sim_uploads_begin},
	{"POST", "media", sim_uploads_media},
	{"GET", "", sim_manage_node},
	{"POST", "", sim_manage_node},
	{"DELETE", "", sim_manage_node},
};

void sim_route_policy(struct http_request *req, struct http_policy *policy, void *sim)
{
	(void)sim;
	const char *path = http_path(req);
	size_t n = strlen(path);
	*policy = (struct http_policy){.body = HTTP_BODY_MEMORY, .max_body_bytes = MAX_BODY_BYTES, .body_fd = -1};
	const bool is_file = strstr(path, "/upload:") || (n > 6 && strcmp(path + n - 6, "/media") == 0 && path[1] != '_');
	int fd = is_file ? memfd_create("upload", MFD_CLOEXEC) : -1;
	if (fd < 0)
		return;
	*policy = (struct http_policy){.body = HTTP_BODY_FILE, .max_body_bytes = MAX_FILE_BYTES, .body_fd = fd};
	int *kept = arena_alloc(http_arena(req), sizeof(*kept));
	*kept = fd;
	http_set_user(req, kept);
}

static void respond(struct http_request *req, struct sim_answer *answer)
{
	size_t n = answer->body.len;
	http_respond_owned(req, answer->status, n ? answer->content_type : NULL, n ? buf_steal(&answer->body) : NULL, n);
}

void sim_route_refuse(struct http_request *req, int status, void *sim)
{
	(void)sim;
	struct sim_answer answer;
	sim_answer_init(&answer);
	sim_answer_graph(&answer, status, 1, 0, "The request is larger than this server takes.", NULL, NULL);
	respond(req, &answer);
	sim_answer_fini(&answer);
}

/* ---- answers that leave later ---- */

struct held {
	struct http_request *req;
	struct sim_answer answer;
};

static void drop_held(void *arg)
{
	struct held *held = arg;
	http_drop(held->req, false);
	sim_answer_fini(&held->answer);
	free(held);
}

static void leave(struct http_request *req, struct sim_answer *answer)
{
	if (answer->manner == SIM_MANNER_SEND)
		respond(req, answer);
	else
		http_drop(req, answer->manner == SIM_MANNER_RESET);
	sim_answer_fini(answer);
}

static void let_go(void *context, void *arg, msec_t due)
{
	(void)context;
	(void)due;
	struct held *held = arg;
	leave(held->req, &held->answer);
	free(held);
}

static void finish(struct sim *sim, struct http_request *req, struct sim_answer *answer, int32_t silent_ms)
{
	const int32_t delay_ms = answer->manner == SIM_MANNER_SILENT ? silent_ms : answer->delay_ms;
	if (delay_ms == 0 || atomic_load(&sim->stopping)) {
		leave(req, answer);
		return;
	}
	struct held *held = malloc(sizeof(*held));
	if (!held)
		abort();
	*held = (struct held){.req = req, .answer = *answer};
	if (!sim_timers_add(&sim->timers, sim_timers_now() + delay_ms, let_go, drop_held, held))
		drop_held(held);
}

/* ---- what is asked, and by whom ---- */

static const char *find_token(struct http_request *req)
{
	const char *header = http_header(req, "Authorization");
	if (header && strncasecmp(header, "Bearer ", 7) == 0)
		return header + 7;
	if (header && strncasecmp(header, "OAuth ", 6) == 0)
		return header + 6; /* resumable uploads */
	return http_query(req, "access_token", 0);
}

/* Reads the settings of a call as well, since both need the lock. */
static bool authorise(struct sim *sim, struct sim_call *call, const char *token, struct sim_answer *answer)
{
	if (!token || token[0] == '\0') {
		sim_answer_graph(answer, 401, 104, 0, "An access token is required to request this resource.", NULL, NULL);
		return false;
	}
	pthread_mutex_lock(&sim->lock);
	const bool good = strncmp(token, sim->options.token_prefix, strlen(sim->options.token_prefix)) == 0;
	const bool expired = sim->options.token_expired || strncmp(token, "EAAexpired", 10) == 0;
	pthread_mutex_unlock(&sim->lock);
	call->token = sim_world_hash(token, strlen(token));
	if (expired)
		sim_answer_graph(answer, 401, 190, 463, "Error validating access token: Session has expired.", NULL, NULL);
	else if (!good)
		sim_answer_graph(answer, 401, 190, 0, "Invalid OAuth access token - Cannot parse access token", NULL, NULL);
	return good && !expired;
}

static const char *skip_version(const char *path)
{
	size_t n = 1 + strspn(path + (path[0] != '\0'), "0123456789.");
	return path[0] == 'v' && n > 1 && path[n] == '/' ? path + n + 1 : path;
}

static void answer_no_object(const struct sim_call *call, const char *id, struct sim_answer *answer)
{
	char message[256];
	snprintf(message, sizeof(message),
	         "Unsupported %s request. Object with ID '%.40s' does not exist, cannot be loaded "
	         "due to missing permissions, or does not support this operation.",
	         strcmp(call->method, "GET") == 0 ? "get" : "post", id);
	sim_answer_graph(answer, 400, 100, 33, message, NULL, NULL);
}

static void dispatch(struct sim *sim, struct sim_call *call, const char *path, struct sim_answer *answer)
{
	path = skip_version(path);
	if (strncmp(path, "upload:", 7) == 0) {
		sim_uploads_session(sim, call, answer);
		return;
	}
	if (strcmp(path, "app") == 0 && strcmp(call->method, "GET") == 0) {
		sim_uploads_app(sim, call, answer);
		return;
	}
	size_t n_digits = strspn(path, "0123456789");
	const char *edge = path + n_digits;
	if (n_digits == 0 || n_digits > MAX_ID_DIGITS || path[0] == '0' || (*edge != '/' && *edge != '\0')) {
		answer_no_object(call, path, answer);
		return;
	}
	call->id = strtoull(path, NULL, 10);
	edge += *edge == '/';
	bool known = false;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(edge, routes[i].edge) != 0)
			continue;
		known = true;
		if (strcmp(call->method, routes[i].method) == 0) {
			routes[i].handler(sim, call, answer);
			return;
		}
	}
	if (known)
		answer_no_object(call, path, answer);
	else
		sim_answer_graph(answer, 400, 2500, 0, "Unknown path components", NULL, NULL);
}

void sim_route_handle(struct http_request *req, void *arg)
{
	struct sim *sim = arg;
	struct sim_answer answer;
	struct sim_call call = {.req = req, .method = http_method(req), .arena = http_arena(req)};
	const char *path = http_path(req);
	path += path[0] == '/';
	call.body = http_body(req, &call.n_body_bytes); /* of a file: nothing */
	const int *fd = http_user(req);
	call.body_fd = fd ? *fd : -1;
	call.numbering = sim->numbering;
	sim_answer_init(&answer);
	if (strncmp(path, "_sim/", 5) == 0) {
		sim_control(sim, path + 5, &call, &answer);
	} else {
		sim_count(sim, requests);
		if (authorise(sim, &call, find_token(req), &answer))
			dispatch(sim, &call, path, &answer);
		else
			sim_count(sim, unauthorized);
	}
	int32_t silent_ms = 0;
	if (answer.manner == SIM_MANNER_SILENT) {
		pthread_mutex_lock(&sim->lock);
		silent_ms = sim->options.silent_ms;
		pthread_mutex_unlock(&sim->lock);
	}
	finish(sim, req, &answer, silent_ms);
}
