#pragma once
/* Inside delivery: the calls to Meta that are not messages. Templates go to Meta and are asked after until there is a
 * verdict, driven by rows in the database (an errand each), so that a crash forgets none; phone-number records are
 * refreshed. On the delivery thread, turned like the engine. */

#include "delivery/delivery.h"
#include "delivery/engine.h"
#include "http/client.h"

struct manage;

struct manage_options {
	struct store *store;
	struct http_client *client; /* borrowed */
	const char *graph_url;
	const char *media_folder;  /* where the files of media lie */
	const struct lease *lease; /* the first node alone works off errands; the engine tells when that is this one */
	msec_t poll_ms;
	void (*wake)(void *arg);
	void *wake_arg;
	void (*changed)(void *arg); /* a ceiling, or a medium: the engine is to load anew */
	void *changed_arg;
};

struct manage *manage_create(const struct manage_options *options);
void manage_destroy(struct manage *manage); /* when quiet */
usec_t manage_turn(struct manage *manage, struct now now);
void manage_notify(struct manage *manage); /* on its own thread */
void manage_drain(struct manage *manage);
bool manage_is_quiet(const struct manage *manage);
/* See delivery_check_number; on its own thread. */
void manage_check_number(struct manage *manage, const char *phone_number_id, const char *token, delivery_checked_fn *done,
                         void *arg);
/* See delivery_list_templates; on its own thread. */
void manage_list_templates(struct manage *manage, const char *waba_id, const char *token, delivery_listed_fn *done, void *arg);
