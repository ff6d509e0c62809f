#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/template.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/hold_row.h"
#include "store/hook_note.h"
#include "store/ledger_row.h"
#include "store/one.h"
#include "store/tally_batch.h"

#define MAX_PATH 1024
#define MAX_ROWS 1000 /* of single messages at once */

/* ---- making one ---- */

static const struct sql_options plain = {.texts = store_texts, .n_texts = N_STMTS};

static int copy_into(const char *url, const char *part, struct err *err)
{
	struct sql_options reading = plain;
	struct sql_db *from = NULL;
	reading.read_only = true;
	if (sql_open(url, &reading, &from, err) < 0)
		return -1;
	int result = sql_copy(from, part, err);
	sql_close(from);
	return result;
}

static int mark(const char *part, msec_t now, struct err *err)
{
	char url[MAX_PATH + 16], when[32];
	struct sql_db *db = NULL;
	snprintf(url, sizeof(url), "sqlite:%s", part);
	int n = snprintf(when, sizeof(when), "%lld", (long long)now);
	if (sql_open(url, &plain, &db, err) < 0)
		return -1;
	int result = sql_run(db, STMT_BACKUP_MARK, SQL_ARGS(sql_blob(when, (size_t)n)), NULL);
	if (result < 0)
		err_set(err, "%s", sql_error(db));
	sql_close(db); /* and its log with it */
	return result;
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	if (fd < 0)
		return -1;
	int result = fsync(fd);
	close(fd);
	return result;
}

/* Under its name, durably, and never in the place of another file. */
static int publish(const char *part, const char *file, struct err *err)
{
	char folder[MAX_PATH];
	const char *slash = strrchr(file, '/');
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) : 1, slash ? file : ".");
	if (sync_path(part, 0) < 0 || link(part, file) < 0 || sync_path(*folder ? folder : "/", O_DIRECTORY) < 0)
		return err_set(err, "%s cannot be written: %s", file, strerror(errno));
	return 0;
}

int backup_make(const struct store_options *o, const char *file, msec_t now, struct err *err)
{
	char part[MAX_PATH];
	int n = snprintf(part, sizeof(part), "%s.part-%d", file, (int)getpid());
	if (n < 0 || (size_t)n >= sizeof(part))
		return err_set(err, "the path of the backup is too long");
	if (access(file, F_OK) == 0)
		return err_set(err, "%s exists already", file);
	int fd = open(part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, "%s cannot be written: %s", part, strerror(errno));
	close(fd);
	int result = copy_into(o->url, part, err);
	if (result == 0)
		result = mark(part, now, err);
	if (result == 0)
		result = publish(part, file, err);
	unlink(part);
	return result;
}

/* ---- opening one ---- */

/* In the place of whatever held it: nothing that lifts itself may let it go on. */
static int hold_all(struct store_tx *tx, msec_t backup_ms, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	char when[CLOCK_TEXT_BYTES];
	int64_t *no;
	int n;
	clock_format(backup_ms, when);
	const struct hold hold = hold_for(
		HOLD_RESTORED,
		arena_printf(arena,
	                     "The server began anew from a backup of %s: who was written to since then is shown as "
	                     "queued, and would be written to again. The 24-hour budget knows nothing of them either, so more "
	                     "people than WhatsApp permits may be written to within a day of that.",
	                     when));
	if (one_numbers(tx, STMT_BACKUP_CAMPAIGNS, NULL, 0, arena, &no, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (sql_run(tx->db, STMT_BACKUP_HOLD, SQL_ARGS(sql_int(no[i]), HOLD_VALUES(&hold), sql_int(now)), NULL) < 0 ||
		    activity_add(tx, ACTIVITY_CAMPAIGN_HELD, no[i], ACTIVITY_HOLD(&hold), now) < 0 ||
		    hook_note_campaign(tx, no[i], now) < 0)
			return -1;
	return 0;
}

struct place {
	int64_t campaign_no, seq;
};

/* How many there were from `last` on. */
static int skip_some(struct store_tx *tx, struct place *last, msec_t now)
{
	arena_auto struct arena *arena = arena_create(16384);
	tally_batch_auto struct tally_batch *batch = tally_batch_create();
	struct place *place = arena_array(arena, MAX_ROWS, sizeof(*place));
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_BACKUP_SINGLES, SQL_ARGS(sql_int(last->campaign_no), sql_int(last->seq), sql_int(MAX_ROWS)),
	              &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		place[n++] = (struct place){sql_col_int(rows, 0), sql_col_int(rows, 1)};
	if (more < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct row row;
		if (row_load(tx, place[i].campaign_no, place[i].seq, arena, &row) != 0 ||
		    row_skip(tx, batch, &row, RULE_RESTORED) < 0)
			return -1;
		*last = place[i];
	}
	return rows_finish(tx, batch, now) < 0 ? -1 : n;
}

static int awake(struct store_tx *tx, msec_t backup_ms, msec_t now)
{
	struct place last = {0};
	int n;
	if (hold_all(tx, backup_ms, now) < 0 || sql_run(tx->db, STMT_BACKUP_UNDECIDE, NULL, 0, NULL) < 0)
		return -1;
	while ((n = skip_some(tx, &last, now)) == MAX_ROWS)
		;
	return n < 0 ? -1 : sql_run(tx->db, STMT_BACKUP_UNMARK, NULL, 0, NULL);
}

static int read_mark(struct store_tx *tx, msec_t *ret)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	char when[32] = "";
	size_t n = 0;
	if (sql_query(tx->db, STMT_BACKUP_MARKED, NULL, 0, &rows) < 0)
		return -1;
	int got = sql_next(rows);
	if (got <= 0)
		return got;
	const void *value = sql_col_blob(rows, 0, &n);
	memcpy(when, value, n < sizeof(when) ? n : sizeof(when) - 1);
	*ret = strtoll(when, NULL, 10);
	return 0;
}

int backup_awake(struct store_tx *tx, msec_t now, msec_t *ret_backup_ms, struct err *err)
{
	*ret_backup_ms = -1;
	if (sql_begin(tx->db) < 0 || read_mark(tx, ret_backup_ms) < 0 ||
	    (*ret_backup_ms >= 0 && awake(tx, *ret_backup_ms, now) < 0) || sql_commit(tx->db) < 0) {
		err_set(err, "whether the database is a restored backup cannot be told: %s", sql_error(tx->db));
		sql_rollback(tx->db);
		return -1;
	}
	return 0;
}
