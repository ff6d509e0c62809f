#pragma once
/* Media, and what Meta knows of them. A medium exists only when its file is whole and durable (media_file.h); the same bytes of
 * the same type are one medium of an account, however often they come.
 *
 * Whoever is to show a medium *wants* it for a phone number: that makes a durable errand which delivery works off, one upload
 * however many wait, and whoever wants it asks later whether it is *ready*. Ids are renewed before Meta forgets them, while a
 * scheduled or running campaign needs them. Source: Meta's pages "Media" and "Resumable Upload". */

#include "model/media.h"
#include "store/page.h"
#include "store/store.h"

#define MEDIA_ID_LIFE_MS (30 * DAY_MS)    /* at Meta, from the upload on */
#define MEDIA_RENEW_MS (2 * DAY_MS)       /* before its end */
#define MEDIA_MARGIN_MS HOUR_MS           /* an id that ends sooner is not used any more */
#define MEDIA_SAMPLE_LIFE_MS DAY_MS       /* of a handle; Meta names no term */
#define MEDIA_REFUSAL_MS (10 * SECOND_MS) /* a refusal is an answer for this long, then wanting it tries again */
#define MEDIA_SHA256_BYTES 65             /* hex digits and NUL */
#define MEDIA_PER_TEMPLATE_MAX 12         /* a header's, or one a card */

struct medium {
	int64_t no, account_no;
	enum media_kind kind;
	const char *mime_type;
	int64_t size;
	const char *sha256;    /* hex; the file's name in the media folder */
	const char *file_name; /* as it was uploaded; NULL */
	const char *url;       /* that it was first fetched from; NULL */
	msec_t create_ms, update_ms;
};

struct media_filter {
	int kind; /* 0: any */
};

/* Of `medium` what is no number or time. When the account has the same bytes with the same type already, *ret_no is that one's.
 * 0; 1 the account would then hold more than max_bytes (0: any). */
must_check int media_create(struct store_tx *tx, const struct medium *medium, int64_t max_bytes, msec_t now, int64_t *ret_no);
/* 1 unknown; account_no 0: any, and deleted ones too (our own use). */
must_check int media_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct medium *ret);
must_check int media_list(struct store_tx *tx, int64_t account_no, const struct media_filter *filter, struct page *page,
                          struct arena *arena, struct medium *ret, int *ret_n);
/* 1 unknown, 2 a template shows it. Ids that Meta gave for it remain valid for what is on its way. The file goes when no
 * medium needs it any more. */
must_check int media_delete(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now);
/* Does a medium need this file, or an errand of a deleted one? */
must_check int media_needs_file(struct store_tx *tx, const char *sha256, bool *ret);

/* What this account fetched from this URL since then: 0, or 1 nothing. */
must_check int media_from_url(struct store_tx *tx, int64_t account_no, const char *url, msec_t since, int64_t *ret_no);
must_check int media_note_url(struct store_tx *tx, int64_t account_no, const char *url, int64_t media_no, msec_t now);

/* ---- what templates show ---- */

/* These and no others, each at its place: the header's, or those of the cards in their order. 0: that place shows none of ours.
 * n at most MEDIA_PER_TEMPLATE_MAX. */
must_check int template_media_set(struct store_tx *tx, int64_t template_no, const int64_t *media_no, int n);
/* *ret_n: places up to the last one that shows something. */
must_check int template_media_of(struct store_tx *tx, int64_t template_no, int64_t ret[MEDIA_PER_TEMPLATE_MAX], int *ret_n);
/* Why a campaign with this template has to wait at this sender: 1 and a sentence, 0 it need not. */
must_check int template_media_waits(struct store_tx *tx, int64_t template_no, int64_t sender_no, msec_t now, struct arena *arena,
                                    const char **ret_reason);

/* ---- Meta's ids ---- */

enum media_purpose {
	MEDIA_TO_SEND = 0,   /* an id of POST /{phone-number}/media: any number of messages of that number */
	MEDIA_AS_SAMPLE = 1, /* a handle of the Resumable Upload: the example of a template's header */
};

struct media_at_meta {
	const char *meta_id; /* NULL none yet */
	msec_t upload_ms;
	const char *reason; /* why there is none; NULL: it is on its way */
};

/* See that the medium comes to be ready there; cheap when it is, or when its errand is under way. */
must_check int media_want(struct store_tx *tx, int64_t media_no, int64_t sender_no, enum media_purpose purpose, msec_t now);
/* 0 ready, with meta_id; 1 not yet; 2 Meta or we refuse it, with the reason: it will not come unless wanted again. */
must_check int media_ready(struct store_tx *tx, int64_t media_no, int64_t sender_no, enum media_purpose purpose, msec_t now,
                           struct arena *arena, struct media_at_meta *ret);
/* Meta says that it does not know an id of before `uploaded_until` (inclusive): those are forgotten, and gone for again. */
must_check int media_forget(struct store_tx *tx, int64_t media_no, int64_t sender_no, msec_t uploaded_until, msec_t now);

/* Meta told that a message failed for its medium, after it had taken it: a running campaign that shows media is held with the
 * reason, and they are uploaded anew. 1: there is none such. */
#define MEDIA_FAILED_CODE 131053 /* "Media upload error" */
must_check int media_failed(struct store_tx *tx, int64_t campaign_no, msec_t now);

/* ---- errands, for delivery ---- */

struct media_errand {
	struct medium medium;
	int64_t sender_no;
	enum media_purpose purpose;
	const char *phone_number_id;
	bool renewal; /* there is an id that still holds */
	int tries;
};

must_check int media_errands(struct store_tx *tx, msec_t now, struct arena *arena, struct media_errand *ret, int max, int *ret_n);
/* Those that were put off until `until` at most are due now: whoever began them is gone. */
must_check int media_errands_resume(struct store_tx *tx, msec_t now, msec_t until);
must_check int media_next_errand(struct store_tx *tx, msec_t *ret); /* -1 none */
/* Again at next_ms; `reason` NULL: the last one's stays. */
must_check int media_errand_later(struct store_tx *tx, const struct media_errand *errand, msec_t next_ms, const char *reason);
/* Is it still needed there? Otherwise its errand ends here, and *ret is false. */
must_check int media_still_needed(struct store_tx *tx, const struct media_errand *errand, bool *ret);
/* Meta has it. Templates that wait for this sample are looked at now. */
must_check int media_uploaded(struct store_tx *tx, const struct media_errand *errand, const char *meta_id, msec_t now);
must_check int media_refused(struct store_tx *tx, const struct media_errand *errand, const char *reason, msec_t now);
