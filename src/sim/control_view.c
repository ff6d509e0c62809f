/* The reading side of /_sim/: the ledger, the counters, the settings. */

#include <string.h>

#include "base/text.h"
#include "sim/control.h"
#include "sim/hooks.h"
#include "sim/poster.h"
#include "sim/wamid.h"

#define PAGE_ENTRIES 1000u
#define MAX_WAMIDS 1000u

static void begin_object(struct sim_answer *answer, struct json_writer *w)
{
	json_begin(w, &answer->body);
	json_open_object(w, NULL);
}

static void put_count(struct json_writer *w, const char *key, uint64_t n)
{
	json_put_int(w, key, (int64_t)n);
}

static void put_sums(struct json_writer *w, const struct sim_ledger_sums *sums)
{
	put_count(w, "recipients", sums->recipients);
	put_count(w, "users", sums->users);
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

static void put_recipient(struct json_writer *w, const struct sim_entry *entry)
{
	if (entry->user_id)
		json_put_text(w, "to", entry->user_id);
	else
		sim_record_id(w, "to", entry->who);
}

static void put_entry(struct json_writer *w, const struct sim_entry *entry)
{
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

static void put_wamids(const struct sim *sim, const struct sim_entry *entry, const char *user, struct json_writer *w)
{
	char wamid[SIM_WAMID_BYTES];
	json_open_array(w, "wamids");
	for (uint32_t nth = 1; nth <= entry->taken && nth <= MAX_WAMIDS; nth++) {
		sim_wamid_outbound(user, sim_sent_nonce(sim, entry, nth), wamid);
		json_put_text(w, NULL, wamid);
	}
	json_close_array(w);
}

/* One recipient, over all phone numbers: sums, and each number's part. */
static void list_one(const struct sim *sim, const struct sim_call *call, const char *to, struct json_writer *w)
{
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
static void list_page(const struct sim *sim, uint64_t from, struct json_writer *w)
{
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

void sim_control_ledger(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	const char *to = http_query(call->req, "to", 0), *after = http_query(call->req, "after", 0);
	int64_t from = 0;
	if (after && (!text_to_int(after, strlen(after), &from) || from < 0)) {
		sim_control_fault(answer, 400, "after must be 0 or what `next` said");
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

static void put_webhook_state(struct sim *sim, struct json_writer *w)
{
	struct sim_poster_view view;
	sim_poster_view(sim->poster, &view);
	json_open_object(w, "webhook");
	json_put_bool(w, "set", sim->options.webhook_url[0] != '\0');
	json_put_bool(w, "verified", view.verified);
	json_put_int(w, "verify_status", view.verify_status);
	json_put_bool(w, "down", view.down);
	put_count(w, "waiting", view.waiting);
	put_count(w, "waiting_bytes", view.waiting_bytes);
	put_count(w, "parked", sim->n_parked);
	put_count(w, "in_flight", view.in_flight);
	json_close_object(w);
}

void sim_control_stats(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
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

void sim_control_faults(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	(void)call;
	struct json_writer w;
	json_begin(&w, &answer->body);
	pthread_mutex_lock(&sim->lock);
	sim_options_write_live(&sim->options, &w, NULL);
	pthread_mutex_unlock(&sim->lock);
}

/* Newest first. */
void sim_control_media(struct sim *sim, const struct sim_call *call, struct sim_answer *answer)
{
	struct json_writer w;
	const msec_t now = clock_now_ms();
	(void)call;
	begin_object(answer, &w);
	json_open_array(&w, "data");
	pthread_mutex_lock(&sim->lock);
	const struct sim_medium *m = sim->media.media;
	for (uint32_t n = 0; m && n < PAGE_ENTRIES; m = m->next, n++) {
		json_open_object(&w, NULL);
		sim_record_id(&w, "id", m->id);
		sim_record_id(&w, "phone_number_id", m->number_id);
		json_put_text(&w, "mime_type", m->mime);
		put_count(&w, "bytes", m->n_bytes);
		json_put_text(&w, "sha256", m->sha256);
		put_count(&w, "uses", m->uses);
		json_put_bool(&w, "known", m->expire_ms > now);
		json_close_object(&w);
	}
	pthread_mutex_unlock(&sim->lock);
	json_close_array(&w);
	json_close_object(&w);
}
