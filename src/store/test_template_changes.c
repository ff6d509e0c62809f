/* Templates that change: by their user, by Meta, and by taking over what stands at Meta. */
#include <string.h>

#include "store/templates.h"
#include "store/field_names.h"
#include "store/test_world.h"

#define IMAGE "{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"url\":\"https://a.example/b.png\"}"
#define BODY(text) "{\"type\":\"BODY\",\"text\":\"" text "\"}"

static struct template read_template(struct world *w, int64_t no)
{
	struct template tpl;
	assert_int_equal(IN_JOB(w, template_read(tx, w->account, no, w->arena, &tpl)), 0);
	return tpl;
}

static int64_t approved(struct world *w, const char *name, const struct template_request *req)
{
	struct template_request named = *req;
	named.name = name;
	named.wa_category = "MARKETING";
	int64_t no = 0;
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &named, w->now, &no)), 0);
	const struct template_word word = {.meta_id = arena_printf(w->arena, "77%02lld", (long long)no)};
	assert_int_equal(IN_JOB(w, template_submitted(tx, no, word.meta_id, NULL, w->now + 50, w->now)), 0);
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "APPROVED", NULL, w->now)), 0);
	return no;
}

static const struct template_request hello = {.text = "Hello {first_name|friend}, welcome."};

/* The code of the first fault, 0 for none. */
static int update(struct world *w, int64_t no, const struct template_request *req)
{
	struct faults *faults = arena_alloc(w->arena, sizeof(*faults));
	faults_init(faults);
	int result = IN_JOB(w, template_update(tx, w->account, no, req, w->now, faults));
	assert_int_equal(result, faults_any(faults) ? 2 : 0);
	return faults_any(faults) ? (int)faults->item[0].code : 0;
}

static int errands(struct world *w, struct template_errand *ret)
{
	struct template_errand all[8];
	int n = -1;
	assert_int_equal(IN_JOB(w, template_errands(tx, w->now, w->arena, all, 8, &n)), 0);
	if (n > 0)
		*ret = all[0];
	return n;
}

static int verdict(struct world *w, const char *meta_id, const char *status)
{
	const struct template_word word = {.meta_id = meta_id};
	return IN_JOB(w, template_verdict(tx, &word, status, NULL, w->now));
}

static int create_campaign(struct world *w, const char *name, int64_t template_no)
{
	struct campaign_request req = world_request(w, name);
	req.template_uuid = pubid_make(store_ids(w->store), PUBID_TEMPLATE, template_no, 0);
	struct faults *faults = arena_alloc(w->arena, sizeof(*faults));
	int64_t no;
	faults_init(faults);
	int result = IN_JOB(w, campaign_create(tx, w->account, &req, w->now, w->arena, faults, &no));
	return result == 0 ? 0 : (int)faults->item[0].code;
}

static void a_rich_template_keeps_its_components(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t no = approved(w, "T",
	                      &(struct template_request){.components = "[" IMAGE "," BODY("Hi {first_name|you}, look.") "]"});
	struct template tpl = read_template(w, no);
	struct template_form *form = arena_alloc(w->arena, sizeof(*form));
	struct err err;
	assert_string_equal(tpl.text, "Hi {first_name|you}, look.");
	assert_string_equal(tpl.type, "image");
	assert_int_equal(IN_JOB(w, template_form_open(tx, &tpl, w->arena, form, &err)), 0);
	assert_string_equal(form->main.media.url, "https://a.example/b.png");
}

static void names_are_ours(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand;
	int64_t no = approved(w, "T", &hello), other = approved(w, "Other", &hello);
	(void)other;
	struct template before = read_template(w, no);
	assert_int_equal(update(w, no, &(struct template_request){.name = "Other"}), FAULT_TEMPLATE_NAME_TAKEN);
	assert_int_equal(update(w, no, &(struct template_request){.name = "T"}), 0);
	assert_int_equal(update(w, no, &(struct template_request){.name = "New"}), 0);
	struct template after = read_template(w, no);
	assert_string_equal(after.name, "New");
	assert_string_equal(after.meta_name, before.meta_name);
	assert_int_equal(after.status, TEMPLATE_COMPLETED);
	assert_int_equal(errands(w, &errand), 0);
}

static void what_meta_does_not_see_is_changed_at_once(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand;
	int64_t no = approved(w, "T", &hello);
	assert_int_equal(update(w, no, &(struct template_request){.text = "Hello {first_name|dear}, welcome."}), 0);
	assert_string_equal(read_template(w, no).text, "Hello {first_name|dear}, welcome.");
	assert_int_equal(read_template(w, no).status, TEMPLATE_COMPLETED);
	assert_int_equal(errands(w, &errand), 0);
}

static void an_edit_is_judged_by_meta(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = approved(w, "T", &hello);
	const char *id = read_template(w, no).meta_id;
	assert_int_equal(update(w, no, &(struct template_request){.text = "Good day {first_name|friend}, welcome."}), 0);
	struct template tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_IN_PROCESS);
	assert_true(tpl.editing);
	assert_int_equal(errands(w, &errand), 1);
	assert_true(errand.tpl.editing);
	assert_string_equal(errand.tpl.text, "Good day {first_name|friend}, welcome.");
	assert_int_equal(create_campaign(w, "C", no), FAULT_CAMPAIGN_TEMPLATE_STATE);
	assert_int_equal(update(w, no, &(struct template_request){.text = "Again."}), FAULT_TEMPLATE_STATE);
	/* What Meta says meanwhile is about what was there before. */
	assert_int_equal(verdict(w, id, "APPROVED"), 0);
	assert_int_equal(read_template(w, no).status, TEMPLATE_IN_PROCESS);
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(IN_JOB(w, template_edited(tx, no, w->now + 50, w->now)), 0);
	assert_int_equal(errands(w, &errand), 0);
	w->now += 50;
	assert_int_equal(errands(w, &errand), 1);
	assert_false(errand.tpl.editing);
	assert_int_equal(verdict(w, id, "APPROVED"), 0);
	tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.text, "Good day {first_name|friend}, welcome.");
	/* One a day, as long as it is approved. */
	assert_int_equal(update(w, no, &(struct template_request){.text = "Third words."}), FAULT_TEMPLATE_STATE);
	w->now += DAY_MS;
	assert_int_equal(update(w, no, &(struct template_request){.text = "Third words."}), 0);
}

static void an_edit_that_meta_refuses_is_taken_back(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand;
	int64_t no = approved(w, "T",
	                      &(struct template_request){.text = "Hello.", .button_type = "quick_reply", .button_text = "Stop"});
	assert_int_equal(update(w, no, &(struct template_request){.components = "[" IMAGE "," BODY("Other words.") "]"}), 0);
	assert_string_equal(read_template(w, no).type, "image");
	assert_int_equal(IN_JOB(w, template_edit_refused(tx, no, "Not so often.", w->now)), 0);
	struct template tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_string_equal(tpl.reason, "Not so often.");
	assert_string_equal(tpl.text, "Hello.");
	assert_string_equal(tpl.type, "text");
	assert_string_equal(tpl.button_text, "Stop");
	assert_null(tpl.components);
	assert_false(tpl.editing);
	assert_int_equal(errands(w, &errand), 0);
}

static void when_content_cannot_be_changed(void **state)
{
	struct world *w = world_open(state, 1);
	struct template_errand errand = {0};
	const struct template_request other = {.text = "Other words."};
	int64_t no = approved(w, "T", &hello);
	assert_int_equal(create_campaign(w, "C", no), 0);
	assert_int_equal(update(w, no, &other), FAULT_TEMPLATE_STATE);
	assert_int_equal(update(w, no, &(struct template_request){.name = "Renamed"}), 0);
	int64_t disabled = approved(w, "D", &hello);
	assert_int_equal(verdict(w, read_template(w, disabled).meta_id, "DISABLED"), 0);
	assert_int_equal(update(w, disabled, &other), FAULT_TEMPLATE_STATE);
	assert_int_equal(update(w, disabled, &(struct template_request){.text = "Hi {a"}), FAULT_TEMPLATE_TEXT_INVALID);
	/* One that Meta never took is simply submitted again. */
	int64_t refused = 0;
	struct template_request again = hello;
	again.name = "R";
	again.wa_category = "UTILITY";
	assert_int_equal(IN_JOB(w, template_create(tx, w->account, w->sender, &again, w->now, &refused)), 0);
	assert_int_equal(update(w, refused, &other), FAULT_TEMPLATE_STATE);
	assert_int_equal(IN_JOB(w, template_refused(tx, refused, "no", w->now)), 0);
	assert_int_equal(update(w, refused, &other), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.tpl.no, refused);
	assert_false(errand.tpl.editing);
	assert_int_equal(read_template(w, refused).status, TEMPLATE_IN_PROCESS);
	assert_null(read_template(w, refused).reason);
}

static void categories_and_components_change_at_meta(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = approved(w, "T", &hello);
	const struct template_word word = {
		.hash = w->hash, .waba_id = "2001", .meta_name = read_template(w, no).meta_name, .language = "en_US"};
	assert_int_equal(IN_JOB(w, template_category(tx, &word, "MARKETING", "UTILITY", NULL, w->now)), 0);
	assert_string_equal(read_template(w, no).correct_category, "UTILITY");
	assert_string_equal(read_template(w, no).category, "MARKETING");
	assert_int_equal(IN_JOB(w, template_category(tx, &word, "UTILITY", NULL, "MARKETING", w->now)), 0);
	struct template tpl = read_template(w, no);
	assert_string_equal(tpl.category, "UTILITY");
	assert_string_equal(tpl.previous_category, "MARKETING");
	assert_null(tpl.correct_category);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	const struct template_word foreign = {.hash = w->hash, .waba_id = "2001", .meta_name = word.meta_name, .language = "de"};
	assert_int_equal(IN_JOB(w, template_category(tx, &foreign, "MARKETING", NULL, NULL, w->now)), 1);
	assert_int_equal(IN_JOB(w, template_changed(tx, &word, w->now)), 0);
	assert_int_equal(errands(w, &errand), 1);
	assert_true(errand.refetch);
	assert_int_equal(verdict(w, tpl.meta_id, "APPROVED"), 0); /* which does not end that errand */
	assert_int_equal(errands(w, &errand), 1);
	struct template_listing listing = {.waba_id = "2001",
	                                   .meta_id = tpl.meta_id,
	                                   .meta_name = tpl.meta_name,
	                                   .language = "en_US",
	                                   .status = "APPROVED",
	                                   .category = "UTILITY",
	                                   .correct_category = "",
	                                   .previous_category = "",
	                                   .reason = "NONE",
	                                   .quality = "",
	                                   .text = "Good day {first_name}!",
	                                   .components = "[" BODY("Good day {first_name}!") "]",
	                                   .params = TEMPLATE_PARAMS_NAMED};
	assert_int_equal(IN_JOB(w, template_fetched(tx, no, &listing, w->now + 50, w->now)), 0);
	assert_string_equal(read_template(w, no).text, "Good day {first_name}!");
	assert_int_equal(read_template(w, no).params, TEMPLATE_PARAMS_NAMED);
	assert_int_equal(errands(w, &errand), 0);
}

/* Meta retries for days, and in no order. */
static void a_word_older_than_what_is_known_is_asked_after(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand = {0};
	int64_t no = approved(w, "T", &hello);
	struct template_word word = {.hash = w->hash, .waba_id = "2001", .meta_name = read_template(w, no).meta_name};
	w->now += HOUR_MS;
	word.said_ms = w->now - 5 * MINUTE_MS;
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "APPROVED", NULL, w->now)), 0);
	word.said_ms = w->now - 10 * MINUTE_MS;
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "PAUSED", NULL, w->now)), 0);
	assert_string_equal(read_template(w, no).meta_status, "APPROVED");
	assert_int_equal(errands(w, &errand), 1);
	assert_int_equal(errand.tpl.no, no);
	assert_int_equal(verdict(w, errand.tpl.meta_id, "APPROVED"), 0);
	assert_int_equal(errands(w, &errand), 0);
	word.said_ms = w->now - 10 * MINUTE_MS; /* the same word again is no question */
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "APPROVED", NULL, w->now)), 0);
	assert_int_equal(errands(w, &errand), 0);
	word.said_ms = w->now + MINUTE_MS;
	assert_int_equal(IN_JOB(w, template_verdict(tx, &word, "PAUSED", NULL, w->now)), 0);
	assert_string_equal(read_template(w, no).meta_status, "PAUSED");
}

static struct template_listing listed(const char *id, const char *name, const char *status, const char *components)
{
	return (struct template_listing){.waba_id = "2001",
	                                 .meta_id = id,
	                                 .meta_name = name,
	                                 .language = "en_US",
	                                 .status = status,
	                                 .category = "MARKETING",
	                                 .correct_category = "",
	                                 .previous_category = "",
	                                 .reason = "NONE",
	                                 .quality = "GREEN",
	                                 .text = "Hi {custom1}!",
	                                 .components = components,
	                                 .params = TEMPLATE_PARAMS_POSITIONAL};
}

static struct template_sync sync(struct world *w, const struct template_listing *list, int n)
{
	struct template_sync sum = {0};
	w->now += 1000;
	assert_int_equal(IN_JOB(w, (sum = (struct template_sync){0},
	                            template_sync(tx, w->account, w->sender, "441001", "2001", list, n, w->now, &sum))),
	                 0);
	return sum;
}

static int64_t by_name(struct world *w, const char *name)
{
	return world_int(w, "SELECT no FROM template WHERE name = '%s' AND deleted_ms IS NULL", name);
}

static void what_stands_at_meta_is_taken_over(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t mine = approved(w, "T", &hello);
	struct template tpl = read_template(w, mine), offer = read_template(w, w->template);
	struct template_listing list[] = {
		listed("1", "sale", "APPROVED", "[" BODY("Hi {custom1}!") "]"),
		listed("2", "sale", "PENDING", "[" BODY("Hi {custom1}!") "]"),
		listed("3", "flow", "APPROVED", "[" BODY("x") "]"),
		listed(tpl.meta_id, tpl.meta_name, "APPROVED", "[" BODY("Hello {first_name}, welcome.") "]"),
		listed(offer.meta_id, offer.meta_name, "PAUSED", "[" BODY("Hello {first_name}, the shop is open.") "]"),
	};
	list[1].language = "de";
	list[2].unsupported = "it has a button of type FLOW";
	list[3].params = list[4].params = TEMPLATE_PARAMS_NAMED;
	struct template_sync sum = sync(w, list, 5);
	assert_int_equal(sum.found, 5);
	assert_int_equal(sum.added, 3);
	assert_int_equal(sum.unsupported, 1);
	assert_int_equal(sum.removed, 0);
	struct template sale = read_template(w, by_name(w, "sale"));
	assert_int_equal(sale.status, TEMPLATE_COMPLETED);
	assert_string_equal(sale.meta_name, "sale");
	assert_string_equal(sale.sender_code, "441001");
	assert_int_equal(sale.params, TEMPLATE_PARAMS_POSITIONAL);
	assert_int_equal(read_template(w, by_name(w, "sale de")).status, TEMPLATE_IN_PROCESS);
	struct template flow = read_template(w, by_name(w, "flow"));
	assert_int_equal(flow.status, TEMPLATE_CANCELED);
	assert_string_equal(flow.reason, "it has a button of type FLOW");
	assert_int_equal(verdict(w, "3", "APPROVED"), 0); /* Meta approving it makes it no more sendable */
	assert_int_equal(read_template(w, flow.no).status, TEMPLATE_CANCELED);
	assert_string_equal(read_template(w, flow.no).reason, "it has a button of type FLOW");
	/* What is the same there keeps what only we know of it. */
	assert_string_equal(read_template(w, mine).text, "Hello {first_name|friend}, welcome.");
	assert_string_equal(read_template(w, w->template).meta_status, "PAUSED");
	assert_string_equal(read_template(w, w->template).text, "Hello {first_name|friend}, the shop is open.");
	sum = sync(w, list, 5);
	assert_int_equal(sum.added, 0);
	assert_int_equal(sum.updated, 0);
	/* Changed there, and gone there. */
	list[0].components = "[" BODY("Hi {custom1}, come!") "]";
	list[0].text = "Hi {custom1}, come!";
	sum = sync(w, list, 3);
	assert_int_equal(sum.updated, 1);
	assert_int_equal(sum.removed, 2);
	assert_string_equal(read_template(w, sale.no).text, "Hi {custom1}, come!");
	assert_int_equal(read_template(w, mine).status, TEMPLATE_CANCELED);
	assert_string_equal(read_template(w, mine).meta_status, "DELETED");
}

static void what_meta_does_not_keep_is_given_by_an_update(void **state)
{
	struct world *w = world_open(state, 0);
	struct template_errand errand;
	struct template_listing lacking = listed("1", "sale", "APPROVED",
	                                         "[{\"type\":\"HEADER\",\"format\":\"IMAGE\"}," BODY("Hi {custom1}!") "]");
	lacking.unsupported = "its picture is not known";
	(void)sync(w, &lacking, 1);
	int64_t no = by_name(w, "sale");
	assert_int_equal(read_template(w, no).status, TEMPLATE_CANCELED);
	assert_int_equal(update(w, no, &(struct template_request){.components = "[" IMAGE "," BODY("Hi {first_name|you}!") "]"}),
	                 0);
	struct template tpl = read_template(w, no);
	assert_int_equal(tpl.status, TEMPLATE_COMPLETED);
	assert_null(tpl.reason);
	assert_null(tpl.unsupported);
	assert_string_equal(tpl.type, "image");
	assert_int_equal(errands(w, &errand), 0);
	(void)sync(w, &lacking, 1);
	assert_int_equal(read_template(w, no).status, TEMPLATE_COMPLETED); /* and stays so */
	assert_non_null(strstr(read_template(w, no).components, "b.png"));
}

static void placeholders_that_no_contact_fills(void **state)
{
	struct world *w = world_open(state, 0);
	int64_t city = world_template(w, "City", "Hello {city}, welcome."),
		friendly = world_template(w, "Friendly", "Hello {city|there}, welcome."),
		named = world_template(w, "Named", "Hello {last_name}, welcome.");
	assert_int_equal(create_campaign(w, "Nobody there", city), 0);
	(void)world_contact(w, w->audience, "447400123456", "0");
	world_script(w, "UPDATE contact SET fields = '{\"town\":\"Bath\"}'");
	assert_int_equal(create_campaign(w, "A", city), FAULT_CAMPAIGN_PLACEHOLDERS);
	assert_int_equal(create_campaign(w, "B", friendly), 0);
	assert_int_equal(create_campaign(w, "C", named), 0); /* a field that every contact may have */
	(void)world_contact(w, w->audience, "447400123457", "0");
	world_script(w, "UPDATE contact SET fields = '{\"city\":\"Bath\"}' WHERE number = '447400123457'");
	assert_int_equal(create_campaign(w, "D", city), 0);
}

/* More than are looked at one by one: what none of them ever had is refused all the same. */
static void placeholders_that_nobody_of_many_fills(void **state)
{
	enum { MANY = 1001 };
	struct world *w = world_open(state, 0);
	int64_t city = world_template(w, "City", "Hello {city}, welcome."),
		plan = world_template(w, "Plan", "Hello {plan}, welcome.");
	struct contact_request *req = arena_array(w->arena, MANY, sizeof(*req));
	const struct contact_request **each = arena_array(w->arena, MANY, sizeof(*each));
	enum contact_added *added = arena_array(w->arena, MANY, sizeof(*added)), what;
	struct audience_edit edit;
	for (int i = 0; i < MANY; i++) {
		req[i] = world_contact_request(arena_printf(w->arena, "44740012%04d", i), "Ann");
		each[i] = &req[i];
	}
	struct store_tx *in = world_begin(w);
	assert_int_equal(audience_edit_begin(in, w->audience, w->now, &edit), 0);
	field_names_add(&edit, "city");
	assert_int_equal(contacts_upsert(in, &edit, each, MANY, added), 0);
	world_end(w, audience_edit_end(in, &edit));
	assert_int_equal(create_campaign(w, "A", city), 0);
	assert_int_equal(create_campaign(w, "B", plan), FAULT_CAMPAIGN_PLACEHOLDERS);
	int64_t no;
	req[MANY - 1].fields = "{\"plan\":\"gold\"}";
	in = world_begin(w);
	assert_int_equal(audience_edit_begin(in, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_add(in, &edit, &req[MANY - 1], true, &what, &no), 0);
	world_end(w, audience_edit_end(in, &edit));
	assert_int_equal(create_campaign(w, "C", plan), 0);
	/* Of an audience that is older than the filter nothing is known. */
	world_script(w, "UPDATE audience SET field_names = NULL");
	int64_t shop = world_template(w, "Shop", "Hello {shop}, welcome.");
	assert_int_equal(create_campaign(w, "D", shop), 0);
	in = world_begin(w);
	assert_int_equal(audience_edit_begin(in, w->audience, w->now, &edit), 0);
	assert_int_equal(contact_add(in, &edit, &req[0], true, &what, &no), 0);
	world_end(w, audience_edit_end(in, &edit));
	assert_int_equal(create_campaign(w, "E", shop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(a_word_older_than_what_is_known_is_asked_after),
		WORLD_ON_BOTH(a_rich_template_keeps_its_components),
		WORLD_ON_BOTH(names_are_ours),
		WORLD_ON_BOTH(what_meta_does_not_see_is_changed_at_once),
		WORLD_ON_BOTH(an_edit_is_judged_by_meta),
		WORLD_ON_BOTH(an_edit_that_meta_refuses_is_taken_back),
		WORLD_ON_BOTH(when_content_cannot_be_changed),
		WORLD_ON_BOTH(categories_and_components_change_at_meta),
		WORLD_ON_BOTH(what_stands_at_meta_is_taken_over),
		WORLD_ON_BOTH(what_meta_does_not_keep_is_given_by_an_update),
		WORLD_ON_BOTH(placeholders_that_no_contact_fills),
		WORLD_ON_BOTH(placeholders_that_nobody_of_many_fills),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
