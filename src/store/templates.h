#pragma once
/* Templates and their dealings with Meta. */

#include "model/template.h"
#include "store/page.h"
#include "store/store.h"

struct template_filter {
	const char *name;  /* NULL: any */
	unsigned statuses; /* bit per template_status; 0: any */
};

/* `sender_no` gives the business account. 1 when the name is taken. */
must_check int template_create(struct store_tx *tx, int64_t account_no, int64_t sender_no, const struct template_request *req,
                               msec_t now, int64_t *ret_no);
must_check int template_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct template *ret);
must_check int template_list(struct store_tx *tx, int64_t account_no, const struct template_filter *filter, struct page *page,
                             struct arena *arena, struct template *ret, int *ret_n);
/* 1 unknown, 2 in process, 3 used by a scheduled or running campaign. */
must_check int template_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);

/* ---- the way to Meta: a row waits until `next_ms`, is submitted, then polled until a verdict ---- */

struct template_errand {
	struct template tpl;
	int64_t sender_no; /* whose token to use */
	bool deleting;     /* it is to be deleted at Meta; else submitted (meta_id NULL) or polled */
	int tries;
};
/* Errands due at `now`, at most `max`, oldest first. */
must_check int template_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct template_errand *ret, int max,
                                int *ret_n);
/* When the next one is due; -1 none. */
must_check int template_next_errand(struct store_tx *tx, msec_t *ret);
/* It did not work out this time: again at `next_ms`. */
must_check int template_errand_later(struct store_tx *tx, int64_t no, msec_t next_ms);
must_check int template_submitted(struct store_tx *tx, int64_t no, const char *meta_id, const char *category, msec_t next_poll_ms,
                                  msec_t now);
must_check int template_deleted_at_meta(struct store_tx *tx, int64_t no);
/* Refused before Meta gave an id. */
must_check int template_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now);
/* Meta's word for a template, by webhook or poll. `hash` says whose webhook it was (NULL: a poll of ours). 1: none of ours. */
must_check int template_verdict(struct store_tx *tx, const unsigned char *hash, const char *waba_id, const char *meta_id,
                                const char *name, const char *meta_status, const char *reason, msec_t now);
must_check int template_quality(struct store_tx *tx, const unsigned char *hash, const char *meta_id, const char *quality,
                                msec_t now);
