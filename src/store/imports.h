#pragma once
/* CSV imports: a durable job over a file kept beside the data. Each step commits its rows together with how far the import has
 * come, so a crash goes on exactly there: never half a row, never twice. */

#include "store/page.h"
#include "store/store.h"

enum import_status { IMPORT_WAITING = 0, IMPORT_RUNNING = 1, IMPORT_COMPLETED = 2, IMPORT_FAILED = 3, IMPORT_CANCELED = 4 };

struct import {
	int64_t no, account_no, audience_no;
	enum import_status status;
	const char *file;                       /* name in the import folder */
	const char *region;                     /* "" none */
	int64_t begin_bytes, bytes, done_bytes; /* of the file: where the CSV begins and ends, and how far it is read */
	int64_t line;                           /* last line read */
	/* What is read next, up to there, has so many contacts, of which so many are written; 0 nothing. */
	int64_t batch_end_bytes, batch_size, batch_rows;
	int64_t rows, added, updated, duplicates, invalid;
	const char *header; /* JSON array of the columns, once read */
	const char *error;  /* why it failed; NULL */
	msec_t create_ms, update_ms;
};

#define IMPORT_MAX_REJECTS 10000 /* kept with line and reason; the rest are counted */

struct import_reject {
	int64_t line;
	const char *text; /* the offending value, cut to 100 characters */
	const char *reason;
};

const char *import_status_text(enum import_status status);
must_check int import_create(struct store_tx *tx, int64_t account_no, int64_t audience_no, const char *file, int64_t begin_bytes,
                             int64_t bytes, const char *region, msec_t now, int64_t *ret_no);
must_check int import_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena,
                           struct import *ret); /* 1 unknown */
/* Those of an audience, the latest first. */
must_check int import_list(struct store_tx *tx, int64_t audience_no, struct page *page, struct arena *arena, struct import *ret,
                           int *ret_n);
/* Nobody else writes to it until this transaction is over. */
must_check int import_lock(struct store_tx *tx, int64_t no);
/* The oldest that is waiting or running; 1 none. */
must_check int import_next(struct store_tx *tx, struct arena *arena, struct import *ret);
/* Those of an account that are waiting or running, the first `max`. */
must_check int imports_open(struct store_tx *tx, int64_t account_no, struct arena *arena, struct import *ret, int max,
                            int *ret_n);
/* Does an import that is waiting or running need this file? */
must_check int import_needs_file(struct store_tx *tx, const char *file, bool *ret);
/* Store progress (all counters, header, done_bytes, line, batch, status, error); 1 when it was canceled meanwhile: undo the step.
 */
must_check int import_save(struct store_tx *tx, const struct import *import, msec_t now);
must_check int import_reject_add(struct store_tx *tx, int64_t import_no, const struct import_reject *reject);
must_check int import_rejects(struct store_tx *tx, int64_t import_no, int64_t after_line, struct arena *arena,
                              struct import_reject *ret, int max, int *ret_n);
must_check int import_cancel(struct store_tx *tx, int64_t account_no, int64_t no, msec_t now); /* 1 unknown, 2 already over */
