/* A forecast against the freeze of the same audience, rule by rule; and whom it picks to be looked at. */
#include <stdio.h>
#include <string.h>

#include "report/forecast.h"
#include "store/history.h"
#include "store/tally.h"
#include "store/test_world.h"

static void contact(struct world *w, const char *number, const char *first_name, const char *custom1)
{
	struct contact_request req = world_contact_request(number, first_name);
	struct audience_edit edit;
	enum contact_added added;
	int64_t no;
	req.custom1 = custom1;
	assert_int_equal(IN_JOB(w, audience_edit_begin(tx, w->audience, w->now, &edit)), 0);
	assert_int_equal(IN_JOB(w, contact_add(tx, &edit, &req, false, &added, &no)), 0);
	assert_int_equal(IN_JOB(w, audience_edit_end(tx, &edit)), 0);
}

static void opt_out(struct world *w, const char *number)
{
	world_script(w, "INSERT INTO optout (account_no, number, out, source, text, at_ms) VALUES (%lld, '%s', 1, '', '', 0)",
	             (long long)w->account, number);
}

static struct candidates walk_of(struct world *w, const char *text)
{
	struct candidates walk = {.account_no = w->account, .audience_no = w->audience};
	struct err err;
	walk.version = world_int(w, "SELECT version FROM audience WHERE no = %lld", (long long)w->audience);
	const struct template tpl = {.text = text, .type = "text", .category = "MARKETING"};
	assert_int_equal(template_form_read(&tpl, w->arena, &walk.form, &err), 0);
	return walk;
}

static struct forecast *forecast_of(struct world *w, const char *text, int piece)
{
	struct forecast *f = arena_alloc(w->arena, sizeof(*f));
	struct candidates walk = walk_of(w, text);
	forecast_init(f, &walk, 42);
	int done = 0;
	while (done == 0)
		done = IN_JOB(w, forecast_step(tx, f, piece));
	assert_int_equal(done, 1);
	return f;
}

#define TEXT "Hi {first_name}, {custom1|nothing} waits for you."
#define TEXT_TWICE "Hi {first_name}, {custom1|nothing} waits for {first_name|you}."

static const char long_name[] = "a name of thirty-two characters!";

static void fill_audience(struct world *w)
{
	contact(w, "447000000101", "Ann", "a parcel");
	contact(w, "447000000102", NULL, "a parcel");
	contact(w, "447000000103", "Bob", NULL);
	contact(w, "447000000104", long_name, "thirty-two characters of custom1");
	contact(w, "33612345678", "Éva", "un colis");
	contact(w, "447000000105", "عمر", "a parcel");
	contact(w, "447000000106", "Out", "a parcel");
	opt_out(w, "447000000106");
	contact(w, "447000000107", " ", NULL);
	opt_out(w, "447000000107"); /* two reasons: told under the first */
}

static void it_says_what_the_freeze_does(void **state)
{
	struct world *w = world_open(state, 20);
	fill_audience(w);
	w->template = world_template(w, "forecast", TEXT);
	for (int piece = 1; piece < 40; piece += 7) {
		struct forecast *f = forecast_of(w, TEXT, piece);
		char name[32];
		snprintf(name, sizeof(name), "frozen %d", piece);
		int64_t campaign = world_campaign(w, name);
		world_freeze(w, campaign);
		assert_int_equal(f->audience,
		                 world_int(w, "SELECT COUNT(*) FROM ledger WHERE campaign_no = %lld", (long long)campaign));
		assert_int_equal(f->recipients, world_tally(w, campaign, TALLY_STATE, STATE_QUEUED));
		for (int rule = 1; rule < FORECAST_RULES; rule++)
			assert_int_equal(f->rule[rule].n, world_tally(w, campaign, TALLY_SKIPPED, rule));
		int64_t n = 0;
		for (int i = 0; i < NUMBER_COUNTRIES; i++)
			n += f->countries[i];
		assert_int_equal(n, f->recipients);
		assert_int_equal(f->countries[number_country_code("33612345678")], 1);
	}
}

static void it_names_whom_a_rule_removes(void **state)
{
	struct world *w = world_open(state, 0);
	fill_audience(w);
	struct forecast *f = forecast_of(w, TEXT, 3);
	assert_int_equal(f->audience, 8);
	assert_int_equal(f->recipients, 5);
	assert_int_equal(f->rule[RULE_OPTED_OUT].n, 2);
	assert_string_equal(f->rule[RULE_OPTED_OUT].number[0], "447000000106");
	assert_string_equal(f->rule[RULE_OPTED_OUT].number[1], "447000000107");
	assert_int_equal(f->rule[RULE_EMPTY_PLACEHOLDER].n, 1);
	assert_string_equal(f->rule[RULE_EMPTY_PLACEHOLDER].number[0], "447000000102");
	assert_int_equal(f->n_placeholders, 2);
	assert_string_equal(f->placeholder[0].key, "first_name");
	assert_int_equal(f->placeholder[0].filled, 6);
	assert_int_equal(f->placeholder[0].fallback, 0);
	assert_int_equal(f->placeholder[0].missing, 2);
	assert_int_equal(f->placeholder[1].filled, 6);
	assert_int_equal(f->placeholder[1].fallback, 2);
	assert_int_equal(f->placeholder[1].missing, 0);
	f = forecast_of(w, TEXT_TWICE, 3);
	assert_int_equal(f->n_placeholders, 2);
	assert_int_equal(f->placeholder[0].filled, 6);
	assert_int_equal(f->placeholder[0].missing, 2);
}

static const struct forecast_sample *find(const struct forecast_sample *sample, int n, const char *pick)
{
	int at = 0;
	while (at < n && strcmp(sample[at].pick, pick) != 0)
		at++;
	if (at == n)
		fail_msg("no sample is %s", pick);
	return &sample[at];
}

static void it_picks_the_risky_ones(void **state)
{
	struct world *w = world_open(state, 0);
	struct forecast_sample sample[FORECAST_PICKS];
	int n = -1;
	fill_audience(w);
	struct forecast *f = forecast_of(w, TEXT, 100);
	assert_int_equal(IN_JOB(w, forecast_samples(tx, f, w->arena, sample, &n)), 0);
	assert_in_range(n, 3, FORECAST_PICKS);
	const struct forecast_sample *longest = find(sample, n, "longest");
	assert_string_equal(longest->number, "447000000104");
	assert_string_equal(longest->text,
	                    "Hi a name of thirty-two characters!, thirty-two characters of custom1 waits for you.");
	assert_int_equal(longest->chars, strlen(longest->text));
	assert_string_equal(find(sample, n, "emptiest")->text, "Hi Bob, nothing waits for you.");
	assert_int_equal(find(sample, n, "emptiest")->fallbacks, 1);
	assert_string_equal(find(sample, n, "right_to_left")->number, "447000000105");
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(sample[i].number, sample[k].number);
}

/* Each of a hundred has the same chance of one of the three places; in 400 draws of one each has about 12. */
static void the_random_ones_are_fairly_drawn(void **state)
{
	struct world *w = world_open(state, 100);
	int drawn[101] = {0};
	struct candidates walk = walk_of(w, "Hello there.");
	struct forecast *f = arena_alloc(w->arena, sizeof(*f));
	for (uint64_t seed = 1; seed <= 400; seed++) {
		forecast_init(f, &walk, seed * 0x9E3779B97F4A7C15u);
		assert_int_equal(IN_JOB(w, forecast_step(tx, f, 1000)), 1);
		for (int i = 0; i < FORECAST_RANDOM; i++)
			drawn[f->pick[i].contact_no]++;
	}
	for (int i = 1; i <= 100; i++)
		assert_in_range(drawn[i], 1, 36);
}

static void an_empty_audience(void **state)
{
	struct world *w = world_open(state, 0);
	struct forecast_sample sample[FORECAST_PICKS];
	int n = -1;
	struct forecast *f = forecast_of(w, TEXT, 10);
	assert_int_equal(f->audience, 0);
	assert_int_equal(IN_JOB(w, forecast_samples(tx, f, w->arena, sample, &n)), 0);
	assert_int_equal(n, 0);
}

static void what_a_sender_sent_is_counted(void **state)
{
	struct world *w = world_open(state, 3);
	struct claimed_row claimed[2];
	int64_t sent = -1, countries[NUMBER_COUNTRIES] = {0};
	int64_t campaign = world_campaign(w, "history");
	world_freeze(w, campaign);
	assert_int_equal(world_claim(w, campaign, claimed, 2), 2);
	for (int64_t seq = 1; seq <= 2; seq++)
		world_record(w, &(struct outcome){.kind = OUTCOME_ACCEPTED,
		                                  .campaign_no = campaign,
		                                  .seq = seq,
		                                  .attempt = 1,
		                                  .wamid = "wamid.x",
		                                  .at = w->now});
	assert_int_equal(IN_JOB(w, history_sent_since(tx, w->account, w->sender, w->now - DAY_MS, &sent)), 0);
	assert_int_equal(sent, 2);
	assert_int_equal(IN_JOB(w, history_sent_since(tx, w->account, w->sender, w->now + MINUTE_MS, &sent)), 0);
	assert_int_equal(sent, 0);
	assert_int_equal(IN_JOB(w, history_sent_since(tx, w->account, w->sender + 1, w->now - DAY_MS, &sent)), 0);
	assert_int_equal(sent, 0);
	assert_int_equal(IN_JOB(w, history_countries(tx, w->account, w->sender, countries)), 0);
	assert_int_equal(countries[number_country_code("447000000001")], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_ON_BOTH(it_says_what_the_freeze_does), WORLD_ON_SQLITE(it_names_whom_a_rule_removes),
		WORLD_ON_SQLITE(it_picks_the_risky_ones),    WORLD_ON_SQLITE(the_random_ones_are_fairly_drawn),
		WORLD_ON_SQLITE(an_empty_audience),          WORLD_ON_BOTH(what_a_sender_sent_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
