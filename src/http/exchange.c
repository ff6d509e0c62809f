/* One exchange on a connection: libmicrohttpd's callbacks on one side, the room's callbacks on the other.
 *
 * libmicrohttpd calls exchange_access once when the header section has come, then for each piece of the body,
 * then once more when all is there, and, if the connection was suspended then, again after it was resumed.
 * A response queued in the first of these calls makes it close the connection, even without a body; so only
 * an announced body that nobody wants to read is answered there, everything else in the last call. */

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/text.h"
#include "http/server_internal.h"

/* A body that turned out too long is read this much further, so that the client comes to see the answer. */
#define EXCHANGE_DISCARD_BYTES ((uint64_t)1024 * 1024)

static int connection_fd(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

/* libmicrohttpd shuts a connection down (FIN) before it closes it; dissolving the socket's association first is
 * what makes the kernel say RST and nothing else. */
static void reset_connection(struct MHD_Connection *connection)
{
	int fd = connection_fd(connection);
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	(void)connect(fd, &nobody, sizeof(nobody));
}

/* Hand libmicrohttpd what a request with a final phase came to. */
static enum MHD_Result deliver(struct http_request *req, enum http_phase phase)
{
	if (phase == HTTP_RESET)
		reset_connection(req->connection);
	if (phase != HTTP_ANSWERED)
		return MHD_NO;
	return MHD_queue_response(req->connection, (unsigned)req->status, req->response);
}

/* ---- the header section ---- */

struct framing {
	int n_lengths;
	int n_encodings;
	const char *length;
	const char *encoding;
};

static enum MHD_Result framing_field(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	struct framing *framing = cls;
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		framing->n_lengths++;
		framing->length = value ? value : "";
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		framing->n_encodings++;
		framing->encoding = value ? value : "";
	}
	return MHD_YES;
}

/* Where the body ends must be said once and clearly, or a proxy before us may read another request out of it
 * than we do (RFC 9112 6.3). False: refuse. */
static bool read_framing(struct http_request *req, int64_t *ret_length)
{
	struct framing framing = {0};
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, framing_field, &framing);
	req->has_body = framing.n_lengths + framing.n_encodings > 0;
	if (framing.n_lengths + framing.n_encodings > 1)
		return false;
	if (framing.n_encodings)
		return strcasecmp(framing.encoding, "chunked") == 0;
	if (framing.n_lengths) {
		if (!text_to_int(framing.length, strlen(framing.length), ret_length) || *ret_length < 0)
			return false;
		req->has_body = *ret_length > 0;
	}
	return true;
}

static size_t header_bytes(const struct http_request *req)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	size_t whole = info ? info->header_size : 0;
	return whole > req->target_bytes ? whole - req->target_bytes : 0;
}

/* RFC 9110 5.6.2; libmicrohttpd takes any bytes. */
static bool is_token(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");
	return n > 0 && text[n] == '\0';
}

static int header_section_fault(struct http_request *req, int64_t *ret_length)
{
	if (!read_framing(req, ret_length))
		return MHD_HTTP_BAD_REQUEST;
	if (!req->target)
		return MHD_HTTP_URI_TOO_LONG;
	if (!request_read_target(req) || !*req->method)
		return MHD_HTTP_BAD_REQUEST;
	if (header_bytes(req) > req->server->options.max_header_bytes)
		return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
	return 0;
}

static enum http_phase refuse(struct http_request *req, int status)
{
	turn_begin(req);
	req->server->options.refuse(req, status, req->server->options.arg);
	enum http_phase phase = turn_end(req, HTTP_DROPPED);
	assert(phase != HTTP_HANDLING && phase != HTTP_KEPT);
	return phase;
}

static enum http_phase ask_policy(struct http_request *req, int64_t length)
{
	turn_begin(req);
	req->server->options.policy(req, &req->policy, req->server->options.arg);
	enum http_phase phase = turn_end(req, HTTP_RECEIVING);
	if (phase != HTTP_RECEIVING)
		return phase;
	if (length > 0 && (uint64_t)length > req->policy.max_body_bytes)
		return refuse(req, MHD_HTTP_CONTENT_TOO_LARGE);
	buf_init(&req->body, (size_t)req->policy.max_body_bytes);
	return phase;
}

static enum MHD_Result begin(struct http_request *req, const char *method)
{
	req->method = is_token(method) ? method : "";
	request_read_peer(req);
	pthread_mutex_lock(&req->server->lock);
	req->begun = true;
	req->server->n_active++;
	pthread_mutex_unlock(&req->server->lock);

	int64_t length = 0;
	int fault = header_section_fault(req, &length);
	enum http_phase phase = fault ? refuse(req, fault) : ask_policy(req, length);
	if (phase == HTTP_RECEIVING || (phase == HTTP_ANSWERED && !req->has_body)) {
		connections_stage(req->server, req->connection, HTTP_STAGE_BODY, req);
		return MHD_YES;
	}
	req->left_unread = phase == HTTP_ANSWERED;
	connections_stage(req->server, req->connection, HTTP_STAGE_ANSWER, NULL);
	return deliver(req, phase);
}

/* ---- the body ---- */

/* 0, or the status to refuse with. */
static int store_body(struct http_request *req, const char *data, size_t n_bytes)
{
	struct http_server *server = req->server;
	if (req->policy.tap)
		req->policy.tap(req, data, n_bytes);
	if (req->policy.body == HTTP_BODY_FILE && fd_write(req->policy.body_fd, data, n_bytes) < 0)
		return errno == ENOSPC || errno == EDQUOT ? MHD_HTTP_INSUFFICIENT_STORAGE : MHD_HTTP_INTERNAL_SERVER_ERROR;
	if (req->policy.body == HTTP_BODY_FILE)
		return 0;
	req->n_memory_bytes += n_bytes;
	if (atomic_fetch_add(&server->body_memory, n_bytes) + n_bytes > server->options.max_body_memory_bytes)
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	return buf_add(&req->body, data, n_bytes) < 0 ? MHD_HTTP_INTERNAL_SERVER_ERROR : 0;
}

static enum MHD_Result take_body(struct http_request *req, const char *data, size_t n_bytes)
{
	const struct http_policy *policy = &req->policy;
	req->n_body_bytes += n_bytes;
	connections_body(req->connection, n_bytes);
	if (req->body_fault)
		return req->n_body_bytes > policy->max_body_bytes + EXCHANGE_DISCARD_BYTES ? MHD_NO : MHD_YES;
	if (req->n_body_bytes > policy->max_body_bytes)
		req->body_fault = MHD_HTTP_CONTENT_TOO_LARGE;
	else
		req->body_fault = store_body(req, data, n_bytes);
	return MHD_YES;
}

static enum MHD_Result complete(struct http_request *req)
{
	enum http_phase phase = turn_phase(req);
	connections_stage(req->server, req->connection, HTTP_STAGE_ANSWER, NULL);
	if (phase == HTTP_RECEIVING && req->body_fault) {
		phase = refuse(req, req->body_fault);
	} else if (phase == HTTP_RECEIVING) {
		turn_begin(req);
		req->server->options.handle(req, req->server->options.arg);
		phase = turn_end(req, HTTP_KEPT);
	}
	return phase == HTTP_KEPT ? MHD_YES : deliver(req, phase);
}

/* ---- libmicrohttpd's callbacks ---- */

void *exchange_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct http_request *req = request_create(cls, connection, uri);
	connections_stage(cls, connection, HTTP_STAGE_HEADER, NULL);
	/* libmicrohttpd goes on to take the query apart into its own list, one record from the connection's
	 * memory a parameter, and leaves the connection hanging when that does not suffice. We have our copy:
	 * end the query in its (writable) buffer before it begins. */
	char *query = uri ? strchr((char *)(uintptr_t)uri, '?') : NULL;
	if (query && query[1])
		query[1] = '\0';
	return req;
}

size_t exchange_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

enum MHD_Result exchange_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_bytes, void **context)
{
	(void)cls;
	(void)connection;
	(void)url;
	(void)version;
	struct http_request *req = *context;
	if (!req->begun)
		return begin(req, method);
	if (*upload_bytes == 0)
		return complete(req);
	size_t n_bytes = *upload_bytes;
	*upload_bytes = 0;
	return take_body(req, upload, n_bytes);
}

/* Closing a socket with unread bytes makes the kernel say RST, which can overtake our answer at the client. */
static void discard_what_came(struct MHD_Connection *connection)
{
	size_t left = EXCHANGE_DISCARD_BYTES;
	while (left > 0) {
		ssize_t n = recv(connection_fd(connection), NULL, left, MSG_TRUNC | MSG_DONTWAIT);
		if (n <= 0)
			return;
		left -= (size_t)n < left ? (size_t)n : left;
	}
}

void exchange_completed(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
	(void)cls;
	(void)code;
	struct http_request *req = *context;
	if (!req)
		return;
	*context = NULL;
	if (req->left_unread)
		discard_what_came(connection);
	connections_stage(req->server, connection, HTTP_STAGE_IDLE, NULL);
	turn_put(req);
}
