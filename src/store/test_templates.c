/* Templates and their way to Meta and back. */
#include <string.h>

#include "store/templates.h"
#include "store/test_world.h"

static int64_t create(struct world *w, const char *name)
{
	struct template_request req = {.name = name, .text = "Hello {first_name|you}, welcome.", .wa_category = "UTILITY"};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &req, w->now, &no)), 0);
	return no;
}

static struct template read_template(struct world *w, int64_t no)
{
	struct template tpl;
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &tpl)), 0);
	return tpl;
}

/* The errands due; the first of them in *ret. */
static int errands(struct world *w, struct template_errand *ret)
{
	struct template_errand all[8];
	int n = -1;
	assert_int_equal(IN_JOB(w, template_errands(tx, w->now, w->arena, all, 8, &n)), 0);
	if (n > 0)
		*ret = all[0];
	return n;
}

static msec_t next_errand(struct world *w)
{
	msec_t next = 0;
	assert_int_equal(IN_JOB(w, template_next_errand(tx, &next)), 0);
	return next;
}

static int verdict(struct world *w, const unsigned char *hash, const char *waba, const char *id, const char *name,
                   const char *status, const char *reason)
{
	const struct template_word word = {.hash = hash, .waba_id = waba, .meta_id = id, .meta_name = name};
	return IN_JOB(w, template_verdict(tx, &word, status, reason, w->now));
}

static int quality(struct world *w, const unsigned char *hash, const char *id, const char *score)
{
	const struct template_word word = {.hash = hash, .meta_id = id};
	return IN_JOB(w, template_quality(tx, &word, score, w->now));
}

static void a_new_template_is_to_be_submitted_at_once(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	assert_int_equal(next_errand(w), -1);
	int64_t no = create(w, "Spring offer — 1"), other;
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.tpl.no, no);
	assert_int_equal(errand.sender_no, w->sender);
	assert_false(errand.deleting);
	assert_int_equal(errand.tries, 0);
	assert_null(errand.tpl.meta_id);
	assert_int_equal(next_errand(w), w->now);
	struct template tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_IN_PROCESS);
	assert_string_equal(tpl.category, "UTILITY");
	assert_string_equal(tpl.waba_id, "2001");
	assert_string_equal(tpl.sender_code, "441001");
	assert_int_equal(strncmp(tpl.meta_name, "spring_offer_1_", 15), 0);
	assert_non_null(strstr(tpl.meta_name, store_instance(w->store)));
	assert_int_equal(strspn(tpl.meta_name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(tpl.meta_name));
	struct template_request again = {.name = "Spring offer — 1", .text = "x", .wa_category = "UTILITY"};
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &again, w->now, &other)), 1);
}

static void an_errand_that_failed_comes_later(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = create(w, "T");
	assert_int_equal(IN_JOB(w, template_errand_later(tx, no, w->now + 100)), 0);
	assert_int_equal(errands(w, &errand), 0);
	assert_int_equal(next_errand(w), w->now + 100);
	w->now += 100;
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.tries, 1);
}

static void what_is_submitted_is_polled_until_the_verdict(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = create(w, "T");
	assert_int_equal(IN_JOB(w, template_errand_later(tx, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "777", "MARKETING", w->now + 50, w->now)), 0);
	assert_int_equal(errands(w, &errand), 0);
	assert_int_equal(next_errand(w), w->now + 50);
	struct template tpl = read_template(w, no);
	assert_string_equal(tpl.meta_id, "777");
	assert_string_equal(tpl.category, "MARKETING");
	assert_int_equal(tpl.status, TEMPLATE_IN_PROCESS);
	w->now += 50;
	assert_int_equal(errands(w, &errand), 1);
	assert_string_equal(errand.tpl.meta_id, "777");
	assert_int_equal(errand.tries, 0);
	assert_int_equal(verdict(w, w->hash, "2001", "777", NULL, "APPROVED", "NONE"), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.meta_status, "APPROVED");
	assert_null(tpl.reason);
	assert_int_equal(next_errand(w), -1);
	assert_int_equal(verdict(w, w->hash, "2001", "777", NULL, "PAUSED", NULL), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.meta_status, "PAUSED");
	assert_int_equal(verdict(w, NULL, NULL, "777", NULL, "REJECTED", "SCAM"), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_CANCELED);
	assert_string_equal(tpl.reason, "SCAM");
}

static void a_verdict_may_come_before_the_answer(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = create(w, "T");
	struct template tpl = read_template(w, no);
	assert_int_equal(verdict(w, w->hash, "2001", "778", tpl.meta_name, "APPROVED", NULL), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.meta_id, "778");
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "778", NULL, w->now + 50, w->now)), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.category, "UTILITY");
	assert_int_equal(next_errand(w), -1); /* nothing is left to ask */
}

static void strangers_have_no_say(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = create(w, "T");
	struct template tpl = read_template(w, no);
	unsigned char foreign[SECRET_HASH_BYTES];
	memcpy(foreign, w->hash, sizeof(foreign));
	foreign[0] ^= 1;
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "777", NULL, w->now + 50, w->now)), 0);
	assert_int_equal(verdict(w, foreign, "2001", "777", tpl.meta_name, "REJECTED", NULL), 1);
	assert_int_equal(verdict(w, w->hash, "2001", "999", NULL, "REJECTED", NULL), 1);
	assert_int_equal(verdict(w, w->hash, "2002", NULL, tpl.meta_name, "REJECTED", NULL), 1); /* of another business account */
	assert_int_equal(verdict(w, w->hash, "2001", NULL, "someone_elses_name", "REJECTED", NULL), 1);
	assert_int_equal(quality(w, foreign, "777", "RED"), 1);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_IN_PROCESS);
	assert_string_equal(tpl.quality, "UNKNOWN");
	assert_int_equal(quality(w, w->hash, "777", "YELLOW"), 0);
	assert_string_equal(read_template(w, no).quality, "YELLOW");
}

static void a_refusal_ends_it(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = create(w, "T");
	assert_int_equal(IN_JOB(w, template_refused(tx, no, "The text is too short.", w->now)), 0);
	struct template tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_CANCELED);
	assert_string_equal(tpl.reason, "The text is too short.");
	assert_int_equal(next_errand(w), -1);
	/* Meta never had it: there is nothing to delete there. */
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 0);
	assert_int_equal(next_errand(w), -1);
}

static void deleting_is_an_errand_too(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	struct template tpl;
	int64_t no = create(w, "T");
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 2);
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "777", NULL, w->now + 50, w->now)), 0);
	assert_int_equal(verdict(w, w->hash, "2001", "777", NULL, "APPROVED", NULL), 0);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account + 1, no, w->now)), 1);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 1);
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &tpl)), 1);
	assert_int_equal(errands(w, &errand), 1);
	assert_true(errand.deleting);
	assert_string_equal(errand.tpl.meta_id, "777");
	/* Its name is free again, and what Meta says of it now is nobody's. */
	(void)create(w, "T");
	assert_int_equal(verdict(w, w->hash, "2001", "777", NULL, "APPROVED", NULL), 1);
	assert_int_equal(IN_JOB(w, template_deleted_at_meta(tx, no)), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_false(errand.deleting);
}

static void an_answer_after_the_deletion_keeps_that_errand(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = create(w, "T");
	struct template tpl = read_template(w, no);
	assert_int_equal(verdict(w, w->hash, "2001", NULL, tpl.meta_name, "REJECTED", NULL), 0);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, no, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, "777", NULL, w->now + 50, w->now)), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_true(errand.deleting);
	assert_string_equal(errand.tpl.meta_id, "777");
}

static void a_template_in_use_is_not_deleted(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t c = world_campaign(w, "C");
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, w->template, w->now)), 3);
	assert_int_equal(IN_JOB(w, campaign_cancel(tx, w->account, c, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, w->template, w->now)), 0);
}

static void errands_go_by_a_sender_that_still_stands(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t second = world_sender(w, "Two", "1002");
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, w->template, w->now)), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.sender_no, w->sender);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, w->sender, w->now)), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.sender_no, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_new_template_is_to_be_submitted_at_once),
		WORLD_ON_BOTH(an_errand_that_failed_comes_later),
		WORLD_ON_BOTH(what_is_submitted_is_polled_until_the_verdict),
		WORLD_ON_BOTH(a_verdict_may_come_before_the_answer),
		WORLD_ON_BOTH(strangers_have_no_say),
		WORLD_ON_BOTH(a_refusal_ends_it),
		WORLD_ON_BOTH(deleting_is_an_errand_too),
		WORLD_ON_BOTH(an_answer_after_the_deletion_keeps_that_errand),
		WORLD_ON_BOTH(a_template_in_use_is_not_deleted),
		WORLD_ON_BOTH(errands_go_by_a_sender_that_still_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
