/* The simulator's own side, under /_sim/: what it took, what it counted, and how to change it while it runs. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/hooks.h"
#include "sim/poster.h"
#include "sim/wamid.h"

#define PAGE_ENTRIES 1000u
#define MAX_WAMIDS 1000u

static void answer_fault(struct sim_answer *answer, int status, const char *text) {
	struct json_writer w;
	answer->status = status;
	buf_reset(&answer->body);
	json_begin(&w, &answer->body);
	json_open_object(&w, NULL);
	json_put_text(&w, "error", text);
	json_close_object(&w);
}

static void begin_object(struct sim_answer *answer, struct json_writer *w) {
	json_begin(w, &answer->body);
	json_open_object(w, NULL);
}

static cJSON *read_object(const struct sim_call *call, struct sim_answer *answer) {
	cJSON *tree = NULL;
	struct err err;
	if (json_parse(call->body, call->n_body_bytes, &tree, &err) == 0 && cJSON_IsObject(tree))
		return tree;
	cJSON_Delete(tree);
	answer_fault(answer, 400, "the body must be a JSON object");
	return NULL;
}

static void put_count(struct json_writer *w, const char *key, uint64_t n) {
	json_put_int(w, key, (int64_t)n);
}

static void put_sums(struct json_writer *w, const struct sim_ledger_sums *sums) {
	put_count(w, "recipients", sums->recipients);
	put_count(w, "taken", sums->taken);
	put_count(w, "doubles", sums->doubles);
	put_count(w, "repeats", sums->repeats);
	put_count(w, "refused", sums->refused);
	put_count(w, "sent", sums->sent);
	put_count(w, "delivered", sums->delivered);
	put_count(w, "read", sums->read);
	put_count(w, "failed", sums->failed);
	put_count(w, "pending", sums->pending);
	json_put_int(w, "first_taken_ms", sums->first_taken_ms);
	json_put_int(w, "last_taken_ms", sums->last_taken_ms);
}

static void put_recipient(struct json_writer *w, const struct sim_entry *entry) {
	if (entry->user_id)
		json_put_text(w, "to", entry->user_id);
	else
		sim_record_id(w, "to", entry->who);
}

static void put_entry(struct json_writer *w, const struct sim_entry *entry) {
	put_recipient(w, entry);
	sim_record_id(w, "phone_number_id", entry->number->id);
	put_count(w, "attempts", entry->attempts);
	put_count(w, "taken", entry->taken);
	put_count(w, "refused", entry->refused);
	json_put_text(w, "status", sim_status_name((enum sim_status)entry->best));
	put_count(w, "sent", entry->sent);
	put_count(w, "delivered", entry->delivered);
	put_count(w, "read", entry->read);
	put_count(w, "failed", entry->failed);
	json_put_int(w, "last_code", entry->last_code);
	json_put_int(w, "first_taken_ms", entry->first_taken_ms);
	json_put_int(w, "last_taken_ms", entry->last_taken_ms);
}

static void put_wamids(const struct sim *sim, const struct sim_entry *entry, const char *user, struct json_writer *w) {
	char wamid[SIM_WAMID_BYTES];
	json_open_array(w, "wamids");
	for (uint32_t nth = 1; nth <= entry->taken && nth <= MAX_WAMIDS; nth++) {
		sim_wamid_outbound(user, sim_sent_nonce(sim, entry, nth), wamid);
		json_put_text(w, NULL, wamid);
	}
	json_close_array(w);
}

/* One recipient, over all phone numbers: sums, and each number's part. */
static void list_one(const struct sim *sim, const struct sim_call *call, const char *to, struct json_writer *w) {
	char wa_id[SIM_USER_BYTES];
	const bool is_number = sim_message_wa_id((struct sim_text){.at = to, .n = strlen(to)}, &call->numbering, wa_id);
	const char *user = is_number ? wa_id : to;
	const uint64_t who = sim_message_who(user, !is_number);
	uint64_t taken = 0, refused = 0;
	uint32_t cursor = 0;
	const struct sim_entry *entry;
	json_put_text(w, "to", user);
	json_open_array(w, "by_number");
	while ((entry = sim_ledger_next_of(sim->ledger, who, &cursor)) != NULL) {
		taken += entry->taken;
		refused += entry->refused;
		json_open_object(w, NULL);
		put_entry(w, entry);
		put_wamids(sim, entry, user, w);
		json_close_object(w);
	}
	json_close_array(w);
	put_count(w, "taken", taken);
	put_count(w, "refused", refused);
}

/* Recipients from a place on, in the order in which they were first seen. `next` is null after the last. */
static void list_page(const struct sim *sim, uint64_t from, struct json_writer *w) {
	const uint32_t n = sim_ledger_count(sim->ledger);
	uint64_t at = from;
	json_open_array(w, "data");
	for (; at < n && at - from < PAGE_ENTRIES; at++) {
		json_open_object(w, NULL);
		put_entry(w, sim_ledger_at(sim->ledger, (uint32_t)at));
		json_close_object(w);
	}
	json_close_array(w);
	if (at < n)
		put_count(w, "next", at);
	else
		json_put_null(w, "next");
}

static void get_ledger(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	const char *to = http_query(call->req, "to", 0), *after = http_query(call->req, "after", 0);
	int64_t from = 0;
	if (after && (!text_to_int(after, strlen(after), &from) || from < 0)) {
		answer_fault(answer, 400, "after must be 0 or what `next` said");
		return;
	}
	struct json_writer w;
	begin_object(answer, &w);
	pthread_mutex_lock(&sim->lock);
	if (to)
		list_one(sim, call, to, &w);
	else if (after)
		list_page(sim, (uint64_t)from, &w);
	else
		put_sums(&w, sim_ledger_sums(sim->ledger));
	pthread_mutex_unlock(&sim->lock);
	json_close_object(&w);
}

static void put_webhook_state(struct sim *sim, struct json_writer *w) {
	struct sim_poster_view view;
	sim_poster_view(sim->poster, &view);
	json_open_object(w, "webhook");
	json_put_bool(w, "set", sim->options.webhook_url[0] != '\0');
	json_put_bool(w, "verified", view.verified);
	json_put_int(w, "verify_status", view.verify_status);
	put_count(w, "waiting", view.waiting);
	put_count(w, "in_flight", view.in_flight);
	json_close_object(w);
}

static void get_stats(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	(void)call;
	struct json_writer w;
	begin_object(answer, &w);
	json_put_int(&w, "uptime_ms", sim_timers_now() - sim->started_ms);
#define STAT(name) put_count(&w, #name, atomic_load_explicit(&sim->stats.name, memory_order_relaxed));
#include "sim/stats.def"
#undef STAT
	put_count(&w, "timers", sim_timers_count(&sim->timers));
	pthread_mutex_lock(&sim->lock);
	put_webhook_state(sim, &w);
	json_open_array(&w, "phone_numbers");
	for (uint32_t i = 0; i < sim->world.n_numbers && i < PAGE_ENTRIES; i++) {
		const struct sim_number *number = sim->world.number_list[i];
		json_open_object(&w, NULL);
		sim_record_id(&w, "id", number->id);
		sim_record_id(&w, "waba_id", number->waba->id);
		put_count(&w, "taken", number->taken);
		put_count(&w, "limited", number->limited);
		json_close_object(&w);
	}
	pthread_mutex_unlock(&sim->lock);
	json_close_array(&w);
	json_close_object(&w);
}

static void get_faults(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	(void)call;
	struct json_writer w;
	json_begin(&w, &answer->body);
	pthread_mutex_lock(&sim->lock);
	sim_options_write_live(&sim->options, &w, NULL);
	pthread_mutex_unlock(&sim->lock);
}

static int set_one(struct sim_options *options, const cJSON *item, struct err *err) {
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
static void post_faults(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
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
		answer_fault(answer, 400, err.text);
	else
		get_faults(sim, call, answer);
}

/* Members that are left out keep their value. */
static void post_webhook(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
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
		answer_fault(answer, 400, err.text);
		return;
	}
	sim_timers_wake(&sim->timers);
	sim_answer_success(answer);
}

static void post_reset(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	(void)call;
	pthread_mutex_lock(&sim->lock);
	sim_ledger_reset(sim->ledger);
	sim->epoch++;
	for (uint32_t i = 0; i < sim->world.n_numbers; i++) {
		sim->world.number_list[i]->taken = 0;
		sim->world.number_list[i]->limited = 0;
	}
	pthread_mutex_unlock(&sim->lock);
	sim_answer_success(answer);
}

static uint64_t id_of(const cJSON *request, const char *key) {
	int64_t id;
	return json_int(request, key, &id) && id > 0 ? (uint64_t)id : 0;
}

/* {"from", "phone_number_id", "text"} or "button" (and "payload", "context"), or "preference". */
static void post_inbound(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const char *from = json_text(request, "from");
	struct sim_inbound inbound = {
		.name = json_text(request, "name"), .text = json_text(request, "text"), .button = json_text(request, "button"),
		.payload = json_text(request, "payload"), .context = json_text(request, "context"),
		.preference = json_text(request, "preference"),
	};
	char digits[SIM_USER_BYTES];
	if (!from || !sim_message_wa_id((struct sim_text){.at = from, .n = strlen(from)}, &call->numbering, digits)) {
		answer_fault(answer, 400, "from must be a phone number");
		return;
	}
	if (!inbound.text && !inbound.button && !inbound.preference) {
		answer_fault(answer, 400, "one of text, button and preference is needed");
		return;
	}
	if (inbound.preference && strcmp(inbound.preference, "stop") != 0 && strcmp(inbound.preference, "resume") != 0) {
		answer_fault(answer, 400, "preference must be stop or resume");
		return;
	}
	const uint64_t number_id = id_of(request, "phone_number_id");
	pthread_mutex_lock(&sim->lock);
	inbound.number = number_id ? sim_world_number(&sim->world, number_id, 0) : NULL;
	pthread_mutex_unlock(&sim->lock);
	inbound.from = digits;
	char wamid[SIM_WAMID_BYTES];
	if (!inbound.number) {
		answer_fault(answer, 400, "phone_number_id must be the id of a phone number");
	} else if (!sim_hooks_inbound(sim, &inbound, wamid)) {
		answer_fault(answer, 503, "the ledger is full");
	} else {
		struct json_writer w;
		begin_object(answer, &w);
		json_put_text(&w, "id", wamid);
		json_close_object(&w);
	}
}

/* {"phone_number_id","waba_id"}: which account a number belongs to, for good. */
static void post_numbers(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const uint64_t number_id = id_of(request, "phone_number_id"), waba_id = id_of(request, "waba_id");
	pthread_mutex_lock(&sim->lock);
	struct sim_number *number = number_id && waba_id ? sim_world_number(&sim->world, number_id, 0) : NULL;
	struct sim_waba *waba = number ? sim_world_waba(&sim->world, waba_id, 0) : NULL;
	if (waba) {
		waba->made_up = false;
		number->waba = waba;
		number->firm = true;
	}
	pthread_mutex_unlock(&sim->lock);
	if (waba)
		sim_answer_success(answer);
	else
		answer_fault(answer, 400, "phone_number_id and waba_id must be ids, and not too many of them");
}

/* {"id","status"}: moves a template and announces it. */
static void post_template(struct sim *sim, const struct sim_call *call, struct sim_answer *answer) {
	json_auto cJSON *request = read_object(call, answer);
	if (!request)
		return;
	const int status = sim_template_status_of(json_text(request, "status"));
	pthread_mutex_lock(&sim->lock);
	struct sim_template *t = sim_templates_by_id(&sim->templates, id_of(request, "id"));
	if (t && status >= 0) {
		t->status = (enum sim_template_status)status;
		t->reason = t->status == SIM_TEMPLATE_REJECTED ? "INVALID_FORMAT" : NULL;
		sim_hooks_announce(sim, t);
	}
	pthread_mutex_unlock(&sim->lock);
	if (t && status >= 0)
		sim_answer_success(answer);
	else
		answer_fault(answer, 400, "id must be a template's, status one of PENDING, APPROVED, REJECTED, PAUSED, DISABLED");
}

void sim_control(struct sim *sim, const char *path, const struct sim_call *call, struct sim_answer *answer) {
	static const struct {
		const char *method, *path;
		sim_handler_fn *handler;
	} routes[] = {
		{"GET", "ledger", get_ledger},    {"GET", "stats", get_stats},       {"GET", "faults", get_faults},
		{"POST", "faults", post_faults},  {"POST", "webhook", post_webhook}, {"POST", "reset", post_reset},
		{"POST", "inbound", post_inbound}, {"POST", "numbers", post_numbers}, {"POST", "template", post_template},
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
	answer_fault(answer, known ? 405 : 404, known ? "no such method here" : "no such path");
}
