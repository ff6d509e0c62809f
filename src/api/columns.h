#pragma once
/* Inside api: what the columns of a CSV file mean for a contact. */

#include "api/records.h"
#include "model/contact.h"

enum column {
	COLUMN_FIELD,
	COLUMN_NUMBER,
	COLUMN_FIRST_NAME,
	COLUMN_LAST_NAME,
	COLUMN_CUSTOM1,
	COLUMN_CUSTOM2,
	COLUMN_TAGS,
	COLUMN_IGNORED
};

struct columns {
	int n;
	const char *name[RECORD_MAX_CELLS]; /* as in the header */
	enum column meaning[RECORD_MAX_CELLS];
};

/* From the header row. -1 with a sentence: no number, a name twice, a name that no field can have. Memory from `arena`. */
must_check int columns_read(const char *const *names, int n, struct arena *arena, struct columns *ret, struct err *err);
/* The JSON array of the names, and back. */
const char *columns_format(const struct columns *columns, struct arena *arena);
must_check int columns_parse(const char *json, struct arena *arena, struct columns *ret, struct err *err);

/* One row as a contact, judged. Empty cells count as not given; a line break in a name or custom1 and 2 is a blank, as a message
 * could not have it there; tags are divided by commas, semicolons or line breaks. NULL, or the sentence why it is refused;
 * *ret_text is the number as it stands in the file. `region` NULL: international form only. */
const char *columns_contact(const struct columns *columns, const struct record *record, const char *region, struct arena *arena,
                            struct contact_request *ret, const char **ret_text);
