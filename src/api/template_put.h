#pragma once
/* Inside api: templates as they are answered. */

#include "api/call.h"
#include "model/template.h"

/* The whole answer for one template: 0, 1 with the 404 added, -1. */
must_check int template_answer(struct store_tx *tx, struct api_call *call, int64_t no);
/* Calls `go_on` when the media that a body names are with us; answers the faults otherwise. See media_need.h. */
void template_need_media(struct api_call *call, const struct template_request *req, void (*go_on)(struct api_call *call));
