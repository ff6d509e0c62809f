/* What all resources have in common when they are written. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/call.h"

#define MAX_HOST_BYTES 255

const char *id_text(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b)
{
	char *text = arena_alloc(call->arena, UUID_TEXT_BYTES);
	struct uuid uuid = pubid_make(store_ids(call->api->options.store), kind, a, b);
	uuid_format(&uuid, text);
	return text;
}

void put_id(struct api_call *call, const char *key, enum pubid_kind kind, int64_t a, int64_t b)
{
	json_put_text(&call->json, key, id_text(call, kind, a, b));
}

void put_head(struct api_call *call, enum pubid_kind kind, int64_t a, int64_t b)
{
	put_id(call, "id", kind, a, b);
	put_id(call, "account_id", PUBID_ACCOUNT, call->key.account_no, 0);
}

bool call_is_host(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:[]%");
	return n > 0 && n <= MAX_HOST_BYTES && text[n] == '\0';
}

const char *call_base_url(struct api_call *call)
{
	const char *host = http_header(call->req, "Host");
	if (call->api->options.public_url)
		return call->api->options.public_url;
	if (!host || !call_is_host(host))
		host = "localhost";
	return arena_printf(call->arena, "http://%s", host);
}

void put_link(struct api_call *call, const char *key, const char *fmt, ...)
{
	char path[16384];
	va_list args;
	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	json_put_text(&call->json, key, arena_printf(call->arena, "%s%s", call_base_url(call), path));
}

void put_links_open(struct api_call *call)
{
	json_open_object(&call->json, "links");
}

void put_links_close(struct api_call *call)
{
	put_link(call, "account", "/v1/accounts/self");
	json_close_object(&call->json);
}
