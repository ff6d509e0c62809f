#include "store/ledger_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/number.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/one.h"

#define NUMBER_MOST "999999999999999" /* as long as a number can be */

/* The first row at `seq` or behind it. 1 there is none. */
static int row_near(struct store_tx *tx, int64_t campaign_no, int64_t seq, int64_t *ret_seq, int64_t *ret_contact)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_LEDGER_ROW_NEAR, SQL_ARGS(sql_int(campaign_no), sql_int(seq)), &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got < 0 ? -1 : 1;
	*ret_seq = sql_col_int(rows, 0);
	*ret_contact = sql_col_int(rows, 1);
	return 0;
}

/* The row of this contact version, below `end`. 1 there is none. */
static int row_of_contact(struct store_tx *tx, int64_t campaign_no, int64_t end, int64_t contact_no, int64_t *ret)
{
	int64_t low = 1, seq, contact;
	while (low < end) {
		int64_t middle = low + (end - low) / 2;
		int got = row_near(tx, campaign_no, middle, &seq, &contact);
		if (got < 0)
			return -1;
		if (got == 0 && contact < contact_no)
			low = seq + 1;
		else if (got == 0 && contact == contact_no) {
			*ret = seq;
			return 0;
		} else
			end = middle;
	}
	return 1;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int contacts_of_number(struct store_tx *tx, int64_t audience_no, const char *digits, int64_t ret[LEDGER_FEW_NUMBERS])
{
	char greatest[NUMBER_BYTES + sizeof(NUMBER_MOST)];
	snprintf(greatest, sizeof(greatest), "%.15s" NUMBER_MOST, digits);
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_LEDGER_NUMBERS,
	              SQL_ARGS(sql_int(audience_no), sql_text(digits), sql_text(greatest), sql_int(LEDGER_FEW_NUMBERS)),
	              &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		ret[n++] = sql_col_int(rows, 0);
	return more < 0 ? -1 : n;
}

int ledger_by_number(struct store_tx *tx, int64_t campaign_no, int64_t audience_no, const char *digits,
                     int64_t ret_seq[LEDGER_FEW_NUMBERS], int *ret_n)
{
	int64_t contact[LEDGER_FEW_NUMBERS], end = 1;
	int n_contacts = contacts_of_number(tx, audience_no, digits, contact), n = 0;
	if (n_contacts < 0 || n_contacts == LEDGER_FEW_NUMBERS)
		return n_contacts < 0 ? -1 : 1;
	if (one_find(tx, STMT_LEDGER_END, SQL_ARGS(sql_int(campaign_no)), &end) < 0)
		return -1;
	for (int i = 0; i < n_contacts; i++) {
		int got = row_of_contact(tx, campaign_no, end, contact[i], &ret_seq[n]);
		if (got < 0)
			return -1;
		n += got == 0;
	}
	qsort(ret_seq, (size_t)n, sizeof(*ret_seq), compare);
	*ret_n = n;
	return 0;
}
