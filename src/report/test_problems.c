/* What is told before a campaign, and how long it would take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/problems.h"

#define NOW ((msec_t)1700000000000)

struct scene {
	struct forecast forecast;
	struct sender sender;
	struct template tpl;
	int64_t history[NUMBER_COUNTRIES];
	struct problem_facts facts;
	struct arena *arena;
};

/* A thousand recipients in Britain, from a British number, of which nothing is to be said. */
static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	s->arena = arena_create(4096);
	s->forecast.audience = s->forecast.recipients = 1000;
	s->forecast.countries[number_country_code("447400123456")] = 1000;
	s->sender = (struct sender){.code = "447400123456", .quality = "GREEN", .tier = "TIER_10K", .limit_mps = 80};
	s->tpl = (struct template){.category = "MARKETING", .meta_status = "APPROVED", .quality = "GREEN"};
	s->facts = (struct problem_facts){
		.forecast = &s->forecast, .sender = &s->sender, .tpl = &s->tpl, .start = NOW, .history = s->history};
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	arena_destroy(s->arena);
	free(s);
	return 0;
}

static struct estimate estimate(const struct scene *s)
{
	struct estimate e;
	estimate_make(&s->facts, &e);
	return e;
}

/* The problems as "severity:word" in their order. */
static void check(struct scene *s, const char *wanted)
{
	struct problem list[MAX_PROBLEMS];
	struct estimate e = estimate(s);
	char text[512] = "";
	int n = problems_find(&s->facts, &e, s->arena, list);
	for (int i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s:%s", i ? " " : "",
		         problem_severity_text(list[i].severity), list[i].what);
	assert_string_equal(text, wanted);
}

static void a_sound_campaign(void **state)
{
	check(*state, "");
}

static void pace(void **state)
{
	struct scene *s = *state;
	assert_int_equal(estimate(s).rate, 80);
	assert_int_equal(estimate(s).minutes, 1);
	s->forecast.recipients = 80 * 60 + 1;
	assert_int_equal(estimate(s).minutes, 2);
	s->sender.limit_mps = 1000;
	assert_int_equal(estimate(s).rate, 990);
	s->sender.rate_cap = 50;
	assert_int_equal(estimate(s).rate, 50);
	s->facts.rate = 10;
	assert_int_equal(estimate(s).rate, 10);
	s->facts.rate = 60;
	assert_int_equal(estimate(s).rate, 50);
	s->sender = (struct sender){.tier = ""};
	s->facts.rate = 0;
	assert_int_equal(estimate(s).rate, SENDER_DEFAULT_LIMIT);
	s->forecast.recipients = 0;
	assert_int_equal(estimate(s).minutes, 0);
}

static void budget(void **state)
{
	struct scene *s = *state;
	s->facts.sent_24h = 9500;
	assert_int_equal(estimate(s).limit_24h, 10000);
	assert_int_equal(estimate(s).left_24h, 500);
	assert_int_equal(estimate(s).days, 2);
	check(s, "warning:budget");
	s->facts.sent_24h = 20000;
	assert_int_equal(estimate(s).left_24h, 0);
	s->sender.tier = "TIER_250";
	assert_int_equal(estimate(s).days, 5); /* nothing today, four times 250 */
	check(s, "warning:budget");
	s->sender.tier = "TIER_UNLIMITED";
	assert_int_equal(estimate(s).limit_24h, -1);
	assert_int_equal(estimate(s).days, 1);
	check(s, "");
}

static void deadlines(void **state)
{
	struct scene *s = *state;
	s->facts.left_out = 7;
	check(s, "warning:deadline");
	struct estimate e = estimate(s);
	struct problem list[MAX_PROBLEMS];
	int n = problems_find(&s->facts, &e, s->arena, list);
	assert_int_equal(n, 1);
	assert_non_null(strstr(list[0].message, "before 7 of 1000 recipients can be written to"));
}

static void sender_and_template(void **state)
{
	struct scene *s = *state;
	s->sender.quality = "YELLOW";
	check(s, "info:sender_quality");
	s->sender.quality = "RED";
	s->sender.hold = hold_for(HOLD_REFUSED, "The access token has expired.");
	s->tpl.quality = "RED";
	s->tpl.meta_status = "PAUSED";
	check(s, "error:sender_held error:template_status warning:sender_quality warning:template_quality");
	s->tpl.meta_status = NULL;
	s->tpl.quality = "GREEN";
	s->facts.media_refused = s->facts.media_waits = "it says why.";
	check(s, "error:sender_held error:media warning:sender_quality");
	s->facts.media_refused = NULL;
	check(s, "error:sender_held warning:sender_quality info:media");
	s->facts.media_waits = NULL;
	s->sender = (struct sender){.code = "447400123456", .quality = "GREEN", .tier = ""};
	check(s, "");
}

static void what_rules_remove(void **state)
{
	struct scene *s = *state;
	s->forecast.audience = 1200;
	s->forecast.rule[RULE_OPTED_OUT].n = 200;
	check(s, "info:opted_out");
	s->forecast.audience = 1300;
	s->forecast.rule[RULE_EMPTY_PLACEHOLDER].n = 300;
	check(s, "warning:empty_placeholder info:opted_out");
	s->forecast.recipients = 0;
	memset(s->forecast.countries, 0, sizeof(s->forecast.countries));
	check(s, "error:nobody warning:empty_placeholder info:opted_out");
	s->forecast.audience = 0;
	s->forecast.rule[RULE_OPTED_OUT].n = s->forecast.rule[RULE_EMPTY_PLACEHOLDER].n = 0;
	check(s, "error:nobody");
}

static void placeholders_that_nobody_fills(void **state)
{
	struct scene *s = *state;
	s->forecast.placeholder[0] = (struct forecast_placeholder){.key = "first_name", .filled = 1, .fallback = 999};
	s->forecast.placeholder[1] = (struct forecast_placeholder){.key = "frist_name", .fallback = 1000};
	s->forecast.n_placeholders = 2;
	check(s, "warning:placeholder_unused");
}

static void countries(void **state)
{
	struct scene *s = *state;
	int fr = number_country_code("33612345678"), us = number_country_code("12125550123");
	s->forecast.countries[fr] = 200;
	check(s, ""); /* a fifth and no more */
	s->forecast.countries[fr] = 201;
	check(s, "warning:unexpected_country");
	s->history[fr] = 2;
	s->history[number_country_code("447400123456")] = 98;
	check(s, "");
	s->history[fr] = 1;
	check(s, "warning:unexpected_country");
	s->forecast.countries[fr] = 0;
	s->forecast.countries[0] = 900; /* of no country: no surprise can be told */
	s->forecast.countries[us] = 1;
	check(s, "warning:marketing_in_us");
	s->tpl.category = "UTILITY";
	check(s, "");
}

int main(void)
{
#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_SCENE(a_sound_campaign),
		WITH_SCENE(pace),
		WITH_SCENE(budget),
		WITH_SCENE(deadlines),
		WITH_SCENE(sender_and_template),
		WITH_SCENE(what_rules_remove),
		WITH_SCENE(countries),
		WITH_SCENE(placeholders_that_nobody_fills),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
