#pragma once
/* Inside of the simulator: the one struct that its parts share. Not a door; include sim/sim.h instead.
 *
 * Threads: the http threads answer calls, the loop thread does everything that comes later. `lock` guards
 * the state of the world; the timers have their own lock, which may be taken inside it. */

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/client.h"
#include "http/server.h"
#include "sim/answers.h"
#include "sim/ledger.h"
#include "sim/media.h"
#include "sim/message.h"
#include "sim/numbers.h"
#include "sim/options.h"
#include "sim/portfolio.h"
#include "sim/templates.h"
#include "sim/timers.h"

#define SIM_MAX_RECIPIENTS 20000000u
#define SIM_MAX_TIMERS ((size_t)16 << 20) /* well above what max-backlog lets in */

struct sim_stats {
#define STAT(name) atomic_uint_fast64_t name;
#include "sim/stats.def"
#undef STAT
};

struct sim_poster;
struct sim_sent;

struct sim {
	pthread_mutex_t lock; /* guards from here … */
	struct sim_options options;
	char host[SIM_OPTION_TEXT_BYTES]; /* listened on */
	uint32_t target_version;          /* counts changes of url, secret and token */
	struct sim_world world;
	struct sim_templates templates;
	struct sim_media media;
	struct sim_ledger *ledger;
	struct sim_portfolio portfolio;
	uint32_t epoch;     /* counts resets of the ledger */
	uint64_t n_inbound; /* … to here */

	struct sim_timers timers;
	struct sim_stats stats;
	msec_t started_ms;
	struct sim_numbering numbering; /* never changes, nor does `seed` */
	int32_t seed;
	atomic_uint_fast64_t n_files;

	struct http_server *server;
	struct event_base *base;
	struct event *turn;
	struct sim_poster *poster;             /* loop thread */
	struct sim_sent *parked, **parked_end; /* loop thread; due, and waiting for room at the poster's */
	atomic_size_t n_parked;
	pthread_t loop;
	bool loop_runs;
	atomic_bool stopping;
};

#define sim_count(sim, name) ((void)atomic_fetch_add_explicit(&(sim)->stats.name, 1, memory_order_relaxed))
#define sim_count_n(sim, name, n) ((void)atomic_fetch_add_explicit(&(sim)->stats.name, (n), memory_order_relaxed))

/* A call of the Graph API or of the control side, taken apart. */
struct sim_call {
	struct http_request *req;
	const char *method;
	const char *body;
	size_t n_body_bytes;
	int body_fd;    /* a body that went to a file; -1 */
	uint64_t id;    /* the first part of the path */
	uint64_t token; /* hash */
	struct sim_numbering numbering;
	struct arena *arena;
};

typedef void sim_handler_fn(struct sim *sim, const struct sim_call *call, struct sim_answer *answer);

/* messages.c */
sim_handler_fn sim_messages_post;
/* manage.c */
sim_handler_fn sim_manage_templates, sim_manage_subscription, sim_manage_phone_numbers;
sim_handler_fn sim_manage_node, sim_manage_unpause;
/* uploads.c */
sim_handler_fn sim_uploads_app, sim_uploads_begin, sim_uploads_session, sim_uploads_media;
bool sim_uploads_node(struct sim *sim, const struct sim_call *call, struct sim_answer *answer);
/* control.c: everything under /_sim/; `path` is what follows */
void sim_control(struct sim *sim, const char *path, const struct sim_call *call, struct sim_answer *answer);
/* records.c: a phone number or account as Graph reads it; false with an error answered. The lock is held. */
bool sim_record_number(const struct sim *sim, const struct sim_number *number, const char *fields, struct json_writer *w,
                       struct sim_answer *answer);
bool sim_record_waba(const struct sim *sim, const struct sim_waba *waba, const char *fields, struct json_writer *w,
                     struct sim_answer *answer);
void sim_record_id(struct json_writer *w, const char *key, uint64_t id);
/* route.c */
void sim_route_policy(struct http_request *req, struct http_policy *policy, void *sim);
void sim_route_handle(struct http_request *req, void *sim);
void sim_route_refuse(struct http_request *req, int status, void *sim);
