/* Lists of campaigns, each with its counts. */
#include "statements.h"
#include "store/campaign_row.h"
#include "store/list.h"

int campaign_list(struct store_tx *tx, int64_t account_no, const struct campaign_filter *filter, struct page *page,
                  struct arena *arena, struct campaign *ret, int *ret_n)
{
	struct list list = {
		.tx = tx,
		.before = STMT_CAMPAIGN_LIST_BEFORE,
		.after = STMT_CAMPAIGN_LIST_AFTER,
		.count = STMT_CAMPAIGN_COUNT,
		.arg = {sql_int(account_no), sql_int(filter->statuses), sql_text(list_pattern(arena, filter->search))},
		.n_args = 3,
		.page = page,
		.read = campaign_from_row,
		.arena = arena,
		.items = ret,
		.item_bytes = sizeof(*ret)};
	list_add_names(&list, &filter->senders);
	if (list_run(&list, ret_n) < 0)
		return -1;
	for (int i = 0; i < *ret_n; i++)
		if (campaign_read_counts(tx, &ret[i]) < 0)
			return -1;
	return 0;
}
