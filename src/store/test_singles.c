/* Single messages on their way into the ledger and out of it. */
#include <stdio.h>
#include <string.h>

#include "store/inbox.h"
#include "store/media.h"
#include "store/messages.h"
#include "store/optouts.h"
#include "store/singles.h"
#include "store/templates.h"
#include "store/test_world.h"

#define ANN "447400000001"
#define BOB "447400000002"

static struct message_request request(struct world *w, const char *number)
{
	struct message_request req = {.from = "Shop", .numbers.n = 1};
	(void)w;
	snprintf(req.numbers.digits[0], sizeof(req.numbers.digits[0]), "%.15s", number);
	return req;
}

static struct message_request with_template(struct world *w, const char *number, int64_t template_no)
{
	struct message_request req = request(w, number);
	req.template_id = "given";
	req.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, template_no, 0);
	return req;
}

static struct single_made make(struct world *w, const struct message_request *req)
{
	struct single_made made;
	struct faults faults;
	faults_init(&faults);
	int result = IN_JOB(w, single_create(tx, w->account, req, w->now, w->arena, &faults, &made));
	if (result != 0)
		fail_msg("%s", faults.item[0].message);
	check_invariants(w);
	return made;
}

static void must_fail(struct world *w, const struct message_request *req, int code)
{
	struct single_made made;
	struct faults faults;
	faults_init(&faults);
	assert_int_equal(IN_JOB(w, single_create(tx, w->account, req, w->now, w->arena, &faults, &made)), 1);
	assert_int_equal(faults.n, 1);
	assert_int_equal(faults.item[0].code, code);
	assert_int_equal(world_int(w, "SELECT COUNT(*) FROM single"), 0);
}

static void person_writes(struct world *w, const char *from)
{
	int64_t account;
	struct inbound m = {.phone_number_id = "1001",
	                    .wamid = arena_printf(w->arena, "wamid.%lld", (long long)w->now),
	                    .from = from,
	                    .type = "text",
	                    .text = "hello",
	                    .payload = "",
	                    .context_id = "",
	                    .at = w->now};
	assert_int_equal(IN_JOB(w, inbound_add(tx, w->hash, &m, w->now, &account)), 0);
}

static void variables_fill_placeholders_in_their_order(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t template_no = world_template(w, "Order", "Dear {number}, {what} of {number}: {when|soon} it comes.");
	struct message_request req = with_template(w, ANN, template_no);
	req.variable[0] = "Ann";
	req.variable[1] = "a  book";
	req.n_variables = 2;
	req.payload = "p-1";
	struct single_made made = make(w, &req);
	assert_int_equal(made.n, 1);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, made.campaign_no, row, 4), 1);
	assert_int_equal(row[0].seq, made.first_seq);
	assert_non_null(row[0].single);
	assert_int_equal(row[0].single->template_no, template_no);
	assert_string_equal(row[0].single->content.payload, "p-1");
	struct template_text text;
	struct err err;
	assert_int_equal(template_text_parse(w->arena, row[0].single->tpl.text, &text, &err), 0);
	assert_string_equal(template_fill(&text, &row[0].contact, w->arena), "Dear Ann, a book of Ann: soon it comes.");
	assert_string_equal(row[0].contact.number, ANN);
	struct ledger_row seen = world_row(w, made.campaign_no, made.first_seq);
	assert_true(seen.is_single);
	assert_int_equal(seen.template_no, template_no);
	assert_string_equal(seen.payload, "p-1");
	assert_int_equal(seen.start_ms, w->now);
}

static void what_it_refers_to_must_be_there(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = with_template(w, ANN, w->template);
	req.from = "Nobody";
	must_fail(w, &req, 1505);
	req = with_template(w, ANN, 4711);
	must_fail(w, &req, 1513);
	int64_t strict = world_template(w, "Strict", "Dear {last_name}, hello.");
	req = with_template(w, ANN, strict);
	must_fail(w, &req, 1514);
	req.variable[0] = " ";
	req.n_variables = 1;
	must_fail(w, &req, 1514);
	req.variable[0] = req.variable[1] = "x";
	req.n_variables = 2;
	must_fail(w, &req, 1514);
	const struct template_word word = {.meta_id = arena_printf(w->arena, "30%02lld", (long long)strict)};
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "DISABLED", NULL, w->now)), 0);
	req.n_variables = 1;
	must_fail(w, &req, 1513);
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, ANN, true, "person", "", w->now)), 0);
	req = with_template(w, ANN, w->template);
	must_fail(w, &req, 1530);
}

static void free_text_needs_the_window(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = request(w, ANN);
	req.text = "Hello";
	must_fail(w, &req, 1509);
	person_writes(w, BOB);
	must_fail(w, &req, 1509);
	msec_t wrote = w->now += 5;
	person_writes(w, ANN);
	w->now = wrote + SINGLE_WINDOW_MS;
	must_fail(w, &req, 1509);
	w->now--;
	struct single_made made = make(w, &req);
	struct ledger_row seen = world_row(w, made.campaign_no, made.first_seq);
	assert_int_equal(seen.template_no, 0);
	assert_string_equal(seen.type, "text");
	assert_string_equal(seen.text, "Hello");
	assert_int_equal(seen.expire_ms, wrote + SINGLE_WINDOW_MS);
	/* The hours are over before it could be sent. */
	w->now++;
	struct claimed_row row[2];
	assert_int_equal(world_claim(w, made.campaign_no, row, 2), 0);
	assert_int_equal(world_row(w, made.campaign_no, made.first_seq).code, RULE_DEADLINE);
}

static void a_request_is_all_or_none(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = request(w, ANN);
	req.text = "Hello";
	snprintf(req.numbers.digits[1], sizeof(req.numbers.digits[1]), BOB);
	req.numbers.n = 2;
	json_auto cJSON *to = cJSON_Parse("[\"1\",\"2\"]");
	req.to = to;
	person_writes(w, ANN);
	must_fail(w, &req, 1509);
	w->now++;
	person_writes(w, BOB);
	struct single_made made = make(w, &req);
	assert_int_equal(made.n, 2);
	assert_string_equal(world_row(w, made.campaign_no, made.first_seq).contact.number, ANN);
	assert_string_equal(world_row(w, made.campaign_no, made.first_seq + 1).contact.number, BOB);
}

static void one_campaign_a_sender_that_nobody_sees(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t other = world_sender(w, "Other", "1002");
	struct message_request req = with_template(w, ANN, w->template);
	struct single_made first = make(w, &req), second = make(w, &req);
	req.from = "Other";
	struct single_made third = make(w, &req);
	assert_int_equal(first.campaign_no, second.campaign_no);
	assert_int_equal(first.first_seq + 1, second.first_seq);
	assert_true(third.campaign_no != first.campaign_no);
	struct campaign c, seen[10];
	struct page page = {.size = 10};
	int n;
	assert_int_equal(IN_JOB(w, campaign_list(tx, w->account, &(struct campaign_filter){0}, &page, w->arena, seen, &n)), 0);
	assert_int_equal(n, 0);
	assert_int_equal(IN_JOB(w, campaign_read(tx, w->account, first.campaign_no, w->arena, &c)), 1);
	assert_int_equal(IN_JOB(w, singles_campaign(tx, w->sender, &c)), 0);
	assert_int_equal(c.no, first.campaign_no);
	assert_int_equal(c.count[STATE_QUEUED], 2);
	assert_true(c.singles && c.frozen);
	struct audience audience[10];
	assert_int_equal(IN_JOB(w, audience_list(tx, w->account, NULL, &page, w->arena, audience, &n)), 0);
	assert_int_equal(n, 1);
	struct template tpl[10];
	assert_int_equal(IN_JOB(w, template_list(tx, w->account, &(struct template_filter){0}, &page, w->arena, tpl, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, other, w->now)), 2);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, third.campaign_no, third.first_seq, w->now)), 0);
	assert_int_equal(IN_JOB(w, sender_delete(tx, w->account, other, w->now)), 0);
}

/* Its campaign has nothing open for a while, and is not over. */
static void the_campaign_is_never_over(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = with_template(w, ANN, w->template);
	struct claimed_row row[4];
	for (int i = 1; i <= 3; i++) {
		struct single_made made = make(w, &req);
		w->now += 400 * DAY_MS;
		assert_int_equal(world_claim(w, made.campaign_no, row, 4), 0); /* that one is too old */
		assert_int_equal(world_row(w, made.campaign_no, made.first_seq).code, RULE_DEADLINE);
		made = make(w, &req);
		assert_int_equal(world_claim(w, made.campaign_no, row, 4), 1);
		struct outcome accepted = {OUTCOME_ACCEPTED, made.campaign_no, made.first_seq, 1, 0, "wamid.x", NULL, -1, w->now};
		world_record(w, &accepted);
		assert_int_equal(IN_JOB(w, ledger_settle(tx, made.campaign_no, w->now)), 0);
		assert_int_equal(world_int(w, "SELECT status FROM campaign WHERE no = %lld", (long long)made.campaign_no),
		                 CAMPAIGN_IN_PROGRESS);
	}
}

static void a_lost_lane_leaves_doubt_here_too(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = with_template(w, ANN, w->template);
	struct single_made made = make(w, &req);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, made.campaign_no, row, 4), 1);
	world_take_lane(w);
	assert_int_equal(world_row(w, made.campaign_no, made.first_seq).state, STATE_UNCONFIRMED);
	assert_int_equal(world_claim(w, made.campaign_no, row, 4), 0);
	assert_int_equal(IN_JOB(w, ledger_stop(tx, w->account, made.campaign_no, made.first_seq, w->now)), 2);
	int64_t queued;
	msec_t next;
	assert_int_equal(IN_JOB(w, ledger_resend(tx, w->sender, 1, 0, w->now + DAY_MS, &queued, &next)), 0);
	assert_int_equal(queued, 0);
	struct status_update update = {.campaign_no = made.campaign_no,
	                               .seq = made.first_seq,
	                               .attempt = 1,
	                               .state = STATE_DELIVERED,
	                               .wamid = "wamid.x",
	                               .at = w->now};
	assert_int_equal(world_apply(w, &update).moved, 1);
	assert_int_equal(world_row(w, made.campaign_no, made.first_seq).state, STATE_DELIVERED);
}

static void an_opt_out_meanwhile_is_heeded(void **state)
{
	struct world *w = world_open(state, 0);
	struct message_request req = with_template(w, ANN, w->template);
	struct single_made made = make(w, &req);
	struct claimed_row row[4];
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, ANN, true, "whatsapp", "STOP", w->now)), 0);
	assert_int_equal(world_claim(w, made.campaign_no, row, 4), 0);
	assert_int_equal(world_row(w, made.campaign_no, made.first_seq).code, RULE_OPTED_OUT);
}

/* ---- media ---- */

static int64_t medium(struct world *w, enum media_kind kind, const char *mime_type, const char *sha256)
{
	const struct medium m = {.account_no = w->account, .kind = kind, .mime_type = mime_type, .size = 9, .sha256 = sha256};
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, media_create(tx, &m, 0, w->now, &no)), 0);
	return no;
}

static struct message_request with_medium(struct world *w, const char *type, int64_t media_no)
{
	struct message_request req = request(w, ANN);
	req.type = type;
	req.media_id = "given";
	req.media_uuid = pubid_make(store_ids(w->store), PUBID_MEDIA, media_no, 0);
	return req;
}

static struct media_errand errand(struct world *w)
{
	struct media_errand e[4];
	int n = 0;
	assert_int_equal(IN_JOB(w, media_errands(tx, w->now, w->arena, e, 4, &n)), 0);
	assert_int_equal(n, 1);
	assert_int_equal(e[0].sender_no, w->sender);
	return e[0];
}

static void a_medium_must_be_there_and_of_its_type(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t picture = medium(w, MEDIA_IMAGE, "image/png", "aa");
	person_writes(w, ANN);
	struct message_request req = with_medium(w, "image", picture + 1);
	must_fail(w, &req, 1264);
	req = with_medium(w, "video", picture);
	must_fail(w, &req, 1276);
	req = with_medium(w, "document", picture);
	must_fail(w, &req, 1277);
}

static void a_message_waits_for_its_medium(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t paper = medium(w, MEDIA_DOCUMENT, "application/pdf", "aa");
	person_writes(w, ANN);
	struct message_request req = with_medium(w, "document", paper);
	req.filename = "prices";
	struct single_made first = make(w, &req), second = make(w, &req);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, first.campaign_no, row, 4), 0);
	assert_int_equal(world_row(w, first.campaign_no, first.first_seq).state, STATE_QUEUED);
	msec_t next;
	assert_int_equal(IN_JOB(w, ledger_next_retry(tx, first.campaign_no, &next)), 0);
	assert_true(next > w->now);
	struct media_errand e = errand(w);
	assert_int_equal(IN_JOB(w, media_uploaded(tx, &e, "4711", w->now)), 0);
	w->now = next;
	assert_int_equal(world_claim(w, first.campaign_no, row, 4), 2);
	assert_int_equal(row[1].seq, second.first_seq);
	assert_string_equal(row[0].single->content.media_id, "4711");
	assert_string_equal(row[0].single->content.filename, "prices.pdf");
}

static void a_medium_that_whatsapp_refuses_fails_its_message(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t film = medium(w, MEDIA_VIDEO, "video/mp4", "aa");
	person_writes(w, ANN);
	struct message_request req = with_medium(w, "video", film);
	struct single_made made = make(w, &req);
	struct media_errand e = errand(w);
	assert_int_equal(IN_JOB(w, media_refused(tx, &e, "it has two sound tracks", w->now)), 0);
	struct claimed_row row[4];
	assert_int_equal(world_claim(w, made.campaign_no, row, 4), 0);
	struct ledger_row seen = world_row(w, made.campaign_no, made.first_seq);
	assert_int_equal(seen.state, STATE_FAILED);
	assert_int_equal(seen.code, 131053);
	assert_string_equal(seen.detail, "it has two sound tracks");
}

/* ---- trying a campaign out ---- */

static int try_out(struct world *w, int64_t campaign, int64_t contact, int n, int allowance, struct faults *faults,
                   struct single_made *made)
{
	struct message_numbers to = {.n = n};
	for (int i = 0; i < n; i++) {
		to.place[i] = i;
		snprintf(to.digits[i], NUMBER_BYTES, "44740000%04d", i);
	}
	const struct single_test test = {
		.campaign_no = campaign, .audience_no = w->audience, .contact_no = contact, .to = &to, .allowance = allowance};
	faults_init(faults);
	int result = IN_JOB(w, single_test(tx, w->account, &test, w->now, w->arena, faults, made));
	check_invariants(w);
	return result;
}

static void a_campaign_is_tried_out(void **state)
{
	struct world *w = world_open(state, 3);
	int64_t c = world_campaign(w, "C");
	struct faults faults;
	struct single_made made;
	assert_int_equal(try_out(w, c, 0, 2, 5, &faults, &made), 0);
	assert_int_equal(made.n, 2);
	struct ledger_row seen = world_row(w, made.campaign_no, made.first_seq);
	assert_int_equal(seen.test_of, c);
	assert_int_equal(seen.template_no, w->template);
	struct template_text text;
	struct err err;
	assert_int_equal(template_text_parse(w->arena, seen.template_text, &text, &err), 0);
	assert_string_equal(template_fill(&text, &seen.contact, w->arena), "Hello N1, the shop is open.");
	assert_int_equal(try_out(w, c, 3, 1, 5, &faults, &made), 0);
	seen = world_row(w, made.campaign_no, made.first_seq);
	assert_string_equal(template_fill(&text, &seen.contact, w->arena), "Hello N3, the shop is open.");
	struct campaign counts = world_read(w, c);
	for (int i = 0; i < N_STATES; i++)
		assert_int_equal(counts.count[i], 0);
}

static void the_allowance_is_for_24_hours(void **state)
{
	struct world *w = world_open(state, 1);
	int64_t c = world_campaign(w, "C");
	struct faults faults;
	struct single_made made;
	assert_int_equal(try_out(w, c, 0, 3, 5, &faults, &made), 0);
	w->now += 10;
	assert_int_equal(try_out(w, c, 0, 3, 5, &faults, &made), 1);
	assert_int_equal(faults.item[0].code, 1525);
	assert_int_equal(try_out(w, c, 0, 2, 5, &faults, &made), 0);
	w->now += DAY_MS - 10;
	assert_int_equal(try_out(w, c, 0, 3, 5, &faults, &made), 0);
	assert_int_equal(try_out(w, c, 0, 1, 5, &faults, &made), 1);
}

static void what_a_test_needs(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t c = world_campaign(w, "C");
	struct faults faults;
	struct single_made made;
	assert_int_equal(try_out(w, c, 0, 1, 5, &faults, &made), 1);
	assert_int_equal(faults.item[0].code, 1616);
	assert_int_equal(try_out(w, c, 1, 1, 5, &faults, &made), 1);
	assert_int_equal(faults.item[0].code, 1616);
	assert_int_equal(try_out(w, c + 1, 0, 1, 5, &faults, &made), 2);
	world_contact(w, w->audience, "447400000009", NULL);
	w->template = world_template(w, "Strict", "Dear {last_name}, hello.");
	c = world_campaign(w, "D");
	assert_int_equal(try_out(w, c, 0, 1, 5, &faults, &made), 1);
	assert_int_equal(faults.item[0].code, 1613);
	assert_int_equal(IN_JOB(w, optout_set(tx, w->account, "447400000000", true, "person", "", w->now)), 0);
	assert_int_equal(try_out(w, c, 0, 1, 5, &faults, &made), 1);
	assert_int_equal(faults.item[0].code, 1530);
	assert_string_equal(faults.item[0].field, "data.to[0]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(variables_fill_placeholders_in_their_order),
		WORLD_ON_BOTH(what_it_refers_to_must_be_there),
		WORLD_ON_BOTH(free_text_needs_the_window),
		WORLD_ON_BOTH(a_request_is_all_or_none),
		WORLD_ON_BOTH(one_campaign_a_sender_that_nobody_sees),
		WORLD_ON_BOTH(the_campaign_is_never_over),
		WORLD_ON_BOTH(a_lost_lane_leaves_doubt_here_too),
		WORLD_ON_BOTH(an_opt_out_meanwhile_is_heeded),
		WORLD_ON_BOTH(a_medium_must_be_there_and_of_its_type),
		WORLD_ON_BOTH(a_message_waits_for_its_medium),
		WORLD_ON_BOTH(a_medium_that_whatsapp_refuses_fails_its_message),
		WORLD_ON_BOTH(a_campaign_is_tried_out),
		WORLD_ON_BOTH(the_allowance_is_for_24_hours),
		WORLD_ON_BOTH(what_a_test_needs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
