#pragma once
/* Inside the lane: its parts, shared by lane.c (what to claim), lane_post.c (the wire) and lane_record.c (the outcomes). */

#include "delivery/lane.h"
#include "store/ledger.h"

#define BUSY_US 5000 /* the store's mailbox was full: again after this */

struct lane_campaign {
	struct loaded_campaign *loaded;
	struct pacer pacer; /* of the campaign's own rate; used when it has one */
	bool frozen;
	bool held;      /* a rule held it in this lane; forgotten when it is loaded anew */
	bool dry;       /* nothing to claim before look_at */
	bool fed;       /* rows were added since the last claim began, which may not have seen them */
	bool reported;  /* that it ran dry was told once */
	msec_t look_at; /* -1: only news will do */
	msec_t rest_until;
	struct lane_campaign *next;
};

/* Outcomes that wait to be recorded, with memory of their own. */
struct outcome_batch {
	struct job job;
	struct lane *lane;
	struct arena *arena;
	struct outcome *outcome;
	int n, cap;
	int64_t epoch;
	msec_t now;
	/* what the outcomes ask for besides, done in the same transaction */
	struct hold sender_hold, campaign_hold; /* their texts are static, or in `arena` */
	bool reachable;                         /* lift the hold of a sender that cannot reach WhatsApp */
	int64_t campaign_hold_no;
	const char *warning;                /* of recipients that are given up, for the log; static; NULL none */
	int64_t pace_mps, pace_ceiling_mps; /* a turning point of the lane's pace, for the log; 0 none */
	int64_t forget_template_no;         /* its media of before forget_until (inclusive) are unknown at Meta; 0 none */
	msec_t forget_until;
};

struct lane {
	struct lane_context *context;
	int64_t sender_no, epoch;
	char *phone_number_id, *token;
	struct pacer pacer;
	bool held, gone;
	bool slowed;                            /* by WhatsApp, as the log knows it */
	bool leaving;                           /* it goes to another node: nothing new begins */
	struct lane_campaign *campaigns, *turn; /* turn: whose turn it is to claim */

	bool claiming;
	usec_t claim_again_us; /* after trouble with the store */
	bool unsure;       /* a commit failed and may stand all the same; nothing is claimed until all outcomes are recorded */
	int n_claimed;     /* posted or about to be, not answered */
	int n_unrecorded;  /* answered, not recorded */
	usec_t latency_us; /* of answers, smoothed */

	struct outcome_batch *filling, *writing;
	usec_t write_again_us; /* a record that failed is tried again then; 0 none */

	int ambiguous; /* in a row */
	bool probing;  /* one message at a time, with growing pauses */
	usec_t pause_until_us, pause_us;
	usec_t trouble_us; /* since when, while pause_us is not 0 */
	usec_t warned_us;  /* when a person was told last of recipients that are given up; 0 never */
	bool unreachable;  /* a hold says so; the database may know it from before this lane */

	bool resending;
	msec_t resend_at;       /* -1 never */
	msec_t listening_since; /* to webhooks, without a break */
};

/* The lane's single messages, which go before all campaigns; NULL: there have been none. */
struct lane_campaign *lane_singles(const struct lane *lane);
struct lane_campaign *lane_find(const struct lane *lane, int64_t campaign_no);
/* Not held, not leaving, and within the lease. */
bool lane_may_begin(const struct lane *lane, struct now now);
/* How many more rows may be in doubt at once. */
int lane_room(const struct lane *lane);
/* So many more rows are claimed or on the wire; fewer, when negative. */
void lane_take_out(struct lane *lane, int n);

/* Post claimed rows; what cannot be posted becomes an outcome at once. */
void lane_post(struct lane *lane, struct claimed_row *rows, int n, struct now now);

/* Claimed rows of which nothing leaves, among them those whose claim may not stand. */
void lane_unpost(struct lane *lane, const struct claimed_row *rows, int n, struct now now);

/* A campaign has messages in doubt that are to be sent again: look at them in time. */
void lane_plan_resend(struct lane *lane, msec_t now);
/* Send again what is in doubt for long enough. Microseconds until it is to be looked at again, -1 never. */
usec_t lane_resend(struct lane *lane, struct now now);

/* One outcome more; texts are copied. */
void lane_outcome(struct lane *lane, const struct outcome *outcome);
/* Hand what was gathered to the store, when it is not busy with the last. */
void lane_record(struct lane *lane, struct now now);
/* Hold the sender, or one campaign, with the next record. */
void lane_hold_sender(struct lane *lane, const struct hold *hold);
void lane_hold_campaign(struct lane *lane, int64_t campaign_no, const struct hold *hold);
/* Recipients are given up for a reason that is not theirs: it is told with the next record, once an hour. `reason` is static. */
void lane_warn(struct lane *lane, const char *reason, struct now now);
/* WhatsApp cannot be reached, or gives no clear answers, for a while: a hold says so with the next record. And it is over. */
void lane_hold_unreachable(struct lane *lane, const char *reason);
void lane_reachable(struct lane *lane);
/* Meta does not know the medium's id that this campaign's messages named, which was got at `media_ms`: it is uploaded anew with
 * the next record, and the campaign waits; with a `reason` it is held until a person resumes it. */
void lane_forget_media(struct lane *lane, int64_t campaign_no, msec_t media_ms, const char *reason);

/* From 0 to `span` - 1. */
int64_t lane_jitter(struct lane *lane, int64_t span);
