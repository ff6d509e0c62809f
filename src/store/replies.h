#pragma once
/* Taps on the quick replies of a campaign's messages: each button of a message counts once, however often it is tapped. */

#include "store/senders.h"
#include "store/store.h"

#define REPLY_MAX_BUTTON_BYTES 1024
#define REPLY_MAX_BUTTONS 200 /* told of one campaign; a template has at most a hundred */

/* `hash`: the app secret that signed the event, which must be the campaign's sender's. `button`: the payload that the template
 * gave the button; cut to REPLY_MAX_BUTTON_BYTES. 1 when it was counted before, or the row is nobody's. */
must_check int reply_add(struct store_tx *tx, const unsigned char hash[SECRET_HASH_BYTES], int64_t campaign_no, int64_t seq,
                         const char *button, const char *text, msec_t at);

struct reply_count {
	const char *button; /* its payload */
	const char *text;   /* what it said when it was tapped last */
	int64_t n;
};
/* Most first. `ret` has room for REPLY_MAX_BUTTONS. */
must_check int reply_counts(struct store_tx *tx, int64_t campaign_no, struct arena *arena, struct reply_count *ret, int *ret_n);
