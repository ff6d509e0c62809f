#pragma once
/* A campaign: one template to one audience from one sender, now or at a time. Pure rules. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/uuid.h"
#include "model/fault.h"
#include "model/hold.h"
#include "model/states.h"

#define CAMPAIGN_NAME_MAX 45
#define CAMPAIGN_LATE_START_DEFAULT_MIN 60
#define CAMPAIGN_BRAKE_DEFAULT_PCT 50
#define CAMPAIGN_CANARY_WAIT_DEFAULT_MIN 30
#define CAMPAIGN_CAPPED_DEFAULT_MS (3 * DAY_MS) /* without a deadline: how long one that WhatsApp held back is tried again */

enum campaign_status { CAMPAIGN_SCHEDULED = 0, CAMPAIGN_IN_PROGRESS = 1, CAMPAIGN_COMPLETED = 2, CAMPAIGN_CANCELED = 3 };
enum on_capped { CAPPED_RETRY = 0, CAPPED_FAIL = 1 };
enum on_unconfirmed { UNCONFIRMED_HOLD = 0, UNCONFIRMED_RESEND = 1 };
/* What a person says of messages that are unconfirmed; in the database. */
enum decision { DECISION_NONE = 0, DECISION_RESEND = 1, DECISION_GIVE_UP = 2 };

struct campaign {
	int64_t no;
	int64_t account_no;
	const char *name;
	enum campaign_status status;
	int64_t sender_no, template_no, audience_no;
	const char *sender_name; /* as the request's `from` said */
	msec_t schedule_ms;      /* -1: at once */
	msec_t deadline_ms;      /* -1: the default after its start */
	msec_t start_ms, end_ms; /* -1 before */
	enum on_unconfirmed on_unconfirmed;
	enum on_capped on_capped; /* what becomes of messages that WhatsApp holds back from a person */
	int64_t late_start_limit_min;
	int64_t rate;                  /* ceiling below the sender's; 0 none */
	int64_t brake;                 /* percent of failures above which it is held; 0 never */
	int64_t canary;                /* recipients after whom it is held and judged; 0 none */
	int64_t canary_wait_min;       /* for how long */
	bool frozen;                   /* every recipient has its row */
	bool singles;                  /* no campaign of a client's: its rows are single messages, and it is never over */
	struct hold hold, sender_hold; /* its own, and its sender's */
	msec_t create_ms, update_ms;
	int64_t count[N_STATES]; /* rows by state */
};

struct campaign_request {
	const char *name, *channel, *from, *template_id, *audience_id, *schedule;
	const char *timezone, *deadline, *on_unconfirmed, *on_capped;
	int64_t late_start_limit, rate, brake, canary, canary_wait; /* JSON_NO_INT: not given */
	bool has_schedule;                                          /* `schedule` was there and not null */
	/* set by the judge */
	struct uuid template_uuid, audience_uuid;
	msec_t schedule_ms; /* -1: at once */
	msec_t deadline_ms; /* -1: default */
};

/* Shape and rules that need no database; faults in field order. `n_fault_slots`: the store adds its own (1604, 1616,
 * 1617, 1608, 1614) in the same order, see campaign_field_order. */
void campaign_judge(struct campaign_request *req, msec_t now, struct faults *faults);
/* For PUT: name, schedule and timezone as given. */
void campaign_judge_update(struct campaign_request *req, msec_t now, struct faults *faults);
/* May it be put off to then (1611, 1615)? */
void campaign_judge_reschedule(const struct campaign *c, msec_t schedule_ms, struct faults *faults);
/* Bring faults into the order name, channel, from, template, audience, schedule, the rest. Stable. */
void campaign_sort_faults(struct faults *faults);
const char *campaign_status_text(enum campaign_status status);
bool campaign_status_parse(const char *text, enum campaign_status *ret); /* any case */
