#pragma once
/* Meta's webhooks as they came: appended before the 200, applied in order, then gone. What cannot be applied is put aside
 * and counted. Also inbound messages. */

#include "store/page.h"
#include "store/senders.h"
#include "store/store.h"

/* `phone_number_id`: the one that it speaks of; NULL none. The node that has its lane is to apply it, which is told in *ret_node;
 * 0: the first node. `is_part`: it is appended once for each number that it speaks of, and of this one only what is said of it
 * is applied. */
must_check int inbox_append(struct store_tx *tx, const unsigned char hash[SECRET_HASH_BYTES], const char *body, size_t n_bytes,
                            const char *phone_number_id, bool is_part, msec_t now, int64_t *ret_node);
struct inbox_event {
	int64_t no;
	unsigned char hash[SECRET_HASH_BYTES];
	const char *body;
	size_t n_bytes;
	const char *phone; /* the events of this number alone, "" those of none; NULL all */
};
/* The first ones that this node is to apply; of 0: the first node. */
must_check int inbox_take(struct store_tx *tx, int64_t node_no, int max, size_t max_bytes, struct arena *arena,
                          struct inbox_event *ret, int *ret_n);
/* Everything that was stored before *ret is applied: the time of the oldest that is not, or `now`. */
must_check int inbox_oldest(struct store_tx *tx, msec_t now, msec_t *ret);
/* How many are not applied yet, on all nodes; how many were put aside, ever. */
must_check int inbox_waiting(struct store_tx *tx, int64_t *ret);
must_check int inbox_set_aside_ever(struct store_tx *tx, int64_t *ret);
must_check int inbox_done(struct store_tx *tx, int64_t no);
/* Keep it out of the way with the reason (at most 10,000 are kept, the oldest go). */
must_check int inbox_set_aside(struct store_tx *tx, const struct inbox_event *event, const char *reason, msec_t now);
/* Count an event of a kind (`status`, `unknown:field`, …), for metrics. */
must_check int inbox_count(struct store_tx *tx, const char *kind, int64_t n);
struct inbox_tally {
	const char *kind;
	int64_t n;
};
must_check int inbox_counts(struct store_tx *tx, struct arena *arena, struct inbox_tally *ret, int max, int *ret_n);

struct inbound {
	const char *phone_number_id, *wamid, *from, *type, *text, *payload, *context_id;
	msec_t at;
};
/* Once per wamid. 1: known already, or no sender of ours has that number under that secret. *ret_account for opt-outs. */
must_check int inbound_add(struct store_tx *tx, const unsigned char *hash, const struct inbound *message, msec_t now,
                           int64_t *ret_account);

/* The account a phone-number id belongs to under that secret; 1 none. */
must_check int account_of_number(struct store_tx *tx, const unsigned char *hash, const char *phone_number_id, int64_t *ret);
