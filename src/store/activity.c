#include "store/activity.h"

#include "base/json.h"
#include "sql/sql.h"
#include "statements.h"
#include "store/list.h"
#include "store/one.h"

#define MAX_DETAIL_BYTES 16384

/* ---- writing ---- */

static const size_t of_resource[] = {
	[PUBID_ACCOUNT] = STMT_ACTIVITY_OF_ACCOUNT,   [PUBID_KEY] = STMT_ACTIVITY_OF_KEY,
	[PUBID_SENDER] = STMT_ACTIVITY_OF_SENDER,     [PUBID_TEMPLATE] = STMT_ACTIVITY_OF_TEMPLATE,
	[PUBID_AUDIENCE] = STMT_ACTIVITY_OF_AUDIENCE, [PUBID_CAMPAIGN] = STMT_ACTIVITY_OF_CAMPAIGN,
	[PUBID_IMPORT] = STMT_ACTIVITY_OF_IMPORT,     [PUBID_WEBHOOK] = STMT_ACTIVITY_OF_HOOK,
};

static struct store_actor actor_of(const struct store_tx *tx, enum activity_action action)
{
	return activity_is_whatsapps(action) ? (struct store_actor){.kind = ACTOR_WHATSAPP} : tx->actor;
}

static struct sql_value key_of(const struct store_actor *actor)
{
	return actor->kind == ACTOR_KEY ? sql_int(actor->key_no) : sql_null();
}

static void put_facts(struct buf *out, const struct activity_fact *facts, size_t n_facts)
{
	struct json_writer w;
	json_begin(&w, out);
	json_open_object(&w, NULL);
	for (size_t i = 0; i < n_facts; i++) {
		if (facts[i].text)
			json_put_text(&w, facts[i].key, facts[i].text);
		else
			json_put_int(&w, facts[i].key, facts[i].number);
	}
	json_close_object(&w);
}

static int add(struct store_tx *tx, size_t stmt, enum activity_action action, int64_t no, const struct activity_fact *facts,
               size_t n_facts, msec_t now)
{
	buf_auto struct buf detail;
	const struct store_actor actor = actor_of(tx, action);
	buf_init(&detail, MAX_DETAIL_BYTES);
	if (n_facts)
		put_facts(&detail, facts, n_facts);
	bool told = n_facts && !detail.overflow;
	return sql_run(tx->db, stmt,
	               SQL_ARGS(sql_int(no), sql_int(now), sql_int(actor.kind), key_of(&actor), sql_int(action),
	                        told ? sql_text(buf_text(&detail)) : sql_null()),
	               NULL);
}

int activity_add(struct store_tx *tx, enum activity_action action, int64_t no, const struct activity_fact *facts, size_t n_facts,
                 msec_t now)
{
	return add(tx, of_resource[activity_resource(action)], action, no, facts, n_facts, now);
}

int activity_add_named(struct store_tx *tx, enum activity_action action, int64_t account_no, int64_t no, int64_t sub,
                       const char *name, msec_t now)
{
	const struct store_actor actor = actor_of(tx, action);
	return sql_run(tx->db, STMT_ACTIVITY_NAMED,
	               SQL_ARGS(sql_int(account_no), sql_int(now), sql_int(actor.kind), key_of(&actor), sql_int(action),
	                        sql_int(activity_resource(action)), sql_int(no), sql_int(sub), sql_text(name)),
	               NULL);
}

static void read_name(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(const char **)item = one_text(rows, 2, arena);
}

int activity_pace(struct store_tx *tx, int64_t sender_no, int64_t rate_mps, int64_t ceiling_mps, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	const char *name;
	int got = one_row(tx, STMT_SENDER_READ, SQL_ARGS(sql_int(sender_no), sql_int(0)), read_name, arena, &name);
	if (got != 0)
		return got < 0 ? -1 : 0;
	return add(tx, STMT_ACTIVITY_PACE, rate_mps < ceiling_mps ? ACTIVITY_CAMPAIGN_SLOWED : ACTIVITY_CAMPAIGN_FULL_SPEED,
	           sender_no, ACTIVITY_FACTS({"sender", name, 0}, {"rate", NULL, rate_mps}, {"ceiling", NULL, ceiling_mps}), now);
}

int activity_warning(struct store_tx *tx, int64_t sender_no, const char *reason, msec_t now)
{
	return activity_add(tx, ACTIVITY_SENDER_WARNED, sender_no, ACTIVITY_FACTS({"reason", reason, 0}), now);
}

int activity_sweep(struct store_tx *tx, msec_t now, int max_rows, bool *ret_more)
{
	int64_t n = 0;
	if (sql_run(tx->db, STMT_ACTIVITY_SWEEP, SQL_ARGS(sql_int(now - ACTIVITY_KEPT_MS), sql_int(max_rows)), &n) < 0)
		return -1;
	*ret_more = n == max_rows;
	return 0;
}

/* ---- reading ---- */

/* A column of the view activity_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct activity *a = item;
	*a = (struct activity){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.at_ms = sql_col_int(rows, 2),
		.actor = (enum activity_actor)sql_col_int(rows, 3),
		.key_no = sql_is_null(rows, 4) ? 0 : sql_col_int(rows, 4),
		.key_name = arena_strdup(arena, sql_col_text(rows, 5, NULL)),
		.action = (enum activity_action)sql_col_int(rows, 6),
		.resource_no = sql_col_int(rows, 7),
		.resource_sub = sql_col_int(rows, 8),
		.name = one_text(rows, 9, arena),
		.detail = arena_strdup(arena, sql_col_text(rows, 10, NULL)),
	};
}

/* By the index that leaves the fewest rows to look at. */
static void choose(struct list *list, const struct activity_filter *f)
{
	list->n_args = 3;
	if (f->campaign_no) {
		list->before = STMT_ACTIVITY_THING_BEFORE;
		list->after = STMT_ACTIVITY_THING_AFTER;
		list->count = STMT_ACTIVITY_THING_COUNT;
		list->arg[2] = sql_int(PUBID_CAMPAIGN);
		list->arg[3] = sql_int(f->campaign_no);
		list->n_args = 4;
	} else if (f->actions && (f->actions & (f->actions - 1)) == 0) {
		list->before = STMT_ACTIVITY_ACTION_BEFORE;
		list->after = STMT_ACTIVITY_ACTION_AFTER;
		list->count = STMT_ACTIVITY_ACTION_COUNT;
		list->arg[2] = sql_int(__builtin_ctzll(f->actions));
	} else if (f->resource) {
		list->before = STMT_ACTIVITY_KIND_BEFORE;
		list->after = STMT_ACTIVITY_KIND_AFTER;
		list->count = STMT_ACTIVITY_KIND_COUNT;
		list->arg[2] = sql_int(f->resource);
	} else {
		list->n_args = 2;
	}
	list->n_count_args = list->n_args;
}

int activity_list(struct store_tx *tx, int64_t account_no, const struct activity_filter *filter, struct page *page,
                  struct arena *arena, struct activity *ret, int *ret_n)
{
	struct list list = {.tx = tx,
	                    .before = STMT_ACTIVITY_BEFORE,
	                    .after = STMT_ACTIVITY_AFTER,
	                    .count = STMT_ACTIVITY_COUNT,
	                    .arg = {sql_int(account_no), sql_int((int64_t)filter->actions)},
	                    .page = page,
	                    .read = from_row,
	                    .arena = arena,
	                    .items = ret,
	                    .item_bytes = sizeof(*ret)};
	choose(&list, filter);
	return list_run(&list, ret_n);
}

static void read_mark(const struct sql_rows *rows, struct arena *arena, void *item)
{
	*(const char **)item = one_text(rows, 0, arena);
}

int activity_mark(struct store_tx *tx, struct arena *arena, const char **ret)
{
	return one_row(tx, STMT_ACTIVITY_MARK, NULL, 0, read_mark, arena, ret) == 0 ? 0 : -1;
}

int activity_since(struct store_tx *tx, int64_t account_no, const char *mark, struct arena *arena, struct activity *ret, int max,
                   int *ret_n)
{
	sql_rows_auto struct sql_rows *rows = NULL;
	if (sql_query(tx->db, STMT_ACTIVITY_SINCE, SQL_ARGS(sql_int(account_no), sql_text(mark), sql_int(max)), &rows) < 0)
		return -1;
	struct activity *newest = arena_array(arena, (size_t)max, sizeof(*newest));
	int n = 0, more;
	while ((more = sql_next(rows)) > 0)
		from_row(rows, arena, &newest[n++]);
	for (int i = 0; i < n; i++)
		ret[i] = newest[n - 1 - i];
	*ret_n = n;
	return more;
}
