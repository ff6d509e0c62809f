#pragma once
/* The recipients of one campaign, one ledger row each: in pages, and whole for an export. */

#include "model/campaign.h"
#include "store/ledger.h"
#include "store/page.h"

#define RECIPIENT_MAX_CODES 8

struct recipient_filter {
	unsigned states;    /* bit per state; 0 any */
	const char *search; /* beginning of the number; NULL any */
	/* Meta's codes of failed rows, and rules of skipped ones as negative numbers; 0 of them: any. */
	int64_t code[RECIPIENT_MAX_CODES];
	int n_codes;
	const char *countries; /* their numbers between commas (",201,"), 0 for those of no one country; NULL any */
	const char *button;    /* who tapped it: the payload that the template gave it; NULL any */
};

/* Of a ledger_row everything is filled in but what is the campaign's: its name, sender and template. The latest row first; the
 * page's key is the row's number. */
must_check int recipient_list(struct store_tx *tx, int64_t campaign_no, int64_t audience_no,
                              const struct recipient_filter *filter, struct page *page, struct arena *arena,
                              struct ledger_row *ret, int *ret_n);

/* What holds a campaign's messages that wait. */
struct recipient_holds {
	struct hold campaign, sender;
	enum on_unconfirmed on_unconfirmed;
	const char *medium; /* the campaign waits for one of its template's; NULL it does not */
	msec_t place_at;    /* when the 24-hour budget has a place for its next message; not after now: it has one */
	int64_t limit_24h;  /* people in that budget; -1 no limit */
};
/* Of any campaign, also the hidden one of a sender's single messages. 1 unknown. */
must_check int recipient_holds(struct store_tx *tx, int64_t campaign_no, msec_t now, struct arena *arena,
                               struct recipient_holds *ret);

#define RECIPIENT_STRETCH 1000
/* Those among the rows `from_seq` + 1 to `from_seq` + RECIPIENT_STRETCH, in their order, so that one stretch costs the same
 * however few are wanted. `ret` has room for RECIPIENT_STRETCH. 1 when no row is behind the stretch. */
must_check int recipient_stretch(struct store_tx *tx, int64_t campaign_no, int64_t audience_no, int64_t from_seq,
                                 const struct recipient_filter *filter, struct arena *arena, struct ledger_row *ret, int *ret_n);
