#include "store/hook_events.h"

#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/hook_note.h"
#include "store/ledger_row.h"
#include "store/list.h"
#include "store/one.h"

/* ---- making them ---- */

int hook_event_add(struct store_tx *tx, int64_t hook_no, int64_t subject, const char *body, msec_t now)
{
	return sql_run(tx->db, STMT_HOOK_EVENT_INSERT, SQL_ARGS(sql_int(hook_no), sql_int(subject), sql_text(body), sql_int(now)),
	               NULL);
}

int hook_events_added(struct store_tx *tx, int64_t hook_no, int64_t n)
{
	int64_t waiting = 0, dropped = 0;
	if (one_find(tx, STMT_HOOK_WAITS, SQL_ARGS(sql_int(hook_no), sql_int(n)), &waiting) < 0)
		return -1;
	tx->has_events = true;
	if (waiting <= HOOK_MAX_WAITING)
		return 0;
	if (sql_run(tx->db, STMT_HOOK_EVENT_DROP, SQL_ARGS(sql_int(hook_no), sql_int(waiting - HOOK_MAX_WAITING)), &dropped) < 0)
		return -1;
	return sql_run(tx->db, STMT_HOOK_DROPPED, SQL_ARGS(sql_int(hook_no), sql_int(dropped)), NULL);
}

/* ---- telling them ---- */

int hook_events_due(struct store_tx *tx, int64_t hook_no, msec_t now, int max, struct arena *arena, struct hook_due *ret,
                    int *ret_n, msec_t *ret_next)
{
	sql_rows_auto struct sql_rows *rows = NULL, *next = NULL;
	if (sql_query(tx->db, STMT_HOOK_EVENTS_DUE, SQL_ARGS(sql_int(hook_no), sql_int(now), sql_int(max)), &rows) < 0)
		return -1;
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		ret[n++] = (struct hook_due){.no = sql_col_int(rows, 0),
		                             .subject = sql_col_int(rows, 1),
		                             .body = one_text(rows, 2, arena),
		                             .attempts = (int)sql_col_int(rows, 3),
		                             .since_ms = sql_col_int(rows, 4)};
	if (more < 0 || sql_query(tx->db, STMT_HOOK_EVENTS_NEXT, SQL_ARGS(sql_int(hook_no), sql_int(now)), &next) < 0 ||
	    sql_next(next) != 1)
		return -1;
	*ret_n = n;
	*ret_next = row_col_time(next, 0);
	return 0;
}

static struct sql_value status_or_null(int http_status)
{
	return http_status ? sql_int(http_status) : sql_null();
}

/* What the results of one hook come to. */
struct settled {
	int64_t n_done[N_HOOK_STATES];
	int64_t most_tries; /* of an event that comes again */
	const char *reason; /* of the last one */
};

static int try_again(struct store_tx *tx, const struct hook_result *r, struct settled *sum)
{
	int64_t tries = 0;
	if (one_find(tx, STMT_HOOK_EVENT_AGAIN,
	             SQL_ARGS(sql_int(r->event_no), sql_int(r->next_ms), status_or_null(r->http_status), sql_text(r->reason)),
	             &tries) < 0)
		return -1;
	if (tries > sum->most_tries)
		sum->most_tries = tries;
	/* Not needed for their order, which hook_events_due keeps: they need not be looked at before. */
	return sql_run(tx->db, STMT_HOOK_EVENTS_BEHIND,
	               SQL_ARGS(sql_int(r->hook_no), sql_int(r->subject), sql_int(r->event_no), sql_int(r->next_ms)), NULL);
}

/* It was given up while it was on the wire, or it is gone. */
static int taken_late(struct store_tx *tx, const struct hook_result *r, msec_t now, struct settled *sum)
{
	int64_t changes = 0;
	if (sql_run(tx->db, STMT_HOOK_EVENT_TAKEN_LATE,
	            SQL_ARGS(sql_int(r->event_no), status_or_null(r->http_status), sql_int(now)), &changes) < 0)
		return -1;
	sum->n_done[HOOK_DELIVERED] += changes;
	sum->n_done[HOOK_FAILED] -= changes;
	return 0;
}

static int settle_one(struct store_tx *tx, const struct hook_result *r, msec_t now, struct settled *sum)
{
	int64_t changes = 0;
	sum->reason = r->reason;
	if (r->state == HOOK_WAITING)
		return try_again(tx, r, sum);
	if (sql_run(tx->db, STMT_HOOK_EVENT_DONE,
	            SQL_ARGS(sql_int(r->event_no), sql_int(r->state), status_or_null(r->http_status), sql_text(r->reason),
	                     sql_int(now)),
	            &changes) < 0)
		return -1;
	sum->n_done[r->state] += changes;
	return r->state == HOOK_DELIVERED && !changes ? taken_late(tx, r, now, sum) : 0;
}

#define FAILING_TRIES 3 /* of one event */

/* A hook is failing once an event was refused again and again, until one is taken. */
static int judge(struct store_tx *tx, int64_t hook_no, const struct settled *sum, msec_t now)
{
	int64_t changes = 0;
	bool works = sum->n_done[HOOK_DELIVERED] > 0;
	if (!works && sum->most_tries < FAILING_TRIES)
		return 0;
	if (sql_run(tx->db, STMT_HOOK_SET_FAILING, SQL_ARGS(sql_int(hook_no), sql_int(!works)), &changes) < 0)
		return -1;
	if (!changes)
		return 0;
	return works ? activity_add(tx, ACTIVITY_WEBHOOK_WORKING, hook_no, ACTIVITY_NO_FACTS, now)
	             : activity_add(tx, ACTIVITY_WEBHOOK_FAILING, hook_no,
	                            ACTIVITY_FACTS({"reason", sum->reason ? sum->reason : "it was not taken.", 0}), now);
}

int hook_events_settle(struct store_tx *tx, const struct hook_result *results, int n, msec_t now)
{
	for (int i = 0; i < n;) {
		int64_t hook_no = results[i].hook_no;
		struct settled sum = {0};
		for (; i < n && results[i].hook_no == hook_no; i++)
			if (settle_one(tx, &results[i], now, &sum) < 0)
				return -1;
		if (sql_run(tx->db, STMT_HOOK_SETTLED,
		            SQL_ARGS(sql_int(hook_no), sql_int(sum.n_done[HOOK_DELIVERED]), sql_int(sum.n_done[HOOK_FAILED]),
		                     sql_int(now), sql_text(sum.reason)),
		            NULL) < 0 ||
		    judge(tx, hook_no, &sum, now) < 0)
			return -1;
	}
	return 0;
}

static int tend_one(struct store_tx *tx, int64_t hook_no, msec_t now)
{
	int64_t n = 0;
	if (sql_run(tx->db, STMT_HOOK_EVENTS_EXPIRE,
	            SQL_ARGS(sql_int(hook_no), sql_int(now - HOOK_GIVE_UP_MS - HOOK_LAST_TRY_MS), sql_int(now)), &n) < 0 ||
	    (n > 0 && sql_run(tx->db, STMT_HOOK_EXPIRED, SQL_ARGS(sql_int(hook_no), sql_int(n)), NULL) < 0))
		return -1;
	return sql_run(tx->db, STMT_HOOK_EVENTS_TRIM, SQL_ARGS(sql_int(hook_no), sql_int(now - HOOK_KEPT_MS), sql_int(HOOK_KEPT)),
	               NULL);
}

int hook_events_tend(struct store_tx *tx, msec_t now)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_HOOKS_ALL, NULL, 0, &rows) < 0)
		return -1;
	int more;
	while ((more = sql_next(rows)) > 0)
		if (tend_one(tx, sql_col_int(rows, 0), now) < 0)
			return -1;
	return more;
}

/* ---- seen from outside ---- */

/* A column of the view hook_event_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct hook_event *e = item;
	*e = (struct hook_event){
		.no = sql_col_int(rows, 0),
		.hook_no = sql_col_int(rows, 1),
		.state = (enum hook_state)sql_col_int(rows, 2),
		.body = one_text(rows, 3, arena),
		.attempts = (int)sql_col_int(rows, 4),
		.next_ms = row_col_time(rows, 5),
		.http_status = (int)sql_col_int(rows, 6),
		.reason = arena_strdup(arena, sql_col_text(rows, 7, NULL)),
		.create_ms = sql_col_int(rows, 8),
		.done_ms = row_col_time(rows, 9),
	};
}

int hook_event_read(struct store_tx *tx, int64_t hook_no, int64_t no, struct arena *arena, struct hook_event *ret)
{
	return one_row(tx, STMT_HOOK_EVENT_READ, SQL_ARGS(sql_int(no), sql_int(hook_no)), from_row, arena, ret);
}

int hook_event_list(struct store_tx *tx, int64_t hook_no, unsigned states, struct page *page, struct arena *arena,
                    struct hook_event *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_HOOK_EVENT_LIST_BEFORE,
	                    .after = STMT_HOOK_EVENT_LIST_AFTER,
	                    .count = STMT_HOOK_EVENT_COUNT,
	                    .arg = {sql_int(hook_no), sql_int(states)},
	                    .n_args = 2,
	                    .n_count_args = 2,
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	return list_run(&list, ret_n);
}

int hook_event_again(struct store_tx *tx, int64_t hook_no, int64_t no, msec_t now)
{
	arena_auto struct arena *arena = arena_create(4096);
	struct hook_event e;
	int got = hook_event_read(tx, hook_no, no, arena, &e);
	if (got != 0)
		return got;
	if (sql_run(tx->db, STMT_HOOK_EVENT_AGAIN_NOW, SQL_ARGS(sql_int(no), sql_int(now)), NULL) < 0)
		return -1;
	return hook_events_added(tx, hook_no, e.state == HOOK_WAITING ? 0 : 1);
}
