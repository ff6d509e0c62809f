/* POST /{phone-number}/messages. In this order: what the request says, the template, the limits, the faults;
 * only then is the message taken. A call that is refused before it comes to the faults leaves no trace in
 * what is drawn for the recipient's next one, so that pacing does not change anyone's fate. */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/hooks.h"
#include "sim/limits.h"
#include "sim/wamid.h"

#define WINDOW_MS (24 * HOUR_MS)

struct sending {
	struct sim *sim;
	const struct sim_call *call;
	struct sim_answer *answer;
	const struct sim_scan *scan;
	const struct sim_message *m;
	struct sim_number *number;
	const struct sim_template *template; /* NULL: free text, or any template is taken */
	struct sim_entry *entry;
	struct sim_fate fate;
	uint64_t nonce;
	uint32_t portfolio_limit; /* people in 24 hours, when this message counts; 0: it does not */
	bool taken;
};

/* A template of the number's account; while the account is a guess, of any that the token used. */
static struct sim_template *find_template(struct sending *s)
{
	struct sim_templates *templates = &s->sim->templates;
	struct sim_template *t = sim_templates_find(templates, s->number->waba, s->m->name, s->m->language);
	const struct sim_access *access = sim_world_token(&s->sim->world, s->call->token);
	for (int i = 0; !t && !s->number->firm && access && i < access->n; i++) {
		t = sim_templates_find(templates, access->wabas[i], s->m->name, s->m->language);
		if (t)
			s->number->waba = access->wabas[i];
	}
	return t;
}

static int check_template(struct sending *s, struct sim_refusal *refusal)
{
	struct sim_template *t = find_template(s);
	const int n_name = (int)(s->m->name.n < 64 ? s->m->name.n : 64);
	const int n_language = (int)(s->m->language.n < 16 ? s->m->language.n : 16);
	if (!t && s->sim->options.any_template)
		return 0;
	if (!t || t->status == SIM_TEMPLATE_PENDING || t->status == SIM_TEMPLATE_REJECTED)
		return sim_message_refuse(refusal, 132001, "template name (%.*s) does not exist in %.*s", n_name, s->m->name.at,
		                          n_language, s->m->language.at);
	if (t->status == SIM_TEMPLATE_PAUSED)
		return sim_message_refuse(refusal, 132015, "Template (%.*s) is paused due to low quality.", n_name,
		                          s->m->name.at);
	if (t->status == SIM_TEMPLATE_DISABLED)
		return sim_message_refuse(refusal, 132016, "Template (%.*s) is disabled.", n_name, s->m->name.at);
	if (s->m->is_user_id && t->spec.category == SIM_AUTHENTICATION)
		return sim_message_refuse(refusal, 131062, "Authentication templates need a phone number.");
	s->template = t;
	return sim_check_components(s->scan, s->m->components, &t->spec, s->call->arena, refusal);
}

static int check_window(const struct sending *s, msec_t now_ms, struct sim_refusal *refusal)
{
	if (s->entry->last_inbound_ms && now_ms - s->entry->last_inbound_ms < WINDOW_MS)
		return 0;
	return sim_message_refuse(refusal, 131047, "%s", sim_answer_known(131047)->details);
}

/* Find the number, the template and the recipient's entry. */
static int check_world(struct sending *s, struct sim_refusal *refusal)
{
	s->number = sim_world_number(&s->sim->world, s->call->id, s->call->token);
	if (!s->number)
		return sim_message_refuse(refusal, 100, "The simulator has as many phone numbers as it can keep.");
	if (!s->m->is_user_id && s->m->who == s->number->display)
		return sim_message_refuse(refusal, 131021, "%s", sim_answer_known(131021)->details);
	if (s->m->is_template && check_template(s, refusal))
		return 1;
	if (sim_media_check(&s->sim->media, s->scan, s->number->id, clock_now_ms(), s->call->arena, refusal))
		return 1;
	s->entry = sim_ledger_entry(s->sim->ledger, s->number, s->m->who, s->m->is_user_id ? s->m->user : NULL);
	if (!s->entry)
		return sim_message_refuse(refusal, 131000, "The simulator has as many recipients as it can keep.");
	return s->m->is_template ? 0 : check_window(s, clock_now_ms(), refusal);
}

/* Templates outside the customer service window count. Meta's pages name no code for this refusal; 131048 speaks of such a limit.
 */
static bool is_over_portfolio(struct sending *s)
{
	char tier[SIM_CHOICE_BYTES];
	const msec_t now_ms = clock_now_ms();
	sim_options_choice(&s->sim->options, "messaging-limit", tier);
	const bool in_window = s->entry->last_inbound_ms && now_ms - s->entry->last_inbound_ms < WINDOW_MS;
	if (s->m->is_template && !in_window)
		s->portfolio_limit = sim_portfolio_limit(tier);
	return s->portfolio_limit &&
	       !sim_portfolio_fits(&s->sim->portfolio, s->sim->ledger, s->entry, s->portfolio_limit, clock_mono_us());
}

static int spend_limits(struct sending *s, struct sim_refusal *refusal)
{
	const struct sim_options *o = &s->sim->options;
	const int64_t now_ns = clock_mono_us() * 1000, now_ms = sim_timers_now();
	const struct sim_limit ceiling = sim_limits_ceiling(o->ceiling ? o->ceiling : 1, o->ceiling_burst_ms);
	const struct sim_limit pair = sim_limits_pair();
	assert(s->entry); /* check_world found it */
	if (sim_hooks_backlog(s->sim) >= (size_t)o->max_backlog) {
		sim_count(s->sim, backlogged);
		return sim_message_refuse(refusal, 130429, "%s", sim_answer_known(130429)->details);
	}
	if (o->pair_limit && !sim_limits_fits(&pair, s->entry->pair_full_at, now_ms)) {
		sim_count(s->sim, pair_limited);
		sim_ledger_refuse(s->sim->ledger, s->entry, 131056);
		return sim_message_refuse(refusal, 131056, "%s", sim_answer_known(131056)->details);
	}
	if (is_over_portfolio(s)) {
		sim_count(s->sim, tier_limited);
		sim_ledger_refuse(s->sim->ledger, s->entry, 131048);
		return sim_message_refuse(refusal, 131048, "%s", sim_answer_known(131048)->details);
	}
	if (o->ceiling && !sim_limits_fits(&ceiling, s->number->full_at, now_ns)) {
		sim_count(s->sim, limited);
		s->number->limited++;
		return sim_message_refuse(refusal, 130429, "%s", sim_answer_known(130429)->details);
	}
	if (o->pair_limit)
		s->entry->pair_full_at = sim_limits_spend(&pair, s->entry->pair_full_at, now_ms);
	if (o->ceiling)
		s->number->full_at = sim_limits_spend(&ceiling, s->number->full_at, now_ns);
	return 0;
}

/* What the user would press to be left alone: a quick reply that says so. */
static int find_stop_button(const struct sim_spec *spec)
{
	static const char *const words[] = {"stop", "unsubscribe", "opt out", "opt-out", "no more"};
	for (int i = 0; i < spec->main.n_buttons; i++) {
		const struct sim_button *button = &spec->main.buttons[i];
		if (button->kind != SIM_BUTTON_QUICK_REPLY || !button->text)
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			if (strcasestr(button->text, words[k]))
				return i;
		}
	}
	return -1;
}

static void set_stop_button(const struct sending *s, struct sim_sent *sent)
{
	int index = s->template && s->fate.reply == SIM_REPLY_STOP ? find_stop_button(&s->template->spec) : -1;
	if (index < 0)
		return;
	struct sim_text payload = sim_check_payload(s->scan, s->m->components, index, s->call->arena);
	sent->button = strdup(s->template->spec.main.buttons[index].text);
	sent->payload = payload.at ? strndup(payload.at, payload.n) : NULL;
	if (!sent->button || (payload.at && !sent->payload))
		abort();
}

static void take(struct sending *s)
{
	struct sim *sim = s->sim;
	sim_ledger_take(sim->ledger, s->entry, s->m->content, clock_now_ms());
	sim_count(sim, taken);
	s->number->taken++;
	if (s->template)
		s->number->firm = true;
	s->nonce = sim_sent_nonce(sim, s->entry, s->entry->taken);
	struct sim_sent *sent = sim_sent_create(s->m->user, s->m->opaque);
	sent->entry = s->entry;
	sent->number = s->number;
	sent->epoch = sim->epoch;
	sent->attempt = s->entry->attempts;
	sent->nonce = s->nonce;
	sent->template_id = s->template ? s->template->id : 0;
	sent->fate = s->fate;
	sent->category = s->template ? s->template->spec.category : SIM_MARKETING;
	sent->is_template = s->m->is_template;
	sent->is_user_id = s->m->is_user_id;
	sent->counts = s->portfolio_limit > 0;
	sent->counts_first = sent->counts && sim_portfolio_count(&sim->portfolio, sim->ledger, s->entry, clock_mono_us());
	set_stop_button(s, sent);
	s->taken = true;
	sim_hooks_follow(sim, sent, sim_timers_now());
}

/* With the lock held: everything up to the message being taken or not. */
static int decide(struct sending *s, struct sim_refusal *refusal)
{
	if (check_world(s, refusal) || spend_limits(s, refusal))
		return 1;
	assert(s->entry);
	sim_fate_decide(&s->sim->options, s->m->who, ++s->entry->attempts, &s->fate);
	if (!s->m->is_template)
		s->fate.held = false;
	switch (s->fate.fault) {
	case SIM_FAULT_RESET_BEFORE:
	case SIM_FAULT_ERROR5XX_BEFORE:
	case SIM_FAULT_SILENT_BEFORE:
		return 0;
	case SIM_FAULT_NONE:
	case SIM_FAULT_RESET_AFTER:
	case SIM_FAULT_ERROR5XX_AFTER:
	case SIM_FAULT_SILENT_AFTER:
		break;
	}
	if (s->fate.fault == SIM_FAULT_NONE && s->fate.refuse_code) {
		sim_count(s->sim, refused);
		sim_ledger_refuse(s->sim->ledger, s->entry, s->fate.refuse_code);
		return sim_message_refuse(refusal, s->fate.refuse_code, "%s", sim_answer_known(s->fate.refuse_code)->details);
	}
	take(s);
	return 0;
}

static void answer_error5xx(struct sending *s)
{
	static const int32_t codes[] = {131000, 2, 131016, 133004};
	sim_count(s->sim, errors5xx);
	if (s->fate.error5xx % 5 < 4) {
		sim_answer_error(s->answer, codes[s->fate.error5xx % 5], NULL);
		return;
	}
	/* Not every such answer comes from the application itself. */
	s->answer->status = 502;
	s->answer->content_type = "text/html; charset=utf-8";
	buf_adds(&s->answer->body, "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong."
	                           "</body></html>");
}

static void answer_taken(struct sending *s)
{
	char wamid[SIM_WAMID_BYTES];
	struct json_writer w;
	sim_wamid_outbound(s->m->user, s->nonce, wamid);
	json_begin(&w, &s->answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, "messaging_product", "whatsapp");
	json_open_array(&w, "contacts");
	json_open_object(&w, NULL);
	json_put_textn(&w, "input", s->m->input.at, s->m->input.n);
	json_put_text(&w, s->m->is_user_id ? "user_id" : "wa_id", s->m->user);
	json_close_object(&w);
	json_close_array(&w);
	json_open_array(&w, "messages");
	json_open_object(&w, NULL);
	json_put_text(&w, "id", wamid);
	if (s->m->is_template)
		json_put_text(&w, "message_status", s->fate.held ? "held_for_quality_assessment" : "accepted");
	json_close_object(&w);
	json_close_array(&w);
	json_close_object(&w);
	if (s->fate.held)
		sim_count(s->sim, held);
}

static void answer_decided(struct sending *s)
{
	switch (s->fate.fault) {
	case SIM_FAULT_RESET_BEFORE:
	case SIM_FAULT_RESET_AFTER:
		sim_count(s->sim, resets);
		s->answer->manner = SIM_MANNER_RESET;
		return;
	case SIM_FAULT_ERROR5XX_BEFORE:
	case SIM_FAULT_ERROR5XX_AFTER:
		answer_error5xx(s);
		return;
	case SIM_FAULT_SILENT_BEFORE:
	case SIM_FAULT_SILENT_AFTER:
		sim_count(s->sim, silences);
		s->answer->manner = SIM_MANNER_SILENT;
		return;
	case SIM_FAULT_NONE:
		answer_taken(s);
		return;
	}
}

void sim_messages_post(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	struct sim_scan scan;
	struct sim_message m;
	struct sim_refusal refusal;
	struct sending s = {.sim = sim, .call = call, .answer = answer, .scan = &scan, .m = &m};
	sim_count(sim, messages);
	int rc = sim_message_read(&call->numbering, &scan, call->body, call->n_body_bytes, call->arena, &m, &refusal);
	if (!rc) {
		pthread_mutex_lock(&sim->lock);
		rc = decide(&s, &refusal);
		pthread_mutex_unlock(&sim->lock);
	}
	answer->delay_ms = s.fate.latency_ms;
	if (!rc) {
		answer_decided(&s);
		return;
	}
	if (!s.entry || refusal.code == 131047)
		sim_count(sim, invalid);
	sim_answer_error(answer, refusal.code, refusal.details);
}
