#pragma once
/* Inside manage: shared by manage.c (turns), manage_template.c, manage_media.c and manage_number.c. */

#include "delivery/job.h"
#include "delivery/manage.h"
#include "store/media.h"
#include "store/templates.h"

#define MANAGE_MAX_ERRANDS 8
#define MANAGE_MAX_BODY (1u << 20)
/* An errand is put off before it is begun: whatever happens then, it comes up again, once. */
#define MANAGE_PUT_OFF_MS MINUTE_MS

struct manage {
	struct mailbox mailbox;
	struct http_client *client;
	char *graph_url, *media_folder;
	struct media_call *media; /* under way */
	const struct lease *lease;
	msec_t poll_ms;
	void (*changed)(void *arg);
	void *changed_arg;
	struct now now;
	bool draining, reading, dirty, resumed;
	int n_calls;         /* on the wire */
	msec_t next_errand;  /* -1 none */
	msec_t next_refresh; /* of the phone-number records */
};

/* A call to a path under graph_url. The sentence of a failure is put together by the caller. */
must_check int manage_call(struct manage *m, const char *method, const char *path, const char *token, const struct buf *body,
                           http_done_fn *done, void *arg);
/* The same with everything but the URL in `options`. */
must_check int manage_call_with(struct manage *m, const char *path, struct http_call_options options, http_done_fn *done,
                                void *arg);
/* The pause before try number `tries` + 1: doubles from `first` up to `most`. */
msec_t manage_growing(msec_t first, msec_t most, int tries);
/* A sentence from an answer that is not a success. */
void manage_reason(const struct http_answer *answer, char *out, size_t out_bytes);
void manage_ended(struct manage *m); /* a call's work, its job included, is over */

/* Start one errand; `token` and the errand are copied. */
void manage_template(struct manage *m, const struct template_errand *errand, const char *token);
/* Ask for one sender's record and store it. */
void manage_number(struct manage *m, int64_t sender_no, const char *phone_number_id, const char *token);

/* Media that are due, with the tokens of their senders. */
struct media_due {
	struct media_errand errand[MANAGE_MAX_ERRANDS];
	const char *token[MANAGE_MAX_ERRANDS];
	int n;
	msec_t next; /* -1 none */
};
/* Read them, each put off, within a job. */
must_check int manage_media_read(struct store_tx *tx, struct media_due *due, msec_t now, struct arena *arena);
/* Start one errand; `token` and the errand are copied. */
void manage_media(struct manage *m, const struct media_errand *errand, const char *token);
