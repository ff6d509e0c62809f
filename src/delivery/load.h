#pragma once
/* Inside delivery: what the database says is to be done: the senders whose lanes this node has, or takes now because they are
 * free and its share is not full; their running campaigns; what is due. */

#include "delivery/job.h"
#include "model/campaign.h"
#include "model/sender.h"
#include "model/template_form.h"
#include "store/campaigns.h"
#include "store/media.h"
#include "store/nodes.h"
#include "store/senders.h"

struct wa_plan;

/* A running campaign with all that its messages need, in memory of its own. Of single messages there is no template here. */
struct loaded_campaign {
	struct arena *arena;
	struct campaign campaign;
	struct template tpl;
	struct template_form form;
	struct wa_plan *plan; /* NULL: single messages */
	/* Its media, as this sender's number has them at Meta. */
	struct media_ref media[MEDIA_PER_TEMPLATE_MAX];
	int n_media;
	bool waits;      /* one is not there yet: nothing is claimed until it is loaded anew */
	msec_t media_ms; /* when the newest of them was uploaded */
};

struct loaded_sender {
	struct sender sender;
	const char *token;
	int64_t epoch;                     /* 0: the lane was known, no new one taken */
	int64_t doubtful;                  /* rows in doubt when it was taken */
	struct loaded_campaign **campaign; /* each is handed over, or destroyed */
	int n_campaigns;
};

struct load {
	struct job job;
	struct arena *arena;
	int64_t node_no;
	int share; /* lanes that this node may have */
	msec_t now;
	const struct lane_row *known; /* the lanes that we have; in `arena` of the load */
	int n_known;
	/* what came */
	struct loaded_sender *sender;
	int n_senders;
	msec_t next_due, next_template; /* -1 none; of the schedule, and of the errands of templates */
	int n_waiting;                  /* campaigns that wait for media */
	void *owner_arg;                /* the engine */
};

struct load *load_create(int64_t node_no, int share, msec_t now, const struct lane_row *known, int n_known);
/* Destroys campaigns that nobody took over (NULL in their array). */
void load_destroy(struct load *load);
void loaded_campaign_destroy(struct loaded_campaign *c);
