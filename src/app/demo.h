#pragma once
/* Inside the demo: its state, and its acts in their order. Each act returns 0, 1 when it was asked to stop, or -1 with the
 * sentence. */

#include "app/demo_process.h"
#include "app/rest.h"
#include "base/clock.h"

#define MAX_SIM_OPTIONS 24
#define DEMO_LOOK_MS 200
#define DEMO_STOPPED 1 /* what an act returns then */

struct demo {
	/* options */
	bool once;
	const char *data, *contacts, *listen, *ceiling;
	char *sim_option[MAX_SIM_OPTIONS]; /* "--name=value"; owned */
	int n_sim_options;
	/* what runs */
	char folder[1024];
	bool own_folder;
	struct process sim, server;
	struct rest *rest, *sim_rest;
	char base[300], sim_base[300], key[64], verify_token[64], app_secret[64];
	/* what was made */
	char template_id[40], audience_id[40], campaign_id[40];
	int64_t contacts_added;
	msec_t begun;
};

must_check int demo_start(struct demo *d, struct err *err);   /* simulator, server, webhooks */
must_check int demo_make(struct demo *d, struct err *err);    /* sender, template, audience, campaign */
must_check int demo_watch(struct demo *d, struct err *err);   /* until every status is in */
must_check int demo_account(struct demo *d, struct err *err); /* the analytics; with `once` the sums, which must agree */
void demo_end(struct demo *d);

/* True when a person or a supervisor wants us to stop. Ends early when a process of ours ends. */
bool demo_wait_or_stop(msec_t ms);
/* Do both processes still run? -1 with which one does not, after the last lines of its output. */
must_check int demo_check(struct demo *d, struct err *err);
