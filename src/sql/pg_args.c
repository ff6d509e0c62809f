#include "sql/pg_args.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sql/engine.h"

#define MAX_SCRATCH_BYTES (2 * SQL_MAX_VALUE_BYTES)
#define KEPT_SCRATCH_BYTES ((size_t)1 << 20)

void pg_args_init(struct pg_args *args)
{
	*args = (struct pg_args){.cap = 0};
	buf_init(&args->scratch, MAX_SCRATCH_BYTES);
}

static void free_arrays(struct pg_args *args)
{
	free(args->values);
	free(args->lengths);
	free(args->formats);
}

void pg_args_fini(struct pg_args *args)
{
	free_arrays(args);
	buf_fini(&args->scratch);
}

static void reserve(struct pg_args *args, size_t n)
{
	if (n > args->cap) {
		free_arrays(args);
		args->cap = n + n / 2;
		args->values = engine_alloc(args->cap, sizeof *args->values);
		args->lengths = engine_alloc(args->cap, sizeof *args->lengths);
		args->formats = engine_alloc(args->cap, sizeof *args->formats);
	}
	if (args->scratch.cap > KEPT_SCRATCH_BYTES) {
		buf_fini(&args->scratch);
		buf_init(&args->scratch, MAX_SCRATCH_BYTES);
	}
	buf_reset(&args->scratch);
}

/* Text goes to the scratch with a NUL; libpq looks for one. */
static void add_text(struct buf *scratch, const struct sql_value *value)
{
	if (value->type == SQL_INT)
		buf_addf(scratch, "%" PRId64, value->i);
	else if (value->type == SQL_REAL)
		buf_addf(scratch, "%.17g", value->d);
	else
		buf_add(scratch, value->data, value->n_bytes);
	buf_addc(scratch, '\0');
}

static bool is_scratch(const struct sql_value *value)
{
	return value->type != SQL_NULL && value->type != SQL_BLOB;
}

int pg_args_encode(struct pg_args *args, const struct sql_value *values, size_t n)
{
	reserve(args, n);
	for (size_t i = 0; i < n; i++) {
		args->values[i] = values[i].type == SQL_BLOB ? values[i].data : NULL;
		args->lengths[i] = (int)values[i].n_bytes;
		args->formats[i] = values[i].type == SQL_BLOB;
		if (!is_scratch(&values[i]))
			continue;
		args->lengths[i] = (int)args->scratch.len; /* where it begins, until the scratch stops moving */
		add_text(&args->scratch, &values[i]);
	}
	if (args->scratch.overflow)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (is_scratch(&values[i]))
			args->values[i] = args->scratch.data + args->lengths[i];
	}
	return 0;
}
