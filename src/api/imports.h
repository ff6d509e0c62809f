#pragma once
/* Inside api: an import as the stream of an account's lists tells of it. */

#include "base/json.h"
#include "model/pubid.h"
#include "store/imports.h"

void imports_put_live(struct json_writer *w, const struct pubid_key *ids, const struct import *import);
