/* Whose turn it is: the http thread's, or that of whoever was given the request to answer; and the answer.
 *
 * Whoever keeps a request answers from another thread while the http thread may be just about to suspend its
 * connection. One lock of the server decides: the phase is changed, and the connection suspended or resumed,
 * under it, so an answer finds either HANDLING (the http thread will queue it) or KEPT (resume). libmicrohttpd
 * holds none of its own locks when it calls us, so ours may be held when we call it. */

#include <assert.h>
#include <stdlib.h>

#include "http/server_internal.h"

void turn_put(struct http_request *req)
{
	if (atomic_fetch_sub(&req->refs, 1) != 1)
		return;
	struct http_server *server = req->server;
	bool begun = req->begun;
	request_destroy(req);
	if (!begun)
		return;
	pthread_mutex_lock(&server->lock);
	server->n_active--;
	bool last = server->n_active == 0;
	pthread_cond_broadcast(&server->changed);
	bool orphaned = last && server->owner_gone;
	pthread_mutex_unlock(&server->lock);
	if (orphaned)
		server_free(server);
}

/* ---- phases ---- */

static void kept_link(struct http_server *server, struct http_request *req)
{
	req->kept_prev = NULL;
	req->kept_next = server->kept;
	if (server->kept)
		server->kept->kept_prev = req;
	server->kept = req;
}

static void kept_unlink(struct http_server *server, struct http_request *req)
{
	if (req->kept_prev)
		req->kept_prev->kept_next = req->kept_next;
	else
		server->kept = req->kept_next;
	if (req->kept_next)
		req->kept_next->kept_prev = req->kept_prev;
}

/* The one place where a request changes its phase; the server's lock is held. */
static void turn_move(struct http_request *req, enum http_phase to)
{
	struct http_server *server = req->server;
	if (to == HTTP_KEPT) {
		MHD_suspend_connection(req->connection);
		kept_link(server, req);
	} else if (req->phase == HTTP_KEPT) {
		kept_unlink(server, req);
		MHD_resume_connection(req->connection);
	}
	req->phase = to;
}

void turn_begin(struct http_request *req)
{
	atomic_fetch_add(&req->refs, 1);
	pthread_mutex_lock(&req->server->lock);
	turn_move(req, HTTP_HANDLING);
	pthread_mutex_unlock(&req->server->lock);
}

enum http_phase turn_end(struct http_request *req, enum http_phase unanswered)
{
	struct http_server *server = req->server;
	pthread_mutex_lock(&server->lock);
	bool answered = req->phase != HTTP_HANDLING;
	if (!answered && unanswered == HTTP_KEPT && server->stopping)
		turn_move(req, HTTP_DROPPED);
	else if (!answered)
		turn_move(req, unanswered);
	enum http_phase phase = req->phase;
	pthread_mutex_unlock(&server->lock);
	if (!answered && unanswered != HTTP_KEPT)
		turn_put(req);
	return phase;
}

/* The owner's last word; takes the owner's reference. After a stop that did not wait for it, it goes nowhere. */
static void turn_answer(struct http_request *req, enum http_phase to)
{
	pthread_mutex_lock(&req->server->lock);
	if (req->phase != HTTP_DROPPED) {
		assert(req->phase == HTTP_HANDLING || req->phase == HTTP_KEPT);
		turn_move(req, to);
	}
	pthread_mutex_unlock(&req->server->lock);
	turn_put(req);
}

void turn_drop_kept(struct http_server *server)
{
	while (server->kept)
		turn_move(server->kept, HTTP_DROPPED);
}

enum http_phase turn_phase(struct http_request *req)
{
	pthread_mutex_lock(&req->server->lock);
	enum http_phase phase = req->phase;
	pthread_mutex_unlock(&req->server->lock);
	return phase;
}

/* ---- the answer ---- */

void turn_respond(struct http_request *req, int status, const char *content_type, struct MHD_Response *response)
{
	if (!response) {
		turn_answer(req, HTTP_DROPPED);
		return;
	}
	if (content_type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	for (const struct http_field *field = req->headers; field; field = field->next)
		MHD_add_response_header(response, field->name, field->value);
	if (atomic_load(&req->server->quiesced))
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	req->response = response;
	req->status = status;
	turn_answer(req, HTTP_ANSWERED);
}

void http_respond(struct http_request *req, int status, const char *content_type, const void *body, size_t n_bytes)
{
	/* The library's parameter lacks a const; with MUST_COPY it only reads. */
	void *bytes = (void *)(uintptr_t)body;
	turn_respond(req, status, content_type, MHD_create_response_from_buffer(n_bytes, bytes, MHD_RESPMEM_MUST_COPY));
}

void http_respond_owned(struct http_request *req, int status, const char *content_type, char *body, size_t n_bytes)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(n_bytes, body, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(body);
	turn_respond(req, status, content_type, response);
}

void http_respond_static(struct http_request *req, int status, const char *content_type, const void *body, size_t n_bytes)
{
	/* As above: it only reads. */
	void *bytes = (void *)(uintptr_t)body;
	turn_respond(req, status, content_type, MHD_create_response_from_buffer(n_bytes, bytes, MHD_RESPMEM_PERSISTENT));
}

void http_drop(struct http_request *req, bool reset)
{
	turn_answer(req, reset ? HTTP_RESET : HTTP_DROPPED);
}
