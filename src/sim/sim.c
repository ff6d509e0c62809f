#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/hooks.h"
#include "sim/poster.h"

#define TURN_ITEMS 512
#define TURN_ROUNDS 8
#define STOP_MS 2000

/* "HOST:PORT", the host in brackets when it has colons of its own. */
static int read_listen(const char *text, char host[SIM_OPTION_TEXT_BYTES], uint16_t *ret_port, struct err *err)
{
	const char *colon = strrchr(text, ':');
	int64_t port;
	if (!colon || colon == text || !text_to_int(colon + 1, strlen(colon + 1), &port) || port < 0 || port > 65535)
		return err_set(err, "listen takes HOST:PORT, not '%s'", text);
	size_t n = (size_t)(colon - text);
	bool brackets = text[0] == '[' && text[n - 1] == ']';
	if (!brackets && memchr(text, ':', n))
		return err_set(err, "an IPv6 address to listen on stands in brackets: [::1]:%d", (int)port);
	memcpy(host, text + brackets, n - 2 * brackets);
	host[n - 2 * brackets] = '\0';
	*ret_port = (uint16_t)port;
	return 0;
}

/* Everything that is due, then the posts, then sleep until the next. */
static void turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct sim *sim = arg;
	struct sim_timer items[TURN_ITEMS];
	msec_t next = 0;
	size_t n = TURN_ITEMS;
	sim_timers_awake(&sim->timers);
	if (atomic_load(&sim->stopping)) {
		event_base_loopbreak(sim->base);
		return;
	}
	const bool more_parked = sim_hooks_unpark(sim);
	for (int round = 0; round < TURN_ROUNDS && n == TURN_ITEMS; round++) {
		n = sim_timers_take(&sim->timers, sim_timers_now(), items, TURN_ITEMS, &next);
		for (size_t i = 0; i < n; i++)
			items[i].run(sim, items[i].arg, items[i].at);
	}
	sim_poster_turn(sim->poster);
	const bool at_once = n == TURN_ITEMS || more_parked;
	const msec_t wait = at_once ? 0 : next - sim_timers_now();
	struct timeval timeout = {.tv_sec = (time_t)(wait / 1000), .tv_usec = (suseconds_t)(wait % 1000 * 1000)};
	if (wait < 0)
		timeout = (struct timeval){0};
	event_add(sim->turn, next == INT64_MAX && !at_once ? NULL : &timeout);
}

static void *run_loop(void *arg)
{
	struct sim *sim = arg;
	event_base_loop(sim->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static int start_loop(struct sim *sim, struct err *err)
{
	sim->base = event_base_new();
	if (!sim->base)
		return err_set(err, "no event loop");
	if (sim_poster_create(sim, &sim->poster, err))
		return -1;
	const struct timeval now = {0};
	sim->turn = event_new(sim->base, sim->timers.wake_fd, EV_READ, turn, sim);
	if (!sim->turn || event_add(sim->turn, &now) || pthread_create(&sim->loop, NULL, run_loop, sim))
		return err_set(err, "cannot start the simulator's loop");
	sim->loop_runs = true;
	return 0;
}

static int start_server(struct sim *sim, struct err *err)
{
	uint16_t port = 0;
	if (read_listen(sim->options.listen, sim->host, &port, err))
		return -1;
	const struct http_server_options options = {
		.host = sim->host,
		.port = port,
		.n_threads = (unsigned)sim->options.threads,
		.max_connections = (unsigned)sim->options.max_connections,
		.request_timeout_ms = 120000,
		.arg = sim,
		.policy = sim_route_policy,
		.handle = sim_route_handle,
		.refuse = sim_route_refuse,
	};
	return http_server_start(&options, &sim->server, err);
}

int sim_start(const struct sim_options *options, struct sim **ret, struct err *err)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	if (!sim)
		abort();
	sim->options = *options;
	sim->started_ms = sim_timers_now();
	memcpy(sim->numbering.country_code, options->country_code, sizeof(sim->numbering.country_code));
	sim->seed = options->seed;
	sim->numbering.rewrite = options->rewrite_wa_id;
	if (sim_timers_init(&sim->timers, SIM_MAX_TIMERS, err)) {
		free(sim);
		return -1;
	}
	pthread_mutex_init(&sim->lock, NULL);
	sim_world_init(&sim->world, (uint64_t)options->seed);
	sim_templates_init(&sim->templates, (uint64_t)options->seed);
	sim->ledger = sim_ledger_create(SIM_MAX_RECIPIENTS);
	if (start_loop(sim, err) || start_server(sim, err)) {
		sim_stop(sim);
		return -1;
	}
	*ret = sim;
	return 0;
}

const char *sim_host(const struct sim *sim)
{
	return sim->host;
}

uint16_t sim_port(const struct sim *sim)
{
	return http_server_port(sim->server);
}

/* The loop ends first, so that nobody takes timers any more; then all answers that wait are dropped, and the
 * server can stop. A call that came between adds its answer to timers that nobody takes, and is dropped last. */
void sim_stop(struct sim *sim)
{
	if (!sim)
		return;
	atomic_store(&sim->stopping, true);
	if (sim->loop_runs) {
		sim_timers_wake(&sim->timers);
		pthread_join(sim->loop, NULL);
	}
	sim_timers_drop_all(&sim->timers);
	sim_hooks_drop_parked(sim);
	if (sim->server)
		http_server_stop(sim->server, STOP_MS);
	sim_poster_destroy(sim->poster);
	sim_timers_fini(&sim->timers);
	if (sim->turn)
		event_free(sim->turn);
	if (sim->base)
		event_base_free(sim->base);
	sim_templates_fini(&sim->templates);
	sim_media_fini(&sim->media);
	sim_portfolio_fini(&sim->portfolio);
	sim_world_fini(&sim->world);
	sim_ledger_destroy(sim->ledger);
	pthread_mutex_destroy(&sim->lock);
	explicit_bzero(&sim->options, sizeof(sim->options));
	free(sim);
}
