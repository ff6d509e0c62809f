#pragma once
/* Delivery: the thread that starts campaigns when they are due, freezes them, and moves their messages to Meta, each sender
 * in its own lane at its own pace. This is its public face; everything else here is its own.
 *
 * The thread shares nothing with others: it talks to the store by jobs, and others talk to it by the calls below. */

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/nodes.h"
#include "store/store.h"
#include "wa/manage.h"

struct delivery;

struct delivery_options {
	struct store *store;
	const char *graph_url;   /* e.g. https://graph.facebook.com/v24.0, no slash at the end */
	const char *name;        /* of this server, for people who look at the nodes of a database */
	struct lease *lease;     /* written here; outlives delivery */
	msec_t lease_ms;         /* 0 means 10 seconds */
	void (*look)(void *arg); /* other rooms may have work that another node left; on the delivery thread */
	void *look_arg;
	bool alone;                   /* no other server may run on the database */
	const char *ca_file;          /* NULL: the system's */
	const char *media_folder;     /* where the files of media lie */
	msec_t unconfirmed_window_ms; /* 0 means 15 minutes */
	unsigned max_inflight;        /* of one lane; 0 means 256 */
	unsigned max_connections;     /* for messages, of all lanes: a file each; 0 means 4,096 */
	msec_t template_poll_ms;      /* how often a template without verdict is asked for; 0 means 5 minutes */
};

must_check int delivery_start(const struct delivery_options *options, struct delivery **ret, struct err *err);
/* Claims nothing more, waits at most `timeout_ms` for answers on the wire, records them, frees. */
void delivery_stop(struct delivery *delivery, int timeout_ms);

/* Something changed that delivery should look at: campaigns, senders, templates. Any thread; cheap. */
void delivery_notify(struct delivery *delivery);

/* A webhook of Meta's could not be stored, and will come again: its silence proves nothing until then. Any thread; cheap. */
void delivery_missed(struct delivery *delivery);

/* This sender has new single messages: cheaper than a look at everything. Any thread. */
void delivery_notify_singles(struct delivery *delivery, int64_t sender_no);

/* Ask Meta for the phone-number record behind credentials that are not stored yet. `done` comes once, on the delivery
 * thread: `number` NULL when there is none, with the sentence in `why`; `refused` when it is the credentials that Meta did not
 * take, and not Meta that was not reached or did not answer as it should. Any thread. Texts are copied. */
typedef void delivery_checked_fn(const struct wa_number_record *number, bool refused, const char *why, void *arg);
must_check int delivery_check_number(struct delivery *delivery, const char *phone_number_id, const char *access_token,
                                     delivery_checked_fn *done, void *arg);

/* Ask Meta for all templates of a business account. `done` comes once, on the delivery thread: the list, which is gone after it,
 * or NULL with the sentence in `why`. Any thread. Texts are copied. */
typedef void delivery_listed_fn(const struct wa_template_import *list, int n, const char *why, void *arg);
must_check int delivery_list_templates(struct delivery *delivery, const char *waba_id, const char *access_token,
                                       delivery_listed_fn *done, void *arg);

/* What Meta's code means and what a person can do, each a sentence of plain words. */
void delivery_error_words(int code, const char **ret_meaning, const char **ret_remedy);

/* What the lanes do now, for metrics. */
struct delivery_stats {
	int64_t lanes, inflight, posted, accepted, retried, refused, unconfirmed;
};
void delivery_stats(struct delivery *delivery, struct delivery_stats *ret);
