#pragma once
/* Inside api: a row of the log as clients see it. */

#include "model/activity.h"
#include "base/json.h"

void activity_put(struct json_writer *w, const struct pubid_key *ids, const struct activity *activity);
