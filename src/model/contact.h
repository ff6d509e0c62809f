#pragma once
/* A contact of an audience. Pure rules. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/fault.h"
#include "model/number.h"

#define CONTACT_MAX_TAGS 10
#define CONTACT_MAX_FIELDS 50
#define CONTACT_MAX_FIELDS_BYTES 8192

/* One immutable version of a contact (an edit makes a new one). Text is borrowed; "" where not set. */
struct contact {
	int64_t audience_no;
	int64_t no;       /* of this version */
	int64_t first_no; /* of the contact: what its public id is made of */
	const char *number;
	const char *first_name, *last_name, *custom1, *custom2;
	const char *tags;   /* JSON array of text, "" none */
	const char *fields; /* JSON object of text, "" none */
	bool fields_only;   /* of a single message: `fields` holds the value of every placeholder, whatever its name */
	msec_t create_ms, update_ms;
};

/* A decoded body; NULL = not given. `timestamp` and `date` are the older names of custom1 and custom2. */
struct contact_request {
	const char *number, *first_name, *last_name, *custom1, *custom2;
	const char *custom1_name, *custom2_name; /* as the client wrote them; NULL: custom1, custom2 */
	const char *tags;                        /* compact JSON array as given, checked by the judge, or NULL */
	const char *fields;                      /* compact JSON object as given, or NULL */
	char digits[NUMBER_BYTES];               /* set by the judge */
};

/* Judge a create (`number` required) or an update (`number` ignored); faults in field order. */
void contact_judge(struct contact_request *req, bool is_update, struct faults *faults);
/* `given` laid over `stored`, key by key: both JSON objects of text that were judged, or "". *ret is `stored` itself where that
 * changes nothing, in whatever order the keys stand; else memory from `arena`. 1 when that would be too many fields, or too long.
 */
must_check int contact_merge_fields(const char *stored, const char *given, struct arena *arena, const char **ret);
/* The value of a placeholder key: number, first_name, last_name, custom1, custom2, timestamp, date, or a key of
 * `fields` (memory from `scratch`); NULL when it has none or it is empty. */
const char *contact_value(const struct contact *contact, const char *key, struct arena *scratch);
bool contact_key_is_builtin(const char *key);
