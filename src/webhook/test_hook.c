#include "webhook/test_hook.h"

#include <openssl/hmac.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define MAX_TRIES 20000

struct hook hook;

/* ---- the server ---- */

static void on_policy(struct http_request *req, struct http_policy *policy, void *arg)
{
	(void)req;
	(void)arg;
	policy->max_body_bytes = WEBHOOK_MAX_BYTES;
}

static void on_request(struct http_request *req, void *arg)
{
	struct hook *h = arg;
	if (strcmp(http_method(req), "GET") == 0)
		webhook_in_handshake(h->in, req);
	else
		webhook_in_receive(h->in, req);
}

static void on_refused(struct http_request *req, int status, void *arg)
{
	(void)arg;
	http_respond(req, status, NULL, NULL, 0);
}

static void on_notify(void *arg)
{
	struct hook *h = arg;
	atomic_fetch_add(&h->n_notified, 1);
}

static void on_missed(void *arg)
{
	struct hook *h = arg;
	atomic_fetch_add(&h->n_missed, 1);
}

/* From here on the store has its thread; what the test did before was done in line. */
void hook_start(const char *verify_token, size_t max_jobs)
{
	struct store_options options = world_options(hook.w, false);
	struct err err;
	store_close(hook.w->store);
	hook.w->store = NULL;
	options.max_jobs = max_jobs;
	options.max_batch = max_jobs > 0;
	if (store_open(&options, &hook.w->store, &err) < 0)
		fail_msg("%s", err.text);
	atomic_store(&hook.lease.node_no, hook.w->node);
	atomic_store(&hook.lease.first, true);
	atomic_store(&hook.lease.until_us, INT64_MAX);
	hook.in = webhook_in_create(&(struct webhook_in_options){.store = hook.w->store,
	                                                         .lease = &hook.lease,
	                                                         .verify_token = verify_token,
	                                                         .notify = on_notify,
	                                                         .missed = on_missed,
	                                                         .arg = &hook});
	const struct http_server_options server = {
		.host = "127.0.0.1", .arg = &hook, .policy = on_policy, .handle = on_request, .refuse = on_refused};
	if (http_server_start(&server, &hook.server, &err) < 0)
		fail_msg("%s", err.text);
}

struct world *hook_open(void **state, int n)
{
	log_set_fd(-1); /* refusals are what is wanted here */
	memset(&hook, 0, sizeof(hook));
	return hook.w = world_open(state, n);
}

int hook_teardown(void **state)
{
	http_server_stop(hook.server, 5000);
	hook.server = NULL;
	webhook_in_destroy(hook.in);
	hook.in = NULL;
	log_set_fd(2);
	return world_teardown(state);
}

/* ---- requests ---- */

int hook_connect(void)
{
	int fd = peer_connect(http_server_port(hook.server));
	assert_true(fd >= 0);
	return fd;
}

void hook_get(const char *query, int status, const char *body)
{
	struct peer_answer answer;
	char request[2048];
	snprintf(request, sizeof(request), "GET /webhooks/whatsapp?%s HTTP/1.1\r\nHost: h\r\n\r\n", query);
	int fd = hook_connect();
	peer_send(fd, request);
	peer_read_answer(fd, &answer);
	assert_int_equal(answer.status, status);
	if (body)
		assert_string_equal(answer.body, body);
	close(fd);
}

const char *hook_sign(const char *secret, const char *body)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	static char text[128];
	unsigned n = 0;
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)body, strlen(body), digest, &n);
	int used = snprintf(text, sizeof(text), "sha256=");
	for (unsigned i = 0; i < n; i++)
		used += snprintf(text + used, sizeof(text) - (size_t)used, "%02x", digest[i]);
	return text;
}

void hook_send(int fd, const char *body, const char *signature)
{
	char *request = NULL, field[256] = "";
	if (signature)
		snprintf(field, sizeof(field), "X-Hub-Signature-256: %s\r\n", signature);
	/* In one piece: TCP would wait with a second one. */
	int n = asprintf(&request,
	                 "POST /webhooks/whatsapp HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n%sContent-Length: "
	                 "%zu\r\n\r\n%s",
	                 field, strlen(body), body);
	assert_true(n > 0);
	peer_send_bytes(fd, request, (size_t)n);
	free(request);
}

struct peer_answer hook_post(const char *body, const char *signature)
{
	struct peer_answer answer;
	int fd = hook_connect();
	hook_send(fd, body, signature);
	peer_read_answer(fd, &answer);
	close(fd);
	return answer;
}

void hook_post_signed(const char *body)
{
	assert_int_equal(hook_post(body, hook_sign(WORLD_SECRET, body)).status, 200);
}

const char *hook_stop_message(struct world *w, const char *from)
{
	return arena_printf(w->arena,
	                    "{\"entry\":[{\"id\":\"2001\",\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{\"phone_"
	                    "number_id\":\"1001\"},"
	                    "\"messages\":[{\"from\":\"%s\",\"id\":\"wamid.%s\",\"timestamp\":\"1700000010\",\"type\":\"text\","
	                    "\"text\":{\"body\":\"stop\"}}]}}]}]}",
	                    from, from);
}

/* ---- what the store holds ---- */

struct question {
	const char *text;
	int64_t answer;
};

static int ask_run(struct store_tx *tx, void *arg)
{
	struct question *q = arg;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query_text(tx->db, q->text, NULL, 0, &rows) < 0 || sql_next(rows) != 1)
		return -1;
	q->answer = sql_col_int(rows, 0);
	return 0;
}

int64_t hook_ask(const char *text)
{
	struct question q = {.text = text};
	assert_int_equal(store_call(hook.w->store, ask_run, &q), 0);
	return q.answer;
}

static int script_run(struct store_tx *tx, void *arg)
{
	return sql_script(tx->db, arg);
}

void hook_script(char *text)
{
	assert_int_equal(store_call(hook.w->store, script_run, text), 0);
}

void hook_wait_until_empty(void)
{
	for (int i = 0; hook_ask("SELECT COUNT(*) FROM inbox") > 0; i++)
		assert_true(i < MAX_TRIES);
}

/* Each question waits for the jobs before it; each of those may have left another. */
void hook_wait_until_applied(void)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct webhook_in_stats stats;
		int64_t left = hook_ask("SELECT COUNT(*) FROM inbox");
		webhook_in_stats(hook.in, &stats);
		if (left == 0 && stats.waiting == 0)
			return;
	}
	fail_msg("events are not applied");
}

void hook_wait_until_counted(int64_t n_applied)
{
	struct webhook_in_stats stats = {0};
	do {
		sched_yield();
		webhook_in_stats(hook.in, &stats);
	} while (stats.applied < n_applied || stats.waiting > 0);
}

struct webhook_in_stats hook_stats(void)
{
	struct webhook_in_stats stats;
	webhook_in_stats(hook.in, &stats);
	return stats;
}

static int block_run(struct store_tx *tx, void *arg)
{
	struct hook_block *b = arg;
	(void)tx;
	sem_post(&b->begun);
	sem_wait(&b->go);
	return 0;
}

void hook_block(struct hook_block *b)
{
	sem_init(&b->begun, 0, 0);
	sem_init(&b->go, 0, 0);
	assert_int_equal(store_submit(hook.w->store, block_run, NULL, b), 0);
	sem_wait(&b->begun);
	webhook_in_look(hook.in);
	hook_wait_for_jobs(1);
}

void hook_wait_for_jobs(int64_t n)
{
	struct store_stats stats = {0};
	do {
		sched_yield();
		store_stats(hook.w->store, &stats);
	} while (stats.waiting < n);
}

void hook_wait_for_failures(int64_t n)
{
	struct store_stats stats = {0};
	do {
		sched_yield();
		store_stats(hook.w->store, &stats);
	} while (stats.failed < n);
}
