/* Campaigns whose template shows a medium: they wait for it, and nobody is given up for it. The engine and the management of
 * uploads together, on virtual time; Meta is a script for both. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "delivery/manage.h"
#include "delivery/test_calls.h"
#include "delivery/test_stage.h"
#include "model/message.h"
#include "store/media.h"
#include "store/singles.h"
#include "store/templates.h"

#define GRAPH "https://graph.test/v24.0"
#define SHA "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define BYTES "the bytes of a picture"
#define NUMBER_RECORD "{\"id\":\"1001\",\"throughput\":{\"level\":\"STANDARD\"}}"

static struct manage *manage;
static bool manage_woken;
static usec_t manage_next_us;
static struct stage *present;

static void wake(void *arg)
{
	(void)arg;
	manage_woken = true;
}

static void errands(void *arg)
{
	(void)arg;
	manage_notify(manage);
	manage_woken = true;
}

static void changed(void *arg)
{
	(void)arg;
	stage_notify(present);
}

static void manage_begin(struct stage *s)
{
	manage = manage_create(&(struct manage_options){.store = s->w->store,
	                                                .lease = &s->node[0].lease,
	                                                .client = &calls_client,
	                                                .graph_url = GRAPH,
	                                                .media_folder = s->w->folder,
	                                                .wake = wake,
	                                                .changed = changed});
	manage_woken = true;
	manage_next_us = -1;
}

static void file_path(const struct stage *s, char ret[400])
{
	snprintf(ret, 400, "%s/" SHA, s->w->folder);
}

static int64_t medium_no;

static void run(struct stage *s, msec_t span);

/* A template with a picture, whose file is there; Meta takes what it is given. */
static struct stage *open_all(void **state, int n)
{
	struct stage *s = present = stage_open(state, n);
	struct medium m = {.account_no = s->w->account,
	                   .kind = MEDIA_IMAGE,
	                   .mime_type = "image/png",
	                   .size = sizeof(BYTES) - 1,
	                   .sha256 = SHA};
	char path[400];
	file_path(s, path);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, BYTES, sizeof(BYTES) - 1), sizeof(BYTES) - 1);
	close(fd);
	assert_int_equal(IN_JOB(s->w, media_create(tx, &m, 0, s->w->now, &medium_no)), 0);
	assert_int_equal(IN_JOB(s->w, template_media_set(tx, s->w->template, &medium_no, 1)), 0);
	calls_reset();
	calls_now = s->w->now;
	calls_answer("GET", "/1001?", 200, NUMBER_RECORD);
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"900\"}");
	s->errands = errands;
	manage_begin(s);
	run(s, SECOND_MS); /* the server has joined, and knows the number's record: uploads are the only calls */
	return s;
}

static int teardown(void **state)
{
	char path[400];
	if (manage) {
		while (calls_give_answers() || manage_woken) {
			manage_woken = false;
			manage_turn(manage, present->now);
		}
		manage_destroy(manage);
		manage = NULL;
		file_path(present, path);
		unlink(path);
	}
	return stage_teardown(state);
}

#define MEDIA_TEST(f)                                            \
	{                                                        \
#f, f, NULL, teardown, &engines_list[SQL_SQLITE] \
	}

static bool turn_manage(struct stage *s)
{
	bool any = calls_give_answers();
	if (!any && !manage_woken && (manage_next_us < 0 || manage_next_us > s->now.mono))
		return false;
	manage_woken = false;
	usec_t wait = manage_turn(manage, s->now);
	manage_next_us = wait < 0 ? -1 : s->now.mono + wait;
	return true;
}

static void run(struct stage *s, msec_t span)
{
	usec_t until = s->now.mono + span * 1000;
	for (int n_same = 0; s->now.mono < until;) {
		usec_t before = s->now.mono, at = until;
		calls_now = s->now.wall;
		bool turned = turn_manage(s);
		if (manage_next_us >= 0 && manage_next_us < at)
			at = manage_next_us;
		if (turned || manage_woken)
			at = s->now.mono;
		(void)stage_step(s, at);
		n_same = s->now.mono > before ? 0 : n_same + 1;
		assert_true(n_same < 5000);
	}
}

static int n_uploads(void)
{
	return calls_count("POST", "/1001/media");
}

static const char *waits(struct stage *s)
{
	const char *reason = NULL;
	int result = IN_JOB(s->w, template_media_waits(tx, s->w->template, s->w->sender, s->now.wall, s->w->arena, &reason));
	return result == 1 ? reason : NULL;
}

static void resume(struct stage *s, int64_t campaign)
{
	assert_int_equal(IN_JOB(s->w, campaign_release(tx, s->w->account, campaign, s->now.wall)), 0);
	stage_notify(s);
}

static const char *meta_id(struct stage *s)
{
	struct media_at_meta at;
	assert_int_equal(IN_JOB(s->w, media_ready(tx, medium_no, s->w->sender, MEDIA_TO_SEND, s->now.wall, s->w->arena, &at)), 0);
	return at.meta_id;
}

/* ---- waiting ---- */

static void test_a_hundred_wait_for_one_upload(void **state)
{
	struct stage *s = open_all(state, 100);
	calls_lose("POST", "/1001/media", HTTP_NOT_SENT);
	int64_t a = stage_campaign(s, "One"), b = stage_campaign(s, "Two");
	run(s, 20 * SECOND_MS);
	stage_check_count(s, a, STATE_QUEUED, 100);
	assert_int_equal(s->n_posts, 0);
	assert_in_range(n_uploads(), 2, 5); /* less and less often */
	assert_string_equal(waits(s), "The template's image is being uploaded to WhatsApp: WhatsApp could not be reached: "
	                              "the line is dead");
	assert_null(world_read(s->w, a).hold.reason);
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"900\"}");
	int tried = n_uploads();
	run(s, 2 * MINUTE_MS);
	assert_int_equal(n_uploads(), tried + 1);
	stage_check_completed(s, a);
	stage_check_completed(s, b);
	stage_check_count(s, a, STATE_ACCEPTED, 100);
	stage_check_count(s, b, STATE_ACCEPTED, 100);
	assert_null(waits(s));
	const struct call *upload = calls_nth("POST", "/1001/media", 0);
	assert_string_equal(upload->bearer, WORLD_TOKEN);
	assert_non_null(strstr(upload->body, "name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"));
	assert_non_null(strstr(upload->body, "name=\"type\"\r\n\r\nimage/png\r\n"));
	assert_non_null(strstr(upload->body, "Content-Type: image/png\r\n\r\n" BYTES "\r\n--"));
}

static void test_a_campaign_without_media_does_not_wait(void **state)
{
	struct stage *s = open_all(state, 10);
	calls_lose("POST", "/1001/media", HTTP_NOT_SENT);
	int64_t slow = stage_campaign(s, "With a picture");
	s->w->template = world_template(s->w, "plain", "Hello {first_name|friend}, we are open.");
	int64_t fast = stage_campaign(s, "Without");
	run(s, 30 * SECOND_MS);
	stage_check_completed(s, fast);
	stage_check_count(s, slow, STATE_QUEUED, 10);
}

static void test_the_server_dies_in_the_middle_of_an_upload(void **state)
{
	struct stage *s = open_all(state, 5);
	int64_t campaign = stage_campaign(s, "One");
	for (int i = 0; i < 100 && n_uploads() == 0; i++) {
		calls_now = s->now.wall;
		(void)turn_manage(s);
		(void)stage_step(s, s->now.mono + 1000);
	}
	assert_int_equal(n_uploads(), 1);
	struct call *lost = calls_abandon_last();
	struct manage *dead = manage;
	stage_crash(s);
	manage_begin(s);
	run(s, 5 * MINUTE_MS);
	assert_int_equal(n_uploads(), 2);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 5);
	/* Its memory is gone with it; the test has to give it back. */
	lost->done(&(struct http_answer){.outcome = HTTP_CANCELED, .body = "", .reason = "the end"}, lost->arg);
	while (!manage_is_quiet(dead))
		manage_turn(dead, s->now);
	manage_destroy(dead);
	assert_string_equal(meta_id(s), "900");
}

/* ---- refusals ---- */

static void test_an_upload_that_is_refused(void **state)
{
	struct stage *s = open_all(state, 5);
	calls_answer("POST", "/1001/media", 400,
	             "{\"error\":{\"message\":\"(#131053) Media upload error\",\"code\":131053,"
	             "\"error_data\":{\"details\":\"The picture is broken.\"}}}");
	int64_t campaign = stage_campaign(s, "One");
	run(s, MINUTE_MS);
	assert_int_equal(n_uploads(), 1);
	struct campaign c = world_read(s->w, campaign);
	assert_string_equal(c.hold.reason,
	                    "The template's medium could not be uploaded to WhatsApp: WhatsApp answered (code 131053): "
	                    "The picture is broken.");
	assert_int_not_equal(c.hold.rule, HOLD_PERSON);
	stage_check_count(s, campaign, STATE_QUEUED, 5);
	run(s, HOUR_MS);
	assert_int_equal(n_uploads(), 1);
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"901\"}");
	resume(s, campaign);
	run(s, MINUTE_MS);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 5);
}

static struct hold hold_of_sender(struct stage *s)
{
	struct sender sender;
	assert_int_equal(IN_JOB(s->w, sender_read(tx, 0, s->w->sender, s->w->arena, &sender)), 0);
	return sender.hold;
}

/* The token is dead before the first message: the sender is held as a refused message would hold it, and asks no more. */
static void test_a_dead_token_holds_the_sender(void **state)
{
	struct stage *s = open_all(state, 5);
	calls_answer("POST", "/1001/media", 401, "{\"error\":{\"message\":\"expired\",\"code\":190}}");
	int64_t campaign = stage_campaign(s, "One");
	run(s, HOUR_MS);
	assert_int_equal(n_uploads(), 1);
	assert_int_equal(hold_of_sender(s).rule, HOLD_REFUSED);
	assert_int_equal(hold_of_sender(s).code, 190);
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"901\"}");
	assert_int_equal(IN_JOB(s->w, sender_release(tx, 0, s->w->sender, s->now.wall)), 0);
	stage_notify(s);
	manage_notify(manage);
	manage_woken = true;
	run(s, MINUTE_MS);
	assert_int_equal(n_uploads(), 2);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 5);
}

/* What waits for a medium is no exception to the deadline. */
static void test_the_deadline_comes_while_it_waits(void **state)
{
	struct stage *s = open_all(state, 5);
	calls_answer("POST", "/1001/media", 503, "busy");
	struct campaign_request req = world_request(s->w, "One");
	req.deadline_ms = s->now.wall + HOUR_MS;
	int64_t campaign = stage_create(s, &req);
	run(s, HOUR_MS - MINUTE_MS);
	stage_check_count(s, campaign, STATE_QUEUED, 5);
	run(s, 2 * MINUTE_MS);
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_SKIPPED, 5);
	assert_int_equal(world_row(s->w, campaign, 1).code, RULE_DEADLINE);
	assert_int_equal(s->n_posts, 0);
}

/* A single message asks for its template's medium when it is its turn, and not before. */
static void test_a_single_message_has_its_medium_uploaded(void **state)
{
	struct stage *s = open_all(state, 0);
	run(s, MINUTE_MS);
	struct message_request req = {
		.from = "Shop", .template_id = "given", .numbers.n = 1, .numbers.digits[0] = "447400000001"};
	req.template_uuid = pubid_make(store_ids(s->w->store), PUBID_TEMPLATE, s->w->template, 0);
	struct single_made made;
	struct faults faults;
	faults_init(&faults);
	assert_int_equal(IN_JOB(s->w, single_create(tx, s->w->account, &req, s->now.wall, s->w->arena, &faults, &made)), 0);
	engine_singles(stage_engine(s), s->w->sender);
	stage_notify(s);
	run(s, MINUTE_MS);
	assert_int_equal(n_uploads(), 1);
	assert_int_equal(world_row(s->w, made.campaign_no, made.first_seq).state, STATE_ACCEPTED);
}

static void test_a_file_that_is_gone(void **state)
{
	struct stage *s = open_all(state, 5);
	char path[400];
	file_path(s, path);
	unlink(path);
	int64_t campaign = stage_campaign(s, "One");
	run(s, MINUTE_MS);
	assert_int_equal(n_uploads(), 0);
	assert_string_equal(world_read(s->w, campaign).hold.reason,
	                    "The template's medium could not be uploaded to WhatsApp: the file is "
	                    "missing in this server's media folder");
}

/* The first messages of a campaign are refused for their medium; the medium's id is old by then. */
static struct stage_reply refuse_until_uploaded_anew(struct stage *s, const struct stage_call *call)
{
	(void)call;
	if (n_uploads() < s->script_step)
		return (struct stage_reply){.kind = STAGE_CODE, .code = 131053};
	return (struct stage_reply){.kind = STAGE_ACCEPTED};
}

static void test_an_id_that_meta_forgot(void **state)
{
	struct stage *s = open_all(state, 50);
	stage_campaign(s, "First");
	run(s, HOUR_MS);
	assert_int_equal(n_uploads(), 1);
	s->script = refuse_until_uploaded_anew;
	s->script_step = 2;
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"901\"}");
	int64_t campaign = stage_campaign(s, "Second");
	run(s, 5 * MINUTE_MS);
	assert_int_equal(n_uploads(), 2); /* however many messages were refused for it */
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 50); /* nobody was given up */
	assert_string_equal(meta_id(s), "901");
}

static void test_a_fresh_id_that_is_refused(void **state)
{
	struct stage *s = open_all(state, 50);
	s->script = refuse_until_uploaded_anew;
	s->script_step = 99;
	int64_t campaign = stage_campaign(s, "One");
	run(s, HOUR_MS);
	assert_in_range(n_uploads(), 1, 2); /* anew once, now or when the campaign goes on */
	assert_string_equal(world_read(s->w, campaign).hold.reason, "WhatsApp could not use the template's medium.");
	stage_check_count(s, campaign, STATE_QUEUED, 50);
	assert_in_range(s->n_posts, 1, 50);
	s->script = stage_accept;
	resume(s, campaign);
	run(s, MINUTE_MS);
	assert_int_equal(n_uploads(), 2); /* the refused id is not tried again */
	stage_check_completed(s, campaign);
	stage_check_count(s, campaign, STATE_ACCEPTED, 50);
}

/* ---- renewal ---- */

static void test_renewed_while_it_is_needed(void **state)
{
	struct stage *s = open_all(state, 5);
	int64_t campaign = stage_campaign(s, "One");
	assert_int_equal(IN_JOB(s->w, campaign_hold(tx, s->w->account, campaign, &world_pause, s->now.wall)), 0);
	assert_int_equal(IN_JOB(s->w, media_want(tx, medium_no, s->w->sender, MEDIA_TO_SEND, s->now.wall)), 0);
	errands(s);
	run(s, MINUTE_MS);
	stage_run(s, 28 * DAY_MS - 2 * MINUTE_MS); /* the days in between, when management has nothing to do but ask */
	run(s, 30 * SECOND_MS);
	assert_int_equal(n_uploads(), 1);
	calls_answer("POST", "/1001/media", 200, "{\"id\":\"901\"}");
	run(s, 2 * MINUTE_MS);
	assert_int_equal(n_uploads(), 2);
	assert_string_equal(meta_id(s), "901");
	resume(s, campaign);
	run(s, MINUTE_MS);
	stage_check_completed(s, campaign);
	stage_run(s, 29 * DAY_MS);
	run(s, HOUR_MS);
	assert_int_equal(n_uploads(), 2); /* nobody needs it any more */
}

/* ---- samples ---- */

static void test_a_sample_comes_by_the_resumable_upload(void **state)
{
	struct stage *s = open_all(state, 0);
	struct media_at_meta at;
	calls_answer("GET", "/app?", 200, "{\"id\":\"77\"}");
	calls_answer("POST", "/77/uploads?", 200, "{\"id\":\"upload:MTph00ff?sig=00ab\"}");
	calls_answer("POST", "/upload:MTph", 200, "{\"h\":\"4::aWm:xyz=\"}");
	assert_int_equal(IN_JOB(s->w, media_want(tx, medium_no, s->w->sender, MEDIA_AS_SAMPLE, s->now.wall)), 0);
	errands(s);
	run(s, MINUTE_MS);
	assert_int_equal(IN_JOB(s->w, media_ready(tx, medium_no, s->w->sender, MEDIA_AS_SAMPLE, s->now.wall, s->w->arena, &at)),
	                 0);
	assert_string_equal(at.meta_id, "4::aWm:xyz=");
	assert_string_equal(calls_nth("POST", "/77/uploads?", 0)->url,
	                    GRAPH "/77/uploads?file_name=file.png&file_length=22&file_type=image/png");
	const struct call *bytes = calls_nth("POST", "/upload:", 0);
	assert_string_equal(bytes->url, GRAPH "/upload:MTph00ff?sig=00ab");
	assert_string_equal(bytes->body, BYTES);
	assert_string_equal(bytes->bearer, "");
	assert_string_equal(bytes->headers, "Authorization: OAuth " WORLD_TOKEN "\nfile_offset: 0\n");
	assert_int_equal(n_uploads(), 0);
}

static void test_a_sample_that_fails_on_the_way(void **state)
{
	struct stage *s = open_all(state, 0);
	struct media_at_meta at;
	calls_answer("GET", "/app?", 200, "{\"id\":\"77\"}");
	calls_answer("POST", "/77/uploads?", 200, "{\"id\":\"elsewhere\"}");
	assert_int_equal(IN_JOB(s->w, media_want(tx, medium_no, s->w->sender, MEDIA_AS_SAMPLE, s->now.wall)), 0);
	errands(s);
	run(s, SECOND_MS);
	assert_int_equal(IN_JOB(s->w, media_ready(tx, medium_no, s->w->sender, MEDIA_AS_SAMPLE, s->now.wall, s->w->arena, &at)),
	                 1);
	assert_string_equal(at.reason, "WhatsApp's answer could not be understood: an upload session of another kind");
	calls_answer("POST", "/77/uploads?", 200, "{\"id\":\"upload:MTph1\"}");
	calls_answer("POST", "/upload:MTph", 401, "{\"error\":{\"message\":\"no\",\"code\":190}}");
	run(s, MINUTE_MS);
	calls_answer("POST", "/upload:MTph", 200, "{\"h\":\"4::aW\"}");
	run(s, HOUR_MS);
	assert_int_equal(IN_JOB(s->w, media_ready(tx, medium_no, s->w->sender, MEDIA_AS_SAMPLE, s->now.wall, s->w->arena, &at)),
	                 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEDIA_TEST(test_a_hundred_wait_for_one_upload),
		MEDIA_TEST(test_a_campaign_without_media_does_not_wait),
		MEDIA_TEST(test_the_server_dies_in_the_middle_of_an_upload),
		MEDIA_TEST(test_an_upload_that_is_refused),
		MEDIA_TEST(test_a_dead_token_holds_the_sender),
		MEDIA_TEST(test_the_deadline_comes_while_it_waits),
		MEDIA_TEST(test_a_single_message_has_its_medium_uploaded),
		MEDIA_TEST(test_a_file_that_is_gone),
		MEDIA_TEST(test_an_id_that_meta_forgot),
		MEDIA_TEST(test_a_fresh_id_that_is_refused),
		MEDIA_TEST(test_renewed_while_it_is_needed),
		MEDIA_TEST(test_a_sample_comes_by_the_resumable_upload),
		MEDIA_TEST(test_a_sample_that_fails_on_the_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
