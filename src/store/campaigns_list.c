/* Lists of campaigns, each with its counts. */
#include "statements.h"
#include "store/campaign_row.h"
#include "store/list.h"

struct list_state {
	struct arena *arena;
	struct campaign *item;
};

static int list_row(const struct sql_rows *rows, int at, void *arg)
{
	struct list_state *state = arg;
	campaign_from_row(rows, state->arena, &state->item[at]);
	return 0;
}

int campaign_list(struct store_tx *tx, int64_t account_no, const struct campaign_filter *filter, struct page *page,
                  struct arena *arena, struct campaign *ret, int *ret_n)
{
	struct list_state state = {arena, ret};
	struct list list = {.tx = tx,
	                    .before = STMT_CAMPAIGN_LIST_BEFORE,
	                    .after = STMT_CAMPAIGN_LIST_AFTER,
	                    .arg = {sql_int(account_no), sql_int(filter->statuses), sql_text(list_pattern(arena, filter->search)),
	                            sql_text(filter->sender)},
	                    .n_args = 4,
	                    .page = page,
	                    .read = list_row,
	                    .read_arg = &state};
	if (list_count(tx, STMT_CAMPAIGN_COUNT, list.arg, list.n_args, &page->total) < 0 || list_page(&list, ret_n) < 0)
		return -1;
	list_close_gap(page, ret, sizeof(*ret), *ret_n);
	for (int i = 0; i < *ret_n; i++)
		if (campaign_read_counts(tx, &ret[i], arena) < 0)
			return -1;
	return 0;
}
