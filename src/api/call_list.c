/* Lists: pages, their tokens and links, and filters. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"
#include "api/call.h"

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

/* Of the filters as they were understood, however they were written, and of nothing else that the query holds. */
static uint64_t scope(struct api_call *call)
{
	const char *filters = "";
	for (int i = 0; i < call->n_filters; i++)
		if (call->filter[i].value)
			filters = arena_printf(call->arena, "%s%s=%zu:%s;", filters, call->filter[i].name,
			                       strlen(call->filter[i].value), call->filter[i].value);
	return page_scope(http_path(call->req), call->key.account_no, filters);
}

/* Any whole number from 1 on; those above the maximum count as it, however long they are. */
static bool size_parse(const char *text, int *ret)
{
	size_t n = strspn(text, "0123456789");
	const char *number = text + strspn(text, "0");
	if (text[n] || !*number)
		return false;
	*ret = strlen(number) > 3 ? MAX_PAGE_SIZE : atoi(number);
	if (*ret > MAX_PAGE_SIZE)
		*ret = MAX_PAGE_SIZE;
	return true;
}

bool call_page(struct api_call *call, struct page *ret)
{
	const char *size = http_query(call->req, "page_size", 0), *token = http_query(call->req, "page_token", 0);
	int n = DEFAULT_PAGE_SIZE;
	call->paged = true;
	faults_set_prefix(&call->faults, "%s", "");
	if (size && !size_parse(size, &n)) {
		call_fault(call, FAULT_PAGE_SIZE, "page_size", " must be a whole number from 1 on; above %d it counts as that",
		           MAX_PAGE_SIZE);
		return false;
	}
	*ret = (struct page){.number = 1};
	if (token && !page_token_parse(store_ids(call->api->options.store), scope(call), token, ret)) {
		call_fault(call, FAULT_PAGE_TOKEN, "page_token", " is not a token that this list gave out with these filters");
		return false;
	}
	ret->size = n;
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

/* What stands several times counts as once, with commas between. */
static const char *read_filter(struct api_call *call, const char *name)
{
	char key[64];
	const char *value, *all = NULL;
	snprintf(key, sizeof(key), "filter[%s]", name);
	for (int i = 0; (value = http_query(call->req, key, i)); i++)
		all = all ? arena_printf(call->arena, "%s,%s", all, value) : value;
	return all;
}

const char *call_filter(struct api_call *call, const char *name)
{
	for (int i = 0; i < call->n_filters; i++)
		if (strcmp(call->filter[i].name, name) == 0)
			return call->filter[i].value;
	assert(!call->paged && call->n_filters < CALL_MAX_FILTERS);
	call->filter[call->n_filters] = (struct call_filter){name, read_filter(call, name)};
	return call->filter[call->n_filters++].value;
}

const char *call_filter_dialed(struct api_call *call, const char *name)
{
	const char *text = call_filter(call, name);
	return text ? text + strspn(text, "+ ") : NULL;
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

static void add_name(struct filter_names *names, const char *name)
{
	for (int i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return;
	names->name[names->n++] = name;
}

bool call_too_many_values(struct api_call *call, const char *name)
{
	faults_set_prefix(&call->faults, "%s", "");
	call_fault(call, FAULT_QUERY, arena_printf(call->arena, "filter[%s]", name), " must have at most %d values",
	           FILTER_MAX_VALUES);
	return false;
}

bool call_filter_names(struct api_call *call, const char *name, struct filter_names *ret)
{
	const char *key = arena_printf(call->arena, "filter[%s]", name), *whole, *value;
	int n_values = 0;
	*ret = (struct filter_names){0};
	(void)call_filter(call, name);
	for (int i = 0; (whole = http_query(call->req, key, i)); i++) {
		const char *rest = whole;
		bool any = false;
		while ((value = call_next_value(call, &rest))) {
			if (n_values++ == FILTER_MAX_VALUES)
				return call_too_many_values(call, name);
			add_name(ret, value);
			any = true;
		}
		if (any)
			add_name(ret, whole);
	}
	return true;
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
