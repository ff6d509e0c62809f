#pragma once
/* Inside api: which handler a request is for. */

#include "api/call.h"

enum route_role { ROLE_OPEN = -1, ROLE_VIEWER = KEY_VIEWER, ROLE_SENDER = KEY_SENDER, ROLE_ADMIN = KEY_ADMIN };
enum route_body { BODY_NONE, BODY_JSON, BODY_BIG_JSON, BODY_FILE, BODY_MEDIA, BODY_EVENT };

struct route {
	const char *method, *path;
	enum route_role role;
	api_handler *handler;
	enum route_body body;
};

enum route_found { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };
#define ROUTE_ALLOW_BYTES 64
/* *ret when found; `allow` lists the path's methods when the method is another. */
enum route_found route_find(const char *method, const char *path, const struct route **ret, char allow[ROUTE_ALLOW_BYTES]);
/* Open the ids of the path into call->id. False: a fault was answered. */
bool route_open_ids(struct api_call *call);
/* The 404 code of the last id in the path. */
enum fault_code route_unknown_code(const struct route *route);
/* Add the 404 of the last id in the path. The same words for an id that is made up and for one of another account. */
void route_fault_unknown(struct api_call *call);
