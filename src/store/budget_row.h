#pragma once
/* Inside store: what a move of a ledger row means for the budget of its sender's portfolio. */

#include "store/budget.h"
#include "store/ledger_gate.h"

/* After row_move: a message that certainly does not arrive gives its place back, one that arrives holds it from then on.
 * `gate`: of the row's campaign. */
must_check int budget_follow(struct store_tx *tx, const struct ledger_gate *gate, const struct row *was, const struct row *is);
