#pragma once
/* For the tests of the calls to Meta that are not messages: they run on virtual time, and test_calls.h answers them. */
#include <string.h>

#include "delivery/manage.h"
#include "delivery/test_calls.h"
#include "store/templates.h"
#include "store/test_world.h"

#define GRAPH "https://graph.test/v24.0"
#define NUMBER_RECORD                                      \
	"{\"id\":\"1001\",\"display_phone_number\":\"+44 " \
	"1001\",\"quality_rating\":\"GREEN\",\"throughput\":{\"level\":\"HIGH\"}}"
#define REFUSAL(code, status_text) "{\"error\":{\"message\":\"" status_text "\",\"code\":" #code "}}"

extern struct manage *desk;
extern struct now desk_now;
extern bool desk_woken;
extern int desk_changed; /* how often it told of a change */

struct world *desk_open(void **state);
int desk_teardown(void **state);
void desk_begin(struct world *w); /* anew, as after a crash */
void desk_run(struct world *w, msec_t span);

int64_t desk_template(struct world *w); /* a new one, which Meta has not seen */
struct template desk_read(struct world *w, int64_t no);
int64_t desk_approved(struct world *w); /* a template that Meta has approved, as 7001 */

#define MANAGE_TEST(f)                                                \
	{                                                             \
#f, f, NULL, desk_teardown, &engines_list[SQL_SQLITE] \
	}
