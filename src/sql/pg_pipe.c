#include "sql/pg_pipe.h"

static int enter(PGconn *conn)
{
	return PQpipelineStatus(conn) == PQ_PIPELINE_OFF && !PQenterPipelineMode(conn) ? -1 : 0;
}

int pg_pipe_send(struct pg_pipe *pipe, PGconn *conn, const struct pg_sent *sent, const char *name, const struct pg_args *args,
                 size_t n_args)
{
	if (pipe->n_sent == PG_PIPE_MAX)
		return 1;
	if (sent->is_ahead && pipe->n_ahead + pipe->n_sent >= PG_PIPE_MAX) /* of before, and nobody asked for them */
		pg_pipe_forget(pipe);
	if (enter(conn) < 0 || !PQsendQueryPrepared(conn, name, (int)n_args, args->values, args->lengths, args->formats, 0))
		return -1;
	pipe->sent[pipe->n_sent++] = *sent;
	return 0;
}

int pg_pipe_text(struct pg_pipe *pipe, PGconn *conn, const char *text)
{
	if (pipe->n_sent == PG_PIPE_MAX)
		return 1;
	if (enter(conn) < 0 || !PQsendQueryParams(conn, text, 0, NULL, NULL, NULL, NULL, 0))
		return -1;
	pipe->sent[pipe->n_sent++] = (struct pg_sent){.stmt = SIZE_MAX};
	return 0;
}

static bool is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/* One result and the NULL behind it; none when the connection is gone. */
static PGresult *read_one(PGconn *conn)
{
	PGresult *result = PQgetResult(conn), *more;
	while (result && (more = PQgetResult(conn)) != NULL)
		PQclear(more);
	return result;
}

static void read_sync(PGconn *conn)
{
	PGresult *result = PQgetResult(conn);
	PQclear(result);
	if (PQstatus(conn) == CONNECTION_OK)
		PQexitPipelineMode(conn);
}

static void keep_or_drop(struct pg_pipe *pipe, struct pg_sent *sent)
{
	if (sent->is_ahead)
		pipe->ahead[pipe->n_ahead++] = *sent;
	else
		PQclear(sent->result);
}

int pg_pipe_finish(struct pg_pipe *pipe, PGconn *conn, struct pg_sent *ret_failed, PGresult **ret_last)
{
	size_t n = pipe->n_sent;
	bool failed = false, synced = PQpipelineSync(conn) == 1;
	pipe->n_sent = 0;
	for (size_t i = 0; i < n; i++) {
		struct pg_sent *sent = &pipe->sent[i];
		sent->result = synced ? read_one(conn) : NULL;
		if (!failed && !is_good(sent->result)) {
			failed = true;
			*ret_failed = *sent;
		} else if (failed) {
			PQclear(sent->result);
		} else if (ret_last && i == n - 1) {
			*ret_last = sent->result;
		} else {
			keep_or_drop(pipe, sent);
		}
	}
	if (synced)
		read_sync(conn);
	if (failed)
		pg_pipe_forget(pipe);
	return failed;
}

PGresult *pg_pipe_take(struct pg_pipe *pipe, size_t stmt, uint64_t values)
{
	size_t at = pipe->next_ahead;
	while (at < pipe->n_ahead && (pipe->ahead[at].stmt != stmt || pipe->ahead[at].values != values))
		at++;
	if (at == pipe->n_ahead)
		return NULL;
	while (pipe->next_ahead < at) /* nobody asked for these after all */
		PQclear(pipe->ahead[pipe->next_ahead++].result);
	PGresult *result = pipe->ahead[at].result;
	if (++pipe->next_ahead == pipe->n_ahead)
		pipe->n_ahead = pipe->next_ahead = 0;
	return result;
}

bool pg_pipe_has(const struct pg_pipe *pipe, size_t stmt, uint64_t values)
{
	for (size_t i = 0; i < pipe->n_sent; i++)
		if (pipe->sent[i].is_ahead)
			return pipe->sent[i].stmt == stmt &&
			       pipe->sent[i].values == values; /* the first one, or another question */
	return false;
}

void pg_pipe_forget(struct pg_pipe *pipe)
{
	for (size_t i = pipe->next_ahead; i < pipe->n_ahead; i++)
		PQclear(pipe->ahead[i].result);
	pipe->n_ahead = pipe->next_ahead = 0;
}

/* FNV-1a: which of the answers it is among a few, and that it is the one. */
static uint64_t add(uint64_t hash, const void *data, size_t n)
{
	const unsigned char *byte = data;
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ byte[i]) * 0x100000001B3u;
	return hash;
}

uint64_t pg_pipe_digest(const struct sql_value *values, size_t n)
{
	uint64_t hash = 0xCBF29CE484222325u;
	for (size_t i = 0; i < n; i++) {
		hash = add(hash, &values[i].type, sizeof(values[i].type));
		hash = add(hash, &values[i].i, sizeof(values[i].i));
		hash = add(hash, &values[i].n_bytes, sizeof(values[i].n_bytes));
		if (values[i].data)
			hash = add(hash, values[i].data, values[i].n_bytes);
	}
	return hash;
}
