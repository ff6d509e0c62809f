#include "delivery/test_desk.h"

#include "base/log.h"

struct manage *desk;
struct now desk_now;
bool desk_woken;
int desk_changed;
static usec_t next_us;

static void wake(void *arg)
{
	(void)arg;
	desk_woken = true;
}

static void changed(void *arg)
{
	(void)arg;
	desk_changed++;
}

void desk_begin(struct world *w)
{
	static struct lease lease;
	atomic_store(&lease.first, true);
	atomic_store(&lease.until_us, INT64_MAX);
	desk = manage_create(&(struct manage_options){.store = w->store,
	                                              .lease = &lease,
	                                              .client = &calls_client,
	                                              .graph_url = GRAPH,
	                                              .media_folder = w->folder,
	                                              .wake = wake,
	                                              .changed = changed});
	desk_woken = true;
	next_us = -1;
}

struct world *desk_open(void **state)
{
	log_set_level(LOG_ERROR);
	struct world *w = world_open(state, 0);
	calls_reset();
	desk_now = (struct now){.wall = w->now, .mono = 1000000};
	desk_changed = 0;
	calls_now = desk_now.wall;
	calls_answer("GET", "/1001?", 200, NUMBER_RECORD);
	desk_begin(w);
	return w;
}

int desk_teardown(void **state)
{
	manage_destroy(desk);
	desk = NULL;
	return world_teardown(state);
}

static bool one_step(struct world *w, usec_t until)
{
	bool any = calls_give_answers() || desk_woken;
	usec_t at = any ? desk_now.mono : next_us < 0 || next_us > until ? until : next_us;
	bool turns = any || at == next_us;
	desk_now.wall += (at - desk_now.mono) / 1000;
	desk_now.mono = at;
	w->now = calls_now = desk_now.wall;
	if (turns) {
		desk_woken = false;
		usec_t wait = manage_turn(desk, desk_now);
		next_us = wait < 0 ? -1 : desk_now.mono + wait;
	}
	return turns;
}

void desk_run(struct world *w, msec_t span)
{
	usec_t until = desk_now.mono + span * 1000;
	int n_steps = 0;
	while (one_step(w, until))
		assert_true(n_steps++ < 10000);
	assert_true(manage_is_quiet(desk));
}

int64_t desk_template(struct world *w)
{
	struct template_request req = {.name = "New offer",
	                               .text = "Hello {first_name|friend}, we are open.",
	                               .type = "text",
	                               .wa_category = "UTILITY",
	                               .language = "de"};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &req, w->now, &no)), 0);
	manage_notify(desk);
	desk_woken = true;
	return no;
}

struct template desk_read(struct world *w, int64_t no)
{
	struct template t;
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &t)), 0);
	return t;
}

int64_t desk_approved(struct world *w)
{
	calls_answer("POST", "/2001/message_templates", 200,
	             "{\"id\":\"7001\",\"status\":\"APPROVED\",\"category\":\"UTILITY\"}");
	int64_t no = desk_template(w);
	desk_run(w, MINUTE_MS);
	assert_int_equal(desk_read(w, no).status, TEMPLATE_COMPLETED);
	return no;
}
