#include "http/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "http/server_internal.h"

#define REQUEST_ARENA_BYTES 4096

struct http_request *request_create(struct http_server *server, struct MHD_Connection *connection, const char *target)
{
	struct http_request *req = calloc(1, sizeof(*req));
	if (!req)
		abort();
	req->server = server;
	req->connection = connection;
	req->arena = arena_create(REQUEST_ARENA_BYTES);
	atomic_init(&req->refs, 1);
	req->policy.body_fd = -1;
	req->headers_end = &req->headers;
	req->path = arena_strdup(req->arena, "/");
	req->query = "";
	req->method = "";
	req->target_bytes = target ? strlen(target) : 0;
	if (req->target_bytes <= server->options.max_target_bytes)
		req->target = arena_strdup(req->arena, target ? target : "");
	buf_init(&req->body, 0);
	return req;
}

void request_destroy(struct http_request *req)
{
	stream_fini(req);
	if (req->response)
		MHD_destroy_response(req->response);
	if (req->policy.body_fd >= 0)
		close(req->policy.body_fd);
	buf_fini(&req->body);
	atomic_fetch_sub(&req->server->body_memory, req->n_memory_bytes);
	arena_destroy(req->arena);
	free(req);
}

/* ---- target ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool http_percent_decode(char *text, bool plus)
{
	char *out = text;
	for (const char *in = text; *in; in++) {
		if (*in == '+' && plus) {
			*out++ = ' ';
		} else if (*in == '%') {
			int high = hex_digit(in[1]);
			int low = high < 0 ? -1 : hex_digit(in[2]);
			if (low < 0 || (high == 0 && low == 0))
				return false;
			*out++ = (char)(unsigned char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return utf8_valid(text, (size_t)(out - text));
}

static bool read_parameters(struct http_request *req, char *text)
{
	struct http_field **end = &req->parameters;
	int n = 0;
	for (char *next = text; next;) {
		char *name = strsep(&next, "&");
		if (!*name)
			continue;
		if (++n > HTTP_MAX_QUERY_PARAMETERS)
			return false;
		char *value = strchr(name, '=');
		if (value)
			*value++ = '\0';
		if (!http_percent_decode(name, true) || (value && !http_percent_decode(value, true)))
			return false;
		struct http_field *field = arena_alloc(req->arena, sizeof(*field));
		field->name = name;
		field->value = value ? value : "";
		*end = field;
		end = &field->next;
	}
	return true;
}

bool request_read_target(struct http_request *req)
{
	char *path = req->target;
	/* RFC 9112 3.2.2: a server takes the absolute form too. */
	if (strncasecmp(path, "http://", 7) == 0 || strncasecmp(path, "https://", 8) == 0) {
		char *authority = strstr(path, "://") + 3;
		path = authority + strcspn(authority, "/?");
	}
	char *query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	if (!http_percent_decode(path, false))
		return false;
	if (query && (!utf8_valid(query, strlen(query)) || !read_parameters(req, arena_strdup(req->arena, query))))
		return false;
	if (query)
		req->query = query;
	if (*path)
		req->path = path;
	return true;
}

void request_read_peer(struct http_request *req)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (!info || !info->client_addr)
		return;
	if (info->client_addr->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, info->client_addr, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, req->peer, sizeof(req->peer));
	} else if (info->client_addr->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, info->client_addr, sizeof(v6));
		if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
			inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], req->peer, sizeof(req->peer));
		else
			inet_ntop(AF_INET6, &v6.sin6_addr, req->peer, sizeof(req->peer));
	}
}

/* ---- what the request says ---- */

const char *http_method(const struct http_request *req)
{
	return strcmp(req->method, "HEAD") == 0 ? "GET" : req->method;
}

const char *http_path(const struct http_request *req)
{
	return req->path;
}

const char *http_query_string(const struct http_request *req)
{
	return req->query;
}

const char *http_header(const struct http_request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *req, const char *name, int n)
{
	for (const struct http_field *field = req->parameters; field; field = field->next) {
		if (strcmp(field->name, name) == 0 && n-- == 0)
			return field->value;
	}
	return NULL;
}

const char *http_body(const struct http_request *req, size_t *ret_bytes)
{
	*ret_bytes = req->body.len;
	return buf_text(&req->body);
}

uint64_t http_body_bytes(const struct http_request *req)
{
	return req->n_body_bytes;
}

const char *http_peer(const struct http_request *req)
{
	return req->peer;
}

struct arena *http_arena(struct http_request *req)
{
	return req->arena;
}

void http_set_user(struct http_request *req, void *user)
{
	req->user = user;
}

void *http_user(const struct http_request *req)
{
	return req->user;
}

void http_add_header(struct http_request *req, const char *name, const char *value)
{
	struct http_field *field = arena_alloc(req->arena, sizeof(*field));
	field->name = arena_strdup(req->arena, name);
	field->value = arena_strdup(req->arena, value);
	*req->headers_end = field;
	req->headers_end = &field->next;
}
