#pragma once
/* Inside api: what both files of templates need. */

#include "api/call.h"
#include "model/template.h"

/* What POST and PUT take of a content, in the order of the contract. */
#define TEMPLATE_CONTENT_FIELDS                                                                        \
	FIELD(template_request, text, FIELD_TEXT, FAULT_TEMPLATE_TEXT_INVALID),                        \
		FIELD(template_request, type, FIELD_TEXT, FAULT_TEMPLATE_INVALID),                     \
		FIELD(template_request, url, FIELD_TEXT, FAULT_TEMPLATE_URL_INVALID),                  \
		FIELD(template_request, media_id, FIELD_TEXT, FAULT_TEMPLATE_MEDIA_REQUIRED),          \
		FIELD(template_request, filename, FIELD_TEXT, FAULT_TEMPLATE_FILENAME_INVALID),        \
		FIELD(template_request, button_type, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_VALUE),         \
		FIELD(template_request, button_text, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_TEXT_REQUIRED), \
		FIELD(template_request, button_value, FIELD_TEXT, FAULT_TEMPLATE_BUTTON_VALUE)

/* The whole answer for one template: 0, 1 with the 404 added, -1. */
must_check int template_answer(struct store_tx *tx, struct api_call *call, int64_t no);
/* Calls `go_on` when the media that a body names are with us; answers the faults otherwise. See media_need.h. */
void template_need_media(struct api_call *call, const struct template_request *req, void (*go_on)(struct api_call *call));
