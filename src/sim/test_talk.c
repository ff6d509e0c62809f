#include "sim/test_talk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/server.h"
#include "sim/poster.h"

#define WAIT_SECONDS 20

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "test: %s\n", what);
	abort();
}

void talk_start(struct talk *talk, const char *const *options)
{
	static const char *const quick[] = {
		"listen",
		"127.0.0.1:0",
		"sent-delay-ms",
		"0",
		"delivered-delay-ms",
		"0",
		"read-delay-ms",
		"0",
		"inbound-delay-ms",
		"0",
		"template-delay-ms",
		"0",
		"held-delay-ms",
		"0",
		"webhook-retry-ms",
		"1",
		"any-template",
		"on",
		"delivered-share",
		"100",
		"read-share",
		"100",
		NULL,
	};
	struct err err = {.text = ""};
	struct sim_options *o = sim_options_create();
	for (const char *const *at = quick; *at; at += 2)
		must(sim_options_set(o, at[0], at[1], &err) == 0, err.text);
	for (const char *const *at = options; *at; at += 2)
		must(sim_options_set(o, at[0], at[1], &err) == 0, err.text);
	*talk = (struct talk){.token = "EAAtest"};
	must(sim_start(o, &talk->sim, &err) == 0, err.text);
	sim_options_destroy(o);
}

static void forget(struct talk *talk)
{
	free(talk->body);
	cJSON_Delete(talk->tree);
	talk->body = NULL;
	talk->tree = NULL;
	talk->status = 0;
}

void talk_stop(struct talk *talk)
{
	sim_stop(talk->sim);
	forget(talk);
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	return fd;
}

int talk_leave(struct talk *talk, const char *method, const char *path, const char *body)
{
	buf_auto struct buf io;
	buf_init(&io, (size_t)16 << 20);
	buf_addf(&io, "%s %s HTTP/1.1\r\nHost: sim.test\r\nConnection: close\r\n", method, path);
	if (talk->head)
		buf_adds(&io, talk->head);
	else if (talk->token[0] != '\0')
		buf_addf(&io, "Authorization: Bearer %s\r\n", talk->token);
	if (body && !talk->head)
		buf_adds(&io, "Content-Type: application/json\r\n");
	if (body)
		buf_addf(&io, "Content-Length: %zu\r\n", strlen(body));
	buf_addf(&io, "\r\n%s", body ? body : "");
	int fd = connect_to(sim_port(talk->sim));
	must(send(fd, io.data, io.len, MSG_NOSIGNAL) == (ssize_t)io.len, "send");
	return fd;
}

int talk_call(struct talk *talk, const char *method, const char *path, const char *body)
{
	buf_auto struct buf io;
	buf_init(&io, (size_t)16 << 20);
	forget(talk);
	int fd = talk_leave(talk, method, path, body);
	char chunk[4096];
	ssize_t n;
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(&io, chunk, (size_t)n);
	close(fd);
	const char *end = strstr(buf_text(&io), "\r\n\r\n");
	if (!end)
		return 0;
	talk->status = atoi(buf_text(&io) + strlen("HTTP/1.1 "));
	talk->body = strdup(end + 4);
	must(talk->body != NULL, "memory");
	struct err err;
	if (talk->body[0] != '\0' && json_parse(talk->body, strlen(talk->body), &talk->tree, &err))
		talk->tree = NULL;
	return talk->status;
}

int talk_code(const struct talk *talk)
{
	int64_t code;
	return json_int(json_get(talk->tree, "error"), "code", &code) ? (int)code : 0;
}

int talk_send(struct talk *talk, const char *to, const char *template_name, const char *opaque)
{
	char body[1024];
	snprintf(body, sizeof(body),
	         "{\"messaging_product\":\"whatsapp\",\"to\":\"%s\",\"type\":\"template\",\"template\":{\"name\":"
	         "\"%s\",\"language\":{\"code\":\"en\"}},\"biz_opaque_callback_data\":\"%s\"}",
	         to, template_name, opaque);
	return talk_call(talk, "POST", "/v23.0/600/messages", body);
}

int64_t talk_number(struct talk *talk, const char *path, const char *key)
{
	int64_t value = -1;
	must(talk_call(talk, "GET", path, NULL) == 200, path);
	must(json_int(talk->tree, key, &value), key);
	return value;
}

void talk_settle(struct talk *talk)
{
	int n = 0;
	while (talk_number(talk, "/_sim/ledger", "pending") > 0)
		must(++n < 100000, "messages do not settle");
}

/* ---- the webhook target ---- */

struct target {
	struct http_server *server; /* NULL while it is down */
	uint16_t port;
	char url[64];
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct buf all; /* bodies, one after the other, each with its signature in front */
	int n_posts, answer_status, n_answers;
};

static void take_request(struct http_request *req, void *arg)
{
	struct target *target = arg;
	size_t n;
	const char *challenge = http_query(req, "hub.challenge", 0), *signature = http_header(req, "X-Hub-Signature-256");
	const char *body = http_body(req, &n);
	int status = 200;
	pthread_mutex_lock(&target->lock);
	if (challenge) {
		buf_addf(&target->all, "verify %s %s\n", http_query(req, "hub.mode", 0), http_query(req, "hub.verify_token", 0));
	} else {
		target->n_posts++;
		if (target->n_answers > 0) {
			target->n_answers--;
			status = target->answer_status;
			buf_addf(&target->all, "answered %d\n", status);
		} else {
			buf_addf(&target->all, "%s\n%s\n", signature ? signature : "unsigned", body);
		}
	}
	pthread_cond_broadcast(&target->came);
	pthread_mutex_unlock(&target->lock);
	http_respond(req, status, "text/plain", challenge ? challenge : "ok", challenge ? strlen(challenge) : 2);
}

static void take_policy(struct http_request *req, struct http_policy *policy, void *arg)
{
	(void)req;
	(void)arg;
	*policy = (struct http_policy){.body = HTTP_BODY_MEMORY, .max_body_bytes = 4 << 20, .body_fd = -1};
}

static void take_refused(struct http_request *req, int status, void *arg)
{
	(void)arg;
	http_respond(req, status, NULL, NULL, 0);
}

static void serve(struct target *target, uint16_t port)
{
	struct err err = {.text = ""};
	const struct http_server_options options = {.host = "127.0.0.1",
	                                            .port = port,
	                                            .arg = target,
	                                            .policy = take_policy,
	                                            .handle = take_request,
	                                            .refuse = take_refused};
	must(http_server_start(&options, &target->server, &err) == 0, err.text);
}

struct target *target_start(void)
{
	struct target *target = calloc(1, sizeof(*target));
	must(target != NULL, "memory");
	pthread_mutex_init(&target->lock, NULL);
	pthread_cond_init(&target->came, NULL);
	buf_init(&target->all, (size_t)64 << 20);
	serve(target, 0);
	target->port = http_server_port(target->server);
	snprintf(target->url, sizeof(target->url), "http://127.0.0.1:%d/hook", target->port);
	return target;
}

void target_down(struct target *target)
{
	http_server_stop(target->server, 1000);
	target->server = NULL;
}

void target_up(struct target *target)
{
	serve(target, target->port);
}

void target_stop(struct target *target)
{
	http_server_stop(target->server, 1000);
	buf_fini(&target->all);
	pthread_cond_destroy(&target->came);
	pthread_mutex_destroy(&target->lock);
	free(target);
}

const char *target_url(const struct target *target)
{
	return target->url;
}

void target_answer(struct target *target, int status, int n)
{
	pthread_mutex_lock(&target->lock);
	target->answer_status = status;
	target->n_answers = n;
	pthread_mutex_unlock(&target->lock);
}

static int count_in(const char *all, const char *text)
{
	int n = 0;
	for (const char *at = strstr(all, text); at; at = strstr(at + 1, text))
		n++;
	return n;
}

bool target_wait(struct target *target, const char *text, int n)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&target->lock);
	int found, rc = 0;
	while ((found = count_in(buf_text(&target->all), text)) < n && rc == 0)
		rc = pthread_cond_timedwait(&target->came, &target->lock, &until);
	pthread_mutex_unlock(&target->lock);
	return found >= n;
}

int target_count(struct target *target, const char *text)
{
	pthread_mutex_lock(&target->lock);
	int n = count_in(buf_text(&target->all), text);
	pthread_mutex_unlock(&target->lock);
	return n;
}

int target_posts(struct target *target)
{
	pthread_mutex_lock(&target->lock);
	int n = target->n_posts;
	pthread_mutex_unlock(&target->lock);
	return n;
}

bool target_signed(struct target *target, const char *secret)
{
	char hex[SIM_SIGNATURE_BYTES];
	bool good = true;
	pthread_mutex_lock(&target->lock);
	const char *at = buf_text(&target->all);
	while (good && *at != '\0') {
		const char *end = strchrnul(at, '\n');
		if (strncmp(at, "verify ", 7) != 0 && strncmp(at, "answered ", 9) != 0) {
			const char *body = end + (*end == '\n'), *body_end = strchrnul(body, '\n');
			sim_poster_sign(secret, body, (size_t)(body_end - body), hex);
			good = strncmp(at, "sha256=", 7) == 0 && strncmp(at + 7, hex, 64) == 0 && at + 71 == end;
			end = body_end;
		}
		at = end + (*end == '\n');
	}
	pthread_mutex_unlock(&target->lock);
	return good;
}
