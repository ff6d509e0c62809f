#pragma once
/* Inside store: a campaign's rows by the number written to. The ledger has no index of numbers: the audience's contacts have one,
 * and a campaign's rows stand in the order of the contact versions they refer to (ledger_freeze), so each is found by halving. */

#include "store/store.h"

#define LEDGER_FEW_NUMBERS 100

/* The rows whose numbers begin with `digits`, in their order. 1 when that many contacts, or more, begin so: look row by row. */
must_check int ledger_by_number(struct store_tx *tx, int64_t campaign_no, int64_t audience_no, const char *digits,
                                int64_t ret_seq[LEDGER_FEW_NUMBERS], int *ret_n);
