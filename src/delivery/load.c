#include "delivery/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "store/singles.h"
#include "store/templates.h"
#include "wa/send.h"

void loaded_campaign_destroy(struct loaded_campaign *c)
{
	if (!c)
		return;
	wa_plan_destroy(c->plan);
	arena_destroy(c->arena); /* holds `c` itself */
}

static void drop_results(struct load *load)
{
	for (int i = 0; i < load->n_senders; i++)
		for (int k = 0; k < load->sender[i].n_campaigns; k++)
			loaded_campaign_destroy(load->sender[i].campaign[k]);
	load->n_senders = 0;
	load->n_waiting = 0;
}

/* Its media, wanted where they are not there. 0; 1 when one is refused, and the campaign is held for it. */
static int load_media(struct store_tx *tx, struct loaded_campaign *c, msec_t now)
{
	int64_t no[MEDIA_PER_TEMPLATE_MAX];
	int n;
	if (template_media_of(tx, c->campaign.template_no, no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct media_at_meta at;
		if (no[i] == 0)
			continue;
		if (media_want(tx, no[i], c->campaign.sender_no, MEDIA_TO_SEND, now) < 0)
			return -1;
		int ready = media_ready(tx, no[i], c->campaign.sender_no, MEDIA_TO_SEND, now, c->arena, &at);
		if (ready < 0)
			return -1;
		if (ready == 2) {
			struct hold hold = hold_for(HOLD_MEDIUM, arena_printf(c->arena,
			                                                      "The template's medium could not be uploaded to "
			                                                      "WhatsApp: %s",
			                                                      at.reason));
			return campaign_hold(tx, 0, c->campaign.no, &hold, now) < 0 ? -1 : 1;
		}
		c->waits = c->waits || ready == 1;
		if (at.upload_ms > c->media_ms)
			c->media_ms = at.upload_ms;
		c->media[c->n_media++] = (struct media_ref){.media_no = no[i], .meta_id = at.meta_id};
	}
	return 0;
}

/* What is shown goes by Meta's ids of it. */
static void plan_media(struct loaded_campaign *c)
{
	struct template_media *shown[TEMPLATE_MAX_MEDIA];
	int n = template_form_media(&c->form, shown);
	for (int i = 0; i < n; i++)
		wa_plan_set_media(c->plan, i, media_ref_find(c->media, c->n_media, shown[i]->media_no));
}

/* 1: it was held instead. */
static int load_campaign(struct store_tx *tx, const struct campaign *from, msec_t now, struct loaded_campaign **ret)
{
	struct arena *arena = arena_create(4096);
	struct loaded_campaign *c = arena_alloc(arena, sizeof(*c));
	c->arena = arena;
	c->campaign = *from;
	c->campaign.name = arena_strdup(arena, from->name);
	c->campaign.sender_name = arena_strdup(arena, from->sender_name);
	c->campaign.hold = c->campaign.sender_hold = (struct hold){0}; /* it is not held: of its texts none are here */
	struct err err;
	if (template_read(tx, 0, from->template_no, arena, &c->tpl) != 0 ||
	    template_form_open(tx, &c->tpl, arena, &c->form, &err) != 0) {
		arena_destroy(arena);
		return -1;
	}
	int held = load_media(tx, c, now);
	if (held != 0) {
		arena_destroy(arena);
		return held;
	}
	c->plan = wa_plan_create(&c->tpl, &c->form);
	plan_media(c);
	*ret = c;
	return 0;
}

/* Its messages have what they need with them. 1: the sender has none. */
static int load_singles(struct store_tx *tx, int64_t sender_no, struct loaded_campaign **ret)
{
	struct arena *arena = arena_create(512);
	struct loaded_campaign *c = arena_alloc(arena, sizeof(*c));
	c->arena = arena;
	int found = singles_campaign(tx, sender_no, &c->campaign);
	if (found != 0)
		arena_destroy(arena);
	else
		*ret = c;
	return found;
}

/* The lane of a sender. 0: this node has it, under a new epoch in `ret` where it was taken just now; 1 it has not. */
static int load_lane(struct store_tx *tx, const struct load *load, const struct lane_row *lane, int *n_lanes,
                     struct loaded_sender *ret)
{
	if (lane->node_no != load->node_no && (lane->node_no != 0 || *n_lanes >= load->share))
		return 1;
	for (int i = 0; i < load->n_known && lane->node_no != 0; i++)
		if (load->known[i].sender_no == lane->sender_no && load->known[i].epoch == lane->epoch)
			return 0;
	int taken = lane_take(tx, lane->sender_no, load->node_no, load->now, &ret->epoch, &ret->doubtful);
	if (taken == 0 && lane->node_no == 0)
		++*n_lanes;
	return taken;
}

static int load_sender(struct store_tx *tx, struct load *load, struct loaded_sender *s)
{
	const struct sender *sender = &s->sender;
	struct campaign *campaign;
	int n;
	if (sender_token(tx, sender->no, load->arena, &s->token) != 0)
		return -1;
	if (campaigns_running(tx, sender->no, load->arena, &campaign, &n) != 0)
		return -1;
	s->campaign = arena_array(load->arena, (size_t)n + 1, sizeof(struct loaded_campaign *));
	for (int i = 0; i < n; i++) {
		int loaded = load_campaign(tx, &campaign[i], load->now, &s->campaign[s->n_campaigns]);
		if (loaded < 0)
			return -1;
		if (loaded == 1)
			continue;
		load->n_waiting += s->campaign[s->n_campaigns++]->waits;
	}
	int found = load_singles(tx, sender->no, &s->campaign[s->n_campaigns]);
	if (found == 0)
		s->n_campaigns++;
	return found < 0 ? -1 : 0;
}

static int next_due(struct store_tx *tx, msec_t *ret)
{
	msec_t expiry;
	if (campaign_next_due(tx, ret) < 0 || singles_next_expiry(tx, &expiry) < 0)
		return -1;
	*ret = *ret < 0 || (expiry >= 0 && expiry < *ret) ? expiry : *ret;
	return 0;
}

static int load_run(struct store_tx *tx, void *arg)
{
	struct load *load = arg;
	struct sender *sender;
	struct lane_row *lane;
	int n, n_rows, n_lanes = 0;
	drop_results(load); /* of a first try that was undone */
	if (sender_list_all(tx, load->arena, &sender, &n) != 0 || lanes_all(tx, load->arena, &lane, &n_rows) != 0 ||
	    next_due(tx, &load->next_due) != 0 || template_next_errand(tx, &load->next_template) != 0)
		return -1;
	load->sender = arena_array(load->arena, (size_t)n, sizeof(*load->sender));
	for (int i = 0; i < n_rows; i++)
		n_lanes += lane[i].node_no == load->node_no;
	for (int i = 0, k = 0; i < n; i++) {
		while (k < n_rows &&
		       lane[k].sender_no < sender[i].no) /* both are in order; a sender may be newer than the rows */
			k++;
		if (k == n_rows || lane[k].sender_no != sender[i].no)
			continue;
		struct loaded_sender *s = &load->sender[load->n_senders];
		*s = (struct loaded_sender){.sender = sender[i]};
		int has = load_lane(tx, load, &lane[k], &n_lanes, s);
		if (has < 0)
			return -1;
		if (has > 0)
			continue;
		load->n_senders++;
		if (load_sender(tx, load, s) < 0)
			return -1;
	}
	FAILPOINT(load_before);
	return 0;
}

struct load *load_create(int64_t node_no, int share, msec_t now, const struct lane_row *known, int n_known)
{
	struct arena *arena = arena_create(16384);
	struct load *load = arena_alloc(arena, sizeof(*load));
	struct lane_row *copy = arena_array(arena, (size_t)n_known, sizeof(*copy));
	if (n_known)
		memcpy(copy, known, (size_t)n_known * sizeof(*copy));
	load->arena = arena;
	load->node_no = node_no;
	load->share = share;
	load->now = now;
	load->known = copy;
	load->n_known = n_known;
	load->next_due = load->next_template = -1;
	load->job.run = load_run;
	return load;
}

void load_destroy(struct load *load)
{
	drop_results(load);
	struct arena *arena = load->arena;
	memset(load, 0, sizeof(*load));
	arena_destroy(arena);
}
