#pragma once
/* Inside this room only: values in the form libpq takes them, in memory kept from call to call. */

#include "sql/sql.h"

struct pg_args {
	const char **values; /* NULL for NULL; borrowed from the caller's values (blobs) or from `scratch` */
	int *lengths;        /* read by libpq for blobs only */
	int *formats;        /* 0 text, 1 binary */
	size_t cap;
	struct buf scratch;
};

void pg_args_init(struct pg_args *args);
void pg_args_fini(struct pg_args *args);
/* Good until the next call, and as long as `values`; -1 when they are too long together. */
must_check int pg_args_encode(struct pg_args *args, const struct sql_value *values, size_t n);
