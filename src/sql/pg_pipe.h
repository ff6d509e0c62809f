#pragma once
/* Inside this room only: statements that go to PostgreSQL one after the other without a wait for the answer to each (libpq's
 * pipeline mode). Those that failed are told by pg_pipe_finish; what follows one that failed is not carried out. */

#include <libpq-fe.h>

#include "sql/pg_args.h"

#define PG_PIPE_MAX 256 /* answers on their way: so few that neither side ever waits for the other to read */

struct pg_sent {
	size_t stmt;     /* or ENGINE_NO_STATEMENT */
	bool is_ahead;   /* somebody asks for its rows later */
	uint64_t values; /* a digest of what it was asked with */
	PGresult *result;
};

struct pg_pipe {
	struct pg_sent sent[PG_PIPE_MAX]; /* not answered yet */
	size_t n_sent;
	struct pg_sent ahead[PG_PIPE_MAX]; /* answered, and not asked for yet */
	size_t n_ahead, next_ahead;
};

/* One more; 1 when it is full: finish it first. -1: libpq says why. */
must_check int pg_pipe_send(struct pg_pipe *pipe, PGconn *conn, const struct pg_sent *sent, const char *name,
                            const struct pg_args *args, size_t n_args);
must_check int pg_pipe_text(struct pg_pipe *pipe, PGconn *conn, const char *text);
/* Read every answer. 0; 1 one failed: the first of them in *ret_failed, whose result (NULL: the connection is gone) is the
 * caller's. The answer to the last one in *ret_last, the caller's too, where somebody asks. */
must_check int pg_pipe_finish(struct pg_pipe *pipe, PGconn *conn, struct pg_sent *ret_failed, PGresult **ret_last);
/* The answer to a query that was asked ahead with these values, the caller's; NULL none. */
PGresult *pg_pipe_take(struct pg_pipe *pipe, size_t stmt, uint64_t values);
/* Is it among those that were sent? */
bool pg_pipe_has(const struct pg_pipe *pipe, size_t stmt, uint64_t values);
/* What was asked ahead is wanted no more. */
void pg_pipe_forget(struct pg_pipe *pipe);
uint64_t pg_pipe_digest(const struct sql_value *values, size_t n);
