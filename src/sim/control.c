/* The simulator's own side, under /_sim/: the routes, and how to change it while it runs. */

#include "sim/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hooks.h"
#include "sim/payload.h"
#include "sim/poster.h"
#include "sim/wamid.h"

void sim_control_fault(struct sim_answer *answer, int status, const char *text)
{
	struct json_writer w;
	answer->status = status;
	buf_reset(&answer->body);
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, "error", text);
	json_close_object(&w);
}

static void begin_object(struct sim_answer *answer, struct json_writer *w)
{
	json_begin(w, &answer->body);
	json_open_object(w, NULL);
}

static cJSON *read_object(const struct sim_call *call, struct sim_answer *answer)
{
	cJSON *tree = NULL;
	struct err err;
	if (json_parse(call->body, call->n_body_bytes, &tree, &err) == 0 && cJSON_IsObject(tree))
		return tree;
	cJSON_Delete(tree);
	sim_control_fault(answer, 400, "the body must be a JSON object");
	return NULL;
}

static int set_one(struct sim_options *options, const cJSON *item, struct err *err)
{
	char number[40];
	const char *text = item->valuestring;
	if (cJSON_IsBool(item)) {
		text = cJSON_IsTrue(item) ? "on" : "off";
	} else if (cJSON_IsNumber(item)) {
		snprintf(number, sizeof(number), "%.10g", item->valuedouble);
		text = number;
	} else if (!cJSON_IsString(item)) {
		return err_set(err, "%s must be a text, a number or a boolean", item->string);
	}
	return sim_options_set_live(options, item->string, text, err);
}

/* All of them, or none. */
static void post_faults(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	struct err err;
	int rc = 0;
	pthread_mutex_lock(&sim->lock);
	struct sim_options changed = sim->options;
	for (const cJSON *item = request->child; item && rc == 0; item = item->next)
		rc = set_one(&changed, item, &err);
	if (rc == 0)
		sim->options = changed;
	pthread_mutex_unlock(&sim->lock);
	explicit_bzero(&changed, sizeof(changed));
	if (rc)
		sim_control_fault(answer, 400, err.text);
	else
		sim_control_faults(sim, call, answer);
}

/* Members that are left out keep their value. */
static void post_webhook(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	static const char *const names[][2] = {
		{"url", "webhook-url"}, {"app_secret", "app-secret"}, {"verify_token", "verify-token"}};
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	struct err err;
	int rc = 0;
	pthread_mutex_lock(&sim->lock);
	struct sim_options changed = sim->options;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && rc == 0; i++) {
		const char *value = json_text(request, names[i][0]);
		if (value)
			rc = sim_options_set(&changed, names[i][1], value, &err);
	}
	if (rc == 0) {
		sim->options = changed;
		sim->target_version++;
	}
	pthread_mutex_unlock(&sim->lock);
	explicit_bzero(&changed, sizeof(changed));
	if (rc) {
		sim_control_fault(answer, 400, err.text);
		return;
	}
	sim_timers_wake(&sim->timers);
	sim_answer_success(answer);
}

static void post_reset(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	(void)call;
	pthread_mutex_lock(&sim->lock);
	sim_portfolio_reset(&sim->portfolio);
	sim_ledger_reset(sim->ledger);
	sim->epoch++;
	for (uint32_t i = 0; i < sim->world.n_numbers; i++) {
		sim->world.number_list[i]->taken = 0;
		sim->world.number_list[i]->limited = 0;
	}
	pthread_mutex_unlock(&sim->lock);
	sim_answer_success(answer);
}

static uint64_t id_of(const cJSON *request, const char *key)
{
	int64_t id;
	return json_int(request, key, &id) && id > 0 ? (uint64_t)id : 0;
}

/* The phone number that is named, else the one that the user heard from first. */
static struct sim_number *find_addressee(struct sim *sim, const cJSON *request, const char *user)
{
	const uint64_t id = id_of(request, "phone_number_id");
	uint32_t cursor = 0;
	struct sim_number *number = NULL;
	pthread_mutex_lock(&sim->lock);
	if (id) {
		number = sim_world_number(&sim->world, id, 0);
	} else if (!json_get(request, "phone_number_id")) {
		const struct sim_entry *entry = sim_ledger_next_of(sim->ledger, sim_message_who(user, false), &cursor);
		number = entry ? entry->number : NULL;
	}
	pthread_mutex_unlock(&sim->lock);
	return number;
}

/* {"from", "phone_number_id", "text"} or "button" (and "payload", "context"), or "preference". */
static void post_inbound(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const char *from = json_text(request, "from");
	struct sim_inbound inbound = {
		.name = json_text(request, "name"),
		.text = json_text(request, "text"),
		.button = json_text(request, "button"),
		.payload = json_text(request, "payload"),
		.context = json_text(request, "context"),
		.preference = json_text(request, "preference"),
	};
	char digits[SIM_USER_BYTES];
	if (!from || !sim_message_wa_id((struct sim_text){.at = from, .n = strlen(from)}, &call->numbering, digits)) {
		sim_control_fault(answer, 400, "from must be a phone number");
		return;
	}
	if (!inbound.text && !inbound.button && !inbound.preference) {
		sim_control_fault(answer, 400, "one of text, button and preference is needed");
		return;
	}
	if (inbound.preference && strcmp(inbound.preference, "stop") != 0 && strcmp(inbound.preference, "resume") != 0) {
		sim_control_fault(answer, 400, "preference must be stop or resume");
		return;
	}
	inbound.number = find_addressee(sim, request, digits);
	inbound.from = digits;
	char wamid[SIM_WAMID_BYTES];
	if (!inbound.number) {
		sim_control_fault(answer, 400,
		                  "phone_number_id must be the id of a phone number; only who got a message can do "
		                  "without");
	} else if (!sim_poster_has_room(sim->poster)) {
		sim_control_fault(answer, 503, "too many webhooks wait already");
	} else if (!sim_hooks_inbound(sim, &inbound, wamid)) {
		sim_control_fault(answer, 503, "the ledger is full");
	} else {
		struct json_writer w;
		begin_object(answer, &w);
		json_put_text(&w, "id", wamid);
		json_close_object(&w);
	}
}

/* The digits of a phone number; 0 when it is none. */
static uint64_t read_display(const char *text)
{
	char digits[SIM_USER_BYTES];
	const bool good = sim_message_normalise((struct sim_text){.at = text, .n = strlen(text)}, "", digits);
	const uint64_t number = good ? strtoull(digits, NULL, 10) : 0;
	return number >= SIM_MIN_DISPLAY && number <= SIM_MAX_DISPLAY ? number : 0;
}

/* The lock is held. */
static const char *change_number(struct sim *sim, uint64_t number_id, uint64_t waba_id, uint64_t display)
{
	struct sim_number *number = sim_world_number(&sim->world, number_id, 0);
	struct sim_waba *waba = number && waba_id ? sim_world_waba(&sim->world, waba_id, 0) : NULL;
	if (!number || (waba_id && !waba))
		return "there are as many phone numbers as can be kept";
	if (display)
		number->display = display;
	if (waba) {
		waba->made_up = false;
		number->waba = waba;
		number->firm = true;
	}
	return NULL;
}

/* {"phone_number_id","waba_id","display_phone_number"}: which account a number belongs to, for good, and its digits;
 * one of the two may be left out. */
static void post_numbers(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const char *text = json_text(request, "display_phone_number");
	const uint64_t number_id = id_of(request, "phone_number_id"), waba_id = id_of(request, "waba_id");
	const uint64_t display = text ? read_display(text) : 0;
	const char *fault = NULL;
	if (!number_id || (!waba_id && json_get(request, "waba_id")) || (!waba_id && !text)) {
		fault = "phone_number_id must be an id, and with it comes waba_id or display_phone_number";
	} else if (text && !display) {
		fault = "display_phone_number must be a phone number with its country code";
	} else {
		pthread_mutex_lock(&sim->lock);
		fault = change_number(sim, number_id, waba_id, display);
		pthread_mutex_unlock(&sim->lock);
	}
	if (fault)
		sim_control_fault(answer, 400, fault);
	else
		sim_answer_success(answer);
}

/* What is new about it, by the one member that says so; NULL: none does, or not rightly. The lock is held. */
static struct sim_update *change_template(struct sim_template *t, const cJSON *request)
{
	const msec_t now = clock_now_ms();
	const int status = sim_template_status_of(json_text(request, "status"));
	const int category = sim_category_of(json_text(request, "category"));
	const int coming = sim_category_of(json_text(request, "correct_category"));
	const enum sim_category was = t->spec.category;
	if (status >= 0) {
		t->status = (enum sim_template_status)status;
		t->reason = t->status == SIM_TEMPLATE_REJECTED ? "INVALID_FORMAT" : NULL;
		return sim_payload_template(t, now);
	}
	if (category >= 0) {
		t->spec.category = (enum sim_category)category;
		return sim_payload_category(t, was, t->spec.category, now);
	}
	if (coming >= 0 && coming != (int)was)
		return sim_payload_category(t, was, (enum sim_category)coming, now);
	return sim_templates_replace(t, json_get(request, "components")) ? sim_payload_components(t, now) : NULL;
}

/* {"id"} with "status", "category", "correct_category" (tomorrow's) or "components": as Meta changes a template itself, and
 * announces it. */
static void post_template(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	pthread_mutex_lock(&sim->lock);
	struct sim_template *t = sim_templates_by_id(&sim->templates, id_of(request, "id"));
	struct sim_update *update = t ? change_template(t, request) : NULL;
	if (update)
		sim_hooks_announce(sim, t->waba, update);
	pthread_mutex_unlock(&sim->lock);
	if (update)
		sim_answer_success(answer);
	else
		sim_control_fault(answer, 400,
		                  "id must be a template's, and with it comes a status (PENDING, APPROVED, REJECTED, PAUSED or "
		                  "DISABLED), a category, another correct_category, or components that are legal");
}

/* {"waba_id","field","value"}: a webhook of the account with any field and value. */
static void post_event(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const char *field = json_text(request, "field");
	char *value = cJSON_IsObject(json_get(request, "value")) ? cJSON_PrintUnformatted(json_get(request, "value")) : NULL;
	pthread_mutex_lock(&sim->lock);
	const struct sim_waba *waba = sim_world_find_waba(&sim->world, id_of(request, "waba_id"));
	struct sim_update *update = waba && field && value ? sim_payload_field(waba->id, field, value, clock_now_ms()) : NULL;
	if (update)
		sim_hooks_announce(sim, waba, update);
	pthread_mutex_unlock(&sim->lock);
	cJSON_free(value);
	if (update)
		sim_answer_success(answer);
	else
		sim_control_fault(answer, 400,
		                  "waba_id must be an account's, field a text, and value an object that is not large");
}

/* {"forget": id}, or true for all: as if Meta knew it no more. */
static void post_media(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const char *text = json_text(request, "forget");
	const uint64_t id = text ? strtoull(text, NULL, 10) : id_of(request, "forget");
	const bool all = cJSON_IsTrue(json_get(request, "forget"));
	pthread_mutex_lock(&sim->lock);
	const bool any = (id || all) && sim_media_forget(&sim->media, id);
	pthread_mutex_unlock(&sim->lock);
	if (any)
		sim_answer_success(answer);
	else
		sim_control_fault(answer, 400, "forget must be the id of a medium, or true for all");
}

void sim_control(struct sim *sim, const char *path, const struct sim_call *call, struct sim_answer *answer)
{
	static const struct {
		const char *method, *path;
		sim_handler_fn *handler;
	} routes[] = {
		{"GET", "ledger", sim_control_ledger}, {"GET", "stats", sim_control_stats}, {"GET", "faults", sim_control_faults},
		{"POST", "faults", post_faults},       {"POST", "webhook", post_webhook},   {"POST", "reset", post_reset},
		{"GET", "media", sim_control_media},   {"POST", "media", post_media},       {"POST", "inbound", post_inbound},
		{"POST", "numbers", post_numbers},     {"POST", "template", post_template}, {"POST", "event", post_event},
	};
	bool known = false;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(path, routes[i].path) != 0)
			continue;
		known = true;
		if (strcmp(call->method, routes[i].method) == 0) {
			routes[i].handler(sim, call, answer);
			return;
		}
	}
	sim_control_fault(answer, known ? 405 : 404, known ? "no such method here" : "no such path");
}
