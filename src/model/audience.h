#pragma once
/* An audience: a named list of contacts. Pure rules. */

#include <stdint.h>

#include "base/clock.h"
#include "model/fault.h"

#define AUDIENCE_NAME_MAX 45
#define AUDIENCE_MAX_CONTACTS 1000 /* in one request */

struct audience {
	int64_t no;
	int64_t account_no;
	const char *name;
	int64_t n_contacts;
	msec_t create_ms, update_ms;
};

/* `name` and `channel` may be NULL (not given). Updates judge the name only. */
void audience_judge(const char *name, const char *channel, struct faults *faults);
void audience_judge_update(const char *name, struct faults *faults);
