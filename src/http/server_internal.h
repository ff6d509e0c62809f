#pragma once
/* Inside of the http room's server: what server.c (life cycle), exchange.c (libmicrohttpd's callbacks), turn.c
 * (whose turn it is, and the answer), stream.c (answers piece by piece) and request.c (what a request says) share. Not a door;
 * include http/server.h instead. */

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/server.h"

#define HTTP_MAX_QUERY_PARAMETERS 64

/* How far the client is with its next request. */
enum http_stage {
	HTTP_STAGE_IDLE,   /* no request line yet */
	HTTP_STAGE_HEADER, /* within its header section */
	HTTP_STAGE_BODY,
	HTTP_STAGE_ANSWER, /* it is here: we are making its answer, or the client takes that */
};

struct http_connection {
	struct http_connection *prev, *next;
	int fd;
	enum http_stage stage;
	const struct http_request *req; /* whose body comes */
	usec_t since;                   /* when it began to wait, or its body, or to take what is next of its answer */
	atomic_uint_fast64_t n_body_bytes;
	uint64_t n_seen; /* n_body_bytes, as it was looked at last; */
	usec_t moved;    /* when there were more of them than before */
	/* Of its answer, as it was looked at last: the bytes to take by the end of a time limit, 0 when none wait; taken of them;
	 * taken before. */
	uint64_t to_take, n_taken, taken_before;
	bool ended; /* shut down; not counted any more */
};

/* Bytes a second. A body keeps its memory or disk busy, an answer a socket's buffer. */
#define CONNECTIONS_BODY_RATE 16384
#define CONNECTIONS_ANSWER_RATE 1024

struct http_connections {
	struct http_server *server;
	pthread_mutex_t lock; /* taken within the server's, never around it */
	pthread_cond_t news;  /* one came where there was none; closing */
	pthread_t thread;
	bool closing;
	struct http_connection *first, *last; /* the longest waiting first */
	unsigned n_open, max_open;
	usec_t limit_us;
};

struct http_server {
	struct http_server_options options; /* defaults filled in */
	struct MHD_Daemon *daemon;
	int listen_fd; /* libmicrohttpd's after a successful start; ours again after quiesce */
	uint16_t port;
	atomic_bool quiesced;

	/* Guards what follows, and every request's phase and place in `kept`. */
	pthread_mutex_t lock;
	pthread_cond_t changed;    /* n_active went down */
	unsigned n_active;         /* requests begun and not yet freed */
	bool stopping;             /* nothing may be kept any more */
	bool owner_gone;           /* stop has returned; the last request frees the server */
	struct http_request *kept; /* connection suspended, doubly linked */
	struct http_connections connections;
	atomic_size_t body_memory;    /* bytes of all bodies in memory */
	struct http_request *streams; /* answered with a stream and not yet gone, doubly linked */
	unsigned n_streams;
};

/* A request's way. Only turn_move in turn.c changes it, under the server's lock:
 *   RECEIVING → HANDLING (policy, handle or refuse runs) → back to RECEIVING (policy let it pass)
 *   HANDLING → KEPT (the callback returned without an answer; the connection is suspended)
 *   HANDLING | KEPT → ANSWERED | DROPPED (close with FIN) | RESET (close with RST), final */
enum http_phase { HTTP_RECEIVING, HTTP_HANDLING, HTTP_KEPT, HTTP_ANSWERED, HTTP_DROPPED, HTTP_RESET };

struct http_field {
	const char *name;
	const char *value;
	struct http_field *next;
};

struct http_request {
	struct http_server *server;
	struct MHD_Connection *connection; /* valid until the completion callback */
	struct arena *arena;
	/* One for the connection (until its completion callback) and one for whoever has to answer. */
	atomic_int refs;
	enum http_phase phase;
	struct http_request *kept_prev, *kept_next;
	struct http_request *stream_prev, *stream_next;

	char *target; /* as it came; NULL when longer than allowed */
	size_t target_bytes;
	char *path;
	const char *query;
	const char *method;
	struct http_field *parameters; /* of the query, in order */
	char peer[INET6_ADDRSTRLEN];
	void *user;

	bool begun;       /* the header section was looked at; counted in n_active */
	bool has_body;    /* announced by Content-Length or Transfer-Encoding */
	bool left_unread; /* answered without reading the announced body */
	struct http_policy policy;
	struct buf body;
	uint64_t n_body_bytes;
	size_t n_memory_bytes; /* of the server's body_memory */
	int body_fault;        /* status to refuse with once the body has passed by, or 0 */

	struct http_field *headers; /* of the answer */
	struct http_field **headers_end;
	struct MHD_Response *response;
	int status;
	struct stream_state *stream; /* NULL: the answer is whole */
};

/* request.c */
struct http_request *request_create(struct http_server *server, struct MHD_Connection *connection, const char *target);
void request_destroy(struct http_request *req);
/* Split and decode the target; false when it cannot be read (answered 400). */
must_check bool request_read_target(struct http_request *req);
void request_read_peer(struct http_request *req);

/* turn.c */
/* Let go of one reference. */
void turn_put(struct http_request *req);
/* Give the request to one of the room's callbacks; it owns a reference until it answers. */
void turn_begin(struct http_request *req);
/* The callback returned. A request that it did not answer goes on as `unanswered`; returns the phase. */
enum http_phase turn_end(struct http_request *req, enum http_phase unanswered);
enum http_phase turn_phase(struct http_request *req);
/* Close the connections of all kept requests; their owners' answers then go nowhere. Lock held. */
void turn_drop_kept(struct http_server *server);

/* The answer is `response` (NULL: there is no memory for it): give it its header fields and hand it over. */
void turn_respond(struct http_request *req, int status, const char *content_type, struct MHD_Response *response);

/* stream.c */
void stream_wake_all(struct http_server *server); /* to see that the server is quiesced or stopping; its lock is held */
void stream_fini(struct http_request *req);       /* tells its owner; a request without a stream is fine */

/* exchange.c: libmicrohttpd's callbacks; `cls` is the http_server */
void *exchange_target(void *cls, const char *uri, struct MHD_Connection *connection);
size_t exchange_unescape(void *cls, struct MHD_Connection *connection, char *text);
enum MHD_Result exchange_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_bytes, void **context);
void exchange_completed(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code);

/* connections.c */
must_check int connections_start(struct http_server *server, struct err *err);
void connections_stop(struct http_server *server); /* when libmicrohttpd has closed them all */
void connections_notify(void *cls, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code);
/* `req`: with HTTP_STAGE_BODY, as it is until the next stage; else NULL. */
void connections_stage(struct http_server *server, struct MHD_Connection *connection, enum http_stage stage,
                       const struct http_request *req);
void connections_body(struct MHD_Connection *connection, size_t n_bytes); /* so much has come */

/* server.c */
void server_free(struct http_server *server);
