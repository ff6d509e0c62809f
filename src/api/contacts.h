#pragma once
/* Inside api: a contact's body, alone and inside an audience's. */

#include "api/call.h"
#include "model/contact.h"

/* Decode and judge one contact object; faults get the present prefix and come in the fields' order. */
void contact_decode(struct api_call *call, const cJSON *object, bool is_update, struct contact_request *ret);
/* Bring the faults from number `from` on, which are of one contact, into the order of its fields. */
void contact_order_faults(struct api_call *call, size_t from);
