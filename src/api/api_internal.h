#pragma once
/* Inside api: what its files share of struct api. */

#include "api/api.h"

struct api {
	struct api_options options; /* texts borrowed from the caller, who outlives us */
};
