/* Lists: pages, their tokens and links, and filters. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"
#include "api/call.h"
#include "base/text.h"

#define DEFAULT_PAGE_SIZE 20
#define MAX_PAGE_SIZE 100

static bool names_page(const char *param, size_t n)
{
	static const char *const names[] = {"page_size", "page_token"};
	for (size_t i = 0; i < 2; i++) {
		size_t length = strlen(names[i]);
		if (n >= length && memcmp(param, names[i], length) == 0 && (n == length || param[length] == '='))
			return true;
	}
	return false;
}

/* The query as it came, without the page's own parameters. */
static const char *kept_query(struct api_call *call)
{
	const char *query = http_query_string(call->req);
	char *kept = arena_alloc(call->arena, strlen(query) + 2), *p = kept;
	for (size_t n; *query; query += n + (query[n] == '&')) {
		n = strcspn(query, "&");
		if (n == 0 || names_page(query, n))
			continue;
		memcpy(p, query, n);
		p += n;
		*p++ = '&';
	}
	return kept; /* each parameter is followed by '&' */
}

static uint64_t scope(struct api_call *call)
{
	return page_scope(http_path(call->req), call->key.account_no, kept_query(call));
}

bool call_page(struct api_call *call, struct page *ret)
{
	const char *size = http_query(call->req, "page_size", 0), *token = http_query(call->req, "page_token", 0);
	int64_t n = DEFAULT_PAGE_SIZE;
	faults_set_prefix(&call->faults, "%s", "");
	if (size && (!text_to_int(size, strlen(size), &n) || n < 1)) {
		call_fault(call, FAULT_PAGE_SIZE, "page_size", " must be a whole number from 1 to %d", MAX_PAGE_SIZE);
		return false;
	}
	*ret = (struct page){.number = 1};
	if (token && !page_token_parse(store_ids(call->api->options.store), scope(call), token, ret)) {
		call_fault(call, FAULT_PAGE_TOKEN, "page_token", " is not a token that this list gave out with these filters");
		return false;
	}
	ret->size = n > MAX_PAGE_SIZE ? MAX_PAGE_SIZE : (int)n;
	return true;
}

void call_begin_list(struct api_call *call)
{
	buf_reset(&call->out);
	json_begin(&call->json, &call->out);
	json_open_object(&call->json, NULL);
	json_open_array(&call->json, "data");
}

static void put_page_link(struct api_call *call, const char *key, const struct page *page, const char *token)
{
	put_link(call, key, "%s?%spage_size=%d%s%s", http_path(call->req), kept_query(call), page->size,
	         token ? "&page_token=" : "", token ? token : "");
}

static void put_other_page(struct api_call *call, const char *key, const struct page *page, bool exists, bool backwards)
{
	char token[PAGE_TOKEN_BYTES];
	if (!exists) {
		json_put_null(&call->json, key);
		return;
	}
	int64_t number = page->number + (backwards ? -1 : 1);
	page_token_format(store_ids(call->api->options.store), scope(call), backwards,
	                  backwards ? page->first_key : page->last_key, backwards ? page->first_sub : page->last_sub,
	                  number < 1 ? 1 : number, token);
	put_page_link(call, key, page, token);
}

void call_end_list(struct api_call *call, const struct page *page, int n_items)
{
	json_close_array(&call->json);
	json_open_object(&call->json, "pagination");
	json_put_int(&call->json, "number", page->number);
	json_put_int(&call->json, "size", n_items);
	if (page->total < 0)
		json_put_null(&call->json, "total");
	else
		json_put_int(&call->json, "total", page->total);
	json_open_object(&call->json, "links");
	put_page_link(call, "first", page, NULL);
	put_page_link(call, "current", page, http_query(call->req, "page_token", 0));
	put_other_page(call, "previous", page, page->has_previous && page->first_key > 0, true);
	put_other_page(call, "next", page, page->has_next && page->last_key > 0, false);
	json_close_object(&call->json);
	json_close_object(&call->json);
	json_close_object(&call->json);
}

const char *call_filter(const struct api_call *call, const char *name)
{
	char key[64];
	snprintf(key, sizeof(key), "filter[%s]", name);
	return http_query(call->req, key, 0);
}

const char *call_next_value(struct api_call *call, const char **rest)
{
	while (**rest == ',' || **rest == ' ')
		(*rest)++;
	size_t n = strcspn(*rest, ","), used = n;
	if (n == 0)
		return NULL;
	const char *value = *rest;
	*rest += n;
	while (used > 0 && value[used - 1] == ' ')
		used--;
	return arena_strndup(call->arena, value, used);
}

bool call_filter_allows(struct api_call *call, const char *name, const char *word)
{
	const char *rest = call_filter(call, name), *value;
	if (!rest)
		return true;
	while ((value = call_next_value(call, &rest)))
		if (strcasecmp(value, word) == 0)
			return true;
	return false;
}
