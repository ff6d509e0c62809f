#pragma once
/* Inside wa: what Meta's webhook `account_update` says of whether an account may send. Source: Meta's page on that webhook. Pure.
 */

#include "base/json.h"
#include "wa/event.h"

/* Fills in stop, until_ms and reason. False when this one says nothing of it. */
bool event_account_read(const cJSON *value, struct wa_event *event);
/* What a person should read and do something about, though nothing is stopped by it: fills in until_ms and reason. False:
 * nothing. */
bool event_account_warning(const cJSON *value, struct wa_event *event);
