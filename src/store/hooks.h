#pragma once
/* The user's webhooks, at most one an account and kind of event. The secret that signs is sealed under the key file. */

#include "model/hook.h"
#include "store/page.h"
#include "store/store.h"

#define HOOK_SECRET_BYTES 65 /* of one that is made: 64 hex digits and a NUL */

struct hook {
	int64_t no, account_no;
	enum hook_kind kind;
	const char *url;
	int64_t waiting, delivered, failed, dropped; /* events */
	msec_t last_ms;                              /* the latest attempt; -1 none */
	const char *last_reason;                     /* why it was not taken; NULL: it was */
	msec_t create_ms;
};

/* 1 when the account has one for this kind. */
must_check int hook_create(struct store_tx *tx, int64_t account_no, enum hook_kind kind, const char *url, const char *secret,
                           msec_t now, int64_t *ret_no);
void hook_make_secret(char ret[HOOK_SECRET_BYTES]);
/* 0, 1 unknown. */
must_check int hook_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct hook *ret);
must_check int hook_list(struct store_tx *tx, int64_t account_no, struct page *page, struct arena *arena, struct hook *ret,
                         int *ret_n);
/* With its events, waiting ones too. 1 unknown. */
must_check int hook_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);

/* Of all hooks that stand, for metrics. */
struct hook_totals {
	int64_t waiting, delivered, failed, dropped;
};
must_check int hook_totals(struct store_tx *tx, struct hook_totals *ret);

/* A hook with something to deliver; the secret is unsealed. */
struct hook_target {
	int64_t no;
	const char *url, *secret;
};
must_check int hooks_to_serve(struct store_tx *tx, struct arena *arena, struct hook_target **ret, int *ret_n);
