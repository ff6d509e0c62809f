#pragma once
/* Numbers never to be written to, by account. Freezing and claiming look them up in the same transaction, so a running
 * campaign obeys one from the moment it stands. */

#include "store/page.h"
#include "store/store.h"

struct optout {
	int64_t no, account_no;
	const char *number;
	const char *source; /* `inbound`: a word that the person wrote; `whatsapp`: Meta's own switch; `api` */
	const char *text;   /* the word, or the client's note; "" none */
	msec_t at_ms;
};

/* The newer word wins by `at`; `out` false is START, and is remembered, so that an older STOP that comes late does not win. A
 * number that goes out anew gets a new row. */
must_check int optout_set(struct store_tx *tx, int64_t account_no, const char *number, bool out, const char *source,
                          const char *text, msec_t at);
/* The same for a word that is given now, and wins whatever was said before. */
must_check int optout_say(struct store_tx *tx, int64_t account_no, const char *number, bool out, const char *source,
                          const char *text, msec_t now);
must_check int optout_has(struct store_tx *tx, int64_t account_no, const char *number, bool *ret);

/* 0, 1 unknown or not out any more. */
must_check int optout_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct optout *ret);
must_check int optout_of_number(struct store_tx *tx, int64_t account_no, const char *number, struct arena *arena,
                                struct optout *ret);

struct optout_filter {
	const char *search;  /* part of the number; NULL any */
	const char *sources; /* comma list without blanks; NULL any */
};
must_check int optout_list(struct store_tx *tx, int64_t account_no, const struct optout_filter *filter, struct page *page,
                           struct arena *arena, struct optout *ret, int *ret_n);
