#pragma once
/* A backup of a running server's SQLite database, and what becomes of one that is put in its place.
 *
 * The copy bears a mark, which the original never has. The first program that opens the copy as its database finds the mark and,
 * before anything can be sent, holds every campaign that is not over and gives up the single messages that still wait; the mark
 * goes in the same transaction. So what was sent after the backup was made is not sent again, until a person says so. Files that
 * are copied while the server is stopped bear no mark: that is a move. */

#include "store/store.h"

/* The database of `options`, which others may use meanwhile, into the new file `file` with mode 0600. It has its name when it is
 * whole and durable. -1 when `file` exists. */
must_check int backup_make(const struct store_options *options, const char *file, msec_t now, struct err *err);

/* At the opening: *ret_backup_ms is when the backup was made that is opened for the first time, -1 when it is none. */
must_check int backup_awake(struct store_tx *tx, msec_t now, msec_t *ret_backup_ms, struct err *err);
