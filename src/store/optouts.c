#include "store/optouts.h"

#include "sql/sql.h"
#include "statements.h"
#include "store/activity.h"
#include "store/list.h"
#include "store/one.h"

static int set(struct store_tx *tx, int64_t account_no, const char *number, bool out, const char *source, const char *text,
               msec_t at)
{
	if (sql_run(tx->db, STMT_OPTOUT_TURN, SQL_ARGS(sql_int(account_no), sql_text(number), sql_int(out), sql_int(at)), NULL) <
	    0)
		return -1;
	return sql_run(
		tx->db, STMT_OPTOUT_SET,
		SQL_ARGS(sql_int(account_no), sql_text(number), sql_int(out), sql_text(source), sql_text(text), sql_int(at)),
		NULL);
}

static int log_change(struct store_tx *tx, int64_t account_no, const char *number, bool out, msec_t now)
{
	arena_auto struct arena *arena = arena_create(512);
	struct optout o = {.no = 0};
	if (out && optout_of_number(tx, account_no, number, arena, &o) < 0)
		return -1;
	return activity_add_named(tx, out ? ACTIVITY_OPTOUT_ADDED : ACTIVITY_OPTOUT_REMOVED, account_no, o.no, 0, number, now);
}

int optout_set(struct store_tx *tx, int64_t account_no, const char *number, bool out, const char *source, const char *text,
               msec_t at)
{
	bool was = false, is = false;
	if (optout_has(tx, account_no, number, &was) < 0 || set(tx, account_no, number, out, source, text, at) < 0 ||
	    optout_has(tx, account_no, number, &is) < 0)
		return -1;
	return is == was ? 0 : log_change(tx, account_no, number, is, at);
}

int optout_say(struct store_tx *tx, int64_t account_no, const char *number, bool out, const char *source, const char *text,
               msec_t now)
{
	int64_t last = 0; /* Meta's clock may be ahead of ours; it tells whole seconds, so that is what a word of ours has too */
	now -= now % SECOND_MS;
	if (one_find(tx, STMT_OPTOUT_LAST, SQL_ARGS(sql_int(account_no), sql_text(number)), &last) < 0)
		return -1;
	return optout_set(tx, account_no, number, out, source, text, last > now ? last : now);
}

int optout_has(struct store_tx *tx, int64_t account_no, const char *number, bool *ret)
{
	int64_t out = 0;
	int got = one_find(tx, STMT_OPTOUT_HAS, SQL_ARGS(sql_int(account_no), sql_text(number)), &out);
	if (got < 0)
		return -1;
	*ret = got && out != 0;
	return 0;
}

/* A column of the view optout_seen. */
static void from_row(const struct sql_rows *rows, struct arena *arena, void *item)
{
	struct optout *o = item;
	*o = (struct optout){
		.no = sql_col_int(rows, 0),
		.account_no = sql_col_int(rows, 1),
		.number = one_text(rows, 2, arena),
		.source = one_text(rows, 3, arena),
		.text = one_text(rows, 4, arena),
		.at_ms = sql_col_int(rows, 5),
	};
}

int optout_read(struct store_tx *tx, int64_t account_no, int64_t no, struct arena *arena, struct optout *ret)
{
	return one_row(tx, STMT_OPTOUT_READ, SQL_ARGS(sql_int(no), sql_int(account_no)), from_row, arena, ret);
}

int optout_of_number(struct store_tx *tx, int64_t account_no, const char *number, struct arena *arena, struct optout *ret)
{
	return one_row(tx, STMT_OPTOUT_OF_NUMBER, SQL_ARGS(sql_int(account_no), sql_text(number)), from_row, arena, ret);
}

/* Few are looked at whole, so the window is as wide as they lie. */
static int set_window(struct list *list, int64_t account_no)
{
	int many = one_find(list->tx, STMT_OPTOUT_FROM_TOP, SQL_ARGS(sql_int(account_no), sql_int(LIST_WINDOW)), NULL);
	if (many < 0 || one_find(list->tx, STMT_OPTOUT_FROM_TOP, SQL_ARGS(sql_int(account_no), sql_int(0)), &list->max_key) < 0)
		return -1;
	list->window = many ? LIST_WINDOW : list->max_key + 1;
	return many;
}

int optout_list(struct store_tx *tx, int64_t account_no, const struct optout_filter *filter, struct page *page,
                struct arena *arena, struct optout *ret, int *ret_n)
{
	struct list list = {
		.tx = tx,
		.before = STMT_OPTOUT_LIST_BEFORE,
		.after = STMT_OPTOUT_LIST_AFTER,
		.count = STMT_OPTOUT_COUNT,
		.arg = {sql_int(account_no), sql_text(list_pattern(arena, filter->search)), sql_text(filter->sources)},
		.n_args = 3,
		.n_count_args = 3,
		.page = page,
		.read = from_row,
		.arena = arena,
		.items = ret,
		.item_bytes = sizeof(*ret)};
	int many = set_window(&list, account_no);
	if (many > 0 && filter->search && !filter->sources && /* a whole number is found by its index */
	    optout_of_number(tx, account_no, filter->search, arena, ret) == 0) {
		page->total = *ret_n = 1;
		return 0;
	}
	return many < 0 ? -1 : list_run(&list, ret_n);
}
