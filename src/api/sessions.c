/* Signing in and out: the page of the dashboard keeps no key, but a cookie that its scripts cannot read and the server ends. */
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"
#include "api/authenticate.h"

/* Did this request come by TLS, as a proxy before us says, or else the address that the operator gave? */
static bool is_tls(const struct api_call *call)
{
	const char *proto = http_header(call->req, "X-Forwarded-Proto"), *public_url = call->api->options.public_url;
	if (proto)
		return strncasecmp(proto, "https", 5) == 0 && strchr(", ", proto[5]) != NULL;
	return public_url && strncasecmp(public_url, "https:", 6) == 0;
}

static void set_cookie(struct api_call *call, const char *token, int64_t max_age_s)
{
	call->cookie = arena_printf(call->arena, SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", token,
	                            (long long)max_age_s, is_tls(call) ? "; Secure" : "");
}

static void put_session(struct api_call *call, const struct api_key *key)
{
	struct json_writer *w = &call->json;
	bool is_session = call->session.no != 0;
	call_begin_answer(call);
	put_id(call, "account_id", PUBID_ACCOUNT, key->account_no, 0);
	put_id(call, "key_id", PUBID_KEY, key->no, 0);
	json_put_text(w, "key_name", key->name);
	json_put_text(w, "role", key_role_text(key->role));
	json_put_time(w, "create_date", is_session ? call->session.create_ms : -1);
	json_put_time(w, "expire_date", is_session ? call->session.expire_ms : -1);
	json_put_text(w, "version", CRIER_VERSION);
	json_put_time(w, "server_time", call->now);
	json_put_text(w, "timezone", call->api->timezone);
	put_links_open(call);
	put_link(call, "self", "/v1/sessions/self");
	put_links_close(call);
	call_end_answer(call);
}

static int create_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct api_key key;
	int got = key_read(tx, call->key.account_no, call->key.no, call->arena, &key);
	if (got == 1)
		fault_add(&call->faults, FAULT_UNAUTHORIZED, NULL, "The key was deleted just now");
	if (got != 0)
		return got;
	if (session_create(tx, key.no, call->state, call->now, &call->session) < 0 || key_used(tx, key.no, call->now) < 0)
		return -1;
	put_session(call, &key);
	call->status = 201;
	return 0;
}

void sessions_create(struct api_call *call)
{
	const cJSON *key = json_get(call->data, "key");
	if (!authenticate_origin(call) || !authenticate_key(call, cJSON_IsString(key) ? key->valuestring : NULL))
		return;
	char *token = call->state = arena_alloc(call->arena, SESSION_TOKEN_BYTES);
	session_make_token(token);
	set_cookie(call, token, SESSION_MAX_MS / SECOND_MS);
	call_write(call, create_run, AFTER_NOTHING);
}

static int self_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	struct api_key key;
	if (key_read(tx, call->key.account_no, call->key.no, call->arena, &key) != 0)
		return -1;
	put_session(call, &key);
	return 0;
}

void sessions_self(struct api_call *call)
{
	call_read(call, self_run);
}

static int end_run(struct store_tx *tx, void *arg)
{
	struct api_call *call = arg;
	call->status = 204;
	return call->session.no ? session_end(tx, call->session.no) : 0;
}

void sessions_end(struct api_call *call)
{
	set_cookie(call, "", 0);
	call_write(call, end_run, AFTER_NOTHING);
}
