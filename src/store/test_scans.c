/* No statement reads a whole table, or sorts without an index, unless it says so and why (`-- scan:` in sql); and those that name
 * an index use it. */
#include <string.h>

#include "statements.h"
#include "store/store_internal.h"
#include "store/test_world.h"

static void no_statement_scans_that_does_not_say_so(void **state)
{
	struct world *w = world_empty(state);
	int n_wrong = 0;
	for (size_t i = 0; i < N_STMTS; i++) {
		buf_auto struct buf plan;
		buf_init(&plan, 65536);
		bool scans = false;
		if (sql_explain(w->store->writer, i, &scans, &plan) < 0)
			fail_msg("%s: %s", store_texts[i].name, sql_error(w->store->writer));
		if (store_index[i] && !strstr(buf_text(&plan), store_index[i])) {
			n_wrong++;
			print_error("%s does not use %s:\n%s", store_texts[i].name, store_index[i], buf_text(&plan));
		}
		if (scans == store_may_scan[i])
			continue;
		n_wrong++;
		print_error("%s %s:\n%s", store_texts[i].name, scans ? "scans" : "says that it scans and does not",
		            buf_text(&plan));
	}
	assert_int_equal(n_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_SQLITE(no_statement_scans_that_does_not_say_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
