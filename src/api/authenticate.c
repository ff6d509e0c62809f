#include "api/authenticate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"
#include "api/idempotency.h"
#include "api/rate.h"
#include "api/route.h"

#define USED_EVERY_MS MINUTE_MS
#define SWEEP_ROWS 1000

/* ---- the last use ---- */

struct use {
	int64_t key_no;
	struct session session;
	msec_t now;
};

static int used_run(struct store_tx *tx, void *arg)
{
	struct use *use = arg;
	/* A good moment too: about once a minute, while anyone asks anything. */
	if (idempotency_sweep(tx, use->now, SWEEP_ROWS) < 0 || session_sweep(tx, use->now, SWEEP_ROWS) < 0)
		return -1;
	if (use->session.no && session_used(tx, &use->session, use->now) < 0)
		return -1;
	return key_used(tx, use->key_no, use->now);
}

static void used_done(int result, void *arg)
{
	(void)result;
	free(arg);
}

static void note_use(struct api_call *call)
{
	msec_t used_ms = call->session.no ? call->session.used_ms : call->key.used_ms;
	if (used_ms >= 0 && call->now - used_ms < USED_EVERY_MS)
		return;
	struct use *use = malloc(sizeof(*use));
	if (!use)
		return;
	*use = (struct use){call->key.no, call->session, call->now};
	if (store_submit(call->api->options.store, used_run, used_done, use) != 0)
		free(use);
}

/* ---- where it comes from ---- */

bool authenticate_is_own(const char *origin, const char *host, const char *public_url)
{
	const char *named = strstr(origin, "://");
	size_t n = strlen(origin);
	if (!named)
		return false;
	return (host && strcasecmp(named + 3, host) == 0) ||
	       (public_url && strncasecmp(public_url, origin, n) == 0 && (public_url[n] == '\0' || public_url[n] == '/'));
}

bool authenticate_origin(struct api_call *call)
{
	const char *site = http_header(call->req, "Sec-Fetch-Site"), *origin = http_header(call->req, "Origin");
	const char *host = http_header(call->req, "Host"), *public_url = call->api->options.public_url;
	bool reads = strcmp(http_method(call->req), "GET") == 0, own;
	if (reads)
		own = !site || strcmp(site, "cross-site") != 0;
	else
		own = site ? strcmp(site, "same-origin") == 0 : origin && authenticate_is_own(origin, host, public_url);
	if (!own)
		call_fault(call, FAULT_ORIGIN, NULL,
		           "Without the header X-Dexatel-Key only a page of this server may ask this: the header Sec-Fetch-Site "
		           "must "
		           "be same-origin, or without it the header Origin this server's");
	return own;
}

/* ---- who ---- */

/* False: answered. */
static bool may_ask(struct api_call *call)
{
	if (call->key.blocked) {
		call_fault(call, FAULT_ACCOUNT_INACTIVE, NULL, "This account is blocked by the operator of the server");
		return false;
	}
	if (!rate_take(call->api->rate, call->key.no, clock_mono_us())) {
		http_add_header(call->req, "Retry-After", "1");
		call_fault(call, FAULT_TOO_FAST, NULL,
		           "This key asks more than %u times a second; nothing was changed: try again",
		           call->api->options.key_rate);
		return false;
	}
	return true;
}

typedef int find_fn(struct store_tx *tx, const char *text, struct api_call *call);

static int find_key(struct store_tx *tx, const char *text, struct api_call *call)
{
	return key_find(tx, text, &call->key);
}

static int find_session(struct store_tx *tx, const char *text, struct api_call *call)
{
	return session_find(tx, text, call->now, &call->key, &call->session);
}

/* False: answered. */
static bool look_up(struct api_call *call, find_fn *find, const char *text, const char *unknown)
{
	int found = 1;
	if (text && *text) {
		struct store_tx *tx = store_reader_take(call->api->options.store);
		found = find(tx, text, call);
		if (found < 0 && store_is_lost(tx))
			found = STORE_LOST;
		store_reader_put(call->api->options.store, tx);
	}
	if (found < 0)
		call_failed(call, found, "a key could not be looked up");
	else if (found > 0)
		call_fault(call, FAULT_UNAUTHORIZED, NULL, "%s", unknown);
	return found == 0 && may_ask(call);
}

const char *authenticate_cookie(const char *field, struct arena *arena)
{
	for (const char *at = field; at;) {
		at += strspn(at, " ;");
		size_t n = strcspn(at, ";");
		if (n > sizeof(SESSION_COOKIE) && strncmp(at, SESSION_COOKIE "=", sizeof(SESSION_COOKIE)) == 0)
			return arena_strndup(arena, at + sizeof(SESSION_COOKIE), n - sizeof(SESSION_COOKIE));
		at = at[n] ? at + n : NULL;
	}
	return NULL;
}

bool authenticate_key(struct api_call *call, const char *text)
{
	return look_up(call, find_key, text, "The field data.key is missing, or is not a key that is known");
}

bool authenticate(struct api_call *call)
{
	const char *text = http_header(call->req, "X-Dexatel-Key"),
		   *cookie = authenticate_cookie(http_header(call->req, "Cookie"), call->arena);
	bool by_cookie = cookie && !(text && *text);
	if (by_cookie && !authenticate_origin(call))
		return false;
	if (by_cookie ? !look_up(call, find_session, cookie, "The session has ended: sign in again")
	              : !look_up(call, find_key, text, "The header X-Dexatel-Key is missing, or its key is not known"))
		return false;
	note_use(call);
	return true;
}

struct authority authenticate_authority(const struct api_call *call)
{
	return (struct authority){call->key.no, call->session.no, (enum key_role)call->route->role};
}

int authenticate_again(struct store_tx *tx, const struct authority *authority, msec_t now)
{
	struct api_key key;
	int got = session_stands(tx, authority->key_no, authority->session_no, now, &key);
	return got == 0 ? key.blocked || key.role < authority->role : got;
}
