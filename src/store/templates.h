#pragma once
/* Templates and their dealings with Meta. */

#include "model/template_form.h"
#include "store/page.h"
#include "store/store.h"

struct template_filter {
	const char *name;  /* NULL: any */
	unsigned statuses; /* bit per template_status; 0: any */
};

/* 1 when a template of the account has it, other than `except_no` (0: any). */
must_check int template_name_taken(struct store_tx *tx, int64_t account_no, const char *name, int64_t except_no);
/* `sender_no` gives the business account. 1 when the name is taken. */
must_check int template_create(struct store_tx *tx, int64_t account_no, int64_t sender_no, const struct template_request *req,
                               msec_t now, int64_t *ret_no);
must_check int template_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct template *ret);
must_check int template_list(struct store_tx *tx, int64_t account_no, const struct template_filter *filter, struct page *page,
                             struct arena *arena, struct template *ret, int *ret_n);
/* 1 unknown, 2 in process, 3 used by a scheduled or running campaign. */
must_check int template_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);

/* Name, text, components and the flat fields of a medium and a button as far as they are given (NULL: as it is). What makes no
 * difference at Meta is kept at once; the rest is submitted as an edit, and taken back if Meta refuses. 1 unknown, 2 faults:
 * those that were there before, and what was added to them. */
must_check int template_update(struct store_tx *tx, int64_t account_no, int64_t no, const struct template_request *req,
                               msec_t now, struct faults *faults);
/* Adds the fault when its content cannot be changed, whatever to: it is in process, or a campaign that is not over uses it. */
must_check int template_check_state(struct store_tx *tx, const struct template *tpl, struct faults *faults);
/* The form of a stored template with its media found: what every reader of its content uses. -1 with a sentence. */
must_check int template_form_open(struct store_tx *tx, const struct template *tpl, struct arena *arena, struct template_form *ret,
                                  struct err *err);

/* The media of a request's form as numbers of ours, 0 where we have none; with `faults` those that are none of the account's, or
 * of another kind than their place wants. `flat`: named by flat fields. */
must_check int template_media_find(struct store_tx *tx, int64_t account_no, struct template_form *form, bool flat,
                                   struct arena *arena, struct faults *faults, int64_t ret[TEMPLATE_MAX_MEDIA], int *ret_n);

/* ---- the way to Meta: a row waits until `next_ms`, is submitted, then polled until a verdict ---- */

/* Handles at Meta of what a template shows, without which it cannot be submitted. */
struct template_samples {
	enum { TEMPLATE_SAMPLES_READY, TEMPLATE_SAMPLES_WAIT, TEMPLATE_SAMPLES_REFUSED } state;
	const char *handle[TEMPLATE_MAX_MEDIA]; /* in the order of template_form_media */
	const char *reason;                     /* REFUSED */
};
/* Also makes the errands that get them. */
must_check int template_samples(struct store_tx *tx, const struct template *tpl, int64_t sender_no, msec_t now,
                                struct arena *arena, struct template_samples *ret);

struct template_errand {
	struct template tpl;
	int64_t sender_no; /* whose token to use */
	bool deleting;     /* it is to be deleted at Meta; else submitted (meta_id NULL), edited (tpl.editing), read or polled */
	bool refetch;      /* its components at Meta are to be read */
	int tries;
	struct template_samples samples; /* where it is to be submitted or edited */
};
/* Errands due at `now`, at most `max`, oldest first. */
must_check int template_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct template_errand *ret, int max,
                                int *ret_n);
/* Those that were put off until `until` at most are due now: whoever began them is gone. */
must_check int template_errands_resume(struct store_tx *tx, msec_t now, msec_t until);
/* When the next one is due; -1 none. */
must_check int template_next_errand(struct store_tx *tx, msec_t *ret);
/* It is begun: it counts as a try, and comes again at `next_ms` unless its end is told. */
must_check int template_errand_later(struct store_tx *tx, int64_t no, msec_t next_ms);
/* It has ended without being over: again at `next_ms`. */
must_check int template_errand_at(struct store_tx *tx, int64_t no, msec_t next_ms);
must_check int template_submitted(struct store_tx *tx, int64_t no, const char *meta_id, const char *category, msec_t next_poll_ms,
                                  msec_t now);
must_check int template_deleted_at_meta(struct store_tx *tx, int64_t no);
/* Refused before Meta gave an id. */
must_check int template_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now);
/* Meta took the edit and judges it; or refused it, and the content is what it was before. */
must_check int template_edited(struct store_tx *tx, int64_t no, msec_t next_poll_ms, msec_t now);
must_check int template_edit_refused(struct store_tx *tx, int64_t no, const char *reason, msec_t now);

/* Meta's word for a template, by webhook or poll. `hash` says whose webhook it was (NULL: an answer to us), and `said_ms` when
 * Meta made that webhook, 0 or -1 not told; `language` may be NULL. */
struct template_word {
	const unsigned char *hash;
	const char *waba_id, *meta_id, *meta_name, *language;
	msec_t said_ms;
};
/* Each: 1 none of ours. A verdict by webhook that is older than what is known is not believed: Meta is asked. While a campaign is
 * held for its template Meta is asked again and again (store/holds.h). */
must_check int template_verdict(struct store_tx *tx, const struct template_word *of, const char *meta_status, const char *reason,
                                msec_t now);
must_check int template_quality(struct store_tx *tx, const struct template_word *of, const char *quality, msec_t now);
/* `correct` NULL: no change is announced; `previous` NULL: as far as we know. */
must_check int template_category(struct store_tx *tx, const struct template_word *of, const char *category, const char *correct,
                                 const char *previous, msec_t now);
/* Its components were changed at Meta: they are to be read. */
must_check int template_changed(struct store_tx *tx, const struct template_word *of, msec_t now);

/* ---- templates that stand at Meta ---- */

struct template_listing {
	const char *waba_id, *meta_id, *meta_name, *language, *status, *category, *correct_category, *previous_category, *reason;
	const char *quality;
	const char *text, *components;
	enum template_params params;
	const char *unsupported;
};
struct template_sync {
	int found, added, updated, removed, unsupported;
};
/* One business account's whole list. What is unknown is added, what changed is taken over, what is no longer there ends. */
must_check int template_sync(struct store_tx *tx, int64_t account_no, int64_t sender_no, const char *sender_code,
                             const char *waba_id, const struct template_listing *list, int n, msec_t now,
                             struct template_sync *ret);
/* What was read of one template after template_changed; next_poll_ms where it is in process. */
must_check int template_fetched(struct store_tx *tx, int64_t no, const struct template_listing *listing, msec_t next_poll_ms,
                                msec_t now);
/* One sender of each business account of an account; `code` NULL: of all. */
struct template_source {
	int64_t sender_no;
	const char *waba_id, *code, *token;
};
#define TEMPLATE_MAX_SOURCES 100
must_check int template_sources(struct store_tx *tx, int64_t account_no, const char *code, struct arena *arena,
                                struct template_source ret[TEMPLATE_MAX_SOURCES], int *ret_n);
