#pragma once
/* Messages as clients see them: rows of the ledger, of campaigns and single ones, and beside them what people wrote. One list of
 * both kinds, by the time at which each was made. */

#include "model/message.h"
#include "model/number_range.h"
#include "store/ledger.h"

struct message_filter {
	bool sent, received; /* MT, MO */
	int64_t campaign[FILTER_MAX_VALUES];
	int n_campaigns;       /* none: any */
	unsigned statuses;     /* bit per message_status; 0: any */
	const char *senders;   /* numbers between commas, one before the first and one behind the last; NULL: any */
	const char *countries; /* number_country_code, in the same way */
	msec_t from_ms, until_ms;
	struct filter_names from;                  /* the sender's name, or the number of whoever wrote */
	struct number_range to[FILTER_MAX_VALUES]; /* the number written to, or the sender's; no two overlap */
	int n_to;                                  /* none: any */
};

/* What a person wrote. */
struct inbound_seen {
	int64_t no, account_no, sender_no;
	const char *number, *wamid, *type, *text, *payload, *context_id;
	msec_t at_ms, create_ms;
	const char *sender_name, *sender_code;
};
must_check int inbound_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena,
                            struct inbound_seen *ret); /* 1 unknown */

struct message {
	bool is_inbound;
	union {
		struct ledger_row row;
		struct inbound_seen inbound;
	};
};
must_check int message_list(struct store_tx *tx, int64_t account_no, const struct message_filter *filter, struct page *page,
                            struct arena *arena, struct message *ret, int *ret_n);
