#pragma once
/* Inside api: a medium that a body names, by the id of one that is with us or by a URL. Ids are looked up; URLs are fetched and
 * become media of the account, before the request is judged any further. For templates and messages. */

#include "api/call.h"
#include "api/keeper.h"

struct media_need {
	const char *field;       /* for faults: "url", "components[0].image.link" */
	const char *media_id;    /* as it was given; NULL: the URL counts */
	const char *url;         /* NULL and no media_id: nothing is needed here */
	enum media_kind kind;    /* what it must be */
	bool for_template;       /* only what Meta takes a sample of: JPEG, PNG, MP4, PDF */
	struct medium medium;    /* what came of it: its no, 0 none */
	struct keeper_task task; /* its own */
};

/* Calls `go_on` when all are there, now or later on another thread; or answers the faults, those that were there before among
 * them, and never calls it. Nothing is fetched for a request that has faults already. The needs are in the call's arena; the
 * handler touches the call no more after this. */
void media_need_resolve(struct api_call *call, struct media_need *needs, int n, void (*go_on)(struct api_call *call));

/* The size and type of a body on the routes of media_files.c. */
void media_files_policy(struct api_call *call, struct http_policy *policy);
void media_files_too_large(struct api_call *call);
