#include "store/nodes.h"

#include <limits.h>

#include "sql/sql.h"
#include "statements.h"
#include "store/ledger.h"
#include "store/one.h"

#define MAX_BURIED 16 /* at a time */

bool lease_is_held(const struct lease *lease, usec_t now_us)
{
	return atomic_load(&lease->node_no) != 0 && now_us < atomic_load(&lease->until_us);
}

bool lease_is_first(const struct lease *lease, usec_t now_us)
{
	return atomic_load(&lease->first) && now_us < atomic_load(&lease->until_us);
}

/* ---- looking around ---- */

static int bury(struct store_tx *tx, int64_t no)
{
	int64_t buried = 0;
	if (sql_run(tx->db, STMT_NODE_DELETE, SQL_ARGS(sql_int(no)), &buried) < 0)
		return -1;
	return buried ? sql_run(tx->db, STMT_LANES_FREED, SQL_ARGS(sql_int(no)), NULL) : 0;
}

static int bury_those_over(struct store_tx *tx, int64_t self, bool alone, msec_t clock, int *ret_n)
{
	int64_t no[MAX_BURIED];
	int n = 0, more = 0;
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_NODES_OVER, SQL_ARGS(sql_int(self), sql_int(clock), sql_int(alone)), &rows) < 0)
		return -1;
	while (n < MAX_BURIED && (more = sql_next(rows)) > 0)
		no[n++] = sql_col_int(rows, 0);
	if (more < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (bury(tx, no[i]) < 0)
			return -1;
	*ret_n = n;
	return 0;
}

static int counts(struct store_tx *tx, size_t stmt, int64_t self, int64_t ret[3])
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, stmt, SQL_ARGS(sql_int(self)), &rows) < 0 || sql_next(rows) != 1)
		return -1;
	for (int i = 0; i < 3; i++)
		ret[i] = sql_col_int(rows, i);
	return 0;
}

static int look_around(struct store_tx *tx, int64_t self, bool alone, msec_t clock, struct nodes_view *ret)
{
	int64_t nodes[3], lanes[3];
	*ret = (struct nodes_view){0};
	if (bury_those_over(tx, self, alone, clock, &ret->n_buried) < 0 || counts(tx, STMT_NODES_COUNTED, self, nodes) < 0 ||
	    counts(tx, STMT_LANES_COUNTED, self, lanes) < 0)
		return -1;
	int64_t before = nodes[1];
	ret->n_nodes = (int)nodes[0];
	ret->sum = nodes[2];
	ret->first = before == 0;
	ret->share = alone ? INT_MAX : (int)(lanes[0] / nodes[0] + (before < lanes[0] % nodes[0]));
	ret->n_lanes = (int)lanes[1];
	ret->n_free = (int)lanes[2];
	return ret->first ? sql_run(tx->db, STMT_INBOX_ORPHANS, NULL, 0, NULL) : 0;
}

/* ---- a node's life ---- */

static int read_clock(struct store_tx *tx, msec_t now, msec_t *ret)
{
	return one_find(tx, STMT_NODE_CLOCK, SQL_ARGS(sql_int(now)), ret) == 1 ? 0 : -1;
}

int node_join(struct store_tx *tx, const char *name, msec_t lease_ms, bool alone, msec_t now, int64_t *ret_no,
              struct nodes_view *ret)
{
	msec_t clock;
	if (read_clock(tx, now, &clock) < 0 ||
	    one_insert(tx, STMT_NODE_INSERT, SQL_ARGS(sql_text(name), sql_int(clock + lease_ms), sql_int(now)), ret_no) < 0)
		return -1;
	return look_around(tx, *ret_no, alone, clock, ret);
}

int node_renew(struct store_tx *tx, int64_t no, msec_t lease_ms, msec_t now, struct nodes_view *ret)
{
	msec_t clock;
	int64_t renewed = 0;
	if (read_clock(tx, now, &clock) < 0 ||
	    sql_run(tx->db, STMT_NODE_RENEW, SQL_ARGS(sql_int(no), sql_int(clock + lease_ms)), &renewed) < 0)
		return -1;
	return renewed ? look_around(tx, no, false, clock, ret) : 1;
}

int nodes_tell(struct store_tx *tx, int64_t self)
{
	return sql_run(tx->db, STMT_NODES_TELL, SQL_ARGS(sql_int(self)), NULL);
}

int node_news(struct store_tx *tx, int64_t no, int64_t *ret)
{
	int found = one_find(tx, STMT_NODE_NEWS, SQL_ARGS(sql_int(no)), ret);
	return found < 0 ? -1 : !found;
}

int node_leave(struct store_tx *tx, int64_t no)
{
	return bury(tx, no);
}

/* ---- lanes ---- */

int lanes_all(struct store_tx *tx, struct arena *arena, struct lane_row **ret, int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	struct lane_row *row = NULL;
	int n = 0, cap = 0, more;
	if (sql_query(tx->db, STMT_LANES_OF_ALL, NULL, 0, &rows) < 0)
		return -1;
	while ((more = sql_next(rows)) > 0) {
		if (n == cap) {
			cap = cap ? cap * 2 : 32;
			struct lane_row *wider = arena_array(arena, (size_t)cap, sizeof(*wider));
			for (int i = 0; i < n; i++)
				wider[i] = row[i];
			row = wider;
		}
		row[n++] = (struct lane_row){sql_col_int(rows, 0), sql_col_int(rows, 1), sql_col_int(rows, 2)};
	}
	if (more < 0)
		return -1;
	*ret = row;
	*ret_n = n;
	return 0;
}

int lane_take(struct store_tx *tx, int64_t sender_no, int64_t node_no, msec_t now, int64_t *ret_epoch, int64_t *ret_doubtful)
{
	int there = one_find(tx, STMT_NODE_THERE, SQL_ARGS(sql_int(node_no)), NULL);
	if (there <= 0)
		return there < 0 ? -1 : 1;
	int taken = one_find(tx, STMT_LANE_TAKE, SQL_ARGS(sql_int(sender_no), sql_int(node_no)), ret_epoch);
	if (taken <= 0)
		return taken < 0 ? -1 : 1;
	return ledger_doubt(tx, sender_no, *ret_epoch, now, ret_doubtful);
}

int lane_release(struct store_tx *tx, int64_t sender_no, int64_t node_no, int64_t epoch)
{
	return sql_run(tx->db, STMT_LANE_RELEASE, SQL_ARGS(sql_int(sender_no), sql_int(node_no), sql_int(epoch)), NULL);
}

int nodes_count(struct store_tx *tx, int64_t *ret)
{
	return one_find(tx, STMT_NODES_COUNTED, SQL_ARGS(sql_int(0)), ret) == 1 ? 0 : -1;
}
