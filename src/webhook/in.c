#include "webhook/in.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "store/inbox.h"
#include "wa/event.h"
#include "webhook/apply.h"
#include "webhook/secrets.h"

#define BATCH_EVENTS 64
#define BATCH_BYTES (8u << 20)
#define MAX_CHALLENGE 256
#define MAX_TOKEN 512

struct webhook_in {
	struct store *store;
	char *verify_token;
	void (*notify)(void *arg);
	void *notify_arg;
	struct secrets *secrets;
	atomic_bool applying; /* a job that applies is at the store */
	atomic_int jobs;      /* of ours at the store, appends included */
	atomic_int_fast64_t received, refused, applied, set_aside, waiting;
	atomic_int_fast64_t warned; /* when refused ones were logged last */
};

/* ---- applying ----
 * One job takes what lies in the inbox, in order. When that fails, some event in it is bad: then one job an event, so that
 * its savepoint holds only itself, until one fails alone; that one is set aside, and batches go on. */

enum apply_mode { APPLY_BATCH, APPLY_ONE, APPLY_ASIDE };

struct apply_job {
	struct webhook_in *in;
	enum apply_mode mode;
	int taken;
	bool more, changed;
};

static void apply_submit(struct webhook_in *in, enum apply_mode mode);

static int set_first_aside(struct store_tx *tx, const struct inbox_event *event, msec_t now)
{
	if (inbox_set_aside(tx, event, "it could not be applied", now) < 0 || inbox_count(tx, "set_aside", 1) < 0)
		return -1;
	return inbox_done(tx, event->no);
}

static int apply_run(struct store_tx *tx, void *arg)
{
	struct apply_job *job = arg;
	arena_auto struct arena *arena = arena_create(65536);
	int max = job->mode == APPLY_BATCH ? BATCH_EVENTS : 1, n = 0;
	struct inbox_event *event = arena_array(arena, (size_t)max, sizeof(*event));
	msec_t now = clock_now_ms();
	job->changed = false;
	if (inbox_take(tx, max, BATCH_BYTES, arena, event, &n) < 0)
		return -1;
	job->taken = n;
	job->more = n > 0;
	if (n == 0)
		return 0;
	if (job->mode == APPLY_ASIDE)
		return set_first_aside(tx, event, now);
	return apply_events(tx, event, n, now, &job->changed);
}

/* Events of before a crash were not counted when they came: the count is right again when the inbox is empty. Appends are
 * counted on this thread too, after the job that found it empty. */
static void note_taken(struct webhook_in *in, int n)
{
	int_fast64_t waiting = atomic_load(&in->waiting);
	atomic_store(&in->waiting, n > 0 && waiting > n ? waiting - n : 0);
}

static void apply_done(int result, void *arg)
{
	struct apply_job *job = arg;
	struct webhook_in *in = job->in;
	enum apply_mode mode = job->mode, next = APPLY_BATCH;
	bool more = job->more, changed = result == 0 && job->changed;
	if (result == 0 && mode == APPLY_ASIDE)
		atomic_fetch_add(&in->set_aside, job->taken);
	else if (result == 0)
		atomic_fetch_add(&in->applied, job->taken);
	if (result == 0)
		note_taken(in, job->taken);
	free(job);
	if (result != 0) {
		next = mode == APPLY_BATCH ? APPLY_ONE : APPLY_ASIDE;
		more = mode !=
		       APPLY_ASIDE; /* not even setting aside works: the database is in trouble; the next webhook tries again */
		if (next == APPLY_ASIDE && more)
			log_error("webhook", "an event could not be applied and is set aside");
	}
	atomic_store(&in->applying, false);
	if (changed && in->notify)
		in->notify(in->notify_arg);
	if (more)
		apply_submit(in, next);
	atomic_fetch_sub(&in->jobs, 1);
}

static void apply_submit(struct webhook_in *in, enum apply_mode mode)
{
	if (atomic_exchange(&in->applying, true))
		return;
	struct apply_job *job = calloc(1, sizeof(*job));
	if (!job)
		abort();
	*job = (struct apply_job){.in = in, .mode = mode};
	atomic_fetch_add(&in->jobs, 1);
	if (store_submit(in->store, apply_run, apply_done, job) != 0) {
		/* The mailbox is full of other work: the append that is being answered next brings it up again. */
		free(job);
		atomic_store(&in->applying, false);
		atomic_fetch_sub(&in->jobs, 1);
	}
}

/* ---- receiving ---- */

struct append_job {
	struct webhook_in *in;
	struct http_request *req;
	unsigned char hash[SECRET_HASH_BYTES];
	const char *body; /* of the request, which is kept until it is answered */
	size_t n_bytes;
};

static void answer(struct http_request *req, int status, const char *text)
{
	http_respond(req, status, "text/plain; charset=utf-8", text, strlen(text));
}

static int append_run(struct store_tx *tx, void *arg)
{
	struct append_job *job = arg;
	int64_t no;
	return inbox_append(tx, job->hash, job->body, job->n_bytes, clock_now_ms(), &no);
}

static void overloaded(struct http_request *req)
{
	http_add_header(req, "Retry-After", "1");
	answer(req, 503, "overloaded\n");
}

static void append_done(int result, void *arg)
{
	struct append_job *job = arg;
	struct webhook_in *in = job->in;
	if (result == 0) {
		atomic_fetch_add(&in->received, 1);
		atomic_fetch_add(&in->waiting, 1);
		answer(job->req, 200, "");
		apply_submit(in, APPLY_BATCH);
	} else {
		overloaded(job->req);
	}
	free(job);
	atomic_fetch_sub(&in->jobs, 1);
}

/* A wrong app secret looks like silence otherwise; but strangers must not fill the log. */
static void note_refused(struct webhook_in *in)
{
	int_fast64_t now = clock_now_ms(), last = atomic_load(&in->warned), n = atomic_fetch_add(&in->refused, 1) + 1;
	if (now - last >= MINUTE_MS && atomic_compare_exchange_strong(&in->warned, &last, now))
		log_warn("webhook", "webhooks come that no sender's app secret has signed", log_i("refused", n));
}

void webhook_in_receive(struct webhook_in *in, struct http_request *req)
{
	struct append_job *job = calloc(1, sizeof(*job));
	if (!job)
		abort();
	job->in = in;
	job->req = req;
	job->body = http_body(req, &job->n_bytes);
	if (!secrets_find(in->secrets, http_header(req, "X-Hub-Signature-256"), job->body, job->n_bytes, job->hash)) {
		note_refused(in);
		free(job);
		answer(req, 401, "the signature is missing or wrong\n");
		return;
	}
	atomic_fetch_add(&in->jobs, 1);
	if (store_submit(in->store, append_run, append_done, job) != 0) {
		free(job);
		overloaded(req);
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
	in->notify_arg = o->notify_arg;
	in->secrets = secrets_create();
	if (o->verify_token && !(in->verify_token = strdup(o->verify_token)))
		abort();
	webhook_in_reload(in);
	apply_submit(in, APPLY_BATCH); /* what a crash left behind */
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
	/* Jobs run in order: when a job submitted now has come back, those before it have; each may submit one more. */
	while (atomic_load(&in->jobs) > 0 && store_call(in->store, nothing_run, NULL) == 0)
		;
	secrets_destroy(in->secrets);
	if (in->verify_token)
		explicit_bzero(in->verify_token, strlen(in->verify_token));
	free(in->verify_token);
	free(in);
}

void webhook_in_stats(struct webhook_in *in, struct webhook_in_stats *ret)
{
	*ret = (struct webhook_in_stats){.received = atomic_load(&in->received),
	                                 .refused = atomic_load(&in->refused),
	                                 .applied = atomic_load(&in->applied),
	                                 .set_aside = atomic_load(&in->set_aside),
	                                 .waiting = atomic_load(&in->waiting)};
}
