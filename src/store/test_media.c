/* Media, what templates show, and Meta's ids with their errands. */
#include <string.h>

#include "store/media.h"
#include "store/templates.h"
#include "store/test_world.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int64_t new_medium(struct world *w, const char *sha, int64_t size)
{
	struct medium m = {.account_no = w->account,
	                   .kind = MEDIA_IMAGE,
	                   .mime_type = "image/png",
	                   .size = size,
	                   .sha256 = sha,
	                   .file_name = "offer.png"};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 0, w->now, &no)), 0);
	return no;
}

static void test_the_same_bytes_are_one(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 10), b = new_medium(w, SHA_B, 10);
	assert_int_equal(new_medium(w, SHA_A, 10), a);
	assert_int_not_equal(a, b);
	struct medium m;
	assert_int_equal(IN_JOB(w, media_read(tx, w->account, a, w->arena, &m)), 0);
	assert_string_equal(m.mime_type, "image/png");
	assert_string_equal(m.sha256, SHA_A);
	assert_string_equal(m.file_name, "offer.png");
	assert_int_equal(m.kind, MEDIA_IMAGE);
	assert_int_equal(m.size, 10);
	assert_int_equal(IN_JOB(w, media_read(tx, w->account + 1, a, w->arena, &m)), 1);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, a, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_read(tx, w->account, a, w->arena, &m)), 1);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, a, w->now)), 1);
	assert_int_not_equal(new_medium(w, SHA_A, 10), a);
}

static void test_an_account_holds_so_much(void **state)
{
	struct world *w = world_open(state, 0);
	new_medium(w, SHA_A, 60);
	struct medium m = {.account_no = w->account, .kind = MEDIA_IMAGE, .mime_type = "image/png", .size = 41, .sha256 = SHA_B};
	int64_t no;
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 100, w->now, &no)), 1);
	m.size = 40;
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 100, w->now, &no)), 0);
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 100, w->now, &no)), 0); /* it is there already */
}

static void test_listed_by_kind(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1), b = new_medium(w, SHA_B, 1);
	struct medium m[2];
	struct page page = {.size = 2};
	int n;
	assert_int_equal(IN_JOB(w, media_list(tx, w->account, &(struct media_filter){0}, &page, w->arena, m, &n)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(m[0].no, b);
	assert_int_equal(m[1].no, a);
	page = (struct page){.size = 2};
	assert_int_equal(IN_JOB(w, media_list(tx, w->account, &(struct media_filter){MEDIA_VIDEO}, &page, w->arena, m, &n)), 0);
	assert_int_equal(n, 0);
}

static bool needs_file(struct world *w, const char *sha)
{
	bool needed = false;
	assert_int_equal(IN_JOB(w, media_needs_file(tx, sha, &needed)), 0);
	return needed;
}

static void test_files_that_are_needed(void **state)
{
	struct world *w = world_open(state, 0);
	assert_false(needs_file(w, SHA_A));
	int64_t a = new_medium(w, SHA_A, 1);
	assert_true(needs_file(w, SHA_A));
	assert_int_equal(IN_JOB(w, media_want(tx, a, w->sender, MEDIA_TO_SEND, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, a, w->now)), 0);
	assert_true(needs_file(w, SHA_A)); /* a message still waits for its upload */
	assert_int_equal(
		IN_JOB(w, media_uploaded(tx, &(struct media_errand){.medium.no = a, .sender_no = w->sender}, "1", w->now)), 0);
	assert_false(needs_file(w, SHA_A));
}

static void test_fetched_a_while_ago(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1), b = new_medium(w, SHA_B, 1), no = 0;
	const char *url = "https://shop.example/a.png";
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account, url, 0, &no)), 1);
	assert_int_equal(IN_JOB(w, media_note_url(tx, w->account, url, a, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account, url, w->now, &no)), 0);
	assert_int_equal(no, a);
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account, url, w->now + 1, &no)), 1);
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account + 1, url, w->now, &no)), 1);
	assert_int_equal(IN_JOB(w, media_note_url(tx, w->account, url, b, w->now + 5)), 0);
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account, url, w->now + 1, &no)), 0);
	assert_int_equal(no, b);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, b, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_from_url(tx, w->account, url, 0, &no)), 1);
}

static void test_what_a_template_shows(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1), b = new_medium(w, SHA_B, 1), got[MEDIA_PER_TEMPLATE_MAX];
	int n;
	assert_int_equal(IN_JOB(w, template_media_set(tx, w->template, (const int64_t[]){b, a, b}, 3)), 0);
	assert_int_equal(IN_JOB(w, template_media_of(tx, w->template, got, &n)), 0);
	assert_int_equal(n, 3);
	assert_int_equal(got[0], b);
	assert_int_equal(got[1], a);
	assert_int_equal(got[2], b);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, a, w->now)), 2);
	assert_int_equal(IN_JOB(w, template_media_set(tx, w->template, (const int64_t[]){0, b, 0}, 3)), 0);
	assert_int_equal(IN_JOB(w, template_media_of(tx, w->template, got, &n)), 0);
	assert_int_equal(n, 2);
	assert_int_equal(got[0], 0);
	assert_int_equal(got[1], b);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, a, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, b, w->now)), 2);
	assert_int_equal(IN_JOB(w, template_delete(tx, w->account, w->template, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_delete(tx, w->account, b, w->now)), 0);
}

/* ---- Meta's ids ---- */

static int ready(struct world *w, int64_t media_no, struct media_at_meta *ret)
{
	return IN_JOB(w, media_ready(tx, media_no, w->sender, MEDIA_TO_SEND, w->now, w->arena, ret));
}

static void want(struct world *w, int64_t media_no)
{
	assert_int_equal(IN_JOB(w, media_want(tx, media_no, w->sender, MEDIA_TO_SEND, w->now)), 0);
}

static int errands(struct world *w, struct media_errand *ret)
{
	int n;
	assert_int_equal(IN_JOB(w, media_errands(tx, w->now, w->arena, ret, 4, &n)), 0);
	return n;
}

static msec_t next_errand(struct world *w)
{
	msec_t next;
	assert_int_equal(IN_JOB(w, media_next_errand(tx, &next)), 0);
	return next;
}

static void test_one_errand_however_many_want_it(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1);
	struct media_errand e[4];
	struct media_at_meta at;
	assert_int_equal(ready(w, a, &at), 1);
	assert_int_equal(next_errand(w), -1);
	want(w, a);
	w->now += 5;
	want(w, a);
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(e[0].medium.no, a);
	assert_int_equal(e[0].sender_no, w->sender);
	assert_int_equal(e[0].purpose, MEDIA_TO_SEND);
	assert_false(e[0].renewal);
	assert_int_equal(IN_JOB(w, media_errand_later(tx, &e[0], w->now + 1000, "the line is dead")), 0);
	want(w, a); /* under way: its pause stays */
	assert_int_equal(next_errand(w), w->now + 1000);
	assert_int_equal(ready(w, a, &at), 1);
	assert_string_equal(at.reason, "the line is dead");
	w->now += 1000;
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(e[0].tries, 1);
	assert_int_equal(IN_JOB(w, media_uploaded(tx, &e[0], "900", w->now)), 0);
	assert_int_equal(ready(w, a, &at), 0);
	assert_string_equal(at.meta_id, "900");
	assert_int_equal(at.upload_ms, w->now);
	assert_null(at.reason);
	want(w, a);
	assert_int_equal(errands(w, e), 0);
	/* Another purpose is another upload. */
	assert_int_equal(IN_JOB(w, media_ready(tx, a, w->sender, MEDIA_AS_SAMPLE, w->now, w->arena, &at)), 1);
}

static void upload(struct world *w, int64_t media_no, const char *meta_id)
{
	struct media_errand e[4];
	want(w, media_no);
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(IN_JOB(w, media_uploaded(tx, &e[0], meta_id, w->now)), 0);
}

static void test_renewed_only_when_needed(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t a = new_medium(w, SHA_A, 1);
	struct media_errand e[4];
	struct media_at_meta at;
	bool needed;
	upload(w, a, "900");
	assert_int_equal(next_errand(w), w->now + 28 * DAY_MS);
	w->now += 28 * DAY_MS;
	assert_int_equal(errands(w, e), 1);
	assert_true(e[0].renewal);
	assert_int_equal(IN_JOB(w, media_still_needed(tx, &e[0], &needed)), 0);
	assert_false(needed);
	assert_int_equal(next_errand(w), -1);
	/* Wanted so late in its life, it is renewed while it still serves. */
	want(w, a);
	assert_int_equal(ready(w, a, &at), 0);
	assert_string_equal(at.meta_id, "900");
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(IN_JOB(w, template_media_set(tx, w->template, &a, 1)), 0);
	world_campaign(w, "Needs it");
	assert_int_equal(IN_JOB(w, media_still_needed(tx, &e[0], &needed)), 0);
	assert_true(needed);
	assert_int_equal(IN_JOB(w, media_errand_later(tx, &e[0], w->now + DAY_MS, "no answer")), 0);
	assert_int_equal(ready(w, a, &at), 0); /* a renewal that fails spoils nothing */
	w->now += 2 * DAY_MS - MEDIA_MARGIN_MS;
	assert_int_equal(ready(w, a, &at), 1); /* until the old one is at its end */
	assert_null(at.meta_id);
}

static void test_refused_and_wanted_again(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1);
	struct media_errand e[4];
	struct media_at_meta at;
	want(w, a);
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(IN_JOB(w, media_refused(tx, &e[0], "not a picture", w->now)), 0);
	assert_int_equal(ready(w, a, &at), 2);
	assert_string_equal(at.reason, "not a picture");
	want(w, a);
	assert_int_equal(errands(w, e), 0);
	w->now += MEDIA_REFUSAL_MS + 1;
	want(w, a);
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(ready(w, a, &at), 1);
}

static void test_forgotten_by_meta(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1);
	struct media_errand e[4];
	struct media_at_meta at;
	upload(w, a, "900");
	msec_t first = w->now;
	w->now += HOUR_MS;
	assert_int_equal(IN_JOB(w, media_forget(tx, a, w->sender, first - 1, w->now)), 0);
	assert_int_equal(ready(w, a, &at), 0); /* it is newer than what Meta spoke of */
	assert_int_equal(IN_JOB(w, media_forget(tx, a, w->sender, first, w->now)), 0);
	assert_int_equal(ready(w, a, &at), 1);
	assert_int_equal(errands(w, e), 1);
	assert_int_equal(IN_JOB(w, media_uploaded(tx, &e[0], "901", w->now)), 0);
	/* A late word about the old one does not touch the new one. */
	assert_int_equal(IN_JOB(w, media_forget(tx, a, w->sender, first, w->now)), 0);
	assert_int_equal(ready(w, a, &at), 0);
	assert_string_equal(at.meta_id, "901");
}

static void test_a_template_waits_and_goes_on(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t a = new_medium(w, SHA_A, 1);
	const char *reason = NULL;
	assert_int_equal(IN_JOB(w, template_media_waits(tx, w->template, w->sender, w->now, w->arena, &reason)), 0);
	assert_int_equal(IN_JOB(w, template_media_set(tx, w->template, &a, 1)), 0);
	assert_int_equal(IN_JOB(w, template_media_waits(tx, w->template, w->sender, w->now, w->arena, &reason)), 1);
	assert_string_equal(reason, "The template's image is being uploaded to WhatsApp");
	upload(w, a, "900");
	assert_int_equal(IN_JOB(w, template_media_waits(tx, w->template, w->sender, w->now, w->arena, &reason)), 0);
	w->now += 30 * DAY_MS;
	assert_int_equal(IN_JOB(w, template_media_waits(tx, w->template, w->sender, w->now, w->arena, &reason)), 1);

	/* A sample that is there makes its template's own errand due. */
	msec_t tomorrow = w->now + DAY_MS;
	world_script(w, "UPDATE template SET status = 0, meta_id = NULL, errand_ms = %lld WHERE no = %lld", (long long)tomorrow,
	             (long long)w->template);
	struct media_errand e = {.medium.no = a, .sender_no = w->sender, .purpose = MEDIA_AS_SAMPLE};
	assert_int_equal(IN_JOB(w, media_want(tx, a, w->sender, MEDIA_AS_SAMPLE, w->now)), 0);
	assert_int_equal(IN_JOB(w, media_uploaded(tx, &e, "4::aW", w->now)), 0);
	msec_t next;
	assert_int_equal(IN_JOB(w, template_next_errand(tx, &next)), 0);
	assert_int_equal(next, w->now);
}

/* ---- failures that come by webhook ---- */

static void test_a_failure_for_the_medium_holds_the_campaign(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t a = new_medium(w, SHA_A, 1);
	struct claimed_row row[3];
	struct media_at_meta at;
	assert_int_equal(IN_JOB(w, template_media_set(tx, w->template, &a, 1)), 0);
	upload(w, a, "900");
	int64_t campaign = world_campaign(w, "One");
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, row, 2), 2);
	for (int i = 0; i < 2; i++) {
		struct outcome o = {.kind = OUTCOME_ACCEPTED,
		                    .campaign_no = campaign,
		                    .seq = row[i].seq,
		                    .attempt = 1,
		                    .wamid = "w",
		                    .at = w->now};
		world_record(w, &o);
	}
	struct status_update update = {
		.campaign_no = campaign, .seq = row[0].seq, .attempt = 1, .state = STATE_FAILED, .code = 131026, .at = w->now};
	assert_false(world_apply(w, &update).held);
	assert_null(world_read(w, campaign).hold.reason);
	update.seq = row[1].seq;
	update.code = MEDIA_FAILED_CODE;
	update.hold = world_refusal;
	assert_true(world_apply(w, &update).held);
	assert_string_equal(world_read(w, campaign).hold.reason, "WhatsApp could not use the template's medium.");
	assert_int_equal(ready(w, a, &at), 1);
	assert_false(world_apply(w, &update).held); /* the same once more changes nothing */
	check_invariants(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(test_the_same_bytes_are_one),
		WORLD_ON_BOTH(test_an_account_holds_so_much),
		WORLD_ON_BOTH(test_listed_by_kind),
		WORLD_ON_BOTH(test_files_that_are_needed),
		WORLD_ON_BOTH(test_fetched_a_while_ago),
		WORLD_ON_BOTH(test_what_a_template_shows),
		WORLD_ON_BOTH(test_one_errand_however_many_want_it),
		WORLD_ON_BOTH(test_renewed_only_when_needed),
		WORLD_ON_BOTH(test_refused_and_wanted_again),
		WORLD_ON_BOTH(test_forgotten_by_meta),
		WORLD_ON_BOTH(test_a_template_waits_and_goes_on),
		WORLD_ON_BOTH(test_a_failure_for_the_medium_holds_the_campaign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
