#include "store/ledger_gate.h"

#include <string.h>

#include "model/number.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/one.h"

#define CAP_FIRST_MS DAY_MS /* Meta punishes whoever tries again sooner */
#define CAP_JITTER 20       /* a twentieth of the pause at most, so that not all come on the same minute */

int ledger_gate_open(struct store_tx *tx, int64_t campaign_no, struct ledger_gate *gate)
{
	if (gate->campaign_no == campaign_no)
		return 0;
	*gate = (struct ledger_gate){.campaign_no = campaign_no, .start_ms = -1};
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_LEDGER_GATE, SQL_ARGS(sql_int(campaign_no)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	enum campaign_status status = (enum campaign_status)sql_col_int(rows, 0);
	bool stands = sql_col_int(rows, 1) == 0 && sql_col_int(rows, 2) == 0;
	size_t n = 0;
	const void *hash = sql_col_blob(rows, 7, &n);
	if (n == SECRET_HASH_BYTES)
		memcpy(gate->secret_hash, hash, n);
	gate->known = true;
	gate->canceled = status == CAMPAIGN_CANCELED;
	gate->retries_capped = stands && (status == CAMPAIGN_IN_PROGRESS || status == CAMPAIGN_COMPLETED);
	gate->deadline = row_col_time(rows, 3);
	gate->begun_ms = row_col_time(rows, 4);
	gate->start_ms = sql_col_int(rows, 9) == 0 ? row_col_time(rows, 4) : -1;
	gate->account_no = sql_col_int(rows, 5);
	gate->sender_no = sql_col_int(rows, 6);
	gate->portfolio_no = sql_col_int(rows, 8);
	gate->campaign_resume_ms = sql_col_int(rows, 10);
	gate->sender_resume_ms = sql_col_int(rows, 11);
	return 0;
}

int ledger_gate_lock(struct store_tx *tx, int64_t campaign_no)
{
	return one_find(tx, STMT_LEDGER_GATE_LOCK, SQL_ARGS(sql_int(campaign_no)), NULL) < 0 ? -1 : 0;
}

static msec_t cap_pause(const struct row *r)
{
	msec_t pause = CAP_FIRST_MS;
	for (int i = 1; i < r->caps && pause < 30 * DAY_MS; i++)
		pause += pause / 2;
	return pause + r->seq % 1000 * (pause / CAP_JITTER) / 1000;
}

msec_t ledger_capped_end(msec_t deadline, msec_t begun, const struct row *row)
{
	if (deadline >= 0)
		return deadline;
	return (row->tried_ms > begun ? row->tried_ms : begun) + CAMPAIGN_CAPPED_DEFAULT_MS;
}

void ledger_cap(const struct ledger_gate *gate, struct row *is, msec_t now)
{
	is->code = CAPPED_CODE;
	if (is->caps++ == 0)
		is->tried_ms = is->claimed_ms;
	is->held = false;
	is->doubt_ms = -1;
	msec_t again = now + cap_pause(is);
	if (!gate->retries_capped || again > ledger_capped_end(gate->deadline, gate->begun_ms, is) ||
	    is->country == number_region_code("US")) {
		is->state = STATE_FAILED;
		is->failed_ms = now;
		is->not_before = -1;
		return;
	}
	is->state = STATE_QUEUED;
	is->not_before = again;
	is->accepted_ms = is->sent_ms = is->failed_ms = -1;
	is->wamid = NULL;
}

int ledger_cap_note(struct store_tx *tx, const struct ledger_gate *gate, int64_t seq, msec_t now)
{
	return sql_run(tx->db, STMT_CAPPED_NOTE,
	               SQL_ARGS(sql_int(gate->campaign_no), sql_int(seq), sql_int(gate->account_no), sql_int(now)), NULL);
}
