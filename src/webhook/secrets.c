#include "webhook/secrets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wa/event.h"

#define MAX_SECRETS 256

struct secrets {
	pthread_rwlock_t lock;
	struct arena *arena; /* holds the texts */
	struct app_secret *secret;
	int n;
};

struct secrets *secrets_create(void)
{
	struct secrets *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	pthread_rwlock_init(&s->lock, NULL);
	return s;
}

void secrets_destroy(struct secrets *s)
{
	if (!s)
		return;
	arena_destroy(s->arena);
	pthread_rwlock_destroy(&s->lock);
	free(s);
}

void secrets_reload(struct secrets *s, struct store *store)
{
	struct arena *arena = arena_create(4096);
	struct app_secret *fresh = arena_array(arena, MAX_SECRETS, sizeof(*fresh));
	int n = 0;
	struct store_tx *tx = store_reader_take(store);
	int result = app_secrets(tx, arena, fresh, MAX_SECRETS, &n);
	store_reader_put(store, tx);
	if (result != 0) {
		log_error("webhook", "the app secrets could not be read; the ones known stay in use");
		arena_destroy(arena);
		return;
	}
	pthread_rwlock_wrlock(&s->lock);
	struct arena *old = s->arena;
	s->arena = arena;
	s->secret = fresh;
	s->n = n;
	pthread_rwlock_unlock(&s->lock);
	arena_destroy(old);
}

bool secrets_find(struct secrets *s, const char *signature, const void *body, size_t n_bytes,
                  unsigned char ret_hash[SECRET_HASH_BYTES])
{
	bool found = false;
	if (!signature)
		return false;
	pthread_rwlock_rdlock(&s->lock);
	for (int i = 0; i < s->n; i++) {
		if (wa_signature_ok(signature, s->secret[i].text, body, n_bytes)) {
			memcpy(ret_hash, s->secret[i].hash, SECRET_HASH_BYTES);
			found = true;
		}
	}
	pthread_rwlock_unlock(&s->lock);
	return found;
}
