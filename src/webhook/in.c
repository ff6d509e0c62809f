#include "webhook/in.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "store/inbox.h"
#include "wa/event.h"
#include "webhook/apply.h"
#include "webhook/secrets.h"

#define BATCH_EVENTS 64
#define BATCH_BYTES (8u << 20)
#define APPLY_AGAIN_S 1
#define MAX_CHALLENGE 256
#define MAX_TOKEN 512
#define MAX_PHONES 16 /* of one webhook; what speaks of more is the first node's */

struct webhook_in {
	struct store *store;
	char *verify_token;
	void (*notify)(void *arg);
	void (*missed)(void *arg);
	void *arg;
	const struct lease *lease;
	bool alone;
	struct secrets *secrets;
	atomic_int jobs; /* appends at the store */
	atomic_int_fast64_t received, refused, applied, set_aside, last_ms;
	atomic_int_fast64_t reloaded; /* when the secrets were read for a signature that none of them made */
	atomic_int_fast64_t warned;   /* when refused ones were logged last */

	/* the thread that has appended events applied */
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t news;
	bool pending; /* there may be events that it has not looked for */
	bool closing;
	int64_t waiting;
};

/* ---- applying ----
 * One job takes what lies in the inbox, in order. When that fails, some event in it may be bad: then one job an event, so that
 * its savepoint holds only itself, until one fails alone. That one is tried once more and set aside in the same transaction,
 * which proves that it is the event that fails and not the database: a database in trouble is waited for. */

enum apply_mode { APPLY_BATCH, APPLY_ONE, APPLY_ASIDE };

struct apply_job {
	const struct lease *lease;
	enum apply_mode mode;
	int taken;
	bool changed, aside;
};

struct attempt {
	struct apply_job *job;
	const struct inbox_event *event;
	int n;
	msec_t now;
};

static int attempt_run(struct store_tx *tx, void *arg)
{
	struct attempt *a = arg;
	return apply_events(tx, a->event, a->n, a->now, &a->job->changed);
}

static int apply_or_set_aside(struct store_tx *tx, struct attempt *a)
{
	int result = store_attempt(tx, attempt_run, a);
	if (result <= 0)
		return result;
	a->job->aside = true;
	if (inbox_set_aside(tx, a->event, "it could not be applied", a->now) < 0 || inbox_count(tx, "set_aside", 1) < 0)
		return -1;
	return inbox_done(tx, a->event->no);
}

/* What is left by nodes that are gone comes first, being older. */
static int take(struct store_tx *tx, const struct lease *lease, int max, struct arena *arena, struct inbox_event *event,
                int *ret_n)
{
	int64_t node_no = atomic_load(&lease->node_no);
	*ret_n = 0;
	if (lease_is_first(lease, clock_mono_us()) && inbox_take(tx, 0, max, BATCH_BYTES, arena, event, ret_n) < 0)
		return -1;
	return *ret_n > 0 || node_no == 0 ? 0 : inbox_take(tx, node_no, max, BATCH_BYTES, arena, event, ret_n);
}

static int apply_run(struct store_tx *tx, void *arg)
{
	struct apply_job *job = arg;
	arena_auto struct arena *arena = arena_create(65536);
	int max = job->mode == APPLY_BATCH ? BATCH_EVENTS : 1, n = 0;
	struct inbox_event *event = arena_array(arena, (size_t)max, sizeof(*event));
	job->changed = job->aside = false;
	if (take(tx, job->lease, max, arena, event, &n) < 0)
		return -1;
	job->taken = n;
	if (n == 0)
		return 0;
	struct attempt attempt = {.job = job, .event = event, .n = n, .now = clock_now_ms()};
	int result = job->mode == APPLY_ASIDE ? apply_or_set_aside(tx, &attempt) : attempt_run(tx, &attempt);
	FAILPOINT(apply_before);
	return result;
}

/* Until there is something to apply; false when it closes. */
static bool apply_wait(struct webhook_in *in)
{
	pthread_mutex_lock(&in->lock);
	while (!in->pending && !in->closing)
		pthread_cond_wait(&in->news, &in->lock);
	in->pending = false;
	bool closing = in->closing;
	pthread_mutex_unlock(&in->lock);
	return !closing;
}

/* The database is in trouble: again in a while. */
static void apply_pause(struct webhook_in *in)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += APPLY_AGAIN_S;
	pthread_mutex_lock(&in->lock);
	in->pending = true;
	while (!in->closing && pthread_cond_timedwait(&in->news, &in->lock, &until) == 0)
		;
	pthread_mutex_unlock(&in->lock);
}

static void apply_note(struct webhook_in *in, const struct apply_job *job)
{
	int n = job->taken;
	atomic_fetch_add(job->aside ? &in->set_aside : &in->applied, n);
	if (job->aside)
		log_error("webhook", "an event could not be applied and is set aside");
	pthread_mutex_lock(&in->lock);
	/* Events of before a crash were not counted when they came: the count is right again when the inbox was empty. */
	if (n > 0)
		in->waiting = in->waiting > n ? in->waiting - n : 0;
	else if (!in->pending)
		in->waiting = 0;
	in->pending = in->pending || n > 0;
	pthread_mutex_unlock(&in->lock);
	if (job->changed && in->notify)
		in->notify(in->arg);
}

static void apply_again(struct webhook_in *in)
{
	pthread_mutex_lock(&in->lock);
	in->pending = true;
	pthread_mutex_unlock(&in->lock);
}

static void *apply_main(void *arg)
{
	struct webhook_in *in = arg;
	struct apply_job job = {.lease = in->lease, .mode = APPLY_BATCH};
	while (apply_wait(in)) {
		int result = store_call(in->store, apply_run, &job);
		FAILPOINT(apply_after);
		if (result == 0) {
			apply_note(in, &job);
			job.mode = APPLY_BATCH;
		} else if (result != STORE_LOST && job.mode != APPLY_ASIDE) {
			job.mode = job.mode == APPLY_BATCH ? APPLY_ONE : APPLY_ASIDE;
			apply_again(in);
		} else {
			job.mode = APPLY_BATCH;
			log_error("webhook", "webhooks cannot be applied; trying again",
			          log_i("in_ms", APPLY_AGAIN_S * SECOND_MS));
			apply_pause(in);
		}
	}
	return NULL;
}

/* ---- receiving ---- */

struct append_job {
	struct webhook_in *in;
	struct http_request *req;
	unsigned char hash[SECRET_HASH_BYTES];
	const char *body; /* of the request, which is kept until it is answered */
	size_t n_bytes;
	char phone[MAX_PHONES][64]; /* the numbers that it speaks of */
	int n_phones;
	bool has_others; /* it speaks of more than of numbers */
	bool is_whole;   /* it is for one node, whatever it speaks of */
	int n_ours;      /* rows in the inbox that this node is to apply */
};

static void answer(struct http_request *req, int status, const char *text)
{
	http_respond(req, status, "text/plain; charset=utf-8", text, strlen(text));
}

static bool is_ours(const struct webhook_in *in, int64_t node_no)
{
	return node_no == 0 ? atomic_load(&in->lease->first) : node_no == atomic_load(&in->lease->node_no);
}

static int append_one(struct store_tx *tx, struct append_job *job, const char *phone, bool is_part)
{
	int64_t node_no;
	if (inbox_append(tx, job->hash, job->body, job->n_bytes, phone, is_part, clock_now_ms(), &node_no) < 0)
		return -1;
	job->n_ours += is_ours(job->in, node_no);
	return 0;
}

static int append_run(struct store_tx *tx, void *arg)
{
	struct append_job *job = arg;
	bool is_part = !job->is_whole && job->n_phones + job->has_others > 1;
	job->n_ours = 0;
	for (int i = 0; i < job->n_phones && !job->is_whole; i++)
		if (append_one(tx, job, job->phone[i], is_part) < 0)
			return -1;
	if ((job->is_whole || job->n_phones == 0 || job->has_others) && append_one(tx, job, NULL, is_part) < 0)
		return -1;
	FAILPOINT(append_before);
	return 0;
}

/* Meta sends it again. */
static void overloaded(struct webhook_in *in, struct http_request *req)
{
	if (in->missed)
		in->missed(in->arg);
	http_add_header(req, "Retry-After", "1");
	answer(req, 503, "overloaded\n");
}

static void append_done(int result, void *arg)
{
	FAILPOINT(append_after);
	struct append_job *job = arg;
	struct webhook_in *in = job->in;
	if (result == 0) {
		atomic_fetch_add(&in->received, 1);
		atomic_store(&in->last_ms, clock_now_ms());
		answer(job->req, 200, "");
		pthread_mutex_lock(&in->lock);
		in->waiting += job->n_ours;
		in->pending = true;
		pthread_cond_signal(&in->news);
		pthread_mutex_unlock(&in->lock);
	} else {
		overloaded(in, job->req);
	}
	free(job);
	FAILPOINT(webhook_answered);
	atomic_fetch_sub(&in->jobs, 1);
}

/* A wrong app secret looks like silence otherwise; but strangers must not fill the log. */
static void note_refused(struct webhook_in *in)
{
	int_fast64_t now = clock_now_ms(), last = atomic_load(&in->warned), n = atomic_fetch_add(&in->refused, 1) + 1;
	if (now - last >= MINUTE_MS && atomic_compare_exchange_strong(&in->warned, &last, now))
		log_warn("webhook", "webhooks come that no sender's app secret has signed", log_i("refused", n));
}

static int note_phone(const struct wa_event *e, void *arg)
{
	struct append_job *job = arg;
	size_t room = sizeof(job->phone[0]);
	if (!*e->phone_number_id) {
		job->has_others = true;
		return 0;
	}
	for (int i = 0; i < job->n_phones; i++)
		if (strcmp(job->phone[i], e->phone_number_id) == 0)
			return 0;
	if (job->n_phones == MAX_PHONES || strlen(e->phone_number_id) >= room)
		job->is_whole = true;
	else
		snprintf(job->phone[job->n_phones++], room, "%s", e->phone_number_id);
	return 0;
}

/* Whose lanes it speaks of: the node of each applies what is said of it, so that no two nodes write about one campaign, each
 * waiting for the other. */
static void find_phones(struct append_job *job)
{
	struct err err;
	if (job->in->alone || wa_event_each(job->body, job->n_bytes, note_phone, job, &err) < 0)
		job->is_whole = true;
}

/* The secret may be new, and another server have been told of it. */
static bool is_signed(struct webhook_in *in, struct append_job *job)
{
	const char *signature = http_header(job->req, "X-Hub-Signature-256");
	if (secrets_find(in->secrets, signature, job->body, job->n_bytes, job->hash))
		return true;
	int_fast64_t now = clock_now_ms(), last = atomic_load(&in->reloaded);
	if (!signature || now - last < SECOND_MS || !atomic_compare_exchange_strong(&in->reloaded, &last, now))
		return false;
	webhook_in_reload(in);
	return secrets_find(in->secrets, signature, job->body, job->n_bytes, job->hash);
}

void webhook_in_receive(struct webhook_in *in, struct http_request *req)
{
	struct append_job *job = calloc(1, sizeof(*job));
	if (!job)
		abort();
	job->in = in;
	job->req = req;
	job->body = http_body(req, &job->n_bytes);
	if (!is_signed(in, job)) {
		note_refused(in);
		free(job);
		answer(req, 401, "the signature is missing or wrong\n");
		return;
	}
	FAILPOINT(webhook_received);
	find_phones(job);
	atomic_fetch_add(&in->jobs, 1);
	if (store_submit(in->store, append_run, append_done, job) != 0) {
		free(job);
		overloaded(in, req);
		atomic_fetch_sub(&in->jobs, 1);
	}
}

/* Equal in a time that does not tell how much of it is right. */
static bool token_equal(const char *ours, const char *theirs)
{
	char a[MAX_TOKEN] = {0}, b[MAX_TOKEN] = {0};
	if (strlen(ours) >= sizeof(a) || strlen(theirs) >= sizeof(b))
		return false;
	strcpy(a, ours);
	strcpy(b, theirs);
	return text_equal_secret(a, b, sizeof(a));
}

void webhook_in_handshake(struct webhook_in *in, struct http_request *req)
{
	const char *mode = http_query(req, "hub.mode", 0), *token = http_query(req, "hub.verify_token", 0);
	const char *challenge = http_query(req, "hub.challenge", 0);
	bool ok = in->verify_token && mode && strcmp(mode, "subscribe") == 0 && token && token_equal(in->verify_token, token) &&
	          challenge && strlen(challenge) <= MAX_CHALLENGE && !text_has_control(challenge, strlen(challenge));
	if (ok)
		answer(req, 200, challenge);
	else
		answer(req, 403, "the verify token does not match\n");
}

/* ---- life ---- */

void webhook_in_look(struct webhook_in *in)
{
	pthread_mutex_lock(&in->lock);
	in->pending = true;
	pthread_cond_signal(&in->news);
	pthread_mutex_unlock(&in->lock);
}

void webhook_in_reload(struct webhook_in *in)
{
	secrets_reload(in->secrets, in->store);
}

struct webhook_in *webhook_in_create(const struct webhook_in_options *o)
{
	struct webhook_in *in = calloc(1, sizeof(*in));
	if (!in)
		abort();
	in->store = o->store;
	in->notify = o->notify;
	in->missed = o->missed;
	in->arg = o->arg;
	in->lease = o->lease;
	in->alone = o->alone;
	in->secrets = secrets_create();
	if (o->verify_token && !(in->verify_token = strdup(o->verify_token)))
		abort();
	webhook_in_reload(in);
	in->pending = true; /* what a crash left behind */
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->news, NULL);
	if (pthread_create(&in->thread, NULL, apply_main, in) != 0)
		abort();
	pthread_setname_np(in->thread, "apply");
	return in;
}

static int nothing_run(struct store_tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return 0;
}

void webhook_in_destroy(struct webhook_in *in)
{
	if (!in)
		return;
	pthread_mutex_lock(&in->lock);
	in->closing = true;
	pthread_cond_signal(&in->news);
	pthread_mutex_unlock(&in->lock);
	pthread_join(in->thread, NULL);
	/* Jobs run in order: when a job submitted now has come back, the appends before it have. */
	while (atomic_load(&in->jobs) > 0 && store_call(in->store, nothing_run, NULL) == 0)
		;
	secrets_destroy(in->secrets);
	if (in->verify_token)
		explicit_bzero(in->verify_token, strlen(in->verify_token));
	free(in->verify_token);
	pthread_cond_destroy(&in->news);
	pthread_mutex_destroy(&in->lock);
	free(in);
}

void webhook_in_stats(struct webhook_in *in, struct webhook_in_stats *ret)
{
	pthread_mutex_lock(&in->lock);
	int64_t waiting = in->waiting;
	pthread_mutex_unlock(&in->lock);
	*ret = (struct webhook_in_stats){.received = atomic_load(&in->received),
	                                 .last_ms = atomic_load(&in->last_ms),
	                                 .refused = atomic_load(&in->refused),
	                                 .applied = atomic_load(&in->applied),
	                                 .set_aside = atomic_load(&in->set_aside),
	                                 .waiting = waiting};
}
