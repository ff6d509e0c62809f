#include "report/problems.h"

#include <string.h>

#include "model/campaign.h"

/* Many of an audience that a rule removes are more likely a mistake than meant. */
#define REMOVED_WARN_PCT 20

const char *problem_severity_text(enum problem_severity severity)
{
	static const char *const texts[] = {"error", "warning", "info"};
	return texts[severity];
}

struct finder {
	const struct problem_facts *facts;
	const struct estimate *estimate;
	struct arena *arena;
	struct problem *list;
	int n;
};

static void add(struct finder *f, enum problem_severity severity, const char *what, const char *message)
{
	if (f->n == MAX_PROBLEMS)
		return;
	int at = f->n++;
	for (; at > 0 && f->list[at - 1].severity > severity; at--)
		f->list[at] = f->list[at - 1];
	f->list[at] = (struct problem){severity, what, message};
}

/* ---- how long ---- */

void estimate_make(const struct problem_facts *facts, struct estimate *ret)
{
	int64_t n = facts->forecast->recipients;
	int64_t rate = sender_pace(facts->sender->limit_mps, facts->sender->rate_cap, facts->rate);
	int64_t limit = sender_tier_people(facts->sender->tier);
	*ret = (struct estimate){
		.rate = rate, .minutes = (n + rate * 60 - 1) / (rate * 60), .limit_24h = limit, .left_24h = -1, .days = 1};
	ret->end = facts->start + ret->minutes * MINUTE_MS;
	if (limit <= 0)
		return;
	ret->left_24h = facts->sent_24h < limit ? limit - facts->sent_24h : 0;
	if (n + facts->ahead > ret->left_24h)
		ret->days = 1 + (n + facts->ahead - ret->left_24h + limit - 1) / limit;
	if (facts->budget_end > ret->end)
		ret->end = facts->budget_end;
}

/* ---- what is wrong ---- */

static void judge_sender(struct finder *f)
{
	const struct sender *s = f->facts->sender;
	if (hold_is_on(&s->hold))
		add(f, PROBLEM_ERROR, "sender_held",
		    arena_printf(f->arena, "The sender is held, so nothing would be sent: %s %s", s->hold.reason,
		                 s->hold.remedy));
	if (strcmp(s->quality, "RED") == 0)
		add(f, PROBLEM_WARNING, "sender_quality",
		    "WhatsApp rates the sender's quality as low: people block it or report it, and it may be restricted.");
	else if (strcmp(s->quality, "YELLOW") == 0)
		add(f, PROBLEM_INFO, "sender_quality", "WhatsApp rates the sender's quality as medium.");
}

static void judge_template(struct finder *f)
{
	const struct template *t = f->facts->tpl;
	bool is_marketing = strcmp(t->category, "MARKETING") == 0;
	int64_t in_us = f->facts->forecast->countries[('U' - 'A') * 26 + ('S' - 'A') + 1];
	if (t->meta_status && template_meta_stops(t->meta_status))
		add(f, PROBLEM_ERROR, "template_status",
		    arena_printf(f->arena, "WhatsApp's own word for the template is %s now, so its messages would be refused.",
		                 t->meta_status));
	if (f->facts->media_refused)
		add(f, PROBLEM_ERROR, "media",
		    arena_printf(f->arena, "The template's medium cannot be shown: %s", f->facts->media_refused));
	else if (f->facts->media_waits)
		add(f, PROBLEM_INFO, "media",
		    arena_printf(f->arena, "The campaign would wait for the template's medium: %s", f->facts->media_waits));
	if (strcmp(t->quality, "RED") == 0)
		add(f, PROBLEM_WARNING, "template_quality", "WhatsApp rates the template's quality as low and may pause it.");
	if (is_marketing && in_us > 0)
		add(f, PROBLEM_WARNING, "marketing_in_us",
		    arena_printf(f->arena,
		                 "WhatsApp delivers no marketing templates to numbers of the United States: %lld recipients "
		                 "would get nothing.",
		                 (long long)in_us));
}

static void judge_removed(struct finder *f)
{
	const struct forecast *c = f->facts->forecast;
	if (c->audience == 0)
		add(f, PROBLEM_ERROR, "nobody", "The audience is empty, so nobody would be written to.");
	else if (c->recipients == 0)
		add(f, PROBLEM_ERROR, "nobody", "Rules remove every contact of the audience, so nobody would be written to.");
	for (int rule = 1; rule < FORECAST_RULES; rule++) {
		int64_t n = c->rule[rule].n;
		if (n == 0)
			continue;
		add(f, n * 100 > c->audience * REMOVED_WARN_PCT ? PROBLEM_WARNING : PROBLEM_INFO, rule_text(rule),
		    arena_printf(f->arena, "%lld of %lld contacts would be removed by one rule: %s", (long long)n,
		                 (long long)c->audience, rule_sentence(rule)));
	}
}

static void judge_placeholders(struct finder *f)
{
	const struct forecast *c = f->facts->forecast;
	for (int i = 0; i < c->n_placeholders; i++) {
		const struct forecast_placeholder *p = &c->placeholder[i];
		if (c->audience > 0 && p->filled == 0)
			add(f, PROBLEM_WARNING, "placeholder_unused",
			    arena_printf(f->arena, "No contact of the audience has a value for {%s}.", p->key));
	}
}

static void judge_countries(struct finder *f)
{
	const struct forecast *c = f->facts->forecast;
	int home = number_country_code(f->facts->sender->code);
	int64_t sent = 0;
	for (int i = 0; i < NUMBER_COUNTRIES; i++)
		sent += f->facts->history[i];
	for (int i = 1; i < NUMBER_COUNTRIES; i++) {
		bool is_known = i == home || (sent > 0 && f->facts->history[i] * 100 >= sent * KNOWN_SHARE_PCT);
		char country[3];
		if (is_known || c->countries[i] * 100 <= c->recipients * UNEXPECTED_SHARE_PCT)
			continue;
		number_country_text(i, country);
		add(f, PROBLEM_WARNING, "unexpected_country",
		    arena_printf(f->arena,
		                 "%lld of %lld recipients have numbers of %s, where this sender has hardly written to before.",
		                 (long long)c->countries[i], (long long)c->recipients, country));
	}
}

static void judge_capped(struct finder *f)
{
	const struct problem_facts *facts = f->facts;
	if (facts->capped > 0 && strcmp(facts->tpl->category, "MARKETING") == 0)
		add(f, PROBLEM_INFO, "capped_lately",
		    arena_printf(f->arena,
		                 "WhatsApp held marketing back from %lld people of the audience within the last week, and may do "
		                 "so again: "
		                 "their messages would be sent again after a day or more.",
		                 (long long)facts->capped));
}

static void judge_time(struct finder *f)
{
	const struct problem_facts *facts = f->facts;
	const struct estimate *e = f->estimate;
	if (e->days > 1)
		add(f, PROBLEM_WARNING, "budget",
		    arena_printf(f->arena,
		                 "WhatsApp lets this sender begin with %lld people in 24 hours, of which at least %lld are left "
		                 "now: the "
		                 "campaign takes about %lld days.",
		                 (long long)e->limit_24h, (long long)e->left_24h, (long long)e->days));
	if (facts->left_out > 0)
		add(f, PROBLEM_WARNING, "deadline",
		    arena_printf(f->arena,
		                 "The campaign's deadline passes before %lld of %lld recipients can be written to; they would be "
		                 "skipped.",
		                 (long long)facts->left_out, (long long)facts->forecast->recipients));
}

int problems_find(const struct problem_facts *facts, const struct estimate *estimate, struct arena *arena, struct problem *ret)
{
	struct finder f = {.facts = facts, .estimate = estimate, .arena = arena, .list = ret};
	judge_sender(&f);
	judge_template(&f);
	judge_removed(&f);
	judge_placeholders(&f);
	judge_countries(&f);
	judge_capped(&f);
	judge_time(&f);
	return f.n;
}
