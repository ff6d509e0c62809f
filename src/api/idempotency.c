#include "api/idempotency.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/route.h"

#define KEY_MAX_BYTES 255
#define RETRY_AFTER_S "1"

bool idempotency_key_valid(const char *text)
{
	size_t n = 0;
	while (text[n] >= 0x20 && text[n] <= 0x7e)
		n++;
	return text[n] == '\0' && n > 0 && n <= KEY_MAX_BYTES;
}

/* ---- what was asked ---- */

static void add(struct idempotent *it, const char *text)
{
	crypto_generichash_update(it->hash, (const unsigned char *)text, strlen(text) + 1);
}

/* The library's state wants more alignment than an arena gives. */
static struct crypto_generichash_blake2b_state *hash_state(struct arena *arena)
{
	const size_t unit = _Alignof(struct crypto_generichash_blake2b_state);
	char *at = arena_alloc(arena, sizeof(struct crypto_generichash_blake2b_state) + unit);
	return (void *)(at + (unit - (uintptr_t)at % unit) % unit);
}

bool idempotency_read(struct api_call *call)
{
	const char *text = http_header(call->req, "Idempotency-Key");
	if (!text || strcmp(http_method(call->req), "POST") != 0 || call->route->role == ROLE_OPEN)
		return true;
	if (!idempotency_key_valid(text)) {
		call_fault(call, FAULT_IDEMPOTENCY_KEY, NULL,
		           "The header Idempotency-Key must have 1 to %d characters of printable ASCII", KEY_MAX_BYTES);
		return false;
	}
	struct idempotent *it = call->idempotent = arena_alloc(call->arena, sizeof(*it));
	it->id.account_no = call->key.account_no;
	crypto_generichash(it->id.key, sizeof(it->id.key), (const unsigned char *)text, strlen(text), NULL, 0);
	it->hash = hash_state(call->arena);
	crypto_generichash_init(it->hash, NULL, 0, IDEMPOTENCY_HASH_BYTES);
	add(it, http_method(call->req));
	add(it, http_path(call->req));
	add(it, http_query_string(call->req));
	return true;
}

void idempotency_tap(struct http_request *req, const void *data, size_t n_bytes)
{
	const struct api_call *call = http_user(req);
	crypto_generichash_update(call->idempotent->hash, data, n_bytes);
}

/* ---- one at a time ---- */

static bool same(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, IDEMPOTENCY_HASH_BYTES) == 0;
}

enum entered { ENTERED, RUNS_ALREADY, RUNS_OTHER };

/* Enter the list of calls that run, unless one there has the key. There are no more of them than connections. */
static enum entered enter(struct api_call *call)
{
	struct api *api = call->api;
	struct idempotent *it = call->idempotent;
	const struct idempotent *other = NULL;
	pthread_mutex_lock(&api->lock);
	for (struct api_call *c = api->running; c && !other; c = c->idempotent->next)
		if (c->idempotent->id.account_no == it->id.account_no && same(c->idempotent->id.key, it->id.key))
			other = c->idempotent;
	bool same_request = other && same(other->id.request, it->id.request);
	if (!other) {
		it->running = true;
		it->next = api->running;
		api->running = call;
	}
	pthread_mutex_unlock(&api->lock);
	return !other ? ENTERED : same_request ? RUNS_ALREADY : RUNS_OTHER;
}

void idempotency_end(struct api_call *call)
{
	struct api *api = call->api;
	if (!call->idempotent || !call->idempotent->running)
		return;
	pthread_mutex_lock(&api->lock);
	struct api_call **at = &api->running;
	while (*at != call)
		at = &(*at)->idempotent->next;
	*at = call->idempotent->next;
	pthread_mutex_unlock(&api->lock);
	call->idempotent->running = false;
}

/* ---- answers ---- */

void idempotency_answer_running(struct api_call *call)
{
	call->faults.n = 0;
	http_add_header(call->req, "Retry-After", RETRY_AFTER_S);
	call_fault(call, FAULT_IDEMPOTENCY_RUNNING, NULL,
	           "A request with this Idempotency-Key is still running: ask again in a moment for its answer");
}

static void answer_other(struct api_call *call)
{
	call_fault(call, FAULT_IDEMPOTENCY_OTHER, NULL,
	           "This Idempotency-Key was used for another request within the last 24 hours: take a new key");
}

static void answer_again(struct api_call *call, const struct idempotency_answer *answer)
{
	buf_reset(&call->out);
	buf_add(&call->out, answer->body, answer->n_body_bytes);
	call->idempotent->kept = true;
	http_add_header(call->req, "Idempotent-Replayed", "true");
	call_answer(call, answer->status);
}

bool idempotency_begin(struct api_call *call)
{
	struct idempotent *it = call->idempotent;
	struct store *store = call->api->options.store;
	struct idempotency_answer answer;
	if (!it)
		return true;
	crypto_generichash_final(it->hash, it->id.request, sizeof(it->id.request));
	enum entered entered = enter(call);
	if (entered == RUNS_ALREADY)
		idempotency_answer_running(call);
	if (entered == RUNS_OTHER)
		answer_other(call);
	if (entered != ENTERED)
		return false;
	struct store_tx *tx = store_reader_take(store);
	int found = idempotency_find(tx, &it->id, call->now, call->arena, &answer);
	if (found < 0 && store_is_lost(tx))
		found = STORE_LOST;
	store_reader_put(store, tx);
	if (found == 0)
		answer_again(call, &answer);
	else if (found == 2)
		answer_other(call);
	else if (found < 0)
		call_failed(call, found, "an Idempotency-Key could not be looked up");
	return found == 1;
}

int idempotency_keep_answer(struct store_tx *tx, struct api_call *call)
{
	bool empty = call->status == 204;
	struct idempotency_answer answer = {call->status, empty ? "" : buf_text(&call->out), empty ? 0 : call->out.len};
	return idempotency_keep(tx, &call->idempotent->id, &answer, call->now);
}
