#include "delivery/transport_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_URL 2048

struct transport_http {
	struct transport door;
	struct http_client *client;
	char *graph_url;
};

static int post(void *self, const char *phone_number_id, const char *token, const void *body, size_t n_bytes, usec_t not_after_us,
                http_done_fn *done, void *arg)
{
	struct transport_http *t = self;
	char url[MAX_URL];
	int n = snprintf(url, sizeof(url), "%s/%s/messages", t->graph_url, phone_number_id);
	if (n < 0 || (size_t)n >= sizeof(url))
		return -1;
	return http_client_start(t->client,
	                         &(struct http_call_options){.method = "POST",
	                                                     .url = url,
	                                                     .bearer = token,
	                                                     .content_type = "application/json",
	                                                     .body = body,
	                                                     .n_body_bytes = n_bytes,
	                                                     .not_after_us = not_after_us},
	                         done, arg);
}

struct transport_http *transport_http_create(struct http_client *client, const char *graph_url)
{
	struct transport_http *t = calloc(1, sizeof(*t));
	if (!t || !(t->graph_url = strdup(graph_url)))
		abort();
	t->client = client;
	t->door = (struct transport){.self = t, .post = post};
	return t;
}

void transport_http_destroy(struct transport_http *t)
{
	if (!t)
		return;
	free(t->graph_url);
	free(t);
}

const struct transport *transport_http_door(const struct transport_http *t)
{
	return &t->door;
}
