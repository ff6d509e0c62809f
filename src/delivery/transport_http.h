#pragma once
/* Messages over libcurl: the transport of the server. On the delivery thread. */

#include "delivery/transport.h"

struct transport_http;

/* `client` is borrowed; `graph_url` is copied. */
struct transport_http *transport_http_create(struct http_client *client, const char *graph_url);
void transport_http_destroy(struct transport_http *t);
const struct transport *transport_http_door(const struct transport_http *t);
