/* One call as libcurl sees it.
 *
 * The promise is that a request leaves at most once, and that its outcome says honestly whether it may have
 * left. libcurl alone does not keep it: when a reused connection dies before a byte of the answer, it silently
 * issues the request again on a fresh one. Three things stand in its way, the first is sufficient:
 *
 * - gate_request is asked each time before a request is issued. It refuses the second time, unless the request
 *   has a body of which not a byte was read so far: without its body no server can have taken it.
 * - rewind_body refuses to rewind.
 * - read_body gives the body once.
 *
 * The handle keeps its settings from call to call, since setting up a new one costs more than a request;
 * transfer_prepare therefore sets everything in which two calls can differ. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/failpoint.h"
#include "base/fd.h"
#include "http/client_internal.h"
#include "http/target.h"

/* A body or answer buffer beyond this is given back after the call. */
#define TRANSFER_KEEP_BYTES ((size_t)64 * 1024)
#define TRANSFER_UPLOAD_BYTES 16384L
#define TRANSFER_REST_S 1 /* for the body of an answer whose head suffices */

/* ---- libcurl's callbacks ---- */

static int gate_request(void *arg, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	struct http_call *call = arg;
	if (call->issued && (call->n_body_bytes == 0 || call->body_started))
		return CURL_PREREQFUNC_ABORT;
	call->issued = true;
	return CURL_PREREQFUNC_OK;
}

static size_t least(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

/* The next piece of the body, from the part that it lies in: head, file or tail. 0: the file is shorter than it was, or cannot
 * be read. */
static size_t body_piece(struct http_call *call, char *out, size_t room)
{
	uint64_t at = call->n_body_taken, file_end = call->n_head_bytes + call->file.n_bytes;
	if (at < call->n_head_bytes || at >= file_end) {
		uint64_t from = at < call->n_head_bytes ? at : at - call->file.n_bytes;
		uint64_t end = at < call->n_head_bytes ? call->n_head_bytes : call->n_body_bytes - call->file.n_bytes;
		size_t n = least(end - from, room);
		memcpy(out, call->body + from, n);
		return n;
	}
	uint64_t place = call->file.offset + at - call->n_head_bytes;
	ssize_t n = fd_read_at(call->file.fd, out, least(file_end - at, room), place);
	return n > 0 ? (size_t)n : 0;
}

static size_t read_body(char *out, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	if (!call->body_started && call->not_after_us && clock_mono_us() >= call->not_after_us) {
		call->too_late = true;
		return CURL_READFUNC_ABORT;
	}
	size_t n_bytes = call->n_body_taken < call->n_body_bytes ? body_piece(call, out, size * n) : 0;
	if (n_bytes == 0)
		return CURL_READFUNC_ABORT;
	FAILPOINT(wire_before);
	call->n_body_taken += n_bytes;
	call->body_started = true;
	return n_bytes;
}

static int rewind_body(void *arg, curl_off_t offset, int origin)
{
	(void)arg;
	(void)offset;
	(void)origin;
	return CURL_SEEKFUNC_FAIL;
}

/* Each line of a header section, its last one empty; that of an interim answer (1xx) too. */
static size_t take_head(char *line, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	long status = 0;
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || (line[0] != '\r' && line[0] != '\n'))
		return size * n;
	call->head_came = true;
	const struct timeval rest = {.tv_sec = TRANSFER_REST_S};
	evtimer_add(&call->deadline, &rest);
	return size * n;
}

static size_t drop_answer(struct http_call *call, size_t n_bytes)
{
	call->n_dropped += n_bytes;
	return call->n_dropped > call->client->options.max_answer_bytes ? CURL_WRITEFUNC_ERROR : n_bytes;
}

static size_t sink_answer(struct http_call *call, const char *data, size_t n_bytes)
{
	call->n_sunk += n_bytes;
	call->answer_too_large = call->n_sunk > call->sink.max_bytes;
	call->sink_failed = !call->answer_too_large && fd_write(call->sink.fd, data, n_bytes) < 0;
	return call->answer_too_large || call->sink_failed ? CURL_WRITEFUNC_ERROR : n_bytes;
}

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	long status = 0;
	if (call->client->options.head_suffices)
		return drop_answer(call, size * n);
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (call->has_sink && status == 200)
		return sink_answer(call, data, size * n);
	if (buf_add(&call->answer, data, size * n) == 0)
		return size * n;
	call->answer_too_large = true;
	return CURL_WRITEFUNC_ERROR;
}

/* Asked for each address that is about to be connected to, after its name was resolved. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_call *call = arg;
	(void)purpose;
	if (call->client->options.public_only && !target_is_public(&address->addr)) {
		call->target_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- the handle ---- */

/* Settings that fail can only mean that memory is out, or that libcurl was built without what we need. */
static void must(CURLcode code)
{
	if (code == CURLE_OK)
		return;
	fprintf(stderr, "libcurl refuses a setting: %s\n", curl_easy_strerror(code));
	abort();
}

static void set_callbacks(CURL *easy, struct http_call *call)
{
	must(curl_easy_setopt(easy, CURLOPT_PRIVATE, call));
	must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error));
	must(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, gate_request));
	must(curl_easy_setopt(easy, CURLOPT_PREREQDATA, call));
	must(curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body));
	must(curl_easy_setopt(easy, CURLOPT_READDATA, call));
	must(curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body));
	must(curl_easy_setopt(easy, CURLOPT_SEEKDATA, call));
	must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer));
	must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, call));
	must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket));
	must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call));
}

static void set_manners(CURL *easy, const struct http_client_options *options)
{
	must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
	must(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	must(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
	must(curl_easy_setopt(easy, CURLOPT_PROXY, ""));
	must(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	must(curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L));
	must(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L));
	must(curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, TRANSFER_UPLOAD_BYTES));
	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L));
	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L));
	must(curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	if (options->ca_file)
		must(curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file));
	if (options->user_agent)
		must(curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent));
	must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms));
}

struct http_call *transfer_create(struct http_client *client)
{
	struct http_call *call = calloc(1, sizeof(*call));
	if (!call)
		abort();
	call->client = client;
	call->easy = curl_easy_init();
	if (!call->easy)
		abort();
	buf_init(&call->answer, client->options.max_answer_bytes);
	set_callbacks(call->easy, call);
	set_manners(call->easy, &client->options);
	if (client->options.head_suffices) {
		must(curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, take_head));
		must(curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call));
	}
	return call;
}

void transfer_destroy(struct http_call *call)
{
	transfer_clear(call);
	curl_easy_cleanup(call->easy);
	buf_fini(&call->answer);
	free(call->body);
	free(call);
}

void transfer_clear(struct http_call *call)
{
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	if (call->body_cap > TRANSFER_KEEP_BYTES) {
		free(call->body);
		call->body = NULL;
		call->body_cap = 0;
	}
	if (call->answer.cap > TRANSFER_KEEP_BYTES)
		buf_fini(&call->answer);
	buf_reset(&call->answer);
	call->n_head_bytes = 0;
	call->file = (struct http_file){0};
	call->n_body_bytes = 0;
	call->n_body_taken = 0;
	call->issued = false;
	call->body_started = false;
	call->not_after_us = 0;
	call->too_late = false;
	call->head_came = false;
	call->n_dropped = 0;
	call->answer_too_large = false;
	call->has_sink = call->sink_failed = false;
	call->n_sunk = 0;
	call->target_refused = false;
	call->error[0] = '\0';
}

/* ---- the request ---- */

/* A line break in a header line would begin another one. */
static bool is_one_line(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static int add_line(struct http_call *call, const char *name, const char *value)
{
	struct buf *line = &call->client->line;
	buf_reset(line);
	if (!is_one_line(name) || !is_one_line(value) || buf_adds(line, name) < 0 || buf_adds(line, value) < 0)
		return -1;
	struct curl_slist *more = curl_slist_append(call->headers, buf_text(line));
	if (!more)
		abort();
	call->headers = more;
	return 0;
}

static int set_headers(struct http_call *call, const struct http_call_options *options)
{
	/* "Expect:" and a type without value: libcurl leaves out what it would add by itself. */
	int rc = add_line(call, "Expect:", "");
	if (rc == 0 && options->content_type)
		rc = add_line(call, "Content-Type: ", options->content_type);
	else if (rc == 0)
		rc = add_line(call, "Content-Type:", "");
	if (rc == 0 && options->bearer)
		rc = add_line(call, "Authorization: Bearer ", options->bearer);
	for (const char *const *header = options->headers; rc == 0 && header && *header; header++)
		rc = add_line(call, *header, "");
	if (rc == 0)
		must(curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers));
	return rc;
}

static void set_body(struct http_call *call, const struct http_call_options *options)
{
	const char *tail = options->file && options->file->tail ? options->file->tail : "";
	size_t n_head = options->n_body_bytes, n_tail = strlen(tail);
	if (n_head + n_tail > call->body_cap) {
		free(call->body);
		call->body = malloc(n_head + n_tail);
		if (!call->body)
			abort();
		call->body_cap = n_head + n_tail;
	}
	if (n_head > 0)
		memcpy(call->body, options->body, n_head);
	if (n_tail > 0)
		memcpy(call->body + n_head, tail, n_tail);
	call->n_head_bytes = n_head;
	if (options->file)
		call->file = *options->file;
	call->file.tail = NULL;
	call->n_body_bytes = n_head + call->file.n_bytes + n_tail;
	must(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->n_body_bytes));
}

static int set_method(struct http_call *call, const char *method)
{
	static const char *const methods[] = {"GET", "POST", "DELETE", "PUT", "PATCH"};
	size_t n = sizeof(methods) / sizeof(*methods);
	size_t i = 0;
	while (i < n && strcmp(methods[i], method) != 0)
		i++;
	if (i == n)
		return -1;
	bool is_post = strcmp(method, "POST") == 0;
	if (is_post || call->n_body_bytes > 0)
		must(curl_easy_setopt(call->easy, CURLOPT_POST, 1L));
	else
		must(curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L));
	must(curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, is_post ? NULL : method));
	return 0;
}

static bool is_http_url(const char *url)
{
	return is_one_line(url) && (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0);
}

int transfer_prepare(struct http_call *call, const struct http_call_options *options)
{
	if (!is_http_url(options->url))
		return -1;
	set_body(call, options);
	call->not_after_us = options->not_after_us;
	call->has_sink = options->sink != NULL;
	if (options->sink)
		call->sink = *options->sink;
	if (set_method(call, options->method) < 0 || set_headers(call, options) < 0)
		return -1;
	if (curl_easy_setopt(call->easy, CURLOPT_URL, options->url) != CURLE_OK)
		return -1;
	return 0;
}

/* ---- the outcome ---- */

static const char *reason_of(struct http_call *call, CURLcode code)
{
	if (call->answer_too_large)
		return "the answer was larger than the limit";
	if (call->sink_failed)
		return "the answer could not be written to a file";
	if (call->too_late)
		return "it was too late to send it";
	if (call->target_refused && code == CURLE_COULDNT_CONNECT)
		return "the address is not a public one";
	/* What our own refusals to send again are called by libcurl would puzzle the reader; a head that was cut off is fine to
	 * it. */
	if (code == CURLE_OK || code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_SEND_FAIL_REWIND)
		return "the connection ended before an answer came";
	if (code == CURLE_OPERATION_TIMEDOUT && call->issued)
		return "no answer came in time";
	if (code == CURLE_OPERATION_TIMEDOUT)
		return "no connection stood in time";
	return call->error[0] ? call->error : curl_easy_strerror(code);
}

static int64_t retry_after_s(CURL *easy)
{
	struct curl_header *header = NULL;
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	curl_off_t seconds = 0;
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	return seconds;
}

void transfer_judge(struct http_call *call, CURLcode code, struct http_answer *ret)
{
	*ret = (struct http_answer){.body = "", .content_type = "", .body_started = call->body_started, .retry_after_s = -1};
	ret->too_large = call->answer_too_large;
	if (call->client->options.head_suffices ? call->head_came : code == CURLE_OK) {
		long status = 0;
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		ret->outcome = HTTP_ANSWERED;
		ret->status = (int)status;
		ret->body = buf_text(&call->answer);
		ret->n_body_bytes = call->answer.len;
		ret->retry_after_s = retry_after_s(call->easy);
		const char *type = NULL;
		curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
		ret->content_type = type ? type : "";
		return;
	}
	bool may_have_left = call->n_body_bytes > 0 ? call->body_started : call->issued;
	ret->outcome = may_have_left ? HTTP_MAYBE_SENT : HTTP_NOT_SENT;
	ret->reason = reason_of(call, code);
}
