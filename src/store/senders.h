#pragma once
/* Senders and their sealed secrets. Whose lanes they have: store/nodes.h. */

#include "model/sender.h"
#include "store/holds.h"
#include "store/page.h"
#include "store/store.h"

struct sender_filter {
	struct filter_names names;
	const char *statuses; /* comma list without blanks; NULL: any */
};

/* 1 when the name is taken, 2 when the number is registered already: one number has one lane. Token and secret are sealed here
 * (secretbox under the key file); the database keeps a hash of the app secret too, which says whose webhooks may speak of this
 * sender. */
must_check int sender_create(struct store_tx *tx, int64_t account_no, const struct sender_request *req, msec_t now,
                             int64_t *ret_no);
/* Changes what is given: name, token, app secret, rate. A new token lifts a hold that a refusal of Meta's made. 1 unknown, 2 the
 * name is taken. */
must_check int sender_update(struct store_tx *tx, int64_t account_no, int64_t no, const struct sender_request *req, msec_t now);
/* 0, 1 unknown. Deleted senders are unknown. account_no 0: any account (our own use). */
must_check int sender_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct sender *ret);
must_check int sender_by_name(struct store_tx *tx, int64_t account_no, const char *name, struct arena *arena, struct sender *ret);
must_check int sender_by_code(struct store_tx *tx, int64_t account_no, const char *code, struct arena *arena, struct sender *ret);
must_check int sender_list(struct store_tx *tx, int64_t account_no, const struct sender_filter *filter, struct page *page,
                           struct arena *arena, struct sender *ret, int *ret_n);
/* 1 unknown, 2 in use by a scheduled or running campaign, or by single messages not handed over yet. */
must_check int sender_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);

/* The access token, unsealed; the caller wipes it. 1 unknown. */
must_check int sender_token(struct store_tx *tx, int64_t no, struct arena *arena, const char **ret);

/* The secrets that may sign webhooks: one row a distinct app secret. */
#define SECRET_HASH_BYTES 16
struct app_secret {
	const char *text;
	unsigned char hash[SECRET_HASH_BYTES];
};
must_check int app_secrets(struct store_tx *tx, struct arena *arena, struct app_secret *ret, int max, int *ret_n);

/* What Meta's phone-number record said. */
struct sender_record {
	int64_t limit_mps; /* 0 unknown: the one that is known stays */
	const char *quality, *tier;
	const char *portfolio_id; /* the business portfolio's; "" unknown */
	const char *status;       /* CONNECTED, …; "" unknown */
	bool can_send;            /* WhatsApp says that nothing keeps it from sending */
};
/* `asked`: when it was asked for. 1: it is held from now on, since its quality has fallen to red. */
must_check int sender_set_record(struct store_tx *tx, int64_t no, const struct sender_record *record, msec_t asked, msec_t now);

/* Meta's records of an account's numbers are to be asked for at once; *ret_n of them. Asked once for each call: true in *ret_any
 * when there are any since the last. */
must_check int sender_ask_again(struct store_tx *tx, const unsigned char *hash, const char *waba_id, msec_t now, int64_t *ret_n);
must_check int sender_asked_again(struct store_tx *tx, bool *ret_any);

/* All senders, for the lanes. */
must_check int sender_list_all(struct store_tx *tx, struct arena *arena, struct sender **ret, int *ret_n);
