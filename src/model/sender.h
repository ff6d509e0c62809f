#pragma once
/* A sender: one WhatsApp business phone number. Pure rules. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/json.h"
#include "model/fault.h"
#include "model/hold.h"
#include "model/number.h"

#define SENDER_NAME_MAX 45
#define SENDER_CODE_MAX 45
#define SENDER_DEFAULT_LIMIT 80 /* messages a second, Meta's default throughput */

struct sender {
	int64_t no;
	int64_t account_no;
	const char *name;
	const char *code; /* digits */
	const char *phone_number_id;
	const char *waba_id;
	const char *status;  /* available | blocked | flagged | restricted */
	const char *quality; /* GREEN | YELLOW | RED | UNKNOWN */
	const char *tier;    /* TIER_250 … TIER_UNLIMITED, "" unknown */
	int64_t limit_mps;   /* Meta's throughput */
	int64_t rate_cap;    /* the owner's ceiling, 0 none */
	struct hold hold;    /* of the lane */
	msec_t create_ms;
	msec_t update_ms;
	int64_t portfolio_no; /* whose numbers share the limit of people in 24 hours; 0 not known yet */
	int64_t limit_24h;    /* that limit; -1 none, or not known */
};

/* A decoded create or update body; NULL = not given. All borrowed. */
struct sender_request {
	const char *name;
	const char *code;
	const char *channel;
	const char *phone_number_id;
	const char *waba_id;
	const char *access_token;
	const char *app_secret;
	int64_t rate;                   /* JSON_NO_INT: not given */
	bool no_rate;                   /* of a change: it is to have none any more */
	char code_digits[NUMBER_BYTES]; /* set by the judge */
};

/* Judge a create body; faults in field order. */
void sender_judge(struct sender_request *req, struct faults *faults);
/* Judge an update: only what is given. */
void sender_judge_update(struct sender_request *req, struct faults *faults);
/* Messages a second that a lane keeps to: Meta's limit (0: the default), a hundredth below where it is large, since the limiter's
 * clock is not ours; never above the caps, 0 none. */
int64_t sender_pace(int64_t limit_mps, int64_t rate_cap, int64_t campaign_rate);
/* Meta's words TIER_250, TIER_2K, TIER_10K, TIER_100K, TIER_UNLIMITED: people in 24 hours, -1 without a limit, 0 for any other
 * word. */
int64_t sender_tier_people(const char *tier);
/* The channel word in any case: true when it is whatsapp. SMS and VIBER are known names that are not served. */
bool channel_is_whatsapp(const char *word);
bool channel_is_known(const char *word);
