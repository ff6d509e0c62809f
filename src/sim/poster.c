/* A POST that is answered with anything but 200 is tried again by itself, with growing pauses, as Meta does. A
 * target that does not answer at all (it is down) is left alone as a whole: after a pause one POST asks whether it
 * is back, and what waits meanwhile stays in its compact form. */

#include "sim/poster.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hooks.h"
#include "sim/payload.h"

#define MAX_BODY_BYTES ((size_t)2900 << 10)      /* Meta's limit is 3 MB */
#define MAX_WAITING_BYTES ((uint64_t)1536 << 20) /* above webhook-memory-kb: late, doubled and inbound ones */
#define MAX_ANSWER_BYTES 65536
#define GIVE_UP_MS (7 * DAY_MS)

/* One POST, from its making until it is answered 200 or given up. */
struct post {
	struct sim_poster *poster;
	struct post *next; /* while it waits for its turn */
	struct buf body;
	size_t n_updates;
	uint32_t epoch;
	msec_t made, pause;
};

enum verification { VERIFY_NONE, VERIFY_DUE, VERIFY_UNDER_WAY };

struct sim_poster {
	struct sim *sim;
	struct http_client *client;
	struct sim_update *ready, **ready_end;
	struct post *again, **again_end; /* their pause is over */
	uint64_t n_posts;
	uint32_t epoch;   /* what was made in another one is dropped */
	uint32_t version; /* of the target below */
	char url[SIM_OPTION_TEXT_BYTES], secret[SIM_OPTION_TEXT_BYTES], token[SIM_OPTION_TEXT_BYTES];
	int timeout_ms;
	msec_t pause_ms, max_pause_ms;
	unsigned max_in_flight;
	size_t max_batch;
	enum verification verification;
	bool verify_stale; /* the one under way is for a target that has changed since */
	char challenge[24];
	msec_t quiet_ms, quiet_until; /* the target does not answer: the present pause, and its end; 0: it does */
	bool closing;

	atomic_uint_fast64_t waiting, waiting_bytes, room_bytes;
	atomic_uint in_flight;
	atomic_int verify_status;
	atomic_bool verified, has_target, is_quiet;
};

void sim_poster_sign(const char *secret, const void *body, size_t n_bytes, char out[SIM_SIGNATURE_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), body, n_bytes, mac, &n) || n != 32)
		abort();
	for (unsigned i = 0; i < n; i++) {
		out[2 * i] = digits[mac[i] >> 4];
		out[2 * i + 1] = digits[mac[i] & 15];
	}
	out[64] = '\0';
}

int sim_poster_create(struct sim *sim, struct sim_poster **ret, struct err *err)
{
	struct sim_poster *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	const struct http_client_options options = {
		.max_connections = 256,
		.max_answer_bytes = MAX_ANSWER_BYTES,
		.user_agent = "facebookexternalua",
	};
	if (http_client_create(sim->base, &options, &p->client, err)) {
		free(p);
		return -1;
	}
	p->sim = sim;
	p->ready_end = &p->ready;
	p->again_end = &p->again;
	p->version = UINT32_MAX;
	*ret = p;
	return 0;
}

static size_t update_bytes(const struct sim_update *update)
{
	return sizeof(*update) + update->n_contact + update->n_bytes;
}

static void destroy_post(struct post *post)
{
	buf_fini(&post->body);
	free(post);
}

static void drop_post(void *arg)
{
	destroy_post(arg);
}

/* The updates of a post have reached their end. */
static void settle(struct sim_poster *p, struct post *post)
{
	p->waiting -= post->n_updates;
	p->waiting_bytes -= post->body.len;
	destroy_post(post);
}

static struct sim_update *shift_ready(struct sim_poster *p)
{
	struct sim_update *update = p->ready;
	p->ready = update->next;
	if (!p->ready)
		p->ready_end = &p->ready;
	p->waiting_bytes -= update_bytes(update);
	return update;
}

static struct post *shift_again(struct sim_poster *p)
{
	struct post *post = p->again;
	p->again = post->next;
	if (!p->again)
		p->again_end = &p->again;
	return post;
}

static void drop_waiting(struct sim_poster *p)
{
	while (p->ready) {
		free(shift_ready(p));
		p->waiting--;
	}
	while (p->again)
		settle(p, shift_again(p));
}

void sim_poster_destroy(struct sim_poster *p)
{
	if (!p)
		return;
	p->closing = true;
	http_client_destroy(p->client);
	drop_waiting(p);
	explicit_bzero(p->secret, sizeof(p->secret));
	free(p);
}

bool sim_poster_has_room(const struct sim_poster *p)
{
	return p->waiting_bytes < p->room_bytes || !p->has_target;
}

static void put_again(void *context, void *arg, msec_t due)
{
	(void)context;
	(void)due;
	struct post *post = arg;
	struct sim_poster *p = post->poster;
	if (post->epoch != p->epoch) {
		settle(p, post);
		return;
	}
	post->next = NULL;
	*p->again_end = post;
	p->again_end = &post->next;
}

static msec_t longer(const struct sim_poster *p, msec_t pause)
{
	return pause * 2 < p->max_pause_ms ? pause * 2 : p->max_pause_ms;
}

static void give_up(struct sim_poster *p, struct post *post)
{
	sim_count_n(p->sim, updates_dropped, post->n_updates);
	settle(p, post);
}

static void try_later(struct sim_poster *p, struct post *post)
{
	const msec_t now = sim_timers_now();
	const msec_t pause = post->pause;
	post->pause = longer(p, pause);
	if (now - post->made > GIVE_UP_MS || !sim_timers_add(&p->sim->timers, now + pause, put_again, drop_post, post))
		give_up(p, post);
}

static void end_quiet(void *context, void *arg, msec_t due)
{
	(void)context;
	(void)arg;
	(void)due; /* the loop's turn goes on to sim_poster_turn by itself */
}

static void leave_alone(void *arg)
{
	(void)arg;
}

static void set_quiet(struct sim_poster *p, msec_t quiet_ms)
{
	p->quiet_ms = quiet_ms;
	p->quiet_until = quiet_ms ? sim_timers_now() + quiet_ms : 0;
	p->is_quiet = quiet_ms > 0;
}

static void begin_quiet(struct sim_poster *p)
{
	if (sim_timers_now() < p->quiet_until)
		return; /* others that were under way at the same time end the same way */
	const msec_t first = p->pause_ms < p->max_pause_ms ? p->pause_ms : p->max_pause_ms;
	set_quiet(p, p->quiet_ms ? longer(p, p->quiet_ms) : first);
	if (!sim_timers_add(&p->sim->timers, p->quiet_until, end_quiet, leave_alone, NULL))
		set_quiet(p, 0);
}

static void post_done(const struct http_answer *answer, void *arg)
{
	struct post *post = arg;
	struct sim_poster *p = post->poster;
	p->in_flight--;
	if (p->closing) {
		destroy_post(post);
		return;
	}
	if (answer->outcome == HTTP_ANSWERED)
		set_quiet(p, 0);
	if (answer->outcome == HTTP_ANSWERED && answer->status == 200) {
		sim_count(p->sim, posts_ok);
		sim_count_n(p->sim, updates_delivered, post->n_updates);
		settle(p, post);
	} else {
		sim_count(p->sim, posts_failed);
		if (answer->outcome == HTTP_ANSWERED) {
			try_later(p, post);
		} else if (sim_timers_now() - post->made > GIVE_UP_MS) {
			give_up(p, post);
		} else {
			put_again(NULL, post, 0);
			begin_quiet(p);
		}
	}
	sim_hooks_room(p->sim);
}

static void start_post(struct sim_poster *p, struct post *post)
{
	char signature[sizeof("X-Hub-Signature-256: sha256=") + SIM_SIGNATURE_BYTES];
	const char *headers[] = {NULL, NULL};
	if (p->secret[0] != '\0') {
		char hex[SIM_SIGNATURE_BYTES];
		sim_poster_sign(p->secret, post->body.data, post->body.len, hex);
		snprintf(signature, sizeof(signature), "X-Hub-Signature-256: sha256=%s", hex);
		headers[0] = signature;
	}
	const struct http_call_options call = {
		.method = "POST",
		.url = p->url,
		.content_type = "application/json",
		.headers = headers,
		.body = post->body.data,
		.n_body_bytes = post->body.len,
		.total_timeout_ms = p->timeout_ms,
	};
	sim_count(p->sim, posts);
	if (http_client_start(p->client, &call, post_done, post) == 0)
		p->in_flight++;
	else
		try_later(p, post);
}

static struct post *make_post(struct sim_poster *p)
{
	struct post *post = calloc(1, sizeof(*post));
	if (!post)
		abort();
	post->poster = p;
	post->epoch = p->epoch;
	post->made = sim_timers_now();
	post->pause = p->pause_ms;
	buf_init(&post->body, BUF_NO_LIMIT);
	post->n_updates = sim_payload_batch(&post->body, p->ready, p->max_batch, MAX_BODY_BYTES, p->n_posts++ & 1);
	for (size_t i = 0; i < post->n_updates; i++)
		free(shift_ready(p));
	p->waiting_bytes += post->body.len;
	return post;
}

static void add_percent_encoded(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		bool plain = (*text >= '0' && *text <= '9') || ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z') ||
		             strchr("-._~", *text);
		if (plain)
			buf_addc(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

/* A definite answer is final; a target that cannot be reached yet is asked again. */
static void verification_done(const struct http_answer *answer, void *arg)
{
	struct sim_poster *p = arg;
	p->in_flight--;
	if (p->closing)
		return;
	p->verification = VERIFY_DUE;
	if (p->verify_stale) {
		p->verify_stale = false;
	} else if (answer->outcome == HTTP_ANSWERED) {
		p->verification = VERIFY_NONE;
		p->verify_status = answer->status;
		p->verified = answer->status == 200 && strcmp(answer->body, p->challenge) == 0;
		set_quiet(p, 0);
	} else {
		begin_quiet(p);
	}
	sim_poster_turn(p);
}

static void start_verification(struct sim_poster *p)
{
	p->verification = VERIFY_NONE;
	if (p->token[0] == '\0')
		return;
	buf_auto struct buf url;
	buf_init(&url, 8192);
	snprintf(p->challenge, sizeof(p->challenge), "%llu",
	         (unsigned long long)(1000000000u + sim_fate_mix(p->version, strlen(p->url), p->n_posts) % 1000000000u));
	buf_addf(&url, "%s%chub.mode=subscribe&hub.challenge=%s&hub.verify_token=", p->url, strchr(p->url, '?') ? '&' : '?',
	         p->challenge);
	add_percent_encoded(&url, p->token);
	const struct http_call_options call = {.method = "GET", .url = buf_text(&url), .total_timeout_ms = p->timeout_ms};
	if (http_client_start(p->client, &call, verification_done, p) == 0) {
		p->verification = VERIFY_UNDER_WAY;
		p->in_flight++;
	}
}

/* The lock is held. */
static void take_over_target(struct sim_poster *p, const struct sim *sim)
{
	p->version = sim->target_version;
	memcpy(p->url, sim->options.webhook_url, sizeof(p->url));
	memcpy(p->secret, sim->options.app_secret, sizeof(p->secret));
	memcpy(p->token, sim->options.verify_token, sizeof(p->token));
	p->has_target = p->url[0] != '\0';
	p->verified = false;
	p->verify_status = 0;
	set_quiet(p, 0);
	if (p->verification == VERIFY_UNDER_WAY)
		p->verify_stale = true;
	else
		p->verification = VERIFY_DUE;
}

static void take_over_options(struct sim_poster *p)
{
	struct sim *sim = p->sim;
	pthread_mutex_lock(&sim->lock);
	p->room_bytes = (uint64_t)sim->options.webhook_memory_kb << 10;
	p->timeout_ms = sim->options.webhook_timeout_ms;
	p->pause_ms = sim->options.webhook_retry_ms;
	p->max_pause_ms = sim->options.webhook_retry_max_ms;
	p->max_in_flight = (unsigned)sim->options.webhook_connections;
	p->max_batch = (size_t)sim->options.webhook_batch;
	if (p->version != sim->target_version)
		take_over_target(p, sim);
	const bool was_reset = p->epoch != sim->epoch;
	p->epoch = sim->epoch;
	pthread_mutex_unlock(&sim->lock);
	if (was_reset)
		drop_waiting(p);
}

void sim_poster_add(struct sim_poster *p, struct sim_update *update)
{
	if (update->epoch != p->epoch)
		take_over_options(p); /* it may be younger than what is known here */
	if (update->epoch != p->epoch) {
		free(update);
		return;
	}
	if (p->waiting_bytes + update_bytes(update) > MAX_WAITING_BYTES) {
		sim_count(p->sim, updates_dropped);
		free(update);
		return;
	}
	p->waiting++;
	p->waiting_bytes += update_bytes(update);
	update->next = NULL;
	*p->ready_end = update;
	p->ready_end = &update->next;
}

/* Failed ones first; but the one that asks whether the target is back is a new one, where there is one, so that a
 * POST which the target cannot bear does not stand in the way of all others. */
static struct post *next_post(struct sim_poster *p)
{
	return p->again && !(p->quiet_ms && p->ready) ? shift_again(p) : make_post(p);
}

void sim_poster_turn(struct sim_poster *p)
{
	take_over_options(p);
	if (p->url[0] == '\0' || sim_timers_now() < p->quiet_until)
		return;
	const unsigned limit = p->quiet_ms ? 1 : p->max_in_flight;
	if (p->verification == VERIFY_DUE && p->in_flight < limit)
		start_verification(p);
	while (p->in_flight < limit && (p->again || p->ready))
		start_post(p, next_post(p));
}

void sim_poster_view(struct sim_poster *p, struct sim_poster_view *ret)
{
	*ret = (struct sim_poster_view){
		.waiting = p->waiting,
		.waiting_bytes = p->waiting_bytes,
		.in_flight = p->in_flight,
		.down = p->is_quiet,
		.verify_status = p->verify_status,
		.verified = p->verified,
	};
}
