/* The callbacks of the http server: who may do what is decided before a byte of the body is looked at. */
#include "api/api.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "api/authenticate.h"
#include "api/events.h"
#include "api/idempotency.h"
#include "api/media_need.h"
#include "api/multipart.h"
#include "api/rate.h"
#include "api/preflight.h"
#include "api/route.h"
#include "base/log.h"
#include "base/newfile.h"
#include "webhook/in.h"

#define MAX_IGNORED_BODY (64u << 10) /* of a request that needs none */
#define MAX_JSON_BODY (1u << 20)
#define MAX_BIG_JSON_BODY (4u << 20)

struct api *api_create(const struct api_options *options)
{
	struct api *api = calloc(1, sizeof(*api));
	if (!api)
		abort();
	api->options = *options;
	api->rate = rate_create(options->key_rate);
	clock_zone_name(api->timezone);
	pthread_mutex_init(&api->lock, NULL);
	api->preflight = preflight_create(options->store);
	api->events = events_create(options->store);
	if (api->options.max_import_bytes == 0)
		api->options.max_import_bytes = 1u << 30;
	return api;
}

void api_quiesce(struct api *api)
{
	if (api)
		preflight_stop(api->preflight);
}

void api_destroy(struct api *api)
{
	if (!api)
		return;
	rate_destroy(api->rate);
	preflight_destroy(api->preflight);
	events_destroy(api->events);
	pthread_mutex_destroy(&api->lock);
	free(api);
}

/* ---- the body's policy ---- */

static bool has_type(struct http_request *req, const char *type)
{
	const char *given = http_header(req, "Content-Type");
	size_t n = strlen(type);
	return !given || (strncasecmp(given, type, n) == 0 && (given[n] == '\0' || given[n] == ';' || given[n] == ' '));
}

static void answer_full(struct api_call *call)
{
	log_error("api", "the disk is full: a body could not be kept", log_t("path", http_path(call->req)));
	call_fault(call, FAULT_STORAGE_FULL, NULL, "The server's disk is full; nothing was kept");
}

/* False: answered. A body that never ends leaves nothing behind (newfile.h). */
static bool open_upload(struct api_call *call, const char *folder)
{
	struct newfile file;
	if (newfile_open(folder, &file) < 0) {
		if (errno == ENOSPC || errno == EDQUOT)
			answer_full(call);
		else
			call_internal(call, "the folder for bodies cannot be written");
		return false;
	}
	call->upload_fd = file.fd;
	call->upload_path = file.path[0] ? arena_strdup(call->arena, file.path) : NULL;
	return true;
}

static void policy_file(struct api_call *call, struct http_policy *policy)
{
	if (!has_type(call->req, "text/csv") && !multipart_is(http_header(call->req, "Content-Type"))) {
		call_fault(call, FAULT_CONTENT_TYPE, NULL,
		           "The header Content-Type must be text/csv, or " MULTIPART_TYPE " with a file");
		return;
	}
	if (!open_upload(call, call->api->options.import_folder))
		return;
	*policy = (struct http_policy){
		.body = HTTP_BODY_FILE, .max_body_bytes = call->api->options.max_import_bytes, .body_fd = call->upload_fd};
}

static void policy_media(struct api_call *call, struct http_policy *policy)
{
	media_files_policy(call, policy);
	if (call->faults.n || !open_upload(call, call->api->options.media_folder))
		return;
	policy->body = HTTP_BODY_FILE;
	policy->body_fd = call->upload_fd;
}

static void policy_body(struct api_call *call, struct http_policy *policy)
{
	switch (call->route->body) {
	case BODY_NONE:
		policy->max_body_bytes = MAX_IGNORED_BODY;
		break;
	case BODY_EVENT:
		policy->max_body_bytes = WEBHOOK_MAX_BYTES;
		break;
	case BODY_FILE:
		policy_file(call, policy);
		break;
	case BODY_MEDIA:
		policy_media(call, policy);
		break;
	case BODY_JSON:
	case BODY_BIG_JSON:
		policy->max_body_bytes = call->route->body == BODY_JSON ? MAX_JSON_BODY : MAX_BIG_JSON_BODY;
		if (!has_type(call->req, "application/json"))
			call_fault(call, FAULT_CONTENT_TYPE, NULL, "The header Content-Type must be application/json");
		break;
	}
}

void api_policy(struct http_request *req, struct http_policy *policy, void *arg)
{
	struct api_call *call = call_create(arg, req);
	const char *path = http_path(req);
	char allow[ROUTE_ALLOW_BYTES];
	enum route_found found = route_find(http_method(req), path, &call->route, allow);
	bool open = found == ROUTE_FOUND && call->route->role == ROLE_OPEN;
	/* Under /v1 nothing is told to strangers, not even which paths there are, but for what is open to all. */
	if ((strncmp(path, "/v1/", 4) == 0 || strcmp(path, "/v1") == 0) && !open && !authenticate(call))
		return;
	switch (found) {
	case ROUTE_NO_PATH:
		call_fault(call, FAULT_NO_ROUTE, NULL, "There is nothing at this path");
		return;
	case ROUTE_NO_METHOD:
		http_add_header(req, "Allow", allow);
		call_fault(call, FAULT_METHOD, NULL, "This path takes only %s", allow);
		return;
	case ROUTE_FOUND:
		break;
	}
	if ((int)call->route->role > (int)call->key.role)
		call_fault(call, FAULT_FORBIDDEN, NULL, "This key has the role %s; this call needs the role %s",
		           key_role_text(call->key.role), key_role_text((enum key_role)call->route->role));
	else if (idempotency_read(call))
		policy_body(call, policy);
	if (call->idempotent)
		policy->tap = idempotency_tap;
}

/* ---- the request itself ---- */

/* False: answered. */
static bool parse_body(struct api_call *call)
{
	size_t n;
	const char *body = http_body(call->req, &n);
	struct err err;
	if (json_parse(body, n, &call->body, &err) < 0) {
		call_fault(call, FAULT_NOT_JSON, NULL, "The body is not JSON: %s", err.text);
		return false;
	}
	call->data = json_get(call->body, "data");
	if (!cJSON_IsObject(call->data)) {
		call_fault(call, FAULT_NO_DATA, NULL, "The body must be an object with its fields inside one object 'data'");
		return false;
	}
	return true;
}

void api_handle(struct http_request *req, void *arg)
{
	(void)arg;
	struct api_call *call = http_user(req);
	bool json = call->route->body == BODY_JSON || call->route->body == BODY_BIG_JSON;
	if (idempotency_begin(call) && route_open_ids(call) && (!json || parse_body(call)))
		call->route->handler(call);
}

void api_refuse(struct http_request *req, int status, void *arg)
{
	struct api_call *call = http_user(req) ? http_user(req) : call_create(arg, req);
	switch (status) {
	case 413:
		if (call->route && call->route->body == BODY_MEDIA)
			media_files_too_large(call);
		else
			call_fault(call, FAULT_TOO_LARGE, NULL, "The body is too large");
		break;
	case 414:
		call_fault(call, FAULT_TARGET_TOO_LONG, NULL, "The path and query are too long");
		break;
	case 431:
		call_fault(call, FAULT_HEADERS_TOO_LARGE, NULL, "The header fields are too large");
		break;
	case 503:
		call_overloaded(call);
		break;
	case 507:
		answer_full(call);
		break;
	case 500:
		call_internal(call, "the body could not be kept");
		break;
	default:
		call_fault(call, FAULT_QUERY, NULL, "The request's method, path, query or body length cannot be read");
		break;
	}
}

/* Of one whose header section did not come nothing is told. */
void api_late(const struct http_request *req, struct buf *answer, void *arg)
{
	(void)arg;
	char id[CALL_REQUEST_ID_BYTES];
	struct faults faults;
	buf_auto struct buf body;
	faults_init(&faults);
	fault_add(&faults, FAULT_TOO_SLOW, NULL,
	          "The request came too slowly: it must be whole within 30 seconds, or its body bring 16 KiB a second");
	buf_init(&body, 4096);
	call_write_faults(&body, &faults, req ? http_path(req) : "/", req ? http_method(req) : "", clock_now_ms());
	call_request_id(id);
	buf_addf(answer,
	         "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\nX-Request-Id: %s\r\n"
	         "Content-Length: %zu\r\n\r\n",
	         id, body.len);
	buf_add(answer, body.data, body.len);
}

/* ---- Meta's side ---- */

void hooks_handshake(struct api_call *call)
{
	webhook_in_handshake(call->api->options.webhook_in, call->req);
}

void hooks_receive(struct api_call *call)
{
	webhook_in_receive(call->api->options.webhook_in, call->req);
}
