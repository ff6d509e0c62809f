/* Answers that come piece by piece. libmicrohttpd asks for bytes when the socket takes some; a piece is made when the one
 * before has gone, and a stream that has nothing to say suspends its connection, so that nobody polls.
 *
 * Whether a connection is suspended is decided under the server's lock, as in turn.c: a wake finds a stream that sleeps, and
 * resumes it, or one that is about to, and leaves a mark. libmicrohttpd holds the lock of the response while it asks, and takes
 * it nowhere else but to destroy the response, which we do without our lock. */

#include <stdlib.h>
#include <string.h>

#include "http/server_internal.h"

#define STREAM_BLOCK_BYTES ((size_t)16 * 1024) /* what libmicrohttpd asks for at most, where it may choose */

struct stream_state {
	struct http_stream owner;
	struct buf piece;
	size_t n_gone;       /* of the piece */
	enum http_next next; /* after the piece */
	/* Guarded by the server's lock: */
	bool sleeping; /* the connection is suspended */
	bool woken;    /* while it was not */
};

static void link_stream(struct http_request *req, struct stream_state *stream)
{
	struct http_server *server = req->server;
	pthread_mutex_lock(&server->lock);
	req->stream = stream;
	req->stream_next = server->streams;
	if (server->streams)
		server->streams->stream_prev = req;
	server->streams = req;
	server->n_streams++;
	pthread_mutex_unlock(&server->lock);
}

static void unlink_stream(struct http_request *req)
{
	struct http_server *server = req->server;
	pthread_mutex_lock(&server->lock);
	if (req->stream_prev)
		req->stream_prev->stream_next = req->stream_next;
	else
		server->streams = req->stream_next;
	if (req->stream_next)
		req->stream_next->stream_prev = req->stream_prev;
	server->n_streams--;
	pthread_mutex_unlock(&server->lock);
}

/* The server's lock is held. */
static void wake(struct http_request *req)
{
	struct stream_state *s = req->stream;
	s->woken = true;
	if (!s->sleeping)
		return;
	s->sleeping = false;
	MHD_resume_connection(req->connection);
}

/* What to do when there are no bytes: the stream sleeps until it is woken, or gives the thread to others for a turn. To answer
 * 0 bytes without being suspended would leave the connection until something else happens on the thread. */
static ssize_t rest(struct http_request *req, bool sleep)
{
	struct http_server *server = req->server;
	struct stream_state *s = req->stream;
	pthread_mutex_lock(&server->lock);
	bool ended = sleep && atomic_load(&server->quiesced);
	if (!ended)
		MHD_suspend_connection(req->connection);
	s->sleeping = !ended && sleep && !s->woken;
	if (!ended && !s->sleeping)
		MHD_resume_connection(req->connection);
	pthread_mutex_unlock(&server->lock);
	return ended ? MHD_CONTENT_READER_END_OF_STREAM : 0;
}

static bool is_woken(struct http_request *req)
{
	pthread_mutex_lock(&req->server->lock);
	bool woken = req->stream->woken;
	pthread_mutex_unlock(&req->server->lock);
	return woken;
}

static bool is_stopping(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	bool stopping = server->stopping;
	pthread_mutex_unlock(&server->lock);
	return stopping;
}

static void make_piece(struct http_request *req)
{
	struct stream_state *s = req->stream;
	pthread_mutex_lock(&req->server->lock);
	s->woken = false;
	pthread_mutex_unlock(&req->server->lock);
	buf_reset(&s->piece);
	s->n_gone = 0;
	s->next = s->owner.produce(&s->piece, s->owner.arg);
	if (s->piece.overflow)
		s->next = HTTP_BROKEN;
}

static ssize_t give(struct stream_state *s, char *out, size_t max_bytes)
{
	size_t n = s->piece.len - s->n_gone;
	n = n < max_bytes ? n : max_bytes;
	memcpy(out, s->piece.data + s->n_gone, n);
	s->n_gone += n;
	return (ssize_t)n;
}

/* libmicrohttpd's reader: how many bytes, 0 when the connection is suspended, or one of the two ends. */
static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max_bytes)
{
	(void)pos;
	struct http_request *req = cls;
	struct stream_state *s = req->stream;
	if (is_stopping(req->server))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (s->n_gone == s->piece.len && (s->next == HTTP_GO_ON || (s->next == HTTP_SLEEP && is_woken(req))))
		make_piece(req);
	if (s->next == HTTP_BROKEN)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (s->n_gone < s->piece.len)
		return give(s, out, max_bytes);
	return s->next == HTTP_END ? MHD_CONTENT_READER_END_OF_STREAM : rest(req, s->next == HTTP_SLEEP);
}

/* ---- the doors ---- */

void http_respond_stream(struct http_request *req, int status, const char *content_type, const struct http_stream *stream)
{
	struct stream_state *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->owner = *stream;
	s->next = HTTP_GO_ON;
	buf_init(&s->piece, HTTP_STREAM_PIECE_BYTES);
	link_stream(req, s);
	turn_respond(req, status, content_type,
	             MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream, req, NULL));
}

void http_stream_wake(struct http_request *req)
{
	pthread_mutex_lock(&req->server->lock);
	if (req->stream)
		wake(req);
	pthread_mutex_unlock(&req->server->lock);
}

void stream_wake_all(struct http_server *server)
{
	for (struct http_request *req = server->streams; req; req = req->stream_next)
		wake(req);
}

void stream_fini(struct http_request *req)
{
	struct stream_state *s = req->stream;
	if (!s)
		return;
	unlink_stream(req);
	s->owner.closed(s->owner.arg);
	buf_fini(&s->piece);
	free(s);
}
